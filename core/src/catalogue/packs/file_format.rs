//! Recognises the format of an attached file by its bytes: documents, audio, tracks and archives of an allow-list. Programs and
//! web pages are refused, whatever their names are. The extension of the stored file is that of the recognised format; the
//! address only tells apart formats in the same container, such as the office documents that are ZIP archives.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use url::Url;

/// Bytes at the start of a file that are read. XML declarations and comments may precede the root element.
const HEAD_BYTES: u64 = 4_096;
/// Bytes at the end of a file that are read: the end record of a ZIP archive (22 bytes) with its longest comment.
const TAIL_BYTES: u64 = 65_557;
/// A PDF header must be in the first bytes; mailers and scanners write some before it.
const PDF_HEADER_BYTES: usize = 1_024;

/// Extensions of formats that are recognised by their bytes alone.
const OWN_FORMATS: [&str; 7] = ["pdf", "mp3", "ogg", "m4a", "wav", "gpx", "kml"];
/// Other extensions of these formats.
const ALIASES: [(&str, &str); 2] = [("oga", "ogg"), ("opus", "ogg")];
/// Extensions of formats in a ZIP archive. The first one is for any archive.
const ZIP_FORMATS: [&str; 9] = ["zip", "kmz", "epub", "docx", "xlsx", "pptx", "odt", "ods", "odp"];
/// Extensions of formats in an OLE compound file. Installers are such files, too, so the address must name one of these.
const OLE_FORMATS: [&str; 3] = ["doc", "xls", "ppt"];

const TRUNCATED: &str = "the file is truncated";
const WEB_PAGE: &str = "the server sent a web page instead of the file";
const UNKNOWN: &str = "the file is not of a format that Jalon downloads";

/// Whether a file at this address may be of a format that Jalon downloads. An address without an extension may be.
pub(crate) fn is_downloadable(url: &str) -> bool {
    let Some(extension) = url_extension(url) else { return true };
    let extension = extension.as_str();
    let formats = [&OWN_FORMATS[..], &ZIP_FORMATS, &OLE_FORMATS].concat();
    formats.contains(&extension) || ALIASES.iter().any(|(alias, _)| *alias == extension)
}

/// The extension of the file name in an address, in lower case.
fn url_extension(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let (name, extension) = url.path_segments()?.next_back()?.rsplit_once('.')?;
    (!name.is_empty()).then(|| extension.to_ascii_lowercase())
}

/// Recognises the format of a file from an address, and returns the extension of the format. The inner error says why the file
/// is refused.
pub(super) fn sniff_file(path: &Path, url: &str) -> io::Result<Result<&'static str, &'static str>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut head = Vec::new();
    file.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
    let mut tail = Vec::new();
    file.take(TAIL_BYTES).read_to_end(&mut tail)?;
    Ok(sniff(&head, &tail, length, url_extension(url).as_deref().unwrap_or_default()))
}

fn sniff(head: &[u8], tail: &[u8], length: u64, url_extension: &str) -> Result<&'static str, &'static str> {
    let contains = |bytes: &[u8], marker: &[u8]| bytes.windows(marker.len()).any(|window| window == marker);
    let complete = |is_complete: bool, extension| if is_complete { Ok(extension) } else { Err(TRUNCATED) };
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    let text = text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    if text.starts_with('<') {
        // The root element decides: a description in a track may contain HTML.
        let position = |element: &'static str| text.find(element).map(|at| (at, element));
        let root = ["<gpx", "<kml", "<html", "<!doctype html"].into_iter().filter_map(position).min();
        let ends_with = |tag: &str| String::from_utf8_lossy(tail).to_ascii_lowercase().contains(tag);
        return match root {
            Some((_, "<gpx")) => complete(ends_with("</gpx>"), "gpx"),
            Some((_, "<kml")) => complete(ends_with("</kml>"), "kml"),
            Some(_) => Err(WEB_PAGE),
            None => Err(UNKNOWN),
        };
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        let extension = ZIP_FORMATS.into_iter().find(|known| *known == url_extension).unwrap_or("zip");
        return complete(contains(tail, b"PK\x05\x06"), extension);
    }
    if head.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return OLE_FORMATS.into_iter().find(|known| *known == url_extension).ok_or(UNKNOWN);
    }
    if let [b'R', b'I', b'F', b'F', a, b, c, d, b'W', b'A', b'V', b'E', ..] = head {
        let declared = u32::from_le_bytes([*a, *b, *c, *d]);
        // Recorders that do not seek leave 0 or the greatest number.
        return complete(matches!(declared, 0 | u32::MAX) || length >= u64::from(declared) + 8, "wav");
    }
    if head.starts_with(b"OggS") {
        return Ok("ogg");
    }
    if let [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] = head
        && (brand.starts_with(b"M4A") || brand.starts_with(b"M4B") || url_extension == "m4a")
    {
        return Ok("m4a");
    }
    if head.starts_with(b"ID3") || is_mpeg_audio_frame(head) {
        return Ok("mp3");
    }
    if contains(&head[..head.len().min(PDF_HEADER_BYTES)], b"%PDF-") {
        return complete(contains(tail, b"%%EOF"), "pdf");
    }
    Err(UNKNOWN)
}

