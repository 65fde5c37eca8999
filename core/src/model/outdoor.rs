use serde::{Deserialize, Serialize};

use super::{Attachment, Geometry, HdView, Id, Localized, Position, RichText, WebLink};

/// An outdoor site: a crag, a canyon, a take-off.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Site {
    /// The server's number.
    pub id: Id,
    /// Alternate identity, stable across servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// Name.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub name: Localized,
    /// Short description.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub description_teaser: RichText,
    /// Description.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub description: RichText,
    /// What it is like.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub ambiance: RichText,
    /// Recommendations.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub advice: RichText,
    /// Accessibility.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub accessibility: RichText,
    /// When to go.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub period: RichText,
    /// Vocabulary `outdoor_practice`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub practice: Option<Id>,
    /// Vocabulary `outdoor_sector`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector: Option<Id>,
    /// Vocabulary `outdoor_sitetype`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_type: Option<Id>,
    /// Which way it faces: N, NE, E, …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orientation: Vec<String>,
    /// Winds that suit it: N, NE, E, …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wind: Vec<String>,
    /// Vocabulary `outdoor_rating`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ratings: Vec<Id>,
    /// Vocabulary `label`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<Id>,
    /// Vocabulary `theme`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub themes: Vec<Id>,
    /// Vocabulary `organism`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub managers: Vec<Id>,
    /// Desks that know about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub information_desks: Vec<Id>,
    /// Sources (vocabulary `source`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source: Vec<Id>,
    /// Portals that show it (vocabulary `portal`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub portal: Vec<Id>,
    /// Structure that looks after it (vocabulary `structure`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub structure: Option<Id>,
    /// Site that it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Id>,
    /// That site's uuid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_uuid: Option<String>,
    /// Its parts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Id>,
    /// Their uuids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children_uuids: Vec<String>,
    /// Courses on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub courses: Vec<Id>,
    /// Their uuids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub courses_uuids: Vec<String>,
    /// Cities that it lies in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cities: Vec<Id>,
    /// Their official codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub city_codes: Vec<String>,
    /// Districts that it lies in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub districts: Vec<Id>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geometry: Option<Geometry>,
    /// Links.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub web_links: Vec<WebLink>,
    /// Panoramas in high definition.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub view_points: Vec<HdView>,
    /// Pictures, files and videos, the cover first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Addresses of its printable sheet, by language.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub pdf: Localized,
    /// From whom the office imported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Its id at that provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Languages in which it is published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub published: Vec<String>,
}

/// An outdoor course: a climb, a descent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Course {
    /// The server's number.
    pub id: Id,
    /// Alternate identity, stable across servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// Name.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub name: Localized,
    /// Description.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub description: RichText,
    /// Recommendations.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub advice: RichText,
    /// What is in place.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub equipment: RichText,
    /// What to bring.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub gear: RichText,
    /// Accessibility.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub accessibility: RichText,
    /// About the ratings.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub ratings_description: RichText,
    /// Vocabulary `outdoor_coursetype`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course_type: Option<Id>,
    /// Vocabulary `outdoor_rating`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ratings: Vec<Id>,
    /// Hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_h: Option<f64>,
    /// Metres of height.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height_m: Option<f64>,
    /// Metres of length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length_m: Option<f64>,
    /// Lowest point, metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_elevation_m: Option<f64>,
    /// Highest point, metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_elevation_m: Option<f64>,
    /// Numbered points, the first is number 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub points_reference: Vec<Position>,
    /// Sites that it is on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<Id>,
    /// Their uuids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites_uuids: Vec<String>,
    /// Its parts, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Id>,
    /// Their uuids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children_uuids: Vec<String>,
    /// Courses that it is a part of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<Id>,
    /// Their uuids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parents_uuids: Vec<String>,
    /// Cities that it lies in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cities: Vec<Id>,
    /// Their official codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub city_codes: Vec<String>,
    /// Districts that it lies in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub districts: Vec<Id>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geometry: Option<Geometry>,
    /// Structure that looks after it (vocabulary `structure`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub structure: Option<Id>,
    /// Pictures, files and videos, the cover first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Addresses of its printable sheet, by language.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub pdf: Localized,
    /// From whom the office imported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Its id at that provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Languages in which it is published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub published: Vec<String>,
}
