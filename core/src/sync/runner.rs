//! A job of any planner: its queue, its stored state, its lock.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::job::{Job, Progress};
use super::lock::TerritoryLock;
use super::planner::{Completed, Failure, Parsed, PendingRequest, PlanCounts, Planner};
use super::refresh::RefreshOptions;
use super::staging::{job_folder, remove_folder};
use crate::catalogue::{Catalogue, JobRecord, Territory, TransferRecord};
use crate::clock::Clock;
use crate::error::Result;
use crate::id::TerritoryId;
use crate::ordered;
use crate::response::{PartialFile, sidecar_path};
use crate::transfer::{
    BlockReason, BodyKind, BootInstant, ByteRange, NetworkKind, Next, Outcome, Queue, ResponseMeta, RetryDecision,
    Transfer, TransferPolicy, TransferState,
};

/// Connections to one server at once. A Geotrek has a handful of workers for all its clients.
const CONNECTIONS_PER_HOST: usize = 2;

/// The environment of a job.
#[derive(Debug)]
pub(super) struct JobContext {
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) clock: Arc<dyn Clock>,
    /// Held until the job is dropped, except while the companion is suspended.
    pub(super) lock: TerritoryLock,
    pub(super) territory: TerritoryId,
    /// The subject of the job; the catalogue has one job for each subject of a territory.
    pub(super) subject: String,
    /// Folder of the responses.
    pub(super) folder: PathBuf,
    pub(super) max_attempts: u32,
    pub(super) policy: TransferPolicy,
    pub(super) network: NetworkKind,
}

impl JobContext {
    /// The environment of a job of a locked territory. Folders of jobs that no longer exist are removed.
    pub(super) fn new(
        catalogue: &Arc<Catalogue>,
        clock: &Arc<dyn Clock>,
        (territory, lock): (&Territory, TerritoryLock),
        subject: String,
        options: &RefreshOptions,
    ) -> Result<JobContext> {
        Ok(JobContext {
            folder: job_folder(catalogue, territory, &subject)?,
            catalogue: Arc::clone(catalogue),
            clock: Arc::clone(clock),
            lock,
            territory: territory.key,
            subject,
            max_attempts: options.max_attempts,
            policy: options.policy,
            network: options.network,
        })
    }
}

/// A request with the file for its response.
#[derive(Debug)]
pub(super) struct Request<R> {
    pub(super) role: R,
    pub(super) target: PathBuf,
}

/// A persisted job: asks its planner for requests and runs them as transfers.
pub struct JobRunner<P: Planner> {
    pub(super) planner: P,
    pub(super) context: JobContext,
    pub(super) record: JobRecord,
    pub(super) queue: Queue,
    pub(super) requests: BTreeMap<u64, Request<P::Role>>,
    pub(super) last_id: u64,
    /// Files that were requested before the process died, by address and part: a platform's download service may still have
    /// them, under the same ids.
    pub(super) known_files: HashMap<(String, Option<ByteRange>), Transfer>,
    /// Number of transfers that have ended.
    pub(super) done: u64,
    started_at: HashMap<u64, BootInstant>,
    bytes: u64,
}

impl<P: Planner> fmt::Debug for JobRunner<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (subject, progress) = (&self.context.subject, self.progress());
        f.debug_struct("JobRunner").field("subject", subject).field("progress", &progress).finish_non_exhaustive()
    }
}

impl<P: Planner> JobRunner<P> {
    pub(super) fn new(context: JobContext, record: JobRecord, planner: P) -> JobRunner<P> {
        JobRunner {
            planner,
            record,
            queue: Queue::new(CONNECTIONS_PER_HOST, context.max_attempts),
            context,
            requests: BTreeMap::new(),
            last_id: 0,
            known_files: HashMap::new(),
            done: 0,
            started_at: HashMap::new(),
            bytes: 0,
        }
    }

    /// Starts a new job, in the place of one with the same subject.
    pub(super) fn start(context: JobContext, new_planner: impl Fn(&JobRecord) -> P) -> Result<JobRunner<P>> {
        remove_folder(&context.folder)?;
        context.catalogue.file_system().create_dir_all(&context.folder)?;
        let record = context.catalogue.begin_job(context.territory, &context.subject, context.clock.now_ms())?;
        let planner = new_planner(&record);
        let mut runner = JobRunner::new(context, record, planner);
        let requests = runner.planner.next_phase()?;
        runner.request(requests)?;
        Ok(runner)
    }

