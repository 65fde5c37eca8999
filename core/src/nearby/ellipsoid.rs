//! The WGS84 ellipsoid: positions as points in space (Earth-centred, metres), distances along the surface, bearings.

use geo::{Bearing, Distance, Geodesic};
use geo_types::{Coord, Point};

pub(super) const EQUATORIAL_RADIUS_M: f64 = 6_378_137.0;
const FLATTENING: f64 = 1.0 / 298.257_223_563;
const ECCENTRICITY2: f64 = FLATTENING * (2.0 - FLATTENING);
/// For the small difference between a chord and its arc.
pub(super) const MEAN_RADIUS_M: f64 = 6_371_008.8;
/// No radius of curvature of the ellipsoid is smaller.
pub(super) const MIN_RADIUS_M: f64 = 6_335_439.0;
/// Neither the first nor the second derivative of a point in space by longitude and latitude is larger, metres per radian.
pub(super) const MAX_DERIVATIVE_M: f64 = 6_400_000.0;
/// Up to here an arc is calculated from its chord. The error grows with the cube of the distance and is below 0.1 mm here.
const MAX_CHORD_M: f64 = 10_000.0;

/// A point in space, Earth-centred, metres.
pub(super) type Xyz = [f64; 3];

/// The sines and cosines of a longitude and a latitude.
#[derive(Debug, Clone, Copy)]
pub(super) struct SinCos {
    sin_lon: f64,
    cos_lon: f64,
    sin_lat: f64,
    pub(super) cos_lat: f64,
}

impl SinCos {
    pub(super) fn of(coord: Coord<f64>) -> SinCos {
        let (sin_lat, cos_lat) = coord.y.to_radians().sin_cos();
        let (sin_lon, cos_lon) = coord.x.to_radians().sin_cos();
        SinCos { sin_lon, cos_lon, sin_lat, cos_lat }
    }

    /// Those of a coordinate at most 1/500 radian further. The error of the series is below the one of rounding.
    pub(super) fn shifted(&self, by_lon: f64, by_lat: f64) -> SinCos {
        let turned = |sin: f64, cos: f64, by: f64| {
            let by2 = by * by;
            let (sin_by, cos_by) = (by * (1.0 - by2 / 6.0 * (1.0 - by2 / 20.0)), 1.0 - by2 / 2.0 * (1.0 - by2 / 12.0));
            (sin * cos_by + cos * sin_by, cos * cos_by - sin * sin_by)
        };
        let (sin_lon, cos_lon) = turned(self.sin_lon, self.cos_lon, by_lon);
        let (sin_lat, cos_lat) = turned(self.sin_lat, self.cos_lat, by_lat);
        SinCos { sin_lon, cos_lon, sin_lat, cos_lat }
    }

    /// The point in space, and its derivatives by longitude and by latitude, metres per radian.
    pub(super) fn point_and_derivatives(&self) -> (Xyz, Xyz, Xyz) {
        let SinCos { sin_lon, cos_lon, sin_lat, cos_lat } = *self;
        let w2 = 1.0 - ECCENTRICITY2 * sin_lat * sin_lat;
        let n = EQUATORIAL_RADIUS_M / w2.sqrt();
        let m = n * (1.0 - ECCENTRICITY2) / w2;
        (
            [n * cos_lat * cos_lon, n * cos_lat * sin_lon, n * (1.0 - ECCENTRICITY2) * sin_lat],
            [-n * cos_lat * sin_lon, n * cos_lat * cos_lon, 0.0],
            [-m * sin_lat * cos_lon, -m * sin_lat * sin_lon, m * cos_lat],
        )
    }

    /// Degrees clockwise from north, −180 to 180, of a direction in space as seen from here.
    fn azimuth_deg(&self, direction: Xyz) -> f64 {
        let SinCos { sin_lon, cos_lon, sin_lat, cos_lat } = *self;
        let east = dot(direction, [-sin_lon, cos_lon, 0.0]);
        let north = dot(direction, [-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat]);
        east.atan2(north).to_degrees()
    }
}

/// The point in space of a coordinate.
pub(super) fn point(coord: Coord<f64>) -> Xyz {
    SinCos::of(coord).point_and_derivatives().0
}

