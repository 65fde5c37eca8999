//! The style of a map is downloaded with the map, and draws it without a network.
//!
//! `JALON_MAP_PYTHON`: see `map_cut`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use jalon::Error;
use jalon::catalogue::{Pack, PackSubject};
use jalon::companion::{MapOptions, RefreshOptions};
use jalon::transfer::CancelToken;
use jalon_tests::fixture::{NAME, files_below};
use jalon_tests::fixture_server::{Fault, Options, TestGeotrek};
use jalon_tests::generator::style::{FONT_STACK, GLYPH_BLOCKS, write_style};
use jalon_tests::generator::{Size, Territory};
use serde_json::{Value, json};

use crate::map_cut::{RENDER, python, run_on_display};
use crate::map_download::{MAP, SEED, TREK, Trip, equal_tiles, file_of};

const SUBJECT: PackSubject = PackSubject::Trek(TREK);

/// A host with a map and its style.
pub(crate) fn trip() -> Trip {
    let trip = Trip::new();
    let base = format!("{}/files", trip.host.url());
    write_style(trip.folder.path(), &base, &format!("{base}/{MAP}")).unwrap();
    trip
}

pub(crate) fn options(trip: &Trip) -> MapOptions {
    let mut options = trip.options();
    options.source.style_url = Some(format!("{}/files/style.json", trip.host.url()));
    options
}

/// Changes the style on the host.
fn edit_style(trip: &Trip, edit: impl FnOnce(&mut Value)) {
    let path = trip.folder.path().join("style.json");
    let mut style = read_json(&path);
    edit(&mut style);
    std::fs::write(path, style.to_string()).unwrap();
}

fn read_json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

pub(crate) fn style_of(pack: &Pack) -> PathBuf {
    pack.map.as_ref().and_then(|map| map.style_path.clone()).expect("the style is on the device")
}

/// All files below a folder, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    files_below(folder).iter().map(|path| path.strip_prefix(folder).unwrap().to_owned()).collect()
}

#[test]
fn style_has_local_tiles_glyphs_and_sprites_of_the_size_that_was_told() {
    let trip = trip();
    let estimate = trip.companion.fetch_map_estimate(NAME, &SUBJECT, &options(&trip), &CancelToken::default()).unwrap();
    let told = estimate.style.unwrap();
    trip.requests();
    let pack = trip.download(&options(&trip)).unwrap();
    let requests = trip.requests();
    let map = pack.map.as_ref().unwrap();
    assert_eq!(equal_tiles(&trip, &file_of(&pack)) as u64, map.tiles);

    let path = style_of(&pack);
    let folder = path.parent().unwrap();
    let style = read_json(&path);
    let url = |path: &Path| url::Url::from_file_path(path).unwrap().to_string();
    assert_eq!(
        style["sources"],
        json!({ "map": {
        "type": "vector", "url": format!("pmtiles://{}", url(&file_of(&pack)))
    } }),
        "the source of the hills needs a network"
    );
    assert_eq!(style["glyphs"], format!("{}/{{fontstack}}/{{range}}.pbf", url(&folder.join("glyphs"))));
    assert_eq!(style["sprite"], format!("{}/default", url(&folder.join("sprites"))));
    let layers: Vec<_> =
        style["layers"].as_array().unwrap().iter().map(|layer| layer["id"].as_str().unwrap()).collect();
    assert_eq!(layers, ["background", "land", "water", "path", "icons", "labels"]);
    assert!(!style.to_string().contains("http"), "{style}");
    assert_eq!(
        serde_json::from_str::<Value>(&trip.companion.downloaded_style(NAME, &SUBJECT).unwrap()).unwrap(),
        style
    );

    let source = trip.folder.path();
    for suffix in [".json", ".png", "@2x.json", "@2x.png"] {
        let [local, remote] =
            [folder.join(format!("sprites/default{suffix}")), source.join(format!("sprites/marker{suffix}"))];
        assert!(std::fs::read(local).unwrap() == std::fs::read(remote).unwrap(), "{suffix}");
    }
    let glyphs = folder.join("glyphs").join(FONT_STACK);
    for block in 0..256 {
        let name = format!("{}-{}.pbf", block * 256, block * 256 + 255);
        let local = std::fs::read(glyphs.join(&name)).unwrap();
        // The names of the territory have Latin letters.
        if GLYPH_BLOCKS.contains(&block) {
            assert!(local == std::fs::read(source.join("fonts").join(FONT_STACK).join(&name)).unwrap(), "{name}");
        } else {
            assert!(local.is_empty(), "{name}");
        }
    }
    let style_requests = requests.iter().filter(|request| !request.path.ends_with(MAP)).collect::<Vec<_>>();
    let bytes: usize = style_requests.iter().map(|request| request.wire).sum();
    // The style itself was received with the estimate.
    let own = std::fs::metadata(source.join("style.json")).unwrap().len();
    println!("style: {told:?}; {} requests, {bytes} bytes", style_requests.len());
    assert_eq!((told.files, told.unknown), (1 + style_requests.len() as u64, 0));
    assert_eq!(
        told.bytes,
        own + style_requests
            .iter()
            .filter(|request| request.status < 300)
            .map(|request| request.wire as u64)
            .sum::<u64>()
    );
    let archive = std::fs::metadata(file_of(&pack)).unwrap().len();
    assert!(map.bytes > archive + told.bytes, "{} {archive} {told:?}", map.bytes);
}

