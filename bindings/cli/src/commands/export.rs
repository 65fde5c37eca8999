//! `export`: a trek as GPX or GeoJSON.

use std::path::Path;

use jalon::model::{Geometry, Kind, Object, Poi, Position, Trek};
use serde_json::json;

use super::Session;
use crate::error::{CliError, Result};
use crate::output::Output;
use crate::{export, lookup};

pub(super) fn export(session: &Session, reference: &str, output: &Path) -> Result<Output> {
    let (territory, id) = lookup::object_ref(&session.companion, reference)?;
    let details = session.companion.trek_details(&territory, id, &[Kind::Poi])?;
    check_line(&details.trek)?;
    let mut languages = session.languages();
    languages.push(&details.territory.default_language);
    let pois = details.route_items.iter().filter_map(|item| match &item.object {
        Object::Poi(poi) => Some(&**poi),
        _ => None,
    });
    let pois: Vec<&Poi> = pois.collect();
    let content = match extension(output).as_deref() {
        Some("gpx") => session.companion.trek_gpx(&territory, id, &session.languages())?.to_gpx()?,
        Some("geojson" | "json") => format!("{}\n", export::geojson(&details.trek, &languages, &pois)),
        _ => return Err(CliError::invalid("output", "must be a file with the extension .gpx or .geojson")),
    };
    write_file(output, &content, &format!("{territory}/{id}"))
}

/// Returns an error unless the trek has a line: a file without one is of no use on the way.
pub(super) fn check_line(trek: &Trek) -> Result<()> {
    let lines = trek.geometry.as_ref().map(Geometry::lines).unwrap_or_default();
    let is_line = |line: &Vec<Position>| line.iter().filter(|position| position.is_valid()).count() > 1;
    if lines.iter().any(is_line) {
        return Ok(());
    }
    Err(CliError::invalid("id", "must be a trek with a line; the server published none for this trek"))
}

pub(super) fn extension(path: &Path) -> Option<String> {
    path.extension().and_then(|extension| extension.to_str()).map(str::to_lowercase)
}

/// Writes the file of `--output`.
pub(super) fn write_bytes(output: &Path, content: &[u8]) -> Result<()> {
    std::fs::write(output, content)
        .map_err(|error| CliError::invalid("output", format!("must be a writable file ({error})")))
}

/// Writes a file made of a trek or a track. `reference` is that of the trek, such as `pne/31`, or the id of the track.
pub(super) fn write_file(output: &Path, content: &str, reference: &str) -> Result<Output> {
    write_bytes(output, content.as_bytes())?;
    let path = output.display().to_string();
    let json = json!({"ref": reference, "path": path, "bytes": content.len()});
    Ok(Output::new(json, format!("Wrote {path} ({} bytes).\n", content.len())))
}
