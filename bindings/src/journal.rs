//! The user's own data: favourites, notes, export and import.

use std::path::Path;
use std::sync::Arc;

use jalon::clock::now_ms;
use jalon::{Companion as Core, journal};

use crate::catalogue::object;
use crate::convert::{all, borrowed};
use crate::error::Result;
use crate::records::{Favourite, ImportSummary, Kind, Note, Position, RecoverySummary};
use crate::state::Shared;

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

#[cfg(feature = "archive")]
fn export(journal: &journal::Journal, path: &Path, all: bool, hand_over: bool) -> jalon::Result<u64> {
    let options = journal::ExportOptions { include_accepted: all, hand_over };
    Ok(journal.export(path, &options, now_ms())? as u64)
}

#[cfg(not(feature = "archive"))]
fn export(_: &journal::Journal, _: &Path, _: bool, _: bool) -> jalon::Result<u64> {
    Err(jalon::Error::invalid("path", NO_ARCHIVE))
}

#[cfg(feature = "archive")]
fn import(journal: &journal::Journal, path: &Path) -> jalon::Result<ImportSummary> {
    journal.import(path, now_ms())
}

#[cfg(not(feature = "archive"))]
fn import(_: &journal::Journal, _: &Path) -> jalon::Result<ImportSummary> {
    Err(jalon::Error::invalid("path", NO_ARCHIVE))
}

#[cfg(not(feature = "archive"))]
const NO_ARCHIVE: &str = "must not be given: this build of the library has no zip files (feature `archive`)";

/// The user's own data, which exists nowhere else.
#[derive(uniffi::Object)]
pub struct Journal {
    pub(crate) shared: Arc<Shared>,
}

#[uniffi::export]
impl Journal {
    /// Adds a favourite, with the name of the object in the first of `languages` that it has.
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
            let (name, _) = core.localizer(&found, &borrowed(&languages)).object_name(&object)?;
            let favourite = journal::Favourite { territory, kind, id, name, created_ms: now_ms() };
            core.journal()?.add_favourite(&favourite)?;
            Ok(core.favourite_item(favourite)?.into())
        };
        self.shared.write_journal(add).await
    }

    /// Removes a favourite. Returns false if it did not exist.
    pub async fn remove_favourite(&self, territory: String, kind: Kind, id: i64) -> Result<bool> {
        let remove = move |core: &Core| core.journal()?.remove_favourite(&territory, kind, id);
        self.shared.write_journal(remove).await
    }

    /// All favourites, oldest first, with the time at which the server withdrew an object.
    pub async fn favourites(&self) -> Result<Vec<Favourite>> {
        self.shared.run_blocking(|core| Ok(all(core.favourites()?))).await
    }

    /// Adds a note. `territory`, `kind` and `object_id` must be given together: the object that the note is about.
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
                    let rule = "must be given together with territory and kind, or not at all";
                    return Err(jalon::Error::invalid("object_id", rule));
                }
            };
            Ok(core.journal()?.add_note(&text, position, about, now_ms())?.into())
        };
        self.shared.write_journal(add).await
    }

    /// Removes a note. Returns false if it did not exist.
    pub async fn remove_note(&self, id: String) -> Result<bool> {
        self.shared.write_journal(move |core| core.journal()?.remove_note(&id)).await
    }

    /// All notes, oldest first.
    pub async fn notes(&self) -> Result<Vec<Note>> {
        self.shared.run_blocking(|core| Ok(all(core.journal()?.notes()?))).await
    }

    /// Writes favourites, notes and the reports that are not accepted yet (`all`: every report), with their photos, to a zip
    /// file at `path`, which must not exist. Returns the number of reports.
    ///
    /// With `hand_over`, the device that imports the file sends the reports, and this one no longer does; import it on one
    /// device only. Without it, the imported copies are in doubt.
    ///
    /// # Errors
    /// `InvalidInput` if the library was built without the feature `archive`.
    #[uniffi::method(default(all = false, hand_over = false))]
    pub async fn export(&self, path: String, all: bool, hand_over: bool) -> Result<u64> {
        let export = move |core: &Core| export(core.journal()?, Path::new(&path), all, hand_over);
        self.shared.write_journal(export).await
    }

    /// Adds the contents of a file that [`Journal::export`] wrote. Data that the journal has already is unchanged, except a
    /// report that it had handed over and gets back.
    ///
    /// # Errors
    /// `InvalidInput` if the library was built without the feature `archive`.
    pub async fn import_from(&self, path: String) -> Result<ImportSummary> {
        self.shared.write_journal(move |core| import(core.journal()?, Path::new(&path))).await
    }

    /// The result of the recovery when this journal was opened; none if its file was intact.
    pub async fn recovery(&self) -> Result<Option<RecoverySummary>> {
        self.shared.run_blocking(|core| Ok(core.journal()?.recovery().cloned().map(Into::into))).await
    }
}
