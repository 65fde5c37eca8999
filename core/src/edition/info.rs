//! What the office is shown of an edition.

use super::{License, Manifest, Source};
use crate::error::Result;

/// The description of an edition, from its manifest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EditionInfo {
    /// Title of the territory.
    pub title: String,
    /// Description of the territory; may be empty.
    pub description: String,
    /// Number of the edition; a later edition of the same territory has a higher one.
    pub edition: u64,
    /// Time at which the territory was frozen, Unix ms.
    pub created_ms: i64,
    /// Time after which readers refuse the edition, Unix ms; `None` if it does not expire.
    pub expires_ms: Option<i64>,
    /// Licences of the data.
    pub licenses: Vec<License>,
    /// Origins of the data.
    pub sources: Vec<Source>,
    /// Languages of the territory, as the server writes them.
    pub languages: Vec<String>,
    /// Default language of the territory.
    pub default_language: String,
}

impl EditionInfo {
    /// Reads the description from the bytes of a manifest. No signature is verified.
    ///
    /// # Errors
    /// [`Error::Server`](crate::Error::Server) if the manifest breaks a rule of the format;
    /// [`Error::TooNew`](crate::Error::TooNew).
    pub fn from_manifest(manifest: &[u8]) -> Result<EditionInfo> {
        Ok(EditionInfo::of(&Manifest::parse(manifest)?))
    }

    pub(super) fn of(manifest: &Manifest) -> EditionInfo {
        EditionInfo {
            title: manifest.title.clone(),
            description: manifest.description.clone(),
            edition: manifest.edition,
            created_ms: manifest.created_ms,
            expires_ms: manifest.expires_ms,
            licenses: manifest.licenses.clone(),
            sources: manifest.sources.clone(),
            languages: manifest.languages.clone(),
            default_language: manifest.default_language.clone(),
        }
    }
}
