//! The attachments that are kept: complete JPEG, PNG and WebP files with the right extension and a name that fits a file
//! system. Others are dropped without a message, as on a real server.

use image::ImageFormat;

/// The longest name of a file, less the extension that a real server adds temporarily.
const MAX_NAME_BYTES: usize = 255 - ".bmp".len();

pub(super) fn is_kept(name: &str, bytes: &[u8]) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let format = match extension.as_deref() {
        Some("jpg" | "jpeg") => ImageFormat::Jpeg,
        Some("png") => ImageFormat::Png,
        Some("webp") => ImageFormat::WebP,
        _ => return false,
    };
    let fits = name.len() <= MAX_NAME_BYTES && image::guess_format(bytes).ok() == Some(format);
    fits && (format != ImageFormat::Jpeg || has_end(bytes))
        && image::load_from_memory_with_format(bytes, format).is_ok()
}

/// Whether a JPEG has an end marker. The decoder here fills missing parts with grey; that of a real server fails.
fn has_end(jpeg: &[u8]) -> bool {
    let scan = jpeg.windows(2).rposition(|pair| pair == [0xff, 0xda]).unwrap_or(jpeg.len());
    jpeg[scan..].windows(2).any(|pair| pair == [0xff, 0xd9])
}

#[cfg(test)]
mod tests {
    use super::is_kept;
    use crate::fixture_server::tiny_jpeg::jpeg;

    #[test]
    fn is_kept_with_a_cut_picture_is_false() {
        let picture = jpeg(3, 200);
        assert!(is_kept("a.jpg", &picture) && is_kept("B.JPEG", &picture));
        assert!(!is_kept("a", &picture) && !is_kept("a.png", &picture) && !is_kept("a.gif", &picture));
        assert!(is_kept(&format!("{}.jpg", "n".repeat(247)), &picture));
        assert!(!is_kept(&format!("{}.jpg", "n".repeat(248)), &picture));
        for at in 0..picture.len() {
            assert!(!is_kept("a.jpg", &picture[..at]), "cut at {at}");
        }
    }
}
