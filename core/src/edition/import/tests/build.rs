//! What becomes of the features.

use serde_json::json;

use super::{Import, build, bytes_of, collection, every_kind, feature, point};
use crate::edition::{ImportProblem, verify_edition};
use crate::model::{Geometry, Kind, Object, Position};

#[test]
fn feature_of_each_kind_is_an_object_with_its_values() {
    let line =
        json!({"type": "LineString", "coordinates": [[6.0, 45.0, 1000], [6.01, 45.0, 1100], [6.02, 45.0, 1050]]});
    let area = json!({"type": "Polygon", "coordinates": [[[6.0, 45.0], [6.01, 45.0], [6.01, 45.01], [6.0, 45.01], [6.0, 45.0]]]});
    let properties = |kind: &str, id: &str| {
        json!({
            "kind": kind, "@id": id, "name": "Nom", "name:en": "Name", "description": "Un <b>lieu</b> & plus<script>x()</script>",
            "phone": "+33 4 92 00 00 00", "website": "www.park.example", "email": "a@park.example", "ele": "1850",
            "image": "https://park.example/a.jpg", "author": "A. Auteur",
        })
    };
    let features = [
        feature(line, properties("trek", "relation/1")),
        feature(point(6.0, 45.0), properties("poi", "node/2")),
        feature(area.clone(), properties("touristic_content", "way/3")),
        feature(area.clone(), properties("sensitive_area", "way/4")),
        feature(area.clone(), properties("information_desk", "way/5")),
        feature(point(6.0, 45.0), properties("service", "node/6")),
        feature(point(6.0, 45.0), properties("signage", "7")),
        feature(area, properties("infrastructure", "way/8")),
    ];
    let (summary, import) = build(&every_kind(), &collection(&features));
    let summary = summary.unwrap();
    assert_eq!((summary.features, summary.skipped.len(), summary.incomplete.len()), (8, 0, 0));
    assert!(verify_edition(&import.edition(), &[]).unwrap().valid);
    let objects = import.objects();
    let (terms, objects): (Vec<_>, Vec<_>) = objects.into_iter().partition(|object| object.kind() == Kind::Term);
    // A sensitive area has no type.
    assert_eq!((terms.len(), objects.len()), (7, 8));
    for object in &objects {
        let kind = object.kind();
        let name = object.name().and_then(|name| name.in_language("en"));
        assert_eq!(name, Some("Name").filter(|_| kind != Kind::Service), "{kind}");
        if let Some((vocabulary, id)) = object.object_type() {
            let term = terms.iter().find_map(|term| match term {
                Object::Term(term) if term.vocabulary == vocabulary && term.id == id => term.label.in_language("fr"),
                _ => None,
            });
            assert_eq!(term, Some(format!("Type {kind}").as_str()));
        }
        if let Some(description) = object.description() {
            let html = description.html.in_language("fr").unwrap();
            assert!(html.starts_with("Un <b>lieu</b> &amp; plus") && !html.contains("script"), "{kind}: {html}");
        }
        let json = serde_json::to_string(object).unwrap();
        assert_eq!(json.contains("+33 4 92 00 00 00"), kind != Kind::Service, "{kind}: {json}");
        assert_eq!(json.contains("https://www.park.example/"), kind != Kind::Service, "{kind}");
        assert_eq!(json.contains("https://park.example/a.jpg"), kind != Kind::Service, "{kind}");
    }
    let find = |kind: Kind| objects.iter().find(|object| object.kind() == kind).unwrap();
    let Object::Trek(trek) = find(Kind::Trek) else { unreachable!() };
    assert_eq!(trek.length_2d_m.map(f64::round), Some(1_577.0));
    assert_eq!((trek.ascent_m, trek.descent_m, trek.max_elevation_m), (Some(100.0), Some(-50.0), Some(1100.0)));
    let Object::Signage(signage) = find(Kind::Signage) else { unreachable!() };
    assert_eq!(
        (signage.id, signage.external_id.as_deref(), signage.provider.as_deref()),
        (7, Some("7"), Some("OpenStreetMap"))
    );
    let high = Position { elevation: Some(1850.0), ..Position::new(6.0, 45.0) };
    assert_eq!(signage.geometry, Some(Geometry::point(high)));
    let Object::InformationDesk(desk) = find(Kind::InformationDesk) else { unreachable!() };
    let centre = Position { elevation: Some(1850.0), ..Position::new(6.005, 45.005) };
    let place = desk.geometry.as_ref().and_then(Geometry::first_position).unwrap();
    assert!(
        (place.lon - centre.lon).abs() < 1e-9 && (place.lat - centre.lat).abs() < 1e-9 && place.elevation.is_some()
    );
    assert_eq!(desk.phone.as_deref(), Some("+33 4 92 00 00 00"));
    let Object::SensitiveArea(area) = find(Kind::SensitiveArea) else { unreachable!() };
    assert!(area.is_published && area.season.contains_month(1) && area.season.contains_month(12));
    let manifest = import.manifest();
    assert_eq!((manifest.name.as_str(), manifest.licenses[0].name.as_deref()), ("essai", Some("ODbL-1.0")));
    assert_eq!(manifest.sources[0].title, "© OpenStreetMap contributors");
}

