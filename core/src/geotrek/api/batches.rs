//! The objects that are still to be requested by id, in batches whose size follows the speed of the server.

use std::collections::{BTreeSet, VecDeque};

use super::lists::{ListSpec, find};
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

/// The queues of objects.
#[derive(Debug, Default)]
pub(super) struct Batches(Vec<Queue>);

/// The objects of one list in one language.
#[derive(Debug)]
struct Queue {
    endpoint: &'static str,
    language: String,
    requested: BTreeSet<Id>,
    /// Objects that a response lacked: each is requested once more, and not again.
    repeated: BTreeSet<Id>,
    waiting: VecDeque<Id>,
    in_flight: usize,
    /// Size of the next batch; `None` for the first size of the list.
    size: Option<usize>,
}

impl Batches {
    /// Queues the objects that were never queued before.
    pub(super) fn add_new(&mut self, endpoint: &'static str, language: &str, ids: &BTreeSet<Id>) {
        let queue = self.queue(endpoint, language);
        queue.waiting.extend(ids.difference(&queue.requested));
        queue.requested.extend(ids);
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
        let size = next_size(len, elapsed_ms);
        for queue in self.0.iter_mut().filter(|queue| queue.endpoint == endpoint) {
            queue.size = Some(size);
        }
        let queue = self.queue(endpoint, language);
        queue.in_flight = queue.in_flight.saturating_sub(1);
        let missing = missing.filter(|id| queue.repeated.insert(*id));
        queue.waiting.extend(missing);
    }

    /// Records that more batches are in flight than [`Batches::next`] gave.
    pub(super) fn start(&mut self, endpoint: &'static str, language: &str, batches: usize) {
        self.queue(endpoint, language).in_flight += batches;
    }

    /// Records that a batch failed: its queue does not have its objects again.
    pub(super) fn fail(&mut self, endpoint: &'static str, language: &str) {
        let queue = self.queue(endpoint, language);
        queue.in_flight = queue.in_flight.saturating_sub(1);
    }

    /// Takes the next batch of a list out of its queue; `None` if nothing waits or enough batches are in flight.
    pub(super) fn next(&mut self, list: &ListSpec, language: &str) -> Option<Vec<Id>> {
        let queue = self.queue(list.endpoint, language);
        if queue.waiting.is_empty() || queue.in_flight >= MAX_IN_FLIGHT {
            return None;
        }
        let mut ids: Vec<Id> = queue.waiting.iter().take(queue.size()).copied().collect();
        while ids.len() > 1 && join(&ids).len() > MAX_IDS_BYTES {
            ids.truncate(ids.len() / 2);
        }
        queue.waiting.drain(..ids.len());
        queue.in_flight += 1;
        Some(ids)
    }

    /// Number of batches that will follow those in flight, at the present sizes.
    pub(super) fn pending(&self) -> usize {
        self.0.iter().map(|queue| queue.waiting.len().div_ceil(queue.size())).sum()
    }

    fn queue(&mut self, endpoint: &'static str, language: &str) -> &mut Queue {
        let is_it = |queue: &Queue| queue.endpoint == endpoint && queue.language == language;
        let index = self.0.iter().position(is_it).unwrap_or_else(|| {
            let size = self.0.iter().find(|queue| queue.endpoint == endpoint).and_then(|queue| queue.size);
            self.0.push(Queue {
                endpoint,
                language: language.to_owned(),
                requested: BTreeSet::new(),
                repeated: BTreeSet::new(),
                waiting: VecDeque::new(),
                in_flight: 0,
                size,
            });
            self.0.len() - 1
        });
        &mut self.0[index]
    }
}

impl Queue {
    fn size(&self) -> usize {
        self.size.or_else(|| find(self.endpoint)?.fetch.first_batch()).unwrap_or(1)
    }
}

/// The size of the batches to come, by the duration of one of `len` objects: at most doubled.
fn next_size(len: usize, elapsed_ms: u64) -> usize {
    let elapsed = usize::try_from(elapsed_ms.max(1)).unwrap_or(usize::MAX);
    let fitting = len.saturating_mul(TARGET_MS as usize) / elapsed;
    fitting.min(len.saturating_mul(2)).clamp(MIN_SIZE, MAX_SIZE)
}
