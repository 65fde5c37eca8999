//! A layer of the manifest: the objects of one kind that have a geometry, and which parts of its files a box needs.

use std::ops::Range;

use flatgeobuf::ColumnType;
use url::Url;

use super::chunks::{BLOCK_ROWS, Chunk, ROW, read_rows};
use super::hash::{Hash, hash};
use super::invalid;
use crate::error::Result;
use crate::model::{Bounds, Kind};

/// Digits of the SHA-256 in the name of a file.
pub(super) const NAME_DIGITS: usize = 16;

/// A file that the manifest names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileRef {
    /// Relative to the address of the manifest; it never leads out of its folder.
    pub(crate) path: String,
    pub(crate) bytes: u64,
    pub(crate) sha256: Hash,
}

/// The objects of one kind, in a FlatGeobuf file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layer {
    pub(crate) kind: Kind,
    pub(crate) file: FileRef,
    /// Number of objects.
    pub(crate) objects: u64,
    /// A box that holds every object.
    pub(crate) bounds: Bounds,
    /// Index of the column with the JSON of the object.
    pub(crate) object_column: u16,
    /// Types of the columns: a reader of a chunk does not have the header of the file.
    pub(crate) column_types: Vec<ColumnType>,
    /// Offset of the first feature in the file.
    pub(crate) features_offset: u64,
    /// `None` for a short file, which is read as a whole.
    pub(crate) chunks: Option<Chunks>,
    /// The server whose links the texts have.
    pub(crate) server: Option<Url>,
}

/// The directory of the chunks of a layer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Chunks {
    pub(crate) file: FileRef,
    pub(crate) blocks: Vec<Block>,
}

/// 64 rows of the directory; the last block may have fewer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Block {
    /// A box that holds every object of its chunks.
    pub(crate) bounds: Bounds,
    /// Offset of its first chunk in the file of the layer.
    pub(crate) offset: u64,
    /// Bytes of its chunks.
    pub(crate) bytes: u64,
    /// SHA-256 of its rows.
    pub(crate) sha256: Hash,
}

impl Layer {
    /// The indices of the blocks whose boxes share a point with `bounds`, or of all blocks. Empty for a layer without chunks.
    pub(crate) fn blocks_in(&self, bounds: Option<Bounds>) -> Vec<usize> {
        let blocks = self.chunks.as_ref().map(|chunks| chunks.blocks.as_slice()).unwrap_or_default().iter().enumerate();
        let wanted = blocks.filter(|(_, block)| bounds.is_none_or(|bounds| block.bounds.intersects(&bounds)));
        wanted.map(|(index, _)| index).collect()
    }

    /// The bytes of a block in the directory of chunks. Empty for a block that the layer does not have.
    pub(crate) fn block_range(&self, index: usize) -> Range<u64> {
        let Some(chunks) = self.chunks.as_ref().filter(|chunks| index < chunks.blocks.len()) else { return 0..0 };
        let length = (BLOCK_ROWS * ROW) as u64;
        let start = index as u64 * length;
        start..(start + length).min(chunks.file.bytes)
    }

    /// Reads the rows of a block, after a check of their SHA-256.
    ///
    /// # Errors
    /// [`Error::Server`](crate::Error::Server) if the bytes are not those of the block, or break a rule of the format.
    pub(crate) fn parse_block(&self, index: usize, bytes: &[u8]) -> Result<Vec<Chunk>> {
        let block = self.chunks.as_ref().and_then(|chunks| chunks.blocks.get(index));
        let block = block.ok_or_else(|| invalid("the layer does not have this block"))?;
        if hash(bytes) != block.sha256 {
            return Err(invalid("the SHA-256 of a block of chunks differs from that in the manifest"));
        }
        read_rows(bytes, block.offset, block.bytes)
    }
}
