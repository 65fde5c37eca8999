//! The parameters `near_trek` and the like, and `dist` with `point`: objects near an object or a point. A real server finds
//! the objects on the paths of a trek in its network of paths, and the others by distance.

use std::collections::BTreeSet;

use serde_json::Value;

use super::filter::extend_bounds;
use super::query::Query;
use super::response::Response;
use crate::generator::Territory;

/// Modules with the parameters `near_*`. The others ignore them.
const NEAR_MODULES: [&str; 11] = [
    "trek",
    "tour",
    "poi",
    "service",
    "infrastructure",
    "signage",
    "touristiccontent",
    "touristicevent",
    "sensitivearea",
    "outdoor_site",
    "outdoor_course",
];
/// More modules with the parameters `dist` and `point`.
const DISTANCE_MODULES: [&str; 4] = ["touristicevent_place", "city", "district", "hdviewpoint"];
/// Parameters, and the modules of the objects that they name.
const PARAMETERS: [(&str, &str); 5] = [
    ("near_trek", "trek"),
    ("near_touristiccontent", "touristiccontent"),
    ("near_touristicevent", "touristicevent"),
    ("near_outdoorsite", "outdoor_site"),
    ("near_outdoorcourse", "outdoor_course"),
];
/// Modules whose objects are on the paths. Those near a trek are on its own paths: here, within [`ON_PATH_METRES`].
const ON_PATHS: [&str; 6] = ["trek", "tour", "poi", "service", "infrastructure", "signage"];
const ON_PATH_METRES: f64 = 50.0;
/// Geotrek's default distance of the others.
const NEAR_METRES: f64 = 500.0;

/// Longitude and latitude in degrees.
type Point = (f64, f64);

/// Keeps objects near a geometry.
pub(super) struct NearFilter {
    /// `None` if the object does not exist: nothing is near it then.
    shape: Option<Shape>,
    /// West, south, east and north of the objects that can be near.
    bounds: [f64; 4],
    metres: f64,
    /// The object itself, and objects that its editor excluded.
    excluded: BTreeSet<u64>,
}

impl NearFilter {
    pub(super) fn read(module: &str, query: &Query, territory: &Territory) -> Result<Vec<Self>, Response> {
        let mut all = Vec::new();
        let named = PARAMETERS.iter().filter(|_| NEAR_MODULES.contains(&module));
        for (parameter, of) in named {
            let Some(id) = query.id(parameter)? else { continue };
            let object = territory.module(of).iter().find(|object| object["id"] == id);
            let on_paths = *of == "trek" && ON_PATHS.contains(&module);
            let mut excluded = BTreeSet::new();
            if module == *of || (module == "tour" && *of == "trek") {
                excluded.insert(id);
            }
            if module == "poi" && *of == "trek" {
                excluded.extend(territory.excluded.get(&id).into_iter().flatten());
            }
            let shape = object.map(|object| Shape::read(&object["geometry"]));
            all.push(Self::new(shape, if on_paths { ON_PATH_METRES } else { NEAR_METRES }, excluded));
        }
        if let Some((point, metres)) =
            query.around()?.filter(|_| NEAR_MODULES.contains(&module) || DISTANCE_MODULES.contains(&module))
        {
            let shape = Some(Shape { lines: vec![vec![point]], is_area: false });
            all.push(Self::new(shape, metres, BTreeSet::new()));
        }
        Ok(all)
    }

    fn new(shape: Option<Shape>, metres: f64, excluded: BTreeSet<u64>) -> Self {
        let bounds = shape.as_ref().map_or([0.0; 4], |shape| shape.bounds(metres));
        Self { shape, bounds, metres, excluded }
    }

    pub(super) fn matches(&self, object: &Value) -> bool {
        let Some(shape) = &self.shape else { return false };
        if object["id"].as_u64().is_some_and(|id| self.excluded.contains(&id)) {
            return false;
        }
        let [west, south, east, north] = self.bounds;
        let mut own = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
        extend_bounds(&object["geometry"], &mut own);
        let intersects = own[0] <= east && own[2] >= west && own[1] <= north && own[3] >= south;
        intersects && shape.is_near(&Shape::read(&object["geometry"]), self.metres)
    }
}

/// Lines, of which some have one point only; the rings of an area.
struct Shape {
    lines: Vec<Vec<Point>>,
    is_area: bool,
}

impl Shape {
    fn read(geometry: &Value) -> Self {
        let mut shape = Self { lines: Vec::new(), is_area: false };
        shape.add(geometry);
        shape
    }

    fn add(&mut self, geometry: &Value) {
        for part in geometry["geometries"].as_array().into_iter().flatten() {
            self.add(part);
        }
        self.is_area |= geometry["type"].as_str().is_some_and(|kind| kind.ends_with("Polygon"));
        self.add_lines(&geometry["coordinates"]);
    }

    fn add_lines(&mut self, coordinates: &Value) {
        let Some(items) = coordinates.as_array() else { return };
        let line: Vec<Point> = items.iter().filter_map(point).collect();
        if let Some(point) = point(coordinates) {
            self.lines.push(vec![point]);
        } else if line.is_empty() {
            items.iter().for_each(|item| self.add_lines(item));
        } else {
            self.lines.push(line);
        }
    }

