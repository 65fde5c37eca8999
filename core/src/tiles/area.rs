//! The area of an offline map: a box, or a corridor along lines. A corridor is cut into short pieces, and each piece says
//! which rectangles of longitude and latitude are near it.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::line::{lon_step_deg, metres_per_degree};
use crate::model::{Bounds, Position};

use super::coord::MAX_LAT;

/// Maximum distance of a corridor from its line, metres.
pub const MAX_CORRIDOR_M: f64 = 100_000.0;
/// Longest piece, degrees of longitude or latitude: over it, the length of a degree changes little.
const MAX_PIECE_DEG: f64 = 0.1;
/// Maximum number of pieces: 100,000 degrees of line, or as many edges of tracks.
const MAX_PIECES: usize = 1_000_000;
/// A degree of latitude is nowhere shorter, metres.
const MIN_METRES_PER_DEGREE: f64 = 110_500.0;

/// The area of an offline map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MapArea {
    /// A box; it may cross the date line.
    Bounds(Bounds),
    /// Everything within a distance of lines, such as the line of a trek and of its stages.
    Corridor {
        /// The lines. An edge is straight in longitude and latitude, and crosses the date line if that is shorter.
        lines: Vec<Vec<Position>>,
        /// Distance to either side, metres on the ellipsoid, 0 to [`MAX_CORRIDOR_M`].
        distance_m: f64,
    },
}

/// A validated area, ready to be compared with tiles.
#[derive(Debug)]
pub(super) enum Shape {
    Bounds(Bounds),
    Pieces { pieces: Vec<Piece>, distance_m: f64 },
}

impl MapArea {
    /// Validates the area.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if a position is out of range, south is north of north, there is no position, the distance is
    /// out of range, or the lines are longer than a million pieces of 0.1 degrees.
    pub(super) fn shape(&self) -> Result<Shape> {
        match self {
            MapArea::Bounds(bounds) => {
                let corners = [Position::new(bounds.west, bounds.south), Position::new(bounds.east, bounds.north)];
                if !corners.iter().all(Position::is_valid) || bounds.south > bounds.north {
                    let rule = "must have longitudes within ±180° and latitudes within ±90°, south before north";
                    return Err(Error::invalid("area", rule));
                }
                Ok(Shape::Bounds(*bounds))
            }
            MapArea::Corridor { lines, distance_m } => {
                if !(0.0..=MAX_CORRIDOR_M).contains(distance_m) {
                    return Err(Error::invalid("distance_m", format!("must be 0 to {MAX_CORRIDOR_M} metres")));
                }
                let mut pieces = Vec::new();
                for line in lines {
                    add_pieces(line, *distance_m, &mut pieces)?;
                }
                if pieces.is_empty() {
                    return Err(Error::invalid("area", "must have at least one position"));
                }
                Ok(Shape::Pieces { pieces, distance_m: *distance_m })
            }
        }
    }
}

impl Shape {
    /// A box around the area, from west to east, between the northern and the southern end of Web Mercator. An area over the
    /// date line has all longitudes, because no header of an archive can express its box.
    pub(super) fn bounds(&self) -> Bounds {
        let (mut west, mut south, mut east, mut north) = match self {
            Shape::Bounds(bounds) => (bounds.west, bounds.south, bounds.east, bounds.north),
            Shape::Pieces { pieces, distance_m } => pieces
                .iter()
                .map(|piece| piece.bounds(*distance_m))
                .fold((f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY), |all, one| {
                    (all.0.min(one.0), all.1.min(one.1), all.2.max(one.2), all.3.max(one.3))
                }),
        };
        if west > east || west < -180.0 || east > 180.0 {
            (west, east) = (-180.0, 180.0);
        }
        (south, north) = (south.clamp(-MAX_LAT, MAX_LAT), north.clamp(-MAX_LAT, MAX_LAT));
        Bounds { west, south, east, north }
    }
}

/// A short piece of a line, and the metres of a degree around it.
///
/// The scales are the smallest ones between the latitudes that are within the distance of the piece. A path from the piece
/// that is no longer than the distance stays between these latitudes, so in the plane of the scales it is no longer than
/// on the ellipsoid: no rectangle within the distance is missed. One that is further away by a share of distance · tan φ / R,
/// R the Earth's radius, may be taken: 1 m at 1 km and 45°, and 1 % at 50 km.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    from: [f64; 2],
    to: [f64; 2],
    east_m: f64,
    north_m: f64,
}

impl Piece {
    fn new(from: [f64; 2], to: [f64; 2], distance_m: f64) -> Piece {
        let by_lat = distance_m / MIN_METRES_PER_DEGREE;
        let (south, north) = (from[1].min(to[1]) - by_lat, from[1].max(to[1]) + by_lat);
        let nearest_equator = if south <= 0.0 && north >= 0.0 { 0.0 } else { south.abs().min(north.abs()) };
        let (east_m, _) = metres_per_degree(south.abs().max(north.abs()));
        let (_, north_m) = metres_per_degree(nearest_equator);
        Piece { from, to, east_m, north_m }
    }

