//! The offline map of a pack, cut out of an archive on a static web host.

use std::path::{Path, PathBuf};

use jalon::catalogue::{Pack, PackSubject, PictureSize};
use jalon::companion::{MapOptions, RefreshOptions};
use jalon::tiles::{LocalFiles, Style, TileArchive};
use jalon::transfer::CancelToken;
use jalon::{Companion, Error};
use jalon_tests::fixture::{Fixture, NAME};
use jalon_tests::fixture_server::{Fault, LoggedRequest, Options, TestGeotrek};
use jalon_tests::generator::{MapKind, Size, Territory, TestMap};
use tempfile::TempDir;

pub(crate) const SEED: u64 = 5;
pub(crate) const TREK: i64 = 1;
pub(crate) const MAP: &str = "map.pmtiles";

/// A companion with the pack of a trek, and a host with a map of the territory.
pub(crate) struct Trip {
    pub(crate) phone: Fixture,
    pub(crate) companion: Companion,
    pub(crate) folder: TempDir,
    pub(crate) map: TestMap,
    pub(crate) host: TestGeotrek,
}

impl Trip {
    pub(crate) fn new() -> Trip {
        println!("territory and map of seed {SEED}");
        let territory = Territory::generate(Size::default(), SEED);
        let mut phone = Fixture::builder().territory(territory.clone()).refreshed().build();
        phone.download(PackSubject::Trek(TREK), PictureSize::None).unwrap();
        let line = territory.module("trek").iter().find(|trek| trek["id"] == TREK).unwrap().clone();
        let bbox = bbox(&line);
        let map = TestMap::generate(&territory, MapKind::Vector, bbox, 5..=15, SEED).unwrap();
        let folder = tempfile::tempdir().unwrap();
        map.write_pmtiles(&folder.path().join(MAP)).unwrap();
        let options = Options { files: Some(folder.path().to_owned()), ..Options::default() };
        let host = TestGeotrek::start(Territory::small(1), options);
        let companion = phone.companion();
        Trip { phone, companion, folder, map, host }
    }

    pub(crate) fn options(&self) -> MapOptions {
        let fetch = RefreshOptions { max_attempts: 2, ..RefreshOptions::default() };
        MapOptions { fetch, ..MapOptions::new(format!("{}/files/{MAP}", self.host.url())) }
    }

    pub(crate) fn download(&self, options: &MapOptions) -> Result<Pack, Error> {
        self.companion.download_map(NAME, &PackSubject::Trek(TREK), options, &CancelToken::default(), |_| {})
    }

    pub(crate) fn requests(&self) -> Vec<LoggedRequest> {
        let requests = self.host.requests();
        self.host.forget_requests();
        requests
    }
}

/// The box of a trek's line and 2 km around it.
pub(crate) fn bbox(trek: &serde_json::Value) -> [f64; 4] {
    let lines = trek["geometry"]["coordinates"].as_array().unwrap();
    let positions = lines
        .iter()
        .flat_map(|item| if item[0].is_number() { vec![item] } else { item.as_array().unwrap().iter().collect() });
    let start = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    let [west, south, east, north] = positions.fold(start, |[west, south, east, north], position| {
        let (lon, lat) = (position[0].as_f64().unwrap(), position[1].as_f64().unwrap());
        [west.min(lon), south.min(lat), east.max(lon), north.max(lat)]
    });
    [west - 0.03, south - 0.02, east + 0.03, north + 0.02]
}

pub(crate) fn file_of(pack: &Pack) -> PathBuf {
    pack.map.as_ref().and_then(|map| map.path.clone()).expect("the map is on the device")
}

/// Number of tiles of the source that a local archive has. Each must have the source's bytes.
pub(crate) fn equal_tiles(trip: &Trip, path: &Path) -> usize {
    let archive = TileArchive::open(path).unwrap();
    let mut count = 0;
    for ((z, x, y), bytes) in &trip.map.tiles {
        if let Some(tile) = archive.tile(*z, *x, *y).unwrap() {
            assert_eq!(&tile.bytes, bytes, "{z}/{x}/{y}");
            count += 1;
        }
    }
    count
}

