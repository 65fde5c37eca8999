//! The user: files, edits and resolves reports.

use jalon::report::{Event, Resolution};
use rand::RngExt;

use super::model::{ModelState, SimulatedReport};
use super::{DriverBug, REPORTS, Simulation};

impl Simulation<'_> {
    pub(super) fn file(&mut self) {
        if self.reports.len() >= REPORTS {
            return;
        }
        let (is_unacceptable, loses_connection) = (self.happens(8), self.happens(2));
        self.reports.push(SimulatedReport::new(is_unacceptable, loses_connection));
        let at = self.reports.len() - 1;
        if self.happens(10) {
            return;
        }
        self.queue(at);
    }

    pub(super) fn queue(&mut self, at: usize) {
        if self.apply(at, Event::Queue, Some(ModelState::Queued)).is_some() {
            self.reports[at].is_acknowledged = true;
        }
    }

    pub(super) fn edit(&mut self) {
        let is_editable = |report: &SimulatedReport| {
            matches!(report.model, ModelState::Draft | ModelState::Queued | ModelState::Refused)
        };
        let Some(at) = self.pick(is_editable) else { return };
        if self.has_bug(DriverBug::EditsInPlace) {
            self.reports[at].text += 1;
            return;
        }
        if self.apply(at, Event::Edit, Some(ModelState::Draft)).is_some() {
            self.reports[at].text += 1;
        }
        if !self.happens(6) {
            self.queue(at);
        }
    }

    pub(super) fn decide(&mut self) {
        let Some(at) = self.pick(|report| report.model == ModelState::InDoubt) else { return };
        self.resolve(at);
    }

    /// A user declares a report delivered, or abandons it, only if it has arrived.
    pub(super) fn resolve(&mut self, at: usize) {
        let has_arrived = !self.reports[at].copies.is_empty();
        match self.rng.random_range(0..4) {
            0 if has_arrived => {
                let server_id = if self.happens(2) { Some(3) } else { None };
                self.apply(at, Event::Resolve(Resolution::Delivered(server_id)), Some(ModelState::Accepted));
            }
            1 if has_arrived => {
                self.apply(at, Event::Resolve(Resolution::Abandon), Some(ModelState::InDoubt));
                self.reports[at].is_abandoned = true;
            }
            _ => {
                self.apply(at, Event::Resolve(Resolution::Resend), Some(ModelState::Queued));
                self.reports[at].is_abandoned = false;
            }
        }
    }

    /// A random event, which the state of the report may refuse.
    pub(super) fn random_event(&mut self) {
        let Some(at) = self.pick(|_| true) else { return };
        let model = self.reports[at].model;
        let (event, expected) = match self.rng.random_range(0..5) {
            0 => (Event::FinalChunkSent, None),
            1 => (Event::Resolve(Resolution::Abandon), (model == ModelState::InDoubt).then_some(ModelState::InDoubt)),
            2 => {
                let is_allowed = matches!(model, ModelState::Draft | ModelState::Queued | ModelState::Refused);
                (Event::Queue, is_allowed.then_some(ModelState::Queued))
            }
            3 => (
                Event::Start { in_background: false },
                (model == ModelState::Queued).then_some(ModelState::Sending { final_chunk: false, platform: false }),
            ),
            _ => return,
        };
        if matches!(model, ModelState::Sending { .. }) {
            return;
        }
        let abandons = matches!(event, Event::Resolve(_));
        let queues = event == Event::Queue;
        if self.apply(at, event, expected).is_some() {
            self.reports[at].is_abandoned |= abandons;
            self.reports[at].is_acknowledged |= queues;
        }
    }
}
