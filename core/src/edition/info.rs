//! What people are shown of an edition.

use serde::Serialize;

use super::manifest_json::{License, Source};

/// The description of an edition, from its manifest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EditionInfo {
    /// Title of the territory.
    pub title: String,
    /// Version as people read it.
    pub version: String,
    /// Number of the edition; a later edition of the same territory has a higher one.
    pub edition: u64,
    /// Time at which the territory was frozen, Unix ms.
    pub created_ms: i64,
    /// Time after which the edition should no longer be relied on, Unix ms; `None` if it does not expire.
    pub expires_ms: Option<i64>,
    /// Licences of the data.
    pub licenses: Vec<License>,
    /// Origins of the data.
    pub sources: Vec<Source>,
    /// Id of the key that signed the manifest; `None` if no signature was checked.
    pub signed_by: Option<String>,
}
