//! `map tile`: a tile of an offline map, as a file.

use std::path::Path;

use jalon::Error;
use serde_json::json;

use super::Session;
use super::export::write_bytes;
use super::packs::find_subject;
use crate::error::Result;
use crate::output::Output;

pub(super) fn write(session: &Session, (z, x, y): (u8, u32, u32), pack: &str, output: &Path) -> Result<Output> {
    let (territory, subject) = find_subject(session, pack)?;
    let tile = session.companion.map_tile(&territory, &subject, z, x, y)?;
    let tile = tile.ok_or_else(|| Error::NotFound { detail: format!("the tile {z}/{x}/{y} of the map") })?;
    write_bytes(output, &tile.bytes)?;
    let document = json!({
        "path": output, "bytes": tile.bytes.len(), "media_type": tile.media_type,
        "content_encoding": tile.content_encoding,
    });
    let text = format!("Wrote tile {z}/{x}/{y} ({}) to {}.\n", tile.media_type, output.display());
    Ok(Output::new(document, text))
}
