//! Undocumented JSON of a running Geotrek is read without problems.

use std::collections::BTreeMap;

use geo_types::Geometry as Shape;
use jalon::geotrek::{Limits, Reader};
use jalon::model::{Geometry, Object, Trek};
use serde_json::{Value, json};

/// Reads one object of a response to `Accept-Language: fr`.
fn read(list: &str, wire: &Value) -> Vec<Object> {
    let reader = Reader::new(None, "fr", &Limits::default());
    let objects = reader.read(list, &wire.to_string());
    let problems = reader.problems();
    assert_eq!(problems.iter().collect::<Vec<_>>(), [], "{list}");
    objects
}

macro_rules! read_as {
    ($kind:ident, $list:literal, $wire:expr) => {
        match read($list, &$wire).remove(0) {
            Object::$kind(object) => *object,
            other => panic!("{:?}", other.kind()),
        }
    };
}

fn trek(wire: &Value) -> Trek {
    read_as!(Trek, "trek", wire)
}

#[test]
fn text_with_nulls_and_blanks_falls_back_to_another_language() {
    let all = trek(&json!({"id": 1, "name": {"fr": "Lac", "en": "Lake", "it": null},
        "departure": {"fr": "", "en": null, "it": "Rifugio"}, "published": {"fr": true, "en": false, "it": true}}));
    // Published in Italian, without an Italian name.
    assert_eq!(all.published, ["fr", "it"]);
    assert_eq!(all.name.find(&["it", "fr"]).unwrap().text, "Lac");
    let departure = all.departure.find(&["fr"]).unwrap();
    assert_eq!((departure.text, departure.lang), ("Rifugio", "it"));
    let one = trek(&json!({"id": 1, "name": "Lac", "departure": null, "published": true}));
    assert_eq!((one.name.in_language("fr"), one.published.as_slice()), (Some("Lac"), &["fr".to_owned()][..]));
    assert!(one.departure.is_empty());
}

#[test]
fn neighbours_are_read_by_itinerary_and_tours_with_their_stages() {
    let stage = trek(&json!({"id": 5, "previous": {"66": null, "70": 4}, "next": {"66": 71}, "parents": [66, 70]}));
    assert_eq!(stage.previous, BTreeMap::from([(66, None), (70, Some(4))]));
    assert_eq!(stage.next, BTreeMap::from([(66, Some(71))]));
    let steps = json!([{"id": 5}, {"id": 71, "published": {"fr": false, "en": false}}]);
    let tour = read("tour", &json!({"id": 66, "children": [5, 71], "count_children": 2, "steps": steps}));
    assert_eq!(tour.iter().map(Object::id).collect::<Vec<_>>(), [66, 5, 71]);
    assert!(matches!(&tour[2], Object::Trek(hidden) if hidden.published.is_empty()));
}

