//! The simulated drivers: one that sends over a network of its own, and a platform's uploader. They crash.

use jalon::report::{Endpoint, Event, Reply, ReportState, SendResult};
use rand::RngExt;

use super::model::ModelState;
use super::network::NetworkOutcome;
use super::{DriverBug, MAX_PAUSE_MS, Simulation};
use crate::harness::stats::Violation;

impl Simulation<'_> {
    /// The start of a driver: the process that was sending is gone.
    pub(super) fn reconcile(&mut self) {
        for at in 0..self.reports.len() {
            let ModelState::Sending { final_chunk, platform: false } = self.reports[at].model else { continue };
            if self.has_bug(DriverBug::OmitsReconciliation) {
                continue;
            }
            let expected = if final_chunk { ModelState::InDoubt } else { ModelState::Queued };
            self.apply(at, Event::SenderLost, Some(expected));
        }
    }

    /// Sends the reports that are due, until the process crashes.
    pub(super) fn send_due(&mut self) {
        for at in 0..self.reports.len() {
            if self.has_bug(DriverBug::ResendsDoubtful) && self.reports[at].model == ModelState::InDoubt {
                self.reports[at].lifecycle.state = ReportState::Queued { not_before: None };
                self.reports[at].model = ModelState::Queued;
            }
            for _ in 0..2 {
                if !self.reports[at].lifecycle.is_due(self.now) {
                    break;
                }
                if self.attempt(at).is_none() {
                    return;
                }
            }
            let is_waiting =
                matches!(self.reports[at].model, ModelState::Queued | ModelState::Refused | ModelState::InDoubt);
            if self.has_bug(DriverBug::BlocksOnFirst) && is_waiting {
                return;
            }
        }
    }

    /// The process may crash here. Returns `None` if it does.
    fn may_crash(&mut self) -> Option<()> {
        if !self.has_recovered && self.happens(25) { None } else { Some(()) }
    }

    /// One attempt. Returns `None` if the process crashes.
    fn attempt(&mut self, at: usize) -> Option<()> {
        self.may_crash()?;
        let start = Event::Start { in_background: false };
        let sending = ModelState::Sending { final_chunk: false, platform: false };
        if !self.has_bug(DriverBug::RecordsStartLate) {
            self.apply(at, start.clone(), Some(sending))?;
        }
        self.may_crash()?;
        self.check_sent_content(at);
        let outcome = self.network_outcome(at);
        if matches!(outcome, NetworkOutcome::AfterFinalChunk { .. }) {
            if !self.has_bug(DriverBug::RecordsStartLate) && !self.has_bug(DriverBug::OmitsFinalChunk) {
                let sending = ModelState::Sending { final_chunk: true, platform: false };
                self.apply(at, Event::FinalChunkSent, Some(sending))?;
            }
            self.may_crash()?;
        }
        let (result, is_stored) = outcome.into_result();
        if is_stored {
            self.reports[at].store();
        }
        self.may_crash()?;
        if self.has_bug(DriverBug::RecordsStartLate) {
            self.apply(at, start, Some(sending))?;
        }
        if self.has_bug(DriverBug::OmitsCompletion) {
            return Some(());
        }
        self.complete(at, self.with_bug(result));
        self.may_crash()
    }

    /// The result as a driver with a defect reports it.
    fn with_bug(&self, mut result: SendResult) -> SendResult {
        if let (Some(DriverBug::TreatsLostAsUnsent), SendResult::ConnectionLost { final_chunk_sent, .. }) =
            (self.bug, &mut result)
        {
            *final_chunk_sent = false;
        }
        if let (Some(DriverBug::AcceptsAny2xx), SendResult::Response { reply, .. }) = (self.bug, &mut result)
            && (200..300).contains(&reply.status)
        {
            *reply = Reply { status: 201, body: r#"{"id": 1}"#.into(), is_complete: true, ..Reply::default() };
        }
        result
    }

    /// Each attempt of a revision must send the same content.
    fn check_sent_content(&mut self, at: usize) {
        let report = &mut self.reports[at];
        let content = u64::from(report.text) << 1 | u64::from(report.lifecycle.may_be_duplicate);
        if *report.sent.entry(report.lifecycle.revision).or_insert(content) != content {
            self.record(Violation::Unexpected, "a revision was sent with different content");
        }
    }

    fn complete(&mut self, at: usize, result: SendResult) {
        let is_first_endpoint = self.reports[at].lifecycle.endpoint == Endpoint::V2;
        let (expected, changes_endpoint) = match &result {
            SendResult::NotSent { .. } | SendResult::ConnectionLost { final_chunk_sent: false, .. } => {
                (ModelState::Queued, false)
            }
            SendResult::ConnectionLost { final_chunk_sent: true, .. } => (ModelState::InDoubt, false),
            SendResult::Response { final_chunk_sent, reply } => {
                let expected = ModelState::after_response(*final_chunk_sent, reply, is_first_endpoint);
                let is_missing = matches!(reply.status, 301 | 404 | 405) && !reply.redirects_elsewhere;
                (expected, is_first_endpoint && is_missing)
            }
        };
        let jitter = f64::from(self.rng.random_range(0..=1_000_u32)) / 1_000.0;
        self.apply(at, Event::Completed { sent: result, now: self.now, jitter }, Some(expected));
        let ReportState::Queued { not_before } = self.reports[at].lifecycle.state else { return };
        let pause = not_before.map_or(0, |until| until.ms_since(self.now));
        let is_right = if changes_endpoint { pause == 0 } else { (15_000..=MAX_PAUSE_MS).contains(&pause) };
        if !is_right {
            self.record(Violation::Unexpected, &format!("the next attempt is after {pause} ms"));
        }
    }

    /// The platform's uploader sends a report. It reports the result, or it is gone, and may report late.
    pub(super) fn send_by_platform(&mut self) {
        let now = self.now;
        let Some(at) = self.pick(|report| report.lifecycle.is_due(now)) else { return };
        if matches!(
            self.bug,
            Some(DriverBug::RecordsStartLate | DriverBug::OmitsFinalChunk | DriverBug::OmitsCompletion)
        ) {
            return;
        }
        let sending = ModelState::Sending { final_chunk: true, platform: true };
        if self.apply(at, Event::Start { in_background: true }, Some(sending)).is_none() {
            return;
        }
        self.check_sent_content(at);
        let (result, is_stored) = self.network_outcome(at).into_result();
        if is_stored {
            self.reports[at].store();
        }
        if self.happens(3) {
            self.apply(at, Event::SenderLost, Some(ModelState::InDoubt));
            if self.happens(2) {
                let is_receipt = matches!(&result, SendResult::Response { reply, .. }
                    if reply.is_complete && reply.status == 201 && reply.body.ends_with('}'));
                let expected = if is_receipt { ModelState::Accepted } else { ModelState::InDoubt };
                self.apply(at, Event::Completed { sent: result, now, jitter: 0.0 }, Some(expected));
            }
        } else {
            self.complete(at, self.with_bug(result));
        }
    }
}
