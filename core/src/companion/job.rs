//! JobRunner that needs the network, whoever moves the bytes: a plan, the transfers that it asks for, and how far each is, kept
//! in the catalogue so that the process may die at any step. Opening the work again plays what had come back to the plan,
//! in the order in which it came: the plan then asks for the same again, and what is there is not fetched twice.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::catalogue::{Catalogue, JobRecord, TransferRecord};
use crate::clock::now_ms;
use crate::error::{Error, Result};
use crate::response::note_of;
use crate::transfer::{
    BlockReason, BodyKind, BootInstant, NetworkKind, Next, Outcome, PartialFile, Queue, ResponseMeta, RetryDecision,
    State, Transfer, TransferPolicy, Validators,
};

/// Connections to one server at once: a Geotrek has a handful of workers for everybody.
const CONNECTIONS: usize = 2;
/// What came longer ago than this is not mixed with what comes now.
const FRESH_MS: i64 = 24 * 3_600 * 1_000;

/// How far some work is. The number of planned transfers grows while the lists tell how much there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Transfers that are done.
    pub done: usize,
    /// Transfers that are planned so far, those done included.
    pub planned: usize,
    /// Objects that have come.
    pub objects: u64,
    /// Bytes that came over the network, as packed as they were, in this process.
    pub bytes: u64,
}

/// Something that needs the network and that some driver moves: it asks [`next`](Job::next), says
/// [`started`](Job::started), moves the bytes into the file that [`target`](Job::target) names, and says
/// [`complete`](Job::complete). The process may die at any step.
pub trait Job: Send {
    /// What to do now. [`Next::Idle`]: everything has come.
    fn next(&mut self, now: BootInstant) -> Result<Next>;
    /// A driver has this transfer now, with a lease until a moment, or one that does not end by itself. `false` where it
    /// may not have it.
    fn started(&mut self, id: u64, lease: Option<BootInstant>, now: BootInstant) -> Result<bool>;
    /// The file that the answer to a transfer goes to, whole.
    fn target(&self, id: u64) -> PathBuf;
    /// This transfer ended so. `jitter` (0 to 1) spreads the pause before another try. An error ends the job for now;
    /// what had come is kept for the next time.
    fn complete(&mut self, id: u64, outcome: Outcome, now: BootInstant, jitter: f64) -> Result<()>;
    /// How far it is.
    fn progress(&self) -> Progress;
    /// What network there is from now on.
    fn set_network(&mut self, network: NetworkKind);
    /// Starts nothing more until it is resumed, in this process or another.
    fn pause(&mut self) -> Result<()>;
    /// Goes on after a pause.
    fn resume(&mut self) -> Result<()>;
    /// The disk is full: answers that came are thrown away for their room, to come again when there is some. Files that
    /// have their place stay.
    fn release_space(&mut self) -> Result<()>;
    /// A driver that outlives its process says which of its transfers it still has; the others may start again.
    fn reconcile(&mut self, alive: &[u64]) -> Result<()>;
}

/// What has a plan of its own is driven by its work.
macro_rules! job_by_its_runner {
    ($job:ident) => {
        impl Job for $job {
            fn next(&mut self, now: BootInstant) -> Result<Next> {
                self.work.next(now)
            }

            fn started(&mut self, id: u64, lease: Option<BootInstant>, now: BootInstant) -> Result<bool> {
                self.work.started(id, lease, now)
            }

            fn target(&self, id: u64) -> PathBuf {
                Job::target(&self.work, id)
            }

            fn complete(&mut self, id: u64, outcome: Outcome, now: BootInstant, jitter: f64) -> Result<()> {
                self.work.complete(id, outcome, now, jitter)
            }

            fn progress(&self) -> Progress {
                self.work.progress()
            }

            fn set_network(&mut self, network: NetworkKind) {
                self.work.set_network(network);
            }

            fn pause(&mut self) -> Result<()> {
                self.work.pause()
            }

            fn resume(&mut self) -> Result<()> {
                self.work.resume()
            }

            fn release_space(&mut self) -> Result<()> {
                self.work.release_space()
            }

            fn reconcile(&mut self, alive: &[u64]) -> Result<()> {
                self.work.reconcile(alive)
            }
        }
    };
}
pub(super) use job_by_its_runner;

/// One transfer that a plan asks for.
pub(super) struct PendingRequest<R> {
    pub(super) url: String,
    pub(super) language: Option<String>,
    pub(super) body: BodyKind,
    pub(super) validators: Validators,
    pub(super) priority: i32,
    pub(super) role: R,
}

