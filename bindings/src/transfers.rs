//! A refresh or a download that the platform's own HTTP client moves.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::sync::{Arc, Mutex};

use jalon::Companion as Core;
#[cfg(feature = "tiles")]
use jalon::companion::MapJob;
use jalon::companion::{DownloadJob, FileSizesJob, Job, RefreshJob};
use jalon::response::{ResponseWriter, Step};
use jalon::transfer::{BodyKind, Next, Outcome, Transfer};

use crate::error::Result;
use crate::panic_guard::guard;
use crate::records::{
    DataVersions, Header, HttpRequest, NetworkKind, NextTransfer, Progress, ResponseAction, TransferResult,
};
use crate::state::Shared;
use crate::threads::lock;

/// Bytes that [`Transfers::write_file`] reads at once.
const CHUNK: usize = 64 << 10;

pub(crate) enum Work {
    Refresh(Box<RefreshJob>),
    Download(Box<DownloadJob>),
    FileSizes(Box<FileSizesJob>),
    #[cfg(feature = "tiles")]
    Map(Box<MapJob>),
    #[cfg(feature = "tiles")]
    MapEstimate(Box<MapJob>),
}

struct State {
    /// None after `finish` or `release`.
    work: Option<Work>,
    /// The writers of the started transfers.
    writers: HashMap<u64, (Transfer, ResponseWriter)>,
}

impl State {
    fn job(&mut self) -> jalon::Result<&mut dyn Job> {
        match &mut self.work {
            Some(Work::Refresh(refresh)) => Ok(&mut **refresh),
            Some(Work::Download(download)) => Ok(&mut **download),
            Some(Work::FileSizes(sizes)) => Ok(&mut **sizes),
            #[cfg(feature = "tiles")]
            Some(Work::Map(map) | Work::MapEstimate(map)) => Ok(&mut **map),
            None => Err(jalon::Error::Closed),
        }
    }

    fn writer(&mut self, id: u64) -> jalon::Result<&mut (Transfer, ResponseWriter)> {
        self.writers.get_mut(&id).ok_or_else(|| jalon::Error::NotFound { detail: format!("transfer {id}") })
    }

    /// Ends a transfer.
    fn end(&mut self, id: u64, outcome: jalon::Result<Outcome>) -> jalon::Result<()> {
        self.writer(id)?.1.abort();
        self.writers.remove(&id);
        self.job()?.complete(id, outcome?)
    }

    /// The platform's next action after a step of a writer.
    fn action(&mut self, id: u64, step: jalon::Result<Step>) -> jalon::Result<ResponseAction> {
        match step {
            Ok(Step::Body) => Ok(ResponseAction::Write),
            Ok(Step::Send(headers)) => {
                Ok(ResponseAction::Retry { request: http_request(&self.writer(id)?.0, headers) })
            }
            Ok(Step::Ended(outcome)) => self.end(id, Ok(outcome)).map(|()| ResponseAction::Ended),
            Err(error) => {
                // The app gets the error of the disk, not that of ending the transfer.
                let _ = self.end(id, Err(error.clone()));
                Err(error)
            }
        }
    }

    fn write_chunk(&mut self, id: u64, bytes: &[u8]) -> jalon::Result<ResponseAction> {
        let step = self.writer(id)?.1.write_chunk(bytes);
        self.action(id, step)
    }

    fn finish_body(&mut self, id: u64, is_complete: bool) -> jalon::Result<()> {
        let writer = &mut self.writer(id)?.1;
        let outcome = if is_complete { writer.finish() } else { Ok(Outcome::incomplete()) };
        self.end(id, outcome)
    }
}

/// A refresh or a download for the platform's HTTP client (OkHttp, URLSession). Call [`Transfers::next`] and send the requests
/// that it returns, two at most at once, until it returns `Finished`; then call [`Transfers::finish`]. The process may end at
/// any step: planned again, the work resumes, a file at its last byte. Until it is finished, released or dropped, no other
/// refresh or download of its territory starts; after it is finished or released, calls fail with `Closed`.
#[derive(uniffi::Object)]
pub struct Transfers {
    shared: Arc<Shared>,
    /// Locked while the work uses the disk, so only by calls on background threads and by [`Transfers::write_chunk`].
    state: Mutex<State>,
    status: Mutex<Status>,
}

