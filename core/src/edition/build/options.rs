//! The options of a build, its progress and its summary.

use std::path::PathBuf;

use super::sign::SecretKey;
use crate::edition::{License, PublicKey, Source};

/// Options of an edition.
#[derive(Debug, Clone, Default)]
pub struct BuildOptions {
    /// Folder of the edition: an empty or new one, or that of the edition before.
    pub directory: PathBuf,
    /// Number of the edition; it must be higher than that of the edition before. `None` for the date of `created_ms` and a
    /// counter, such as 20261129001.
    pub edition: Option<u64>,
    /// Time of the edition, Unix ms; `None` for now.
    pub created_ms: Option<i64>,
    /// Time after which readers warn that the edition is old, Unix ms.
    pub expires_ms: Option<i64>,
    /// Title of the territory; its name if empty.
    pub title: String,
    /// Description of the territory.
    pub description: String,
    /// Licences of the data.
    pub licenses: Vec<License>,
    /// Origins of the data; the Geotrek server if empty.
    pub sources: Vec<Source>,
    /// People and organisations.
    pub contributors: Vec<Source>,
    /// Keys that may sign later editions, beside the key of this one.
    pub next_keys: Vec<PublicKey>,
    /// The key that signs the manifest; `None` for an edition without a signature.
    pub key: Option<SecretKey>,
    /// Removes the files of the edition before, too. Phones that hold its manifest cannot read on then, until they have
    /// fetched the new one.
    pub remove_previous: bool,
}

/// The progress of a build.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BuildProgress {
    /// Objects that are written.
    pub objects: u64,
    /// All objects.
    pub total: u64,
}

/// The files of a built edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionSummary {
    /// Number of the edition.
    pub edition: u64,
    /// Number of files, with the manifest and its signatures.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Path of the manifest.
    pub manifest: PathBuf,
    /// Number of objects.
    pub objects: u64,
    /// Id of the key that signed it.
    pub signed_by: Option<String>,
    /// Number of files of earlier editions that were removed.
    pub removed: u64,
}
