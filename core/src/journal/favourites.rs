//! Favourites: objects that the person marked.

use rusqlite::Transaction;
use serde::{Deserialize, Serialize};

use super::Journal;
use crate::error::{Error, Result};
use crate::model::{Id, Kind};

/// A favourite object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Favourite {
    /// Name of the territory.
    pub territory: String,
    /// Kind of the object.
    pub kind: Kind,
    /// The server's id of the object.
    pub id: Id,
    /// Name of the object when it was marked, for display without the catalogue.
    pub name: String,
    /// Time at which it was marked, Unix ms.
    pub created_ms: i64,
}

impl Journal {
    /// Adds a favourite, replacing an earlier one of the same object.
    ///
    /// # Errors
    /// [`Error::StorageFull`], [`Error::TooNew`], [`Error::Closed`] and errors of the disk.
    pub fn add_favourite(&self, favourite: &Favourite) -> Result<()> {
        self.write(|transaction| upsert(transaction, favourite))
    }

    /// Removes a favourite. Returns whether it existed.
    ///
    /// # Errors
    /// [`Error::TooNew`], [`Error::Closed`] and errors of the disk.
    pub fn remove_favourite(&self, territory: &str, kind: Kind, id: Id) -> Result<bool> {
        self.write(|transaction| {
            let sql = "DELETE FROM favourite WHERE territory = ?1 AND kind = ?2 AND id = ?3";
            Ok(transaction.execute(sql, (territory, kind.as_str(), id))? > 0)
        })
    }

    /// Reads the favourites, oldest first.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Corrupt`] and errors of the disk.
    pub fn favourites(&self) -> Result<Vec<Favourite>> {
        self.read_json("SELECT data FROM favourite ORDER BY fid")
    }

    /// Reads the JSON in the first column of a query.
    pub(super) fn read_json<T: serde::de::DeserializeOwned>(&self, sql: &str) -> Result<Vec<T>> {
        self.database.read(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
            let damaged = |_| Error::corrupt("a row of the journal cannot be read");
            rows.map(|json| serde_json::from_str(&json?).map_err(damaged)).collect()
        })
    }
}

pub(super) fn upsert(transaction: &Transaction<'_>, favourite: &Favourite) -> Result<()> {
    let data = serde_json::to_string(favourite).map_err(Error::internal)?;
    let Favourite { territory, kind, id, name, created_ms } = favourite;
    transaction.execute(
        "REPLACE INTO favourite (territory, kind, id, name, created_ms, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (territory, kind.as_str(), id, name, created_ms, data),
    )?;
    Ok(())
}