    /// The bounding box with a margin in metres on each side.
    fn bounds(&self, metres: f64) -> [f64; 4] {
        let points = self.lines.iter().flatten();
        let bounds = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
        let [west, south, east, north] =
            points.fold(bounds, |b, (x, y)| [b[0].min(*x), b[1].min(*y), b[2].max(*x), b[3].max(*y)]);
        let margin_lat = metres / METRES_PER_DEGREE;
        let margin_lon = margin_lat / north.abs().max(south.abs()).min(89.0).to_radians().cos();
        [west - margin_lon, south - margin_lat, east + margin_lon, north + margin_lat]
    }

    fn is_near(&self, other: &Self, metres: f64) -> bool {
        let contains = |shape: &Self, other: &Self| {
            let first = other.lines.first().and_then(|line| line.first());
            shape.is_area
                && first.is_some_and(|point| shape.lines.iter().filter(|ring| is_inside(ring, *point)).count() % 2 == 1)
        };
        if contains(self, other) || contains(other, self) {
            return true;
        }
        let [west, south, east, north] = other.bounds(metres);
        let segments = |line: &[Point]| -> Vec<(Point, Point)> {
            if line.len() == 1 {
                vec![(line[0], line[0])]
            } else {
                line.windows(2).map(|two| (two[0], two[1])).collect()
            }
        };
        let others: Vec<(Point, Point)> = other.lines.iter().flat_map(|line| segments(line)).collect();
        self.lines.iter().flat_map(|line| segments(line)).any(|segment| {
            let is_apart = segment.0.0.min(segment.1.0) > east
                || segment.0.0.max(segment.1.0) < west
                || segment.0.1.min(segment.1.1) > north
                || segment.0.1.max(segment.1.1) < south;
            !is_apart && others.iter().any(|other| distance(segment, *other) <= metres)
        })
    }
}

/// Metres of a degree of latitude.
const METRES_PER_DEGREE: f64 = 111_132.0;

fn point(value: &Value) -> Option<Point> {
    Some((value.get(0)?.as_f64()?, value.get(1)?.as_f64()?))
}

/// Whether a ray to the east crosses the ring an odd number of times.
fn is_inside(ring: &[Point], (x, y): Point) -> bool {
    let crossings = ring.windows(2).filter(|segment| {
        let ((ax, ay), (bx, by)) = (segment[0], segment[1]);
        (ay > y) != (by > y) && x < ax + (y - ay) / (by - ay) * (bx - ax)
    });
    crossings.count() % 2 == 1
}

/// The distance of two segments in metres, on the plane that touches the earth there.
fn distance(one: (Point, Point), other: (Point, Point)) -> f64 {
    let (x0, y0) = one.0;
    let cosine = y0.to_radians().cos();
    let project = |(x, y): Point| ((x - x0) * METRES_PER_DEGREE * cosine, (y - y0) * METRES_PER_DEGREE);
    let ((a, b), (c, d)) = ((project(one.0), project(one.1)), (project(other.0), project(other.1)));
    let turn = |p: Point, q: Point, r: Point| (q.0 - p.0) * (r.1 - p.1) - (q.1 - p.1) * (r.0 - p.0);
    let crosses = turn(a, b, c) * turn(a, b, d) < 0.0 && turn(c, d, a) * turn(c, d, b) < 0.0;
    if crosses {
        return 0.0;
    }
    point_distance(a, (c, d))
        .min(point_distance(b, (c, d)))
        .min(point_distance(c, (a, b)))
        .min(point_distance(d, (a, b)))
}

fn point_distance((x, y): Point, (a, b): (Point, Point)) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let square = dx * dx + dy * dy;
    let along = if square > 0.0 { (((x - a.0) * dx + (y - a.1) * dy) / square).clamp(0.0, 1.0) } else { 0.0 };
    (x - a.0 - along * dx).hypot(y - a.1 - along * dy)
}

#[cfg(test)]
mod tests {
    use super::{Shape, distance};
    use serde_json::json;

    #[test]
    fn distance_of_crossing_segments_is_zero() {
        let metres = distance(((6.0, 45.0), (6.0, 45.0)), ((6.01, 45.0), (6.02, 45.0)));
        assert!((metres - 785.8).abs() < 1.0, "{metres}");
        assert_eq!(distance(((6.0, 45.0), (6.1, 45.1)), ((6.0, 45.1), (6.1, 45.0))), 0.0);
        let aside = distance(((6.0, 45.0), (6.1, 45.0)), ((6.05, 45.001), (6.05, 45.002)));
        assert!((aside - 111.1).abs() < 0.1, "{aside}");
    }

    #[test]
    fn is_near_point_inside_area_is_true_and_in_hole_is_false() {
        let square = |half: f64| {
            [
                [6.0 - half, 45.0 - half],
                [6.0 + half, 45.0 - half],
                [6.0 + half, 45.0 + half],
                [6.0 - half, 45.0 + half],
                [6.0 - half, 45.0 - half],
            ]
        };
        let area = Shape::read(&json!({"type": "Polygon", "coordinates": [square(0.2)]}));
        let holed = Shape::read(&json!({"type": "Polygon", "coordinates": [square(0.2), square(0.1)]}));
        let point = Shape::read(
            &json!({"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [6.0, 45.0, 9.0]}]}),
        );
        assert!(area.is_near(&point, 500.0) && point.is_near(&area, 500.0));
        assert!(!holed.is_near(&point, 500.0) && holed.is_near(&point, 12_000.0));
    }
}
