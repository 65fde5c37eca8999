//! The state machine of a report: events and transitions.

use serde::{Deserialize, Serialize};

use super::reply::{Classification, SendResult, classify};
use super::state::{Attempt, Endpoint, Receipt, ReportState, Resolution};
use crate::error::{Error, Result};
use crate::transfer::BootInstant;

/// Maximum number of attempts in [`Lifecycle::attempts`].
const MAX_ATTEMPTS: usize = 50;

/// The last error of a report that another device sends.
const HANDED_OVER: &str = "another device has the report and may have sent it";

/// An event in the lifecycle of a report.
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The person queues the report. Its content was validated.
    Queue,
    /// The person edits the report.
    Edit,
    /// A driver starts an attempt.
    Start {
        /// Whether the platform's background uploader sends it.
        in_background: bool,
    },
    /// The driver is about to send the last chunk of the body.
    FinalChunkSent,
    /// The attempt ended.
    Completed {
        /// Result of the attempt.
        sent: SendResult,
        /// Current time of the driver's clock.
        now: BootInstant,
        /// A random number from 0 to 1, which spreads the retries of many devices.
        jitter: f64,
    },
    /// The driver died, or its platform forgot the upload, without a result.
    SenderLost,
    /// A report in doubt is resolved.
    Resolve(Resolution),
    /// Another device has a copy and sends it. A draft stays one, and is marked as a possible duplicate. A queued report is in
    /// doubt, because the other device may have delivered it.
    HandOver,
}

/// The state of a report and its history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifecycle {
    /// Current state.
    #[serde(flatten)]
    pub state: ReportState,
    /// Revision of the content. Every attempt of one revision sends the same bytes.
    pub revision: u32,
    /// Whether the server may have stored an earlier revision.
    pub may_be_duplicate: bool,
    /// Endpoint of the next attempt.
    pub endpoint: Endpoint,
    /// Number of attempts since the report was queued.
    pub attempt_count: u32,
    /// Outcome of the last failed attempt, as a sentence for a person.
    pub last_error: Option<String>,
    /// Expected time of the next attempt by the wall clock, Unix ms. For display only: wall clocks jump.
    #[serde(default)]
    pub next_attempt_ms: Option<i64>,
    /// The most recent attempts, oldest first.
    pub attempts: Vec<Attempt>,
}

impl Default for Lifecycle {
    fn default() -> Self {
        Lifecycle {
            state: ReportState::Draft,
            revision: 1,
            may_be_duplicate: false,
            endpoint: Endpoint::V2,
            attempt_count: 0,
            last_error: None,
            next_attempt_ms: None,
            attempts: Vec::new(),
        }
    }
}

impl Lifecycle {
    /// Whether the report is queued and its pause has passed at `now`.
    #[doc(hidden)]
    pub fn is_due(&self, now: BootInstant) -> bool {
        match self.state {
            ReportState::Queued { not_before } => not_before.is_none_or(|instant| instant.has_passed(now)),
            _ => false,
        }
    }

    /// Whether the report waits for a decision of the person.
    pub fn needs_user_action(&self) -> bool {
        matches!(self.state, ReportState::Refused { .. } | ReportState::InDoubt { is_abandoned: false })
    }

    /// Whether another device sends the report, and no user decided otherwise here.
    #[cfg(feature = "archive")]
    pub(crate) fn is_handed_over(&self) -> bool {
        matches!(self.state, ReportState::InDoubt { .. }) && self.last_error.as_deref() == Some(HANDED_OVER)
    }

