//! The disk that fails: SQLite says so, and what was there before still is.

#![allow(clippy::unwrap_used, reason = "a helper of tests outside #[test] is a test all the same")]

use std::path::Path;

use jalon_tests::fault_vfs::{DiskFault, Failing, FaultVfs, Operation};
use rusqlite::{Connection, ErrorCode, OpenFlags};

fn open(disk: &FaultVfs, folder: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let connection = Connection::open_with_flags_and_vfs(folder.join("x.gpkg"), flags, disk.name())?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    Ok(connection)
}

/// Rows of two pages each, in one transaction.
fn fill(connection: &mut Connection, rows: std::ops::Range<i64>) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute_batch("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, bytes BLOB)")?;
    for row in rows {
        transaction.execute("INSERT INTO t VALUES (?1, zeroblob(8000))", [row])?;
    }
    transaction.commit()
}

fn rows(connection: &Connection) -> i64 {
    connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap()
}

fn sound(connection: &Connection) {
    let said: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(said, "ok");
}

#[test]
fn operations_are_counted_by_file_and_kind() {
    let disk = FaultVfs::register("counting");
    let folder = tempfile::tempdir().unwrap();
    let mut connection = open(&disk, folder.path()).unwrap();
    fill(&mut connection, 0..10).unwrap();
    let counts = disk.counts();
    let count = |file: &str, kind| counts.get(&(file.to_owned(), kind)).copied().unwrap_or(0);
    assert!(count("x.gpkg-wal", Operation::Write) > 20 && count("x.gpkg-wal", Operation::Sync) > 0);
    assert!(count("x.gpkg", Operation::Open) == 1 && count("x.gpkg-shm", Operation::Share) > 0);
    connection.execute_batch("PRAGMA wal_checkpoint(truncate)").unwrap();
    let after = disk.counts();
    assert!(after[&("x.gpkg".to_owned(), Operation::Write)] > count("x.gpkg", Operation::Write));
    assert!(after[&("x.gpkg-wal".to_owned(), Operation::Truncate)] > 0);
    drop(connection);
    assert!(disk.counts()[&("x.gpkg-wal".to_owned(), Operation::Delete)] > 0);
    assert_eq!(disk.refused(), 0);
    disk.forget_counts();
    assert_eq!(disk.count(&Operation::CHANGING), 0);
}

/// A transaction and a checkpoint, each of whose operations can fail.
fn work(disk: &FaultVfs, folder: &Path) -> rusqlite::Result<()> {
    let mut connection = open(disk, folder)?;
    fill(&mut connection, 100..120)?;
    connection.execute_batch("PRAGMA wal_checkpoint(truncate)")
}

#[test]
fn a_disk_full_at_every_write_leaves_the_old_or_the_new_and_a_sound_file() {
    let disk = FaultVfs::register("full");
    let mut told = 0;
    for torn in [false, true] {
        for at in 1.. {
            let folder = tempfile::tempdir().unwrap();
            fill(&mut open(&disk, folder.path()).unwrap(), 0..5).unwrap();
            let failing = Failing::from(at, DiskFault::Full);
            disk.fail(if torn { failing.torn() } else { failing });
            let before = disk.refused();
            let done = work(&disk, folder.path());
            let failed = disk.refused() > before;
            disk.heal();
            if let Err(error) = &done {
                assert_eq!(error.sqlite_error_code(), Some(ErrorCode::DiskFull), "at {at}: {error}");
                told += 1;
            }
            let connection = open(&disk, folder.path()).unwrap();
            sound(&connection);
            let rows = rows(&connection);
            assert!(rows == 25 || (rows == 5 && done.is_err()), "at {at}: {rows} rows");
            if !failed {
                assert!(done.is_ok() && at > 20);
                break;
            }
        }
    }
    assert!(told > 40, "{told}");
}

#[test]
fn one_operation_fails_by_its_kind_and_file_and_the_next_works() {
    let disk = FaultVfs::register("once");
    let folder = tempfile::tempdir().unwrap();
    let mut connection = open(&disk, folder.path()).unwrap();
    disk.fail(Failing::once(2, DiskFault::Io).on(&[Operation::Write]).in_file("-wal"));
    let error = fill(&mut connection, 0..10).unwrap_err();
    assert_eq!(error.sqlite_error_code(), Some(ErrorCode::SystemIoFailure));
    assert_eq!(disk.refused(), 1);
    fill(&mut connection, 0..10).unwrap();
    assert_eq!((rows(&connection), disk.refused()), (10, 1));
    disk.fail(Failing::once(1, DiskFault::Io).on(&[Operation::Open]));
    assert_eq!(open(&disk, folder.path()).unwrap_err().sqlite_error_code(), Some(ErrorCode::CannotOpen));
    assert!(open(&disk, folder.path()).is_ok());
}

#[test]
fn a_power_cut_takes_what_was_not_synced_and_never_what_was_committed() {
    println!("seeds 0 to 149");
    let disk = FaultVfs::register("power");
    let (mut lost, mut kept) = (0, 0);
    for seed in 0..150 {
        let folder = tempfile::tempdir().unwrap();
        disk.remember();
        let mut connection = open(&disk, folder.path()).unwrap();
        fill(&mut connection, 0..5).unwrap();
        // Nothing is cut off in the log before the power goes, at a write that differs each time.
        disk.fail(Failing::from(seed % 60 + 1, DiskFault::Io));
        let committed = fill(&mut connection, 100..110).is_ok();
        connection.execute_batch("PRAGMA wal_checkpoint(passive)").ok();
        disk.power_off();
        drop(connection);
        disk.heal();
        disk.power_on(seed).unwrap();
        let connection = open(&disk, folder.path()).unwrap();
        sound(&connection);
        let rows = rows(&connection);
        assert!(rows == 15 || (rows == 5 && !committed), "seed {seed}: {rows} rows, committed: {committed}");
        if rows == 15 {
            kept += 1;
        } else {
            lost += 1;
        }
    }
    assert!(lost > 10 && kept > 10, "{lost} lost, {kept} kept");
}

#[test]
fn without_a_sync_a_power_cut_is_seen() {
    println!("seeds 0 to 49");
    let disk = FaultVfs::register("unsynced");
    let mut lost = 0;
    for seed in 0..50 {
        let folder = tempfile::tempdir().unwrap();
        disk.remember();
        let mut connection = open(&disk, folder.path()).unwrap();
        fill(&mut connection, 0..5).unwrap();
        connection.execute_batch("PRAGMA wal_checkpoint(truncate); PRAGMA synchronous = off").unwrap();
        fill(&mut connection, 5..10).unwrap();
        disk.power_off();
        drop(connection);
        disk.power_on(seed).unwrap();
        let rows = rows(&open(&disk, folder.path()).unwrap());
        assert!(rows == 5 || rows == 10);
        lost += i32::from(rows == 5);
    }
    assert!(lost > 25, "{lost}");
}
