//! The line of an itinerary: its stages one after the other, each beginning where the one before it ends, so that its map
//! and its profile are those of a walk that somebody could do.

use std::f64::consts::PI;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::zones::Zones;
use super::{merge, shapes, text, treks};

/// The middle of the territory, which every itinerary heads for.
const MIDDLE: (f64, f64) = (6.3, 44.8);
const METRES: (f64, f64) = (78_500.0, 111_200.0);

/// Lays the stages end to end from where the first begins, and gives the whole line to the itinerary.
pub(super) fn join(itinerary: &mut Value, mut stages: Vec<&mut Value>, zones: &Zones) {
    // Numbers of its own, so that all else is the same with and without it.
    let mut rng = ChaCha8Rng::seed_from_u64(itinerary["id"].as_u64().unwrap_or(0));
    let first = |trek: &Value| [0, 1, 2].map(|at| trek["geometry"]["coordinates"][0][at].as_f64().unwrap_or(0.0));
    let mut from = stages.first().map_or([0.0; 3], |stage| first(stage));
    let mut whole = vec![from];
    let count = stages.len();
    for (at, stage) in stages.iter_mut().enumerate() {
        let path = walk(from, &mut rng);
        from = path[path.len() - 1];
        // As many vertices for the whole as any trek has.
        whole.extend(path.iter().skip(1).step_by(count));
        if whole.last() != Some(&from) {
            whole.push(from);
        }
        lay(stage, &path, at, zones, &mut rng);
    }
    lay(itinerary, &whole, count - 1, zones, &mut rng);
    itinerary["departure"] = hut(0);
}

fn lay(trek: &mut Value, path: &[[f64; 3]], at: usize, zones: &Zones, rng: &mut ChaCha8Rng) {
    let line = treks::line(path, zones, rng);
    merge(trek, line);
    merge(trek, json!({"route": 3, "departure": hut(at), "arrival": hut(at + 1)}));
}

fn hut(at: usize) -> Value {
    json!({"fr": text::place_name("Refuge", at), "en": text::place_name("Hut", at), "it": ""})
}

/// Some kilometres over a pass, towards the middle of the territory.
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
