//! The argument of a public key: the key itself, or a file with it.

use std::fs;
use std::path::Path;

use crate::error::{CliError, Result};

/// A file of minisign has a comment of at most 1,024 bytes and a key of 56.
const MAX_FILE_BYTES: u64 = 4 << 10;

/// The public key of an argument, which names a file or is the key.
pub(crate) fn read(argument: &str) -> Result<String> {
    let path = Path::new(argument);
    let Ok(metadata) = fs::metadata(path) else { return Ok(argument.to_owned()) };
    let rule = || CliError::invalid("public-key", "must be a public key of minisign, or a text file with one");
    if !metadata.is_file() || metadata.len() > MAX_FILE_BYTES {
        return Err(rule());
    }
    fs::read_to_string(path).map_err(|_| rule())
}
