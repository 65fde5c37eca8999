//! Announcements.

use serde::{Deserialize, Serialize};

/// A kind of announcement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuideEventKind {
    /// A label of the trek with its advice, at the beginning.
    Label,
    /// A numbered point of the trek's description.
    ReferencePoint,
    /// A point of interest ahead.
    PoiAhead,
    /// An information desk ahead.
    DeskAhead,
    /// Drinking water ahead.
    WaterAhead,
    /// A hut or a shelter ahead.
    ShelterAhead,
    /// The end of a stage ahead.
    StageEnd,
    /// A steep section ahead.
    SteepSection,
    /// A sensitive area ahead, in season at the time of passing.
    ZoneAhead,
    /// The hiker is in a sensitive area.
    ZoneEntered,
    /// The hiker has left a sensitive area.
    ZoneLeft,
    /// The hiker has left the route.
    OffRoute,
    /// The hiker is on the route again.
    OnRoute,
    /// The hiker walks towards the start.
    WrongWay,
    /// The hiker walks towards the end again.
    RightWay,
    /// The hiker is at the end.
    Arrived,
    /// The hiker will arrive after sunset.
    Late,
}

impl GuideEventKind {
    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            GuideEventKind::Label => "label",
            GuideEventKind::ReferencePoint => "reference_point",
            GuideEventKind::PoiAhead => "poi_ahead",
            GuideEventKind::DeskAhead => "desk_ahead",
            GuideEventKind::WaterAhead => "water_ahead",
            GuideEventKind::ShelterAhead => "shelter_ahead",
            GuideEventKind::StageEnd => "stage_end",
            GuideEventKind::SteepSection => "steep_section",
            GuideEventKind::ZoneAhead => "zone_ahead",
            GuideEventKind::ZoneEntered => "zone_entered",
            GuideEventKind::ZoneLeft => "zone_left",
            GuideEventKind::OffRoute => "off_route",
            GuideEventKind::OnRoute => "on_route",
            GuideEventKind::WrongWay => "wrong_way",
            GuideEventKind::RightWay => "right_way",
            GuideEventKind::Arrived => "arrived",
            GuideEventKind::Late => "late",
        }
    }
}

/// An announcement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GuideEvent {
    /// Time of the fix, Unix ms.
    pub time_ms: i64,
    /// Kind.
    pub kind: GuideEventKind,
    /// Metres along the route to the subject of the announcement.
    pub along_m: f64,
    /// Identifier of the object, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Name of the object, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A sentence to speak.
    pub text: String,
}
