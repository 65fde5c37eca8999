//! Reads a request from the bytes of a connection. A request ends when it is complete, when the connection ends, or where a
//! fault cuts it. The bytes of an upload are recorded at once, so that they are known even if the request is cut.

use http::Method;

use super::faults::RequestFaults;
use super::state::{ServerState, lock};
use super::uploads::Upload;
use super::wire::{self, BodyLength, Request};

/// The longest head that is accepted, in bytes.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// What the connection does after some bytes were read.
pub(super) enum ReadState {
    /// Read more.
    Incomplete,
    /// Respond.
    Complete(Box<Request>, Box<RequestFaults>),
    /// Close the connection without a response.
    Close,
}

/// Collects the bytes of one request.
#[derive(Default)]
pub(super) struct RequestReader {
    bytes: Vec<u8>,
    head: Option<Head>,
    /// The index among the uploads, if the request is one.
    pub(super) upload: Option<usize>,
}

struct Head {
    request: Request,
    faults: RequestFaults,
    length: BodyLength,
    /// Where the unread part of the body starts: after the head, or after the last complete chunk.
    at: usize,
    /// Where the server stops reading.
    end: usize,
    is_early: bool,
}

impl RequestReader {
    /// Adds bytes that were received.
    pub(super) fn push(&mut self, state: &ServerState, received: &[u8]) -> ReadState {
        let known = self.bytes.len();
        self.bytes.extend(received);
        if self.head.is_none() {
            match wire::parse(&self.bytes) {
                None => return ReadState::Close,
                Some(None) if self.bytes.len() > MAX_HEAD_BYTES => return ReadState::Close,
                Some(None) => return ReadState::Incomplete,
                Some(Some((request, at, length))) => self.start(state, request, at, length),
            }
        }
        let Some(mut head) = self.head.take() else { return ReadState::Incomplete };
        let is_cut = self.bytes.len() >= head.end;
        self.bytes.truncate(head.end);
        let end = head.request_end(&self.bytes);
        if let Some(end) = end {
            self.bytes.truncate(end);
        }
        if let Some(index) = self.upload {
            let new = self.bytes.get(known..).unwrap_or(&[]);
            state.uploads.update(index, |upload| {
                match upload.bytes.len() {
                    0 => upload.bytes.clone_from(&self.bytes),
                    _ => upload.bytes.extend(new),
                }
                upload.is_complete = end.is_some();
            });
        }
        let will_be_cut = head.faults.request_cut().is_some();
        if head.is_early {
            return ReadState::Complete(Box::new(head.request), Box::new(head.faults));
        }
        if will_be_cut && (is_cut || end.is_some()) {
            return ReadState::Close;
        }
        if end.is_none() {
            self.head = Some(head);
            return ReadState::Incomplete;
        }
        if let (BodyLength::Known(_), true) = (head.length, self.upload.is_some()) {
            head.request.body = self.bytes[head.at..].to_vec();
        }
        ReadState::Complete(Box::new(head.request), Box::new(head.faults))
    }

    fn start(&mut self, state: &ServerState, request: Request, at: usize, length: BodyLength) {
        let faults = lock(&state.faults).of_request(&request.target());
        if request.method != Method::GET && request.method != Method::HEAD {
            let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            };
            self.upload = Some(state.uploads.start(Upload {
                method: request.method.to_string(),
                path: request.target(),
                headers: request.headers.iter().map(header).collect(),
                head: Some(at),
                ..Upload::default()
            }));
        }
        let is_early = faults.is_early();
        let end = if is_early { at } else { faults.request_cut().unwrap_or(usize::MAX) };
        self.head = Some(Head { request, faults, length, at, end, is_early });
    }

    /// The connection has ended. An incomplete head that may be that of an upload is recorded, too.
    pub(super) fn close(&mut self, state: &ServerState) {
        let word = b"POST ";
        let start = &self.bytes[..self.bytes.len().min(word.len())];
        if self.upload.is_none() && self.head.is_none() && !start.is_empty() && word.starts_with(start) {
            self.upload = Some(state.uploads.start(Upload { bytes: self.bytes.clone(), ..Upload::default() }));
        }
        if let Some(upload) = self.upload {
            state.uploads.finish(upload);
        }
    }
}

impl Head {
    /// Where the request ends, if it is complete.
    fn request_end(&mut self, bytes: &[u8]) -> Option<usize> {
        match self.length {
            BodyLength::Known(length) => Some(self.at.saturating_add(length)).filter(|end| bytes.len() >= *end),
            BodyLength::Chunked => loop {
                let rest = bytes.get(self.at..)?;
                let Ok(httparse::Status::Complete((start, size))) = httparse::parse_chunk_size(rest) else {
                    return None;
                };
                let end = start + usize::try_from(size).ok()?;
                let chunk = rest.get(start..end.checked_add(2)?)?;
                self.request.body.extend(&chunk[..chunk.len() - 2]);
                self.at += end + 2;
                if size == 0 {
                    return Some(self.at);
                }
            },
        }
    }
}
