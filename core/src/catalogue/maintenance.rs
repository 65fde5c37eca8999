//! Recovery from a damaged file, and compaction. A catalogue can be downloaded again, so a file that SQLite cannot read is
//! moved aside and replaced by an empty one. A small file beside it lists the territories and packs to download again. The
//! pictures of packs are found again by their file names.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::schema::{SCHEMA, SETTINGS};
use super::{Catalogue, FILE_NAME, NewTerritory, PackSubject, PictureSize};
use crate::clock::now_ms;
use crate::db::{Database, quarantine};
use crate::error::{Error, Result};
use crate::model::Id;
use crate::storage::{Storage, write_atomic};

/// The list of the territories and packs to download again.
const WANTED: &str = "wanted.json";
/// A file that exists if a read met damage. Whoever opens the catalogue next then checks the whole file.
const DAMAGE_MARKER: &str = "damaged";
const QUARANTINE_PREFIX: &str = "catalogue.damaged";

/// The file is compacted if this share of it is empty, and at least this many bytes.
const MIN_EMPTY_SHARE: f64 = 0.25;
const MIN_EMPTY_BYTES: u64 = 1 << 20;

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

/// Opens the database of a catalogue; moves a damaged one aside and creates a new one. Returns whether it was damaged.
pub(super) fn open_or_quarantine(directory: &Path, storage: Storage) -> Result<(Database, bool)> {
    let path = directory.join(FILE_NAME);
    let file_system = storage.file_system.clone();
    let open = || -> Result<Database> {
        let database = Database::open(path.clone(), storage.clone(), SETTINGS, &SCHEMA)?;
        database.check_version()?;
        Ok(database)
    };
    let marker = directory.join(DAMAGE_MARKER);
    match open() {
        Ok(database) if !marker.exists() => return Ok((database, false)),
        Ok(database) if database.read(passes_quick_check).is_ok_and(|is_intact| is_intact) => {
            file_system.remove_file(&marker)?;
            return Ok((database, false));
        }
        Ok(_) | Err(Error::Corrupt { .. }) => {}
        Err(other) => return Err(other),
    }
    // Only the latest damaged file is kept, for diagnosis.
    for file in fs::read_dir(directory)?.flatten() {
        if file.file_name().to_str().is_some_and(|name| name.starts_with(QUARANTINE_PREFIX)) {
            file_system.remove_file(&file.path())?;
        }
    }
    quarantine::remove_log(&*file_system, &path)?;
    quarantine::quarantine(&*file_system, &path, &quarantine::quarantine_path(&path, now_ms()))?;
    file_system.remove_file(&marker)?;
    Ok((open()?, true))
}

fn passes_quick_check(connection: &Connection) -> Result<bool> {
    Ok(connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0))? == "ok")
}

impl Catalogue {
    /// Writes the list of the present territories and packs, for [`Catalogue::restore_wanted`]. To be called whenever a
    /// territory or a pack is added or removed.
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
        Ok(write_atomic(&**self.file_system(), &self.directory().join(WANTED), &json)?)
    }

    /// Adds the territories and packs of a lost catalogue to this empty one, to be downloaded again.
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

    /// Records that a read met damage, so that the whole file is checked when it is opened next.
    pub(super) fn flag_damage(&self, error: &Error) {
        if matches!(error, Error::Corrupt { .. }) {
            // If the marker cannot be written, the next read meets the damage again.
            let _ = write_atomic(&**self.file_system(), &self.directory().join(DAMAGE_MARKER), b"");
        }
    }

    /// Compacts the file if a quarter of it and at least 1 MiB are empty, and if the disk has space for a second copy.
    /// Returns the freed bytes. Takes some seconds for a large file; readers are not blocked.
    pub(crate) fn vacuum(&self) -> Result<u64> {
        let before = self.bytes_on_disk()?;
        let free = self.file_system().free_bytes(self.directory())?;
        let mut is_compacted = false;
        self.database.with_writer(&mut |writer| {
            let number = |sql: &str| -> Result<u64> {
                Ok(writer.query_row(sql, [], |row| row.get::<_, i64>(0))?.unsigned_abs())
            };
            let empty = number("PRAGMA freelist_count")? * number("PRAGMA page_size")?;
            let pays = empty >= MIN_EMPTY_BYTES && empty as f64 >= MIN_EMPTY_SHARE * before as f64;
            if pays && free >= before {
                writer.execute_batch("VACUUM")?;
                is_compacted = true;
            }
            Ok(())
        })?;
        if !is_compacted {
            return Ok(0);
        }
        // The compacted copy is in the log until then.
        self.database.truncate_log()?;
        Ok(before.saturating_sub(self.bytes_on_disk()?))
    }
}
