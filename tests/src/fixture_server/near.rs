//! `near_trek` and its like, and `dist` with `point`: what lies near something. A real server asks its network of paths
//! what a trek shares them with, and measures the rest.

use std::collections::BTreeSet;

use serde_json::Value;

use super::filter::widen;
use super::query::Query;
use super::reply::Reply;
use crate::generator::Territory;

/// Modules that look at `near_*`; the others ignore it.
const LOOKING: [&str; 11] = [
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
/// Modules that look at `dist` and `point`, beside them.
const MEASURED: [&str; 4] = ["touristicevent_place", "city", "district", "hdviewpoint"];
/// The parameters and the module of what they name.
const NAMED: [(&str, &str); 5] = [
    ("near_trek", "trek"),
    ("near_touristiccontent", "touristiccontent"),
    ("near_touristicevent", "touristicevent"),
    ("near_outdoorsite", "outdoor_site"),
    ("near_outdoorcourse", "outdoor_course"),
];
/// Modules whose objects stand on the paths: near a trek are those on its own paths, which here are those so close.
const ON_PATHS: [&str; 6] = ["trek", "tour", "poi", "service", "infrastructure", "signage"];
const ON_PATH_METRES: f64 = 50.0;
/// Geotrek's default for everything else.
const NEAR_METRES: f64 = 500.0;

type Place = (f64, f64);

/// What objects must be near.
pub(super) struct Near {
    /// None when there is no such thing: then nothing is near it.
    shape: Option<Shape>,
    /// The box beyond which nothing is near it.
    bounds: [f64; 4],
    metres: f64,
    /// Itself, and those that are not its own though they are near.
    without: BTreeSet<u64>,
}

impl Near {
    pub(super) fn read(module: &str, query: &Query, territory: &Territory) -> Result<Vec<Self>, Reply> {
        let mut all = Vec::new();
        let named = NAMED.iter().filter(|_| LOOKING.contains(&module));
        for (parameter, of) in named {
            let Some(id) = query.id(parameter)? else { continue };
            let object = territory.module(of).iter().find(|object| object["id"] == id);
            let on_paths = *of == "trek" && ON_PATHS.contains(&module);
            let mut without = BTreeSet::new();
            if module == *of || (module == "tour" && *of == "trek") {
                without.insert(id);
            }
            if module == "poi" && *of == "trek" {
                without.extend(territory.excluded.get(&id).into_iter().flatten());
            }
            let shape = object.map(|object| Shape::read(&object["geometry"]));
            all.push(Self::new(shape, if on_paths { ON_PATH_METRES } else { NEAR_METRES }, without));
        }
        if let Some((place, metres)) =
            query.around()?.filter(|_| LOOKING.contains(&module) || MEASURED.contains(&module))
        {
            let shape = Some(Shape { lines: vec![vec![place]], filled: false });
            all.push(Self::new(shape, metres, BTreeSet::new()));
        }
        Ok(all)
    }

    fn new(shape: Option<Shape>, metres: f64, without: BTreeSet<u64>) -> Self {
        let bounds = shape.as_ref().map_or([0.0; 4], |shape| shape.bounds(metres));
        Self { shape, bounds, metres, without }
    }

    pub(super) fn keeps(&self, object: &Value) -> bool {
        let Some(shape) = &self.shape else { return false };
        if object["id"].as_u64().is_some_and(|id| self.without.contains(&id)) {
            return false;
        }
        let [west, south, east, north] = self.bounds;
        let mut own = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
        widen(&object["geometry"], &mut own);
        let meet = own[0] <= east && own[2] >= west && own[1] <= north && own[3] >= south;
        meet && shape.near(&Shape::read(&object["geometry"]), self.metres)
    }
}

/// Lines, single places among them; rings when they are filled.
struct Shape {
    lines: Vec<Vec<Place>>,
    filled: bool,
}

impl Shape {
    fn read(geometry: &Value) -> Self {
        let mut shape = Self { lines: Vec::new(), filled: false };
        shape.add(geometry);
        shape
    }

    fn add(&mut self, geometry: &Value) {
        for part in geometry["geometries"].as_array().into_iter().flatten() {
            self.add(part);
        }
        self.filled |= geometry["type"].as_str().is_some_and(|kind| kind.ends_with("Polygon"));
        self.lines(&geometry["coordinates"]);
    }

    fn lines(&mut self, coordinates: &Value) {
        let Some(items) = coordinates.as_array() else { return };
        let line: Vec<Place> = items.iter().filter_map(place).collect();
        if let Some(place) = place(coordinates) {
            self.lines.push(vec![place]);
        } else if line.is_empty() {
            items.iter().for_each(|item| self.lines(item));
        } else {
            self.lines.push(line);
        }
    }

    /// The box around it, with so many metres more on each side.
    fn bounds(&self, metres: f64) -> [f64; 4] {
        let places = self.lines.iter().flatten();
        let bounds = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
        let [west, south, east, north] =
            places.fold(bounds, |b, (x, y)| [b[0].min(*x), b[1].min(*y), b[2].max(*x), b[3].max(*y)]);
        let up = metres / DEGREE;
        let aside = up / north.abs().max(south.abs()).min(89.0).to_radians().cos();
        [west - aside, south - up, east + aside, north + up]
    }

    fn near(&self, other: &Self, metres: f64) -> bool {
        let within = |shape: &Self, of: &Self| {
            let first = of.lines.first().and_then(|line| line.first());
            shape.filled
                && first.is_some_and(|place| shape.lines.iter().filter(|ring| inside(ring, *place)).count() % 2 == 1)
        };
        if within(self, other) || within(other, self) {
            return true;
        }
        let [west, south, east, north] = other.bounds(metres);
        let sides = |line: &[Place]| -> Vec<(Place, Place)> {
            if line.len() == 1 {
                vec![(line[0], line[0])]
            } else {
                line.windows(2).map(|two| (two[0], two[1])).collect()
            }
        };
        let theirs: Vec<(Place, Place)> = other.lines.iter().flat_map(|line| sides(line)).collect();
        self.lines.iter().flat_map(|line| sides(line)).any(|side| {
            let apart = side.0.0.min(side.1.0) > east
                || side.0.0.max(side.1.0) < west
                || side.0.1.min(side.1.1) > north
                || side.0.1.max(side.1.1) < south;
            !apart && theirs.iter().any(|their| between(side, *their) <= metres)
        })
    }
}

/// The metres of a degree of latitude.
const DEGREE: f64 = 111_132.0;

fn place(value: &Value) -> Option<Place> {
    Some((value.get(0)?.as_f64()?, value.get(1)?.as_f64()?))
}

fn inside(ring: &[Place], (x, y): Place) -> bool {
    let crossings = ring.windows(2).filter(|side| {
        let ((ax, ay), (bx, by)) = (side[0], side[1]);
        (ay > y) != (by > y) && x < ax + (y - ay) / (by - ay) * (bx - ax)
    });
    crossings.count() % 2 == 1
}

/// The metres between two sides, on a plane that touches the earth there.
fn between(one: (Place, Place), other: (Place, Place)) -> f64 {
    let (x0, y0) = one.0;
    let narrow = y0.to_radians().cos();
    let flat = |(x, y): Place| ((x - x0) * DEGREE * narrow, (y - y0) * DEGREE);
    let ((a, b), (c, d)) = ((flat(one.0), flat(one.1)), (flat(other.0), flat(other.1)));
    let turn = |p: Place, q: Place, r: Place| (q.0 - p.0) * (r.1 - p.1) - (q.1 - p.1) * (r.0 - p.0);
    let crossing = turn(a, b, c) * turn(a, b, d) < 0.0 && turn(c, d, a) * turn(c, d, b) < 0.0;
    if crossing {
        return 0.0;
    }
    to_side(a, (c, d)).min(to_side(b, (c, d))).min(to_side(c, (a, b))).min(to_side(d, (a, b)))
}

fn to_side((x, y): Place, (a, b): (Place, Place)) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let square = dx * dx + dy * dy;
    let along = if square > 0.0 { (((x - a.0) * dx + (y - a.1) * dy) / square).clamp(0.0, 1.0) } else { 0.0 };
    (x - a.0 - along * dx).hypot(y - a.1 - along * dy)
}

#[cfg(test)]
mod tests {
    use super::{Shape, between};
    use serde_json::json;

    #[test]
    fn sides_are_measured_and_cross() {
        let metres = between(((6.0, 45.0), (6.0, 45.0)), ((6.01, 45.0), (6.02, 45.0)));
        assert!((metres - 785.8).abs() < 1.0, "{metres}");
        assert_eq!(between(((6.0, 45.0), (6.1, 45.1)), ((6.0, 45.1), (6.1, 45.0))), 0.0);
        let aside = between(((6.0, 45.0), (6.1, 45.0)), ((6.05, 45.001), (6.05, 45.002)));
        assert!((aside - 111.1).abs() < 0.1, "{aside}");
    }

    #[test]
    fn a_place_inside_an_outline_is_near_it_and_one_in_its_hole_is_not() {
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
        assert!(area.near(&point, 500.0) && point.near(&area, 500.0));
        assert!(!holed.near(&point, 500.0) && holed.near(&point, 12_000.0));
    }
}
