//! The transfers that have to happen, in order, and how far each is.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{BootInstant, Outcome, ResponseMeta, RetryDecision, Validators, decide};

/// What the body of an answer is, which decides how it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BodyKind {
    /// JSON of the API, packed where the server can; never in part.
    Json,
    /// A file: unpacked, resumed by ranges.
    File,
}

/// One HTTP GET that has to happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Its number in the queue.
    pub id: u64,
    /// Absolute address.
    pub url: String,
    /// `Accept-Language`, where the answer depends on it.
    pub language: Option<String>,
    /// What comes.
    pub body: BodyKind,
    /// What is there already, where it is only to be asked whether it is still the same (304).
    #[serde(default, skip_serializing_if = "Validators::is_empty")]
    pub validators: Validators,
    /// Higher ones go first, then lower numbers.
    pub priority: i32,
    /// How often it was started.
    pub attempts: u32,
    /// How far it is.
    pub state: State,
}

impl Transfer {
    /// A transfer that may start at once.
    pub fn new(id: u64, url: impl Into<String>, body: BodyKind) -> Transfer {
        Transfer {
            id,
            url: url.into(),
            language: None,
            body,
            validators: Validators::default(),
            priority: 0,
            attempts: 0,
            state: State::Planned { not_before: None },
        }
    }
}

/// How far a transfer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// It may start.
    Planned {
        /// Not before this moment.
        not_before: Option<BootInstant>,
    },
    /// A driver has it.
    Started {
        /// The end of its lease: if nothing was heard until then, the driver is taken to be dead. A driver that outlives
        /// its process, such as a platform's downloader, has none, and is asked by [`Queue::reconcile`].
        lease: Option<BootInstant>,
    },
    /// It is done; the status says with what.
    Done {
        /// HTTP status.
        status: u16,
        /// What the server's clock said then, Unix ms.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        date_ms: Option<i64>,
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
    WaitUntil(BootInstant),
    /// Everything that is left is on its way already.
    InFlight,
    /// Something is left, and the app does not allow it now.
    Blocked(super::BlockReason),
    /// Nothing is left.
    Idle,
}

/// The transfers that have to happen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Queue {
    transfers: BTreeMap<u64, Transfer>,
    /// Those that are planned, by server, in the order in which they go.
    planned: BTreeMap<String, BTreeSet<(Reverse<i32>, u64)>>,
    started: BTreeSet<u64>,
    connections_per_host: usize,
    max_attempts: u32,
}

impl Queue {
    /// A queue that lets so many transfers of one host run at once, at least one, and tries each so often, at least once.
    pub fn new(connections_per_host: usize, max_attempts: u32) -> Self {
        let (connections_per_host, max_attempts) = (connections_per_host.max(1), max_attempts.max(1));
        Queue { connections_per_host, max_attempts, ..Queue::default() }
    }

    /// Takes a transfer in, as it was planned or as it was stored, in the place of one with the same number.
    pub fn insert(&mut self, transfer: Transfer) {
        self.unlist(transfer.id);
        let id = transfer.id;
        self.transfers.insert(id, transfer);
        self.list(id);
    }

    /// The number that the next transfer should have.
    pub fn next_id(&self) -> u64 {
        self.transfers.last_key_value().map_or(1, |(last, _)| last + 1)
    }

    /// A transfer by its number.
    pub fn get(&self, id: u64) -> Option<&Transfer> {
        self.transfers.get(&id)
    }

