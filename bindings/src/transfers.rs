//! A refresh or a download that the platform's own HTTP client moves.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::sync::{Arc, Mutex};

use jalon::companion::{DownloadJob, Job, RefreshJob};
use jalon::response::{ResponseWriter, Step};
use jalon::transfer::{BodyKind, Next, Outcome, Transfer};

use crate::error::Result;
use crate::options::{BlockReason, NetworkKind, Progress};
use crate::pack::Pack;
use crate::panic_guard::guard;
use crate::state::Shared;
use crate::territory::RefreshSummary;
use crate::threads::lock;
use crate::watch::DataVersions;

/// Bytes that [`Transfers::write_file`] reads at once.
const CHUNK: usize = 64 << 10;

/// An HTTP header.
#[derive(Debug, uniffi::Record)]
pub struct Header {
    /// Its name, in lower case.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// An HTTP GET to send.
#[derive(Debug, uniffi::Record)]
pub struct HttpRequest {
    /// Id of its transfer.
    pub id: u64,
    /// Absolute URL. Follow redirects, but not from https to plain http.
    pub url: String,
    /// Headers to send. The client may add its own `accept-encoding` if there is none here.
    pub headers: Vec<Header>,
    /// True for a file, which may be requested in part; false for a response of the API.
    pub is_file: bool,
}

/// What to do next.
#[derive(Debug, uniffi::Enum)]
pub enum NextTransfer {
    /// Send a request and report its response: head, body and end, or failure.
    Start {
        /// The request.
        request: HttpRequest,
    },
    /// Call again after a delay.
    Wait {
        /// The delay, milliseconds.
        ms: u64,
    },
    /// All remaining transfers are started: call again when one has ended.
    InFlight,
    /// Transfers remain, and the options of the app block them.
    Blocked {
        /// Why.
        reason: BlockReason,
    },
    /// All transfers are complete: call [`Transfers::finish`].
    Finished,
}

/// What to do with a response.
#[derive(Debug, uniffi::Enum)]
pub enum ResponseAction {
    /// Pass on the body.
    Write,
    /// Send the request again with these headers: the partial file does not match the server's file.
    Retry {
        /// The request.
        request: HttpRequest,
    },
    /// Ignore the rest: the transfer has ended.
    Ended,
}

/// The result of the transfers.
#[derive(Debug, uniffi::Enum)]
pub enum TransferResult {
    /// Of a refresh.
    Refresh {
        /// The summary.
        summary: RefreshSummary,
    },
    /// Of a download.
    Download {
        /// The pack.
        pack: Pack,
    },
}

#[derive(Debug)]
enum Work {
    Refresh(Box<RefreshJob>),
    Download(Box<DownloadJob>),
}

impl Work {
    fn job(&mut self) -> &mut dyn Job {
        match self {
            Work::Refresh(refresh) => &mut **refresh,
            Work::Download(download) => &mut **download,
        }
    }
}

#[derive(Debug)]
struct State {
    /// None after `finish` or `release`.
    work: Option<Work>,
    /// The writers of the started transfers.
    writers: HashMap<u64, (Transfer, ResponseWriter)>,
}

/// A refresh or a download for the platform's HTTP client (OkHttp, URLSession). Call [`Transfers::next`] and send the requests
/// that it returns, two at most at once, until it returns `Finished`; then call [`Transfers::finish`]. The process may end at
/// any step: planned again, the work resumes, a file at its last byte. Until it is finished, released or dropped, no other
/// refresh or download of its territory starts.
#[derive(Debug, uniffi::Object)]
pub struct Transfers {
    shared: Arc<Shared>,
    state: Mutex<State>,
}

impl Transfers {
    fn new(shared: Arc<Shared>, mut work: Work) -> jalon::Result<Arc<Transfers>> {
        // Takes over what another process or a dropped object had started.
        work.job().reconcile(&[])?;
        work.job().resume()?;
        Ok(Arc::new(Transfers { shared, state: Mutex::new(State { work: Some(work), writers: HashMap::new() }) }))
    }

    pub(crate) fn of_refresh(shared: Arc<Shared>, refresh: RefreshJob) -> jalon::Result<Arc<Transfers>> {
        Transfers::new(shared, Work::Refresh(Box::new(refresh)))
    }

    pub(crate) fn of_download(shared: Arc<Shared>, download: DownloadJob) -> jalon::Result<Arc<Transfers>> {
        Transfers::new(shared, Work::Download(Box::new(download)))
    }

