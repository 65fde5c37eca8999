//! Maps of packs that overlap: what one has is not downloaded again for another.

use std::collections::BTreeSet;

use jalon::catalogue::{Pack, PackSubject, PictureSize};
use jalon::companion::MapOptions;
use jalon::model::Bounds;
use jalon::tiles::{MapEstimate, TileArchive};
use jalon::transfer::CancelToken;
use jalon_tests::fixture::NAME;

use crate::map_download::{MAP, TREK, Trip, equal_tiles, file_of};

const FIRST: PackSubject = PackSubject::Trek(TREK);
type Tile = (u8, u32, u32);

/// A box around the middle of the map, which overlaps the corridor of the trek.
fn second(trip: &Trip) -> PackSubject {
    let [west, south, east, north] = trip.map.bbox;
    let (lon, lat) = ((west + east) / 2.0, (south + north) / 2.0);
    let (width, height) = ((east - west) / 4.0, (north - south) / 4.0);
    PackSubject::Bounds(Bounds { west: lon - width, south: lat - height, east: lon + width, north: lat + height })
}

fn estimate(trip: &Trip, subject: &PackSubject, options: &MapOptions) -> MapEstimate {
    trip.companion.fetch_map_estimate(NAME, subject, options, &CancelToken::default()).unwrap()
}

fn download(trip: &Trip, subject: &PackSubject, options: &MapOptions) -> Pack {
    trip.companion.download_map(NAME, subject, options, &CancelToken::default(), |_| {}).unwrap()
}

/// The tiles of the source that a local archive has.
fn tiles(trip: &Trip, pack: &Pack) -> BTreeSet<Tile> {
    let archive = TileArchive::open(&file_of(pack)).unwrap();
    let has_tile = |(z, x, y): &&Tile| archive.tile(*z, *x, *y).unwrap().is_some();
    trip.map.tiles.keys().filter(has_tile).copied().collect()
}

/// The ranges of the archive that were requested, sorted.
fn ranges(trip: &Trip) -> Vec<(usize, usize)> {
    let requests = trip.requests();
    let range = |range: &str| {
        let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
        Some((first.parse().ok()?, last.parse::<usize>().ok()? + 1))
    };
    let mut ranges: Vec<_> =
        requests.iter().filter_map(|request| range(request.range.as_deref().unwrap_or_default())).collect();
    ranges.sort_unstable();
    ranges
}

/// A phone with the pack of the trek and that of the box; both are without maps.
fn trip() -> (Trip, PackSubject) {
    let mut trip = Trip::new();
    let second = second(&trip);
    trip.phone.download(second, PictureSize::None).unwrap();
    trip.companion = trip.phone.companion();
    trip.requests();
    (trip, second)
}

#[test]
fn overlapping_map_requests_only_the_tiles_that_no_other_map_has() {
    let (trip, second) = trip();
    let options = trip.options();
    let alone = estimate(&trip, &second, &options);
    assert_eq!(alone.shared_tiles, 0);
    // The index is not requested again.
    let mut requested = ranges(&trip);
    let first = download(&trip, &FIRST, &options);
    trip.requests();

    let told = estimate(&trip, &second, &options);
    requested.extend(ranges(&trip));
    let pack = download(&trip, &second, &options);
    requested.extend(ranges(&trip));
    let (own, others) = (tiles(&trip, &pack), tiles(&trip, &first));
    let (shared, new): (Vec<Tile>, Vec<Tile>) = own.iter().partition(|tile| others.contains(*tile));
    println!(
        "{} tiles, {} of the other map; {} of {} bytes in {} of {} requests",
        own.len(),
        shared.len(),
        told.download_bytes,
        alone.download_bytes,
        told.requests,
        alone.requests
    );
    assert!(shared.len() > 10 && new.len() > 10, "{} {}", shared.len(), new.len());
    // Both maps are whole, and each is the source's.
    assert_eq!(equal_tiles(&trip, &file_of(&first)) as u64, first.map.as_ref().unwrap().tiles);
    assert_eq!(own.len() as u64, pack.map.as_ref().unwrap().tiles);
    assert_eq!(equal_tiles(&trip, &file_of(&pack)), own.len());
    assert_eq!((told.tiles, told.bytes), (alone.tiles, alone.bytes), "the file has the same size");

    // The size that was told is the one that was requested, and no shared tile is part of it.
    let bytes: usize = requested.iter().map(|(start, end)| end - start).sum();
    assert_eq!((bytes as u64, requested.len() as u64), (told.download_bytes, told.requests));
    let archive = std::fs::read(trip.folder.path().join(MAP)).unwrap();
    let position = |tile: &Tile| {
        let bytes = &trip.map.tiles[tile];
        let start = archive.windows(bytes.len()).position(|window| window == bytes).unwrap();
        (start, start + bytes.len())
    };
    // The first request has the header and the directories, and may have tiles behind them.
    let (head, requested): (Vec<_>, Vec<_>) = requested.into_iter().partition(|(start, _)| *start == 0);
    let is_requested = |tile: &Tile| {
        let (start, end) = position(tile);
        requested.iter().any(|(from, to)| *from < end && start < *to)
    };
    for tile in &new {
        let is_of_other = shared.iter().any(|other| trip.map.tiles[other] == trip.map.tiles[tile]);
        let is_in_head = position(tile).1 <= head[0].1;
        assert!(is_requested(tile) || is_of_other || is_in_head, "{tile:?}");
    }
    let again: Vec<_> = shared.iter().filter(|tile| is_requested(tile)).collect();
    assert!(again.is_empty(), "{again:?}");
}

