//! The queue of transfers: which may start, how each ended, which is tried again.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{BlockReason, BootInstant, Outcome, ResponseMeta, RetryDecision, Validators, decide};

use crate::ordered;

/// The kind of a response's body. It decides how the body is requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BodyKind {
    /// JSON of the API: compressed if the server can, never partial.
    Json,
    /// A file: not compressed, resumed by range requests.
    File,
    /// The size of a file: its first byte is requested, and nothing is written.
    FileSize,
}

/// A part of a file: the bytes from `start` to before `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ByteRange {
    /// Offset of the first byte.
    pub start: u64,
    /// Offset after the last byte.
    pub end: u64,
}

impl ByteRange {
    /// The range of `len` bytes from `start` on.
    pub const fn new(start: u64, len: u64) -> ByteRange {
        ByteRange { start, end: start.saturating_add(len) }
    }

    /// Whether another range lies in this one.
    pub const fn contains(&self, other: &ByteRange) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Number of bytes.
    pub const fn len(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Whether the range has no bytes.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One HTTP GET that has to happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Identifier within the queue.
    pub id: u64,
    /// Absolute address.
    pub url: String,
    /// `Accept-Language`, if the response depends on it.
    pub language: Option<String>,
    /// Kind of the body.
    pub body: BodyKind,
    /// The wanted part of a [`BodyKind::File`]; `None` for the whole. A server that sends the whole file in its place has
    /// not answered the request: the outcome is [`Outcome::Rejected`] with its head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<ByteRange>,
    /// Validators of the copy on the device: the request is conditional, and the server may answer 304.
    #[serde(default, skip_serializing_if = "Validators::is_empty")]
    pub validators: Validators,
    /// Higher priorities start first; equal ones by `id`.
    pub priority: i32,
    /// Number of attempts so far.
    pub(crate) attempts: u32,
    pub(crate) state: TransferState,
}

impl Transfer {
    /// A transfer of priority 0 that may start at once.
    pub(crate) fn new(id: u64, url: impl Into<String>, body: BodyKind) -> Transfer {
        Transfer {
            id,
            url: url.into(),
            language: None,
            body,
            range: None,
            validators: Validators::default(),
            priority: 0,
            attempts: 0,
            state: TransferState::PLANNED,
        }
    }
}

/// Progress of a transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum TransferState {
    /// Waits for a driver.
    Planned {
        /// Earliest start, after a failed attempt.
        not_before: Option<BootInstant>,
    },
    /// A driver has it.
    Started {
        /// End of the lease: a driver that has not completed the transfer by then counts as dead. `None` for a driver that
        /// outlives its process, such as a platform's download service; [`Queue::reconcile`] ends such transfers.
        lease: Option<BootInstant>,
    },
    /// Complete.
    Done {
        /// HTTP status.
        status: u16,
        /// `Date` of the response, Unix ms.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        date_ms: Option<i64>,
    },
    /// Failed for good.
    Failed {
        /// Outcome of the last attempt.
        outcome: Outcome,
    },
}

impl TransferState {
    /// May start at once.
    pub(crate) const PLANNED: TransferState = TransferState::Planned { not_before: None };

    /// Whether the transfer has neither completed nor failed for good.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self, TransferState::Planned { .. } | TransferState::Started { .. })
    }
}

/// The next step for a driver.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "at most one value exists per driver")]
pub enum Next {
    /// Start this transfer: report `started`, move the bytes, report `complete`.
    Start(Transfer),
    /// Nothing may start yet.
    Wait {
        /// Milliseconds until the first pause ends.
        ms: u64,
    },
    /// All remaining transfers are in flight.
    InFlight,
    /// Transfers remain, but the app does not allow any now.
    Blocked(BlockReason),
    /// No transfers remain.
    Idle,
}

/// The transfers of one job. A pure state machine: time comes in as an argument.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Queue {
    transfers: BTreeMap<u64, Transfer>,
    /// Planned transfers by server, in the order in which they start.
    planned: BTreeMap<String, BTreeSet<(Reverse<i32>, u64)>>,
    started: BTreeSet<u64>,
    connections_per_host: usize,
    max_attempts: u32,
}

impl Queue {
    /// An empty queue that runs at most `connections_per_host` transfers of one host at once and makes at most
    /// `max_attempts` attempts for each. Both are at least 1.
    pub(crate) fn new(connections_per_host: usize, max_attempts: u32) -> Self {
        let (connections_per_host, max_attempts) = (connections_per_host.max(1), max_attempts.max(1));
        Queue { connections_per_host, max_attempts, ..Queue::default() }
    }

    /// Inserts a transfer, new or restored from the disk. Replaces one of the same id.
    pub(crate) fn insert(&mut self, transfer: Transfer) {
        let id = transfer.id;
        self.remove_from_lists(id);
        self.transfers.insert(id, transfer);
        self.add_to_lists(id);
    }

    /// The transfer of this id.
    pub(crate) fn get(&self, id: u64) -> Option<&Transfer> {
        self.transfers.get(&id)
    }

