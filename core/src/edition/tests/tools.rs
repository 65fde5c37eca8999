//! Other tools open an edition: GDAL reads each layer as QGIS does, `frictionless` validates the data package, and `minisign`
//! verifies the signature.
//!
//! `JALON_GDAL_PYTHON` names a Python with pyogrio, and with frictionless for the data package. Without it, or without a
//! `minisign` in the path, these tests are skipped.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use geo_types::Geometry as Shape;

use super::built::{Built, build, options};
use super::folder::key;
use super::territory::{bounds, territory};
use crate::edition::build::BuildOptions;
use crate::model::{Bounds, Geometry, Object};

const READ: &str = "
import json, sys, pyogrio
layers = {}
west, south, east, north = (float(number) for number in sys.argv[2:6])
for path in sys.argv[6:]:
    path = sys.argv[1] + '/' + path
    info = pyogrio.read_info(path, force_feature_count=True, force_total_bounds=True)
    _, _, shapes, columns = pyogrio.raw.read(path)
    ids = list(info['fields']).index('id')
    _, _, _, inside = pyogrio.raw.read(path, bbox=(west, south, east, north), columns=['id'])
    layers[path.split('/')[-1].split('-')[0]] = {
        'geometry_type': info['geometry_type'], 'features': info['features'], 'crs': info['crs'],
        'fields': list(info['fields']), 'types': [str(name) for name in info['dtypes']],
        'shapes': {str(key): bytes(shape).hex() for key, shape in zip(columns[ids], shapes)},
        'inside': sorted(int(key) for key in inside[0]),
    }
print(json.dumps(layers))
";

const VALIDATE: &str = "
import json, sys, frictionless
report = frictionless.Package(sys.argv[1]).validate()
print(json.dumps([report.valid, report.stats, report.flatten(['type', 'note'])], default=str))
";

/// Runs a script of Python; `None` if there is no Python, or if it lacks a module.
fn python(script: &str, module: &str, arguments: &[&str]) -> Option<serde_json::Value> {
    let Some(python) = std::env::var_os("JALON_GDAL_PYTHON") else {
        eprintln!("skipped: JALON_GDAL_PYTHON names no Python with {module}");
        return None;
    };
    let has_module = Command::new(&python).args(["-c", &format!("import {module}")]).output().unwrap();
    if !has_module.status.success() {
        eprintln!("skipped: the Python of JALON_GDAL_PYTHON has no {module}");
        return None;
    }
    let output = Command::new(python).arg("-c").arg(script).args(arguments).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{errors}");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn gdal_reads_every_layer_with_the_same_shapes_and_finds_the_same_objects() {
    let objects = territory(15, 50, 60);
    let built = Built::new(&objects);
    let wanted = Bounds { west: 5.9, south: 44.6, east: 6.4, north: 44.9 };
    let mut arguments = vec![built.folder.path().to_str().unwrap().to_owned()];
    arguments.extend([wanted.west, wanted.south, wanted.east, wanted.north].map(|degrees| degrees.to_string()));
    arguments.extend(built.manifest.layers.iter().map(|layer| layer.file.path.clone()));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let Some(layers) = python(READ, "pyogrio", &arguments) else { return };
    assert_eq!(layers.as_object().unwrap().len(), built.manifest.layers.len());
    for layer in &built.manifest.layers {
        let read = &layers[layer.kind.as_str()];
        assert_eq!((&read["features"], &read["crs"]), (&layer.objects.into(), &"EPSG:4326".into()));
        assert_eq!(read["fields"].as_array().unwrap().len(), layer.column_types.len(), "{}", read["fields"]);
        let own = objects.iter().filter(|object| object.kind() == layer.kind && bounds(object).is_some());
        let own: BTreeMap<i64, &Object> = own.map(|object| (object.id(), object)).collect();
        for (id, shape) in read["shapes"].as_object().unwrap() {
            let mut shape = from_hex(shape.as_str().unwrap());
            to_iso(&mut shape, 0);
            let expected = own[&id.parse().unwrap()].geometry().unwrap();
            let expected = as_layer(expected, read["geometry_type"].as_str().unwrap());
            assert_eq!(crate::db::wkb::read(&shape), Some(expected), "{} {id}", layer.kind);
        }
        // GDAL compares boxes, as it does for a spatial filter on every format with an index; Jalon compares shapes.
        let found: Vec<i64> = serde_json::from_value(read["inside"].clone()).unwrap();
        let missing = own.values().filter(|object| object.geometry().unwrap().intersects(&wanted));
        for object in missing {
            assert!(found.contains(&object.id()), "{} {}", layer.kind, object.id());
        }
        assert!(found.iter().all(|id| bounds(own[id]).unwrap().intersects(&wanted)), "{}", layer.kind);
    }
    assert_eq!(layers["trek"]["geometry_type"], "MultiLineString Z");
    assert_eq!(layers["district"]["geometry_type"], "MultiPolygon Z");
    assert_eq!(layers["poi"]["geometry_type"], "Point");
    assert_eq!(layers["sensitive_area"]["geometry_type"], "Unknown");
    assert!(!layers["trek"]["inside"].as_array().unwrap().is_empty());
}

