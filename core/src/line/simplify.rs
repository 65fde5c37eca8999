//! Fewer vertices, for drawing and for the wire.

use geo::{Distance, Euclidean};
use geo_types::{Coord, Line, Point};

use super::{check_line, check_not_negative, lon_step_deg};
use crate::error::Result;
use crate::model::Position;

/// The vertices that Douglas and Peucker (1973) keep: both ends, and enough others that no point of the line is further
/// than `tolerance_m` metres from the simplified one, nor the other way round. Kept vertices are as they were, elevation
/// included; elevation does not count otherwise. A tolerance of 0 drops only what lies on a straight edge.
///
/// Metres are those of the plane that touches the ellipsoid at the vertex in question, its scale that of the radii of
/// curvature there, so that a line may span any latitudes. On the ground a vertex at the tolerance is off by about one
/// part in 2R/(tolerance·tan φ), R the Earth's radius: at 60° and a tolerance of 100 m, by 1.4 mm.
///
/// This is not geo's `Simplify`, which works in one plane for the whole line and calls itself for each part of it.
///
/// About n·log n distances for n vertices, n² for a line made to be slow; no recursion, a stack of n at most.
///
/// # Errors
/// [`Error::InvalidInput`](crate::Error::InvalidInput) when the line is empty, a position is out of range or not finite,
/// or the tolerance is negative or not finite.
pub fn simplify(line: &[Position], tolerance_m: f64) -> Result<Vec<Position>> {
    check_line(line)?;
    check_not_negative("tolerance_m", tolerance_m)?;
    let vertices = vertices(line);
    let last = line.len() - 1;
    let mut keep = vec![false; line.len()];
    (keep[0], keep[last]) = (true, true);
    let mut spans = vec![(0, last)];
    while let Some((from, to)) = spans.pop() {
        let mut furthest = (0, tolerance_m);
        for between in from + 1..to {
            let off_m = vertices[between].metres_to_edge(&vertices[from], &vertices[to]);
            if off_m > furthest.1 {
                furthest = (between, off_m);
            }
        }
        if furthest.0 > 0 {
            keep[furthest.0] = true;
            spans.push((from, furthest.0));
            spans.push((furthest.0, to));
        }
    }
    Ok(line.iter().zip(keep).filter(|(_, keep)| *keep).map(|(position, _)| *position).collect())
}

/// A vertex, and the metres of a degree there.
struct Vertex {
    /// Degrees east, counted on past ±180 when the line crosses the date line.
    lon: f64,
    lat: f64,
    /// Metres of one degree of longitude.
    east_m: f64,
    /// Metres of one degree of latitude.
    north_m: f64,
}

fn vertices(line: &[Position]) -> Vec<Vertex> {
    let mut lon = line[0].lon;
    let mut previous = line[0].lon;
    line.iter()
        .map(|position| {
            lon += lon_step_deg(previous, position.lon);
            previous = position.lon;
            let (east_m, north_m) = metres_per_degree(position.lat);
            Vertex { lon, lat: position.lat, east_m, north_m }
        })
        .collect()
}

/// Metres of one degree of longitude and of latitude at a latitude on WGS84: N·cos φ and M, the radii of curvature in
/// the prime vertical and in the meridian.
pub(crate) fn metres_per_degree(lat: f64) -> (f64, f64) {
    const EQUATOR_M: f64 = 6_378_137.0;
    const FLATTENING: f64 = 1.0 / 298.257_223_563;
    const SQUARE: f64 = FLATTENING * (2.0 - FLATTENING);
    let (sin, cos) = lat.to_radians().sin_cos();
    let w = 1.0 - SQUARE * sin * sin;
    let prime_vertical_m = EQUATOR_M / w.sqrt();
    ((prime_vertical_m * cos.max(0.0)).to_radians(), (prime_vertical_m * (1.0 - SQUARE) / w).to_radians())
}

impl Vertex {
    /// Metres to the nearest point of the edge between two others, in the plane here.
    fn metres_to_edge(&self, from: &Vertex, to: &Vertex) -> f64 {
        let local = |v: &Vertex| Coord { x: (v.lon - self.lon) * self.east_m, y: (v.lat - self.lat) * self.north_m };
        Euclidean.distance(&Point::new(0.0, 0.0), &Line::new(local(from), local(to)))
    }
}

