//! Packs: what is wholly on the device.

use std::sync::Arc;

use jalon::catalogue as core;
use jalon::companion;
use jalon::transfer;

use crate::cancel::CancelToken;
use crate::enum_mirror::mirror;
use crate::error::Result;
use crate::options::{Progress, RefreshOptions};
use crate::position::{Bounds, KindCount, by_kind};
use crate::state::Shared;
use crate::transfers::Transfers;
use crate::watch::ProgressWatch;

/// What a pack is about.
#[derive(Debug, Clone, Copy, PartialEq, uniffi::Enum)]
pub enum PackSubject {
    /// A trek, by its server's number.
    Trek {
        /// The number.
        id: i64,
    },
    /// A box: the treks that cross it, and all that lies in it.
    Bounds {
        /// The box.
        bounds: Bounds,
    },
}

impl From<PackSubject> for core::PackSubject {
    fn from(subject: PackSubject) -> core::PackSubject {
        match subject {
            PackSubject::Trek { id } => core::PackSubject::Trek(id),
            PackSubject::Bounds { bounds } => core::PackSubject::Bounds(bounds.into()),
        }
    }
}

impl From<core::PackSubject> for PackSubject {
    fn from(subject: core::PackSubject) -> PackSubject {
        match subject {
            core::PackSubject::Trek(id) => PackSubject::Trek { id },
            core::PackSubject::Bounds(bounds) => PackSubject::Bounds { bounds: bounds.into() },
        }
    }
}

/// Which pictures a pack takes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum PictureSize {
    /// Those of some 400 pixels that the server makes.
    Small,
    /// The originals.
    Large,
    /// None; pictograms come all the same.
    None,
}

mirror!(PictureSize = jalon::catalogue::PictureSize { Small, Large, None });

/// How far a pack is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum PackState {
    /// Nothing has come yet.
    Planned,
    /// What belongs to it is known, and not all of it is there.
    Partial,
    /// All of it is there, looked at file by file.
    Ready,
    /// All of it is there as it was on its date; its server has something newer.
    Stale,
}

mirror!(PackState = jalon::catalogue::PackState { Planned, Partial, Ready, Stale });

/// A file that a pack does without.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct MissingFile {
    /// Its address.
    pub url: String,
    /// Why it is not there: none where it is still to come.
    pub reason: Option<String>,
}

/// A pack, as it is.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct Pack {
    /// Short name of its territory.
    pub territory: String,
    /// What it is about.
    pub subject: PackSubject,
    /// Which pictures it has.
    pub pictures: PictureSize,
    /// How far it is.
    pub state: PackState,
    /// Of when what it has is, Unix ms; none where it never was whole.
    pub as_of_ms: Option<i64>,
    /// Its objects.
    pub objects: Vec<KindCount>,
    /// Files that are there.
    pub files: u64,
    /// Their bytes, those that other packs need too included.
    pub bytes: u64,
    /// Bytes that its removal gives back.
    pub own_bytes: u64,
    /// Files that are not there.
    pub missing: Vec<MissingFile>,
    /// When the server withdrew what it is about, Unix ms.
    pub withdrawn_ms: Option<i64>,
}

impl From<core::Pack> for Pack {
    fn from(pack: core::Pack) -> Pack {
        let core::Pack {
            key: _,
            territory,
            subject,
            pictures,
            state,
            as_of_ms,
            objects,
            files,
            bytes,
            own_bytes,
            missing,
            withdrawn_ms,
        } = pack;
        let missing = missing.into_iter().map(|core::MissingFile { url, reason }| MissingFile { url, reason });
        Pack {
            territory,
            subject: subject.into(),
            pictures: pictures.into(),
            state: state.into(),
            as_of_ms,
            objects: by_kind(objects),
            files,
            bytes,
            own_bytes,
            missing: missing.collect(),
            withdrawn_ms,
        }
    }
}

/// What a pack will cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct Estimate {
    /// Objects that belong to it.
    pub objects: u64,
    /// Files that it shows.
    pub files: u64,
    /// Of them, files that are here already.
    pub files_here: u64,
    /// Bytes that are still to come, as it looks.
    pub bytes: u64,
    /// How far off that may be, in bytes.
    pub error_bytes: u64,
    /// Bytes that are free on the disk.
    pub free_bytes: u64,
}

/// What is wholly on the device.
#[derive(Debug, uniffi::Object)]
pub struct Packs {
    shared: Arc<Shared>,
}

impl Packs {
    pub(crate) fn new(shared: Arc<Shared>) -> Packs {
        Packs { shared }
    }
}

fn options(pictures: Option<PictureSize>, options: Option<RefreshOptions>) -> companion::DownloadOptions {
    let pictures = pictures.map(Into::into).unwrap_or_default();
    companion::DownloadOptions { pictures, fetch: options.unwrap_or_default().core() }
}

#[uniffi::export]
impl Packs {
    /// Every pack, in the order in which they were first wanted; `territory` limits them to one.
    ///
    /// # Errors
    /// `NotFound` for the territory.
    #[uniffi::method(default(territory = None))]
    pub async fn list(&self, territory: Option<String>) -> Result<Vec<Pack>> {
        let read = move |shared: &Shared| {
            let packs = shared.core().packs(territory.as_deref())?;
            Ok(packs.into_iter().map(Into::into).collect())
        };
        self.shared.run_blocking(read).await
    }

