//! Guides along treks.

use jalon::guide;
pub use jalon::guide::{
    GuideEvent, GuideEventKind, GuideLabel, GuidePlace, GuidePlaceKind, GuideStage, GuideState, Rejoin, Side, WayBack,
};

use super::Position;
use crate::convert::{all, from_core};

/// Where the hiker is in relation to the route.
#[uniffi::remote(Enum)] pub enum GuideState {
    /** On the route, walking towards its end or standing. */ OnRoute,
    /** Away from the route. */ OffRoute,
    /** On the route, walking towards its start. */ WrongWay,
    /** At the end of the route. */ Arrived,
    /** The fix cannot be used: it is invalid or too inaccurate. */ NoFix,
}

/// A side of the direction of the route.
#[uniffi::remote(Enum)] pub enum Side {
    /** The route is to the left of the hiker who faces its end. */ Left,
    /** The route is to the right of the hiker who faces its end. */ Right,
}

/// The shortest way back to the route.
#[uniffi::remote(Record)] pub struct WayBack {
    /** Metres to the nearest point of the route. */ pub distance_m: f64,
    /** Direction of that point, degrees clockwise from true north, 0 to 360. */ pub bearing_deg: f64,
    /** Side on which the route lies from the hiker, who faces its end. */ pub side: Side,
}

/// The nearest point of the route ahead of the place where the hiker left it.
#[uniffi::remote(Record)] pub struct Rejoin {
    /** Metres along the route from its start. */ pub along_m: f64,
    /** Metres in a straight line. */ pub distance_m: f64,
    /** Direction, degrees clockwise from true north, 0 to 360. */ pub bearing_deg: f64,
}

/// A kind of announcement.
#[uniffi::remote(Enum)] pub enum GuideEventKind {
    /** A label of the trek with its advice, at the beginning. */ Label,
    /** A numbered point of the trek's description. */ ReferencePoint,
    /** A point of interest ahead. */ PoiAhead,
    /** An information desk ahead. */ DeskAhead,
    /** Drinking water ahead. */ WaterAhead,
    /** A hut or a shelter ahead. */ ShelterAhead,
    /** The end of a stage ahead. */ StageEnd,
    /** A steep section ahead. */ SteepSection,
    /** A sensitive area ahead, in season at the time of passing. */ ZoneAhead,
    /** The hiker is in a sensitive area. */ ZoneEntered,
    /** The hiker has left a sensitive area. */ ZoneLeft,
    /** The hiker has left the route. */ OffRoute,
    /** The hiker is on the route again. */ OnRoute,
    /** The hiker walks towards the start. */ WrongWay,
    /** The hiker walks towards the end again. */ RightWay,
    /** The hiker is at the end. */ Arrived,
    /** The hiker will arrive after sunset. */ Late,
}

/// An announcement.
#[uniffi::remote(Record)] pub struct GuideEvent {
    /** Time of the fix, Unix ms. */ pub time_ms: i64,
    /** Its kind. */ pub kind: GuideEventKind,
    /** Metres along the route to the subject of the announcement. */ pub along_m: f64,
    /** Identifier of the object, such as `park/poi/12`. */ pub id: Option<String>,
    /** Name of the object. */ pub name: Option<String>,
    /** A sentence to speak. */ pub text: String,
}

/// The result of a fix.
#[derive(uniffi::Record)] pub struct GuideUpdate {
    /** Time of the fix, Unix ms. */ pub time_ms: i64,
    /** Where the hiker is in relation to the route. */ pub state: GuideState,
    /** Metres along the route from its start; off the route those of the last place on it. None until the route was near. */ pub along_m: Option<f64>,
    /** Metres left to the end. */ pub left_m: Option<f64>,
    /** Metres between the fix and the route; none without a usable fix. */ pub offset_m: Option<f64>,
    /** The place on the route, with the elevation of the route. */ pub point: Option<Position>,
    /** Metres of ascent left; none if the route has no elevations. */ pub ascent_left_m: Option<f64>,
    /** Metres of descent left; none if the route has no elevations. */ pub descent_left_m: Option<f64>,
    /** Time of arrival at the hiker's own pace, without breaks, Unix ms. */ pub eta_ms: Option<i64>,
    /** Index of the stage in the contents; none if the route has no stages. */ pub stage: Option<u32>,
    /** Probability of the place, 0 to 1. */ pub confidence: f64,
    /** True if another place, 50 m away or more along the route, is nearly as probable. */ pub ambiguous: bool,
    /** The shortest way back, off the route only. */ pub back: Option<WayBack>,
    /** The nearest point ahead, off the route only. */ pub rejoin: Option<Rejoin>,
    /** Index of the next place ahead in the contents. */ pub next_place: Option<u32>,
    /** Announcements that are due with this fix, in order. */ pub events: Vec<GuideEvent>,
}

