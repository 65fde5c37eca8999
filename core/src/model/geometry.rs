use serde::{Deserialize, Serialize};

/// A place on WGS84: longitude and latitude in degrees, elevation in metres above sea level where it is known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// Degrees east, −180 to 180.
    pub lon: f64,
    /// Degrees north, −90 to 90.
    pub lat: f64,
    /// Metres above sea level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elevation: Option<f64>,
}

impl Position {
    /// A position without elevation. Order: longitude, latitude.
    pub const fn new(lon: f64, lat: f64) -> Self {
        Position { lon, lat, elevation: None }
    }

    /// Whether both coordinates are finite and in range.
    pub fn is_valid(&self) -> bool {
        (-180.0..=180.0).contains(&self.lon) && (-90.0..=90.0).contains(&self.lat)
    }
}

/// A box of longitudes and latitudes in degrees. `west > east` means that it crosses the date line.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// Western edge, degrees east.
    pub west: f64,
    /// Southern edge, degrees north.
    pub south: f64,
    /// Eastern edge, degrees east.
    pub east: f64,
    /// Northern edge, degrees north.
    pub north: f64,
}

impl Bounds {
    /// Whether a position lies inside or on the edge.
    pub fn contains(&self, position: Position) -> bool {
        let across = self.west > self.east;
        let by_lon = if across {
            position.lon >= self.west || position.lon <= self.east
        } else {
            (self.west..=self.east).contains(&position.lon)
        };
        by_lon && (self.south..=self.north).contains(&position.lat)
    }

    /// The box that holds both, neither of which crosses the date line.
    pub fn union(&self, other: &Bounds) -> Bounds {
        Bounds {
            west: self.west.min(other.west),
            south: self.south.min(other.south),
            east: self.east.max(other.east),
            north: self.north.max(other.north),
        }
    }

    /// Whether the two boxes share a point. Either may cross the date line.
    pub fn intersects(&self, other: &Bounds) -> bool {
        let spans =
            |b: &Bounds| if b.west > b.east { vec![(b.west, 180.0), (-180.0, b.east)] } else { vec![(b.west, b.east)] };
        let by_lon = spans(self).iter().any(|a| spans(other).iter().any(|b| a.0 <= b.1 && b.0 <= a.1));
        by_lon && self.south <= other.north && other.south <= self.north
    }
}

/// A geometry in longitude and latitude, as GeoJSON has them. An edge is straight in longitude and latitude (RFC 7946).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Geometry {
    /// One place.
    Point(Position),
    /// Several places.
    MultiPoint(Vec<Position>),
    /// One line.
    LineString(Vec<Position>),
    /// Several lines.
    MultiLineString(Vec<Vec<Position>>),
    /// An outer ring and its holes, each closed.
    Polygon(Vec<Vec<Position>>),
    /// Several polygons.
    MultiPolygon(Vec<Vec<Vec<Position>>>),
    /// Anything together.
    GeometryCollection(Vec<Geometry>),
}

