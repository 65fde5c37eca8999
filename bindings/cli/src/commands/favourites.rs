//! `favourite`: adding, removing and listing favourites.

use std::fmt::Write as _;

use jalon::clock::now_ms;
use jalon::journal::Favourite;
use serde_json::{Value, json};

use super::Session;
use crate::args::FavouriteCommand;
use crate::error::Result;
use crate::lookup;
use crate::output::{Output, iso_time};

pub(super) fn run(session: &Session, command: FavouriteCommand) -> Result<Output> {
    let journal = session.companion.journal()?;
    match command {
        FavouriteCommand::Add { id, kind } => {
            let (territory, id) = lookup::object_ref(&session.companion, &id)?;
            let stored = session.companion.catalogue().territory(&territory)?;
            let object = session.companion.catalogue().object(&stored, kind, id)?;
            let name = session.object_name(&stored, &object)?;
            let favourite = Favourite { territory, kind, id, name, created_ms: now_ms() };
            journal.add_favourite(&favourite)?;
            let text = format!("Added to the favourites: {}\n", session.fit(&favourite.name, 25));
            Ok(Output::new(favourite_json(&favourite), text))
        }
        FavouriteCommand::Remove { id, kind } => {
            let (territory, id) = lookup::object_ref(&session.companion, &id)?;
            let removed = journal.remove_favourite(&territory, kind, id)?;
            let text = if removed { "Removed from the favourites.\n" } else { "It was not a favourite.\n" };
            Ok(Output::new(json!({"removed": removed}), text.to_owned()))
        }
        FavouriteCommand::List => {
            let favourites = journal.favourites()?;
            let mut text = String::new();
            for Favourite { territory, kind, id, name, .. } in &favourites {
                let start = format!("{territory}/{id:<8} {kind:<17} ");
                let _ = writeln!(text, "{start}{}", session.fit(name, start.chars().count()));
            }
            if favourites.is_empty() {
                text.push_str("No favourites. Add a trek with: jalon favourite add ID\n");
            }
            Ok(Output::list(favourites.iter().map(favourite_json).collect(), text))
        }
    }
}

fn favourite_json(favourite: &Favourite) -> Value {
    let Favourite { territory, kind, id, name, created_ms } = favourite;
    json!({
        "territory": territory, "kind": kind, "id": id, "ref": format!("{territory}/{id}"), "name": name,
        "created_at": iso_time(*created_ms),
    })
}
