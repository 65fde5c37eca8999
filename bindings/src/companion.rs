//! The front door.

use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use jalon::companion::Companion as Core;
use jalon::transfer;

use crate::cancel::CancelToken;
use crate::catalogue::Catalogue;
use crate::doors::plain;
use crate::error::{JalonError, Result};
use crate::journal::Journal;
use crate::nearby::Nearby;
use crate::options::{Progress, RefreshOptions};
use crate::packs::Packs;
use crate::place::{KindCount, by_kind};
use crate::reports::Reports;
use crate::threads;
use crate::transfers::Transfers;
use crate::watch::{ChangeWatch, Changes, Counting, ProgressWatch, Watched};

/// Where the companion keeps its files, as absolute paths. Phones may back up one directory and not the other.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Directories {
    /// For what can be downloaded again: leave it out of backups.
    pub catalogue: String,
    /// For what the person made, which exists nowhere else: back it up.
    pub journal: String,
}

/// A territory to add.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct NewTerritory {
    /// Short name: lower-case letters, digits and hyphens, 32 at most.
    pub name: String,
    /// Where its server is: any address on it.
    pub url: String,
    /// Portals to limit it to; empty for all.
    #[uniffi(default = [])]
    pub portals: Vec<i64>,
    /// Language in which names are shown where nobody asks for one; its server's own where it is empty.
    #[uniffi(default = "")]
    pub default_language: String,
}

/// One published Geotrek source.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Territory {
    /// Short name, lower case.
    pub name: String,
    /// Where its server is.
    pub url: String,
    /// Portals that it is limited to; empty for all.
    pub portals: Vec<i64>,
    /// Language in which names are shown where nobody asks for one.
    pub default_language: String,
    /// Languages of its server, the default first.
    pub languages: Vec<String>,
    /// Version that the server told.
    pub server_version: Option<String>,
    /// When it was last refreshed, Unix ms.
    pub refreshed_ms: Option<i64>,
    /// When all of it was last asked for, Unix ms.
    pub swept_ms: Option<i64>,
}

impl From<jalon::catalogue::Territory> for Territory {
    fn from(territory: jalon::catalogue::Territory) -> Territory {
        let jalon::catalogue::Territory {
            key: _,
            name,
            url,
            portals,
            default_language,
            languages,
            server_version,
            refreshed_ms,
            swept_ms,
            server_ms: _,
        } = territory;
        Territory { name, url, portals, default_language, languages, server_version, refreshed_ms, swept_ms }
    }
}

/// What a refresh has brought.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RefreshResult {
    /// Short name of the territory.
    pub territory: String,
    /// Whether everything was asked for, and not only what the server said had changed.
    pub is_sweep: bool,
    /// Objects that came.
    pub objects: Vec<KindCount>,
    /// Objects that are new.
    pub added: Vec<KindCount>,
    /// Objects that are not as they were.
    pub changed: Vec<KindCount>,
    /// Objects that are no longer published.
    pub removed: Vec<KindCount>,
    /// Lists of modules that the server lacks.
    pub absent: Vec<String>,
    /// Lists that were shorter than the server itself says: nobody was taken away by them.
    pub doubted: Vec<String>,
    /// Fields that could not be read, with how often: `trek.ascent: mistyped (3)`.
    pub problems: Vec<String>,
    /// Requests that were made.
    pub requests: u64,
    /// Bytes that came over the network.
    pub bytes: u64,
}

impl From<jalon::companion::Taken> for RefreshResult {
    fn from(taken: jalon::companion::Taken) -> RefreshResult {
        let jalon::companion::Taken {
            territory,
            is_sweep,
            objects,
            added,
            changed,
            removed,
            absent,
            doubted,
            problems,
            requests,
            bytes,
        } = taken;
        RefreshResult {
            territory,
            is_sweep,
            objects: by_kind(objects),
            added: by_kind(added),
            changed: by_kind(changed),
            removed: by_kind(removed),
            absent,
            doubted,
            problems: problems.into_iter().map(|(what, times)| format!("{what} ({times})")).collect(),
            requests,
            bytes,
        }
    }
}

