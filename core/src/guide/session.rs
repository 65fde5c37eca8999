//! A session of following a route.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::announcer::{Announcer, Here, Told};
use super::contents::{GuideContents, GuidePlaceKind};
use super::departure::Departure;
use super::event::{GuideEvent, GuideEventKind};
use super::matcher::{Evidence, Matcher, MatcherState, Place};
use super::motion::Motion;
use super::pace::Pace;
use super::route::{GuideRoute, Nearest, Plane};
use super::update::{GuideState, GuideTarget, GuideUpdate, Rejoin, Side, WayBack};
use crate::line::distance_and_bearing;
use crate::model::{Fix, Position};

/// Accuracy of a fix from which it is no evidence, metres.
const MAX_ACCURACY_M: f64 = 150.0;

/// Time in seconds without fixes that interrupts the measurement of the pace.
const GAP_S: f64 = 60.0;

/// Longest time in seconds between two fixes that counts; more has no further effect.
const MAX_ELAPSED_S: f64 = 6.0 * 3600.0;

/// Metres from the end within which the hiker has arrived.
const ARRIVAL_M: f64 = 25.0;

/// Metres towards the start after which the direction is wrong.
const WRONG_WAY_M: f64 = 60.0;

/// Metres towards the end after which the direction is right again.
const RIGHT_WAY_M: f64 = 25.0;

/// Speed of a receiver from which its bearing is that of the hiker, metres per second.
const MIN_BEARING_SPEED_MPS: f64 = 0.6;

/// Probability of another place from which the place is ambiguous.
const AMBIGUOUS: f64 = 0.2;

/// Options of a session.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GuideOptions {
    /// Walking time of the whole route in hours, as its publisher tells it. `None` takes the time by the slopes.
    pub duration_h: Option<f64>,
    /// Sunset of the day, Unix ms. An arrival after it is announced once.
    pub sunset_ms: Option<i64>,
}

/// Follows a route: takes fixes, tells the place. See the [module](super).
#[derive(Debug, Clone)]
pub struct Guide {
    route: Arc<GuideRoute>,
    options: GuideOptions,
    contents: GuideContents,
    announcer: Announcer,
    /// Indexes of the places, by their distance along the route.
    places: Vec<usize>,
    matcher: Matcher,
    memory: Memory,
}

/// The part of the state besides the probabilities.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Memory {
    departure: Departure,
    pace: Pace,
    motion: Motion,
    last: Option<Fix>,
    /// Seconds of the session, which go on when the clock of the receiver steps back.
    time_s: f64,
    along_m: Option<f64>,
    confidence: f64,
    ambiguous: bool,
    /// The farthest place of the direction in which the hiker walks.
    turn_m: f64,
    is_wrong_way: bool,
    has_arrived: bool,
    told: Told,
    state: Option<GuideState>,
    is_late_told: bool,
}

/// The state of a session, to be kept where it survives the process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GuideSnapshot {
    /// Version of the format.
    version: u32,
    length_m: f64,
    matcher: MatcherState,
    memory: Memory,
}

/// Version of [`GuideSnapshot`].
const SNAPSHOT_VERSION: u32 = 1;

impl Guide {
    /// Begins to follow a route with the objects along it.
    pub fn new(route: Arc<GuideRoute>, options: GuideOptions, contents: GuideContents) -> Guide {
        let matcher = Matcher::new(route.node_count());
        let announcer = Announcer::new(&route, &contents);
        let mut places: Vec<usize> =
            (0..contents.places.len()).filter(|index| contents.places[*index].along_m.is_finite()).collect();
        places.sort_by(|a, b| contents.places[*a].along_m.total_cmp(&contents.places[*b].along_m));
        Guide { route, options, contents, announcer, places, matcher, memory: Memory::default() }
    }

    /// The route.
    pub fn route(&self) -> &GuideRoute {
        &self.route
    }

    /// The options.
    pub fn options(&self) -> &GuideOptions {
        &self.options
    }

    /// The objects along the route.
    pub fn contents(&self) -> &GuideContents {
        &self.contents
    }

    /// The state of the session, to be kept where it survives the process. Costs about as much as some fixes.
    pub fn snapshot(&self) -> GuideSnapshot {
        GuideSnapshot {
            version: SNAPSHOT_VERSION,
            length_m: self.route.length_m(),
            matcher: self.matcher.state(),
            memory: self.memory.clone(),
        }
    }

