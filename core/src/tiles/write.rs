//! Writes a cut into one local PMTiles archive. All lengths are known before the first byte, so the file is written from
//! start to end: header, root directory, metadata, leaf directories, tiles. The crate `pmtiles` writes the header last and
//! needs a file that can seek, which [`FileSystem`] does not have, and keeps 16 KiB for the root directory.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::directory::{self, Entry};
use super::header::{Compression, HEADER_BYTES, Header, Section};
use super::plan::CutPlan;
use crate::error::{Error, Result};
use crate::storage::{FileSystem, with_suffix};

/// Maximum length of the root directory: it must lie in the first 16 KiB of the archive.
const MAX_ROOT_BYTES: usize = 16_384 - HEADER_BYTES;
/// Number of entries of a leaf directory, unless the root directory has too many leaves then.
const MIN_LEAF_ENTRIES: usize = 4_096;

impl CutPlan {
    /// Writes the local archive from files that contain the fetched [`ranges`](Self::ranges), one file for each, in the same
    /// order, and at the end the file of shared tiles, if other archives have some. Returns the length of the archive in bytes.
    ///
    /// The tiles and the metadata (attribution, vector layers) are those of the remote archive, byte for byte; equal plans
    /// and ranges give equal files. The archive is written under a temporary name (`.new` appended), synced and renamed, so
    /// `path` has the old or the new content. Memory: 24 bytes per tile, and the longest tile.
    ///
    /// # Errors
    /// * [`Error::InvalidInput`] if there are not as many files as ranges.
    /// * [`Error::Corrupt`] if a file does not have the length of its range, or, of the first one, of the archive.
    /// * [`Error::StorageFull`], [`Error::ReadOnly`] and [`Error::Internal`] as the file system says.
    pub fn write(&self, range_files: &[PathBuf], path: &Path, file_system: &dyn FileSystem) -> Result<u64> {
        if range_files.len() != self.ranges().len() + usize::from(self.shared_bytes > 0) {
            return Err(Error::invalid("range_files", "must be one for each range"));
        }
        let temporary = with_suffix(path, ".new");
        let written = self.write_file(range_files, &temporary, file_system);
        match written.and_then(|bytes| Ok(file_system.rename(&temporary, path).map(|()| bytes)?)) {
            Ok(bytes) => {
                if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                    file_system.sync_dir(folder)?;
                }
                Ok(bytes)
            }
            Err(error) => {
                // Frees the space of the partial file; the caller needs the first error.
                let _ = file_system.remove_file(&temporary);
                Err(error)
            }
        }
    }

    fn write_file(&self, range_files: &[PathBuf], path: &Path, file_system: &dyn FileSystem) -> Result<u64> {
        let head = self.head()?;
        let mut output = BufWriter::new(file_system.open(path, 0)?);
        let mut bytes = head.len() as u64;
        output.write_all(&head)?;
        let mut reader = RangeReader { files: range_files, open: None, buffer: Vec::new() };
        for content in &self.contents {
            let range_len = self.file_bytes(content.range as usize);
            let tile = reader.read(content.range as usize, range_len, content.offset, content.len)?;
            output.write_all(tile)?;
            bytes += tile.len() as u64;
        }
        let mut file = output.into_inner().map_err(|error| error.into_error())?;
        file.sync()?;
        Ok(bytes)
    }

    /// The length of the file of a range, or of that of shared tiles.
    fn file_bytes(&self, range: usize) -> u64 {
        match self.ranges().get(range) {
            Some(range) if *range == self.received.head => self.received.head_bytes,
            Some(range) => range.len(),
            None => self.shared_bytes,
        }
    }

    /// Everything before the tiles: header, root directory, metadata, leaf directories.
    fn head(&self) -> Result<Vec<u8>> {
        let mut offsets = Vec::with_capacity(self.contents.len());
        let mut data_len = 0;
        for content in &self.contents {
            offsets.push(data_len);
            data_len += u64::from(content.len);
        }
        let mut entries = Vec::with_capacity(self.runs.len());
        for run in &self.runs {
            let content = self.contents.get(run.content as usize).zip(offsets.get(run.content as usize));
            let (content, offset) = content.ok_or_else(|| Error::internal("a run has no content"))?;
            entries.push(Entry { tile_id: run.tile_id, run_length: run.run_length, offset: *offset, len: content.len });
        }
        let (root, leaves) = directories(&entries)?;
        let metadata = directory::compress(self.valid_metadata())?;
        let section = |before: &Section, len: usize| Section { offset: before.offset + before.len, len: len as u64 };
        let root_section = Section { offset: HEADER_BYTES as u64, len: root.len() as u64 };
        let metadata_section = section(&root_section, metadata.len());
        let leaves_section = section(&metadata_section, leaves.len());
        let estimate = self.estimate();
        let zooms = estimate.min_zoom..=estimate.max_zoom;
        let header = Header {
            root: root_section,
            metadata: metadata_section,
            leaves: leaves_section,
            data: Section { len: data_len, ..section(&leaves_section, 0) },
            addressed_tiles: estimate.tiles,
            entries: entries.len() as u64,
            contents: estimate.unique_tiles,
            is_clustered: true,
            internal_compression: Compression::Gzip,
            tile_compression: self.header.tile_compression,
            tile_type: self.header.tile_type,
            min_zoom: *zooms.start(),
            max_zoom: *zooms.end(),
            bounds: self.bounds,
            center: self.center,
            center_zoom: self.header.center_zoom.clamp(*zooms.start(), *zooms.end()),
        };
        Ok([header.encode(), root, metadata, leaves].concat())
    }

    /// The metadata, or an empty object if it is no JSON: readers refuse an archive whose metadata they cannot parse.
    fn valid_metadata(&self) -> &[u8] {
        let is_object = self.metadata.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
        let is_valid = serde_json::from_slice::<serde::de::IgnoredAny>(&self.metadata).is_ok();
        if is_object && is_valid { &self.metadata } else { b"{}" }
    }
}

