//! `note`: adding, removing and listing notes.

use std::fmt::Write as _;

use jalon::clock::now_ms;
use jalon::journal::Note;
use jalon::model::Kind;
use serde_json::{Value, json};

use super::Session;
use crate::args::NoteCommand;
use crate::error::{CliError, Result};
use crate::output::{Output, iso_time};
use crate::{lookup, parse};

pub(super) fn run(session: &Session, command: NoteCommand) -> Result<Output> {
    let journal = session.companion.journal()?;
    match command {
        NoteCommand::Add { text, at, trek } => {
            let position = at.map(|position| parse::position("at", &position)).transpose()?;
            if let Some(position) = position {
                session.check_position(position)?;
            }
            let trek = trek.map(|reference| lookup::object_ref(&session.companion, &reference)).transpose()?;
            let about = trek.map(|(territory, id)| (territory, Kind::Trek, id));
            let note = journal.add_note(&text, position, about, now_ms())?;
            Ok(Output::new(note_json(&note), format!("Added note {}.\n", short_id(&note))))
        }
        NoteCommand::Remove { id } => {
            let notes = journal.notes()?;
            let found: Vec<&Note> = notes.iter().filter(|note| !id.is_empty() && note.id.starts_with(&id)).collect();
            let removed = match found.as_slice() {
                [note] => journal.remove_note(&note.id)?,
                [] => false,
                _ => return Err(CliError::invalid("id", "must have more characters: several notes start with these")),
            };
            let text = if removed { "Removed.\n" } else { "There is no note with this id.\n" };
            Ok(Output::new(json!({"removed": removed}), text.to_owned()))
        }
        NoteCommand::List => {
            let notes = journal.notes()?;
            let mut text = String::new();
            for note in &notes {
                let start = format!("{}  {}  ", short_id(note), iso_time(note.created_ms));
                let _ = writeln!(text, "{start}{}", session.fit(&note.text, start.chars().count()));
            }
            if notes.is_empty() {
                text.push_str("No notes. Add one with: jalon note add TEXT\n");
            }
            Ok(Output::list(notes.iter().map(note_json).collect(), text))
        }
    }
}

fn short_id(note: &Note) -> &str {
    note.id.get(..8).unwrap_or(&note.id)
}

fn note_json(note: &Note) -> Value {
    let about = note.about.as_ref().map(|(territory, _, id)| format!("{territory}/{id}"));
    json!({
        "id": note.id, "text": note.text, "created_at": iso_time(note.created_ms), "about": about,
        "position": note.position,
    })
}
