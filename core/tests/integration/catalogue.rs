//! The catalogue: objects, transactions, the GeoPackage and newer files.

use std::collections::HashSet;

use jalon::Error;
use jalon::catalogue::{Catalogue, FILE_NAME, NewTerritory, Territory};
use jalon::model::{Geometry, Kind, Poi, Position, Term, Trek};

fn filled(directory: &std::path::Path) -> (Catalogue, Territory) {
    let catalogue = Catalogue::open(directory).unwrap();
    let new = NewTerritory {
        name: "pne".into(),
        url: "https://example.org".into(),
        default_language: "fr".into(),
        ..NewTerritory::default()
    };
    let territory = catalogue.write(|change| change.add_territory(&new)).unwrap();
    (catalogue, territory)
}

fn trek(id: i64, name: &str) -> Trek {
    let line = [(6.1, 44.8, 1500.0), (6.2, 44.9, 1700.5)];
    let line = line.map(|(lon, lat, elevation)| Position { lon, lat, elevation: Some(elevation) });
    Trek {
        id,
        name: [("fr", name), ("en", "Lake")].into_iter().collect(),
        practice: Some(4),
        length_3d_m: Some(6101.2),
        geometry: Some(Geometry::line_string(line.iter().copied())),
        ..Trek::default()
    }
}

#[test]
fn stored_objects_are_read_after_reopening() {
    let directory = tempfile::tempdir().unwrap();
    let (catalogue, territory) = filled(directory.path());
    let lake = trek(31, "Tour du lac");
    let term = |vocabulary: &str| Term { vocabulary: vocabulary.into(), id: 1, ..Term::default() };
    catalogue
        .write(|change| {
            change.put(&territory, lake.clone().into())?;
            change.put(&territory, Poi { id: 7, ..Poi::default() }.into())?;
            change.put(&territory, term("theme").into())?;
            change.put(&territory, term("label").into())
        })
        .unwrap();
    drop(catalogue);
    let catalogue = Catalogue::open(directory.path()).unwrap();
    let territory = catalogue.territory("pne").unwrap();
    assert_eq!(catalogue.object(&territory, Kind::Trek, 31).unwrap(), lake.into());
    assert_eq!(
        catalogue.count(&territory, Kind::Term).unwrap(),
        2,
        "the id of a term is unique in its vocabulary only"
    );
    assert!(matches!(catalogue.object(&territory, Kind::Poi, 8), Err(Error::NotFound { .. })));
}

#[test]
fn failed_transaction_keeps_the_old_objects() {
    let directory = tempfile::tempdir().unwrap();
    let (catalogue, territory) = filled(directory.path());
    let put = |id, name| catalogue.write(|change| change.put(&territory, trek(id, name).into()));
    put(1, "Ancien").unwrap();
    put(2, "Autre").unwrap();
    let failed = catalogue.write(|change| {
        change.put(&territory, trek(1, "Nouveau").into())?;
        change.retain(&territory, Kind::Trek, &HashSet::new())
    });
    assert!(matches!(failed, Err(Error::InvalidInput { .. })));
    assert_eq!(catalogue.object(&territory, Kind::Trek, 1).unwrap(), trek(1, "Ancien").into());
    let removed = catalogue.write(|change| change.retain(&territory, Kind::Trek, &HashSet::from([1]))).unwrap();
    assert_eq!((removed, catalogue.count(&territory, Kind::Trek).unwrap()), (1, 1));
}

#[test]
fn exported_file_is_a_geopackage_with_an_updated_rtree() {
    let directory = tempfile::tempdir().unwrap();
    let (catalogue, territory) = filled(directory.path());
    catalogue.write(|change| change.put(&territory, trek(1, "Lac").into())).unwrap();
    catalogue.write(|change| change.put(&territory, trek(1, "Lac bleu").into())).unwrap();
    let copy = directory.path().join("copy.gpkg");
    catalogue.export(&copy).unwrap();
    let file = rusqlite::Connection::open(&copy).unwrap();
    let row: (String, i64, f64, f64) = file
        .query_row("SELECT name, practice, minx, maxy FROM trek JOIN rtree_trek_geom r ON r.id = fid", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .unwrap();
    assert_eq!((row.0.as_str(), row.1), ("Lac bleu", 4));
    assert!(
        row.2 <= 6.1 && row.2 > 6.0999 && row.3 >= 44.9 && row.3 < 44.9001,
        "the floats of the R-tree are rounded outwards"
    );
    let application: i64 = file.pragma_query_value(None, "application_id", |row| row.get(0)).unwrap();
    assert_eq!(application, 0x4750_4B47);
}

#[test]
fn newer_file_and_invalid_territories_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let (catalogue, _) = filled(directory.path());
    for (name, url) in [
        ("PNE", "https://example.org"),
        ("pne", "https://example.org"),
        ("vanoise", "ftp://example.org"),
        ("vanoise", "https://anne:secret@example.org"),
    ] {
        let new = NewTerritory { name: name.into(), url: url.into(), ..NewTerritory::default() };
        assert!(matches!(catalogue.write(|change| change.add_territory(&new)), Err(Error::InvalidInput { .. })));
    }
    let copied = NewTerritory {
        name: "vanoise".into(),
        url: "https://example.org:8443/api/v2/trek/?page=1#top".into(),
        ..NewTerritory::default()
    };
    let kept = catalogue.write(|change| change.add_territory(&copied)).unwrap();
    assert_eq!(kept.url, "https://example.org:8443/", "the origin of any copied address");
    drop(catalogue);
    let file = rusqlite::Connection::open(directory.path().join(FILE_NAME)).unwrap();
    file.execute("UPDATE jalon_schema SET version = 99", []).unwrap();
    drop(file);
    assert_eq!(Catalogue::open(directory.path()).unwrap_err(), Error::TooNew { found: 99, supported: 1 });
}