#[test]
fn map_of_a_pack_has_the_tiles_along_its_trek_from_few_requests() {
    let trip = Trip::new();
    let estimate = trip
        .companion
        .fetch_map_estimate(NAME, &PackSubject::Trek(TREK), &trip.options(), &CancelToken::default())
        .unwrap();
    let before = trip.requests();
    let pack = trip.download(&trip.options()).unwrap();
    let requests = trip.requests();
    let map = pack.map.as_ref().unwrap();
    println!(
        "{} tiles, zoom {} to {}, {} bytes; {} requests for the estimate, {} for the tiles",
        map.tiles,
        map.min_zoom,
        map.max_zoom,
        map.bytes,
        before.len(),
        requests.len()
    );
    assert_eq!(equal_tiles(&trip, &file_of(&pack)) as u64, map.tiles);
    assert_eq!(map.tiles, estimate.tiles);
    assert_eq!((before.len() + requests.len()) as u64, estimate.requests, "the size was known before");
    assert!(estimate.requests <= estimate.tiles / 10, "{estimate:?}");
    assert!(requests.iter().all(|request| request.status == 206), "{requests:?}");
    let usage = trip.companion.catalogue().storage_usage().unwrap();
    assert!(usage.packs[0].bytes >= map.bytes);
    // Nothing is requested again, and the file of a removed pack is gone.
    let path = file_of(&pack);
    trip.companion.remove_pack(NAME, &PackSubject::Trek(TREK)).unwrap();
    assert!(!path.exists());
}

#[test]
fn wider_corridor_has_more_tiles_and_a_lower_zoom_fewer() {
    let trip = Trip::new();
    let tiles = |corridor_m: f64, max_zoom: Option<u8>| {
        let mut options = trip.options();
        (options.source.corridor_m, options.source.max_zoom) = (corridor_m, max_zoom);
        let pack = trip.download(&options).unwrap();
        assert_eq!(pack.map.as_ref().unwrap().source, options.source);
        pack.map.unwrap().tiles
    };
    let (narrow, wide, low) = (tiles(100.0, None), tiles(2_000.0, None), tiles(2_000.0, Some(12)));
    println!("tiles: {narrow} within 100 m, {wide} within 2 km, {low} up to zoom 12");
    assert!(low < wide && narrow < wide, "{narrow} {wide} {low}");
}

#[test]
fn interrupted_map_continues_at_the_byte_where_it_stopped() {
    let mut trip = Trip::new();
    trip.host.faults().rules.push(Fault::CutBody(30_000).on(MAP));
    let options =
        MapOptions { fetch: RefreshOptions { max_attempts: 1, ..RefreshOptions::default() }, ..trip.options() };
    let mut attempts = 0;
    let pack = loop {
        attempts += 1;
        assert!(attempts < 40, "each attempt must bring the map on");
        match trip.download(&options) {
            Ok(pack) => break pack,
            Err(Error::Offline { .. }) => {
                // A new process.
                trip.companion = trip.phone.companion();
            }
            Err(error) => panic!("{error}"),
        }
    };
    let sent: usize = trip.requests().iter().map(|request| request.wire).sum();
    let map = pack.map.as_ref().unwrap();
    println!("{attempts} attempts, {sent} bytes for a map of {} bytes", map.bytes);
    assert!(attempts > 1);
    assert_eq!(equal_tiles(&trip, &file_of(&pack)) as u64, map.tiles);
}

#[test]
fn archive_that_changes_during_the_download_is_requested_anew() {
    let trip = Trip::new();
    trip.companion
        .fetch_map_estimate(NAME, &PackSubject::Trek(TREK), &trip.options(), &CancelToken::default())
        .unwrap();
    // The office publishes a new map between the index and the tiles.
    trip.map.write_pmtiles(&trip.folder.path().join(MAP)).unwrap();
    let error = trip.download(&trip.options()).unwrap_err();
    assert!(error.to_string().contains("changed"), "{error}");
    let pack = trip.download(&trip.options()).unwrap();
    assert_eq!(equal_tiles(&trip, &file_of(&pack)) as u64, pack.map.unwrap().tiles);
}

#[test]
fn map_that_cannot_be_had_is_refused_with_a_sentence() {
    let trip = Trip::new();
    let refused = |options: &MapOptions, subject: PackSubject| {
        let result = trip.companion.download_map(NAME, &subject, options, &CancelToken::default(), |_| {});
        result.unwrap_err()
    };
    let trek = PackSubject::Trek(TREK);
    let mut missing = trip.options();
    missing.source.url.push('x');
    assert!(refused(&missing, trek).to_string().contains("no map at this address"));
    let mut file = trip.options();
    file.source.url = "file:///etc/passwd".into();
    assert!(matches!(refused(&file, trek), Error::InvalidInput { field, .. } if field == "map"));
    let mut corridor = trip.options();
    corridor.source.corridor_m = -1.0;
    assert!(matches!(refused(&corridor, trek), Error::InvalidInput { .. }));
    assert!(matches!(refused(&trip.options(), PackSubject::Trek(2)), Error::NotFound { .. }), "no pack yet");
    trip.host.faults().rules.push(Fault::IgnoreRange.on(MAP));
    assert!(refused(&trip.options(), trek).to_string().contains("range"));
    trip.host.faults().rules.clear();
    std::fs::write(trip.folder.path().join("map.pmtiles"), "<html>hello</html>").unwrap();
    assert!(matches!(refused(&trip.options(), trek), Error::Server { .. }));
}

