//! Pictures, documents and audio under `/media/`, generated from their path.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use http::HeaderMap;
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};

use super::response::Response;
use super::state::lock;
use super::static_file::StaticFile;
use super::tiny_jpeg;
use crate::generator::HOSTILE;

/// A media type and bytes.
type MediaFile = (&'static str, Arc<[u8]>);

/// The media files of a server.
#[derive(Default)]
pub(super) struct Media {
    /// Bytes of each photograph; `None` for landscapes.
    bytes: Option<usize>,
    /// How often the file of a path was replaced.
    versions: Mutex<BTreeMap<String, u32>>,
    /// Cached files by path and version, because photographs are slow to generate.
    generated: Mutex<BTreeMap<(String, u32), MediaFile>>,
}

impl Media {
    pub(super) fn new(bytes: Option<usize>) -> Self {
        Self { bytes, ..Self::default() }
    }

    /// Replaces the file of a path.
    pub(super) fn replace(&self, path: &str) {
        *lock(&self.versions).entry(path.to_owned()).or_default() += 1;
    }

    pub(super) fn respond(&self, path: &str, headers: &HeaderMap, supports_ranges: bool) -> Response {
        let version = lock(&self.versions).get(path).copied().unwrap_or(0);
        let Some((kind, body)) = self.file(path, version) else { return Response::not_found() };
        let minutes = 19 * 60 + 56 + version;
        let file = StaticFile {
            kind,
            body: &body,
            tag: format!("\"{:08x}-{:x}\"", seed(path, version), body.len()),
            dated: format!("Mon, 23 Nov 2026 {:02}:{:02}:33 GMT", minutes / 60 % 24, minutes % 60),
        };
        file.respond(headers, supports_ranges)
    }

    fn file(&self, path: &str, version: u32) -> Option<MediaFile> {
        let key = (path.to_owned(), version);
        if let Some(file) = lock(&self.generated).get(&key) {
            return Some(file.clone());
        }
        let seed = seed(path, version);
        let (kind, body) = match path.rsplit('.').next()? {
            _ if path.starts_with(HOSTILE) => ("image/jpeg", tiny_jpeg::jpeg(seed, 400)),
            "jpg" => ("image/jpeg", self.bytes.map_or_else(|| jpeg(seed, path), |bytes| tiny_jpeg::jpeg(seed, bytes))),
            "png" => ("image/png", png(seed)),
            "svg" => ("image/svg+xml", svg(seed)),
            "pdf" => ("application/pdf", pdf(seed)),
            "mp3" => ("audio/mpeg", mp3(seed)),
            _ => return None,
        };
        let file = (kind, Arc::from(body));
        lock(&self.generated).insert(key, file.clone());
        Some(file)
    }
}

/// The seed of a file's bytes.
fn seed(path: &str, version: u32) -> u32 {
    crc(path.as_bytes()) ^ crc(&version.to_be_bytes()) ^ crc(&[0; 4])
}

/// A landscape of sky and a ridge in colours of its own; a thumbnail if the path is that of one.
fn jpeg(seed: u32, path: &str) -> Vec<u8> {
    let (width, height) = if path.contains(".400x0_") { (400, 267) } else { (900, 600) };
    let [hue, bends, tilt, light] = seed.to_be_bytes().map(f32::from);
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = (x as f32 / width as f32, y as f32 / height as f32);
        let ridge = 0.5 + 0.15 * (x * (4.0 + bends / 40.0) + tilt).sin() + 0.05 * (x * 31.0 + hue).sin();
        let shade = |base: f32, depth: f32| (base + (light / 4.0) - depth * 120.0).clamp(0.0, 255.0) as u8;
        if y < ridge {
            Rgb([shade(110.0 + hue / 4.0, -y), shade(150.0, -y), shade(190.0, -y / 4.0)])
        } else {
            Rgb([shade(90.0, y - ridge), shade(80.0 + hue / 3.0, y - ridge), shade(60.0, y - ridge)])
        }
    });
    let mut file = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut file, 75)).expect("writing to memory does not fail");
    file
}

/// A document of one empty page.
fn pdf(seed: u32) -> Vec<u8> {
    let mut file = format!("%PDF-1.4\n% {seed}\n").into_bytes();
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    ];
    let mut offsets = Vec::new();
    for (number, object) in (1..).zip(objects) {
        offsets.push(file.len());
        file.extend(format!("{number} 0 obj\n{object}\nendobj\n").bytes());
    }
    let table = file.len();
    file.extend(b"xref\n0 4\n0000000000 65535 f \n");
    for offset in offsets {
        file.extend(format!("{offset:010} 00000 n \n").bytes());
    }
    file.extend(format!("trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n").bytes());
    file
}

/// Frames of MPEG-1 layer III, 32 kbit/s, 44.1 kHz (104 bytes each), after an empty ID3 tag.
fn mp3(seed: u32) -> Vec<u8> {
    let mut file = b"ID3\x04\0\0\0\0\0\0".to_vec();
    for frame in 0..2 + seed % 3 {
        file.extend([0xFF, 0xFB, 0x10, 0x64]);
        file.extend([(seed >> (8 * frame)) as u8; 100]);
    }
    file
}

fn svg(seed: u32) -> Vec<u8> {
    let colour = seed & 0xff_ffff;
    let circle = format!("<circle cx=\"8\" cy=\"8\" r=\"7\" fill=\"#{colour:06x}\"/>");
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 16\">{circle}</svg>").into_bytes()
}

/// A square of 8 × 8 pixels in one colour, stored without compression.
fn png(seed: u32) -> Vec<u8> {
    let [_, red, green, blue] = seed.to_be_bytes();
    let mut rows = Vec::new();
    for _ in 0..8 {
        rows.push(0);
        rows.extend([red, green, blue].repeat(8));
    }
    let length = rows.len() as u16;
    let mut data = vec![0x78, 0x01, 0x01];
    data.extend(length.to_le_bytes());
    data.extend((!length).to_le_bytes());
    data.extend(&rows);
    data.extend(adler(&rows).to_be_bytes());
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut file, b"IHDR", &[0, 0, 0, 8, 0, 0, 0, 8, 8, 2, 0, 0, 0]);
    chunk(&mut file, b"IDAT", &data);
    chunk(&mut file, b"IEND", &[]);
    file
}

fn chunk(file: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    file.extend((data.len() as u32).to_be_bytes());
    let start = file.len();
    file.extend(kind);
    file.extend(data);
    let sum = crc(&file[start..]);
    file.extend(sum.to_be_bytes());
}

pub(super) fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 })
    })
}

fn adler(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    b << 16 | a
}
