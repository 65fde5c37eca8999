//! Writes the seeds of the corpus: `cargo run -p jalon-fuzz --example seeds -- tests/fuzz/corpus`. They are small files as other
//! tests use them, made by the generator of the tests; equal runs give equal files, except for archives and signatures.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageFormat, RgbImage};
use jalon::Companion;
use jalon::edition::{BuildOptions, SecretKey, new_key};
use jalon::journal::{ExportOptions, Favourite, NewReport, NewTrack, reports_to_gpx_file};
use jalon::model::{Bounds, Fix, Kind, Position};
use jalon::report::ReportContent;
use jalon::storage::StdFileSystem;
use jalon::tiles::{CutPlanner, CutRequest, MapArea};
use jalon::transfer::{ByteRange, CancelToken};
use jalon_tests::fixture::{Fixture, NAME};
use jalon_tests::generator::{MapKind, Territory, TestMap};
use serde_json::json;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Unix milliseconds of everything with a date.
const AT_MS: i64 = 1_790_000_000_000;
/// A seed is not longer, so that mutations reach all of it.
const MAX_BYTES: usize = 12 << 10;

struct Corpus {
    folder: PathBuf,
}

impl Corpus {
    fn add(&self, target: &str, name: &str, bytes: &[u8]) -> Result<()> {
        let folder = self.folder.join(target);
        fs::create_dir_all(&folder)?;
        if bytes.len() <= MAX_BYTES {
            fs::write(folder.join(format!("seed-{name}")), bytes)?;
        } else {
            println!("{target}/{name}: {} bytes, left out", bytes.len());
        }
        Ok(())
    }
}

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).ok_or("the folder of the corpus must be given")?;
    let corpus = Corpus { folder: folder.into() };
    let scratch = tempfile::tempdir()?;
    let fixture = Fixture::builder().territory(Territory::small(1)).refreshed().build();
    edition(&corpus, &fixture.companion(), scratch.path())?;
    server(&corpus, &fixture)?;
    journal(&corpus, &fixture.companion(), scratch.path())?;
    maps(&corpus, scratch.path())?;
    photos(&corpus)?;
    texts(&corpus)
}

fn edition(corpus: &Corpus, companion: &Companion, scratch: &Path) -> Result<()> {
    let (secret, public) = new_key(None)?;
    let key = SecretKey::parse(&secret, || Err(jalon::Error::Closed))?;
    let directory = scratch.join("edition");
    let options = BuildOptions {
        directory: directory.clone(),
        edition: Some(1),
        created_ms: Some(AT_MS),
        key: Some(key),
        ..BuildOptions::default()
    };
    companion.build_edition(NAME, &options, &CancelToken::default(), |_| {})?;
    let manifest = fs::read(directory.join("datapackage.json"))?;
    corpus.add("manifest", "edition", &manifest)?;
    let signature = fs::read(directory.join("datapackage.json.minisig"))?;
    corpus.add("signature", "edition", &[public.as_bytes(), &[0], &signature].concat())?;
    let package: serde_json::Value = serde_json::from_slice(&manifest)?;
    for resource in package["resources"].as_array().into_iter().flatten() {
        let path = resource["path"].as_str().unwrap_or_default();
        let name = resource["name"].as_str().unwrap_or_default();
        let bytes = fs::read(directory.join(path))?;
        if !path.ends_with(".fgb") {
            // Some lines are enough.
            let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').step_by(7).take(12).collect();
            corpus.add("records", name, &lines.concat())?;
            continue;
        }
        let layers = package["jalon"]["layers"].as_array().into_iter().flatten();
        let Some(layer) = layers.into_iter().find(|layer| layer["resource"] == resource["name"]) else { continue };
        layer_seeds(corpus, name, layer, &bytes)?;
    }
    Ok(())
}

