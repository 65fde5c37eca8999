//! The upload of a report: a multipart form, chunk by chunk from memory or from a file; and the request before it, which
//! shows whether the server can take reports.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::Poll;

use futures_util::{StreamExt, stream};
use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE};

use super::client::{HttpClient, cancelled, parse_url};
use crate::clock::now_ms;
use crate::error::{Error, Result};
use crate::geotrek::{BodyChunk, ReportForm};
use crate::report::{Reply, SendResult};
use crate::transfer::CancelToken;

/// Size of a chunk of a photo. The connection buffers at most 16 chunks, so chunks are small: what it still holds when the
/// final chunk is announced lengthens the time in which a killed process leaves doubt.
const CHUNK_BYTES: usize = 8 << 10;
/// Bytes of a response that are read: a receipt has a few hundred.
const MAX_REPLY_BYTES: usize = 256 << 10;

/// Progress of an upload.
#[derive(Debug, Clone, Default)]
pub(crate) struct PostProgress(Arc<AtomicU64>);

impl PostProgress {
    /// Bytes of the body that the network has taken.
    pub(crate) fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl HttpClient {
    /// Posts a form and blocks until its fate is known. `before_final_chunk` is called after the network has taken all other
    /// chunks; if it fails, the final chunk is never sent.
    ///
    /// Cancelling ends the upload at once before the final chunk. After it, the response is awaited, because without it
    /// it is unknown whether the server stored the report.
    ///
    /// # Errors
    /// [`Error::Cancelled`]; [`Error::InvalidInput`] for an address that must not be requested.
    pub(crate) fn post(
        &self,
        url: &str,
        form: &ReportForm,
        language: &str,
        before_final_chunk: impl FnMut() -> Result<()> + Send + 'static,
        cancel: &CancelToken,
        progress: &PostProgress,
    ) -> Result<SendResult> {
        let url = parse_url(url, self.options.allow_plain_http)?;
        let final_chunk_sent = Arc::new(AtomicBool::new(false));
        let attempt = Attempt::default();
        let before_final_chunk = attempt.guard(before_final_chunk);
        let body = body(form.chunks(), before_final_chunk, Arc::clone(&final_chunk_sent), progress.clone());
        let request = self
            .post_client
            .post(url.clone())
            .header(ACCEPT, "application/json")
            .header(ACCEPT_LANGUAGE, language)
            .header(CONTENT_TYPE, form.content_type())
            .header(CONTENT_LENGTH, form.content_length())
            .body(body);
        self.runtime.block_on(async {
            let cancelled = async {
                loop {
                    cancelled(cancel).await;
                    if !final_chunk_sent.load(Ordering::Acquire) {
                        return;
                    }
                    // Too late: the server may have the whole report, so the response decides.
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                sent = exchange(url.as_str(), request, &final_chunk_sent, &attempt) => Ok(sent),
                () = cancelled => Err(Error::Cancelled),
            }
        })
    }

    /// Requests the version of a server, without following redirects; `None` if no response arrives.
    ///
    /// # Errors
    /// [`Error::Cancelled`]; [`Error::InvalidInput`] for an address that must not be requested.
    pub(crate) fn get_version(&self, url: &str, cancel: &CancelToken) -> Result<Option<Reply>> {
        let url = parse_url(url, self.options.allow_plain_http)?;
        let request =
            self.post_client.get(url.clone()).header(ACCEPT, "application/json").timeout(self.options.read_timeout);
        self.runtime.block_on(async {
            let reply = async {
                match request.send().await {
                    Ok(response) => Some(read_reply(url.as_str(), response).await),
                    Err(_) => None,
                }
            };
            tokio::select! {
                reply = reply => Ok(reply),
                () = cancelled(cancel) => Err(Error::Cancelled),
            }
        })
    }
}

/// One attempt to post a form. The network may still hold chunks of an attempt that has ended; its final chunk must not
/// leave during the next attempt.
#[derive(Default)]
struct Attempt {
    has_ended: Arc<AtomicBool>,
}

impl Attempt {
    fn end(&self) {
        self.has_ended.store(true, Ordering::Release);
    }

    /// Makes `before_final_chunk` fail once the attempt has ended.
    fn guard(
        &self,
        mut before_final_chunk: impl FnMut() -> Result<()> + Send + 'static,
    ) -> impl FnMut() -> Result<()> + Send + 'static {
        let has_ended = Arc::clone(&self.has_ended);
        move || if has_ended.load(Ordering::Acquire) { Err(Error::Cancelled) } else { before_final_chunk() }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.end();
    }
}

async fn exchange(
    url: &str,
    request: reqwest::RequestBuilder,
    final_chunk_sent: &AtomicBool,
    attempt: &Attempt,
) -> SendResult {
    let response = match request.send().await {
        Ok(response) => response,
        Err(error) if error.is_connect() || error.is_builder() => {
            return SendResult::NotSent { detail: "no connection to the server".to_owned() };
        }
        Err(error) => {
            attempt.end();
            let detail = if error.is_timeout() { "the server took too long" } else { "the connection was lost" };
            let final_chunk_sent = final_chunk_sent.load(Ordering::Acquire);
            return SendResult::ConnectionLost { final_chunk_sent, detail: detail.to_owned() };
        }
    };
    let reply = read_reply(url, response).await;
    attempt.end();
    SendResult::Response { final_chunk_sent: final_chunk_sent.load(Ordering::Acquire), reply }
}

async fn read_reply(url: &str, response: reqwest::Response) -> Reply {
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let mut bytes = Vec::new();
    let mut body = response.bytes_stream();
    let is_complete = loop {
        match body.next().await {
            None => break true,
            Some(Ok(chunk)) if bytes.len() + chunk.len() <= MAX_REPLY_BYTES => bytes.extend(&chunk),
            Some(_) => break false,
        }
    };
    // A value that is no text still shows that the header is there.
    let headers = headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default()));
    Reply::new(url, status, headers, String::from_utf8_lossy(&bytes).into_owned(), is_complete, now_ms())
}

