//! The projection from longitude and latitude to the page: local and equirectangular. The length of a degree at the
//! middle latitude of the map holds for the whole map, which is accurate to the width of a line over the few dozen
//! kilometres of a walk. North is up everywhere, and the scale bar holds in both directions. Longitudes are relative to
//! the middle of the map, so that a map may cross the date line.

use jalon::model::Position;

use super::canvas::{Point, Rect, point};
use crate::elevation::length_m;

/// The smallest width and height of a map on the ground, so that a single place has surroundings.
const MIN_EXTENT_M: f64 = 500.0;

/// Distance on the page between the objects to show and the frame, for labels.
const MARGIN: f64 = 110.0;

/// A local equirectangular projection onto a frame on the page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Projection {
    /// The frame of the map.
    pub(super) frame: Rect,
    /// Metres on the ground for one unit (0.1 mm) on the page.
    pub(super) metres_per_unit: f64,
    /// Longitude and latitude at the centre of the frame, degrees.
    centre: (f64, f64),
    /// Metres in a degree of longitude and in a degree of latitude.
    metres_per_degree: (f64, f64),
}

impl Projection {
    /// Fits positions into a frame that starts at `corner` and is `width` wide and `min_height` to `max_height` high.
    /// `None` if no position is on Earth.
    pub(super) fn fit(
        positions: &[Position],
        corner: Point,
        width: f64,
        min_height: f64,
        max_height: f64,
    ) -> Option<Projection> {
        let valid: Vec<Position> = positions.iter().copied().filter(Position::is_valid).collect();
        let reference = valid.first()?.lon;
        let (west, east) = min_max(valid.iter().map(|position| unwrap_lon(position.lon, reference)));
        let (south, north) = min_max(valid.iter().map(|position| position.lat));
        let centre = ((west + east) / 2.0, (south + north) / 2.0);
        let metres_per_degree = metres_per_degree(centre.1);
        let width_m = ((east - west) * metres_per_degree.0).max(MIN_EXTENT_M);
        let height_m = ((north - south) * metres_per_degree.1).max(MIN_EXTENT_M);
        let metres_per_unit = (width_m / (width - 2.0 * MARGIN)).max(height_m / (max_height - 2.0 * MARGIN));
        let height = (height_m / metres_per_unit + 2.0 * MARGIN).clamp(min_height.min(max_height), max_height);
        let frame = Rect { left: corner.x, top: corner.y, right: corner.x + width, bottom: corner.y + height };
        Some(Projection { frame, metres_per_unit, centre, metres_per_degree })
    }

    /// The point of a position, inside or outside the frame; `None` if the position is not on Earth.
    pub(super) fn project(&self, position: Position) -> Option<Point> {
        let origin = self.frame.centre();
        let (lon, lat) = self.centre;
        let east = (unwrap_lon(position.lon, lon) - lon) * self.metres_per_degree.0 / self.metres_per_unit;
        let north = (position.lat - lat) * self.metres_per_degree.1 / self.metres_per_unit;
        position.is_valid().then(|| point(origin.x + east.clamp(-1e5, 1e5), origin.y - north.clamp(-1e5, 1e5)))
    }

    /// A line on the page, without vertices that are too close to the one before to be seen.
    pub(super) fn project_line(&self, line: &[Position]) -> Vec<Point> {
        let mut points: Vec<Point> = Vec::new();
        for point in line.iter().filter_map(|position| self.project(*position)) {
            if points.last().is_none_or(|last| last.distance_to(point) >= 0.5) {
                points.push(point);
            }
        }
        points
    }

    /// The longitude at `x`; beyond ±180 degrees if the map crosses the date line.
    pub(super) fn lon_at(&self, x: f64) -> f64 {
        self.centre.0 + (x - self.frame.centre().x) * self.metres_per_unit / self.metres_per_degree.0
    }

    /// The latitude at `y`.
    pub(super) fn lat_at(&self, y: f64) -> f64 {
        self.centre.1 - (y - self.frame.centre().y) * self.metres_per_unit / self.metres_per_degree.1
    }

    /// The `x` of a meridian.
    pub(super) fn x_at(&self, lon: f64) -> f64 {
        self.frame.centre().x + (lon - self.centre.0) * self.metres_per_degree.0 / self.metres_per_unit
    }

