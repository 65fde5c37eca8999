//! What lets SQLite's disk and the disk of other files fail at one moment, counted over both.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use super::{DiskFault, Operation};

/// What happens when a fuse blows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blow {
    /// The process dies on the spot.
    Die,
    /// The power goes: nothing reaches the disk any more.
    Off,
    /// The disk is full from then on.
    Full,
    /// The disk refuses this operation, and no other.
    Once,
    /// The disk refuses everything from then on.
    Io,
}

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    /// What changes nothing.
    Reading,
    /// What takes room.
    Writing,
    /// A sync, a new name, a deletion.
    Changing,
}

impl Doing {
    pub(super) fn of(operation: Operation) -> Self {
        match operation {
            Operation::Write => Self::Writing,
            Operation::Truncate | Operation::Sync | Operation::Delete => Self::Changing,
            Operation::Open | Operation::Read | Operation::Share => Self::Reading,
        }
    }
}

/// Counts the operations that change something.
#[derive(Debug)]
pub struct Fuse {
    /// The rank of the operation at which it blows; none where it never does.
    at: Option<u64>,
    blow: Blow,
    seen: AtomicU64,
    /// Writes that a full disk still has room for.
    room: AtomicI64,
}

impl Fuse {
    /// One that blows at the operation of this rank; the first is 1.
    pub fn at(rank: u64, blow: Blow) -> Self {
        Self { at: Some(rank), ..Self::counting(blow) }
    }

    /// One that only counts, until it is told.
    pub fn counting(blow: Blow) -> Self {
        Self { at: None, blow, seen: AtomicU64::new(0), room: AtomicI64::new(0) }
    }

    /// How many operations it has counted.
    pub fn seen(&self) -> u64 {
        self.seen.load(Ordering::SeqCst)
    }

    /// Whether it has blown.
    pub fn has_blown(&self) -> bool {
        self.at.is_some_and(|at| self.seen() >= at)
    }

    /// Makes room for so many writes on a full disk.
    pub fn make_room(&self, writes: i64) {
        self.room.store(writes, Ordering::SeqCst);
    }

    pub(super) fn meets(&self, doing: Doing) -> Option<DiskFault> {
        if doing == Doing::Reading {
            return None;
        }
        let rank = self.seen.fetch_add(1, Ordering::SeqCst) + 1;
        let at = self.at.filter(|at| rank >= *at)?;
        match self.blow {
            Blow::Die => std::process::abort(),
            Blow::Off | Blow::Io => Some(DiskFault::Io),
            Blow::Once => (rank == at).then_some(DiskFault::Io),
            Blow::Full if doing == Doing::Writing => {
                (self.room.fetch_sub(1, Ordering::SeqCst) <= 0).then_some(DiskFault::Full)
            }
            Blow::Full => None,
        }
    }
}
