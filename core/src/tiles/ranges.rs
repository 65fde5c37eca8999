//! Byte ranges of a remote file, merged so that few requests fetch many small parts.

use super::plan::Received;
use crate::transfer::{ByteRange, merge_ranges};

/// Maximum gap between two parts that one request fetches. 64 KiB take as long as another request at 5 Mbit/s and 0.1 s.
///
/// Measured on the generated vector map (9,703 tiles, zoom 5 to 15), for the corridor of 1 km around a walk of 15 km: 110
/// tiles of 125 KiB. Requests and KiB fetched by the maximum gap: 0: 29, 125; 16 KiB: 10, 192; 64 KiB: 7, 286; 256 KiB: 4,
/// 749. With tiles that are ten times larger, as those of a detailed base map: 0: 29, 1,256; 16 KiB: 24, 1,302; 64 KiB: 14,
/// 1,571; 256 KiB: 9, 2,164. A larger gap costs more than 100 KiB for each request that it saves.
pub(super) const MAX_GAP_BYTES: u64 = 64 << 10;
/// Maximum gap between two parts if a cut has fewer than [`TILES_PER_REQUEST`] tiles a request: it costs at most as much again
/// as a request. The corridor of 500 m around the same walk has 75 tiles: 7 requests and 295 KiB, 8 and 217 KiB without it.
const MAX_WIDE_GAP_BYTES: u64 = 128 << 10;
/// Number of tiles for which a cut makes at most one request, if the gaps allow it.
const TILES_PER_REQUEST: u64 = 10;
/// Maximum length of a merged range, so that an interrupted request loses little. A single longer part is a range of its
/// own.
pub(super) const MAX_RANGE_BYTES: u64 = 4 << 20;

/// Merges parts across gaps of at most `max_gap` bytes. The result is sorted, and each part lies wholly in one range.
pub(super) fn merge(mut parts: Vec<ByteRange>, max_gap: u64) -> Vec<ByteRange> {
    // Of parts that start together, the longest comes first.
    parts.sort_unstable_by_key(|part| (part.start, u64::MAX - part.end));
    let merged = merge_ranges(parts.into_iter().map(|part| (part, ())), max_gap, MAX_RANGE_BYTES);
    merged.into_iter().map(|(range, _)| range).collect()
}

/// The ranges that contain the parts of a cut with a number of tiles. If more than one request for ten tiles would remain, ranges
/// are also merged across the smallest gaps, as many as are needed, if they have at most [`MAX_WIDE_GAP_BYTES`].
pub(super) fn ranges_of_cut(parts: &[ByteRange], tiles: u64, received: Received) -> Vec<ByteRange> {
    let parts: Vec<_> = parts.iter().map(|part| (*part, false)).collect();
    let ranges = ranges_of(&parts, received);
    let (head, missing): (Vec<ByteRange>, Vec<_>) = ranges.iter().partition(|range| **range == received.head);
    let allowed = (tiles / TILES_PER_REQUEST).saturating_sub(received.requests).max(1);
    let excess = (missing.len() as u64).saturating_sub(allowed);
    let mut gaps: Vec<u64> =
        missing.iter().zip(missing.iter().skip(1)).map(|(range, next)| next.start.saturating_sub(range.end)).collect();
    gaps.retain(|gap| *gap <= MAX_WIDE_GAP_BYTES);
    gaps.sort_unstable();
    match excess.checked_sub(1).and_then(|index| gaps.get(usize::try_from(index).ok()?)) {
        Some(gap) => head.into_iter().chain(merge(missing, *gap)).collect(),
        None => ranges,
    }
}

/// The ranges that contain the parts, except those that are marked as shared: the head, which was received, if it contains some;
/// the others are merged across gaps that contain no shared part.
pub(super) fn ranges_of(parts: &[(ByteRange, bool)], received: Received) -> Vec<ByteRange> {
    let head = ByteRange::new(0, received.head_bytes);
    let mut sorted = parts.to_vec();
    sorted.sort_unstable();
    let mut ranges = Vec::new();
    for group in sorted.split(|(_, is_shared)| *is_shared) {
        let (here, missing): (Vec<ByteRange>, Vec<_>) =
            group.iter().map(|(part, _)| *part).partition(|part| head.contains(part));
        if !here.is_empty() && ranges.is_empty() {
            ranges.push(received.head);
        }
        ranges.extend(merge(missing, MAX_GAP_BYTES));
    }
    let is_found = |(part, is_shared): &(ByteRange, bool)| *is_shared || find(&ranges, part).is_some();
    if parts.iter().all(is_found) {
        return ranges;
    }
    // Tiles of an unusual archive, whose bytes overlap.
    merge(parts.iter().filter(|(_, is_shared)| !is_shared).map(|(part, _)| *part).collect(), MAX_GAP_BYTES)
}

/// The index of the merged range that contains a part: the last one that does not start after it. Binary search.
pub(super) fn find(merged: &[ByteRange], part: &ByteRange) -> Option<usize> {
    let index = merged.partition_point(|range| range.start <= part.start).checked_sub(1)?;
    merged.get(index).filter(|range| range.contains(part)).map(|_| index)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn range(offset: u64, len: u64) -> ByteRange {
        ByteRange::new(offset, len)
    }

    #[test]
    fn parts_are_merged_across_small_gaps_up_to_the_maximum_length() {
        assert_eq!(merge(vec![range(50, 10), range(0, 10), range(10, 5)], 34), [range(0, 15), range(50, 10)]);
        assert_eq!(merge(vec![range(50, 10), range(0, 10), range(10, 5)], 35), [range(0, 60)]);
        let half = MAX_RANGE_BYTES / 2;
        let parts = vec![range(0, half), range(half, half), range(2 * half, half)];
        assert_eq!(merge(parts, 0), [range(0, 2 * half), range(2 * half, half)]);
        assert_eq!(merge(vec![range(7, 9 << 20)], 0), [range(7, 9 << 20)]);
    }

    proptest! {
        #[test]
        fn every_part_lies_in_one_range(
            parts in prop::collection::vec((0..40_u64 << 20, 1..6_u64 << 20), 1..40), gap in 0..1_u64 << 20,
        ) {
            let parts: Vec<_> = parts.into_iter().map(|(offset, len)| range(offset, len)).collect();
            let merged = merge(parts.clone(), gap);
            prop_assert!(merged.is_sorted());
            for part in &parts {
                let index = find(&merged, part);
                prop_assert!(index.is_some_and(|index| merged[index].contains(part)));
            }
            for range in &merged {
                prop_assert!(range.len() <= MAX_RANGE_BYTES || parts.contains(range), "{range:?}");
                prop_assert!(parts.iter().any(|part| part.start == range.start));
                prop_assert!(parts.iter().any(|part| part.end == range.end));
            }
        }
    }
}
