//! The user's own data: favourites, notes, export and import.

use std::path::Path;
use std::sync::Arc;

use jalon::clock::now_ms;
use jalon::companion::Companion as Core;
use jalon::journal;
pub use jalon::journal::{Favourite, ImportSummary};

use crate::catalogue::object;
use crate::convert::{all, from_core};
use crate::details::name_of;
use crate::error::Result;
use crate::kind::Kind;
use crate::position::Position;
use crate::state::{Shared, borrowed};
use crate::watch::DataVersions;

/// A favourite object.
#[uniffi::remote(Record)]
pub struct Favourite {
    /// Name of its territory.
    pub territory: String,
    /// Its kind.
    pub kind: Kind,
    /// Its id on the server.
    pub id: i64,
    /// Its name when it was added.
    pub name: String,
    /// When it was added, Unix ms.
    pub created_ms: i64,
}

/// A note.
#[derive(Debug, uniffi::Record)]
pub struct Note {
    /// Its id.
    pub id: String,
    /// Its text.
    pub text: String,
    /// Its position.
    pub position: Option<Position>,
    /// Territory of the object that it is about.
    pub territory: Option<String>,
    /// Kind of the object that it is about.
    pub kind: Option<Kind>,
    /// Id of the object that it is about.
    pub object_id: Option<i64>,
    /// When it was written, Unix ms.
    pub created_ms: i64,
}

impl From<journal::Note> for Note {
    fn from(note: journal::Note) -> Note {
        let journal::Note { id, text, position, about, created_ms } = note;
        let (territory, kind, object_id) = match about {
            Some((territory, kind, id)) => (Some(territory), Some(kind), Some(id)),
            None => (None, None, None),
        };
        Note { id, text, position, territory, kind, object_id, created_ms }
    }
}

/// The result of an import.
#[uniffi::remote(Record)]
pub struct ImportSummary {
    /// Reports that were added.
    pub reports: u64,
    /// Reports that the journal had already; they are unchanged.
    pub known: u64,
    /// Photos that the export lacks.
    pub photos_missing: u64,
    /// Favourites that were added.
    pub favourites: u64,
    /// Notes that were added.
    pub notes: u64,
}

/// The result of the recovery of a damaged journal.
#[derive(Debug, uniffi::Record)]
pub struct RecoverySummary {
    /// Path of the damaged file; empty if there was none.
    pub quarantined_path: String,
    /// Reports recovered from the rows of the file.
    pub reports_from_rows: u64,
    /// Reports recovered from their sidecar files only.
    pub reports_from_sidecars: u64,
    /// Favourites recovered.
    pub favourites: u64,
    /// Notes recovered.
    pub notes: u64,
}

from_core!(journal::RecoverySummary => RecoverySummary same {}
core { quarantined_path, reports_from_rows, reports_from_sidecars, favourites, notes }
own {
    quarantined_path: quarantined_path.to_string_lossy().into_owned(),
    reports_from_rows: reports_from_rows as u64, reports_from_sidecars: reports_from_sidecars as u64,
    favourites: favourites as u64, notes: notes as u64
});

/// The user's own data, which exists nowhere else.
#[derive(Debug, uniffi::Object)]
pub struct Journal {
    pub(crate) shared: Arc<Shared>,
}

#[uniffi::export]
impl Journal {
    /// Adds a favourite, with the name of the object in the first of `languages` that it has.
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
        let add = move |core: &Core| {
            let (found, object) = object(core, &territory, kind, id)?;
            let (name, _) = name_of(&core.localizer(&found, &borrowed(&languages)), object.name());
            let favourite = Favourite { territory, kind, id, name, created_ms: now_ms() };
            core.journal()?.add_favourite(&favourite)?;
            Ok(favourite)
        };
        self.shared.write(DataVersions::journal, add).await
    }

    /// Removes a favourite. Returns false if it did not exist.
    pub async fn remove_favourite(&self, territory: String, kind: Kind, id: i64) -> Result<bool> {
        let remove = move |core: &Core| core.journal()?.remove_favourite(&territory, kind, id);
        self.shared.write(DataVersions::journal, remove).await
    }

    /// All favourites, oldest first.
    pub async fn favourites(&self) -> Result<Vec<Favourite>> {
        self.shared.run_blocking(|core| core.journal()?.favourites()).await
    }

    /// Adds a note, with a position or about an object if they are given.
    ///
    /// # Errors
    /// `InvalidInput` for the text or the position, or if only some of `territory`, `kind` and `object_id` are given.
    #[uniffi::method(default(position = None, territory = None, kind = None, object_id = None))]
    pub async fn add_note(
        &self,
        text: String,
        position: Option<Position>,
        territory: Option<String>,
        kind: Option<Kind>,
        object_id: Option<i64>,
    ) -> Result<Note> {
        let add = move |core: &Core| {
            let about = match (territory, kind, object_id) {
                (Some(territory), Some(kind), Some(id)) => Some((territory, kind, id)),
                (None, None, None) => None,
                _ => {
                    let rule = "must be given together with territory and kind, or none of the three";
                    return Err(jalon::Error::invalid("object_id", rule));
                }
            };
            Ok(core.journal()?.add_note(&text, position, about, now_ms())?.into())
        };
        self.shared.write(DataVersions::journal, add).await
    }

    /// Removes a note. Returns false if it did not exist.
    pub async fn remove_note(&self, id: String) -> Result<bool> {
        self.shared.write(DataVersions::journal, move |core| core.journal()?.remove_note(&id)).await
    }

    /// All notes, oldest first.
    pub async fn notes(&self) -> Result<Vec<Note>> {
        self.shared.run_blocking(|core| Ok(all(core.journal()?.notes()?))).await
    }

    /// Writes favourites, notes and the reports that are not accepted yet (`all`: every report), with their photos, to a zip
    /// file at `path`, which must not exist. Returns the number of reports.
    ///
    /// # Errors
    /// `InvalidInput` for the path.
    #[uniffi::method(default(all = false))]
    pub async fn export(&self, path: String, all: bool) -> Result<u64> {
        self.shared.run_blocking(move |core| Ok(core.journal()?.export(Path::new(&path), all)? as u64)).await
    }

    /// Adds the contents of an export. Data that the journal has already is unchanged.
    ///
    /// # Errors
    /// `InvalidInput` for a file that is not an export.
    pub async fn import_from(&self, path: String) -> Result<ImportSummary> {
        self.shared.write(DataVersions::journal, move |core| core.journal()?.import(Path::new(&path))).await
    }

    /// The result of the recovery when this journal was opened; none if its file was intact.
    pub async fn recovery(&self) -> Result<Option<RecoverySummary>> {
        self.shared.run_blocking(|core| Ok(core.journal()?.recovery().cloned().map(Into::into))).await
    }
}
