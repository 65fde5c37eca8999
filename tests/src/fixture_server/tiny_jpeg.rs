//! The smallest JPEG photographs: one grey square of exactly the requested bytes. Packs of them can be cut at every byte.

/// Bytes of such a JPEG without padding.
const MIN_BYTES: usize = 150;
/// The longest comment segment, in bytes.
const MAX_COMMENT_BYTES: usize = 65_533;

/// A JPEG of this many bytes, at least [`MIN_BYTES`]. The seed decides its grey and its comment.
pub(crate) fn jpeg(seed: u32, bytes: usize) -> Vec<u8> {
    let mut file = vec![0xff, 0xd8];
    // The first comment contains the seed and the remainder of the padding.
    let mut padding = bytes.saturating_sub(MIN_BYTES);
    let mut first = seed.to_be_bytes().to_vec();
    first.resize(4 + padding % 60_000, 0);
    segment(&mut file, 0xfe, &first);
    padding -= padding % 60_000;
    while padding > 0 {
        segment(&mut file, 0xfe, &[0; 60_000 - 4]);
        padding -= 60_000;
    }
    segment(&mut file, 0xdb, &[&[0][..], &[8; 64]].concat());
    segment(&mut file, 0xc0, &[8, 0, 8, 0, 8, 1, 1, 0x11, 0]);
    // One code of one bit in each table: a difference of seven bits, and the end of the block.
    let one = |class: u8, symbol: u8| [&[class, 1][..], &[0; 15], &[symbol]].concat();
    segment(&mut file, 0xc4, &one(0x00, 7));
    segment(&mut file, 0xc4, &one(0x10, 0));
    segment(&mut file, 0xda, &[1, 1, 0, 0, 63, 0]);
    file.extend([(seed % 128) as u8, 0x7f, 0xff, 0xd9]);
    file
}

fn segment(file: &mut Vec<u8>, marker: u8, data: &[u8]) {
    let length = data.len().min(MAX_COMMENT_BYTES) + 2;
    file.extend([0xff, marker]);
    file.extend((length as u16).to_be_bytes());
    file.extend(data);
}

#[cfg(test)]
mod tests {
    use super::{MIN_BYTES, jpeg};

    #[test]
    fn jpeg_of_any_size_is_a_photograph() {
        for bytes in [MIN_BYTES, 151, 300, 60_149, 60_150, 200_000] {
            let file = jpeg(7, bytes);
            assert_eq!(file.len(), bytes);
            let picture = image::load_from_memory(&file).unwrap();
            assert_eq!((picture.width(), picture.height()), (8, 8));
        }
        assert_eq!(jpeg(1, 0).len(), MIN_BYTES);
        assert_ne!(jpeg(1, 200), jpeg(129, 200));
    }
}
