//! A small PMTiles archive for tests, with the parts in an unusual order: header, root, tiles, metadata, leaf directories.

use std::collections::{BTreeMap, HashMap};

use super::coord::TileCoord;
use super::directory::{self, Entry};
use super::header::{Compression, Header, Section};
use crate::transfer::ByteRange;

pub(super) const METADATA: &str = r#"{"name":"Test","attribution":"© Someone","vector_layers":[{"id":"path","fields":{}},{"id":"water","fields":{}}]}"#;

/// Tiles by id.
pub(super) type Tiles = BTreeMap<u64, Vec<u8>>;

/// Tiles with all positions of a block of columns and rows at its zoom level, and their ancestors. Every third tile is the
/// same, like those of a sea.
pub(super) fn tiles(z: u8, columns: std::ops::Range<u32>, rows: std::ops::Range<u32>) -> Tiles {
    let mut tiles = Tiles::new();
    for level in 0..=z {
        let up = z - level;
        for x in columns.start >> up..=(columns.end - 1) >> up {
            for y in rows.start >> up..=(rows.end - 1) >> up {
                let is_sea = (x / 2 + y) % 3 == 0;
                let text = if is_sea { "sea".to_owned() } else { format!("tile {level}/{x}/{y};") };
                tiles.insert(TileCoord::new(level, x, y).unwrap().id(), text.into_bytes());
            }
        }
    }
    tiles
}

/// How an archive is built.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    /// Number of entries of a leaf directory, and number of levels of leaf directories.
    pub(super) leaf_entries: usize,
    pub(super) depth: usize,
    pub(super) compression: Compression,
    /// Unused bytes before each tile.
    pub(super) gap: usize,
}

impl Default for Layout {
    fn default() -> Self {
        Layout { leaf_entries: 16, depth: 1, compression: Compression::Gzip, gap: 0 }
    }
}

/// Builds an archive.
pub(super) fn build(tiles: &Tiles, layout: Layout) -> Vec<u8> {
    let encode = |entries: &[Entry]| {
        let gzip = directory::encode(entries).unwrap();
        match layout.compression {
            Compression::Gzip => gzip,
            _ => directory::decompress(&gzip, Compression::Gzip).unwrap(),
        }
    };
    let (mut data, mut offsets) = (Vec::new(), HashMap::new());
    let mut entries: Vec<Entry> = Vec::new();
    for (id, tile) in tiles {
        let offset = *offsets.entry(tile.clone()).or_insert_with(|| {
            data.resize(data.len() + layout.gap, 0xee);
            data.extend(tile);
            (data.len() - tile.len()) as u64
        });
        match entries.last_mut() {
            Some(last) if last.offset == offset && last.end_id() == *id => last.run_length += 1,
            _ => entries.push(Entry { tile_id: *id, offset, len: tile.len() as u32, run_length: 1 }),
        }
    }
    let count = entries.len() as u64;
    let mut leaves = Vec::new();
    for _ in 0..layout.depth {
        entries = entries
            .chunks(layout.leaf_entries)
            .map(|chunk| {
                let leaf = encode(chunk);
                leaves.extend_from_slice(&leaf);
                let offset = (leaves.len() - leaf.len()) as u64;
                Entry { tile_id: chunk[0].tile_id, offset, len: leaf.len() as u32, run_length: 0 }
            })
            .collect();
    }
    let root = encode(&entries);
    let metadata = match layout.compression {
        Compression::Gzip => directory::compress(METADATA.as_bytes()).unwrap(),
        _ => METADATA.as_bytes().to_vec(),
    };
    let section = |before: Section, len: usize| Section { offset: before.offset + before.len, len: len as u64 };
    let root_section = Section { offset: 127, len: root.len() as u64 };
    let data_section = section(root_section, data.len());
    let metadata_section = section(data_section, metadata.len());
    let zoom = |id: Option<&u64>| TileCoord::from_id(*id.unwrap()).unwrap().z();
    let header = Header {
        root: root_section,
        metadata: metadata_section,
        leaves: section(metadata_section, leaves.len()),
        data: data_section,
        addressed_tiles: tiles.len() as u64,
        entries: count,
        contents: offsets.len() as u64,
        internal_compression: layout.compression,
        tile_compression: Compression::None,
        min_zoom: zoom(tiles.keys().next()),
        max_zoom: zoom(tiles.keys().next_back()),
        ..super::header::tests::example()
    };
    [header.encode(), root, data, metadata, leaves].concat()
}

/// The bytes of a range, as a server answers: those that exist.
pub(super) fn fetch(archive: &[u8], range: ByteRange) -> &[u8] {
    let start = archive.len().min(range.start as usize);
    &archive[start..archive.len().min(range.end as usize)]
}
