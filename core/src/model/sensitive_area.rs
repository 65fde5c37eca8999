use serde::{Deserialize, Serialize};

use super::{Attachment, Geometry, Id, Localized, RichText};

/// The months in which something holds, January first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Season {
    /// One for each month.
    pub months: [bool; 12],
}

impl Season {
    /// Whether it holds in a month, 1 for January to 12 for December.
    pub fn contains_month(&self, month: u8) -> bool {
        (1..=12).contains(&month) && self.months[usize::from(month) - 1]
    }
}

/// An area where animals must be left in peace, or where rules hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SensitiveArea {
    /// The server's number.
    pub id: Id,
    /// Species, or name of the rules.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub name: Localized,
    /// Vocabulary `sensitivearea_species`; none for an area of rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub species: Option<Id>,
    /// Why.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub description: RichText,
    /// Whom to ask.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub contact: RichText,
    /// Where to read more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub info_url: Option<String>,
    /// Practices that it concerns (vocabulary `sensitivearea_practice`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub practices: Vec<Id>,
    /// When.
    #[serde(default)]
    pub season: Season,
    /// Metres to keep away, also above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elevation_m: Option<f64>,
    /// Metres around a point, where the server gives them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub radius_m: Option<f64>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geometry: Option<Geometry>,
    /// What to do and not to do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// Address of its KML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kml_url: Option<String>,
    /// Address of its OpenAir file, for aerial practices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub openair_url: Option<String>,
    /// Whether it is published.
    #[serde(default)]
    pub is_published: bool,
    /// Pictures, files and videos, the cover first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// From whom the office imported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Structure that looks after it (vocabulary `structure`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub structure: Option<Id>,
    /// When it was made, Unix ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_ms: Option<i64>,
    /// When the server says it was last changed, Unix ms. Many-to-many changes do not move it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_ms: Option<i64>,
}

/// One rule of a sensitive area.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// The server's number.
    pub id: Id,
    /// Its code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Name.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub name: Localized,
    /// What it asks.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub description: RichText,
    /// Pictogram.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pictogram: Option<String>,
    /// Where to read more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}
