//! The signature of a manifest, in the format of minisign (<https://jedisct1.github.io/minisign/>): Ed25519 over the BLAKE2b
//! hash of the file. `minisign -V -P KEY -m datapackage.json` verifies it too.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::invalid;
use crate::error::{Error, Result};

/// The longest signature or key, in bytes.
const MAX_TEXT: usize = 4 << 10;
/// First bytes of an Ed25519 key, and of a signature of a hash.
const KEY_ALGORITHM: &[u8] = b"Ed";
const SIGNATURE_ALGORITHM: &[u8] = b"ED";
const KEY_LENGTH: usize = 42;
const SIGNATURE_LENGTH: usize = 74;

/// A public key of minisign, which verifies editions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// Two bytes for the algorithm, eight for the id, the key.
    bytes: [u8; KEY_LENGTH],
}

impl PublicKey {
    /// Reads a public key: the text `RW…`, or the whole file with its comment line.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it is not a public key of minisign.
    pub fn parse(text: &str) -> Result<PublicKey> {
        let rule =
            || Error::invalid("public_key", "must be a public key of minisign: 56 characters that start with RW");
        if text.len() > MAX_TEXT {
            return Err(rule());
        }
        let lines =
            text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("untrusted comment:"));
        let lines: Vec<_> = lines.collect();
        let [line] = lines[..] else { return Err(rule()) };
        let bytes: [u8; KEY_LENGTH] =
            STANDARD.decode(line).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(rule)?;
        if bytes.starts_with(KEY_ALGORITHM) { Ok(PublicKey { bytes }) } else { Err(rule()) }
    }

    /// Id of the key, 16 hexadecimal digits, as minisign prints it.
    pub fn id(&self) -> String {
        key_id(&self.bytes)
    }

    /// The text of the key, `RW…`.
    pub fn to_text(&self) -> String {
        STANDARD.encode(self.bytes)
    }
}

/// The id in the bytes of a key or of a signature.
fn key_id(bytes: &[u8]) -> String {
    bytes.iter().skip(2).take(8).rev().map(|byte| format!("{byte:02X}")).collect()
}

/// Verifies the signature of a manifest, and returns the index of the key that made it.
///
/// # Errors
/// [`Error::Server`] if there is no signature, if it is no signature of minisign, if none of `keys` made it, or if the
/// manifest or the signature's comment has changed since.
pub(crate) fn verify(manifest: &[u8], signature: &[u8], keys: &[PublicKey]) -> Result<usize> {
    let (decoded, id) = decode(signature)?;
    let mut is_known = false;
    for (index, key) in keys.iter().enumerate().filter(|(_, key)| key.id() == id) {
        is_known = true;
        let key = minisign_verify::PublicKey::from_base64(&key.to_text()).map_err(Error::internal)?;
        if key.verify(manifest, &decoded, false).is_ok() {
            return Ok(index);
        }
    }
    Err(if is_known {
        invalid("the edition has changed since it was signed")
    } else {
        invalid(format!("the edition is signed by another key: {id}"))
    })
}

/// The id of the key that is said to have made a signature. Nothing is verified.
///
/// # Errors
/// [`Error::Server`] if there is no signature, or if it is no signature of minisign.
pub(super) fn claimed_signer(signature: &[u8]) -> Result<String> {
    Ok(decode(signature)?.1)
}

/// Reads a signature, and the id of its key.
fn decode(signature: &[u8]) -> Result<(minisign_verify::Signature, String)> {
    if signature.iter().all(u8::is_ascii_whitespace) {
        return Err(invalid("the edition has no signature"));
    }
    let not_one = || invalid("the signature of the edition is not a signature of minisign");
    let text = str::from_utf8(signature).map_err(|_| not_one())?;
    if text.len() > MAX_TEXT {
        return Err(not_one());
    }
    let decoded = minisign_verify::Signature::decode(text).map_err(|_| not_one())?;
    let bytes = text.lines().nth(1).and_then(|line| STANDARD.decode(line).ok());
    let bytes = bytes.filter(|bytes| bytes.len() == SIGNATURE_LENGTH).ok_or_else(not_one)?;
    if !bytes.starts_with(SIGNATURE_ALGORITHM) {
        return Err(invalid("the signature must be one of a hash, as minisign makes them since version 0.10"));
    }
    Ok((decoded, key_id(&bytes)))
}
