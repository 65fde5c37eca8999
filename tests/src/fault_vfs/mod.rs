//! A disk that fails on demand, under SQLite: a VFS by a name of its own that hands everything to the default one, counts
//! it, refuses the operation it is told to refuse, and can lose what was not yet synced. It is here because a full disk
//! and a power cut cannot be had otherwise at every single write. `vfs` is what SQLite calls (the only unsafe code),
//! `power` remembers what a power cut may take, `files` is the disk for what is not SQLite's, and this file is the handle
//! that tests hold. `folder` is a disk that can lose power too, and `fuse` what lets both fail at one moment.

mod files;
mod folder;
mod fuse;
mod power;
mod vfs;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use files::Files;
pub use folder::FolderDisk;
pub use fuse::{Blow, Fuse};
use power::Shadows;

/// What SQLite asks of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// Opens or creates it.
    Open,
    /// Reads from it.
    Read,
    /// Writes to it.
    Write,
    /// Cuts it.
    Truncate,
    /// Waits until it is on the disk.
    Sync,
    /// Deletes it.
    Delete,
    /// Makes room for the memory that the users of a write-ahead log share.
    Share,
}

impl Operation {
    /// Those that change the disk.
    pub const CHANGING: [Self; 3] = [Self::Write, Self::Truncate, Self::Sync];
}

/// How an operation fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskFault {
    /// No space left: `SQLITE_FULL`.
    Full,
    /// The disk does not do it: `SQLITE_IOERR` and its kinds.
    Io,
}

/// Which operations fail. By default those are [`Operation::CHANGING`], in every file.
#[derive(Clone, Debug)]
pub struct Failing {
    at: u64,
    error: DiskFault,
    once: bool,
    torn: bool,
    kinds: Vec<Operation>,
    file: Option<String>,
}

impl Failing {
    /// The operation of this rank (the first is 1, counted from [`FaultVfs::fail`] on) and all after it.
    pub fn from(at: u64, error: DiskFault) -> Self {
        Self { at, error, once: false, torn: false, kinds: Operation::CHANGING.to_vec(), file: None }
    }

    /// The operation of this rank and no other.
    pub fn once(at: u64, error: DiskFault) -> Self {
        Self { once: true, ..Self::from(at, error) }
    }

    /// A write that fails leaves its first half behind, as a disk does that fills in the middle of it.
    pub fn torn(mut self) -> Self {
        self.torn = true;
        self
    }

    /// Only these kinds are counted and fail.
    pub fn on(mut self, kinds: &[Operation]) -> Self {
        self.kinds = kinds.to_vec();
        self
    }

    /// Only files whose name contains this are concerned, e.g. `-wal`.
    pub fn in_file(mut self, part: &str) -> Self {
        self.file = Some(part.to_owned());
        self
    }
}

#[derive(Default)]
struct State {
    counts: BTreeMap<(String, Operation), u64>,
    failing: Option<Failing>,
    seen: u64,
    refused: u64,
    shadows: Option<Shadows>,
    off: bool,
    hasty: bool,
    fuse: Option<Arc<Fuse>>,
    unsynced: Option<String>,
}

/// What becomes of an operation.
enum Verdict {
    Done,
    Refused { error: DiskFault, torn: bool },
}

