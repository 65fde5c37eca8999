//! `map style`: the style of an offline map, as a file.

use std::path::Path;

use serde_json::json;

use super::Session;
use super::export::write_bytes;
use super::packs::find_subject;
use crate::error::Result;
use crate::output::Output;

pub(super) fn write(session: &Session, pack: &str, output: &Path) -> Result<Output> {
    let (territory, subject) = find_subject(session, pack)?;
    let style = session.companion.downloaded_style(&territory, &subject)?;
    write_bytes(output, style.as_bytes())?;
    let text = format!("Wrote the style to {}.\n", output.display());
    Ok(Output::new(json!({ "path": output, "bytes": style.len() }), text))
}
