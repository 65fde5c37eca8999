//! The objects near a position, from the R-trees in the catalogue's file: for the first queries of a new process, until the
//! index in memory is built. The answers are the same.

use super::Companion;
use crate::error::Result;
use crate::id::{ObjectKey, TerritoryId};
use crate::model::{Id, Kind, Position};
use crate::nearby::{LinearScan, MAX_DISTANCE_M, Neighbor};

/// Half side of the first window.
const FIRST_WINDOW_M: f64 = 1_000.0;
const GROWTH: f64 = 2.0;
/// After a window of this size comes the whole Earth: few territories are larger.
const LAST_WINDOW_M: f64 = 200_000.0;

impl Companion {
    /// The nearest `limit` objects (0 for all) within `max_distance_m`, by windows that grow until nothing outside can be
    /// nearer: territory, id, and where it was found.
    pub(super) fn nearest_from_disk(
        &self,
        from: Position,
        max_distance_m: Option<f64>,
        limit: usize,
        kinds: &[Kind],
        accept: impl Fn(TerritoryId, ObjectKey) -> bool,
    ) -> Result<Vec<(TerritoryId, Id, Neighbor)>> {
        let scan = LinearScan::new(from, max_distance_m)?;
        let max_distance_m = max_distance_m.unwrap_or(MAX_DISTANCE_M);
        let mut window_m = if limit == 0 { max_distance_m } else { FIRST_WINDOW_M.min(max_distance_m) };
        loop {
            let found = self.nearest_in_window(&scan, window_m, limit, kinds, &accept)?;
            if window_m >= max_distance_m || limit > 0 && found.len() >= limit {
                return Ok(found);
            }
            window_m = if window_m < LAST_WINDOW_M { (GROWTH * window_m).min(max_distance_m) } else { max_distance_m };
        }
    }

    /// The nearest `limit` objects (0 for all) no further than `window_m`.
    fn nearest_in_window(
        &self,
        scan: &LinearScan,
        window_m: f64,
        limit: usize,
        kinds: &[Kind],
        accept: impl Fn(TerritoryId, ObjectKey) -> bool,
    ) -> Result<Vec<(TerritoryId, Id, Neighbor)>> {
        let bounds = scan.window(window_m);
        let mut best: Vec<(TerritoryId, Id, Neighbor)> = Vec::new();
        let mut limit_m = window_m;
        for kind in Kind::ALL.into_iter().filter(|kind| kinds.is_empty() || kinds.contains(kind)) {
            let accept = |territory, id| accept(territory, ObjectKey::new(kind, id));
            self.catalogue.visit_geometries_in(kind, &bounds, accept, |territory, id, geometry| {
                let Some(found) = scan.measure(0, kind, &geometry, limit_m) else { return };
                // Those equally far come by kind, then in the order of the file, as from memory.
                let rank = |found: &Neighbor| (found.distance_m, found.kind);
                let place = best.partition_point(|(_, _, other)| rank(other) <= rank(&found));
                best.insert(place, (territory, id, found));
                if limit > 0 && best.len() >= limit {
                    best.truncate(limit);
                    limit_m = best[limit - 1].2.distance_m;
                }
            })?;
        }
        Ok(best)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Directories;
    use crate::catalogue::NewTerritory;
    use crate::model::{Geometry, Poi, SensitiveArea, Trek};

    fn place() -> impl Strategy<Value = (f64, f64)> {
        prop_oneof![
            4 => (5.9..6.1, 44.9..45.1),
            1 => (-180.0..=180.0, -90.0..=90.0),
            1 => (prop_oneof![179.9..=180.0, -180.0..=-179.9], -1.0..1.0),
            1 => Just((6.0, 45.0)),
        ]
    }

    fn line() -> impl Strategy<Value = Vec<Position>> {
        (place(), prop::collection::vec((-0.1..0.1, -0.1..0.1), 1..40)).prop_map(|((lon, lat), steps)| {
            let wrap = |lon: f64| (lon + 180.0).rem_euclid(360.0) - 180.0;
            steps.iter().map(|(x, y)| Position::new(wrap(lon + x), f64::clamp(lat + y, -90.0, 90.0))).collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, rng_seed: prop::test_runner::RngSeed::Fixed(20_260_002), ..ProptestConfig::default() })]

        /// Enough POIs for an R-tree of several levels.
        #[test]
        fn file_answers_as_the_index(
            pois in prop::collection::vec(place(), 0..300), lines in prop::collection::vec(line(), 0..20),
            rings in prop::collection::vec(line(), 0..10), from in place(), limit in 1_usize..30, metres in 0.0..50_000.0
        ) {
            let folder = tempfile::tempdir().unwrap();
            let companion = Companion::open(&Directories::within(folder.path())).unwrap();
            let new = NewTerritory { name: "park".into(), url: "https://park.example".into(), ..NewTerritory::default() };
            let territory = companion.add_territory(&new).unwrap();
            companion.catalogue().write(|change| {
                for (id, (lon, lat)) in (0..).zip(&pois) {
                    let geometry = Some(Geometry::point(Position::new(*lon, *lat)));
                    change.put(&territory, Poi { id, geometry, ..Poi::default() }.into())?;
                }
                for (id, line) in (0..).zip(lines) {
                    // Every third is a stage that is listed nowhere: it must not be found.
                    let (published, parents) = if id % 3 == 2 { (vec![], vec![1]) } else { (vec!["fr".to_owned()], vec![]) };
                    let geometry = Some(Geometry::line_string(line));
                    change.put(&territory, Trek { id, published, parents, geometry, ..Trek::default() }.into())?;
                }
                for (id, mut ring) in (0..).zip(rings) {
                    ring.push(ring[0]);
                    let geometry = Some(Geometry::polygon([ring]));
                    change.put(&territory, SensitiveArea { id, geometry, ..SensitiveArea::default() }.into())?;
                }
                Ok(())
            }).unwrap();
            companion.warm_up().unwrap();
            let index = companion.snapshot().unwrap().unwrap();
            let from = Position::new(from.0, from.1);
            let accept = |_: TerritoryId, object: ObjectKey| object.kind != Kind::Poi || object.id % 7 != 0;
            let seen = |found: Vec<(TerritoryId, Id, Neighbor)>| -> Vec<_> {
                found.into_iter().map(|(territory, id, f)| (territory, f.kind, id, f.distance_m, f.bearing_deg, f.point)).collect()
            };
            for within in [None, Some(metres)] {
                let mut known = index.find(from, within, limit, accept).unwrap();
                known.truncate(limit);
                let told = companion.nearest_from_disk(from, within, limit, &[], accept).unwrap();
                prop_assert_eq!(seen(told), seen(known));
            }
            let all = companion.nearest_from_disk(from, Some(metres), 0, &[Kind::Trek], accept).unwrap();
            let known = index.find(from, Some(metres), 0, |_, object| object.kind == Kind::Trek).unwrap();
            prop_assert_eq!(seen(all), seen(known));
        }
    }
}
