//! A trigger that counts the operations of a VFS and of a file system together, and makes both fail at one of them.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use super::{DiskFault, Operation};

/// What happens at the chosen operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureMode {
    /// The process aborts.
    AbortProcess,
    /// The power is lost: this operation and all later ones fail.
    PowerLoss,
    /// The disk is full from this operation on.
    DiskFull,
    /// Only this operation fails.
    FailOnce,
    /// This operation and all later ones fail.
    FailAlways,
}

/// The kinds of operations that a trigger distinguishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OperationClass {
    /// Changes nothing.
    Read,
    /// Needs space.
    Write,
    /// A sync, a rename or a deletion.
    Metadata,
}

impl OperationClass {
    pub(super) fn of(operation: Operation) -> Self {
        match operation {
            Operation::Write => Self::Write,
            Operation::Truncate | Operation::Sync | Operation::Delete => Self::Metadata,
            Operation::Open | Operation::Read | Operation::ExtendSharedMemory => Self::Read,
        }
    }
}

/// Counts the operations that change something, and makes them fail from a chosen one on.
#[derive(Debug)]
pub struct FailureTrigger {
    /// The operation at which it fires; `None`: never.
    at: Option<u64>,
    mode: FailureMode,
    count: AtomicU64,
    /// Writes that a full disk still has space for.
    space: AtomicI64,
}

impl FailureTrigger {
    /// Fires at the n-th operation. The first one is 1.
    pub fn at(operation: u64, mode: FailureMode) -> Self {
        Self { at: Some(operation), ..Self::never(mode) }
    }

    /// Only counts.
    pub fn never(mode: FailureMode) -> Self {
        Self { at: None, mode, count: AtomicU64::new(0), space: AtomicI64::new(0) }
    }

    /// The number of operations so far.
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::SeqCst)
    }

    /// Gives a full disk space for this many writes.
    pub fn free_space(&self, writes: i64) {
        self.space.store(writes, Ordering::SeqCst);
    }

    pub(super) fn decide(&self, class: OperationClass) -> Option<DiskFault> {
        if class == OperationClass::Read {
            return None;
        }
        let operation = self.count.fetch_add(1, Ordering::SeqCst) + 1;
        let at = self.at.filter(|at| operation >= *at)?;
        match self.mode {
            FailureMode::AbortProcess => std::process::abort(),
            FailureMode::PowerLoss | FailureMode::FailAlways => Some(DiskFault::Io),
            FailureMode::FailOnce => (operation == at).then_some(DiskFault::Io),
            FailureMode::DiskFull if class == OperationClass::Write => {
                (self.space.fetch_sub(1, Ordering::SeqCst) <= 0).then_some(DiskFault::Full)
            }
            FailureMode::DiskFull => None,
        }
    }
}
