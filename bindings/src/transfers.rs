//! A refresh or a download whose bytes the platform's own HTTP client moves.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jalon::companion::{DownloadJob, Job, RefreshJob};
use jalon::response::{ResponseWriter, Step};
use jalon::transfer::{BodyKind, Next, Outcome, Transfer};

use crate::error::{JalonError, Result};
use crate::options::{BlockReason, NetworkKind, Progress};
use crate::packs::Pack;
use crate::panic_guard::guard;
use crate::state::Shared;
use crate::territory::RefreshSummary;
use crate::watch::DataVersions;

const PIECE: usize = 64 << 10;

/// A header, its name in small letters.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// What it says.
    pub value: String,
}

/// An HTTP GET to make.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HttpRequest {
    /// Its number among these transfers.
    pub id: u64,
    /// Absolute address. Follow redirects, but not from https to plain http.
    pub url: String,
    /// Headers to send. The client may add its own packing (`accept-encoding`) where none is given here.
    pub headers: Vec<Header>,
    /// Whether it is a file, which may be asked for in part, or else an answer of the API.
    pub is_file: bool,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum NextTransfer {
    /// Make this exchange: hand over its head, its body and its end, or say that it failed.
    Start {
        /// The exchange.
        request: HttpRequest,
    },
    /// Nothing may start before so many milliseconds are over.
    Wait {
        /// Milliseconds from now.
        ms: u64,
    },
    /// Everything that is left is on its way already: ask again when something has ended.
    InFlight,
    /// Something is left, and the app does not allow it now.
    Blocked {
        /// Why.
        reason: BlockReason,
    },
    /// Everything has come: call [`Transfers::finish`].
    Finished,
}

/// What to do after the head of an answer.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum ResponseAction {
    /// Hand over the body.
    Write,
    /// Make the exchange again, with these headers: what was there does not fit what the server has.
    Retry {
        /// The exchange.
        request: HttpRequest,
    },
    /// Nothing more of this exchange is needed.
    Ended,
}

/// What the transfers have brought.
#[derive(Debug, Clone, PartialEq, uniffi::Enum)]
pub enum TransferResult {
    /// Of a refresh.
    Refresh {
        /// What it has brought.
        result: RefreshSummary,
    },
    /// Of a download.
    Download {
        /// The pack, as it is now.
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
    /// None when it was finished or let go.
    work: Option<Work>,
    /// Exchanges that are on their way.
    writers: HashMap<u64, (Transfer, ResponseWriter)>,
}

/// A refresh or a download on its way, for the platform's own HTTP client (OkHttp, URLSession). Ask [`Transfers::next`] until
/// it says `Finished`, moving what it says to start, then [`Transfers::finish`]. Two exchanges may be on their way at once. The
/// process may die at any step: planned again, it goes on where it was, a file at its byte. While one is held nobody else
/// refreshes or downloads its territory; it ends when it is finished, let go by [`Transfers::release`], or forgotten.
#[derive(Debug, uniffi::Object)]
pub struct Transfers {
    shared: Arc<Shared>,
    state: Mutex<State>,
}

impl Transfers {
    fn new(shared: Arc<Shared>, mut work: Work) -> Result<Arc<Transfers>> {
        // What another process, or an object that was let go, had started goes on with this one.
        work.job().reconcile(&[])?;
        work.job().resume()?;
        Ok(Arc::new(Transfers { shared, state: Mutex::new(State { work: Some(work), writers: HashMap::new() }) }))
    }

    pub(crate) fn of_refresh(shared: Arc<Shared>, refresh: RefreshJob) -> Result<Arc<Transfers>> {
        Transfers::new(shared, Work::Refresh(Box::new(refresh)))
    }

    pub(crate) fn of_download(shared: Arc<Shared>, download: DownloadJob) -> Result<Arc<Transfers>> {
        Transfers::new(shared, Work::Download(Box::new(download)))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something on the disk with what is held.
    async fn with<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Transfers, &mut State) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let own = Arc::clone(self);
        self.shared
            .run_blocking(move |_| {
                let mut state = own.lock();
                work(&own, &mut state)
            })
            .await
    }

    /// An exchange has ended so.
    fn end(&self, state: &mut State, id: u64, ended: jalon::Result<Outcome>) -> Result<()> {
        let Some((_, mut writer)) = state.writers.remove(&id) else { return Err(unknown(id)) };
        writer.abort();
        Ok(job(state)?.complete(id, ended?)?)
    }

