//! Builds an edition from files.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::feature::FileError;
use super::mapping::{Mapping, NAME_RULE, is_name};
use super::object::{Imported, Importer};
use super::spool::{Entry, Spool, SpoolReader};
use super::summary::{ImportProblem, ImportProgress, ImportSummary};
use super::{flatgeobuf, geojson};
use crate::clock::{Clock, SystemClock};
use crate::edition::build::{BuildOptions, EditionBuilder, EditionSummary, EditionTerritory};
use crate::error::{Error, Result};
use crate::model::{Object, Term};
use crate::storage::StdFileSystem;
use crate::transfer::CancelToken;

const MAX_FILES: usize = 1_000;
/// Features between two calls with the progress.
const PROGRESS_FEATURES: u64 = 1_000;

/// Builds an edition from GeoJSON files (a collection, or newline-delimited features) and FlatGeobuf files of any origin. The
/// features become objects by `mapping`; `name` is the name of the edition, `None` for that of the mapping. The title,
/// description, licences and sources of `options` replace those of the mapping unless they are empty. The same files, mapping
/// and options give the same edition.
///
/// Features that become no object are counted by the reason, and do not stop the others. Memory: one feature at a time, and
/// some bytes an object; the folder of the edition needs space for two copies of the objects. `progress` is called from time
/// to time while the files are read, and `cancel` is looked at before each feature and object.
///
/// # Errors
/// [`Error::InvalidInput`] for a file that cannot be read or is in another coordinate reference system than EPSG:4326, for two
/// features of one kind with one id (the error names both), and for options that break a rule; [`Error::StorageFull`] and
/// other errors of the disk; [`Error::Cancelled`]. The manifest in the folder is that of the edition before then.
pub fn import_edition(
    files: &[PathBuf],
    mapping: &Mapping,
    name: Option<&str>,
    options: &BuildOptions,
    cancel: &CancelToken,
    mut progress: impl FnMut(ImportProgress),
) -> Result<ImportSummary> {
    if files.is_empty() || files.len() > MAX_FILES {
        return Err(Error::invalid("files", format!("must be 1 to {MAX_FILES} files")));
    }
    let mut now = ImportProgress::default();
    let mut lengths = Vec::new();
    for path in files {
        let length = File::open(path).and_then(|file| file.metadata()).ok().filter(|metadata| metadata.is_file());
        let length = length.ok_or_else(|| named("must be files that can be read", path))?.len();
        now.total_bytes += length;
        lengths.push(length);
    }
    let name = name.or(mapping.name.as_deref());
    let name = name.ok_or_else(|| Error::invalid("name", "must be given: the mapping has none"))?;
    if !is_name(name) {
        return Err(Error::invalid("name", NAME_RULE));
    }
    let no_pictures = |_: &str| Ok(None);
    let options = with_defaults(options, mapping);
    let now_ms = SystemClock.now_ms();
    let builder =
        EditionBuilder::new(territory(name, mapping), &options, now_ms, Arc::new(StdFileSystem), &no_pictures)?;
    let mut import = Import {
        importer: Importer::new(mapping),
        spool: Spool::new(&options.directory)?,
        cancel,
        features: 0,
        skipped: BTreeMap::new(),
        incomplete: BTreeMap::new(),
    };
    for (index, (path, length)) in files.iter().zip(lengths).enumerate() {
        let index = u16::try_from(index).map_err(Error::internal)?;
        let before = now.bytes;
        let read = import.read(path, length, index, &mut |bytes, objects| {
            (now.bytes, now.objects) = (before + bytes, objects);
            progress(now);
        });
        read.map_err(|error| match error {
            FileError::Rule(rule) => named(&rule, path),
            FileError::Other(error) => error,
        })?;
        now.bytes = before + length;
    }
    now.objects = import.spool.len();
    progress(now);
    let Import { spool, features, skipped, incomplete, .. } = import;
    let (entries, reader) = spool.finish()?;
    let edition = write(builder, &entries, reader, (mapping, files), cancel)?;
    Ok(ImportSummary { edition, features, skipped, incomplete })
}

