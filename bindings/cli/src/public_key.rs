//! Public keys as arguments: the key itself, or a file with it.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use jalon::edition::PublicKey;

use crate::error::{CliError, Result};

/// Longest file of a key, in bytes.
const MAX_FILE_BYTES: u64 = 4 << 10;

/// The public keys of an option, each given as its text or as the path of its file.
pub(crate) fn read_all(field: &'static str, keys: &[String]) -> Result<Vec<PublicKey>> {
    let read = |key: &String| {
        let rule = || CliError::invalid(field, "must be a public key of minisign, or its file");
        if let Ok(key) = PublicKey::parse(key) {
            return Ok(key);
        }
        let text = read_file(Path::new(key)).ok_or_else(rule)?;
        PublicKey::parse(&text).map_err(|_| rule())
    };
    keys.iter().map(read).collect()
}

/// The text of the file of a key; `None` if it cannot be read as text.
pub(crate) fn read_file(path: &Path) -> Option<String> {
    let mut text = String::new();
    fs::File::open(path).ok()?.take(MAX_FILE_BYTES).read_to_string(&mut text).ok()?;
    Some(text)
}
