//! Removes files of earlier editions. Only files with the names of an edition's files are touched, and only if the manifests of
//! the new edition and of the one before do not name them.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use super::output::{Output, PART};
use crate::edition::media::{self, picture_sha256};
use crate::edition::{EditionFolder, Manifest, check_file, read_file, read_records, signature_path};
use crate::error::Result;

/// The paths of the files of an edition that lies in a folder, with its pictures. `None` if one of its files is damaged: then
/// nobody knows which pictures it names.
pub(super) fn named_files(directory: &Path, manifest: &Manifest, sha256: &[u8; 32]) -> Option<BTreeSet<String>> {
    let mut named: BTreeSet<String> = manifest.files().map(|file| file.path.clone()).collect();
    named.insert(signature_path(sha256));
    let mut pictures = BTreeSet::new();
    let mut add = |object: crate::edition::FeatureObject| {
        media::for_each_address(&mut object?, &mut |address| {
            if picture_sha256(address).is_some() {
                pictures.insert(std::mem::take(address));
            }
        });
        Ok(())
    };
    let open = |file: &crate::edition::FileRef| {
        let path = directory.join(&file.path);
        check_file(&path, file.bytes, &file.sha256).ok()?;
        File::open(path).ok()
    };
    for layer in &manifest.layers {
        read_file(layer, open(&layer.file)?, &mut add).ok()?;
    }
    if let Some(records) = &manifest.records {
        read_records(manifest, BufReader::new(open(&records.file)?), &mut add).ok()?;
    }
    named.extend(pictures);
    Some(named)
}

/// Removes the files that neither `output` nor `kept` names, and returns their number.
pub(super) fn remove(output: &Output, kept: &BTreeSet<String>) -> Result<u64> {
    let mut removed = 0;
    for folder in ["layers", media::FOLDER, "signatures"] {
        let Ok(entries) = fs::read_dir(output.directory.join(folder)) else { continue };
        for entry in entries {
            let entry = entry?;
            let Some(name) = entry.file_name().to_str().map(ToOwned::to_owned) else { continue };
            let path = format!("{folder}/{name}");
            let is_named = output.files.contains_key(&path) || kept.contains(&path);
            if !is_named && is_ours(folder, &name) && entry.file_type()?.is_file() {
                output.file_system.remove_file(&entry.path())?;
                removed += 1;
            }
        }
    }
    Ok(removed)
}

/// Whether a file has a name that only an edition gives, or that of one that was not finished.
fn is_ours(folder: &str, name: &str) -> bool {
    let is_part = |name: &str| {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        name.strip_suffix(PART).and_then(|name| name.split_once('-')).is_some_and(|(a, b)| digits(a) && digits(b))
    };
    is_part(name) || EditionFolder::is_content_name(&format!("{folder}/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_ours_accepts_names_of_editions_only() {
        let (short, long) = ("0a".repeat(8), "0a".repeat(32));
        for (folder, name) in [
            ("layers", format!("trek-{short}.fgb")),
            ("layers", format!("hd_view-{short}.chunks")),
            ("layers", "17-3.part".to_owned()),
            ("signatures", format!("{long}.minisig")),
            ("media", format!("{long}.jpg")),
        ] {
            assert!(is_ours(folder, &name), "{name}");
        }
        for (folder, name) in [
            ("layers", format!("{short}.fgb")),
            ("layers", "trek.fgb".to_owned()),
            ("layers", format!("trek-{short}.gpkg")),
            ("media", "summer.jpg".to_owned()),
            ("media", "report.part".to_owned()),
            ("signatures", "a.minisig".to_owned()),
        ] {
            assert!(!is_ours(folder, &name), "{name}");
        }
    }
}