/// What a pack costs.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct PackBytes {
    /// Short name of its territory.
    pub territory: String,
    /// What it is about: `trek/31`.
    pub subject: String,
    /// Bytes of its files.
    pub bytes: u64,
    /// Bytes that its removal gives back.
    pub own_bytes: u64,
}

/// What everything costs, in bytes.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Account {
    /// The catalogue's file.
    pub catalogue: u64,
    /// Of it, what is empty and could be given back.
    pub empty: u64,
    /// Objects by kind, texts and lines.
    pub kinds: Vec<KindCount>,
    /// Packs.
    pub packs: Vec<PackBytes>,
    /// Files of packs, each once.
    pub media: u64,
    /// Answers and files on their way.
    pub staging: u64,
    /// What may still be written on this disk.
    pub free: u64,
}

impl From<jalon::catalogue::Account> for Account {
    fn from(account: jalon::catalogue::Account) -> Account {
        let jalon::catalogue::Account { catalogue, empty, territories: _, kinds, packs, media, staging, free } =
            account;
        let pack = |pack: jalon::catalogue::PackBytes| {
            let jalon::catalogue::PackBytes { territory, subject, bytes, own_bytes } = pack;
            PackBytes { territory, subject, bytes, own_bytes }
        };
        let packs = packs.into_iter().map(pack).collect();
        Account { catalogue, empty, kinds: by_kind(kinds), packs, media, staging, free }
    }
}

/// What all objects share.
#[derive(Debug)]
pub(crate) struct Shared {
    core: Core,
    pub(crate) changes: Counting,
    clock: jalon::clock::ProcessClock,
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Debug, Default)]
struct State {
    is_shut_down: bool,
    /// Stops everything that takes long.
    stop: transfer::CancelToken,
    /// Calls that take long, and are on their way.
    running: usize,
}