#[test]
fn numbers_as_strings_and_strings_as_numbers_are_read() {
    let event =
        json!({"id": 2, "participant_number": "None", "price": "12.00", "duration": "2 jours", "capacity": null});
    let event = read_as!(TouristicEvent, "touristicevent", event);
    assert_eq!((event.participant_number, event.price.as_deref()), (None, Some("12.00")));
    assert_eq!(event.duration, "2 jours");
    assert_eq!(trek(&json!({"id": 1, "duration": 4.25})).duration_h, Some(4.25));
    let line =
        json!({"id": 9, "direction": 1, "text": "Col", "distance": "12.6", "time": "02:55:00", "pictograms": []});
    let blades = json!([{"id": 1, "number": "1", "color": null, "direction": 2, "lines": [line]}]);
    let signage = read_as!(Signage, "signage", json!({"id": 4, "name": "Poteau", "description": "", "blades": blades}));
    let line = &signage.blades[0].lines[0];
    assert_eq!((line.distance_km, line.time.as_deref()), (Some(12.6), Some("02:55:00")));
    // Untranslated texts are in the requested language.
    assert_eq!(signage.name.find(&["en"]).unwrap().lang, "fr");
    let content = json!({"id": 3, "types": {"301": [7, 8], "302": []}});
    let content = read_as!(TouristicContent, "touristiccontent", content);
    assert_eq!(content.types, BTreeMap::from([(301, vec![7, 8]), (302, vec![])]));
    // Older servers write ids as strings. An invalid id is skipped.
    let reader = Reader::new(None, "fr", &Limits::default());
    let old = reader.read("trek", r#"{"id": "12", "themes": ["3", null, 4], "cities": ["05063", "2A004"]}"#).remove(0);
    let Object::Trek(old) = old else { panic!("a trek") };
    assert_eq!((old.id, &old.themes, &old.cities), (12, &vec![3, 4], &vec![5063]));
    assert_eq!(reader.problems().total(), 2);
}

#[test]
fn odd_geometries_keep_their_object_and_are_counted() {
    let reader = Reader::new(None, "fr", &Limits::default());
    let line = json!([[6.1, 44.8, 1500.0], [6.2, 44.9, -9999.0], [6.3, 44.9, 0.0]]);
    let treks = [
        json!({"id": 1, "geometry": {"type": "LineString", "coordinates": [[6.1, 44.8, 1500.0]]}}),
        json!({"id": 2, "geometry": {"type": "LineString", "coordinates": line}}),
    ];
    let treks = treks.map(|json| reader.read("trek", &json.to_string()).remove(0));
    assert!(matches!(treks[0].geometry().map(Geometry::as_geo), Some(Shape::Point(_))));
    let elevations: Vec<_> = treks[1].geometry().unwrap().positions().map(|position| position.elevation).collect();
    assert_eq!(elevations, [Some(1500.0), None, None]);
    let problems = reader.problems();
    assert_eq!(
        problems.iter().collect::<Vec<_>>(),
        [
            ("trek", "geometry", "impossible elevations, taken as unknown", 1),
            ("trek", "geometry", "lines with one position or rings with two", 1),
        ]
    );
}

#[test]
fn geometries_with_or_without_elevation_or_missing_are_read() {
    let point = json!({"type": "Point", "coordinates": [6.1, 44.8, 1500.0]});
    let line = json!({"type": "LineString", "coordinates": [[6.1, 44.8, 1500.0], [6.2, 44.9, 1600.0]]});
    for geometry in [&point, &line] {
        let bridge = read_as!(Infrastructure, "infrastructure", json!({"id": 1, "geometry": geometry}));
        assert_eq!(bridge.geometry.unwrap().first_position().unwrap().elevation, Some(1500.0));
    }
    let flat = json!({"type": "Polygon", "coordinates": [[[6.0, 44.0], [6.1, 44.0], [6.1, 44.1], [6.0, 44.0]]]});
    let site = json!({"id": 5, "geometry": {"type": "GeometryCollection", "geometries": [flat, point]}});
    let site = read_as!(Site, "outdoor_site", site);
    assert!(
        matches!(site.geometry.as_ref().map(Geometry::as_geo), Some(Shape::GeometryCollection(parts)) if parts.len() == 2)
    );
    let areas = json!({"id": 6, "geometry": {"type": "GeometryCollection", "geometries": [flat]}});
    let site = read_as!(Site, "outdoor_site", areas);
    assert!(matches!(site.geometry.as_ref().map(Geometry::as_geo), Some(Shape::Polygon(_))), "the simplest type");
    let area = json!({"id": 8, "geometry": null, "period": [true, true, true, true, true, true, true, true, true, true, true, false]});
    assert_eq!(read_as!(SensitiveArea, "sensitivearea", area).geometry, None);
    let desk = |lat: Value| json!({"id": 2, "name": {"fr": "Maison"}, "latitude": lat, "longitude": 6.3});
    assert_eq!(read_as!(InformationDesk, "informationdesk", desk(Value::Null)).geometry, None);
    assert!(read_as!(InformationDesk, "informationdesk", desk(json!(44.7))).geometry.is_some());
    let numbered = json!({"type": "MultiPoint", "coordinates": [[6.123456789012, 44.987654321098]]});
    let loose =
        trek(&json!({"id": 1, "departure_geom": [6.123456789012, 44.987654321098], "points_reference": numbered}));
    assert_eq!(loose.departure_point.unwrap().lon, 6.123456789012);
    assert_eq!(loose.points_reference[0].lat, 44.987654321098);
    // The id of a feature is in its properties for objects on paths, and beside them for others.
    let inside =
        json!({"type": "Feature", "geometry": point, "properties": {"id": 77, "name": {"fr": "Lac"}}, "bbox": []});
    let beside =
        json!({"type": "Feature", "id": 78, "geometry": point, "properties": {"name": {"fr": "Lac"}}, "bbox": []});
    assert_eq!(read("poi", &inside)[0].id(), 77);
    assert_eq!(read("touristiccontent", &beside)[0].id(), 78);
    assert!(read("poi", &inside)[0].geometry().is_some());
}

#[test]
fn licences_providers_html_and_dates_are_read() {
    let picture = json!({"backend": "", "type": "image", "filetype": {"id": 1, "structure": null, "type": "Photo"},
        "author": "A. B.", "license": "CC BY-SA 4.0", "legend": "Le lac", "title": "lac", "uuid": "u",
        "url": "https://park.example/media/a.jpg", "thumbnail": ""});
    let trek = trek(&json!({"id": 1, "provider": "Parc de la Brune", "attachments": [picture],
        "description": {"fr": "<p>Du&nbsp;parking, l&#39;&oelig;il &amp; <em>le</em> cœur.</p><script>x()</script>"},
        "create_datetime": "2026-06-30T17:12:07.123456+02:00", "update_datetime": "2026-06-30T17:12:08+02:00"}));
    assert_eq!(trek.provider.as_deref(), Some("Parc de la Brune"));
    let picture = &trek.attachments[0].picture;
    assert_eq!([&picture.author, &picture.license, &picture.legend], ["A. B.", "CC BY-SA 4.0", "Le lac"]);
    let words = trek.description.plain.in_language("fr").unwrap();
    assert_eq!(words.replace('\u{a0}', " "), "Du parking, l'œil & le cœur.");
    assert!(!trek.description.html.in_language("fr").unwrap().contains("script"));
    assert_eq!(trek.created_ms.zip(trek.updated_ms), Some((1_782_832_327_123, 1_782_832_328_000)));
    // A service has neither a name nor a date.
    let service = read_as!(Service, "service", json!({"id": 6, "type": 11, "eid": ""}));
    assert_eq!((service.service_type, service.external_id), (Some(11), None));
}
