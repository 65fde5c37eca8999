//! SHA-256 as bytes, and the check of a whole file.

use std::fs::File;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::invalid;
use crate::digest::sha256_reader;
use crate::error::Result;

/// A SHA-256.
pub(super) type Hash = [u8; 32];

/// Returns the SHA-256 of `bytes`.
pub(super) fn hash(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// Checks the length and the SHA-256 of a file before it is read. The memory does not depend on its length.
///
/// # Errors
/// [`Error::Server`](crate::Error::Server) if they differ from those of the manifest; errors of the disk.
pub(crate) fn check_file(path: &Path, bytes: u64, sha256: &[u8; 32]) -> Result<()> {
    let file = File::open(path)?;
    if file.metadata()?.len() != bytes {
        return Err(invalid("the length of a file differs from that in the manifest"));
    }
    if sha256_reader(file)? != (*sha256, bytes) {
        return Err(invalid("the SHA-256 of a file differs from that in the manifest"));
    }
    Ok(())
}

/// Reads a SHA-256 of 64 hexadecimal digits in lower case.
pub(super) fn from_hex(text: &str) -> Option<Hash> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut hash = [0; 32];
    let pairs = text.as_bytes();
    if pairs.len() != 2 * hash.len() {
        return None;
    }
    for (byte, pair) in hash.iter_mut().zip(pairs.chunks_exact(2)) {
        *byte = 16 * digit(pair[0])? + digit(pair[1])?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_hex_reads_only_what_hex_writes() {
        let one = hash(b"one");
        let text = crate::digest::hex(one);
        assert_eq!(from_hex(&text), Some(one));
        for wrong in [&text[1..], &text.to_uppercase(), &format!("{text}0"), &"é".repeat(32)] {
            assert_eq!(from_hex(wrong), None);
        }
    }

    #[test]
    fn check_file_names_length_and_hash() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let content = vec![7; 200_001];
        std::fs::write(&path, &content).unwrap();
        let length = content.len() as u64;
        check_file(&path, length, &hash(&content)).unwrap();
        assert!(check_file(&path, length + 1, &hash(&content)).unwrap_err().to_string().contains("length"));
        assert!(check_file(&path, length, &[0; 32]).unwrap_err().to_string().contains("SHA-256"));
    }
}
