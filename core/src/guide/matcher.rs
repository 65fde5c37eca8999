//! Matching: a forward hidden Markov model over the nodes of a route, with the walking direction as a part of its state
//! (Newson and Krumm 2009; the forward algorithm as Goh et al. 2012).
//!
//! A state is a node and a direction. Errors of a receiver are alike over a minute (an Ornstein–Uhlenbeck process), so the
//! evidence is the change of the error since the fix before, not the error alone: a place from which the fix moved away
//! while the hiker cannot have moved is improbable, a fix that stays some metres beside the route is not.
//!
//! A state moves to nodes ahead by as much as the hiker can have walked, turns round with a small probability, and jumps to
//! any node near the fix with a tiny one: after a gap, a short cut, or a start in the middle. So a fix counts only where the hiker can be, and the two legs of an out-and-back route, which share all
//! their positions, differ by their direction and by the way there. Only nodes with a probability are visited; a fix
//! allocates nothing once the buffers have grown to the number of nodes that are possible at once.

use serde::{Deserialize, Serialize};

use super::route::{GuideRoute, Plane};
use crate::model::Position;

/// Standard deviation in metres, for each axis, of the route's own line.
const LINE_SIGMA_M: f64 = 4.0;

/// Ratio between the radius that contains a position with 68 % probability and the standard deviation of each axis.
const RADIUS_68_PER_SIGMA: f64 = 1.51;

/// Seconds between two fixes that are taken into account. Within less, a hiker walks no farther than to the next node.
const STEP_S: f64 = 6.0;

/// Correlation time in seconds of the errors of a receiver.
const CORRELATION_S: f64 = 45.0;

/// Standard deviation in metres of a change of place that nodes do not resolve.
const STEP_SIGMA_M: f64 = 2.0;

/// Seconds after which the distance from the route is evidence once more, whatever it was before.
const ANCHOR_S: f64 = 60.0;

/// Largest exponent of a fix: an outlier excludes nothing for ever.
const MAX_EXPONENT: f64 = 6.0;

/// Mean seconds of walking in the direction of the route before the hiker turns round, and in the other one.
const TURN_S: f64 = 3_000.0;
const TURN_BACK_S: f64 = 400.0;

/// Probabilities of the two directions of a hiker who appears at a node: rather that of the route.
const DIRECTIONS: [f64; 2] = [0.75, 0.25];

/// Farthest progress along the route for the metres walked. More than 2, because movement is measured from the start of bends to
/// their end, and smoothed.
const REACH: f64 = 2.5;

/// How much more probable another place must be than the one before.
const KEEP_PLACE: f64 = 1.6;

/// Probability a second of being anywhere near the fix, no matter where before.
const JUMP: f64 = 1e-6;

/// A node is forgotten at this share of the most probable one.
const FORGET: f32 = 1e-6;

/// Nodes that can be possible at once.
const MAX_ACTIVE: usize = 4_000;

/// Half the width in metres of the stretch whose probability is that of one place.
const PLACE_M: f64 = 25.0;

/// Metres along the route between two different places.
const OTHER_PLACE_M: f64 = 50.0;

/// The most probable place.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Place {
    pub(super) along_m: f64,
    /// Probability of the place, 0 to 1.
    pub(super) confidence: f64,
    /// Probability of the most probable place elsewhere.
    pub(super) other: f64,
    /// Probability of walking in the direction of the route, if it is this place.
    pub(super) forward: f64,
}

/// Nodes `start..end`.
type Range = (usize, usize);

/// Probabilities of nodes and directions.
#[derive(Debug, Clone)]
pub(super) struct Matcher {
    ranges: Vec<Range>,
    /// For each node, the probability with the direction of the route and against it; 0 outside the ranges.
    now: Vec<[f32; 2]>,
    /// All 0 between two fixes.
    next: Vec<[Moments; 2]>,
    next_ranges: Vec<Range>,
    near: Vec<Range>,
    /// Metres walked and seconds since the last fix that was taken into account.
    walked_m: f64,
    elapsed_s: f64,
    is_away: bool,
    before: Option<Position>,
}

