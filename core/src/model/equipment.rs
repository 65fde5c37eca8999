use serde::{Deserialize, Serialize};

use super::{Attachment, Geometry, Id, Localized, RichText};

/// A service by the way: water, toilets, a picnic table. Its type is its name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// The server's number.
    pub id: Id,
    /// Alternate identity, stable across servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// Vocabulary `service_type`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_type: Option<Id>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geometry: Option<Geometry>,
    /// Its id at that provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Structure that looks after it (vocabulary `structure`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub structure: Option<Id>,
    /// From whom the office imported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
}

/// A signpost with its blades.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Signage {
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
    /// Code.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// Vocabulary `signage_type`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signage_type: Option<Id>,
    /// Vocabulary `signage_condition`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Id>,
    /// Year in which it was put up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub implantation_year: Option<i64>,
    /// Metres written on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub printed_elevation: Option<i64>,
    /// Vocabulary `signage_sealing`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealing: Option<Id>,
    /// Its blades.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blades: Vec<Blade>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geometry: Option<Geometry>,
    /// Pictures, files and videos, the cover first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Its id at that provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Structure that looks after it (vocabulary `structure`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub structure: Option<Id>,
    /// From whom the office imported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
}

/// One blade of a signpost.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Blade {
    /// The server's number.
    pub id: Id,
    /// Its number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub number: String,
    /// Vocabulary `signage_color`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<Id>,
    /// Vocabulary `signage_direction`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Id>,
    /// What is written on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<BladeLine>,
}

/// One line of a blade.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BladeLine {
    /// The server's number.
    pub id: Id,
    /// Vocabulary `signage_direction`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Id>,
    /// Text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Kilometres written there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance_km: Option<f64>,
    /// Time written there, HH:MM:SS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Pictograms.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pictograms: Vec<BladePictogram>,
}

/// A pictogram on a blade.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BladePictogram {
    /// Label.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// Code.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// Description.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Address of the picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pictogram: Option<String>,
}

/// A footbridge, a bench, a shelter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Infrastructure {
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
    /// Accessibility.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub accessibility: RichText,
    /// Vocabulary `infrastructure_type`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub infrastructure_type: Option<Id>,
    /// Vocabulary `infrastructure_condition`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Id>,
    /// Year in which it was built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub implantation_year: Option<i64>,
    /// Vocabulary `infrastructure_maintenance_difficulty_level`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maintenance_difficulty: Option<Id>,
    /// Vocabulary `infrastructure_usage_difficulty_level`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage_difficulty: Option<Id>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geometry: Option<Geometry>,
    /// Pictures, files and videos, the cover first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Its id at that provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Structure that looks after it (vocabulary `structure`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub structure: Option<Id>,
    /// From whom the office imported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
}
