//! The companion: opens the files and hands out the other objects.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jalon::Companion as Core;

use crate::convert::all;
use crate::error::Result;
use crate::panic_guard::guard;
use crate::records::{
    DataVersions, Directories, Kind, NewTerritory, Progress, RefreshOptions, RefreshSummary, StorageUsage, Territory,
};
use crate::state::{Lock, Shared, with_client};
use crate::threads;
use crate::transfers::Work;
use crate::{CancelToken, Catalogue, ChangeWatch, Journal, Nearby, Packs, ProgressWatch, Reports, Transfers};

const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(30);

/// The entry point: everything that Jalon knows and does for one pair of directories. Open it once, keep it while the app
/// runs, and share it between threads. Several processes may open the same directories.
#[derive(uniffi::Object)]
pub struct Companion {
    pub(crate) shared: Arc<Shared>,
}

#[uniffi::export]
impl Companion {
    /// Opens or creates the files, in a few milliseconds. Moves a damaged catalogue aside and plans its packs again.
    ///
    /// # Errors
    /// `TooNew` if a file was written by a newer version.
    #[uniffi::constructor]
    pub async fn open(directories: Directories) -> Result<Arc<Companion>> {
        let open = move || {
            let Directories { catalogue, journal } = directories;
            let (catalogue, journal) = (absolute("catalogue", catalogue)?, absolute("journal", journal)?);
            let core = Core::open(&jalon::Directories { catalogue, journal })?;
            Ok(Arc::new(Companion { shared: Arc::new(Shared::new(core)) }))
        };
        threads::run_blocking(open).await
    }

    /// The downloaded territories.
    pub fn catalogue(&self) -> Result<Arc<Catalogue>> {
        guard(|| Ok(Arc::new(Catalogue { shared: Arc::clone(&self.shared) })))
    }

    /// The search for the nearest objects.
    pub fn nearby(&self) -> Result<Arc<Nearby>> {
        guard(|| Ok(Arc::new(Nearby { shared: Arc::clone(&self.shared) })))
    }

    /// The downloads for offline use.
    pub fn packs(&self) -> Result<Arc<Packs>> {
        guard(|| Ok(Arc::new(Packs { shared: Arc::clone(&self.shared) })))
    }

    /// Favourites and notes, and export and import of the user's data.
    pub fn journal(&self) -> Result<Arc<Journal>> {
        guard(|| Ok(Arc::new(Journal { shared: Arc::clone(&self.shared) })))
    }

    /// Field reports.
    pub fn reports(&self) -> Result<Arc<Reports>> {
        guard(|| Ok(Arc::new(Reports { shared: Arc::clone(&self.shared) })))
    }

    /// All territories, by name.
    pub async fn territories(&self) -> Result<Vec<Territory>> {
        self.shared.run_blocking(|core| Ok(all(core.catalogue().territories()?))).await
    }

    /// Adds an empty territory; [`Companion::refresh`] fills it.
    pub async fn add_territory(&self, territory: NewTerritory) -> Result<Territory> {
        let add = move |core: &Core| Ok(core.add_territory(&territory)?.into());
        self.shared.write_catalogue(|versions| versions.catalogue += 1, add).await
    }

    /// Removes a territory with its objects and packs.
    ///
    /// # Errors
    /// `Busy` during a refresh or a download of the territory.
    pub async fn remove_territory(&self, name: String) -> Result<()> {
        self.shared.write_catalogue(DataVersions::territory, move |core| core.remove_territory(&name)).await
    }

    /// Downloads what changed in a territory since the last refresh. After an interruption the next call resumes at the same
    /// byte. Until the refresh is complete, all reads return the old data.
    ///
    /// # Errors
    /// `Offline`, `ServerError`, `Busy`, `Cancelled`; `InvalidInput` if the library was built without an HTTP client.
    #[uniffi::method(default(options = None, cancel = None, progress = None))]
    pub async fn refresh(
        &self,
        territory: String,
        options: Option<RefreshOptions>,
        cancel: Option<Arc<CancelToken>>,
        progress: Option<Arc<ProgressWatch>>,
    ) -> Result<RefreshSummary> {
        let work = move |core: &Core, cancel: &_, progress: &dyn Fn(Progress)| {
            let options = options.unwrap_or_default().core();
            with_client!(using(core, territory, options, cancel, progress), {
                let progress = |made| progress(Progress::of(made, ""));
                Ok(core.refresh(&territory, &options, cancel, progress)?.into())
            })
        };
        self.shared.run_cancellable(Lock::Territory, (cancel, progress), DataVersions::territory, work).await
    }

