//! Which territories are held, and what is on the disk.

use std::fmt::Write as _;

use jalon::Result;
use jalon::catalogue::{NewTerritory, Territory};
use jalon::model::Kind;
use serde_json::{Value, json};

use super::Session;
use crate::answer::{Answer, list};
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
            Ok(Answer { json: serde_json::to_value(&territory).unwrap_or_default(), words })
        }
        TerritoryCommand::Remove { name } => {
            session.companion.remove_territory(&name)?;
            Ok(Answer { json: json!({"removed": name}), words: format!("Removed “{name}”.\n") })
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
            Ok(Answer { json: list(held.len(), items), words })
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
    let bytes = catalogue.bytes_on_disk()?;
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
                let _ = writeln!(words, "  as of {}, Geotrek {version}, {}", day(ms), territory.languages.join("/"));
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
    let _ = writeln!(words, "{:.1} MB in {}", bytes as f64 / 1e6, catalogue.path().display());
    let mut json = list(held.len(), items);
    json["bytes"] = bytes.into();
    json["path"] = catalogue.path().display().to_string().into();
    Ok(Answer { json, words })
}

fn counts(session: &Session, territory: &Territory) -> Result<Vec<(Kind, u64)>> {
    Kind::ALL.into_iter().map(|kind| Ok((kind, session.companion.catalogue().count(territory, kind)?))).collect()
}

/// A Unix time as the day it is in UTC, YYYY-MM-DD HH:MM (days from civil, after Hinnant).
fn day(ms: i64) -> String {
    let (days, seconds) = (ms.div_euclid(86_400_000), ms.rem_euclid(86_400_000) / 1_000);
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year}-{month:02}-{day:02} {:02}:{:02} UTC", seconds / 3_600, seconds / 60 % 60)
}

#[cfg(test)]
mod tests {
    #[test]
    fn days_are_told_by_the_calendar() {
        assert_eq!(super::day(0), "1970-01-01 00:00 UTC");
        assert_eq!(super::day(1_709_210_096_000), "2024-02-29 12:34 UTC");
    }
}