/// A matcher's probabilities, without the impossible nodes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct MatcherState {
    /// Number of nodes of the route.
    nodes: usize,
    /// First node, and the probabilities of the nodes from it on.
    ranges: Vec<(usize, Vec<[f32; 2]>)>,
    walked_m: f64,
    elapsed_s: f64,
    is_away: bool,
    before: Option<Position>,
}

/// The evidence of one fix.
pub(super) struct Evidence<'a> {
    pub(super) route: &'a GuideRoute,
    pub(super) plane: Plane,
    pub(super) position: Position,
    pub(super) accuracy_m: f64,
    /// Seconds since the fix before.
    pub(super) elapsed_s: f64,
    /// Metres that the hiker probably walked since then.
    pub(super) walked_m: f64,
    /// Direction of movement, radians clockwise from north, if the receiver measured it while walking.
    pub(super) bearing_rad: Option<f64>,
}

impl Matcher {
    pub(super) fn new(nodes: usize) -> Matcher {
        Matcher {
            ranges: Vec::new(),
            now: vec![[0.0; 2]; nodes],
            next: vec![[Moments::default(); 2]; nodes],
            next_ranges: Vec::new(),
            near: Vec::new(),
            walked_m: 0.0,
            elapsed_s: 0.0,
            is_away: false,
            before: None,
        }
    }

    /// True if the route was never near.
    pub(super) fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Takes a fix into account.
    pub(super) fn update(&mut self, evidence: &Evidence<'_>) {
        let sigma_m = (evidence.accuracy_m / RADIUS_68_PER_SIGMA).hypot(LINE_SIGMA_M);
        let gate_m = (4.0 * sigma_m).max(30.0);
        self.elapsed_s += evidence.elapsed_s;
        self.walked_m += evidence.walked_m;
        if !self.ranges.is_empty() && self.elapsed_s < STEP_S {
            return;
        }
        let near = &mut self.near;
        near.clear();
        evidence.route.for_each_range_within(&evidence.plane, gate_m, |start, end| push_range(near, (start, end)));
        if near.is_empty() {
            // Off the route: any part of the metres walked may be progress along it.
            self.is_away = true;
            return;
        }
        if self.ranges.is_empty() {
            self.join(evidence, sigma_m);
        } else {
            self.predict(evidence);
            self.weigh(evidence, sigma_m);
        }
        self.normalize();
        self.forget();
        (self.walked_m, self.elapsed_s, self.is_away) = (0.0, 0.0, false);
        self.before = Some(evidence.position);
    }

    /// The most probable place, the one before preferred where two are nearly alike. `None` if the route was never near.
    pub(super) fn place(&self, route: &GuideRoute, before_m: Option<f64>) -> Option<Place> {
        if self.ranges.is_empty() {
            return None;
        }
        let spacing_m = route.spacing_m();
        let half = (PLACE_M / spacing_m).ceil() as usize;
        let before = before_m.map(|metres| (metres / spacing_m).round() as usize);
        let near_before = |node: usize| before.is_some_and(|before| before.abs_diff(node) <= 2 * half);
        let (mut best, mut best_score) = ((0, 0.0), -1.0);
        self.for_each_window(half, |node, mass| {
            let score = if near_before(node) { mass * KEEP_PLACE } else { mass };
            if score > best_score {
                (best, best_score) = ((node, mass), score);
            }
        });
        let (center, confidence) = best;
        let apart = (OTHER_PLACE_M / spacing_m).ceil() as usize;
        let mut other = 0.0_f64;
        self.for_each_window(half, |node, mass| {
            if node.abs_diff(center) >= apart + half {
                other = other.max(mass);
            }
        });
        let (mut mass, mut moment, mut forward) = (0.0, 0.0, 0.0);
        for (start, end) in &self.ranges {
            for node in (*start).max(center.saturating_sub(half))..(*end).min(center + half + 1) {
                let [with, against] = self.now[node].map(f64::from);
                mass += with + against;
                moment += (with + against) * node as f64;
                forward += with;
            }
        }
        let (along_m, forward) =
            if mass > 0.0 { (moment / mass * spacing_m, forward / mass) } else { (center as f64 * spacing_m, 0.5) };
        Some(Place { along_m, confidence: confidence.min(1.0), other: other.min(1.0), forward })
    }