/// The values that calls on the app's threads read and set. The lock is held for a moment only.
struct Status {
    /// The progress after the last step; the error after the work has ended.
    progress: jalon::Result<jalon::companion::Progress>,
    /// The network that the next step is told of.
    network: Option<NetworkKind>,
}

impl Transfers {
    pub(crate) fn new(shared: Arc<Shared>, work: Work) -> jalon::Result<Arc<Transfers>> {
        let mut state = State { work: Some(work), writers: HashMap::new() };
        // Takes over what another process or a dropped object had started.
        state.job()?.reconcile(&[])?;
        state.job()?.resume()?;
        let status = Mutex::new(Status { progress: state.job().map(|job| job.progress()), network: None });
        Ok(Arc::new(Transfers { shared, state: Mutex::new(state), status }))
    }

    /// Runs one step of the work, with the network that was set, and keeps the progress.
    fn step<T>(&self, step: impl FnOnce(&mut State) -> jalon::Result<T>) -> jalon::Result<T> {
        let mut state = lock(&self.state);
        if let (Some(network), Ok(job)) = (lock(&self.status).network.take(), state.job()) {
            job.set_network(network);
        }
        let result = step(&mut state);
        lock(&self.status).progress = state.job().map(|job| job.progress());
        result
    }

    /// Runs work on the state on a background thread.
    async fn with<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Core, &mut State) -> jalon::Result<T> + Send + 'static,
    ) -> Result<T> {
        let own = Arc::clone(self);
        self.shared.run_blocking(move |core| own.step(|state| work(core, state))).await
    }
}

