//! The log file of a recording. Each fix is appended as one record with a length and a checksum, and has reached the operating
//! system when the append returns: if the process dies, nothing is lost. The file is synced every [`SYNC_INTERVAL_MS`], so that
//! a power cut loses less than the fixes of 10 seconds.
//!
//! A record that was only half written, or that is damaged, is left out. Every 64th point is a key point, from which reading
//! goes on after damage.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::point_codec::{Point, crc32, decode, encode};
use crate::error::{Error, Result};
use crate::model::{Fix, Id};
use crate::storage::{File, FileSystem};

/// The name of the file in the journal's directory.
pub(super) const FILE_NAME: &str = "recording.log";
/// Time between two syncs. One record later than this is on the disk less than 10 s after the sync before.
pub(super) const SYNC_INTERVAL_MS: u64 = 8_000;
/// Points from one key point to the next.
const KEY_INTERVAL: usize = 64;
/// The first byte of a record that is no point.
const HEADER: u8 = 0x80;
const PAUSE: u8 = 0x81;
const RESUME: u8 = 0x82;
/// Maximum length of a record without its length and checksum.
const MAX_RECORD: usize = 4_096;
/// Maximum size of the file that is read: ten days at one fix a second.
const MAX_BYTES: u64 = 32 << 20;

/// The first record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) trek: Option<(String, Id)>,
    pub(super) created_ms: i64,
}

/// The content of a log.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// `None` if its record is damaged.
    pub(super) header: Option<Header>,
    /// The fixes, each with whether it starts a section.
    pub(super) fixes: Vec<(Fix, bool)>,
    pub(super) is_paused: bool,
    /// Whether there was a pause after the last fix.
    pub(super) is_interrupted: bool,
    /// End of the last intact record.
    length: u64,
}

/// A log that is open for appending.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    file_system: Arc<dyn FileSystem>,
    /// Closed after a failed write, because part of the record may be in the file.
    file: Option<Box<dyn File>>,
    /// Length of the file, without a partial record.
    length: u64,
    /// Records that could not be written yet.
    pending: Vec<u8>,
    previous: Option<Point>,
    points_since_key: usize,
}

impl Log {
    /// Creates the file. It is on stable storage when this returns.
    pub(super) fn create(directory: &Path, file_system: &Arc<dyn FileSystem>, header: &Header) -> Result<Log> {
        let content = Content::default();
        let mut log = Log::open(directory, file_system, &content);
        log.write_header(header)?;
        log.sync()?;
        file_system.sync_dir(directory)?;
        Ok(log)
    }

    /// Appends to an existing file, after its last intact record.
    pub(super) fn open(directory: &Path, file_system: &Arc<dyn FileSystem>, content: &Content) -> Log {
        Log {
            path: directory.join(FILE_NAME),
            file_system: Arc::clone(file_system),
            file: None,
            length: content.length,
            pending: Vec::new(),
            previous: None,
            points_since_key: 0,
        }
    }

    /// Appends a header, which replaces the earlier one.
    pub(super) fn write_header(&mut self, header: &Header) -> Result<()> {
        let mut record = vec![HEADER];
        serde_json::to_writer(&mut record, header).map_err(Error::internal)?;
        self.append(&record)
    }

    /// Appends a fix. If this fails, the fix is appended with the next one.
    pub(super) fn push(&mut self, fix: &Fix, starts_section: bool) -> Result<()> {
        let point = Point::new(fix, starts_section);
        if self.points_since_key == KEY_INTERVAL {
            self.previous = None;
        }
        self.points_since_key = if self.previous.is_none() { 1 } else { self.points_since_key + 1 };
        let mut record = Vec::new();
        encode(self.previous.as_ref(), &point, &mut record);
        self.previous = Some(point);
        self.append(&record)
    }

    pub(super) fn pause(&mut self) -> Result<()> {
        self.append(&[PAUSE])
    }

    pub(super) fn resume(&mut self) -> Result<()> {
        self.append(&[RESUME])
    }

    fn append(&mut self, record: &[u8]) -> Result<()> {
        match record.len() {
            length @ 0..0x80 => self.pending.push(length as u8),
            length => self.pending.extend([length as u8 | 0x80, (length >> 7) as u8]),
        }
        self.pending.extend(record);
        self.pending.extend(crc32(record).to_le_bytes());
        self.flush()
    }

    fn flush(&mut self) -> Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let mut file = match self.file.take() {
            Some(file) => file,
            None => self.file_system.open(&self.path, self.length)?,
        };
        file.write_all(&self.pending)?;
        self.file = Some(file);
        self.length += self.pending.len() as u64;
        self.pending.clear();
        Ok(())
    }

    /// Closes the file, so that the next write opens it again.
    #[cfg(test)]
    pub(super) fn close_for_test(&mut self) {
        self.file = None;
    }

    /// Blocks until every record is on stable storage.
    pub(super) fn sync(&mut self) -> Result<()> {
        self.flush()?;
        match &mut self.file {
            Some(file) => Ok(file.sync()?),
            None => Ok(()),
        }
    }
}

/// Reads the log in a directory; `None` if there is none.
pub(super) fn read(directory: &Path) -> Result<Option<Content>> {
    use std::io::Read as _;

    let file = match std::fs::File::open(directory.join(FILE_NAME)) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut bytes = Vec::new();
    file.take(MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(Some(parse(&bytes)))
}

/// Reads the intact records.
pub(super) fn parse(bytes: &[u8]) -> Content {
    let mut content = Content::default();
    let mut previous: Option<Point> = None;
    let mut is_damaged = false;
    let mut place = 0;
    while place < bytes.len() {
        let Some((record, end)) = record(&bytes[place..]) else {
            // The length itself may be damaged: the next record is looked for at each byte.
            (previous, is_damaged) = (None, true);
            place += 1;
            continue;
        };
        match record {
            [HEADER, json @ ..] => {
                if let Ok(header) = serde_json::from_slice(json) {
                    content.header = Some(header);
                }
            }
            [PAUSE] => (content.is_paused, content.is_interrupted) = (true, true),
            [RESUME] => content.is_paused = false,
            mut point => {
                let Some(point) = decode(previous.as_ref(), &mut point).filter(|_| point.is_empty()) else {
                    // A difference to a damaged point.
                    (previous, is_damaged) = (None, true);
                    place += end;
                    continue;
                };
                content.fixes.push((point.fix(), point.starts_section || is_damaged));
                content.is_interrupted = false;
                (previous, is_damaged) = (Some(point), false);
            }
        }
        place += end;
        content.length = place as u64;
    }
    content
}

/// The record at the front of `bytes`, and its end. Its length is one byte up to 127, so for all points; the highest bit of the
/// first byte marks a length of two bytes.
fn record(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let first = usize::from(*bytes.first()?);
    let (length, start) =
        if first < 0x80 { (first, 1) } else { ((first & 0x7F) | (usize::from(*bytes.get(1)?) << 7), 2) };
    let end = start + length;
    let record = bytes.get(start..end)?;
    let checksum = bytes.get(end..end + 4)?;
    let is_intact = (1..=MAX_RECORD).contains(&length) && crc32(record).to_le_bytes() == checksum;
    is_intact.then_some((record, end + 4))
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;