impl Geometry {
    /// The name that GeoJSON and GeoPackage share, in GeoJSON's spelling.
    pub fn type_name(&self) -> &'static str {
        match self {
            Geometry::Point(_) => "Point",
            Geometry::MultiPoint(_) => "MultiPoint",
            Geometry::LineString(_) => "LineString",
            Geometry::MultiLineString(_) => "MultiLineString",
            Geometry::Polygon(_) => "Polygon",
            Geometry::MultiPolygon(_) => "MultiPolygon",
            Geometry::GeometryCollection(_) => "GeometryCollection",
        }
    }

    /// Calls `visit` with each position, in order.
    pub fn for_each_position(&self, visit: &mut impl FnMut(Position)) {
        match self {
            Geometry::Point(position) => visit(*position),
            Geometry::MultiPoint(positions) | Geometry::LineString(positions) => {
                positions.iter().for_each(|p| visit(*p))
            }
            Geometry::MultiLineString(lines) | Geometry::Polygon(lines) => {
                lines.iter().flatten().for_each(|p| visit(*p))
            }
            Geometry::MultiPolygon(polygons) => polygons.iter().flatten().flatten().for_each(|p| visit(*p)),
            Geometry::GeometryCollection(parts) => parts.iter().for_each(|part| part.for_each_position(visit)),
        }
    }

    /// The first position, if there is one.
    pub fn first_position(&self) -> Option<Position> {
        match self {
            Geometry::Point(position) => Some(*position),
            Geometry::MultiPoint(positions) | Geometry::LineString(positions) => positions.first().copied(),
            Geometry::MultiLineString(lines) | Geometry::Polygon(lines) => lines.iter().flatten().next().copied(),
            Geometry::MultiPolygon(polygons) => polygons.iter().flatten().flatten().next().copied(),
            Geometry::GeometryCollection(parts) => parts.iter().find_map(Geometry::first_position),
        }
    }

    /// How many positions it has.
    pub fn vertex_count(&self) -> usize {
        let mut count = 0;
        self.for_each_position(&mut |_| count += 1);
        count
    }

    /// Whether any position carries an elevation.
    pub fn has_elevation(&self) -> bool {
        let mut found = false;
        self.for_each_position(&mut |position| found |= position.elevation.is_some());
        found
    }

    /// The box of its positions; `None` when it has none. Positions are taken as they are: a geometry that crosses the
    /// date line is the caller's to split (RFC 7946, 3.1.9).
    pub fn bounds(&self) -> Option<Bounds> {
        let mut bounds: Option<Bounds> = None;
        self.for_each_position(&mut |p| {
            let b = bounds.get_or_insert(Bounds { west: p.lon, south: p.lat, east: p.lon, north: p.lat });
            b.west = b.west.min(p.lon);
            b.south = b.south.min(p.lat);
            b.east = b.east.max(p.lon);
            b.north = b.north.max(p.lat);
        });
        bounds
    }

    /// Whether a point or an edge of it lies in a box, or touches it. An area that holds the whole box is not asked for its
    /// inside. Edges are straight in longitude and latitude.
    pub fn meets(&self, bounds: &Bounds) -> bool {
        match self {
            Geometry::Point(position) => bounds.contains(*position),
            Geometry::MultiPoint(positions) => positions.iter().any(|position| bounds.contains(*position)),
            Geometry::LineString(line) => line_meets(line, bounds),
            Geometry::MultiLineString(lines) | Geometry::Polygon(lines) => {
                lines.iter().any(|line| line_meets(line, bounds))
            }
            Geometry::MultiPolygon(polygons) => polygons.iter().flatten().any(|ring| line_meets(ring, bounds)),
            Geometry::GeometryCollection(parts) => parts.iter().any(|part| part.meets(bounds)),
        }
    }

    /// The lines in it, in order: a line string is one, a polygon none.
    pub fn lines(&self) -> Vec<&[Position]> {
        match self {
            Geometry::LineString(line) => vec![line.as_slice()],
            Geometry::MultiLineString(lines) => lines.iter().map(Vec::as_slice).collect(),
            Geometry::GeometryCollection(parts) => parts.iter().flat_map(Geometry::lines).collect(),
            _ => Vec::new(),
        }
    }
}

fn line_meets(line: &[Position], bounds: &Bounds) -> bool {
    line.iter().any(|position| bounds.contains(*position)) || line.windows(2).any(|edge| edge_meets(edge, bounds))
}

/// Clips an edge by the box's sides (Liang and Barsky, 1984). Of a box over the date line each half is asked.
fn edge_meets(edge: &[Position], bounds: &Bounds) -> bool {
    if bounds.west > bounds.east {
        let (west, east) = (Bounds { east: 180.0, ..*bounds }, Bounds { west: -180.0, ..*bounds });
        return edge_meets(edge, &west) || edge_meets(edge, &east);
    }
    let (from, to) = (edge[0], edge[1]);
    let (dx, dy) = (to.lon - from.lon, to.lat - from.lat);
    let sides = [
        (-dx, from.lon - bounds.west),
        (dx, bounds.east - from.lon),
        (-dy, from.lat - bounds.south),
        (dy, bounds.north - from.lat),
    ];
    let (mut enters, mut leaves) = (0.0_f64, 1.0_f64);
    for (across, inside) in sides {
        if across == 0.0 {
            if inside < 0.0 {
                return false;
            }
        } else if across < 0.0 {
            enters = enters.max(inside / across);
        } else {
            leaves = leaves.min(inside / across);
        }
    }
    enters <= leaves
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_may_cross_the_date_line() {
        let fiji = Bounds { west: 177.0, south: -20.0, east: -178.0, north: -15.0 };
        assert!(fiji.contains(Position::new(179.0, -17.0)));
        assert!(fiji.contains(Position::new(-179.0, -17.0)));
        assert!(!fiji.contains(Position::new(0.0, -17.0)));
        assert!(fiji.intersects(&Bounds { west: -180.0, south: -30.0, east: -179.0, north: 0.0 }));
        assert!(!fiji.intersects(&Bounds { west: 0.0, south: -30.0, east: 10.0, north: 0.0 }));
    }

    #[test]
    fn an_edge_may_cross_a_box_without_a_corner_in_it() {
        let line = |points: &[(f64, f64)]| {
            Geometry::LineString(points.iter().map(|(lon, lat)| Position::new(*lon, *lat)).collect())
        };
        let square = Bounds { west: 0.0, south: 0.0, east: 1.0, north: 1.0 };
        assert!(line(&[(-1.0, 0.5), (2.0, 0.5)]).meets(&square));
        assert!(line(&[(-0.5, 0.5), (0.5, 1.5)]).meets(&square), "it touches the corner");
        assert!(!line(&[(-0.6, 0.5), (0.5, 1.6)]).meets(&square));
        assert!(!line(&[(2.0, 0.0), (2.0, 1.0)]).meets(&square));
        assert!(Geometry::Point(Position::new(1.0, 1.0)).meets(&square));
    }
}
