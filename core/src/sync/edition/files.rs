//! The files of an edition that were received: read within the limits of the manifest, and checked.

use std::fs;
use std::path::Path;

use crate::edition::{FileRef, check_file};
use crate::error::{Error, Result};

/// The error for files that are not those of the manifest.
pub(super) fn invalid(detail: &str) -> Error {
    Error::Server { status: None, detail: detail.to_owned() }
}

/// Reads a file that must not be longer than `max_bytes`.
pub(super) fn read_limited(file: &Path, max_bytes: u64) -> Result<Vec<u8>> {
    if fs::metadata(file)?.len() > max_bytes {
        return Err(invalid("a file of the edition is longer than the manifest says"));
    }
    Ok(fs::read(file)?)
}

/// The bytes from `start` to `end` of a file, of which `bytes` are those from `offset`.
pub(super) fn slice(bytes: &[u8], start: u64, end: u64, offset: u64) -> Option<&[u8]> {
    let start = usize::try_from(start.checked_sub(offset)?).ok()?;
    bytes.get(start..usize::try_from(end.checked_sub(offset)?).ok()?)
}

/// Compares a whole file with the manifest. Returns the problem, if there is one.
pub(super) fn check_whole(file: &Path, expected: &FileRef) -> Result<Option<Error>> {
    match check_file(file, expected.bytes, &expected.sha256) {
        Ok(()) => Ok(None),
        Err(error @ Error::Server { .. }) => Ok(Some(error)),
        Err(error) => Err(error),
    }
}
