//! The process of the download kills: it refreshes a territory and downloads two packs, over real sockets, and continues
//! where the process before it was killed.

use std::path::Path;

use jalon::catalogue::{NewTerritory, PackSubject};
use jalon::companion::{DownloadOptions, RefreshOptions};
use jalon::model::Bounds;
use jalon::transfer::CancelToken;
use jalon::{Companion, Directories, Error, Result};

use crate::fixture::NAME;

/// The subcommand of the harness that runs [`work`].
pub const SUBCOMMAND: &str = "download-packs";
/// The packs that [`work`] downloads.
pub const SUBJECTS: [PackSubject; 2] =
    [PackSubject::Trek(4), PackSubject::Bounds(Bounds { west: 5.0, south: 44.0, east: 7.0, north: 46.0 })];

/// Refreshes the territory of a server and downloads [`SUBJECTS`] into a folder.
///
/// # Errors
/// Any error of the refresh or of a download.
pub fn work(folder: &Path, url: &str) -> Result<()> {
    let companion = Companion::open(&Directories::within(folder))?;
    match companion.catalogue().territory(NAME) {
        Ok(_) => {}
        Err(Error::NotFound { .. }) => {
            let url = url.to_owned();
            companion.add_territory(&NewTerritory { name: NAME.into(), url, ..NewTerritory::default() })?;
        }
        Err(error) => return Err(error),
    }
    let cancel = CancelToken::default();
    companion.refresh(NAME, &RefreshOptions::default(), &cancel, |_| {})?;
    for subject in SUBJECTS {
        companion.download(NAME, &subject, &DownloadOptions::default(), &cancel, |_| {})?;
    }
    Ok(())
}