/// What came for a transfer.
pub(super) struct Completed<'a> {
    pub(super) answer: &'a ResponseMeta,
    pub(super) file: &'a Path,
    pub(super) elapsed_ms: u64,
}

/// What a plan makes of an answer.
pub(super) enum Parsed<C> {
    /// It can be used.
    Valid(C),
    /// It cannot, and another try may bring a better one.
    Invalid(Error),
}

/// What decides what is asked for.
pub(super) trait Planner: Send {
    /// What a transfer is for.
    type Role: Clone + Send;
    /// What was read of an answer.
    type Response;

    /// What to ask first.
    fn begin(&mut self) -> Result<Vec<PendingRequest<Self::Role>>>;
    /// Reads an answer to its end, and changes nothing yet.
    fn read(&self, role: &Self::Role, arrived: &Completed<'_>) -> Result<Parsed<Self::Response>>;
    /// What follows from an answer.
    fn on_response(&mut self, role: &Self::Role, came: Self::Response) -> Result<Vec<PendingRequest<Self::Role>>>;
    /// A transfer failed for good; an error ends the work.
    fn failed(&mut self, role: &Self::Role, outcome: &Outcome) -> Result<()>;
    /// What came for a transfer cannot be read, however often it is asked for; an error ends the work.
    fn unreadable(&mut self, _role: &Self::Role, error: Error) -> Result<()> {
        Err(error)
    }
    /// Everything that was asked for has ended: what follows; nothing where the work is done.
    fn next_phase(&mut self) -> Result<Vec<PendingRequest<Self::Role>>>;
    /// The file that a transfer's answer goes to, where it is not one of the work's own folder.
    fn target(&self, _role: &Self::Role) -> Option<PathBuf> {
        None
    }
    /// Objects that have come so far.
    fn objects(&self) -> u64;
    /// Transfers that will be planned later, as it looks now.
    fn pending_estimate(&self) -> usize;
}

/// What the work is, where and how.
pub(super) struct JobContext {
    pub(super) catalogue: Arc<Catalogue>,
    /// Number of the territory in the catalogue.
    pub(super) territory: i64,
    /// What it is about: one job a subject.
    pub(super) subject: String,
    pub(super) folder: PathBuf,
    pub(super) max_attempts: u32,
    pub(super) policy: TransferPolicy,
    pub(super) network: NetworkKind,
}

pub(super) struct JobRunner<P: Planner> {
    pub(super) plan: P,
    setting: JobContext,
    job: JobRecord,
    queue: Queue,
    roles: BTreeMap<u64, P::Role>,
    since: HashMap<u64, BootInstant>,
    last_id: u64,
    /// Files that were asked for before the process died, by address: a platform's downloader may still have them, by
    /// these numbers.
    files: HashMap<String, Transfer>,
    done: u64,
    bytes: u64,
}

impl<P: Planner> JobRunner<P> {
    /// Begins, or goes on where a process that died left it. `make` makes the plan; it is called again where what had come
    /// does not fit it any more.
    pub(super) fn open(setting: JobContext, make: impl Fn(&JobRecord) -> Result<P>) -> Result<JobRunner<P>> {
        let folder = setting.folder.clone();
        let opened = JobRunner::open_or_begin(setting, make);
        if matches!(opened, Err(Error::StorageFull)) {
            // As `release_space`: what cannot be removed now is removed the next time.
            let _ = remove_folder(&folder);
        }
        opened
    }

    fn open_or_begin(setting: JobContext, make: impl Fn(&JobRecord) -> Result<P>) -> Result<JobRunner<P>> {
        let found = setting.catalogue.job(setting.territory, &setting.subject)?;
        let is_fresh = |job: &JobRecord| (0..FRESH_MS).contains(&now_ms().saturating_sub(job.created_ms));
        if let Some(job) = found.filter(is_fresh) {
            let kept = setting.catalogue.transfers(job.job)?;
            let plan = make(&job)?;
            let mut work = JobRunner::new(setting, job, plan);
            if work.replay(&kept)? {
                return Ok(work);
            }
            return JobRunner::anew(work.setting, make);
        }
        JobRunner::anew(setting, make)
    }

    fn new(setting: JobContext, job: JobRecord, plan: P) -> JobRunner<P> {
        let queue = Queue::new(CONNECTIONS, setting.max_attempts);
        let (roles, since, files) = (BTreeMap::new(), HashMap::new(), HashMap::new());
        JobRunner { plan, setting, job, queue, roles, since, last_id: 0, files, done: 0, bytes: 0 }
    }

