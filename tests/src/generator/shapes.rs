//! Geometries. The lines of treks are difficult for map matching: loops, out-and-back, hairpins, crossings.

use std::f64::consts::TAU;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

/// Longitude and latitude in degrees.
pub(super) type Place = (f64, f64);

/// Rounds to the seven decimals of API v2.
pub(super) fn round(x: f64) -> f64 {
    (x * 1e7).round() / 1e7
}

/// A random place in the territory.
pub(super) fn spot(rng: &mut ChaCha8Rng) -> Place {
    (round(rng.random_range(5.85..6.75)), round(rng.random_range(44.55..45.05)))
}

/// A point in three dimensions.
pub(super) fn point3((x, y): Place, rng: &mut ChaCha8Rng) -> Value {
    json!({"type": "Point", "coordinates": [x, y, rng.random_range(700..3000)]})
}

/// A point in two dimensions.
pub(super) fn point2((x, y): Place) -> Value {
    json!({"type": "Point", "coordinates": [x, y]})
}

/// A closed ring around a place.
pub(super) fn ring((x, y): Place, half: f64, rng: &mut ChaCha8Rng) -> Value {
    let sides = rng.random_range(7..24);
    let mut ring: Vec<[f64; 2]> = (0..sides)
        .map(|side| {
            let angle = f64::from(side) / f64::from(sides) * TAU;
            let reach = half * rng.random_range(0.7..1.0);
            [round(x + angle.cos() * reach), round(y + angle.sin() * reach * 0.7)]
        })
        .collect();
    ring.push(ring[0]);
    json!([ring])
}

/// The line of a trek, with 300 to 700 vertices. `kind` 0 is a loop, 1 an out-and-back, 2 hairpins, 3 a figure of eight. All
/// but the hairpins end where they start.
pub(super) fn trek_line(kind: usize, rng: &mut ChaCha8Rng) -> Vec<[f64; 3]> {
    let (x, y) = (rng.random_range(5.9..6.7), rng.random_range(44.57..45.03));
    let (low, high) = (f64::from(rng.random_range(800..1800)), rng.random_range(150.0..1200.0));
    let (size, phase) = (rng.random_range(0.3..1.4), rng.random_range(0.0..TAU));
    // Even, so that an out-and-back turns at a vertex and returns over the same vertices.
    let n = rng.random_range(150..350_u32) * 2;
    let bends = f64::from(rng.random_range(5..12_u32));
    let mut path: Vec<[f64; 3]> = (0..=n)
        .map(|i| {
            let t = f64::from(i) / f64::from(n);
            let a = t * TAU;
            let there = 2.0 * t.min(1.0 - t);
            let (dx, dy, up, along) = match kind % 4 {
                0 => (a.cos() - 1.0, a.sin(), (1.0 - a.cos()) / 2.0, a),
                1 => (there, (4.0 * there).sin() * 0.1, there, there * 3.0),
                2 => (((t * 24.0) % 2.0 - 1.0).abs() * 0.2, t, t, a),
                _ => (a.sin(), (2.0 * a).sin() / 2.0, (1.0 - a.cos()) / 2.0, a),
            };
            // Bends of complete periods, so that closed lines stay closed.
            let bend = 0.04 * ((bends * along + phase).sin() - phase.sin());
            let hills = 0.03 * ((2.0 * bends * along).sin() + (bends * along).sin());
            let (dx, dy) = (dx + bend, dy + bend * 0.6);
            [round(x + dx * 0.02 * size), round(y + dy * 0.014 * size), (low + (up + hills) * high).round()]
        })
        .collect();
    if kind % 4 != 2 {
        let first = path[0];
        if let Some(last) = path.last_mut() {
            *last = first;
        }
    }
    path
}

/// Length in metres on the plane, and total climb and descent.
pub(super) fn measure(path: &[[f64; 3]]) -> (f64, f64, f64) {
    path.windows(2).fold((0.0, 0.0, 0.0), |(length, up, down), pair| {
        let (dx, dy) = ((pair[1][0] - pair[0][0]) * 78_500.0, (pair[1][1] - pair[0][1]) * 111_200.0);
        let rise = pair[1][2] - pair[0][2];
        (length + dx.hypot(dy), up + rise.max(0.0), down + rise.min(0.0))
    })
}

/// The first position of a geometry.
pub(super) fn first(geometry: &Value) -> Option<Place> {
    match geometry {
        Value::Array(items) => match (items.first()?.as_f64(), items.get(1).and_then(Value::as_f64)) {
            (Some(x), Some(y)) => Some((x, y)),
            _ => first(&items[0]),
        },
        Value::Object(members) => members.get("coordinates").or_else(|| members.get("geometries")).and_then(first),
        _ => None,
    }
}

/// Moves a geometry by degrees to the east and to the north.
pub(super) fn shift(geometry: &mut Value, east: f64, north: f64) {
    match geometry {
        Value::Object(members) => members.values_mut().for_each(|member| shift(member, east, north)),
        Value::Array(items) => match (items.first().and_then(Value::as_f64), items.get(1).and_then(Value::as_f64)) {
            (Some(x), Some(y)) => (items[0], items[1]) = (json!(round(x + east)), json!(round(y + north))),
            _ => items.iter_mut().for_each(|item| shift(item, east, north)),
        },
        _ => {}
    }
}
