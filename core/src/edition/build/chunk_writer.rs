//! The directory of chunks, while the features of a layer are written.

use sha2::{Digest, Sha256};

use crate::edition::chunks::{BLOCK_ROWS, CHUNK_BYTES, ROW, WORLD, directory_bounds, write_row};
use crate::edition::hash::hash;
use crate::edition::layer::Block;
use crate::error::{Error, Result};
use crate::model::Bounds;

/// A chunk of this length ends after one feature in four, chosen by its content.
const MIN_CHUNK_BYTES: usize = CHUNK_BYTES / 2;
const ENDS_AFTER: u8 = 4;

/// Divides features into chunks. The ends follow from the features' content, so a changed feature changes its own chunk
/// and, at most, the ends of the next few.
#[derive(Debug, Default)]
pub(super) struct ChunkWriter {
    /// The rows of the chunks that have ended.
    rows: Vec<u8>,
    /// Boxes and bytes of these.
    chunks: Vec<(Bounds, u64)>,
    current: Option<Current>,
}

#[derive(Debug)]
struct Current {
    bounds: Bounds,
    bytes: usize,
    features: u16,
    sha256: Sha256,
}

impl ChunkWriter {
    /// Adds the next feature: its bytes with the length before them, and its box.
    pub(super) fn push(&mut self, feature: &[u8], bounds: Option<Bounds>) -> Result<()> {
        let bounds = directory_bounds(bounds);
        let current =
            self.current.get_or_insert_with(|| Current { bounds, bytes: 0, features: 0, sha256: Sha256::new() });
        current.bounds = current.bounds.union(&bounds);
        current.bytes += feature.len();
        current.features += 1;
        current.sha256.update(feature);
        let is_end_by_content = || hash(feature)[0].is_multiple_of(ENDS_AFTER);
        let is_long = current.bytes >= CHUNK_BYTES || current.features == u16::MAX;
        if is_long || current.bytes >= MIN_CHUNK_BYTES && is_end_by_content() { self.end_chunk() } else { Ok(()) }
    }

    fn end_chunk(&mut self) -> Result<()> {
        let Some(Current { bounds, bytes, features, sha256 }) = self.current.take() else { return Ok(()) };
        let length = u32::try_from(bytes).map_err(Error::internal)?;
        write_row(&bounds, length, features, &sha256.finalize().into(), &mut self.rows);
        self.chunks.push((bounds, u64::from(length)));
        Ok(())
    }

    /// The rows and the blocks, for features that start at `offset` in their file, and a box that holds them all.
    pub(super) fn finish(mut self, offset: u64) -> Result<(Vec<u8>, Vec<Block>, Bounds)> {
        self.end_chunk()?;
        let mut blocks = Vec::new();
        let mut next = offset;
        for (chunks, rows) in self.chunks.chunks(BLOCK_ROWS).zip(self.rows.chunks(BLOCK_ROWS * ROW)) {
            let bytes = chunks.iter().map(|(_, bytes)| bytes).sum();
            let bounds = union(chunks.iter().map(|(bounds, _)| *bounds));
            blocks.push(Block { bounds, offset: next, bytes, sha256: hash(rows) });
            next += bytes;
        }
        let bounds = union(blocks.iter().map(|block| block.bounds));
        Ok((self.rows, blocks, bounds))
    }
}

fn union(bounds: impl Iterator<Item = Bounds>) -> Bounds {
    bounds.reduce(|all, one| all.union(&one)).unwrap_or(WORLD)
}
