use serde::{Deserialize, Serialize};

use super::{Geometry, Id, Localized};

/// A city or commune.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct City {
    /// The server's number.
    pub id: Id,
    /// Name.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub name: Localized,
    /// Official code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Its area.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geometry: Option<Geometry>,
    /// Whether it is published.
    #[serde(default)]
    pub is_published: bool,
}

/// A district: a valley, a sector of the park.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct District {
    /// The server's number.
    pub id: Id,
    /// Name.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub name: Localized,
    /// Its area.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geometry: Option<Geometry>,
    /// Whether it is published.
    #[serde(default)]
    pub is_published: bool,
}
