//! The plan of a cut: the tiles, which of them share their bytes, and the byte ranges that contain them.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::coord::zoom_of;
use super::cover::TileCover;
use super::cut::{invalid_archive, not_found};
use super::directory::Entry;
use super::header::{Compression, Header, TileType};
use super::ranges::{find, ranges_of_cut};
use crate::error::{Error, Result};
use crate::model::{Bounds, Position};
use crate::transfer::ByteRange;

/// Maximum length of one tile. Maps for phones keep tiles below 1 MiB.
pub(super) const MAX_TILE_BYTES: u32 = 16 << 20;

/// The size of a cut, known before a tile is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MapEstimate {
    /// Number of tiles that the archive has in the area.
    pub tiles: u64,
    /// Number of different tiles: those that share their bytes count once.
    pub unique_tiles: u64,
    /// Number of different tiles that other maps on the device have: they are copied, not fetched.
    pub shared_tiles: u64,
    /// Bytes of the different tiles. The local file is larger by its directories, a few bytes per tile.
    pub bytes: u64,
    /// Bytes to fetch: those of the tiles that are not shared, of gaps between them, and of the archive's directories.
    pub download_bytes: u64,
    /// Number of requests, those for the directories included.
    pub requests: u64,
    /// The first zoom level that has a tile.
    pub min_zoom: u8,
    /// The last zoom level that has a tile.
    pub max_zoom: u8,
    /// The files of the style beside the tiles; `None` if the map has no style.
    pub style: Option<StyleEstimate>,
}

/// The size of the files of a style, beside the map's tiles: the style itself, its glyphs and its sprites.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StyleEstimate {
    /// Number of files to fetch, one request each.
    pub files: u64,
    /// Number of these files whose size is not known.
    pub unknown: u64,
    /// Bytes of the files whose size is known.
    pub bytes: u64,
}

/// The bytes of one or more tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) len: u32,
    /// Index of the range that contains it; the number of ranges if it is in the file of shared tiles.
    pub(super) range: u32,
    /// Offset in this range, or in the file of shared tiles.
    pub(super) offset: u64,
}

/// A run of tiles that share their bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) tile_id: u64,
    pub(super) run_length: u32,
    /// Index of the content.
    pub(super) content: u32,
}

/// What was received before the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Received {
    /// The first range, which can have tiles.
    pub(super) head: ByteRange,
    /// Number of its bytes: fewer if the archive is shorter.
    pub(super) head_bytes: u64,
    /// Number of requests.
    pub(super) requests: u64,
    pub(super) bytes: u64,
}

/// The plan of a cut: which byte ranges to fetch, and how the local file is written from them.
#[derive(Debug, PartialEq)]
pub struct CutPlan {
    pub(super) header: Header,
    /// Decompressed JSON.
    pub(super) metadata: Vec<u8>,
    pub(super) bounds: Bounds,
    pub(super) center: Position,
    /// Sorted by tile id.
    pub(super) runs: Vec<Run>,
    /// In the order of their first use.
    pub(super) contents: Vec<Content>,
    pub(super) ranges: Vec<ByteRange>,
    pub(super) estimate: MapEstimate,
    pub(super) received: Received,
    /// Bytes of the file of shared tiles.
    pub(super) shared_bytes: u64,
}

impl CutPlan {
    /// Plans the tiles of `cover`. The entries are sorted, and their runs within the ids of a cover of the same area with
    /// as many levels or more.
    pub(super) fn new(
        header: Header,
        metadata: Vec<u8>,
        cover: &TileCover,
        entries: &[Entry],
        received: Received,
    ) -> Result<CutPlan> {
        let end_id = cover.ranges().last().map_or(0, |range| range.end);
        let count = entries.partition_point(|entry| entry.tile_id < end_id);
        let (entries, _) = entries.split_at_checked(count).unwrap_or_default();
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return Err(not_found()) };

