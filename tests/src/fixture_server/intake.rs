//! A request as it comes, over a socket or not: it is over when it is whole, when the connection ends, or where a fault
//! wants it to end. What it brings is kept at once, so that the truth is known even of a request that was cut.

use http::Method;

use super::faults::Met;
use super::posts::Post;
use super::socket::{self, Asked, Length};
use super::{Shared, lock};

/// The most a head may have.
const HEAD: usize = 64 * 1024;

/// What to do after some bytes.
pub(super) enum Step {
    /// Wait for more of them.
    More,
    /// Answer.
    Answer(Box<Asked>, Box<Met>),
    /// Close the connection without a word.
    Close,
}

/// A request that has begun to come.
#[derive(Default)]
pub(super) struct Intake {
    bytes: Vec<u8>,
    head: Option<Head>,
    /// Its rank among those that bring something, if it does.
    pub(super) post: Option<usize>,
}

struct Head {
    asked: Asked,
    met: Met,
    length: Length,
    /// Where the body goes on: after the head, or after the last whole chunk.
    at: usize,
    /// Where the server stops to read.
    end: usize,
    early: bool,
}

impl Intake {
    pub(super) fn take(&mut self, shared: &Shared, more: &[u8]) -> Step {
        let known = self.bytes.len();
        self.bytes.extend(more);
        if self.head.is_none() {
            match socket::parse(&self.bytes) {
                None => return Step::Close,
                Some(None) if self.bytes.len() > HEAD => return Step::Close,
                Some(None) => return Step::More,
                Some(Some((asked, at, length))) => self.begin(shared, asked, at, length),
            }
        }
        let Some(mut head) = self.head.take() else { return Step::More };
        let cut = self.bytes.len() >= head.end;
        self.bytes.truncate(head.end);
        let whole = head.whole(&self.bytes);
        if let Some(end) = whole {
            self.bytes.truncate(end);
        }
        if let Some(rank) = self.post {
            let news = self.bytes.get(known..).unwrap_or(&[]);
            shared.posts.change(rank, |post| {
                match post.bytes.len() {
                    0 => post.bytes.clone_from(&self.bytes),
                    _ => post.bytes.extend(news),
                }
                post.whole = whole.is_some();
            });
        }
        let breaks = head.met.cut_request().is_some();
        if head.early {
            return Step::Answer(Box::new(head.asked), Box::new(head.met));
        }
        if breaks && (cut || whole.is_some()) {
            return Step::Close;
        }
        if whole.is_none() {
            self.head = Some(head);
            return Step::More;
        }
        if let (Length::Known(_), true) = (head.length, self.post.is_some()) {
            head.asked.body = self.bytes[head.at..].to_vec();
        }
        Step::Answer(Box::new(head.asked), Box::new(head.met))
    }

    fn begin(&mut self, shared: &Shared, asked: Asked, at: usize, length: Length) {
        let met = lock(&shared.faults).meet(&asked.target());
        if asked.method != Method::GET && asked.method != Method::HEAD {
            let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            };
            self.post = Some(shared.posts.begin(Post {
                method: asked.method.to_string(),
                path: asked.target(),
                headers: asked.headers.iter().map(header).collect(),
                head: Some(at),
                ..Post::default()
            }));
        }
        let early = met.early();
        let end = if early { at } else { met.cut_request().unwrap_or(usize::MAX) };
        self.head = Some(Head { asked, met, length, at, end, early });
    }

    /// The connection ends. A head that may have become one that brings something is kept, too.
    pub(super) fn end(&mut self, shared: &Shared) {
        let word = b"POST ";
        let begun = &self.bytes[..self.bytes.len().min(word.len())];
        if self.post.is_none() && self.head.is_none() && !begun.is_empty() && word.starts_with(begun) {
            self.post = Some(shared.posts.begin(Post { bytes: self.bytes.clone(), ..Post::default() }));
        }
        if let Some(post) = self.post {
            shared.posts.end(post);
        }
    }
}

impl Head {
    /// Where the request ends, once it is whole.
    fn whole(&mut self, bytes: &[u8]) -> Option<usize> {
        match self.length {
            Length::Known(length) => Some(self.at.saturating_add(length)).filter(|end| bytes.len() >= *end),
            Length::Chunks => loop {
                let rest = bytes.get(self.at..)?;
                let Ok(httparse::Status::Complete((mark, size))) = httparse::parse_chunk_size(rest) else {
                    return None;
                };
                let end = mark + usize::try_from(size).ok()?;
                let chunk = rest.get(mark..end.checked_add(2)?)?;
                self.asked.body.extend(&chunk[..chunk.len() - 2]);
                self.at += end + 2;
                if size == 0 {
                    return Some(self.at);
                }
            },
        }
    }
}
