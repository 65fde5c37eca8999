//! MapLibre GL JS draws a downloaded map in headless Chromium, from files only and without a network.
//!
//! `JALON_MAPLIBRE_GL` names a folder `node_modules` with the npm packages `maplibre-gl` and `pmtiles`; `chromium` must be on
//! the path, and `JALON_MAP_PYTHON` must name a Python (see `map_cut`). Without them the test is skipped. `map_gl.html` is the
//! page, `map_gl.py` opens it.

use std::path::{Path, PathBuf};
use std::process::Command;

use image::RgbImage;

use crate::map_cut::{output, python};
use crate::map_style::{middle, options, style_of, trip, write_source_style};

const PAGE: &str = include_str!("map_gl.html");
const DRIVER: &str = include_str!("map_gl.py");
/// Difference of a colour, of 255, from which a pixel counts as another one, and the share of pixels that may be. Both
/// pictures come from the same tiles, but the order in which workers place labels is not fixed.
const MAX_DIFFERENCE: u8 = 16;
const MAX_SHARE: f64 = 0.005;

#[test]
fn maplibre_gl_draws_the_downloaded_map_without_a_network() {
    let Some(python) = python() else { return };
    let Some(modules) = std::env::var_os("JALON_MAPLIBRE_GL").map(PathBuf::from) else {
        eprintln!("skipped: JALON_MAPLIBRE_GL names no folder with the npm packages maplibre-gl and pmtiles");
        return;
    };
    if Command::new("chromium").arg("--version").output().is_err() {
        eprintln!("skipped: there is no chromium");
        return;
    }
    let trip = trip();
    let mut wanted = options(&trip);
    wanted.source.corridor_m = 2_500.0;
    let local = style_of(&trip.download(&wanted).unwrap());
    let source = write_source_style(&trip);
    let [lon, lat] = middle(&trip);
    let pictures = std::env::var_os("JALON_PICTURES").map_or(trip.folder.path().to_owned(), PathBuf::from);
    let url = |path: &Path| url::Url::from_file_path(path).unwrap().to_string();
    let mut driver = Command::new(python);
    driver.args(["-c", DRIVER, "chromium"]);
    let mut drawn = Vec::new();
    for (name, style) in [("gl-source", &source), ("gl-local", &local)] {
        let page = PAGE.replace("NODE_MODULES", &url(&modules)).replace("STYLE", &url(style));
        let page = page.replace("LON", &lon.to_string()).replace("LAT", &lat.to_string());
        let path = trip.folder.path().join(name).with_extension("html");
        std::fs::write(&path, page).unwrap();
        drawn.push(pictures.join(name).with_extension("png"));
        driver.arg(path).args(drawn.last());
    }
    // Nothing is there to be reached, besides.
    drop(trip.host);
    output(&mut driver);
    let [source, local] = [0, 1].map(|index| image::open(&drawn[index]).unwrap().to_rgb8());
    let is_other =
        |(a, b): &(&image::Rgb<u8>, &image::Rgb<u8>)| (0..3).any(|at| a[at].abs_diff(b[at]) > MAX_DIFFERENCE);
    let others = source.pixels().zip(local.pixels()).filter(is_other).count();
    let count = |picture: &RgbImage, is_drawn: fn(&image::Rgb<u8>) -> bool| {
        picture.pixels().filter(|pixel| is_drawn(pixel)).count()
    };
    let labels = count(&local, |pixel| pixel[2] > 180 && pixel[0] < 90 && pixel[1] < 90);
    let icons = count(&local, |pixel| pixel[0] > 200 && pixel[2] > 200 && pixel[1] < 60);
    let path = count(&local, |pixel| pixel[0] > 150 && pixel[1] < 90 && pixel[2] < 90);
    println!("{others} other pixels; {labels} of labels, {icons} of icons, {path} of the path");
    assert_eq!((local.dimensions(), source.dimensions()), ((384, 384), (384, 384)));
    assert!(others as f64 <= MAX_SHARE * f64::from(384 * 384), "{others} pixels differ");
    assert!(labels > 300 && icons > 300 && path > 300, "{labels} {icons} {path}");
}
