//! The point of an edge that is nearest to a query position. An edge is straight in longitude and latitude (RFC 7946,
//! 3.1.1) and short: longer ones are cut first, which moves none of their points.
//!
//! geo has no such function: `ClosestPoint` is planar in degrees, `HaversineClosestPoint` is on the sphere and takes an
//! edge for a great circle.

use geo_types::Coord;

use super::ellipsoid::{
    EQUATORIAL_RADIUS_M, MAX_DERIVATIVE_M, MIN_RADIUS_M, SinCos, Xyz, bearing_deg, dot, minus, point,
};

/// Length of the longest edge, degrees of longitude plus latitude.
pub(super) const MAX_EDGE_DEG: f64 = 0.1;
const MAX_STEPS: usize = 60;
const TOLERANCE_M: f64 = 1e-5;
/// Up to here a chord is shorter than its arc by less than [`CHORD_SHARE`], degrees.
const MAX_PLANE_DEG: f64 = 5.0;
const CHORD_SHARE: f64 = 0.998;

/// Metres by which the surface under an edge bulges over the straight line between its ends, at most.
pub(super) fn sagitta_m(a: Coord<f64>, b: Coord<f64>) -> f64 {
    let span = ((b.x - a.x).abs() + (b.y - a.y).abs()).to_radians();
    MAX_DERIVATIVE_M * span * span / 8.0
}

/// A lower bound of the squared chord from a point to an edge, square metres.
pub(super) fn min_chord2(from: Xyz, a: Coord<f64>, b: Coord<f64>) -> f64 {
    let (start, end) = (point(a), point(b));
    let along = minus(end, start);
    let length2 = dot(along, along);
    let t = if length2 == 0.0 { 0.0 } else { (dot(minus(from, start), along) / length2).clamp(0.0, 1.0) };
    let off = minus(from, [start[0] + t * along[0], start[1] + t * along[1], start[2] + t * along[2]]);
    (dot(off, off).sqrt() - sagitta_m(a, b)).max(0.0).powi(2)
}

/// A query position, and what follows from it for all edges.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    pub(super) coord: Coord<f64>,
    pub(super) point: Xyz,
    sin_cos: SinCos,
    /// Metres from the Earth's axis.
    off_axis_m: f64,
}

impl Origin {
    pub(super) fn new(coord: Coord<f64>) -> Origin {
        let sin_cos = SinCos::of(coord);
        let point = sin_cos.point_and_derivatives().0;
        Origin { coord, point, sin_cos, off_axis_m: point[0].hypot(point[1]) }
    }

    /// Near by without a trigonometric function.
    fn sin_cos_of(&self, coord: Coord<f64>) -> SinCos {
        let by = coord - self.coord;
        if by.x.abs() < MAX_EDGE_DEG && by.y.abs() < MAX_EDGE_DEG {
            self.sin_cos.shifted(by.x.to_radians(), by.y.to_radians())
        } else {
            SinCos::of(coord)
        }
    }

    /// Degrees clockwise from north to a coordinate, whose point in space is known.
    pub(super) fn bearing_deg(&self, coord: Coord<f64>, point: Xyz) -> f64 {
        bearing_deg(self.coord, &self.sin_cos, coord, minus(point, self.point))
    }

    /// A plane for vertices that lie together. `None` if they are too far away for one.
    pub(super) fn plane(&self, vertices: &[Coord<f64>]) -> Option<Plane> {
        let first = vertices.first()?;
        // A line over the date line runs on past ±180.
        let lon = self.coord.x + 360.0 * ((first.x - self.coord.x) / 360.0).round();
        let center = Coord { x: lon, y: self.coord.y };
        let mut max_lat = 0.0_f64;
        for vertex in vertices {
            if (vertex.x - center.x).abs() > MAX_PLANE_DEG || (vertex.y - center.y).abs() > MAX_PLANE_DEG {
                return None;
            }
            max_lat = max_lat.max(vertex.y.abs());
        }
        // A cosine falls no faster than its angle grows.
        let poleward = (max_lat - center.y.abs()).max(0.0).to_radians();
        let off_axis_m = EQUATORIAL_RADIUS_M * (self.sin_cos.cos_lat - poleward).max(0.0);
        let lon_m = (CHORD_SHARE * self.off_axis_m * off_axis_m).max(0.0).sqrt().to_radians();
        Some(Plane { center, lon_m, lat_m: (CHORD_SHARE.sqrt() * MIN_RADIUS_M).to_radians() })
    }
}