    /// Goes on with a session. Returns `false`, and changes nothing, if the state is of another route or version.
    pub fn restore(&mut self, snapshot: &GuideSnapshot) -> bool {
        let is_same = snapshot.version == SNAPSHOT_VERSION && (snapshot.length_m - self.route.length_m()).abs() < 0.5;
        if !is_same || !self.matcher.restore(&snapshot.matcher) {
            return false;
        }
        self.memory = snapshot.memory.clone();
        true
    }

    /// Takes a fix into account. Costs some microseconds, however long the route is.
    pub fn update(&mut self, fix: &Fix) -> GuideUpdate {
        let accuracy_m =
            fix.accuracy_m.filter(|metres| metres.is_finite() && *metres > 0.0).unwrap_or(Fix::DEFAULT_ACCURACY_M);
        if !fix.is_valid() || accuracy_m > MAX_ACCURACY_M {
            return self.told(fix.time_ms, GuideState::NoFix, None);
        }
        let is_repeated = self.memory.last.as_ref() == Some(fix);
        let elapsed_s = self.elapsed_s(fix);
        let plane = self.route.plane(fix.position);
        self.match_fix(fix, plane, accuracy_m, elapsed_s);
        let nearest = self.route.nearest_from(&plane, 0.0);
        // Receivers deliver a fix more than once; it is one fix.
        if !is_repeated {
            self.memory.departure.update(nearest.offset_m, accuracy_m, elapsed_s);
        }
        let is_off = self.memory.departure.is_off();
        let place = self.matcher.place(&self.route, self.memory.along_m);
        match place {
            Some(place) if !is_off => self.move_to(place),
            _ => self.memory.pace.interrupt(),
        }
        self.memory.last = Some(*fix);
        let state = self.state(is_off);
        let mut update = self.told(fix.time_ms, state, Some(&nearest));
        if state == GuideState::OffRoute {
            self.tell_way_back(&mut update, fix.position, &plane, &nearest);
        }
        self.announce(&mut update);
        update
    }

    /// The nearest place of a kind ahead, or behind, by the time of walking. `None` if there is none, or before the route was
    /// near.
    pub fn nearest_place(&self, kind: GuidePlaceKind, is_behind: bool) -> Option<GuideTarget> {
        let here = self.here(self.memory.last?.time_ms)?;
        let is_beyond = |along_m: f64| if is_behind { along_m < here.along_m } else { along_m >= here.along_m };
        let mut found = self.places.iter().copied().filter(|index| {
            let place = &self.contents.places[*index];
            place.kind == kind && is_beyond(place.along_m)
        });
        let place = if is_behind { found.next_back() } else { found.next() }?;
        let (name, along_m) = (&self.contents.places[place].name, self.contents.places[place].along_m);
        let offset_m = self.contents.places[place].offset_m.max(0.0);
        let distance_m = (along_m - here.along_m).abs() + offset_m;
        // The way from the route to the place, at the usual speed.
        let seconds = here.seconds_to(along_m) + offset_m / self.memory.pace.speed_mps();
        let phrases = self.announcer.phrases();
        let (distance, minutes) = (phrases.distance(distance_m), phrases.duration(seconds));
        let key = if is_behind { "nearest_behind" } else { "nearest_ahead" };
        let text = phrases.say(key, &[("name", name), ("distance", &distance), ("minutes", &minutes)]);
        Some(GuideTarget { place, distance_m, seconds, is_behind, text })
    }

