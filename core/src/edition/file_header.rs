//! The start of a FlatGeobuf file: the magic bytes, the header, and the length of the index.

use std::io::{self, Read};

use flatgeobuf::{ColumnType, GeometryType, size_prefixed_root_as_header_with_opts};

use super::feature::PREFIX;
use super::{invalid, verifier};
use crate::error::{Error, Result};

/// Of version 3; the byte after the second `fgb` is that of a patch.
pub(super) const MAGIC: [u8; 8] = [b'f', b'g', b'b', 3, b'f', b'g', b'b', 0];
const MAX_HEADER_BYTES: usize = 1 << 20;
/// Bytes of a node of the index: a box of four f64, and an offset (u64).
pub(super) const NODE: u64 = 40;
/// Name of the column with the JSON of an object.
pub(super) const OBJECT_COLUMN: &str = "object";

/// The header of a FlatGeobuf file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FileHeader {
    pub(super) geometry_type: GeometryType,
    /// Number of features; 0 if the writer did not know it.
    pub(super) features: u64,
    pub(super) column_types: Vec<ColumnType>,
    pub(super) column_names: Vec<String>,
    /// Coordinate reference system; `None` if the file does not say it.
    pub(super) crs: Option<FileCrs>,
    /// Children of a node of the index; 0 without an index.
    pub(super) node_size: u16,
    /// Nodes of the index by level, from its root to the features; empty without an index.
    pub(super) index_levels: Vec<u64>,
    /// Offset of the index in the file.
    pub(super) index_offset: u64,
    /// Offset of the first feature in the file.
    pub(super) features_offset: u64,
}

/// The coordinate reference system that a file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileCrs {
    /// Organisation that gave the code, such as `EPSG`; empty if unknown.
    pub(super) organization: String,
    /// Code of the organisation; empty if there is none.
    pub(super) code: String,
}

/// Why a header cannot be read.
#[derive(Debug)]
pub(super) enum HeaderError {
    /// The file breaks a rule of FlatGeobuf.
    Format(&'static str),
    /// The file cannot be read.
    Io(io::Error),
}

impl From<HeaderError> for Error {
    fn from(error: HeaderError) -> Self {
        match error {
            HeaderError::Format(rule) => invalid(format!("a layer of the edition is not a FlatGeobuf file: {rule}")),
            HeaderError::Io(error) => error.into(),
        }
    }
}

impl FileHeader {
    /// Reads the header of a file of so many bytes. The reader then stands at the index.
    ///
    /// # Errors
    /// [`HeaderError::Format`] if it is not the header of a FlatGeobuf file; errors of the reader.
    pub(super) fn read(reader: &mut impl Read, file_bytes: u64) -> Result<FileHeader, HeaderError> {
        let broken = HeaderError::Format;
        let read_exact = |reader: &mut dyn Read, bytes: &mut [u8]| {
            reader.read_exact(bytes).map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => broken("it ends too early"),
                _ => HeaderError::Io(error),
            })
        };
        let mut start = [0; MAGIC.len() + PREFIX];
        read_exact(reader, &mut start)?;
        let (magic, prefix) = start.split_at(MAGIC.len());
        if magic[..7] != MAGIC[..7] {
            return Err(broken("it must start with the bytes of version 3"));
        }
        let length = prefix.iter().rev().fold(0_usize, |length, byte| length << 8 | usize::from(*byte));
        if length > MAX_HEADER_BYTES || length as u64 > file_bytes {
            return Err(broken("its header must not be longer than 1 MiB"));
        }
        let mut bytes = vec![0; PREFIX + length];
        bytes[..PREFIX].copy_from_slice(prefix);
        read_exact(reader, &mut bytes[PREFIX..])?;
        let options = verifier::options(bytes.len());
        let header = size_prefixed_root_as_header_with_opts(&options, &bytes);
        let header = header.map_err(|_| broken("its header is damaged"))?;
        let columns: Vec<_> = header.columns().into_iter().flatten().collect();
        if columns.iter().any(|column| column.type_() > ColumnType::Binary) {
            return Err(broken("it has a column of an unknown type"));
        }
        let crs = header.crs().map(|crs| FileCrs {
            organization: crs.org().unwrap_or_default().to_owned(),
            code: match crs.code() {
                0 => crs.code_string().unwrap_or_default().to_owned(),
                code => code.to_string(),
            },
        });
        let index_levels = match (header.index_node_size(), header.features_count()) {
            (0, _) | (_, 0) => Some(Vec::new()),
            (node_size, features) => index_levels(features, node_size),
        };
        let index_levels = index_levels.ok_or_else(|| broken("the size of its index is impossible"))?;
        let index_offset = (start.len() + length) as u64;
        let index_bytes = index_levels.iter().try_fold(0_u64, |sum, nodes| sum.checked_add(nodes.checked_mul(NODE)?));
        let features_offset = index_bytes.and_then(|bytes| index_offset.checked_add(bytes));
        let features_offset = features_offset.filter(|offset| *offset <= file_bytes);
        Ok(FileHeader {
            geometry_type: header.geometry_type(),
            features: header.features_count(),
            node_size: header.index_node_size(),
            column_types: columns.iter().map(|column| column.type_()).collect(),
            column_names: columns.iter().map(|column| column.name().to_owned()).collect(),
            crs,
            index_levels,
            index_offset,
            features_offset: features_offset.ok_or_else(|| broken("its index is longer than the file"))?,
        })
    }

    /// Index of the column `object`, which every layer of an edition has.
    ///
    /// # Errors
    /// [`Error::Server`] if there is no such column.
    pub(super) fn object_column(&self) -> Result<u16> {
        let index = self.column_names.iter().position(|name| name == OBJECT_COLUMN);
        let index = index.and_then(|index| u16::try_from(index).ok());
        index.ok_or_else(|| HeaderError::Format("it has no column “object”").into())
    }
}

