//! The results of a fix.

use serde::{Deserialize, Serialize};

use super::event::GuideEvent;
use crate::model::Position;

/// Where the hiker is in relation to the route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuideState {
    /// On the route, walking towards its end or standing.
    OnRoute,
    /// Away from the route.
    OffRoute,
    /// On the route, walking towards its start.
    WrongWay,
    /// At the end of the route.
    Arrived,
    /// The fix cannot be used: it is invalid or too inaccurate.
    NoFix,
}

impl GuideState {
    /// All states.
    pub const ALL: [GuideState; 5] =
        [GuideState::OnRoute, GuideState::OffRoute, GuideState::WrongWay, GuideState::Arrived, GuideState::NoFix];

    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            GuideState::OnRoute => "on_route",
            GuideState::OffRoute => "off_route",
            GuideState::WrongWay => "wrong_way",
            GuideState::Arrived => "arrived",
            GuideState::NoFix => "no_fix",
        }
    }
}

/// A side of the direction of the route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The route is to the left of the hiker who faces its end.
    Left,
    /// The route is to the right of the hiker who faces its end.
    Right,
}

/// The shortest way back to the route.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WayBack {
    /// Metres to the nearest point of the route.
    pub distance_m: f64,
    /// Direction of that point, degrees clockwise from true north, 0 to 360.
    pub bearing_deg: f64,
    /// Side of the route on which it lies from the hiker, who faces the end of the route.
    pub side: Side,
}

/// The nearest point of the route that lies ahead of the place where the hiker left it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rejoin {
    /// Metres along the route from its start.
    pub along_m: f64,
    /// Metres in a straight line.
    pub distance_m: f64,
    /// Direction, degrees clockwise from true north, 0 to 360.
    pub bearing_deg: f64,
}

/// The result of a fix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GuideUpdate {
    /// Time of the fix, Unix ms.
    pub time_ms: i64,
    /// Where the hiker is in relation to the route.
    pub state: GuideState,
    /// Metres along the route from its start. Off the route, those of the last place on it. `None` until the route was near.
    pub along_m: Option<f64>,
    /// Metres left to the end.
    pub left_m: Option<f64>,
    /// Metres between the fix and the route; `None` without a usable fix.
    pub offset_m: Option<f64>,
    /// The place on the route: longitude, latitude, and elevation where the route has one.
    pub point: Option<Position>,
    /// Metres of ascent left; `None` if the route has no elevations.
    pub ascent_left_m: Option<f64>,
    /// Metres of descent left; `None` if the route has no elevations.
    pub descent_left_m: Option<f64>,
    /// Time of arrival at the end at the hiker's own pace, without breaks, Unix ms.
    pub eta_ms: Option<i64>,
    /// Index of the stage, from 0; `None` if the route has no stages.
    pub stage: Option<usize>,
    /// Probability of the place, 0 to 1.
    pub confidence: f64,
    /// True if another place, 50 m away or more along the route, is nearly as probable.
    pub ambiguous: bool,
    /// The shortest way back, off the route only.
    pub back: Option<WayBack>,
    /// The nearest point ahead, off the route only.
    pub rejoin: Option<Rejoin>,
    /// The next place ahead, as an index into [`GuideContents::places`](super::GuideContents::places).
    pub next_place: Option<usize>,
    /// Announcements that are due with this fix, in order.
    pub events: Vec<GuideEvent>,
}

/// A place ahead or behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GuideTarget {
    /// Index into [`GuideContents::places`](super::GuideContents::places).
    pub place: usize,
    /// Metres of walking, along the route and to the place.
    pub distance_m: f64,
    /// Seconds of walking at the hiker's pace.
    pub seconds: f64,
    /// True if the place is behind the hiker, towards the start of the route.
    pub is_behind: bool,
    /// A sentence to speak.
    pub text: String,
}