    /// All transfers, ordered by id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Transfer> {
        self.transfers.values()
    }

    /// The next step of the driver at `now`. Transfers with an expired lease become planned again.
    pub(crate) fn next(&mut self, now: BootInstant) -> Next {
        let expired: Vec<u64> = self.started.iter().copied().filter(|id| self.is_lease_expired(*id, now)).collect();
        for id in expired {
            self.set_state(id, TransferState::PLANNED);
        }
        let mut connections: BTreeMap<&str, usize> = BTreeMap::new();
        for transfer in self.started.iter().filter_map(|id| self.transfers.get(id)) {
            *connections.entry(host(&transfer.url)).or_default() += 1;
        }
        let mut first: Option<(Reverse<i32>, u64)> = None;
        let mut shortest_ms: Option<u64> = None;
        let mut in_flight = !self.started.is_empty();
        for (host, planned) in &self.planned {
            if connections.get(host.as_str()).is_some_and(|count| *count >= self.connections_per_host) {
                in_flight = true;
                continue;
            }
            for key in planned {
                match self.transfers.get(&key.1).map(|transfer| &transfer.state) {
                    Some(TransferState::Planned { not_before: Some(start) }) if !start.has_passed(now) => {
                        let ms = start.ms_since(now);
                        shortest_ms = Some(shortest_ms.map_or(ms, |known| known.min(ms)));
                    }
                    _ => {
                        first = Some(first.map_or(*key, |known| known.min(*key)));
                        break;
                    }
                }
            }
        }
        match (first.and_then(|(_, id)| self.transfers.get(&id)), shortest_ms, in_flight) {
            (Some(transfer), _, _) => Next::Start(transfer.clone()),
            (None, Some(ms), _) => Next::Wait { ms },
            (None, None, true) => Next::InFlight,
            (None, None, false) => Next::Idle,
        }
    }

    /// Records that a driver took a transfer, with a lease until an instant or without end. Returns `false` if the driver
    /// must not have it: another driver does, or it has ended.
    pub(crate) fn started(&mut self, id: u64, lease: Option<BootInstant>) -> bool {
        let Some(transfer) = self.transfers.get_mut(&id) else { return false };
        if !matches!(transfer.state, TransferState::Planned { .. }) {
            return false;
        }
        transfer.attempts += 1;
        self.set_state(id, TransferState::Started { lease });
        true
    }

    /// Records how an attempt ended at `now`. `jitter` (0 to 1) spreads the pause before the next attempt. Returns `None` if
    /// the transfer is unknown or had ended already. A driver whose lease has ended may still complete its transfer.
    pub(crate) fn complete(
        &mut self,
        id: u64,
        outcome: Outcome,
        now: BootInstant,
        jitter: f64,
    ) -> Option<RetryDecision> {
        let transfer = self.transfers.get(&id).filter(|transfer| transfer.state.is_open())?;
        let decision = decide(&outcome, transfer.attempts, self.max_attempts, jitter);
        let state = match (decision, outcome) {
            (RetryDecision::Retry { pause_ms }, _) => {
                TransferState::Planned { not_before: Some(now.after_ms(pause_ms)) }
            }
            (RetryDecision::Done, Outcome::Response(ResponseMeta { status, date_ms, .. })) => {
                TransferState::Done { status, date_ms }
            }
            (_, outcome) => TransferState::Failed { outcome },
        };
        self.set_state(id, state);
        Some(decision)
    }

    /// Makes transfers that were started without a lease and are not among `alive` planned again, and returns their ids.
    /// For drivers that outlive the process.
    pub(crate) fn reconcile(&mut self, alive: &BTreeSet<u64>) -> Vec<u64> {
        let is_lost = |id: &u64| {
            matches!(self.transfers[id].state, TransferState::Started { lease: None }) && !alive.contains(id)
        };
        let lost: Vec<u64> = self.started.iter().copied().filter(is_lost).collect();
        for id in &lost {
            self.set_state(*id, TransferState::PLANNED);
        }
        lost
    }

    /// Ends the pauses of all planned transfers.
    #[cfg(any(feature = "net", test))]
    pub(crate) fn clear_pauses(&mut self) {
        for transfer in self.transfers.values_mut() {
            if let TransferState::Planned { not_before } = &mut transfer.state {
                *not_before = None;
            }
        }
    }

    fn is_lease_expired(&self, id: u64, now: BootInstant) -> bool {
        matches!(&self.transfers[&id].state, TransferState::Started { lease: Some(end) } if end.has_passed(now))
    }

    fn set_state(&mut self, id: u64, state: TransferState) {
        self.remove_from_lists(id);
        if let Some(transfer) = self.transfers.get_mut(&id) {
            transfer.state = state;
        }
        self.add_to_lists(id);
    }

    fn remove_from_lists(&mut self, id: u64) {
        let Some(transfer) = self.transfers.get(&id) else { return };
        self.started.remove(&id);
        if let Some(planned) = self.planned.get_mut(host(&transfer.url)) {
            planned.remove(&(Reverse(transfer.priority), id));
        }
    }

    fn add_to_lists(&mut self, id: u64) {
        let Some(transfer) = self.transfers.get(&id) else { return };
        match transfer.state {
            TransferState::Planned { .. } => {
                let key = (Reverse(transfer.priority), id);
                match self.planned.get_mut(host(&transfer.url)) {
                    Some(planned) => _ = planned.insert(key),
                    None => _ = self.planned.insert(host(&transfer.url).to_owned(), ordered::set([key])),
                }
            }
            TransferState::Started { .. } => _ = self.started.insert(id),
            TransferState::Done { .. } | TransferState::Failed { .. } => {}
        }
    }
}

/// Scheme, host and port of an address.
fn host(url: &str) -> &str {
    let start = url.find("://").map_or(0, |colon| colon + 3);
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |offset| start + offset);
    &url[..end]
}

#[cfg(test)]
#[path = "queue_tests.rs"]
mod tests;
