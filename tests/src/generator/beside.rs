//! What lies along the treks: some objects of each kind are put beside one, so that a trek has its own. One point that
//! lies there is none of the trek's all the same, as its editor said so.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::Territory;
use super::shapes::{Place, first, round, shift};
use super::zones::Zones;

/// Modules, and one of how many objects is put beside a trek.
const SOME: [(&str, usize); 9] = [
    ("poi", 3),
    ("touristiccontent", 3),
    ("touristicevent", 3),
    ("sensitivearea", 2),
    ("service", 2),
    ("signage", 2),
    ("infrastructure", 2),
    ("outdoor_site", 2),
    ("outdoor_course", 2),
];
/// How far aside, in degrees: some twenty metres, for what stands on the path itself on a real server.
const ASIDE: f64 = 0.0002;

pub(super) fn fill(made: &mut Territory, zones: &Zones, seed: u64) {
    // Numbers of its own, so that all else is the same with and without it.
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0xbe51de);
    let treks: Vec<(u64, Vec<Place>)> = made.module("trek").iter().map(|trek| (id(trek), line(trek))).collect();
    let mut beside_first = Vec::new();
    for (module, step) in SOME {
        let objects = made.modules.get_mut(module).into_iter().flatten();
        for (at, object) in objects.step_by(step).enumerate() {
            let (trek, line) = &treks[at % treks.len()];
            let (x, y) = line[rng.random_range(0..line.len())];
            let to = (x + rng.random_range(-ASIDE..ASIDE), y + rng.random_range(-ASIDE..ASIDE));
            let Some(from) = first(&object["geometry"]) else { continue };
            shift(&mut object["geometry"], to.0 - from.0, to.1 - from.1);
            settle(object, zones, (round(to.0), round(to.1)));
            if module == "poi" && *trek == 1 {
                beside_first.push(id(object));
            }
        }
    }
    made.excluded.insert(1, beside_first.into_iter().skip(1).take(1).collect());
}

fn id(object: &Value) -> u64 {
    object["id"].as_u64().unwrap_or(0)
}

fn line(trek: &Value) -> Vec<Place> {
    let vertices = trek["geometry"]["coordinates"].as_array().into_iter().flatten();
    vertices.filter_map(|vertex| Some((vertex[0].as_f64()?, vertex[1].as_f64()?))).collect()
}

/// Says where it is now, if it says where it is.
fn settle(object: &mut Value, zones: &Zones, place: Place) {
    if object.get("cities").is_none() {
        return;
    }
    let zoning = zones.of([place]);
    let (city, code) = zoning.first();
    object["cities"] = json!(zoning.cities);
    object["city_codes"] = json!(zoning.codes());
    object["districts"] = json!(zoning.districts);
    if object["departure_city"].is_number() {
        object["departure_city"] = json!(city);
        object["departure_city_code"] = json!(code);
    }
}
