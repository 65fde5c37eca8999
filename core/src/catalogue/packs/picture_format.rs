//! Recognises the format of a downloaded picture by its bytes. This rejects the sign-in page of a captive portal, which comes
//! under the URL of a picture, and a picture whose end is missing, whatever its `Content-Length` was.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// The picture formats that Geotrek serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PictureFormat {
    Jpeg,
    Png,
    Gif,
    WebP,
    Svg,
}

impl PictureFormat {
    /// The file extension, without a dot.
    pub(super) const fn extension(self) -> &'static str {
        match self {
            PictureFormat::Jpeg => "jpg",
            PictureFormat::Png => "png",
            PictureFormat::Gif => "gif",
            PictureFormat::WebP => "webp",
            PictureFormat::Svg => "svg",
        }
    }
}

/// The bytes at each end of a file that are read: comments may precede the picture.
const SNIFF_BYTES: usize = 4_096;
/// The end marker of a JPEG must be in its last bytes: cameras append a few bytes after it. An embedded thumbnail has an end
/// marker of its own further up.
const JPEG_TAIL_BYTES: usize = 64;

/// Recognises the format of a picture file. The inner error says why it is no picture, or truncated.
pub(super) fn sniff_file(path: &Path) -> io::Result<Result<PictureFormat, &'static str>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut head = vec![0; SNIFF_BYTES.min(usize::try_from(length).unwrap_or(SNIFF_BYTES))];
    file.read_exact(&mut head)?;
    let mut tail = head.clone();
    if length > head.len() as u64 {
        file.seek(SeekFrom::End(-(head.len() as i64)))?;
        file.read_exact(&mut tail)?;
    }
    Ok(sniff(&head, &tail, length))
}

fn sniff(head: &[u8], tail: &[u8], length: u64) -> Result<PictureFormat, &'static str> {
    let complete = |is_complete: bool, format| if is_complete { Ok(format) } else { Err("the picture is truncated") };
    let contains = |bytes: &[u8], marker: &[u8]| bytes.windows(marker.len()).any(|window| window == marker);
    if head.starts_with(b"\xFF\xD8\xFF") {
        return complete(
            contains(&tail[tail.len().saturating_sub(JPEG_TAIL_BYTES)..], b"\xFF\xD9"),
            PictureFormat::Jpeg,
        );
    }
    if head.starts_with(b"\x89PNG\r\n\x1A\n") {
        return complete(contains(tail, b"IEND\xAE\x42\x60\x82"), PictureFormat::Png);
    }
    if head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a") {
        return complete(tail.contains(&0x3B), PictureFormat::Gif);
    }
    if let [b'R', b'I', b'F', b'F', a, b, c, d, b'W', b'E', b'B', b'P', ..] = head {
        let declared = u64::from(u32::from_le_bytes([*a, *b, *c, *d])) + 8;
        return complete(length >= declared, PictureFormat::WebP);
    }
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    let text = text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    if text.starts_with("<!doctype html") || text.starts_with("<html") {
        return Err("the server sent a web page instead of a picture");
    }
    if text.starts_with('<') && text.contains("<svg") {
        return complete(String::from_utf8_lossy(tail).to_ascii_lowercase().contains("</svg>"), PictureFormat::Svg);
    }
    Err("the file is not a picture of a known format")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniff_bytes(bytes: &[u8]) -> Result<PictureFormat, &'static str> {
        sniff(bytes, bytes, bytes.len() as u64)
    }

    #[test]
    fn sniff_recognises_formats_and_truncated_pictures() {
        assert_eq!(sniff_bytes(b"\xFF\xD8\xFF\xE0 x \xFF\xD9"), Ok(PictureFormat::Jpeg));
        assert!(sniff_bytes(b"\xFF\xD8\xFF\xE0 x").is_err());
        assert_eq!(sniff_bytes(b"\x89PNG\r\n\x1A\n..IEND\xAE\x42\x60\x82"), Ok(PictureFormat::Png));
        assert!(sniff_bytes(b"\x89PNG\r\n\x1A\n..IE").is_err());
        assert_eq!(sniff_bytes(b"GIF89a..\x3B"), Ok(PictureFormat::Gif));
        assert_eq!(sniff_bytes(b"RIFF\x08\x00\x00\x00WEBPVP8 "), Ok(PictureFormat::WebP));
        assert!(sniff_bytes(b"RIFF\x09\x00\x00\x00WEBPVP8 ").is_err());
        assert_eq!(sniff_bytes(b"<?xml version=\"1.0\"?>\n<svg xmlns=\"x\"></svg>\n"), Ok(PictureFormat::Svg));
        assert!(sniff_bytes(b"<?xml version=\"1.0\"?><svg>").is_err());
    }

    #[test]
    fn sniff_rejects_web_pages_and_other_content() {
        assert_eq!(sniff_bytes(b"<!DOCTYPE html><svg></svg>"), Err("the server sent a web page instead of a picture"));
        assert!(sniff_bytes(b"").is_err() && sniff_bytes(b"hello").is_err());
    }
}
