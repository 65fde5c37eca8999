//! The GeoPackage file, shared by the catalogue and the journal. Each of the two is one SQLite database in WAL mode with
//! one writer and a pool of readers, numbered migrations, and a way to close every connection while the app sleeps.
//!
//! * `connection`: [`Database`], its pool of connections and its transactions. `connect`: opens a connection.
//! * `geopackage`: the tables and the geometries of the GeoPackage standard.
//! * `migrate`: the schema version and the migrations.
//! * `suspend`: the lock that closes the database while the app sleeps.
//! * `quarantine`: the files of a damaged database. `open_lock`: the lock under which a database is created or recovered.
//! * `unwritable`: reading a database on read-only storage or on a full disk.
//! * `wkb`: geometries as ISO WKB.
//! * `reserve`: reserved disk space for writes on a full disk.

mod connect;
mod connection;
pub(crate) mod geopackage;
mod migrate;
mod open_lock;
pub(crate) mod quarantine;
mod reserve;
mod suspend;
mod unwritable;
pub(crate) mod wkb;

pub(crate) use connection::{Database, Durability, Settings};
pub(crate) use migrate::{Schema, schema_version};
pub(crate) use open_lock::open_lock;
pub(crate) use reserve::Reserve;
pub(crate) use unwritable::open_for_reading;
