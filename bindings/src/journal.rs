//! Favourites and notes, and the export of all that the person made.

use std::path::Path;
use std::sync::Arc;

use jalon::clock::now_ms;
use jalon::journal as core;

use crate::error::Result;
use crate::kind::Kind;
use crate::position::Position;
use crate::state::Shared;

/// An object that the person wants to find again.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Favourite {
    /// Short name of its territory.
    pub territory: String,
    /// What sort of thing it is.
    pub kind: Kind,
    /// The server's number.
    pub id: i64,
    /// Its name when it was marked.
    pub name: String,
    /// When it was marked, Unix ms.
    pub created_ms: i64,
}

/// What the person wrote down.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct Note {
    /// Its id.
    pub id: String,
    /// The text.
    pub text: String,
    /// Where.
    pub position: Option<Position>,
    /// Short name of the territory of what it is about.
    pub territory: Option<String>,
    /// What sort of thing it is about.
    pub kind: Option<Kind>,
    /// The server's number of what it is about.
    pub object: Option<i64>,
    /// When it was written, Unix ms.
    pub created_ms: i64,
}

impl From<core::Note> for Note {
    fn from(note: core::Note) -> Note {
        let core::Note { id, text, position, about, created_ms } = note;
        let (territory, kind, object) = match about {
            Some((territory, kind, object)) => (Some(territory), Some(kind.into()), Some(object)),
            None => (None, None, None),
        };
        Note { id, text, position: position.map(Into::into), territory, kind, object, created_ms }
    }
}

/// What an import brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct ImportSummary {
    /// Reports that were not here.
    pub reports: u64,
    /// Reports that were here already, and stay as they are.
    pub known: u64,
    /// Photos that were gone when the file was made.
    pub photos_missing: u64,
    /// Favourites.
    pub favourites: u64,
    /// Notes.
    pub notes: u64,
}

/// What was saved out of a damaged file.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RecoverySummary {
    /// Where the damaged file lies now; empty where there was none.
    pub quarantined_path: String,
    /// Reports that its rows still had.
    pub reports_from_rows: u64,
    /// Reports that only their copies had.
    pub reports_from_sidecars: u64,
    /// Favourites.
    pub favourites: u64,
    /// Notes.
    pub notes: u64,
}

/// What the person made, which exists nowhere else.
#[derive(Debug, uniffi::Object)]
pub struct Journal {
    shared: Arc<Shared>,
}

impl Journal {
    pub(crate) fn new(shared: Arc<Shared>) -> Journal {
        Journal { shared }
    }
}

#[uniffi::export]
impl Journal {
    /// Marks an object, with its name as the catalogue has it in the first of `languages`.
    ///
    /// # Errors
    /// `NotFound`.
    #[uniffi::method(default(languages = []))]
    pub async fn add_favourite(
        &self,
        territory: String,
        kind: Kind,
        id: i64,
        languages: Vec<String>,
    ) -> Result<Favourite> {
        let add = move |shared: &Shared| {
            let held = shared.core().catalogue().territory(&territory)?;
            let object = shared.core().catalogue().object(&held, kind.into(), id)?;
            let words = shared.core().localizer(&held, &crate::state::borrowed(&languages));
            let (name, _) = crate::details::named(&words, object.name());
            let favourite =
                core::Favourite { territory, kind: kind.into(), id, name: name.clone(), created_ms: now_ms() };
            shared.core().journal()?.add_favourite(&favourite)?;
            let core::Favourite { territory, kind: _, id, name, created_ms } = favourite;
            Ok(Favourite { territory, kind, id, name, created_ms })
        };
        self.shared.write(|changes| changes.journal += 1, add).await
    }

    /// Unmarks an object; tells whether it was marked.
    ///
    /// # Errors
    /// Those of the disk.
    pub async fn remove_favourite(&self, territory: String, kind: Kind, id: i64) -> Result<bool> {
        let remove =
            move |shared: &Shared| Ok(shared.core().journal()?.remove_favourite(&territory, kind.into(), id)?);
        self.shared.write(|changes| changes.journal += 1, remove).await
    }

