//! Requests with a body, recorded byte by byte, complete or not.

use std::sync::Mutex;

use super::state::lock;

/// A request that is neither GET nor HEAD.
#[derive(Clone, Debug, Default)]
pub struct Upload {
    /// `POST` and so on; empty if the head is incomplete.
    pub method: String,
    /// Path and query as requested; empty if the head is incomplete.
    pub path: String,
    /// Names, in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// Every byte that was read, the head included. A server that closes the connection reads no more.
    pub bytes: Vec<u8>,
    /// The length of the head in bytes; `None` if it is incomplete.
    pub head: Option<usize>,
    /// Whether all of the request was read.
    pub is_complete: bool,
    /// The status of the response, even if the response was cut; `None` if there was no response.
    pub status: Option<u16>,
    /// The id of the report that it stored. A repeated report that the server recognised stores nothing.
    pub report_id: Option<u64>,
    /// When the head was complete, on a logical clock that ticks at each start and each end.
    pub started: u64,
    /// When the last byte of the response was about to be sent, or the connection was closed, on the same clock; `None`
    /// before that. The server learns a moment later that a client closed the connection.
    pub ended: Option<u64>,
}

impl Upload {
    /// The bytes of the body that were read, with the chunk sizes if it is chunked.
    pub fn body(&self) -> &[u8] {
        self.head.and_then(|head| self.bytes.get(head..)).unwrap_or(&[])
    }

    /// A header by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// Whether both were in progress at the same time.
    pub fn overlaps(&self, other: &Upload) -> bool {
        let precedes = |first: &Upload, second: &Upload| first.ended.is_some_and(|ended| ended < second.started);
        !precedes(self, other) && !precedes(other, self)
    }
}

/// The uploads of a server. An index counts those that were cleared, so that it stays valid.
#[derive(Default)]
pub(super) struct Uploads(Mutex<Recorded>);

#[derive(Default)]
struct Recorded {
    uploads: Vec<Upload>,
    /// How many were cleared.
    cleared: usize,
    clock: u64,
}

impl Recorded {
    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock - 1
    }
}

impl Uploads {
    pub(super) fn all(&self) -> Vec<Upload> {
        lock(&self.0).uploads.clone()
    }

    pub(super) fn clear(&self) {
        let recorded = &mut *lock(&self.0);
        recorded.cleared += recorded.uploads.len();
        recorded.uploads.clear();
    }

    /// Records an upload and returns its index.
    pub(super) fn start(&self, mut upload: Upload) -> usize {
        let recorded = &mut *lock(&self.0);
        upload.started = recorded.tick();
        recorded.uploads.push(upload);
        recorded.cleared + recorded.uploads.len() - 1
    }

    /// Changes an upload unless it was cleared.
    pub(super) fn update(&self, index: usize, change: impl FnOnce(&mut Upload)) {
        let recorded = &mut *lock(&self.0);
        if let Some(upload) = index.checked_sub(recorded.cleared).and_then(|at| recorded.uploads.get_mut(at)) {
            change(upload);
        }
    }

    /// Sets the end of an upload unless it is set.
    pub(super) fn finish(&self, index: usize) {
        let now = lock(&self.0).tick();
        self.update(index, |upload| upload.ended = upload.ended.or(Some(now)));
    }

    /// The position of an index among the uploads that were not cleared.
    pub(super) fn position(&self, index: usize) -> usize {
        index.saturating_sub(lock(&self.0).cleared)
    }
}
