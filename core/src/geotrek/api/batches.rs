//! The objects that are still to be requested by id, in batches whose size follows the speed of the server.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::lists::{ListSpec, Shape, find};
use super::sync_plan::join;
use crate::model::Id;

/// Longest list of ids in one address, bytes: some proxies refuse request lines of 8 kB, all accept 4 kB.
const MAX_IDS_BYTES: usize = 3_500;
/// Duration of a batch that the sizes aim at.
const TARGET_MS: u64 = 10_000;
const MIN_SIZE: usize = 5;
const MAX_SIZE: usize = 500;
/// Batches of one list that are in flight at once. The size of the batches after them follows their durations.
const MAX_IN_FLIGHT: usize = 2;
/// Requests for one object: one that a response lacks is requested once more.
const MAX_ATTEMPTS: u8 = 2;

/// The queue of objects, by list and language.
#[derive(Debug, Default)]
pub(super) struct Batches {
    queues: BTreeMap<(&'static str, String), Queue>,
    /// The size of the next batch, by list.
    sizes: BTreeMap<&'static str, usize>,
}

#[derive(Debug, Default)]
struct Queue {
    attempts: BTreeMap<Id, u8>,
    waiting: VecDeque<Id>,
    in_flight: usize,
}

impl Batches {
    /// Queues the objects that were never queued before.
    pub(super) fn add_new(&mut self, endpoint: &'static str, language: &str, ids: &BTreeSet<Id>) {
        let queue = self.queues.entry((endpoint, language.to_owned())).or_default();
        for id in ids {
            if !queue.attempts.contains_key(id) {
                queue.attempts.insert(*id, 1);
                queue.waiting.push_back(*id);
            }
        }
    }

    /// Records the end of a batch: `missing` are the requested objects that the response lacks.
    pub(super) fn finish(
        &mut self,
        endpoint: &'static str,
        language: &str,
        len: usize,
        elapsed_ms: u64,
        missing: impl Iterator<Item = Id>,
    ) {
        self.adapt(endpoint, len, elapsed_ms);
        let queue = self.queues.entry((endpoint, language.to_owned())).or_default();
        queue.in_flight = queue.in_flight.saturating_sub(1);
        for id in missing {
            let attempts = queue.attempts.entry(id).or_default();
            if *attempts < MAX_ATTEMPTS {
                *attempts += 1;
                queue.waiting.push_back(id);
            }
        }
    }

    /// Takes the next batch of a list out of the queue; `None` if nothing waits or enough batches are in flight.
    pub(super) fn next(&mut self, list: &ListSpec, language: &str) -> Option<Vec<Id>> {
        let size = self.size(list)?;
        let queue = self.queues.get_mut(&(list.endpoint, language.to_owned()))?;
        if queue.waiting.is_empty() || queue.in_flight >= MAX_IN_FLIGHT {
            return None;
        }
        let mut ids: Vec<Id> = queue.waiting.iter().take(size).copied().collect();
        while ids.len() > 1 && join(&ids).len() > MAX_IDS_BYTES {
            ids.truncate(ids.len() / 2);
        }
        queue.waiting.drain(..ids.len());
        queue.in_flight += 1;
        Some(ids)
    }

    /// Number of batches that will follow those in flight, at the present sizes.
    pub(super) fn pending(&self) -> usize {
        let batches = self.queues.iter().map(|((endpoint, _), queue)| {
            let size = find(endpoint).and_then(|list| self.size(list)).unwrap_or(1);
            queue.waiting.len().div_ceil(size)
        });
        batches.sum()
    }

    /// The size of the next batch; `None` for a short list.
    fn size(&self, list: &ListSpec) -> Option<usize> {
        match list.shape {
            Shape::Batched(first) => Some(*self.sizes.get(list.endpoint).unwrap_or(&first)),
            Shape::Whole => None,
        }
    }

    /// Sets the size of the batches to come by the duration of this one, at most doubled.
    fn adapt(&mut self, endpoint: &'static str, len: usize, elapsed_ms: u64) {
        let elapsed = usize::try_from(elapsed_ms.max(1)).unwrap_or(usize::MAX);
        let fitting = len.saturating_mul(TARGET_MS as usize) / elapsed;
        self.sizes.insert(endpoint, fitting.min(len.saturating_mul(2)).clamp(MIN_SIZE, MAX_SIZE));
    }
}