/// A layer as a file, its features as a chunk, and as an edition of its own.
fn layer_seeds(corpus: &Corpus, name: &str, layer: &serde_json::Value, bytes: &[u8]) -> Result<()> {
    const TYPES: [&str; 15] = [
        "byte", "ubyte", "bool", "short", "ushort", "int", "uint", "long", "ulong", "float", "double", "string",
        "json", "datetime", "binary",
    ];
    corpus.add("flatgeobuf", name, bytes)?;
    let offset = layer["features_offset"].as_u64().unwrap_or_default();
    let features = bytes.get(usize::try_from(offset)?..).unwrap_or_default();
    corpus.add("chunk", name, features)?;
    let types = layer["column_types"].as_array().into_iter().flatten().filter_map(|name| name.as_str());
    let types = types.filter_map(|name| TYPES.iter().position(|known| *known == name)).map(|number| number as u8);
    let types: Vec<u8> = types.collect();
    let objects = layer["objects"].as_u64().unwrap_or_default();
    let mut row: Vec<u8> = [-180_i32, -90, 180, 90].iter().flat_map(|edge| (edge * 10_000_000).to_le_bytes()).collect();
    row.extend(u32::try_from(features.len())?.to_le_bytes());
    row.extend(u16::try_from(objects)?.to_le_bytes());
    row.extend([0; 32]);
    let mut rows = offset.to_le_bytes().to_vec();
    rows.extend((features.len() as u64).to_le_bytes());
    rows.extend(&row);
    corpus.add("chunk_rows", name, &rows)?;
    for with_rows in [false, true] {
        let mut input = vec![
            u8::try_from(objects)?,
            types.len() as u8,
            u8::try_from(layer["object_column"].as_u64().unwrap_or_default())?,
        ];
        input.extend(u32::try_from(offset)?.to_le_bytes());
        input.push(u8::from(with_rows));
        input.extend(&types);
        input.extend(if with_rows { row.as_slice() } else { &[] });
        input.extend(bytes);
        corpus.add("edition_folder", &format!("{name}-{with_rows}"), &input)?;
    }
    Ok(())
}

/// Responses of API v2, and the files of a mobile tree.
fn server(corpus: &Corpus, fixture: &Fixture) -> Result<()> {
    let get = |path: &str, language: &str| {
        fixture.server.request("GET", path, &[("accept-language", language)]).map(|response| response.body)
    };
    for choice in 0..40_u8 {
        let Some(list) = list_of(choice) else { break };
        let path = format!("/api/v2/{list}/?page_size=2");
        if let Some(body) = get(&path, "fr").filter(|body| body.starts_with(b"{")) {
            corpus.add("api", list, &[&[choice << 1], body.as_slice()].concat())?;
            let page: serde_json::Value = serde_json::from_slice(&body)?;
            if let Some(first) = page["results"].get(0) {
                corpus.add(
                    "api",
                    &format!("{list}-one"),
                    &[&[choice << 1 | 1], first.to_string().as_bytes()].concat(),
                )?;
            }
        }
    }
    for (choice, path) in [
        (0, "settings.json"),
        (1, "treks.geojson"),
        (2, "flatpages/1.json"),
        (3, "1/trek.geojson"),
        (4, "1/pois.geojson"),
        (5, "1/touristic_contents.geojson"),
        (6, "1/touristic_events.geojson"),
        (7, "1/sensitive_areas.geojson"),
    ] {
        if let Some(body) = get(&format!("/mobile/{path}"), "fr").filter(|body| body.starts_with(b"{")) {
            corpus.add("mobile_file", &path.replace('/', "-"), &[&[choice], body.as_slice()].concat())?;
        }
    }
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, method) in [
        ("1/media/a.jpg", zip::CompressionMethod::Stored),
        ("/1/tiles/13/4235/2950.png", zip::CompressionMethod::Deflated),
        ("1/media/../../b.png", zip::CompressionMethod::Stored),
    ] {
        zip.start_file(name, zip::write::SimpleFileOptions::default().compression_method(method))?;
        zip.write_all(&[7; 300])?;
    }
    corpus.add("mobile_archive", "tree", &zip.finish()?.into_inner())
}

/// The lists of objects in the order of the target `api`.
fn list_of(choice: u8) -> Option<&'static str> {
    jalon::geotrek::fuzzing::lists().nth(usize::from(choice))
}

