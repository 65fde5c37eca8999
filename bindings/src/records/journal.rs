//! Favourites, notes, import and recovery.

use jalon::journal;
pub use jalon::journal::{Favourite, ImportSummary};

use super::{Kind, Position};
use crate::convert::from_core;

/// A favourite object.
#[uniffi::remote(Record)] pub struct Favourite {
    /** Name of its territory. */ pub territory: String,
    /** Its kind. */ pub kind: Kind,
    /** Its id on the server. */ pub id: i64,
    /** Its name when it was added. */ pub name: String,
    /** When it was added, Unix ms. */ pub created_ms: i64,
}

/// A note.
#[derive(uniffi::Record)] pub struct Note {
    /** Its id. */ pub id: String,
    /** Its text. */ pub text: String,
    /** Its position. */ pub position: Option<Position>,
    /** Territory of the object that it is about. */ pub territory: Option<String>,
    /** Kind of the object that it is about. */ pub kind: Option<Kind>,
    /** Id of the object that it is about. */ pub object_id: Option<i64>,
    /** When it was written, Unix ms. */ pub created_ms: i64,
}

/// The result of an import.
#[uniffi::remote(Record)] pub struct ImportSummary {
    /** Reports that were added. */ pub reports: u64,
    /** Reports that the journal had already; they are unchanged. */ pub known: u64,
    /** Photos that the export lacks. */ pub photos_missing: u64,
    /** Favourites that were added. */ pub favourites: u64,
    /** Notes that were added. */ pub notes: u64,
}

/// The result of the recovery of a damaged journal.
#[derive(uniffi::Record)] pub struct RecoverySummary {
    /** Path of the damaged file; empty if there was none. */ pub quarantined_path: String,
    /** Reports recovered from the rows of the file. */ pub reports_from_rows: u64,
    /** Reports recovered from their sidecar files only. */ pub reports_from_sidecars: u64,
    /** Favourites recovered. */ pub favourites: u64,
    /** Notes recovered. */ pub notes: u64,
}

from_core!(journal::RecoverySummary => RecoverySummary same {}
    core { quarantined_path, reports_from_rows, reports_from_sidecars, favourites, notes }
    own {
        quarantined_path: quarantined_path.to_string_lossy().into_owned(),
        reports_from_rows: reports_from_rows as u64, reports_from_sidecars: reports_from_sidecars as u64,
        favourites: favourites as u64, notes: notes as u64
    });
