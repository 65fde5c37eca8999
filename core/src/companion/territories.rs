//! Territories, and the refresh that downloads them.

use std::fs;

use super::Companion;
use crate::catalogue::{NewTerritory, Territory};
use crate::error::Result;
use crate::sync::{self, RefreshJob, RefreshOptions, RefreshSummary, staging};

impl Companion {
    /// Adds a territory, which is empty until its first refresh.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) for a name that is taken or malformed, or an address that is not
    /// one of a server.
    pub fn add_territory(&self, new: &NewTerritory) -> Result<Territory> {
        let territory = self.catalogue.write(|transaction| transaction.add_territory(new))?;
        self.catalogue.record_wanted()?;
        Ok(territory)
    }

    /// Removes a territory with everything in it, including packs. It can be added again.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound); [`Error::Busy`](crate::Error::Busy) during a refresh or download.
    pub fn remove_territory(&self, name: &str) -> Result<()> {
        let (territory, _lock) = self.locks.try_acquire_by_name(&self.catalogue, name)?;
        self.catalogue.write(|transaction| transaction.remove_territory(&territory))?;
        self.catalogue.record_wanted()?;
        self.catalogue.remove_orphaned_media()?;
        self.catalogue.remove_orphaned_maps()?;
        // A folder that cannot be removed is removed with the next territory of this name.
        let _ = fs::remove_dir_all(staging::territory_folder(&self.catalogue, name));
        self.catalogue.vacuum()?;
        self.rebuild_snapshot();
        Ok(())
    }

    /// Plans a refresh for a driver, or continues one that was started within the last day. A territory has at most one
    /// refresh or download in progress.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound); [`Error::Busy`](crate::Error::Busy) if the territory is being refreshed
    /// or downloaded; [`Error::StorageFull`](crate::Error::StorageFull).
    pub fn plan_refresh(&self, territory: &str, options: &RefreshOptions) -> Result<RefreshJob> {
        sync::plan_refresh(&self.catalogue, &self.locks, &self.clock, territory, options)
    }

    /// Writes the result of a refresh in one transaction, once [`Job::next`](sync::Job::next) has returned
    /// [`Next::Idle`](crate::transfer::Next::Idle). On an error the catalogue does not change, and the refresh can be planned
    /// again.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) if transfers are missing;
    /// [`Error::StorageFull`](crate::Error::StorageFull).
    pub fn apply_refresh(&self, job: RefreshJob) -> Result<RefreshSummary> {
        let summary = sync::apply_refresh(&job)?;
        self.rebuild_snapshot();
        Ok(summary)
    }
}
