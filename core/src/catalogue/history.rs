//! What changed in the territory: noted when a refresh writes it, and asked for later. A first fill is no change.

use std::collections::BTreeSet;

use rusqlite::Connection;
use serde::Serialize;
use serde_json::{Map, Value};

use super::normalize::normalize;
use super::{Catalogue, Territory};
use crate::error::Result;
use crate::model::{Id, Kind, Localized};

/// Changes older than this are forgotten.
const KEPT_MS: i64 = 366 * 24 * 3_600 * 1_000;
/// So many of the latest are kept, however old they are said to be: a clock may have been wrong when they were noted.
const KEPT: i64 = 20_000;

pub(super) const TABLES: &str = "
CREATE TABLE jalon_change (
  change INTEGER PRIMARY KEY, territory INTEGER NOT NULL, at_ms INTEGER NOT NULL, kind TEXT NOT NULL, id INTEGER NOT NULL,
  change_kind TEXT NOT NULL, fields TEXT NOT NULL DEFAULT '[]', names TEXT);
CREATE INDEX jalon_change_at ON jalon_change (territory, at_ms);
CREATE TABLE jalon_generation (generation INTEGER NOT NULL);
INSERT INTO jalon_generation VALUES (0);
";

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// Some of its fields are others than before.
    Changed,
    /// Its server publishes it no longer.
    Withdrawn,
}

impl ChangeKind {
    const ALL: [ChangeKind; 3] = [ChangeKind::Added, ChangeKind::Changed, ChangeKind::Withdrawn];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            ChangeKind::Added => "added",
            ChangeKind::Changed => "changed",
            ChangeKind::Withdrawn => "withdrawn",
        }
    }
}

/// One object that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeRecord {
    /// Short name of its territory.
    pub territory: String,
    /// What sort of thing it is.
    pub kind: Kind,
    /// The server's number.
    pub id: Id,
    /// Its name in every language, as it was then.
    pub names: Localized,
    /// What happened to it.
    pub change_kind: ChangeKind,
    /// Names of the fields that are others than before.
    pub fields: Vec<String>,
    /// When the refresh that brought it was made, Unix ms.
    pub at_ms: i64,
}

/// Names of the fields in which two states of an object differ, by their JSON.
pub(super) fn fields(before: &str, after: &str, geometry_differs: bool) -> Vec<String> {
    let read = |json: &str| match normalize(json) {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    let (before, after) = (read(before), read(after));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut fields: Vec<String> =
        names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect();
    if geometry_differs {
        fields.push("geometry".to_owned());
    }
    // A date that moved is told by when it was seen.
    fields.retain(|field| field != "updated_ms" && field != "created_ms");
    fields
}

/// A change to be noted.
pub(super) struct Note<'a> {
    pub(super) kind: Kind,
    pub(super) id: Id,
    pub(super) change_kind: ChangeKind,
    pub(super) fields: &'a [String],
    pub(super) names: Option<&'a str>,
}

pub(super) fn note(connection: &Connection, territory: i64, at_ms: i64, note: &Note<'_>) -> Result<()> {
    let fields = serde_json::to_string(note.fields).unwrap_or_default();
    connection
        .prepare_cached(
            "INSERT INTO jalon_change (territory, at_ms, kind, id, change_kind, fields, names) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute((territory, at_ms, note.kind.as_str(), note.id, note.change_kind.as_str(), fields, note.names))?;
    Ok(())
}

/// Deletes records of changes that are long past.
pub(super) fn forget_old(connection: &Connection, territory: i64, now_ms: i64) -> Result<()> {
    connection.execute(
        "DELETE FROM jalon_change WHERE territory = ?1 AND at_ms < ?2
           AND change <= (SELECT max(change) FROM jalon_change) - ?3",
        (territory, now_ms.saturating_sub(KEPT_MS), KEPT),
    )?;
    Ok(())
}

/// The objects have changed: whoever keeps something made of them makes it anew.
pub(super) fn step_generation(connection: &Connection) -> Result<()> {
    connection.prepare_cached("UPDATE jalon_generation SET generation = generation + 1")?.execute([])?;
    Ok(())
}

impl Catalogue {
    /// A number that grows with every change of the objects, whichever process makes it.
    pub(crate) fn generation(&self) -> Result<u64> {
        self.read(|connection| {
            let number: i64 = connection
                .prepare_cached("SELECT generation FROM jalon_generation")?
                .query_row([], |row| row.get(0))?;
            Ok(number.unsigned_abs())
        })
    }

    /// What changed in a territory after a moment (Unix ms), the latest first; without one, what the last refresh that
    /// changed anything brought. A year is kept.
    pub fn change_history(&self, territory: &Territory, after_ms: Option<i64>) -> Result<Vec<ChangeRecord>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                // The last one by its number: clocks are set back.
                "SELECT kind, id, change_kind, fields, names, at_ms FROM jalon_change WHERE territory = ?1
                   AND CASE WHEN ?2 IS NULL
                     THEN at_ms = (SELECT at_ms FROM jalon_change WHERE territory = ?1 ORDER BY change DESC LIMIT 1)
                     ELSE at_ms > ?2 END
                   ORDER BY at_ms DESC, change",
            )?;
            let rows = statement.query_map((territory.key, after_ms), |row| {
                let kind: String = row.get(0)?;
                let change_kind: String = row.get(2)?;
                let fields: String = row.get(3)?;
                let names: Option<String> = row.get(4)?;
                let change_kind = ChangeKind::ALL.into_iter().find(|known| known.as_str() == change_kind);
                let (Ok(kind), Some(change_kind)) = (kind.parse(), change_kind) else { return Ok(None) };
                Ok(Some(ChangeRecord {
                    territory: territory.name.clone(),
                    kind,
                    id: row.get(1)?,
                    names: names.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default(),
                    change_kind,
                    fields: serde_json::from_str(&fields).unwrap_or_default(),
                    at_ms: row.get(5)?,
                }))
            })?;
            Ok(rows.filter_map(rusqlite::Result::transpose).collect::<rusqlite::Result<_>>()?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_differ_are_named() {
        let before = r#"{"id": 1, "name": {"fr": "Lac"}, "themes": [1, 2], "updated_ms": 1}"#;
        let after = r#"{"id": 1, "name": {"fr": "Étang"}, "ascent_m": 3, "themes": [1, 2], "updated_ms": 2}"#;
        assert_eq!(fields(before, after, true), ["ascent_m", "name", "geometry"]);
        assert_eq!(fields(before, before, false), Vec::<String>::new());
    }
}
