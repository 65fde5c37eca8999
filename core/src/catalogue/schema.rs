//! The tables of the catalogue. Each layer has readable columns for people who open the file in QGIS, extracted from the
//! object's JSON on every write, and the whole object as JSON in the column `data`.

use std::time::Duration;

use super::{edition, history, jobs, list_states, mobile_tree, packs, search};
use crate::db::geopackage;
use crate::db::{Durability, Schema, Settings};
use crate::model::Kind;
use crate::model::fields::Field;
use crate::model::values::ValueType;

pub(super) static SCHEMA: Schema = Schema { migrations: &[first_version] };

/// A large refresh of another process holds the write lock for some seconds.
pub(super) const SETTINGS: Settings =
    Settings { busy_timeout: Duration::from_secs(60), durability: Durability::Intact };

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

fn first_version() -> String {
    let mut sql = String::from(
        "CREATE TABLE jalon_territory (
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
    sql.push_str(&geometry_parts());
    // Search as you type reads the listed treks on every key press.
    sql.push_str("CREATE INDEX trek_listed ON trek (territory, id, published, parents);");
    sql.push_str(search::TABLES);
    sql.push_str(history::TABLES);
    sql.push_str(jobs::TABLES);
    sql.push_str(list_states::TABLES);
    sql.push_str(packs::TABLES);
    sql.push_str(edition::TABLES);
    sql.push_str(mobile_tree::TABLES);
    sql
}

/// The layer of the points, lines and areas in the collections of other layers: QGIS draws no collections.
pub(super) const GEOMETRY_PARTS: &str = "geometry_part";

fn geometry_parts() -> String {
    let mut sql = format!(
        "CREATE TABLE {GEOMETRY_PARTS} (
           fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
           territory INTEGER NOT NULL, kind TEXT NOT NULL, id INTEGER NOT NULL, name TEXT, geom GEOMETRY);
         CREATE INDEX {GEOMETRY_PARTS}_object ON {GEOMETRY_PARTS} (territory, kind, id);"
    );
    sql.push_str(&feature_table(GEOMETRY_PARTS, "GEOMETRY"));
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_spatial() && geometry_type(*kind) == "GEOMETRY") {
        sql.push_str(&format!(
            "CREATE TRIGGER {kind}_delete_parts AFTER DELETE ON {kind} BEGIN
               DELETE FROM {GEOMETRY_PARTS} WHERE territory = OLD.territory AND kind = '{kind}' AND id = OLD.id; END;"
        ));
    }
    sql
}

/// Declares a table with a geometry, and its R-tree.
fn feature_table(table: &str, geometry_type: &str) -> String {
    format!(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('{table}', 'features', '{table}', 4326);
         INSERT INTO gpkg_geometry_columns VALUES ('{table}', 'geom', '{geometry_type}', 4326, 2, 0);\n{}",
        geopackage::rtree(table)
    )
}

fn layer(kind: Kind) -> String {
    let extra: String = columns(kind).iter().map(|(name, sql_type, _)| format!(", {name} {sql_type}")).collect();
    // The id of a term is unique only within its vocabulary.
    let key = if kind == Kind::Term { "territory, vocabulary, id" } else { "territory, id" };
    // The geometry is long, and SQLite reads a row from its start: short columns come first.
    let geometry = if kind.is_spatial() { format!(", geom {}", geometry_type(kind)) } else { String::new() };
    let mut sql = format!(
        "CREATE TABLE {kind} (
           fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
           territory INTEGER NOT NULL, id INTEGER NOT NULL, name TEXT, names TEXT, uuid TEXT, updated_ms INTEGER, withdrawn_ms INTEGER{extra}{geometry},
           data TEXT NOT NULL, UNIQUE ({key}));\n"
    );
    if kind.is_spatial() {
        sql.push_str(&feature_table(kind.as_str(), geometry_type(kind)));
    } else {
        sql.push_str(&format!(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('{kind}', 'attributes', '{kind}');\n"
        ));
    }
    sql
}
