//! Directions from one position to another.

use geo::{Bearing, Distance, Geodesic};
use geo_types::Point;

use crate::model::Position;

/// Number of the compass points, clockwise from north.
pub(crate) const COMPASS_POINTS: usize = 8;

/// Metres from one position to another, and the direction in which the geodesic starts, degrees clockwise from true north.
pub(crate) fn distance_and_bearing(from: Position, to: Position) -> (f64, f64) {
    let (from, to) = (Point::from(from), Point::from(to));
    (Geodesic.distance(from, to), Geodesic.bearing(from, to).rem_euclid(360.0))
}

/// The index of the compass point nearest to a direction in degrees: 0 for north, 1 for north-east.
pub(crate) fn compass_point(bearing_deg: f64) -> usize {
    (bearing_deg.rem_euclid(360.0) / 45.0).round() as usize % COMPASS_POINTS
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of Karney's GeodTest, forwards, backwards and as the length of a line.
    #[test]
    fn distances_and_bearings_are_those_of_geod_test() {
        let rows = include_str!("../../tests/vectors/geodesic.csv").lines().filter(|line| !line.starts_with('#'));
        let mut count = 0;
        for row in rows {
            let numbers: Vec<f64> = row.split(',').map(|number| number.parse().unwrap()).collect();
            let [lat1, azimuth1, lat2, lon2, azimuth2, metres] = numbers[..] else { panic!("{row}") };
            let (from, to) = (Position::new(0.0, lat1), Position::new(lon2, lat2));
            let (distance_m, bearing_deg) = distance_and_bearing(from, to);
            let (back_m, back_deg) = distance_and_bearing(to, from);
            let line = super::super::MeasuredLine::new(&[from, to]).unwrap();
            // Between nearly antipodal points `geo` is right to a millimetre only, and the direction is hardly defined.
            let is_antipodal = metres > 19_900_000.0;
            for found in [distance_m, back_m, line.length_m()] {
                assert!((found - metres).abs() < if is_antipodal { 2e-3 } else { 1e-6 }, "{row}: {found} m");
            }
            count += 1;
            if is_antipodal {
                continue;
            }
            let off = |found: f64, expected: f64| ((found - expected + 180.0).rem_euclid(360.0) - 180.0).abs();
            assert!(off(bearing_deg, azimuth1) < 1e-6, "{row}: {bearing_deg}°");
            assert!(off(back_deg, azimuth2 + 180.0) < 1e-6, "{row}: {back_deg}° back");
        }
        assert_eq!(count, 26);
    }

    #[test]
    fn compass_points_are_clockwise_from_north() {
        let points = [-10.0, 22.0, 23.0, 90.0, 180.0, 337.0, 338.0, 360.0].map(compass_point);
        assert_eq!(points, [0, 0, 1, 2, 4, 7, 0, 0]);
        let (distance_m, bearing_deg) = distance_and_bearing(Position::new(6.0, 45.0), Position::new(5.9, 45.0));
        assert!((distance_m - 7_884.7).abs() < 0.5 && (bearing_deg - 270.0).abs() < 0.1, "{distance_m} {bearing_deg}");
    }
}
