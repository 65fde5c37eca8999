//! Trials: one walk, followed by each of the four, and their scores.

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use crate::follower::Follower;
use crate::ours::Jalon;
use crate::theirs::Ferrostar;
use crate::walk::{Behaviour, Receiver, Route, Score, Shape, Step, Walk};

/// First seed of walks that were not used while the guide was built and tuned.
pub(crate) const UNSEEN_BASE: u64 = 900_000;

/// Steps of the route that is cut.
pub(crate) const STEPS: usize = 20;

/// Columns: Jalon, Ferrostar in one step, and in 20 steps, with a largest deviation of 50 m; alarms in one step with 30 m.
pub(crate) const FOLLOWERS: usize = 4;

/// Standard deviations of the receivers, metres, and seconds between their fixes.
pub(crate) const RECEIVERS: [(f64, u32); 9] =
    [(5.0, 1), (12.0, 1), (20.0, 1), (5.0, 10), (12.0, 10), (20.0, 10), (5.0, 30), (12.0, 30), (20.0, 30)];

/// Scores of the walks of one shape, behaviour and receiver.
pub(crate) struct Trial {
    pub(crate) shape: Shape,
    pub(crate) behaviour: Behaviour,
    pub(crate) sigma_m: f64,
    pub(crate) interval_s: u32,
    pub(crate) scores: [Score; FOLLOWERS],
}

/// All shapes, behaviours and receivers, with some seeds.
pub(crate) fn simulated(seeds: u64, base: u64, alone: bool) -> Vec<Trial> {
    let receivers = RECEIVERS.iter().map(|(sigma_m, interval_s)| {
        move || {
            let mut trials = Vec::new();
            for shape in Shape::ALL {
                for behaviour in Behaviour::ALL {
                    if behaviour.is_repeated_on(shape) {
                        continue;
                    }
                    let mut scores: [Score; FOLLOWERS] = Default::default();
                    for seed in 0..seeds {
                        let seed = base + seed * 977 + shape as u64 * 13 + *sigma_m as u64 * 7;
                        let mut rng = ChaCha8Rng::seed_from_u64(seed);
                        let route = Route::new(shape, &mut rng);
                        let walk = Walk::new(&route, behaviour, &mut rng);
                        let receiver = Receiver { interval_s: *interval_s, ..Receiver::new(*sigma_m) };
                        // In reverse, the walk begins like one forward: until the loop, both ends of the stem are right.
                        let is_mirrored = shape == Shape::Lollipop && behaviour == Behaviour::Reverse;
                        let setting = Setting { behaviour, receiver, is_mirrored, alone };
                        follow(&route, &walk, setting, &mut rng, &mut scores);
                    }
                    trials.push(Trial { shape, behaviour, sigma_m: *sigma_m, interval_s: *interval_s, scores });
                }
            }
            trials
        }
    });
    // The allocations are not counted here, so threads are no trouble.
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let jobs: Vec<_> = receivers.collect();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let mut done: Vec<(usize, Vec<Trial>)> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..workers)
            .map(|_| {
                scope.spawn(|| {
                    let mut mine = Vec::new();
                    loop {
                        let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        let Some(job) = jobs.get(index) else { break mine };
                        mine.push((index, job()));
                    }
                })
            })
            .collect();
        handles.into_iter().flat_map(|handle| handle.join().expect("a trial panicked")).collect()
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().flat_map(|(_, trials)| trials).collect()
}

/// How a walk is followed.
pub(crate) struct Setting {
    pub(crate) behaviour: Behaviour,
    pub(crate) receiver: Receiver,
    /// Both ends of the stem are right.
    pub(crate) is_mirrored: bool,
    /// Without Ferrostar, whose columns stay empty.
    pub(crate) alone: bool,
}

/// Follows one walk.
pub(crate) fn follow(
    route: &Route,
    walk: &Walk,
    setting: Setting,
    rng: &mut ChaCha8Rng,
    scores: &mut [Score; FOLLOWERS],
) {
    let Setting { behaviour, receiver, is_mirrored, alone } = setting;
    let fixes = receiver.fixes(walk, rng);
    let length_m = route.length_m();
    let mut jalon = Jalon::new(route);
    let mut one = Ferrostar::new(route, 1, 30.0);
    let mut cut = Ferrostar::new(route, STEPS, 50.0);
    let followers: [&mut dyn Follower; 3] = [&mut jalon, &mut one, &mut cut];
    let mut states: [Following; FOLLOWERS] = Default::default();
    let [state_jalon, state_one, state_cut, state_strict] = &mut states;
    let [score_jalon, score_one, score_cut, score_strict] = scores;
    let columns = [(state_jalon, score_jalon), (state_one, score_one), (state_cut, score_cut)];
    let strict = (state_strict, score_strict);
    let columns = columns.into_iter().take(if alone { 1 } else { 3 });
    for (column, (follower, (state, score))) in followers.into_iter().zip(columns).enumerate() {
        for (fix, truth) in &fixes {
            let told = follower.update(fix);
            state.update(truth, told.is_off[0], behaviour, score);
            if column == 1 {
                strict.0.update(truth, told.is_off[1], behaviour, strict.1);
            }
            // For a minute after a return the place may be old.
            if truth.on_route && truth.time_s - state.back_s > 60.0 {
                let along_m = told.share.map(|share| share * length_m).map(|along_m| {
                    let mirrored_m = length_m - along_m;
                    let is_stem = is_mirrored && truth.along_m > length_m - 1_500.0;
                    if is_stem && (mirrored_m - truth.along_m).abs() < 50.0 { truth.along_m } else { along_m }
                });
                score.place(truth, along_m, told.is_ambiguous);
            }
        }
        state.finish(behaviour, score);
    }
    strict.0.finish(behaviour, strict.1);
}

/// What happened so far on a walk.
struct Following {
    was_off: bool,
    last_s: f64,
    left_s: Option<f64>,
    detected_s: Option<f64>,
    back_s: f64,
}

impl Default for Following {
    fn default() -> Self {
        Following { was_off: false, last_s: 0.0, left_s: None, detected_s: None, back_s: f64::NEG_INFINITY }
    }
}

impl Following {
    /// Counts alarms and departures.
    fn update(&mut self, truth: &Step, is_off: bool, behaviour: Behaviour, score: &mut Score) {
        if truth.on_route {
            if self.left_s.is_some() && behaviour != Behaviour::Departs {
                (self.left_s, self.detected_s, self.back_s) = (None, None, truth.time_s);
            }
            score.seconds += truth.time_s - self.last_s;
            score.false_alarms += u64::from(is_off && !self.was_off);
        } else {
            self.left_s.get_or_insert(truth.time_s);
            if is_off && self.detected_s.is_none() {
                self.detected_s = Some(truth.left_s);
            }
        }
        (self.was_off, self.last_s) = (is_off, truth.time_s);
    }

    /// Counts the delay of the alarm of a hiker who left for good.
    fn finish(&self, behaviour: Behaviour, score: &mut Score) {
        if behaviour == Behaviour::Departs && self.left_s.is_some() {
            match self.detected_s {
                Some(seconds) => score.detections_s.push(seconds),
                None => score.missed += 1,
            }
        }
    }
}
