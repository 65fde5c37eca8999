use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Id, Localized};

/// One entry of a vocabulary: a practice, a theme, a difficulty.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// The server's name of the vocabulary (`trek_practice`).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub vocabulary: String,
    /// The server's number.
    pub id: Id,
    /// What people read.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub label: Localized,
    /// Address of its pictogram.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pictogram: Option<String>,
    /// Place among its like, where the office orders them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<i64>,
    /// What only this vocabulary has (`scale`, `color`, `website`, …), as the server gave it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, serde_json::Value>,
}
