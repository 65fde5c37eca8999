//! Treks. One of 29 is unfinished: it is published in English only, and most of its fields are empty.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::zones::Zones;
use super::{HOST, Territory, attachments, merge, shapes, text, uuid};

/// Texts that each trek has, at least in French.
const TEXTS: [&str; 6] = ["access", "advice", "advised_parking", "ambiance", "gear", "public_transport"];
/// How a text field is filled in.
#[derive(Clone, Copy, PartialEq)]
enum Filled {
    Never,
    Always,
    /// Some translations are empty.
    Partly,
}

/// Fields about accessibility.
const ACCESSIBILITY: [(&str, Filled); 7] = [
    ("accessibility_advice", Filled::Partly),
    ("accessibility_covering", Filled::Partly),
    ("accessibility_exposure", Filled::Never),
    ("accessibility_signage", Filled::Never),
    ("accessibility_slope", Filled::Always),
    ("accessibility_width", Filled::Partly),
    ("disabled_infrastructure", Filled::Always),
];

/// Whether the trek is unfinished.
fn is_unfinished(id: usize) -> bool {
    id % 29 == 11
}

/// A trek. Its id decides the shape of its line, and so its route.
pub(super) fn trek(id: usize, territory: &Territory, zones: &Zones, rng: &mut ChaCha8Rng) -> Value {
    let path = shapes::trek_line(id, rng);
    let [fr, en] = text::trek_name(id);
    let [created, updated] = text::dates(rng);
    let has_provider = text::chance(55, rng);
    let has_booking = text::chance(30, rng);
    let mut trek = json!({
        "id": id, "uuid": uuid(1, id), "url": format!("{HOST}/api/v2/trek/{id}/"), "name": text::name(&fr, &en),
        "difficulty": text::pick(&[1, 2, 2, 3, 3, 4, 5], rng), "practice": text::pick(&[1, 1, 1, 2, 3, 5, 6, 7], rng),
        // Hairpins are one way, loops and figures of eight are closed, the others return the same way.
        "route": ([1, 2, 3, 1][id % 4]),
        "themes": some_or_none(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 25, 80, rng),
        "labels": some_or_none(&[1, 2, 3], 40, 55, rng),
        "networks": some_or_none(&[1, 2, 3, 4, 5], 30, 65, rng),
        "ratings": some_or_none(&[21, 22, 25, 26, 28], 40, 70, rng),
        "information_desks": some_or_none(&[1, 2, 4], 40, 65, rng), "source": some_or_none(&[1, 2, 3], 35, 55, rng),
        "structure": text::pick(&[1, 1, 2], rng), "portal": some_or_none(&[1, 2], 50, 20, rng),
        "provider": has_provider.then_some("Parc de la Brune"),
        "external_id": if has_provider { format!("ETK-{id:05}") } else { String::new() },
        "second_external_id": null, "reservation_system": has_booking.then_some(1),
        "reservation_id": if has_booking { format!("R{id}") } else { String::new() },
        "parents": [], "children": [], "previous": {}, "next": {}, "view_points": [],
        "attachments": attachments::pictures("trekking_trek", 1, id, 6, rng),
        "web_links": attachments::web_links(30, territory.module("weblink_category"), rng),
        "published": text::published(id), "create_datetime": created, "update_datetime": updated,
    });
    if let Some(attachments) = trek["attachments"].as_array_mut() {
        attachments.extend(attachments::files("trekking_trek", 1, id));
    }
    merge(&mut trek, line(&path, zones, rng));
    merge(&mut trek, links(id, &fr));
    merge(&mut trek, texts(id, rng));
    if is_unfinished(id) {
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

/// With a probability of `percent`, a selection in which each item has a probability of `each`; otherwise nothing.
fn some_or_none(from: &[u64], each: u32, percent: u32, rng: &mut ChaCha8Rng) -> Vec<u64> {
    if text::chance(percent, rng) { text::sample(from, each, rng) } else { Vec::new() }
}

/// The fields that follow from the line.
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
    for (field, filled) in ACCESSIBILITY {
        texts[field] = match filled {
            Filled::Partly if id.is_multiple_of(8) => json!({"fr": "<p>Rampe à 8&nbsp;%.</p>", "en": "", "it": null}),
            Filled::Always | Filled::Partly if accessible => text::html(1, rng),
            _ => text::nothing(),
        };
    }
    texts["accessibilities"] = json!(if accessible { text::sample(&[1, 2, 3], 50, rng) } else { vec![] });
    texts["accessibility_level"] = json!(accessible.then_some(id % 2 + 1));
    texts["attachments_accessibility"] = if accessible { attachments::accessibility(id) } else { json!([]) };
    texts["ratings_description"] = text::optional_html(35, rng);
    texts
}