/// The number of nodes on each level of a packed R-tree, from the root; `None` for a node size that no tree has.
fn index_levels(features: u64, node_size: u16) -> Option<Vec<u64>> {
    if node_size < 2 {
        return None;
    }
    let (mut levels, mut nodes) = (vec![features], features);
    loop {
        nodes = nodes.div_ceil(u64::from(node_size));
        levels.push(nodes);
        if nodes <= 1 {
            break;
        }
    }
    levels.reverse();
    Some(levels)
}

/// Fills a buffer. A file that ends before is one of a server that breaks a rule.
pub(super) fn read_exact(reader: &mut impl Read, bytes: &mut [u8]) -> Result<()> {
    reader.read_exact(bytes).map_err(|error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => invalid("a file of the edition ends too early"),
        _ => Error::from(error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_levels_are_those_of_the_format() {
        assert_eq!(index_levels(1, 16), Some(vec![1, 1]));
        assert_eq!(index_levels(17, 16), Some(vec![1, 2, 17]));
        assert_eq!(index_levels(5, 2), Some(vec![1, 2, 3, 5]));
        assert_eq!(index_levels(5, 1), None);
        assert!(index_levels(u64::MAX, 2).unwrap().len() <= 66);
    }

    #[test]
    fn header_of_other_bytes_is_refused_and_allocates_little() {
        let read = |bytes: &[u8]| FileHeader::read(&mut &bytes[..], 1 << 40).unwrap_err();
        let read = |bytes: &[u8]| Error::from(read(bytes)).to_string();
        assert!(read(b"").contains("too early"));
        assert!(read(b"GPKG........").contains("version 3"));
        let mut long = MAGIC.to_vec();
        long.extend([0xFF; 4]);
        assert!(read(&long).contains("1 MiB"));
        let mut damaged = MAGIC.to_vec();
        damaged.extend([8, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]);
        assert!(read(&damaged).contains("damaged"));
    }
}