/// The body as a stream that reads files no faster than the network takes them. The chunks before the final one are handed to
/// the system before `before_final_chunk` is called, so that the report is announced as possibly stored as late as possible.
fn body(
    chunks: Vec<BodyChunk>,
    mut before_final_chunk: impl FnMut() -> Result<()> + Send + 'static,
    final_chunk_sent: Arc<AtomicBool>,
    progress: PostProgress,
) -> reqwest::Body {
    let mut source = BodySource { chunks: chunks.into(), open_file: None };
    let mut is_flushed = false;
    let stream = stream::poll_fn(move |context| {
        if source.is_at_final_chunk() {
            if !is_flushed {
                // The connection flushes its buffer while it waits for the body.
                is_flushed = true;
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            if before_final_chunk().is_err() {
                return Poll::Ready(Some(Err(io::Error::other("the final chunk was held back"))));
            }
            final_chunk_sent.store(true, Ordering::Release);
        }
        let chunk = source.next();
        if let Ok(Some(chunk)) = &chunk {
            progress.0.fetch_add(chunk.len() as u64, Ordering::Relaxed);
        }
        Poll::Ready(chunk.transpose())
    });
    reqwest::Body::wrap_stream(stream)
}

/// The chunks of a body, those of files no larger than [`CHUNK_BYTES`].
struct BodySource {
    chunks: VecDeque<BodyChunk>,
    /// A file that is being read, and its bytes that are left.
    open_file: Option<(File, u64)>,
}

impl BodySource {
    fn is_at_final_chunk(&self) -> bool {
        self.open_file.as_ref().is_none_or(|(_, left)| *left == 0) && self.chunks.len() == 1
    }

    fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            if let Some((file, left)) = &mut self.open_file {
                let mut chunk = vec![0; CHUNK_BYTES.min(usize::try_from(*left).unwrap_or(CHUNK_BYTES))];
                if chunk.is_empty() {
                    self.open_file = None;
                    continue;
                }
                file.read_exact(&mut chunk)?;
                *left -= chunk.len() as u64;
                return Ok(Some(chunk));
            }
            match self.chunks.pop_front() {
                None => return Ok(None),
                Some(BodyChunk::File(path, bytes)) => self.open_file = Some((File::open(path)?, bytes)),
                Some(BodyChunk::Bytes(bytes)) => return Ok(Some(bytes)),
            }
        }
    }
}

#[cfg(test)]
#[path = "post_tests.rs"]
mod tests;
