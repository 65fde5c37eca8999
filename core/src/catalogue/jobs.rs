//! The persisted jobs: a job is one refresh or one download, with its transfers. After the process dies it continues where it
//! was. The state machine is in `transfer`; this module stores its state.

use rusqlite::{Connection, OptionalExtension};

use super::{Catalogue, WriteTransaction};
use crate::error::{Error, Result};
use crate::id::TerritoryId;
use crate::transfer::Transfer;

pub(super) const TABLES: &str = "
CREATE TABLE jalon_job (
  job INTEGER PRIMARY KEY AUTOINCREMENT, territory INTEGER NOT NULL, subject TEXT NOT NULL, created_ms INTEGER NOT NULL,
  paused INTEGER NOT NULL DEFAULT 0, finished INTEGER NOT NULL DEFAULT 0, UNIQUE (territory, subject));
CREATE TABLE jalon_transfer (
  job INTEGER NOT NULL REFERENCES jalon_job (job) ON DELETE CASCADE, id INTEGER NOT NULL, data TEXT NOT NULL,
  done_order INTEGER, elapsed_ms INTEGER, PRIMARY KEY (job, id)) WITHOUT ROWID;
";

/// The stored row of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JobRecord {
    pub(crate) job: i64,
    /// Start of the job, Unix ms.
    pub(crate) created_ms: i64,
    pub(crate) is_paused: bool,
    /// Whether its responses are applied to the catalogue, so that they are not needed again.
    pub(crate) is_finished: bool,
}

/// The stored row of a transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TransferRecord {
    pub(crate) transfer: Transfer,
    /// If the transfer is completed: its rank in the order of completion, and its duration in milliseconds.
    pub(crate) done: Option<(u64, u64)>,
}

fn find(connection: &Connection, territory: TerritoryId, subject: &str) -> Result<Option<JobRecord>> {
    let mut statement = connection.prepare_cached(
        "SELECT job, created_ms, paused, finished FROM jalon_job WHERE territory = ?1 AND subject = ?2",
    )?;
    let row = |row: &rusqlite::Row<'_>| {
        Ok(JobRecord { job: row.get(0)?, created_ms: row.get(1)?, is_paused: row.get(2)?, is_finished: row.get(3)? })
    };
    Ok(statement.query_row((territory, subject), row).optional()?)
}

impl Catalogue {
    /// The job with a subject, if it exists.
    pub(crate) fn job(&self, territory: TerritoryId, subject: &str) -> Result<Option<JobRecord>> {
        self.read(|connection| find(connection, territory, subject))
    }

    /// The subjects of the jobs of a territory, oldest first.
    pub(crate) fn jobs(&self, territory: TerritoryId) -> Result<Vec<String>> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT subject FROM jalon_job WHERE territory = ?1 ORDER BY job")?;
            let rows = statement.query_map([territory], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Starts a job, replacing an earlier one with the same subject.
    pub(crate) fn begin_job(&self, territory: TerritoryId, subject: &str, at_ms: i64) -> Result<JobRecord> {
        self.write_state(|connection| {
            connection.execute("DELETE FROM jalon_job WHERE territory = ?1 AND subject = ?2", (territory, subject))?;
            connection.execute(
                "INSERT INTO jalon_job (territory, subject, created_ms) VALUES (?1, ?2, ?3)",
                (territory, subject, at_ms),
            )?;
            find(connection, territory, subject)?.ok_or_else(|| Error::internal("the new job was not stored"))
        })
    }

    /// Pauses or resumes a job.
    pub(crate) fn pause_job(&self, job: i64, is_paused: bool) -> Result<()> {
        self.write_state(|connection| {
            connection.execute("UPDATE jalon_job SET paused = ?2 WHERE job = ?1", (job, is_paused))?;
            Ok(())
        })
    }

    /// Deletes a job that is completed or cancelled.
    pub(crate) fn end_job(&self, job: i64) -> Result<()> {
        self.write_state(|connection| end(connection, job))
    }

    /// The transfers of a job, in the order of their ids.
    pub(crate) fn transfers(&self, job: i64) -> Result<Vec<TransferRecord>> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT data, done_order, elapsed_ms FROM jalon_transfer WHERE job = ?1 ORDER BY id")?;
            let mut rows = statement.query([job])?;
            let mut records = Vec::new();
            while let Some(row) = rows.next()? {
                let transfer = serde_json::from_str(row.get_ref(0)?.as_str().unwrap_or_default())
                    .map_err(|_| Error::corrupt("a planned transfer cannot be read"))?;
                let done: Option<i64> = row.get(1)?;
                let elapsed: Option<i64> = row.get(2)?;
                let done = done.map(|order| (order.unsigned_abs(), elapsed.unwrap_or_default().unsigned_abs()));
                records.push(TransferRecord { transfer, done });
            }
            Ok(records)
        })
    }

    /// Inserts or replaces transfers of a job.
    pub(crate) fn save_transfers(&self, job: i64, transfers: &[TransferRecord]) -> Result<()> {
        if transfers.is_empty() {
            return Ok(());
        }
        self.write_state(|connection| {
            let mut statement = connection.prepare_cached("REPLACE INTO jalon_transfer VALUES (?1, ?2, ?3, ?4, ?5)")?;
            for record in transfers {
                let data = serde_json::to_string(&record.transfer).map_err(Error::internal)?;
                let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
                let (order, elapsed) = record.done.map(|(order, ms)| (signed(order), signed(ms))).unzip();
                statement.execute((job, signed(record.transfer.id), data, order, elapsed))?;
            }
            Ok(())
        })
    }
}

impl WriteTransaction<'_> {
    /// Marks a job as finished and deletes its transfers, in the transaction that applies their responses.
    pub(crate) fn finish_job(&mut self, job: i64) -> Result<()> {
        self.connection().execute("UPDATE jalon_job SET finished = 1 WHERE job = ?1", [job])?;
        self.connection().execute("DELETE FROM jalon_transfer WHERE job = ?1", [job])?;
        Ok(())
    }

    /// Deletes a job in the transaction that applies its result, so that both happen or neither.
    pub(crate) fn end_job(&mut self, job: i64) -> Result<()> {
        end(self.connection(), job)
    }
}

fn end(connection: &Connection, job: i64) -> Result<()> {
    connection.execute("DELETE FROM jalon_job WHERE job = ?1", [job])?;
    Ok(())
}
