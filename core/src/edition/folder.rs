//! An edition in a folder, read by the office: its description, its objects and its files.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use super::hash::{Hash, hash};
use super::info::EditionInfo;
use super::layer::{FileRef, NAME_DIGITS};
use super::manifest_json::PackageJson;
use super::media::{self, for_each_address, picture_sha256};
use super::signature::claimed_signer;
use super::{MANIFEST, MAX_MANIFEST_BYTES, Manifest, invalid, read_file, read_records, signature_path};
use crate::digest::sha256_reader;
use crate::error::{Error, Result};
use crate::model::{Bounds, Kind, Object};

/// The longest signature, in bytes.
const MAX_SIGNATURE_BYTES: u64 = 4 << 10;

/// A folder with an edition, whose manifest was read.
#[derive(Debug)]
pub struct EditionFolder {
    directory: PathBuf,
    manifest: Manifest,
    manifest_bytes: Vec<u8>,
    manifest_sha256: Hash,
    /// Layers of kinds that this version does not know, with the number of their objects.
    unknown_layers: Vec<(String, u64)>,
}

/// The objects of one kind in an edition that have a geometry.
#[derive(Debug, Clone, PartialEq)]
pub struct EditionLayer {
    /// Kind of the objects.
    pub kind: Kind,
    /// Number of objects.
    pub objects: u64,
    /// Bytes of its files.
    pub bytes: u64,
    /// A box that holds every object.
    pub bounds: Bounds,
}

/// A number of things in an edition, and their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EditionPart {
    /// Number of objects or files.
    pub count: u64,
    /// Bytes of the files.
    pub bytes: u64,
}

/// A file of an edition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EditionFile {
    /// Path below the folder, with `/`.
    pub path: String,
    /// Length in bytes.
    pub bytes: u64,
}

/// The files of an edition, in the order in which a host must get them: a reader that finds the manifest finds everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionFiles {
    /// Files whose name is that of their content: layers, pictures, the signature that readers fetch. In the order of their paths.
    pub content: Vec<EditionFile>,
    /// The signature beside the manifest, for people; its content changes with each edition.
    pub signature: Option<EditionFile>,
    /// The manifest; its content changes with each edition.
    pub manifest: EditionFile,
}

impl EditionFolder {
    /// Opens a folder and reads the manifest. The signature is not verified: see [`verify_edition`](super::verify_edition).
    ///
    /// # Errors
    /// [`Error::NotFound`] without a manifest; [`Error::Server`] if the manifest breaks a rule of the format;
    /// [`Error::TooNew`]; errors of the disk.
    pub fn open(directory: &Path) -> Result<EditionFolder> {
        let Ok((file, length)) = open_inside(directory, MANIFEST)? else {
            return Err(Error::NotFound { detail: format!("the manifest {MANIFEST} in the directory") });
        };
        if length > MAX_MANIFEST_BYTES as u64 {
            return Err(invalid(format!("the manifest must not be longer than {MAX_MANIFEST_BYTES} bytes")));
        }
        let mut bytes = Vec::new();
        file.take(MAX_MANIFEST_BYTES as u64).read_to_end(&mut bytes)?;
        let manifest = Manifest::parse(&bytes)?;
        let json: PackageJson = serde_json::from_slice(&bytes).map_err(Error::internal)?;
        let is_known = |name: &str| Kind::ALL.iter().any(|kind| kind.as_str() == name);
        let unknown = json.jalon.layers.into_iter().filter(|layer| !is_known(&layer.kind));
        Ok(EditionFolder {
            directory: directory.to_owned(),
            manifest,
            manifest_sha256: hash(&bytes),
            manifest_bytes: bytes,
            unknown_layers: unknown.map(|layer| (layer.kind, layer.objects)).collect(),
        })
    }

    /// The bytes of the manifest.
    pub fn manifest(&self) -> &[u8] {
        &self.manifest_bytes
    }

