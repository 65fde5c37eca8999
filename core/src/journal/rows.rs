//! The rows of reports in the database.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::record::{Report, add_checksum};
use crate::db::geopackage;
use crate::error::{Error, Result};
use crate::model::{Geometry, Position};
use crate::report::ReportState;

fn parse(json: &str) -> Result<Report> {
    serde_json::from_str(json).map_err(|_| Error::corrupt("a report cannot be read"))
}

/// Reads every report, in the order of creation.
pub(super) fn read_all(connection: &Connection) -> Result<Vec<Report>> {
    let mut statement = connection.prepare_cached("SELECT data FROM report ORDER BY fid")?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
    rows.map(|json| parse(&json?)).collect()
}

/// Reads a report by its id.
pub(super) fn read(connection: &Connection, id: &str) -> Result<Report> {
    let json: Option<String> = connection
        .prepare_cached("SELECT data FROM report WHERE uuid = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    parse(&json.ok_or_else(|| Error::NotFound { detail: "the report with this id".to_owned() })?)
}

/// Inserts a report, or replaces the one with the same id.
pub(super) fn upsert(transaction: &Transaction<'_>, report: &Report) -> Result<()> {
    let (data, checksum) = add_checksum(report)?;
    let position = report.content.position.map(|position| Geometry::point(Position::new(position.lon, position.lat)));
    let geometry = position.map(|position| geopackage::encode(&position));
    let server_id = match &report.lifecycle.state {
        ReportState::Accepted { receipt } => receipt.server_id,
        _ => None,
    };
    let content = &report.content;
    transaction
        .prepare_cached(
            "INSERT INTO report (geom, uuid, territory, state, comment, category, activity, magnitude, trek, server_id,
               photos, created_ms, data, sha256) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
               ON CONFLICT (uuid) DO UPDATE SET geom = excluded.geom, state = excluded.state,
               comment = excluded.comment, category = excluded.category, activity = excluded.activity,
               magnitude = excluded.magnitude, trek = excluded.trek, server_id = excluded.server_id,
               photos = excluded.photos, data = excluded.data, sha256 = excluded.sha256",
        )?
        .execute(params![
            geometry,
            report.id,
            report.territory,
            report.lifecycle.state.as_str(),
            content.comment,
            content.category,
            content.activity,
            content.magnitude,
            content.trek,
            server_id,
            i64::try_from(report.photos.len()).unwrap_or(i64::MAX),
            report.created_ms,
            data,
            checksum,
        ])?;
    Ok(())
}

/// Deletes a report.
pub(super) fn delete(transaction: &Transaction<'_>, id: &str) -> Result<()> {
    transaction.execute("DELETE FROM report WHERE uuid = ?1", [id])?;
    Ok(())
}
