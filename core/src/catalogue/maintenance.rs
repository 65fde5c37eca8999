//! Recovery from a damaged file, and compaction. A catalogue can be downloaded again, so a file that SQLite cannot read is
//! moved aside and replaced by an empty one. A small file beside it lists the territories and packs to download again. The
//! pictures of packs are found again by their file names.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::schema::{SCHEMA, SETTINGS};
use super::{Catalogue, FILE_NAME, MapSource, NewTerritory, PackSubject, PictureSize};
use crate::clock::now_ms;
use crate::db::quarantine::{self, WAL};
use crate::db::{Database, open_lock};
use crate::error::{Error, Result};
use crate::model::{Bounds, Id};
use crate::storage::{Storage, with_suffix, write_atomic};

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
    /// Of an edition: its bounding box, and the keys that were trusted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bounds: Option<Bounds>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    public_keys: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct WantedPack {
    territory: String,
    subject: String,
    pictures: PictureSize,
    #[serde(default)]
    with_files: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    map: Option<MapSource>,
}

/// Opens the catalogue of a directory; moves a damaged file aside and creates a new one. A file that is empty, or missing
/// although territories were added, is a damaged one, too.
pub(super) fn open_or_recover(directory: &Path, storage: Storage) -> Result<Catalogue> {
    let path = directory.join(FILE_NAME);
    let marker = directory.join(DAMAGE_MARKER);
    let existing = || Database::open_existing(path.clone(), storage.clone(), SETTINGS, &SCHEMA);
    // The usual case takes no lock. Whatever the error is, it is met again below.
    if has_content(&path)
        && !marker.exists()
        && let Ok(database) = existing()
    {
        database.check_version()?;
        return Ok(Catalogue::new(directory, database, false));
    }
    let _lock = match open_lock(directory, SETTINGS.busy_timeout) {
        Ok(lock) => lock,
        // A file that cannot be recovered may still be readable.
        Err(Error::ReadOnly | Error::StorageFull) if has_content(&path) => {
            let database = existing()?;
            database.check_version()?;
            return Ok(Catalogue::new(directory, database, false));
        }
        Err(error) => return Err(error),
    };
    recover(directory, &path, &marker, &storage)
}

/// Opens a catalogue that may be damaged, under the lock.
fn recover(directory: &Path, path: &Path, marker: &Path, storage: &Storage) -> Result<Catalogue> {
    let file_system = &*storage.file_system;
    let open = || -> Result<Database> {
        let database = Database::open(path.to_owned(), storage.clone(), SETTINGS, &SCHEMA)?;
        database.check_version()?;
        Ok(database)
    };
    let wanted = read_wanted(directory);
    // SQLite takes an empty file for a new one.
    let is_lost = !has_content(path) && (!wanted.territories.is_empty() || has_content(&with_suffix(path, WAL)));
    if !is_lost {
        match open() {
            Ok(database) if !marker.exists() => return Ok(Catalogue::new(directory, database, false)),
            Ok(database) if database.read(passes_quick_check).is_ok_and(|is_intact| is_intact) => {
                // A process that was killed during a recovery has left an empty catalogue.
                let mut catalogue = Catalogue::new(directory, database, false);
                catalogue.was_damaged = !wanted.territories.is_empty() && catalogue.territories()?.is_empty();
                if catalogue.was_damaged {
                    catalogue.restore_wanted(wanted)?;
                }
                file_system.remove_file(marker)?;
                return Ok(catalogue);
            }
            Ok(_) | Err(Error::Corrupt { .. }) => {}
            Err(other) => return Err(other),
        }
    }
    // Until the marker is removed, every process that opens the catalogue completes the recovery.
    write_atomic(file_system, marker, b"")?;
    let earlier = quarantined_files(directory)?;
    quarantine::quarantine(file_system, path, &quarantine::quarantine_path(path, now_ms()))?;
    file_system.sync_dir(directory)?;
    let catalogue = Catalogue::new(directory, open()?, true);
    catalogue.restore_wanted(wanted)?;
    file_system.remove_file(marker)?;
    // Only the latest damaged file is kept, for diagnosis.
    earlier.iter().try_for_each(|file| file_system.remove_file(file))?;
    Ok(catalogue)
}

fn has_content(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.len() > 0)
}

/// The files in quarantine.
fn quarantined_files(directory: &Path) -> Result<Vec<PathBuf>> {
    let is_quarantined =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(QUARANTINE_PREFIX));
    Ok(fs::read_dir(directory)?.flatten().map(|file| file.path()).filter(is_quarantined).collect())
}

/// The list of the territories and packs to download again; empty if there is none.
fn read_wanted(directory: &Path) -> Wanted {
    let json = fs::read(directory.join(WANTED)).unwrap_or_default();
    serde_json::from_slice(&json).unwrap_or_default()
}

fn passes_quick_check(connection: &Connection) -> Result<bool> {
    Ok(connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0))? == "ok")
}

impl Catalogue {
    /// Writes the list of the present territories and packs, for [`Catalogue::restore_wanted`]. To be called whenever a
    /// territory or a pack is added or removed.
    pub(crate) fn record_wanted(&self) -> Result<()> {
        let territories = self.territories()?.into_iter().map(|territory| {
            let edition = territory.edition.unwrap_or_default();
            WantedTerritory {
                name: territory.name,
                url: territory.url,
                portals: territory.portals,
                default_language: territory.default_language,
                bounds: edition.bounds,
                public_keys: edition.public_keys,
            }
        });
        let packs = self.packs(None)?.into_iter().map(|pack| WantedPack {
            territory: pack.territory,
            subject: pack.subject.to_string(),
            pictures: pack.pictures,
            with_files: pack.with_files,
            map: pack.map.map(|map| map.source),
        });
        let wanted = Wanted { territories: territories.collect(), packs: packs.collect() };
        let json = serde_json::to_vec_pretty(&wanted).map_err(Error::internal)?;
        Ok(write_atomic(&**self.file_system(), &self.directory().join(WANTED), &json)?)
    }

    /// Adds the territories and packs of a lost catalogue to this empty one, to be downloaded again. Entries that are no
    /// longer valid are left out.
    fn restore_wanted(&self, wanted: Wanted) -> Result<()> {
        self.write(|transaction| {
            for WantedTerritory { name, url, portals, default_language, bounds, public_keys } in wanted.territories {
                let new = NewTerritory { name, url, portals, default_language, bounds, public_keys };
                match transaction.add_territory(&new) {
                    Ok(_) | Err(Error::InvalidInput { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
            for pack in wanted.packs {
                if let Ok(subject) = pack.subject.parse::<PackSubject>() {
                    transaction.restore_pack(&pack.territory, &subject, pack.pictures, pack.with_files)?;
                    if let Some(source) = &pack.map {
                        transaction.restore_map(&pack.territory, &pack.subject, source)?;
                    }
                }
            }
            Ok(())
        })
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
