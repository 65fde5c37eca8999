//! The metres along a line, and the position at so many metres.
//!
//! geo measures the edges. Its `LineLocatePoint` and `LineInterpolatePoint` are planar in degrees and know no elevations,
//! so the line itself is ours.

use geo::{Distance, Geodesic};
use geo_types::Point;

use super::{between, check_finite, check_line, lon_step_deg, wrapped_lon_deg};
use crate::error::Result;
use crate::model::{Position, remove_impossible_elevations};

/// A line with the metres from its start to each vertex, on the ellipsoid: slopes do not lengthen it.
///
/// The length of an edge is that of the geodesic between its ends (Karney 2013, 15 nm). The edge itself, straight in
/// longitude and latitude, is longer by about L·(L·tan φ/R)²/20 at most, R the Earth's radius and φ the higher of the
/// two latitudes: 1 µm on 1 km at 45°, 1 m on 100 km.
///
/// Impossible elevations are unknown in it: those below −500 m and above 9,000 m, 0 on a line that is far above sea level
/// otherwise, and spikes of 200 m and more that are steeper than 56°.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredLine {
    positions: Vec<Position>,
    /// Metres from the start, one for each position, never falling.
    distances_m: Vec<f64>,
}

impl MeasuredLine {
    /// Measures a line: one geodesic (about a microsecond) for each edge. One position is a line of no length, and a
    /// vertex may repeat.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) when the line is empty, or a position is out of range or not
    /// finite.
    pub fn new(line: &[Position]) -> Result<Self> {
        Self::from_lines(&[line])
    }

    /// Measures several lines, walked one after the other. The gap between the end of one and the start of the next has no
    /// length, as nobody knows the way there. Empty lines do not count.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) when all lines are empty, or a position is out of range or not
    /// finite.
    pub fn from_lines(lines: &[impl AsRef<[Position]>]) -> Result<Self> {
        let mut positions: Vec<Position> = lines.iter().flat_map(|line| line.as_ref()).copied().collect();
        check_line(&positions)?;
        let mut rest = positions.as_mut_slice();
        for line in lines {
            let (line, after) = rest.split_at_mut(line.as_ref().len());
            remove_impossible_elevations(line);
            rest = after;
        }
        let mut distances_m = Vec::with_capacity(positions.len());
        let mut walked_m = 0.0;
        for line in lines.iter().map(AsRef::as_ref).filter(|line| !line.is_empty()) {
            distances_m.push(walked_m);
            for edge in line.windows(2) {
                walked_m += edge_length_m(edge[0], edge[1]).max(0.0);
                distances_m.push(walked_m);
            }
        }
        Ok(MeasuredLine { positions, distances_m })
    }

    /// The vertices as given, without impossible elevations.
    pub fn positions(&self) -> &[Position] {
        &self.positions
    }

    /// Metres from the start at each vertex: as many as there are vertices, the first 0, never falling.
    pub fn distances_m(&self) -> &[f64] {
        &self.distances_m
    }

    /// Metres from the first vertex to the last.
    pub fn length_m(&self) -> f64 {
        self.distances_m.last().copied().unwrap_or(0.0)
    }

    /// The position so many metres from the start; before the start it is the first vertex, past the end the last. Between
    /// two vertices longitude, latitude and elevation run evenly, so that the position is on the edge as it is drawn and
    /// about L²·tan φ/20R at most ahead or behind: 8 mm on an edge of 1 km at 45°. The elevation is that of
    /// [`elevation_at`](Self::elevation_at). Binary search.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) when `distance_m` is not finite.
    pub fn position_at(&self, distance_m: f64) -> Result<Position> {
        check_finite("distance_m", distance_m)?;
        let (from, to) = self.edge_at(distance_m);
        let (a, b) = (self.positions[from], self.positions[to]);
        let (start_m, end_m) = (self.distances_m[from], self.distances_m[to]);
        let far_lon = a.lon + lon_step_deg(a.lon, b.lon);
        let lon = if distance_m >= end_m { b.lon } else { between(distance_m, (start_m, a.lon), (end_m, far_lon)) };
        let lat = between(distance_m, (start_m, a.lat), (end_m, b.lat));
        Ok(Position { lon: wrapped_lon_deg(lon), lat, elevation: self.elevation_on(from, to, distance_m) })
    }

