//! The transfers that fetch, as they stand, so that work goes on where it was when the process dies. A job is one piece
//! of such work; the state machine is `transfer`'s, and this only keeps its words.

use rusqlite::{Connection, OptionalExtension};

use super::{Catalogue, WriteTransaction};
use crate::error::{Error, Result};
use crate::transfer::Transfer;

pub(super) const TABLES: &str = "
CREATE TABLE jalon_job (
  job INTEGER PRIMARY KEY AUTOINCREMENT, territory INTEGER NOT NULL, subject TEXT NOT NULL, created_ms INTEGER NOT NULL,
  paused INTEGER NOT NULL DEFAULT 0, settled INTEGER NOT NULL DEFAULT 0, UNIQUE (territory, subject));
CREATE TABLE jalon_transfer (
  job INTEGER NOT NULL REFERENCES jalon_job (job) ON DELETE CASCADE, id INTEGER NOT NULL, data TEXT NOT NULL,
  done_order INTEGER, elapsed_ms INTEGER, PRIMARY KEY (job, id)) WITHOUT ROWID;
";

/// One piece of work as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JobRecord {
    pub(crate) job: i64,
    /// When it was begun, Unix ms.
    pub(crate) created_ms: i64,
    pub(crate) is_paused: bool,
    /// What its answers said is in the catalogue: they are not needed again.
    pub(crate) is_finished: bool,
}

/// One transfer of a job as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TransferRecord {
    pub(crate) transfer: Transfer,
    /// Its place among those that are done, and how long it took, in milliseconds.
    pub(crate) done: Option<(u64, u64)>,
}

fn find(connection: &Connection, territory: i64, subject: &str) -> Result<Option<JobRecord>> {
    let mut statement = connection.prepare_cached(
        "SELECT job, created_ms, paused, settled FROM jalon_job WHERE territory = ?1 AND subject = ?2",
    )?;
    let row = |row: &rusqlite::Row<'_>| {
        Ok(JobRecord { job: row.get(0)?, created_ms: row.get(1)?, is_paused: row.get(2)?, is_finished: row.get(3)? })
    };
    Ok(statement.query_row((territory, subject), row).optional()?)
}

impl Catalogue {
    /// The job about a subject, where there is one.
    pub(crate) fn job(&self, territory: i64, subject: &str) -> Result<Option<JobRecord>> {
        self.read(|connection| find(connection, territory, subject))
    }

    /// The subjects of the jobs that are not done.
    pub(crate) fn jobs(&self, territory: i64) -> Result<Vec<String>> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT subject FROM jalon_job WHERE territory = ?1 ORDER BY job")?;
            let rows = statement.query_map([territory], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Begins a job about a subject, in the place of one that there was.
    pub(crate) fn begin_job(&self, territory: i64, subject: &str, at_ms: i64) -> Result<JobRecord> {
        self.note(|connection| {
            connection.execute("DELETE FROM jalon_job WHERE territory = ?1 AND subject = ?2", (territory, subject))?;
            connection.execute(
                "INSERT INTO jalon_job (territory, subject, created_ms) VALUES (?1, ?2, ?3)",
                (territory, subject, at_ms),
            )?;
            find(connection, territory, subject)?.ok_or_else(|| Error::internal("the new job is not there"))
        })
    }

    /// Pauses a job, or lets it go on.
    pub(crate) fn pause_job(&self, job: i64, is_paused: bool) -> Result<()> {
        self.note(|connection| {
            connection.execute("UPDATE jalon_job SET paused = ?2 WHERE job = ?1", (job, is_paused))?;
            Ok(())
        })
    }

    /// Forgets a job: it is done, or nobody wants it any more.
    pub(crate) fn end_job(&self, job: i64) -> Result<()> {
        self.note(|connection| end(connection, job))
    }

    /// The transfers of a job, by their numbers.
    pub(crate) fn transfers(&self, job: i64) -> Result<Vec<TransferRecord>> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT data, done_order, elapsed_ms FROM jalon_transfer WHERE job = ?1 ORDER BY id")?;
            let mut rows = statement.query([job])?;
            let mut kept = Vec::new();
            while let Some(row) = rows.next()? {
                let transfer = serde_json::from_str(row.get_ref(0)?.as_str().unwrap_or_default())
                    .map_err(|_| Error::Corrupt { reason: "a planned transfer cannot be read".to_owned() })?;
                let done: Option<i64> = row.get(1)?;
                let elapsed: Option<i64> = row.get(2)?;
                let done = done.map(|order| (order.unsigned_abs(), elapsed.unwrap_or_default().unsigned_abs()));
                kept.push(TransferRecord { transfer, done });
            }
            Ok(kept)
        })
    }

    /// Keeps transfers as they are now.
    pub(crate) fn keep_transfers(&self, job: i64, transfers: &[TransferRecord]) -> Result<()> {
        if transfers.is_empty() {
            return Ok(());
        }
        self.note(|connection| {
            let mut statement = connection.prepare_cached("REPLACE INTO jalon_transfer VALUES (?1, ?2, ?3, ?4, ?5)")?;
            for kept in transfers {
                let data = serde_json::to_string(&kept.transfer).map_err(Error::internal)?;
                let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
                let (order, elapsed) = kept.done.map(|(order, ms)| (signed(order), signed(ms))).unzip();
                statement.execute((job, signed(kept.transfer.id), data, order, elapsed))?;
            }
            Ok(())
        })
    }
}

impl WriteTransaction<'_> {
    /// What the answers of a job said is in this change: they are forgotten in the same transaction.
    pub(crate) fn finish_job(&mut self, job: i64) -> Result<()> {
        self.connection().execute("UPDATE jalon_job SET settled = 1 WHERE job = ?1", [job])?;
        self.connection().execute("DELETE FROM jalon_transfer WHERE job = ?1", [job])?;
        Ok(())
    }

    /// Forgets a job in the same transaction that writes what it brought, so that neither is ever there without the other.
    pub(crate) fn end_job(&mut self, job: i64) -> Result<()> {
        end(self.connection(), job)
    }
}

fn end(connection: &Connection, job: i64) -> Result<()> {
    connection.execute("DELETE FROM jalon_job WHERE job = ?1", [job])?;
    Ok(())
}