    /// Applies an event; `at_ms` is the wall clock, Unix ms.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the current state does not allow the event. The lifecycle is then unchanged.
    #[doc(hidden)]
    pub fn apply(&mut self, event: Event, at_ms: i64) -> Result<()> {
        let invalid =
            |rule: &str| Err(Error::invalid("state", format!("{rule}, but the report is {}", self.state.as_str())));
        match (event, &self.state) {
            (Event::Queue, ReportState::Draft | ReportState::Refused { .. }) => {
                (self.attempt_count, self.next_attempt_ms) = (0, Some(at_ms));
                self.state = ReportState::Queued { not_before: None };
            }
            (Event::Queue, ReportState::Queued { .. }) => {}
            (Event::Queue, _) => return invalid("must be draft or refused to be queued"),
            (Event::Edit, ReportState::Draft | ReportState::Queued { .. } | ReportState::Refused { .. }) => {
                if self.attempts.iter().any(|attempt| attempt.revision == self.revision) {
                    // A revision that was sent stays unchanged.
                    self.revision += 1;
                }
                self.state = ReportState::Draft;
            }
            (Event::Edit, _) => return invalid("must be draft, queued or refused to be edited"),
            (Event::Start { in_background }, ReportState::Queued { .. }) => {
                self.attempt_count += 1;
                self.next_attempt_ms = None;
                let (revision, endpoint) = (self.revision, self.endpoint);
                self.attempts.push(Attempt { revision, endpoint, at_ms, outcome: None });
                if self.attempts.len() > MAX_ATTEMPTS {
                    self.attempts.remove(0);
                }
                self.state = ReportState::Sending { final_chunk_sent: in_background, in_background };
            }
            (Event::Start { .. }, _) => return invalid("must be queued to be sent"),
            (Event::FinalChunkSent, ReportState::Sending { in_background, .. }) => {
                self.state = ReportState::Sending { final_chunk_sent: true, in_background: *in_background };
            }
            (Event::FinalChunkSent, _) => return invalid("must be sending to have a final chunk"),
            (Event::Completed { sent, now, jitter }, ReportState::Sending { .. }) => {
                self.complete_attempt(&sent, now, jitter, at_ms);
            }
            // A late result of an attempt that counted as lost: only a receipt changes the state.
            (Event::Completed { sent, .. }, ReportState::InDoubt { .. }) => {
                if let Classification::Accepted { server_id } = classify(&sent, self.attempt_count, true, 0.0) {
                    self.accept(server_id, at_ms);
                }
            }
            (Event::Completed { .. }, _) => return invalid("must be sending to complete an attempt"),
            (Event::SenderLost, ReportState::Sending { final_chunk_sent: false, .. }) => {
                self.record_failure("the sending process ended before the whole report was sent");
                self.state = ReportState::Queued { not_before: None };
            }
            (Event::SenderLost, ReportState::Sending { final_chunk_sent: true, .. }) => {
                self.record_failure("the sending process ended before the response arrived");
                self.state = ReportState::InDoubt { is_abandoned: false };
            }
            (Event::SenderLost, _) => {}
            (Event::Resolve(resolution), ReportState::InDoubt { .. }) => match resolution {
                Resolution::Resend => {
                    self.revision += 1;
                    self.may_be_duplicate = true;
                    self.attempt_count = 0;
                    self.state = ReportState::Queued { not_before: None };
                }
                Resolution::Abandon => self.state = ReportState::InDoubt { is_abandoned: true },
                Resolution::Delivered(server_id) => self.accept(server_id, at_ms),
            },
            (Event::Resolve(_), _) => return invalid("must be in_doubt to be resolved"),
            (Event::HandOver, ReportState::Draft | ReportState::Refused { .. }) => {
                self.revision += 1;
                self.may_be_duplicate = true;
            }
            (Event::HandOver, ReportState::Queued { .. } | ReportState::InDoubt { is_abandoned: false }) => {
                self.last_error = Some(HANDED_OVER.to_owned());
                self.next_attempt_ms = None;
                self.state = ReportState::InDoubt { is_abandoned: false };
            }
            (Event::HandOver, _) => return invalid("must not be sending, accepted or abandoned to be handed over"),
        }
        Ok(())
    }

