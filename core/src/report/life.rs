//! The life of a report, step by step.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::reply::{Sent, Verdict, judge};
use crate::error::{Error, Result};
use crate::transfer::Moment;

/// Attempts that are remembered one by one.
const MOST_ATTEMPTS: usize = 50;

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
pub enum State {
    /// It is being written.
    Draft,
    /// It is to be sent.
    Queued {
        /// Not before this moment.
        not_before: Option<Moment>,
    },
    /// A driver has it.
    Sending {
        /// Whether the last piece of its body may have left.
        last_piece: bool,
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

impl State {
    /// The word for it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Queued { .. } => "queued",
            State::Sending { .. } => "sending",
            State::Accepted { .. } => "accepted",
            State::Refused { .. } => "refused",
            State::InDoubt { .. } => "in_doubt",
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
    Leave,
    /// It arrived: somebody saw it at the office, perhaps under this number.
    Arrived(Option<i64>),
}

/// Something that happens to a report.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
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
    LastPiece,
    /// The attempt ended; now, and with a chance from 0 to 1.
    End {
        /// How.
        sent: Sent,
        /// When, on the driver's clock.
        now: Moment,
        /// Spreads the pauses.
        chance: f64,
    },
    /// The driver is gone, and nobody knows more.
    DriverGone,
    /// Somebody decided.
    Resolve(Resolution),
}

/// How far a report is, and how it came there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Life {
    /// How far it is.
    #[serde(flatten)]
    pub state: State,
    /// Counts what is sent: each revision has the same bytes whenever it is.
    pub revision: u32,
    /// Whether an earlier revision may have arrived.
    pub may_be_double: bool,
    /// Where the next attempt goes.
    pub endpoint: Endpoint,
    /// Attempts since it was queued.
    pub tries: u32,
    /// How the last attempt ended, for a person.
    pub last_error: Option<String>,
    /// When the next attempt is due by the wall clock, Unix ms: only to be shown, as wall clocks jump.
    #[serde(default)]
    pub next_attempt_ms: Option<i64>,
    /// The last attempts.
    pub attempts: Vec<Attempt>,
}

impl Default for Life {
    fn default() -> Self {
        Life {
            state: State::Draft,
            revision: 1,
            may_be_double: false,
            endpoint: Endpoint::V2,
            tries: 0,
            last_error: None,
            next_attempt_ms: None,
            attempts: Vec::new(),
        }
    }
}

impl Life {
    /// Whether it may be sent at `now`.
    pub fn is_due(&self, now: Moment) -> bool {
        match self.state {
            State::Queued { not_before } => not_before.is_none_or(|moment| moment.is_over(now)),
            _ => false,
        }
    }

    /// Whether somebody has to do something.
    pub fn needs_person(&self) -> bool {
        matches!(self.state, State::Refused { .. } | State::InDoubt { left: false })
    }