    /// The description of the edition.
    pub fn info(&self) -> EditionInfo {
        EditionInfo::of(&self.manifest)
    }

    /// Id of the key that the signature names; `None` without a signature. Nothing is verified.
    ///
    /// # Errors
    /// Errors of the disk.
    pub fn claimed_signer(&self) -> Result<Option<String>> {
        let mut signature = Vec::new();
        match open_inside(&self.directory, &signature_path(&self.manifest_sha256))? {
            Ok((file, _)) => file.take(MAX_SIGNATURE_BYTES).read_to_end(&mut signature)?,
            Err(_) => return Ok(None),
        };
        Ok(claimed_signer(&signature).ok())
    }

    /// The layers, in the order of the manifest.
    pub fn layers(&self) -> Vec<EditionLayer> {
        let layers = self.manifest.layers.iter().map(|layer| EditionLayer {
            kind: layer.kind,
            objects: layer.objects,
            bytes: layer.file.bytes + layer.chunks.as_ref().map_or(0, |chunks| chunks.file.bytes),
            bounds: layer.bounds,
        });
        layers.collect()
    }

    /// The layers of kinds that this version does not know: name and number of objects.
    pub fn unknown_layers(&self) -> &[(String, u64)] {
        &self.unknown_layers
    }

    /// The objects without a geometry.
    pub fn records(&self) -> EditionPart {
        let records = self.manifest.records.as_ref();
        records
            .map_or(EditionPart::default(), |records| EditionPart { count: records.objects, bytes: records.file.bytes })
    }

    /// The pictures.
    pub fn pictures(&self) -> EditionPart {
        EditionPart { count: self.manifest.pictures.count, bytes: self.manifest.pictures.bytes }
    }

    /// Hands each object to `sink`, with the kind of its layer (`None` for an object without a geometry that cannot be read).
    /// An object that cannot be read, and a file that is damaged, is an error that `sink` gets; the others follow. The memory
    /// holds one object at a time.
    ///
    /// # Errors
    /// Errors of the disk and of `sink`.
    pub fn visit(&self, mut sink: impl FnMut(Option<Kind>, Result<Object>) -> Result<()>) -> Result<()> {
        for layer in &self.manifest.layers {
            match self.open_checked(&layer.file)? {
                Ok(file) => {
                    let kind = Some(layer.kind);
                    let mut end = Ok(());
                    let read = read_file(layer, file, |object| {
                        end = sink(kind, object);
                        if end.is_err() { Err(invalid("")) } else { Ok(()) }
                    });
                    end?;
                    if let Err(error) = read {
                        sink(kind, Err(of_edition(error)?))?;
                    }
                }
                Err(error) => sink(Some(layer.kind), Err(error))?,
            }
        }
        let Some(records) = &self.manifest.records else { return Ok(()) };
        match self.open_checked(&records.file)? {
            Ok(file) => {
                let mut end = Ok(());
                let read = read_records(&self.manifest, BufReader::new(file), |object| {
                    end = sink(object.as_ref().ok().map(Object::kind), object);
                    if end.is_err() { Err(invalid("")) } else { Ok(()) }
                });
                end?;
                read.or_else(|error| sink(None, Err(of_edition(error)?)))
            }
            Err(error) => sink(None, Err(error)),
        }
    }

