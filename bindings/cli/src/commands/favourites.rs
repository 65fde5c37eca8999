//! `favourite`: adding, removing and listing favourites.

use std::fmt::Write as _;

use jalon::clock::now_ms;
use jalon::companion::FavouriteItem;
use jalon::journal::Favourite;
use serde_json::{Value, json};

use super::Session;
use super::remarks::remarks;
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
            Ok(Output::new(favourite_json(&session.companion.favourite_item(favourite)?), text))
        }
        FavouriteCommand::Remove { id, kind } => {
            let (territory, id) = lookup::object_ref(&session.companion, &id)?;
            let removed = journal.remove_favourite(&territory, kind, id)?;
            let text = if removed { "Removed from the favourites.\n" } else { "It was not a favourite.\n" };
            Ok(Output::new(json!({"removed": removed}), text.to_owned()))
        }
        FavouriteCommand::List => {
            let favourites = session.companion.favourites()?;
            let mut text = String::new();
            for FavouriteItem { favourite, withdrawn_ms } in &favourites {
                let Favourite { territory, kind, id, name, .. } = favourite;
                let (start, end) = (format!("{territory}/{id:<8} {kind:<17} "), remarks(None, *withdrawn_ms));
                let _ = writeln!(text, "{start}{}{end}", session.fit(name, start.chars().count() + end.len()));
            }
            if favourites.is_empty() {
                text.push_str("No favourites. Add a trek with: jalon favourite add ID\n");
            }
            Ok(Output::list(favourites.iter().map(favourite_json).collect(), text))
        }
    }
}

fn favourite_json(item: &FavouriteItem) -> Value {
    let FavouriteItem { favourite: Favourite { territory, kind, id, name, created_ms }, withdrawn_ms } = item;
    let mut document = json!({
        "territory": territory, "kind": kind, "id": id, "ref": format!("{territory}/{id}"), "name": name,
        "created_at": iso_time(*created_ms),
    });
    if let Some(ms) = withdrawn_ms {
        document["withdrawn_ms"] = (*ms).into();
    }
    document
}