    /// Takes a step; a step that cannot be taken in this state is refused and changes nothing. `at_ms` is the wall clock.
    pub fn step(&mut self, step: Step, at_ms: i64) -> Result<()> {
        let wrong = |right: &str| Err(Error::invalid("state", format!("{right}; this one is {}", self.state.as_str())));
        match (step, &self.state) {
            (Step::Queue, State::Draft | State::Refused { .. }) => {
                (self.tries, self.next_attempt_ms) = (0, Some(at_ms));
                self.state = State::Queued { not_before: None };
            }
            (Step::Queue, State::Queued { .. }) => {}
            (Step::Queue, _) => return wrong("only a draft or a refused report can be queued"),
            (Step::Edit, State::Draft | State::Queued { .. } | State::Refused { .. }) => {
                if self.attempts.iter().any(|attempt| attempt.revision == self.revision) {
                    // What was sent once keeps its bytes.
                    self.revision += 1;
                }
                self.state = State::Draft;
            }
            (Step::Edit, _) => return wrong("what is on its way or has arrived is not changed"),
            (Step::Start { platform }, State::Queued { .. }) => {
                self.tries += 1;
                self.next_attempt_ms = None;
                let (revision, endpoint) = (self.revision, self.endpoint);
                self.attempts.push(Attempt { revision, endpoint, at_ms, ended: None });
                if self.attempts.len() > MOST_ATTEMPTS {
                    self.attempts.remove(0);
                }
                self.state = State::Sending { last_piece: platform, platform };
            }
            (Step::Start { .. }, _) => return wrong("only a queued report is sent"),
            (Step::LastPiece, State::Sending { platform, .. }) => {
                self.state = State::Sending { last_piece: true, platform: *platform };
            }
            (Step::LastPiece, _) => return wrong("only a report that is being sent has a last piece"),
            (Step::End { sent, now, chance }, State::Sending { .. }) => self.end(&sent, now, chance, at_ms),
            // A late word about an attempt that was given up: only a receipt changes anything.
            (Step::End { sent, .. }, State::InDoubt { .. }) => {
                if let Verdict::Accepted { server_id } = judge(&sent, self.tries, true, 0.0) {
                    self.accept(server_id, at_ms);
                }
            }
            (Step::End { .. }, _) => return wrong("only a report that is being sent can end so"),
            (Step::DriverGone, State::Sending { last_piece: false, .. }) => {
                self.ended("the process that sent it ended before all of it had left");
                self.state = State::Queued { not_before: None };
            }
            (Step::DriverGone, State::Sending { last_piece: true, .. }) => {
                self.ended("the process that sent it ended before the answer came");
                self.state = State::InDoubt { left: false };
            }
            (Step::DriverGone, _) => {}
            (Step::Resolve(resolution), State::InDoubt { .. }) => match resolution {
                Resolution::Resend => {
                    self.revision += 1;
                    self.may_be_double = true;
                    self.tries = 0;
                    self.state = State::Queued { not_before: None };
                }
                Resolution::Leave => self.state = State::InDoubt { left: true },
                Resolution::Arrived(server_id) => self.accept(server_id, at_ms),
            },
            (Step::Resolve(_), _) => return wrong("only a report in doubt is resolved"),
        }
        Ok(())
    }

    fn end(&mut self, sent: &Sent, now: Moment, chance: f64, at_ms: i64) {
        match judge(sent, self.tries, self.endpoint == Endpoint::Legacy, chance) {
            Verdict::Accepted { server_id } => self.accept(server_id, at_ms),
            Verdict::Again { pause_ms, reason } => {
                self.ended(&reason);
                // Whatever the other address said, the next attempt begins with the first again.
                self.endpoint = Endpoint::V2;
                self.next_attempt_ms = i64::try_from(pause_ms).ok().map(|pause| at_ms.saturating_add(pause));
                self.state = State::Queued { not_before: Some(now.after_ms(pause_ms)) };
            }
            Verdict::OtherEndpoint => {
                self.ended("the server takes reports at another address");
                self.endpoint = Endpoint::Legacy;
                self.tries = self.tries.saturating_sub(1);
                self.state = State::Queued { not_before: None };
            }
            Verdict::Refused { fields, reason } => {
                self.ended(&reason);
                self.state = State::Refused { fields };
            }
            Verdict::InDoubt { reason } => {
                self.ended(&reason);
                self.state = State::InDoubt { left: false };
            }
        }
    }

