//! What is near, from the file's own R-trees: for the first questions of a new process, until the index in memory stands.
//! The answers are the same.

use super::Companion;
use crate::catalogue::Met;
use crate::error::Result;
use crate::model::{Id, Kind, Position};
use crate::nearby::{Found, Scan};

impl Companion {
    /// The nearest `limit` (0 for all) within so many metres.
    pub(super) fn find_in_file(
        &self,
        from: Position,
        within_m: Option<f64>,
        limit: usize,
        kinds: &[Kind],
        accept: impl Fn(i64, Kind, Id) -> bool,
    ) -> Result<Vec<(i64, Id, Found)>> {
        let mut scan = Scan::new(from, within_m)?;
        let bounds = scan.clone();
        let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| kinds.is_empty() || kinds.contains(kind)).collect();
        let within_m = within_m.unwrap_or(f64::INFINITY);
        let mut best: Vec<Near> = Vec::new();
        let mut furthest = within_m;
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
    found: Found,
}

impl Near {
    fn rank(&self) -> (f64, Kind, u64) {
        (self.found.distance_m, self.found.kind, self.found.key)
    }
}
