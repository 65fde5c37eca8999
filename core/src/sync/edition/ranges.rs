//! Merges parts of a file into few requests.

use crate::transfer::{ByteRange, merge_ranges};

/// Bytes between two parts that are fetched along rather than by another request. A request costs about as much: its headers
/// are some 500 bytes, and the time until its first byte is that of some 10 kB on a slow network.
const MAX_GAP_BYTES: u64 = 8 << 10;
/// Bytes of a request, if one part alone is not longer: a part is checked in memory.
const MAX_RANGE_BYTES: u64 = 4 << 20;

/// Merges parts of a file, which must be sorted by their starts, into ranges. Each range comes with its parts.
pub(super) fn merge<T>(parts: impl IntoIterator<Item = (ByteRange, T)>) -> Vec<(ByteRange, Vec<T>)> {
    merge_ranges(parts, MAX_GAP_BYTES, MAX_RANGE_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(parts: &[(u64, u64)]) -> Vec<(u64, u64, usize)> {
        let parts = parts.iter().map(|(start, end)| (ByteRange { start: *start, end: *end }, ()));
        merge(parts).into_iter().map(|(range, parts)| (range.start, range.end, parts.len())).collect()
    }

    #[test]
    fn merge_joins_parts_over_small_gaps_only() {
        let gap = MAX_GAP_BYTES;
        assert_eq!(merged(&[(0, 10), (10, 20), (20 + gap, 30 + gap)]), [(0, 30 + gap, 3)]);
        assert_eq!(merged(&[(0, 10), (11 + gap, 20 + gap)]), [(0, 10, 1), (11 + gap, 20 + gap, 1)]);
        assert_eq!(merged(&[]), []);
    }

    #[test]
    fn merge_limits_the_length_of_a_range_but_not_of_a_part() {
        let max = MAX_RANGE_BYTES;
        assert_eq!(merged(&[(0, max - 1), (max - 1, max + 5)]), [(0, max - 1, 1), (max - 1, max + 5, 1)]);
        assert_eq!(merged(&[(0, max + 9), (max + 9, max + 10)]), [(0, max + 9, 1), (max + 9, max + 10, 1)]);
    }
}
