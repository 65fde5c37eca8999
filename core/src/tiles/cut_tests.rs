//! Cuts out of small archives in memory, and the local file that is written.

use std::path::PathBuf;

use proptest::prelude::*;

use super::archive::TileArchive;
use super::area::MapArea;
use super::coord::TileCoord;
use super::cover::TileCover;
use super::cut::{CutPlanner, CutRequest};
use super::directory::Entry;
use super::header::{Compression, Header, Section};
use super::plan::CutPlan;
use super::test_archive::{Layout, METADATA, Tiles, build, fetch, tiles};
use crate::error::{Error, Result};
use crate::model::{Bounds, Position};
use crate::storage::StdFileSystem;
use crate::transfer::ByteRange;

/// Length of the first request: shorter than the archives, so that they have an index and tiles beyond it.
const HEAD: u64 = 16_384;

/// The block of tiles around 6.2° E, 44.8° N at zoom 13: 1,536 of them, and their ancestors.
fn source() -> Tiles {
    let center = TileCoord::containing(6.2, 44.8, 13);
    tiles(13, center.x() - 24..center.x() + 24, center.y() - 16..center.y() + 16)
}

fn corridor(distance_m: f64) -> CutRequest {
    let line = vec![Position::new(6.0, 44.75), Position::new(6.2, 44.8), Position::new(6.3, 44.78)];
    CutRequest {
        area: MapArea::Corridor { lines: vec![line], distance_m },
        min_zoom: 5,
        max_zoom: None,
        max_bytes: None,
    }
}

/// Plans a cut out of an archive in memory. `pick` chooses which of the needed ranges is supplied next.
fn plan(archive: &[u8], request: CutRequest, pick: impl Fn(usize) -> usize) -> Result<CutPlan> {
    let mut planner = CutPlanner::with_head_bytes(request, HEAD)?;
    loop {
        let ranges = planner.next_ranges();
        if ranges.is_empty() {
            return planner.into_plan();
        }
        let range = ranges[pick(ranges.len())];
        planner.supply(range, fetch(archive, range))?;
    }
}

/// Writes a plan; returns the path and the bytes of the local archive.
fn write(archive: &[u8], plan: &CutPlan, folder: &std::path::Path) -> (PathBuf, Vec<u8>) {
    let files: Vec<PathBuf> = (0..plan.ranges().len()).map(|index| folder.join(index.to_string())).collect();
    for (range, path) in plan.ranges().iter().zip(&files) {
        std::fs::write(path, fetch(archive, *range)).unwrap();
    }
    let path = folder.join("cut.pmtiles");
    let written = plan.write(&files, &path, &StdFileSystem).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(written, bytes.len() as u64);
    files.iter().for_each(|file| std::fs::remove_file(file).unwrap());
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 1, "no temporary file stays");
    (path, bytes)
}

#[test]
fn cut_has_the_wanted_tiles_byte_for_byte_and_no_other() {
    let (source, folder) = (source(), tempfile::tempdir().unwrap());
    let layouts = [
        Layout::default(),
        Layout { leaf_entries: 10_000, depth: 0, compression: Compression::None, gap: 0 },
        Layout { leaf_entries: 8, depth: 3, compression: Compression::Gzip, gap: 50 },
    ];
    for layout in layouts {
        let archive = build(&source, layout);
        let request = corridor(800.0);
        let plan = plan(&archive, request.clone(), |_| 0).unwrap();
        let (path, _) = write(&archive, &plan, folder.path());
        let cut = TileArchive::open(&path).unwrap();
        let cover = TileCover::new(&request.area, 5, 13).unwrap();
        let mut wanted = 0;
        for (id, bytes) in &source {
            let tile = TileCoord::from_id(*id).unwrap();
            let found = cut.tile(tile.z(), tile.x(), tile.y()).unwrap();
            wanted += u64::from(cover.contains(tile));
            assert_eq!(found.map(|tile| tile.bytes), cover.contains(tile).then(|| bytes.clone()), "{tile:?}");
        }
        assert_eq!(plan.estimate().tiles, wanted);
        assert!(plan.estimate().unique_tiles < wanted, "the tiles of the sea count once");
        let info = cut.info();
        assert_eq!((info.min_zoom, info.max_zoom), (5, 13));
        assert_eq!((info.name.as_deref(), info.attribution.as_deref()), (Some("Test"), Some("© Someone")));
        assert_eq!(info.vector_layers, ["path", "water"]);
        let bounds = info.bounds.unwrap();
        assert!(bounds.west < 6.0 && bounds.west > 5.98 && bounds.north > 44.8 && bounds.north < 44.81, "{bounds:?}");
        std::fs::remove_file(path).unwrap();
    }
}