    /// Successful requests with the files of their responses, in the order in which they were planned.
    pub(super) fn responses(&self) -> impl Iterator<Item = (&P::Role, PathBuf)> {
        let is_success = |id: &u64| {
            let state = self.queue.get(*id).map(|transfer| &transfer.state);
            matches!(state, Some(TransferState::Done { status: 200..=299, .. }))
        };
        let requests = self.requests.iter().filter(move |(id, _)| is_success(id));
        requests.map(|(_, request)| (&request.role, request.target.clone()))
    }

    /// Deletes the responses: they were applied, or the disk is full.
    pub(super) fn delete_responses(&self) -> Result<()> {
        remove_folder(&self.context.folder)
    }

    /// Ends all pauses before another attempt: a person asked for the job again.
    #[cfg(feature = "net")]
    pub(crate) fn retry_now(&mut self) {
        self.queue.clear_pauses();
    }

    /// Adds requests to the queue and returns their records, which are not stored yet.
    pub(super) fn enqueue(&mut self, requests: Vec<PendingRequest<P::Role>>) -> Vec<TransferRecord> {
        let mut records = Vec::new();
        for PendingRequest { role, url, language, body, range, validators, priority, target } in requests {
            let known = if body == BodyKind::File { self.known_files.remove(&(url.clone(), range)) } else { None };
            let id = known.as_ref().map_or(self.last_id + 1, |known| known.id);
            self.last_id = self.last_id.max(id);
            let state = known.map_or(TransferState::PLANNED, |known| without_lease(known.state));
            let state = if state.is_open() { state } else { TransferState::PLANNED };
            let transfer = Transfer { language, range, validators, priority, state, ..Transfer::new(id, url, body) };
            let target = target.unwrap_or_else(|| self.context.folder.join(format!("{id}.json")));
            self.requests.insert(id, Request { role, target });
            records.push(TransferRecord { transfer: transfer.clone(), done: None });
            self.queue.insert(transfer);
        }
        records
    }

    fn request(&mut self, requests: Vec<PendingRequest<P::Role>>) -> Result<()> {
        let records = self.enqueue(requests);
        self.save(&records)
    }

    pub(super) fn save(&self, records: &[TransferRecord]) -> Result<()> {
        self.context.catalogue.save_transfers(self.record.job, records)
    }

    fn save_one(&self, id: u64, done: Option<(u64, u64)>) -> Result<()> {
        let Some(transfer) = self.queue.get(id) else { return Ok(()) };
        self.save(&[TransferRecord { transfer: transfer.clone(), done }])
    }

    /// The response to a transfer whose file is already complete: the process died before it recorded the end.
    fn find_response(&self, transfer: &Transfer) -> Option<ResponseMeta> {
        let target = &self.requests.get(&transfer.id)?.target;
        if !target.is_file() {
            return None;
        }
        let sidecar = fs::read(sidecar_path(target)).ok();
        let partial = sidecar.and_then(|json| serde_json::from_slice::<PartialFile>(&json).ok());
        let validators = partial.map(|partial| partial.validators).unwrap_or_default();
        Some(ResponseMeta { status: 200, validators, ..ResponseMeta::default() })
    }

    /// Stores the end of a transfer together with the requests that follow from it.
    fn save_end(&mut self, id: u64, elapsed_ms: u64, requests: Vec<PendingRequest<P::Role>>) -> Result<()> {
        self.done += 1;
        let mut records = self.enqueue(requests);
        if let Some(transfer) = self.queue.get(id) {
            records.push(TransferRecord { transfer: transfer.clone(), done: Some((self.done, elapsed_ms)) });
        }
        self.save(&records)
    }