#[cfg(test)]
mod tests {
    use geo::Simplify;
    use geo_types::LineString;
    use proptest::prelude::*;

    use super::super::MeasuredLine;
    use super::*;

    fn line(coordinates: &[(f64, f64)]) -> Vec<Position> {
        coordinates.iter().map(|(lon, lat)| Position::new(*lon, *lat)).collect()
    }

    fn apart_m(a: Position, b: Position) -> f64 {
        MeasuredLine::new(&[a, b]).unwrap().length_m()
    }

    /// Metres on the ellipsoid from a place to the nearest point of an edge, by narrowing down.
    fn off_edge_m(place: Position, a: Position, b: Position) -> f64 {
        let at = |t: f64| Position::new(a.lon + t * (b.lon - a.lon), a.lat + t * (b.lat - a.lat));
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..40 {
            let third = (high - low) / 3.0;
            if apart_m(place, at(low + third)) < apart_m(place, at(high - third)) {
                high -= third;
            } else {
                low += third;
            }
        }
        apart_m(place, at((low + high) / 2.0)).min(apart_m(place, a)).min(apart_m(place, b))
    }

    fn off_line_m(place: Position, line: &[Position]) -> f64 {
        line.windows(2).map(|edge| off_edge_m(place, edge[0], edge[1])).fold(f64::INFINITY, f64::min)
    }

    /// The textbook's recursion.
    fn slow(vertices: &[Vertex], tolerance_m: f64, offset: usize, kept: &mut Vec<usize>) {
        let last = vertices.len() - 1;
        let off_m = |i: usize| vertices[i].metres_to_edge(&vertices[0], &vertices[last]);
        let furthest = (1..last).map(|i| (i, off_m(i))).reduce(|a, b| if b.1 > a.1 { b } else { a });
        if let Some((i, _)) = furthest.filter(|(_, off_m)| *off_m > tolerance_m) {
            slow(&vertices[..=i], tolerance_m, offset, kept);
            kept.push(offset + i);
            slow(&vertices[i..], tolerance_m, offset + i, kept);
        }
    }

    #[test]
    fn tolerance_is_in_metres_not_degrees() {
        // 0.001° is 111 m to the north but 19 m to the east at 80°: one bend stays, the other goes.
        let north = line(&[(10.0, 80.0), (10.05, 80.001), (10.1, 80.0)]);
        let east = line(&[(10.0, 80.0), (10.001, 80.005), (10.0, 80.01)]);
        assert_eq!(simplify(&north, 50.0).unwrap().len(), 3);
        assert_eq!(simplify(&east, 50.0).unwrap().len(), 2);
        assert_eq!(simplify(&east, 19.0).unwrap().len(), 3);
    }

    #[test]
    fn metres_per_degree_are_those_of_the_ellipsoid() {
        for lat in [-89.0_f64, -45.0, 0.0, 30.0, 60.0, 85.0] {
            let (east_m, north_m) = metres_per_degree(lat);
            let there = Position::new(7.0, lat);
            let step = 1e-4;
            assert!((apart_m(there, Position::new(7.0 + step, lat)) - east_m * step).abs() < 1e-6);
            let south = Position::new(7.0, lat - step / 2.0);
            assert!((apart_m(south, Position::new(7.0, lat + step / 2.0)) - north_m * step).abs() < 1e-6);
        }
    }

    #[test]
    fn short_and_closed_lines_keep_their_ends() {
        for coordinates in [&[(6.0, 45.0)][..], &[(6.0, 45.0), (6.1, 45.0)]] {
            assert_eq!(simplify(&line(coordinates), 1e6).unwrap(), line(coordinates));
        }
        let ring = line(&[(6.0, 45.0), (6.1, 45.0), (6.1, 45.1), (6.0, 45.0)]);
        assert_eq!(simplify(&ring, 10.0).unwrap(), ring);
        assert_eq!(simplify(&ring, 1e6).unwrap(), [ring[0], ring[3]]);
        let straight = line(&[(6.0, 45.0), (6.25, 45.25), (6.5, 45.5)]);
        assert_eq!(simplify(&straight, 0.0).unwrap(), [straight[0], straight[2]]);
    }