#[test]
fn features_that_become_no_object_are_counted_by_the_reason() {
    let mut mapping = every_kind();
    mapping["rules"][1]["requires_name"] = true.into();
    let poi = |name: &str| json!({"kind": "poi", "name": name});
    let features = [
        feature(point(6.0, 45.0), poi("Col")),
        feature(point(6.1, 45.0), poi("")),
        feature(point(6.2, 45.0), json!({"kind": "tree", "name": "Arbre"})),
        feature(json!(null), poi("Sans lieu")),
        feature(point(6.0, 95.0), poi("Ailleurs")),
        feature(json!({"type": "Point", "coordinates": ["x"]}), poi("Faux")),
        feature(json!({"type": "Curve", "coordinates": []}), poi("Courbe")),
        feature(point(6.0, 45.0), json!({"kind": "trek", "name": "Sans ligne"})),
        json!({"type": "Feature", "properties": 7}),
        feature(point(6.3, 45.0), json!({"kind": "service", "name": "Fontaine", "ele": "haut"})),
        feature(point(6.4, 45.0), json!({"kind": "infrastructure"})),
    ];
    let (summary, import) = build(&mapping, &collection(&features));
    let summary = summary.unwrap();
    let counts: Vec<_> = summary.skipped.iter().map(|(problem, count)| (problem.as_str(), *count)).collect();
    let expected = [
        ("no_rule", 1),
        ("no_name", 1),
        ("no_geometry", 1),
        ("invalid_geometry", 3),
        ("not_a_line", 1),
        ("invalid_feature", 1),
    ];
    assert_eq!(counts, expected);
    assert_eq!(summary.features, 11);
    let incomplete: Vec<_> = summary.incomplete.into_iter().collect();
    assert_eq!(incomplete, [(ImportProblem::Unnamed, 1), (ImportProblem::InvalidValue, 1)]);
    let kinds: Vec<_> = import.objects().iter().map(Object::kind).collect();
    assert_eq!(kinds, [Kind::Poi, Kind::Service, Kind::Infrastructure, Kind::Term, Kind::Term, Kind::Term]);
}

#[test]
fn same_files_give_the_same_bytes_and_order_within_them_does_not_count() {
    let features: Vec<_> = (0..300)
        .map(|index| {
            let kind = ["poi", "service", "infrastructure"][index % 3];
            let properties = json!({"kind": kind, "name": format!("Nom {index}"), "@id": format!("node/{index}")});
            feature(point(6.0 + index as f64 * 1e-3, 45.0), properties)
        })
        .collect();
    let reversed: Vec<_> = features.iter().rev().cloned().collect();
    let lines = features.iter().map(|feature| format!("{feature}\n")).collect::<String>();
    let editions = [collection(&features), collection(&features), collection(&reversed), lines].map(|json| {
        let (summary, import) = build(&every_kind(), &json);
        assert_eq!(summary.unwrap().edition.objects, 303);
        bytes_of(&import.edition())
    });
    assert!(editions.iter().all(|edition| *edition == editions[0]));
}

#[test]
fn two_features_with_one_id_are_named() {
    let features = |id: serde_json::Value| [feature(point(6.0, 45.0), json!({"kind": "poi", "name": "A", "@id": id}))];
    let one = collection(&features(json!("node/1")));
    let import = Import::new([("a.geojson", one.as_bytes()), ("b.geojson", one.as_bytes())]);
    let rule = "files: must not have two objects of kind poi with one id: feature 1 (“node/1”) of a.geojson and feature 1 \
                (“node/1”) of b.geojson";
    assert_eq!(import.build(&every_kind()).unwrap_err().to_string(), rule);
    assert!(!import.edition().join("datapackage.json").exists());
    // Without an identifier the geometry is one.
    let same = collection(&[features(json!(null)), features(json!(""))].concat());
    let rule = build(&every_kind(), &same).0.unwrap_err().to_string();
    assert!(rule.ends_with("feature 1 of objects.geojson and feature 2 of objects.geojson"), "{rule}");
    // Objects of two kinds may share an id.
    let other = feature(point(6.0, 45.0), json!({"kind": "service", "@id": "node/1"}));
    build(&every_kind(), &collection(&[features(json!("node/1"))[0].clone(), other])).0.unwrap();
}

#[test]
fn concave_area_gives_a_position_in_it() {
    let ring = json!([[
        [6.0, 45.0],
        [6.03, 45.0],
        [6.03, 45.03],
        [6.02, 45.03],
        [6.02, 45.005],
        [6.01, 45.005],
        [6.01, 45.03],
        [6.0, 45.03],
        [6.0, 45.0]
    ]]);
    let area = json!({"type": "Polygon", "coordinates": ring});
    let (summary, import) = build(&every_kind(), &collection(&[feature(area, json!({"kind": "service"}))]));
    summary.unwrap();
    let place = import.objects()[0].geometry().unwrap().first_position().unwrap();
    let on_edge = [(6.02, 45.005), (6.01, 45.005)].contains(&(place.lon, place.lat));
    assert!(on_edge, "the centroid lies between the arms: {place:?}");
}

#[test]
fn files_that_cannot_be_read_are_named_without_their_folder() {
    let import = Import::new([("objects.geojson", &b"<html>"[..])]);
    let rule = import.build(&every_kind()).unwrap_err().to_string();
    assert_eq!(rule, "files: must be GeoJSON or FlatGeobuf: see its line 1, column 1 (objects.geojson)");
    let missing = Import { files: vec![import.folder.path().join("none.geojson")], ..import };
    let rule = missing.build(&every_kind()).unwrap_err().to_string();
    assert_eq!(rule, "files: must be files that can be read (none.geojson)");
    let folder = Import { files: vec![missing.folder.path().to_owned()], ..missing };
    assert!(
        folder.build(&every_kind()).unwrap_err().to_string().starts_with("files: must be files that can be read (")
    );
    let none = Import { files: Vec::new(), ..folder };
    assert_eq!(none.build(&every_kind()).unwrap_err().to_string(), "files: must be 1 to 1000 files");
}