#[test]
fn plan_and_file_do_not_depend_on_the_order_of_the_responses() {
    let archive = build(&source(), Layout { leaf_entries: 8, depth: 2, ..Layout::default() });
    let (first, folder) = (plan(&archive, corridor(500.0), |_| 0).unwrap(), tempfile::tempdir().unwrap());
    let last = plan(&archive, corridor(500.0), |count| count - 1).unwrap();
    assert_eq!(first, last);
    let (_, bytes) = write(&archive, &first, folder.path());
    assert_eq!(write(&archive, &last, folder.path()).1, bytes);
}

#[test]
fn longer_first_request_saves_others_and_writes_the_same_file() {
    let archive = build(&source(), Layout { gap: 20, ..Layout::default() });
    let folder = tempfile::tempdir().unwrap();
    let cut = |head: u64| {
        let mut planner = CutPlanner::with_head_bytes(corridor(2_000.0), head).unwrap();
        let mut received = 0;
        while let Some(range) = planner.next_ranges().first().copied() {
            planner.supply(range, fetch(&archive, range)).unwrap();
            received += 1;
        }
        let plan = planner.into_plan().unwrap();
        let missing = plan.ranges().iter().filter(|range| range.start > 0);
        let (requests, bytes) = (missing.clone().count() as u64, missing.map(ByteRange::len).sum::<u64>());
        assert_eq!(plan.estimate().requests, received + requests);
        assert!(plan.estimate().download_bytes >= head.min(archive.len() as u64) + bytes);
        (plan.estimate().requests, write(&archive, &plan, folder.path()).1)
    };
    let (requests, file) = cut(HEAD);
    for head in [20_000, 40_000, archive.len() as u64 - 1, archive.len() as u64, 1 << 20] {
        let longer = cut(head);
        assert!(longer.0 <= requests && longer.1 == file, "{head}: {} of {requests} requests", longer.0);
    }
    assert_eq!(cut(archive.len() as u64).0, 1, "the first request has everything");
}

#[test]
fn stored_request_has_the_same_plan() {
    let archive = build(&source(), Layout::default());
    let stored = serde_json::to_string(&corridor(500.0)).unwrap();
    let again: CutRequest = serde_json::from_str(&stored).unwrap();
    assert_eq!(plan(&archive, again, |_| 0).unwrap(), plan(&archive, corridor(500.0), |_| 0).unwrap());
}

#[test]
fn budget_leaves_out_the_deepest_levels() {
    let archive = build(&source(), Layout::default());
    let whole = plan(&archive, corridor(500.0), |_| 0).unwrap().estimate();
    let cut = |max_bytes| plan(&archive, CutRequest { max_bytes: Some(max_bytes), ..corridor(500.0) }, |_| 0);
    assert_eq!(cut(whole.bytes).unwrap().estimate(), whole);
    let smaller = cut(whole.bytes - 1).unwrap().estimate();
    assert_eq!(smaller.max_zoom, 12);
    assert!(smaller.bytes < whole.bytes && smaller.tiles < whole.tiles);
    let exact = plan(&archive, CutRequest { max_zoom: Some(12), ..corridor(500.0) }, |_| 0).unwrap().estimate();
    assert_eq!((smaller.tiles, smaller.bytes), (exact.tiles, exact.bytes));
    assert!(cut(2).unwrap_err().to_string().starts_with("max_bytes: must be at least "));
}