    /// The files of the edition. Reads every object, because objects name the pictures.
    ///
    /// # Errors
    /// [`Error::Server`] if a file is missing or damaged, or if an object cannot be read; errors of the disk.
    pub fn files(&self) -> Result<EditionFiles> {
        let mut content: BTreeMap<String, u64> = BTreeMap::new();
        for file in self.manifest.files() {
            content.insert(file.path.clone(), file.bytes);
        }
        let mut pictures = Vec::new();
        self.visit(|_, object| {
            for_each_address(&mut object?, &mut |address| {
                if picture_sha256(address).is_some() {
                    pictures.push(std::mem::take(address));
                }
            });
            Ok(())
        })?;
        for path in pictures {
            if let Entry::Vacant(entry) = content.entry(path) {
                let bytes = self.length(entry.key())?;
                let missing = || invalid(format!("{} is not in the directory", entry.key()));
                let bytes = bytes.ok_or_else(missing)?;
                entry.insert(bytes);
            }
        }
        let path = signature_path(&self.manifest_sha256);
        if let Some(bytes) = self.length(&path)? {
            content.insert(path, bytes);
        }
        let human = format!("{MANIFEST}.minisig");
        let signature = self.length(&human)?.map(|bytes| EditionFile { path: human, bytes });
        Ok(EditionFiles {
            content: content.into_iter().map(|(path, bytes)| EditionFile { path, bytes }).collect(),
            signature,
            manifest: EditionFile { path: MANIFEST.to_owned(), bytes: self.manifest_bytes.len() as u64 },
        })
    }

    /// Whether a path is one of [`EditionFiles::content`] of any edition: its name is made of a hash of its content.
    pub fn is_content_name(path: &str) -> bool {
        let is_hex = |text: &str, digits| {
            text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        };
        let Some((folder, name)) = path.split_once('/') else { return false };
        match (folder, name.split_once('.')) {
            ("layers", Some((stem, "fgb" | "chunks" | "ndjson"))) => {
                stem.rsplit_once('-').is_some_and(|(_, digits)| is_hex(digits, NAME_DIGITS))
            }
            ("signatures", Some((stem, "minisig"))) => is_hex(stem, 64),
            (media::FOLDER, Some(_)) => picture_sha256(path).is_some(),
            _ => false,
        }
    }

    /// Whether a path below the folder is a file that can be read.
    pub(super) fn has_file(&self, path: &str) -> Result<bool> {
        Ok(self.length(path)?.is_some())
    }

    fn length(&self, path: &str) -> Result<Option<u64>> {
        Ok(open_inside(&self.directory, path)?.ok().map(|(_, bytes)| bytes))
    }

    /// Opens a file whose length and SHA-256 are those of the manifest.
    fn open_checked(&self, expected: &FileRef) -> Result<Result<File>> {
        let open = || match open_inside(&self.directory, &expected.path) {
            Ok(Ok((file, _))) => Ok(Ok(file)),
            Ok(Err(problem)) => Ok(Err(invalid(format!("{} {problem}", expected.path)))),
            Err(error) => Err(error),
        };
        let file = match open()? {
            Ok(file) => file,
            Err(error) => return Ok(Err(error)),
        };
        if sha256_reader(file)? != (expected.sha256, expected.bytes) {
            return Ok(Err(invalid(format!("{} has another content than the manifest says", expected.path))));
        }
        open()
    }
}

/// Opens a file below a folder, and its length in bytes; the inner error says why it is not one. A symbolic link may lead out
/// of the folder, and no web host has to follow it.
pub(super) fn open_inside(directory: &Path, path: &str) -> Result<Result<(File, u64), &'static str>> {
    let whole = directory.join(path);
    let is_inside = match (whole.canonicalize(), directory.canonicalize()) {
        (Ok(whole), Ok(directory)) => whole.starts_with(directory),
        (Err(error), _) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Err("is not in the directory"));
        }
        (Err(error), _) | (_, Err(error)) => return Err(error.into()),
    };
    if !is_inside || !std::fs::metadata(&whole)?.is_file() {
        return Ok(Err("must be a file in the directory"));
    }
    let file = File::open(&whole)?;
    let bytes = file.metadata()?.len();
    Ok(Ok((file, bytes)))
}

/// An error that says what is wrong with the edition; returns others.
fn of_edition(error: Error) -> Result<Error> {
    if matches!(error, Error::Server { .. }) { Ok(error) } else { Err(error) }
}
