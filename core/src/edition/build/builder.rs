//! Takes the objects of a territory and writes its edition, the manifest last.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::value::RawValue;
use url::Url;

use super::layer_writer::{LayerWriter, short};
use super::old_files;
use super::options::{BuildOptions, EditionSummary};
use super::output::{NewFile, Output};
use super::property_writer::Labels;
use super::sign::SecretKey;
use crate::digest::hex;
use crate::edition::hash::{Hash, hash};
use crate::edition::layer::Layer;
use crate::edition::manifest::{MAX_EDITION, Records};
use crate::edition::manifest_json::Pictures;
use crate::edition::media::{self, is_extension};
use crate::edition::records::{MAX_RECORD_BYTES, RecordJson};
use crate::edition::{MANIFEST, MAX_MANIFEST_BYTES, Manifest, Source, signature_path};
use crate::error::{Error, Result};
use crate::model::{Id, Kind, Object};
use crate::storage::FileSystem;

/// Finds the file of a picture by its address.
pub(crate) type PictureSource<'p> = &'p dyn Fn(&str) -> Result<Option<PathBuf>>;

/// The territory of an edition.
#[derive(Debug, Clone, Default)]
pub(crate) struct EditionTerritory {
    /// Lower-case letters, digits and hyphens.
    pub(crate) name: String,
    pub(crate) server: Option<Url>,
    pub(crate) languages: Vec<String>,
    pub(crate) default_language: String,
    pub(crate) portals: Vec<Id>,
    /// The labels of the terms, for the readable columns.
    pub(crate) labels: Labels,
}

/// Writes an edition into a folder.
pub(crate) struct EditionBuilder<'p> {
    manifest: Manifest,
    options: BuildOptions,
    labels: Labels,
    pictures: PictureSource<'p>,
    output: Output,
    /// The files of the edition before; `None` if its manifest or its files cannot be read.
    previous: Option<BTreeSet<String>>,
    layer: Option<LayerWriter>,
    records: Option<NewFile>,
    record_count: u64,
    /// The addresses of pictures that were copied, with their path in the edition.
    copied: HashMap<String, String>,
    last: Option<(Kind, Id)>,
    objects: u64,
}