from_core!(guide::GuideUpdate => GuideUpdate
    same { time_ms, state, along_m, left_m, offset_m, point, ascent_left_m, descent_left_m, eta_ms, confidence, ambiguous, back, rejoin, events }
    core { stage, next_place }
    own { stage: stage.map(|index| index as u32), next_place: next_place.map(|index| index as u32) });

impl From<GuideUpdate> for guide::GuideUpdate {
    fn from(update: GuideUpdate) -> guide::GuideUpdate {
        let GuideUpdate {
            time_ms, state, along_m, left_m, offset_m, point, ascent_left_m, descent_left_m, eta_ms, stage, confidence, ambiguous,
            back, rejoin, next_place, events,
        } = update;
        let (stage, next_place) = (stage.map(|index| index as usize), next_place.map(|index| index as usize));
        guide::GuideUpdate {
            time_ms, state, along_m, left_m, offset_m, point, ascent_left_m, descent_left_m, eta_ms, stage, confidence, ambiguous,
            back, rejoin, next_place, events,
        }
    }
}

/// A place ahead or behind.
#[derive(uniffi::Record)] pub struct GuideTarget {
    /** Index of the place in the contents. */ pub place: u32,
    /** Metres of walking, along the route and to the place. */ pub distance_m: f64,
    /** Seconds of walking at the hiker's pace. */ pub seconds: f64,
    /** True if the place is behind the hiker, towards the start of the route. */ pub is_behind: bool,
    /** A sentence to speak. */ pub text: String,
}

from_core!(guide::GuideTarget => GuideTarget same { distance_m, seconds, is_behind, text } core { place } own { place: place as u32 });

/// A kind of place along a route.
#[uniffi::remote(Enum)] pub enum GuidePlaceKind {
    /** A numbered point of the trek's description. */ ReferencePoint,
    /** A point of interest. */ Poi,
    /** An information desk. */ InformationDesk,
    /** Drinking water. */ Water,
    /** A hut or a shelter. */ Shelter,
}

/// A place along a route.
#[uniffi::remote(Record)] pub struct GuidePlace {
    /** Its kind. */ pub kind: GuidePlaceKind,
    /** Identifier of the object, such as `park/poi/12`; empty for a reference point. */ pub id: String,
    /** Its name; for a reference point its number. */ pub name: String,
    /** Metres along the route to the point nearest to the place. */ pub along_m: f64,
    /** Metres from the route to the place. */ pub offset_m: f64,
}

/// A part of a route.
#[derive(uniffi::Record)] pub struct RouteSection {
    /** Metres along the route to its start. */ pub start_m: f64,
    /** Metres along the route to its end. */ pub end_m: f64,
}

/// A sensitive area that a route crosses.
#[derive(uniffi::Record)] pub struct GuideZone {
    /** Identifier of the object, such as `park/sensitive_area/3`. */ pub id: String,
    /** Its name. */ pub name: String,
    /** Rules of behaviour, plain text. */ pub rules: String,
    /** Contact for questions, plain text. */ pub contact: String,
    /** Months in which it is sensitive, 1 to 12; empty if unknown, which counts as the whole year. */ pub months: Vec<u32>,
    /** Parts of the route in the area. */ pub crossings: Vec<RouteSection>,
}

from_core!(guide::GuideZone => GuideZone same { id, name, rules, contact } core { months, crossings_m } own {
    months: (1_u32..).zip(months).filter(|(_, is_sensitive)| *is_sensitive).map(|(month, _)| month).collect(),
    crossings: crossings_m.into_iter().map(|(start_m, end_m)| RouteSection { start_m, end_m }).collect()
});

/// A stage of an itinerary.
#[uniffi::remote(Record)] pub struct GuideStage {
    /** Its name. */ pub name: String,
    /** Metres along the route to its end. */ pub end_m: f64,
}

/// A label of a trek.
#[uniffi::remote(Record)] pub struct GuideLabel {
    /** Its name. */ pub name: String,
    /** Its advice, plain text. */ pub advice: String,
}

/// Everything along a route that a guide announces.
#[derive(uniffi::Record)] pub struct GuideContents {
    /** Places, in any order. */ pub places: Vec<GuidePlace>,
    /** Sensitive areas of all territories. */ pub zones: Vec<GuideZone>,
    /** Stages of an itinerary, in order. */ pub stages: Vec<GuideStage>,
    /** Labels of the trek with advice, such as a park core. */ pub labels: Vec<GuideLabel>,
    /** Languages of the sentences, in the order of preference. */ pub languages: Vec<String>,
}

from_core!(guide::GuideContents => GuideContents same { places, stages, labels, languages } core { zones } own { zones: all(zones) });
