//! Directories of a PMTiles archive: entries sorted by tile id, as columns of variable-length integers, compressed. An entry
//! is a run of tiles with the same content, or a leaf directory. The crate `pmtiles` decodes them, too, but keeps offset and
//! length of an entry to itself.

use std::io::{Read, Write};

use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use super::coord::{MAX_ZOOM, first_id};
use super::header::Compression;
use crate::error::{Error, Result};

/// Maximum length of a decompressed directory or of decompressed metadata: 2 million entries of a planet's directory.
pub(super) const MAX_DECOMPRESSED_BYTES: u64 = 32 << 20;
/// Maximum number of entries of one directory. An entry takes 24 bytes in memory.
const MAX_ENTRIES: u64 = 2_000_000;
/// Fewest bytes of an encoded entry: one for each of its four numbers.
const MIN_ENTRY_BYTES: u64 = 4;

/// A run of tiles with the same content, or a leaf directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Entry {
    /// The first tile.
    pub(super) tile_id: u64,
    /// Offset in the section of the tiles, or in that of the leaf directories.
    pub(super) offset: u64,
    /// Bytes, never 0.
    pub(super) len: u32,
    /// Number of consecutive tile ids; 0 for a leaf directory.
    pub(super) run_length: u32,
}

impl Entry {
    pub(super) fn is_leaf(&self) -> bool {
        self.run_length == 0
    }

    /// The first id after the run.
    pub(super) fn end_id(&self) -> u64 {
        self.tile_id + u64::from(self.run_length)
    }
}

/// Decompresses a directory and decodes it. The entries are sorted by tile id, and no run overlaps the next entry.
///
/// # Errors
/// [`Error::Corrupt`] for any other bytes, or if the directory is larger than the limits of this module.
pub(super) fn decode(bytes: &[u8], compression: Compression) -> Result<Vec<Entry>> {
    decode_entries(&decompress(bytes, compression)?)
}

fn decode_entries(bytes: &[u8]) -> Result<Vec<Entry>> {
    let mut input = bytes;
    let count = read_varint(&mut input)?;
    if count > MAX_ENTRIES || count > input.len() as u64 / MIN_ENTRY_BYTES {
        return Err(corrupt("has an impossible number of entries"));
    }
    let mut entries = vec![Entry::default(); count as usize];
    let mut tile_id = 0_u64;
    for entry in &mut entries {
        tile_id = tile_id.checked_add(read_varint(&mut input)?).ok_or_else(too_large)?;
        entry.tile_id = tile_id;
    }
    for entry in &mut entries {
        entry.run_length = read_u32(&mut input)?;
        let end = entry.tile_id.checked_add(u64::from(entry.run_length)).ok_or_else(too_large)?;
        if end > first_id(MAX_ZOOM) + (1 << (2 * u32::from(MAX_ZOOM))) {
            return Err(too_large());
        }
    }
    if entries.windows(2).any(|pair| pair[0].tile_id == pair[1].tile_id || pair[0].end_id() > pair[1].tile_id) {
        return Err(corrupt("has a tile twice"));
    }
    for entry in &mut entries {
        entry.len = read_u32(&mut input)?;
        if entry.len == 0 {
            return Err(corrupt("has an entry of no length"));
        }
    }
    // 0 means directly after the previous entry; any other number is the offset plus 1.
    let mut next = None;
    for entry in &mut entries {
        entry.offset = match read_varint(&mut input)?.checked_sub(1) {
            Some(offset) => offset,
            None => next.ok_or_else(|| corrupt("has a first entry without an offset"))?,
        };
        next = Some(entry.offset.checked_add(u64::from(entry.len)).ok_or_else(too_large)?);
    }
    Ok(entries)
}

/// Encodes a directory and compresses it with gzip. The entries must be sorted by tile id.
pub(super) fn encode(entries: &[Entry]) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(entries.len() * 8);
    write_varint(&mut bytes, entries.len() as u64);
    let mut previous = 0;
    for entry in entries {
        write_varint(&mut bytes, entry.tile_id - previous);
        previous = entry.tile_id;
    }
    entries.iter().for_each(|entry| write_varint(&mut bytes, u64::from(entry.run_length)));
    entries.iter().for_each(|entry| write_varint(&mut bytes, u64::from(entry.len)));
    let mut next = None;
    for entry in entries {
        write_varint(&mut bytes, if next == Some(entry.offset) { 0 } else { entry.offset + 1 });
        next = Some(entry.offset + u64::from(entry.len));
    }
    compress(&bytes)
}

/// The last entry that starts at a tile id or before: the run that contains the tile, or the leaf directory in which it may
/// be. `None` if the directory does not have the tile. Binary search.
pub(super) fn find(entries: &[Entry], tile_id: u64) -> Option<&Entry> {
    let after = entries.partition_point(|entry| entry.tile_id <= tile_id);
    let entry = entries.get(after.checked_sub(1)?)?;
    (entry.is_leaf() || tile_id < entry.end_id()).then_some(entry)
}

