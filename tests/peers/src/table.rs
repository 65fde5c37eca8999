//! Printed tables.

use crate::trial::{FOLLOWERS, RECEIVERS, STEPS, Trial, UNSEEN_BASE};
use crate::walk::{Behaviour, Score, Shape};

/// Prints what is compared, and on which walks.
pub(crate) fn print_head(seeds: u64, base: u64) {
    println!("Jalon {} and Ferrostar 0.59.0 on the same walks", env!("CARGO_PKG_VERSION"));
    let unseen = if base >= UNSEEN_BASE {
        "these seeds were not used while the guide was built and tuned"
    } else {
        "other seeds than those that are kept for the last run"
    };
    println!("Seeds: {base} + 977 n + 13 shape + 7 σ, n < {seeds}; {unseen}.");
    println!("Receiver: error of σ m RMS, correlated over 60 s; 0.5 % of the fixes 60 m wrong.");
    println!(
        "Ferrostar: one step, advanced by hand; and {STEPS} equal steps with the conditions of its demonstration app."
    );
    println!(
        "Wrong: the place is more than 50 m along the route from the truth. Unnoticed: and Jalon does not say `ambiguous`."
    );
}

/// Prints shares of wrong places, alarms and delays.
pub(crate) fn print_places(trials: &[Trial]) {
    println!("\nWrong places, % of the fixes on the route; in how many times more fixes Ferrostar is wrong");
    place_head("shape");
    for (sigma_m, interval_s) in RECEIVERS {
        for shape in Shape::ALL {
            let is_row = |trial: &&Trial| is_of(trial, sigma_m, interval_s) && trial.shape == shape;
            place_row(shape.name(), &receiver_name(sigma_m, interval_s), &sum(trials.iter().filter(is_row)));
        }
    }
    println!("\nThe same by behaviour, over all shapes, σ 5 and 12 m, a fix a second");
    place_head("behaviour");
    for behaviour in Behaviour::ALL {
        let is_row = |trial: &&Trial| trial.behaviour == behaviour && trial.interval_s == 1 && trial.sigma_m < 15.0;
        place_row(behaviour.name(), "σ 5, 12 m, 1 s", &sum(trials.iter().filter(is_row)));
    }
    println!("\nThe same over all shapes and behaviours");
    place_head("");
    for (sigma_m, interval_s) in RECEIVERS {
        let is_row = |trial: &&Trial| is_of(trial, sigma_m, interval_s);
        place_row("all", &receiver_name(sigma_m, interval_s), &sum(trials.iter().filter(is_row)));
    }
    print_alarms(trials);
}

fn print_alarms(trials: &[Trial]) {
    println!(
        "\nFalse alarms an hour on the route; median seconds from a departure at 30° to its alarm (missed departures)"
    );
    println!(
        "{:15} {:>16} {:>18} {:>18} {:>18}",
        "receiver", "Jalon", "Ferrostar 30 m", "Ferrostar 50 m", "20 steps, 50 m"
    );
    for (sigma_m, interval_s) in RECEIVERS {
        let scores = sum(trials.iter().filter(|trial| is_of(trial, sigma_m, interval_s)));
        let cell = |score: &Score| {
            let delay = score.median_detection_s().filter(|seconds| seconds.is_finite());
            let delay = delay.map_or("-".to_owned(), |seconds| format!("{seconds:.0} s"));
            format!("{:.2}/h {delay} ({})", score.false_alarms_per_hour(), score.missed)
        };
        let [jalon, one_50, cut_50, one_30] = scores.each_ref().map(cell);
        let name = receiver_name(sigma_m, interval_s);
        println!("{name:15} {jalon:>16} {one_30:>18} {one_50:>18} {cut_50:>18}");
    }
    let hours = trials.iter().map(|trial| trial.scores[0].seconds).sum::<f64>() / 3600.0;
    let departures: usize =
        trials.iter().map(|trial| trial.scores[0].detections_s.len() + trial.scores[0].missed as usize).sum();
    println!("{hours:.0} hours on the route, {departures} departures");
}

/// Prints the first line of a table of wrong places.
pub(crate) fn place_head(name: &str) {
    println!(
        "{name:18} {:15} {:>8} {:>10} {:>16} {:>8} {:>16} {:>8}",
        "receiver", "Jalon", "unnoticed", "Ferrostar 1 step", "ratio", "20 steps", "ratio"
    );
}

/// Prints a line of a table of wrong places.
pub(crate) fn place_row(name: &str, receiver: &str, scores: &[Score; FOLLOWERS]) {
    let [jalon, one, cut] = [0, 1, 2].map(|column| scores[column].wrong_percent());
    let ratio = |theirs: f64| match jalon {
        0.0 if theirs == 0.0 => "-".to_owned(),
        0.0 => "∞".to_owned(),
        _ if theirs / jalon >= 9.95 => format!("{:.0} ×", theirs / jalon),
        _ => format!("{:.1} ×", theirs / jalon),
    };
    let (one_ratio, cut_ratio) = (ratio(one), ratio(cut));
    let unnoticed = scores[0].unnoticed_percent();
    println!(
        "{name:18} {receiver:15} {jalon:8.2} {unnoticed:10.2} {one:16.2} {one_ratio:>8} {cut:16.2} {cut_ratio:>8}"
    );
}

/// The name of a receiver in tables.
pub(crate) fn receiver_name(sigma_m: f64, interval_s: u32) -> String {
    format!("σ {sigma_m} m, {interval_s} s")
}

fn is_of(trial: &Trial, sigma_m: f64, interval_s: u32) -> bool {
    trial.sigma_m == sigma_m && trial.interval_s == interval_s
}

fn sum<'a>(trials: impl Iterator<Item = &'a Trial>) -> [Score; FOLLOWERS] {
    let mut scores: [Score; FOLLOWERS] = Default::default();
    for trial in trials {
        for (score, other) in scores.iter_mut().zip(&trial.scores) {
            score.add(other);
        }
    }
    scores
}
