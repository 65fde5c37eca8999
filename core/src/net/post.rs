//! A form on its way to the server: its pieces one after the other, from memory or from a file, and a word before the last.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use futures_util::{StreamExt, stream};
use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use url::Url;

use super::{CancelToken, HttpClient, cancelled, check};
use crate::error::{Error, Result};
use crate::geotrek::{BodyChunk, ReportForm};
use crate::report::{Reply, SendResult};
use crate::response::retry_after_ms;

const CHUNK: usize = 64 << 10;
/// Bytes of an answer that are read: a receipt has some hundreds.
const MAX_REPLY: usize = 256 << 10;

/// How far a form is, as its driver sees it.
#[derive(Debug, Clone, Default)]
pub struct PostProgress(Arc<AtomicU64>);

impl PostProgress {
    /// Bytes that were handed to the network.
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl HttpClient {
    /// Posts a form. `before_last` is called when all but the last piece was handed to the network: where it fails, the last
    /// piece is never sent. Blocks. A cancel ends it at once before the last piece; after that the answer is waited for,
    /// as nobody could know otherwise what became of it.
    pub fn post(
        &self,
        url: &str,
        form: &ReportForm,
        language: &str,
        before_last: impl FnMut() -> Result<()> + Send + 'static,
        cancel: &CancelToken,
        progress: &PostProgress,
    ) -> Result<SendResult> {
        let url = Url::parse(url).map_err(|_| Error::invalid("url", "a web address"))?;
        check(&url, self.options.allow_plain_http)?;
        let whole = Arc::new(AtomicBool::new(false));
        // What the network still holds of an attempt that is over must not end in the next one's time.
        let over = Over::default();
        let before_last = over.guard(before_last);
        let body = body(form.pieces(), before_last, Arc::clone(&whole), progress.clone());
        let request = self
            .poster
            .post(url)
            .header(ACCEPT, "application/json")
            .header(ACCEPT_LANGUAGE, language)
            .header(CONTENT_TYPE, form.content_type())
            .header(CONTENT_LENGTH, form.content_length())
            .body(body);
        self.runtime.block_on(async {
            let cancelled = async {
                loop {
                    cancelled(cancel).await;
                    if !whole.load(Ordering::Acquire) {
                        return;
                    }
                    // Too late to stop it: whatever comes is better known than not.
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                sent = exchange(request, &whole, &over) => Ok(sent),
                () = cancelled => Err(Error::Cancelled),
            }
        })
    }
}

/// Whether an attempt is over.
#[derive(Default)]
struct Over(Arc<AtomicBool>);

impl Over {
    fn set(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Refuses what is asked for when the attempt is over.
    fn guard(
        &self,
        mut before_last: impl FnMut() -> Result<()> + Send + 'static,
    ) -> impl FnMut() -> Result<()> + Send + 'static {
        let over = Arc::clone(&self.0);
        move || if over.load(Ordering::Acquire) { Err(Error::Cancelled) } else { before_last() }
    }
}

impl Drop for Over {
    fn drop(&mut self) {
        self.set();
    }
}

async fn exchange(request: reqwest::RequestBuilder, whole: &AtomicBool, over: &Over) -> SendResult {
    let response = match request.send().await {
        Ok(response) => response,
        Err(error) if error.is_connect() || error.is_builder() => {
            return SendResult::NotSent { detail: "no connection to the server".to_owned() };
        }
        Err(error) => {
            over.set();
            let reason = if error.is_timeout() { "the server took too long" } else { "the connection was lost" };
            return SendResult::ConnectionLost {
                final_chunk_sent: whole.load(Ordering::Acquire),
                detail: reason.to_owned(),
            };
        }
    };
    let mut reply = Reply {
        status: response.status().as_u16(),
        // Whoever says that, however oddly, has not taken the report.
        retry_after_ms: response
            .headers()
            .get(RETRY_AFTER)
            .map(|asked| asked.to_str().ok().and_then(retry_after_ms).unwrap_or_default()),
        ..Reply::default()
    };
    let mut bytes = Vec::new();
    let mut body = response.bytes_stream();
    reply.is_complete = loop {
        match body.next().await {
            None => break true,
            Some(Ok(chunk)) if bytes.len() + chunk.len() <= MAX_REPLY => bytes.extend(&chunk),
            Some(_) => break false,
        }
    };
    reply.body = String::from_utf8_lossy(&bytes).into_owned();
    over.set();
    SendResult::Response { final_chunk_sent: whole.load(Ordering::Acquire), reply }
}

/// The pieces as a stream that reads no further than the network takes.
fn body(
    pieces: Vec<BodyChunk>,
    before_last: impl FnMut() -> Result<()> + Send + 'static,
    whole: Arc<AtomicBool>,
    progress: PostProgress,
) -> reqwest::Body {
    let mut pieces = pieces.into_iter().peekable();
    let mut before_last = before_last;
    let mut open: Option<(File, u64)> = None;
    let mut next = move || -> io::Result<Option<Vec<u8>>> {
        loop {
            if let Some((file, left)) = &mut open {
                let mut chunk = vec![0; CHUNK.min(usize::try_from(*left).unwrap_or(CHUNK))];
                if chunk.is_empty() {
                    open = None;
                    continue;
                }
                file.read_exact(&mut chunk)?;
                *left -= chunk.len() as u64;
                return Ok(Some(chunk));
            }
            match pieces.next() {
                None => return Ok(None),
                Some(BodyChunk::File(path, bytes)) => open = Some((File::open(path)?, bytes)),
                Some(BodyChunk::Bytes(bytes)) => {
                    if pieces.peek().is_none() {
                        before_last().map_err(|_| io::Error::other("the last piece was held back"))?;
                        whole.store(true, Ordering::Release);
                    }
                    return Ok(Some(bytes));
                }
            }
        }
    };
    let chunks = stream::poll_fn(move |_| {
        let chunk = next();
        if let Ok(Some(chunk)) = &chunk {
            progress.0.fetch_add(chunk.len() as u64, Ordering::Relaxed);
        }
        std::task::Poll::Ready(chunk.transpose())
    });
    reqwest::Body::wrap_stream(chunks)
}
