//! Which parts of a layer a refresh requests.

use std::collections::BTreeMap;

use super::ranges::merge;
use crate::catalogue::{EditionParts, EditionState};
use crate::digest::hex;
use crate::edition::{Chunk, Layer};
use crate::model::Bounds;
use crate::transfer::ByteRange;

/// The plan of one layer, while its files arrive.
#[derive(Debug, Clone)]
pub(super) struct LayerPlan {
    pub(super) layer: Layer,
    pub(super) source: Source,
    /// Whether the file of the layer is requested as a whole.
    pub(super) is_whole: bool,
}

/// What the objects of a layer are read from.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source {
    /// The file is the one that was applied, or no object of it is in the box.
    Applied,
    /// The whole file.
    File,
    /// The chunks of the box: those applied before, too.
    Chunks(Vec<Chunk>),
}

impl LayerPlan {
    /// Plans a layer of a new edition.
    pub(super) fn new(layer: Layer, bounds: Option<&Bounds>, state: &EditionState) -> LayerPlan {
        let is_applied = state.files.get(layer.kind.as_str()) == Some(&hex(layer.file.sha256));
        let is_beside = bounds.is_some_and(|bounds| !layer.bounds.intersects(bounds));
        let source = match is_applied {
            true => Source::Applied,
            // No chunk of a layer beside the box is in it.
            false if is_beside || layer.chunks.is_some() => Source::Chunks(Vec::new()),
            false => Source::File,
        };
        let is_whole = source == Source::File;
        LayerPlan { layer, source, is_whole }
    }

    /// The requests for the directory of chunks: parts of it, with the blocks in them.
    pub(super) fn directory_ranges(&self, bounds: Option<&Bounds>) -> Vec<(ByteRange, Vec<usize>)> {
        if !matches!(self.source, Source::Chunks(_)) {
            return Vec::new();
        }
        let blocks = self.layer.blocks_in(bounds.copied()).into_iter().map(|index| {
            let range = self.layer.block_range(index);
            (ByteRange { start: range.start, end: range.end }, index)
        });
        merge(blocks)
    }

    /// Adds the chunks of a block, in so far as they may have objects in the box.
    pub(super) fn add_chunks(&mut self, chunks: Vec<Chunk>, bounds: Option<&Bounds>) {
        if let Source::Chunks(known) = &mut self.source {
            known.extend(chunks.into_iter().filter(|chunk| bounds.is_none_or(|bounds| chunk.intersects(bounds))));
            // Blocks may arrive in any order.
            known.sort_by_key(|chunk| chunk.range.start);
            known.dedup_by_key(|chunk| chunk.range.start);
        }
    }

    /// The chunks that were not applied before.
    pub(super) fn missing_chunks<'a>(&'a self, parts: &'a EditionParts) -> impl Iterator<Item = &'a Chunk> {
        let chunks = match &self.source {
            Source::Chunks(chunks) => chunks.as_slice(),
            Source::Applied | Source::File => &[],
        };
        chunks.iter().filter(|chunk| !parts.contains_key(&(self.layer.kind, hex(chunk.sha256))))
    }

    /// The requests for the chunks that were not applied before: parts of the file, with the chunks in them.
    pub(super) fn chunk_ranges(&self, parts: &EditionParts) -> Vec<(ByteRange, Vec<Chunk>)> {
        // Equal chunks are requested once.
        let mut missing: BTreeMap<[u8; 32], &Chunk> = BTreeMap::new();
        for chunk in self.missing_chunks(parts) {
            missing.entry(chunk.sha256).or_insert(chunk);
        }
        let mut missing: Vec<&Chunk> = missing.into_values().collect();
        missing.sort_by_key(|chunk| chunk.range.start);
        merge(missing.into_iter().map(|chunk| (byte_range(chunk), chunk.clone())))
    }
}

fn byte_range(chunk: &Chunk) -> ByteRange {
    ByteRange { start: chunk.range.start, end: chunk.range.end }
}