fn journal(corpus: &Corpus, companion: &Companion, scratch: &Path) -> Result<()> {
    let journal = companion.journal()?;
    let content = ReportContent { comment: "Un arbre barre le sentier".to_owned(), ..ReportContent::default() };
    let new = NewReport {
        territory: NAME.to_owned(),
        url: "https://park.example/".to_owned(),
        language: "fr".to_owned(),
        content,
        ..NewReport::default()
    };
    let report = journal.new_report(new, AT_MS)?;
    journal.attach_encoded(&report.id, &encoded(ImageFormat::Jpeg)?, AT_MS)?;
    journal.add_favourite(&Favourite {
        territory: NAME.to_owned(),
        kind: Kind::Trek,
        id: 1,
        name: "Lac".to_owned(),
        created_ms: AT_MS,
    })?;
    journal.add_note("Gué à sec", None, None, AT_MS)?;
    let target = scratch.join("journal.zip");
    journal.export(&target, &ExportOptions::default(), AT_MS)?;
    corpus.add("journal_archive", "export", &fs::read(target)?)?;
    let recorder = companion.start_recording(NewTrack { name: "Lac".to_owned(), trek: Some((NAME.to_owned(), 1)) })?;
    for index in 0..90 {
        let position = Position { elevation: Some(1_500.0), ..Position::new(6.1 + index as f64 * 1e-5, 44.8) };
        let fix = Fix { accuracy_m: Some(4.0), speed_mps: Some(1.0), ..Fix::new(position, AT_MS + index * 1_000) };
        let _ = recorder.push(&fix)?;
        if index == 40 {
            recorder.pause()?;
            recorder.resume()?;
        }
    }
    corpus.add("recording", "paused", &fs::read(journal.directory().join("recording.log"))?)?;
    let track = recorder.track()?;
    recorder.finish()?;
    let row = |row: &rusqlite::Row<'_>| row.get::<_, Vec<u8>>(0);
    let fixes = rusqlite::Connection::open(journal.path())?.query_row("SELECT fixes FROM track", [], row)?;
    corpus.add("track", "paused", &fixes)?;
    let mut file = track.to_gpx_file();
    file.tracks.iter_mut().flat_map(|track| &mut track.segments).for_each(|points| points.truncate(9));
    file.waypoints = reports_to_gpx_file(&journal.reports()?).waypoints;
    corpus.add("gpx", "track", file.to_gpx()?.as_bytes())?;
    corpus.add("geojson", "track", file.to_geojson().to_string().as_bytes())?;
    corpus.add("gpx", "trek", companion.trek_gpx(NAME, 1, &["fr"])?.to_gpx()?.as_bytes())?;
    let old = "<gpx version='1.0'><url>x</url><trk><trkpt lat='44' lon='6'><course>9</course></trkpt></trk></gpx>";
    corpus.add("gpx", "version-1.0", old.as_bytes())
}

fn maps(corpus: &Corpus, scratch: &Path) -> Result<()> {
    let territory = Territory::small(1);
    for (kind, name) in [(MapKind::Raster, "raster"), (MapKind::Vector, "vector")] {
        let map = TestMap::generate(&territory, kind, [6.0, 44.7, 6.1, 44.8], 5..=9, 1)?;
        let (pmtiles, mbtiles) = (scratch.join(format!("{name}.pmtiles")), scratch.join(format!("{name}.mbtiles")));
        map.write_pmtiles(&pmtiles)?;
        map.write_mbtiles(&mbtiles)?;
        // The writer pads the root directory to 16 KiB, a cut does not.
        let bytes = cut(&fs::read(pmtiles)?, scratch)?;
        corpus.add("pmtiles", name, &bytes)?;
        corpus.add("map_cut", name, &bytes)?;
        corpus.add("mbtiles", name, &fs::read(mbtiles)?)?;
    }
    let path = scratch.join("small.mbtiles");
    let connection = rusqlite::Connection::open(&path)?;
    connection.execute_batch(
        "PRAGMA page_size = 512; VACUUM;
        CREATE TABLE metadata (name text, value text);
        CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob);
        INSERT INTO metadata VALUES ('name', 'Carte'), ('format', 'png'), ('bounds', '5.0,44.0,7.0,46.0'), ('minzoom', '0');
        INSERT INTO tiles VALUES (0, 0, 0, x'89504e47'), (1, 0, 1, x'1f8b08');",
    )?;
    drop(connection);
    corpus.add("mbtiles", "small", &fs::read(path)?)
}

