//! The tables of the journal. Each row has readable columns for people who open the file in QGIS, and the whole object as JSON
//! in the column `data`, from which it is read, exported and recovered. The column `sha256` of a report is the checksum of its
//! `data`.

use std::time::Duration;

use crate::db::{Durability, Schema, Settings};

pub(super) static SCHEMA: Schema = Schema { migrations: &[first_version, tracks] };

pub(super) const SETTINGS: Settings =
    Settings { busy_timeout: Duration::from_secs(30), durability: Durability::Committed };

fn first_version() -> String {
    "
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
"
    .to_owned()
}

/// The layer of recorded tracks.
fn tracks() -> String {
    super::track::rows::TABLE.to_owned()
}
