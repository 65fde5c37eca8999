//! Chunks and whole files as objects.

use std::io::{BufReader, Read};

use super::feature::{FeatureReader, MAX_FEATURE_BYTES, PREFIX, split_first};
use super::file_header::FileHeader;
use super::hash::hash;
use super::invalid;
use super::layer::Layer;
use crate::error::Result;
use crate::model::Object;

/// An object of an edition, or why it cannot be read. A reader counts those and goes on.
pub(crate) type FeatureObject = Result<Object>;

/// Reads the features of a chunk, after a check of its SHA-256.
///
/// # Errors
/// [`Error::Server`](crate::Error::Server) if the bytes are not those of the chunk.
pub(crate) fn read_chunk(layer: &Layer, bytes: &[u8], sha256: &[u8; 32]) -> Result<Vec<FeatureObject>> {
    if hash(bytes) != *sha256 {
        return Err(invalid("the SHA-256 of a chunk differs from that in its directory"));
    }
    Ok(read_features(layer, bytes))
}

/// Reads features that follow each other. After one whose length cannot be right, the rest is one that cannot be read.
pub(super) fn read_features(layer: &Layer, bytes: &[u8]) -> Vec<FeatureObject> {
    let reader = FeatureReader::new(layer);
    let (mut objects, mut rest) = (Vec::new(), bytes);
    while !rest.is_empty() {
        let Some((feature, after)) = split_first(rest) else {
            objects.push(Err(too_long()));
            break;
        };
        objects.push(reader.read(feature));
        rest = after;
    }
    objects
}

/// Reads the features of a whole FlatGeobuf file, whose SHA-256 must have been checked, and hands each to `sink`. The memory
/// holds one feature at a time.
///
/// # Errors
/// [`Error::Server`](crate::Error::Server) if the file is not a layer of an edition; errors of the reader and of `sink`.
pub(crate) fn read_file(
    layer: &Layer,
    file: impl Read,
    mut sink: impl FnMut(FeatureObject) -> Result<()>,
) -> Result<()> {
    let mut file = BufReader::new(file);
    let header = FileHeader::read(&mut file, layer.file.bytes)?;
    let index_bytes = header.features_offset - header.index_offset;
    if std::io::copy(&mut (&mut file).take(index_bytes), &mut std::io::sink())? != index_bytes {
        return Err(invalid("a file of the edition ends too early"));
    }
    let object_column = header.object_column()?;
    let reader = FeatureReader::with_header(layer, header.column_types, object_column, header.geometry_type);
    while let Some(feature) = read_feature(&mut file)? {
        sink(reader.read(&feature))?;
    }
    Ok(())
}

/// Reads the bytes of the next feature, with its length before it; `None` at the end of the file.
pub(super) fn read_feature(file: &mut impl Read) -> Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    if file.take(PREFIX as u64).read_to_end(&mut bytes)? == 0 {
        return Ok(None);
    }
    let length = bytes.first_chunk::<PREFIX>().map(|length| u32::from_le_bytes(*length) as usize);
    let length = length.ok_or_else(|| invalid("a file of the edition ends too early"))?;
    if length > MAX_FEATURE_BYTES - PREFIX {
        return Err(too_long());
    }
    // Grown while it is filled: the length may be damaged.
    if file.take(length as u64).read_to_end(&mut bytes)? < length {
        return Err(invalid("a file of the edition ends too early"));
    }
    Ok(Some(bytes))
}

fn too_long() -> crate::Error {
    invalid(format!("a feature must end within its chunk, and must not be longer than {MAX_FEATURE_BYTES} bytes"))
}
