//! Servers behind a proxy, and patched ones: a success other than 201 after the report was stored, and a proxy that answers
//! 502 while its application is down. Everything goes over real sockets.

use std::collections::BTreeSet;

use jalon::companion::SendOptions;
use jalon::report::ReportState;
use jalon::transfer::CancelToken;
use jalon::{Companion, Directories, Result};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::actor;
use super::process_kills::{REPORT_PATHS, check_final_state, resolve_doubt, unexpected_success};
use super::stats::{RunStats, Violation};
use crate::fixture_server::{Fault, Options, TestGeotrek};
use crate::generator::{Size, Territory};

const REPORTS: u32 = 4;
/// Passes after which a session that is not settled is stuck.
const MAX_PASSES: u32 = 20;

/// The behaviour of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// It stores each of the first reports and answers 200, 202, 204 or 303.
    AnswersOtherSuccess,
    /// Its proxy answers 502 to every request of the first passes. Nothing is stored.
    IsDown,
    /// Its application stops and starts again between two requests. Some reports are stored before the 502.
    StopsAtRandom,
}

impl Server {
    /// All of them, with their names in the table.
    pub const ALL: [(Server, &'static str); 3] = [
        (Server::AnswersOtherSuccess, "200, 202, 204 and 303 after storing"),
        (Server::IsDown, "502 of a proxy, application down"),
        (Server::StopsAtRandom, "502 of a proxy, application stops"),
    ];
}

/// Runs sessions of some reports each. Returns the violations and the number of reports that were in doubt.
///
/// # Errors
/// Any error of the journal.
pub fn run(kind: Server, seed: u64, sessions: u64) -> Result<(RunStats, u64)> {
    let server = TestGeotrek::start(Territory::generate(Size::default(), 1), Options::default());
    let (mut stats, mut doubts) = (RunStats::default(), 0);
    for session in 0..sessions {
        let seed = seed.wrapping_add(session);
        doubts += run_session(&server, kind, seed, &mut stats)?;
        stats.rounds += 1;
    }
    Ok((stats, doubts))
}

fn run_session(server: &TestGeotrek, kind: Server, seed: u64, stats: &mut RunStats) -> Result<u64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let folder = tempfile::tempdir()?;
    server.clear_reports();
    set_faults(server, kind, &mut rng);
    let companion = Companion::open(&Directories::within(folder.path()))?;
    let mut acknowledged = BTreeSet::new();
    for number in 0..REPORTS {
        acknowledged.insert(actor::queue_report(companion.journal()?, server.url(), number, number % 2)?.id);
    }
    let mut doubts = 0;
    for pass in 0..MAX_PASSES {
        let options = SendOptions { now: true, ..SendOptions::default() };
        let tried = companion.send_reports(&options, &CancelToken::default(), |_, _, _| {})?;
        let in_doubt = tried.iter().filter(|report| matches!(report.lifecycle.state, ReportState::InDoubt { .. }));
        let in_doubt = in_doubt.count() as u64;
        doubts += in_doubt;
        stats.expect(kind != Server::IsDown || in_doubt == 0, Violation::Unexpected, || {
            format!("seed {seed}, pass {pass}: {in_doubt} reports in doubt, but the server stored nothing")
        });
        stats.expect(kind == Server::AnswersOtherSuccess || in_doubt <= 1, Violation::Unexpected, || {
            format!("seed {seed}, pass {pass}: {in_doubt} reports in doubt in one pass")
        });
        if resolve_doubt(folder.path(), server, &mut rng)? {
            break;
        }
    }
    check_final_state(folder.path(), server, &acknowledged, &format!("seed {seed}, {kind:?}"), stats)?;
    Ok(doubts)
}

fn set_faults(server: &TestGeotrek, kind: Server, rng: &mut ChaCha8Rng) {
    let bad_gateway = Fault::Status { status: 502, retry_after: None };
    let mut faults = server.faults();
    faults.rules.clear();
    match kind {
        Server::AnswersOtherSuccess => {
            for skipped in 0..REPORTS {
                faults.add(unexpected_success(rng).on(REPORT_PATHS).after(skipped).times(1));
            }
        }
        Server::IsDown => faults.add(bad_gateway.on("").times(rng.random_range(1..8))),
        Server::StopsAtRandom => {
            for _ in 0..3 {
                faults.add(bad_gateway.clone().on("").after(rng.random_range(0..9)).times(rng.random_range(1..4)));
            }
            let after_storing =
                Fault::AfterStoring { status: 502, retry_after: None, body: crate::fixture_server::ReportBody::Html };
            faults.add(after_storing.on(REPORT_PATHS).after(rng.random_range(0..4)).times(1));
        }
    }
}
