//! GDAL, and so QGIS, reads the catalogue and the journal as GeoPackages.
//!
//! `JALON_GDAL_PYTHON` names a Python with pyogrio, a wheel with GDAL, and with gdal-utils, which has GDAL's validator of
//! GeoPackages. Without it the tests are skipped.

use std::ffi::OsStr;
use std::path::Path;

use jalon::catalogue::{Catalogue, NewTerritory};
use jalon::journal::{Journal, NewReport};
use jalon::model::{City, Course, Geometry, Infrastructure, Kind, Poi, Position, Site, Term, Trek};
use jalon::report::{ReportContent, ReportPosition};
use jalon::storage::Storage;

const SCRIPT: &str = "
import json, sys, pyogrio
layers = {}
for name, geometry_type in pyogrio.list_layers(sys.argv[1]):
    layer = pyogrio.read_info(sys.argv[1], layer=name, force_feature_count=True)
    layers[name] = [geometry_type, layer['features'], layer['crs'], list(layer['fields'])]
    if geometry_type:
        pyogrio.raw.read(sys.argv[1], layer=name, bbox=(5, 44, 7, 46))
print(json.dumps(layers))
";

/// Checks each requirement of the standard.
const VALIDATOR: &str = "
import json, sys
from osgeo_utils.samples.validate_gpkg import check
print(json.dumps(check(sys.argv[1], abort_at_first_error=False, extra_checks=True, warning_as_error=True)))
";