    /// What a pack will cost, from what is known without its server; with small pictures where no size is given.
    ///
    /// # Errors
    /// `NotFound`; `InvalidInput` for a box.
    #[uniffi::method(default(pictures = None))]
    pub async fn estimate(
        &self,
        territory: String,
        subject: PackSubject,
        pictures: Option<PictureSize>,
    ) -> Result<Estimate> {
        let read = move |shared: &Shared| {
            let estimate =
                shared.core().estimate(&territory, &subject.into(), pictures.map(Into::into).unwrap_or_default())?;
            let companion::Estimate { objects, files, files_here, bytes, error_bytes, free_bytes } = estimate;
            Ok(Estimate { objects, files, files_here, bytes, error_bytes, free_bytes })
        };
        self.shared.run_blocking(read).await
    }

    /// Makes a pack, goes on with it, or brings it up to date. Where something could not be had the pack is `Partial` and
    /// says what is missing. Small pictures come along where no size is given.
    ///
    /// # Errors
    /// `Offline`, `Server`, `Busy`, `StorageFull`, `Cancelled`, `NotFound`; `InvalidInput` for a territory that was never
    /// refreshed, or where the library was built without a driver.
    #[uniffi::method(default(options = None, pictures = None, cancel = None, progress = None))]
    pub async fn download(
        &self,
        territory: String,
        subject: PackSubject,
        options: Option<RefreshOptions>,
        pictures: Option<PictureSize>,
        cancel: Option<Arc<CancelToken>>,
        progress: Option<Arc<ProgressWatch>>,
    ) -> Result<Pack> {
        #[cfg(feature = "net")]
        let work = move |shared: &Shared, stop: &transfer::CancelToken, tell: &dyn Fn(Progress)| {
            let subject = core::PackSubject::from(subject);
            let name = subject.to_string();
            let tell = |progress| tell(Progress::of(progress, &name));
            let options = self::options(pictures, options);
            Ok(shared.core().download(&territory, &subject, &options, stop, tell)?.into())
        };
        #[cfg(not(feature = "net"))]
        let work = {
            let _ = (territory, subject, options, pictures);
            |_: &Shared, _: &transfer::CancelToken, _: &dyn Fn(Progress)| crate::state::without_driver()
        };
        self.shared.run_cancellable((cancel, progress), |changes| changes.packs += 1, work).await
    }

    /// Brings the packs of a territory up to date that a refresh has made stale, or that are not whole yet.
    ///
    /// # Errors
    /// As [`Packs::download`].
    #[uniffi::method(default(options = None, cancel = None, progress = None))]
    pub async fn update(
        &self,
        territory: String,
        options: Option<RefreshOptions>,
        cancel: Option<Arc<CancelToken>>,
        progress: Option<Arc<ProgressWatch>>,
    ) -> Result<Vec<Pack>> {
        #[cfg(feature = "net")]
        let work = move |shared: &Shared, stop: &transfer::CancelToken, tell: &dyn Fn(Progress)| {
            let tell = |pack: &core::Pack, progress| tell(Progress::of(progress, &pack.subject.to_string()));
            let packs = shared.core().update_packs(&territory, &options.unwrap_or_default().core(), stop, tell)?;
            Ok(packs.into_iter().map(Into::into).collect())
        };
        #[cfg(not(feature = "net"))]
        let work = {
            let _ = (territory, options);
            |_: &Shared, _: &transfer::CancelToken, _: &dyn Fn(Progress)| crate::state::without_driver()
        };
        self.shared.run_cancellable((cancel, progress), |changes| changes.packs += 1, work).await
    }

    /// Plans a download for the platform's own HTTP client, or goes on with one: see [`Transfers`].
    ///
    /// # Errors
    /// `NotFound`, `Busy`, `StorageFull`; `InvalidInput` for a territory that was never refreshed.
    #[uniffi::method(default(options = None, pictures = None))]
    pub async fn plan_download(
        &self,
        territory: String,
        subject: PackSubject,
        options: Option<RefreshOptions>,
        pictures: Option<PictureSize>,
    ) -> Result<Arc<Transfers>> {
        let shared = Arc::clone(&self.shared);
        let plan = move |within: &Shared| {
            let download =
                within.core().plan_download(&territory, &subject.into(), &self::options(pictures, options))?;
            Transfers::of_download(shared, download)
        };
        self.shared.run_blocking(plan).await
    }

    /// Removes a pack with all that no other pack needs, and gives the bytes that are free now.
    ///
    /// # Errors
    /// `NotFound`; `Busy` while its territory is being refreshed or downloaded.
    pub async fn remove(&self, territory: String, subject: PackSubject) -> Result<u64> {
        let remove = move |shared: &Shared| Ok(shared.core().remove_pack(&territory, &subject.into())?);
        self.shared.write(|changes| changes.packs += 1, remove).await
    }
}
