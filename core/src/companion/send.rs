//! Sending reports with the reqwest driver (feature `net`): once over what is due, one after the other, by one process at a
//! time. What could not be sent stays queued; nothing is sent twice unless somebody decided so.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use super::Companion;
use super::work::Turn;
use crate::clock::{ProcessClock, chance, now_ms};
use crate::disk::Foundation;
use crate::error::{Error, Result};
use crate::journal::Report;
use crate::net::{CancelToken, Driver, Options, PostProgress};
use crate::report::{Endpoint, Sent, State, Step};
use crate::transfer::{Network, Policy};

/// How reports may be sent.
#[derive(Debug, Clone, Default)]
pub struct SendOptions {
    /// Which networks, how many bytes.
    pub policy: Policy,
    /// What network there is.
    pub network: Network,
    /// Time-outs, limits, whether plain http is allowed.
    pub net: Options,
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
        let _turn = Turn::take(journal.directory(), "send").map_err(|error| match error {
            Error::Busy { .. } => Error::Busy { what: "another process sends reports".to_owned() },
            other => other,
        })?;
        self.end_of_the_dead()?;
        let Foundation { disk, .. } = self.foundation.clone();
        let driver = Driver::new(options.net.clone(), disk)?;
        let (mut gone, mut sent, mut spent) = (BTreeSet::new(), Vec::new(), 0);
        let is_due = |report: &Report| match report.life.state {
            State::Queued { .. } => options.now || report.life.is_due(CLOCK.now()),
            _ => false,
        };
        for report in journal.reports()?.into_iter().filter(is_due) {
            if options.policy.holds(options.network, spent).is_some() || cancel.is_cancelled() {
                break;
            }
            if gone.contains(&report.url) {
                // Its server could not be reached a moment ago.
                continue;
            }
            let report = self.send_one(&driver, report, cancel, &mut progress, &mut spent)?;
            if report.life.attempts.last().is_some_and(|attempt| attempt.ended.as_deref() == Some(NO_CONNECTION)) {
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
    fn end_of_the_dead(&self) -> Result<()> {
        let journal = self.journal()?;
        for report in journal.reports()? {
            if matches!(report.life.state, State::Sending { platform: false, .. }) {
                journal.step(&report.uuid, &Step::DriverGone, now_ms())?;
            }
        }
        Ok(())
    }

    fn send_one(
        &self,
        driver: &Driver,
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
            report = journal.step(&report.uuid, &Step::Start { platform: false }, now_ms())?;
            progress(&report, 0, outgoing.content_length);
            let last_piece = {
                let (journal, uuid) = (Arc::clone(journal), report.uuid.clone());
                move || journal.step(&uuid, &Step::LastPiece, now_ms()).map(|_| ())
            };
            let told = PostProgress::default();
            let sent = driver.post(&outgoing.url, &outgoing.form, &outgoing.language, last_piece, cancel, &told);
            progress(&report, told.bytes(), outgoing.content_length);
            *spent += told.bytes();
            let (sent, failed) = match sent {
                Ok(Sent::NotSent { .. }) => (Sent::NotSent { reason: NO_CONNECTION.to_owned() }, None),
                Ok(sent) => (sent, None),
                // Nothing of it can be there: a cancel is obeyed before the last piece only.
                Err(error) => (Sent::NotSent { reason: stopped(&error) }, Some(error)),
            };
            let end = Step::End { sent, now: CLOCK.now(), chance: chance() };
            report = journal.step(&report.uuid, &end, now_ms())?;
            match failed {
                // An address that may not be asked is one report's own trouble.
                Some(Error::Cancelled | Error::InvalidInput { .. }) | None => {}
                Some(error) => return Err(error),
            }
            let goes_on = report.life.endpoint == Endpoint::Legacy && report.life.is_due(CLOCK.now());
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
