//! The GeoPackage file, shared by the catalogue and the journal. Each of the two is one SQLite database in WAL mode with
//! one writer and a pool of readers, numbered migrations, and a way to close every connection while the app sleeps.
//!
//! * `connection`: [`Database`], its connections and transactions.
//! * `geopackage`: the tables and the geometries of the GeoPackage standard.
//! * `migrate`: the schema version and the migrations.
//! * `suspend`: the lock that closes the database while the app sleeps.
//! * `quarantine`: the files of a damaged database.
//! * `wkb`: geometries as ISO WKB.
//! * `reserve`: reserved disk space for writes on a full disk.

mod connection;
pub(crate) mod geopackage;
mod migrate;
pub(crate) mod quarantine;
mod reserve;
mod suspend;
mod wkb;

pub(crate) use connection::{Database, Durability, Settings, open_file};
pub(crate) use migrate::{Schema, schema_version};
pub(crate) use reserve::Reserve;
