//! Objects wait in a temporary file until all are known, because an edition has them in the order of their kinds and ids. The
//! memory holds 24 bytes an object.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use flatgeobuf::{GeometryType, size_prefixed_root_as_feature};

use super::object::Imported;
use crate::edition::build::feature_writer::FeatureWriter;
use crate::edition::geometry;
use crate::error::{Error, Result};
use crate::model::{Id, Kind, Object};

/// Longest object in the file, in bytes: with its readable columns it must not exceed the longest feature of an edition.
const MAX_BYTES: usize = 8 << 20;

/// An object in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) kind: Kind,
    pub(super) id: Id,
    offset: u64,
    /// Index of the file that the object comes from.
    pub(super) file: u16,
    bytes: u32,
}

/// An object that was read back, with where it comes from.
pub(super) struct Spooled {
    pub(super) object: Object,
    /// Number of the feature in its file, from 1.
    pub(super) feature: u64,
    /// Identifier in its origin; empty without one.
    pub(super) origin: String,
}

/// The temporary file.
pub(super) struct Spool {
    file: BufWriter<File>,
    writer: FeatureWriter,
    bytes: u64,
    entries: Vec<Entry>,
}

impl Spool {
    /// A temporary file without a name in a folder.
    pub(super) fn new(folder: &Path) -> Result<Spool> {
        let file = BufWriter::new(tempfile::tempfile_in(folder)?);
        Ok(Spool { file, writer: FeatureWriter::default(), bytes: 0, entries: Vec::new() })
    }

    pub(super) fn len(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Adds an object. `false` if it is too long.
    pub(super) fn add(&mut self, imported: &Imported, file: u16, feature: u64) -> Result<bool> {
        let Imported { object, geometry, origin, .. } = imported;
        let origin = origin.as_deref().unwrap_or_default();
        let mut about = feature.to_le_bytes().to_vec();
        about.extend(u32::try_from(origin.len()).map_err(Error::internal)?.to_le_bytes());
        about.extend(origin.as_bytes());
        serde_json::to_writer(&mut about, object).map_err(Error::internal)?;
        let written = match self.writer.write(geometry, geometry.has_elevation(), &about) {
            Ok(written) if written.len() <= MAX_BYTES => written,
            Ok(_) | Err(Error::InvalidInput { .. }) => return Ok(false),
            Err(error) => return Err(error),
        };
        self.file.write_all(written)?;
        let bytes = u32::try_from(written.len()).map_err(Error::internal)?;
        self.entries.push(Entry { kind: object.kind(), id: object.id(), offset: self.bytes, file, bytes });
        self.bytes += u64::from(bytes);
        Ok(true)
    }

    /// Ends the writing: the objects, sorted by kind and id, and a reader of them.
    pub(super) fn finish(mut self) -> Result<(Vec<Entry>, SpoolReader)> {
        self.file.flush()?;
        let file = self.file.into_inner().map_err(|error| error.into_error())?;
        let mut entries = self.entries;
        // Objects of one kind and id stay in the order of the files.
        entries.sort_unstable_by_key(|entry| (entry.kind, entry.id, entry.offset));
        Ok((entries, SpoolReader { file: BufReader::new(file), bytes: Vec::new() }))
    }
}

/// Reads objects back.
pub(super) struct SpoolReader {
    file: BufReader<File>,
    bytes: Vec<u8>,
}

impl SpoolReader {
    pub(super) fn read(&mut self, entry: &Entry) -> Result<Spooled> {
        self.file.seek(SeekFrom::Start(entry.offset))?;
        self.bytes.resize(entry.bytes as usize, 0);
        self.file.read_exact(&mut self.bytes)?;
        self.parse(entry.kind).ok_or_else(|| Error::internal("an object that was just written cannot be read"))
    }

    fn parse(&self, kind: Kind) -> Option<Spooled> {
        let feature = size_prefixed_root_as_feature(&self.bytes).ok()?;
        let (number, about) = feature.properties()?.bytes().split_first_chunk::<8>()?;
        let (length, about) = about.split_first_chunk::<4>()?;
        let (origin, json) = about.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        let mut object = Object::from_json(kind, str::from_utf8(json).ok()?).ok()?;
        let geometry = geometry::read(feature.geometry()?, GeometryType::Unknown, self.bytes.len()).ok()?;
        *object.geometry_mut()? = Some(geometry);
        Some(Spooled { object, feature: u64::from_le_bytes(*number), origin: str::from_utf8(origin).ok()?.to_owned() })
    }
}