#[test]
fn interrupted_style_continues_with_the_files_that_are_missing() {
    let mut trip = trip();
    trip.host.faults().rules.push(Fault::CutBody(20_000).on("fonts"));
    let options =
        MapOptions { fetch: RefreshOptions { max_attempts: 1, ..RefreshOptions::default() }, ..options(&trip) };
    let mut attempts = 0;
    let pack = loop {
        attempts += 1;
        assert!(attempts < 100, "each attempt must bring the style on");
        match trip.download(&options) {
            Ok(pack) => break pack,
            // A new process.
            Err(Error::Offline { .. }) => trip.companion = trip.phone.companion(),
            Err(error) => panic!("{error}"),
        }
    };
    assert!(attempts > 2, "{attempts}");
    let requests = trip.requests();
    let count = |path: &str| requests.iter().filter(|request| request.path.contains(path)).count();
    assert_eq!((count("style.json"), count("marker.png"), count("marker@2x.png")), (1, 1, 1));
    let glyphs = format!("fonts/{FONT_STACK}/0-255.pbf");
    let local = style_of(&pack).with_file_name("glyphs").join(FONT_STACK).join("0-255.pbf");
    assert!(std::fs::read(local).unwrap() == std::fs::read(trip.folder.path().join(glyphs)).unwrap());
}

