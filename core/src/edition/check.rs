//! Checks an edition in a folder before it is published: each file, each chunk, each object.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::folder::open_inside;
use super::hash::{Hash, hash};
use super::layer::FileRef;
use super::media::{for_each_address, picture_sha256};
use super::signature::claimed_signer;
use super::{MANIFEST, MAX_MANIFEST_BYTES, Manifest, PublicKey, check_layer, read_records, signature_path, verify};
use crate::digest::sha256_reader;
use crate::error::{Error, Result};
use crate::model::Object;

/// More problems are not listed.
const MAX_PROBLEMS: usize = 100;

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EditionCheck {
    /// Whether there are no problems.
    pub valid: bool,
    /// Id of the key that signed the manifest; `None` if there is no valid signature by one of the given keys.
    pub signed_by: Option<String>,
    /// Sentences for the office, at most 100.
    pub problems: Vec<String>,
}

/// Checks an edition in a folder: the signature, the length and the SHA-256 of every file, every block and chunk, the index of
/// every layer, every object, and every picture that an object names. Reads each layer three times; the memory holds the
/// index of one layer (40 bytes an object) and the names of the pictures.
///
/// Without `keys`, the signature must be well formed, but is not verified.
///
/// # Errors
/// Errors of the disk. What is wrong with the edition is in the result.
pub fn verify_edition(directory: &Path, keys: &[PublicKey]) -> Result<EditionCheck> {
    let mut check = Check { directory, problems: Vec::new(), pictures: BTreeMap::new() };
    let signed_by = check.run(keys, true)?;
    Ok(EditionCheck { valid: check.problems.is_empty(), signed_by, problems: check.problems })
}

/// The paths of the pictures that the objects of an edition in a folder name.
///
/// # Errors
/// Errors of the disk.
#[cfg(feature = "net")]
pub(crate) fn picture_paths(directory: &Path) -> Result<Vec<String>> {
    let mut check = Check { directory, problems: Vec::new(), pictures: BTreeMap::new() };
    check.run(&[], false)?;
    Ok(check.pictures.into_keys().collect())
}

/// A check in progress.
pub(super) struct Check<'d> {
    directory: &'d Path,
    problems: Vec<String>,
    /// The pictures that objects name, by their path.
    pictures: BTreeMap<String, Hash>,
}

