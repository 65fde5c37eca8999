//! Geometries: the traces are those a locator finds hard (loops, out-and-back, hairpins, crossings).

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

/// Rounds to the seven decimals API v2 gives.
pub(super) fn round(x: f64) -> f64 {
    (x * 1e7).round() / 1e7
}

/// A place inside the territory.
pub(super) fn spot(rng: &mut ChaCha8Rng) -> (f64, f64) {
    (round(rng.random_range(5.85..6.75)), round(rng.random_range(44.55..45.05)))
}

/// A point in three dimensions.
pub(super) fn point3(rng: &mut ChaCha8Rng) -> Value {
    let (x, y) = spot(rng);
    json!({"type": "Point", "coordinates": [x, y, rng.random_range(700..3000)]})
}

/// A point in two dimensions.
pub(super) fn point2(rng: &mut ChaCha8Rng) -> Value {
    let (x, y) = spot(rng);
    json!({"type": "Point", "coordinates": [x, y]})
}

/// A small closed ring around a place.
pub(super) fn ring((x, y): (f64, f64), half: f64) -> Value {
    let (w, e, s, n) = (round(x - half), round(x + half), round(y - half), round(y + half));
    json!([[w, s], [e, s], [e, n], [w, n], [w, s]])
}

/// The vertices of a trek: `kind` 0 is a loop, 1 an out-and-back, 2 hairpins, 3 a figure of eight that crosses itself.
pub(super) fn trace(kind: usize, rng: &mut ChaCha8Rng) -> Vec<[f64; 3]> {
    let (x, y) = spot(rng);
    let low = f64::from(rng.random_range(800..1800));
    let n = rng.random_range(150..400_u32);
    let mut path: Vec<[f64; 3]> = (0..=n)
        .map(|i| {
            let t = f64::from(i) / f64::from(n);
            let a = t * std::f64::consts::TAU;
            let (dx, dy, up) = match kind % 4 {
                0 => (a.cos() - 1.0, a.sin(), (1.0 - a.cos()) / 2.0),
                1 => (2.0 * t.min(1.0 - t), (8.0 * t.min(1.0 - t)).sin() * 0.1, 2.0 * t.min(1.0 - t)),
                2 => (((t * 24.0) % 2.0 - 1.0).abs() * 0.2, t, t),
                _ => (a.sin(), (2.0 * a).sin() / 2.0, (1.0 - a.cos()) / 2.0),
            };
            [round(x + dx * 0.02), round(y + dy * 0.014), (low + up * 900.0).round()]
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
