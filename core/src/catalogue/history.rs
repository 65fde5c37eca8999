//! The change history: which objects each refresh added, changed and withdrew. The first refresh of a territory records
//! nothing.

use rusqlite::Connection;
use serde::Serialize;
use serde_json::{Map, Value};

use super::normalize::normalize;
use super::{Catalogue, Territory};
use crate::error::Result;
use crate::id::TerritoryId;
use crate::model::{Id, Kind, Localized};
use crate::ordered;

/// Records older than this are deleted.
const MAX_AGE_MS: i64 = 366 * 24 * 3_600 * 1_000;
/// This many of the latest records are kept whatever their age, because the clock may have been wrong.
const MIN_RECORDS: i64 = 20_000;

pub(super) const TABLES: &str = "
CREATE TABLE jalon_change (
  change INTEGER PRIMARY KEY, territory INTEGER NOT NULL, at_ms INTEGER NOT NULL, kind TEXT NOT NULL, id INTEGER NOT NULL,
  change_kind TEXT NOT NULL, fields TEXT NOT NULL DEFAULT '[]', names TEXT);
CREATE INDEX jalon_change_at ON jalon_change (territory, at_ms);
CREATE TABLE jalon_generation (generation INTEGER NOT NULL);
INSERT INTO jalon_generation VALUES (0);
";

/// The kind of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// The server publishes the object for the first time, or again.
    Added,
    /// Some fields of the object have other values.
    Changed,
    /// The server no longer publishes the object.
    Withdrawn,
}

impl ChangeKind {
    const ALL: [ChangeKind; 3] = [ChangeKind::Added, ChangeKind::Changed, ChangeKind::Withdrawn];

    /// Stable identifier of the kind.
    pub const fn as_str(self) -> &'static str {
        match self {
            ChangeKind::Added => "added",
            ChangeKind::Changed => "changed",
            ChangeKind::Withdrawn => "withdrawn",
        }
    }
}

/// One change of one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeRecord {
    /// Name of the territory.
    pub territory: String,
    /// Kind of the object.
    pub kind: Kind,
    /// The server's id of the object.
    pub id: Id,
    /// Name of the object in every language, at the time of the change.
    pub names: Localized,
    /// Kind of the change.
    pub change_kind: ChangeKind,
    /// Names of the changed fields; empty unless the kind is [`ChangeKind::Changed`].
    pub fields: Vec<String>,
    /// Time of the refresh, Unix ms.
    pub at_ms: i64,
}

/// The names of the fields in which two versions of an object differ, compared by their JSON.
pub(super) fn changed_fields(before: &str, after: &str, geometry_differs: bool) -> Vec<String> {
    let read = |json: &str| match normalize(json) {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    let (before, after) = (read(before), read(after));
    let names = ordered::set(before.keys().chain(after.keys()));
    let mut fields: Vec<String> =
        names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect();
    if geometry_differs {
        fields.push("geometry".to_owned());
    }
    // The server's dates of an object are not content.
    fields.retain(|field| field != "updated_ms" && field != "created_ms");
    fields
}

/// A change to record.
pub(super) struct NewRecord<'a> {
    pub(super) kind: Kind,
    pub(super) id: Id,
    pub(super) change_kind: ChangeKind,
    pub(super) fields: &'a [String],
    pub(super) names: Option<&'a str>,
}

/// Inserts a record; `at_ms` is the time of the refresh, Unix ms.
pub(super) fn insert(
    connection: &Connection,
    territory: TerritoryId,
    at_ms: i64,
    record: &NewRecord<'_>,
) -> Result<()> {
    let fields = serde_json::to_string(record.fields).unwrap_or_default();
    connection
        .prepare_cached(
            "INSERT INTO jalon_change (territory, at_ms, kind, id, change_kind, fields, names) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute((territory, at_ms, record.kind.as_str(), record.id, record.change_kind.as_str(), fields, record.names))?;
    Ok(())
}

/// The time at which a refresh last noticed that the server no longer publishes an object, Unix ms.
pub(super) fn withdrawn_ms(connection: &Connection, territory: TerritoryId, kind: Kind, id: Id) -> Result<Option<i64>> {
    let sql = "SELECT max(at_ms) FROM jalon_change
                 WHERE territory = ?1 AND kind = ?2 AND id = ?3 AND change_kind = 'withdrawn'";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row((territory, kind.as_str(), id), |row| row.get(0))?)
}

/// Deletes the old records of a territory.
pub(super) fn delete_old(connection: &Connection, territory: TerritoryId, now_ms: i64) -> Result<()> {
    connection.execute(
        "DELETE FROM jalon_change WHERE territory = ?1 AND at_ms < ?2
           AND change <= (SELECT max(change) FROM jalon_change) - ?3",
        (territory, now_ms.saturating_sub(MAX_AGE_MS), MIN_RECORDS),
    )?;
    Ok(())
}

/// Increments the generation of the catalogue after a change of any object.
pub(super) fn increment_generation(connection: &Connection) -> Result<()> {
    connection.prepare_cached("UPDATE jalon_generation SET generation = generation + 1")?.execute([])?;
    Ok(())
}

impl Catalogue {
    /// A number that grows with every transaction that changes objects, in whichever process. Caches compare it.
    pub(crate) fn generation(&self) -> Result<u64> {
        self.read(|connection| {
            let number: i64 = connection
                .prepare_cached("SELECT generation FROM jalon_generation")?
                .query_row([], |row| row.get(0))?;
            Ok(number.unsigned_abs())
        })
    }

    /// The changes of a territory after `after_ms` (Unix ms), latest first; without `after_ms` those of the last refresh that
    /// changed anything. Records are kept for a year.
    ///
    /// # Errors
    /// [`Error::Closed`](crate::Error::Closed), [`Error::Corrupt`](crate::Error::Corrupt) and errors of the disk.
    pub fn change_history(&self, territory: &Territory, after_ms: Option<i64>) -> Result<Vec<ChangeRecord>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                // The last refresh is the one with the highest record number: a clock may have been set back.
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
    fn changed_fields_names_differing_fields_and_ignores_dates() {
        let before = r#"{"id": 1, "name": {"fr": "Lac"}, "themes": [1, 2], "updated_ms": 1}"#;
        let after = r#"{"id": 1, "name": {"fr": "Étang"}, "ascent_m": 3, "themes": [1, 2], "updated_ms": 2}"#;
        assert_eq!(changed_fields(before, after, true), ["ascent_m", "name", "geometry"]);
        assert_eq!(changed_fields(before, before, false), Vec::<String>::new());
    }
}