impl<'p> EditionBuilder<'p> {
    /// Starts an edition at `now_ms` (Unix ms).
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for options that break a rule; errors of the disk.
    pub(crate) fn new(
        territory: EditionTerritory,
        options: &BuildOptions,
        now_ms: i64,
        file_system: Arc<dyn FileSystem>,
        pictures: PictureSource<'p>,
    ) -> Result<EditionBuilder<'p>> {
        let EditionTerritory { name, server, languages, default_language, portals, labels } = territory;
        let created_ms = options.created_ms.unwrap_or(now_ms);
        if options.expires_ms.is_some_and(|expires_ms| expires_ms <= created_ms) {
            return Err(Error::invalid("expires", "must be later than the time of the edition"));
        }
        for license in &options.licenses {
            if license.name.is_none() && license.path.is_none() {
                return Err(Error::invalid("license", "must have a name such as CC-BY-4.0, or an address"));
            }
        }
        file_system.create_dir_all(&options.directory)?;
        let output = Output::new(&options.directory, file_system);
        let (previous_edition, previous) = previous(&options.directory)?;
        let edition = edition_number(options.edition, created_ms, previous_edition)?;
        let origin = server.as_ref().map(|url| Source { title: "Geotrek".to_owned(), path: Some(url.to_string()) });
        let sources = if options.sources.is_empty() { origin.into_iter().collect() } else { options.sources.clone() };
        let title = if options.title.trim().is_empty() { name.clone() } else { options.title.clone() };
        let signer = options.key.as_ref().map(SecretKey::public_key).transpose()?;
        let next_keys = options.next_keys.iter().filter(|key| Some(*key) != signer.as_ref()).cloned();
        let public_keys = signer.iter().cloned().chain(next_keys).collect();
        let manifest = Manifest {
            name,
            title,
            description: options.description.clone(),
            version: edition.to_string(),
            created_ms,
            licenses: options.licenses.clone(),
            sources,
            contributors: options.contributors.clone(),
            edition,
            expires_ms: options.expires_ms,
            server,
            languages,
            default_language,
            portals,
            public_keys,
            layers: Vec::new(),
            records: None,
            pictures: Pictures::default(),
        };
        Ok(EditionBuilder {
            manifest,
            options: options.clone(),
            labels,
            pictures,
            output,
            previous,
            layer: None,
            records: None,
            record_count: 0,
            copied: HashMap::new(),
            last: None,
            objects: 0,
        })
    }

    /// Adds an object. Objects must come kind by kind in the order of [`Kind::ALL`], and by id; only terms may share an id.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for another order, or for an object that is too long; errors of the disk.
    pub(crate) fn add(&mut self, mut object: Object) -> Result<()> {
        let key = (object.kind(), object.id());
        let is_after = |last: (Kind, Id)| if key.0 == Kind::Term { last.0 <= key.0 } else { last < key };
        if !self.last.is_none_or(is_after) {
            return Err(Error::invalid("objects", "must come kind by kind, and by id"));
        }
        self.last = Some(key);
        self.objects += 1;
        self.copy_pictures(&mut object)?;
        let geometry = object.geometry_mut().and_then(Option::take);
        let geometry = geometry.map(|geometry| geometry.without_degenerate_parts().0.into_owned());
        match geometry.as_ref().and_then(|geometry| Some((geometry, geometry.bounds()?))) {
            Some((geometry, bounds)) => {
                let mut layer = self.layer(key.0)?;
                let added = layer.add(&object, geometry, bounds, &self.manifest.default_language, &self.labels);
                self.layer = Some(layer);
                added
            }
            None => {
                if let (Some(place), Some(geometry)) = (object.geometry_mut(), geometry) {
                    *place = Some(geometry);
                }
                self.add_record(&object)
            }
        }
    }

    /// The writer of the layer of a kind. The layer of the kind before is finished.
    fn layer(&mut self, kind: Kind) -> Result<LayerWriter> {
        match self.layer.take() {
            Some(layer) if layer.kind == kind => Ok(layer),
            other => {
                self.finish_layer(other)?;
                LayerWriter::new(kind, &self.output)
            }
        }
    }

    fn finish_layer(&mut self, layer: Option<LayerWriter>) -> Result<()> {
        if let Some(layer) = layer {
            let layer = layer.finish(&self.manifest.title, &mut self.output)?;
            let server = self.manifest.server.clone();
            self.manifest.layers.push(Layer { server, ..layer });
        }
        Ok(())
    }

    fn add_record(&mut self, object: &Object) -> Result<()> {
        let json = serde_json::to_string(object).map_err(Error::internal)?;
        let object_json = RawValue::from_string(json).map_err(Error::internal)?;
        let record = RecordJson { kind: object.kind().as_str().into(), object: &object_json };
        let mut line = serde_json::to_vec(&record).map_err(Error::internal)?;
        line.push(b'\n');
        if line.len() > MAX_RECORD_BYTES {
            return Err(Error::invalid("objects", format!("must not be longer than {MAX_RECORD_BYTES} bytes each")));
        }
        if self.records.is_none() {
            self.records = Some(self.output.create("layers")?);
        }
        if let Some(records) = &mut self.records {
            records.write_all(&line)?;
        }
        self.record_count += 1;
        Ok(())
    }

    /// Copies the pictures of an object that are on the device, and makes their addresses those of the copies.
    fn copy_pictures(&mut self, object: &mut Object) -> Result<()> {
        let mut result = Ok(());
        media::for_each_address(object, &mut |address| {
            if result.is_ok() && !address.is_empty() {
                match self.copy_picture(address) {
                    Ok(Some(copy)) => *address = copy,
                    Ok(None) => {}
                    Err(error) => result = Err(error),
                }
            }
        });
        result
    }

    /// Copies a picture, and returns its path in the edition; `None` if it is not on the device.
    fn copy_picture(&mut self, address: &str) -> Result<Option<String>> {
        if let Some(copy) = self.copied.get(address) {
            return Ok(Some(copy.clone()));
        }
        let Some(path) = (self.pictures)(address)? else { return Ok(None) };
        let mut source = match File::open(&path) {
            Ok(source) => source,
            // The catalogue finds out at its next download that the file is gone.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut file = self.output.create(media::FOLDER)?;
        io::copy(&mut source, &mut file)?;
        let extension = path.extension().and_then(|extension| extension.to_str()).filter(|text| is_extension(text));
        let name = |sha256: &Hash| format!("{}.{}", hex(sha256), extension.unwrap_or("bin"));
        let before = self.output.files.len();
        let file = self.output.finish(file, name)?;
        if self.output.files.len() > before {
            self.manifest.pictures.count += 1;
            self.manifest.pictures.bytes += file.bytes;
        }
        self.copied.insert(address.to_owned(), file.path.clone());
        Ok(Some(file.path))
    }

    /// Writes the rest: the manifest and its signature, when all other files are there. Then the files of earlier editions
    /// are removed.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the manifest is too long; errors of the disk.
    pub(crate) fn finish(mut self) -> Result<EditionSummary> {
        let layer = self.layer.take();
        self.finish_layer(layer)?;
        if let Some(records) = self.records.take() {
            let file = self.output.finish(records, |sha256| format!("records-{}.ndjson", short(sha256)))?;
            self.manifest.records = Some(Records { file, objects: self.record_count });
        }
        let json = self.manifest.to_json()?;
        if json.len() > MAX_MANIFEST_BYTES {
            return Err(Error::invalid("objects", "must be few enough for a manifest of 8 MiB"));
        }
        let human = format!("{MANIFEST}.minisig");
        let mut signed_by = None;
        if let Some(key) = &self.options.key {
            let comment = format!("file:{MANIFEST} edition:{}", self.manifest.edition);
            let signature = key.sign(json.as_bytes(), &comment)?;
            self.output.write(&signature_path(&hash(json.as_bytes())), signature.as_bytes())?;
            self.output.write(&human, signature.as_bytes())?;
            signed_by = Some(key.public_key()?.id());
        } else {
            // The signature of the edition before.
            self.output.file_system.remove_file(&self.output.directory.join(&human))?;
        }
        self.output.sync()?;
        self.output.write(MANIFEST, json.as_bytes())?;
        self.output.sync()?;
        let removed = match &self.previous {
            _ if self.options.remove_previous => old_files::remove(&self.output, &BTreeSet::new())?,
            Some(previous) => old_files::remove(&self.output, previous)?,
            None => 0,
        };
        Ok(EditionSummary {
            edition: self.manifest.edition,
            files: self.output.files.len() as u64,
            bytes: self.output.files.values().sum(),
            manifest: self.output.directory.join(MANIFEST),
            objects: self.objects,
            signed_by,
            removed,
        })
    }
}

