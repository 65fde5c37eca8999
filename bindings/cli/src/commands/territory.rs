//! `territory`: adding, removing and listing territories.

use std::fmt::Write as _;

use jalon::catalogue::{NewTerritory, TerritoryEdition};
use jalon::edition::PublicKey;
use serde_json::{Value, json};

use super::Session;
use crate::args::TerritoryCommand;
use crate::error::Result;
use crate::output::Output;
use crate::{parse, printable, public_key};

/// Parts of a host name that do not identify a territory.
const GENERIC_LABELS: [&str; 5] = ["www", "admin", "geotrek", "rando", "api"];

/// Longest name that is made from a host; a suffix such as `-2` still fits into the limit for names.
const MAX_DERIVED_NAME: usize = 28;

pub(super) fn run(session: &Session, command: TerritoryCommand) -> Result<Output> {
    match command {
        TerritoryCommand::Add { url, name, portals, mobile, bbox, public_keys } => {
            let url = if url.contains("://") { url } else { format!("https://{url}") };
            let name = match name {
                Some(name) => name,
                None => unused_name(session, &url)?,
            };
            let url = if mobile { mobile_tree(url) } else { url };
            let bounds = bbox.map(|bbox| parse::bounds("bbox", &bbox)).transpose()?;
            let public_keys =
                public_key::read_all("public-key", &public_keys)?.iter().map(PublicKey::to_text).collect();
            let new = NewTerritory { name, url, portals, bounds, public_keys, ..NewTerritory::default() };
            let territory = session.companion.add_territory(&new)?;
            let text = format!(
                "Added \"{}\" ({}). Download it with: jalon refresh {}\n",
                territory.name, territory.url, territory.name
            );
            Ok(Output::new(serde_json::to_value(&territory).unwrap_or_default(), text))
        }
        TerritoryCommand::Remove { name } => {
            session.companion.remove_territory(&name)?;
            Ok(Output::new(json!({"removed": name}), format!("Removed \"{name}\".\n")))
        }
        TerritoryCommand::List => {
            let territories = session.companion.catalogue().territories()?;
            let mut text = String::new();
            for territory in &territories {
                let _ = writeln!(text, "{:<16} {}", territory.name, territory.url);
                if let Some(edition) = territory.edition.as_ref().filter(|edition| edition.number > 0) {
                    write_edition(&mut text, edition);
                }
            }
            if territories.is_empty() {
                text.push_str("No territories. Add one with: jalon territory add URL\n");
            }
            let items: Vec<Value> =
                territories.iter().map(|territory| serde_json::to_value(territory).unwrap_or_default()).collect();
            Ok(Output::list(items, text))
        }
    }
}

/// The address of a mobile tree as the library recognises it: by its settings.
fn mobile_tree(folder: String) -> String {
    let path = folder.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    if path.ends_with("/settings.json") { folder } else { format!("{path}/settings.json") }
}

/// Which edition is on the device, who signed it, and whom to name where its data is shown.
fn write_edition(text: &mut String, edition: &TerritoryEdition) {
    let signer = edition.signed_by.as_deref().unwrap_or("an unknown key");
    let _ = writeln!(text, "{:<16} edition {}, signed by key {signer}", "", edition.number);
    for (word, lines) in [("licence", &edition.licenses), ("source", &edition.sources)] {
        for line in lines {
            let _ = writeln!(text, "{:<16} {word}: {}", "", printable::single_line(line));
        }
    }
}

/// A name from the first distinctive label of the host, with a number if that name is in use.
fn unused_name(session: &Session, url: &str) -> Result<String> {
    let host = url.split("://").nth(1).unwrap_or_default().split(['/', ':', '?']).next().unwrap_or_default();
    let is_address = host.chars().all(|c| c.is_ascii_digit() || c == '.');
    let alphanumeric =
        |label: &str| label.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let mut labels = host.split(['.', '-']).map(alphanumeric);
    let label = labels.find(|label| !label.is_empty() && !GENERIC_LABELS.contains(&label.as_str()));
    let name = label.filter(|_| !is_address).unwrap_or_else(|| "territory".to_owned());
    let name: String = name.chars().take(MAX_DERIVED_NAME).collect();
    let territories = session.companion.catalogue().territories()?;
    let is_unused = |name: &String| territories.iter().all(|territory| territory.name != *name);
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    Ok(std::iter::once(name.clone()).chain(numbered).find(is_unused).unwrap_or(name))
}