#[test]
fn area_without_tiles_is_not_found() {
    let archive = build(&source(), Layout::default());
    let sea = MapArea::Bounds(Bounds { west: -30.0, south: 10.0, east: -29.0, north: 11.0 });
    let cut = |request| plan(&archive, request, |_| 0).unwrap_err();
    // The tiles of the lowest levels show the whole Earth.
    assert_eq!(cut(CutRequest { area: sea, ..corridor(0.0) }).code(), "not_found");
    assert_eq!(cut(CutRequest { min_zoom: 14, ..corridor(0.0) }).code(), "not_found");
}

#[test]
fn planner_refuses_what_it_did_not_ask_for() {
    let archive = build(&source(), Layout::default());
    let mut planner = CutPlanner::with_head_bytes(corridor(100.0), HEAD).unwrap();
    assert!(planner.plan().is_none());
    let head = planner.next_ranges()[0];
    assert_eq!((head.start, head.len()), (0, HEAD));
    let other = crate::transfer::ByteRange { start: 1, ..head };
    assert_eq!(planner.supply(other, &[0; 16_384]).unwrap_err().code(), "invalid_input");
    planner.supply(head, fetch(&archive, head)).unwrap();
    let leaf = planner.next_ranges()[0];
    assert_eq!(planner.supply(leaf, &[0]).unwrap_err().to_string(), "bytes: must have the length of the range");
    assert!(planner.into_plan().is_err());
    assert!(CutPlanner::new(CutRequest { max_zoom: Some(4), ..corridor(100.0) }).is_err());
}

#[test]
fn file_that_does_not_match_its_range_is_refused_and_the_old_archive_stays() {
    let archive = build(&source(), Layout::default());
    let plan = plan(&archive, corridor(100.0), |_| 0).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (path, before) = write(&archive, &plan, folder.path());
    let short: Vec<PathBuf> = plan.ranges().iter().map(|_| folder.path().join("short")).collect();
    std::fs::write(&short[0], b"too short").unwrap();
    let error = plan.write(&short, &path, &StdFileSystem).unwrap_err();
    assert!(
        matches!(&error, Error::Corrupt { detail } if detail.starts_with("the file of range 0 must have")),
        "{error}"
    );
    assert!(plan.write(&[], &path, &StdFileSystem).is_err());
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn metadata_that_is_no_json_is_replaced_and_other_metadata_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let layout = Layout { leaf_entries: 10_000, depth: 0, compression: Compression::None, gap: 0 };
    let mut archive = build(&source(), layout);
    let cut = |archive: &[u8]| {
        let plan = plan(archive, corridor(100.0), |_| 0).unwrap();
        let (path, _) = write(archive, &plan, folder.path());
        let info = TileArchive::open(&path).unwrap().info().clone();
        std::fs::remove_file(path).unwrap();
        (plan.metadata, info.attribution)
    };
    assert_eq!(cut(&archive), (METADATA.as_bytes().to_vec(), Some("© Someone".to_owned())));
    let at = archive.windows(METADATA.len()).position(|window| window == METADATA.as_bytes()).unwrap();
    archive[at] = b'[';
    assert_eq!(cut(&archive).1, None);
}

#[test]
fn many_tiles_are_written_with_leaf_directories() {
    let center = TileCoord::containing(6.2, 44.8, 14);
    let source = tiles(14, center.x() - 80..center.x() + 80, center.y() - 60..center.y() + 60);
    let archive = build(&source, Layout { leaf_entries: 512, ..Layout::default() });
    let area = MapArea::Bounds(Bounds { west: 3.0, south: 43.0, east: 9.0, north: 47.0 });
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(&archive, CutRequest { area, ..corridor(0.0) }, |_| 0).unwrap();
    let (path, bytes) = write(&archive, &plan, folder.path());
    let header = super::header::Header::decode(&bytes).unwrap();
    assert!(header.leaves.len > 0 && header.root.offset + header.root.len <= HEAD);
    let cut = TileArchive::open(&path).unwrap();
    let wanted = source.iter().filter(|(id, _)| super::coord::zoom_of(**id).is_some_and(|z| z >= 5));
    for (id, bytes) in wanted {
        let tile = TileCoord::from_id(*id).unwrap();
        assert_eq!(cut.tile(tile.z(), tile.x(), tile.y()).unwrap().map(|tile| tile.bytes).as_ref(), Some(bytes));
    }
}

