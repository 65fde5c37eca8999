//! Downloads the files of a published edition into a folder, to check them.

use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use url::Url;

use crate::edition::{MANIFEST, MAX_MANIFEST_BYTES, Manifest, picture_paths, signature_path};
use crate::error::{Error, Result};
use crate::net::{ClientOptions, HttpClient};
use crate::storage::{FileSystem, StdFileSystem};
use crate::transfer::{BodyKind, CancelToken, Outcome, Transfer};

/// Downloads every file of the edition with the manifest at `url` into a folder that exists, as a phone would see them. What
/// is wrong with them is told by [`verify_edition`](crate::edition::verify_edition): a missing file is left out. `progress` is
/// called after each file with their number and the bytes so far. Blocks; the memory does not depend on the size.
///
/// # Errors
/// [`Error::InvalidInput`] for the address; [`Error::Offline`]; [`Error::Server`] if there is no manifest at the address;
/// [`Error::Cancelled`]; errors of the disk.
pub fn fetch_edition(
    url: &str,
    directory: &Path,
    options: &ClientOptions,
    cancel: &CancelToken,
    mut progress: impl FnMut(u64, u64),
) -> Result<()> {
    let address = Url::parse(url).map_err(|_| Error::invalid("url", "must be the web address of a manifest"))?;
    let disk: Arc<dyn FileSystem> = Arc::new(StdFileSystem);
    let client = HttpClient::new(options.clone(), Arc::clone(&disk))?;
    let (mut files, mut bytes) = (0, 0);
    let mut fetch = |path: &str, body: BodyKind| -> Result<bool> {
        let url = if path == MANIFEST { Ok(address.clone()) } else { address.join(path) };
        let url = url.map_err(|_| Error::invalid("url", "must be the web address of a manifest"))?;
        let target = directory.join(path);
        if let Some(folder) = target.parent() {
            disk.create_dir_all(folder)?;
        }
        match client.fetch(&Transfer::new(0, url, body), &target, cancel)? {
            Outcome::Response(meta) if meta.status == 200 => {
                // The state of a partial file is not needed any more.
                disk.remove_file(&crate::response::sidecar_path(&target))?;
                (files, bytes) = (files + 1, bytes + meta.bytes);
                progress(files, bytes);
                Ok(true)
            }
            Outcome::NetworkError { detail } => Err(Error::Offline { detail }),
            Outcome::Response(_) | Outcome::Rejected { .. } => Ok(false),
        }
    };
    let no_manifest =
        || Error::Server { status: None, detail: "there is no manifest of an edition at this address".into() };
    if !fetch(MANIFEST, BodyKind::Json)? {
        return Err(no_manifest());
    }
    let path = directory.join(MANIFEST);
    if std::fs::metadata(&path)?.len() > MAX_MANIFEST_BYTES as u64 {
        return Err(no_manifest());
    }
    let manifest = std::fs::read(&path)?;
    let sha256: [u8; 32] = Sha256::digest(&manifest).into();
    for signature in [signature_path(&sha256), format!("{MANIFEST}.minisig")] {
        fetch(&signature, BodyKind::File)?;
    }
    let manifest = Manifest::parse(&manifest)?;
    for file in manifest.files() {
        fetch(&file.path, BodyKind::File)?;
    }
    for path in picture_paths(directory)? {
        fetch(&path, BodyKind::File)?;
    }
    Ok(())
}
