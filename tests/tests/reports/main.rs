//! Field reports from the journal to the server: they arrive, once, whatever happens. Seeds are printed; the long run is
//! `cargo run --release -p jalon-tests --bin harness`.

#![allow(clippy::unwrap_used, reason = "a helper of tests outside #[test] is a test all the same")]

mod answers;
mod arriving;
mod cuts;
mod deaths;
mod disks;
mod histories;
mod peers;

use jalon::companion::{Companion, Directories, SendOptions};
use jalon::journal::Report;
use jalon::net::CancelToken;
use jalon_tests::fixture_server::{Options, TestGeotrek};
use jalon_tests::generator::{Size, Territory};
use jalon_tests::harness::figures::Figures;

/// A phone in somebody's pocket, and the server that it speaks to.
struct Walk {
    server: TestGeotrek,
    folder: tempfile::TempDir,
    companion: Companion,
}

impl Walk {
    fn new() -> Self {
        let server = TestGeotrek::start(Territory::generate(Size::default(), 1), Options::default());
        let folder = tempfile::tempdir().unwrap();
        let companion = Companion::open(&Directories::within(folder.path())).unwrap();
        Self { server, folder, companion }
    }

    fn file(&self, number: u32, photos: u32) -> Report {
        jalon_tests::harness::actor::file(self.companion.journal().unwrap(), self.server.url(), number, photos).unwrap()
    }

    /// Sends whatever is queued, its pauses left aside.
    fn send(&self) -> Vec<Report> {
        let options = SendOptions { now: true, ..SendOptions::default() };
        self.companion.send_reports(&options, &CancelToken::default(), |_, _, _| {}).unwrap()
    }

    fn state(&self, report: &Report) -> &'static str {
        self.companion.journal().unwrap().report(&report.id).unwrap().lifecycle.state.as_str()
    }
}

/// Nothing was wrong, and something was tried.
fn clean(figures: &Figures, min: u64) {
    println!("{}\n{}", Figures::head(), figures.row(""));
    assert!(figures.is_clean(), "{:#?}", figures.words);
    assert!(figures.rounds >= min, "{}", figures.rounds);
}