fn run(python: &OsStr, script: &str, file: &Path) -> serde_json::Value {
    let output = std::process::Command::new(python).arg("-c").arg(script).arg(file).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The layers of a file that conforms to the standard.
fn read_layers(python: &OsStr, file: &Path) -> serde_json::Value {
    assert_eq!(run(python, VALIDATOR, file), serde_json::json!([]), "GeoPackage requirements");
    run(python, SCRIPT, file)
}

#[test]
fn gdal_reads_the_layers_of_the_journal() {
    let Some(python) = std::env::var_os("JALON_GDAL_PYTHON") else {
        eprintln!("skipped: JALON_GDAL_PYTHON names no Python with pyogrio and gdal-utils");
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let journal = Journal::open(directory.path(), Storage::default()).unwrap();
    let position = Some(ReportPosition { lon: 6.2, lat: 44.9, accuracy_m: None, at_ms: None });
    let content = ReportContent { comment: "Pont coupé".into(), position, ..ReportContent::default() };
    journal.new_report(NewReport { territory: "pne".into(), content, ..NewReport::default() }, 1).unwrap();
    journal.add_note("Source", Some(Position::new(6.1, 44.8)), None, 1).unwrap();
    let journal = std::sync::Arc::new(journal);
    crate::tracks::record(&journal, "Lac", 50).finish().unwrap();
    drop(journal);
    let layers = read_layers(&python, &directory.path().join("journal.gpkg"));
    assert_eq!(layers.as_object().unwrap().len(), 4, "{layers}");
    for (layer, geometry) in [("report", "Point"), ("note", "Point"), ("track", "LineString")] {
        assert_eq!(
            (&layers[layer][0], &layers[layer][1], &layers[layer][2]),
            (&geometry.into(), &1.into(), &"EPSG:4326".into())
        );
    }
    for column in ["name", "start_time", "end_time", "distance_m", "ascent_m"] {
        assert!(layers["track"][3].as_array().unwrap().iter().any(|own| own == column), "{layers}");
    }
    assert!(layers["report"][3].as_array().unwrap().iter().any(|column| column == "comment"));
}

#[test]
fn gdal_reads_the_layers_of_the_catalogue() {
    let Some(python) = std::env::var_os("JALON_GDAL_PYTHON") else {
        eprintln!("skipped: JALON_GDAL_PYTHON names no Python with pyogrio and gdal-utils");
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open(directory.path()).unwrap();
    let new = NewTerritory { name: "pne".into(), url: "https://example.org".into(), ..NewTerritory::default() };
    let start = Position { lon: 6.1, lat: 44.8, elevation: Some(1500.0) };
    let end = Position { lon: 6.2, lat: 44.9, elevation: Some(1600.0) };
    let line = Geometry::line_string([start, end]);
    let ring = [(6.0, 44.0), (6.5, 44.0), (6.5, 45.0), (6.0, 44.0)].map(|(lon, lat)| Position::new(lon, lat)).to_vec();
    catalogue
        .write(|change| {
            let territory = change.add_territory(&new)?;
            let name = || [("fr", "Cœur des Écrins")].into_iter().collect();
            change.put(
                &territory,
                Trek { id: 1, name: name(), geometry: Some(line.clone()), ..Trek::default() }.into(),
            )?;
            change.put(&territory, Poi { id: 1, geometry: Some(Geometry::point(start)), ..Poi::default() }.into())?;
            change.put(&territory, Poi { id: 2, ..Poi::default() }.into())?;
            change.put(
                &territory,
                Infrastructure { id: 1, geometry: Some(line.clone()), ..Infrastructure::default() }.into(),
            )?;
            let area = Geometry::multi_polygon([[ring]]);
            change.put(&territory, City { id: 1, geometry: Some(area), ..City::default() }.into())?;
            let parts = [Geometry::point(start), Geometry::line_string([start, end])];
            let mixed = Some(Geometry::collection(parts));
            change.put(&territory, Site { id: 1, name: name(), geometry: mixed.clone(), ..Site::default() }.into())?;
            // A collection that is replaced or deleted leaves no parts behind.
            change.put(&territory, Site { id: 2, geometry: mixed.clone(), ..Site::default() }.into())?;
            change.put(&territory, Site { id: 2, geometry: Some(line.clone()), ..Site::default() }.into())?;
            change.put(&territory, Course { id: 1, geometry: mixed, ..Course::default() }.into())?;
            change.put(&territory, Course { id: 2, ..Course::default() }.into())?;
            change.retain(&territory, Kind::Course, &[2].into())?;
            change.put(&territory, Term { id: 1, vocabulary: "theme".into(), ..Term::default() }.into())?;
            // A line with one position, which other readers reject.
            let point = Some(Geometry::line_string([start]));
            change.put(&territory, Infrastructure { id: 2, geometry: point, ..Infrastructure::default() }.into())?;
            // The same ids in another territory, in the same layers.
            let other = change.add_territory(&NewTerritory { name: "vanoise".into(), ..new.clone() })?;
            change.put(&other, Trek { id: 1, geometry: Some(line), ..Trek::default() }.into())
        })
        .unwrap();
    let copy = directory.path().join("copy.gpkg");
    catalogue.export(&copy).unwrap();
    let layers = read_layers(&python, &copy);
    for kind in Kind::ALL {
        let layer = &layers[kind.as_str()];
        let count = match kind {
            Kind::Poi | Kind::Trek | Kind::Site | Kind::Infrastructure => 2,
            Kind::City | Kind::Term | Kind::Course => 1,
            _ => 0,
        };
        assert_eq!(layer[1], count, "{kind}");
        assert!(layer[3].as_array().unwrap().iter().any(|column| column == "name"), "{kind}");
        if kind.is_spatial() {
            assert_eq!(layer[2], "EPSG:4326", "{kind}");
            let point =
                [Kind::Poi, Kind::TouristicEvent, Kind::InformationDesk, Kind::Service, Kind::Signage, Kind::HdView];
            let (flat, with_z) = if point.contains(&kind) { ("Point", "Point Z") } else { ("Unknown", "Unknown Z") };
            assert!(layer[0] == flat || layer[0] == with_z, "{kind}: {}", layer[0]);
        } else {
            assert!(layer[0].is_null(), "{kind}");
        }
    }
    assert_eq!(layers["geometry_part"][1], 2, "the point and the line of one site");
    assert_eq!(layers.as_object().unwrap().len(), Kind::ALL.len() + 1, "internal tables are not layers");
    assert_eq!(layers["poi"][0], "Point Z");
    let columns = layers["trek"][3].as_array().unwrap();
    assert!(["practice", "length_m", "duration_h"].iter().all(|wanted| columns.iter().any(|column| column == wanted)));
}
