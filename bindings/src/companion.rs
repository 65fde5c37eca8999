//! The front door.

use std::path::PathBuf;
use std::sync::Arc;

use jalon::transfer;

use crate::cancel::CancelToken;
use crate::catalogue::Catalogue;
use crate::error::Result;
use crate::journal::Journal;
use crate::nearby::Nearby;
use crate::options::{Progress, RefreshOptions};
use crate::packs::Packs;
use crate::panic_guard::guard;
use crate::reports::Reports;
use crate::state::Shared;
use crate::territory::{NewTerritory, RefreshSummary, StorageUsage, Territory};
use crate::threads;
use crate::transfers::Transfers;
use crate::watch::{ChangeWatch, DataVersions, ProgressWatch};

/// Where the companion keeps its files, as absolute paths. Phones may back up one directory and not the other.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Directories {
    /// For what can be downloaded again: leave it out of backups.
    pub catalogue: String,
    /// For what the person made, which exists nowhere else: back it up.
    pub journal: String,
}

/// Everything that Jalon knows and does, for one pair of directories: open it once, keep it for as long as the app runs, and
/// share it between threads. Several processes may open the same directories.
#[derive(Debug, uniffi::Object)]
pub struct Companion {
    shared: Arc<Shared>,
}

#[uniffi::export]
impl Companion {
    /// Opens the files, and makes them where there are none: some milliseconds. A damaged catalogue is moved aside and what it
    /// held is planned anew.
    ///
    /// # Errors
    /// `TooNew` for files of a newer version, `StorageFull`, `InvalidInput` for a relative path.
    #[uniffi::constructor]
    pub async fn open(directories: Directories) -> Result<Arc<Companion>> {
        threads::run_blocking(move || {
            let Directories { catalogue, journal } = directories;
            let (catalogue, journal) = (absolute("catalogue", catalogue)?, absolute("journal", journal)?);
            let core = jalon::companion::Companion::open(&jalon::companion::Directories { catalogue, journal })?;
            Ok(Arc::new(Companion { shared: Arc::new(Shared::new(core)) }))
        })
        .await
    }

    /// The downloaded territories.
    ///
    /// # Errors
    /// `Internal` where the library has a defect.
    pub fn catalogue(&self) -> Result<Arc<Catalogue>> {
        guard(|| Ok(Arc::new(Catalogue::new(Arc::clone(&self.shared)))))
    }

    /// What is near.
    ///
    /// # Errors
    /// `Internal` where the library has a defect.
    pub fn nearby(&self) -> Result<Arc<Nearby>> {
        guard(|| Ok(Arc::new(Nearby::new(Arc::clone(&self.shared)))))
    }

    /// What is wholly on the device.
    ///
    /// # Errors
    /// `Internal` where the library has a defect.
    pub fn packs(&self) -> Result<Arc<Packs>> {
        guard(|| Ok(Arc::new(Packs::new(Arc::clone(&self.shared)))))
    }

    /// Favourites and notes, export and import of all that the person made.
    ///
    /// # Errors
    /// `Internal` where the library has a defect.
    pub fn journal(&self) -> Result<Arc<Journal>> {
        guard(|| Ok(Arc::new(Journal::new(Arc::clone(&self.shared)))))
    }

    /// Field reports.
    ///
    /// # Errors
    /// `Internal` where the library has a defect.
    pub fn reports(&self) -> Result<Arc<Reports>> {
        guard(|| Ok(Arc::new(Reports::new(Arc::clone(&self.shared)))))
    }

    /// Every territory, by name.
    ///
    /// # Errors
    /// Those of the disk.
    pub async fn territories(&self) -> Result<Vec<Territory>> {
        let territories =
            self.shared.run_blocking(|shared| Ok(shared.core().catalogue().territories()?)).await?.into_iter();
        Ok(territories.map(Into::into).collect())
    }

    /// Adds a territory, still empty: [`Companion::refresh`] takes it in.
    ///
    /// # Errors
    /// `InvalidInput` naming the field.
    pub async fn add_territory(&self, territory: NewTerritory) -> Result<Territory> {
        let add = move |shared: &Shared| {
            let NewTerritory { name, url, portals, default_language } = territory;
            let new = jalon::catalogue::NewTerritory { name, url, portals, default_language };
            Ok(shared.core().add_territory(&new)?.into())
        };
        self.shared.write(|changes| changes.catalogue += 1, add).await
    }

    /// Forgets a territory and everything in it, packs included.
    ///
    /// # Errors
    /// `NotFound`; `Busy` while it is being refreshed or downloaded.
    pub async fn remove_territory(&self, name: String) -> Result<()> {
        self.shared.write(DataVersions::territory, move |shared| Ok(shared.core().remove_territory(&name)?)).await
    }

