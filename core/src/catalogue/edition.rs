//! The editions of territories that are read from static files: which one is on the device, the public keys that may sign the
//! next, and which parts of its files were applied. An unchanged part is not downloaded again.

use std::collections::BTreeMap;
#[cfg(feature = "edition")]
use std::collections::BTreeSet;

#[cfg(feature = "edition")]
use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};

use super::WriteTransaction;
#[cfg(feature = "edition")]
use super::{Catalogue, Territory};
use crate::error::{Error, Result};
use crate::id::TerritoryId;
use crate::model::Bounds;
#[cfg(feature = "edition")]
use crate::model::{Id, Kind};
use crate::transfer::Validators;

pub(super) const TABLES: &str = "
CREATE TABLE jalon_edition (territory INTEGER PRIMARY KEY, info TEXT NOT NULL, state TEXT NOT NULL);
CREATE TABLE jalon_edition_part (
  territory INTEGER NOT NULL, kind TEXT NOT NULL, sha256 TEXT NOT NULL, ids TEXT NOT NULL,
  PRIMARY KEY (territory, kind, sha256)) WITHOUT ROWID;
";

/// The edition that a territory is read from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TerritoryEdition {
    /// The bounding box that the territory is limited to, in degrees; `None` for the whole edition.
    pub bounds: Option<Bounds>,
    /// Number of the edition on the device; 0 before the first refresh. An edition with a lower number is refused.
    pub number: u64,
    /// Title of the territory.
    pub title: String,
    /// Address of the Geotrek server that takes reports; `None` if the edition names none.
    pub server: Option<String>,
    /// Time at which the edition was built, Unix ms.
    pub created_ms: Option<i64>,
    /// Time after which the edition counts as out of date, Unix ms.
    pub expires_ms: Option<i64>,
    /// Licences of the data.
    pub licenses: Vec<String>,
    /// Sources of the data, to be named where it is shown.
    pub sources: Vec<String>,
    /// Id of the key that signed the edition, in hexadecimal.
    pub signed_by: Option<String>,
    /// Public keys that may sign the next edition, in minisign's format. Empty before the first refresh, if none was given.
    pub public_keys: Vec<String>,
}

/// The applied edition, which a refresh compares with the server's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct EditionState {
    /// Validators of the manifest, for conditional requests.
    pub(crate) validators: Validators,
    /// SHA-256 of the manifest, in hexadecimal.
    pub(crate) manifest_sha256: String,
    /// SHA-256 of each file that was applied, by the name of its resource.
    pub(crate) files: BTreeMap<String, String>,
}

/// Objects by the part of a file that they were read from: by kind and SHA-256 of the part, in hexadecimal.
#[cfg(feature = "edition")]
pub(crate) type EditionParts = BTreeMap<(Kind, String), BTreeSet<Id>>;

#[cfg(feature = "edition")]
impl Catalogue {
    /// The state of the edition of a territory; `None` if the territory is not read from one.
    pub(crate) fn edition_state(&self, territory: &Territory) -> Result<Option<EditionState>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT state FROM jalon_edition WHERE territory = ?1")?;
            let state: Option<String> = statement.query_row([territory.key], |row| row.get(0)).optional()?;
            Ok(state.map(|state| serde_json::from_str(&state).unwrap_or_default()))
        })
    }

    /// The parts of an edition that were applied.
    pub(crate) fn edition_parts(&self, territory: &Territory) -> Result<EditionParts> {
        self.read(|connection| {
            let sql = "SELECT kind, sha256, ids FROM jalon_edition_part WHERE territory = ?1";
            let mut statement = connection.prepare_cached(sql)?;
            let mut rows = statement.query([territory.key])?;
            let mut parts = EditionParts::new();
            while let Some(row) = rows.next()? {
                let Ok(kind) = row.get_ref(0)?.as_str().unwrap_or_default().parse() else { continue };
                let ids = serde_json::from_str(row.get_ref(2)?.as_str().unwrap_or_default());
                let ids = ids.map_err(|_| Error::corrupt("the objects of a part of an edition cannot be read"))?;
                parts.insert((kind, row.get(1)?), ids);
            }
            Ok(parts)
        })
    }
}

impl WriteTransaction<'_> {
    /// Stores that a territory is read from an edition, and which one is on the device.
    pub(crate) fn set_edition(
        &mut self,
        territory: TerritoryId,
        info: &TerritoryEdition,
        state: &EditionState,
    ) -> Result<()> {
        let json = |value: serde_json::Result<String>| value.map_err(Error::internal);
        let (info, state) = (json(serde_json::to_string(info))?, json(serde_json::to_string(state))?);
        let sql = "REPLACE INTO jalon_edition (territory, info, state) VALUES (?1, ?2, ?3)";
        self.connection().execute(sql, (territory, info, state))?;
        Ok(())
    }

    /// Replaces the list of the parts of an edition that were applied.
    #[cfg(feature = "edition")]
    pub(crate) fn set_edition_parts(&mut self, territory: &Territory, parts: &EditionParts) -> Result<()> {
        self.connection().execute("DELETE FROM jalon_edition_part WHERE territory = ?1", [territory.key])?;
        let sql = "INSERT INTO jalon_edition_part (territory, kind, sha256, ids) VALUES (?1, ?2, ?3, ?4)";
        let mut insert = self.connection().prepare_cached(sql)?;
        for ((kind, sha256), ids) in parts {
            let ids = serde_json::to_string(ids).map_err(Error::internal)?;
            insert.execute((territory.key, kind.as_str(), sha256, ids))?;
        }
        Ok(())
    }
}
