//! Merges parts of a file, so that few requests fetch many small parts.

use super::ByteRange;

/// Merges parts of a file, which must be sorted by their starts, into ranges. Each range comes with the values of its parts. Parts
/// are merged across gaps of at most `max_gap` bytes, as long as the range has at most `max_len`; one part alone may be longer.
pub(crate) fn merge_ranges<T>(
    parts: impl IntoIterator<Item = (ByteRange, T)>,
    max_gap: u64,
    max_len: u64,
) -> Vec<(ByteRange, Vec<T>)> {
    let mut merged: Vec<(ByteRange, Vec<T>)> = Vec::new();
    for (part, value) in parts {
        if let Some((range, values)) = merged.last_mut() {
            let end = range.end.max(part.end);
            let is_near = part.start <= range.end.saturating_add(max_gap);
            if range.contains(&part) || is_near && end - range.start <= max_len {
                range.end = end;
                values.push(value);
                continue;
            }
        }
        merged.push((part, vec![value]));
    }
    merged
}