    pub(super) fn state(&self) -> MatcherState {
        let ranges = self.ranges.iter().map(|(start, end)| (*start, self.now[*start..*end].to_vec())).collect();
        MatcherState {
            nodes: self.now.len(),
            ranges,
            walked_m: self.walked_m,
            elapsed_s: self.elapsed_s,
            is_away: self.is_away,
            before: self.before,
        }
    }

    /// Restores a state. Returns `false`, and changes nothing, if it belongs to another route.
    pub(super) fn restore(&mut self, state: &MatcherState) -> bool {
        let mut after = 0;
        let is_valid = state.nodes == self.now.len()
            && state.ranges.iter().all(|(start, values)| {
                let fits = *start >= after && start.checked_add(values.len()).is_some_and(|end| end <= state.nodes);
                after = start.saturating_add(values.len());
                fits && values.iter().flatten().all(|value| (0.0..=1.0).contains(value))
            })
            && state.walked_m.is_finite()
            && state.elapsed_s.is_finite()
            && state.before.is_none_or(|before| before.is_valid());
        if !is_valid {
            return false;
        }
        for (start, end) in self.ranges.drain(..) {
            self.now[start..end].fill([0.0; 2]);
        }
        for (start, values) in &state.ranges {
            self.now[*start..start + values.len()].copy_from_slice(values);
            self.ranges.push((*start, start + values.len()));
        }
        (self.walked_m, self.elapsed_s) = (state.walked_m, state.elapsed_s);
        (self.is_away, self.before) = (state.is_away, state.before);
        true
    }

    /// Calls `each` with the possible nodes, in order, and the probability of the stretch around each.
    fn for_each_window(&self, half: usize, mut each: impl FnMut(usize, f64)) {
        let mass = |node: usize| f64::from(self.now[node][0] + self.now[node][1]);
        let last = self.now.len() - 1;
        for (start, end) in &self.ranges {
            let mut sum: f64 = (start.saturating_sub(half)..(start + half).min(last + 1)).map(mass).sum();
            for node in *start..*end {
                if node + half <= last {
                    sum += mass(node + half);
                }
                each(node, sum);
                if node >= half {
                    sum -= mass(node - half);
                }
            }
        }
    }

    /// Begins at the nodes near the fix: rather in the direction of the route than against it, and rather at its start.
    fn join(&mut self, evidence: &Evidence<'_>, sigma_m: f64) {
        let start_nodes = (100.0 / evidence.route.spacing_m()) as usize;
        for (start, end) in &self.near {
            for node in *start..*end {
                let weight = if node <= start_nodes { 10.0 } else { 1.0 };
                let exponent = evidence.route.distance2_m2(&evidence.plane, node) / (2.0 * sigma_m * sigma_m);
                let weight = (weight * (-exponent.min(MAX_EXPONENT)).exp()) as f32;
                self.now[node] = DIRECTIONS.map(|share| share as f32 * weight);
            }
        }
        std::mem::swap(&mut self.ranges, &mut self.near);
    }

