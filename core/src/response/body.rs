//! The bytes of an answer on their way to the disk: unpacked, counted, bounded.
#![cfg_attr(
    not(feature = "net"),
    allow(clippy::infallible_destructuring_match, reason = "without the unpacking there is one way to write")
)]

use std::io::{self, Write};

#[cfg(feature = "net")]
use flate2::write::MultiGzDecoder;

use crate::error::Result;
use crate::storage::File;

/// How a body is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    None,
    /// Platforms unpack by themselves.
    #[cfg(feature = "net")]
    Gzip,
}

impl Packing {
    /// What `Content-Encoding` says; none where it is nothing that was asked for.
    pub(super) fn of(encoding: Option<&str>) -> Option<Packing> {
        match encoding.map(str::to_ascii_lowercase).as_deref() {
            None | Some("" | "identity") => Some(Packing::None),
            #[cfg(feature = "net")]
            Some("gzip" | "x-gzip") => Some(Packing::Gzip),
            Some(_) => None,
        }
    }
}

/// How a piece was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    On,
    /// More than is allowed, unpacked.
    TooLong,
    /// It cannot be unpacked.
    Broken,
}

/// The file that a body goes to.
#[derive(Debug)]
pub(super) struct BodyFile {
    writer: Writer,
}

#[derive(Debug)]
enum Writer {
    Plain(Bounded),
    #[cfg(feature = "net")]
    Gzip(Box<MultiGzDecoder<Bounded>>),
}

/// What the file takes, and what went wrong below the unpacking.
#[derive(Debug)]
struct Bounded {
    file: Box<dyn File>,
    bytes: u64,
    most: u64,
    is_too_long: bool,
    /// The disk's own error, which the unpacking would only hand on in words.
    failed: Option<io::Error>,
}

impl Write for Bounded {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.bytes + piece.len() as u64 > self.most {
            self.is_too_long = true;
            return Err(io::Error::other("too long"));
        }
        if let Err(error) = self.file.write_all(piece) {
            let told = io::Error::from(error.kind());
            self.failed = Some(error);
            return Err(told);
        }
        self.bytes += piece.len() as u64;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl BodyFile {
    pub(super) fn new(file: Box<dyn File>, packing: Packing, most: u64) -> BodyFile {
        let bounded = Bounded { file, bytes: 0, most, is_too_long: false, failed: None };
        let writer = match packing {
            Packing::None => Writer::Plain(bounded),
            #[cfg(feature = "net")]
            Packing::Gzip => Writer::Gzip(Box::new(MultiGzDecoder::new(bounded))),
        };
        BodyFile { writer }
    }

    /// Takes a piece as it came over the network; the error is the disk's.
    pub(super) fn write(&mut self, piece: &[u8]) -> Result<Written> {
        let written = match &mut self.writer {
            Writer::Plain(bounded) => bounded.write_all(piece),
            #[cfg(feature = "net")]
            Writer::Gzip(decoder) => decoder.write_all(piece),
        };
        if written.is_ok() {
            return Ok(Written::On);
        }
        let bounded = match &mut self.writer {
            Writer::Plain(bounded) => bounded,
            #[cfg(feature = "net")]
            Writer::Gzip(decoder) => decoder.get_mut(),
        };
        match bounded.failed.take() {
            Some(error) => Err(error.into()),
            None if bounded.is_too_long => Ok(Written::TooLong),
            None => Ok(Written::Broken),
        }
    }

    /// The end of the body: how many bytes the file took, or none where the packing says that some are missing. `sync`
    /// waits until they survive a loss of power.
    pub(super) fn finish(self, sync: bool) -> Result<Option<u64>> {
        let mut bounded = match self.writer {
            Writer::Plain(bounded) => bounded,
            #[cfg(feature = "net")]
            Writer::Gzip(mut decoder) => {
                if decoder.try_finish().is_err() {
                    return match decoder.get_mut().failed.take() {
                        Some(error) => Err(error.into()),
                        None => Ok(None),
                    };
                }
                match decoder.finish() {
                    Ok(bounded) => bounded,
                    Err(_) => return Ok(None),
                }
            }
        };
        bounded.file.flush()?;
        if sync {
            bounded.file.sync()?;
        }
        Ok(Some(bounded.bytes))
    }
}
