//! One response into one file.

use std::path::PathBuf;
use std::sync::Arc;

use super::body::{BodyFile, ChunkResult, Encoding};
use super::headers::{HeadAction, ResponseHead};
use super::partial::{PartFiles, PartialFile};
use super::request::request_headers;
use crate::clock::now_ms;
use crate::error::{Error, Result};
use crate::storage::FileSystem;
use crate::transfer::{BodyKind, Outcome, ResponseMeta, Transfer};

/// Default limit of a JSON body, in decoded bytes.
pub(crate) const MAX_JSON_BYTES: u64 = 256 << 20;
/// Default limit of a file, in bytes.
pub(crate) const MAX_FILE_BYTES: u64 = 64 << 20;
/// Maximum number of consecutive requests for one transfer. The second requests the whole file if the partial one no longer
/// matches the server's.
const MAX_REQUESTS: u8 = 2;

/// The detail of [`Outcome::Rejected`] if the server did not send the requested part of a file.
const NO_RANGE: &str = "the server does not send parts of a file";

/// The next step of a driver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Send the request with these headers, and pass the head of the response to [`ResponseWriter::on_head`].
    Send(Vec<(&'static str, String)>),
    /// Pass the body to [`ResponseWriter::write_chunk`], and its end to [`ResponseWriter::finish`].
    Body,
    /// The exchange has ended. Nothing more is expected of the driver.
    Ended(Outcome),
}

/// Writes the response to one transfer into its file. The file is replaced only by a complete response with a 2xx status.
///
/// An interrupted file leaves its bytes beside the target, and the next writer for the same target resumes it.
#[derive(Debug)]
pub struct ResponseWriter {
    transfer: Transfer,
    files: PartFiles,
    max_bytes: u64,
    /// Whether the client removes the content encoding.
    is_decoded: bool,
    partial: Option<PartialFile>,
    requests: u8,
    body: Option<Body>,
}

/// A body that is being received.
#[derive(Debug)]
struct Body {
    file: BodyFile,
    meta: ResponseMeta,
    from: u64,
    total: Option<u64>,
}

impl ResponseWriter {
    /// A writer for a driver that passes on the bytes as the network delivered them. `max_bytes` limits the decoded body.
    #[doc(hidden)]
    pub fn new(transfer: Transfer, target: PathBuf, disk: Arc<dyn FileSystem>, max_bytes: u64) -> ResponseWriter {
        let files = PartFiles::new(target, disk);
        ResponseWriter { transfer, files, max_bytes, is_decoded: false, partial: None, requests: 0, body: None }
    }

    /// For a driver whose client negotiates and removes the content encoding itself, as those of Android and Apple do.
    #[must_use]
    pub(crate) fn decoded_by_client(self) -> ResponseWriter {
        ResponseWriter { is_decoded: true, ..self }
    }

    /// The first step: a request, or the end if the file is already complete.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn start(&mut self) -> Result<Step> {
        let step = self.request();
        self.checked(step)
    }

    /// Takes the status and the headers of the response, after redirects. Names may have any case.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn on_head<'h>(&mut self, status: u16, headers: impl IntoIterator<Item = (&'h str, &'h str)>) -> Result<Step> {
        let head = ResponseHead::new(status, headers, self.is_decoded, now_ms());
        let step = self.open_body(&head);
        self.checked(step)
    }

    /// Takes a chunk of the body.
    ///
    /// # Errors
    /// Those of the disk; [`Error::Internal`] before a head that asked for the body.
    pub fn write_chunk(&mut self, chunk: &[u8]) -> Result<Step> {
        let step = self.append(chunk);
        self.checked(step)
    }

    /// Takes the end of the body. If the body is complete, the file has its final name when this returns.
    ///
    /// # Errors
    /// Those of the disk; [`Error::Internal`] before a head that asked for the body.
    pub fn finish(&mut self) -> Result<Outcome> {
        let outcome = self.publish();
        self.clean_up(outcome.as_ref().err());
        outcome
    }

    /// Ends an exchange that the driver gives up: the connection was lost, or the work was cancelled. The bytes of a file
    /// stay for the next attempt; those of JSON are removed, as they are of no use.
    pub fn abort(&mut self) {
        self.body = None;
        if self.transfer.body == BodyKind::Json {
            self.files.discard();
        }
    }

    fn checked(&mut self, step: Result<Step>) -> Result<Step> {
        if !matches!(step, Ok(Step::Send(_) | Step::Body)) {
            self.clean_up(step.as_ref().err());
        }
        step
    }

    /// Removes the files that cannot be resumed after the exchange. If the disk is full, partial files are removed too.
    fn clean_up(&mut self, error: Option<&Error>) {
        self.abort();
        if error == Some(&Error::StorageFull) {
            self.files.discard();
        }
    }

    fn request(&mut self) -> Result<Step> {
        self.body = None;
        self.partial = if self.transfer.body == BodyKind::File { self.files.read() } else { None };
        if let Some(partial) = self.partial.as_ref().filter(|partial| partial.is_complete()) {
            let validators = partial.validators.clone();
            self.files.publish()?;
            return Ok(Step::Ended(Outcome::Response(ResponseMeta { status: 200, validators, ..Default::default() })));
        }
        self.requests += 1;
        if self.requests > MAX_REQUESTS {
            let detail = "the server sends other parts of the file than it was asked for".to_owned();
            return Ok(Step::Ended(Outcome::NetworkError { detail }));
        }
        Ok(Step::Send(request_headers(&self.transfer, self.partial.as_ref(), !self.is_decoded)))
    }

    fn open_body(&mut self, head: &ResponseHead) -> Result<Step> {
        if self.transfer.body == BodyKind::FileSize {
            return Ok(Step::Ended(Outcome::Response(head.size_meta())));
        }
        let (from, partial) = match head.action(self.transfer.range, self.partial.as_ref()) {
            HeadAction::Ignore => return Ok(Step::Ended(Outcome::Response(head.meta()))),
            HeadAction::NoRange => {
                return Ok(Step::Ended(Outcome::Rejected { detail: NO_RANGE.to_owned() }));
            }
            HeadAction::Restart => {
                self.files.discard();
                return self.request();
            }
            HeadAction::AlreadyComplete => {
                self.files.publish()?;
                return Ok(Step::Ended(Outcome::Response(ResponseMeta { status: 200, ..head.meta() })));
            }
            HeadAction::Write { from, partial } => (from, partial),
        };
        let Some(encoding) = head.encoding else {
            let detail = "the server uses a content encoding that was not asked for".to_owned();
            return Ok(Step::Ended(Outcome::Rejected { detail }));
        };
        if partial.total.is_some_and(|total| total > self.max_bytes) {
            return Ok(Step::Ended(self.too_long()));
        }
        if self.transfer.body == BodyKind::File && encoding == Encoding::Identity {
            self.files.record(&partial)?;
        }
        let file = BodyFile::new(self.files.open(from)?, encoding, self.max_bytes.saturating_sub(from));
        let meta = ResponseMeta { status: 200, validators: partial.validators, ..head.meta() };
        self.body = Some(Body { file, meta, from, total: partial.total });
        Ok(Step::Body)
    }

    fn append(&mut self, chunk: &[u8]) -> Result<Step> {
        let Some(body) = &mut self.body else { return Err(Error::internal("a body without a head")) };
        body.meta.bytes += chunk.len() as u64;
        Ok(match body.file.write(chunk)? {
            ChunkResult::Written => Step::Body,
            ChunkResult::TooLong => Step::Ended(self.too_long()),
            ChunkResult::Malformed => Step::Ended(Outcome::incomplete()),
        })
    }

    fn publish(&mut self) -> Result<Outcome> {
        let Some(Body { file, meta, from, total }) = self.body.take() else {
            return Err(Error::internal("a body without a head"));
        };
        let Some(bytes) = file.finish(self.transfer.body == BodyKind::File)? else { return Ok(Outcome::incomplete()) };
        if total.is_some_and(|total| from + bytes != total) {
            return Ok(Outcome::incomplete());
        }
        self.files.publish()?;
        Ok(Outcome::Response(meta))
    }

    fn too_long(&self) -> Outcome {
        let detail = match self.transfer.body {
            BodyKind::File | BodyKind::FileSize => format!("the file is larger than {} bytes", self.max_bytes),
            BodyKind::Json => format!("the response is longer than {} bytes", self.max_bytes),
        };
        Outcome::Rejected { detail }
    }
}