#[test]
fn style_that_cannot_be_used_is_refused_with_a_sentence_and_the_old_map_stays() {
    let trip = trip();
    let before = trip.download(&trip.options()).unwrap();
    let maps = file_of(&before).parent().unwrap().to_owned();
    let refused = |options: &MapOptions| trip.download(options).unwrap_err();
    let wanted = options(&trip);
    let mut missing = wanted.clone();
    missing.source.style_url = Some(format!("{}/files/other.json", trip.host.url()));
    assert!(refused(&missing).to_string().contains("no style at this address"));
    missing.source.style_url = Some("file:///etc/passwd".into());
    assert!(matches!(refused(&missing), Error::InvalidInput { field, .. } if field == "style_url"));
    let original = std::fs::read(trip.folder.path().join("style.json")).unwrap();
    let restore = || std::fs::write(trip.folder.path().join("style.json"), &original).unwrap();
    let hostile_fonts = ["../../../../outside", "a/b", "..", "a\\b", "%2e%2e"];
    for font in hostile_fonts {
        edit_style(&trip, |style| style["layers"][6]["layout"]["text-font"] = json!([font]));
        assert!(matches!(refused(&wanted), Error::InvalidInput { field, .. } if field == "style"), "{font}");
        restore();
    }
    edit_style(&trip, |style| style["sprite"] = json!([{ "id": "../outside", "url": "https://a.invalid/a" }]));
    assert!(matches!(refused(&wanted), Error::InvalidInput { field, .. } if field == "style"));
    restore();
    edit_style(&trip, |style| style["sources"] = json!({}));
    assert!(matches!(refused(&wanted), Error::InvalidInput { field, .. } if field == "style"));
    restore();
    let many: Vec<Value> = (0..21).map(|font| json!({ "layout": { "text-font": [format!("Font {font}")] } })).collect();
    edit_style(&trip, |style| style["layers"] = json!(many));
    assert!(refused(&wanted).to_string().contains("20 font stacks"));
    std::fs::write(trip.folder.path().join("style.json"), "<html>").unwrap();
    assert!(refused(&wanted).to_string().contains("no MapLibre style"));
    restore();
    trip.host.faults().rules.push(Fault::CaptivePortal.on(".pbf"));
    assert!(matches!(refused(&wanted), Error::Server { .. }), "a page is no glyph");
    trip.host.faults().rules.clear();
    trip.host.faults().rules.push(Fault::MissingFile.on(".pbf"));
    assert!(refused(&wanted).to_string().contains("none of the glyphs"));
    trip.host.faults().rules.clear();
    assert_eq!(files(&maps), [file_of(&before).file_name().map(PathBuf::from).unwrap()]);
    assert!(matches!(trip.companion.downloaded_style(NAME, &SUBJECT), Err(Error::NotFound { .. })));

    trip.download(&wanted).unwrap();
    // A map without a style, and no map at all.
    let folder = maps.join(format!("{}.style", before.key));
    assert!(folder.is_dir());
    let plain = trip.download(&trip.options()).unwrap();
    assert!(plain.map.unwrap().style_path.is_none() && !folder.exists());
    trip.download(&wanted).unwrap();
    assert!(folder.is_dir());
    trip.companion.remove_pack(NAME, &SUBJECT).unwrap();
    assert!(files(&maps).is_empty(), "{:?}", files(&maps));
}

#[test]
fn sprite_of_one_density_and_missing_glyphs_leave_a_style() {
    let trip = trip();
    for name in ["sprites/marker@2x.json", "sprites/marker@2x.png"] {
        std::fs::remove_file(trip.folder.path().join(name)).unwrap();
    }
    std::fs::remove_file(trip.folder.path().join("fonts").join(FONT_STACK).join("256-511.pbf")).unwrap();
    let folder = style_of(&trip.download(&options(&trip)).unwrap()).parent().unwrap().to_owned();
    let files = files(&folder.join("sprites"));
    assert_eq!(files, ["default.json", "default.png"].map(PathBuf::from));
    let glyphs = folder.join("glyphs").join(FONT_STACK);
    assert_eq!(std::fs::metadata(glyphs.join("256-511.pbf")).unwrap().len(), 0);
    assert!(std::fs::metadata(glyphs.join("0-255.pbf")).unwrap().len() > 0);
}

#[test]
fn style_of_the_command_line_is_written_to_a_file() {
    use jalon_tests::command::jalon;
    let trip = trip();
    let geotrek = TestGeotrek::start(Territory::generate(Size::default(), SEED), Options::default());
    let data = trip.folder.path().join("data");
    let run = |arguments: &[&str]| {
        let run = jalon(&data, arguments);
        assert_eq!(run.status, 0, "{arguments:?}: {} {}", run.out, run.err);
        run
    };
    run(&["territory", "add", geotrek.url(), "--name", "park"]);
    run(&["refresh"]);
    let [map, style] = [MAP, "style.json"].map(|name| format!("{}/files/{name}", trip.host.url()));
    let wanted = ["download", "1", "--pictures", "none", "--map", &map, "--style", &style];
    let estimate = run(&[&["--json"], &wanted[..], &["--dry-run"]].concat()).json()["items"][0]["map"].clone();
    assert!(estimate["style"]["files"].as_u64().unwrap() == 8 && estimate["shared_tiles"] == 0, "{estimate}");
    let text = run(&[&wanted[..], &["--dry-run"]].concat()).out;
    assert!(text.contains("style of the map: "), "{text}");
    let pack = run(&[&["--json"], &wanted[..]].concat()).json();
    assert_eq!(pack["items"][0]["map"]["style_url"], style);
    let file = trip.folder.path().join("local.json");
    run(&["map", "style", "--pack", "1", "-o", file.to_str().unwrap()]);
    assert_eq!(read_json(&file), read_json(Path::new(pack["items"][0]["map"]["style_path"].as_str().unwrap())));
}

