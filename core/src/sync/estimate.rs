//! How large a pack will be.

use super::pack_contents::{needed_media, pack_contents};
use super::pack_media::Shown;
use crate::catalogue::{Catalogue, PackSubject, PictureSize, Territory, is_downloadable};
use crate::error::{Error, Result};
use crate::response::MAX_FILE_BYTES;

/// Mean and standard deviation of file sizes, in bytes.
type Sizes = (f64, f64);

/// Small pictures, if few are on the device yet.
const SMALL_PICTURE: Sizes = (30_000.0, 20_000.0);
/// Original pictures.
const LARGE_PICTURE: Sizes = (900_000.0, 1_200_000.0);
/// Pictograms, if few are on the device yet.
const PICTOGRAM: Sizes = (4_000.0, 4_000.0);
/// Number of files on the device whose own mean is used.
const MIN_SAMPLES: u64 = 10;
/// Bytes that stay free on the disk beside a pack.
const RESERVE_BYTES: u64 = 16 << 20;

/// Sizes of the attached files of a pack, such as PDF topo-guides and audio.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AttachedFileSizes {
    /// Number of attached files of a format that Jalon downloads.
    pub files: u64,
    /// Number of these files that are already on the device.
    pub files_here: u64,
    /// Number of the files to download whose size is not known: it was not asked, or the server does not tell it.
    pub unknown: u64,
    /// Number of files that are larger than 64 MiB; they are not downloaded.
    pub too_large: u64,
    /// Bytes of the files to download whose size is known. Exact, unless a file is replaced.
    pub bytes: u64,
}

/// Estimated size of a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// Number of objects.
    pub objects: u64,
    /// Number of files, without attached files.
    pub files: u64,
    /// Number of files that are already on the device.
    pub files_here: u64,
    /// Estimated bytes that are still to download, without attached files.
    pub bytes: u64,
    /// Standard error of `bytes`: about two estimates out of three are closer.
    pub error_bytes: u64,
    /// The attached files, which a pack contains only if [`DownloadOptions::files`](super::DownloadOptions) asks for them.
    pub attached_files: AttachedFileSizes,
    /// Free bytes on the disk.
    pub free_bytes: u64,
}

/// Estimates the size of a pack without asking the server: its objects by distance, its files by the mean size of similar
/// files on the device, its attached files by the sizes that their server told.
pub(crate) fn estimate(
    catalogue: &Catalogue,
    territory: &Territory,
    subject: &PackSubject,
    pictures: PictureSize,
) -> Result<Estimate> {
    subject.check()?;
    let contents = pack_contents(catalogue, territory, subject)?;
    let media = needed_media(catalogue, territory, &contents.objects, pictures)?;
    let sizes = |url_pattern: &str, default: Sizes| -> Result<Sizes> {
        let (mean, deviation, samples) = catalogue.media_size_stats(url_pattern)?;
        Ok(if samples >= MIN_SAMPLES { (mean, deviation) } else { default })
    };
    let pictogram = sizes("%/media/upload/%", PICTOGRAM)?;
    let picture = match pictures {
        PictureSize::Large => LARGE_PICTURE,
        PictureSize::Small | PictureSize::None => sizes("%/media/paperclip/%q85%", SMALL_PICTURE)?,
    };
    let (mut files, mut files_here, mut bytes, mut variance) = (0, 0, 0.0, 0.0);
    let mut attached_files = AttachedFileSizes::default();
    for file in &media {
        if file.shown == Shown::AttachedFile {
            add_attached_file(catalogue, &file.url, &mut attached_files)?;
            continue;
        }
        files += 1;
        if catalogue.media_file(&file.url)?.is_some_and(|known| known.path.is_some()) {
            files_here += 1;
            continue;
        }
        let (mean, deviation) = if file.shown == Shown::Pictogram { pictogram } else { picture };
        bytes += mean;
        variance += deviation * deviation;
    }
    Ok(Estimate {
        objects: contents.objects.len() as u64,
        files,
        files_here,
        bytes: bytes as u64,
        error_bytes: variance.sqrt() as u64,
        attached_files,
        free_bytes: catalogue.file_system().free_bytes(catalogue.directory())?,
    })
}

/// Counts an attached file.
fn add_attached_file(catalogue: &Catalogue, url: &str, sizes: &mut AttachedFileSizes) -> Result<()> {
    if !is_downloadable(url) {
        return Ok(());
    }
    sizes.files += 1;
    if catalogue.media_file(url)?.is_some_and(|known| known.path.is_some()) {
        sizes.files_here += 1;
        return Ok(());
    }
    match catalogue.file_size(url)? {
        None => sizes.unknown += 1,
        Some(bytes) if bytes > MAX_FILE_BYTES => sizes.too_large += 1,
        Some(bytes) => sizes.bytes = sizes.bytes.saturating_add(bytes),
    }
    Ok(())
}

/// Checks that the disk has space for a pack.
///
/// # Errors
/// [`Error::StorageFull`] if it has not.
pub(super) fn check_space(
    catalogue: &Catalogue,
    territory: &Territory,
    subject: &PackSubject,
    pictures: PictureSize,
    with_files: bool,
) -> Result<()> {
    let Estimate { bytes, attached_files, free_bytes, .. } = estimate(catalogue, territory, subject, pictures)?;
    let attached_bytes = if with_files { attached_files.bytes } else { 0 };
    if bytes.saturating_add(attached_bytes).saturating_add(RESERVE_BYTES) <= free_bytes {
        Ok(())
    } else {
        Err(Error::StorageFull)
    }
}
