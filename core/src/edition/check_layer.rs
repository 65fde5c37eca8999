//! Checks a layer whose SHA-256 is right: header, index, chunks and features must agree with each other and with the manifest.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::check::Check;
use super::chunks::{Chunk, WORLD};
use super::feature::FeatureReader;
use super::file_header::{FileHeader, NODE, read_exact};
use super::layer::Layer;
use super::read::read_feature;
use super::read_chunk;
use crate::error::Result;
use crate::model::Bounds;

/// A node of the index.
#[derive(Debug, Clone, Copy)]
struct Node {
    bounds: Bounds,
    /// Of a feature: its offset after the first; of another node: the index of its first child.
    offset: u64,
}

/// Checks a layer, and its directory of chunks.
pub(super) fn check(check: &mut Check<'_>, layer: &Layer, path: &Path, chunks: Option<&Path>) -> Result<()> {
    let name = layer.file.path.as_str();
    let mut file = BufReader::new(File::open(path)?);
    let header = match FileHeader::read(&mut file, layer.file.bytes) {
        Ok(header) => header,
        Err(error) => return check.note(name, error.into()),
    };
    let object_column = match header.object_column() {
        Ok(object_column) => object_column,
        Err(error) => return check.note(name, error),
    };
    for (is_right, detail) in [
        (header.features == layer.objects, "its header has another number of objects than the manifest"),
        (header.column_types == layer.column_types, "its header has other columns than the manifest"),
        (object_column == layer.object_column, "its header has another object_column than the manifest"),
        (header.features_offset == layer.features_offset, "its header has another features_offset than the manifest"),
        (!header.index_levels.is_empty(), "it must have an index"),
    ] {
        if !is_right {
            check.problem(name, detail);
            return Ok(());
        }
    }
    let leaves = check_index(check, name, &header, &mut file)?;
    let boxes = check_features(check, layer, &header, &leaves, &mut file)?;
    match chunks {
        Some(chunks) => check_chunks(check, layer, path, chunks, &boxes),
        None => Ok(()),
    }
}

/// Reads the index, whose nodes must hold their children. Returns the nodes of the features.
fn check_index(check: &mut Check<'_>, name: &str, header: &FileHeader, file: &mut impl Read) -> Result<Vec<Node>> {
    let mut parents: Vec<Node> = Vec::new();
    let mut first = 0;
    for (level, count) in header.index_levels.iter().enumerate() {
        let mut nodes = Vec::new();
        for _ in 0..*count {
            nodes.push(read_node(file)?);
        }
        if level > 0 {
            let node_size = u64::from(header.node_size);
            let is_right = parents.iter().enumerate().all(|(index, parent)| {
                let start = index as u64 * node_size;
                let children = nodes.iter().skip(index * usize::from(header.node_size)).take(header.node_size.into());
                parent.offset == first + start && children.into_iter().all(|node| holds(&parent.bounds, &node.bounds))
            });
            if !is_right {
                check.problem(name, "a node of its index does not hold its children");
            }
        }
        first += count;
        if level == 0 {
            first = 1;
        }
        parents = nodes;
    }
    Ok(parents)
}

fn read_node(file: &mut impl Read) -> Result<Node> {
    let mut bytes = [0; NODE as usize];
    read_exact(file, &mut bytes)?;
    let mut words = [[0; 8]; 5];
    for (word, part) in words.iter_mut().zip(bytes.chunks_exact(8)) {
        word.copy_from_slice(part);
    }
    let [west, south, east, north, offset] = words;
    let [west, south, east, north] = [west, south, east, north].map(f64::from_le_bytes);
    Ok(Node { bounds: Bounds { west, south, east, north }, offset: u64::from_le_bytes(offset) })
}

/// Whether a box holds another, as numbers: the index does not know the date line.
fn holds(outer: &Bounds, inner: &Bounds) -> bool {
    outer.west <= inner.west && outer.south <= inner.south && inner.east <= outer.east && inner.north <= outer.north
}

/// Reads the features, which must lie where the index says, in the boxes of the index. Returns the boxes of their geometries.
fn check_features(
    check: &mut Check<'_>,
    layer: &Layer,
    header: &FileHeader,
    leaves: &[Node],
    file: &mut impl Read,
) -> Result<Vec<Bounds>> {
    let name = layer.file.path.as_str();
    let reader = FeatureReader::new(layer);
    let (mut offset, mut boxes) = (0, Vec::new());
    loop {
        let feature = match read_feature(file) {
            Ok(Some(feature)) => feature,
            Ok(None) => break,
            Err(error) => {
                check.note(name, error)?;
                break;
            }
        };
        let mut bounds = WORLD;
        match reader.read(&feature) {
            Ok(object) => {
                let own = object.geometry().and_then(|geometry| geometry.bounds());
                let is_right = leaves
                    .get(boxes.len())
                    .zip(own)
                    .is_some_and(|(leaf, own)| leaf.offset == offset && holds(&leaf.bounds, &own));
                if !is_right {
                    check.problem(
                        name,
                        &format!("the index does not lead to the {} with id {}", layer.kind, object.id()),
                    );
                }
                bounds = own.unwrap_or(WORLD);
                check.object(object);
            }
            Err(error) => check.note(name, error)?,
        }
        boxes.push(bounds);
        offset += feature.len() as u64;
    }
    if boxes.len() as u64 != header.features {
        check.problem(name, &format!("has {} features, and {} in its header", boxes.len(), header.features));
    }
    Ok(boxes)
}

/// Checks each block and chunk. The box of a chunk must hold those of its features.
fn check_chunks(check: &mut Check<'_>, layer: &Layer, path: &Path, chunks: &Path, boxes: &[Bounds]) -> Result<()> {
    let (mut file, mut directory) = (File::open(path)?, File::open(chunks)?);
    let blocks = layer.chunks.as_ref().map(|chunks| chunks.blocks.as_slice()).unwrap_or_default();
    let name = layer.chunks.as_ref().map_or("", |chunks| chunks.file.path.as_str());
    let mut features = boxes.iter();
    for (index, block) in blocks.iter().enumerate() {
        let rows = layer.parse_block(index, &read_range(&mut directory, layer.block_range(index))?);
        let rows = match rows {
            Ok(rows) => rows,
            Err(error) => {
                check.note(name, error)?;
                break;
            }
        };
        for Chunk { bounds, range, features: count, sha256 } in rows {
            let objects = match read_chunk(layer, &read_range(&mut file, range)?, &sha256) {
                Ok(objects) => objects,
                Err(error) => return check.note(name, error),
            };
            if objects.len() != usize::from(count) {
                check.problem(name, "a chunk has another number of features than its row says");
            }
            let own = features.by_ref().take(objects.len());
            let is_held = own.into_iter().all(|own| bounds == WORLD || holds(&bounds, own));
            if !is_held || !holds(&block.bounds, &bounds) || !holds(&layer.bounds, &block.bounds) {
                check.problem(name, "a box in the directory of chunks does not hold its features");
            }
        }
    }
    if features.next().is_some() {
        check.problem(name, "the chunks do not hold every feature");
    }
    Ok(())
}

/// Reads a range whose length was checked against that of the file.
fn read_range(file: &mut File, range: std::ops::Range<u64>) -> Result<Vec<u8>> {
    file.seek(SeekFrom::Start(range.start))?;
    let mut bytes = Vec::new();
    file.take(range.end - range.start).read_to_end(&mut bytes)?;
    Ok(bytes)
}