    fn complete_attempt(&mut self, sent: &SendResult, now: BootInstant, jitter: f64, at_ms: i64) {
        match classify(sent, self.attempt_count, self.endpoint == Endpoint::Legacy, jitter) {
            Classification::Accepted { server_id } => self.accept(server_id, at_ms),
            Classification::Retry { pause_ms, detail } => {
                self.record_failure(&detail);
                // The next attempt tries the first endpoint again, whichever endpoint failed.
                self.endpoint = Endpoint::V2;
                self.next_attempt_ms = i64::try_from(pause_ms).ok().map(|pause| at_ms.saturating_add(pause));
                self.state = ReportState::Queued { not_before: Some(now.after_ms(pause_ms)) };
            }
            Classification::OtherEndpoint => {
                self.record_failure("the server takes reports at another address");
                self.endpoint = Endpoint::Legacy;
                self.attempt_count = self.attempt_count.saturating_sub(1);
                self.state = ReportState::Queued { not_before: None };
            }
            Classification::Refused { fields, detail } => {
                self.record_failure(&detail);
                self.state = ReportState::Refused { fields };
            }
            Classification::InDoubt { detail } => {
                self.record_failure(&detail);
                self.state = ReportState::InDoubt { is_abandoned: false };
            }
        }
    }

    fn accept(&mut self, server_id: Option<i64>, at_ms: i64) {
        if let Some(attempt) = self.attempts.last_mut() {
            attempt.outcome = Some("accepted".to_owned());
        }
        self.last_error = None;
        self.state = ReportState::Accepted { receipt: Receipt { server_id, at_ms } };
    }

