//! The index in memory: a snapshot of every geometry. While a new one is built, or the catalogue is written, questions go
//! on with the one that stands; it is swapped, never changed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::Companion;
use crate::catalogue::Catalogue;
use crate::error::Result;
use crate::model::{Geometry, Id, Kind, Position};
use crate::nearby::{Builder, Nearby, Neighbor};

/// The index that stands, if one does.
#[derive(Debug, Default)]
pub(super) struct Standing {
    index: RwLock<Option<(u64, Arc<Index>)>>,
    is_building: AtomicBool,
}

impl Standing {
    /// Lets an index stand that was built from this generation of the catalogue, unless a newer one does.
    fn stand(&self, index: Index, generation: u64) {
        let mut standing = self.index.write().unwrap_or_else(PoisonError::into_inner);
        if standing.as_ref().is_none_or(|(known, _)| *known <= generation) {
            *standing = Some((generation, Arc::new(index)));
        }
    }

    fn build(&self, catalogue: &Catalogue) -> Result<()> {
        // Read before the geometries: at worst the index is newer than its number, and is built once more.
        let generation = catalogue.generation()?;
        self.stand(Index::of(catalogue)?, generation);
        Ok(())
    }
}

/// Every geometry of the catalogue.
#[derive(Debug)]
pub(super) struct Index {
    nearby: Nearby,
    /// Territory and number of each feature, by its key.
    objects: Vec<(i64, Id)>,
}

/// An index on its way. Objects come in the order of the file, so that those equally far come in the same order from
/// memory and from the file.
#[derive(Default)]
pub(super) struct Indexing {
    nearby: Builder,
    objects: Vec<(i64, Id)>,
}

impl Indexing {
    pub(super) fn add(&mut self, territory: i64, kind: Kind, id: Id, geometry: &Geometry) {
        self.nearby.add(self.objects.len() as u64, kind, geometry);
        self.objects.push((territory, id));
    }

    pub(super) fn finish(self) -> Index {
        Index { nearby: self.nearby.finish(), objects: self.objects }
    }
}

impl Index {
    fn of(catalogue: &Catalogue) -> Result<Index> {
        let mut indexing = Indexing::default();
        catalogue.geometries(&Kind::ALL, |territory, kind, id, geometry| {
            indexing.add(territory, kind, id, &geometry);
        })?;
        Ok(indexing.finish())
    }

    /// The nearest `limit` (0 for all) within so many metres.
    pub(super) fn find(
        &self,
        from: Position,
        max_distance_m: Option<f64>,
        limit: usize,
        accept: impl Fn(i64, Kind, Id) -> bool,
    ) -> Result<Vec<(i64, Id, Neighbor)>> {
        let accept = |kind: Kind, key: u64| {
            let (territory, id) = self.objects[key as usize];
            accept(territory, kind, id)
        };
        let found = match max_distance_m {
            Some(metres) => self.nearby.within(from, metres, accept)?,
            None => self.nearby.nearest(from, limit, accept)?,
        };
        let objects = found.into_iter().map(|found| {
            let (territory, id) = self.objects[found.key as usize];
            (territory, id, found)
        });
        Ok(objects.collect())
    }
}

impl Companion {
    /// The index that stands. Where the catalogue has changed since, in this process or another, a new one is built
    /// behind, and this one answers until then.
    pub(super) fn standing(&self) -> Result<Option<Arc<Index>>> {
        let standing = self.index.index.read().unwrap_or_else(PoisonError::into_inner).clone();
        let Some((generation, index)) = standing else { return Ok(None) };
        if generation != self.catalogue.generation()? {
            self.build_behind();
        }
        Ok(Some(index))
    }

    /// Has the index built behind, where none stands.
    pub(super) fn build_if_none_stands(&self) {
        if self.index.index.read().unwrap_or_else(PoisonError::into_inner).is_none() {
            self.build_behind();
        }
    }

    /// Builds the index on a thread of its own, once. Where that fails the file goes on answering, and the next question
    /// tries again.
    pub(super) fn build_behind(&self) {
        if self.index.is_building.swap(true, Ordering::AcqRel) {
            return;
        }
        let (catalogue, standing) = (Arc::clone(&self.catalogue), Arc::clone(&self.index));
        let build = move || {
            // Where it cannot be built what stands goes on answering, and the next question tries again.
            let _ = standing.build(&catalogue);
            standing.is_building.store(false, Ordering::Release);
        };
        if std::thread::Builder::new().name("jalon-index".to_owned()).spawn(build).is_err() {
            self.index.is_building.store(false, Ordering::Release);
        }
    }

    /// Builds the index, if it does not stand, and waits for it: for an app that has the time before its first question.
    pub fn warm_up(&self) -> Result<()> {
        if self.standing()?.is_none() {
            self.index.build(&self.catalogue)?;
        }
        Ok(())
    }

    /// The catalogue has changed: a new index takes the place of the one that stands, which answers until then.
    pub(super) fn rebuild_snapshot(&self) -> Result<()> {
        let built = self.index.index.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(|(built, _)| *built);
        if built.is_some_and(|built| Ok(built) != self.catalogue.generation()) {
            self.index.build(&self.catalogue)?;
        }
        Ok(())
    }
}
