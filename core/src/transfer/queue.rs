//! The transfers that have to happen, in order, and how far each is.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::{Outcome, Verdict, judge};

/// One HTTP GET that has to happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Its number in the queue; lower ones go first.
    pub id: u64,
    /// Absolute address.
    pub url: String,
    /// `Accept-Language`, where the answer depends on it.
    pub language: Option<String>,
    /// How often it was started.
    pub tries: u32,
    /// How far it is.
    pub state: State,
}

/// How far a transfer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// It may start, not before this moment (ms of the driver's forward clock).
    Planned {
        /// 0 for at once.
        not_before_ms: u64,
    },
    /// A driver has it.
    Started,
    /// It is done; the status says with what.
    Done {
        /// HTTP status.
        status: u16,
    },
    /// It failed for good.
    Failed {
        /// How it ended the last time.
        outcome: Outcome,
    },
}

/// What a driver should do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Move the bytes of this one: say `started`, then `complete`.
    Start(Transfer),
    /// Nothing may start before this moment.
    WaitUntil(u64),
    /// Everything that is left is on its way already.
    InFlight,
    /// Nothing is left.
    Idle,
}

/// The transfers that have to happen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    transfers: BTreeMap<u64, Transfer>,
    last_id: u64,
    connections_per_host: usize,
    most_tries: u32,
}

impl Queue {
    /// A queue that lets so many transfers of one host run at once, at least one, and tries each so often, at least once.
    pub fn new(connections_per_host: usize, most_tries: u32) -> Self {
        let (connections_per_host, most_tries) = (connections_per_host.max(1), most_tries.max(1));
        Queue { connections_per_host, most_tries, ..Queue::default() }
    }

    /// Plans a transfer and gives its number.
    pub fn plan(&mut self, url: impl Into<String>, language: Option<String>) -> u64 {
        self.last_id += 1;
        let state = State::Planned { not_before_ms: 0 };
        let transfer = Transfer { id: self.last_id, url: url.into(), language, tries: 0, state };
        self.transfers.insert(self.last_id, transfer);
        self.last_id
    }

    /// A transfer by its number.
    pub fn get(&self, id: u64) -> Option<&Transfer> {
        self.transfers.get(&id)
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Transfer> {
        self.transfers.values()
    }

    /// What to do at `now_ms`. Costs a walk over the queue.
    pub fn next(&self, now_ms: u64) -> Next {
        let mut busy: HashMap<&str, usize> = HashMap::new();
        for transfer in self.iter().filter(|transfer| transfer.state == State::Started) {
            *busy.entry(host(&transfer.url)).or_default() += 1;
        }
        let mut earliest: Option<u64> = None;
        let mut held_back = !busy.is_empty();
        for transfer in self.iter() {
            let State::Planned { not_before_ms } = transfer.state else { continue };
            if busy.get(host(&transfer.url)).is_some_and(|count| *count >= self.connections_per_host) {
                held_back = true;
            } else if not_before_ms <= now_ms {
                return Next::Start(transfer.clone());
            } else {
                earliest = Some(earliest.map_or(not_before_ms, |known| known.min(not_before_ms)));
            }
        }
        match (earliest, held_back) {
            (Some(moment), _) => Next::WaitUntil(moment),
            (None, true) => Next::InFlight,
            (None, false) => Next::Idle,
        }
    }

    /// A driver has this one now. `false` where it may not: another has it, or it has ended.
    pub fn started(&mut self, id: u64) -> bool {
        let Some(transfer) = self.transfers.get_mut(&id) else { return false };
        let may = matches!(transfer.state, State::Planned { .. });
        if may {
            transfer.state = State::Started;
            transfer.tries += 1;
        }
        may
    }

    /// This one ended so. `chance` (0 to 1) spreads the pause before another try. Gives the verdict, or `None` where the
    /// transfer was not on its way.
    pub fn complete(&mut self, id: u64, outcome: Outcome, now_ms: u64, chance: f64) -> Option<Verdict> {
        let transfer = self.transfers.get_mut(&id).filter(|transfer| transfer.state == State::Started)?;
        let verdict = judge(&outcome, transfer.tries, self.most_tries, chance);
        transfer.state = match (verdict, outcome) {
            (Verdict::Again { pause_ms }, _) => State::Planned { not_before_ms: now_ms.saturating_add(pause_ms) },
            (Verdict::Done, Outcome::Answered { status, .. }) => State::Done { status },
            (_, outcome) => State::Failed { outcome },
        };
        Some(verdict)
    }

    /// After a restart: whatever was on its way has no driver any more, and no clock of the old process counts.
    pub fn recover(&mut self) {
        for transfer in self.transfers.values_mut() {
            if matches!(transfer.state, State::Started | State::Planned { .. }) {
                transfer.state = State::Planned { not_before_ms: 0 };
            }
        }
    }
}

/// Scheme, host and port of an address: what shares a server.
fn host(url: &str) -> &str {
    let start = url.find("://").map_or(0, |colon| colon + 3);
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |offset| start + offset);
    &url[..end]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn done() -> Outcome {
        Outcome::Answered { status: 200, retry_after_ms: None }
    }

