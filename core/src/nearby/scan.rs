//! Measuring a handful of geometries one by one, where no index stands and none would pay. The answers are the index's own.

use super::build::{corners, run_on, runs};
use super::edge::Asker;
use super::ellipsoid::{LEAST_RADIUS_M, point};
use super::index::{Neighbor, check, check_metres, way_to};
use super::part::{Candidate, is_inside, is_nearer, measure_edges, measure_place};
use super::vertices::Place;
use crate::error::Result;
use crate::model::{Bounds, Geometry, Kind, Position};

/// Somebody who asks how far things are.
#[derive(Debug, Clone)]
pub struct LinearScan {
    asker: Asker,
    line: Vec<Place>,
}

impl LinearScan {
    /// From a position; what is further than `max_distance_m` is of no interest.
    pub fn new(from: Position, max_distance_m: Option<f64>) -> Result<LinearScan> {
        check(from)?;
        max_distance_m.map_or(Ok(()), check_metres)?;
        Ok(LinearScan { asker: Asker::new(from.lon, from.lat), line: Vec::new() })
    }

    /// The nearest place of a geometry; none where all of it is further than so many metres, or nowhere on the Earth.
    pub fn measure(&mut self, key: u64, kind: Kind, geometry: &Geometry, furthest_m: f64) -> Option<Neighbor> {
        let mut nearest = Nearest { furthest_m, found: None };
        self.look(geometry, &mut nearest);
        let found = nearest.found?;
        let (bearing_deg, point) = way_to(&self.asker, &found);
        Some(Neighbor { key, kind, distance_m: found.metres, bearing_deg, point })
    }

    /// Metres that nothing within a box of longitudes and latitudes undercuts. On the ellipsoid no way is shorter than on a
    /// sphere of its least radius; there the meridian of a box's side is as far as the arc whose sine is the cosine of the
    /// latitude times the sine of the longitudes' difference.
    pub fn least_m(&self, bounds: &Bounds) -> f64 {
        let Asker { lon, lat, .. } = self.asker;
        let by_lat = (bounds.south - lat).max(lat - bounds.north).max(0.0).to_radians();
        // A line that jumps over the date line lies where its box is not.
        let by_lon = if bounds.east - bounds.west > 180.0 || lon >= bounds.west && lon <= bounds.east {
            0.0
        } else {
            (bounds.west - lon).rem_euclid(360.0).min((lon - bounds.east).rem_euclid(360.0)).min(90.0).to_radians()
        };
        let to_meridian = (lat.to_radians().cos() * by_lon.sin()).clamp(0.0, 1.0).asin();
        // Rounding is far below a millimetre.
        (LEAST_RADIUS_M * by_lat.max(to_meridian) - 1e-3).max(0.0)
    }

    fn look(&mut self, geometry: &Geometry, nearest: &mut Nearest) {
        match geometry {
            Geometry::Point(position) => self.look_at_place(*position, nearest),
            Geometry::MultiPoint(positions) => positions.iter().for_each(|p| self.look_at_place(*p, nearest)),
            Geometry::LineString(line) => self.look_along(line, nearest),
            Geometry::MultiLineString(lines) => lines.iter().for_each(|line| self.look_along(line, nearest)),
            Geometry::Polygon(rings) => self.look_into(rings, nearest),
            Geometry::MultiPolygon(polygons) => polygons.iter().for_each(|rings| self.look_into(rings, nearest)),
            Geometry::GeometryCollection(parts) => parts.iter().for_each(|part| self.look(part, nearest)),
        }
    }

    fn look_at_place(&self, position: Position, nearest: &mut Nearest) {
        if position.is_valid() {
            let there = point(position.lon, position.lat);
            nearest.take(measure_place(&self.asker, 0, (position.lon, position.lat), there));
        }
    }

    fn look_along(&mut self, line: &[Position], nearest: &mut Nearest) {
        run_on(line, &mut self.line);
        if let [only] = self.line[..] {
            nearest.take(measure_place(&self.asker, 0, only, point(only.0, only.1)));
        }
        for vertices in runs(&self.line) {
            measure_edges(&self.asker, 0, vertices, nearest.furthest_m)
                .into_iter()
                .for_each(|found| nearest.take(found));
        }
    }

    fn look_into(&mut self, rings: &[Vec<Position>], nearest: &mut Nearest) {
        let mut kept: Vec<Vec<Place>> = Vec::with_capacity(rings.len());
        for ring in rings {
            self.look_along(ring, nearest);
            if self.line.len() > 1 {
                kept.push(self.line.clone());
            }
        }
        let Some(outer) = kept.first() else { return };
        let (lower, upper) = corners(outer);
        let here = (self.asker.lon, self.asker.lat);
        if is_inside(here, lower, upper, || kept.iter().map(|ring| ring.iter().copied())) {
            nearest.take(Candidate { metres: 0.0, feature: 0, place: here, there: self.asker.here });
        }
    }
}

struct Nearest {
    furthest_m: f64,
    found: Option<Candidate>,
}

impl Nearest {
    fn take(&mut self, found: Candidate) {
        let is_better = self.found.as_ref().is_none_or(|known| is_nearer(&found, known));
        if found.metres <= self.furthest_m && is_better {
            self.furthest_m = found.metres;
            self.found = Some(found);
        }
    }
}