    fn anew(setting: JobContext, make: impl Fn(&JobRecord) -> Result<P>) -> Result<JobRunner<P>> {
        remove_folder(&setting.folder)?;
        setting.catalogue.file_system().create_dir_all(&setting.folder)?;
        let job = setting.catalogue.begin_job(setting.territory, &setting.subject, now_ms())?;
        let plan = make(&job)?;
        let mut work = JobRunner::new(setting, job, plan);
        let asked = work.plan.begin()?;
        work.ask(asked)?;
        Ok(work)
    }

    /// Plays what had come back to a new plan; `false` where the plan asks for something else than was asked. Files need no
    /// playing: whether they are there is known without.
    fn replay(&mut self, kept: &[TransferRecord]) -> Result<bool> {
        self.setting.catalogue.file_system().create_dir_all(&self.setting.folder)?;
        let (files, answers): (Vec<&TransferRecord>, Vec<&TransferRecord>) =
            kept.iter().partition(|kept| kept.transfer.body == BodyKind::File);
        self.files = files.iter().map(|kept| (kept.transfer.url.clone(), kept.transfer.clone())).collect();
        let by_id: BTreeMap<u64, &TransferRecord> = answers.iter().map(|kept| (kept.transfer.id, *kept)).collect();
        let first = self.plan.begin()?;
        self.insert(first);
        let mut done: Vec<(u64, u64, &TransferRecord)> =
            answers.iter().filter_map(|kept| kept.done.map(|(order, elapsed)| (order, elapsed, *kept))).collect();
        done.sort_by_key(|(order, ..)| *order);
        for (order, elapsed_ms, kept) in done {
            let id = kept.transfer.id;
            if !self.follow_to(id)? {
                return Ok(false);
            }
            let Some(transfer) = self.queue.get(id).filter(|transfer| transfer.url == kept.transfer.url) else {
                return Ok(false);
            };
            let (transfer, role) = (transfer.clone(), self.roles[&id].clone());
            self.done = self.done.max(order);
            match &kept.transfer.state {
                State::Done { status, date_ms } => {
                    let file = self.path(id);
                    if transfer.body == BodyKind::Json && *status < 300 && !file.is_file() {
                        return Ok(false);
                    }
                    let answer = ResponseMeta { status: *status, date_ms: *date_ms, ..ResponseMeta::default() };
                    let arrived = Completed { answer: &answer, file: &file, elapsed_ms };
                    match self.plan.read(&role, &arrived)? {
                        Parsed::Valid(came) => {
                            let more = self.plan.on_response(&role, came)?;
                            self.insert(more);
                        }
                        Parsed::Invalid(_) => return Ok(false),
                    }
                }
                State::Failed { outcome } => self.plan.failed(&role, outcome)?,
                State::Planned { .. } | State::Started { .. } => return Ok(false),
            }
            self.queue.insert(Transfer { state: kept.transfer.state.clone(), ..transfer });
        }
        // What followed and was asked for keeps its numbers, though none of it has come.
        let last = kept.iter().map(|kept| kept.transfer.id).max().unwrap_or_default();
        if let Some(last) = by_id.keys().next_back()
            && !self.follow_to(*last)?
        {
            return Ok(false);
        }
        // Whoever opens the work again wants it: tries are counted anew, and pauses of a clock that still runs hold.
        let rest: Vec<Transfer> = self.queue.iter().filter(|transfer| is_open(transfer)).cloned().collect();
        let mut missing = Vec::new();
        for transfer in rest {
            match by_id.get(&transfer.id) {
                Some(kept) if kept.transfer.url == transfer.url => {
                    let state =
                        if is_open(&kept.transfer) { kept.transfer.state.clone() } else { transfer.state.clone() };
                    self.queue.insert(Transfer { state, ..transfer });
                }
                Some(_) => return Ok(false),
                // The process died between two words about the same answer.
                None => missing.push(TransferRecord { transfer, done: None }),
            }
        }
        self.setting.catalogue.save_transfers(self.job.job, &missing)?;
        self.last_id = self.last_id.max(last);
        Ok(true)
    }

    /// Has the plan follow until it has asked for a transfer of this number; `false` where it never does.
    fn follow_to(&mut self, id: u64) -> Result<bool> {
        while !self.roles.contains_key(&id) {
            let more = self.plan.next_phase()?;
            if more.is_empty() {
                return Ok(false);
            }
            self.insert(more);
        }
        Ok(true)
    }

