//! A process to be killed: it refreshes a territory and downloads two packs in a folder, and goes on where another was.
//! `worker FOLDER URL`.

use std::path::PathBuf;
use std::process::ExitCode;

use jalon::catalogue::{NewTerritory, PackSubject};
use jalon::companion::{Companion, Directories, DownloadOptions, RefreshOptions};
use jalon::model::Bounds;
use jalon::net::CancelToken;
use jalon::{Error, Result};
use jalon_tests::driver::NAME;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(url)) = (arguments.next(), arguments.next()) else {
        eprintln!("worker FOLDER URL");
        return ExitCode::FAILURE;
    };
    match work(PathBuf::from(folder), url) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn work(catalogue: PathBuf, url: String) -> Result<()> {
    let companion = Companion::open(&Directories::within(catalogue))?;
    match companion.catalogue().territory(NAME) {
        Ok(_) => {}
        Err(Error::NotFound { .. }) => {
            companion.add_territory(&NewTerritory { name: NAME.into(), url, ..NewTerritory::default() })?;
        }
        Err(error) => return Err(error),
    }
    let cancel = CancelToken::default();
    companion.refresh(NAME, &RefreshOptions::default(), &cancel, |_| {})?;
    let square = Bounds { west: 5.0, south: 44.0, east: 7.0, north: 46.0 };
    for subject in [PackSubject::Trek(4), PackSubject::Bounds(square)] {
        companion.download(NAME, &subject, &DownloadOptions::default(), &cancel, |_| {})?;
    }
    Ok(())
}
