//! A whole edition on the disk, as an office checks it before it is published.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use jalon::edition::verify_edition;

use super::scratch;

/// Bytes of a row of the directory of chunks, and rows of a block.
const ROW: usize = 54;
const BLOCK_ROWS: usize = 64;
/// Name of the types of columns in the manifest, by their number in a FlatGeobuf file.
const TYPES: [&str; 15] = [
    "byte", "ubyte", "bool", "short", "ushort", "int", "uint", "long", "ulong", "float", "double", "string", "json",
    "datetime", "binary",
];

/// An input: the number of objects, of columns, and the column of the objects; the offset of the features (u32); the number of
/// rows in the directory of chunks; the types of the columns; the rows; the layer. Its manifest has the right hashes.
pub(super) fn edition_folder(bytes: &[u8]) {
    let Some((&[objects, columns, object_column, a, b, c, d, rows], rest)) = bytes.split_first_chunk::<8>() else {
        return;
    };
    let Some((types, rest)) = rest.split_at_checked(usize::from(columns)) else { return };
    let Some((rows, layer)) = rest.split_at_checked(usize::from(rows) * ROW) else { return };
    let features_offset = u32::from_le_bytes([a, b, c, d]);
    let types: Vec<&str> = types.iter().map(|number| TYPES[usize::from(*number) % TYPES.len()]).collect();
    let mut next = u64::from(features_offset);
    let mut blocks = Vec::new();
    for block in rows.chunks(BLOCK_ROWS * ROW) {
        let bytes: u64 =
            block.chunks(ROW).map(|row| u64::from(u32::from_le_bytes([row[16], row[17], row[18], row[19]]))).sum();
        blocks.push(json!([-180.0, -90.0, 180.0, 90.0, next, bytes, base64(&Sha256::digest(block))]));
        next += bytes;
    }
    let hash = |bytes: &[u8]| {
        let digits: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        format!("sha256:{digits}")
    };
    let chunks = match rows {
        [] => Value::Null,
        rows => json!({"path": "layer.chunks", "bytes": rows.len(), "hash": hash(rows), "blocks": blocks}),
    };
    let manifest = json!({
        "name": "a", "created": "2026-11-29T00:00:00Z",
        "resources": [{"name": "layer", "path": "layer.fgb", "bytes": layer.len(), "hash": hash(layer)}],
        "jalon": {"format": 1, "edition": 1, "layers": [{
            "kind": "trek", "resource": "layer", "objects": objects, "bbox": [-180.0, -90.0, 180.0, 90.0],
            "object_column": object_column, "column_types": types, "features_offset": features_offset, "chunks": chunks,
        }]},
    });
    let file = scratch::write("datapackage.json", manifest.to_string().as_bytes());
    scratch::write("layer.fgb", layer);
    scratch::write("layer.chunks", rows);
    if let Some(folder) = file.parent() {
        let check = verify_edition(folder, &[]).unwrap_or_else(|error| panic!("an error of the disk: {error}"));
        assert!(check.problems.len() <= 100 && check.valid == check.problems.is_empty());
    }
}

/// Base64 (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for part in bytes.chunks(3) {
        let word = part.iter().fold(0, |word, byte| word << 8 | usize::from(*byte)) << (8 * (3 - part.len()));
        for digit in 0..4 {
            let is_padding = digit > part.len();
            text.push(if is_padding { '=' } else { char::from(DIGITS[word >> (18 - 6 * digit) & 63]) });
        }
    }
    text
}
