//! One refresh or download of a territory at a time, across processes. A suspended companion releases its locks, because iOS
//! kills apps that hold one while suspended, and acquires them again when it resumes.

use std::fs;
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use uuid::Uuid;

use crate::catalogue::{Catalogue, Territory};
use crate::error::{Error, Result};
use crate::file_lock::FileLock;

/// The locks of one companion. Other companions of the process may have the same directories open: each one releases its own
/// locks only.
#[derive(Debug, Default)]
pub(crate) struct TerritoryLocks {
    /// Entries of locks that were dropped are removed by the next acquisition.
    held: Mutex<Vec<Weak<Held>>>,
}

/// A [`FileLock`] on `<id of the territory>.lock` in a folder, which is released while the companion is suspended.
#[derive(Debug)]
pub(crate) struct TerritoryLock {
    held: Arc<Held>,
}

#[derive(Debug)]
struct Held {
    path: PathBuf,
    /// The detail of [`Error::Busy`] if another holder has it.
    detail: String,
    /// Written to the file: another content means that the lock had another holder in the meantime.
    token: String,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    Locked {
        _lock: FileLock,
    },
    /// Released while the companion is suspended.
    Released,
    /// Another holder had the lock while it was released.
    Lost,
}

impl TerritoryLocks {
    /// Finds a territory by its short name and acquires its lock without waiting.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the name; [`Error::Busy`] if another holder has the lock.
    pub(crate) fn try_acquire_by_name(&self, catalogue: &Catalogue, name: &str) -> Result<(Territory, TerritoryLock)> {
        let found = catalogue.territory(name)?;
        let lock = self.try_acquire(&catalogue.staging_folder(), &found)?;
        // Before the lock was ours, another process may have changed the territory, or removed it and added another.
        let territory = catalogue.territory(name)?;
        if territory.key != found.key {
            return Err(Error::Busy { detail: format!("“{name}” was added anew") });
        }
        Ok((territory, lock))
    }

    /// Acquires the lock of a territory without waiting. The file is named by the id of the territory: a name that a caller
    /// passes must not become a path.
    ///
    /// # Errors
    /// [`Error::Busy`] if another holder has it.
    pub(crate) fn try_acquire(&self, folder: &Path, territory: &Territory) -> Result<TerritoryLock> {
        let detail = format!("“{}” is being refreshed or downloaded already", territory.name);
        self.lock_file(folder, &format!("{}.lock", territory.key.0), &detail)
    }

    /// Acquires the lock on a file of a folder without waiting. `detail` is that of [`Error::Busy`].
    ///
    /// # Errors
    /// [`Error::Busy`] if another holder has it.
    pub(crate) fn lock_file(&self, folder: &Path, name: &str, detail: &str) -> Result<TerritoryLock> {
        fs::create_dir_all(folder)?;
        let path = folder.join(name);
        let lock = FileLock::try_acquire(&path, detail)?;
        let mut file = lock.file();
        let token = Uuid::new_v4().to_string();
        // Without its token, as on a full disk, the lock counts as lost after a suspension.
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(token.as_bytes()));
        let state = Mutex::new(State::Locked { _lock: lock });
        let held = Arc::new(Held { path, detail: detail.to_owned(), token, state });
        let mut all = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|lock| lock.strong_count() > 0);
        all.push(Arc::downgrade(&held));
        Ok(TerritoryLock { held })
    }

    /// Releases the locks while the companion is suspended.
    pub(crate) fn release(&self) {
        for held in self.live() {
            let mut state = held.state();
            if matches!(&*state, State::Locked { .. }) {
                *state = State::Released;
            }
        }
    }

    /// Acquires the locks again that [`TerritoryLocks::release`] has released.
    pub(crate) fn acquire_again(&self) {
        for held in self.live() {
            let mut state = held.state();
            if matches!(&*state, State::Released) {
                let lock = FileLock::try_acquire(&held.path, &held.detail);
                let is_ours = || fs::read(&held.path).is_ok_and(|content| content == held.token.as_bytes());
                *state = match lock {
                    Ok(lock) if is_ours() => State::Locked { _lock: lock },
                    _ => State::Lost,
                };
            }
        }
    }

    /// The locks that are not dropped.
    fn live(&self) -> Vec<Arc<Held>> {
        let all = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().filter_map(Weak::upgrade).collect()
    }
}

impl TerritoryLock {
    /// Returns an error unless the lock is held.
    ///
    /// # Errors
    /// [`Error::Closed`] while it is released; [`Error::Busy`] if another holder had it in the meantime.
    pub(crate) fn check(&self) -> Result<()> {
        match &*self.held.state() {
            State::Locked { .. } => Ok(()),
            State::Released => Err(Error::Closed),
            State::Lost => Err(self.held.busy()),
        }
    }
}

impl Held {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn busy(&self) -> Error {
        Error::Busy { detail: self.detail.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn released_lock_is_lost_only_if_another_holder_had_it() {
        let folder = tempfile::tempdir().unwrap();
        let (locks, others) = (TerritoryLocks::default(), TerritoryLocks::default());
        let lock = locks.lock_file(folder.path(), "1.lock", "park").unwrap();
        assert!(matches!(others.lock_file(folder.path(), "1.lock", "park"), Err(Error::Busy { .. })));
        locks.release();
        assert_eq!(lock.check(), Err(Error::Closed));
        locks.acquire_again();
        assert_eq!(lock.check(), Ok(()));
        assert!(matches!(others.lock_file(folder.path(), "1.lock", "park"), Err(Error::Busy { .. })));
        locks.release();
        drop(others.lock_file(folder.path(), "1.lock", "park").unwrap());
        locks.acquire_again();
        assert!(matches!(lock.check(), Err(Error::Busy { .. })), "another holder had it");
        drop(lock);
        others.lock_file(folder.path(), "1.lock", "park").unwrap();
    }
}
