//! Favourites and notes.

use std::fmt::Write as _;

use jalon::Result;
use jalon::clock::now_ms;
use jalon::journal::{Favourite, Note};
use jalon::model::Kind;
use serde_json::{Value, json};

use super::Session;
use crate::answer::{Answer, iso, list};
use crate::arguments::{FavouriteCommand, NoteCommand};
use crate::query;

pub(super) fn favourites(session: &Session, command: FavouriteCommand) -> Result<Answer> {
    let journal = session.companion.journal()?;
    match command {
        FavouriteCommand::Add { id, kind } => {
            let (territory, id) = query::trek(&session.companion, &id)?;
            let held = session.companion.catalogue().territory(&territory)?;
            let object = session.companion.catalogue().object(&held, kind, id)?;
            let mut languages = session.languages();
            languages.push(&held.default_language);
            let name = object.name().and_then(|name| name.find(&languages)).map_or("", |found| found.text).to_owned();
            let favourite = Favourite { territory, kind, id, name, created_ms: now_ms() };
            journal.add_favourite(&favourite)?;
            let words = format!("Marked: {}\n", favourite.name);
            Ok(Answer::of(document(&favourite), words))
        }
        FavouriteCommand::Remove { id, kind } => {
            let (territory, id) = query::trek(&session.companion, &id)?;
            let was = journal.remove_favourite(&territory, kind, id)?;
            let words = if was { "Unmarked.\n" } else { "It was not marked.\n" };
            Ok(Answer::of(json!({"removed": was}), words.to_owned()))
        }
        FavouriteCommand::List => {
            let favourites = journal.favourites()?;
            let mut words = String::new();
            for favourite in &favourites {
                let Favourite { territory, kind, id, name, .. } = favourite;
                let _ = writeln!(words, "{territory}/{id:<8} {kind:<12} {name}");
            }
            if favourites.is_empty() {
                words.push_str("Nothing is marked. Mark a trek with: jalon favourite add ID\n");
            }
            let items: Vec<Value> = favourites.iter().map(document).collect();
            Ok(Answer::of(list(items.len(), items), words))
        }
    }
}

fn document(favourite: &Favourite) -> Value {
    let Favourite { territory, kind, id, name, created_ms } = favourite;
    json!({
        "territory": territory, "kind": kind, "id": id, "ref": format!("{territory}/{id}"), "name": name,
        "created_at": iso(*created_ms),
    })
}

pub(super) fn notes(session: &Session, command: NoteCommand) -> Result<Answer> {
    let journal = session.companion.journal()?;
    match command {
        NoteCommand::Add { text, at, trek } => {
            let position = at.map(|words| query::place("at", &words)).transpose()?;
            let about = trek.map(|reference| query::trek(&session.companion, &reference)).transpose()?;
            let about = about.map(|(territory, id)| (territory, Kind::Trek, id));
            let note = journal.add_note(&text, position, about, now_ms())?;
            let words = format!("Kept as {}.\n", &note.id[..8]);
            Ok(Answer::of(written(&note), words))
        }
        NoteCommand::Remove { id } => {
            let notes = journal.notes()?;
            let found: Vec<&Note> = notes.iter().filter(|note| !id.is_empty() && note.id.starts_with(&id)).collect();
            let was = match found.as_slice() {
                [one] => journal.remove_note(&one.id)?,
                [] => false,
                _ => return Err(jalon::Error::invalid("id", "more of it: several notes begin so")),
            };
            let words = if was { "Removed.\n" } else { "There is no such note.\n" };
            Ok(Answer::of(json!({"removed": was}), words.to_owned()))
        }
        NoteCommand::List => {
            let notes = journal.notes()?;
            let mut words = String::new();
            for note in &notes {
                let _ =
                    writeln!(words, "{}  {}  {}", &note.id[..8], iso(note.created_ms), note.text.replace('\n', " "));
            }
            if notes.is_empty() {
                words.push_str("No notes. Write one with: jalon note add TEXT\n");
            }
            let items: Vec<Value> = notes.iter().map(written).collect();
            Ok(Answer::of(list(items.len(), items), words))
        }
    }
}

fn written(note: &Note) -> Value {
    let about = note.about.as_ref().map(|(territory, _, id)| format!("{territory}/{id}"));
    json!({
        "id": note.id, "text": note.text, "created_at": iso(note.created_ms), "about": about,
        "point": note.position.map(|position| [position.lon, position.lat]),
    })
}
