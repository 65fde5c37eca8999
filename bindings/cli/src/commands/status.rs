//! Which territories are held, and what is on the disk.

use std::fmt::Write as _;

use jalon::Result;
use jalon::catalogue::{NewTerritory, Territory};
use jalon::model::Kind;
use serde_json::{Value, json};

use super::Session;
use crate::answer::{Answer, iso, list};
use crate::arguments::TerritoryCommand;

pub(super) fn territory(session: &Session, command: TerritoryCommand) -> Result<Answer> {
    match command {
        TerritoryCommand::Add { url, name, portals } => {
            let url = if url.contains("://") { url } else { format!("https://{url}") };
            let name = match name {
                Some(name) => name,
                None => free_name(session, &url)?,
            };
            let new = NewTerritory { name, url, portals, default_language: String::new() };
            let territory = session.companion.add_territory(&new)?;
            let words = format!(
                "Added “{}” ({}). Take it in with: jalon refresh {}\n",
                territory.name, territory.url, territory.name
            );
            Ok(Answer::of(serde_json::to_value(&territory).unwrap_or_default(), words))
        }
        TerritoryCommand::Remove { name } => {
            session.companion.remove_territory(&name)?;
            Ok(Answer::of(json!({"removed": name}), format!("Removed “{name}”.\n")))
        }
        TerritoryCommand::List => {
            let held = session.companion.catalogue().territories()?;
            let mut words = String::new();
            for territory in &held {
                let _ = writeln!(words, "{:<16} {}", territory.name, territory.url);
            }
            if held.is_empty() {
                words.push_str("No territory yet. Add one with: jalon territory add URL\n");
            }
            let items: Vec<Value> =
                held.iter().map(|territory| serde_json::to_value(territory).unwrap_or_default()).collect();
            Ok(Answer::of(list(held.len(), items), words))
        }
    }
}

/// A name from the address: the first word of the host that says something, numbered where it is taken.
fn free_name(session: &Session, url: &str) -> Result<String> {
    let host = url.split("://").nth(1).unwrap_or_default().split(['/', ':', '?']).next().unwrap_or_default();
    let letters = |word: &str| word.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let dull = ["www", "admin", "geotrek", "rando", "api"];
    let numeric = host.chars().all(|c| c.is_ascii_digit() || c == '.');
    let first = host.split(['.', '-']).map(letters).find(|word| !word.is_empty() && !dull.contains(&word.as_str()));
    let name = if numeric { "territory".to_owned() } else { first.unwrap_or_else(|| "territory".to_owned()) };
    let name: String = name.chars().take(28).collect();
    let held = session.companion.catalogue().territories()?;
    let taken = |name: &str| held.iter().any(|territory| territory.name == name);
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    Ok(std::iter::once(name.clone()).chain(numbered).find(|name| !taken(name)).unwrap_or(name))
}

pub(super) fn status(session: &Session) -> Result<Answer> {
    let catalogue = session.companion.catalogue();
    let account = catalogue.storage_usage()?;
    let mut items = Vec::new();
    let mut words = String::new();
    let held = catalogue.territories()?;
    for territory in &held {
        let counts = counts(session, territory)?;
        let _ = writeln!(words, "{} — {}", territory.name, territory.url);
        match territory.refreshed_ms {
            None => words.push_str("  not taken in yet: jalon refresh\n"),
            Some(ms) => {
                let version = territory.server_version.as_deref().unwrap_or("?");
                let _ = writeln!(words, "  as of {}, Geotrek {version}, {}", iso(ms), territory.languages.join("/"));
            }
        }
        for (kind, count) in counts.iter().filter(|(_, count)| *count > 0) {
            let _ = writeln!(words, "  {count:>7} {kind}");
        }
        let mut item = serde_json::to_value(territory).unwrap_or_default();
        item["objects"] = counts
            .iter()
            .map(|(kind, count)| (kind.to_string(), json!(count)))
            .collect::<serde_json::Map<_, _>>()
            .into();
        items.push(item);
    }
    if held.is_empty() {
        words.push_str("No territory yet. Add one with: jalon territory add URL\n");
    }
    for pack in session.companion.packs(None)? {
        let _ = writeln!(
            words,
            "{}/{} — {}, {:.1} MB, of which {:.1} its own",
            pack.territory,
            pack.subject,
            pack.state.as_str(),
            mb(pack.bytes),
            mb(pack.own_bytes)
        );
    }
    if catalogue.was_damaged() {
        words.push_str("The catalogue was damaged and moved aside: take it in again with “jalon refresh”.\n");
    }
    let _ = writeln!(words, "{:.1} MB in {}", mb(account.catalogue), catalogue.path().display());
    let _ = writeln!(
        words,
        "{:.1} MB of files in {}, {:.1} MB on their way; {:.0} MB are free",
        mb(account.media),
        catalogue.media_folder().display(),
        mb(account.staging),
        mb(account.free)
    );
    let mut json = list(held.len(), items);
    json["bytes"] = account.catalogue.into();
    json["account"] = serde_json::to_value(&account).unwrap_or_default();
    json["path"] = catalogue.path().display().to_string().into();
    Ok(Answer::of(json, words))
}

fn mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn counts(session: &Session, territory: &Territory) -> Result<Vec<(Kind, u64)>> {
    Kind::ALL.into_iter().map(|kind| Ok((kind, session.companion.catalogue().count(territory, kind)?))).collect()
}
