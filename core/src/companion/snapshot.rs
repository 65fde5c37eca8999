//! The index in memory: a snapshot of all geometries of the catalogue. A snapshot never changes. While a new one is built,
//! or the catalogue is written, queries go on with the current one. A build that fails is reported once by
//! [`Companion::check_index`], and repeated after a pause.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::JoinHandle;

use super::Companion;
use crate::catalogue::Catalogue;
use crate::error::{Error, Result};
use crate::id::{ObjectKey, TerritoryId};
use crate::model::{Id, Kind, Position};
use crate::nearby::{Builder, Nearby, Neighbor};
use crate::transfer::BootInstant;

/// Pause after a build that failed: each build reads the whole catalogue.
const PAUSE_MS: u64 = 60_000;

/// The current snapshot, if one was built.
#[derive(Debug, Default)]
pub(super) struct CurrentSnapshot {
    /// With the generation of the catalogue that it was built from.
    snapshot: RwLock<Option<(u64, Arc<Snapshot>)>>,
    background: Mutex<Background>,
}

/// The state of builds in the background.
#[derive(Debug, Default)]
struct Background {
    is_building: bool,
    /// The end of the pause after a failure.
    paused_until: Option<BootInstant>,
    /// The error of the last failure, until it is reported.
    unreported: Option<Error>,
}

/// A build in the background. If it is dropped without a result, as by a panic, the build has failed.
struct Build {
    current: Arc<CurrentSnapshot>,
    result: Result<()>,
    /// The end of a pause that begins now.
    pause_end: BootInstant,
}

impl Drop for Build {
    fn drop(&mut self) {
        let result = std::mem::replace(&mut self.result, Ok(()));
        self.current.finish(result, self.pause_end);
    }
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

    fn background(&self) -> MutexGuard<'_, Background> {
        self.background.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records the end of a build.
    fn finish(&self, result: Result<()>, pause_end: BootInstant) {
        let mut background = self.background();
        background.is_building = false;
        match result {
            // A suspended companion builds its index when it is asked again.
            Ok(()) | Err(Error::Closed | Error::Cancelled) => background.paused_until = None,
            Err(error) => {
                background.unreported = Some(error);
                background.paused_until = Some(pause_end);
            }
        }
    }
}

/// All geometries of the catalogue.
#[derive(Debug)]
pub(super) struct Snapshot {
    nearby: Nearby,
    /// Territory and id of each feature; its key is the index here.
    objects: Vec<(TerritoryId, Id)>,
    /// See [`Catalogue::last_days`].
    pub(super) last_days: HashMap<(TerritoryId, Id), String>,
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
        Ok(Snapshot { last_days: catalogue.last_days()?, nearby: nearby.finish(), objects })
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
    /// answering, and a query after the pause tries again.
    fn build_in_background(&self) {
        let catalogue = Arc::clone(&self.catalogue);
        self.start_build(move |current| current.build(&catalogue));
    }

    /// Runs `build` on a thread of its own, unless another build runs or a pause lasts.
    fn start_build(
        &self,
        build: impl FnOnce(&CurrentSnapshot) -> Result<()> + Send + 'static,
    ) -> Option<JoinHandle<()>> {
        let now = self.clock.boot_instant();
        let mut background = self.index.background();
        if background.is_building || background.paused_until.is_some_and(|end| !end.has_passed(now)) {
            return None;
        }
        background.is_building = true;
        drop(background);
        let result = Err(Error::internal("the build of the index did not complete"));
        let started = Build { current: Arc::clone(&self.index), result, pause_end: now.after_ms(PAUSE_MS) };
        let run = move || {
            let mut started = started;
            started.result = build(&started.current);
            drop(started);
        };
        // If the system has no thread left, the closure is dropped, and with it the build.
        std::thread::Builder::new().name("jalon-index".to_owned()).spawn(run).ok()
    }

    /// Returns the error of the last build of the index in the background that failed, once. Until the index is built,
    /// queries read the file, or use the previous index. A query after a pause of a minute builds it again.
    ///
    /// # Errors
    /// Those of reading the catalogue; [`Error::Internal`] after a panic.
    pub fn check_index(&self) -> Result<()> {
        self.index.background().unreported.take().map_or(Ok(()), Err)
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

    /// Builds a new snapshot after a change of the catalogue, if there is an older one, and waits for it. The change is
    /// complete even if this fails; the error is that of [`Companion::check_index`].
    pub(super) fn rebuild_snapshot(&self) {
        if self.index.get().is_some_and(|(built, _)| Ok(built) != self.catalogue.generation())
            && let Err(error) = self.index.build(&self.catalogue)
        {
            self.index.background().unreported = Some(error);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::Directories;
    use crate::clock::Clock;
    use crate::storage::Storage;

    #[derive(Debug, Default)]
    struct ManualClock(AtomicU64);

    impl Clock for ManualClock {
        fn now_ms(&self) -> i64 {
            0
        }
        fn boot_instant(&self) -> BootInstant {
            BootInstant { ms: self.0.load(Ordering::SeqCst), boot_id: 1 }
        }
        fn jitter(&self) -> f64 {
            0.0
        }
    }

    /// Runs a build and waits for its thread; false if none was started.
    fn build(companion: &Companion, build: fn(&CurrentSnapshot) -> Result<()>) -> bool {
        companion.start_build(build).map(JoinHandle::join).is_some()
    }

    #[test]
    fn failed_build_is_reported_once_and_repeated_after_a_pause() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::default());
        let directories = Directories::within(folder.path());
        let companion = Companion::open_with(&directories, Storage::default(), clock.clone()).unwrap();
        let failing: [fn(&CurrentSnapshot) -> Result<()>; 2] =
            [|_| panic!("on purpose"), |_| Err(Error::corrupt("on purpose"))];
        for failing in failing {
            assert!(build(&companion, failing));
            assert!(!build(&companion, |_| Ok(())), "no build during the pause");
            assert!(companion.check_index().is_err());
            assert_eq!(companion.check_index(), Ok(()), "reported once");
            clock.0.fetch_add(PAUSE_MS, Ordering::SeqCst);
        }
        assert!(build(&companion, |_| Err(Error::Closed)));
        assert_eq!(companion.check_index(), Ok(()));
        assert!(build(&companion, |_| Ok(())), "a suspension is no failure");
        companion.build_in_background();
        companion.warm_up().unwrap();
        assert!(companion.snapshot().unwrap().is_some());
    }
}
