//! The lifecycle of a report, step by step.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::reply::{Classification, SendResult, classify};
use crate::error::{Error, Result};
use crate::transfer::BootInstant;

/// Attempts that are remembered one by one.
const MAX_ATTEMPTS: usize = 50;

/// Where a server takes reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// `/api/v2/feedback_report/`, since Geotrek 2.104.
    #[default]
    V2,
    /// `/api/<lang>/reports/report`, of every version.
    Legacy,
}

/// How far a report is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ReportState {
    /// It is being written.
    Draft,
    /// It is to be sent.
    Queued {
        /// Not before this moment.
        not_before: Option<BootInstant>,
    },
    /// A driver has it.
    Sending {
        /// Whether the last piece of its body may have left.
        final_chunk_sent: bool,
        /// Whether the platform's own uploader has it, which outlives the process and says nothing of pieces.
        platform: bool,
    },
    /// The server has it.
    Accepted {
        /// The server's proof.
        receipt: Receipt,
    },
    /// The server will not take it as it is.
    Refused {
        /// What it says of each field.
        fields: BTreeMap<String, Vec<String>>,
    },
    /// The server may have it, and nobody can know.
    InDoubt {
        /// Whether somebody decided to leave it so.
        left: bool,
    },
}

impl ReportState {
    /// The word for it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            ReportState::Draft => "draft",
            ReportState::Queued { .. } => "queued",
            ReportState::Sending { .. } => "sending",
            ReportState::Accepted { .. } => "accepted",
            ReportState::Refused { .. } => "refused",
            ReportState::InDoubt { .. } => "in_doubt",
        }
    }
}

/// The server's proof that it has a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Its number there; none where the server hands reports on to another office, or where a person said that it arrived.
    pub server_id: Option<i64>,
    /// When the answer came, Unix ms.
    pub at_ms: i64,
}

/// One attempt to send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Revision of the report that was sent.
    pub revision: u32,
    /// Where to.
    pub endpoint: Endpoint,
    /// When it began, Unix ms.
    pub at_ms: i64,
    /// How it ended, for a person; none where the process died.
    pub ended: Option<String>,
}

/// What a person or an app decides about a report in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// Send it again, marked as a possible double of the first.
    Resend,
    /// Leave it: it is not sent again, and nobody is asked again.
    Abandon,
    /// It arrived: somebody saw it at the office, perhaps under this number.
    Delivered(Option<i64>),
}

/// Something that happens to a report.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// It is finished and checked.
    Queue,
    /// It is written on.
    Edit,
    /// A driver takes it.
    Start {
        /// Whether it is the platform's own uploader.
        platform: bool,
    },
    /// The driver is about to hand over the last piece.
    FinalChunkSent,
    /// The attempt ended; now, and with a jitter from 0 to 1.
    Completed {
        /// How.
        sent: SendResult,
        /// When, on the driver's clock.
        now: BootInstant,
        /// Spreads the pauses.
        jitter: f64,
    },
    /// The driver is gone, and nobody knows more.
    SenderLost,
    /// Somebody decided.
    Resolve(Resolution),
}