    fn insert(&mut self, asked: Vec<PendingRequest<P::Role>>) -> Vec<TransferRecord> {
        let mut kept = Vec::new();
        for PendingRequest { url, language, body, validators, priority, role } in asked {
            let before = if body == BodyKind::File { self.files.remove(&url) } else { None };
            let id = before.as_ref().map_or(self.last_id + 1, |before| before.id);
            self.last_id = self.last_id.max(id);
            let state = before.map(|before| before.state).filter(is_open_state);
            let new = Transfer::new(id, url, body);
            let transfer =
                Transfer { language, validators, priority, state: state.unwrap_or(new.state.clone()), ..new };
            self.roles.insert(id, role);
            kept.push(TransferRecord { transfer: transfer.clone(), done: None });
            self.queue.insert(transfer);
        }
        kept
    }

    fn ask(&mut self, asked: Vec<PendingRequest<P::Role>>) -> Result<()> {
        let kept = self.insert(asked);
        self.setting.catalogue.save_transfers(self.job.job, &kept)
    }

    fn path(&self, id: u64) -> PathBuf {
        let own = self.roles.get(&id).and_then(|role| self.plan.target(role));
        own.unwrap_or_else(|| self.setting.folder.join(format!("{id}.json")))
    }

    fn keep(&self, id: u64, done: Option<(u64, u64)>) -> Result<()> {
        let Some(transfer) = self.queue.get(id) else { return Ok(()) };
        let kept = TransferRecord { transfer: transfer.clone(), done };
        self.setting.catalogue.save_transfers(self.job.job, std::slice::from_ref(&kept))
    }

    pub(super) fn job(&self) -> i64 {
        self.job.job
    }

    /// What was asked and has come, with its file, in the order in which it was asked.
    pub(super) fn arrived(&self) -> impl Iterator<Item = (&P::Role, PathBuf)> {
        let is_good =
            |id: &u64| self.queue.get(*id).is_some_and(|t| matches!(t.state, State::Done { status: 200..=299, .. }));
        self.roles.iter().filter(move |(id, _)| is_good(id)).map(|(id, role)| (role, self.path(*id)))
    }

    /// Requests that were made.
    pub(super) fn requests(&self) -> u64 {
        self.done
    }

    /// The work is done and written: nothing of it is needed any more.
    pub(super) fn close(self) -> Result<()> {
        remove_folder(&self.setting.folder)
    }

    /// The file of a transfer is whole already: the process died after the last byte and before its word.
    fn found(&self, transfer: &Transfer) -> Option<ResponseMeta> {
        let file = self.path(transfer.id);
        if !file.is_file() {
            return None;
        }
        let part = fs::read(note_of(&file)).ok().and_then(|json| serde_json::from_slice::<PartialFile>(&json).ok());
        let validators = part.map(|part| part.validators).unwrap_or_default();
        Some(ResponseMeta { status: 200, validators, ..ResponseMeta::default() })
    }