    #[test]
    fn a_host_gets_no_more_connections_than_it_should() {
        let mut queue = Queue::new(2, 5);
        for path in ["a", "b", "c"] {
            queue.plan(format!("https://park.example/{path}"), None);
        }
        let elsewhere = queue.plan("https://media.example/d", None);
        for id in [1, 2] {
            assert!(matches!(queue.next(0), Next::Start(transfer) if transfer.id == id));
            assert!(queue.started(id) && !queue.started(id));
        }
        assert!(matches!(queue.next(0), Next::Start(transfer) if transfer.id == elsewhere));
        queue.started(elsewhere);
        assert_eq!(queue.next(0), Next::InFlight);
        queue.complete(1, done(), 0, 0.0);
        assert!(matches!(queue.next(0), Next::Start(transfer) if transfer.id == 3));
    }

    #[test]
    fn what_was_on_its_way_when_the_process_died_goes_again_and_what_was_done_does_not() {
        let mut queue = Queue::new(4, 5);
        queue.plan("https://park.example/a", None);
        queue.plan("https://park.example/b", Some("fr".into()));
        queue.started(1);
        queue.complete(1, done(), 0, 0.0);
        queue.started(2);
        let stored = serde_json::to_string(&queue).unwrap();
        let mut queue: Queue = serde_json::from_str(&stored).unwrap();
        queue.recover();
        assert!(matches!(queue.next(0), Next::Start(transfer) if transfer.id == 2));
        assert_eq!(queue.complete(1, done(), 0, 0.0), None, "a late word about what has ended changes nothing");
    }

    proptest! {
        #[test]
        fn every_transfer_ends_whatever_happens(outcomes in prop::collection::vec((0_u8..6, 0.0..1.0), 0..400)) {
            let mut queue = Queue::new(2, 5);
            for path in 0..5 { queue.plan(format!("https://park.example/{path}"), None); }
            let mut now = 0;
            let mut outcomes = outcomes.into_iter();
            for _ in 0..200 {
                match queue.next(now) {
                    Next::Start(transfer) => {
                        prop_assert!(queue.started(transfer.id));
                        let (kind, chance) = outcomes.next().unwrap_or((0, 0.0));
                        let outcome = match kind {
                            0 => done(),
                            1 => Outcome::Answered { status: 500, retry_after_ms: None },
                            2 => Outcome::Answered { status: 429, retry_after_ms: Some(7_000) },
                            3 => Outcome::Answered { status: 404, retry_after_ms: None },
                            4 => Outcome::Unreachable { reason: "cut".into() },
                            _ => Outcome::Refused { reason: "too long".into() },
                        };
                        queue.complete(transfer.id, outcome, now, chance);
                    }
                    Next::WaitUntil(moment) => { prop_assert!(moment > now); now = moment; }
                    Next::InFlight => prop_assert!(false, "nothing was on its way"),
                    Next::Idle => break,
                }
            }
            prop_assert_eq!(queue.next(now), Next::Idle);
            for transfer in queue.iter() {
                prop_assert!(transfer.tries <= 5);
                let ended = matches!(transfer.state, State::Done { .. } | State::Failed { .. });
                prop_assert!(ended);
            }
        }
    }
}
