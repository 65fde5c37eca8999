//! The nearest point of an edge that is straight in longitude and latitude (RFC 7946, 3.1.1) and short: the index cuts
//! longer ones, which moves no point of them.

use super::ellipsoid::{SPEED, Xyz, derivatives, dot, minus, point};

/// Longest piece, degrees of longitude plus latitude.
pub(super) const LONGEST_DEG: f64 = 0.1;
const STEPS: usize = 60;
const ENOUGH_M: f64 = 1e-5;

/// How far the surface under a piece can lie from the straight line between its ends: the second derivative of a point
/// by longitude and latitude is bounded by [`SPEED`].
pub(super) fn sagitta_m(a: (f64, f64), b: (f64, f64)) -> f64 {
    let span = ((b.0 - a.0).abs() + (b.1 - a.1).abs()).to_radians();
    SPEED * span * span / 8.0
}

/// A bound, squared metres, that no point of the piece undercuts.
pub(super) fn least_chord2(from: Xyz, a: (f64, f64), b: (f64, f64)) -> f64 {
    let (start, end) = (point(a.0, a.1), point(b.0, b.1));
    let along = minus(end, start);
    let length2 = dot(along, along);
    let t = if length2 == 0.0 { 0.0 } else { (dot(minus(from, start), along) / length2).clamp(0.0, 1.0) };
    let off = minus(from, [start[0] + t * along[0], start[1] + t * along[1], start[2] + t * along[2]]);
    (dot(off, off).sqrt() - sagitta_m(a, b)).max(0.0).powi(2)
}

/// The squared chord in metres from a point in space to the nearest point of the piece, and that point.
pub(super) fn nearest(from: Xyz, a: (f64, f64), b: (f64, f64)) -> (f64, (f64, f64)) {
    let at = |t: f64| (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1));
    let chord2 = |place: (f64, f64)| {
        let off = minus(point(place.0, place.1), from);
        dot(off, off)
    };
    // Half the derivative of the squared chord by t: it grows along so short a piece, unless the asker is half a world
    // away, where the ends are compared anyway.
    let slope = |t: f64| {
        let place = at(t);
        let (by_lon, by_lat) = derivatives(place.0, place.1);
        let off = minus(point(place.0, place.1), from);
        dot(off, by_lon) * (b.0 - a.0).to_radians() + dot(off, by_lat) * (b.1 - a.1).to_radians()
    };
    let mut best = (chord2(a), a);
    let end = (chord2(b), b);
    if end.0 < best.0 {
        best = end;
    }
    let (mut low, mut high) = ((0.0, slope(0.0)), (1.0, slope(1.0)));
    if low.1 < 0.0 && high.1 > 0.0 {
        let metres = SPEED * ((b.0 - a.0).abs() + (b.1 - a.1).abs()).to_radians();
        for _ in 0..STEPS {
            // Where the chord of the slope crosses zero, kept off the ends so that the bracket always shrinks.
            let width = high.0 - low.0;
            let guess = low.0 + (width * low.1 / (low.1 - high.1)).clamp(0.01 * width, 0.99 * width);
            let tilt = slope(guess);
            if tilt < 0.0 {
                low = (guess, tilt)
            } else {
                high = (guess, tilt)
            }
            if tilt == 0.0 || (high.0 - low.0) * metres < ENOUGH_M {
                break;
            }
        }
        let place = at((low.0 + high.0) / 2.0);
        let inner = (chord2(place), place);
        if inner.0 < best.0 {
            best = inner;
        }
    }
    best
}

/// The same for any measure that has one valley along the piece: golden section.
pub(super) fn nearest_by(measure: impl Fn((f64, f64)) -> f64, a: (f64, f64), b: (f64, f64)) -> (f64, (f64, f64)) {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let at = |t: f64| (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1));
    let (mut low, mut high) = (0.0, 1.0);
    let (mut left, mut right) = (1.0 - GOLDEN, GOLDEN);
    let (mut at_left, mut at_right) = (measure(at(left)), measure(at(right)));
    for _ in 0..36 {
        if at_left < at_right {
            (high, right, at_right) = (right, left, at_left);
            left = high - GOLDEN * (high - low);
            at_left = measure(at(left));
        } else {
            (low, left, at_left) = (left, right, at_right);
            right = low + GOLDEN * (high - low);
            at_right = measure(at(right));
        }
    }
    let places = [a, b, at((low + high) / 2.0)].map(|place| (measure(place), place));
    places.into_iter().fold((f64::INFINITY, a), |best, one| if one.0 < best.0 { one } else { best })
}
