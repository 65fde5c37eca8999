//! The index in memory: a snapshot of every geometry. While a new one is built, or the catalogue is written, questions go
//! on with the one that stands; it is swapped, never changed.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::Companion;
use crate::catalogue::Catalogue;
use crate::error::Result;
use crate::model::{Geometry, Id, Kind, Position};
use crate::nearby::{Builder, Found, Nearby};

/// The index that stands, if one does.
#[derive(Debug, Default)]
pub(super) struct Standing {
    index: RwLock<Option<Arc<Index>>>,
    is_building: AtomicBool,
    /// Counts the changes of the catalogue, so that an index of an older state never takes the place of a newer one.
    changes: AtomicU64,
}

impl Standing {
    fn stand(&self, index: Index, built_at: u64) {
        let mut standing = self.index.write().unwrap_or_else(PoisonError::into_inner);
        if self.changes.load(Ordering::Acquire) == built_at {
            *standing = Some(Arc::new(index));
        }
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
        within_m: Option<f64>,
        limit: usize,
        accept: impl Fn(i64, Kind, Id) -> bool,
    ) -> Result<Vec<(i64, Id, Found)>> {
        let accept = |kind: Kind, key: u64| {
            let (territory, id) = self.objects[key as usize];
            accept(territory, kind, id)
        };
        let found = match within_m {
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
    pub(super) fn standing(&self) -> Option<Arc<Index>> {
        self.index.index.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Builds the index on a thread of its own, once. Where that fails the file goes on answering, and the next question
    /// tries again.
    pub(super) fn build_behind(&self) {
        if self.index.is_building.swap(true, Ordering::AcqRel) {
            return;
        }
        let (catalogue, standing) = (Arc::clone(&self.catalogue), Arc::clone(&self.index));
        let built_at = standing.changes.load(Ordering::Acquire);
        let build = move || {
            if let Ok(index) = Index::of(&catalogue) {
                standing.stand(index, built_at);
            }
            standing.is_building.store(false, Ordering::Release);
        };
        if std::thread::Builder::new().name("jalon-index".to_owned()).spawn(build).is_err() {
            self.index.is_building.store(false, Ordering::Release);
        }
    }

    /// Builds the index, if it does not stand, and waits for it: for an app that has the time before its first question.
    pub fn warm_up(&self) -> Result<()> {
        if self.standing().is_none() {
            let built_at = self.index.changes.load(Ordering::Acquire);
            self.index.stand(Index::of(&self.catalogue)?, built_at);
        }
        Ok(())
    }

    /// The catalogue has changed: a new index takes the place of the one that stands, which answers until then.
    pub(super) fn renew_index(&self) -> Result<()> {
        let built_at = self.index.changes.fetch_add(1, Ordering::AcqRel) + 1;
        if self.standing().is_some() {
            self.index.stand(Index::of(&self.catalogue)?, built_at);
        }
        Ok(())
    }
}