    fn accept(&mut self, server_id: Option<i64>, at_ms: i64) {
        if let Some(attempt) = self.attempts.last_mut() {
            attempt.ended = Some("accepted".to_owned());
        }
        self.last_error = None;
        self.state = State::Accepted { receipt: Receipt { server_id, at_ms } };
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

    const START: Step = Step::Start { platform: false };
    const NOW: Moment = Moment { ms: 1_000, boot: 1 };

    fn answered(status: u16, body: &str) -> Step {
        let reply = Reply { status, body: body.into(), is_whole: true, ..Reply::default() };
        Step::End { sent: Sent::Answered { whole_body: true, reply }, now: NOW, chance: 0.5 }
    }

    fn lost(whole_body: bool) -> Step {
        Step::End { sent: Sent::Lost { whole_body, reason: "cut".into() }, now: NOW, chance: 0.5 }
    }

    fn after(steps: &[Step]) -> Life {
        let mut life = Life::default();
        for step in steps {
            life.step(step.clone(), 5).unwrap();
        }
        life
    }

    #[test]
    fn a_report_is_accepted_with_its_receipt_and_stays_so() {
        let mut life = after(&[Step::Queue, START, Step::LastPiece, answered(201, r#"{"id": 7}"#)]);
        assert_eq!(life.state, State::Accepted { receipt: Receipt { server_id: Some(7), at_ms: 5 } });
        for step in [Step::Queue, Step::Edit, START, Step::LastPiece, Step::Resolve(Resolution::Resend), lost(true)] {
            assert!(life.step(step, 6).is_err());
        }
        life.step(Step::DriverGone, 6).unwrap();
        assert_eq!(life.state.as_str(), "accepted");
    }

    #[test]
    fn a_driver_that_dies_leaves_doubt_only_where_the_last_piece_may_have_left() {
        let before = after(&[Step::Queue, START, Step::DriverGone]);
        assert_eq!(before.state, State::Queued { not_before: None });
        let behind = after(&[Step::Queue, START, Step::LastPiece, Step::DriverGone]);
        assert_eq!(behind.state, State::InDoubt { left: false });
        assert!(behind.needs_person());
        let late = after(&[Step::Queue, START, Step::LastPiece, Step::DriverGone, answered(201, r#"{"id": 1}"#)]);
        assert_eq!(late.state.as_str(), "accepted", "the platform's downloader had the answer after all");
    }

    #[test]
    fn what_the_platform_has_may_have_left_from_the_start() {
        let gone = after(&[Step::Queue, Step::Start { platform: true }, Step::DriverGone]);
        assert_eq!(gone.state, State::InDoubt { left: false });
    }

    #[test]
    fn what_was_sent_keeps_its_bytes_and_a_double_is_marked() {
        let edited = after(&[Step::Queue, Step::Edit, Step::Queue]);
        assert_eq!(edited.revision, 1, "nothing was sent");
        let refused = after(&[Step::Queue, START, answered(400, r#"{"email": ["x"]}"#), Step::Edit]);
        assert_eq!((refused.revision, refused.state.as_str()), (2, "draft"));
        let again = after(&[Step::Queue, START, lost(true), Step::Resolve(Resolution::Resend)]);
        assert!(again.may_be_double && again.revision == 2 && again.is_due(NOW));
        let left = after(&[Step::Queue, START, lost(true), Step::Resolve(Resolution::Leave)]);
        assert!(!left.needs_person() && !left.is_due(NOW));
    }

    #[test]
    fn the_other_address_is_tried_at_once_and_pauses_are_kept() {
        let other = after(&[Step::Queue, START, answered(404, "")]);
        assert!(other.is_due(NOW) && other.endpoint == Endpoint::Legacy);
        let both = after(&[Step::Queue, START, answered(404, ""), START, answered(404, "")]);
        assert!(!both.is_due(NOW) && both.endpoint == Endpoint::V2);
        assert!(both.is_due(Moment { ms: 0, boot: 2 }), "a clock that starts anew knows nothing of old pauses");
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            Just(Step::Queue),
            Just(Step::Edit),
            Just(START),
            Just(Step::LastPiece),
            Just(Step::DriverGone),
            any::<bool>().prop_map(lost),
            prop_oneof![Just(200_u16), Just(201), Just(400), Just(404), Just(429), Just(500), Just(503)]
                .prop_map(|status| answered(status, r#"{"id": 3}"#)),
            prop_oneof![Just(Resolution::Resend), Just(Resolution::Leave), Just(Resolution::Arrived(None))]
                .prop_map(Step::Resolve),
        ]
    }

    proptest! {
        #[test]
        fn whatever_happens_nothing_is_sent_twice_unmarked_and_nothing_ends_without_a_receipt(
            steps in prop::collection::vec(step(), 0..60)
        ) {
            let mut life = Life::default();
            // A slow twin: which revisions may have reached the server.
            let mut may_have = Vec::<u32>::new();
            for step in steps {
                let before = life.clone();
                let starts = step == START;
                let may_reach = matches!(step, Step::LastPiece) || matches!(&step, Step::End { sent, .. }
                    if matches!(sent, Sent::Lost { whole_body: true, .. } | Sent::Answered { whole_body: true, .. }));
                if life.step(step.clone(), 1).is_err() {
                    prop_assert_eq!(&life, &before);
                    continue;
                }
                if starts {
                    prop_assert!(!may_have.contains(&before.revision) || before.last_error.is_some());
                }
                // Once the server may have one revision and said neither yes nor no, only a marked one is sent.
                if let State::InDoubt { .. } = before.state
                    && matches!(life.state, State::Queued { .. })
                {
                    prop_assert!(life.may_be_double && life.revision > before.revision);
                }
                if may_reach && matches!(before.state, State::Sending { .. }) {
                    may_have.push(before.revision);
                }
                prop_assert!(life.revision >= before.revision);
                let stored = serde_json::to_string(&life).unwrap();
                prop_assert_eq!(serde_json::from_str::<Life>(&stored).unwrap(), life.clone());
            }
        }
    }
}
