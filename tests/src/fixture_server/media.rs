//! Pictures under `/media/`, made from their path, with the validators and ranges nginx gives.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use http::HeaderMap;
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};

use super::reply::Reply;
use super::{lock, small};
use crate::generator::HOSTILE;

/// A media type and its bytes.
type Medium = (&'static str, Arc<[u8]>);

/// The media of a server.
#[derive(Default)]
pub(super) struct Media {
    /// The bytes of each photograph, when they are to be all alike and small.
    bytes: Option<usize>,
    /// How often a medium was replaced by another, by path.
    versions: Mutex<BTreeMap<String, u32>>,
    /// Photographs take time to make.
    made: Mutex<BTreeMap<(String, u32), Medium>>,
}

impl Media {
    pub(super) fn new(bytes: Option<usize>) -> Self {
        Self { bytes, ..Self::default() }
    }

    /// Replaces a medium by another one.
    pub(super) fn renew(&self, path: &str) {
        *lock(&self.versions).entry(path.to_owned()).or_default() += 1;
    }

    pub(super) fn answer(&self, path: &str, headers: &HeaderMap, ranges: bool) -> Reply {
        let version = lock(&self.versions).get(path).copied().unwrap_or(0);
        let Some((kind, body)) = self.make(path, version) else { return Reply::not_found() };
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let tag = format!("\"{:08x}-{:x}\"", seed(path, version), body.len());
        let minutes = 19 * 60 + 56 + version;
        let dated = format!("Mon, 23 Nov 2026 {:02}:{:02}:33 GMT", minutes / 60 % 24, minutes % 60);
        let dress = |reply: Reply| {
            let reply = reply.with("etag", tag.clone()).with("last-modified", dated.clone());
            reply.with("accept-ranges", "bytes").with("cache-control", "max-age=86400")
        };
        let unchanged = match header("if-none-match") {
            Some(tags) => tags.split(',').any(|known| known.trim().trim_start_matches("W/") == tag),
            None => header("if-modified-since") == Some(&dated),
        };
        if unchanged {
            return dress(Reply::new(304, kind, Vec::new()));
        }
        let same = header("if-range").is_none_or(|known| known == tag || known == dated);
        let range = header("range").filter(|_| same && ranges).and_then(|range| range.strip_prefix("bytes="));
        let Some(range) = range else { return dress(Reply::new(200, kind, body.to_vec())) };
        match bounds(range, body.len()) {
            Some((from, to)) => {
                let part = dress(Reply::new(206, kind, body[from..=to].to_vec()));
                part.with("content-range", format!("bytes {from}-{to}/{}", body.len()))
            }
            None => Reply::html(416).with("content-range", format!("bytes */{}", body.len())),
        }
    }

    fn make(&self, path: &str, version: u32) -> Option<Medium> {
        let key = (path.to_owned(), version);
        if let Some(made) = lock(&self.made).get(&key) {
            return Some(made.clone());
        }
        let seed = seed(path, version);
        let (kind, body) = match path.rsplit('.').next()? {
            _ if path.starts_with(HOSTILE) => ("image/jpeg", small::jpeg(seed, 400)),
            "jpg" => ("image/jpeg", self.bytes.map_or_else(|| jpeg(seed, path), |bytes| small::jpeg(seed, bytes))),
            "png" => ("image/png", png(seed)),
            "svg" => ("image/svg+xml", svg(seed)),
            _ => return None,
        };
        let made = (kind, Arc::from(body));
        lock(&self.made).insert(key, made.clone());
        Some(made)
    }
}

/// What the bytes of a medium follow from.
fn seed(path: &str, version: u32) -> u32 {
    crc(path.as_bytes()) ^ crc(&version.to_be_bytes()) ^ crc(&[0; 4])
}

/// First and last byte of `a-b`, `a-` or `-n`; none when nothing of it is there.
fn bounds(range: &str, length: usize) -> Option<(usize, usize)> {
    let (from, to) = range.split_once('-')?;
    if from.is_empty() {
        let last: usize = to.parse().ok()?;
        return (last > 0 && length > 0).then(|| (length.saturating_sub(last), length - 1));
    }
    let from = from.parse().ok()?;
    let to = if to.is_empty() { length - 1 } else { to.parse::<usize>().ok()?.min(length - 1) };
    (from <= to).then_some((from, to))
}

/// A landscape: sky, a ridge and its shade, in colours of its own; a thumbnail when the path says so.
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

fn svg(seed: u32) -> Vec<u8> {
    let colour = seed & 0xff_ffff;
    let circle = format!("<circle cx=\"8\" cy=\"8\" r=\"7\" fill=\"#{colour:06x}\"/>");
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 16\">{circle}</svg>").into_bytes()
}

/// A square of eight pixels in one colour, stored without compression.
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
