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
        queue.insert(Transfer::new(next_id(&queue), *url, BodyKind::Json));
    }
    queue
}

fn next_id(queue: &Queue) -> u64 {
    queue.iter().last().map_or(1, |last| last.id + 1)
}

fn prioritize(queue: &mut Queue, id: u64, priority: i32) {
    let transfer = queue.get(id).unwrap().clone();
    queue.insert(Transfer { priority, ..transfer });
}

fn starts(queue: &mut Queue, now: BootInstant) -> Option<u64> {
    match queue.next(now) {
        Next::Start(transfer) => Some(transfer.id),
        _ => None,
    }
}

#[test]
fn transfers_of_one_host_never_exceed_the_connection_limit() {
    let park = ["https://park.example/a", "https://park.example/b", "https://park.example/c"];
    let mut queue = queue(2, &[&park[..], &["https://media.example/d"]].concat());
    for id in [1, 2] {
        assert_eq!(starts(&mut queue, at(0)), Some(id));
        assert!(queue.started(id, None) && !queue.started(id, None));
    }
    assert_eq!(starts(&mut queue, at(0)), Some(4), "a transfer of another host");
    queue.started(4, None);
    assert_eq!(queue.next(at(0)), Next::InFlight);
    queue.complete(1, done(), at(0), 0.0);
    assert_eq!(starts(&mut queue, at(0)), Some(3));
}

#[test]
fn higher_priority_starts_first_across_hosts() {
    let mut queue = queue(9, &["https://park.example/a", "https://park.example/b", "https://media.example/c"]);
    prioritize(&mut queue, 2, 5);
    assert_eq!(starts(&mut queue, at(0)), Some(2));
    prioritize(&mut queue, 3, 9);
    assert_eq!(starts(&mut queue, at(0)), Some(3));
    prioritize(&mut queue, 3, -1);
    prioritize(&mut queue, 2, -2);
    assert_eq!(starts(&mut queue, at(0)), Some(1));
}

#[test]
fn expired_lease_restarts_the_transfer_and_a_late_completion_counts() {
    let mut queue = queue(1, &["https://park.example/a"]);
    assert!(queue.started(1, Some(at(100))));
    assert_eq!(queue.next(at(99)), Next::InFlight);
    assert_eq!(starts(&mut queue, at(100)), Some(1));
    assert_eq!(queue.complete(1, done(), at(101), 0.0), Some(RetryDecision::Done));
    assert_eq!(queue.complete(1, done(), at(102), 0.0), None);
    assert_eq!(queue.next(at(102)), Next::Idle);
}

#[test]
fn reboot_ends_leases_and_pauses_but_not_transfers_of_a_platform() {
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
    assert_eq!(starts(&mut again, now), Some(3), "a pause of the old clock has passed");
    again.started(3, None);
    assert_eq!(again.next(now), Next::InFlight, "transfer 2 may still be running on the platform");
    assert_eq!(again.reconcile(&BTreeSet::from([1, 3])), [2]);
    assert_eq!(starts(&mut again, now), Some(2));
}

proptest! {
    #[test]
    fn every_transfer_ends_under_any_outcomes(outcomes in prop::collection::vec((0_u8..6, 0.0..1.0), 0..400)) {
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
                Next::Wait { ms } => { prop_assert!(ms > 0); now = now.after_ms(ms); }
                Next::InFlight | Next::Blocked(_) => prop_assert!(false, "no transfer is in flight"),
                Next::Idle => break,
            }
        }
        prop_assert_eq!(queue.next(now), Next::Idle);
        for transfer in queue.iter() {
            prop_assert!(transfer.attempts <= 5);
            let ended = matches!(transfer.state, TransferState::Done { .. } | TransferState::Failed { .. });
            prop_assert!(ended);
        }
    }
}
