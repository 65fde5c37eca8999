//! Simpler queues lose and double: the harness would notice if ours did.

use jalon_tests::harness::figures::Wrong;
use jalon_tests::harness::peers::{Peer, run};

#[test]
fn simpler_queues_lose_and_double_in_the_same_weather() {
    println!("seed 1");
    for peer in [Peer::JsonFile, Peer::RetryLoop] {
        let figures = run(peer, 1, 200).unwrap();
        println!("{}", figures.row(&format!("{peer:?}")));
        assert!(figures.count(Wrong::Lost) > 20 && figures.count(Wrong::Doubled) > 20);
    }
}