    /// Metres above sea level so many metres from the start, straight between the two vertices around; beyond the ends
    /// that of the end. `None` where it is not known: at a vertex without elevation, and on the edges next to it.
    /// Binary search.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) when `distance_m` is not finite.
    pub fn elevation_at(&self, distance_m: f64) -> Result<Option<f64>> {
        check_finite("distance_m", distance_m)?;
        let (from, to) = self.edge_at(distance_m);
        Ok(self.elevation_on(from, to, distance_m))
    }

    /// The two vertices around a distance: the last one not past it and the one after; twice the same at the ends.
    fn edge_at(&self, distance_m: f64) -> (usize, usize) {
        let after = self.distances_m.partition_point(|vertex_m| *vertex_m <= distance_m);
        (after.saturating_sub(1), after.min(self.distances_m.len() - 1))
    }

    fn elevation_on(&self, from: usize, to: usize, distance_m: f64) -> Option<f64> {
        let (start_m, end_m) = (self.distances_m[from], self.distances_m[to]);
        let (a, b) = (self.positions[from].elevation, self.positions[to].elevation);
        if distance_m <= start_m {
            a
        } else if distance_m >= end_m {
            b
        } else {
            Some(between(distance_m, (start_m, a?), (end_m, b?)))
        }
    }
}

fn edge_length_m(from: Position, to: Position) -> f64 {
    Geodesic.distance(Point::from(from), Point::from(to))
}

#[cfg(test)]
mod tests {
    use geo::LineLocatePoint;
    use geo_types::{Coord, LineString};
    use proptest::prelude::*;

    use super::*;

    fn line(coordinates: &[(f64, f64)]) -> Vec<Position> {
        coordinates.iter().map(|(lon, lat)| Position::new(*lon, *lat)).collect()
    }

    fn length_m(coordinates: &[(f64, f64)]) -> f64 {
        MeasuredLine::new(&line(coordinates)).unwrap().length_m()
    }

    #[test]
    fn lengths_are_those_of_the_ellipsoid() {
        // One degree of the equator is a·π/180; the quadrant and New York to London are in GeographicLib's own pages.
        assert!((length_m(&[(0.0, 0.0), (1.0, 0.0)]) - 6_378_137.0_f64.to_radians()).abs() < 1e-6);
        assert!((length_m(&[(5.0, 0.0), (5.0, 90.0)]) - 10_001_965.729).abs() < 1e-3);
        assert!((length_m(&[(-73.8, 40.6), (-0.5, 51.6)]) - 5_551_759.400).abs() < 1e-3);
    }

    #[test]
    fn date_line_is_crossed_the_short_way() {
        let fiji = MeasuredLine::new(&line(&[(179.9, -17.0), (-179.9, -17.0)])).unwrap();
        assert!((fiji.length_m() - length_m(&[(0.0, -17.0), (0.2, -17.0)])).abs() < 1e-6);
        let east = fiji.position_at(fiji.length_m() * 0.75).unwrap();
        assert!((east.lon + 179.95).abs() < 1e-9, "{east:?}");
        assert_eq!(fiji.position_at(1e9).unwrap().lon, -179.9);
    }

    #[test]
    fn gap_between_lines_has_no_length() {
        let lines = [line(&[(6.0, 45.0), (6.01, 45.0)]), vec![], line(&[(6.5, 45.0), (6.51, 45.0)])];
        let measured = MeasuredLine::from_lines(&lines).unwrap();
        let edge_m = length_m(&[(6.0, 45.0), (6.01, 45.0)]);
        assert_eq!(measured.distances_m()[1..3], [edge_m, edge_m]);
        assert!((measured.length_m() - 2.0 * edge_m).abs() < 1e-6);
        assert!((measured.position_at(edge_m / 2.0).unwrap().lon - 6.005).abs() < 1e-9);
        assert!((measured.position_at(edge_m * 1.5).unwrap().lon - 6.505).abs() < 1e-9);
        assert!(MeasuredLine::from_lines(&[[]; 2]).is_err());
    }