/// The number of the edition in a folder, and the paths of its files. Without an edition there, no file is named.
fn previous(directory: &Path) -> Result<(Option<u64>, Option<BTreeSet<String>>)> {
    let path = directory.join(MANIFEST);
    let bytes = match fs::metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((None, Some(BTreeSet::new()))),
        Err(error) => return Err(error.into()),
        Ok(metadata) if metadata.len() > MAX_MANIFEST_BYTES as u64 => return Err(not_an_edition()),
        Ok(_) => fs::read(&path)?,
    };
    let manifest = Manifest::parse(&bytes).map_err(|_| not_an_edition())?;
    Ok((Some(manifest.edition), old_files::named_files(directory, &manifest, &hash(&bytes))))
}

fn not_an_edition() -> Error {
    Error::invalid("directory", format!("must not have a {MANIFEST} of something else than an edition"))
}

/// The number of a new edition.
fn edition_number(wanted: Option<u64>, created_ms: i64, previous: Option<u64>) -> Result<u64> {
    let after = |previous: u64| previous.saturating_add(1);
    let edition = match wanted {
        Some(edition) => edition,
        None => {
            let created = Timestamp::from_millisecond(created_ms);
            let created = created.map_err(|_| Error::invalid("created", "must be a date"))?.to_string();
            // The first ten characters are the date. A year before 0 has no number of an edition.
            let day = created.get(..10).and_then(|date| date.replace('-', "").parse::<u64>().ok()).unwrap_or_default();
            let dated = day * 1_000 + 1;
            dated.max(previous.map_or(0, after))
        }
    };
    if edition == 0 || edition > MAX_EDITION {
        return Err(Error::invalid("edition", "must be between 1 and 2⁵³ − 1"));
    }
    match previous {
        Some(previous) if edition <= previous => {
            Err(Error::invalid("edition", format!("must be higher than {previous}, the edition in the directory")))
        }
        _ => Ok(edition),
    }
}
