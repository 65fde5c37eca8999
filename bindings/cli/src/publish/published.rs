//! The list of an edition's files at its target. Objects name the pictures, so the files of an earlier edition could only be
//! found by reading it whole. Readers do not need the list.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Target;
use crate::error::Result;

/// Folder of the lists, below the address of the edition.
pub(super) const FOLDER: &str = "editions";
/// The longest list, in bytes: half a million files.
const MAX_BYTES: u64 = 64 << 20;

/// An edition that was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PublishedEdition {
    /// Number of the edition.
    pub(crate) edition: u64,
    /// Number of the edition that was at the target before; `None` for the first one.
    pub(crate) replaces: Option<u64>,
    /// Paths of its files that are named by their content.
    pub(crate) files: BTreeSet<String>,
}

impl PublishedEdition {
    /// The path of the list of an edition.
    pub(crate) fn path(edition: u64) -> String {
        format!("{FOLDER}/{edition}.json")
    }

    /// Whether a path is that of a list.
    pub(crate) fn is_list(path: &str) -> bool {
        let name = path.strip_prefix(FOLDER).and_then(|rest| rest.strip_prefix('/')?.strip_suffix(".json"));
        name.is_some_and(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()))
    }

    /// Reads the list of an edition; `None` if the target has none that can be read.
    pub(crate) fn read(target: &dyn Target, edition: u64) -> Result<Option<PublishedEdition>> {
        let Some(stored) = target.get(&PublishedEdition::path(edition), MAX_BYTES)? else { return Ok(None) };
        let list: Option<PublishedEdition> = serde_json::from_slice(&stored.content).ok();
        Ok(list.filter(|list| list.edition == edition))
    }

    /// Writes the list.
    pub(crate) fn write(&self, target: &dyn Target) -> Result<()> {
        let json = serde_json::to_vec(self).map_err(|error| jalon::Error::Internal { detail: error.to_string() })?;
        target.put(&PublishedEdition::path(self.edition), &json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lists_are_lists() {
        assert!(PublishedEdition::is_list(&PublishedEdition::path(20_261_129_001)));
        for path in ["editions/.json", "editions/a.json", "editions/1.txt", "editions1.json", "1.json"] {
            assert!(!PublishedEdition::is_list(path), "{path}");
        }
    }
}
