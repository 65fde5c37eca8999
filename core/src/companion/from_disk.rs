//! What is near, from the file's own R-trees: for the first questions of a new process, until the index in memory stands.
//! The answers are the same.

use super::Companion;
use crate::catalogue::Met;
use crate::error::Result;
use crate::model::{Id, Kind, Position};
use crate::nearby::{LinearScan, Neighbor};

impl Companion {
    /// The nearest `limit` (0 for all) within so many metres.
    pub(super) fn nearest_from_disk(
        &self,
        from: Position,
        max_distance_m: Option<f64>,
        limit: usize,
        kinds: &[Kind],
        accept: impl Fn(i64, Kind, Id) -> bool,
    ) -> Result<Vec<(i64, Id, Neighbor)>> {
        let mut scan = LinearScan::new(from, max_distance_m)?;
        let bounds = scan.clone();
        let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| kinds.is_empty() || kinds.contains(kind)).collect();
        let max_distance_m = max_distance_m.unwrap_or(f64::INFINITY);
        let mut best: Vec<Near> = Vec::new();
        let mut furthest = max_distance_m;
        self.catalogue.by_distance(
            &kinds,
            |bounds_of_box| bounds.least_m(bounds_of_box),
            accept,
            |met| {
                let Met { territory, kind, id, row, geometry } = met;
                if let Some(found) = scan.measure(row.unsigned_abs(), kind, &geometry, furthest) {
                    let near = Near { territory, id, found };
                    // Those equally far come in the order of the file, as from memory.
                    let rank = best.partition_point(|other| other.rank() <= near.rank());
                    best.insert(rank, near);
                    if limit > 0 && best.len() >= limit {
                        best.truncate(limit);
                        furthest = best.last().map_or(furthest, |last| last.found.distance_m);
                    }
                }
                furthest
            },
        )?;
        Ok(best.into_iter().map(|near| (near.territory, near.id, near.found)).collect())
    }
}

struct Near {
    territory: i64,
    id: Id,
    found: Neighbor,
}

impl Near {
    fn rank(&self) -> (f64, Kind, u64) {
        (self.found.distance_m, self.found.kind, self.found.key)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogue::NewTerritory;
    use crate::companion::Directories;
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
            steps.iter().map(|(x, y)| Position::new(wrap(lon + x), (lat + y).clamp(-90.0, 90.0))).collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, rng_seed: prop::test_runner::RngSeed::Fixed(20_260_002), ..ProptestConfig::default() })]

        /// Enough POIs that their R-tree has several levels.
        #[test]
        fn the_file_answers_as_the_index_does(
            pois in prop::collection::vec(place(), 0..300), lines in prop::collection::vec(line(), 0..20),
            rings in prop::collection::vec(line(), 0..10), from in place(), limit in 1_usize..30, metres in 0.0..50_000.0
        ) {
            let folder = tempfile::tempdir().unwrap();
            let companion = Companion::open(&Directories::within(folder.path())).unwrap();
            let new = NewTerritory { name: "park".into(), url: "https://park.example".into(), ..NewTerritory::default() };
            let territory = companion.add_territory(&new).unwrap();
            companion.catalogue().write(|change| {
                for (id, (lon, lat)) in (0..).zip(&pois) {
                    let geometry = Some(Geometry::Point(Position::new(*lon, *lat)));
                    change.put(&territory, Poi { id, geometry, ..Poi::default() }.into())?;
                }
                for (id, line) in (0..).zip(lines) {
                    // Every third is a stage that is listed nowhere, and found nowhere.
                    let (published, parents) = if id % 3 == 2 { (vec![], vec![1]) } else { (vec!["fr".to_owned()], vec![]) };
                    let geometry = Some(Geometry::LineString(line));
                    change.put(&territory, Trek { id, published, parents, geometry, ..Trek::default() }.into())?;
                }
                for (id, mut ring) in (0..).zip(rings) {
                    ring.push(ring[0]);
                    let geometry = Some(Geometry::Polygon(vec![ring]));
                    change.put(&territory, SensitiveArea { id, geometry, ..SensitiveArea::default() }.into())?;
                }
                Ok(())
            }).unwrap();
            companion.warm_up().unwrap();
            let index = companion.standing().unwrap().unwrap();
            let from = Position::new(from.0, from.1);
            let accept = |_: i64, kind: Kind, id: Id| kind != Kind::Poi || id % 7 != 0;
            let seen = |found: Vec<(i64, Id, Neighbor)>| -> Vec<_> {
                found.into_iter().map(|(territory, id, f)| (territory, f.kind, id, f.distance_m, f.bearing_deg, f.point)).collect()
            };
            for within in [None, Some(metres)] {
                let mut known = index.find(from, within, limit, accept).unwrap();
                known.truncate(limit);
                let told = companion.nearest_from_disk(from, within, limit, &[], accept).unwrap();
                prop_assert_eq!(seen(told), seen(known));
            }
            let all = companion.nearest_from_disk(from, Some(metres), 0, &[Kind::Trek], accept).unwrap();
            let known = index.find(from, Some(metres), 0, |_, kind, _| kind == Kind::Trek).unwrap();
            prop_assert_eq!(seen(all), seen(known));
        }
    }
}
