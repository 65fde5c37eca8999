//! The tables. Each row carries what a person in QGIS wants to see, and the whole object as JSON in `data`, by which it is
//! read, exported and salvaged. `sha256` is that of a report's `data`.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior};

use crate::error::Result;
use crate::geopackage;

pub(super) const VERSION: i64 = 1;
pub(super) const BUSY: Duration = Duration::from_secs(30);

const TABLES: &str = "
CREATE TABLE jalon_schema (version INTEGER NOT NULL);
INSERT INTO jalon_schema VALUES (1);
CREATE TABLE report (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom POINT, uuid TEXT NOT NULL UNIQUE, territory TEXT NOT NULL,
  state TEXT NOT NULL, comment TEXT, category INTEGER, activity INTEGER, magnitude INTEGER, trek INTEGER,
  server_id INTEGER, photos INTEGER NOT NULL DEFAULT 0, created_ms INTEGER NOT NULL, data TEXT NOT NULL,
  sha256 TEXT NOT NULL);
INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('report', 'features', 'report', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('report', 'geom', 'POINT', 4326, 0, 0);
CREATE TABLE note (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom POINT, uuid TEXT NOT NULL UNIQUE, text TEXT,
  created_ms INTEGER NOT NULL, data TEXT NOT NULL);
INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('note', 'features', 'note', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('note', 'geom', 'POINT', 4326, 0, 0);
CREATE TABLE favourite (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, territory TEXT NOT NULL, kind TEXT NOT NULL, id INTEGER NOT NULL,
  name TEXT, created_ms INTEGER NOT NULL, data TEXT NOT NULL, UNIQUE (territory, kind, id));
INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('favourite', 'attributes', 'favourite');
";

/// Opens the file with everything that a connection of ours needs.
pub(super) fn connect(path: &Path, vfs: Option<&str>) -> Result<Connection> {
    let connection = match vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, OpenFlags::default(), vfs)?,
        None => Connection::open(path)?,
    };
    connection.busy_timeout(BUSY)?;
    geopackage::log_ahead(&connection, BUSY)?;
    connection.pragma_update(None, "synchronous", "full")?;
    // On Apple's systems an ordinary sync leaves the bytes in the drive's own memory.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    Ok(connection)
}

/// Makes the tables; gives the version of a file that a newer Jalon wrote, and leaves that as it is.
pub(super) fn migrate(connection: &mut Connection) -> Result<Option<i64>> {
    match version(connection)? {
        Some(VERSION) => return Ok(None),
        Some(newer) if newer > VERSION => return Ok(Some(newer)),
        _ => {}
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if version(&transaction)?.is_none() {
        transaction.execute_batch(geopackage::FIXED_TABLES)?;
        transaction.execute_batch(TABLES)?;
    }
    transaction.commit()?;
    Ok(None)
}

/// The file's schema version; none where it has no tables of ours yet.
pub(super) fn version(connection: &Connection) -> Result<Option<i64>> {
    let known: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_master WHERE name = 'jalon_schema'", [], |row| row.get(0))?;
    if known == 0 {
        return Ok(None);
    }
    Ok(connection.query_row("SELECT version FROM jalon_schema", [], |row| row.get(0)).optional()?)
}