    /// All of them, by their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &Transfer> {
        self.transfers.values()
    }

    /// What to do at `now`. A lease that is over makes its transfer startable again.
    pub fn next(&mut self, now: BootInstant) -> Next {
        let lapsed: Vec<u64> = self.started.iter().copied().filter(|id| self.has_lapsed(*id, now)).collect();
        for id in lapsed {
            self.set(id, State::Planned { not_before: None });
        }
        let mut busy: BTreeMap<&str, usize> = BTreeMap::new();
        for transfer in self.started.iter().filter_map(|id| self.transfers.get(id)) {
            *busy.entry(host(&transfer.url)).or_default() += 1;
        }
        let mut first: Option<(Reverse<i32>, u64)> = None;
        let mut earliest: Option<BootInstant> = None;
        let mut held_back = !self.started.is_empty();
        for (host, waiting) in &self.planned {
            if busy.get(host.as_str()).is_some_and(|count| *count >= self.connections_per_host) {
                held_back = true;
                continue;
            }
            for key in waiting {
                match self.transfers.get(&key.1).map(|transfer| &transfer.state) {
                    Some(State::Planned { not_before: Some(moment) }) if !moment.has_passed(now) => {
                        earliest =
                            Some(earliest.map_or(*moment, |known| if known.ms < moment.ms { known } else { *moment }));
                    }
                    _ => {
                        first = Some(first.map_or(*key, |known| known.min(*key)));
                        break;
                    }
                }
            }
        }
        match (first.and_then(|(_, id)| self.transfers.get(&id)), earliest, held_back) {
            (Some(transfer), _, _) => Next::Start(transfer.clone()),
            (None, Some(moment), _) => Next::WaitUntil(moment),
            (None, None, true) => Next::InFlight,
            (None, None, false) => Next::Idle,
        }
    }

    /// A driver has this one now, with a lease until a moment, or one that does not end by itself. `false` where it may
    /// not have it: another has it, or it has ended.
    pub fn started(&mut self, id: u64, lease: Option<BootInstant>) -> bool {
        let Some(transfer) = self.transfers.get_mut(&id) else { return false };
        if !matches!(transfer.state, State::Planned { .. }) {
            return false;
        }
        transfer.attempts += 1;
        self.set(id, State::Started { lease });
        true
    }

    /// This one ended so. `jitter` (0 to 1) spreads the pause before another try. Gives the verdict, or `None` where the
    /// transfer had ended already. A driver whose lease was over may still bring what it has.
    pub fn complete(&mut self, id: u64, outcome: Outcome, now: BootInstant, jitter: f64) -> Option<RetryDecision> {
        let transfer = self.transfers.get(&id)?;
        if matches!(transfer.state, State::Done { .. } | State::Failed { .. }) {
            return None;
        }
        let verdict = decide(&outcome, transfer.attempts, self.max_attempts, jitter);
        let state = match (verdict, outcome) {
            (RetryDecision::Retry { pause_ms }, _) => State::Planned { not_before: Some(now.after_ms(pause_ms)) },
            (RetryDecision::Done, Outcome::Response(ResponseMeta { status, date_ms, .. })) => {
                State::Done { status, date_ms }
            }
            (_, outcome) => State::Failed { outcome },
        };
        self.set(id, state);
        Some(verdict)
    }

    /// What a driver that outlives its process still has: whatever else was started without an end of its lease may start
    /// again. Gives the numbers of those.
    pub fn reconcile(&mut self, alive: &BTreeSet<u64>) -> Vec<u64> {
        let endless = |id: &u64| matches!(self.transfers[id].state, State::Started { lease: None });
        let dead: Vec<u64> = self.started.iter().copied().filter(|id| endless(id) && !alive.contains(id)).collect();
        for id in &dead {
            self.set(*id, State::Planned { not_before: None });
        }
        dead
    }

    /// Makes a transfer go before or after others.
    pub fn prioritize(&mut self, id: u64, priority: i32) {
        self.unlist(id);
        if let Some(transfer) = self.transfers.get_mut(&id) {
            transfer.priority = priority;
        }
        self.list(id);
    }

    fn has_lapsed(&self, id: u64, now: BootInstant) -> bool {
        matches!(&self.transfers[&id].state, State::Started { lease: Some(end) } if end.has_passed(now))
    }

    fn set(&mut self, id: u64, state: State) {
        self.unlist(id);
        if let Some(transfer) = self.transfers.get_mut(&id) {
            transfer.state = state;
        }
        self.list(id);
    }

    fn unlist(&mut self, id: u64) {
        let Some(transfer) = self.transfers.get(&id) else { return };
        self.started.remove(&id);
        if let Some(waiting) = self.planned.get_mut(host(&transfer.url)) {
            waiting.remove(&(Reverse(transfer.priority), id));
        }
    }

    fn list(&mut self, id: u64) {
        let Some(transfer) = self.transfers.get(&id) else { return };
        match transfer.state {
            State::Planned { .. } => {
                let key = (Reverse(transfer.priority), id);
                match self.planned.get_mut(host(&transfer.url)) {
                    Some(waiting) => _ = waiting.insert(key),
                    None => _ = self.planned.insert(host(&transfer.url).to_owned(), BTreeSet::from([key])),
                }
            }
            State::Started { .. } => _ = self.started.insert(id),
            State::Done { .. } | State::Failed { .. } => {}
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

    const BOOT: u64 = 1;

    fn at(ms: u64) -> BootInstant {
        BootInstant { ms, boot_id: BOOT }
    }

    fn done() -> Outcome {
        Outcome::Response(ResponseMeta { status: 200, ..ResponseMeta::default() })
    }

    fn queue(connections: usize, urls: &[&str]) -> Queue {
        let mut queue = Queue::new(connections, 5);
        for url in urls {
            queue.insert(Transfer::new(queue.next_id(), *url, BodyKind::Json));
        }
        queue
    }

    fn starts(queue: &mut Queue, now: BootInstant) -> Option<u64> {
        match queue.next(now) {
            Next::Start(transfer) => Some(transfer.id),
            _ => None,
        }
    }

    #[test]
    fn a_host_gets_no_more_connections_than_it_should() {
        let park = ["https://park.example/a", "https://park.example/b", "https://park.example/c"];
        let mut queue = queue(2, &[&park[..], &["https://media.example/d"]].concat());
        for id in [1, 2] {
            assert_eq!(starts(&mut queue, at(0)), Some(id));
            assert!(queue.started(id, None) && !queue.started(id, None));
        }
        assert_eq!(starts(&mut queue, at(0)), Some(4), "elsewhere");
        queue.started(4, None);
        assert_eq!(queue.next(at(0)), Next::InFlight);
        queue.complete(1, done(), at(0), 0.0);
        assert_eq!(starts(&mut queue, at(0)), Some(3));
    }

    #[test]
    fn what_the_person_waits_for_goes_first() {
        let mut queue = queue(9, &["https://park.example/a", "https://park.example/b", "https://media.example/c"]);
        queue.prioritize(2, 5);
        assert_eq!(starts(&mut queue, at(0)), Some(2));
        queue.prioritize(3, 9);
        assert_eq!(starts(&mut queue, at(0)), Some(3));
        queue.prioritize(3, -1);
        queue.prioritize(2, -2);
        assert_eq!(starts(&mut queue, at(0)), Some(1));
    }

    #[test]
    fn a_lease_that_is_over_frees_its_transfer_and_a_late_word_still_counts() {
        let mut queue = queue(1, &["https://park.example/a"]);
        assert!(queue.started(1, Some(at(100))));
        assert_eq!(queue.next(at(99)), Next::InFlight);
        assert_eq!(starts(&mut queue, at(100)), Some(1));
        assert_eq!(queue.complete(1, done(), at(101), 0.0), Some(RetryDecision::Done));
        assert_eq!(queue.complete(1, done(), at(102), 0.0), None);
        assert_eq!(queue.next(at(102)), Next::Idle);
    }

    #[test]
    fn a_new_boot_ends_leases_and_pauses_and_a_platform_says_what_it_still_has() {
        let mut queue = queue(9, &["https://park.example/a", "https://park.example/b", "https://park.example/c"]);
        queue.started(1, Some(at(1_000)));
        queue.started(2, None);
        queue.started(3, None);
        queue.complete(3, Outcome::NetworkError { reason: "cut".into() }, at(0), 1.0);
        let stored: Vec<String> = queue.iter().map(|transfer| serde_json::to_string(transfer).unwrap()).collect();
        let mut again = Queue::new(9, 5);
        stored.iter().for_each(|json| again.insert(serde_json::from_str(json).unwrap()));
        assert_eq!(again, queue);
        let now = BootInstant { ms: 5, boot_id: BOOT + 1 };
        assert_eq!(starts(&mut again, now), Some(1));
        again.started(1, None);
        assert_eq!(starts(&mut again, now), Some(3), "no pause of an older clock counts");
        again.started(3, None);
        assert_eq!(again.next(now), Next::InFlight, "the second may still be with the platform");
        assert_eq!(again.reconcile(&BTreeSet::from([1, 3])), [2]);
        assert_eq!(starts(&mut again, now), Some(2));
    }

    proptest! {
        #[test]
        fn every_transfer_ends_whatever_happens(outcomes in prop::collection::vec((0_u8..6, 0.0..1.0), 0..400)) {
            let mut queue = Queue::new(2, 5);
            for path in 0..5 {
                queue.insert(Transfer::new(path + 1, format!("https://park.example/{path}"), BodyKind::File));
            }
            let mut now = at(0);
            let mut outcomes = outcomes.into_iter();
            for _ in 0..200 {
                match queue.next(now) {
                    Next::Start(transfer) => {
                        prop_assert!(queue.started(transfer.id, Some(now.after_ms(10))));
                        let (kind, jitter) = outcomes.next().unwrap_or((0, 0.0));
                        let answered = |status, retry_after_ms| {
                            Outcome::Response(ResponseMeta { status, retry_after_ms, ..ResponseMeta::default() })
                        };
                        let outcome = match kind {
                            0 => done(),
                            1 => answered(500, None),
                            2 => answered(429, Some(7_000)),
                            3 => answered(404, None),
                            4 => Outcome::NetworkError { reason: "cut".into() },
                            _ => Outcome::Rejected { reason: "too long".into() },
                        };
                        queue.complete(transfer.id, outcome, now, jitter);
                    }
                    Next::WaitUntil(moment) => { prop_assert!(!moment.has_passed(now)); now = moment; }
                    Next::InFlight | Next::Blocked(_) => prop_assert!(false, "nothing was on its way"),
                    Next::Idle => break,
                }
            }
            prop_assert_eq!(queue.next(now), Next::Idle);
            for transfer in queue.iter() {
                prop_assert!(transfer.attempts <= 5);
                let ended = matches!(transfer.state, State::Done { .. } | State::Failed { .. });
                prop_assert!(ended);
            }
        }
    }
}