/// A geometry as GDAL reads it from a layer of a type: one line or area as several, no elevations in a layer of any type.
fn as_layer(geometry: &Geometry, layer: &str) -> Geometry {
    let mut positions = geometry.positions();
    match geometry.as_geo() {
        Shape::LineString(_) if layer.starts_with("Multi") => Geometry::multi_line_string(geometry.lines()),
        Shape::Polygon(polygon) if layer.starts_with("Multi") => {
            let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
            let rings = rings.map(|ring| positions.by_ref().take(ring.0.len()).collect::<Vec<_>>());
            Geometry::multi_polygon([rings.collect::<Vec<_>>()])
        }
        shape if layer == "Unknown" => shape.clone().into(),
        _ => geometry.clone(),
    }
}

/// Changes the types of WKB with Z from those of GDAL's own WKB to those of ISO WKB. Returns the end of the geometry.
fn to_iso(wkb: &mut [u8], start: usize) -> usize {
    const OWN_Z: u32 = 0x8000_0000;
    let number = |wkb: &[u8], at: usize| u32::from_le_bytes(wkb[at..at + 4].try_into().unwrap());
    let code = number(wkb, start + 1);
    let (kind, has_z) = (code & 7, code & OWN_Z != 0);
    wkb[start + 1..start + 5].copy_from_slice(&(kind + if has_z { 1_000 } else { 0 }).to_le_bytes());
    let (mut at, coord) = (start + 5, if has_z { 24 } else { 16 });
    if kind == 1 {
        return at + coord;
    }
    let count = number(wkb, at) as usize;
    at += 4;
    match kind {
        2 => at + count * coord,
        3 => (0..count).fold(at, |at, _| at + 4 + number(wkb, at) as usize * coord),
        _ => (0..count).fold(at, |at, _| to_iso(wkb, at)),
    }
}

fn from_hex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

#[test]
fn frictionless_validates_the_data_package() {
    let built = Built::new(&territory(16, 40, 150));
    let manifest = built.folder.path().join("datapackage.json");
    let Some(report) = python(VALIDATE, "frictionless", &[manifest.to_str().unwrap()]) else { return };
    assert_eq!(report[0], true, "{report}");
}

#[test]
fn minisign_verifies_the_signature_and_refuses_a_changed_manifest() {
    if Command::new("minisign").arg("-v").output().is_err() {
        eprintln!("skipped: there is no minisign in the path");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let key = key();
    let options = BuildOptions { key: Some(key.clone()), ..options(folder.path().to_owned()) };
    build(&options, &territory(17, 2, 3)).unwrap();
    let manifest = folder.path().join("datapackage.json");
    let verify = |manifest: &Path| {
        let key = key.public_key().unwrap().to_text();
        Command::new("minisign").args(["-V", "-P", &key, "-m"]).arg(manifest).output().unwrap().status.success()
    };
    assert!(verify(&manifest));
    let changed = std::fs::read_to_string(&manifest).unwrap().replace("essai", "essay");
    std::fs::write(&manifest, changed).unwrap();
    assert!(!verify(&manifest));
}
