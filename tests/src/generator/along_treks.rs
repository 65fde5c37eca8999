//! Moves some objects of each kind to the line of a trek, so that treks have objects along them. One point of interest there
//! was excluded by an editor.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::Territory;
use super::shapes::{Place, first, round, shift};
use super::zones::Zones;

/// Modules, and the distance of two objects that are moved.
const MOVED: [(&str, usize); 9] = [
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
/// The largest offset from the line in degrees, about 20 metres. On a real server these objects are on the path itself.
const MAX_OFFSET: f64 = 0.0002;

pub(super) fn fill(territory: &mut Territory, zones: &Zones, seed: u64) {
    // A generator of its own, so that other objects do not depend on it.
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0xbe51de);
    let treks: Vec<(u64, Vec<Place>)> = territory.module("trek").iter().map(|trek| (id(trek), line(trek))).collect();
    let mut near_first_trek = Vec::new();
    for (module, step) in MOVED {
        let objects = territory.modules.get_mut(module).into_iter().flatten();
        for (at, object) in objects.step_by(step).enumerate() {
            let (trek, line) = &treks[at % treks.len()];
            let (x, y) = line[rng.random_range(0..line.len())];
            let to = (x + rng.random_range(-MAX_OFFSET..MAX_OFFSET), y + rng.random_range(-MAX_OFFSET..MAX_OFFSET));
            let Some(from) = first(&object["geometry"]) else { continue };
            shift(&mut object["geometry"], to.0 - from.0, to.1 - from.1);
            set_zones(object, zones, (round(to.0), round(to.1)));
            if module == "poi" && *trek == 1 {
                near_first_trek.push(id(object));
            }
        }
    }
    territory.excluded.insert(1, near_first_trek.into_iter().skip(1).take(1).collect());
}

fn id(object: &Value) -> u64 {
    object["id"].as_u64().unwrap_or(0)
}

fn line(trek: &Value) -> Vec<Place> {
    let vertices = trek["geometry"]["coordinates"].as_array().into_iter().flatten();
    vertices.filter_map(|vertex| Some((vertex[0].as_f64()?, vertex[1].as_f64()?))).collect()
}

/// Sets the zones of an object, if it has such fields.
fn set_zones(object: &mut Value, zones: &Zones, place: Place) {
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