    /// West, south, east and north of all that is within the distance, not wrapped at the date line.
    fn bounds(&self, distance_m: f64) -> (f64, f64, f64, f64) {
        let (by_lon, by_lat) = (distance_m / self.east_m, distance_m / self.north_m);
        (
            self.from[0].min(self.to[0]) - by_lon,
            self.from[1].min(self.to[1]) - by_lat,
            self.from[0].max(self.to[0]) + by_lon,
            self.from[1].max(self.to[1]) + by_lat,
        )
    }

    /// True if a point of the rectangle is within the distance.
    pub(super) fn is_near(&self, rect: &Bounds, distance_m: f64) -> bool {
        let (west, south, east, north) = self.bounds(distance_m);
        if west > rect.east || east < rect.west || south > rect.north || north < rect.south {
            return false;
        }
        let scaled = |[lon, lat]: [f64; 2]| [lon * self.east_m, lat * self.north_m];
        let (from, to) = (scaled(self.from), scaled(self.to));
        let (min, max) = (scaled([rect.west, rect.south]), scaled([rect.east, rect.north]));
        if crosses(from, to, min, max) {
            return true;
        }
        // Two convex shapes that do not meet are nearest at a vertex of one of them.
        let distance2 = distance_m * distance_m;
        let corners = [min, [min[0], max[1]], [max[0], min[1]], max];
        [from, to].iter().any(|end| distance2_to_rect(*end, min, max) <= distance2)
            || corners.iter().any(|corner| distance2_to_segment(*corner, from, to) <= distance2)
    }
}

/// Cuts a line into pieces, each within a turn of the date line.
fn add_pieces(line: &[Position], distance_m: f64, pieces: &mut Vec<Piece>) -> Result<()> {
    if line.iter().any(|position| !position.is_valid()) {
        return Err(Error::invalid("area", "must have longitudes within ±180° and latitudes within ±90°"));
    }
    // Web Mercator has no tile beyond its last latitude; MapLibre draws what lies there at the edge.
    let vertex = |position: &Position| [position.lon, position.lat.clamp(-MAX_LAT, MAX_LAT)];
    let single = line.first().filter(|_| line.len() == 1).map(|only| (vertex(only), vertex(only)));
    let edges = line.windows(2).map(|edge| (vertex(&edge[0]), vertex(&edge[1])));
    for (from, to) in edges.chain(single) {
        let step = [lon_step_deg(from[0], to[0]), to[1] - from[1]];
        let count = (step[0].abs().max(step[1].abs()) / MAX_PIECE_DEG).ceil().max(1.0) as usize;
        if pieces.len() + 2 * count > MAX_PIECES {
            return Err(Error::invalid("area", "must have shorter lines"));
        }
        let at = |index: usize| {
            let share = index as f64 / count as f64;
            [from[0] + share * step[0], from[1] + share * step[1]]
        };
        for index in 0..count {
            let piece = Piece::new(at(index), at(index + 1), distance_m);
            // What lies over the date line is near tiles on the other side of the map.
            let (west, _, east, _) = piece.bounds(distance_m);
            for turn in [-360.0, 0.0, 360.0] {
                if west + turn <= 180.0 && east + turn >= -180.0 {
                    let turned = |[lon, lat]: [f64; 2]| [lon + turn, lat];
                    pieces.push(Piece { from: turned(piece.from), to: turned(piece.to), ..piece });
                }
            }
        }
    }
    Ok(())
}

/// True if a segment has a point in a rectangle (Liang and Barsky 1984).
fn crosses(from: [f64; 2], to: [f64; 2], min: [f64; 2], max: [f64; 2]) -> bool {
    let (mut start, mut end) = (0.0_f64, 1.0_f64);
    for axis in 0..2 {
        let step = to[axis] - from[axis];
        if step == 0.0 {
            if from[axis] < min[axis] || from[axis] > max[axis] {
                return false;
            }
        } else {
            let (a, b) = ((min[axis] - from[axis]) / step, (max[axis] - from[axis]) / step);
            start = start.max(a.min(b));
            end = end.min(a.max(b));
        }
    }
    start <= end
}

fn distance2_to_rect(point: [f64; 2], min: [f64; 2], max: [f64; 2]) -> f64 {
    let off = |axis: usize| (min[axis] - point[axis]).max(point[axis] - max[axis]).max(0.0);
    off(0).powi(2) + off(1).powi(2)
}

fn distance2_to_segment(point: [f64; 2], from: [f64; 2], to: [f64; 2]) -> f64 {
    let (step, off) = ([to[0] - from[0], to[1] - from[1]], [point[0] - from[0], point[1] - from[1]]);
    let length2 = (step[0] * step[0] + step[1] * step[1]).max(f64::MIN_POSITIVE);
    let share = ((off[0] * step[0] + off[1] * step[1]) / length2).clamp(0.0, 1.0);
    (off[0] - share * step[0]).powi(2) + (off[1] - share * step[1]).powi(2)
}
