//! Packs: treks and areas for offline use.

use std::path::PathBuf;

use super::Companion;
use crate::catalogue::{Pack, PackState, PackSubject, PictureSize, Territory};
use crate::error::{Error, Result};
use crate::model::{Id, Picture};
use crate::sync::{
    self, AttachedFileSizes, DownloadJob, DownloadOptions, Estimate, FileSizesJob, RefreshOptions, TerritoryLock,
    staging,
};

impl Companion {
    /// All packs, or those of one territory, in the order in which they were first requested.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the territory.
    pub fn packs(&self, territory: Option<&str>) -> Result<Vec<Pack>> {
        let territory = territory.map(|name| self.catalogue.territory(name)).transpose()?;
        self.catalogue.packs(territory.as_ref())
    }

    /// Whether everything of a trek is on the device: it belongs to a pack that is ready or stale.
    ///
    /// # Errors
    /// Those of reading the catalogue.
    pub fn is_offline(&self, territory: &Territory, id: Id) -> Result<bool> {
        Ok(self.catalogue.offline_treks()?.contains(&(territory.key, id)))
    }

    /// The file of a picture, preferably of the original; `None` if no pack has it.
    ///
    /// # Errors
    /// Those of reading the catalogue.
    pub fn picture_path(&self, picture: &Picture) -> Result<Option<PathBuf>> {
        for url in [&picture.url, &picture.thumbnail] {
            if let Some(path) = self.catalogue.media_file(url)?.and_then(|file| file.path) {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    /// Estimates the size of a pack without asking the server: its objects by distance, its files by the mean size of similar
    /// files on the device. Its attached files are counted separately, by the sizes that [`Companion::plan_file_sizes`] asked for.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::InvalidInput`] for an area that is not on Earth.
    pub fn estimate(&self, territory: &str, subject: &PackSubject, pictures: PictureSize) -> Result<Estimate> {
        sync::estimate(&self.catalogue, &self.catalogue.territory(territory)?, subject, pictures)
    }

    /// Plans requests for the sizes of the attached files of a pack, for a driver: [`Companion::estimate`] then tells their bytes
    /// before their download. Geotrek's API does not tell them, so each file costs a request for its first byte. A size is asked
    /// again after a day. A territory has at most one refresh, download or such job in progress.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::InvalidInput`] for an area that is not on Earth; [`Error::Busy`] if the territory is being
    /// refreshed or downloaded.
    pub fn plan_file_sizes(
        &self,
        territory: &str,
        subject: &PackSubject,
        options: &RefreshOptions,
    ) -> Result<FileSizesJob> {
        sync::plan_file_sizes(&self.catalogue, &self.locks, &self.clock, territory, subject, options)
    }

    /// The sizes of the attached files, once [`Job::next`](sync::Job::next) has returned
    /// [`Next::Idle`](crate::transfer::Next::Idle). A size that the server does not tell stays unknown.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn finish_file_sizes(&self, job: FileSizesJob) -> Result<AttachedFileSizes> {
        sync::finish_file_sizes(&job)
    }

    /// Plans the download of a pack for a driver, or continues it. Files on the device are not requested again, unless they
    /// may have changed. A territory has at most one refresh or download in progress.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the territory was never refreshed; [`Error::NotFound`]; [`Error::Busy`] if it is being
    /// refreshed or downloaded; [`Error::StorageFull`] if the estimate exceeds the free space.
    pub fn plan_download(
        &self,
        territory: &str,
        subject: &PackSubject,
        options: &DownloadOptions,
    ) -> Result<DownloadJob> {
        sync::plan_download(&self.catalogue, &self.locks, &self.clock, territory, subject, options)
    }

    /// Stores the state of a pack, once [`Job::next`](sync::Job::next) has returned
    /// [`Next::Idle`](crate::transfer::Next::Idle). A pack without some of its files is [`PackState::Partial`], unless the
    /// server lacks them.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if transfers are missing; [`Error::StorageFull`].
    pub fn finish_download(&self, job: DownloadJob) -> Result<Pack> {
        let pack = sync::finish_download(&job)?;
        self.rebuild_snapshot();
        Ok(pack)
    }

    /// Removes a pack with everything that no other pack needs, and returns the freed bytes of files.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Busy`] while the territory is being refreshed or downloaded.
    pub fn remove_pack(&self, territory: &str, subject: &PackSubject) -> Result<u64> {
        let (territory, _lock) = self.locks.try_acquire_by_name(&self.catalogue, territory)?;
        let Some(pack) = self.catalogue.pack(&territory, subject)? else {
            return Err(Error::NotFound { detail: format!("a pack of {subject}") });
        };
        if let Some(job) = self.catalogue.job(territory.key, &subject.to_string())? {
            self.catalogue.end_job(job.job)?;
        }
        self.catalogue.write(|transaction| transaction.remove_pack(&territory, &pack))?;
        self.catalogue.record_wanted()?;
        let freed = self.catalogue.remove_orphaned_media()? + self.catalogue.remove_orphaned_maps()?;
        staging::remove_abandoned(&self.catalogue, &territory, None)?;
        self.rebuild_snapshot();
        Ok(freed)
    }

    /// Takes pictures of a pack from an archive of its territory's mobile tree, `global.zip` or `<trek>.zip`, without a network.
    /// Plans the pack first, as [`Companion::plan_download`] does; the download then requests what is still missing.
    ///
    /// # Errors
    /// As of [`Companion::plan_download`]; [`Error::InvalidInput`] if the territory is no mobile tree, or if the file is no
    /// archive or exceeds a limit.
    #[cfg(feature = "archive")]
    pub fn import_archive(
        &self,
        territory: &str,
        subject: &PackSubject,
        options: &DownloadOptions,
        archive: &std::path::Path,
    ) -> Result<sync::ArchiveImport> {
        let job = self.plan_download(territory, subject, options)?;
        sync::import_archive(&job, archive)
    }

    /// Removes unused files that dead processes left, compacts the catalogue if that pays, and returns the freed bytes.
    ///
    /// # Errors
    /// [`Error::Busy`] while a territory is being refreshed or downloaded.
    pub fn clean_up(&self) -> Result<u64> {
        let territories = self.catalogue.territories()?;
        let lock = |territory: &Territory| self.locks.try_acquire(&self.catalogue.staging_folder(), territory);
        let locks: Vec<TerritoryLock> = territories.iter().map(lock).collect::<Result<_>>()?;
        let mut freed = self.catalogue.remove_orphaned_media()? + self.catalogue.remove_orphaned_maps()?;
        // After a damaged catalogue, planned packs find their files again by name.
        let packs = self.catalogue.packs(None)?;
        if packs.iter().all(|pack| pack.state != PackState::Planned) {
            freed += self.catalogue.remove_unknown_media()?;
        }
        for territory in &territories {
            freed += staging::remove_abandoned(&self.catalogue, territory, None)?;
        }
        drop(locks);
        Ok(freed + self.catalogue.vacuum()?)
    }
}
