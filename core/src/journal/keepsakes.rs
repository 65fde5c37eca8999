//! Favourites and notes.

use rusqlite::Transaction;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Journal;
use crate::error::{Error, Result};
use crate::geopackage;
use crate::model::{Geometry, Id, Kind, Position};

const MAX_TEXT: usize = 10_000;

/// An object that the person wants to find again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Favourite {
    /// Short name of its territory.
    pub territory: String,
    /// What sort of thing it is.
    pub kind: Kind,
    /// The server's number.
    pub id: Id,
    /// Its name when it was marked, for the day when the catalogue is not at hand.
    pub name: String,
    /// When it was marked, Unix ms.
    pub created_ms: i64,
}

/// What the person wrote down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// Its name, made here.
    pub uuid: String,
    /// The text.
    pub text: String,
    /// Where, longitude and latitude.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// What it is about: territory, kind, number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<(String, Kind, Id)>,
    /// When it was written, Unix ms.
    pub created_ms: i64,
}

impl Journal {
    /// Marks an object, in the place of an earlier mark.
    pub fn add_favourite(&self, favourite: &Favourite) -> Result<()> {
        self.write(|transaction| put_favourite(transaction, favourite))
    }

    /// Unmarks an object; tells whether it was marked.
    pub fn remove_favourite(&self, territory: &str, kind: Kind, id: Id) -> Result<bool> {
        self.write(|transaction| {
            let sql = "DELETE FROM favourite WHERE territory = ?1 AND kind = ?2 AND id = ?3";
            Ok(transaction.execute(sql, (territory, kind.as_str(), id))? > 0)
        })
    }

    /// What is marked, the first first.
    pub fn favourites(&self) -> Result<Vec<Favourite>> {
        self.all("SELECT data FROM favourite ORDER BY fid")
    }

    /// Writes something down.
    pub fn add_note(
        &self,
        text: &str,
        position: Option<Position>,
        about: Option<(String, Kind, Id)>,
        at_ms: i64,
    ) -> Result<Note> {
        if text.trim().is_empty() || text.chars().count() > MAX_TEXT {
            return Err(Error::invalid("text", format!("1 to {MAX_TEXT} characters")));
        }
        if position.is_some_and(|position| !position.is_valid()) {
            return Err(Error::invalid("position", "longitude from -180 to 180 and latitude from -90 to 90 degrees"));
        }
        let uuid = Uuid::new_v4().to_string();
        let note = Note { uuid, text: text.to_owned(), position, about, created_ms: at_ms };
        self.put_note(&note)?;
        Ok(note)
    }

    pub(super) fn put_note(&self, note: &Note) -> Result<()> {
        self.write(|transaction| put_note(transaction, note))
    }

    /// Removes a note; tells whether it was there.
    pub fn remove_note(&self, uuid: &str) -> Result<bool> {
        self.write(|transaction| Ok(transaction.execute("DELETE FROM note WHERE uuid = ?1", [uuid])? > 0))
    }

    /// What was written down, the first first.
    pub fn notes(&self) -> Result<Vec<Note>> {
        self.all("SELECT data FROM note ORDER BY fid")
    }

    fn all<T: serde::de::DeserializeOwned>(&self, sql: &str) -> Result<Vec<T>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
            let damaged = |_| Error::Corrupt { reason: "a row of the journal cannot be read".to_owned() };
            rows.map(|json| serde_json::from_str(&json?).map_err(damaged)).collect()
        })
    }
}

pub(super) fn put_favourite(transaction: &Transaction<'_>, favourite: &Favourite) -> Result<()> {
    let data = serde_json::to_string(favourite).map_err(Error::internal)?;
    let Favourite { territory, kind, id, name, created_ms } = favourite;
    transaction.execute(
        "REPLACE INTO favourite (territory, kind, id, name, created_ms, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (territory, kind.as_str(), id, name, created_ms, data),
    )?;
    Ok(())
}

pub(super) fn put_note(transaction: &Transaction<'_>, note: &Note) -> Result<()> {
    let data = serde_json::to_string(note).map_err(Error::internal)?;
    let geometry =
        note.position.map(|position| geopackage::encode(&Geometry::point(Position::new(position.lon, position.lat))));
    transaction.execute(
        "REPLACE INTO note (geom, uuid, text, created_ms, data) VALUES (?1, ?2, ?3, ?4, ?5)",
        (geometry, &note.uuid, &note.text, note.created_ms, data),
    )?;
    Ok(())
}
