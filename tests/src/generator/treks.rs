//! Treks. One in twenty-nine was begun and never finished: it is published in English only, and has next to nothing.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::zones::Zones;
use super::{HOST, Territory, attached, merge, shapes, text, uuid};

/// Texts everyone writes, if not in every language.
const TEXTS: [&str; 6] = ["access", "advice", "advised_parking", "ambiance", "gear", "public_transport"];
/// Whether anyone says something in a field, be it an empty text.
#[derive(Clone, Copy, PartialEq)]
enum Told {
    Never,
    Filled,
    EvenEmpty,
}

/// What is said of accessibility.
const ACCESSIBILITY: [(&str, Told); 7] = [
    ("accessibility_advice", Told::EvenEmpty),
    ("accessibility_covering", Told::EvenEmpty),
    ("accessibility_exposure", Told::Never),
    ("accessibility_signage", Told::Never),
    ("accessibility_slope", Told::Filled),
    ("accessibility_width", Told::EvenEmpty),
    ("disabled_infrastructure", Told::Filled),
];

/// Whether the trek is one that was never finished.
fn unfinished(id: usize) -> bool {
    id % 29 == 11
}

/// The trek of an id; its kind of trace, hence its route, follows the id.
pub(super) fn trek(id: usize, made: &Territory, zones: &Zones, rng: &mut ChaCha8Rng) -> Value {
    let path = shapes::trace(id, rng);
    let [fr, en] = text::trek_name(id);
    let [created, updated] = text::dates(rng);
    let sourced = text::chance(55, rng);
    let reserved = text::chance(30, rng);
    let mut trek = json!({
        "id": id, "uuid": uuid(1, id), "url": format!("{HOST}/api/v2/trek/{id}/"), "name": text::name(&fr, &en),
        "difficulty": text::pick(&[1, 2, 2, 3, 3, 4, 5], rng), "practice": text::pick(&[1, 1, 1, 2, 3, 5, 6, 7], rng),
        // Hairpins go from one place to another, loops and eights come round, the rest comes back.
        "route": ([1, 2, 3, 1][id % 4]),
        "themes": some_or_none(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 25, 80, rng),
        "labels": some_or_none(&[1, 2, 3], 40, 55, rng),
        "networks": some_or_none(&[1, 2, 3, 4, 5], 30, 65, rng),
        "ratings": some_or_none(&[21, 22, 25, 26, 28], 40, 70, rng),
        "information_desks": some_or_none(&[1, 2, 4], 40, 65, rng), "source": some_or_none(&[1, 2, 3], 35, 55, rng),
        "structure": text::pick(&[1, 1, 2], rng), "portal": some_or_none(&[1, 2], 50, 20, rng),
        "provider": sourced.then_some("Parc de la Brune"),
        "external_id": if sourced { format!("ETK-{id:05}") } else { String::new() },
        "second_external_id": null, "reservation_system": reserved.then_some(1),
        "reservation_id": if reserved { format!("R{id}") } else { String::new() },
        "parents": [], "children": [], "previous": {}, "next": {}, "view_points": [],
        "attachments": attached::pictures("trekking_trek", 1, id, 6, rng),
        "web_links": attached::web_links(30, made.module("weblink_category"), rng),
        "published": text::published(id), "create_datetime": created, "update_datetime": updated,
    });
    merge(&mut trek, line(&path, zones, rng));
    merge(&mut trek, links(id, &fr));
    merge(&mut trek, texts(id, rng));
    if unfinished(id) {
        for (field, value) in trek.as_object_mut().into_iter().flatten() {
            let text = value.get("it").is_some() && field != "pdf";
            if text {
                *value = text::nothing();
            } else if ["difficulty", "practice", "route", "duration", "parking_location", "points_reference"]
                .contains(&field.as_str())
            {
                *value = Value::Null;
            }
        }
        trek["name"] = json!({"fr": "", "en": en, "it": null});
        trek["published"] = json!({"fr": false, "en": true, "it": false});
    }
    trek
}