    /// What a step of an writer means for the platform.
    fn stepped(&self, state: &mut State, id: u64, step: jalon::Result<Step>) -> Result<ResponseAction> {
        match step {
            Ok(Step::Body) => Ok(ResponseAction::Write),
            Ok(Step::Send(headers)) => match state.writers.get(&id) {
                Some((transfer, _)) => Ok(ResponseAction::Retry { request: http_request(transfer, headers) }),
                None => Err(unknown(id)),
            },
            Ok(Step::Ended(outcome)) => self.end(state, id, Ok(outcome)).map(|()| ResponseAction::Ended),
            Err(error) => {
                let told = JalonError::from(error.clone());
                // The error of the disk is what the app must hear of, whatever becomes of the exchange.
                let _ = self.end(state, id, Err(error));
                Err(told)
            }
        }
    }

    fn write_chunk_of(&self, state: &mut State, id: u64, bytes: &[u8]) -> Result<ResponseAction> {
        let Some((_, writer)) = state.writers.get_mut(&id) else { return Err(unknown(id)) };
        let step = writer.write_chunk(bytes);
        self.stepped(state, id, step)
    }

    fn end_of(&self, state: &mut State, id: u64, is_whole: bool) -> Result<()> {
        let Some((_, writer)) = state.writers.get_mut(&id) else { return Err(unknown(id)) };
        let ended = if is_whole { writer.finish() } else { Ok(Outcome::incomplete()) };
        self.end(state, id, ended)
    }
}

fn job(state: &mut State) -> Result<&mut dyn Job> {
    state.work.as_mut().map(Work::job).ok_or(JalonError::Closed)
}

fn unknown(id: u64) -> JalonError {
    JalonError::NotFound { what: format!("the exchange {id}, among those that are on their way,") }
}