#[test]
fn archive_with_endless_directories_is_refused_before_they_are_fetched() {
    // Leaf directories of 7 MiB, one for each 4,096 of the 262,144 tiles of an area.
    let area = MapArea::Bounds(TileCoord::new(4, 8, 5).unwrap().bounds());
    let start = TileCover::new(&area, 13, 13).unwrap().tiles().next().unwrap().id();
    let leaf =
        |index: u64| Entry { tile_id: start + index * 4_096, offset: index * (7 << 20), len: 7 << 20, run_length: 0 };
    let entries: Vec<Entry> = (0..64).map(leaf).collect();
    let root = super::directory::encode(&entries).unwrap();
    let header = Header {
        root: Section { offset: 127, len: root.len() as u64 },
        metadata: Section { offset: 127, len: 0 },
        leaves: Section { offset: 100_000, len: 1 << 40 },
        ..super::header::tests::example()
    };
    let archive = [header.encode(), root].concat();
    let error = plan(&archive, CutRequest { area, min_zoom: 13, max_zoom: None, max_bytes: None }, |_| 0).unwrap_err();
    assert!(error.to_string().contains("more than 64 MiB of directories"), "{error}");
}

/// A generator of numbers without a dependency (Knuth's MMIX).
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end.max(1)
    }
}

#[test]
fn mutated_archives_are_cut_or_refused() {
    let center = TileCoord::containing(6.2, 44.8, 9);
    let small = tiles(9, center.x() - 2..center.x() + 2, center.y() - 2..center.y() + 2);
    let archives = [
        build(&small, Layout { leaf_entries: 4, depth: 2, compression: Compression::None, gap: 0 }),
        build(&small, Layout { leaf_entries: 64, depth: 0, compression: Compression::None, gap: 0 }),
    ];
    let (mut random, mut outcomes) = (Random(7), [0, 0]);
    for round in 0..20_000 {
        let mut archive = archives[round % 2].clone();
        for _ in 0..=random.below(4) {
            // Most of the bytes are tiles; half of the changes are in the header and the root directory.
            let end = if random.below(2) == 0 { 200 } else { archive.len() };
            let at = random.below(end);
            archive[at] = if random.below(2) == 0 { 0xff } else { random.below(256) as u8 };
        }
        let request = CutRequest { max_bytes: Some(100_000), ..corridor(1_000.0) };
        let mut planner = CutPlanner::with_head_bytes(request, HEAD).unwrap();
        let outcome = loop {
            let Some(range) = planner.next_ranges().first().copied() else { break planner.into_plan() };
            // A server with fewer bytes sends no more.
            if let Err(error) = planner.supply(range, fetch(&archive, range)) {
                break Err(error);
            }
        };
        match outcome {
            Ok(plan) => {
                outcomes[0] += 1;
                assert!(plan.estimate().bytes <= 100_000);
            }
            Err(error) => {
                outcomes[1] += 1;
                assert!(["server", "not_found", "invalid_input"].contains(&error.code()), "{error}");
            }
        }
    }
    assert!(outcomes.iter().all(|count| *count > 1_000), "{outcomes:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn any_bytes_are_refused_or_planned(bytes in prop::collection::vec(any::<u8>(), 0..400), has_magic: bool) {
        let mut bytes = bytes;
        if has_magic && bytes.len() > 8 {
            bytes[..8].copy_from_slice(b"PMTiles\x03");
        }
        let _ = plan(&bytes, corridor(10.0), |_| 0);
    }
}
