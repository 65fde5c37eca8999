//! Entry points for fuzzing: each reads bytes as an edition reads a file of that format, and panics if a rule for the result is
//! broken. Not part of the API.

use std::path::{Component, Path};

use flatgeobuf::ColumnType;

use super::chunks::{MAX_CHUNK_BYTES, WORLD, read_rows};
use super::file_header::FileHeader;
use super::layer::{FileRef, Layer};
use super::read::{read_features, read_file};
use super::signature::claimed_signer;
use super::{Manifest, PublicKey, read_records, verify};
use crate::model::{Bounds, Kind};

/// A layer that has the bytes as its file, with the columns of its header if it has one.
fn layer(bytes: &[u8]) -> Layer {
    let header = FileHeader::read(&mut &bytes[..], bytes.len() as u64).ok();
    let features_offset = header.as_ref().map_or(0, |header| header.features_offset);
    let column = header.as_ref().and_then(|header| header.object_column().ok());
    let (column_types, object_column) = match header {
        Some(header) => (header.column_types, column.unwrap_or_default()),
        None => (vec![ColumnType::Long, ColumnType::String, ColumnType::Json], 2),
    };
    Layer {
        kind: Kind::Trek,
        file: FileRef { path: "layer.fgb".to_owned(), bytes: bytes.len() as u64, sha256: [0; 32] },
        objects: 0,
        bounds: WORLD,
        object_column,
        column_types,
        features_offset,
        chunks: None,
        server: None,
    }
}

/// A FlatGeobuf file: as a whole, and its features as a chunk.
pub fn flatgeobuf(bytes: &[u8]) {
    let layer = layer(bytes);
    let mut objects = 0;
    let whole = read_file(&layer, bytes, |object| {
        objects += usize::from(object.is_ok());
        Ok(())
    });
    let features = usize::try_from(layer.features_offset).ok().and_then(|offset| bytes.get(offset..));
    let chunk = read_features(&layer, features.unwrap_or_default());
    // A whole file ends at the first feature whose length cannot be right, and has a type of geometry that a chunk lacks.
    assert!(whole.is_err() || chunk.len() >= objects, "{objects} objects in the file, {} in the chunk", chunk.len());
}

/// Features that follow each other, without a header.
pub fn chunk(bytes: &[u8]) {
    read_features(&layer(&[]), bytes);
}

/// A block of the directory of chunks.
pub fn chunk_rows(bytes: &[u8]) {
    let Some((start, rows)) = bytes.split_first_chunk::<16>() else { return };
    let number = |at: usize| start[at..at + 8].iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte));
    let (offset, length) = (number(0), number(8));
    let Ok(chunks) = read_rows(rows, offset, length) else { return };
    let mut next = offset;
    for chunk in chunks {
        assert_eq!(chunk.range.start, next);
        next = chunk.range.end;
        assert!(chunk.range.end - chunk.range.start <= MAX_CHUNK_BYTES as u64);
        assert!(chunk.bounds.west <= chunk.bounds.east && chunk.bounds.south <= chunk.bounds.north);
    }
    assert_eq!(next.checked_sub(offset), Some(length));
}

/// A manifest. Its paths stay below its folder, and its blocks within their files.
pub fn manifest(bytes: &[u8]) {
    let Ok(manifest) = Manifest::parse(bytes) else { return };
    let is_name = |component: Component<'_>| matches!(component, Component::Normal(_));
    for file in manifest.files() {
        assert!(Path::new(&file.path).components().all(is_name), "a path leaves the folder");
        assert!(!file.path.contains(['\\', ':', '\0']), "a path is another one on another system");
    }
    for layer in &manifest.layers {
        let all = layer.blocks_in(None);
        let near = layer.blocks_in(Some(Bounds { west: 6.0, south: 44.0, east: 7.0, north: 45.0 }));
        assert!(near.len() <= all.len());
        for index in all {
            let range = layer.block_range(index);
            let bytes = layer.chunks.as_ref().map_or(0, |chunks| chunks.file.bytes);
            assert!(range.start < range.end && range.end <= bytes, "a block is outside of its file");
            let _ = layer.parse_block(index, bytes.to_le_bytes().as_slice());
        }
    }
}

/// A public key and, after a byte 0, a signature.
pub fn signature(bytes: &[u8]) {
    let (key, signature) = match bytes.iter().position(|byte| *byte == 0) {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, bytes),
    };
    let _ = claimed_signer(signature);
    let Some(key) = str::from_utf8(key).ok().and_then(|key| PublicKey::parse(key).ok()) else { return };
    assert_eq!(PublicKey::parse(&key.to_text()).ok().as_ref(), Some(&key));
    let _ = verify(b"{}", signature, &[key]);
}

/// The objects without a geometry.
pub fn records(bytes: &[u8]) {
    const MANIFEST: &[u8] = br#"{"name":"a","created":"2026-11-29T00:00:00Z","resources":[],
        "jalon":{"format":1,"edition":1,"server":"https://park.example/","layers":[]}}"#;
    let Ok(manifest) = Manifest::parse(MANIFEST) else { return };
    let _ = read_records(&manifest, bytes, |_| Ok(()));
}
