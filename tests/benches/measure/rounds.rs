use std::time::{Duration, Instant};

use super::table::{Table, duration};
use crate::Done;

/// Somebody who does the work of one round, and says how long each piece of it took.
pub(crate) struct Contender<'a> {
    name: String,
    work: Box<dyn FnMut() -> Done<Vec<Duration>> + 'a>,
}

impl<'a> Contender<'a> {
    pub(crate) fn new(name: impl Into<String>, work: impl FnMut() -> Done<Vec<Duration>> + 'a) -> Self {
        Contender { name: name.into(), work: Box::new(work) }
    }
}

/// Lets contenders work in turns, the first one being Jalon, and prints how they did. One round before them warms up.
pub(crate) fn compare(title: &str, target: &str, rounds: usize, mut contenders: Vec<Contender<'_>>) -> Done {
    let mut samples: Vec<Vec<Vec<Duration>>> = vec![Vec::new(); contenders.len()];
    for round in 0..=rounds {
        for (contender, samples) in contenders.iter_mut().zip(&mut samples) {
            let took = (contender.work)()?;
            if round > 0 {
                samples.push(took);
            }
        }
    }
    let medians: Vec<Vec<f64>> =
        samples.iter().map(|rounds| rounds.iter().map(|round| seconds(&quantile(round, 0.5))).collect()).collect();
    let mut table = Table::new(title, target, &["", "p50", "p99", "× Jalon", "spread"]);
    for ((contender, samples), own) in contenders.iter().zip(&samples).zip(&medians) {
        let all: Vec<Duration> = samples.iter().flatten().copied().collect();
        let ratios: Vec<f64> = own.iter().zip(&medians[0]).map(|(own, jalon)| own / jalon).collect();
        table.row([
            contender.name.clone(),
            duration(quantile(&all, 0.5)),
            duration(quantile(&all, 0.99)),
            format!("{:.2}", quantile(&ratios, 0.5)),
            format!("{:.2}–{:.2}", quantile(&ratios, 0.1), quantile(&ratios, 0.9)),
        ]);
    }
    table.print();
    Ok(())
}

/// How long a piece of work took, and what it gave.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let started = Instant::now();
    let answer = work();
    (started.elapsed(), answer)
}

pub(crate) fn median<T: Copy + PartialOrd + Default>(values: &[T]) -> T {
    quantile(values, 0.5)
}

fn quantile<T: Copy + PartialOrd + Default>(values: &[T], part: f64) -> T {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    let at = (sorted.len().saturating_sub(1) as f64 * part).round() as usize;
    sorted.get(at).copied().unwrap_or_default()
}

fn seconds(duration: &Duration) -> f64 {
    duration.as_secs_f64().max(1e-9)
}
