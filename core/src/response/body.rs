//! The body of a response: decoded, limited, written to a file.
#![cfg_attr(
    not(feature = "net"),
    allow(clippy::infallible_destructuring_match, reason = "without gzip there is one variant")
)]

use std::io::{self, Write};

#[cfg(feature = "net")]
use flate2::write::MultiGzDecoder;

use crate::error::Result;
use crate::storage::File;

/// The content encoding of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Identity,
    /// Only the reqwest driver asks for it; platforms decode by themselves.
    #[cfg(feature = "net")]
    Gzip,
}

impl Encoding {
    /// Reads `Content-Encoding`; `None` for an encoding that was not asked for.
    pub(super) fn parse(value: Option<&str>) -> Option<Encoding> {
        match value.map(str::to_ascii_lowercase).as_deref() {
            None | Some("" | "identity") => Some(Encoding::Identity),
            #[cfg(feature = "net")]
            Some("gzip" | "x-gzip") => Some(Encoding::Gzip),
            Some(_) => None,
        }
    }
}

/// Result of writing a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChunkResult {
    Written,
    /// The decoded body is longer than the limit.
    TooLong,
    /// The chunk cannot be decoded.
    Malformed,
}

/// The file that a body goes to, behind its decoder.
#[derive(Debug)]
pub(super) struct BodyFile {
    writer: Writer,
}

#[derive(Debug)]
enum Writer {
    Identity(LimitedFile),
    #[cfg(feature = "net")]
    Gzip(Box<MultiGzDecoder<LimitedFile>>),
}

/// A file that takes at most `max_bytes`, and remembers why a write failed: a decoder passes on only the words of an error.
#[derive(Debug)]
struct LimitedFile {
    file: Box<dyn File>,
    bytes: u64,
    max_bytes: u64,
    is_too_long: bool,
    disk_error: Option<io::Error>,
}

impl Write for LimitedFile {
    fn write(&mut self, chunk: &[u8]) -> io::Result<usize> {
        if self.bytes + chunk.len() as u64 > self.max_bytes {
            self.is_too_long = true;
            return Err(io::Error::other("too long"));
        }
        if let Err(error) = self.file.write_all(chunk) {
            let kind = io::Error::from(error.kind());
            self.disk_error = Some(error);
            return Err(kind);
        }
        self.bytes += chunk.len() as u64;
        Ok(chunk.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl BodyFile {
    pub(super) fn new(file: Box<dyn File>, encoding: Encoding, max_bytes: u64) -> BodyFile {
        let file = LimitedFile { file, bytes: 0, max_bytes, is_too_long: false, disk_error: None };
        let writer = match encoding {
            Encoding::Identity => Writer::Identity(file),
            #[cfg(feature = "net")]
            Encoding::Gzip => Writer::Gzip(Box::new(MultiGzDecoder::new(file))),
        };
        BodyFile { writer }
    }

    /// Writes a chunk as the network delivered it.
    ///
    /// # Errors
    /// Those of the disk.
    pub(super) fn write(&mut self, chunk: &[u8]) -> Result<ChunkResult> {
        let written = match &mut self.writer {
            Writer::Identity(file) => file.write_all(chunk),
            #[cfg(feature = "net")]
            Writer::Gzip(decoder) => decoder.write_all(chunk),
        };
        if written.is_ok() {
            return Ok(ChunkResult::Written);
        }
        let file = match &mut self.writer {
            Writer::Identity(file) => file,
            #[cfg(feature = "net")]
            Writer::Gzip(decoder) => decoder.get_mut(),
        };
        match file.disk_error.take() {
            Some(error) => Err(error.into()),
            None if file.is_too_long => Ok(ChunkResult::TooLong),
            None => Ok(ChunkResult::Malformed),
        }
    }

    /// Ends the body and returns the number of decoded bytes; `None` if the decoder misses some. With `sync` it waits until
    /// the bytes survive a power loss.
    ///
    /// # Errors
    /// Those of the disk.
    pub(super) fn finish(self, sync: bool) -> Result<Option<u64>> {
        let mut file = match self.writer {
            Writer::Identity(file) => file,
            #[cfg(feature = "net")]
            Writer::Gzip(mut decoder) => {
                if decoder.try_finish().is_err() {
                    return match decoder.get_mut().disk_error.take() {
                        Some(error) => Err(error.into()),
                        None => Ok(None),
                    };
                }
                match decoder.finish() {
                    Ok(file) => file,
                    Err(_) => return Ok(None),
                }
            }
        };
        file.file.flush()?;
        if sync {
            file.file.sync()?;
        }
        Ok(Some(file.bytes))
    }
}
