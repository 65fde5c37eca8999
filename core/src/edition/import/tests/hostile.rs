//! Damaged files give errors or counts, never a panic.

use ::flatgeobuf::{ColumnType, GeometryType};
use serde_json::json;

use super::files::{TestFile, feature, text};
use super::{collection, every_kind, mapping, point};
use crate::edition::import::feature::{Feature, FileError};
use crate::edition::import::object::Importer;
use crate::edition::import::summary::ImportProblem;
use crate::edition::import::{flatgeobuf, geojson};
use crate::edition::tests::hostile::mutate;
use crate::edition::tests::territory::Random;

/// What became of the features of damaged files.
#[derive(Debug, Default)]
struct Counts {
    imported: usize,
    skipped: usize,
    refused: usize,
}

impl Counts {
    fn read(&mut self, bytes: &[u8], importer: &Importer<'_>, is_json: bool) {
        let (mut imported, mut skipped) = (0, 0);
        let mut sink = |feature: Result<Feature<'_>, ImportProblem>| {
            match feature.and_then(|feature| importer.import(&feature)) {
                Ok(_) => imported += 1,
                Err(_) => skipped += 1,
            }
            Ok(())
        };
        let mut file = bytes;
        let read = match is_json {
            true => geojson::read(&mut file, &mut sink),
            false => flatgeobuf::read(&mut file, bytes.len() as u64, &mut sink),
        };
        match read {
            Ok(()) => {}
            Err(FileError::Rule(rule)) => {
                assert!(rule.starts_with("must "), "{rule}");
                self.refused += 1;
            }
            Err(FileError::Other(error)) => panic!("must be a rule: {error}"),
        }
        self.imported += imported;
        self.skipped += skipped;
    }
}

#[test]
fn damaged_flatgeobuf_does_not_panic() {
    let kinds = ["infrastructure", "poi", "trek", "touristic_content"].map(text);
    let name = text("Refuge du Col");
    let ring = [6.0, 45.0, 6.25, 45.0, 6.25, 45.25, 6.0, 45.25, 6.0, 45.0];
    let mut features = Vec::new();
    for kind in &kinds {
        for (own_type, xy) in [
            (GeometryType::Point, &ring[..2]),
            (GeometryType::MultiPoint, &ring[..]),
            (GeometryType::LineString, &ring[..6]),
            (GeometryType::MultiLineString, &ring[..6]),
            (GeometryType::Polygon, &ring[..]),
        ] {
            features.push(feature(own_type, xy, &[(0, kind), (1, &name), (2, &1850.5_f64.to_le_bytes())], &[]));
        }
    }
    let own = [("kind", ColumnType::String), ("name", ColumnType::String)];
    features.push(feature(GeometryType::Point, &ring[..2], &[(0, &kinds[0]), (1, &name)], &own));
    let columns = [("kind", ColumnType::String), ("name", ColumnType::String), ("ele", ColumnType::Double)];
    let file = TestFile {
        columns: &columns,
        geometry_type: GeometryType::Unknown,
        crs: Some(("EPSG", 4326)),
        node_size: 4,
        features,
    };
    let bytes = file.bytes();
    let header = bytes.len() - file.features.concat().len();
    let mapping = mapping(&every_kind());
    let (importer, mut random, mut counts) = (Importer::new(&mapping), Random(21), Counts::default());
    counts.read(&bytes, &importer, false);
    assert_eq!((counts.imported, counts.skipped), (18, 3), "{counts:?}");
    for round in 0..10_000 {
        let within = if round % 4 == 0 { 0..header } else { header..bytes.len() };
        counts.read(&mutate(&bytes, &mut random, within), &importer, false);
    }
    assert!(counts.imported > 50_000 && counts.skipped > 20_000 && counts.refused > 1_000, "{counts:?}");
}

#[test]
fn damaged_geojson_does_not_panic() {
    let ring = json!([[[6.0, 45.0], [6.25, 45.0], [6.25, 45.25], [6.0, 45.0]]]);
    let shapes = [
        point(6.0, 45.0),
        json!({"type": "Polygon", "coordinates": ring}),
        json!({"type": "MultiPolygon", "coordinates": [ring]}),
        json!({"type": "GeometryCollection", "geometries": [{"type": "LineString", "coordinates": [[6.0, 45.0, 7], [6.1, 45.0, 8]]}]}),
    ];
    let mut features = Vec::new();
    for kind in ["poi", "trek", "service"] {
        for shape in &shapes {
            features
                .push(super::feature(shape.clone(), json!({"kind": kind, "name": "Col", "ele": 7, "phone": "+33"})));
        }
    }
    let mapping = mapping(&every_kind());
    let (importer, mut random, mut counts) = (Importer::new(&mapping), Random(22), Counts::default());
    let lines = features.iter().map(|feature| format!("{feature}\n")).collect::<String>();
    for json in [collection(&features), lines] {
        let bytes = json.as_bytes();
        for _ in 0..5_000 {
            counts.read(&mutate(bytes, &mut random, 0..bytes.len()), &importer, true);
        }
    }
    assert!(counts.imported > 20_000 && counts.skipped > 500 && counts.refused > 1_000, "{counts:?}");
}

#[test]
fn deeply_nested_values_do_not_overflow_the_stack() {
    let deep = 1_000_000;
    let (open, close) = ("[".repeat(deep), "]".repeat(deep));
    let collections =
        format!("{}{}", r#"{"type":"GeometryCollection","geometries":["#.repeat(100_000), "]}".repeat(100_000));
    let mapping = mapping(&every_kind());
    let (importer, mut counts) = (Importer::new(&mapping), Counts::default());
    for json in [
        format!(r#"{{"features":{open}{close}}}"#),
        format!(r#"{{"other":{open}{close},"features":[]}}"#),
        format!(r#"{{"crs":{open}{close},"features":[]}}"#),
        format!(r#"{{"type":"Feature","properties":{open}{close}}}"#),
        format!(
            r#"{{"type":"Feature","properties":{{"kind":"poi"}},"geometry":{{"type":"Point","coordinates":{open}{close}}}}}"#
        ),
        format!(r#"{{"type":"Feature","properties":{{"kind":"poi"}},"geometry":{collections}}}"#),
        open.clone(),
    ] {
        counts.read(json.as_bytes(), &importer, true);
    }
    assert_eq!((counts.imported, counts.skipped, counts.refused), (0, 4, 2), "{counts:?}");
}