/// Whether the bytes start with the header of an MPEG audio frame (ISO/IEC 11172-3, 2.4.1.3): the sync word, and no reserved
/// version, layer, bit rate or sampling rate.
fn is_mpeg_audio_frame(head: &[u8]) -> bool {
    let [0xFF, second, third, ..] = head else { return false };
    let (version, layer) = (second >> 3 & 0b11, second >> 1 & 0b11);
    second >> 5 == 0b111 && version != 0b01 && layer != 0b00 && third >> 4 != 0b1111 && third >> 2 & 0b11 != 0b11
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://park.example/media/paperclip/trekking_trek/5/depliant-5.";

    fn sniff_bytes(bytes: &[u8], extension: &str) -> Result<&'static str, &'static str> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, bytes).unwrap();
        sniff_file(&path, &format!("{URL}{extension}?v=1.exe")).unwrap()
    }

    #[test]
    fn sniff_recognises_formats_by_their_bytes() {
        for (bytes, from, extension) in [
            (&b"%PDF-1.4\n1 0 obj\n%%EOF\n"[..], "pdf", "pdf"),
            (b"\0\0\0%PDF-1.4\n%%EOF", "mp3", "pdf"),
            (b"ID3\x04\0\0\0\0\0\0", "mp3", "mp3"),
            (b"\xFF\xFB\x90\x64\0\0", "mp3", "mp3"),
            (b"OggS\0\x02", "oga", "ogg"),
            (b"\0\0\0\x20ftypM4A \0\0\0\0", "mp4", "m4a"),
            (b"\0\0\0\x20ftypisom\0\0\0\0", "m4a", "m4a"),
            (b"RIFF\x04\0\0\0WAVE", "wav", "wav"),
            (b"RIFF\xFF\xFF\xFF\xFFWAVE", "wav", "wav"),
            (b"PK\x03\x04..PK\x05\x06..", "zip", "zip"),
            (b"PK\x03\x04..PK\x05\x06..", "ODT", "odt"),
            (b"PK\x03\x04..PK\x05\x06..", "jar", "zip"),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "doc", "doc"),
            (b"<?xml version='1.0'?>\n<gpx><desc><![CDATA[<html>]]></desc></gpx>", "gpx", "gpx"),
            ("\u{feff}<kml xmlns='x'></kml>".as_bytes(), "kml", "kml"),
        ] {
            assert_eq!(sniff_bytes(bytes, from), Ok(extension), "{from}");
        }
    }

    #[test]
    fn sniff_refuses_truncated_files() {
        for (bytes, from) in [
            (&b"%PDF-1.4\n1 0 obj"[..], "pdf"),
            (b"RIFF\x05\0\0\0WAVE", "wav"),
            (b"PK\x03\x04....", "zip"),
            (b"<gpx><trk>", "gpx"),
            (b"<kml>", "kml"),
        ] {
            assert_eq!(sniff_bytes(bytes, from), Err(TRUNCATED), "{from}");
        }
    }

    #[test]
    fn sniff_refuses_web_pages_and_programs() {
        assert_eq!(sniff_bytes(b"\n<!DOCTYPE html><html>%PDF-1.4 %%EOF", "pdf"), Err(WEB_PAGE));
        assert_eq!(sniff_bytes(b"<!-- portal --><html><gpx></gpx></html>", "gpx"), Err(WEB_PAGE));
        for bytes in [
            &b""[..],
            b"MZ\x90\0",
            b"\x7FELF",
            b"#!/bin/sh\n",
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
            b"\xFF\xD8\xFF\xE0",
            b"\xFF\xFF\xFF\xFF",
            b"<svg></svg>",
            b"\0\0\0\x20ftypisom",
        ] {
            assert_eq!(sniff_bytes(bytes, "pdf"), Err(UNKNOWN), "{bytes:?}");
        }
    }

    #[test]
    fn address_of_a_program_or_a_film_is_not_downloadable() {
        for extension in ["pdf", "PDF", "mp3", "opus", "docx", "doc", "kmz", "gpx?x=.exe"] {
            assert!(is_downloadable(&format!("{URL}{extension}")), "{extension}");
        }
        for extension in ["exe", "apk", "jar", "sh", "html", "mp4", "docm", ""] {
            assert!(!is_downloadable(&format!("{URL}{extension}")), "{extension}");
        }
        assert!(is_downloadable("https://park.example/download/5"));
    }

    proptest::proptest! {
        #[test]
        fn sniff_of_any_bytes_returns_an_allowed_extension(
            head in proptest::sample::select(vec![&b""[..], b"PK\x03\x04", b"RIFF", b"<gpx", b"%PDF-", b"\xFF"]),
            rest in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..60),
            extension in "[a-z]{0,4}",
        ) {
            let bytes = [head, &rest].concat();
            if let Ok(found) = sniff(&bytes, &bytes, bytes.len() as u64, &extension) {
                let url = format!("https://park.example/a.{found}");
                proptest::prop_assert!(is_downloadable(&url));
            }
        }
    }
}