pub(super) fn minus(a: Xyz, b: Xyz) -> Xyz {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

pub(super) fn dot(a: Xyz, b: Xyz) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// Metres along the surface.
pub(super) fn distance_m(from: Coord<f64>, to: Coord<f64>) -> f64 {
    let chord = minus(point(from), point(to));
    distance_by_chord_m(dot(chord, chord), from, to)
}

/// The same if the squared chord between the two is known. The arc over a chord c of a circle of radius R is
/// c(1 + c²/24R² + …); the radii of the ellipsoid differ from R by 1 % at most, which is 10 µm at 10 km. Beyond, Karney's
/// geodesic.
pub(super) fn distance_by_chord_m(chord2: f64, from: Coord<f64>, to: Coord<f64>) -> f64 {
    if chord2 < MAX_CHORD_M * MAX_CHORD_M {
        chord2.sqrt() * (1.0 + chord2 / (24.0 * MEAN_RADIUS_M * MEAN_RADIUS_M))
    } else {
        Geodesic.distance(Point(from), Point(to))
    }
}

/// Degrees clockwise from north, 0 to 360, in which the geodesic starts; 0 if the two are the same. `chord` is the vector
/// from one to the other: near by it has the same bearing to a millionth of a degree.
pub(super) fn bearing_deg(from: Coord<f64>, sin_cos: &SinCos, to: Coord<f64>, chord: Xyz) -> f64 {
    if dot(chord, chord) < MAX_CHORD_M * MAX_CHORD_M {
        let turned = sin_cos.azimuth_deg(chord).rem_euclid(360.0);
        // A hair west of north is rounded up to the whole circle.
        if turned < 360.0 { turned } else { 0.0 }
    } else {
        Geodesic.bearing(Point(from), Point(to))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(lon: f64, lat: f64) -> Coord<f64> {
        Coord { x: lon, y: lat }
    }

    fn bearing_deg(from: Coord<f64>, to: Coord<f64>) -> f64 {
        super::bearing_deg(from, &SinCos::of(from), to, minus(point(to), point(from)))
    }

    proptest! {
        #[test]
        fn shifted_point_is_the_point_there(lon in -180.0..180.0, lat in -90.0..90.0, dx in -0.1..0.1, dy in -0.1..0.1) {
            let shifted = SinCos::of(at(lon, lat)).shifted(f64::to_radians(dx), f64::to_radians(dy));
            let off = minus(shifted.point_and_derivatives().0, point(at(lon + dx, lat + dy)));
            prop_assert!(dot(off, off).sqrt() < 1e-7, "{off:?}");
        }

        #[test]
        fn near_distances_agree_with_karney(lon in -180.0..180.0, lat in -89.0..89.0, dx in -0.06..0.06, dy in -0.06..0.06) {
            let (from, to) = (at(lon, lat), at(lon + dx, lat + dy));
            prop_assert!((distance_m(from, to) - Geodesic.distance(Point(from), Point(to))).abs() < 1e-4);
        }

        #[test]
        fn near_bearings_agree_with_karney(lon in -180.0..180.0, lat in -89.9..89.9, dx in -0.06..0.06, dy in -0.06..0.06) {
            let (from, to) = (at(lon, lat), at(lon + dx, lat + dy));
            let off = bearing_deg(from, to) - Geodesic.bearing(Point(from), Point(to));
            let off = (off + 540.0).rem_euclid(360.0) - 180.0;
            prop_assert!(distance_m(from, to) < 1.0 || off.abs() < 1e-5, "{off}");
        }
    }

    #[test]
    fn bearings_run_clockwise_from_north() {
        for (to, bearing) in [((0.0, 1.0), 0.0), ((1.0, 0.0), 90.0), ((0.0, -1.0), 180.0), ((-1.0, 0.0), 270.0)] {
            assert!((bearing_deg(at(0.0, 0.0), at(to.0, to.1)) - bearing).abs() < 1e-9);
        }
        assert_eq!(bearing_deg(at(6.0, 45.0), at(6.0, 45.0)), 0.0);
    }
}