/// A call that takes long is on its way.
struct Running(Arc<Shared>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.lock().running -= 1;
        self.0.ended.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it says on the clock of this process.
    pub(crate) fn now(&self) -> transfer::Moment {
        self.clock.now()
    }

    /// The core, for what needs no disk.
    pub(crate) fn core(&self) -> &Core {
        &self.core
    }

    /// Reads or writes on one of Jalon's threads.
    pub(crate) async fn short<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Shared) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let shared = Arc::clone(self);
        threads::short(move || work(&shared)).await
    }

    /// The same, and what was written is told to whoever watches.
    pub(crate) async fn write<T: Send + 'static>(
        self: &Arc<Self>,
        count: fn(&mut Changes),
        work: impl FnOnce(&Shared) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let done = self.short(work).await?;
        self.changes.changed(count);
        Ok(done)
    }

    /// Does what may take minutes, on a thread of its own: stopped by its own token, by whoever waits no more, and when the
    /// companion is suspended. `work` gets what stops it, and where to tell how far it is.
    pub(crate) async fn long<T: Send + 'static>(
        self: &Arc<Self>,
        (cancel, watch): (Option<Arc<CancelToken>>, Option<Arc<ProgressWatch>>),
        count: fn(&mut Changes),
        work: impl FnOnce(&Shared, &transfer::CancelToken, &dyn Fn(Progress)) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let watched = Watched::new(watch);
        let (stop, running) = {
            let mut state = self.lock();
            if state.is_shut_down {
                return Err(JalonError::Closed);
            }
            state.running += 1;
            let own: Vec<&transfer::CancelToken> =
                std::iter::once(&state.stop).chain(cancel.as_ref().map(|cancel| &cancel.token)).collect();
            (transfer::CancelToken::child_of(&own), Running(Arc::clone(self)))
        };
        let seen = stop.clone();
        threads::long(stop, move || {
            // Ended here, on the thread that works, and not where somebody waited who may be gone.
            let (running, watched) = (running, watched);
            let done = work(&running.0, &seen, &|progress| watched.tell(progress));
            running.0.changes.changed(count);
            done
        })
        .await
    }

    /// Stops what takes long, and waits until it has ended.
    fn stop_all(&self) {
        let mut state = self.lock();
        state.stop.cancel();
        while state.running > 0 {
            state = self.ended.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// What is said where the library was built without a part.
#[cfg(not(feature = "net"))]
pub(crate) fn without_driver<T>() -> Result<T> {
    Err(JalonError::InvalidInput {
        field: "driver".to_owned(),
        rule: "this build of the library has no network driver of its own: move the bytes with `transfers`".to_owned(),
    })
}

/// Languages in the order in which they are wanted.
pub(crate) fn borrowed(languages: &[String]) -> Vec<&str> {
    languages.iter().map(String::as_str).collect()
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
        threads::short(move || {
            let Directories { catalogue, journal } = directories;
            let (catalogue, journal) = (absolute("catalogue", catalogue)?, absolute("journal", journal)?);
            let core = Core::open(&jalon::companion::Directories { catalogue, journal })?;
            let shared = Shared {
                core,
                changes: Counting::default(),
                clock: jalon::clock::ProcessClock::start(),
                state: Mutex::default(),
                ended: Condvar::new(),
            };
            Ok(Arc::new(Companion { shared: Arc::new(shared) }))
        })
        .await
    }

    /// The downloaded territories.
    ///
    /// # Errors
    /// `Internal` where the library has a defect.
    pub fn catalogue(&self) -> Result<Arc<Catalogue>> {
        plain(|| Ok(Arc::new(Catalogue::new(Arc::clone(&self.shared)))))
    }

    /// What is near.
    ///
    /// # Errors
    /// `Internal` where the library has a defect.
    pub fn nearby(&self) -> Result<Arc<Nearby>> {
        plain(|| Ok(Arc::new(Nearby::new(Arc::clone(&self.shared)))))
    }

    /// What is wholly on the device.
    ///
    /// # Errors
    /// `Internal` where the library has a defect.
    pub fn packs(&self) -> Result<Arc<Packs>> {
        plain(|| Ok(Arc::new(Packs::new(Arc::clone(&self.shared)))))
    }

    /// Favourites and notes, export and import of all that the person made.
    ///
    /// # Errors
    /// `Internal` where the library has a defect.
    pub fn journal(&self) -> Result<Arc<Journal>> {
        plain(|| Ok(Arc::new(Journal::new(Arc::clone(&self.shared)))))
    }

    /// Field reports.
    ///
    /// # Errors
    /// `Internal` where the library has a defect.
    pub fn reports(&self) -> Result<Arc<Reports>> {
        plain(|| Ok(Arc::new(Reports::new(Arc::clone(&self.shared)))))
    }

    /// Every territory, by name.
    ///
    /// # Errors
    /// Those of the disk.
    pub async fn territories(&self) -> Result<Vec<Territory>> {
        let territories = self.shared.short(|shared| Ok(shared.core.catalogue().territories()?)).await?.into_iter();
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
            Ok(shared.core.add_territory(&new)?.into())
        };
        self.shared.write(|changes| changes.catalogue += 1, add).await
    }

    /// Forgets a territory and everything in it, packs included.
    ///
    /// # Errors
    /// `NotFound`; `Busy` while it is being refreshed or downloaded.
    pub async fn remove_territory(&self, name: String) -> Result<()> {
        let count = |changes: &mut Changes| {
            changes.catalogue += 1;
            changes.packs += 1;
        };
        self.shared.write(count, move |shared| Ok(shared.core.remove_territory(&name)?)).await
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
    ) -> Result<RefreshResult> {
        let count = |changes: &mut Changes| {
            changes.catalogue += 1;
            changes.packs += 1;
        };
        #[cfg(feature = "net")]
        let work = move |shared: &Shared, stop: &transfer::CancelToken, tell: &dyn Fn(Progress)| {
            let tell = |progress| tell(Progress::of(progress, ""));
            Ok(shared.core.refresh(&territory, &options.unwrap_or_default().core(), stop, tell)?.into())
        };
        #[cfg(not(feature = "net"))]
        let work = {
            let _ = (territory, options);
            |_: &Shared, _: &transfer::CancelToken, _: &dyn Fn(Progress)| without_driver()
        };
        self.shared.long((cancel, progress), count, work).await
    }

    /// Plans a refresh for the platform's own HTTP client, or goes on with one: see [`Transfers`].
    ///
    /// # Errors
    /// `NotFound`; `Busy` while it is being refreshed or downloaded.
    #[uniffi::method(default(options = None))]
    pub async fn plan_refresh(&self, territory: String, options: Option<RefreshOptions>) -> Result<Arc<Transfers>> {
        let shared = Arc::clone(&self.shared);
        let plan = move |within: &Shared| {
            let refresh = within.core.plan_refresh(&territory, &options.unwrap_or_default().core())?;
            Transfers::of_refresh(shared, refresh)
        };
        self.shared.short(plan).await
    }

    /// What everything costs on the disk.
    ///
    /// # Errors
    /// Those of the disk.
    pub async fn account(&self) -> Result<Account> {
        self.shared.short(|shared| Ok(shared.core.catalogue().account()?.into())).await
    }

    /// Removes files that nobody needs, and gives back what is empty in the catalogue where that pays. Gives the bytes that
    /// are free now.
    ///
    /// # Errors
    /// `Busy` while something is on its way.
    pub async fn clean_up(&self) -> Result<u64> {
        self.shared.write(|changes| changes.packs += 1, |shared| Ok(shared.core.clean_up()?)).await
    }

    /// Whether the catalogue was found damaged when it was opened, and moved aside: refresh its territories.
    ///
    /// # Errors
    /// `Internal` where the library has a defect.
    pub fn was_damaged(&self) -> Result<bool> {
        plain(|| Ok(self.shared.core.catalogue().was_damaged()))
    }

    /// Tells when something changes from now on.
    ///
    /// # Errors
    /// `Internal` where the library has a defect.
    pub fn watch(&self) -> Result<Arc<ChangeWatch>> {
        plain(|| Ok(self.shared.changes.watch()))
    }

    /// Before the app sleeps: stops what takes long, waits for what is being written and releases every lock on the files, as
    /// phones kill an app that sleeps on one. Until [`Companion::resume`] everything answers `Closed`. What was stopped goes on
    /// where it was when it is called again.
    ///
    /// # Errors
    /// `Internal` where the library has a defect.
    pub async fn suspend(&self) -> Result<()> {
        self.shared
            .short(|shared| {
                shared.stop_all();
                shared.core.suspend();
                Ok(())
            })
            .await
    }

    /// Goes on after [`Companion::suspend`].
    ///
    /// # Errors
    /// `Closed` after [`Companion::shutdown`]; those of the disk.
    pub async fn resume(&self) -> Result<()> {
        self.shared
            .short(|shared| {
                let mut state = shared.lock();
                if state.is_shut_down {
                    return Err(JalonError::Closed);
                }
                state.stop = transfer::CancelToken::default();
                drop(state);
                Ok(shared.core.resume()?)
            })
            .await
    }

    /// Ends it for good, as [`Companion::suspend`] does; watches end. Opening the same directories again makes a new one.
    ///
    /// # Errors
    /// `Internal` where the library has a defect.
    pub async fn shutdown(&self) -> Result<()> {
        self.shared
            .short(|shared| {
                shared.lock().is_shut_down = true;
                shared.stop_all();
                shared.core.suspend();
                shared.changes.end();
                Ok(())
            })
            .await
    }
}

fn absolute(field: &str, path: String) -> Result<PathBuf> {
    let path = PathBuf::from(path);
    if path.is_absolute() {
        Ok(path)
    } else {
        let rule = "an absolute path: what a relative one means is nobody's to know on a phone".to_owned();
        Err(JalonError::InvalidInput { field: field.to_owned(), rule })
    }
}

/// The version of the library, such as `0.1.0`.
///
/// # Errors
/// `Internal` where the library has a defect.
#[uniffi::export]
pub fn version() -> Result<String> {
    plain(|| Ok(env!("CARGO_PKG_VERSION").to_owned()))
}

/// Panics inside the library, so that an app can see what it makes of a defect: the answer is always `Internal`, and the app
/// lives.
///
/// # Errors
/// `Internal`, always.
#[uniffi::export]
pub fn provoke_panic() -> Result<()> {
    plain(|| panic!("provoked by the app"))
}

/// The same on one of the library's own threads.
///
/// # Errors
/// `Internal`, always.
#[uniffi::export]
pub async fn provoke_panic_in_background() -> Result<()> {
    threads::short(|| panic!("provoked by the app")).await
}
