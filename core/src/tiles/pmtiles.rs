//! A local PMTiles archive.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use super::archive::{TileArchiveFormat, TileArchiveInfo};
use super::coord::TileCoord;
use super::directory::{self, Entry};
use super::header::{HEADER_BYTES, Header, Section};
use super::plan::MAX_TILE_BYTES;
use crate::error::{Error, Result};

/// Number of decoded leaf directories that are kept: those of the last views.
const CACHED_LEAVES: usize = 8;
/// Larger leaf directories are not kept: 24 bytes per entry.
const MAX_CACHED_ENTRIES: usize = 65_536;
/// Maximum depth of leaf directories. Writers use one level.
const MAX_DEPTH: usize = 4;
/// Maximum length of a directory or of the metadata, compressed.
const MAX_BLOCK_BYTES: u64 = 8 << 20;

/// A PMTiles archive that is open for reading.
#[derive(Debug)]
pub(super) struct PmTiles {
    header: Header,
    root: Vec<Entry>,
    file: Mutex<ArchiveFile>,
}

#[derive(Debug)]
struct ArchiveFile {
    file: File,
    len: u64,
    /// Leaf directories by offset, the last used one at the end.
    leaves: Vec<(u64, Arc<Vec<Entry>>)>,
}

impl PmTiles {
    pub(super) fn open(file: File) -> Result<(PmTiles, TileArchiveInfo)> {
        let len = file.metadata()?.len();
        let mut file = ArchiveFile { file, len, leaves: Vec::new() };
        let header = Header::decode(&file.read(0, (HEADER_BYTES as u64).min(len))?)?;
        let root = directory::decode(&file.read_block(header.root)?, header.internal_compression)?;
        let mut info = TileArchiveInfo {
            format: TileArchiveFormat::PmTiles,
            tile_type: header.tile_type,
            tile_compression: header.tile_compression,
            min_zoom: header.min_zoom,
            max_zoom: header.max_zoom,
            bounds: header.valid_bounds(),
            name: None,
            attribution: None,
            vector_layers: Vec::new(),
        };
        // A map without its metadata can still be drawn.
        let metadata = file.read_block(header.metadata);
        if let Ok(json) = metadata.and_then(|bytes| directory::decompress(&bytes, header.internal_compression)) {
            info.read_json(&json);
        }
        Ok((PmTiles { header, root, file: Mutex::new(file) }, info))
    }

    pub(super) fn tile(&self, coord: TileCoord) -> Result<Option<Vec<u8>>> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = self.entry(&mut file, coord.id())?;
        entry.map(|entry| file.read_tile(&self.header, entry)).transpose()
    }

    /// The length of a tile; `None` if the archive does not have it.
    pub(super) fn tile_len(&self, id: u64) -> Result<Option<u32>> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(self.entry(&mut file, id)?.map(|entry| entry.len))
    }

    /// The entry of a tile, which is no leaf directory.
    fn entry(&self, file: &mut ArchiveFile, id: u64) -> Result<Option<Entry>> {
        let mut found = directory::find(&self.root, id).copied();
        for _ in 0..MAX_DEPTH {
            let Some(entry) = found.filter(Entry::is_leaf) else { return Ok(found) };
            let leaf = file.leaf(&self.header, entry)?;
            found = directory::find(&leaf, id).copied();
        }
        match found {
            Some(entry) if entry.is_leaf() => {
                Err(Error::corrupt("the map file has leaf directories of too many levels"))
            }
            found => Ok(found),
        }
    }
}

impl ArchiveFile {
    fn read_tile(&mut self, header: &Header, entry: Entry) -> Result<Vec<u8>> {
        let offset = header.data.locate(entry.offset, u64::from(entry.len));
        match offset.filter(|_| entry.len <= MAX_TILE_BYTES) {
            Some(offset) => self.read(offset, u64::from(entry.len)),
            None => Err(Error::corrupt("the map file has a tile outside of its section, or of more than 16 MiB")),
        }
    }

    fn leaf(&mut self, header: &Header, entry: Entry) -> Result<Arc<Vec<Entry>>> {
        if let Some(position) = self.leaves.iter().position(|(offset, _)| *offset == entry.offset) {
            let cached = self.leaves.remove(position);
            let leaf = Arc::clone(&cached.1);
            self.leaves.push(cached);
            return Ok(leaf);
        }
        let len = u64::from(entry.len);
        let offset = header.leaves.locate(entry.offset, len);
        let offset =
            offset.ok_or_else(|| Error::corrupt("the map file has a leaf directory outside of its section"))?;
        let bytes = self.read_block(Section { offset, len })?;
        let leaf = Arc::new(directory::decode(&bytes, header.internal_compression)?);
        if leaf.len() <= MAX_CACHED_ENTRIES {
            if self.leaves.len() == CACHED_LEAVES {
                self.leaves.remove(0);
            }
            self.leaves.push((entry.offset, Arc::clone(&leaf)));
        }
        Ok(leaf)
    }

    fn read_block(&mut self, section: Section) -> Result<Vec<u8>> {
        if section.len > MAX_BLOCK_BYTES {
            return Err(Error::corrupt("the map file has a directory or metadata of more than 8 MiB"));
        }
        self.read(section.offset, section.len)
    }

    /// Reads bytes that are inside the file.
    fn read(&mut self, offset: u64, len: u64) -> Result<Vec<u8>> {
        if offset.checked_add(len).is_none_or(|end| end > self.len) {
            return Err(Error::corrupt("the map file ends too early"));
        }
        self.file.seek(SeekFrom::Start(offset))?;
        let mut bytes = vec![0; len as usize];
        match self.file.read_exact(&mut bytes) {
            Ok(()) => Ok(bytes),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                Err(Error::corrupt("the map file ends too early"))
            }
            Err(error) => Err(error.into()),
        }
    }
}