    /// The `y` of a parallel.
    pub(super) fn y_at(&self, lat: f64) -> f64 {
        self.frame.centre().y - (lat - self.centre.1) * self.metres_per_degree.1 / self.metres_per_unit
    }
}

/// The positions that must be on the map: the route, and of the others those within half the size of the route around
/// it. A point with a wrong coordinate must not shrink the route to a dot. Without a route, all the others.
pub(super) fn positions_to_fit(route: &[Position], others: &[Position]) -> Vec<Position> {
    let Some(reference) = route.iter().find(|position| position.is_valid()).map(|position| position.lon) else {
        return others.to_vec();
    };
    let valid = || route.iter().filter(|position| position.is_valid());
    let (west, east) = min_max(valid().map(|position| unwrap_lon(position.lon, reference)));
    let (south, north) = min_max(valid().map(|position| position.lat));
    let (margin_lon, margin_lat) = ((east - west).max(0.01) / 2.0, (north - south).max(0.01) / 2.0);
    let is_near = |position: &&Position| {
        (west - margin_lon..=east + margin_lon).contains(&unwrap_lon(position.lon, reference))
            && (south - margin_lat..=north + margin_lat).contains(&position.lat)
    };
    route.iter().chain(others.iter().filter(is_near)).copied().collect()
}

/// Metres in a degree of longitude and in a degree of latitude at a latitude, from two short geodesics.
fn metres_per_degree(lat: f64) -> (f64, f64) {
    const STEP_DEG: f64 = 0.01;
    let (south, north) = ((lat - STEP_DEG / 2.0).max(-90.0), (lat + STEP_DEG / 2.0).min(90.0));
    let east_m = length_m(&[Position::new(0.0, lat), Position::new(STEP_DEG, lat)]);
    let north_m = length_m(&[Position::new(0.0, south), Position::new(0.0, north)]);
    // A degree of longitude has no length at the poles.
    ((east_m / STEP_DEG).max(1.0), north_m / (north - south))
}

/// A longitude within 180 degrees of a reference, so that a line across the date line stays in one piece.
fn unwrap_lon(lon: f64, reference: f64) -> f64 {
    reference + (lon - reference + 540.0).rem_euclid(360.0) - 180.0
}

fn min_max(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::MAX, f64::MIN), |(min, max), value| (min.min(value), max.max(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn project_line_across_the_date_line_stays_in_one_piece() {
        let line = [Position::new(179.9, -17.0), Position::new(-179.9, -17.1)];
        let projection = Projection::fit(&line, point(0.0, 0.0), 1800.0, 900.0, 2000.0).unwrap();
        let [start, end] = projection.project_line(&line)[..] else { panic!("two points") };
        assert!(start.x < end.x && start.y < end.y);
        assert!(projection.frame.contains(start) && projection.frame.contains(end));
        assert!((projection.lon_at(end.x) - 180.1).abs() < 1e-9 && (projection.lat_at(end.y) + 17.1).abs() < 1e-9);
    }

    #[test]
    fn metres_per_degree_are_those_of_the_ellipsoid() {
        let (_, north) = metres_per_degree(45.0);
        assert!((north - 111_131.0).abs() < 20.0, "{north}");
        let (east, _) = metres_per_degree(0.0);
        assert!((east - 111_319.0).abs() < 20.0, "{east}");
        assert_eq!(metres_per_degree(90.0).0, 1.0);
    }

    #[test]
    fn positions_to_fit_leaves_out_a_point_far_from_the_route() {
        let route = [Position::new(6.0, 45.0), Position::new(6.1, 45.1)];
        assert_eq!(positions_to_fit(&route, &[Position::new(6.12, 45.0), Position::new(0.0, 0.0)]).len(), 3);
        assert_eq!(positions_to_fit(&[], &[Position::new(0.0, 0.0)]).len(), 1);
    }

    #[test]
    fn fit_without_valid_position_is_none() {
        assert!(Projection::fit(&[], point(0.0, 0.0), 1800.0, 900.0, 2000.0).is_none());
        let invalid = Position::new(f64::NAN, 0.0);
        assert!(Projection::fit(&[invalid], point(0.0, 0.0), 1800.0, 900.0, 2000.0).is_none());
    }
}