impl Check<'_> {
    /// Checks everything; with `with_pictures`, also the pictures that objects name.
    fn run(&mut self, keys: &[PublicKey], with_pictures: bool) -> Result<Option<String>> {
        let Some(bytes) = self.read_short(MANIFEST, MAX_MANIFEST_BYTES)? else { return Ok(None) };
        let signed_by = self.signature(&bytes, keys)?;
        let manifest = match Manifest::parse(&bytes) {
            Ok(manifest) => manifest,
            Err(error) => {
                self.problem(MANIFEST, &text(&error));
                return Ok(signed_by);
            }
        };
        for layer in &manifest.layers {
            let chunks = match &layer.chunks {
                Some(chunks) => self.file(&chunks.file)?,
                None => None,
            };
            if let Some(path) = self.file(&layer.file)? {
                check_layer::check(self, layer, &path, chunks.as_deref())?;
            }
        }
        if let Some(records) = &manifest.records
            && let Some(path) = self.file(&records.file)?
        {
            self.records(&manifest, records.objects, &records.file.path, &path)?;
        }
        if with_pictures {
            self.pictures(&manifest)?;
        }
        Ok(signed_by)
    }

    pub(super) fn problem(&mut self, path: &str, detail: &str) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(format!("{path}: {detail}"));
        }
    }

    /// Notes an error that says what is wrong with the edition; returns others.
    pub(super) fn note(&mut self, path: &str, error: Error) -> Result<()> {
        if !matches!(error, Error::Server { .. } | Error::TooNew { .. }) {
            return Err(error);
        }
        self.problem(path, &text(&error));
        Ok(())
    }

    /// Notes the pictures that an object names.
    pub(super) fn object(&mut self, mut object: Object) {
        for_each_address(&mut object, &mut |address| {
            if let Some(sha256) = picture_sha256(address) {
                self.pictures.insert(std::mem::take(address), sha256);
            }
        });
    }

    fn signature(&mut self, manifest: &[u8], keys: &[PublicKey]) -> Result<Option<String>> {
        const MAX_SIGNATURE: usize = 4 << 10;
        let path = signature_path(&hash(manifest));
        let human = format!("{MANIFEST}.minisig");
        let is_signed = self.directory.join(&path).exists() || self.directory.join(&human).exists();
        if keys.is_empty() && !is_signed {
            return Ok(None);
        }
        let Some(signature) = self.read_short(&path, MAX_SIGNATURE)? else { return Ok(None) };
        if self.read_short(&human, MAX_SIGNATURE)?.is_some_and(|human| human != signature) {
            self.problem(&human, &format!("must be the same as {path}"));
        }
        let signer = if keys.is_empty() {
            claimed_signer(&signature).map(|_| None)
        } else {
            verify(manifest, &signature, keys).map(|index| keys.get(index).map(PublicKey::id))
        };
        signer.or_else(|error| self.note(&path, error).map(|()| None))
    }

    /// Reads a short file; `None`, and a problem, if there is none.
    fn read_short(&mut self, path: &str, max_bytes: usize) -> Result<Option<Vec<u8>>> {
        let Some((file, bytes)) = self.open(path)? else { return Ok(None) };
        if bytes > max_bytes as u64 {
            self.problem(path, &format!("must not be longer than {max_bytes} bytes"));
            return Ok(None);
        }
        let mut content = Vec::new();
        io::Read::read_to_end(&mut io::Read::take(file, bytes), &mut content)?;
        Ok(Some(content))
    }

    /// Opens a file of the folder; `None`, and a problem, if there is none.
    fn open(&mut self, path: &str) -> Result<Option<(File, u64)>> {
        match open_inside(self.directory, path)? {
            Ok(opened) => Ok(Some(opened)),
            Err(problem) => {
                self.problem(path, problem);
                Ok(None)
            }
        }
    }

    /// Checks the bytes and the SHA-256 of a file; returns its path if both are right.
    fn file(&mut self, expected: &FileRef) -> Result<Option<PathBuf>> {
        let Some((file, bytes)) = self.open(&expected.path)? else { return Ok(None) };
        if bytes != expected.bytes {
            self.problem(&expected.path, &format!("has {bytes} bytes, and {} in the manifest", expected.bytes));
            return Ok(None);
        }
        if sha256_reader(file)?.0 != expected.sha256 {
            self.problem(&expected.path, "has another SHA-256 than in the manifest");
            return Ok(None);
        }
        Ok(Some(self.directory.join(&expected.path)))
    }

    fn records(&mut self, manifest: &Manifest, objects: u64, name: &str, path: &Path) -> Result<()> {
        let mut count = 0;
        let read = read_records(manifest, BufReader::new(File::open(path)?), |object| {
            count += 1;
            match object {
                Ok(object) => self.object(object),
                Err(error) => self.note(name, error)?,
            }
            Ok(())
        });
        read.or_else(|error| self.note(name, error))?;
        if count != objects {
            self.problem(name, &format!("has {count} objects, and {objects} in the manifest"));
        }
        Ok(())
    }

    fn pictures(&mut self, manifest: &Manifest) -> Result<()> {
        let pictures = std::mem::take(&mut self.pictures);
        let (count, mut sum) = (pictures.len() as u64, 0);
        for (path, sha256) in pictures {
            let Some((file, bytes)) = self.open(&path)? else { continue };
            sum += bytes;
            if sha256_reader(file)?.0 != sha256 {
                self.problem(&path, "has another SHA-256 than in its name");
            }
        }
        if (count, sum) != (manifest.pictures.count, manifest.pictures.bytes) {
            self.problem(
                MANIFEST,
                &format!("objects name {count} pictures with {sum} bytes, other than jalon.pictures"),
            );
        }
        Ok(())
    }
}

/// The text of an error without the words for apps.
fn text(error: &Error) -> String {
    match error {
        Error::Server { detail, .. } => detail.clone(),
        other => other.to_string(),
    }
}