    fn record_failure(&mut self, outcome: &str) {
        if let Some(attempt) = self.attempts.last_mut() {
            attempt.outcome = Some(outcome.to_owned());
        }
        self.last_error = Some(outcome.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::report::Reply;

    const START: Event = Event::Start { in_background: false };
    const NOW: BootInstant = BootInstant { ms: 1_000, boot_id: 1 };

    fn answered(status: u16, body: &str) -> Event {
        let reply = Reply { status, body: body.into(), is_complete: true, ..Reply::default() };
        Event::Completed { sent: SendResult::Response { final_chunk_sent: true, reply }, now: NOW, jitter: 0.5 }
    }

    fn lost(whole_body: bool) -> Event {
        Event::Completed {
            sent: SendResult::ConnectionLost { final_chunk_sent: whole_body, detail: "cut".into() },
            now: NOW,
            jitter: 0.5,
        }
    }

    fn after(events: &[Event]) -> Lifecycle {
        let mut lifecycle = Lifecycle::default();
        for event in events {
            lifecycle.apply(event.clone(), 5).unwrap();
        }
        lifecycle
    }

    #[test]
    fn accepted_report_keeps_its_receipt_and_rejects_further_events() {
        let mut lifecycle = after(&[Event::Queue, START, Event::FinalChunkSent, answered(201, r#"{"id": 7}"#)]);
        assert_eq!(lifecycle.state, ReportState::Accepted { receipt: Receipt { server_id: Some(7), at_ms: 5 } });
        for event in
            [Event::Queue, Event::Edit, START, Event::FinalChunkSent, Event::Resolve(Resolution::Resend), lost(true)]
        {
            assert!(lifecycle.apply(event, 6).is_err());
        }
        lifecycle.apply(Event::SenderLost, 6).unwrap();
        assert_eq!(lifecycle.state.as_str(), "accepted");
    }

    #[test]
    fn lost_sender_leaves_doubt_only_after_the_final_chunk() {
        let before = after(&[Event::Queue, START, Event::SenderLost]);
        assert_eq!(before.state, ReportState::Queued { not_before: None });
        let behind = after(&[Event::Queue, START, Event::FinalChunkSent, Event::SenderLost]);
        assert_eq!(behind.state, ReportState::InDoubt { is_abandoned: false });
        assert!(behind.needs_user_action());
        let late =
            after(&[Event::Queue, START, Event::FinalChunkSent, Event::SenderLost, answered(201, r#"{"id": 1}"#)]);
        assert_eq!(late.state.as_str(), "accepted", "the background uploader had the response after all");
    }

    #[test]
    fn lost_background_sender_always_leaves_doubt() {
        let lost = after(&[Event::Queue, Event::Start { in_background: true }, Event::SenderLost]);
        assert_eq!(lost.state, ReportState::InDoubt { is_abandoned: false });
    }

    #[test]
    fn edit_after_sending_makes_a_revision_and_resend_marks_a_duplicate() {
        let edited = after(&[Event::Queue, Event::Edit, Event::Queue]);
        assert_eq!(edited.revision, 1, "nothing was sent");
        let refused = after(&[Event::Queue, START, answered(400, r#"{"email": ["x"]}"#), Event::Edit]);
        assert_eq!((refused.revision, refused.state.as_str()), (2, "draft"));
        let again = after(&[Event::Queue, START, lost(true), Event::Resolve(Resolution::Resend)]);
        assert!(again.may_be_duplicate && again.revision == 2 && again.is_due(NOW));
        let left = after(&[Event::Queue, START, lost(true), Event::Resolve(Resolution::Abandon)]);
        assert!(!left.needs_user_action() && !left.is_due(NOW));
    }

    #[test]
    fn missing_endpoint_tries_the_other_at_once_then_pauses() {
        let other = after(&[Event::Queue, START, answered(404, "")]);
        assert!(other.is_due(NOW) && other.endpoint == Endpoint::Legacy);
        let both = after(&[Event::Queue, START, answered(404, ""), START, answered(404, "")]);
        assert!(!both.is_due(NOW) && both.endpoint == Endpoint::V2);
        assert!(both.is_due(BootInstant { ms: 0, boot_id: 2 }), "a pause ends with its clock");
    }

    fn event() -> impl Strategy<Value = Event> {
        prop_oneof![
            Just(Event::Queue),
            Just(Event::Edit),
            Just(START),
            Just(Event::FinalChunkSent),
            Just(Event::SenderLost),
            Just(Event::HandOver),
            any::<bool>().prop_map(lost),
            prop_oneof![Just(200_u16), Just(201), Just(400), Just(404), Just(429), Just(500), Just(503)]
                .prop_map(|status| answered(status, r#"{"id": 3}"#)),
            prop_oneof![Just(Resolution::Resend), Just(Resolution::Abandon), Just(Resolution::Delivered(None))]
                .prop_map(Event::Resolve),
        ]
    }

    proptest! {
        #[test]
        fn any_events_never_send_twice_unmarked_and_never_end_without_a_receipt(
            events in prop::collection::vec(event(), 0..60)
        ) {
            let mut lifecycle = Lifecycle::default();
            // Reference model: the revisions that may have reached the server.
            let mut may_have = Vec::<u32>::new();
            for event in events {
                let before = lifecycle.clone();
                let starts = event == START;
                let may_reach = matches!(event, Event::FinalChunkSent) || matches!(&event, Event::Completed { sent, .. }
                    if matches!(sent, SendResult::ConnectionLost { final_chunk_sent: true, .. } | SendResult::Response { final_chunk_sent: true, .. }));
                if lifecycle.apply(event.clone(), 1).is_err() {
                    prop_assert_eq!(&lifecycle, &before);
                    continue;
                }
                if starts {
                    prop_assert!(!may_have.contains(&before.revision) || before.last_error.is_some());
                }
                // After a doubt only a new, marked revision is sent.
                if let ReportState::InDoubt { .. } = before.state
                    && matches!(lifecycle.state, ReportState::Queued { .. })
                {
                    prop_assert!(lifecycle.may_be_duplicate && lifecycle.revision > before.revision);
                }
                if may_reach && matches!(before.state, ReportState::Sending { .. }) {
                    may_have.push(before.revision);
                }
                prop_assert!(lifecycle.revision >= before.revision);
                let stored = serde_json::to_string(&lifecycle).unwrap();
                prop_assert_eq!(serde_json::from_str::<Lifecycle>(&stored).unwrap(), lifecycle.clone());
            }
        }
    }
}
