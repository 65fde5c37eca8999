//! The files of a download: which are requested, and how a received one is checked and stored.

#[cfg(feature = "edition")]
use std::fs::File;
use std::path::Path;

use url::Url;

use super::download_planner::{DownloadPlanner, DownloadRole};
use super::pack_contents::NeededMedia;
use super::pack_media::Shown;
use super::planner::{Failure, PendingRequest};
use crate::catalogue::{MediaContent, StoredMedia, is_downloadable, url_hash};
use crate::error::{Error, Result};
use crate::id::ObjectKey;
use crate::response::sidecar_path;
use crate::transfer::{BodyKind, Outcome, ResponseMeta, Validators};

/// Files of the server in a row without a connection, after which the server counts as unreachable.
const MAX_NETWORK_ERRORS: u32 = 2;
/// Why an attached file is not requested.
const NOT_DOWNLOADABLE: &str = "files of this format are not downloaded";

impl DownloadPlanner {
    /// Requests for files that are missing, and conditional ones for files that may have changed at the same address.
    pub(super) fn media_requests(&mut self) -> Result<Vec<PendingRequest<DownloadRole>>> {
        let needed = self.store_contents()?;
        let before = self.catalogue().pack_objects(self.download.pack)?;
        let now = self.catalogue().object_states(&self.download.territory, before.keys().copied())?;
        let has_changed = |object: &ObjectKey| match (before.get(object), now.get(object)) {
            (Some(Some(before)), Some(now)) => before != now,
            _ => false,
        };
        let mut requests = Vec::new();
        for NeededMedia { url, shown, priority, objects } in needed {
            let known = self.catalogue().media_file(&url)?;
            if known.as_ref().is_some_and(|known| known.path.is_none() && !known.may_be_requested(self.now_ms())) {
                // The server lacked it, a short time ago.
                continue;
            }
            let known = known.filter(|known| known.path.is_some());
            if known.is_none() && shown == Shown::AttachedFile && !is_downloadable(&url) {
                self.catalogue().mark_media_missing(&url, NOT_DOWNLOADABLE, self.now_ms())?;
                continue;
            }
            let (validators, is_here) = match known {
                Some(known) => (known.validators, true),
                None => (Validators::default(), self.catalogue().adopt_media_file(&url, self.now_ms())?),
            };
            let may_have_changed = !validators.is_empty() && objects.iter().any(has_changed);
            if !is_here || may_have_changed {
                requests.push(self.media_request(url, validators, priority));
            }
        }
        Ok(requests)
    }

    /// Requests for files whose bytes are not those that were received.
    pub(super) fn damaged_media_requests(&self) -> Result<Vec<PendingRequest<DownloadRole>>> {
        let mut requests = Vec::new();
        for file in self.catalogue().pack_media(self.download.pack)? {
            if file.path.is_some() && !self.catalogue().verify_media_file(&file)? {
                requests.push(self.media_request(file.url, Validators::default(), 0));
            }
        }
        self.catalogue().write(|transaction| transaction.record_missing(self.download.pack))?;
        Ok(requests)
    }

    fn media_request(&self, url: String, validators: Validators, priority: i32) -> PendingRequest<DownloadRole> {
        let target = Some(self.download.media_folder.join(url_hash(&url)));
        let role = DownloadRole::Media(url.clone());
        PendingRequest { role, url, language: None, body: BodyKind::File, range: None, validators, priority, target }
    }

    /// Stores a file that was received. Returns why it cannot be used, if so.
    pub(super) fn store_media(&self, url: &str, file: &Path, meta: &ResponseMeta) -> Result<Option<Error>> {
        let catalogue = self.catalogue();
        let is_stored = || -> Result<bool> { Ok(catalogue.media_file(url)?.is_some_and(|known| known.path.is_some())) };
        if meta.status == 304 {
            catalogue.confirm_media_file(url, self.now_ms())?;
        } else if file.is_file() {
            if !self.is_content_of_edition(url, file)? {
                let detail = "the server sent another picture than the edition names".to_owned();
                return Ok(Some(Error::Server { status: None, detail }));
            }
            let content = self.expected_content(url);
            if let Err(detail) = content.check(file, url)? {
                return Ok(Some(Error::Server { status: None, detail: detail.to_owned() }));
            }
            match catalogue.store_media_file(url, file, content, &meta.validators, self.now_ms())? {
                StoredMedia::Stored => {}
                StoredMedia::Rejected(detail) => catalogue.mark_media_missing(url, detail, self.now_ms())?,
            }
            catalogue.file_system().remove_file(&sidecar_path(file))?;
        } else if is_stored()? {
            // The process died after it had stored the file.
            catalogue.confirm_media_file(url, self.now_ms())?;
        } else {
            return Ok(Some(Error::internal("the file of a complete response is missing")));
        }
        Ok(None)
    }

    fn expected_content(&self, url: &str) -> MediaContent {
        if self.attached_files.contains(url) { MediaContent::AttachedFile } else { MediaContent::Picture }
    }

    /// Whether a file is the one that the edition of the territory names; true for any other file.
    #[cfg(feature = "edition")]
    fn is_content_of_edition(&self, url: &str, file: &Path) -> Result<bool> {
        let manifest = &self.download.origin;
        let folder = self.download.territory.edition.as_ref().and_then(|_| manifest.join(".").ok());
        let name = folder.as_ref().and_then(|folder| url.strip_prefix(folder.as_str()));
        match name.and_then(crate::edition::picture_sha256) {
            Some(sha256) => Ok(crate::digest::sha256_reader(File::open(file)?)?.0 == sha256),
            None => Ok(true),
        }
    }

    #[cfg(not(feature = "edition"))]
    fn is_content_of_edition(&self, _url: &str, _file: &Path) -> Result<bool> {
        Ok(true)
    }

    fn is_on_server(&self, url: &str) -> bool {
        Url::parse(url).is_ok_and(|url| url.origin() == self.download.origin.origin())
    }

    pub(super) fn on_media_failure(&mut self, url: &str, failure: Failure<'_>) -> Result<()> {
        let detail = match failure {
            Failure::Invalid(Error::Server { detail, .. }) => detail,
            Failure::Invalid(error) => return Err(error),
            Failure::Outcome(Outcome::Response(ResponseMeta { status, .. })) => {
                self.network_errors = 0;
                format!("the server answered {status}")
            }
            Failure::Outcome(Outcome::Rejected { detail }) => detail.clone(),
            Failure::Outcome(Outcome::NetworkError { detail }) if self.is_on_server(url) => {
                self.network_errors += 1;
                if self.network_errors >= MAX_NETWORK_ERRORS {
                    return Err(Error::Offline { detail: detail.clone() });
                }
                // The next download requests it again.
                return Ok(());
            }
            // A picture on another server, which may be gone for good.
            Failure::Outcome(Outcome::NetworkError { detail }) => detail.clone(),
        };
        self.catalogue().mark_media_missing(url, &detail, self.now_ms())
    }
}