    /// What is marked, the first first.
    ///
    /// # Errors
    /// Those of the disk.
    pub async fn favourites(&self) -> Result<Vec<Favourite>> {
        let favourite = |favourite: core::Favourite| {
            let core::Favourite { territory, kind, id, name, created_ms } = favourite;
            Favourite { territory, kind: kind.into(), id, name, created_ms }
        };
        let read =
            move |shared: &Shared| Ok(shared.core().journal()?.favourites()?.into_iter().map(favourite).collect());
        self.shared.run_blocking(read).await
    }

    /// Writes something down, where `position` is given there, about an object where `territory`, `kind` and `object` are.
    ///
    /// # Errors
    /// `InvalidInput` for the text or the place, or where only some of those three are given.
    #[uniffi::method(default(position = None, territory = None, kind = None, object = None))]
    pub async fn add_note(
        &self,
        text: String,
        position: Option<Position>,
        territory: Option<String>,
        kind: Option<Kind>,
        object: Option<i64>,
    ) -> Result<Note> {
        let add = move |shared: &Shared| {
            let about = match (territory, kind, object) {
                (Some(territory), Some(kind), Some(object)) => Some((territory, kind.into(), object)),
                (None, None, None) => None,
                _ => {
                    let rule = "territory, kind and object together, or none of them";
                    return Err(jalon::Error::invalid("object", rule).into());
                }
            };
            let position = position.map(Into::into);
            Ok(shared.core().journal()?.add_note(&text, position, about, now_ms())?.into())
        };
        self.shared.write(|changes| changes.journal += 1, add).await
    }

    /// Removes a note; tells whether it was there.
    ///
    /// # Errors
    /// Those of the disk.
    pub async fn remove_note(&self, id: String) -> Result<bool> {
        let remove = move |shared: &Shared| Ok(shared.core().journal()?.remove_note(&id)?);
        self.shared.write(|changes| changes.journal += 1, remove).await
    }

    /// What was written down, the first first.
    ///
    /// # Errors
    /// Those of the disk.
    pub async fn notes(&self) -> Result<Vec<Note>> {
        let read = |shared: &Shared| Ok(shared.core().journal()?.notes()?.into_iter().map(Into::into).collect());
        self.shared.run_blocking(read).await
    }

    /// Writes everything that is not accepted yet (`all` for that too), with photos, favourites and notes, to a zip file at
    /// `path`, which must not exist. Gives the number of reports.
    ///
    /// # Errors
    /// `InvalidInput` for the path, `StorageFull`.
    #[uniffi::method(default(all = false))]
    pub async fn export(&self, path: String, all: bool) -> Result<u64> {
        let write = move |shared: &Shared| Ok(shared.core().journal()?.export(Path::new(&path), all)? as u64);
        self.shared.run_blocking(write).await
    }

    /// Takes over what an export has and this journal has not. What is here stays as it is.
    ///
    /// # Errors
    /// `InvalidInput` for a file that is no export.
    pub async fn import_from(&self, path: String) -> Result<ImportSummary> {
        let read = move |shared: &Shared| {
            let imported = shared.core().journal()?.import(Path::new(&path))?;
            let core::ImportSummary { reports, known, photos_missing, favourites, notes } = imported;
            Ok(ImportSummary {
                reports: reports as u64,
                known: known as u64,
                photos_missing: photos_missing as u64,
                favourites: favourites as u64,
                notes: notes as u64,
            })
        };
        self.shared.write(|changes| changes.journal += 1, read).await
    }

    /// What was saved out of a damaged file when this journal was opened; none where it was sound.
    ///
    /// # Errors
    /// Those of the disk.
    pub async fn recovery(&self) -> Result<Option<RecoverySummary>> {
        let read = |shared: &Shared| {
            let salvaged = shared.core().journal()?.recovery().cloned();
            Ok(salvaged.map(|salvaged| {
                let core::RecoverySummary {
                    quarantined_path,
                    reports_from_rows,
                    reports_from_sidecars,
                    favourites,
                    notes,
                } = salvaged;
                RecoverySummary {
                    quarantined_path: quarantined_path.to_string_lossy().into_owned(),
                    reports_from_rows: reports_from_rows as u64,
                    reports_from_sidecars: reports_from_sidecars as u64,
                    favourites: favourites as u64,
                    notes: notes as u64,
                }
            }))
        };
        self.shared.run_blocking(read).await
    }
}