        let mut indices: HashMap<(u64, u32), u32> = HashMap::new();
        let mut parts = Vec::new();
        let mut runs: Vec<Run> = Vec::with_capacity(entries.len());
        for entry in entries {
            let located = header.data.locate(entry.offset, u64::from(entry.len));
            let offset = located.ok_or_else(|| invalid_archive("has a tile outside of its section"))?;
            if entry.len > MAX_TILE_BYTES {
                return Err(invalid_archive("has a tile of more than 16 MiB"));
            }
            let content = *indices.entry((entry.offset, entry.len)).or_insert_with(|| {
                parts.push(ByteRange::new(offset, u64::from(entry.len)));
                parts.len() as u32 - 1
            });
            match runs.last_mut() {
                // Runs that were separate in the archive, because they were in two directories.
                Some(run) if run.content == content && run.tile_id + u64::from(run.run_length) == entry.tile_id => {
                    run.run_length = run.run_length.saturating_add(entry.run_length);
                }
                _ => runs.push(Run { tile_id: entry.tile_id, run_length: entry.run_length, content }),
            }
        }
        let tiles = runs.iter().map(|run| u64::from(run.run_length)).sum();
        let ranges = ranges_of_cut(&parts, tiles, received);
        let mut contents = Vec::with_capacity(parts.len());
        for part in &parts {
            let range = find(&ranges, part).ok_or_else(|| Error::internal("a tile is in no range"))?;
            let offset = part.start - ranges.get(range).map_or(0, |range| range.start);
            contents.push(Content { len: part.len() as u32, range: range as u32, offset });
        }
        let estimate = MapEstimate {
            tiles,
            unique_tiles: contents.len() as u64,
            shared_tiles: 0,
            bytes: parts.iter().map(ByteRange::len).sum(),
            download_bytes: 0,
            requests: 0,
            min_zoom: zoom_of(first.tile_id).unwrap_or_default(),
            max_zoom: zoom_of(last.tile_id).unwrap_or_default(),
            style: None,
        };
        let bounds = common_bounds(cover.bounds(), header.valid_bounds());
        let center = center(&header, &bounds);
        let mut plan =
            CutPlan { header, metadata, bounds, center, runs, contents, ranges, estimate, received, shared_bytes: 0 };
        plan.count_requests();
        Ok(plan)
    }

    /// Counts the requests and their bytes, once the ranges are known. The head was received before.
    pub(super) fn count_requests(&mut self) {
        let missing = self.ranges.iter().filter(|range| **range != self.received.head);
        self.estimate.requests = self.received.requests + missing.clone().count() as u64;
        self.estimate.download_bytes = self.received.bytes + missing.map(ByteRange::len).sum::<u64>();
    }

    /// The size of the cut.
    pub fn estimate(&self) -> MapEstimate {
        self.estimate
    }

    /// The byte ranges that contain the tiles, sorted. Each is at most 4 MiB long, or contains one longer tile. The first one
    /// can be the first range of the planner, whose bytes were received.
    pub fn ranges(&self) -> &[ByteRange] {
        &self.ranges
    }

    /// The format of the tiles.
    pub fn tile_type(&self) -> TileType {
        self.header.tile_type
    }

    /// The compression of the tiles.
    pub fn tile_compression(&self) -> Compression {
        self.header.tile_compression
    }

    /// The box of the area, within the box of the remote archive.
    pub fn bounds(&self) -> Bounds {
        self.bounds
    }
}

/// The deepest zoom level with which the different tiles have at most `max_bytes`.
pub(super) fn max_zoom_within(entries: &[Entry], max_bytes: u64) -> Result<u8> {
    let mut seen = HashSet::new();
    let (mut bytes, mut deepest) = (0, None);
    let levels = entries.chunk_by(|a, b| zoom_of(a.tile_id) == zoom_of(b.tile_id));
    for level in levels {
        bytes += level
            .iter()
            .filter(|entry| seen.insert((entry.offset, entry.len)))
            .map(|entry| u64::from(entry.len))
            .sum::<u64>();
        if bytes > max_bytes {
            break;
        }
        deepest = level.first().and_then(|entry| zoom_of(entry.tile_id));
    }
    match deepest {
        Some(zoom) => Ok(zoom),
        None if entries.is_empty() => Err(not_found()),
        None => Err(Error::invalid("max_bytes", format!("must be at least {bytes}, the size of the first zoom level"))),
    }
}

/// The part of the area's box that is in the archive's box.
fn common_bounds(area: Bounds, archive: Option<Bounds>) -> Bounds {
    let Some(archive) = archive else { return area };
    let common = Bounds {
        west: area.west.max(archive.west),
        south: area.south.max(archive.south),
        east: area.east.min(archive.east),
        north: area.north.min(archive.north),
    };
    // An archive whose box is wrong still has tiles in the area.
    if common.west < common.east && common.south < common.north { common } else { area }
}

/// The archive's centre if the box contains it, or else the middle of the box.
fn center(header: &Header, bounds: &Bounds) -> Position {
    if bounds.contains(header.center) {
        return header.center;
    }
    Position::new((bounds.west + bounds.east) / 2.0, (bounds.south + bounds.north) / 2.0)
}
