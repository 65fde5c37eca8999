//! Sending reports with the reqwest driver (feature `net`): once over what is due, one after the other, by one process at a
//! time. What could not be sent stays queued; nothing is sent twice unless somebody decided so.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use super::Companion;
use super::job::TerritoryLock;
use crate::clock::{ProcessClock, jitter, now_ms};
use crate::error::{Error, Result};
use crate::journal::Report;
use crate::net::{CancelToken, ClientOptions, HttpClient, PostProgress};
use crate::report::{Endpoint, Event, ReportState, SendResult};
use crate::storage::Storage;
use crate::transfer::{NetworkKind, TransferPolicy};

/// How reports may be sent.
#[derive(Debug, Clone, Default)]
pub struct SendOptions {
    /// Which networks, how many bytes.
    pub policy: TransferPolicy,
    /// What network there is.
    pub network: NetworkKind,
    /// Time-outs, limits, whether plain http is allowed.
    pub net: ClientOptions,
    /// Try what is to wait, too: somebody asks for it. Pauses hold for as long as this process runs.
    pub now: bool,
}

/// The clock of this process: a pause that one call began holds in the next.
static CLOCK: LazyLock<ProcessClock> = LazyLock::new(ProcessClock::start);

impl Companion {
    /// Goes once over the reports that are due, and gives each as it is then. `progress` is told the bytes of a report
    /// that were handed to the network, and how many it has. [`Error::Busy`] where another process sends.
    pub fn send_reports(
        &self,
        options: &SendOptions,
        cancel: &CancelToken,
        mut progress: impl FnMut(&Report, u64, u64),
    ) -> Result<Vec<Report>> {
        let journal = Arc::clone(self.journal()?);
        let _turn = TerritoryLock::try_acquire(journal.directory(), "send").map_err(|error| match error {
            Error::Busy { .. } => Error::Busy { detail: "another process sends reports".to_owned() },
            other => other,
        })?;
        self.recover_interrupted_sends()?;
        let Storage { file_system: disk, .. } = self.storage.clone();
        let driver = HttpClient::new(options.net.clone(), disk)?;
        let (mut gone, mut sent, mut spent) = (BTreeSet::new(), Vec::new(), 0);
        let is_due = |report: &Report| match report.lifecycle.state {
            ReportState::Queued { .. } => options.now || report.lifecycle.is_due(CLOCK.now()),
            _ => false,
        };
        for report in journal.reports()?.into_iter().filter(is_due) {
            if options.policy.block_reason(options.network, spent).is_some() || cancel.is_cancelled() {
                break;
            }
            if gone.contains(&report.url) {
                // Its server could not be reached a moment ago.
                continue;
            }
            let report = self.send_one(&driver, report, cancel, &mut progress, &mut spent)?;
            if report.lifecycle.attempts.last().is_some_and(|attempt| attempt.outcome.as_deref() == Some(NO_CONNECTION))
            {
                gone.insert(report.url.clone());
            }
            sent.push(report);
        }
        if cancel.is_cancelled() && sent.is_empty() {
            return Err(Error::Cancelled);
        }
        Ok(sent)
    }

    /// Whoever was sending when its process died: the lock says that nobody else is.
    fn recover_interrupted_sends(&self) -> Result<()> {
        let journal = self.journal()?;
        for report in journal.reports()? {
            if matches!(report.lifecycle.state, ReportState::Sending { in_background: false, .. }) {
                journal.apply_event(&report.id, &Event::SenderLost, now_ms())?;
            }
        }
        Ok(())
    }

    fn send_one(
        &self,
        driver: &HttpClient,
        report: Report,
        cancel: &CancelToken,
        progress: &mut impl FnMut(&Report, u64, u64),
        spent: &mut u64,
    ) -> Result<Report> {
        let journal = self.journal()?;
        let mut report = report;
        loop {
            let outgoing = match self.outgoing(&report) {
                Ok(outgoing) => outgoing,
                // One that cannot be put together holds up no other, and says why.
                Err(error @ (Error::Corrupt { .. } | Error::InvalidInput { .. })) => {
                    return self.set_back(&report, &error, CLOCK.now());
                }
                Err(error) => return Err(error),
            };
            report = journal.apply_event(&report.id, &Event::Start { in_background: false }, now_ms())?;
            progress(&report, 0, outgoing.content_length);
            let final_chunk_sent = {
                let (journal, uuid) = (Arc::clone(journal), report.id.clone());
                move || journal.apply_event(&uuid, &Event::FinalChunkSent, now_ms()).map(|_| ())
            };
            let told = PostProgress::default();
            let sent = driver.post(&outgoing.url, &outgoing.form, &outgoing.language, final_chunk_sent, cancel, &told);
            progress(&report, told.bytes(), outgoing.content_length);
            *spent += told.bytes();
            let (sent, failed) = match sent {
                Ok(SendResult::NotSent { .. }) => (SendResult::NotSent { detail: NO_CONNECTION.to_owned() }, None),
                Ok(sent) => (sent, None),
                // Nothing of it can be there: a cancel is obeyed before the last piece only.
                Err(error) => (SendResult::NotSent { detail: stopped(&error) }, Some(error)),
            };
            let end = Event::Completed { sent, now: CLOCK.now(), jitter: jitter() };
            report = journal.apply_event(&report.id, &end, now_ms())?;
            match failed {
                // An address that may not be asked is one report's own trouble.
                Some(Error::Cancelled | Error::InvalidInput { .. }) | None => {}
                Some(error) => return Err(error),
            }
            let goes_on = report.lifecycle.endpoint == Endpoint::Legacy && report.lifecycle.is_due(CLOCK.now());
            if !goes_on || cancel.is_cancelled() {
                return Ok(report);
            }
        }
    }
}

const NO_CONNECTION: &str = "no connection to the server";

fn stopped(error: &Error) -> String {
    match error {
        Error::Cancelled => "stopped before all of it had left".to_owned(),
        Error::InvalidInput { .. } => error.to_string(),
        _ => "it could not be sent".to_owned(),
    }
}