#[test]
fn maplibre_draws_labels_and_icons_of_the_downloaded_style_without_a_network() {
    let Some(python) = python() else { return };
    let trip = trip();
    let mut wanted = options(&trip);
    wanted.source.corridor_m = 2_500.0;
    let pack = trip.download(&wanted).unwrap();
    let local = style_of(&pack);
    let source = write_source_style(&trip);
    let pictures = std::env::var_os("JALON_PICTURES").map_or(trip.folder.path().to_owned(), PathBuf::from);
    let [source_png, local_png] = ["style-source.png", "style-local.png"].map(|name| pictures.join(name));
    // Nothing is there to be reached.
    let host = trip.host.url().to_owned();
    let position = middle(&trip);
    drop(trip.host);
    assert!(std::net::TcpStream::connect(host.trim_start_matches("http://")).is_err());
    let mut render: Vec<OsString> = vec![python, "-c".into(), RENDER.into()];
    render.extend([&source, &source_png, &local, &local_png].map(|path| path.clone().into()));
    render.extend(position.map(|degrees| degrees.to_string().into()));
    render.push("384".into());
    let Some(()) = run_on_display(&render) else { return };
    let [source, local] = [source_png, local_png].map(|path| image::open(path).unwrap().to_rgb8());
    assert!(source.as_raw() == local.as_raw(), "the pictures differ");
    let count = |is_drawn: fn(&image::Rgb<u8>) -> bool| local.pixels().filter(|pixel| is_drawn(pixel)).count();
    let labels = count(|pixel| pixel[2] > 180 && pixel[0] < 90 && pixel[1] < 90);
    let icons = count(|pixel| pixel[0] > 200 && pixel[2] > 200 && pixel[1] < 60);
    println!("{labels} pixels of labels, {icons} of icons");
    assert!(labels > 300 && icons > 300, "{labels} {icons}");
}

/// Writes the same style for the whole archive of the host, whose files are on this disk, too. Returns its path.
pub(crate) fn write_source_style(trip: &Trip) -> PathBuf {
    let path = trip.folder.path().join("source.json");
    let base = url::Url::from_file_path(trip.folder.path()).unwrap();
    let remote = std::fs::read_to_string(trip.folder.path().join("style.json")).unwrap();
    let remote = remote.replace(&format!("{}/files", trip.host.url()), base.as_str());
    let mut style: Value = serde_json::from_str(&remote).unwrap();
    style["sources"].as_object_mut().unwrap().remove("hills");
    style["layers"].as_array_mut().unwrap().retain(|layer| layer["id"] != "hills");
    std::fs::write(&path, style.to_string()).unwrap();
    // MapLibre cannot draw a tile with a label if the file of one of its glyphs is missing.
    std::fs::write(trip.folder.path().join("fonts").join(FONT_STACK).join("1024-1279.pbf"), "").unwrap();
    path
}

/// Longitude and latitude of the middle of the trek's line.
pub(crate) fn middle(trip: &Trip) -> [f64; 2] {
    let trek = trip.companion.trek_details(NAME, TREK, &[]).unwrap().trek;
    let line = trek.geometry.unwrap().lines().into_iter().max_by_key(Vec::len).unwrap();
    [line[line.len() / 2].lon, line[line.len() / 2].lat]
}
