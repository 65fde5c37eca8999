//! Random histories from a seed: a clock with reboots and jumps, a network with every fault, crashes before and after each
//! recorded step, edits and decisions of the user.
//!
//! The state machine is the real one. The journal is a list in memory whose steps are atomic, which [`super::power_loss`] and
//! [`super::process_kills`] show of the real journal. Each step is compared with a model, and the end of each history with
//! the reports of the server.
//!
//! * This file: the histories. `user`: filing, edits and decisions.
//! * `driver`: a driver's attempts, with crashes; `driver_bug` its defects.
//! * `network`: the outcomes of attempts.
//! * `model`: the model.

mod driver;
mod driver_bug;
mod model;
mod network;
mod user;

use jalon::report::{Event, ReportState};
use jalon::transfer::BootInstant;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub use driver_bug::DriverBug;

use super::stats::{RunStats, Violation};
use model::{ModelState, SimulatedReport};

/// The longest pause between two attempts, in milliseconds, with a margin.
const MAX_PAUSE_MS: u64 = 25 * 3_600_000;
const REPORTS: usize = 5;
const EVENTS: usize = 40;

struct Simulation<'f> {
    rng: ChaCha8Rng,
    reports: Vec<SimulatedReport>,
    now: BootInstant,
    /// The wall clock, in Unix milliseconds.
    wall_ms: i64,
    /// Whether the server lacks API v2 for reports.
    is_old_server: bool,
    /// Whether the failures have ended.
    has_recovered: bool,
    bug: Option<DriverBug>,
    stats: &'f mut RunStats,
    seed: u64,
}

/// Runs histories with the seeds from `seed` on.
pub fn run(seed: u64, histories: u64, bug: Option<DriverBug>) -> RunStats {
    let mut stats = RunStats::default();
    for history in 0..histories {
        run_history(seed.wrapping_add(history), bug, &mut stats);
    }
    stats
}

/// Runs one history.
pub fn run_history(seed: u64, bug: Option<DriverBug>, stats: &mut RunStats) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let is_old_server = rng.random_range(0..4) == 0;
    let mut simulation = Simulation {
        rng,
        reports: Vec::new(),
        now: BootInstant { ms: 0, boot_id: 1 },
        wall_ms: 1_770_000_000_000,
        is_old_server,
        has_recovered: false,
        bug,
        stats,
        seed,
    };
    for _ in 0..EVENTS {
        simulation.event();
    }
    simulation.recover();
    simulation.check_final_state();
    simulation.stats.rounds += 1;
}

