//! The header of a PMTiles archive, version 3: 127 bytes at its start. The crate `pmtiles` decodes it, too, but keeps the
//! offsets to itself, and an archive cannot be read in ranges without them.
//!
//! Format: <https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md>.

use super::coord::MAX_ZOOM;
use crate::error::{Error, Result};
use crate::model::{Bounds, Position};

/// Length of the header.
pub(super) const HEADER_BYTES: usize = 127;
/// The first bytes of every PMTiles archive.
pub(super) const MAGIC: &[u8; 7] = b"PMTiles";
const VERSION: u8 = 3;
/// Coordinates are stored as integers of this fraction of a degree.
const UNITS_PER_DEGREE: f64 = 1e7;

/// The compression of tiles, or of directories and metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not stated by the archive.
    Unknown,
    /// Not compressed.
    None,
    /// Gzip (RFC 1952).
    Gzip,
    /// Brotli (RFC 7932).
    Brotli,
    /// Zstandard (RFC 8878).
    Zstd,
}

impl Compression {
    const ALL: [Compression; 5] = [Self::Unknown, Self::None, Self::Gzip, Self::Brotli, Self::Zstd];

    /// The value of the header `Content-Encoding`; `None` if the bytes are not compressed or the compression is unknown.
    pub fn content_encoding(self) -> Option<&'static str> {
        match self {
            Compression::Unknown | Compression::None => None,
            Compression::Gzip => Some("gzip"),
            Compression::Brotli => Some("br"),
            Compression::Zstd => Some("zstd"),
        }
    }
}

/// The format of tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TileType {
    /// Not stated by the archive.
    Unknown,
    /// Mapbox Vector Tile.
    Mvt,
    /// PNG picture.
    Png,
    /// JPEG picture.
    Jpeg,
    /// WebP picture.
    Webp,
    /// AVIF picture.
    Avif,
    /// MapLibre Vector Tile.
    Mlt,
}

impl TileType {
    const ALL: [TileType; 7] = [Self::Unknown, Self::Mvt, Self::Png, Self::Jpeg, Self::Webp, Self::Avif, Self::Mlt];

    /// The media type of the tiles, for the header `Content-Type`.
    pub fn media_type(self) -> &'static str {
        match self {
            TileType::Unknown => "application/octet-stream",
            TileType::Mvt => "application/vnd.mapbox-vector-tile",
            TileType::Png => "image/png",
            TileType::Jpeg => "image/jpeg",
            TileType::Webp => "image/webp",
            TileType::Avif => "image/avif",
            TileType::Mlt => "application/vnd.maplibre-vector-tile",
        }
    }
}

/// A part of the archive, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Section {
    pub(super) offset: u64,
    pub(super) len: u64,
}

impl Section {
    /// The absolute offset of `len` bytes at `offset` inside this section; `None` if they are not inside.
    pub(super) fn locate(&self, offset: u64, len: u64) -> Option<u64> {
        let end = offset.checked_add(len)?;
        if end > self.len { None } else { self.offset.checked_add(offset) }
    }
}

/// The header of an archive.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Header {
    pub(super) root: Section,
    pub(super) metadata: Section,
    pub(super) leaves: Section,
    pub(super) data: Section,
    /// Number of addressed tiles, 0 if unknown; likewise the next two.
    pub(super) addressed_tiles: u64,
    pub(super) entries: u64,
    pub(super) contents: u64,
    /// True if the tiles are stored in the order of their ids.
    pub(super) is_clustered: bool,
    pub(super) internal_compression: Compression,
    pub(super) tile_compression: Compression,
    pub(super) tile_type: TileType,
    pub(super) min_zoom: u8,
    pub(super) max_zoom: u8,
    pub(super) bounds: Bounds,
    pub(super) center: Position,
    pub(super) center_zoom: u8,
}

impl Header {
    /// Decodes the first bytes of an archive.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if they are no header of version 3, or if a section ends beyond 2^63 bytes.
    pub(super) fn decode(bytes: &[u8]) -> Result<Header> {
        let Some(bytes) = bytes.first_chunk::<HEADER_BYTES>() else {
            return Err(Error::corrupt("a PMTiles header must have 127 bytes"));
        };
        if !bytes.starts_with(MAGIC) || bytes[7] != VERSION {
            return Err(Error::corrupt("the file must be a PMTiles archive of version 3"));
        }
        let section = |at| {
            let (offset, len) = (u64_at(bytes, at), u64_at(bytes, at + 8));
            match offset.checked_add(len) {
                Some(end) if end <= i64::MAX as u64 => Ok(Section { offset, len }),
                _ => Err(Error::corrupt("the PMTiles header names a section beyond 2^63 bytes")),
            }
        };
        let compression = |at: usize| {
            let known = Compression::ALL.get(usize::from(bytes[at])).copied();
            known.ok_or_else(|| Error::corrupt("the PMTiles header names an unknown compression"))
        };
        let (min_zoom, max_zoom) = (bytes[100], bytes[101]);
        if min_zoom > max_zoom || max_zoom > MAX_ZOOM {
            return Err(Error::corrupt("the PMTiles header has a wrong range of zoom levels"));
        }
        let bounds = Bounds {
            west: degrees_at(bytes, 102),
            south: degrees_at(bytes, 106),
            east: degrees_at(bytes, 110),
            north: degrees_at(bytes, 114),
        };
        Ok(Header {
            root: section(8)?,
            metadata: section(24)?,
            leaves: section(40)?,
            data: section(56)?,
            addressed_tiles: u64_at(bytes, 72),
            entries: u64_at(bytes, 80),
            contents: u64_at(bytes, 88),
            is_clustered: bytes[96] == 1,
            internal_compression: compression(97)?,
            tile_compression: compression(98)?,
            // A format that is newer than this list does not keep the tiles from being copied.
            tile_type: TileType::ALL.get(usize::from(bytes[99])).copied().unwrap_or(TileType::Unknown),
            min_zoom,
            max_zoom,
            bounds,
            center_zoom: bytes[118],
            center: Position::new(degrees_at(bytes, 119), degrees_at(bytes, 123)),
        })
    }

