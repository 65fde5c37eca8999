//! Simpler queues lose and duplicate reports, so the harness would detect that ours does.

use jalon_tests::harness::peers::{Peer, run};
use jalon_tests::harness::stats::Violation;

#[test]
fn simpler_queues_lose_and_duplicate_under_the_same_failures() {
    println!("seed 1");
    for peer in [Peer::JsonFile, Peer::RetryLoop] {
        let stats = run(peer, 1, 200).unwrap();
        println!("{}", stats.row(&format!("{peer:?}")));
        assert!(stats.count(Violation::Lost) > 20 && stats.count(Violation::Duplicated) > 20);
    }
}
