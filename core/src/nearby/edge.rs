//! The nearest point of an edge that is straight in longitude and latitude (RFC 7946, 3.1.1) and short: the index cuts
//! longer ones, which moves no point of them.

use super::ellipsoid::{Angles, LEAST_RADIUS_M, SPEED, Xyz, bearing_deg, dot, minus, point};

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

/// Where somebody asks, and what follows from it for all edges.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asker {
    pub(super) lon: f64,
    pub(super) lat: f64,
    pub(super) here: Xyz,
    angles: Angles,
    /// Metres from the Earth's axis.
    off_axis: f64,
}

/// Half axis.
const A: f64 = 6_378_137.0;
/// So many degrees away a chord is shorter than its arc by less than [`CHORD`] says.
const FLAT_DEG: f64 = 5.0;
const CHORD: f64 = 0.998;

/// A flat map that shows nothing further than it is. The squared chord between two points is at least the square of the
/// meridian's chord between their latitudes, plus the product of their distances from the axis times the square of the
/// longitudes' difference, but for what [`CHORD`] covers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flat {
    lon: f64,
    lat: f64,
    by_lon: f64,
    by_lat: f64,
}

impl Asker {
    pub(super) fn new(lon: f64, lat: f64) -> Asker {
        let angles = Angles::of(lon, lat);
        let here = angles.moving().0;
        let off_axis = (here[0] * here[0] + here[1] * here[1]).sqrt();
        Asker { lon, lat, here, angles, off_axis }
    }

    /// The angles of a place; of one that is near without a look at any sine.
    fn angles_at(&self, place: (f64, f64)) -> Angles {
        let (by_lon, by_lat) = (place.0 - self.lon, place.1 - self.lat);
        if by_lon.abs() < LONGEST_DEG && by_lat.abs() < LONGEST_DEG {
            self.angles.moved(by_lon.to_radians(), by_lat.to_radians())
        } else {
            Angles::of(place.0, place.1)
        }
    }

    /// In which direction a place is, degrees clockwise from north; `there` is where it is in space.
    pub(super) fn bearing_deg(&self, place: (f64, f64), there: Xyz) -> f64 {
        bearing_deg((self.lon, self.lat), &self.angles, place, minus(there, self.here))
    }

    /// A map for some vertices that lie together, if they are near enough for one.
    pub(super) fn flat(&self, vertices: &[(f64, f64)]) -> Option<Flat> {
        let first = vertices.first()?;
        // Lines run on over the date line.
        let lon = self.lon + 360.0 * ((first.0 - self.lon) / 360.0).round();
        let mut furthest_north = 0.0_f64;
        for (x, y) in vertices {
            if (x - lon).abs() > FLAT_DEG || (y - self.lat).abs() > FLAT_DEG {
                return None;
            }
            furthest_north = furthest_north.max(y.abs());
        }
        // A cosine falls no faster than its angle grows.
        let further = (furthest_north - self.lat.abs()).max(0.0).to_radians();
        let off_axis = A * (self.angles.cos_lat - further).max(0.0);
        let by_lon = (CHORD * self.off_axis * off_axis).max(0.0).sqrt().to_radians();
        Some(Flat { lon, lat: self.lat, by_lon, by_lat: (CHORD.sqrt() * LEAST_RADIUS_M).to_radians() })
    }
}

impl Flat {
    /// Of each edge between some vertices a bound, squared metres, that no point of it undercuts.
    pub(super) fn least_chords2(&self, vertices: &[(f64, f64)], least: &mut [f64]) {
        let place = |vertex: &(f64, f64)| ((vertex.0 - self.lon) * self.by_lon, (vertex.1 - self.lat) * self.by_lat);
        let Some((first, rest)) = vertices.split_first() else { return };
        let (mut x, mut y) = place(first);
        for (least, (next_x, next_y)) in least.iter_mut().zip(rest.iter().map(place)) {
            let (dx, dy) = (next_x - x, next_y - y);
            // An edge of no length is its start.
            let length2 = (dx * dx + dy * dy).max(f64::MIN_POSITIVE);
            let t = (-(x * dx + y * dy) / length2).clamp(0.0, 1.0);
            let (off_x, off_y) = (x + t * dx, y + t * dy);
            *least = off_x * off_x + off_y * off_y;
            (x, y) = (next_x, next_y);
        }
    }
}

/// The squared chord in metres from who asks to the nearest point of the piece, that point, and where it is in
/// space.
pub(super) fn nearest(asker: &Asker, a: (f64, f64), b: (f64, f64)) -> (f64, (f64, f64), Xyz) {
    let at = |t: f64| (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1));
    let (by_lon, by_lat) = ((b.0 - a.0).to_radians(), (b.1 - a.1).to_radians());
    let angles = asker.angles_at(a);
    // The squared chord and half its derivative by t, which grows along so short a piece, unless the asker is half a world
    // away, where the ends are compared anyway.
    let look = |t: f64| {
        let (there, east, north) = angles.moved(t * by_lon, t * by_lat).moving();
        let off = minus(there, asker.here);
        (dot(off, off), dot(off, east) * by_lon + dot(off, north) * by_lat, there)
    };
    let (start, end) = (look(0.0), look(1.0));
    let mut best = if end.0 < start.0 { (end.0, b, end.2) } else { (start.0, a, start.2) };
    let (mut low, mut high) = ((0.0, start.1), (1.0, end.1));
    if low.1 < 0.0 && high.1 > 0.0 {
        let metres = SPEED * (by_lon.abs() + by_lat.abs());
        for _ in 0..STEPS {
            // Where the chord of the slope crosses zero, kept off the ends so that the bracket always shrinks.
            let width = high.0 - low.0;
            let rise = high.1 - low.1;
            let t = low.0 + (-width * low.1 / rise).clamp(0.01 * width, 0.99 * width);
            let (chord2, tilt, there) = look(t);
            if chord2 < best.0 {
                best = (chord2, at(t), there);
            }
            if tilt < 0.0 {
                low = (t, tilt)
            } else {
                high = (t, tilt)
            }
            // The slope is all but straight, so what is left of it tells how far its zero is; twice that to be sure.
            let left = 2.0 * tilt.abs() * width / rise;
            if left.min(high.0 - low.0) * metres < ENOUGH_M {
                break;
            }
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