    fn ended(&mut self, id: u64, outcome: Outcome, now: BootInstant, jitter: f64) -> Result<()> {
        let Some(role) = self.roles.get(&id).cloned() else { return Ok(()) };
        let Some(transfer) = self.queue.get(id).filter(|transfer| is_open(transfer)) else { return Ok(()) };
        let tries_before = transfer.attempts;
        let elapsed_ms = self.since.remove(&id).map_or(0, |since| now.ms_since(since));
        let file = self.path(id);
        let mut came = None;
        let mut outcome = outcome;
        let mut unreadable = None;
        if let Outcome::Response(answer) = &outcome {
            self.bytes += answer.bytes;
            if matches!(answer.status, 200..=299 | 304) {
                match self.plan.read(&role, &Completed { answer, file: &file, elapsed_ms })? {
                    Parsed::Valid(good) => came = Some(good),
                    Parsed::Invalid(error) => {
                        self.setting.catalogue.file_system().remove_file(&file)?;
                        outcome = Outcome::NetworkError { reason: "the answer cannot be read".to_owned() };
                        unreadable = Some(error);
                    }
                }
            }
        }
        if tries_before == 0 {
            // A driver that never said that it started.
            self.queue.started(id, None);
        }
        let verdict = self.queue.complete(id, outcome.clone(), now, jitter);
        match (verdict, came, &outcome) {
            (None, ..) => Ok(()),
            (Some(RetryDecision::Retry { .. }), ..) => self.keep(id, None),
            (Some(RetryDecision::Done), Some(came), _) => {
                self.done += 1;
                let more = self.plan.on_response(&role, came)?;
                let mut kept = self.insert(more);
                if let Some(transfer) = self.queue.get(id) {
                    kept.push(TransferRecord { transfer: transfer.clone(), done: Some((self.done, elapsed_ms)) });
                }
                // One word about the answer and what follows from it, so that neither is there without the other.
                self.setting.catalogue.save_transfers(self.job.job, &kept)
            }
            (Some(_), _, outcome) => {
                // An error of the plan leaves the transfer to be tried again the next time.
                match unreadable {
                    Some(error) => self.plan.unreadable(&role, error)?,
                    None => self.plan.failed(&role, outcome)?,
                }
                self.done += 1;
                self.keep(id, Some((self.done, elapsed_ms)))
            }
        }
    }
}

impl<P: Planner> Job for JobRunner<P> {
    fn next(&mut self, now: BootInstant) -> Result<Next> {
        if self.job.is_paused {
            return Ok(Next::Blocked(BlockReason::Paused));
        }
        loop {
            match self.queue.next(now) {
                Next::Start(transfer) => {
                    if let Some(answer) = self.found(&transfer) {
                        self.ended(transfer.id, Outcome::Response(answer), now, 0.0)?;
                        continue;
                    }
                    let held = self.setting.policy.block_reason(self.setting.network, self.bytes);
                    return Ok(held.map_or(Next::Start(transfer), Next::Blocked));
                }
                Next::Idle => {
                    let more = self.plan.next_phase()?;
                    if more.is_empty() {
                        return Ok(Next::Idle);
                    }
                    self.ask(more)?;
                }
                other => return Ok(other),
            }
        }
    }

    fn started(&mut self, id: u64, lease: Option<BootInstant>, now: BootInstant) -> Result<bool> {
        let may = self.queue.started(id, lease);
        if may {
            self.since.insert(id, now);
            self.keep(id, None)?;
        }
        Ok(may)
    }

    fn target(&self, id: u64) -> PathBuf {
        self.path(id)
    }

    fn complete(&mut self, id: u64, outcome: Outcome, now: BootInstant, jitter: f64) -> Result<()> {
        self.ended(id, outcome, now, jitter)
    }

    fn progress(&self) -> Progress {
        Progress {
            done: usize::try_from(self.done).unwrap_or(usize::MAX),
            planned: self.roles.len() + self.plan.pending_estimate(),
            objects: self.plan.objects(),
            bytes: self.bytes,
        }
    }

    fn set_network(&mut self, network: NetworkKind) {
        self.setting.network = network;
    }

    fn pause(&mut self) -> Result<()> {
        self.job.is_paused = true;
        self.setting.catalogue.pause_job(self.job.job, true)
    }

    fn resume(&mut self) -> Result<()> {
        self.job.is_paused = false;
        self.setting.catalogue.pause_job(self.job.job, false)
    }

    fn release_space(&mut self) -> Result<()> {
        // Without its answers the work is begun anew when it is opened.
        remove_folder(&self.setting.folder)
    }

    fn reconcile(&mut self, alive: &[u64]) -> Result<()> {
        for id in self.queue.reconcile(&alive.iter().copied().collect()) {
            self.keep(id, None)?;
        }
        Ok(())
    }
}

fn is_open(transfer: &Transfer) -> bool {
    is_open_state(&transfer.state)
}

fn is_open_state(state: &State) -> bool {
    matches!(state, State::Planned { .. } | State::Started { .. })
}

fn remove_folder(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Only one process works on a territory at a time: a lock of the system's, which ends with the process that has it.
#[derive(Debug)]
pub(super) struct TerritoryLock {
    file: File,
}

impl Drop for TerritoryLock {
    fn drop(&mut self) {
        // Closing it is not enough while a process that was just forked has it open, too.
        let _ = self.file.unlock();
    }
}

impl TerritoryLock {
    /// Takes the turn, or says who has it.
    pub(super) fn try_acquire(folder: &Path, territory: &str) -> Result<TerritoryLock> {
        fs::create_dir_all(folder)?;
        let file =
            File::options().create(true).truncate(false).write(true).open(folder.join(format!("{territory}.lock")))?;
        match file.try_lock() {
            Ok(()) => Ok(TerritoryLock { file }),
            Err(fs::TryLockError::WouldBlock) => {
                Err(Error::Busy { detail: format!("“{territory}” is being refreshed or downloaded already") })
            }
            Err(fs::TryLockError::Error(error)) => Err(error.into()),
        }
    }
}
