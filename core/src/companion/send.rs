//! Sending reports by the reqwest driver (feature `net`): one pass over the reports that are due, one after the other, in one
//! process at a time. A report that cannot be sent stays queued. Nothing is sent twice without a decision of the user.
//!
//! Before the first report to a server, and after a 5xx, the server's version is requested. If the application is down, the
//! other reports to this server are left for the next pass; so they are after a report that a 5xx puts in doubt.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Companion, ReportUpload};
use crate::error::{Error, Result};
use crate::journal::Report;
use crate::net::{ClientOptions, HttpClient, PostProgress};
use crate::report::{Endpoint, Event, ReportState, SendResult};
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

/// The state of a server within one pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ServerState {
    /// It must be asked for its version before the next report.
    Unknown,
    /// It takes reports.
    Ready,
    /// It gets no further report in this pass.
    Unavailable,
}

/// One pass over the reports that are due.
struct Pass<'p> {
    client: HttpClient,
    cancel: &'p CancelToken,
    /// By the address of the server's version.
    servers: BTreeMap<String, ServerState>,
    sent_bytes: u64,
}

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
        let _lock = self.locks.lock_file(journal.directory(), "send.lock", "another process sends reports")?;
        self.recover_interrupted_sends()?;
        let client = HttpClient::new(options.net.clone(), Arc::clone(&self.storage.file_system))?;
        let mut pass = Pass { client, cancel, servers: BTreeMap::new(), sent_bytes: 0 };
        let mut tried = Vec::new();
        let is_due = |report: &Report| match report.lifecycle.state {
            ReportState::Queued { .. } => options.now || report.lifecycle.is_due(self.clock.boot_instant()),
            _ => false,
        };
        for report in journal.reports()?.into_iter().filter(is_due) {
            if options.policy.block_reason(options.network, pass.sent_bytes).is_some() || cancel.is_cancelled() {
                break;
            }
            tried.extend(self.send_one(&mut pass, report, &mut progress)?);
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

    /// Sends one report: to the second endpoint too, if the first one says so. Returns `None` if its server gets no further
    /// report in this pass; the report is then unchanged.
    fn send_one(
        &self,
        pass: &mut Pass<'_>,
        mut report: Report,
        progress: &mut impl FnMut(&Report, u64, u64),
    ) -> Result<Option<Report>> {
        loop {
            let upload = match self.upload(&report) {
                Ok(upload) => upload,
                // A report that cannot be composed must not hold up the others.
                Err(error @ (Error::Corrupt { .. } | Error::InvalidInput { .. })) => {
                    return self.postpone(&report, &error).map(Some);
                }
                Err(error) => return Err(error),
            };
            match pass.servers.get(&upload.version_url) {
                Some(ServerState::Unavailable) => return Ok(None),
                Some(ServerState::Ready) => {}
                Some(ServerState::Unknown) | None => match self.check_server_now(pass, &upload) {
                    Ok(Some(postponed)) => return Ok(Some(postponed)),
                    Ok(None) => {}
                    Err(Error::Cancelled) => return Ok(None),
                    // The report records why; other reports may go to other addresses.
                    Err(error @ Error::InvalidInput { .. }) => return self.postpone(&report, &error).map(Some),
                    Err(error) => return Err(error),
                },
            }
            match self.attempt(pass, &upload, &mut report, progress)? {
                Some(Error::Cancelled | Error::InvalidInput { .. }) | None => {}
                Some(error) => return Err(error),
            }
            let lifecycle = &report.lifecycle;
            let retries = lifecycle.endpoint == Endpoint::Legacy && lifecycle.is_due(self.clock.boot_instant());
            if !retries || pass.cancel.is_cancelled() {
                return Ok(Some(report));
            }
        }
    }

    /// Asks a server for its version. Returns the report, postponed, if the server cannot take it.
    fn check_server_now(&self, pass: &mut Pass<'_>, upload: &ReportUpload) -> Result<Option<Report>> {
        let postponed = match pass.client.get_version(&upload.version_url, pass.cancel)? {
            Some(reply) => self.check_version_reply(&upload.id, reply)?,
            None => {
                let sent = SendResult::NotSent { detail: NO_CONNECTION.to_owned() };
                Some(self.postpone_upload(&upload.id, sent)?)
            }
        };
        let state = if postponed.is_some() { ServerState::Unavailable } else { ServerState::Ready };
        pass.servers.insert(upload.version_url.clone(), state);
        Ok(postponed)
    }

    /// Makes one attempt, updates the report and the state of its server, and returns the error of the client if there was
    /// one.
    fn attempt(
        &self,
        pass: &mut Pass<'_>,
        upload: &ReportUpload,
        report: &mut Report,
        progress: &mut impl FnMut(&Report, u64, u64),
    ) -> Result<Option<Error>> {
        let journal = self.journal()?;
        *report = journal.apply_event(&report.id, &Event::Start { in_background: false }, self.clock.now_ms())?;
        progress(report, 0, upload.content_length);
        let before_final_chunk = {
            let (journal, clock, id) = (Arc::clone(journal), Arc::clone(&self.clock), report.id.clone());
            move || journal.apply_event(&id, &Event::FinalChunkSent, clock.now_ms()).map(|_| ())
        };
        let uploaded = PostProgress::default();
        let sent =
            pass.client.post(&upload.url, &upload.form, &upload.language, before_final_chunk, pass.cancel, &uploaded);
        progress(report, uploaded.bytes(), upload.content_length);
        pass.sent_bytes += uploaded.bytes();
        let (sent, failure) = match sent {
            Ok(SendResult::NotSent { .. }) => (SendResult::NotSent { detail: NO_CONNECTION.to_owned() }, None),
            Ok(sent) => (sent, None),
            // The final chunk has not left: the client obeys a cancellation only before it.
            Err(error) => (SendResult::NotSent { detail: not_sent_detail(&error) }, Some(error)),
        };
        let is_server_error = matches!(&sent, SendResult::Response { reply, .. } if reply.status >= 500);
        let is_unreachable = matches!(&sent, SendResult::NotSent { .. }) && failure.is_none();
        let (now, jitter) = (self.clock.boot_instant(), self.clock.jitter());
        *report = journal.apply_event(&report.id, &Event::Completed { sent, now, jitter }, self.clock.now_ms())?;
        let is_in_doubt = matches!(report.lifecycle.state, ReportState::InDoubt { .. });
        if is_unreachable || (is_server_error && is_in_doubt) {
            pass.servers.insert(upload.version_url.clone(), ServerState::Unavailable);
        } else if is_server_error {
            pass.servers.insert(upload.version_url.clone(), ServerState::Unknown);
        }
        Ok(failure)
    }
}

fn not_sent_detail(error: &Error) -> String {
    match error {
        Error::Cancelled => "cancelled before the whole report was sent".to_owned(),
        Error::InvalidInput { .. } => error.to_string(),
        _ => "the report could not be sent".to_owned(),
    }
}