/// The root directory, and the leaf directories one after the other if the root alone would be too long.
fn directories(entries: &[Entry]) -> Result<(Vec<u8>, Vec<u8>)> {
    let root = directory::encode(entries)?;
    if root.len() <= MAX_ROOT_BYTES {
        return Ok((root, Vec::new()));
    }
    let mut leaf_entries = MIN_LEAF_ENTRIES;
    loop {
        let (mut pointers, mut leaves) = (Vec::new(), Vec::new());
        for chunk in entries.chunks(leaf_entries) {
            let leaf = directory::encode(chunk)?;
            let tile_id = chunk.first().map_or(0, |entry| entry.tile_id);
            let (offset, len) = (leaves.len() as u64, leaf.len() as u32);
            pointers.push(Entry { tile_id, offset, len, run_length: 0 });
            leaves.extend(leaf);
        }
        let root = directory::encode(&pointers)?;
        if root.len() <= MAX_ROOT_BYTES {
            return Ok((root, leaves));
        }
        leaf_entries *= 2;
    }
}

/// Reads tiles out of the files of the ranges, mostly one after the other.
struct RangeReader<'a> {
    files: &'a [PathBuf],
    /// The file that was read last, its index, and the offset in it.
    open: Option<(usize, BufReader<File>, u64)>,
    buffer: Vec<u8>,
}

impl RangeReader<'_> {
    fn read(&mut self, index: usize, range_len: u64, offset: u64, len: u32) -> Result<&[u8]> {
        let damaged = || Error::corrupt(format!("the file of range {index} must have {range_len} bytes"));
        let (mut file, at) = match self.open.take() {
            Some((open, file, at)) if open == index => (file, at),
            _ => {
                let path = self.files.get(index).ok_or_else(damaged)?;
                let file = File::open(path)?;
                if file.metadata()?.len() != range_len {
                    return Err(damaged());
                }
                (BufReader::new(file), 0)
            }
        };
        match i64::try_from(offset).ok().zip(i64::try_from(at).ok()) {
            // Keeps the buffered bytes.
            Some((offset, at)) => file.seek_relative(offset - at)?,
            None => file.seek(SeekFrom::Start(offset)).map(drop)?,
        }
        self.buffer.resize(len as usize, 0);
        file.read_exact(&mut self.buffer).map_err(|_| damaged())?;
        self.open = Some((index, file, offset + u64::from(len)));
        Ok(&self.buffer)
    }
}