impl Simulation<'_> {
    /// Whether an event happens that has this probability.
    fn happens(&mut self, one_in: u32) -> bool {
        self.rng.random_range(0..one_in) == 0
    }

    fn has_bug(&self, bug: DriverBug) -> bool {
        self.bug == Some(bug)
    }

    fn record(&mut self, violation: Violation, message: &str) {
        let message = format!("seed {}: {message}", self.seed);
        self.stats.record(violation, message);
    }

    /// Applies an event to a report. `expected` is the state of the model after it, or `None` if the event must be refused.
    ///
    /// Returns `None` if the event was refused or had an unexpected result.
    fn apply(&mut self, at: usize, event: Event, expected: Option<ModelState>) -> Option<()> {
        let before = self.reports[at].lifecycle.clone();
        let result = self.reports[at].lifecycle.apply(event.clone(), self.wall_ms);
        let report = &mut self.reports[at];
        if result.is_err() && report.lifecycle != before {
            self.record(Violation::Unexpected, "a refused event changed the report");
            return None;
        }
        match (result.is_ok(), expected) {
            (true, Some(expected)) => report.model = expected,
            (false, None) => return None,
            _ => {
                let message = format!("{event:?} in {} had an unexpected result", before.state.as_str());
                self.record(Violation::Unexpected, &message);
                return None;
            }
        }
        if report.lifecycle.state.as_str() != report.model.as_str() {
            let (state, model) = (&report.lifecycle.state, report.model);
            let message = format!("{event:?} leads from {before:?} to {state:?}, not to {model:?}");
            self.record(Violation::Unexpected, &message);
        }
        if before.state.as_str() == "accepted" && result.is_ok() && !matches!(event, Event::SenderLost) {
            self.record(Violation::Unexpected, "an event after the acceptance");
        }
        Some(())
    }

    fn event(&mut self) {
        match self.rng.random_range(0..100) {
            0..15 => self.file(),
            15..25 => self.edit(),
            25..60 => {
                self.reconcile();
                self.send_due();
            }
            60..72 => self.decide(),
            72..84 => self.pass_time(),
            84..90 => self.reboot(),
            90..95 => self.send_by_platform(),
            _ => self.random_event(),
        }
    }

    /// A random report that satisfies a condition.
    fn pick(&mut self, condition: impl Fn(&SimulatedReport) -> bool) -> Option<usize> {
        let found: Vec<usize> = (0..self.reports.len()).filter(|at| condition(&self.reports[*at])).collect();
        if found.is_empty() { None } else { Some(found[self.rng.random_range(0..found.len())]) }
    }

    fn pass_time(&mut self) {
        self.now.ms += self.rng.random_range(0..7_200_000);
        self.wall_ms += match self.rng.random_range(0..4) {
            0 => -315_360_000_000,
            1 => 315_360_000_000,
            2 => 3_600_000,
            _ => 1_000,
        };
    }

    fn reboot(&mut self) {
        self.now = BootInstant { ms: 0, boot_id: self.now.boot_id + 1 };
    }

    /// The failures end. Each acceptable report arrives within the longest pause.
    fn recover(&mut self) {
        self.has_recovered = true;
        let mut waited = 0;
        for _ in 0..20 {
            for at in 0..self.reports.len() {
                match self.reports[at].model {
                    ModelState::Sending { platform: true, .. } => {
                        self.apply(at, Event::SenderLost, Some(ModelState::InDoubt));
                    }
                    ModelState::InDoubt if !self.reports[at].is_abandoned => self.resolve(at),
                    ModelState::Draft if self.reports[at].is_acknowledged => self.queue(at),
                    ModelState::Refused if !self.reports[at].is_unacceptable => self.queue(at),
                    _ => {}
                }
            }
            self.reconcile();
            self.send_due();
            let acceptable = self.reports.iter().filter(|report| !report.is_unacceptable);
            let pauses = acceptable.filter_map(|report| match report.lifecycle.state {
                ReportState::Queued { not_before } => Some(not_before.map_or(0, |until| until.ms_since(self.now))),
                _ => None,
            });
            let Some(pause) = pauses.min() else { continue };
            waited += pause;
            self.now.ms += pause;
        }
        if waited > MAX_PAUSE_MS * 2 {
            self.record(Violation::Stuck, &format!("the recovery took {waited} ms"));
        }
    }

    /// Compares the reports of the journal with those of the server.
    fn check_final_state(&mut self) {
        for at in 0..self.reports.len() {
            let report = &self.reports[at];
            let unmarked = report.copies.iter().filter(|(_, is_marked)| !is_marked).count();
            let marked = report.copies.len() - unmarked;
            let (state, is_acknowledged) = (report.lifecycle.state.clone(), report.is_acknowledged);
            let (is_unacceptable, is_abandoned) = (report.is_unacceptable, report.is_abandoned);
            let has_arrived = !report.copies.is_empty();
            if unmarked > 1 || (unmarked + marked > 1 && marked == 0) {
                self.record(Violation::Duplicated, &format!("{unmarked} unmarked copies"));
            }
            match &state {
                ReportState::Accepted { .. } if !has_arrived => {
                    self.record(Violation::Lost, "accepted, but the server does not have it")
                }
                ReportState::Accepted { .. } => {}
                ReportState::InDoubt { is_abandoned: true } if is_abandoned => {}
                ReportState::Refused { .. } | ReportState::Queued { .. } if is_unacceptable => {}
                ReportState::Draft if !is_acknowledged => {}
                _ if is_acknowledged || has_arrived => {
                    self.record(Violation::Stuck, &format!("at the end it is {}", state.as_str()));
                }
                _ => {}
            }
        }
    }
}
