//! Downloads for offline use.

use std::sync::Arc;

use jalon::Companion as Core;
use jalon::companion::DownloadOptions;

use crate::convert::all;
use crate::error::Result;
use crate::records::{
    ArchiveImport, AttachedFileSizes, Estimate, Pack, PackSubject, PictureSize, Progress, RefreshOptions,
};
use crate::state::{Lock, Shared, with_client, with_feature};
use crate::transfers::Work;
use crate::{CancelToken, ProgressWatch, Transfers};

/// Downloads for offline use.
#[derive(uniffi::Object)]
pub struct Packs {
    pub(crate) shared: Arc<Shared>,
}

fn options(pictures: Option<PictureSize>, files: bool, options: Option<RefreshOptions>) -> DownloadOptions {
    DownloadOptions { pictures: pictures.unwrap_or_default(), files, fetch: options.unwrap_or_default().core() }
}

#[uniffi::export]
impl Packs {
    /// All packs, or those of one territory, in the order of their first download.
    #[uniffi::method(default(territory = None))]
    pub async fn list(&self, territory: Option<String>) -> Result<Vec<Pack>> {
        self.shared.run_blocking(move |core| Ok(all(core.packs(territory.as_deref())?))).await
    }

    /// The estimated size of a pack, without a request to the server. Pictures are small if no size is given. Attached files are
    /// counted separately, so that an app can show the size with and without them.
    #[uniffi::method(default(pictures = None))]
    pub async fn estimate(
        &self,
        territory: String,
        subject: PackSubject,
        pictures: Option<PictureSize>,
    ) -> Result<Estimate> {
        let read = move |core: &Core| core.estimate(&territory, &subject, pictures.unwrap_or_default());
        self.shared.run_blocking(read).await
    }

    /// Downloads a pack, resumes its download, or updates it. The territory must have been refreshed. If some files cannot
    /// be downloaded, the pack is `Partial` and lists them. Pictures are small if no size is given. `files` downloads attached
    /// files too, such as PDF topo-guides and audio.
    ///
    /// # Errors
    /// `Offline`, `ServerError`, `Busy`, `Cancelled`; `InvalidInput` if the library was built without an HTTP client.
    #[allow(clippy::too_many_arguments, reason = "they have names and defaults in the other languages")]
    #[uniffi::method(default(options = None, pictures = None, files = false, cancel = None, progress = None))]
    pub async fn download(
        &self,
        territory: String,
        subject: PackSubject,
        options: Option<RefreshOptions>,
        pictures: Option<PictureSize>,
        files: bool,
        cancel: Option<Arc<CancelToken>>,
        progress: Option<Arc<ProgressWatch>>,
    ) -> Result<Pack> {
        let work = move |core: &Core, cancel: &_, progress: &dyn Fn(Progress)| {
            let options = self::options(pictures, files, options);
            with_client!(using(core, territory, subject, options, cancel, progress), {
                let name = subject.to_string();
                let progress = |made| progress(Progress::of(made, &name));
                Ok(core.download(&territory, &subject, &options, cancel, progress)?.into())
            })
        };
        self.shared.run_cancellable(Lock::Territory, (cancel, progress), |versions| versions.packs += 1, work).await
    }

