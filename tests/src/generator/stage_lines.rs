//! The line of an itinerary: each stage starts where the one before it ends, so that the map and the elevation profile are
//! those of a possible walk.

use std::f64::consts::PI;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::zones::Zones;
use super::{merge, shapes, text, treks};

/// The middle of the territory. Each itinerary heads for it.
const MIDDLE: (f64, f64) = (6.3, 44.8);
/// Metres of a degree of longitude and of latitude.
const METRES: (f64, f64) = (78_500.0, 111_200.0);

/// Joins the stages, from the start of the first one, and sets the line of the itinerary.
pub(super) fn join(itinerary: &mut Value, mut stages: Vec<&mut Value>, zones: &Zones) {
    // A generator of its own, so that other objects do not depend on it.
    let mut rng = ChaCha8Rng::seed_from_u64(itinerary["id"].as_u64().unwrap_or(0));
    let first = |trek: &Value| [0, 1, 2].map(|at| trek["geometry"]["coordinates"][0][at].as_f64().unwrap_or(0.0));
    let mut from = stages.first().map_or([0.0; 3], |stage| first(stage));
    let mut whole = vec![from];
    let count = stages.len();
    for (at, stage) in stages.iter_mut().enumerate() {
        let path = walk(from, &mut rng);
        from = path[path.len() - 1];
        // The itinerary has as many vertices as any trek.
        whole.extend(path.iter().skip(1).step_by(count));
        if whole.last() != Some(&from) {
            whole.push(from);
        }
        set_line(stage, &path, at, zones, &mut rng);
    }
    set_line(itinerary, &whole, count - 1, zones, &mut rng);
    itinerary["departure"] = hut(0);
}

fn set_line(trek: &mut Value, path: &[[f64; 3]], at: usize, zones: &Zones, rng: &mut ChaCha8Rng) {
    let line = treks::line(path, zones, rng);
    merge(trek, line);
    merge(trek, json!({"route": 3, "departure": hut(at), "arrival": hut(at + 1)}));
}

fn hut(at: usize) -> Value {
    json!({"fr": text::place_name("Refuge", at), "en": text::place_name("Hut", at), "it": ""})
}

/// A line of some kilometres over a pass, towards the middle of the territory.
fn walk(from: [f64; 3], rng: &mut ChaCha8Rng) -> Vec<[f64; 3]> {
    let (east, north) = ((MIDDLE.0 - from[0]) * METRES.0, (MIDDLE.1 - from[1]) * METRES.1);
    let heading = north.atan2(east) + rng.random_range(-0.7..0.7);
    let (length, climb) = (rng.random_range(4_000.0..7_000.0), rng.random_range(400.0..900.0));
    let (bends, wide) = (f64::from(rng.random_range(3..7_u32)), rng.random_range(120.0..300.0));
    let net = 1_400.0 - from[2];
    let n = rng.random_range(350..500_u32);
    (0..=n)
        .map(|i| {
            let t = f64::from(i) / f64::from(n);
            let along = t * length;
            let aside = wide * (PI * t).sin() * ((bends * PI * t).sin() + 0.35 * (5.0 * bends * PI * t).sin());
            let up = climb * (PI * t).sin() + net * t + 35.0 * (4.0 * bends * PI * t).sin();
            let (dx, dy) =
                (along * heading.cos() - aside * heading.sin(), along * heading.sin() + aside * heading.cos());
            let [x, y, z] = from;
            [shapes::round(x + dx / METRES.0), shapes::round(y + dy / METRES.1), (z + up).round()]
        })
        .collect()
}
