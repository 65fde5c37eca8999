//! Entry point for fuzzing. Not part of the API.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::{ResponseWriter, Step};
use crate::error::Result;
use crate::storage::{StdFileSystem, with_suffix};
use crate::transfer::{BodyKind, ByteRange, Transfer};

/// Bytes that the body may have.
const MAX_BYTES: u64 = 1 << 20;

/// One or two responses to the same transfer, into the file `target`. A byte says what is requested. Then, for each response,
/// up to a byte 1: the status and the headers, one on a line; after a byte 0, the body.
///
/// # Errors
/// Those of the disk.
pub fn exchanges(bytes: &[u8], target: &Path) -> Result<()> {
    let Some((choice, rest)) = bytes.split_first() else { return Ok(()) };
    let body = [BodyKind::Json, BodyKind::File, BodyKind::FileSize][usize::from(choice % 3)];
    let range = (choice & 16 != 0 && body == BodyKind::File).then(|| ByteRange::new(3, 5));
    for response in rest.split(|byte| *byte == 1).take(2) {
        let transfer = Transfer { range, ..Transfer::new(1, "https://park.example/a", body) };
        let writer = ResponseWriter::new(transfer, target.to_owned(), Arc::new(StdFileSystem), MAX_BYTES);
        exchange(if choice & 32 == 0 { writer } else { writer.decoded_by_client() }, response)?;
    }
    if let Ok(written) = fs::metadata(target) {
        assert!(written.len() <= MAX_BYTES, "the file is longer than its limit");
    }
    for file in [target.to_owned(), with_suffix(target, ".part"), with_suffix(target, ".part.json")] {
        // The next input starts without files.
        let _ = fs::remove_file(file);
    }
    Ok(())
}

/// One exchange, in which each request gets the same response.
fn exchange(mut writer: ResponseWriter, response: &[u8]) -> Result<()> {
    let (head, body) = response.split_at(response.iter().position(|byte| *byte == 0).unwrap_or(response.len()));
    let head = String::from_utf8_lossy(head);
    let mut lines = head.lines();
    let status = lines.next().and_then(|status| status.trim().parse().ok()).unwrap_or(200);
    let headers: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(':')).collect();
    let mut step = writer.start()?;
    while matches!(step, Step::Send(_)) {
        step = writer.on_head(status, headers.iter().copied())?;
    }
    for chunk in body.get(1..).unwrap_or_default().chunks(7) {
        if step != Step::Body {
            break;
        }
        step = writer.write_chunk(chunk)?;
    }
    if step == Step::Body {
        writer.finish()?;
    }
    Ok(())
}