    /// Downloads what the packs of a territory lack, and updates those that a refresh made stale.
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
        let work = move |core: &Core, cancel: &_, progress: &dyn Fn(Progress)| {
            let options = options.unwrap_or_default().core();
            with_client!(using(core, territory, options, cancel, progress), {
                let progress =
                    |pack: &jalon::catalogue::Pack, made| progress(Progress::of(made, &pack.subject.to_string()));
                Ok(all(core.update_packs(&territory, &options, cancel, progress)?))
            })
        };
        self.shared.run_cancellable(Lock::Territory, (cancel, progress), |versions| versions.packs += 1, work).await
    }

    /// Asks for the sizes of a pack's attached files, which Geotrek's API does not tell: each file whose size is not known
    /// costs a request. [`Packs::estimate`] then includes them.
    ///
    /// # Errors
    /// As [`Packs::download`].
    #[uniffi::method(default(options = None, cancel = None))]
    pub async fn fetch_file_sizes(
        &self,
        territory: String,
        subject: PackSubject,
        options: Option<RefreshOptions>,
        cancel: Option<Arc<CancelToken>>,
    ) -> Result<AttachedFileSizes> {
        let work = move |core: &Core, cancel: &_, _: &dyn Fn(Progress)| {
            let options = options.unwrap_or_default().core();
            with_client!(using(core, territory, subject, options, cancel), {
                core.fetch_file_sizes(&territory, &subject, &options, cancel)
            })
        };
        self.shared.run_cancellable(Lock::Territory, (cancel, None), |_| {}, work).await
    }

    /// Plans the requests of [`Packs::fetch_file_sizes`] for the platform's HTTP client: see [`Transfers`].
    ///
    /// # Errors
    /// `Busy` during another refresh or download of the territory.
    #[uniffi::method(default(options = None))]
    pub async fn plan_file_sizes(
        &self,
        territory: String,
        subject: PackSubject,
        options: Option<RefreshOptions>,
    ) -> Result<Arc<Transfers>> {
        let shared = Arc::clone(&self.shared);
        let plan = move |core: &Core| {
            let job = core.plan_file_sizes(&territory, &subject, &options.unwrap_or_default().core())?;
            Transfers::new(shared, Work::FileSizes(Box::new(job)))
        };
        self.shared.write_catalogue(|_| {}, plan).await
    }

    /// Plans a download for the platform's HTTP client, or resumes one: see [`Transfers`].
    ///
    /// # Errors
    /// `Busy` during another refresh or download of the territory.
    #[uniffi::method(default(options = None, pictures = None, files = false))]
    pub async fn plan_download(
        &self,
        territory: String,
        subject: PackSubject,
        options: Option<RefreshOptions>,
        pictures: Option<PictureSize>,
        files: bool,
    ) -> Result<Arc<Transfers>> {
        let shared = Arc::clone(&self.shared);
        let plan = move |core: &Core| {
            let download = core.plan_download(&territory, &subject, &self::options(pictures, files, options))?;
            Transfers::new(shared, Work::Download(Box::new(download)))
        };
        self.shared.write_catalogue(|_| {}, plan).await
    }

    /// Takes the pictures of a pack from an archive of its territory's mobile tree (`global.zip` or `<trek>.zip`), without a
    /// network, and plans the pack first. The download then requests what is still missing.
    ///
    /// # Errors
    /// `Busy` during another refresh or download of the territory; `InvalidInput` if the territory is no mobile tree, if the file
    /// is no archive or exceeds a limit, and if the library was built without the feature `archive`.
    #[uniffi::method(default(pictures = None, files = false))]
    pub async fn import_archive(
        &self,
        territory: String,
        subject: PackSubject,
        path: String,
        pictures: Option<PictureSize>,
        files: bool,
    ) -> Result<ArchiveImport> {
        let work = move |core: &Core| {
            with_feature!("archive", using(core, territory, subject, path, pictures, files), {
                let options = options(pictures, files, None);
                let import = core.import_archive(&territory, &subject, &options, std::path::Path::new(&path))?;
                let refused = import.refused.into_iter();
                let refused = refused.map(|(reason, count)| crate::records::RefusedEntries { reason, count }).collect();
                Ok(ArchiveImport { files: import.files, bytes: import.bytes, refused })
            })
        };
        self.shared.write_catalogue(|versions| versions.packs += 1, work).await
    }

    /// Removes a pack and the files that no other pack needs. Returns the freed bytes.
    ///
    /// # Errors
    /// `Busy` during a refresh or a download of its territory.
    pub async fn remove(&self, territory: String, subject: PackSubject) -> Result<u64> {
        self.shared
            .write_catalogue(|versions| versions.packs += 1, move |core| core.remove_pack(&territory, &subject))
            .await
    }
}