/// Compresses bytes with gzip. Equal bytes give equal results: no time stands in them.
pub(super) fn compress(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

/// Decompresses a directory or metadata.
///
/// # Errors
/// [`Error::Corrupt`] if the bytes are damaged, larger than [`MAX_DECOMPRESSED_BYTES`], or compressed with brotli or
/// Zstandard: no archive in use has such directories, and each needs a library of its own.
pub(super) fn decompress(bytes: &[u8], compression: Compression) -> Result<Vec<u8>> {
    let limit = MAX_DECOMPRESSED_BYTES + 1;
    let mut content = Vec::new();
    match compression {
        // Writers that do not state the compression use none.
        Compression::None | Compression::Unknown => bytes.take(limit).read_to_end(&mut content).map(drop)?,
        Compression::Gzip => {
            let read = GzDecoder::new(bytes).take(limit).read_to_end(&mut content);
            read.map_err(|_| corrupt("is not valid gzip"))?;
        }
        Compression::Brotli | Compression::Zstd => {
            return Err(corrupt("must be compressed with gzip or not at all; brotli and Zstandard are not supported"));
        }
    }
    if content.len() as u64 > MAX_DECOMPRESSED_BYTES {
        return Err(corrupt("is larger than 32 MiB"));
    }
    Ok(content)
}

/// Reads an unsigned integer of 7 bits a byte, the lowest first (LEB128), of at most 10 bytes.
fn read_varint(input: &mut &[u8]) -> Result<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = input.split_first().ok_or_else(|| corrupt("ends too early"))?;
        *input = rest;
        let bits = u64::from(byte & 0x7f);
        if bits << shift >> shift != bits {
            return Err(too_large());
        }
        value |= bits << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(too_large())
}

fn read_u32(input: &mut &[u8]) -> Result<u32> {
    u32::try_from(read_varint(input)?).map_err(|_| too_large())
}

fn write_varint(output: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        output.push(value as u8 | 0x80);
        value >>= 7;
    }
    output.push(value as u8);
}

fn too_large() -> Error {
    corrupt("has a number that is too large")
}

fn corrupt(rule: &str) -> Error {
    Error::corrupt(format!("a PMTiles directory {rule}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(tile_id: u64, run_length: u32, offset: u64, len: u32) -> Entry {
        Entry { tile_id, run_length, offset, len }
    }

    fn plain(entries: &[Entry]) -> Vec<u8> {
        decompress(&encode(entries).unwrap(), Compression::Gzip).unwrap()
    }

    fn refused(bytes: &[u8]) -> String {
        decode(bytes, Compression::None).unwrap_err().to_string()
    }

    #[test]
    fn wrong_directories_are_refused_with_a_sentence() {
        assert!(refused(&[]).contains("ends too early"));
        assert!(refused(&[200, 1, 0, 0]).contains("impossible number"));
        assert!(refused(&[2, 5, 0, 1, 1, 1, 1, 1, 0]).contains("twice"));
        assert!(refused(&[1, 5, 1, 0, 1]).contains("no length"));
        assert!(refused(&[1, 5, 1, 7, 0]).contains("without an offset"));
        assert!(refused(&[&[0x80; 10][..], &[1]].concat()).contains("too large"));
        let brotli = decode(&[1, 5, 1, 7, 1], Compression::Brotli).unwrap_err().to_string();
        assert!(brotli.contains("brotli and Zstandard are not supported"), "{brotli}");
        assert!(decode(&[1, 5, 1, 7, 1], Compression::Gzip).unwrap_err().to_string().contains("gzip"));
        assert_eq!(decode(&[1, 5, 1, 7, 1], Compression::None), Ok(vec![entry(5, 1, 0, 7)]));
    }

    #[test]
    fn bomb_of_gzip_is_refused() {
        let bomb = compress(&vec![0; 40 << 20]).unwrap();
        assert!(bomb.len() < 100_000);
        assert!(decode(&bomb, Compression::Gzip).unwrap_err().to_string().contains("32 MiB"));
    }

    #[test]
    fn tiles_are_found_in_runs_and_leaves() {
        let entries = [entry(5, 3, 0, 10), entry(20, 0, 0, 10)];
        let found = |id| find(&entries, id).map(|entry| entry.tile_id);
        assert_eq!([4, 5, 7, 8, 19, 20, 1_000].map(found), [None, Some(5), Some(5), None, None, Some(20), Some(20)]);
    }

    fn sorted_entries() -> impl Strategy<Value = Vec<Entry>> {
        let fields = (1..1_000_u64, 0..4_u32, prop::option::of(0..1_u64 << 40), 1..u32::MAX);
        prop::collection::vec(fields, 0..60).prop_map(|fields| {
            let (mut next_id, mut next_offset) = (0, 0);
            fields
                .into_iter()
                .map(|(gap, run_length, offset, len)| {
                    let entry = entry(next_id + gap, run_length, offset.unwrap_or(next_offset), len);
                    (next_id, next_offset) = (entry.end_id(), entry.offset + u64::from(len));
                    entry
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn encoded_entries_are_decoded(entries in sorted_entries()) {
            prop_assert_eq!(decode(&encode(&entries).unwrap(), Compression::Gzip), Ok(entries));
        }

        #[test]
        fn decoded_entries_are_in_order(entries in sorted_entries(), at: prop::sample::Index, byte: u8, cut in 0..40_usize) {
            let mut bytes = plain(&entries);
            let index = at.index(bytes.len());
            bytes[index] = byte;
            bytes.truncate(bytes.len().saturating_sub(cut));
            if let Ok(decoded) = decode(&bytes, Compression::None) {
                prop_assert!(decoded.windows(2).all(|pair| pair[0].end_id() <= pair[1].tile_id));
                prop_assert!(decoded.iter().all(|entry| entry.len > 0 && entry.offset.checked_add(entry.len.into()).is_some()));
            }
        }
    }
}
