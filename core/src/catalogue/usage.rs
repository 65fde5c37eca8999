//! What the catalogue costs on the disk, and what becomes of a damaged file. All of it can be had again, so a file that
//! SQLite cannot read is moved aside and a new one made; which territories and packs were wanted stands in a small file
//! beside it, so that they are planned anew. The files of packs are found again by their names.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::{Catalogue, NewTerritory, PackSubject, PictureSize, Storage, schema};
use crate::clock::now_ms;
use crate::error::{Error, Result};
use crate::model::{Id, Kind};
use crate::storage::{with_suffix, write_atomic};

/// What was wanted, beside the file that may be damaged.
const WANTED: &str = "wanted.json";
/// Left by who met damage, for who opens the file next.
const DAMAGE_MARKER: &str = "damaged";
const QUARANTINE_PREFIX: &str = "catalogue.damaged";

/// A file is worth writing anew where so much of it is empty.
const EMPTY_SHARE: f64 = 0.25;
const EMPTY_BYTES: u64 = 1 << 20;

/// What everything costs, in bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct StorageUsage {
    /// The file, with what lies beside it until it is written back.
    pub catalogue: u64,
    /// Of it, what is empty and could be given back.
    pub reclaimable: u64,
    /// Objects by territory, texts and lines.
    pub territories: BTreeMap<String, u64>,
    /// Objects by kind.
    pub kinds: BTreeMap<Kind, u64>,
    /// Packs.
    pub packs: Vec<PackUsage>,
    /// Files of packs, each once.
    pub media: u64,
    /// Answers and files on their way.
    pub staging: u64,
    /// What may still be written on this disk.
    pub free: u64,
}

/// What a pack costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PackUsage {
    /// Short name of its territory.
    pub territory: String,
    /// What it is about: `trek/31`.
    pub subject: String,
    /// Bytes of its files.
    pub bytes: u64,
    /// Bytes that its removal gives back.
    pub own_bytes: u64,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Wanted {
    territories: Vec<WantedTerritory>,
    packs: Vec<WantedPack>,
}

#[derive(Debug, Serialize, Deserialize)]
struct WantedTerritory {
    name: String,
    url: String,
    portals: Vec<Id>,
    default_language: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct WantedPack {
    territory: String,
    subject: String,
    pictures: PictureSize,
}

/// Opens the file; a damaged one is moved aside first. Tells whether it was.
pub(super) fn open_or_quarantine(directory: &Path, path: &Path, storage: &Storage) -> Result<(Connection, bool)> {
    let vfs = storage.vfs.as_deref();
    let open = || -> Result<Connection> {
        let mut connection = schema::connect(path, vfs)?;
        schema::migrate(&mut connection)?;
        Ok(connection)
    };
    let mark = directory.join(DAMAGE_MARKER);
    let is_sound = |connection: &Connection| {
        connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0)).is_ok_and(|said| said == "ok")
    };
    match open() {
        Ok(connection) if !mark.exists() => return Ok((connection, false)),
        Ok(connection) if is_sound(&connection) => {
            storage.disk.remove(&mark)?;
            return Ok((connection, false));
        }
        Ok(_) | Err(Error::Corrupt { .. }) => {}
        Err(other) => return Err(other),
    }
    quarantine(directory, path, storage)?;
    storage.disk.remove(&mark)?;
    Ok((open()?, true))
}

/// Gives a damaged file another name. One is kept, for who wants to look at it; those before it go.
fn quarantine(directory: &Path, path: &Path, storage: &Storage) -> Result<()> {
    for file in fs::read_dir(directory)?.flatten() {
        if file.file_name().to_str().is_some_and(|name| name.starts_with(QUARANTINE_PREFIX)) {
            storage.disk.remove(&file.path())?;
        }
    }
    let ms = now_ms();
    storage.disk.rename(path, &directory.join(format!("{QUARANTINE_PREFIX}-{ms}.gpkg")))?;
    for ending in ["-wal", "-shm"] {
        storage.disk.remove(&with_suffix(path, ending))?;
    }
    Ok(())
}