    /// Moves the probabilities along the route.
    fn predict(&mut self, evidence: &Evidence<'_>) {
        let nodes = self.now.len();
        // A box of equal probabilities, from 0.
        let walked_m = if self.is_away { 0.75 * self.walked_m } else { self.walked_m };
        let reach = (REACH * walked_m / evidence.route.spacing_m()).min(nodes as f64);
        let (whole, part) = (reach as usize, reach.fract());
        let weights = if whole == 0 {
            (1.0 - part / 2.0, part / 2.0)
        } else {
            let total = whole as f64 + 1.0 + part;
            (1.0 / total, part / total)
        };
        self.next_ranges.clear();
        let mut near = self.near.iter().peekable();
        for (start, end) in &self.ranges {
            let moved = (start.saturating_sub(whole + 1), (end + whole + 1).min(nodes));
            while let Some(before) = near.next_if(|range| range.0 <= moved.0) {
                push_range(&mut self.next_ranges, *before);
            }
            push_range(&mut self.next_ranges, moved);
        }
        near.for_each(|range| push_range(&mut self.next_ranges, *range));
        for range in &self.ranges {
            for direction in 0..2 {
                spread(evidence, &self.now, &mut self.next, *range, direction, whole, weights);
            }
        }
        for (start, end) in &self.ranges {
            self.now[*start..*end].fill([0.0; 2]);
        }
        let turn = (1.0 - (-self.elapsed_s / TURN_S).exp()) as f32;
        let turn_back = (1.0 - (-self.elapsed_s / TURN_BACK_S).exp()) as f32;
        for (start, end) in &self.next_ranges {
            for value in &mut self.next[*start..*end] {
                let [with, against] = *value;
                *value = [with.mixed(1.0 - turn, against, turn_back), against.mixed(1.0 - turn_back, with, turn)];
            }
        }
        std::mem::swap(&mut self.ranges, &mut self.next_ranges);
    }

    /// Multiplies the probabilities by those of the fix.
    fn weigh(&mut self, evidence: &Evidence<'_>, sigma_m: f64) {
        let alike = (-self.elapsed_s / CORRELATION_S).exp();
        let sigma2 = sigma_m * sigma_m;
        let step2 = sigma2 * (1.0 - alike * alike) + STEP_SIGMA_M * STEP_SIGMA_M;
        let (before_x, before_y) = self.before.map_or((0.0, 0.0), |before| evidence.plane.position_xy(before));
        let anchor = (self.elapsed_s / ANCHOR_S).min(1.0) * alike / (2.0 * sigma2);
        let near_nodes: usize = self.near.iter().map(|(start, end)| end - start).sum();
        let jump = JUMP * self.elapsed_s.clamp(1.0, 3600.0) / near_nodes.max(1) as f64;
        let mut near = self.near.iter().peekable();
        for (start, end) in &self.ranges {
            for node in *start..*end {
                while near.next_if(|range| range.1 <= node).is_some() {}
                let is_near = near.peek().is_some_and(|range| range.0 <= node);
                let (x, y) = evidence.route.node_xy(&evidence.plane, node);
                let distance2 = x * x + y * y;
                let fresh =
                    if is_near { jump * (-(distance2 / (2.0 * sigma2)).min(MAX_EXPONENT)).exp() / sigma2 } else { 0.0 };
                let mut values = DIRECTIONS.map(|share| share * fresh);
                for (value, moments) in values.iter_mut().zip(std::mem::take(&mut self.next[node])) {
                    if moments.mass > 0.0 {
                        let mass = f64::from(moments.mass);
                        // Errors of this fix and of the one before, if the hiker is here now and was there then.
                        let (from_x, from_y) = (f64::from(moments.x) / mass, f64::from(moments.y) / mass);
                        let (dx, dy) = (-x - alike * (before_x - from_x), -y - alike * (before_y - from_y));
                        let exponent = ((dx * dx + dy * dy) / (2.0 * step2)).min(MAX_EXPONENT)
                            + anchor * distance2.min(2.0 * sigma2 * MAX_EXPONENT);
                        *value += mass * (-exponent).exp() / step2;
                    }
                }
                if let Some(bearing_rad) = evidence.bearing_rad {
                    let cos = (bearing_rad - evidence.route.bearing_rad(&evidence.plane, node)).cos();
                    values[0] *= (cos - 1.0).exp();
                    values[1] *= (-cos - 1.0).exp();
                }
                self.now[node] = values.map(|value| value as f32);
            }
        }
    }

