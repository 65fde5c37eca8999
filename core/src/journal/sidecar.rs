//! Each report once more, as a small file of its own: page 1 of the database can be the one that is gone, and a damaged log
//! loses its last transactions without anybody noticing.
//!
//! A change is written beside the copy (`<id>.json.new`) and synced before its transaction ends, and takes the copy's
//! place after. So at any moment the newest of both is no older than the row, and at most one step newer.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Transaction;

use super::{Journal, Report, reports};
use crate::digest::sha256;
use crate::error::{Error, Result};

const FOLDER: &str = "reports";

/// SHA-256 of a report's JSON, in hexadecimal: a bit that flips in a text is no error of SQLite's.
pub(super) fn add_checksum(json: &str) -> String {
    sha256(json)
}

/// A report that is what was written.
pub(super) fn verify_checksum(json: &str, sum: &str) -> Option<Report> {
    if add_checksum(json) == sum { serde_json::from_str(json).ok() } else { None }
}

/// The newest copies that are what was written, by the reports' names.
pub(super) fn read(directory: &Path) -> Result<BTreeMap<String, Report>> {
    let mut newest: BTreeMap<String, Report> = BTreeMap::new();
    for file in fs::read_dir(directory.join(FOLDER))?.flatten() {
        let Some(report) = fs::read_to_string(file.path()).ok().and_then(|text| {
            let (json, sum) = text.trim_end().rsplit_once('\n')?;
            verify_checksum(json, sum)
        }) else {
            continue;
        };
        if newest.get(&report.uuid).is_none_or(|known| known.changes < report.changes) {
            newest.insert(report.uuid.clone(), report);
        }
    }
    Ok(newest)
}

impl Journal {
    fn copy_of(&self, uuid: &str) -> PathBuf {
        self.directory.join(FOLDER).join(format!("{uuid}.json"))
    }

    fn next_copy_of(&self, uuid: &str) -> PathBuf {
        self.directory.join(FOLDER).join(format!("{uuid}.json.new"))
    }

    /// Writes what the copy is to be; on stable storage when this returns.
    pub(super) fn prepare_sidecar(&self, report: &Report) -> Result<()> {
        let disk = &*self.storage.disk;
        let json = serde_json::to_string(report).map_err(Error::internal)?;
        let next = self.next_copy_of(&report.uuid);
        let written = disk.open(&next, 0).and_then(|mut file| {
            file.write_all(format!("{json}\n{}\n", add_checksum(&json)).as_bytes())?;
            file.sync()
        });
        if let Err(error) = written.and_then(|()| disk.sync_folder(&self.directory.join(FOLDER))) {
            let _ = disk.remove(&next);
            return Err(error.into());
        }
        Ok(())
    }

    /// The transaction is over: what was prepared takes the copy's place, or goes. Where that fails, the next opening does
    /// it.
    pub(super) fn finish_sidecar(&self, uuid: &str, committed: bool) {
        let next = self.next_copy_of(uuid);
        let disk = &*self.storage.disk;
        let _ = if committed { disk.rename(&next, &self.copy_of(uuid)) } else { disk.remove(&next) };
    }

    pub(super) fn remove_sidecar(&self, uuid: &str) -> Result<()> {
        let disk = &*self.storage.disk;
        disk.remove(&self.next_copy_of(uuid))?;
        disk.remove(&self.copy_of(uuid))?;
        Ok(disk.sync_folder(&self.directory.join(FOLDER))?)
    }

    /// Takes over what the copies know and the rows do not: a step whose transaction did not end, or rows that a damaged
    /// log has lost. Rows without a sound copy get one.
    pub(super) fn reconcile(&self) -> Result<()> {
        self.write(|transaction| self.take_newer(transaction))
    }

    fn take_newer(&self, transaction: &Transaction<'_>) -> Result<()> {
        // Within the transaction, so that nobody else is about to end one.
        let mut copies = read(&self.directory)?;
        for report in reports::all(transaction)? {
            match copies.remove(&report.uuid) {
                Some(copy) if copy.changes > report.changes => reports::put(transaction, &copy)?,
                Some(copy) if copy.changes == report.changes && self.copy_of(&report.uuid).exists() => {}
                // It is not there, or damaged. Room for it may come later.
                _ => {
                    if self.prepare_sidecar(&report).is_ok() {
                        self.finish_sidecar(&report.uuid, true);
                    }
                }
            }
        }
        let mut missing: Vec<Report> = copies.into_values().collect();
        missing.sort_by_key(|report| report.created_ms);
        missing.iter().try_for_each(|report| reports::put(transaction, report))
    }
}
