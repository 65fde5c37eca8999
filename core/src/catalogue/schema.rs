//! Our tables and how an older file becomes a current one. The version stands in `jalon_schema`, as `user_version` is
//! GeoPackage's own. Each layer carries what a person in QGIS wants to see as columns, copied from the object's JSON
//! when it is written, and the whole object in `data`.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior};

use super::{history, jobs, packs, search};
use crate::error::{Error, Result};
use crate::geopackage;
use crate::model::Kind;
use crate::model::fields::Field;
use crate::model::values::ValueType;

const VERSION: i64 = 1;
/// How long a writer waits for one of another process: a large refresh is written in some seconds.
const BUSY: Duration = Duration::from_secs(60);

/// A readable column: its name, its SQL type, and the path of its value in the object's JSON.
pub(super) type Column = (&'static str, &'static str, String);

/// The readable columns of a kind, without those that every kind has.
pub(super) fn columns(kind: Kind) -> Vec<Column> {
    let column = |field: &Field| {
        let sql_type = match field.value_type {
            ValueType::Integer => "INTEGER",
            ValueType::Number => "REAL",
            _ => "TEXT",
        };
        Some((field.column?, sql_type, format!("$.{}", field.name)))
    };
    kind.fields().iter().filter_map(column).collect()
}

/// The geometry type that a layer declares: one where its kind has one, else any.
fn geometry_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Poi | Kind::TouristicEvent | Kind::InformationDesk | Kind::Service | Kind::Signage | Kind::HdView => {
            "POINT"
        }
        _ => "GEOMETRY",
    }
}

/// Opens the file with everything that a connection of ours needs.
pub(super) fn connect(path: &Path, vfs: Option<&str>) -> Result<Connection> {
    let connection = match vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, OpenFlags::default(), vfs)?,
        None => Connection::open(path)?,
    };
    connection.busy_timeout(BUSY)?;
    geopackage::register_functions(&connection)?;
    geopackage::log_ahead(&connection, BUSY)?;
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Phones may have no directory for temporary files.
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Makes or updates the tables, in one transaction.
pub(super) fn migrate(connection: &mut Connection) -> Result<()> {
    // Nearly always there is nothing to do, and nobody to wait for.
    if connection.query_row("SELECT version FROM jalon_schema", [], |row| row.get(0)) == Ok(VERSION) {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let known: bool =
        transaction
            .query_row("SELECT count(*) FROM sqlite_master WHERE name = 'jalon_schema'", [], |row| row.get(0))?;
    let found: Option<i64> = if known {
        transaction.query_row("SELECT version FROM jalon_schema", [], |row| row.get(0)).optional()?
    } else {
        None
    };
    match found.unwrap_or(0) {
        VERSION => return Ok(()),
        0 => transaction.execute_batch(&first_version())?,
        newer => return Err(Error::TooNew { found: newer, supported: VERSION }),
    }
    transaction.commit()?;
    Ok(())
}

fn first_version() -> String {
    let mut sql = String::from(geopackage::FIXED_TABLES);
    sql.push_str(
        "CREATE TABLE jalon_schema (version INTEGER NOT NULL);
         INSERT INTO jalon_schema VALUES (1);
         CREATE TABLE jalon_territory (
           territory INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, url TEXT NOT NULL, portals TEXT NOT NULL DEFAULT '[]',
           default_language TEXT NOT NULL DEFAULT '', languages TEXT NOT NULL DEFAULT '[]', server_version TEXT,
           refreshed_ms INTEGER, full_refresh_ms INTEGER, server_ms INTEGER);
         CREATE TABLE jalon_route_item (
           territory INTEGER NOT NULL, trek INTEGER NOT NULL, kind TEXT NOT NULL, id INTEGER NOT NULL,
           distance_m REAL NOT NULL, estimated INTEGER NOT NULL, PRIMARY KEY (territory, trek, kind, id)) WITHOUT ROWID;
         CREATE INDEX jalon_route_item_object ON jalon_route_item (territory, kind, id);",
    );
    for kind in Kind::ALL {
        sql.push_str(&layer(kind));
    }
    // Which treks are listed is asked for at every letter that a person types.
    sql.push_str("CREATE INDEX trek_listed ON trek (territory, id, published, parents);");
    sql.push_str(search::TABLES);
    sql.push_str(history::TABLES);
    sql.push_str(jobs::TABLES);
    sql.push_str(packs::TABLES);
    sql
}

fn layer(kind: Kind) -> String {
    let extra: String = columns(kind).iter().map(|(name, sql_type, _)| format!(", {name} {sql_type}")).collect();
    // A term's number is unique within its vocabulary only.
    let key = if kind == Kind::Term { "territory, vocabulary, id" } else { "territory, id" };
    // A line is long, and what comes after it in a row is far to read: names and figures come first.
    let geometry = if kind.is_spatial() { ", geom GEOMETRY" } else { "" };
    let mut sql = format!(
        "CREATE TABLE {kind} (
           fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
           territory INTEGER NOT NULL, id INTEGER NOT NULL, name TEXT, names TEXT, uuid TEXT, updated_ms INTEGER, withdrawn_ms INTEGER{extra}{geometry},
           data TEXT NOT NULL, UNIQUE ({key}));\n"
    );
    if kind.is_spatial() {
        sql.push_str(&format!(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('{kind}', 'features', '{kind}', 4326);
             INSERT INTO gpkg_geometry_columns VALUES ('{kind}', 'geom', '{}', 4326, 2, 0);\n",
            geometry_type(kind)
        ));
        sql.push_str(&geopackage::rtree(kind.as_str()));
    } else {
        sql.push_str(&format!(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('{kind}', 'attributes', '{kind}');\n"
        ));
    }
    sql
}
