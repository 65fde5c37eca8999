//! Sending reports by the reqwest driver (feature `net`): one pass over the reports that are due, one after the other, in one
//! process at a time. A report that cannot be sent stays queued. Nothing is sent twice without a decision of the user.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Companion, ReportUpload};
use crate::error::{Error, Result};
use crate::journal::Report;
use crate::net::{ClientOptions, HttpClient, PostProgress};
use crate::report::{Endpoint, Event, ReportState, SendResult};
use crate::sync::TerritoryLock;
use crate::transfer::{CancelToken, NetworkKind, TransferPolicy};

/// Options for sending reports.
#[derive(Debug, Clone, Default)]
pub struct SendOptions {
    /// Allowed networks and bytes.
    pub policy: TransferPolicy,
    /// The network there is.
    pub network: NetworkKind,
    /// Time-outs and limits of the reqwest driver.
    pub net: ClientOptions,
    /// Ignore pauses after failed attempts, because the user asks for the reports to be sent.
    pub now: bool,
}

const NO_CONNECTION: &str = "no connection to the server";

impl Companion {
    /// Sends the reports that are due, and returns each one that was tried, in its new state. Blocks. `progress` receives the
    /// bytes of a report that the network has taken, and their total. A pause after a failed attempt holds until the process
    /// ends.
    ///
    /// # Errors
    /// [`Error::Busy`] if another process sends; [`Error::Cancelled`] if no report was tried; those of the disk.
    pub fn send_reports(
        &self,
        options: &SendOptions,
        cancel: &CancelToken,
        mut progress: impl FnMut(&Report, u64, u64),
    ) -> Result<Vec<Report>> {
        let journal = self.journal()?;
        let _lock = TerritoryLock::try_acquire(journal.directory(), "send").map_err(|error| match error {
            Error::Busy { .. } => Error::Busy { detail: "another process sends reports".to_owned() },
            other => other,
        })?;
        self.recover_interrupted_sends()?;
        let client = HttpClient::new(options.net.clone(), Arc::clone(&self.storage.file_system))?;
        let (mut unreachable, mut tried, mut sent_bytes) = (BTreeSet::new(), Vec::new(), 0);
        let is_due = |report: &Report| match report.lifecycle.state {
            ReportState::Queued { .. } => options.now || report.lifecycle.is_due(self.clock.boot_instant()),
            _ => false,
        };
        for report in journal.reports()?.into_iter().filter(is_due) {
            if options.policy.block_reason(options.network, sent_bytes).is_some() || cancel.is_cancelled() {
                break;
            }
            if unreachable.contains(&report.url) {
                continue;
            }
            let report = self.send_one(&client, report, cancel, &mut progress, &mut sent_bytes)?;
            if report.lifecycle.attempts.last().is_some_and(|attempt| attempt.outcome.as_deref() == Some(NO_CONNECTION))
            {
                unreachable.insert(report.url.clone());
            }
            tried.push(report);
        }
        if cancel.is_cancelled() && tried.is_empty() {
            return Err(Error::Cancelled);
        }
        Ok(tried)
    }

    /// Ends the attempts of processes that died while they sent: the lock is ours, so none of them is alive.
    fn recover_interrupted_sends(&self) -> Result<()> {
        let journal = self.journal()?;
        for report in journal.reports()? {
            if matches!(report.lifecycle.state, ReportState::Sending { in_background: false, .. }) {
                journal.apply_event(&report.id, &Event::SenderLost, self.clock.now_ms())?;
            }
        }
        Ok(())
    }

    /// Sends one report: to the second endpoint too, if the first one says so.
    fn send_one(
        &self,
        client: &HttpClient,
        mut report: Report,
        cancel: &CancelToken,
        progress: &mut impl FnMut(&Report, u64, u64),
        sent_bytes: &mut u64,
    ) -> Result<Report> {
        loop {
            let upload = match self.upload(&report) {
                Ok(upload) => upload,
                // A report that cannot be composed must not hold up the others.
                Err(error @ (Error::Corrupt { .. } | Error::InvalidInput { .. })) => {
                    return self.postpone(&report, &error);
                }
                Err(error) => return Err(error),
            };
            let failure = self.attempt(client, &upload, &mut report, cancel, progress, sent_bytes)?;
            match failure {
                // The report records why; other reports may go to other addresses.
                Some(Error::Cancelled | Error::InvalidInput { .. }) | None => {}
                Some(error) => return Err(error),
            }
            let lifecycle = &report.lifecycle;
            let retries = lifecycle.endpoint == Endpoint::Legacy && lifecycle.is_due(self.clock.boot_instant());
            if !retries || cancel.is_cancelled() {
                return Ok(report);
            }
        }
    }

    /// Makes one attempt, updates the report, and returns the error of the client if there was one.
    fn attempt(
        &self,
        client: &HttpClient,
        upload: &ReportUpload,
        report: &mut Report,
        cancel: &CancelToken,
        progress: &mut impl FnMut(&Report, u64, u64),
        sent_bytes: &mut u64,
    ) -> Result<Option<Error>> {
        let journal = self.journal()?;
        *report = journal.apply_event(&report.id, &Event::Start { in_background: false }, self.clock.now_ms())?;
        progress(report, 0, upload.content_length);
        let before_final_chunk = {
            let (journal, clock, uuid) = (Arc::clone(journal), Arc::clone(&self.clock), report.id.clone());
            move || journal.apply_event(&uuid, &Event::FinalChunkSent, clock.now_ms()).map(|_| ())
        };
        let uploaded = PostProgress::default();
        let sent = client.post(&upload.url, &upload.form, &upload.language, before_final_chunk, cancel, &uploaded);
        progress(report, uploaded.bytes(), upload.content_length);
        *sent_bytes += uploaded.bytes();
        let (sent, failure) = match sent {
            Ok(SendResult::NotSent { .. }) => (SendResult::NotSent { detail: NO_CONNECTION.to_owned() }, None),
            Ok(sent) => (sent, None),
            // The final chunk has not left: the client obeys a cancellation only before it.
            Err(error) => (SendResult::NotSent { detail: not_sent_reason(&error) }, Some(error)),
        };
        let (now, jitter) = (self.clock.boot_instant(), self.clock.jitter());
        *report = journal.apply_event(&report.id, &Event::Completed { sent, now, jitter }, self.clock.now_ms())?;
        Ok(failure)
    }
}

fn not_sent_reason(error: &Error) -> String {
    match error {
        Error::Cancelled => "cancelled before the whole report was sent".to_owned(),
        Error::InvalidInput { .. } => error.to_string(),
        _ => "the report could not be sent".to_owned(),
    }
}