#[test]
fn sheet_of_a_trek_is_drawn_on_the_raster_tiles_of_its_download() {
    use jalon_tests::command::jalon;
    let territory = Territory::generate(Size::default(), SEED);
    let line = territory.module("trek").iter().find(|trek| trek["id"] == TREK).unwrap().clone();
    let map = TestMap::generate(&territory, MapKind::Raster, bbox(&line), 5..=15, SEED).unwrap();
    let folder = tempfile::tempdir().unwrap();
    map.write_pmtiles(&folder.path().join(MAP)).unwrap();
    let options = Options { files: Some(folder.path().to_owned()), ..Options::default() };
    let server = TestGeotrek::start(territory, options);
    let data = folder.path().join("data");
    let run = |arguments: &[&str]| {
        let run = jalon(&data, arguments);
        assert_eq!(run.status, 0, "{arguments:?}: {} {}", run.out, run.err);
        run
    };
    run(&["territory", "add", server.url(), "--name", "park"]);
    run(&["refresh"]);
    let sheet = folder.path().join("sheet.svg");
    let sheet = sheet.to_str().unwrap();
    run(&["map", "1", "-o", sheet]);
    let plain = std::fs::read_to_string(sheet).unwrap();
    let url = format!("{}/files/{MAP}", server.url());
    let estimate = run(&["--json", "download", "1", "--map", &url, "--dry-run"]).json()["items"][0]["map"].clone();
    let pack = run(&["--json", "download", "1", "--pictures", "none", "--map", &url, "--corridor", "1500"]).json();
    let downloaded = &pack["items"][0]["map"];
    assert!(downloaded["tiles"].as_u64().unwrap() >= estimate["tiles"].as_u64().unwrap(), "{estimate} {downloaded}");
    assert!(Path::new(downloaded["path"].as_str().unwrap()).is_file());
    run(&["map", "1", "-o", sheet]);
    let drawn = std::fs::read_to_string(sheet).unwrap();
    assert!(!plain.contains("data:image/png") && drawn.contains("data:image/png"), "tiles below the route");
    let ((z, x, y), bytes) = map.tiles.iter().next().unwrap();
    let tile = folder.path().join("tile.png");
    let tile = tile.to_str().unwrap();
    run(&["map", "tile", &z.to_string(), &x.to_string(), &y.to_string(), "--pack", "1", "-o", tile]);
    assert_eq!(&std::fs::read(tile).unwrap(), bytes);
    let missing = jalon(&data, &["--json", "map", "tile", "15", "0", "0", "--pack", "1", "-o", tile]);
    assert_eq!(missing.json()["error"]["code"], "not_found", "{}", missing.out);
    if let Some(copy) = std::env::var_os("JALON_SHEET") {
        std::fs::copy(sheet, copy).unwrap();
    }
}

#[test]
fn style_of_a_map_has_the_local_archive_once_it_is_downloaded() {
    let trip = Trip::new();
    let subject = PackSubject::Trek(TREK);
    let url = trip.options().source.url;
    let style = format!(
        r#"{{"sources": {{"base": {{"type": "vector", "url": "pmtiles://{url}"}},
        "relief": {{"type": "raster-dem", "tiles": ["https://relief.example/{{z}}/{{x}}/{{y}}.png"]}}}}}}"#
    );
    let style = Style::parse(&style).unwrap();
    let localize = |source| trip.companion.map_style(NAME, &subject, &style, source, &LocalFiles::default());
    assert!(matches!(localize(None), Err(Error::NotFound { .. })));
    let path = file_of(&trip.download(&trip.options()).unwrap());
    let local = format!("pmtiles://{}", url::Url::from_file_path(path).unwrap());
    let source =
        |json: String, id: &str| serde_json::from_str::<serde_json::Value>(&json).unwrap()["sources"][id].clone();
    assert_eq!(source(localize(None).unwrap(), "base")["url"], local);
    assert!(source(localize(None).unwrap(), "relief")["url"].is_null(), "the map is that of its address");
    assert_eq!(source(localize(Some("relief")).unwrap(), "relief")["url"], local);
    assert!(matches!(localize(Some("line")), Err(Error::InvalidInput { .. })));
}