    #[test]
    fn single_and_repeated_positions_are_lines() {
        let mut here = Position::new(6.0, 45.0);
        here.elevation = Some(12.0);
        for count in 1..4 {
            let still = MeasuredLine::new(&vec![here; count]).unwrap();
            assert_eq!(still.length_m(), 0.0);
            for distance_m in [-1.0, 0.0, 1.0] {
                assert_eq!(still.position_at(distance_m).unwrap(), here);
            }
        }
    }

    #[test]
    fn spike_is_no_part_of_the_profile_of_a_line() {
        let elevations = [1500.0, 1510.0, 4000.0, -9999.0, 1520.0, 1530.0];
        let position = |(index, elevation): (usize, &f64)| Position {
            elevation: Some(*elevation),
            ..Position::new(6.0 + 0.001 * index as f64, 45.0)
        };
        let positions: Vec<Position> = elevations.iter().enumerate().map(position).collect();
        let measured = MeasuredLine::new(&positions).unwrap();
        let profile = crate::line::Profile::of_line(&measured).unwrap();
        assert_eq!((profile.max_m(), profile.elevation_gain(0.0).unwrap().ascent_m), (1530.0, 30.0));
        assert_eq!(measured.elevation_at(measured.distances_m()[2]).unwrap(), None);
        // The end of a line and the start of the next may be any height apart.
        let apart = [positions[..2].to_vec(), vec![Position { elevation: Some(3000.0), ..positions[1] }; 2]];
        let apart = MeasuredLine::from_lines(&apart).unwrap();
        assert!(apart.positions().iter().all(|position| position.elevation.is_some()));
    }

    #[test]
    fn elevation_is_known_only_between_known_ones() {
        let mut positions = line(&[(6.0, 45.0), (6.01, 45.0), (6.02, 45.0)]);
        positions[0].elevation = Some(100.0);
        positions[1].elevation = Some(200.0);
        let measured = MeasuredLine::new(&positions).unwrap();
        let middle_m = measured.distances_m()[1];
        assert_eq!(measured.elevation_at(-5.0).unwrap(), Some(100.0));
        assert!((measured.elevation_at(middle_m / 4.0).unwrap().unwrap() - 125.0).abs() < 1e-9);
        assert_eq!(measured.elevation_at(middle_m).unwrap(), Some(200.0));
        assert_eq!(measured.elevation_at(middle_m * 1.5).unwrap(), None);
        assert_eq!(measured.elevation_at(1e9).unwrap(), None);
        assert_eq!(measured.position_at(middle_m).unwrap(), positions[1]);
    }

    #[test]
    fn refusals_name_the_argument_and_no_position() {
        let refused = |positions: &[Position]| MeasuredLine::new(positions).unwrap_err().to_string();
        assert_eq!(refused(&[]), "line: must have at least one position");
        for (lon, lat) in [(f64::NAN, 0.0), (0.0, f64::INFINITY), (180.5, 0.0), (0.0, -91.0)] {
            let sentence = refused(&[Position::new(6.0, 45.0), Position::new(lon, lat)]);
            assert_eq!(sentence, "line: must have a longitude within ±180° and a latitude within ±90° at position 1");
        }
        let high = Position { elevation: Some(f64::NAN), ..Position::new(6.0, 45.0) };
        assert_eq!(refused(&[high]), "line: must have a finite elevation, or none, at position 0");
        let measured = MeasuredLine::new(&[Position::new(6.0, 45.0)]).unwrap();
        for distance_m in [f64::NAN, f64::INFINITY] {
            assert_eq!(measured.position_at(distance_m).unwrap_err().code(), "invalid_input");
            assert_eq!(measured.elevation_at(distance_m).unwrap_err().code(), "invalid_input");
        }
    }

