//! Treks and the two itineraries; the second one has an unpublished stage.

use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::{HOST, Territory, picture, shapes, text, uuid};

/// Two itineraries: the ids of the parent and of its stages. Stage 9001 is unpublished.
const TOURS: [(usize, &[usize]); 2] = [(1, &[3, 4]), (2, &[5, 9001, 6])];

pub(super) fn fill(made: &mut Territory, count: usize, rng: &mut ChaCha8Rng) {
    let mut treks: Vec<Value> = (1..=count.max(6)).map(|id| trek(id, rng)).collect();
    let mut secret = trek(9001, rng);
    secret["published"] = json!({"fr": false, "en": false, "it": false});
    for (parent, stages) in TOURS {
        treks[parent - 1]["children"] = json!(stages);
        for (at, id) in stages.iter().enumerate() {
            let stage = if *id == 9001 { &mut secret } else { &mut treks[id - 1] };
            let key = parent.to_string();
            stage["parents"] = json!([parent]);
            stage["previous"] = json!({ &key: at.checked_sub(1).map(|before| stages[before]) });
            stage["next"] = json!({ key: stages.get(at + 1) });
        }
    }
    let find = |id: usize| if id == 9001 { secret.clone() } else { treks[id - 1].clone() };
    let tours = TOURS
        .iter()
        .map(|(parent, stages)| {
            let mut tour = find(*parent);
            tour["count_children"] = json!(stages.len());
            tour["steps"] = stages.iter().map(|id| find(*id)).collect();
            tour
        })
        .collect();
    made.put("tour", tours);
    made.put("trek", treks);
    made.hidden.insert("trek".to_owned(), vec![secret]);
}

fn trek(id: usize, rng: &mut ChaCha8Rng) -> Value {
    let path = shapes::trace(id, rng);
    let (length, up, down) = shapes::measure(&path);
    let start = path[0];
    let heights = path.iter().map(|p| p[2]);
    // Names repeat on purpose: lists are ordered by a name that is not unique.
    let mut trek = json!({
        "id": id, "uuid": uuid(1, id), "url": format!("{HOST}/api/v2/trek/{id}/"),
        "name": text::name(&format!("Tour de l'Œil n°{}", id / 3), &format!("Eye loop {}", id / 3)),
        "geometry": {"type": "LineString", "coordinates": path},
        "departure_geom": [start[0] + 1.3e-9, start[1]], "parking_location": [start[0], start[1]],
        "points_reference": {"type": "MultiPoint", "coordinates": [[start[0] + 1e-9, start[1]]]},
        "length_2d": (length * 10.0).round() / 10.0, "length_3d": (length * 10.4).round() / 10.0,
        "ascent": up as i64, "descent": down as i64, "duration": 1.5 + (id % 8) as f64 / 4.0,
        "min_elevation": heights.clone().fold(f64::MAX, f64::min) as i64,
        "max_elevation": heights.fold(f64::MIN, f64::max) as i64,
        "difficulty": id % 3 + 1, "practice": id % 2 + 1, "route": id % 3 + 1, "themes": [1, 2, 3], "labels": [1, 2],
        "networks": [1, 2], "ratings": [1, 2, 3], "accessibilities": if id.is_multiple_of(4) { vec![1] } else { vec![] },
        "accessibility_level": if id.is_multiple_of(4) { Some(1) } else { None }, "cities": [1], "city_codes": ["05001"],
        "departure_city": 1, "departure_city_code": "05001", "districts": [1], "information_desks": [1],
        "source": [1], "structure": 1, "portal": if id.is_multiple_of(5) { vec![1] } else { vec![] },
        "provider": if id.is_multiple_of(2) { Some("PNE") } else { None }, "external_id": "", "second_external_id": null,
        "reservation_system": null, "reservation_id": "", "parents": [], "children": [], "previous": {"id": null},
        "next": {"id": null}, "view_points": [], "attachments_accessibility": [],
        "attachments": picture("trekking_trek", id),
        "web_links": [{"name": text::name("Météo", "Weather"), "url": "https://example.org/meteo",
            "category": {"id": 1, "label": text::name("Météo", "Weather"), "pictogram": format!("{HOST}/media/upload/w.svg")}}],
        "gpx": format!("{HOST}/api/fr/treks/{id}/trek.gpx"), "kml": format!("{HOST}/api/fr/treks/{id}/trek.kml"),
        "pdf": {"fr": format!("{HOST}/api/fr/treks/{id}/t.pdf"), "en": format!("{HOST}/api/en/treks/{id}/t.pdf"),
            "it": format!("{HOST}/api/it/treks/{id}/t.pdf")},
        "altimetric_profile": format!("{HOST}/api/v2/trek/{id}/profile/"),
        "elevation_area_url": format!("{HOST}/api/v2/trek/{id}/dem/"),
        "elevation_svg_url": format!("{HOST}/api/v2/trek/{id}/profile/?language=fr&format=svg"),
        "published": text::published(id),
        "create_datetime": "2024-04-15T17:18:21+02:00",
        "update_datetime": format!("2026-0{}-11T09:30:00.125000+02:00", id % 9 + 1),
    });
    let fields = ["access", "advice", "ambiance", "arrival", "departure", "description", "description_teaser", "gear"];
    for (n, field) in fields.iter().chain(&["advised_parking", "public_transport"]).enumerate() {
        trek[*field] = text::html(id + n);
    }
    for field in ["advice", "covering", "exposure", "signage", "slope", "width"] {
        trek[format!("accessibility_{field}")] = text::nothing();
    }
    trek["disabled_infrastructure"] = text::nothing();
    trek["ratings_description"] = json!({"fr": "", "en": "", "it": null});
    trek
}