    /// Makes the sum of the probabilities 1.
    fn normalize(&mut self) {
        let sum: f32 = self.ranges.iter().flat_map(|(start, end)| self.now[*start..*end].iter().flatten()).sum();
        if sum > 0.0 {
            for (start, end) in &self.ranges {
                self.now[*start..*end].iter_mut().flatten().for_each(|value| *value /= sum);
            }
        }
    }

    /// Drops nodes that have become nearly impossible.
    fn forget(&mut self) {
        let mass = |value: &[f32; 2]| value[0] + value[1];
        let max = self.ranges.iter().flat_map(|(start, end)| &self.now[*start..*end]).map(mass).fold(0.0, f32::max);
        let mut limit = max * FORGET;
        loop {
            self.next_ranges.clear();
            let mut active = 0;
            for (start, end) in &self.ranges {
                for node in *start..*end {
                    if mass(&self.now[node]) >= limit && max > 0.0 {
                        active += 1;
                        push_range(&mut self.next_ranges, (node, node + 1));
                    }
                }
            }
            if active <= MAX_ACTIVE || limit >= max {
                break;
            }
            limit *= 10.0;
        }
        for (start, end) in &self.ranges {
            for value in &mut self.now[*start..*end] {
                if mass(value) < limit || max == 0.0 {
                    *value = [0.0; 2];
                }
            }
        }
        std::mem::swap(&mut self.ranges, &mut self.next_ranges);
    }
}

/// Adds a range to others that start no later. Ranges that touch become one.
fn push_range(ranges: &mut Vec<Range>, range: Range) {
    match ranges.last_mut() {
        Some(last) if range.0 <= last.1 => last.1 = last.1.max(range.1),
        _ => ranges.push(range),
    }
}

/// Adds the probabilities of one direction in a range to those of the nodes ahead: an equal share to each of the first
/// `whole + 1`, a smaller one to the next. What would pass an end of the route stays there.
fn spread(
    evidence: &Evidence<'_>,
    now: &[[f32; 2]],
    next: &mut [[Moments; 2]],
    (start, end): Range,
    direction: usize,
    whole: usize,
    (equal, last): (f64, f64),
) {
    let nodes = now.len();
    // The probability of `index` steps behind the first node ahead, and its moments; 0 outside the range.
    let value = |index: usize| -> [f64; 3] {
        if index >= end - start {
            return [0.0; 3];
        }
        let node = if direction == 0 { start + index } else { end - 1 - index };
        let mass = f64::from(now[node][direction]);
        let (x, y) = evidence.route.node_xy(&evidence.plane, node);
        [mass, mass * x, mass * y]
    };
    let mut window = [0.0; 3];
    for index in 0..end - start + whole + 1 {
        let enters = value(index);
        let leaves = if index > whole { value(index - whole - 1) } else { [0.0; 3] };
        for axis in 0..3 {
            window[axis] += enters[axis] - leaves[axis];
        }
        let node = if direction == 0 { (start + index).min(nodes - 1) } else { (end - 1).saturating_sub(index) };
        let moments = &mut next[node][direction];
        let mass = window[0].max(0.0) * equal + leaves[0] * last;
        if mass > 0.0 {
            moments.mass += mass as f32;
            moments.x += (window[1] * equal + leaves[1] * last) as f32;
            moments.y += (window[2] * equal + leaves[2] * last) as f32;
        }
    }
}

/// The probability of a node and a direction, and the sums of the places before, weighted by theirs: metres east and north
/// of the fix.
#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    mass: f32,
    x: f32,
    y: f32,
}

impl Moments {
    fn mixed(self, share: f32, other: Moments, other_share: f32) -> Moments {
        let mix = |a: f32, b: f32| a * share + b * other_share;
        Moments { mass: mix(self.mass, other.mass), x: mix(self.x, other.x), y: mix(self.y, other.y) }
    }
}