impl Catalogue {
    /// Notes beside the file what is wanted now. Called whenever a territory or a pack comes or goes.
    pub(crate) fn record_wanted(&self) -> Result<()> {
        let territories = self.territories()?.into_iter().map(|territory| WantedTerritory {
            name: territory.name,
            url: territory.url,
            portals: territory.portals,
            default_language: territory.default_language,
        });
        let packs = self.packs(None)?.into_iter().map(|pack| WantedPack {
            territory: pack.territory,
            subject: pack.subject.to_string(),
            pictures: pack.pictures,
        });
        let wanted = Wanted { territories: territories.collect(), packs: packs.collect() };
        let json = serde_json::to_vec_pretty(&wanted).map_err(Error::internal)?;
        Ok(write_atomic(&**self.disk(), &self.directory().join(WANTED), &json)?)
    }

    /// Plans what was wanted when the file was lost.
    pub(super) fn restore_wanted(&self) -> Result<()> {
        let Ok(json) = fs::read(self.directory().join(WANTED)) else { return Ok(()) };
        let wanted: Wanted = serde_json::from_slice(&json).unwrap_or_default();
        for WantedTerritory { name, url, portals, default_language } in wanted.territories {
            let new = NewTerritory { name, url, portals, default_language };
            self.write(|transaction| transaction.add_territory(&new))?;
        }
        for pack in wanted.packs {
            let (Ok(territory), Ok(subject)) = (self.territory(&pack.territory), pack.subject.parse::<PackSubject>())
            else {
                continue;
            };
            self.request_pack(&territory, &subject, pack.pictures)?;
        }
        Ok(())
    }

    /// Somebody met damage: whoever opens the file next looks at all of it first.
    pub(super) fn flag_damage(&self, error: &Error) {
        if matches!(error, Error::Corrupt { .. }) {
            // Where even this cannot be written the next one meets the damage again.
            let _ = write_atomic(&**self.disk(), &self.directory().join(DAMAGE_MARKER), b"");
        }
    }

    /// What everything costs. Looks at every object's size and every file on its way.
    pub fn storage_usage(&self) -> Result<StorageUsage> {
        let names: BTreeMap<i64, String> = self.territories()?.into_iter().map(|t| (t.key, t.name)).collect();
        let mut account = StorageUsage { catalogue: self.bytes_on_disk()?, ..StorageUsage::default() };
        self.read(|connection| {
            let number = |sql: &str| -> Result<u64> {
                Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get::<_, i64>(0))?.unsigned_abs())
            };
            account.reclaimable = number("PRAGMA freelist_count")? * number("PRAGMA page_size")?;
            account.media = number("SELECT coalesce(sum(bytes), 0) FROM jalon_media WHERE file IS NOT NULL")?;
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
                    *account.kinds.entry(kind).or_default() += bytes;
                    if let Some(name) = names.get(&row.get::<_, i64>(0)?) {
                        *account.territories.entry(name.clone()).or_default() += bytes;
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
        account.packs = packs.collect();
        account.staging = bytes_below(&self.staging_folder());
        account.free = self.disk().free_bytes(self.directory())?;
        Ok(account)
    }

    /// Where answers and files lie while they are on their way.
    pub(crate) fn staging_folder(&self) -> PathBuf {
        self.directory().join("staging")
    }

    /// Writes the file anew where so much of it is empty that it pays, and gives the bytes that are free now. Readers go
    /// on meanwhile; needs room for a second copy.
    pub fn vacuum(&self) -> Result<u64> {
        let before = self.bytes_on_disk()?;
        let _guard = self.suspend_lock.acquire()?;
        let mut writer = super::lock(&self.writer);
        let writer = self.opened(&mut writer)?;
        let number =
            |sql: &str| -> Result<u64> { Ok(writer.query_row(sql, [], |row| row.get::<_, i64>(0))?.unsigned_abs()) };
        let empty = number("PRAGMA freelist_count")? * number("PRAGMA page_size")?;
        let pays = empty >= EMPTY_BYTES && empty as f64 >= EMPTY_SHARE * before as f64;
        if !pays || self.disk().free_bytes(self.directory())? < before {
            return Ok(0);
        }
        writer.execute_batch("VACUUM")?;
        // The copy lies in the log until that is written back.
        writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(before.saturating_sub(self.bytes_on_disk()?))
    }
}

/// Bytes of the files in a folder and in those below it.
pub(crate) fn bytes_below(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let bytes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(about) if about.is_dir() => bytes_below(&entry.path()),
        Ok(about) => about.len(),
        Err(_) => 0,
    });
    bytes.sum()
}
