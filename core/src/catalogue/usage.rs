//! Storage usage: the bytes of the catalogue, its territories and its packs.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::Catalogue;
use crate::error::Result;
use crate::id::TerritoryId;
use crate::model::Kind;

/// The storage that everything in the catalogue takes, in bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct StorageUsage {
    /// The database file, including SQLite's log.
    pub catalogue: u64,
    /// The part of the database file that is empty and can be reclaimed.
    pub reclaimable: u64,
    /// Objects by territory name, with their geometries.
    pub territories: BTreeMap<String, u64>,
    /// Objects by kind, with their geometries.
    pub kinds: BTreeMap<Kind, u64>,
    /// The packs.
    pub packs: Vec<PackUsage>,
    /// The files of all packs; a file that several packs share counts once.
    pub media: u64,
    /// Unfinished downloads and responses that are not yet applied.
    pub staging: u64,
    /// Free space of the disk.
    pub free: u64,
}

/// The storage that the files of a pack take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PackUsage {
    /// Name of the territory.
    pub territory: String,
    /// Subject of the pack, such as `trek/31`.
    pub subject: String,
    /// Bytes of its files.
    pub bytes: u64,
    /// Bytes of the files that no other pack needs: removing the pack frees them.
    pub own_bytes: u64,
}

impl Catalogue {
    /// Computes the storage usage. Reads the size of every object and of every staged file.
    ///
    /// # Errors
    /// [`Error::Closed`](crate::Error::Closed), [`Error::Corrupt`](crate::Error::Corrupt) and errors of the disk.
    pub fn storage_usage(&self) -> Result<StorageUsage> {
        let names: HashMap<TerritoryId, String> = self.territories()?.into_iter().map(|t| (t.key, t.name)).collect();
        let mut usage = StorageUsage { catalogue: self.bytes_on_disk()?, ..StorageUsage::default() };
        self.read(|connection| {
            let number = |sql: &str| -> Result<u64> {
                Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get::<_, i64>(0))?.unsigned_abs())
            };
            usage.reclaimable = number("PRAGMA freelist_count")? * number("PRAGMA page_size")?;
            usage.media = number("SELECT coalesce(sum(bytes), 0) FROM jalon_media WHERE file IS NOT NULL")?;
            for kind in Kind::ALL {
                let geometry = if kind.is_spatial() { " + coalesce(octet_length(geom), 0)" } else { "" };
                let sql = format!(
                    "SELECT territory, sum(octet_length(data) + coalesce(octet_length(names), 0){geometry})
                       FROM {kind} GROUP BY territory"
                );
                let mut statement = connection.prepare_cached(&sql)?;
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    let bytes = row.get::<_, i64>(1)?.unsigned_abs();
                    *usage.kinds.entry(kind).or_default() += bytes;
                    if let Some(name) = names.get(&row.get(0)?) {
                        *usage.territories.entry(name.clone()).or_default() += bytes;
                    }
                }
            }
            Ok(())
        })?;
        let packs = self.packs(None)?.into_iter().map(|pack| PackUsage {
            territory: pack.territory,
            subject: pack.subject.to_string(),
            bytes: pack.bytes,
            own_bytes: pack.own_bytes,
        });
        usage.packs = packs.collect();
        usage.staging = directory_size(&self.staging_folder());
        usage.free = self.file_system().free_bytes(self.directory())?;
        Ok(usage)
    }

    /// The directory of unfinished downloads and of responses that are not yet applied.
    pub(crate) fn staging_folder(&self) -> PathBuf {
        self.directory().join("staging")
    }
}

/// The size of the files in a directory and below, in bytes.
pub(crate) fn directory_size(directory: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(directory) else { return 0 };
    let bytes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => directory_size(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    });
    bytes.sum()
}
