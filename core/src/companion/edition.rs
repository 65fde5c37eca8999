//! Builds editions of territories (feature `edition-build`).

use url::Url;

use super::Companion;
use crate::edition::{BuildOptions, BuildProgress, EditionBuilder, EditionSummary, EditionTerritory};
use crate::error::{Error, Result};
use crate::model::{Kind, Object};
use crate::transfer::CancelToken;

impl Companion {
    /// Writes a territory as an edition: static files that any web host serves. It holds every object that the server
    /// publishes, as of the last refresh, and the pictures that packs have on this device. Objects are read one by one; a
    /// refresh that runs at the same time does not mix into it. `progress` is called after each object, and `cancel` is looked
    /// at before it.
    ///
    /// The folder may have the edition before: its files stay, so that phones which hold its manifest can read on; those of
    /// still earlier editions are removed. Other files in the folder stay.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::InvalidInput`] for a territory that was never refreshed, and for options that break a
    /// rule; [`Error::StorageFull`] and other errors of the disk; [`Error::Cancelled`]. The folder's manifest is that of the
    /// edition before then.
    pub fn build_edition(
        &self,
        territory: &str,
        options: &BuildOptions,
        cancel: &CancelToken,
        mut progress: impl FnMut(BuildProgress),
    ) -> Result<EditionSummary> {
        let territory = self.catalogue.territory(territory)?;
        if territory.refreshed_ms.is_none() {
            return Err(Error::invalid("territory", "must be refreshed before an edition is built of it"));
        }
        let mut now = BuildProgress::default();
        for kind in Kind::ALL {
            now.total += self.catalogue.count(&territory, kind)?;
        }
        let labels = self.catalogue.objects(&territory, Kind::Term)?.into_iter().filter_map(|term| match term {
            Object::Term(term) => Some(((term.vocabulary, term.id), term.label)),
            _ => None,
        });
        let details = EditionTerritory {
            name: territory.name.clone(),
            server: territory.report_url().map(Url::parse).transpose().map_err(Error::internal)?,
            languages: territory.languages.clone(),
            default_language: territory.default_language.clone(),
            portals: territory.portals.clone(),
            labels: labels.collect(),
        };
        let pictures = |url: &str| Ok(self.catalogue.media_file(url)?.and_then(|file| file.path));
        let file_system = self.storage.file_system.clone();
        let mut builder = EditionBuilder::new(details, options, self.clock.now_ms(), file_system, &pictures)?;
        self.catalogue.visit_published(&territory, |object| {
            if cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            builder.add(object)?;
            now.objects += 1;
            progress(now);
            Ok(())
        })?;
        // Withdrawn objects were counted.
        now.total = now.objects;
        progress(now);
        builder.finish()
    }
}
