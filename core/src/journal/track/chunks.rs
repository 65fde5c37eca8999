//! The fixes of a finished track as one value of a row: chunks of up to 64 points, each with its length and checksum, and with
//! a key point first. A damaged chunk does not affect the others.

use super::point_codec::{Point, crc32, decode, encode, put, take};
use crate::model::Fix;

/// Points of a chunk.
const POINTS: usize = 64;
/// Maximum length of a chunk in bytes: no point is longer than 71 bytes.
const MAX_BYTES: usize = POINTS * 80;

/// Maximum number of bytes at which a chunk is looked for in damaged bytes, so that they do not take quadratic time.
const MAX_TRIES: usize = 8_192;

/// Maximum number of points that are read: eleven days at one fix a second.
const MAX_POINTS: usize = 1_000_000;

/// Encodes sections of fixes.
pub(super) fn write(sections: &[Vec<Fix>]) -> Vec<u8> {
    let points =
        sections.iter().flat_map(|section| section.iter().enumerate().map(|(index, fix)| Point::new(fix, index == 0)));
    let points: Vec<Point> = points.collect();
    let mut bytes = Vec::with_capacity(points.len() * 14);
    for chunk in points.chunks(POINTS) {
        let mut encoded = Vec::new();
        let mut previous = None;
        for point in chunk {
            encode(previous, point, &mut encoded);
            previous = Some(point);
        }
        put(encoded.len() as i64, &mut bytes);
        bytes.extend(crc32(&encoded).to_le_bytes());
        bytes.extend(encoded);
    }
    bytes
}

/// Reads the intact chunks. The second value tells whether all are intact. A section ends at a damaged chunk.
pub(super) fn read(mut bytes: &[u8]) -> (Vec<Vec<Fix>>, bool) {
    let mut sections: Vec<Vec<Fix>> = Vec::new();
    let (mut is_gap, mut tries, mut count) = (true, 0, 0);
    while !bytes.is_empty() && tries < MAX_TRIES && count < MAX_POINTS {
        let Some((points, rest)) = chunk(bytes) else {
            // The length itself may be damaged: the next chunk is looked for at each byte.
            (is_gap, tries) = (true, tries + 1);
            bytes = &bytes[1..];
            continue;
        };
        bytes = rest;
        count += points.len();
        for point in points {
            match sections.last_mut() {
                Some(section) if !point.starts_section && !is_gap => section.push(point.fix()),
                _ => sections.push(vec![point.fix()]),
            }
            is_gap = false;
        }
    }
    (sections, tries == 0)
}

/// The points of the chunk at the front of `bytes`, and the bytes after it.
fn chunk(mut bytes: &[u8]) -> Option<(Vec<Point>, &[u8])> {
    let length = usize::try_from(take(&mut bytes)?).ok().filter(|length| (1..=MAX_BYTES).contains(length))?;
    let (checksum, rest) = bytes.split_first_chunk::<4>()?;
    let (mut encoded, rest) = rest.split_at_checked(length)?;
    if crc32(encoded) != u32::from_le_bytes(*checksum) {
        return None;
    }
    let mut points: Vec<Point> = Vec::new();
    while !encoded.is_empty() {
        points.push(decode(points.last(), &mut encoded)?);
    }
    Some((points, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Position;

    fn sections() -> Vec<Vec<Fix>> {
        let fix = |index: i64| {
            let position = Position { elevation: Some(1500.0), ..Position::new(6.0 + index as f64 * 1e-5, 44.5) };
            Point::new(&Fix::new(position, index * 1_000), false).fix()
        };
        vec![(0..100).map(fix).collect(), (100..101).map(fix).collect(), (101..300).map(fix).collect()]
    }

    #[test]
    fn written_sections_read_back() {
        assert_eq!(read(&write(&sections())), (sections(), true));
        assert_eq!(read(&write(&[])), (vec![], true));
    }

    #[test]
    fn damaged_byte_loses_at_most_two_chunks() {
        let bytes = write(&sections());
        for place in (0..bytes.len()).step_by(7) {
            let mut damaged = bytes.clone();
            damaged[place] ^= 0x10;
            let (read, is_intact) = read(&damaged);
            assert!(!is_intact, "{place}");
            let count: usize = read.iter().map(Vec::len).sum();
            assert!(count >= 300 - POINTS, "{place}: {count}");
            // Nothing is invented.
            assert!(read.iter().flatten().all(|fix| sections().concat().contains(fix)), "{place}");
        }
    }
}