/// The levels that fit into a seed, cut out of a map.
fn cut(bytes: &[u8], scratch: &Path) -> Result<Vec<u8>> {
    let area = MapArea::Bounds(Bounds { west: 6.0, south: 44.7, east: 6.1, north: 44.8 });
    let mut planner = CutPlanner::new(CutRequest { area, min_zoom: 5, max_zoom: Some(8), max_bytes: Some(6_000) })?;
    let part =
        |range: ByteRange| bytes.get(range.start as usize..bytes.len().min(range.end as usize)).unwrap_or_default();
    while planner.plan().is_none() {
        for range in planner.next_ranges() {
            planner.supply(range, part(range))?;
        }
    }
    let plan = planner.into_plan()?;
    let mut files = Vec::new();
    for (index, range) in plan.ranges().iter().enumerate() {
        files.push(scratch.join(format!("range-{index}")));
        fs::write(&files[index], part(*range))?;
    }
    let path = scratch.join("cut.pmtiles");
    plan.write(&files, &path, &StdFileSystem)?;
    Ok(fs::read(path)?)
}

/// A small picture.
fn encoded(format: ImageFormat) -> Result<Vec<u8>> {
    let picture = RgbImage::from_fn(19, 11, |x, y| image::Rgb([x as u8 * 13, y as u8 * 23, 90]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    DynamicImage::from(picture).write_to(&mut bytes, format)?;
    Ok(bytes.into_inner())
}

fn photos(corpus: &Corpus) -> Result<()> {
    for (format, name) in [(ImageFormat::Jpeg, "jpeg"), (ImageFormat::Png, "png"), (ImageFormat::WebP, "webp")] {
        corpus.add("photo", name, &encoded(format)?)?;
    }
    corpus.add("encoded_photo", "jpeg", &encoded(ImageFormat::Jpeg)?)
}

/// Styles, HTML, responses.
fn texts(corpus: &Corpus) -> Result<()> {
    let style = json!({
        "version": 8, "name": "Rando",
        "glyphs": "https://fonts.example/{fontstack}/{range}.pbf", "sprite": "https://sprites.example/rando?key=1",
        "sources": {
            "map": {"type": "vector", "url": "pmtiles://https://maps.example/france.pmtiles"},
            "relief": {"type": "raster-dem", "tiles": ["https://relief.example/{z}/{x}/{y}.png"]},
        },
        "layers": [
            {"id": "a", "type": "symbol", "source": "map", "layout": {"text-font": ["Noto Sans Regular"], "text-field": "{name}"}},
            {"id": "b", "type": "symbol", "layout": {"text-font": ["step", ["zoom"], ["literal", ["A"]], 9, ["literal", ["B", "C"]]]}},
            {"id": "c", "type": "symbol", "layout": {"text-font": {"stops": [[0, ["D"]], [9, ["E"]]]}}},
        ],
    });
    corpus.add("style", "map", style.to_string().as_bytes())?;
    let html = "<p onclick='x(\">\")'>À <b>tous</b> &amp; <a href=\"/page?a=1\" title=c>ici</a><br/><img src=/media/a.jpg></p>\
        <ul><li>un<li>deux</ul><table><tr><td>1</table><!-- x --><script>y</script><svg><style>z</style></svg>";
    corpus.add("html", "page", html.as_bytes())?;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(b"{\"results\": []}")?;
    let compressed = gzip.finish()?;
    let head = b"\x00200\nContent-Encoding: gzip\nETag: \"a\"\nDate: Tue, 24 Nov 2026 12:00:00 GMT\n\0".as_slice();
    corpus.add("response", "gzip", &[head, &compressed].concat())?;
    let resumed =
        b"\x01200\nContent-Length: 10\nETag: \"a\"\n\0abcd\x01206\nContent-Range: bytes 4-9/10\nETag: \"a\"\n\0efghij";
    corpus.add("response", "resumed", resumed)?;
    let part = b"\x11206\nContent-Range: bytes 3-7/10\nRetry-After: 7\n\0defgh";
    corpus.add("response", "part", part)
}
