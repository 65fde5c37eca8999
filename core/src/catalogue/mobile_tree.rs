//! Territories that are read from Geotrek's static mobile tree: which files of the tree were applied, with their validators and
//! the objects in them. An unchanged file is not downloaded again, and its objects stay.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};

use super::{Catalogue, Territory, WriteTransaction};
use crate::error::{Error, Result};
use crate::geotrek::Layout;
use crate::id::TerritoryId;
use crate::model::{Id, Kind};
use crate::transfer::Validators;

pub(super) const TABLES: &str = "
CREATE TABLE jalon_mobile_tree (territory INTEGER PRIMARY KEY, state TEXT NOT NULL);
CREATE TABLE jalon_mobile_file (
  territory INTEGER NOT NULL, language TEXT NOT NULL, path TEXT NOT NULL, data TEXT NOT NULL,
  PRIMARY KEY (territory, language, path)) WITHOUT ROWID;
";

/// The state of a tree as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct MobileTreeState {
    /// How the web server finds the files of a language; `None` before the first refresh.
    pub(crate) layout: Option<Layout>,
    /// Kinds of which the tree had no object at the last look, although the catalogue had some.
    pub(crate) empty: BTreeSet<Kind>,
}

/// A file of a tree that was applied.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct MobileFile {
    /// For the next conditional request.
    pub(crate) validators: Validators,
    /// The objects in it.
    pub(crate) objects: BTreeMap<Kind, BTreeSet<Id>>,
    /// Of the file of a trek: its stages, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) stages: Vec<Id>,
    /// Of the list of treks: a hash of each entry.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) entries: BTreeMap<Id, String>,
    /// Whether the server lacked the file at the last look. Its objects stay until it lacks the file again.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_missing: bool,
}

/// The files of a tree, by language and path.
pub(crate) type MobileFiles = BTreeMap<(String, String), MobileFile>;

impl Catalogue {
    /// The state of the mobile tree of a territory; `None` if the territory is not read from one.
    pub(crate) fn mobile_tree_state(&self, territory: &Territory) -> Result<Option<MobileTreeState>> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT state FROM jalon_mobile_tree WHERE territory = ?1")?;
            let state: Option<String> = statement.query_row([territory.key], |row| row.get(0)).optional()?;
            Ok(state.map(|state| serde_json::from_str(&state).unwrap_or_default()))
        })
    }

    /// The files of the mobile tree of a territory that were applied.
    pub(crate) fn mobile_files(&self, territory: &Territory) -> Result<MobileFiles> {
        self.read(|connection| {
            let sql = "SELECT language, path, data FROM jalon_mobile_file WHERE territory = ?1";
            let mut statement = connection.prepare_cached(sql)?;
            let mut rows = statement.query([territory.key])?;
            let mut files = MobileFiles::new();
            while let Some(row) = rows.next()? {
                let file = serde_json::from_str(row.get_ref(2)?.as_str().unwrap_or_default());
                let file = file.map_err(|_| Error::corrupt("a file of a mobile tree cannot be read"))?;
                files.insert((row.get(0)?, row.get(1)?), file);
            }
            Ok(files)
        })
    }
}

impl WriteTransaction<'_> {
    /// Stores that a territory is read from a mobile tree, and what is known of the tree.
    pub(crate) fn set_mobile_tree(&mut self, territory: TerritoryId, state: &MobileTreeState) -> Result<()> {
        let state = serde_json::to_string(state).map_err(Error::internal)?;
        let sql = "REPLACE INTO jalon_mobile_tree (territory, state) VALUES (?1, ?2)";
        self.connection().execute(sql, (territory, state))?;
        Ok(())
    }

    /// Replaces the list of the files of a mobile tree that were applied.
    pub(crate) fn set_mobile_files(&mut self, territory: &Territory, files: &MobileFiles) -> Result<()> {
        self.connection().execute("DELETE FROM jalon_mobile_file WHERE territory = ?1", [territory.key])?;
        let sql = "INSERT INTO jalon_mobile_file (territory, language, path, data) VALUES (?1, ?2, ?3, ?4)";
        let mut insert = self.connection().prepare_cached(sql)?;
        for ((language, path), file) in files {
            let data = serde_json::to_string(file).map_err(Error::internal)?;
            insert.execute((territory.key, language, path, data))?;
        }
        Ok(())
    }
}