/// How far a report is, and how it came there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifecycle {
    /// How far it is.
    #[serde(flatten)]
    pub state: ReportState,
    /// Counts what is sent: each revision has the same bytes whenever it is.
    pub revision: u32,
    /// Whether an earlier revision may have arrived.
    pub may_be_duplicate: bool,
    /// Where the next attempt goes.
    pub endpoint: Endpoint,
    /// Attempts since it was queued.
    pub attempt_count: u32,
    /// How the last attempt ended, for a person.
    pub last_error: Option<String>,
    /// When the next attempt is due by the wall clock, Unix ms: only to be shown, as wall clocks jump.
    #[serde(default)]
    pub next_attempt_ms: Option<i64>,
    /// The last attempts.
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
    /// Whether it may be sent at `now`.
    pub fn is_due(&self, now: BootInstant) -> bool {
        match self.state {
            ReportState::Queued { not_before } => not_before.is_none_or(|moment| moment.has_passed(now)),
            _ => false,
        }
    }

    /// Whether somebody has to do something.
    pub fn needs_user_action(&self) -> bool {
        matches!(self.state, ReportState::Refused { .. } | ReportState::InDoubt { left: false })
    }

    /// Takes a step; a step that cannot be taken in this state is refused and changes nothing. `at_ms` is the wall clock.
    pub fn step(&mut self, step: Event, at_ms: i64) -> Result<()> {
        let wrong = |right: &str| Err(Error::invalid("state", format!("{right}; this one is {}", self.state.as_str())));
        match (step, &self.state) {
            (Event::Queue, ReportState::Draft | ReportState::Refused { .. }) => {
                (self.attempt_count, self.next_attempt_ms) = (0, Some(at_ms));
                self.state = ReportState::Queued { not_before: None };
            }
            (Event::Queue, ReportState::Queued { .. }) => {}
            (Event::Queue, _) => return wrong("only a draft or a refused report can be queued"),
            (Event::Edit, ReportState::Draft | ReportState::Queued { .. } | ReportState::Refused { .. }) => {
                if self.attempts.iter().any(|attempt| attempt.revision == self.revision) {
                    // What was sent once keeps its bytes.
                    self.revision += 1;
                }
                self.state = ReportState::Draft;
            }
            (Event::Edit, _) => return wrong("what is on its way or has arrived is not changed"),
            (Event::Start { platform }, ReportState::Queued { .. }) => {
                self.attempt_count += 1;
                self.next_attempt_ms = None;
                let (revision, endpoint) = (self.revision, self.endpoint);
                self.attempts.push(Attempt { revision, endpoint, at_ms, ended: None });
                if self.attempts.len() > MAX_ATTEMPTS {
                    self.attempts.remove(0);
                }
                self.state = ReportState::Sending { final_chunk_sent: platform, platform };
            }
            (Event::Start { .. }, _) => return wrong("only a queued report is sent"),
            (Event::FinalChunkSent, ReportState::Sending { platform, .. }) => {
                self.state = ReportState::Sending { final_chunk_sent: true, platform: *platform };
            }
            (Event::FinalChunkSent, _) => return wrong("only a report that is being sent has a last piece"),
            (Event::Completed { sent, now, jitter }, ReportState::Sending { .. }) => {
                self.end(&sent, now, jitter, at_ms)
            }
            // A late word about an attempt that was given up: only a receipt changes anything.
            (Event::Completed { sent, .. }, ReportState::InDoubt { .. }) => {
                if let Classification::Accepted { server_id } = classify(&sent, self.attempt_count, true, 0.0) {
                    self.accept(server_id, at_ms);
                }
            }
            (Event::Completed { .. }, _) => return wrong("only a report that is being sent can end so"),
            (Event::SenderLost, ReportState::Sending { final_chunk_sent: false, .. }) => {
                self.ended("the process that sent it ended before all of it had left");
                self.state = ReportState::Queued { not_before: None };
            }
            (Event::SenderLost, ReportState::Sending { final_chunk_sent: true, .. }) => {
                self.ended("the process that sent it ended before the answer came");
                self.state = ReportState::InDoubt { left: false };
            }
            (Event::SenderLost, _) => {}
            (Event::Resolve(resolution), ReportState::InDoubt { .. }) => match resolution {
                Resolution::Resend => {
                    self.revision += 1;
                    self.may_be_duplicate = true;
                    self.attempt_count = 0;
                    self.state = ReportState::Queued { not_before: None };
                }
                Resolution::Abandon => self.state = ReportState::InDoubt { left: true },
                Resolution::Delivered(server_id) => self.accept(server_id, at_ms),
            },
            (Event::Resolve(_), _) => return wrong("only a report in doubt is resolved"),
        }
        Ok(())
    }

    fn end(&mut self, sent: &SendResult, now: BootInstant, jitter: f64, at_ms: i64) {
        match classify(sent, self.attempt_count, self.endpoint == Endpoint::Legacy, jitter) {
            Classification::Accepted { server_id } => self.accept(server_id, at_ms),
            Classification::Retry { pause_ms, reason } => {
                self.ended(&reason);
                // Whatever the other address said, the next attempt begins with the first again.
                self.endpoint = Endpoint::V2;
                self.next_attempt_ms = i64::try_from(pause_ms).ok().map(|pause| at_ms.saturating_add(pause));
                self.state = ReportState::Queued { not_before: Some(now.after_ms(pause_ms)) };
            }
            Classification::OtherEndpoint => {
                self.ended("the server takes reports at another address");
                self.endpoint = Endpoint::Legacy;
                self.attempt_count = self.attempt_count.saturating_sub(1);
                self.state = ReportState::Queued { not_before: None };
            }
            Classification::Refused { fields, reason } => {
                self.ended(&reason);
                self.state = ReportState::Refused { fields };
            }
            Classification::InDoubt { reason } => {
                self.ended(&reason);
                self.state = ReportState::InDoubt { left: false };
            }
        }
    }

    fn accept(&mut self, server_id: Option<i64>, at_ms: i64) {
        if let Some(attempt) = self.attempts.last_mut() {
            attempt.ended = Some("accepted".to_owned());
        }
        self.last_error = None;
        self.state = ReportState::Accepted { receipt: Receipt { server_id, at_ms } };
    }

    fn ended(&mut self, how: &str) {
        if let Some(attempt) = self.attempts.last_mut() {
            attempt.ended = Some(how.to_owned());
        }
        self.last_error = Some(how.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::report::Reply;

    const START: Event = Event::Start { platform: false };
    const NOW: BootInstant = BootInstant { ms: 1_000, boot_id: 1 };

    fn answered(status: u16, body: &str) -> Event {
        let reply = Reply { status, body: body.into(), is_whole: true, ..Reply::default() };
        Event::Completed { sent: SendResult::Response { whole_body: true, reply }, now: NOW, jitter: 0.5 }
    }

    fn lost(whole_body: bool) -> Event {
        Event::Completed { sent: SendResult::Lost { whole_body, reason: "cut".into() }, now: NOW, jitter: 0.5 }
    }

    fn after(steps: &[Event]) -> Lifecycle {
        let mut lifecycle = Lifecycle::default();
        for step in steps {
            lifecycle.step(step.clone(), 5).unwrap();
        }
        lifecycle
    }

    #[test]
    fn a_report_is_accepted_with_its_receipt_and_stays_so() {
        let mut lifecycle = after(&[Event::Queue, START, Event::FinalChunkSent, answered(201, r#"{"id": 7}"#)]);
        assert_eq!(lifecycle.state, ReportState::Accepted { receipt: Receipt { server_id: Some(7), at_ms: 5 } });
        for step in
            [Event::Queue, Event::Edit, START, Event::FinalChunkSent, Event::Resolve(Resolution::Resend), lost(true)]
        {
            assert!(lifecycle.step(step, 6).is_err());
        }
        lifecycle.step(Event::SenderLost, 6).unwrap();
        assert_eq!(lifecycle.state.as_str(), "accepted");
    }

    #[test]
    fn a_driver_that_dies_leaves_doubt_only_where_the_last_piece_may_have_left() {
        let before = after(&[Event::Queue, START, Event::SenderLost]);
        assert_eq!(before.state, ReportState::Queued { not_before: None });
        let behind = after(&[Event::Queue, START, Event::FinalChunkSent, Event::SenderLost]);
        assert_eq!(behind.state, ReportState::InDoubt { left: false });
        assert!(behind.needs_user_action());
        let late =
            after(&[Event::Queue, START, Event::FinalChunkSent, Event::SenderLost, answered(201, r#"{"id": 1}"#)]);
        assert_eq!(late.state.as_str(), "accepted", "the platform's downloader had the answer after all");
    }

    #[test]
    fn what_the_platform_has_may_have_left_from_the_start() {
        let gone = after(&[Event::Queue, Event::Start { platform: true }, Event::SenderLost]);
        assert_eq!(gone.state, ReportState::InDoubt { left: false });
    }

    #[test]
    fn what_was_sent_keeps_its_bytes_and_a_double_is_marked() {
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
    fn the_other_address_is_tried_at_once_and_pauses_are_kept() {
        let other = after(&[Event::Queue, START, answered(404, "")]);
        assert!(other.is_due(NOW) && other.endpoint == Endpoint::Legacy);
        let both = after(&[Event::Queue, START, answered(404, ""), START, answered(404, "")]);
        assert!(!both.is_due(NOW) && both.endpoint == Endpoint::V2);
        assert!(both.is_due(BootInstant { ms: 0, boot_id: 2 }), "a clock that starts anew knows nothing of old pauses");
    }

    fn step() -> impl Strategy<Value = Event> {
        prop_oneof![
            Just(Event::Queue),
            Just(Event::Edit),
            Just(START),
            Just(Event::FinalChunkSent),
            Just(Event::SenderLost),
            any::<bool>().prop_map(lost),
            prop_oneof![Just(200_u16), Just(201), Just(400), Just(404), Just(429), Just(500), Just(503)]
                .prop_map(|status| answered(status, r#"{"id": 3}"#)),
            prop_oneof![Just(Resolution::Resend), Just(Resolution::Abandon), Just(Resolution::Delivered(None))]
                .prop_map(Event::Resolve),
        ]
    }

    proptest! {
        #[test]
        fn whatever_happens_nothing_is_sent_twice_unmarked_and_nothing_ends_without_a_receipt(
            steps in prop::collection::vec(step(), 0..60)
        ) {
            let mut lifecycle = Lifecycle::default();
            // A slow twin: which revisions may have reached the server.
            let mut may_have = Vec::<u32>::new();
            for step in steps {
                let before = lifecycle.clone();
                let starts = step == START;
                let may_reach = matches!(step, Event::FinalChunkSent) || matches!(&step, Event::Completed { sent, .. }
                    if matches!(sent, SendResult::Lost { whole_body: true, .. } | SendResult::Response { whole_body: true, .. }));
                if lifecycle.step(step.clone(), 1).is_err() {
                    prop_assert_eq!(&lifecycle, &before);
                    continue;
                }
                if starts {
                    prop_assert!(!may_have.contains(&before.revision) || before.last_error.is_some());
                }
                // Once the server may have one revision and said neither yes nor no, only a marked one is sent.
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