/// An error about one of the files. Only its name is told, as a path may tell more than it should.
fn named(rule: &str, path: &Path) -> Error {
    Error::invalid("files", format!("{rule} ({})", file_name(path)))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn with_defaults(options: &BuildOptions, mapping: &Mapping) -> BuildOptions {
    let mut options = options.clone();
    for (own, default) in [(&mut options.title, &mapping.title), (&mut options.description, &mapping.description)] {
        if own.trim().is_empty() {
            own.clone_from(default);
        }
    }
    if options.licenses.is_empty() {
        options.licenses.clone_from(&mapping.licenses);
    }
    if options.sources.is_empty() {
        options.sources.clone_from(&mapping.sources);
    }
    options
}

fn territory(name: &str, mapping: &Mapping) -> EditionTerritory {
    let terms = mapping.rules.iter().filter_map(|rule| rule.term());
    EditionTerritory {
        name: name.to_owned(),
        server: None,
        languages: mapping.languages.clone(),
        default_language: mapping.default_language.clone(),
        portals: Vec::new(),
        labels: terms.map(|term| ((term.vocabulary, term.id), term.label)).collect(),
    }
}

/// An import that is reading its files.
struct Import<'m> {
    importer: Importer<'m>,
    spool: Spool,
    cancel: &'m CancelToken,
    features: u64,
    skipped: BTreeMap<ImportProblem, u64>,
    incomplete: BTreeMap<ImportProblem, u64>,
}

impl Import<'_> {
    fn read(
        &mut self,
        path: &Path,
        length: u64,
        index: u16,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<(), FileError> {
        let bytes = Cell::new(0);
        let file = File::open(path).map_err(Error::from)?;
        let mut file = BufReader::with_capacity(1 << 16, Counted { file, bytes: &bytes });
        let is_flatgeobuf = file.fill_buf().map_err(Error::from)?.starts_with(flatgeobuf::START);
        let mut number = 0;
        let mut sink = |feature: Result<super::feature::Feature<'_>, ImportProblem>| {
            check_cancelled(self.cancel)?;
            number += 1;
            if number % PROGRESS_FEATURES == 0 {
                progress(bytes.get(), self.spool.len());
            }
            let imported = feature.and_then(|feature| self.importer.import(&feature));
            self.add(imported, index, number)
        };
        if is_flatgeobuf { flatgeobuf::read(&mut file, length, &mut sink) } else { geojson::read(&mut file, &mut sink) }
    }

    fn add(&mut self, imported: Result<Imported, ImportProblem>, file: u16, number: u64) -> Result<()> {
        self.features += 1;
        let skipped = match imported {
            Ok(imported) if self.spool.add(&imported, file, number)? => {
                for problem in imported.problems {
                    *self.incomplete.entry(problem).or_default() += 1;
                }
                return Ok(());
            }
            Ok(_) => ImportProblem::TooLong,
            Err(problem) => problem,
        };
        *self.skipped.entry(skipped).or_default() += 1;
        Ok(())
    }
}

fn check_cancelled(cancel: &CancelToken) -> Result<()> {
    if cancel.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
}

/// Counts the bytes that are read.
struct Counted<'c> {
    file: File,
    bytes: &'c Cell<u64>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.bytes.set(self.bytes.get() + read as u64);
        Ok(read)
    }
}

/// Writes the objects, and the terms of their types.
fn write(
    mut builder: EditionBuilder<'_>,
    entries: &[Entry],
    mut reader: SpoolReader,
    (mapping, files): (&Mapping, &[PathBuf]),
    cancel: &CancelToken,
) -> Result<EditionSummary> {
    if let Some([first, second]) =
        entries.windows(2).find(|pair| (pair[0].kind, pair[0].id) == (pair[1].kind, pair[1].id))
    {
        let [first_name, second_name] =
            [origin_name(first, &mut reader, files)?, origin_name(second, &mut reader, files)?];
        let rule =
            format!("must not have two objects of kind {} with one id: {first_name} and {second_name}", first.kind);
        return Err(Error::invalid("files", rule));
    }
    let mut terms: BTreeMap<(String, i64), Term> = BTreeMap::new();
    for entry in entries {
        check_cancelled(cancel)?;
        let object = reader.read(entry)?.object;
        if let Some((vocabulary, id)) = object.object_type() {
            let term = || {
                mapping
                    .rules
                    .iter()
                    .filter_map(|rule| rule.term())
                    .find(|term| term.vocabulary == vocabulary && term.id == id)
            };
            let key = (vocabulary.to_owned(), id);
            if !terms.contains_key(&key)
                && let Some(term) = term()
            {
                terms.insert(key, term);
            }
        }
        builder.add(object)?;
    }
    for term in terms.into_values() {
        builder.add(Object::from(term))?;
    }
    builder.finish()
}

/// The feature of an object, for an error.
fn origin_name(entry: &Entry, reader: &mut SpoolReader, files: &[PathBuf]) -> Result<String> {
    let spooled = reader.read(entry)?;
    let file = files.get(usize::from(entry.file)).map(|path| file_name(path)).unwrap_or_default();
    let origin = if spooled.origin.is_empty() { String::new() } else { format!(" (“{}”)", spooled.origin) };
    Ok(format!("feature {}{origin} of {file}", spooled.feature))
}
