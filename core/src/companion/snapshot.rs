//! The index in memory: a snapshot of all geometries of the catalogue. A snapshot never changes. While a new one is built,
//! or the catalogue is written, queries go on with the current one.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::Companion;
use crate::catalogue::Catalogue;
use crate::error::Result;
use crate::id::{ObjectKey, TerritoryId};
use crate::model::event_dates::last_day;
use crate::model::{Id, Kind, Position};
use crate::nearby::{Builder, Nearby, Neighbor};

/// The current snapshot, if one was built.
#[derive(Debug, Default)]
pub(super) struct CurrentSnapshot {
    /// With the generation of the catalogue that it was built from.
    snapshot: RwLock<Option<(u64, Arc<Snapshot>)>>,
    is_building: AtomicBool,
}

impl CurrentSnapshot {
    fn get(&self) -> Option<(u64, Arc<Snapshot>)> {
        self.snapshot.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Builds a snapshot and makes it the current one, unless that is newer.
    fn build(&self, catalogue: &Catalogue) -> Result<()> {
        // Read before the geometries: at worst the snapshot is newer than its generation, and is built once more.
        let generation = catalogue.generation()?;
        let snapshot = Arc::new(Snapshot::of(catalogue)?);
        let mut current = self.snapshot.write().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref().is_none_or(|(known, _)| *known <= generation) {
            *current = Some((generation, snapshot));
        }
        Ok(())
    }
}

/// All geometries of the catalogue.
#[derive(Debug)]
pub(super) struct Snapshot {
    nearby: Nearby,
    /// Territory and id of each feature; its key is the index here.
    objects: Vec<(TerritoryId, Id)>,
    /// Last day of each touristic event, YYYY-MM-DD.
    last_days: HashMap<(TerritoryId, Id), String>,
}

impl Snapshot {
    /// Keys are given in the order of the file, so that objects equally far come in the same order from memory and from
    /// the file.
    fn of(catalogue: &Catalogue) -> Result<Snapshot> {
        let (mut nearby, mut objects) = (Builder::default(), Vec::new());
        catalogue.geometries(&Kind::ALL, |territory, object, geometry| {
            nearby.add(objects.len() as u64, object.kind, &geometry);
            objects.push((territory, object.id));
        })?;
        objects.shrink_to_fit();
        let last_days = catalogue.event_days()?.into_iter().filter_map(|event| {
            let last = last_day(event.begin_date.as_deref(), event.end_date.as_deref())?;
            Some((event.key, last.to_owned()))
        });
        Ok(Snapshot { last_days: last_days.collect(), nearby: nearby.finish(), objects })
    }

    /// Whether a touristic event ended before `today` (YYYY-MM-DD).
    pub(super) fn has_ended(&self, event: (TerritoryId, Id), today: &str) -> bool {
        self.last_days.get(&event).is_some_and(|last| last.as_str() < today)
    }

    /// The nearest `limit` objects (0 for all) within `max_distance_m`: territory, id, where it was found. With a distance,
    /// all within it are returned.
    pub(super) fn find(
        &self,
        from: Position,
        max_distance_m: Option<f64>,
        limit: usize,
        accept: impl Fn(TerritoryId, ObjectKey) -> bool,
    ) -> Result<Vec<(TerritoryId, Id, Neighbor)>> {
        let accept = |kind: Kind, key: u64| {
            let (territory, id) = self.objects[key as usize];
            accept(territory, ObjectKey::new(kind, id))
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
    /// The current snapshot. If the catalogue has changed since, in this process or another, a new one is built in the
    /// background, and this one answers until then.
    pub(super) fn snapshot(&self) -> Result<Option<Arc<Snapshot>>> {
        let Some((generation, snapshot)) = self.index.get() else { return Ok(None) };
        if generation != self.catalogue.generation()? {
            self.build_in_background();
        }
        Ok(Some(snapshot))
    }

    /// Builds the first snapshot in the background, if there is none.
    pub(super) fn build_if_missing(&self) {
        if self.index.get().is_none() {
            self.build_in_background();
        }
    }

    /// Builds a snapshot on a thread of its own, one at a time. If that fails, the file or the current snapshot goes on
    /// answering, and the next query tries again.
    fn build_in_background(&self) {
        if self.index.is_building.swap(true, Ordering::AcqRel) {
            return;
        }
        let (catalogue, current) = (Arc::clone(&self.catalogue), Arc::clone(&self.index));
        let build = move || {
            let _ = current.build(&catalogue);
            current.is_building.store(false, Ordering::Release);
        };
        if std::thread::Builder::new().name("jalon-index".to_owned()).spawn(build).is_err() {
            self.index.is_building.store(false, Ordering::Release);
        }
    }

    /// Builds the index in memory, if there is none, and waits for it: for an app that has time before its first query.
    /// About a microsecond a vertex.
    ///
    /// # Errors
    /// [`Error::Corrupt`](crate::Error::Corrupt) if the catalogue cannot be read.
    pub fn warm_up(&self) -> Result<()> {
        if self.snapshot()?.is_none() {
            self.index.build(&self.catalogue)?;
        }
        Ok(())
    }

    /// Builds a new snapshot after a change of the catalogue, if there is an older one, and waits for it.
    pub(super) fn rebuild_snapshot(&self) -> Result<()> {
        if self.index.get().is_some_and(|(built, _)| Ok(built) != self.catalogue.generation()) {
            self.index.build(&self.catalogue)?;
        }
        Ok(())
    }
}
