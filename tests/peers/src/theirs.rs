//! Ferrostar, used as its documentation and its demonstration app use it.
//!
//! Its traps, and what is done about them:
//! * The last two steps have an advance condition of their own, because a route of a routing engine ends in a step without
//!   length. So a route that is cut into steps gets such a step, too; otherwise its last 5 % would never be told.
//! * A single step with a condition by distance has arrived at once on a route that ends at its start. So it gets the manual
//!   condition: it never arrives.
//! * The deviation is that of the fix before, because it is computed from the previous state. Its delay counts that one fix.
//! * `StaticThreshold` is silent while the accuracy of a fix is worse than its minimum. The demonstration app sets 15 m, which
//!   would be deaf at σ 20 m. Here it is that of the app's step condition, 32 m.
//! * The constructors of the step conditions are for foreign languages only; `SerializableStepAdvanceCondition` makes the same.
//! * Steps are cut at equal lengths, so that an out-and-back route is cut at its turning point. That is the best case.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use ferrostar::deviation_detection::{DeviationKind, RouteDeviation, RouteDeviationTracking};
use ferrostar::models::{BoundingBox, GeographicCoordinate, Route, RouteStep, UserLocation, Waypoint, WaypointKind};
use ferrostar::navigation_controller::models::{
    CourseFiltering, NavState, NavigationControllerConfig, TripState, WaypointAdvanceMode,
};
use ferrostar::navigation_controller::step_advance::SerializableStepAdvanceCondition;
use ferrostar::navigation_controller::{Navigator, create_navigator};
use geo::{Distance as _, Haversine, Point};
use jalon::model::Fix;

use crate::follower::{Follower, Told};
use crate::walk;

/// Worst accuracy of a fix that is used, metres.
const MIN_ACCURACY_M: u16 = 32;

pub(crate) struct Ferrostar {
    navigator: Arc<dyn Navigator>,
    state: Option<NavState>,
    length_m: f64,
}

impl Ferrostar {
    /// Follows a route cut into steps, or as a single step, with a largest deviation in metres.
    pub(crate) fn new(route: &walk::Route, steps: usize, max_deviation_m: f64) -> Ferrostar {
        let line: Vec<GeographicCoordinate> =
            route.positions().iter().map(|[lng, lat, _]| GeographicCoordinate { lat: *lat, lng: *lng }).collect();
        let mut parts: Vec<RouteStep> = cuts(route, steps).map(|(start, end)| step(&line[start..=end])).collect();
        let length_m = parts.iter().map(|part| part.distance).sum();
        let (advance, arrival) = if steps == 1 {
            (SerializableStepAdvanceCondition::Manual, SerializableStepAdvanceCondition::Manual)
        } else {
            let last = line[line.len() - 1];
            parts.push(step(&[last, last]));
            // The conditions of the demonstration app.
            let advance = SerializableStepAdvanceCondition::DistanceEntryExit {
                distance_to_end_of_step: 30,
                distance_after_end_step: 5,
                minimum_horizontal_accuracy: MIN_ACCURACY_M,
                has_reached_end_of_current_step: false,
            };
            let arrival = SerializableStepAdvanceCondition::DistanceToEndOfStep {
                distance: 10,
                minimum_horizontal_accuracy: MIN_ACCURACY_M,
            };
            (advance, arrival)
        };
        let config = NavigationControllerConfig {
            waypoint_advance: WaypointAdvanceMode::WaypointWithinRange(100.0),
            step_advance_condition: advance.into(),
            arrival_step_advance_condition: arrival.into(),
            route_deviation_tracking: RouteDeviationTracking::StaticThreshold {
                minimum_horizontal_accuracy: MIN_ACCURACY_M,
                max_acceptable_deviation: max_deviation_m,
            },
            snapped_location_course_filtering: CourseFiltering::SnapToRoute,
        };
        let ends = [line[0], line[line.len() - 1]];
        let route = Route {
            bbox: bounds(&line),
            geometry: line,
            distance: length_m,
            waypoints: ends
                .map(|coordinate| Waypoint { coordinate, kind: WaypointKind::Break, properties: None })
                .to_vec(),
            steps: parts,
        };
        Ferrostar { navigator: create_navigator(route, config, false), state: None, length_m }
    }
}

impl Follower for Ferrostar {
    fn update(&mut self, fix: &Fix) -> Told {
        let location = UserLocation {
            coordinates: GeographicCoordinate { lat: fix.position.lat, lng: fix.position.lon },
            horizontal_accuracy: fix.accuracy_m.unwrap_or(0.0),
            course_over_ground: None,
            timestamp: UNIX_EPOCH + Duration::from_millis(fix.time_ms.unsigned_abs()),
            speed: None,
        };
        let state = match self.state.take() {
            Some(state) => self.navigator.update_user_location(location, state),
            None => self.navigator.get_initial_state(location),
        };
        let told = match state.trip_state() {
            TripState::Navigating { progress, deviation, .. } => Told {
                share: Some(1.0 - progress.distance_remaining / self.length_m),
                is_off: [50.0, 30.0].map(|limit_m| is_off(deviation, limit_m)),
                is_ambiguous: false,
            },
            TripState::Complete { .. } => Told { share: Some(1.0), is_off: [false; 2], is_ambiguous: false },
            TripState::Idle { .. } => Told { share: None, is_off: [false; 2], is_ambiguous: false },
        };
        self.state = Some(state);
        told
    }
}

/// In a single step, a deviation beyond the larger limit is what a controller with that limit would tell.
fn is_off(deviation: RouteDeviation, limit_m: f64) -> bool {
    matches!(
        deviation,
        RouteDeviation::Deviation { kind: DeviationKind::CompletelyOffRoute { deviation_from_route_line } }
            if deviation_from_route_line > limit_m
    )
}

/// First and last vertex of each step, at about equal lengths.
fn cuts(route: &walk::Route, steps: usize) -> impl Iterator<Item = (usize, usize)> {
    let last = route.vertices.len() - 1;
    let mut ends: Vec<usize> = (0..=steps)
        .map(|index| {
            let along_m = route.length_m() * index as f64 / steps as f64;
            route.distances_m.partition_point(|metres| *metres < along_m - 0.01).min(last)
        })
        .collect();
    ends[steps] = last;
    ends.dedup();
    (1..ends.len()).map(move |index| (ends[index - 1], ends[index]))
}

fn step(line: &[GeographicCoordinate]) -> RouteStep {
    let point = |at: &GeographicCoordinate| Point::new(at.lng, at.lat);
    let distance = line.windows(2).map(|edge| Haversine.distance(point(&edge[0]), point(&edge[1]))).sum::<f64>();
    RouteStep {
        geometry: line.to_vec(),
        distance,
        duration: distance / 1.2,
        road_name: None,
        exits: Vec::new(),
        instruction: String::new(),
        visual_instructions: Vec::new(),
        spoken_instructions: Vec::new(),
        annotations: None,
        incidents: Vec::new(),
        driving_side: None,
        roundabout_exit_number: None,
    }
}

fn bounds(line: &[GeographicCoordinate]) -> BoundingBox {
    let fold = |pick: fn(f64, f64) -> f64| GeographicCoordinate {
        lat: line.iter().map(|at| at.lat).reduce(pick).unwrap_or(0.0),
        lng: line.iter().map(|at| at.lng).reduce(pick).unwrap_or(0.0),
    };
    BoundingBox { sw: fold(f64::min), ne: fold(f64::max) }
}