fn http_request(transfer: &Transfer, headers: Vec<(&'static str, String)>) -> HttpRequest {
    // Platforms ask for a packing of their own, and unpack it.
    let own_packing = |(name, value): &(&str, String)| *name == "accept-encoding" && value == "gzip";
    let headers = headers.into_iter().filter(|header| !own_packing(header));
    HttpRequest {
        id: transfer.id,
        url: transfer.url.clone(),
        headers: headers.map(|(name, value)| Header { name: name.to_owned(), value }).collect(),
        is_file: transfer.body != BodyKind::Json,
    }
}

#[uniffi::export]
impl Transfers {
    /// The next step. A request that this returns counts as started.
    ///
    /// # Errors
    /// `ServerError` or `Offline` if the work cannot continue now.
    pub async fn next(self: Arc<Self>) -> Result<NextTransfer> {
        self.with(|core, state| {
            loop {
                let transfer = match state.job()?.next()? {
                    Next::Idle => return Ok(NextTransfer::Finished),
                    Next::InFlight => return Ok(NextTransfer::InFlight),
                    Next::Wait { ms } => return Ok(NextTransfer::Wait { ms }),
                    Next::Blocked(reason) => return Ok(NextTransfer::Blocked { reason }),
                    Next::Start(transfer) => transfer,
                };
                let id = transfer.id;
                // Without a lease: a transfer ends with this object at the latest, and planning again reports it lost.
                if !state.job()?.started(id, None)? {
                    return Ok(NextTransfer::InFlight);
                }
                let target = state.job()?.target(id);
                let mut writer = core.response_writer(transfer.clone(), target);
                let step = writer.start();
                state.writers.insert(id, (transfer, writer));
                match state.action(id, step)? {
                    ResponseAction::Retry { request } => return Ok(NextTransfer::Start { request }),
                    // The file is complete already.
                    ResponseAction::Ended => {}
                    ResponseAction::Write => return Err(jalon::Error::internal("a body is expected before its head")),
                }
            }
        })
        .await
    }

    /// Passes on the head of a response: its status and headers, after redirects.
    pub async fn on_head(self: Arc<Self>, id: u64, status: u16, headers: Vec<Header>) -> Result<ResponseAction> {
        self.with(move |_, state| {
            let headers = headers.iter().map(|header| (header.name.as_str(), header.value.as_str()));
            let step = state.writer(id)?.1.on_head(status, headers);
            state.action(id, step)
        })
        .await
    }

    /// Writes a decompressed part of the body, on the caller's thread.
    pub fn write_chunk(&self, id: u64, bytes: &[u8]) -> Result<ResponseAction> {
        guard(|| self.step(|state| state.write_chunk(id, bytes)))
    }

    /// Ends the body. If it is not complete, the next attempt resumes it.
    ///
    /// # Errors
    /// `ServerError` or `Offline` if the work cannot continue now.
    pub async fn finish_body(self: Arc<Self>, id: u64, is_complete: bool) -> Result<()> {
        self.with(move |_, state| state.finish_body(id, is_complete)).await
    }

    /// Writes and ends the body as [`Transfers::finish_body`] does, from a file that the platform downloaded, for example in
    /// the background. Call [`Transfers::on_head`] first. The file stays.
    pub async fn write_file(self: Arc<Self>, id: u64, path: String, is_complete: bool) -> Result<()> {
        self.with(move |_, state| {
            let unreadable = |_| jalon::Error::invalid("path", "must be the path of a readable file");
            let mut file = File::open(path).map_err(unreadable)?;
            let mut chunk = vec![0; CHUNK];
            loop {
                let count = file.read(&mut chunk).map_err(unreadable)?;
                if count == 0 {
                    return state.finish_body(id, is_complete);
                }
                if let ResponseAction::Ended = state.write_chunk(id, &chunk[..count])? {
                    return Ok(());
                }
            }
        })
        .await
    }

    /// Ends a transfer that got no response; it is tried again after a delay. `detail` must not contain personal data.
    ///
    /// # Errors
    /// `Offline` if the work cannot continue now.
    pub async fn failed(self: Arc<Self>, id: u64, detail: String) -> Result<()> {
        self.with(move |_, state| state.end(id, Ok(Outcome::NetworkError { detail }))).await
    }

    /// Ends a transfer as [`Transfers::failed`] does, but for good: its URL, or a redirect, must not be requested.
    pub async fn rejected(self: Arc<Self>, id: u64, detail: String) -> Result<()> {
        self.with(move |_, state| state.end(id, Ok(Outcome::Rejected { detail }))).await
    }

    /// The progress after the last step. Never waits for the disk.
    pub fn progress(&self) -> Result<Progress> {
        guard(|| Ok(Progress::of(lock(&self.status).progress.clone()?, "")))
    }

    /// Sets the network that the device has from the next step on. Never waits for the disk.
    pub fn set_network(&self, network: NetworkKind) -> Result<()> {
        guard(|| {
            let mut status = lock(&self.status);
            status.progress.clone()?;
            status.network = Some(network);
            Ok(())
        })
    }

    /// Blocks further transfers until [`Transfers::resume`], or until the work is planned again.
    pub async fn pause(self: Arc<Self>) -> Result<()> {
        self.with(|_, state| state.job()?.pause()).await
    }

    /// Ends a pause.
    pub async fn resume(self: Arc<Self>) -> Result<()> {
        self.with(|_, state| state.job()?.resume()).await
    }

    /// Applies what was received in one transaction. Call this once, after [`Transfers::next`] returned `Finished`.
    ///
    /// # Errors
    /// `InvalidInput` if transfers remain, which ends the work.
    pub async fn finish(self: Arc<Self>) -> Result<TransferResult> {
        let shared = Arc::clone(&self.shared);
        self.with(move |core, state| {
            let result = match state.work.take().ok_or(jalon::Error::Closed)? {
                Work::FileSizes(job) => {
                    let sizes = core.finish_file_sizes(*job)?;
                    return Ok(TransferResult::FileSizes { sizes });
                }
                #[cfg(feature = "tiles")]
                Work::MapEstimate(job) => {
                    let estimate = core.finish_map_estimate(*job)?.into();
                    return Ok(TransferResult::MapEstimate { estimate });
                }
                #[cfg(feature = "tiles")]
                Work::Map(job) => TransferResult::Map { pack: core.finish_map(*job)?.into() },
                Work::Refresh(refresh) => TransferResult::Refresh { summary: core.apply_refresh(*refresh)?.into() },
                Work::Download(download) => TransferResult::Download { pack: core.finish_download(*download)?.into() },
            };
            shared.versions.set(DataVersions::territory);
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