    /// Runs work on the state on a background thread.
    async fn with<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Transfers, &mut State) -> jalon::Result<T> + Send + 'static,
    ) -> Result<T> {
        let own = Arc::clone(self);
        self.shared.run_blocking(move |_| work(&own, &mut lock(&own.state))).await
    }

    /// Ends a transfer.
    fn end(&self, state: &mut State, id: u64, ended: jalon::Result<Outcome>) -> jalon::Result<()> {
        let Some((_, mut writer)) = state.writers.remove(&id) else { return Err(unknown(id)) };
        writer.abort();
        job(state)?.complete(id, ended?)
    }

    /// What the platform must do after a step of a writer.
    fn action(&self, state: &mut State, id: u64, step: jalon::Result<Step>) -> jalon::Result<ResponseAction> {
        match step {
            Ok(Step::Body) => Ok(ResponseAction::Write),
            Ok(Step::Send(headers)) => match state.writers.get(&id) {
                Some((transfer, _)) => Ok(ResponseAction::Retry { request: http_request(transfer, headers) }),
                None => Err(unknown(id)),
            },
            Ok(Step::Ended(outcome)) => self.end(state, id, Ok(outcome)).map(|()| ResponseAction::Ended),
            Err(error) => {
                // The app gets the error of the disk, not that of ending the transfer.
                let _ = self.end(state, id, Err(error.clone()));
                Err(error)
            }
        }
    }

    fn write_chunk_of(&self, state: &mut State, id: u64, bytes: &[u8]) -> jalon::Result<ResponseAction> {
        let Some((_, writer)) = state.writers.get_mut(&id) else { return Err(unknown(id)) };
        let step = writer.write_chunk(bytes);
        self.action(state, id, step)
    }

    fn finish_body_of(&self, state: &mut State, id: u64, is_complete: bool) -> jalon::Result<()> {
        let Some((_, writer)) = state.writers.get_mut(&id) else { return Err(unknown(id)) };
        let ended = if is_complete { writer.finish() } else { Ok(Outcome::incomplete()) };
        self.end(state, id, ended)
    }
}

fn job(state: &mut State) -> jalon::Result<&mut dyn Job> {
    state.work.as_mut().map(Work::job).ok_or(jalon::Error::Closed)
}

fn unknown(id: u64) -> jalon::Error {
    jalon::Error::NotFound { detail: format!("transfer {id}") }
}

