//! Notes: texts that the person wrote, optionally about an object or a position.

use rusqlite::Transaction;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Journal;
use crate::db::geopackage;
use crate::error::{Error, Result};
use crate::model::{Geometry, Id, Kind, Position};

/// Maximum length of a note, in characters.
const MAX_TEXT: usize = 10_000;

/// A note.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// Id of the note, a UUID created on this device.
    pub id: String,
    /// Text of the note.
    pub text: String,
    /// Position of the note (longitude, latitude).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// The object that the note is about: name of the territory, kind, server's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<(String, Kind, Id)>,
    /// Time of creation, Unix ms.
    pub created_ms: i64,
}

impl Journal {
    /// Adds a note.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for an empty or too long text, or an invalid position; [`Error::StorageFull`],
    /// [`Error::TooNew`], [`Error::Closed`] and errors of the disk.
    pub fn add_note(
        &self,
        text: &str,
        position: Option<Position>,
        about: Option<(String, Kind, Id)>,
        at_ms: i64,
    ) -> Result<Note> {
        if text.trim().is_empty() || text.chars().count() > MAX_TEXT {
            return Err(Error::invalid("text", format!("must have 1 to {MAX_TEXT} characters")));
        }
        if position.is_some_and(|position| !position.is_valid()) {
            let rule = "must have a longitude from -180 to 180 and a latitude from -90 to 90 degrees";
            return Err(Error::invalid("position", rule));
        }
        let id = Uuid::new_v4().to_string();
        let note = Note { id, text: text.to_owned(), position, about, created_ms: at_ms };
        self.save_note(&note)?;
        Ok(note)
    }

    pub(super) fn save_note(&self, note: &Note) -> Result<()> {
        self.write(|transaction| upsert(transaction, note))
    }

    /// Removes a note. Returns whether it existed.
    ///
    /// # Errors
    /// [`Error::TooNew`], [`Error::Closed`] and errors of the disk.
    pub fn remove_note(&self, id: &str) -> Result<bool> {
        self.write(|transaction| Ok(transaction.execute("DELETE FROM note WHERE uuid = ?1", [id])? > 0))
    }

    /// Reads the notes, oldest first.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Corrupt`] and errors of the disk.
    pub fn notes(&self) -> Result<Vec<Note>> {
        self.read_json("SELECT data FROM note ORDER BY fid")
    }
}

pub(super) fn upsert(transaction: &Transaction<'_>, note: &Note) -> Result<()> {
    let data = serde_json::to_string(note).map_err(Error::internal)?;
    let geometry =
        note.position.map(|position| geopackage::encode(&Geometry::point(Position::new(position.lon, position.lat))));
    transaction.execute(
        "REPLACE INTO note (geom, uuid, text, created_ms, data) VALUES (?1, ?2, ?3, ?4, ?5)",
        (geometry, &note.id, &note.text, note.created_ms, data),
    )?;
    Ok(())
}
