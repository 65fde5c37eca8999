//! Takes the pictures of a pack from an archive of the mobile tree (feature `archive`), so that they need no network.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use serde::Serialize;
use url::Url;

use crate::catalogue::{MediaContent, StoredMedia, url_hash};
use crate::error::{Error, Result};
use crate::geotrek::{ArchiveLimits, archive_path, media_address, read_archive, tree_folder};
use crate::response::sidecar_path;
use crate::storage::write_atomic;
use crate::sync::download::DownloadJob;
use crate::sync::download_planner::PackDownload;
use crate::transfer::Validators;

/// Result of an import of an archive.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ArchiveImport {
    /// Files of the pack that were taken.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Entries that were refused, by reason.
    pub refused: BTreeMap<String, u64>,
}

/// Takes the files that the pack of a planned download lacks from an archive.
pub(crate) fn import_archive(job: &DownloadJob, archive: &Path) -> Result<ArchiveImport> {
    job.context.lock.check()?;
    let PackDownload { catalogue, clock, territory, media_folder, pack, .. } = &job.planner.download;
    let layout = catalogue.mobile_tree_state(territory)?.and_then(|state| state.layout);
    let Some(layout) = layout else {
        return Err(Error::invalid("territory", "must be a mobile tree that was refreshed: only these have archives"));
    };
    let media = media_address(&tree_folder(&territory.url)?, layout);
    // A picture has a copy in the folder of each trek that shows it: any of them will do.
    let mut wanted: BTreeMap<String, String> = BTreeMap::new();
    for file in catalogue.pack_media(*pack)?.into_iter().filter(|file| file.path.is_none()) {
        wanted.extend(common_path(&file.url, &media).map(|path| (path, file.url)));
    }
    let url_of = |path: &str| wanted.get(&common_path(&archive_path(path, &media), &media)?);
    let file = File::open(archive).map_err(|_| Error::invalid("file", "must be the path of a readable file"))?;
    let mut import = ArchiveImport::default();
    let file_system = catalogue.file_system();
    let limits = ArchiveLimits::default();
    let summary = read_archive(
        file,
        &limits,
        |path| url_of(path).is_some(),
        |path, bytes| {
            let Some(url) = url_of(path) else { return Ok(()) };
            let target = media_folder.join(url_hash(url));
            write_atomic(&**file_system, &target, bytes)?;
            file_system.remove_file(&sidecar_path(&target))?;
            let (content, now_ms) = (MediaContent::Picture, clock.now_ms());
            match catalogue.store_media_file(url, &target, content, &Validators::default(), now_ms)? {
                StoredMedia::Stored => {
                    import.files += 1;
                    import.bytes += bytes.len() as u64;
                }
                StoredMedia::Rejected(reason) => {
                    file_system.remove_file(&target)?;
                    *import.refused.entry(reason.to_owned()).or_default() += 1;
                }
            }
            Ok(())
        },
    )?;
    for (reason, count) in summary.refused {
        *import.refused.entry(reason.to_owned()).or_default() += count;
    }
    Ok(import)
}

/// The path of a picture without the folder of the trek.
fn common_path(url: &str, media: &Url) -> Option<String> {
    let path = url.strip_prefix(media.as_str())?;
    let (folder, rest) = path.split_once('/')?;
    let is_trek = !folder.is_empty() && folder.bytes().all(|byte| byte.is_ascii_digit());
    Some(if is_trek { rest } else { path }.to_owned())
}
