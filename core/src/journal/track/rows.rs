//! The rows of finished tracks. The layer has readable columns for people who open the file in QGIS, and a line that is
//! simplified by 2 m, so that it takes little space beside the fixes.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{Track, TrackSummary, chunks};
use crate::db::geopackage;
use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::journal::Journal;
use crate::line::simplify;
use crate::model::{Geometry, Position};

/// Maximum length of a name, in characters.
pub(in crate::journal) const MAX_NAME: usize = 200;
/// No recorded position is further than this from the line in the layer.
const LINE_TOLERANCE_M: f64 = 2.0;

/// The SQL of the layer.
pub(in crate::journal) const TABLE: &str = "
CREATE TABLE track (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom LINESTRING, uuid TEXT NOT NULL UNIQUE, name TEXT,
  territory TEXT, trek INTEGER, start_time DATETIME, end_time DATETIME, distance_m REAL NOT NULL, ascent_m REAL,
  descent_m REAL, moving_s REAL NOT NULL, total_s REAL NOT NULL, points INTEGER NOT NULL, created_ms INTEGER NOT NULL,
  data TEXT NOT NULL, fixes BLOB NOT NULL, sha256 TEXT NOT NULL);
INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('track', 'features', 'track', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('track', 'geom', 'LINESTRING', 4326, 0, 0);
";

/// Returns an error for the name of a track that is too long.
pub(super) fn check_name(name: &str) -> Result<()> {
    if name.chars().count() > MAX_NAME {
        return Err(Error::invalid("name", format!("must have at most {MAX_NAME} characters")));
    }
    Ok(())
}

fn not_found() -> Error {
    Error::NotFound { detail: "the track with this id".to_owned() }
}

fn damaged() -> Error {
    Error::corrupt("a track cannot be read")
}

fn checksum(data: &str, fixes: &[u8]) -> String {
    sha256([data.as_bytes(), fixes].concat())
}

/// Inserts a track, or replaces the one with the same id.
pub(in crate::journal) fn upsert(transaction: &Transaction<'_>, track: &Track) -> Result<()> {
    upsert_encoded(transaction, &track.summary, &chunks::write(&track.sections), &line(track))
}

fn upsert_encoded(
    transaction: &Transaction<'_>,
    summary: &TrackSummary,
    fixes: &[u8],
    geometry: &Option<Vec<u8>>,
) -> Result<()> {
    let data = serde_json::to_string(summary).map_err(Error::internal)?;
    let checksum = checksum(&data, fixes);
    let stats = &summary.stats;
    transaction
        .prepare_cached(
            "INSERT INTO track (geom, uuid, name, territory, trek, start_time, end_time, distance_m, ascent_m, descent_m,
               moving_s, total_s, points, created_ms, data, fixes, sha256)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
               ON CONFLICT (uuid) DO UPDATE SET geom = excluded.geom, name = excluded.name,
               start_time = excluded.start_time, end_time = excluded.end_time, distance_m = excluded.distance_m,
               ascent_m = excluded.ascent_m, descent_m = excluded.descent_m, moving_s = excluded.moving_s,
               total_s = excluded.total_s, points = excluded.points, data = excluded.data, fixes = excluded.fixes,
               sha256 = excluded.sha256",
        )?
        .execute(params![
            geometry,
            summary.id,
            summary.name,
            summary.trek.as_ref().map(|(territory, _)| territory),
            summary.trek.as_ref().map(|(_, id)| id),
            summary.start_ms.and_then(date_time),
            summary.end_ms.and_then(date_time),
            stats.distance_m,
            stats.ascent_m,
            stats.descent_m,
            stats.moving_s,
            stats.total_s,
            i64::try_from(stats.points).unwrap_or(i64::MAX),
            summary.created_ms,
            data,
            fixes,
            checksum,
        ])?;
    Ok(())
}

