//! File systems that fail on demand: a full disk and a power loss cannot be had otherwise at each single write.
//!
//! * This file: [`FaultVfs`], a VFS of SQLite. It forwards each operation to the default VFS, counts it, makes it fail, and
//!   can lose what was not synced. `vfs` is the side that SQLite calls, with the only unsafe code; `sync_tracker` remembers
//!   what was not synced.
//! * `fault_file_system`: [`FaultFileSystem`] for the files that are not SQLite's. Its operations can fail.
//! * `power_loss_file_system`: [`PowerLossFileSystem`] for the same files. It can lose what was not synced.
//! * `trigger`: [`FailureTrigger`], which makes a VFS and a file system fail at the same moment.

mod fault_file_system;
mod power_loss_file_system;
mod sync_tracker;
mod trigger;
mod vfs;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use fault_file_system::FaultFileSystem;
pub use power_loss_file_system::PowerLossFileSystem;
use sync_tracker::SyncTracker;
use trigger::OperationClass;
pub use trigger::{FailureMode, FailureTrigger};

/// An operation of SQLite on a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// Opens or creates the file.
    Open,
    /// Reads.
    Read,
    /// Writes.
    Write,
    /// Truncates the file.
    Truncate,
    /// Waits until the data is on the disk.
    Sync,
    /// Deletes the file.
    Delete,
    /// Extends the shared memory of a write-ahead log.
    ExtendSharedMemory,
}

impl Operation {
    /// The operations that change a file.
    pub const MODIFYING: [Self; 3] = [Self::Write, Self::Truncate, Self::Sync];
}

/// The error of an operation that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskFault {
    /// No space left: `SQLITE_FULL`.
    Full,
    /// Input or output error: `SQLITE_IOERR` and its variants.
    Io,
}

/// Which operations fail. Default: [`Operation::MODIFYING`] in all files.
#[derive(Clone, Debug)]
pub struct FailureRule {
    at: u64,
    error: DiskFault,
    once: bool,
    torn: bool,
    kinds: Vec<Operation>,
    file: Option<String>,
}

impl FailureRule {
    /// The n-th operation and all later ones fail. The first operation after [`FaultVfs::fail`] is 1.
    pub fn from(at: u64, error: DiskFault) -> Self {
        Self { at, error, once: false, torn: false, kinds: Operation::MODIFYING.to_vec(), file: None }
    }

    /// Only the n-th operation fails.
    pub fn once(at: u64, error: DiskFault) -> Self {
        Self { once: true, ..Self::from(at, error) }
    }

    /// A write that fails writes its first half, as on a disk that becomes full in the middle of it.
    pub fn torn(mut self) -> Self {
        self.torn = true;
        self
    }

    /// Only these operations are counted and fail.
    pub fn on(mut self, kinds: &[Operation]) -> Self {
        self.kinds = kinds.to_vec();
        self
    }

    /// Only operations on files whose name contains this text are counted and fail, for example `-wal`.
    pub fn in_file(mut self, part: &str) -> Self {
        self.file = Some(part.to_owned());
        self
    }
}

#[derive(Default)]
struct State {
    counts: BTreeMap<(String, Operation), u64>,
    rule: Option<FailureRule>,
    /// Operations that matched the rule.
    matched: u64,
    failures: u64,
    tracker: Option<SyncTracker>,
    is_off: bool,
    skips_syncs: bool,
    trigger: Option<Arc<FailureTrigger>>,
    ignored_syncs: Option<String>,
}

/// Whether an operation is forwarded.
enum Decision {
    Forward,
    Fail { error: DiskFault, torn: bool },
}

