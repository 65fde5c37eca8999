//! What is near, from the file's own R-tree: a window that grows until nothing outside can be nearer. For the first
//! questions of a new process, until the index in memory stands; the answers are the same.

use super::Companion;
use super::index::Indexing;
use crate::error::{Error, Result};
use crate::model::{Bounds, Id, Kind, Position};
use crate::nearby::Found;

const FIRST_M: f64 = 1_000.0;
const GROWTH: f64 = 3.0;
const HALF_EARTH_M: f64 = 20_100_000.0;
/// Less than a degree of latitude has anywhere on the ellipsoid.
const METRES_PER_DEGREE: f64 = 110_500.0;

impl Companion {
    pub(super) fn find_in_file(
        &self,
        from: Position,
        within_m: Option<f64>,
        limit: usize,
        kinds: &[Kind],
        territory: Option<i64>,
        accept: impl Fn(i64, Kind, Id) -> bool,
    ) -> Result<Vec<(i64, Id, Found)>> {
        if !from.is_valid() {
            return Err(Error::invalid("position", "longitude from -180 to 180 and latitude from -90 to 90 degrees"));
        }
        let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| kinds.is_empty() || kinds.contains(kind)).collect();
        let mut metres = within_m.unwrap_or(FIRST_M);
        loop {
            let mut there = Indexing::default();
            let mut count = 0;
            if metres.is_finite() {
                for kind in &kinds {
                    for (territory, id, geometry) in
                        self.catalogue.geometries_in(territory, *kind, &window(from, metres))?
                    {
                        if accept(territory, *kind, id) {
                            there.add(territory, *kind, id, &geometry);
                            count += 1;
                        }
                    }
                }
            }
            let is_whole = within_m.is_some() || metres >= HALF_EARTH_M;
            if is_whole || count >= limit {
                let found = there.finish().find(from, within_m, limit, |_, _, _| true)?;
                let last = found.last().map_or(f64::INFINITY, |(_, _, last)| last.distance_m);
                if is_whole || (found.len() >= limit && last <= metres) {
                    return Ok(found);
                }
            }
            metres = (metres * GROWTH).min(HALF_EARTH_M);
        }
    }
}

/// A box that holds everything within so many metres.
fn window(from: Position, metres: f64) -> Bounds {
    let by_lat = metres / METRES_PER_DEGREE;
    let (south, north) = ((from.lat - by_lat).max(-90.0), (from.lat + by_lat).min(90.0));
    let furthest = south.abs().max(north.abs());
    let by_lon = if furthest < 89.0 { by_lat / furthest.to_radians().cos() } else { 180.0 };
    if by_lon >= 180.0 {
        return Bounds { west: -180.0, south, east: 180.0, north };
    }
    let turned = |lon: f64| (lon + 180.0).rem_euclid(360.0) - 180.0;
    Bounds { west: turned(from.lon - by_lon), south, east: turned(from.lon + by_lon), north }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_hold_what_they_should_at_the_date_line_and_the_pole() {
        let over = window(Position::new(179.9, -17.0), 50_000.0);
        assert!(over.west > over.east && over.contains(Position::new(-179.9, -17.0)));
        let pole = window(Position::new(0.0, 89.5), 1_000.0);
        assert!(pole.contains(Position::new(180.0, 89.5)));
        let here = window(Position::new(6.0, 45.0), 1_000.0);
        assert!(here.contains(Position::new(6.012, 45.008)) && !here.contains(Position::new(6.1, 45.0)));
    }
}