/// A time as GeoPackage has it: ISO 8601 in UTC, with milliseconds.
fn date_time(unix_ms: i64) -> Option<String> {
    let time = jiff::Timestamp::from_millisecond(unix_ms).ok()?;
    jiff::fmt::strtime::format("%Y-%m-%dT%H:%M:%S.%3fZ", time).ok()
}

/// The line of the layer; `None` if the track has less than two positions.
fn line(track: &Track) -> Option<Vec<u8>> {
    let positions: Vec<Position> =
        track.sections.iter().flatten().map(|fix| Position::new(fix.position.lon, fix.position.lat)).collect();
    let simplified = simplify(&positions, LINE_TOLERANCE_M).ok()?;
    (simplified.len() > 1).then(|| geopackage::encode(&Geometry::line_string(simplified)))
}

/// A row of a damaged file: its summary, and the fixes that can be read.
pub(in crate::journal) fn recover(data: &str, fixes: &[u8]) -> Option<Track> {
    let summary: TrackSummary = serde_json::from_str(data).ok()?;
    let (sections, _) = chunks::read(fixes);
    Some(Track { summary, sections })
}

/// Whether the data and the fixes of a row match its checksum.
pub(in crate::journal) fn is_intact(data: &str, fixes: &[u8], sha256: &str) -> bool {
    checksum(data, fixes) == sha256
}

fn read(connection: &Connection, id: &str) -> Result<Track> {
    let (data, fixes, sha256): (String, Vec<u8>, String) = connection
        .prepare_cached("SELECT data, fixes, sha256 FROM track WHERE uuid = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?
        .ok_or_else(not_found)?;
    if !is_intact(&data, &fixes, &sha256) {
        return Err(damaged());
    }
    recover(&data, &fixes).ok_or_else(damaged)
}

impl Journal {
    /// Reads the finished tracks without their fixes, oldest first.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Corrupt`] and errors of the disk.
    pub fn tracks(&self) -> Result<Vec<TrackSummary>> {
        self.read_json("SELECT data FROM track ORDER BY created_ms, fid")
    }

    /// Reads a finished track with its fixes.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Closed`], [`Error::Corrupt`] and errors of the disk.
    pub fn track(&self, id: &str) -> Result<Track> {
        self.database.read(|connection| read(connection, id))
    }

    /// Changes the name of a finished track.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::InvalidInput`] for the name; [`Error::StorageFull`], [`Error::TooNew`],
    /// [`Error::Closed`] and errors of the disk.
    pub fn rename_track(&self, id: &str, name: &str) -> Result<TrackSummary> {
        check_name(name)?;
        self.write(|transaction| {
            let mut track = read(transaction, id)?;
            track.summary.name = name.to_owned();
            upsert(transaction, &track)?;
            Ok(track.summary)
        })
    }

    /// Removes a finished track. Returns whether it existed.
    ///
    /// # Errors
    /// [`Error::TooNew`], [`Error::Closed`] and errors of the disk.
    pub fn remove_track(&self, id: &str) -> Result<bool> {
        self.write(|transaction| Ok(transaction.execute("DELETE FROM track WHERE uuid = ?1", [id])? > 0))
    }

    /// Stores a track, or replaces the one with the same id.
    pub(in crate::journal) fn save_track(&self, track: &Track) -> Result<()> {
        let (fixes, line) = (chunks::write(&track.sections), line(track));
        self.write(|transaction| upsert_encoded(transaction, &track.summary, &fixes, &line))
    }

    /// The number of fixes of a finished track; `None` if there is no such track.
    pub(in crate::journal) fn track_points(&self, id: &str) -> Result<Option<u64>> {
        self.database.read(|connection| {
            let points = connection
                .prepare_cached("SELECT points FROM track WHERE uuid = ?1")?
                .query_row([id], |row| row.get::<_, i64>(0))
                .optional()?;
            Ok(points.map(|points| u64::try_from(points).unwrap_or(0)))
        })
    }
}
