//! Requests that bring something, byte by byte as they came, whether they came whole or not.

use std::sync::Mutex;

use super::lock;

/// A request that is neither GET nor HEAD.
#[derive(Clone, Debug, Default)]
pub struct Post {
    /// `POST` and so on; empty when the head did not come whole.
    pub method: String,
    /// Path and query, as asked; empty when the head did not come whole.
    pub path: String,
    /// Names, in small letters, and values.
    pub headers: Vec<(String, String)>,
    /// Every byte that came, the head's included. A server that closes the connection has none after those it read.
    pub bytes: Vec<u8>,
    /// The bytes of the head; none when it did not come whole.
    pub head: Option<usize>,
    /// Whether the request came whole.
    pub whole: bool,
    /// The status answered, whatever of the answer arrived; none when there was no answer.
    pub status: Option<u16>,
    /// The report it stored, by its number. A repeated one that the server knew again stores nothing.
    pub stored: Option<u64>,
    /// When the head had come, by a clock that ticks at each beginning and each end: 0 and so on.
    pub began: u64,
    /// When the last byte of the answer was about to leave, or the connection was closed, by the same clock; none while
    /// neither is so. A server hears of a connection that the other one closed a moment after it.
    pub ended: Option<u64>,
}

impl Post {
    /// The bytes of the body that came, with the highlights of chunks, if it is in chunks.
    pub fn body(&self) -> &[u8] {
        self.head.and_then(|head| self.bytes.get(head..)).unwrap_or(&[])
    }

    /// A header by its name in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// Whether both were under way at the same time.
    pub fn overlaps(&self, other: &Post) -> bool {
        let before = |one: &Post, other: &Post| one.ended.is_some_and(|ended| ended < other.began);
        !before(self, other) && !before(other, self)
    }
}

/// The requests so far, by rank.
#[derive(Default)]
pub(super) struct Posts(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    posts: Vec<Post>,
    /// How many were forgotten before these.
    forgotten: usize,
    clock: u64,
}

impl Kept {
    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock - 1
    }
}

impl Posts {
    pub(super) fn all(&self) -> Vec<Post> {
        lock(&self.0).posts.clone()
    }

    pub(super) fn forget(&self) {
        let kept = &mut *lock(&self.0);
        kept.forgotten += kept.posts.len();
        kept.posts.clear();
    }

    /// Keeps a request, and gives its rank among all there ever were.
    pub(super) fn begin(&self, mut post: Post) -> usize {
        let kept = &mut *lock(&self.0);
        post.began = kept.tick();
        kept.posts.push(post);
        kept.forgotten + kept.posts.len() - 1
    }

    /// Changes one that is not forgotten.
    pub(super) fn change(&self, rank: usize, change: impl FnOnce(&mut Post)) {
        let kept = &mut *lock(&self.0);
        if let Some(post) = rank.checked_sub(kept.forgotten).and_then(|at| kept.posts.get_mut(at)) {
            change(post);
        }
    }

    /// Says that a request is done with, if it was not yet.
    pub(super) fn end(&self, rank: usize) {
        let now = lock(&self.0).tick();
        self.change(rank, |post| post.ended = post.ended.or(Some(now)));
    }

    /// The place of a rank among those not forgotten.
    pub(super) fn place(&self, rank: usize) -> usize {
        rank.saturating_sub(lock(&self.0).forgotten)
    }
}
