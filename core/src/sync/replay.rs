//! Continues a job after its process died: the stored responses are replayed into a new planner, in the order in which they
//! arrived. The planner then asks for the same requests again, and completed ones are not made twice.

use std::collections::BTreeMap;

use super::planner::{Completed, Failure, Parsed, Planner};
use super::runner::{JobContext, JobRunner, without_lease};
use super::staging::remove_folder;
use crate::catalogue::{JobRecord, TransferRecord};
use crate::error::{Error, Result};
use crate::ordered;
use crate::transfer::{BodyKind, Outcome, ResponseMeta, Transfer, TransferState};

/// Older responses are not combined with new ones.
const MAX_AGE_MS: i64 = 24 * 3_600 * 1_000;

impl<P: Planner> JobRunner<P> {
    /// Opens a job: continues one of the same subject, or starts a new one if there is none, it is too old, or its responses
    /// no longer match the plan. `new_planner` makes a planner for each try.
    pub(super) fn open(context: JobContext, new_planner: impl Fn(&JobRecord) -> P) -> Result<JobRunner<P>> {
        let folder = context.folder.clone();
        let opened = JobRunner::continue_or_start(context, new_planner);
        if matches!(opened, Err(Error::StorageFull)) {
            // A folder that cannot be removed is removed the next time.
            let _ = remove_folder(&folder);
        }
        opened
    }

    fn continue_or_start(context: JobContext, new_planner: impl Fn(&JobRecord) -> P) -> Result<JobRunner<P>> {
        let now_ms = context.clock.now_ms();
        let is_recent = |job: &JobRecord| (0..MAX_AGE_MS).contains(&now_ms.saturating_sub(job.created_ms));
        let Some(record) = context.catalogue.job(context.territory, &context.subject)?.filter(is_recent) else {
            return JobRunner::start(context, new_planner);
        };
        let records = context.catalogue.transfers(record.job)?;
        let planner = new_planner(&record);
        let mut runner = JobRunner::new(context, record, planner);
        if runner.replay(&records)? { Ok(runner) } else { JobRunner::start(runner.context, new_planner) }
    }

    /// Replays stored transfers into a new planner. Returns `false` if the planner asks for a different request. Files and
    /// their sizes are not replayed: their presence is checked on the disk, or in the catalogue.
    fn replay(&mut self, records: &[TransferRecord]) -> Result<bool> {
        self.context.catalogue.file_system().create_dir_all(&self.context.folder)?;
        let (files, json): (Vec<&TransferRecord>, Vec<&TransferRecord>) =
            records.iter().partition(|record| record.transfer.body != BodyKind::Json);
        let key = |transfer: &Transfer| (transfer.url.clone(), transfer.range);
        self.known_files = files.iter().map(|record| (key(&record.transfer), record.transfer.clone())).collect();
        let by_id: BTreeMap<u64, &TransferRecord> =
            ordered::map(json.iter().map(|record| (record.transfer.id, *record)));
        let first = self.planner.next_phase()?;
        self.enqueue(first);
        let mut done: Vec<(u64, u64, &Transfer)> = json
            .iter()
            .filter_map(|record| record.done.map(|(order, elapsed_ms)| (order, elapsed_ms, &record.transfer)))
            .collect();
        done.sort_by_cached_key(|(order, ..)| *order);
        for (order, elapsed_ms, stored) in done {
            if !self.plan_until(stored.id)? || !self.replay_one(stored, elapsed_ms)? {
                return Ok(false);
            }
            self.done = self.done.max(order);
        }
        // Requests that followed from these responses keep their ids, though none of them has ended.
        if let Some(last) = by_id.keys().next_back()
            && !self.plan_until(*last)?
        {
            return Ok(false);
        }
        let missing = match self.restore_open(&by_id) {
            Some(missing) => missing,
            None => return Ok(false),
        };
        self.save(&missing)?;
        let last_id = records.iter().map(|record| record.transfer.id).max().unwrap_or_default();
        self.last_id = self.last_id.max(last_id);
        Ok(true)
    }

    /// Replays one transfer that has ended.
    fn replay_one(&mut self, stored: &Transfer, elapsed_ms: u64) -> Result<bool> {
        let Some(transfer) = self.queue.get(stored.id).filter(|transfer| transfer.url == stored.url).cloned() else {
            return Ok(false);
        };
        let request = &self.requests[&stored.id];
        match &stored.state {
            TransferState::Done { status, date_ms } => {
                if *status < 300 && !request.target.is_file() {
                    return Ok(false);
                }
                let meta = ResponseMeta { status: *status, date_ms: *date_ms, ..ResponseMeta::default() };
                let completed = Completed { meta: &meta, file: &request.target, elapsed_ms };
                match self.planner.on_response(&request.role, &completed)? {
                    Parsed::Valid(requests) => self.enqueue(requests),
                    Parsed::Invalid(_) => return Ok(false),
                };
            }
            TransferState::Failed { outcome } => {
                let failure = match outcome {
                    // A job ends at a network error. So this one stands for a response that could not be read.
                    Outcome::NetworkError { detail } => {
                        Failure::Invalid(Error::Server { status: None, detail: detail.clone() })
                    }
                    outcome => Failure::Outcome(outcome),
                };
                let requests = self.planner.on_failure(&request.role, failure)?;
                self.enqueue(requests);
            }
            TransferState::Planned { .. } | TransferState::Started { .. } => return Ok(false),
        }
        self.queue.insert(Transfer { state: stored.state.clone(), ..transfer });
        Ok(true)
    }

    /// Gives the open transfers their stored states. Attempts are counted anew, because the user requested the job again;
    /// pauses hold. Returns the records that are missing, or `None` if a stored request is a different one.
    fn restore_open(&mut self, by_id: &BTreeMap<u64, &TransferRecord>) -> Option<Vec<TransferRecord>> {
        let open: Vec<Transfer> = self.queue.iter().filter(|transfer| transfer.state.is_open()).cloned().collect();
        let mut missing = Vec::new();
        for transfer in open {
            match by_id.get(&transfer.id) {
                Some(record) if record.transfer.url == transfer.url => {
                    let stored = without_lease(record.transfer.state.clone());
                    let state = if stored.is_open() { stored } else { transfer.state.clone() };
                    self.queue.insert(Transfer { state, ..transfer });
                }
                Some(_) => return None,
                None => missing.push(TransferRecord { transfer, done: None }),
            }
        }
        Some(missing)
    }

    /// Asks the planner for phases until one has a request of this id; `false` if none has.
    fn plan_until(&mut self, id: u64) -> Result<bool> {
        while !self.requests.contains_key(&id) {
            let requests = self.planner.next_phase()?;
            if requests.is_empty() {
                return Ok(false);
            }
            self.enqueue(requests);
        }
        Ok(true)
    }
}