/// What the handle and SQLite's side share.
#[derive(Default)]
struct Shared(Mutex<State>);

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an operation and says what becomes of it.
    fn meet(&self, path: &str, kind: Operation) -> Verdict {
        let mut state = self.state();
        let name = Path::new(path).file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        if state.off && kind != Operation::Read {
            state.refused += 1;
            return Verdict::Refused { error: DiskFault::Io, torn: false };
        }
        if let Some(error) = state.fuse.as_ref().and_then(|fuse| fuse.meets(fuse::Doing::of(kind))) {
            state.refused += 1;
            return Verdict::Refused { error, torn: false };
        }
        let struck = state.failing.as_ref().filter(|failing| {
            failing.kinds.contains(&kind) && failing.file.as_ref().is_none_or(|part| name.contains(part))
        });
        let verdict = match struck.map(|failing| (failing.at, failing.once, failing.error, failing.torn)) {
            None => Verdict::Done,
            Some((at, once, error, torn)) => {
                state.seen += 1;
                let fails = if once { state.seen == at } else { state.seen >= at };
                state.refused += u64::from(fails);
                if fails { Verdict::Refused { error, torn } } else { Verdict::Done }
            }
        };
        *state.counts.entry((name, kind)).or_default() += 1;
        verdict
    }
}

/// The handle of a disk; clones are the same disk.
#[derive(Clone)]
pub struct FaultVfs {
    name: String,
    shared: Arc<Shared>,
}

impl FaultVfs {
    /// Makes a disk that SQLite knows by this name. It stays until the process ends, as connections may.
    ///
    /// # Panics
    /// When SQLite refuses it, or already has one of this name.
    pub fn register(name: &str) -> Self {
        let shared = Arc::new(Shared::default());
        vfs::register(name, Arc::clone(&shared));
        Self { name: name.to_owned(), shared }
    }

    /// The name to open databases with, e.g. by `Connection::open_with_flags_and_vfs`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Lets operations fail from now on; takes the place of what failed before.
    pub fn fail(&self, failing: Failing) {
        let mut state = self.shared.state();
        (state.failing, state.seen) = (Some(failing), 0);
    }

    /// Lets nothing fail any more.
    pub fn heal(&self) {
        self.shared.state().failing = None;
    }

    /// Lets this fuse decide, too.
    pub fn follow(&self, fuse: &Arc<Fuse>) {
        self.shared.state().fuse = Some(Arc::clone(fuse));
    }

    /// Says that files whose name contains this are synced, and does not sync them.
    pub fn pretend_to_sync(&self, part: &str) {
        self.shared.state().unsynced = Some(part.to_owned());
    }

    /// How many operations failed on demand so far.
    pub fn refused(&self) -> u64 {
        self.shared.state().refused
    }

    /// How often each file (by its name, without folders; temporary ones have none) met each kind of operation, the ones
    /// that failed among them.
    pub fn counts(&self) -> BTreeMap<(String, Operation), u64> {
        self.shared.state().counts.clone()
    }

    /// How many operations of these kinds there were, in all files.
    pub fn count(&self, kinds: &[Operation]) -> u64 {
        self.shared.state().counts.iter().filter(|((_, kind), _)| kinds.contains(kind)).map(|(_, count)| count).sum()
    }

    /// Counts from zero again.
    pub fn forget_counts(&self) {
        self.shared.state().counts.clear();
    }

    /// Takes what is to be synced for synced from now on: a process that dies loses nothing by it, and a test that lets
    /// thousands die need not wait.
    pub fn hurry(&self) {
        self.shared.state().hasty = true;
    }

    /// Remembers from now on what is synced in each file and what is not, so that the power can be cut. Files that are open
    /// count as synced. It costs the memory of their bytes.
    pub fn remember(&self) {
        self.shared.state().shadows.get_or_insert_default();
    }

    /// Cuts the power: from now on nothing reaches the disk, and everything but reading fails. Connections must be closed
    /// before the power comes back.
    pub fn power_off(&self) {
        self.shared.state().off = true;
    }

    /// Brings the power back: every file is as it was synced last, with some of what was written since: each write, by the
    /// seed, whole, lost, or torn at a sector. Does nothing to files unless [`FaultVfs::remember`] was called before, and must
    /// be again.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn power_on(&self, seed: u64) -> std::io::Result<()> {
        let mut state = self.shared.state();
        state.off = false;
        match state.shadows.take() {
            Some(shadows) => shadows.settle(seed),
            None => Ok(()),
        }
    }
}