    /// Plans a refresh for the platform's HTTP client, or resumes one: see [`Transfers`].
    ///
    /// # Errors
    /// `Busy` during another refresh or download of the territory.
    #[uniffi::method(default(options = None))]
    pub async fn plan_refresh(&self, territory: String, options: Option<RefreshOptions>) -> Result<Arc<Transfers>> {
        let shared = Arc::clone(&self.shared);
        let plan = move |core: &Core| {
            let refresh = core.plan_refresh(&territory, &options.unwrap_or_default().core())?;
            Transfers::new(shared, Work::Refresh(Box::new(refresh)))
        };
        self.shared.write_catalogue(|_| {}, plan).await
    }

    /// Disk space by part.
    pub async fn storage_usage(&self) -> Result<StorageUsage> {
        self.shared.run_blocking(|core| Ok(core.catalogue().storage_usage()?.into())).await
    }

    /// Removes files that nothing needs and compacts the catalogue if that frees enough. Returns the freed bytes.
    ///
    /// # Errors
    /// `Busy` during a refresh or a download.
    pub async fn clean_up(&self) -> Result<u64> {
        self.shared.write_catalogue(|versions| versions.packs += 1, Core::clean_up).await
    }

    /// True if the catalogue was damaged when it was opened, and was moved aside: refresh its territories.
    pub fn was_damaged(&self) -> Result<bool> {
        guard(|| Ok(self.shared.core.catalogue().was_damaged()))
    }

    /// A watch of the changes from now on.
    pub fn watch_changes(&self) -> Result<Arc<ChangeWatch>> {
        guard(|| Ok(Arc::new(ChangeWatch::of(Arc::clone(&self.shared.versions)))))
    }

    /// Releases every lock on the files. Call this before the app sleeps, because phones kill an app that sleeps with a
    /// locked file. Cancels long calls, which resume when they are called again, and waits up to half of `timeout_ms` for
    /// writes, and for the response to a report whose last byte has left; then interrupts them. A refresh that is interrupted
    /// is applied when it is called again. Until [`Companion::resume`] all calls fail with `Closed`.
    ///
    /// # Errors
    /// `Busy` if a call has not ended after `timeout_ms`. It releases its lock when it ends; the companion is suspended.
    #[uniffi::method(default(timeout_ms = 4000))]
    pub async fn suspend(&self, timeout_ms: u32) -> Result<()> {
        let shared = Arc::clone(&self.shared);
        threads::run_apart(move || shared.suspend(false, Duration::from_millis(timeout_ms.into()))).await
    }

    /// Reopens the files after [`Companion::suspend`].
    ///
    /// # Errors
    /// `Closed` after [`Companion::shutdown`].
    pub async fn resume(&self) -> Result<()> {
        let shared = Arc::clone(&self.shared);
        threads::run_apart(move || shared.resume()).await
    }

    /// Suspends for good, as with a time-out of 30 seconds, and ends all watches. Opening the same directories again makes a new companion.
    pub async fn shutdown(&self) -> Result<()> {
        let shared = Arc::clone(&self.shared);
        threads::run_apart(move || shared.suspend(true, SHUTDOWN_TIMEOUT)).await
    }
}

pub(crate) fn absolute(field: &'static str, path: String) -> jalon::Result<PathBuf> {
    let path = PathBuf::from(path);
    let rule = "must be an absolute path: phones define no working directory";
    if path.is_absolute() { Ok(path) } else { Err(jalon::Error::invalid(field, rule)) }
}

/// The version of the library, such as `0.1.0`.
#[uniffi::export]
pub fn version() -> Result<String> {
    guard(|| Ok(env!("CARGO_PKG_VERSION").to_owned()))
}

/// The name of a kind in exports and on the command line, such as `sensitive_area`.
#[uniffi::export]
pub fn kind_name(kind: Kind) -> Result<String> {
    guard(|| Ok(kind.as_str().to_owned()))
}

/// Panics in the library and returns `Internal`, so that an app can test how it handles a defect.
#[uniffi::export]
pub fn debug_panic() -> Result<()> {
    guard(|| panic!("provoked by the app"))
}

/// Panics on a background thread of the library and returns `Internal`.
#[uniffi::export]
pub async fn debug_panic_in_background() -> Result<()> {
    threads::run_blocking(|| panic!("provoked by the app")).await
}
