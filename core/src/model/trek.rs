use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AccessibilityPicture, Attachment, Geometry, HdView, Id, Localized, Position, RichText};

/// A walk, an itinerary of several days, or one stage of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Trek {
    /// The server's number.
    pub id: Id,
    /// Alternate identity, stable across servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// Name.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub name: Localized,
    /// Name of the departure.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub departure: Localized,
    /// Name of the arrival.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub arrival: Localized,
    /// Short description.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub description_teaser: RichText,
    /// Step by step.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub description: RichText,
    /// What it is like.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub ambiance: RichText,
    /// How to get there.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub access: RichText,
    /// Recommendations.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub advice: RichText,
    /// Where to park.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub advised_parking: RichText,
    /// What to bring.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub gear: RichText,
    /// By bus or train.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub public_transport: RichText,
    /// About the ratings.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub ratings_description: RichText,
    /// Facilities for people with disabilities.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub disabled_infrastructure: RichText,
    /// Accessibility: advice.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub accessibility_advice: RichText,
    /// Accessibility: what the ground is made of.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub accessibility_covering: RichText,
    /// Accessibility: exposure.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub accessibility_exposure: RichText,
    /// Accessibility: signage.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub accessibility_signage: RichText,
    /// Accessibility: slope.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub accessibility_slope: RichText,
    /// Accessibility: width.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub accessibility_width: RichText,
    /// Vocabulary `trek_accessibility`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accessibilities: Vec<Id>,
    /// Vocabulary `trek_accessibility_level`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accessibility_level: Option<Id>,
    /// Vocabulary `trek_practice`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub practice: Option<Id>,
    /// Vocabulary `trek_difficulty`; the order of ids is the order of difficulty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difficulty: Option<Id>,
    /// Loop, there and back, crossing (vocabulary `trek_route`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<Id>,
    /// Waymarking (vocabulary `trek_network`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<Id>,
    /// Vocabulary `theme`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub themes: Vec<Id>,
    /// Vocabulary `label`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<Id>,
    /// Vocabulary `trek_rating`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ratings: Vec<Id>,
    /// Sources (vocabulary `source`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source: Vec<Id>,
    /// Portals that show it (vocabulary `portal`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub portal: Vec<Id>,
    /// Structure that looks after it (vocabulary `structure`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub structure: Option<Id>,
    /// Desks that know about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub information_desks: Vec<Id>,
    /// Where to book (vocabulary `reservationsystem`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reservation_system: Option<Id>,
    /// Its id there.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reservation_id: String,
    /// Its id at that provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// A second such id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_external_id: Option<String>,
    /// From whom the office imported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Hours that the office gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_h: Option<f64>,
    /// Metres on the map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length_2d_m: Option<f64>,
    /// Metres along the slope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length_3d_m: Option<f64>,
    /// Metres up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ascent_m: Option<f64>,
    /// Metres down, as the server writes them: zero or negative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub descent_m: Option<f64>,
    /// Lowest point, metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_elevation_m: Option<f64>,
    /// Highest point, metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_elevation_m: Option<f64>,
    /// The line to walk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geometry: Option<Geometry>,
    /// Where it starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub departure_point: Option<Position>,
    /// Where to park.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parking_location: Option<Position>,
    /// Numbered points of the description, the first is number 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub points_reference: Vec<Position>,
    /// Cities that it lies in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cities: Vec<Id>,
    /// Their official codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub city_codes: Vec<String>,
    /// Districts that it lies in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub districts: Vec<Id>,
    /// City where it starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub departure_city: Option<Id>,
    /// Its official code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub departure_city_code: Option<String>,
    /// Its stages, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Id>,
    /// Itineraries that it is a stage of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<Id>,
    /// Stage before, by itinerary.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub previous: BTreeMap<Id, Option<Id>>,
    /// Stage after, by itinerary.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub next: BTreeMap<Id, Option<Id>>,
    /// Pictures, files and videos, the cover first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Pictures of how accessible it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments_accessibility: Vec<AccessibilityPicture>,
    /// Panoramas in high definition.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub view_points: Vec<HdView>,
    /// Links.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub web_links: Vec<WebLink>,
    /// Address of its GPX.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpx: Option<String>,
    /// Address of its KML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kml: Option<String>,
    /// Addresses of its printable sheet, by language.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub pdf: Localized,
    /// Languages in which it is published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub published: Vec<String>,
    /// When it was made, Unix ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_ms: Option<i64>,
    /// When the server says it was last changed, Unix ms. Many-to-many changes do not move it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_ms: Option<i64>,
}

/// One stage of an itinerary, as its parent orders them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// The itinerary.
    pub parent: Id,
    /// The trek that is the stage.
    pub child: Id,
    /// Place in the itinerary, from 1.
    pub number: i64,
}

/// A link with its class.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WebLink {
    /// What it is called.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub name: Localized,
    /// Where it leads.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub url: String,
    /// Vocabulary `weblink_category`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Id>,
    /// Label of that class.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub category_label: Localized,
    /// Pictogram of that class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category_pictogram: Option<String>,
}

impl Trek {
    /// The length in metres: along the slope if the server gives it, else on the map.
    pub fn length_m(&self) -> Option<f64> {
        self.length_3d_m.or(self.length_2d_m)
    }
}