    fn end(&mut self, id: u64, mut outcome: Outcome) -> Result<()> {
        let Some(request) = self.requests.get(&id) else { return Ok(()) };
        let Some(transfer) = self.queue.get(id).filter(|transfer| transfer.state.is_open()) else { return Ok(()) };
        let was_started = transfer.attempts > 0;
        let now = self.context.clock.boot_instant();
        let elapsed_ms = self.started_at.remove(&id).map_or(0, |start| now.ms_since(start));
        let mut next_requests = None;
        let mut invalid = None;
        if let Outcome::Response(meta) = &outcome {
            self.bytes += meta.bytes;
            if matches!(meta.status, 200..=299 | 304) {
                let completed = Completed { meta, file: &request.target, elapsed_ms };
                match self.planner.on_response(&request.role, &completed)? {
                    Parsed::Valid(requests) => next_requests = Some(requests),
                    Parsed::Invalid(error) => {
                        self.context.catalogue.file_system().remove_file(&request.target)?;
                        outcome = Outcome::NetworkError { detail: "the response cannot be read".to_owned() };
                        invalid = Some(error);
                    }
                }
            }
        }
        if !was_started {
            // The driver did not report the start, or the file was already complete.
            self.queue.started(id, None);
        }
        let decision = self.queue.complete(id, outcome.clone(), now, self.context.clock.jitter());
        match (decision, next_requests) {
            (None, _) => Ok(()),
            (Some(RetryDecision::Retry { .. }), _) => self.save_one(id, None),
            (Some(RetryDecision::Done), Some(requests)) => self.save_end(id, elapsed_ms, requests),
            (Some(_), _) => {
                // If the planner ends the job, the stored transfer is still open, and is tried again the next time.
                let failure = invalid.map_or(Failure::Outcome(&outcome), Failure::Invalid);
                let requests = self.planner.on_failure(&self.requests[&id].role, failure)?;
                self.save_end(id, elapsed_ms, requests)
            }
        }
    }
}

impl<P: Planner> Job for JobRunner<P> {
    fn next(&mut self) -> Result<Next> {
        self.context.lock.check()?;
        if self.record.is_paused {
            return Ok(Next::Blocked(BlockReason::Paused));
        }
        loop {
            match self.queue.next(self.context.clock.boot_instant()) {
                Next::Start(transfer) => {
                    if let Some(meta) = self.find_response(&transfer) {
                        self.end(transfer.id, Outcome::Response(meta))?;
                        continue;
                    }
                    let blocked = self.context.policy.block_reason(self.context.network, self.bytes);
                    return Ok(blocked.map_or(Next::Start(transfer), Next::Blocked));
                }
                Next::Idle => {
                    let requests = self.planner.next_phase()?;
                    if requests.is_empty() {
                        return Ok(Next::Idle);
                    }
                    self.request(requests)?;
                }
                other => return Ok(other),
            }
        }
    }

    fn started(&mut self, id: u64, lease: Option<Duration>) -> Result<bool> {
        self.context.lock.check()?;
        let now = self.context.clock.boot_instant();
        let end = lease.map(|lease| now.after_ms(u64::try_from(lease.as_millis()).unwrap_or(u64::MAX)));
        let may_start = self.queue.started(id, end);
        if may_start {
            self.started_at.insert(id, now);
            self.save_one(id, None)?;
        }
        Ok(may_start)
    }

    fn target(&self, id: u64) -> PathBuf {
        match self.requests.get(&id) {
            Some(request) => request.target.clone(),
            None => self.context.folder.join(format!("{id}.json")),
        }
    }

    fn complete(&mut self, id: u64, outcome: Outcome) -> Result<()> {
        self.context.lock.check()?;
        self.end(id, outcome)
    }

    fn progress(&self) -> Progress {
        let PlanCounts { objects, expected_requests } = self.planner.counts();
        Progress {
            done: usize::try_from(self.done).unwrap_or(usize::MAX),
            planned: self.requests.len() + expected_requests,
            objects,
            bytes: self.bytes,
        }
    }

    fn set_network(&mut self, network: NetworkKind) {
        self.context.network = network;
    }

    fn pause(&mut self) -> Result<()> {
        self.record.is_paused = true;
        self.context.catalogue.pause_job(self.record.job, true)
    }

    fn resume(&mut self) -> Result<()> {
        self.record.is_paused = false;
        self.context.catalogue.pause_job(self.record.job, false)
    }

    fn release_space(&mut self) -> Result<()> {
        // Without its responses the job starts anew when it is opened.
        self.delete_responses()
    }

    fn reconcile(&mut self, alive: &[u64]) -> Result<()> {
        for id in self.queue.reconcile(&ordered::set(alive.iter().copied())) {
            self.save_one(id, None)?;
        }
        Ok(())
    }
}

/// The state of a stored transfer when its job is opened. The lock is ours, so no driver with a lease is left.
pub(super) fn without_lease(state: TransferState) -> TransferState {
    match state {
        TransferState::Started { lease: Some(_) } => TransferState::PLANNED,
        other => other,
    }
}
