//! `status`: the territories, the downloads and their size on disk.

use std::fmt::Write as _;

use jalon::catalogue::Territory;
use jalon::model::Kind;
use serde_json::{Map, Value, json};

use super::Session;
use super::packs::pack_ref;
use crate::error::Result;
use crate::output::{Output, iso_time};
use crate::printable::single_line;
use crate::units::megabytes;

pub(super) fn status(session: &Session) -> Result<Output> {
    let catalogue = session.companion.catalogue();
    let usage = catalogue.storage_usage()?;
    let territories = catalogue.territories()?;
    let mut items = Vec::new();
    let mut text = String::new();
    for territory in &territories {
        let counts = object_counts(session, territory)?;
        write_territory(&mut text, territory, &counts);
        let mut item = serde_json::to_value(territory).unwrap_or_default();
        let counts = counts.into_iter().map(|(kind, count)| (kind.to_string(), json!(count)));
        item["objects"] = counts.collect::<Map<String, Value>>().into();
        items.push(item);
    }
    if territories.is_empty() {
        text.push_str("No territories. Add one with: jalon territory add URL\n");
    }
    for pack in session.companion.packs(None)? {
        let (size, own) = (megabytes(pack.bytes), megabytes(pack.own_bytes));
        let (reference, state) = (pack_ref(&pack), pack.state.as_str());
        let _ = writeln!(text, "{reference} — {state}, {size:.1} MB, of which {own:.1} MB in no other download");
    }
    let path = catalogue.path().display().to_string();
    let _ = writeln!(text, "{:.1} MB in {path}", megabytes(usage.catalogue));
    let _ = writeln!(
        text,
        "{:.1} MB of files in {}, {:.1} MB of unfinished downloads, {:.0} MB free on disk",
        megabytes(usage.media),
        catalogue.media_folder().display(),
        megabytes(usage.staging),
        megabytes(usage.free)
    );
    let mut output = Output::list(items, text);
    output.json["bytes"] = usage.catalogue.into();
    output.json["storage_usage"] = serde_json::to_value(&usage).unwrap_or_default();
    output.json["path"] = path.into();
    Ok(output)
}

fn write_territory(text: &mut String, territory: &Territory, counts: &[(Kind, u64)]) {
    let _ = writeln!(text, "{} — {}", territory.name, territory.url);
    match territory.refreshed_ms {
        None => {
            let _ = writeln!(text, "  not downloaded yet: jalon refresh {}", territory.name);
        }
        Some(ms) => {
            let version = single_line(territory.server_version.as_deref().unwrap_or("?"));
            let _ = writeln!(text, "  as of {}, Geotrek {version}, {}", iso_time(ms), territory.languages.join("/"));
        }
    }
    for (kind, count) in counts.iter().filter(|(_, count)| *count > 0) {
        let _ = writeln!(text, "  {count:>7} {kind}");
    }
}

fn object_counts(session: &Session, territory: &Territory) -> Result<Vec<(Kind, u64)>> {
    let count = |kind| Ok((kind, session.companion.catalogue().count(territory, kind)?));
    Kind::ALL.into_iter().map(count).collect()
}
