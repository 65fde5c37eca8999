use serde::{Deserialize, Serialize};

use super::{Attachment, Geometry, HdView, Id, Localized, RichText};

/// A point of interest: what there is to see.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Poi {
    /// The server's number.
    pub id: Id,
    /// Alternate identity, stable across servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// Name.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub name: Localized,
    /// What it is.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub description: RichText,
    /// Vocabulary `poi_type`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poi_type: Option<Id>,
    /// Label of that type.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub type_label: Localized,
    /// Pictogram of that type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub type_pictogram: Option<String>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geometry: Option<Geometry>,
    /// Pictures, files and videos, the cover first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Panoramas in high definition.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub view_points: Vec<HdView>,
    /// Its id at that provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// From whom the office imported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Structure that looks after it (vocabulary `structure`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub structure: Option<Id>,
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