    /// Takes a territory in over the network, by what changed since the last time. Interrupted at any byte, the next call
    /// goes on from there; until it is done everything answers as before.
    ///
    /// # Errors
    /// `Offline`, `Server`, `Busy`, `StorageFull`, `Cancelled`; `InvalidInput` where the library was built without a driver.
    #[uniffi::method(default(options = None, cancel = None, progress = None))]
    pub async fn refresh(
        &self,
        territory: String,
        options: Option<RefreshOptions>,
        cancel: Option<Arc<CancelToken>>,
        progress: Option<Arc<ProgressWatch>>,
    ) -> Result<RefreshSummary> {
        #[cfg(feature = "net")]
        let work = move |shared: &Shared, stop: &transfer::CancelToken, tell: &dyn Fn(Progress)| {
            let tell = |progress| tell(Progress::of(progress, ""));
            Ok(shared.core().refresh(&territory, &options.unwrap_or_default().core(), stop, tell)?.into())
        };
        #[cfg(not(feature = "net"))]
        let work = {
            let _ = (territory, options);
            |_: &Shared, _: &transfer::CancelToken, _: &dyn Fn(Progress)| crate::state::without_driver()
        };
        self.shared.run_cancellable((cancel, progress), DataVersions::territory, work).await
    }

    /// Plans a refresh for the platform's own HTTP client, or goes on with one: see [`Transfers`].
    ///
    /// # Errors
    /// `NotFound`; `Busy` while it is being refreshed or downloaded.
    #[uniffi::method(default(options = None))]
    pub async fn plan_refresh(&self, territory: String, options: Option<RefreshOptions>) -> Result<Arc<Transfers>> {
        let shared = Arc::clone(&self.shared);
        let plan = move |within: &Shared| {
            let refresh = within.core().plan_refresh(&territory, &options.unwrap_or_default().core())?;
            Transfers::of_refresh(shared, refresh)
        };
        self.shared.run_blocking(plan).await
    }

    /// What everything costs on the disk.
    ///
    /// # Errors
    /// Those of the disk.
    pub async fn storage_usage(&self) -> Result<StorageUsage> {
        self.shared.run_blocking(|shared| Ok(shared.core().catalogue().storage_usage()?.into())).await
    }

    /// Removes files that nobody needs, and gives back what is empty in the catalogue where that pays. Gives the bytes that
    /// are free now.
    ///
    /// # Errors
    /// `Busy` while something is on its way.
    pub async fn clean_up(&self) -> Result<u64> {
        self.shared.write(|changes| changes.packs += 1, |shared| Ok(shared.core().clean_up()?)).await
    }

    /// Whether the catalogue was found damaged when it was opened, and moved aside: refresh its territories.
    ///
    /// # Errors
    /// `Internal` where the library has a defect.
    pub fn was_damaged(&self) -> Result<bool> {
        guard(|| Ok(self.shared.core().catalogue().was_damaged()))
    }

    /// Tells when something changes from now on.
    ///
    /// # Errors
    /// `Internal` where the library has a defect.
    pub fn watch_changes(&self) -> Result<Arc<ChangeWatch>> {
        guard(|| Ok(self.shared.changes.watch()))
    }

    /// Before the app sleeps: stops what takes long, waits for what is being written and releases every lock on the files, as
    /// phones kill an app that sleeps on one. Until [`Companion::resume`] everything answers `Closed`. What was stopped goes on
    /// where it was when it is called again. A report whose last piece has left is waited for (until its time-out at the most),
    /// as nobody would know otherwise whether it arrived: call this while the system still grants some time.
    ///
    /// # Errors
    /// `Internal` where the library has a defect.
    pub async fn suspend(&self) -> Result<()> {
        self.shared
            .run_blocking(|shared| {
                shared.stop(false);
                Ok(())
            })
            .await
    }

    /// Goes on after [`Companion::suspend`].
    ///
    /// # Errors
    /// `Closed` after [`Companion::shutdown`]; those of the disk.
    pub async fn resume(&self) -> Result<()> {
        self.shared.run_blocking(Shared::go_on).await
    }

    /// Ends it for good, as [`Companion::suspend`] does; watches end. Opening the same directories again makes a new one.
    ///
    /// # Errors
    /// `Internal` where the library has a defect.
    pub async fn shutdown(&self) -> Result<()> {
        self.shared
            .run_blocking(|shared| {
                shared.stop(true);
                Ok(())
            })
            .await
    }
}

fn absolute(field: &'static str, path: String) -> Result<PathBuf> {
    let path = PathBuf::from(path);
    if path.is_absolute() {
        Ok(path)
    } else {
        let rule = "an absolute path: what a relative one means is nobody's to know on a phone";
        Err(jalon::Error::invalid(field, rule).into())
    }
}

/// The version of the library, such as `0.1.0`.
///
/// # Errors
/// `Internal` where the library has a defect.
#[uniffi::export]
pub fn version() -> Result<String> {
    guard(|| Ok(env!("CARGO_PKG_VERSION").to_owned()))
}

/// Panics inside the library, so that an app can see what it makes of a defect: the answer is always `Internal`, and the app
/// lives.
///
/// # Errors
/// `Internal`, always.
#[uniffi::export]
pub fn debug_panic() -> Result<()> {
    guard(|| panic!("provoked by the app"))
}

/// The same on one of the library's own threads.
///
/// # Errors
/// `Internal`, always.
#[uniffi::export]
pub async fn debug_panic_in_background() -> Result<()> {
    threads::run_blocking(|| panic!("provoked by the app")).await
}