    fn here(&self, time_ms: i64) -> Option<Here<'_>> {
        Some(Here {
            route: &self.route,
            contents: &self.contents,
            time_ms,
            along_m: self.memory.along_m?,
            is_forward: !self.memory.is_wrong_way,
            pace: self.pace(),
        })
    }

    /// Adds the announcements that are due to an update.
    fn announce(&mut self, update: &mut GuideUpdate) {
        let before = self.memory.state.replace(update.state);
        let mut told = std::mem::take(&mut self.memory.told);
        let mut is_late_told = self.memory.is_late_told;
        update.events = self.events(update, before, &mut told, &mut is_late_told);
        (self.memory.told, self.memory.is_late_told) = (told, is_late_told);
    }

    fn events(
        &self,
        update: &GuideUpdate,
        before: Option<GuideState>,
        told: &mut Told,
        is_late_told: &mut bool,
    ) -> Vec<GuideEvent> {
        let Some(here) = self.here(update.time_ms) else { return Vec::new() };
        let state_event = if before == Some(update.state) { None } else { self.state_event(before, update, &here) };
        let has_arrived = update.state == GuideState::Arrived;
        // The arrival is the last event, another new state the first.
        let (first, last) = if has_arrived { (None, state_event) } else { (state_event, None) };
        let mut events = Vec::from_iter(first);
        if update.state != GuideState::OffRoute && !update.ambiguous {
            self.announcer.announce(told, &here, &mut events);
        }
        let is_late = self.options.sunset_ms.zip(update.eta_ms).is_some_and(|(sunset_ms, eta_ms)| eta_ms > sunset_ms);
        if is_late && !*is_late_told && !has_arrived {
            *is_late_told = true;
            let text = self.announcer.phrases().say("late", &[]);
            events.push(here.event(GuideEventKind::Late, here.along_m, None, text));
        }
        events.extend(last);
        events
    }

    /// The announcement of a new state.
    fn state_event(&self, before: Option<GuideState>, update: &GuideUpdate, here: &Here<'_>) -> Option<GuideEvent> {
        let phrases = self.announcer.phrases();
        let (kind, text) = match (update.state, before) {
            (GuideState::OffRoute, Some(_)) => {
                let back = update.back?;
                let (distance, bearing) = (phrases.distance(back.distance_m), phrases.compass(back.bearing_deg));
                let values = [("distance", distance.as_str()), ("bearing", bearing)];
                (GuideEventKind::OffRoute, phrases.say("off_route", &values))
            }
            (GuideState::WrongWay, _) => (GuideEventKind::WrongWay, phrases.say("wrong_way", &[])),
            (GuideState::Arrived, _) => (GuideEventKind::Arrived, phrases.say("arrived", &[])),
            (GuideState::OnRoute, Some(GuideState::OffRoute)) => {
                (GuideEventKind::OnRoute, phrases.say("on_route", &[]))
            }
            (GuideState::OnRoute, Some(GuideState::WrongWay)) => {
                (GuideEventKind::RightWay, phrases.say("right_way", &[]))
            }
            _ => return None,
        };
        Some(here.event(kind, here.along_m, None, text))
    }

    /// Seconds since the fix before; 1 if the clock stepped back.
    fn elapsed_s(&mut self, fix: &Fix) -> f64 {
        let Some(last) = &self.memory.last else { return 1.0 };
        let elapsed_s = fix.time_ms.saturating_sub(last.time_ms) as f64 / 1000.0;
        let elapsed_s = if elapsed_s < 0.0 { 1.0 } else { elapsed_s.min(MAX_ELAPSED_S) };
        if elapsed_s > GAP_S {
            self.memory.pace.interrupt();
        }
        self.memory.time_s += elapsed_s;
        elapsed_s
    }

    fn match_fix(&mut self, fix: &Fix, plane: Plane, accuracy_m: f64, elapsed_s: f64) {
        let memory = &mut self.memory;
        let usual_mps = memory.pace.speed_mps();
        let walked_m = memory.motion.walked_m(&plane, fix.position, memory.time_s, elapsed_s, accuracy_m, usual_mps);
        let is_walking = fix.speed_mps.is_some_and(|speed| speed >= MIN_BEARING_SPEED_MPS);
        let bearing_rad = fix.bearing_deg.filter(|bearing| bearing.is_finite() && is_walking).map(f64::to_radians);
        let route = &self.route;
        self.matcher.update(&Evidence {
            route,
            plane,
            position: fix.position,
            accuracy_m,
            elapsed_s,
            walked_m,
            bearing_rad,
        });
    }

    fn move_to(&mut self, place: Place) {
        let scale = self.scale();
        let memory = &mut self.memory;
        let before_m = memory.along_m.unwrap_or(place.along_m);
        memory.along_m = Some(place.along_m);
        memory.confidence = place.confidence;
        memory.ambiguous = place.other > AMBIGUOUS;
        // A jump is no progress.
        if (place.along_m - before_m).abs() > 200.0 {
            memory.turn_m = place.along_m;
            memory.is_wrong_way = false;
            memory.pace.interrupt();
        }
        memory.pace.update(place.along_m, self.route.seconds_left(place.along_m) * scale, memory.time_s);
        if memory.is_wrong_way {
            memory.turn_m = memory.turn_m.min(place.along_m);
            if place.along_m - memory.turn_m >= RIGHT_WAY_M && place.forward > 0.5 {
                memory.is_wrong_way = false;
                memory.turn_m = place.along_m;
            }
        } else {
            memory.turn_m = memory.turn_m.max(place.along_m);
            if memory.turn_m - place.along_m >= WRONG_WAY_M && place.forward < 0.5 {
                memory.is_wrong_way = true;
                memory.turn_m = place.along_m;
            }
        }
        let left_m = self.route.length_m() - place.along_m;
        if left_m <= ARRIVAL_M && place.forward >= 0.5 && place.confidence > 0.5 {
            memory.has_arrived = true;
        } else if left_m > 4.0 * ARRIVAL_M {
            memory.has_arrived = false;
        }
    }

    fn state(&self, is_off: bool) -> GuideState {
        if is_off || self.matcher.is_empty() {
            GuideState::OffRoute
        } else if self.memory.has_arrived {
            GuideState::Arrived
        } else if self.memory.is_wrong_way {
            GuideState::WrongWay
        } else {
            GuideState::OnRoute
        }
    }

    fn told(&self, time_ms: i64, state: GuideState, nearest: Option<&Nearest>) -> GuideUpdate {
        let along_m = self.memory.along_m;
        let gain_left_m = along_m.and_then(|along_m| self.route.gain_left_m(along_m));
        GuideUpdate {
            time_ms,
            state,
            along_m,
            left_m: along_m.map(|along_m| self.route.length_m() - along_m),
            offset_m: nearest.map(|nearest| nearest.offset_m),
            point: along_m.map(|along_m| self.route.position_at(along_m)),
            ascent_left_m: gain_left_m.map(|(ascent_m, _)| ascent_m),
            descent_left_m: gain_left_m.map(|(_, descent_m)| descent_m),
            eta_ms: along_m.map(|along_m| time_ms.saturating_add((self.seconds_left(along_m) * 1000.0) as i64)),
            stage: self.stage(along_m.unwrap_or(0.0)),
            confidence: self.memory.confidence,
            ambiguous: self.memory.ambiguous,
            back: None,
            rejoin: None,
            next_place: along_m.and_then(|along_m| self.next_place(along_m)),
            events: Vec::new(),
        }
    }

    /// Ratio of the published walking time to that by the slopes.
    fn scale(&self) -> f64 {
        let published_h = self.options.duration_h.filter(|hours| hours.is_finite() && *hours > 0.0);
        published_h.map_or(1.0, |hours| hours * 3600.0 / self.route.seconds_left(0.0).max(1.0))
    }

    /// Seconds of walking to the end at the hiker's own pace.
    fn seconds_left(&self, along_m: f64) -> f64 {
        self.route.seconds_left(along_m) * self.pace()
    }

    /// Ratio of the hiker's walking times to those by the slopes.
    fn pace(&self) -> f64 {
        self.scale() * self.memory.pace.factor()
    }

    fn stage(&self, along_m: f64) -> Option<usize> {
        let stages = &self.contents.stages;
        (!stages.is_empty()).then(|| stages.partition_point(|stage| stage.end_m <= along_m).min(stages.len() - 1))
    }

    /// The next place that is not a reference point.
    fn next_place(&self, along_m: f64) -> Option<usize> {
        let place = |index: &usize| &self.contents.places[*index];
        let first = self.places.partition_point(|index| place(index).along_m < along_m);
        self.places[first..].iter().copied().find(|index| place(index).kind != GuidePlaceKind::ReferencePoint)
    }

    fn tell_way_back(&self, update: &mut GuideUpdate, here: Position, plane: &Plane, nearest: &Nearest) {
        let (distance_m, bearing_deg) = distance_and_bearing(here, self.route.position_at(nearest.along_m));
        // The hiker is to the left of the route, so the route is to the right of the hiker.
        let side = if nearest.left_m > 0.0 { Side::Right } else { Side::Left };
        update.offset_m = Some(distance_m);
        update.back = Some(WayBack { distance_m, bearing_deg, side });
        let left_at_m = update.along_m.unwrap_or(0.0);
        // The nearest edge may begin behind that place.
        let along_m = self.route.nearest_from(plane, left_at_m).along_m.max(left_at_m);
        let (distance_m, bearing_deg) = distance_and_bearing(here, self.route.position_at(along_m));
        update.rejoin = Some(Rejoin { along_m, distance_m, bearing_deg });
    }
}
