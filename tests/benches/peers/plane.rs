use geo_types::{LineString, Polygon};
use jalon::model::Geometry;

/// Half axis and squared eccentricity of WGS84.
const A: f64 = 6_378_137.0;
const E2: f64 = 0.006_694_379_990_141_316;

/// A flat map in metres that is right at one latitude.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plane {
    by_lon: f64,
    by_lat: f64,
}

impl Plane {
    pub(crate) fn at(lat: f64) -> Plane {
        let (sin, cos) = lat.to_radians().sin_cos();
        let w2 = 1.0 - E2 * sin * sin;
        let n = A / w2.sqrt();
        Plane { by_lon: (n * cos).to_radians(), by_lat: (n * (1.0 - E2) / w2).to_radians() }
    }

    pub(crate) fn place(&self, lon: f64, lat: f64) -> [f64; 2] {
        [lon * self.by_lon, lat * self.by_lat]
    }

    /// Longitude and latitude of a place of the map.
    pub(crate) fn back(&self, place: [f64; 2]) -> (f64, f64) {
        (place[0] / self.by_lon, place[1] / self.by_lat)
    }
}

/// A geometry as its lines; a place is a line of one vertex, an area is closed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shape {
    pub(crate) is_area: bool,
    pub(crate) lines: Vec<Vec<[f64; 2]>>,
}

impl Shape {
    /// In longitude and latitude.
    pub(crate) fn of(geometry: &Geometry) -> Shape {
        let line = |line: &LineString| line.coords().map(|coord| [coord.x, coord.y]).collect();
        let rings = |polygon: &Polygon| -> Vec<Vec<[f64; 2]>> {
            std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(line).collect()
        };
        let (is_area, lines) = match geometry.as_geo() {
            geo_types::Geometry::Point(point) => (false, vec![vec![[point.x(), point.y()]]]),
            geo_types::Geometry::Polygon(polygon) => (true, rings(polygon)),
            geo_types::Geometry::MultiPolygon(polygons) => (true, polygons.iter().flat_map(rings).collect()),
            _ => {
                let lines = geometry.lines().into_iter();
                (false, lines.map(|line| line.iter().map(|position| [position.lon, position.lat]).collect()).collect())
            }
        };
        Shape { is_area, lines }
    }

    /// The same on a map.
    pub(crate) fn on(&self, plane: &Plane) -> Shape {
        let lines = self.lines.iter().map(|line| line.iter().map(|p| plane.place(p[0], p[1])).collect()).collect();
        Shape { is_area: self.is_area, lines }
    }

    /// West, south, east, north.
    pub(crate) fn bounds(&self) -> [f64; 4] {
        let start = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        self.lines.iter().flatten().fold(start, |[west, south, east, north], [x, y]| {
            [west.min(*x), south.min(*y), east.max(*x), north.max(*y)]
        })
    }

    /// The squared distance to the nearest point, and that point; the shape lies on the map of `from`.
    pub(crate) fn nearest(&self, from: [f64; 2]) -> (f64, [f64; 2]) {
        let mut best = (f64::INFINITY, from);
        let mut inside = false;
        for line in &self.lines {
            if let [only] = line.as_slice() {
                let off2 = squared(*only, from);
                if off2 < best.0 {
                    best = (off2, *only);
                }
            }
            for edge in line.windows(2) {
                let found = on_edge(from, edge[0], edge[1]);
                if found.0 < best.0 {
                    best = found;
                }
                inside ^= crosses(from, edge[0], edge[1]);
            }
        }
        if self.is_area && inside { (0.0, from) } else { best }
    }
}

/// Whether the way east from a place crosses an edge.
pub(crate) fn crosses(from: [f64; 2], a: [f64; 2], b: [f64; 2]) -> bool {
    (a[1] > from[1]) != (b[1] > from[1]) && from[0] < a[0] + (from[1] - a[1]) / (b[1] - a[1]) * (b[0] - a[0])
}

pub(crate) fn on_edge(from: [f64; 2], a: [f64; 2], b: [f64; 2]) -> (f64, [f64; 2]) {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let length2 = dx * dx + dy * dy;
    let along = if length2 == 0.0 { 0.0 } else { ((from[0] - a[0]) * dx + (from[1] - a[1]) * dy) / length2 };
    let along = along.clamp(0.0, 1.0);
    let place = [a[0] + along * dx, a[1] + along * dy];
    (squared(place, from), place)
}

fn squared(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)
}
