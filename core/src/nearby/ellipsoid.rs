//! The WGS84 ellipsoid: positions as points in space, distances along the surface, bearings.

use geographiclib_rs::{Geodesic, InverseGeodesic};

const A: f64 = 6_378_137.0;
const F: f64 = 1.0 / 298.257_223_563;
const E2: f64 = F * (2.0 - F);
/// Mean radius, for the small difference between a chord and its arc.
pub(super) const R: f64 = 6_371_008.8;
/// Up to here the arc is told from the chord; its error grows with the cube of the distance and is below 0.1 mm here.
const NEAR_M: f64 = 10_000.0;
/// Bound of how fast, and how curved, the surface runs under longitude and latitude (metres per radian).
pub(super) const SPEED: f64 = 6_400_000.0;

/// Less than any radius of curvature that the ellipsoid has.
pub(super) const LEAST_RADIUS_M: f64 = 6_335_439.0;

pub(super) type Xyz = [f64; 3];

/// A longitude and a latitude by their sines and cosines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Angles {
    sin_lon: f64,
    cos_lon: f64,
    sin_lat: f64,
    pub(super) cos_lat: f64,
}

impl Angles {
    pub(super) fn of(lon: f64, lat: f64) -> Angles {
        let (sin_lat, cos_lat) = lat.to_radians().sin_cos();
        let (sin_lon, cos_lon) = lon.to_radians().sin_cos();
        Angles { sin_lon, cos_lon, sin_lat, cos_lat }
    }

    /// So many radians further, 1/500 at most: what the series lack is less than what rounding costs.
    pub(super) fn moved(&self, by_lon: f64, by_lat: f64) -> Angles {
        let turned = |sin: f64, cos: f64, by: f64| {
            let by2 = by * by;
            let (sin_by, cos_by) = (by * (1.0 - by2 / 6.0 * (1.0 - by2 / 20.0)), 1.0 - by2 / 2.0 * (1.0 - by2 / 12.0));
            (sin * cos_by + cos * sin_by, cos * cos_by - sin * sin_by)
        };
        let (sin_lon, cos_lon) = turned(self.sin_lon, self.cos_lon, by_lon);
        let (sin_lat, cos_lat) = turned(self.sin_lat, self.cos_lat, by_lat);
        Angles { sin_lon, cos_lon, sin_lat, cos_lat }
    }

    /// The point, and how it moves in space per radian of longitude and of latitude.
    pub(super) fn moving(&self) -> (Xyz, Xyz, Xyz) {
        let Angles { sin_lon, cos_lon, sin_lat, cos_lat } = *self;
        let w2 = 1.0 - E2 * sin_lat * sin_lat;
        let n = A / w2.sqrt();
        let m = n * (1.0 - E2) / w2;
        (
            [n * cos_lat * cos_lon, n * cos_lat * sin_lon, n * (1.0 - E2) * sin_lat],
            [-n * cos_lat * sin_lon, n * cos_lat * cos_lon, 0.0],
            [-m * sin_lat * cos_lon, -m * sin_lat * sin_lon, m * cos_lat],
        )
    }

    /// Degrees clockwise from north, -180 to 180, in which a way through space sets out from here.
    fn azimuth_deg(&self, way: Xyz) -> f64 {
        let Angles { sin_lon, cos_lon, sin_lat, cos_lat } = *self;
        let east = dot(way, [-sin_lon, cos_lon, 0.0]);
        let north = dot(way, [-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat]);
        east.atan2(north).to_degrees()
    }
}

/// A point of the surface in space, Earth-centred, metres.
pub(super) fn point(lon: f64, lat: f64) -> Xyz {
    Angles::of(lon, lat).moving().0
}

pub(super) fn minus(a: Xyz, b: Xyz) -> Xyz {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

pub(super) fn dot(a: Xyz, b: Xyz) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// Metres along the surface. The arc over a chord c of a circle of radius R is c(1 + c²/24R² + …); the ellipsoid's radii
/// differ from R by 1 % at most, which is 10 µm at 10 km. Beyond, Karney's geodesic.
pub(super) fn distance_m(from: (f64, f64), to: (f64, f64)) -> f64 {
    let between = minus(point(from.0, from.1), point(to.0, to.1));
    distance_over(dot(between, between), from, to)
}

/// The same where the squared chord between the two is known.
pub(super) fn distance_over(chord2: f64, from: (f64, f64), to: (f64, f64)) -> f64 {
    if chord2 < NEAR_M * NEAR_M {
        chord2.sqrt() * (1.0 + chord2 / (24.0 * R * R))
    } else {
        Geodesic::wgs84().inverse(from.1, from.0, to.1, to.0)
    }
}

/// Degrees clockwise from north, 0 to 360, in which the shortest way sets out; 0 where there is no way to go. `way` is the
/// straight way there through the ground: near by it has the same bearing to a millionth of a degree.
pub(super) fn bearing_deg(from: (f64, f64), angles: &Angles, to: (f64, f64), way: Xyz) -> f64 {
    let azimuth = if dot(way, way) < NEAR_M * NEAR_M {
        angles.azimuth_deg(way)
    } else {
        let (_, azimuth, _, _): (f64, f64, f64, f64) = Geodesic::wgs84().inverse(from.1, from.0, to.1, to.0);
        azimuth
    };
    // A hair west of north would round up to the whole circle.
    let turned = azimuth.rem_euclid(360.0);
    if turned < 360.0 { turned } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bearing_deg(from: (f64, f64), to: (f64, f64)) -> f64 {
        let way = minus(point(to.0, to.1), point(from.0, from.1));
        super::bearing_deg(from, &Angles::of(from.0, from.1), to, way)
    }

    proptest! {
        #[test]
        fn points_moved_are_the_points_there(lon in -180.0..180.0, lat in -90.0..90.0, dx in -0.1..0.1, dy in -0.1..0.1) {
            let moved = Angles::of(lon, lat).moved(f64::to_radians(dx), f64::to_radians(dy)).moving().0;
            let off = minus(moved, point(lon + dx, lat + dy));
            prop_assert!(dot(off, off).sqrt() < 1e-7, "{off:?}");
        }

        #[test]
        fn near_distances_agree_with_karney(lon in -180.0..180.0, lat in -89.0..89.0, dx in -0.06..0.06, dy in -0.06..0.06) {
            let to = (lon + dx, lat + dy);
            let karney: f64 = Geodesic::wgs84().inverse(lat, lon, to.1, to.0);
            prop_assert!((distance_m((lon, lat), to) - karney).abs() < 1e-4);
        }

        #[test]
        fn near_bearings_agree_with_karney(lon in -180.0..180.0, lat in -89.9..89.9, dx in -0.06..0.06, dy in -0.06..0.06) {
            let to = (lon + dx, lat + dy);
            let (metres, azimuth, _, _): (f64, f64, f64, f64) = Geodesic::wgs84().inverse(lat, lon, to.1, to.0);
            let off = (bearing_deg((lon, lat), to) - azimuth + 540.0).rem_euclid(360.0) - 180.0;
            prop_assert!(metres < 1.0 || off.abs() < 1e-5, "{off}");
        }
    }

    #[test]
    fn bearings_go_round_the_compass() {
        for (to, bearing) in [((0.0, 1.0), 0.0), ((1.0, 0.0), 90.0), ((0.0, -1.0), 180.0), ((-1.0, 0.0), 270.0)] {
            assert!((bearing_deg((0.0, 0.0), to) - bearing).abs() < 1e-9);
        }
        assert_eq!(bearing_deg((6.0, 45.0), (6.0, 45.0)), 0.0);
    }
}