fn http_request(transfer: &Transfer, headers: Vec<(&'static str, String)>) -> HttpRequest {
    // Platforms ask for a packing of their own, and unpack it.
    let own_packing = |(name, value): &(&str, String)| *name == "accept-encoding" && value == "gzip";
    let headers = headers.into_iter().filter(|header| !own_packing(header));
    HttpRequest {
        id: transfer.id,
        url: transfer.url.clone(),
        headers: headers.map(|(name, value)| Header { name: name.to_owned(), value }).collect(),
        is_file: transfer.body == BodyKind::File,
    }
}

#[uniffi::export]
impl Transfers {
    /// What to do now. A request that this returns counts as started.
    ///
    /// # Errors
    /// `ServerError` or `Offline` if the work cannot continue now; `Closed` after [`Transfers::finish`].
    pub async fn next(self: Arc<Self>) -> Result<NextTransfer> {
        self.with(|own, state| {
            loop {
                let transfer = match job(state)?.next()? {
                    Next::Idle => return Ok(NextTransfer::Finished),
                    Next::InFlight => return Ok(NextTransfer::InFlight),
                    Next::Wait { ms } => return Ok(NextTransfer::Wait { ms }),
                    Next::Blocked(reason) => return Ok(NextTransfer::Blocked { reason }),
                    Next::Start(transfer) => transfer,
                };
                let id = transfer.id;
                // Without a lease: a transfer ends with this object at the latest, and planning again reports it lost.
                if !job(state)?.started(id, None)? {
                    return Ok(NextTransfer::InFlight);
                }
                let target = job(state)?.target(id);
                let mut writer = own.shared.core.response_writer(transfer.clone(), target);
                let step = writer.start();
                state.writers.insert(id, (transfer, writer));
                match own.action(state, id, step)? {
                    ResponseAction::Retry { request } => return Ok(NextTransfer::Start { request }),
                    // The file is complete already.
                    ResponseAction::Ended => {}
                    ResponseAction::Write => {
                        let detail = "a response’s body was expected before its head".to_owned();
                        return Err(jalon::Error::Internal { detail });
                    }
                }
            }
        })
        .await
    }

    /// Passes on the head of a response: its status and headers, after redirects.
    ///
    /// # Errors
    /// `NotFound` if the transfer is not started.
    pub async fn on_head(self: Arc<Self>, id: u64, status: u16, headers: Vec<Header>) -> Result<ResponseAction> {
        self.with(move |own, state| {
            let Some((_, writer)) = state.writers.get_mut(&id) else { return Err(unknown(id)) };
            let headers = headers.iter().map(|header| (header.name.as_str(), header.value.as_str()));
            let step = writer.on_head(status, headers);
            own.action(state, id, step)
        })
        .await
    }

    /// Writes a decompressed part of the body, on the caller's thread.
    ///
    /// # Errors
    /// `NotFound` if the transfer is not started.
    pub fn write_chunk(&self, id: u64, bytes: &[u8]) -> Result<ResponseAction> {
        guard(|| self.write_chunk_of(&mut lock(&self.state), id, bytes))
    }

    /// Ends the body: complete, or cut; a cut body resumes with the next attempt.
    ///
    /// # Errors
    /// `NotFound` if the transfer is not started; `ServerError` or `Offline` if the work cannot continue now.
    pub async fn finish_body(self: Arc<Self>, id: u64, is_complete: bool) -> Result<()> {
        self.with(move |own, state| own.finish_body_of(state, id, is_complete)).await
    }

    /// Takes the body from a file that the platform downloaded, for example in the background, after
    /// [`Transfers::on_head`]. The file is read and stays. `is_complete` is false if the body was cut.
    ///
    /// # Errors
    /// As [`Transfers::finish_body`]; `InvalidInput` for a file that cannot be read.
    pub async fn write_file(self: Arc<Self>, id: u64, path: String, is_complete: bool) -> Result<()> {
        self.with(move |own, state| {
            let unreadable = |_| jalon::Error::invalid("path", "must be the path of a readable file");
            let mut file = File::open(path).map_err(unreadable)?;
            let mut chunk = vec![0; CHUNK];
            loop {
                let count = file.read(&mut chunk).map_err(unreadable)?;
                if count == 0 {
                    return own.finish_body_of(state, id, is_complete);
                }
                if let ResponseAction::Ended = own.write_chunk_of(state, id, &chunk[..count])? {
                    return Ok(());
                }
            }
        })
        .await
    }

    /// Ends a transfer that got no response; it is tried again after a delay. `detail` must not contain personal data.
    ///
    /// # Errors
    /// `NotFound` if the transfer is not started; `Offline` if the work cannot continue now.
    pub async fn failed(self: Arc<Self>, id: u64, detail: String) -> Result<()> {
        self.with(move |own, state| own.end(state, id, Ok(Outcome::NetworkError { reason: detail }))).await
    }

    /// Ends a transfer whose URL, or redirect, must not be requested; it is not tried again.
    ///
    /// # Errors
    /// As [`Transfers::failed`].
    pub async fn rejected(self: Arc<Self>, id: u64, detail: String) -> Result<()> {
        self.with(move |own, state| own.end(state, id, Ok(Outcome::Rejected { reason: detail }))).await
    }

    /// The progress.
    ///
    /// # Errors
    /// `Closed` after [`Transfers::finish`].
    pub fn progress(&self) -> Result<Progress> {
        guard(|| Ok(Progress::of(job(&mut lock(&self.state))?.progress(), "")))
    }

    /// Sets the network that the device has from now on.
    ///
    /// # Errors
    /// `Closed` after [`Transfers::finish`].
    pub fn set_network(&self, network: NetworkKind) -> Result<()> {
        guard(|| {
            job(&mut lock(&self.state))?.set_network(network);
            Ok(())
        })
    }

    /// Blocks further transfers until [`Transfers::resume`], or until the work is planned again.
    ///
    /// # Errors
    /// `Closed` after [`Transfers::finish`].
    pub async fn pause(self: Arc<Self>) -> Result<()> {
        self.with(|_, state| job(state)?.pause()).await
    }

    /// Ends a pause.
    ///
    /// # Errors
    /// `Closed` after [`Transfers::finish`].
    pub async fn resume(self: Arc<Self>) -> Result<()> {
        self.with(|_, state| job(state)?.resume()).await
    }

    /// Applies what was received in one transaction. Call this once, after [`Transfers::next`] returned `Finished`.
    ///
    /// # Errors
    /// `InvalidInput` if transfers remain, which ends the work; `Closed` if it was called before.
    pub async fn finish(self: Arc<Self>) -> Result<TransferResult> {
        self.with(|own, state| {
            let core = &own.shared.core;
            let result = match state.work.take().ok_or(jalon::Error::Closed)? {
                Work::Refresh(refresh) => TransferResult::Refresh { summary: core.apply_refresh(*refresh)?.into() },
                Work::Download(download) => TransferResult::Download { pack: core.finish_download(*download)?.into() },
            };
            own.shared.changes.count(DataVersions::territory);
            Ok(result)
        })
        .await
    }

    /// Ends the work for now: received data is kept, and other refreshes and downloads of the territory may start.
    pub async fn release(self: Arc<Self>) -> Result<()> {
        self.with(|_, state| {
            state.writers.drain().for_each(|(_, (_, mut writer))| writer.abort());
            state.work = None;
            Ok(())
        })
        .await
    }
}
