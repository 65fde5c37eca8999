//! Maps and styles.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use jalon::model::Bounds;
use jalon::storage::StdFileSystem;
use jalon::tiles::{CutPlanner, CutRequest, LocalFiles, MapArea, Style, TileArchive};
use jalon::transfer::ByteRange;

use super::scratch;

/// The length of a tile, and of a range that is planned for several.
const MAX_TILE: u64 = 16 << 20;
/// Ranges that are answered for one plan.
const MAX_REQUESTS: usize = 200;
/// Bytes of a cut that is written.
const MAX_WRITTEN: u64 = 1 << 20;

/// Reads the information of a map file, and some tiles of each zoom level.
fn read_tiles(path: &Path) {
    let Ok(archive) = TileArchive::open(path) else { return };
    let info = archive.info();
    assert!(info.min_zoom <= info.max_zoom);
    for zoom in (0..=16).chain([info.min_zoom, info.max_zoom]) {
        let last = (1_u32 << zoom) - 1;
        for (x, y) in [(0, 0), (last / 2, last / 3), (last, last)] {
            if let Ok(Some(tile)) = archive.tile(zoom, x, y) {
                assert!(tile.bytes.len() as u64 <= MAX_TILE);
            }
        }
    }
}

/// A local PMTiles file.
pub(super) fn pmtiles(bytes: &[u8]) {
    read_tiles(&scratch::write("map.pmtiles", bytes));
}

/// A local MBTiles file. The first bytes are always those of an SQLite database.
pub(super) fn mbtiles(bytes: &[u8]) {
    const MAGIC: &[u8] = b"SQLite format 3\0";
    let rest = bytes.get(MAGIC.len()..).unwrap_or_default();
    read_tiles(&scratch::write("map.mbtiles", &[MAGIC, rest].concat()));
}

/// A remote PMTiles file, out of which a box is cut.
pub(super) fn map_cut(bytes: &[u8]) {
    let area = MapArea::Bounds(Bounds { west: 5.9, south: 44.6, east: 6.4, north: 44.9 });
    for max_zoom in [None, Some(9)] {
        let request = CutRequest { area: area.clone(), min_zoom: 0, max_zoom, max_bytes: Some(8 << 20) };
        if let Ok(planner) = CutPlanner::new(request) {
            cut(planner, bytes);
        }
    }
}

fn cut(mut planner: CutPlanner, bytes: &[u8]) {
    let slice = |range: &ByteRange| {
        let (start, end) = (usize::try_from(range.start).ok()?, usize::try_from(range.end).ok()?);
        bytes.get(start..end)
    };
    for request in 0..MAX_REQUESTS {
        let ranges = planner.next_ranges();
        let Some(range) = ranges.first().filter(|_| planner.plan().is_none()) else { break };
        let part = if request == 0 { Some(bytes.get(..range.end as usize).unwrap_or(bytes)) } else { slice(range) };
        // The server does not have the range.
        let Some(part) = part else { return };
        if planner.supply(*range, part).is_err() {
            return;
        }
    }
    let Ok(plan) = planner.into_plan() else { return };
    let estimate = plan.estimate();
    assert!(plan.ranges().is_sorted() && plan.ranges().iter().all(|range| range.len() <= MAX_TILE));
    assert!(estimate.bytes <= 8 << 20, "more bytes than the request allows");
    if plan.ranges().len() > 20 || plan.ranges().iter().map(ByteRange::len).sum::<u64>() > MAX_WRITTEN {
        return;
    }
    let parts: Option<Vec<&[u8]>> = plan.ranges().iter().map(slice).collect();
    let Some(parts) = parts else { return };
    let files = parts.iter().enumerate().map(|(index, part)| scratch::write(&format!("range-{index}"), part));
    let files: Vec<PathBuf> = files.collect();
    let target = scratch::path("cut.pmtiles");
    plan.write(&files, &target, &StdFileSystem).unwrap_or_else(|error| panic!("the cut is not written: {error}"));
    let local = TileArchive::open(&target).unwrap_or_else(|error| panic!("the cut does not open: {error}"));
    assert_eq!((local.info().min_zoom, local.info().max_zoom), (estimate.min_zoom, estimate.max_zoom));
    read_tiles(&target);
}

/// A MapLibre style. Its files stay below the folder of the pack.
pub(super) fn style(bytes: &[u8]) {
    let Some(style) = str::from_utf8(bytes).ok().and_then(|json| Style::parse(json).ok()) else { return };
    let is_below = |path: &Path| path.components().all(|part| matches!(part, Component::Normal(_)));
    let glyphs = style.glyph_files(&[4, 200]).unwrap_or_default();
    let sprites = style.sprite_files().unwrap_or_default();
    let paths = glyphs.iter().map(|file| &file.path).chain(sprites.iter().map(|file| &file.path));
    for path in paths {
        assert!(is_below(path), "a path leaves the folder");
    }
    let sources = style.sources();
    let archives: BTreeMap<String, PathBuf> =
        sources.into_iter().take(3).map(|source| (source.id, PathBuf::from("/pack/map.pmtiles"))).collect();
    let folder = |name: &str| Some(Path::new("/pack").join(name));
    let files = LocalFiles { archives, glyphs: folder("glyphs"), sprites: folder("sprites") };
    if let Ok(json) = style.localize(&files) {
        assert!(Style::parse(&json).is_ok(), "the local style does not parse");
    }
}