#[test]
fn wider_map_of_a_pack_requests_only_what_is_new_and_a_removed_map_lends_nothing() {
    let (trip, second) = trip();
    let mut options = trip.options();
    options.source.corridor_m = 300.0;
    let narrow = download(&trip, &FIRST, &options);
    let before = tiles(&trip, &narrow).len() as u64;
    trip.requests();
    options.source.corridor_m = 1_500.0;
    let told = estimate(&trip, &FIRST, &options);
    assert_eq!(told.shared_tiles, narrow.map.as_ref().unwrap().tiles.min(told.shared_tiles));
    assert!(told.shared_tiles > before / 2, "{told:?}, {before}");
    let wide = download(&trip, &FIRST, &options);
    let bytes: usize = ranges(&trip).iter().map(|(start, end)| end - start).sum();
    assert_eq!(bytes as u64, told.download_bytes);
    assert_eq!(equal_tiles(&trip, &file_of(&wide)) as u64, wide.map.as_ref().unwrap().tiles);
    // The same map once more costs its index only.
    options.source.max_zoom = Some(14);
    let again = estimate(&trip, &FIRST, &options);
    assert_eq!(again.shared_tiles, again.unique_tiles);
    assert!(again.requests <= 2, "{again:?}");
    let same = download(&trip, &FIRST, &options);
    assert_eq!(equal_tiles(&trip, &file_of(&same)) as u64, same.map.as_ref().unwrap().tiles);

    assert!(estimate(&trip, &second, &options).shared_tiles > 0);
    trip.companion.remove_pack(NAME, &FIRST).unwrap();
    assert_eq!(estimate(&trip, &second, &options).shared_tiles, 0);
}

#[test]
fn map_of_another_version_of_the_archive_lends_nothing() {
    let (trip, second) = trip();
    download(&trip, &FIRST, &trip.options());
    assert!(estimate(&trip, &second, &trip.options()).shared_tiles > 0);
    // The office publishes the archive again, with another tag.
    trip.map.write_pmtiles(&trip.folder.path().join(MAP)).unwrap();
    let mut fresh = trip.options();
    fresh.source.max_zoom = Some(13);
    let error = trip.companion.download_map(NAME, &second, &fresh, &CancelToken::default(), |_| {});
    // What the estimate received is of the old version.
    assert!(error.is_err_and(|error| error.to_string().contains("changed")));
    let told = estimate(&trip, &second, &fresh);
    assert_eq!(told.shared_tiles, 0);
    let pack = download(&trip, &second, &fresh);
    assert_eq!(equal_tiles(&trip, &file_of(&pack)) as u64, pack.map.unwrap().tiles);
    // The same archive at another address is another archive.
    std::fs::copy(trip.folder.path().join(MAP), trip.folder.path().join("copy.pmtiles")).unwrap();
    let mut copy = trip.options();
    copy.source.url = copy.source.url.replace(MAP, "copy.pmtiles");
    assert_eq!(estimate(&trip, &FIRST, &copy).shared_tiles, 0);
}
