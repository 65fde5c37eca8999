//! The folders of responses that are not applied yet: one for each job of a territory, and one for the files of all its packs.

use std::fs;
use std::path::{Path, PathBuf};

use crate::catalogue::{Catalogue, Territory, directory_size};
use crate::error::Result;

/// Folder of files that packs are downloading.
const MEDIA_FOLDER: &str = "media";

/// The folder of a territory.
pub(crate) fn territory_folder(catalogue: &Catalogue, territory: &str) -> PathBuf {
    catalogue.staging_folder().join(territory)
}

/// The folder of files that the packs of a territory are downloading. Packs share it, as they share files.
pub(super) fn media_folder(catalogue: &Catalogue, territory: &Territory) -> PathBuf {
    territory_folder(catalogue, &territory.name).join(MEDIA_FOLDER)
}

/// The folder of a job. Removes folders of jobs that no longer exist.
pub(super) fn job_folder(catalogue: &Catalogue, territory: &Territory, subject: &str) -> Result<PathBuf> {
    remove_abandoned(catalogue, territory, Some(subject))?;
    Ok(territory_folder(catalogue, &territory.name).join(folder_name(subject)))
}

/// Removes the folders of jobs that no longer exist, except that of `subject`, and returns the number of freed bytes.
pub(crate) fn remove_abandoned(catalogue: &Catalogue, territory: &Territory, subject: Option<&str>) -> Result<u64> {
    let jobs = catalogue.jobs(territory.key)?;
    let subjects: Vec<&str> = jobs.iter().map(String::as_str).chain(subject).collect();
    let mut kept: Vec<String> = subjects.iter().map(|subject| folder_name(subject)).collect();
    // Partial files stay as long as a pack lacks files: any pack may resume them.
    let is_pack = |subject: &&str| subject.contains('/');
    if subjects.iter().any(is_pack) || catalogue.has_incomplete_pack(territory)? {
        kept.push(MEDIA_FOLDER.to_owned());
    }
    let Ok(folders) = fs::read_dir(territory_folder(catalogue, &territory.name)) else { return Ok(0) };
    let mut freed = 0;
    for folder in folders.flatten().filter(|folder| folder.path().is_dir()) {
        if !folder.file_name().to_str().is_some_and(|name| kept.iter().any(|kept| kept == name)) {
            freed += directory_size(&folder.path());
            // A folder that cannot be removed is removed the next time.
            let _ = fs::remove_dir_all(folder.path());
        }
    }
    Ok(freed)
}

/// Removes a folder and everything in it, if it exists.
pub(super) fn remove_folder(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

fn folder_name(subject: &str) -> String {
    subject.replace('/', "-")
}