    /// At 45° a degree of longitude has 79 km, one of latitude 111.
    #[test]
    fn geo_locates_in_degrees() {
        let corner = line(&[(6.0, 45.0), (7.0, 45.0), (7.0, 46.0)]);
        let own = MeasuredLine::new(&corner).unwrap();
        let share = own.distances_m()[1] / own.length_m();
        assert!((share - 0.415).abs() < 1e-3, "{share}");
        let planar: LineString = corner.iter().map(|position| Coord::from(*position)).collect();
        assert_eq!(planar.line_locate_point(&Point::new(7.0, 45.0)), Some(0.5));
    }

    fn places() -> impl Strategy<Value = Vec<Position>> {
        prop::collection::vec((-180.0..180.0, -89.0..89.0), 1..20).prop_map(|c: Vec<(f64, f64)>| line(&c))
    }

    proptest! {
        #[test]
        fn distances_are_the_sums_of_the_edges(positions in places()) {
            let measured = MeasuredLine::new(&positions).unwrap();
            for (index, distance_m) in measured.distances_m().iter().enumerate() {
                let slow: f64 = (0..index)
                    .map(|i| MeasuredLine::new(&positions[i..i + 2]).unwrap().length_m())
                    .sum();
                prop_assert!((distance_m - slow).abs() < 1e-6);
            }
        }

        #[test]
        fn positions_are_found_as_by_scanning(positions in places(), part in -0.1..1.1) {
            let measured = MeasuredLine::new(&positions).unwrap();
            let at_m = measured.length_m() * part;
            let found = measured.position_at(at_m).unwrap();
            let metres = measured.distances_m();
            let slow = (1..positions.len()).find(|i| at_m < metres[*i]).map_or(positions[positions.len() - 1], |i| {
                let (a, b) = (positions[i - 1], positions[i]);
                let t = ((at_m - metres[i - 1]) / (metres[i] - metres[i - 1])).max(0.0);
                let turn = if (b.lon - a.lon).abs() > 180.0 { 360.0 * (a.lon - b.lon).signum() } else { 0.0 };
                let lon = a.lon + t * (b.lon + turn - a.lon);
                Position::new((lon + 540.0).rem_euclid(360.0) - 180.0, a.lat + t * (b.lat - a.lat))
            });
            prop_assert!(found.is_valid());
            prop_assert!(lon_step_deg(found.lon, slow.lon).abs() < 1e-9 && (found.lat - slow.lat).abs() < 1e-9);
        }

        /// The two bounds in the documentation, against the same edge cut into 64.
        #[test]
        fn edge_is_as_long_and_as_even_as_promised(
            lon in -170.0..170.0, lat in -75.0_f64..75.0, east in -0.5..0.5, north in -0.5..0.5,
        ) {
            let (a, b) = (Position::new(lon, lat), Position::new(lon + east, lat + north));
            let edge = MeasuredLine::new(&[a, b]).unwrap();
            let cut: Vec<_> = (0..=64).map(|i| {
                let t = f64::from(i) / 64.0;
                Position::new(lon + t * east, lat + t * north)
            }).collect();
            let slow = MeasuredLine::new(&cut).unwrap();
            let length_m = edge.length_m();
            // Second order and the flattening: 0.02 of tan φ to spare.
            let tan = a.lat.abs().max(b.lat.abs()).to_radians().tan() + 0.02;
            let bend = length_m * tan / 6_356_752.0;
            let longer_m = slow.length_m() - length_m;
            prop_assert!((-1e-6..=length_m * bend * bend / 20.0 + 1e-6).contains(&longer_m), "{longer_m}");
            for (walked_m, place) in slow.distances_m().iter().zip(&cut) {
                let t = walked_m / slow.length_m();
                let found = edge.position_at(t * length_m).unwrap();
                let off_m = MeasuredLine::new(&[found, *place]).unwrap().length_m();
                prop_assert!(off_m <= length_m * bend / 20.0 * 1.05 + 1e-6, "{off_m}");
            }
        }
    }
}