/// Some of several so many times in a hundred, each with a chance of its own; otherwise none.
fn some_or_none(from: &[u64], each: u32, percent: u32, rng: &mut ChaCha8Rng) -> Vec<u64> {
    if text::chance(percent, rng) { text::some(from, each, rng) } else { Vec::new() }
}

/// What follows from the trace.
pub(super) fn line(path: &[[f64; 3]], zones: &Zones, rng: &mut ChaCha8Rng) -> Value {
    let (length, up, down) = shapes::measure(path);
    let (start, end) = (path[0], path[path.len() - 1]);
    let heights = path.iter().map(|p| p[2]);
    let zoning = zones.of(path.iter().step_by(25).chain([&end]).map(|p| (p[0], p[1])));
    let (city, code) = zoning.first();
    let hours = length / 4000.0 + up / 500.0;
    // These two are not rounded on a real server.
    let loose = |p: [f64; 3], rng: &mut ChaCha8Rng| {
        let aside = rng.random_range(-4e-8..4e-8);
        [p[0] + aside, p[1] + aside / 3.0]
    };
    let numbered: Vec<[f64; 2]> = path.iter().step_by(path.len() / 4).map(|p| loose(*p, rng)).collect();
    json!({
        "geometry": {"type": "LineString", "coordinates": path}, "departure_geom": loose(start, rng),
        "parking_location": [shapes::round(start[0] + 0.0007), shapes::round(start[1] - 0.0004)],
        "points_reference": {"type": "MultiPoint", "coordinates": numbered},
        "length_2d": tenth(length), "length_3d": tenth(length.hypot(up)),
        "ascent": up as i64, "descent": down as i64, "duration": ((hours * 4.0).round() / 4.0).max(0.5),
        "min_elevation": heights.clone().fold(f64::MAX, f64::min) as i64,
        "max_elevation": heights.fold(f64::MIN, f64::max) as i64,
        "cities": zoning.cities, "city_codes": zoning.codes(), "departure_city": city, "departure_city_code": code,
        "districts": zoning.districts,
    })
}

/// Rounds to one decimal.
fn tenth(metres: f64) -> f64 {
    (metres * 10.0).round() / 10.0
}

fn links(id: usize, name: &str) -> Value {
    let (slug, api) = (text::slug(name), format!("{HOST}/api/v2/trek/{id}"));
    json!({"gpx": format!("{HOST}/api/fr/treks/{id}/{slug}.gpx"), "kml": format!("{HOST}/api/fr/treks/{id}/{slug}.kml"),
        "pdf": text::pdf("treks", id, name), "altimetric_profile": format!("{api}/profile/"),
        "elevation_area_url": format!("{api}/dem/"),
        "elevation_svg_url": format!("{api}/profile/?language=fr&format=svg")})
}

fn texts(id: usize, rng: &mut ChaCha8Rng) -> Value {
    let mut texts = json!({"description": text::full(5, rng), "description_teaser": text::full(1, rng)});
    for field in TEXTS {
        texts[field] = text::html(1, rng);
    }
    texts["departure"] =
        json!({"fr": text::place_name("Parking", id), "en": text::place_name("Car park", id), "it": ""});
    texts["arrival"] = texts["departure"].clone();
    let accessible = id.is_multiple_of(4);
    for (field, told) in ACCESSIBILITY {
        texts[field] = match told {
            Told::EvenEmpty if id.is_multiple_of(8) => json!({"fr": "<p>Rampe à 8&nbsp;%.</p>", "en": "", "it": null}),
            Told::Filled | Told::EvenEmpty if accessible => text::html(1, rng),
            _ => text::nothing(),
        };
    }
    texts["accessibilities"] = json!(if accessible { text::some(&[1, 2, 3], 50, rng) } else { vec![] });
    texts["accessibility_level"] = json!(accessible.then_some(id % 2 + 1));
    texts["attachments_accessibility"] = if accessible { attached::accessibility(id) } else { json!([]) };
    texts["ratings_description"] = text::perhaps(35, rng);
    texts
}