/// A plane in which nothing is further from the origin than on the ellipsoid. The squared chord between two points is at
/// least the square of the meridian's chord between their latitudes, plus the product of their distances from the axis
/// times the square of the longitudes' difference, but for what [`CHORD_SHARE`] covers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plane {
    center: Coord<f64>,
    /// Metres of a degree of longitude.
    lon_m: f64,
    /// Metres of a degree of latitude.
    lat_m: f64,
}

impl Plane {
    /// Writes a lower bound of the squared chord to each edge between consecutive vertices, square metres.
    pub(super) fn min_chords2(&self, vertices: &[Coord<f64>], chords2: &mut [f64]) {
        let place =
            |vertex: &Coord<f64>| ((vertex.x - self.center.x) * self.lon_m, (vertex.y - self.center.y) * self.lat_m);
        let Some((first, rest)) = vertices.split_first() else { return };
        let (mut x, mut y) = place(first);
        for (chord2, (next_x, next_y)) in chords2.iter_mut().zip(rest.iter().map(place)) {
            let (dx, dy) = (next_x - x, next_y - y);
            // An edge of no length is its start.
            let length2 = (dx * dx + dy * dy).max(f64::MIN_POSITIVE);
            let t = (-(x * dx + y * dy) / length2).clamp(0.0, 1.0);
            let (off_x, off_y) = (x + t * dx, y + t * dy);
            *chord2 = off_x * off_x + off_y * off_y;
            (x, y) = (next_x, next_y);
        }
    }
}

/// The nearest point of an edge by the chord: its squared chord in square metres, its coordinate, its point in space.
pub(super) fn nearest_by_chord(origin: &Origin, a: Coord<f64>, b: Coord<f64>) -> (f64, Coord<f64>, Xyz) {
    let (by_lon, by_lat) = ((b.x - a.x).to_radians(), (b.y - a.y).to_radians());
    let sin_cos = origin.sin_cos_of(a);
    // The squared chord and half its derivative by t. The derivative grows along so short an edge, unless the origin is
    // half a world away, where comparing the ends is enough.
    let evaluate = |t: f64| {
        let (point, east, north) = sin_cos.shifted(t * by_lon, t * by_lat).point_and_derivatives();
        let off = minus(point, origin.point);
        (dot(off, off), dot(off, east) * by_lon + dot(off, north) * by_lat, point)
    };
    let (start, end) = (evaluate(0.0), evaluate(1.0));
    let mut best = if end.0 < start.0 { (end.0, b, end.2) } else { (start.0, a, start.2) };
    let (mut low, mut high) = ((0.0, start.1), (1.0, end.1));
    if low.1 < 0.0 && high.1 > 0.0 {
        let length_m = MAX_DERIVATIVE_M * (by_lon.abs() + by_lat.abs());
        for _ in 0..MAX_STEPS {
            // The zero of the secant, kept off the ends so that the bracket always shrinks.
            let width = high.0 - low.0;
            let rise = high.1 - low.1;
            let t = low.0 + (-width * low.1 / rise).clamp(0.01 * width, 0.99 * width);
            let (chord2, slope, point) = evaluate(t);
            if chord2 < best.0 {
                best = (chord2, a + (b - a) * t, point);
            }
            if slope < 0.0 {
                low = (t, slope)
            } else {
                high = (t, slope)
            }
            // The derivative is all but straight, so its value tells how far its zero is. Twice that to be sure.
            let remaining = 2.0 * slope.abs() * width / rise;
            if remaining.min(high.0 - low.0) * length_m < TOLERANCE_M {
                break;
            }
        }
    }
    best
}

/// The nearest point of an edge by any measure with one minimum along it, by golden section: its measure and coordinate.
pub(super) fn nearest_by(measure: impl Fn(Coord<f64>) -> f64, a: Coord<f64>, b: Coord<f64>) -> (f64, Coord<f64>) {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let at = |t: f64| a + (b - a) * t;
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
    let candidates = [a, b, at((low + high) / 2.0)].map(|coord| (measure(coord), coord));
    candidates.into_iter().fold((f64::INFINITY, a), |best, one| if one.0 < best.0 { one } else { best })
}
