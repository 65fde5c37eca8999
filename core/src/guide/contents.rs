//! The objects along a route that a guide announces.

use serde::{Deserialize, Serialize};

/// Everything along a route that a guide announces.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GuideContents {
    /// Places, in any order.
    pub places: Vec<GuidePlace>,
    /// Sensitive areas for the practice of the trek, of all territories.
    pub zones: Vec<GuideZone>,
    /// Stages of an itinerary, in order.
    pub stages: Vec<GuideStage>,
    /// Labels of the trek with advice, such as a park core.
    pub labels: Vec<GuideLabel>,
    /// Languages of the sentences, in the order of preference.
    pub languages: Vec<String>,
}

/// A kind of place along a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuidePlaceKind {
    /// A numbered point of the trek's description.
    ReferencePoint,
    /// A point of interest.
    Poi,
    /// An information desk.
    InformationDesk,
    /// Drinking water.
    Water,
    /// A hut or a shelter.
    Shelter,
}

/// A place along a route.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GuidePlace {
    /// Kind.
    pub kind: GuidePlaceKind,
    /// Identifier of the object for the app, such as `park/poi/12`.
    pub id: String,
    /// Name; for a reference point its number.
    pub name: String,
    /// Metres along the route to the point nearest to the place.
    pub along_m: f64,
    /// Metres from the route to the place.
    pub offset_m: f64,
}

/// A sensitive area that the route crosses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GuideZone {
    /// Identifier of the object for the app.
    pub id: String,
    /// Name.
    pub name: String,
    /// Rules of behaviour, plain text.
    pub rules: String,
    /// Contact for questions, plain text.
    pub contact: String,
    /// One flag for each month in which the area is sensitive, January first.
    pub months: [bool; 12],
    /// Parts of the route in the area: metres along the route from its start, first and last.
    pub crossings_m: Vec<(f64, f64)>,
}

/// A stage of an itinerary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GuideStage {
    /// Name.
    pub name: String,
    /// Metres along the route to its end.
    pub end_m: f64,
}

/// A label of a trek.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GuideLabel {
    /// Name.
    pub name: String,
    /// Advice, plain text.
    pub advice: String,
}