    #[test]
    fn date_line_is_crossed_the_short_way() {
        let fiji = line(&[(179.9, -17.0), (-180.0, -17.0), (-179.9, -17.0), (179.95, -17.0)]);
        assert_eq!(simplify(&fiji, 1.0).unwrap(), [fiji[0], fiji[2], fiji[3]]);
    }

    /// A vertex of 1.6 km at 45° and one of 1 km at 80°. geo sees both in the plane of the middle: it drops the wrong one.
    #[test]
    fn geo_is_wrong_about_lines_over_many_latitudes() {
        let bends = line(&[(6.0, 45.0), (6.02, 45.1), (6.0, 45.2), (6.0, 79.8), (6.05, 79.9), (6.0, 80.0)]);
        let own = simplify(&bends, 1_300.0).unwrap();
        assert!(own.contains(&bends[1]) && !own.contains(&bends[4]));
        let (east_m, north_m) = metres_per_degree(62.5);
        let plane: LineString = bends.iter().map(|p| (p.lon * east_m, p.lat * north_m)).collect();
        let planar = plane.simplify(1_300.0);
        assert!(!planar.0.contains(&plane[1]) && planar.0.contains(&plane[4]));
    }

    #[test]
    fn refusals_name_the_argument() {
        let refused = |line: &[Position], tolerance_m| simplify(line, tolerance_m).unwrap_err().to_string();
        assert!(refused(&[], 1.0).starts_with("line: "));
        let outside = refused(&[Position::new(f64::NAN, 0.0)], 1.0);
        assert!(outside.starts_with("line: must have a longitude ") && outside.ends_with(" at position 0"));
        for tolerance_m in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(refused(&[Position::new(0.0, 0.0)], tolerance_m).starts_with("tolerance_m: "));
        }
    }

    /// A walk of a few kilometres, at any latitude up to 80°.
    fn walks() -> impl Strategy<Value = Vec<Position>> {
        let steps = prop::collection::vec((-0.01..0.01, -0.01..0.01), 1..25);
        (-170.0..170.0, -80.0..80.0, steps).prop_map(|(lon, lat, steps): (f64, f64, Vec<(f64, f64)>)| {
            let mut at = Position::new(lon, lat);
            std::iter::once(at)
                .chain(steps.into_iter().map(|(east, north)| {
                    at = Position::new(at.lon + east, at.lat + north);
                    at
                }))
                .collect()
        })
    }

    proptest! {
        #[test]
        fn simplified_line_is_that_of_the_textbook(walk in walks(), tolerance_m in 0.0..2000.0) {
            let mut kept = vec![0];
            slow(&vertices(&walk), tolerance_m, 0, &mut kept);
            kept.push(walk.len() - 1);
            let expected: Vec<_> = kept.into_iter().map(|i| walk[i]).collect();
            prop_assert_eq!(simplify(&walk, tolerance_m).unwrap(), expected);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// Hausdorff, measured on the ellipsoid: the old line from the new at the vertices and between, and back.
        #[test]
        fn no_point_is_further_than_the_tolerance(walk in walks(), tolerance_m in 1.0..1000.0) {
            let simple = simplify(&walk, tolerance_m).unwrap();
            prop_assert_eq!((simple[0], simple[simple.len() - 1]), (walk[0], walk[walk.len() - 1]));
            let tan = (walk[0].lat.abs() + 0.25).to_radians().tan();
            let most_m = tolerance_m * (1.0 + tolerance_m * (tan + 0.02) / (2.0 * 6_356_752.0)) + 1e-3;
            let halves = |line: &[Position]| -> Vec<Position> {
                let middle = |e: &[Position]| Position::new((e[0].lon + e[1].lon) / 2.0, (e[0].lat + e[1].lat) / 2.0);
                line.iter().copied().chain(line.windows(2).map(middle)).collect()
            };
            for place in halves(&walk) {
                let off_m = off_line_m(place, &simple);
                prop_assert!(off_m <= most_m, "{off_m} > {most_m}");
            }
            for place in halves(&simple) {
                let off_m = off_line_m(place, &walk);
                prop_assert!(off_m <= most_m, "{off_m} > {most_m}");
            }
        }
    }
}
