//! The schema version of a file and the migrations to the current one. The version is stored in the table `jalon_schema`,
//! because `user_version` belongs to the GeoPackage standard.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::geopackage;
use crate::error::Result;

/// The migrations of a file, in order. Migration `i` (from 0) leads from version `i` to version `i + 1` and returns its SQL.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) migrations: &'static [fn() -> String],
}

impl Schema {
    /// The current version.
    pub(crate) const fn version(&self) -> i64 {
        self.migrations.len() as i64
    }
}

/// Migrates a file to the current version, in one transaction, and returns its version. A version newer than the current one
/// is returned unchanged, and its file is not written.
pub(super) fn migrate(connection: &mut Connection, schema: &Schema) -> Result<i64> {
    let current = schema.version();
    // The usual case takes no write lock. Any error here occurs again below.
    if let Ok(version) = read_version(connection)
        && version >= current
    {
        return Ok(version);
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version = match schema_version(&transaction)? {
        Some(version) => version,
        None => {
            transaction.execute_batch(geopackage::FIXED_TABLES)?;
            transaction.execute_batch(
                "CREATE TABLE jalon_schema (version INTEGER NOT NULL); INSERT INTO jalon_schema VALUES (0);",
            )?;
            0
        }
    };
    if version >= current {
        return Ok(version);
    }
    for migration in schema.migrations.iter().skip(usize::try_from(version).unwrap_or_default()) {
        transaction.execute_batch(&migration())?;
    }
    transaction.execute("UPDATE jalon_schema SET version = ?1", [current])?;
    transaction.commit()?;
    Ok(current)
}

/// The schema version of a file; `None` if it has no table `jalon_schema`.
pub(crate) fn schema_version(connection: &Connection) -> Result<Option<i64>> {
    let sql = "SELECT 1 FROM sqlite_master WHERE name = 'jalon_schema'";
    if connection.query_row(sql, [], |_| Ok(())).optional()?.is_none() {
        return Ok(None);
    }
    Ok(Some(read_version(connection).optional()?.unwrap_or(0)))
}

fn read_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("SELECT version FROM jalon_schema", [], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: fn() -> String = || "CREATE TABLE first (id INTEGER);".to_owned();
    const SECOND: fn() -> String = || "CREATE TABLE second (id INTEGER);".to_owned();
    const BROKEN: fn() -> String = || "CREATE TABLE third (id INTEGER); SELECT nothing FROM nowhere;".to_owned();

    fn tables(connection: &Connection) -> Vec<String> {
        let sql = "SELECT name FROM sqlite_master WHERE name IN ('first', 'second', 'third') ORDER BY 1";
        let mut statement = connection.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().collect::<rusqlite::Result<_>>().unwrap()
    }

    #[test]
    fn migrate_runs_each_migration_once() {
        let mut connection = Connection::open_in_memory().unwrap();
        assert_eq!(migrate(&mut connection, &Schema { migrations: &[FIRST] }), Ok(1));
        assert_eq!(migrate(&mut connection, &Schema { migrations: &[FIRST] }), Ok(1));
        assert_eq!(tables(&connection), ["first"]);
        assert_eq!(migrate(&mut connection, &Schema { migrations: &[FIRST, SECOND] }), Ok(2));
        assert_eq!(tables(&connection), ["first", "second"]);
        assert_eq!(schema_version(&connection), Ok(Some(2)));
    }

    #[test]
    fn migrate_with_failing_migration_changes_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, &Schema { migrations: &[FIRST] }).unwrap();
        migrate(&mut connection, &Schema { migrations: &[FIRST, SECOND, BROKEN] }).unwrap_err();
        assert_eq!((tables(&connection), schema_version(&connection)), (vec!["first".to_owned()], Ok(Some(1))));
    }

    #[test]
    fn migrate_newer_file_returns_its_version_and_changes_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, &Schema { migrations: &[FIRST, SECOND] }).unwrap();
        assert_eq!(migrate(&mut connection, &Schema { migrations: &[FIRST] }), Ok(2));
        assert_eq!(schema_version(&connection), Ok(Some(2)));
    }
}
