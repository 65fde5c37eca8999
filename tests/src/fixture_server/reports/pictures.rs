//! Which attachments are kept: JPEG, PNG and WebP under their own extension, whole and with a name that fits a folder.
//! All others are dropped without a word, as on a real server.

use image::ImageFormat;

/// The most a name may have in a folder, and what a real server adds to it on the way.
const NAME: usize = 255 - ".bmp".len();

pub(super) fn kept(name: &str, bytes: &[u8]) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let format = match extension.as_deref() {
        Some("jpg" | "jpeg") => ImageFormat::Jpeg,
        Some("png") => ImageFormat::Png,
        Some("webp") => ImageFormat::WebP,
        _ => return false,
    };
    let fits = name.len() <= NAME && image::guess_format(bytes).ok() == Some(format);
    fits && (format != ImageFormat::Jpeg || ends(bytes)) && image::load_from_memory_with_format(bytes, format).is_ok()
}

/// Whether a JPEG comes to its end: the decoder here would fill what is missing with grey, and that of a real server
/// does not.
fn ends(jpeg: &[u8]) -> bool {
    let scan = jpeg.windows(2).rposition(|pair| pair == [0xff, 0xda]).unwrap_or(jpeg.len());
    jpeg[scan..].windows(2).any(|pair| pair == [0xff, 0xd9])
}

#[cfg(test)]
mod tests {
    use super::kept;
    use crate::fixture_server::small::jpeg;

    #[test]
    fn a_picture_is_kept_whole_or_not_at_all() {
        let picture = jpeg(3, 200);
        assert!(kept("a.jpg", &picture) && kept("B.JPEG", &picture));
        assert!(!kept("a", &picture) && !kept("a.png", &picture) && !kept("a.gif", &picture));
        assert!(kept(&format!("{}.jpg", "n".repeat(247)), &picture));
        assert!(!kept(&format!("{}.jpg", "n".repeat(248)), &picture));
        for at in 0..picture.len() {
            assert!(!kept("a.jpg", &picture[..at]), "cut at {at}");
        }
    }
}