/// The state that the handle and the VFS share.
#[derive(Default)]
struct Shared(Mutex<State>);

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an operation and decides whether it is forwarded.
    fn decide(&self, path: &str, kind: Operation) -> Decision {
        let mut state = self.state();
        let name = Path::new(path).file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        if state.is_off && kind != Operation::Read {
            state.failures += 1;
            return Decision::Fail { error: DiskFault::Io, torn: false };
        }
        if let Some(error) = state.trigger.as_ref().and_then(|trigger| trigger.decide(OperationClass::of(kind))) {
            state.failures += 1;
            return Decision::Fail { error, torn: false };
        }
        let rule = state
            .rule
            .as_ref()
            .filter(|rule| rule.kinds.contains(&kind) && rule.file.as_ref().is_none_or(|part| name.contains(part)));
        let decision = match rule.map(|rule| (rule.at, rule.once, rule.error, rule.torn)) {
            None => Decision::Forward,
            Some((at, once, error, torn)) => {
                state.matched += 1;
                let fails = if once { state.matched == at } else { state.matched >= at };
                state.failures += u64::from(fails);
                if fails { Decision::Fail { error, torn } } else { Decision::Forward }
            }
        };
        *state.counts.entry((name, kind)).or_default() += 1;
        decision
    }
}

/// The handle of a VFS. Clones refer to the same VFS.
#[derive(Clone)]
pub struct FaultVfs {
    name: String,
    shared: Arc<Shared>,
}

impl FaultVfs {
    /// Registers a VFS under a name. It stays registered until the process ends, because connections may.
    ///
    /// # Panics
    /// Panics if SQLite has a VFS of this name already.
    pub fn register(name: &str) -> Self {
        let shared = Arc::new(Shared::default());
        vfs::register(name, Arc::clone(&shared));
        Self { name: name.to_owned(), shared }
    }

    /// The name to open databases with, for example by `Connection::open_with_flags_and_vfs`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Makes operations fail by a rule, which replaces the rule before it.
    pub fn fail(&self, rule: FailureRule) {
        let mut state = self.shared.state();
        (state.rule, state.matched) = (Some(rule), 0);
    }

    /// Removes the rule.
    pub fn clear_failures(&self) {
        self.shared.state().rule = None;
    }

    /// Makes operations fail by a trigger, in addition to the rule.
    pub fn set_trigger(&self, trigger: &Arc<FailureTrigger>) {
        self.shared.state().trigger = Some(Arc::clone(trigger));
    }

    /// Reports success for syncs of files whose name contains this text, without syncing them.
    pub fn ignore_syncs(&self, part: &str) {
        self.shared.state().ignored_syncs = Some(part.to_owned());
    }

    /// The number of operations that failed on demand.
    pub fn failures(&self) -> u64 {
        self.shared.state().failures
    }

    /// The number of operations by file name and kind, failed ones included. The name has no folder; it is empty for
    /// temporary files.
    pub fn counts(&self) -> BTreeMap<(String, Operation), u64> {
        self.shared.state().counts.clone()
    }

    /// The number of operations of these kinds in all files.
    pub fn count(&self, kinds: &[Operation]) -> u64 {
        self.shared.state().counts.iter().filter(|((_, kind), _)| kinds.contains(kind)).map(|(_, count)| count).sum()
    }

    /// Sets all counts to zero.
    pub fn reset_counts(&self) {
        self.shared.state().counts.clear();
    }

    /// Syncs return at once from now on. A killed process loses nothing by that, and a test that kills thousands is faster.
    pub fn skip_syncs(&self) {
        self.shared.state().skips_syncs = true;
    }

    /// Tracks from now on which writes were synced, so that the power can be lost. The current contents of open files count
    /// as synced. It needs memory for the contents of all files.
    pub fn track_syncs(&self) {
        self.shared.state().tracker.get_or_insert_default();
    }

    /// Switches the power off: from now on every operation except reads fails. Connections must be closed before
    /// [`FaultVfs::power_on`].
    pub fn power_off(&self) {
        self.shared.state().is_off = true;
    }

    /// Switches the power on. Each file has its synced contents and some of the later writes: each write is complete, lost or
    /// torn at a sector, as the seed decides. Without [`FaultVfs::track_syncs`] the files do not change. Tracking ends.
    ///
    /// # Errors
    /// Returns an error if a file cannot be written.
    pub fn power_on(&self, seed: u64) -> std::io::Result<()> {
        let mut state = self.shared.state();
        state.is_off = false;
        match state.tracker.take() {
            Some(tracker) => tracker.write_survivors(seed),
            None => Ok(()),
        }
    }
}
