//! What a file that came is, by its own bytes: a sign-in page under a picture's address is no picture, and one whose end
//! is missing is not whole, whatever its length was said to be.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// The formats that Geotrek serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Jpeg,
    Png,
    Gif,
    WebP,
    Svg,
}

impl Format {
    pub(super) const fn ending(self) -> &'static str {
        match self {
            Format::Jpeg => "jpg",
            Format::Png => "png",
            Format::Gif => "gif",
            Format::WebP => "webp",
            Format::Svg => "svg",
        }
    }
}

/// So much of either end of a file is looked at: comments may stand before the picture.
const ENDS: usize = 4_096;
/// So near to its end the end of a JPEG must be: cameras write a few bytes after it, and a picture within the picture has
/// an end of its own further up.
const JPEG_END: usize = 64;

/// What a file is; why it is none of them, or not all of one.
pub(super) fn look(path: &Path) -> io::Result<Result<Format, &'static str>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut head = vec![0; ENDS.min(usize::try_from(length).unwrap_or(ENDS))];
    file.read_exact(&mut head)?;
    let mut tail = head.clone();
    if length > head.len() as u64 {
        file.seek(SeekFrom::End(-(head.len() as i64)))?;
        file.read_exact(&mut tail)?;
    }
    Ok(judge(&head, &tail, length))
}

fn judge(head: &[u8], tail: &[u8], length: u64) -> Result<Format, &'static str> {
    let whole = |is_whole: bool, format: Format| if is_whole { Ok(format) } else { Err("its end is missing") };
    let has = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).any(|window| window == what);
    if head.starts_with(b"\xFF\xD8\xFF") {
        return whole(has(&tail[tail.len().saturating_sub(JPEG_END)..], b"\xFF\xD9"), Format::Jpeg);
    }
    if head.starts_with(b"\x89PNG\r\n\x1A\n") {
        return whole(has(tail, b"IEND\xAE\x42\x60\x82"), Format::Png);
    }
    if head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a") {
        return whole(tail.contains(&0x3B), Format::Gif);
    }
    if let [b'R', b'I', b'F', b'F', a, b, c, d, b'W', b'E', b'B', b'P', ..] = head {
        let told = u64::from(u32::from_le_bytes([*a, *b, *c, *d])) + 8;
        return whole(length >= told, Format::WebP);
    }
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    let text = text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    if text.starts_with("<!doctype html") || text.starts_with("<html") {
        return Err("it is a web page instead of a picture");
    }
    if text.starts_with('<') && text.contains("<svg") {
        return whole(String::from_utf8_lossy(tail).to_ascii_lowercase().contains("</svg>"), Format::Svg);
    }
    Err("it is not a picture of a known format")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> Result<Format, &'static str> {
        judge(bytes, bytes, bytes.len() as u64)
    }

    #[test]
    fn pictures_are_told_by_their_bytes_and_must_be_whole() {
        assert_eq!(of(b"\xFF\xD8\xFF\xE0 x \xFF\xD9"), Ok(Format::Jpeg));
        assert!(of(b"\xFF\xD8\xFF\xE0 x").is_err());
        assert_eq!(of(b"\x89PNG\r\n\x1A\n..IEND\xAE\x42\x60\x82"), Ok(Format::Png));
        assert!(of(b"\x89PNG\r\n\x1A\n..IE").is_err());
        assert_eq!(of(b"GIF89a..\x3B"), Ok(Format::Gif));
        assert_eq!(of(b"RIFF\x08\x00\x00\x00WEBPVP8 "), Ok(Format::WebP));
        assert!(of(b"RIFF\x09\x00\x00\x00WEBPVP8 ").is_err());
        assert_eq!(of(b"<?xml version=\"1.0\"?>\n<svg xmlns=\"x\"></svg>\n"), Ok(Format::Svg));
        assert!(of(b"<?xml version=\"1.0\"?><svg>").is_err());
    }

    #[test]
    fn web_pages_and_nothing_are_no_pictures() {
        assert_eq!(of(b"<!DOCTYPE html><svg></svg>"), Err("it is a web page instead of a picture"));
        assert!(of(b"").is_err() && of(b"hello").is_err());
    }
}
