//! SHA-256, the checksum of stored files and rows.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

/// Bytes that are hashed at once.
const BUFFER_BYTES: usize = 1 << 16;

/// Returns the SHA-256 of `bytes` as 64 hexadecimal digits.
pub(crate) fn sha256(bytes: impl AsRef<[u8]>) -> String {
    hex(Sha256::digest(bytes))
}

/// Returns `bytes` as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the SHA-256 and the number of the bytes of a reader. The memory does not depend on their number.
pub(crate) fn sha256_reader(mut reader: impl Read) -> io::Result<([u8; 32], u64)> {
    let (mut hasher, mut buffer, mut bytes) = (Sha256::new(), vec![0; BUFFER_BYTES], 0);
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok((hasher.finalize().into(), bytes)),
            Ok(count) => {
                hasher.update(&buffer[..count]);
                bytes += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
