//! Field reports from the journal to the server: each arrives once, whatever fails.
//!
//! The table of all runs is printed by `cargo run --release -p jalon-tests --bin harness -- --whole`.

mod delivery;
mod disconnects;
mod disk;
mod peers;
#[cfg(target_os = "linux")]
mod photo_memory;
mod process_kills;
mod responses;
mod simulation;

use jalon::Companion;
use jalon::companion::SendOptions;
use jalon::journal::Report;
use jalon::transfer::CancelToken;
use jalon_tests::fixture::Fixture;
use jalon_tests::fixture_server::{Options, TestGeotrek};
use jalon_tests::generator::{Size, Territory};
use jalon_tests::harness::actor;
use jalon_tests::harness::stats::RunStats;

/// A companion whose reports go to a server over real sockets.
struct Reporter {
    fixture: Fixture,
    companion: Companion,
}

impl Reporter {
    fn new() -> Self {
        let fixture = Fixture::builder()
            .territory(Territory::generate(Size::default(), 1))
            .server_options(Options::default())
            .with_socket()
            .without_territory()
            .build();
        let companion = fixture.companion();
        Self { fixture, companion }
    }

    fn server(&self) -> &TestGeotrek {
        &self.fixture.server
    }

    fn queue_report(&self, number: u32, photos: u32) -> Report {
        actor::queue_report(self.companion.journal().unwrap(), self.server().url(), number, photos).unwrap()
    }

    /// Sends the queued reports without waiting for their next attempt.
    fn send(&self) -> Vec<Report> {
        let options = SendOptions { now: true, ..SendOptions::default() };
        self.companion.send_reports(&options, &CancelToken::default(), |_, _, _| {}).unwrap()
    }

    fn state(&self, report: &Report) -> &'static str {
        self.companion.journal().unwrap().report(&report.id).unwrap().lifecycle.state.as_str()
    }

    /// The number of copies that the server has.
    fn copies(&self, report: &Report) -> usize {
        self.server().reports().iter().filter(|stored| actor::is_copy_of(stored, report)).count()
    }
}

/// There was no violation in at least this many rounds.
fn assert_clean(stats: &RunStats, min_rounds: u64) {
    println!("{}\n{}", RunStats::head(), stats.row(""));
    assert!(stats.is_clean(), "{:#?}", stats.messages);
    assert!(stats.rounds >= min_rounds, "{}", stats.rounds);
}
