//! Hikers: true positions over time.

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

use super::shape::{Route, Shape};

/// What a hiker does on a route.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Behaviour {
    /// Walks from the start to the end.
    Forward,
    /// Walks from the end to the start.
    Reverse,
    /// Starts in the middle, at a share of the length.
    FromMiddle,
    /// Walks 400 m back two times.
    TurnsBack,
    /// Leaves the route two times by up to 120 m, and comes back to it further on.
    Leaves,
    /// Leaves the route for good, straight on, at an angle of 30° from it.
    Departs,
}

impl Behaviour {
    /// All behaviours.
    pub const ALL: [Behaviour; 6] = [
        Behaviour::Forward,
        Behaviour::Reverse,
        Behaviour::FromMiddle,
        Behaviour::TurnsBack,
        Behaviour::Leaves,
        Behaviour::Departs,
    ];

    /// The name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Behaviour::Forward => "forward",
            Behaviour::Reverse => "in reverse",
            Behaviour::FromMiddle => "from the middle",
            Behaviour::TurnsBack => "turns back twice",
            Behaviour::Leaves => "leaves and returns",
            Behaviour::Departs => "leaves for good",
        }
    }

    /// True if the walk on a shape is that of another behaviour: an out-and-back route in reverse is the same as forward.
    pub fn is_repeated_on(self, shape: Shape) -> bool {
        shape == Shape::OutAndBack && self == Behaviour::Reverse
    }
}

/// The truth at one second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Seconds since the start.
    pub time_s: f64,
    /// Metres east.
    pub x: f64,
    /// Metres north.
    pub y: f64,
    /// Metres above sea level.
    pub elevation: f64,
    /// Metres along the route. Off it, the distance at which the hiker left.
    pub along_m: f64,
    /// True on the route.
    pub on_route: bool,
    /// True while walking towards the end of the route.
    pub forward: bool,
    /// Seconds since the hiker left the route for good or for a while; 0 on the route.
    pub left_s: f64,
}

/// One walk, second by second.
#[derive(Debug, Clone)]
pub struct Walk {
    /// The truth.
    pub steps: Vec<Step>,
}

/// A part of a walk.
enum Part {
    /// Along the route from one distance to another.
    Along(f64, f64),
    /// Straight lines over positions off the route.
    Across(Vec<[f64; 2]>),
}

impl Walk {
    /// A walk on a route, at about 1.2 m/s, with breaks.
    pub fn new(route: &Route, behaviour: Behaviour, rng: &mut ChaCha8Rng) -> Walk {
        let length = route.length_m();
        let parts = match behaviour {
            Behaviour::Forward => vec![Part::Along(0.0, length)],
            Behaviour::Reverse => vec![Part::Along(length, 0.0)],
            Behaviour::FromMiddle => vec![Part::Along(length * rng.random_range(0.15..0.4), length)],
            Behaviour::TurnsBack => {
                let (first, second) = (length * rng.random_range(0.15..0.35), length * rng.random_range(0.55..0.8));
                vec![
                    Part::Along(0.0, first),
                    Part::Along(first, first - 400.0),
                    Part::Along(first - 400.0, second),
                    Part::Along(second, second - 400.0),
                    Part::Along(second - 400.0, length),
                ]
            }
            Behaviour::Leaves => {
                let (first, second) = (length * rng.random_range(0.15..0.35), length * rng.random_range(0.55..0.75));
                let ahead = 150.0;
                vec![
                    Part::Along(0.0, first),
                    Part::Across(detour(route, first, first + ahead, rng)),
                    Part::Along(first + ahead, second),
                    Part::Across(detour(route, second, second + ahead, rng)),
                    Part::Along(second + ahead, length),
                ]
            }
            Behaviour::Departs => {
                let leave = length * rng.random_range(0.2..0.8);
                let (a, b) = (route.at(leave - 15.0), route.at(leave));
                let side = if rng.random_bool(0.5) { 1.0 } else { -1.0 };
                let bearing = (b[0] - a[0]).atan2(b[1] - a[1]) + side * 30.0_f64.to_radians();
                let end = [b[0] + 600.0 * bearing.sin(), b[1] + 600.0 * bearing.cos()];
                vec![Part::Along(0.0, leave), Part::Across(vec![[b[0], b[1]], end])]
            }
        };
        let mut walker =
            Walker { steps: Vec::new(), time_s: 0.0, speed: 1.2, next_break_s: rng.random_range(600.0..1800.0) };
        for part in &parts {
            match part {
                Part::Along(from, to) => walker.along(route, *from, *to, rng),
                Part::Across(path) => walker.across(route, path, rng),
            }
        }
        Walk { steps: walker.steps }
    }
}

struct Walker {
    steps: Vec<Step>,
    time_s: f64,
    speed: f64,
    next_break_s: f64,
}

impl Walker {
    fn along(&mut self, route: &Route, from: f64, to: f64, rng: &mut ChaCha8Rng) {
        let (mut along_m, sign) = (from, (to - from).signum());
        while (to - along_m) * sign > 0.0 {
            let step = self.pace(rng);
            along_m += sign * step;
            let [x, y, elevation] = route.at(along_m);
            self.push(
                Step { time_s: 0.0, x, y, elevation, along_m, on_route: true, forward: sign > 0.0, left_s: 0.0 },
                rng,
            );
        }
    }

    fn across(&mut self, route: &Route, path: &[[f64; 2]], rng: &mut ChaCha8Rng) {
        let last = self.steps[self.steps.len() - 1];
        let left_at = self.time_s;
        for pair in path.windows(2) {
            let length = (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1]);
            let mut walked = 0.0;
            while walked < length {
                walked += self.pace(rng);
                let share = (walked / length).min(1.0);
                let (x, y) =
                    (pair[0][0] + share * (pair[1][0] - pair[0][0]), pair[0][1] + share * (pair[1][1] - pair[0][1]));
                let left_s = self.time_s - left_at + 1.0;
                let elevation = route.at(last.along_m)[2];
                self.push(Step { x, y, elevation, on_route: false, left_s, ..last }, rng);
            }
        }
    }

    /// Metres walked in this second.
    fn pace(&mut self, rng: &mut ChaCha8Rng) -> f64 {
        self.speed = (self.speed + 0.05 * (1.2 - self.speed) + rng.random_range(-0.08..0.08)).clamp(0.5, 2.0);
        self.speed
    }

    /// Adds a second, and a break after it when one is due.
    fn push(&mut self, step: Step, rng: &mut ChaCha8Rng) {
        self.time_s += 1.0;
        self.steps.push(Step { time_s: self.time_s, ..step });
        if step.on_route && self.time_s >= self.next_break_s {
            for _ in 0..rng.random_range(60..400) {
                self.time_s += 1.0;
                self.steps.push(Step { time_s: self.time_s, ..step });
            }
            self.next_break_s = self.time_s + rng.random_range(900.0..2400.0);
        }
    }
}

/// A way off the route and back to it.
fn detour(route: &Route, from: f64, to: f64, rng: &mut ChaCha8Rng) -> Vec<[f64; 2]> {
    let (a, b) = (route.at(from), route.at(to));
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let length = dx.hypot(dy).max(1.0);
    let off = rng.random_range(80.0..120.0) * if rng.random_bool(0.5) { 1.0 } else { -1.0 };
    let at = |share: f64| [a[0] + share * dx - off * dy / length, a[1] + share * dy + off * dx / length];
    vec![[a[0], a[1]], at(0.3), at(0.7), [b[0], b[1]]]
}
