//! Reads a local map file, PMTiles or MBTiles. The file may come from anywhere: lengths are compared with the file before
//! memory is allocated, and a query of an MBTiles file ends after a bounded number of steps.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde_json::Value;

use super::coord::TileCoord;
use super::header::{Compression, TileType};
use super::mbtiles::MbTiles;
use super::pmtiles::PmTiles;
use crate::error::{Error, Result};
use crate::model::Bounds;

/// Maximum length of the JSON metadata that is read.
pub(super) const MAX_METADATA_BYTES: usize = 4 << 20;
/// Maximum number of names of vector layers.
const MAX_LAYERS: usize = 1_000;
/// The first bytes of an SQLite database.
const SQLITE_MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// A local map file, open for reading. Several threads may read from it at the same time.
#[derive(Debug)]
pub struct TileArchive {
    reader: Reader,
    info: TileArchiveInfo,
}

#[derive(Debug)]
enum Reader {
    PmTiles(PmTiles),
    MbTiles(MbTiles),
}

/// The container of the tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TileArchiveFormat {
    /// PMTiles, version 3.
    PmTiles,
    /// MBTiles 1.3: an SQLite database.
    MbTiles,
}

/// What a map file says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct TileArchiveInfo {
    /// The container.
    pub format: TileArchiveFormat,
    /// The format of the tiles.
    pub tile_type: TileType,
    /// The compression of the tiles.
    pub tile_compression: Compression,
    /// The first zoom level.
    pub min_zoom: u8,
    /// The last zoom level.
    pub max_zoom: u8,
    /// The box of the tiles, if it is stated and valid.
    pub bounds: Option<Bounds>,
    /// Name of the map.
    pub name: Option<String>,
    /// The sources that a map must name, as HTML. It is not cleaned: show it in a view that runs no scripts.
    pub attribution: Option<String>,
    /// Names of the layers of vector tiles, sorted as in the file.
    pub vector_layers: Vec<String>,
}

/// A tile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// The bytes, as they are stored.
    pub bytes: Vec<u8>,
    /// Media type, for `Content-Type`.
    pub media_type: &'static str,
    /// Compression of the bytes, for `Content-Encoding`; `None` if they are not compressed.
    pub content_encoding: Option<&'static str>,
}

impl TileArchive {
    /// Opens a map file. Its content decides what it is, not its name.
    ///
    /// # Errors
    /// * [`Error::NotFound`] if there is no file.
    /// * [`Error::Corrupt`] if it is neither PMTiles nor MBTiles, or is damaged.
    /// * [`Error::Busy`] if another process is writing to an MBTiles file.
    pub fn open(path: &Path) -> Result<TileArchive> {
        let mut file = File::open(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Error::NotFound { detail: "the map file".to_owned() },
            _ => error.into(),
        })?;
        let mut magic = Vec::new();
        file.by_ref().take(SQLITE_MAGIC.len() as u64).read_to_end(&mut magic)?;
        if magic == SQLITE_MAGIC {
            let (reader, info) = MbTiles::open(path)?;
            return Ok(TileArchive { reader: Reader::MbTiles(reader), info });
        }
        if magic.starts_with(super::header::MAGIC) {
            let (reader, info) = PmTiles::open(file)?;
            return Ok(TileArchive { reader: Reader::PmTiles(reader), info });
        }
        Err(Error::corrupt("the map file must be PMTiles or MBTiles"))
    }

    /// What the file says of itself.
    pub fn info(&self) -> &TileArchiveInfo {
        &self.info
    }

    /// Reads a tile: zoom level, column from the west, row from the north. `None` if the file does not have it. One or two
    /// reads from the disk.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if column or row is not below 2^zoom, [`Error::Corrupt`] if the file is damaged.
    pub fn tile(&self, z: u8, x: u32, y: u32) -> Result<Option<Tile>> {
        let coord = TileCoord::new(z, x, y)?;
        let bytes = match &self.reader {
            Reader::PmTiles(reader) => reader.tile(coord)?,
            Reader::MbTiles(reader) => reader.tile(coord)?,
        };
        Ok(bytes.map(|bytes| {
            let content_encoding = match self.info.format {
                TileArchiveFormat::PmTiles => self.info.tile_compression.content_encoding(),
                // The format of MBTiles has no field for it.
                TileArchiveFormat::MbTiles => is_gzip(&bytes).then_some("gzip"),
            };
            Tile { bytes, media_type: self.info.tile_type.media_type(), content_encoding }
        }))
    }

    /// The length of a tile of a PMTiles archive by its id; `None` if the archive does not have the tile.
    pub(super) fn tile_len(&self, id: u64) -> Result<Option<u32>> {
        match &self.reader {
            Reader::PmTiles(reader) => reader.tile_len(id),
            Reader::MbTiles(_) => Ok(None),
        }
    }
}

impl TileArchiveInfo {
    /// Fills in what JSON metadata says: the whole metadata of PMTiles, or the row `json` of MBTiles. Fields of a wrong
    /// type, and text that is no JSON, count as missing.
    pub(super) fn read_json(&mut self, json: &[u8]) {
        let Ok(metadata) = serde_json::from_slice::<Value>(json.get(..MAX_METADATA_BYTES).unwrap_or(json)) else {
            return;
        };
        let text = |field: &str| metadata.get(field).and_then(Value::as_str).map(str::to_owned);
        self.name = self.name.take().or_else(|| text("name"));
        self.attribution = self.attribution.take().or_else(|| text("attribution"));
        let layers = metadata.get("vector_layers").and_then(Value::as_array).into_iter().flatten();
        let names = layers.filter_map(|layer| layer.get("id")?.as_str().map(str::to_owned));
        self.vector_layers = names.take(MAX_LAYERS).collect();
    }
}

pub(super) fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}