    /// Encodes the header.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER_BYTES);
        bytes.extend(MAGIC);
        bytes.push(VERSION);
        for section in [self.root, self.metadata, self.leaves, self.data] {
            bytes.extend(section.offset.to_le_bytes());
            bytes.extend(section.len.to_le_bytes());
        }
        for count in [self.addressed_tiles, self.entries, self.contents] {
            bytes.extend(count.to_le_bytes());
        }
        bytes.push(u8::from(self.is_clustered));
        bytes.extend([self.internal_compression as u8, self.tile_compression as u8, self.tile_type as u8]);
        bytes.extend([self.min_zoom, self.max_zoom]);
        let degrees = |value: f64| ((value * UNITS_PER_DEGREE).round() as i32).to_le_bytes();
        let Bounds { west, south, east, north } = self.bounds;
        [west, south, east, north].into_iter().for_each(|edge| bytes.extend(degrees(edge)));
        bytes.push(self.center_zoom);
        bytes.extend(degrees(self.center.lon));
        bytes.extend(degrees(self.center.lat));
        bytes
    }

    /// The box of the tiles, with edges in range. `None` if the archive has no usable box.
    pub(super) fn valid_bounds(&self) -> Option<Bounds> {
        let Bounds { west, south, east, north } = self.bounds;
        let corners = [Position::new(west, south), Position::new(east, north)];
        (corners.iter().all(Position::is_valid) && west < east && south < north).then_some(self.bounds)
    }
}

fn u64_at(bytes: &[u8; HEADER_BYTES], at: usize) -> u64 {
    (0..8).rev().fold(0, |value, index| value << 8 | u64::from(bytes[at + index]))
}

fn degrees_at(bytes: &[u8; HEADER_BYTES], at: usize) -> f64 {
    let value = i32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    f64::from(value) / UNITS_PER_DEGREE
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn example() -> Header {
        Header {
            root: Section { offset: 127, len: 300 },
            metadata: Section { offset: 427, len: 20 },
            leaves: Section { offset: 447, len: 0 },
            data: Section { offset: 447, len: 100_000 },
            addressed_tiles: 9,
            entries: 8,
            contents: 7,
            is_clustered: true,
            internal_compression: Compression::Gzip,
            tile_compression: Compression::Gzip,
            tile_type: TileType::Mvt,
            min_zoom: 5,
            max_zoom: 15,
            bounds: Bounds { west: 5.8, south: 44.5, east: 6.8, north: 45.1 },
            center: Position::new(6.25, 44.75),
            center_zoom: 9,
        }
    }

    #[test]
    fn encoded_header_is_decoded_by_us_and_by_the_pmtiles_crate() {
        let header = example();
        let bytes = header.encode();
        assert_eq!(Header::decode(&bytes).unwrap(), header);
        let theirs = pmtiles::Header::try_from_bytes(bytes.into()).unwrap();
        assert_eq!((theirs.min_zoom, theirs.max_zoom, theirs.center_zoom), (5, 15, 9));
        assert_eq!((theirs.min_longitude, theirs.max_latitude, theirs.center_latitude), (5.8, 45.1, 44.75));
        assert_eq!(theirs.tile_type, pmtiles::TileType::Mvt);
        assert!(theirs.clustered());
        let counts = [theirs.n_addressed_tiles(), theirs.n_tile_entries(), theirs.n_tile_contents()];
        assert_eq!(counts.map(|count| count.map_or(0, u64::from)), [9, 8, 7]);
    }

    #[test]
    fn wrong_headers_are_refused_with_a_sentence() {
        let refused = |change: fn(&mut Vec<u8>)| {
            let mut bytes = example().encode();
            change(&mut bytes);
            Header::decode(&bytes).unwrap_err().to_string()
        };
        assert!(refused(|bytes| bytes.truncate(126)).contains("must have 127 bytes"));
        assert!(refused(|bytes| bytes[0] = b'p').contains("version 3"));
        assert!(refused(|bytes| bytes[7] = 2).contains("version 3"));
        assert!(refused(|bytes| bytes[15] = 255).contains("beyond 2^63 bytes"));
        assert!(refused(|bytes| bytes[97] = 5).contains("unknown compression"));
        assert!(refused(|bytes| bytes[100] = 16).contains("range of zoom levels"));
    }

    #[test]
    fn section_locates_only_what_lies_inside() {
        let section = Section { offset: 100, len: 10 };
        assert_eq!(section.locate(0, 10), Some(100));
        assert_eq!(section.locate(4, 7), None);
        assert_eq!(section.locate(u64::MAX, 1), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_decoded_or_refused(mut bytes in prop::collection::vec(any::<u8>(), 127..200)) {
            bytes[..8].copy_from_slice(b"PMTiles\x03");
            if let Ok(header) = Header::decode(&bytes) {
                prop_assert_eq!(Header::decode(&header.encode()).map(|again| again.root), Ok(header.root));
            }
        }
    }
}