fn http_request(transfer: &Transfer, headers: Vec<(&'static str, String)>) -> HttpRequest {
    HttpRequest {
        id: transfer.id,
        url: transfer.url.clone(),
        headers: headers.into_iter().map(|(name, value)| Header { name: name.to_owned(), value }).collect(),
        is_file: transfer.body == BodyKind::File,
    }
}

#[uniffi::export]
impl Transfers {
    /// What to do now. What it says to start has been started: end it, or say that it failed.
    ///
    /// # Errors
    /// Those of the disk; `Server` or `Offline` where it is no use to go on now; `Closed` when it is finished.
    pub async fn next(self: Arc<Self>) -> Result<NextTransfer> {
        self.with(|own, state| {
            loop {
                let transfer = match job(state)?.next()? {
                    Next::Idle => return Ok(NextTransfer::Finished),
                    Next::InFlight => return Ok(NextTransfer::InFlight),
                    Next::Wait { ms } => return Ok(NextTransfer::Wait { ms }),
                    Next::Blocked(reason) => return Ok(NextTransfer::Blocked { reason: reason.into() }),
                    Next::Start(transfer) => transfer,
                };
                let id = transfer.id;
                // An exchange lives as long as this object: none outlives it, and planning begins by saying so.
                if !job(state)?.started(id, None)? {
                    return Ok(NextTransfer::InFlight);
                }
                let target = job(state)?.target(id);
                let mut writer = own.shared.core().response_writer(transfer.clone(), target);
                let begun = writer.start();
                state.writers.insert(id, (transfer, writer));
                match own.stepped(state, id, begun)? {
                    ResponseAction::Retry { request } => return Ok(NextTransfer::Start { request }),
                    // All of it is there already.
                    ResponseAction::Ended => {}
                    ResponseAction::Write => {
                        return Err(JalonError::Internal { detail: "a body before its head".to_owned() });
                    }
                }
            }
        })
        .await
    }

    /// The head of an answer: its status and its headers, after redirects.
    ///
    /// # Errors
    /// `NotFound` for an exchange that is not on its way; those of the disk.
    pub async fn on_head(self: Arc<Self>, id: u64, status: u16, headers: Vec<Header>) -> Result<ResponseAction> {
        self.with(move |own, state| {
            let Some((_, writer)) = state.writers.get_mut(&id) else { return Err(unknown(id)) };
            let headers = headers.iter().map(|header| (header.name.as_str(), header.value.as_str()));
            let step = writer.on_head(status, headers);
            own.stepped(state, id, step)
        })
        .await
    }

    /// A piece of the body, unpacked: written on the caller's own thread. `Ended` tells that no more is wanted.
    ///
    /// # Errors
    /// `NotFound` for an exchange that is not on its way; those of the disk.
    pub fn write_chunk(&self, id: u64, bytes: &[u8]) -> Result<ResponseAction> {
        guard(|| self.write_chunk_of(&mut self.lock(), id, bytes))
    }

    /// The end of a body: whole, or cut, after which the next try goes on where it was.
    ///
    /// # Errors
    /// `NotFound` for an exchange that is not on its way; those of the disk; `Server` or `Offline` where it is no use to go on
    /// now.
    pub async fn finish_body(self: Arc<Self>, id: u64, is_whole: bool) -> Result<()> {
        self.with(move |own, state| own.end_of(state, id, is_whole)).await
    }

    /// The whole body of an exchange, in a file that the platform has downloaded (in the background, say), after its head. The
    /// file is read, and stays. `is_whole` tells whether it came to its end.
    ///
    /// # Errors
    /// As [`Transfers::finish_body`]; `InvalidInput` for a file that cannot be read.
    pub async fn write_file(self: Arc<Self>, id: u64, path: String, is_whole: bool) -> Result<()> {
        self.with(move |own, state| {
            let unreadable = || jalon::Error::invalid("path", "the path of a file that can be read");
            let mut file = File::open(path).map_err(|_| unreadable())?;
            let mut piece = vec![0; PIECE];
            loop {
                let count = file.read(&mut piece).map_err(|_| unreadable())?;
                if count == 0 {
                    return own.end_of(state, id, is_whole);
                }
                if own.write_chunk_of(state, id, &piece[..count])? == ResponseAction::Ended {
                    return Ok(());
                }
            }
        })
        .await
    }

    /// There was no answer: it is tried again after a pause. `detail` is for a person, and has nothing personal.
    ///
    /// # Errors
    /// `NotFound` for an exchange that is not on its way; `Offline` where it is no use to go on now.
    pub async fn failed(self: Arc<Self>, id: u64, detail: String) -> Result<()> {
        self.with(move |own, state| own.end(state, id, Ok(Outcome::NetworkError { reason: detail }))).await
    }

    /// The address may not be asked, or the server sends one where nobody follows: it is not tried again.
    ///
    /// # Errors
    /// As [`Transfers::failed`].
    pub async fn rejected(self: Arc<Self>, id: u64, detail: String) -> Result<()> {
        self.with(move |own, state| own.end(state, id, Ok(Outcome::Rejected { reason: detail }))).await
    }

    /// How far it is.
    ///
    /// # Errors
    /// `Closed` when it is finished.
    pub fn progress(&self) -> Result<Progress> {
        guard(|| Ok(Progress::of(job(&mut self.lock())?.progress(), "")))
    }

    /// What network there is from now on.
    ///
    /// # Errors
    /// `Closed` when it is finished.
    pub fn set_network(&self, network: NetworkKind) -> Result<()> {
        guard(|| {
            job(&mut self.lock())?.set_network(network.into());
            Ok(())
        })
    }

    /// Starts nothing more until it is resumed, or planned again.
    ///
    /// # Errors
    /// `Closed` when it is finished; those of the disk.
    pub async fn pause(self: Arc<Self>) -> Result<()> {
        self.with(|_, state| Ok(job(state)?.pause()?)).await
    }

    /// Goes on after a pause.
    ///
    /// # Errors
    /// `Closed` when it is finished; those of the disk.
    pub async fn resume(self: Arc<Self>) -> Result<()> {
        self.with(|_, state| Ok(job(state)?.resume()?)).await
    }

    /// Writes what has come, when [`Transfers::next`] said `Finished`, in one change. Called once.
    ///
    /// # Errors
    /// `InvalidInput` where something is still to come, which ends it; `Closed` when it is finished; `StorageFull`.
    pub async fn finish(self: Arc<Self>) -> Result<TransferResult> {
        self.with(|own, state| {
            let core = own.shared.core();
            let done = match state.work.take().ok_or(JalonError::Closed)? {
                Work::Refresh(refresh) => TransferResult::Refresh { result: core.apply_refresh(*refresh)?.into() },
                Work::Download(download) => TransferResult::Download { pack: core.finish_download(*download)?.into() },
            };
            own.shared.changes.changed(DataVersions::territory);
            Ok(done)
        })
        .await
    }

    /// Lets it go: what had come is kept for the next time, and others may refresh or download its territory.
    ///
    /// # Errors
    /// Those of the disk.
    pub async fn release(self: Arc<Self>) -> Result<()> {
        self.with(|_, state| {
            state.writers.drain().for_each(|(_, (_, mut writer))| writer.abort());
            state.work = None;
            Ok(())
        })
        .await
    }
}
