//! Any photo into one that can be sent: decoded, turned as its camera was, made smaller, written as a JPEG. Nothing else of
//! the file comes along: no place, no camera, no thumbnail. The picture is decoded whole, so a photo of 50 megapixels takes
//! about 160 MB for a moment; phones hand over pictures that they have made smaller themselves.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};

use super::{Journal, Photo};
use crate::error::{Error, Result};

/// How small a photo is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhotoOptions {
    /// Pixels of its longer side at most.
    pub max_side_px: u32,
    /// Bytes at most; its quality, then its size are lowered until it fits.
    pub max_bytes: usize,
}

impl Default for PhotoOptions {
    fn default() -> Self {
        PhotoOptions { max_side_px: 2_048, max_bytes: 1 << 20 }
    }
}

/// Megapixels that are decoded: more is no photo, or no honest one.
const MAX_PIXELS: u64 = 80_000_000;
const MAX_MEMORY: u64 = 400 << 20;
/// Bytes of a file that is looked at.
const MAX_FILE: usize = 64 << 20;
const QUALITIES: [u8; 4] = [85, 75, 65, 50];
const SMALLEST: u32 = 320;

/// Makes a photo ready to be sent. JPEG, PNG and WebP are read; the error says what to do with others.
pub fn encode_jpeg(file: &[u8], to: &PhotoOptions) -> Result<Vec<u8>> {
    if to.max_side_px < 64 || to.max_bytes < 10_000 {
        return Err(Error::invalid("photo", "a size of at least 64 pixels and 10,000 bytes"));
    }
    let photo = decode(file)?;
    let longer = photo.width().max(photo.height());
    let mut side = longer.min(to.max_side_px);
    loop {
        let small = if side < longer { photo.resize(side, side, FilterType::Triangle).to_rgb8() } else { flat(&photo) };
        for quality in QUALITIES {
            let mut jpeg = Vec::new();
            JpegEncoder::new_with_quality(&mut jpeg, quality).encode_image(&small).map_err(Error::internal)?;
            if jpeg.len() <= to.max_bytes {
                return Ok(jpeg);
            }
        }
        if side <= SMALLEST {
            return Err(Error::invalid("photo", format!("one that can be made smaller than {} bytes", to.max_bytes)));
        }
        side = (side * 3 / 4).max(SMALLEST);
    }
}

fn decode(file: &[u8]) -> Result<DynamicImage> {
    if file.len() > MAX_FILE {
        return Err(Error::invalid("photo", format!("a file of at most {} MB", MAX_FILE >> 20)));
    }
    if is_heic(file) {
        let rule = "JPEG, PNG or WebP: this is HEIC, which the server drops unseen; let the camera write “most compatible”, \
                    or convert it";
        return Err(Error::invalid("photo", rule));
    }
    let broken = || Error::invalid("photo", "a whole JPEG, PNG or WebP: this file is damaged, or something else");
    let format = image::guess_format(file).map_err(|_| broken())?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) {
        return Err(broken());
    }
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| broken())?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Error::invalid("photo", format!("at most {} megapixels", MAX_PIXELS / 1_000_000)));
    }
    let turned = decoder.orientation().ok();
    let mut photo = DynamicImage::from_decoder(decoder).map_err(|_| broken())?;
    if let Some(turned) = turned {
        photo.apply_orientation(turned);
    }
    Ok(photo)
}

/// Without transparency: what shows through is white, as on paper.
fn flat(photo: &DynamicImage) -> RgbImage {
    if !photo.color().has_alpha() {
        return photo.to_rgb8();
    }
    let mut flat = RgbImage::new(photo.width(), photo.height());
    for (to, from) in flat.pixels_mut().zip(photo.to_rgba8().pixels()) {
        let [r, g, b, a] = from.0;
        let over = |colour: u8| {
            let (colour, a) = (u32::from(colour), u32::from(a));
            u8::try_from((colour * a + 255 * (255 - a)) / 255).unwrap_or(255)
        };
        to.0 = [over(r), over(g), over(b)];
    }
    flat
}

/// The box that begins every file of the family (ISO 23008-12).
fn is_heic(file: &[u8]) -> bool {
    let brands: [&[u8]; 6] = [b"heic", b"heix", b"heif", b"mif1", b"msf1", b"hevc"];
    file.get(4..8) == Some(b"ftyp") && file.get(8..12).is_some_and(|brand| brands.contains(&brand))
}

impl Journal {
    /// Adds a photo to a report, made ready first.
    pub fn attach(&self, uuid: &str, file: &[u8], to: &PhotoOptions, at_ms: i64) -> Result<Photo> {
        let jpeg = encode_jpeg(file, to)?;
        self.attach_encoded(uuid, &jpeg, at_ms)
    }
}

#[cfg(test)]
mod tests {
    use image::{ImageEncoder, Rgb, Rgba, RgbaImage};

    use super::*;

    fn picture(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| Rgb([(x % 256) as u8, (y % 256) as u8, ((x * 7 + y * 13) % 256) as u8]))
    }

    fn jpeg(picture: &RgbImage) -> Vec<u8> {
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(picture).unwrap();
        bytes
    }

    /// A JPEG whose EXIF says that the camera was turned (orientation 6) and where it was.
    fn turned(picture: &RgbImage) -> Vec<u8> {
        let mut tiff = b"II*\0\x08\0\0\0\x01\0".to_vec();
        tiff.extend(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0");
        tiff.extend(b"GPS 44.876543 6.345678 planted");
        let mut app1 = b"Exif\0\0".to_vec();
        app1.extend(tiff);
        let length = u16::try_from(app1.len() + 2).unwrap().to_be_bytes();
        let plain = jpeg(picture);
        [&plain[..2], b"\xFF\xE1", &length, &app1, &plain[2..]].concat()
    }

    #[test]
    fn a_photo_is_turned_made_smaller_and_says_nothing_of_its_place() {
        let file = turned(&picture(400, 200));
        assert!(file.windows(7).any(|window| window == b"planted"));
        let small = encode_jpeg(&file, &PhotoOptions { max_side_px: 100, max_bytes: 100_000 }).unwrap();
        let read = image::load_from_memory(&small).unwrap();
        assert_eq!((read.width(), read.height()), (50, 100));
        assert!(!small.windows(7).any(|window| window == b"planted") && !small.windows(4).any(|w| w == b"Exif"));
    }

    #[test]
    fn it_fits_its_budget() {
        let file = jpeg(&picture(1_600, 1_200));
        let small = encode_jpeg(&file, &PhotoOptions { max_side_px: 2_048, max_bytes: 40_000 }).unwrap();
        assert!(small.len() <= 40_000 && small.starts_with(b"\xFF\xD8\xFF"));
    }

    #[test]
    fn what_shows_through_is_white() {
        let clear = RgbaImage::from_pixel(8, 8, Rgba([200, 0, 0, 0]));
        let mut png = Vec::new();
        image::codecs::png::PngEncoder::new(&mut png)
            .write_image(&clear, 8, 8, image::ExtendedColorType::Rgba8)
            .unwrap();
        let read = image::load_from_memory(&encode_jpeg(&png, &PhotoOptions::default()).unwrap()).unwrap().to_rgb8();
        assert!(read.pixels().all(|pixel| pixel.0.iter().all(|c| *c > 250)));
    }

    #[test]
    fn what_cannot_be_sent_is_refused_with_what_to_do() {
        let refused = |file: &[u8]| encode_jpeg(file, &PhotoOptions::default()).unwrap_err().to_string();
        assert!(refused(b"\0\0\0\x18ftypheic\0\0\0\0mif1").contains("HEIC"));
        assert!(refused(b"GIF89a").contains("damaged"));
        assert!(refused(b"").contains("damaged"));
        let whole = jpeg(&picture(64, 64));
        assert!(refused(&whole[..40]).contains("damaged"));
        // A header that claims 65,500 × 65,500 pixels.
        let mut bomb = whole.clone();
        let at = bomb.windows(2).position(|window| window == b"\xFF\xC0").unwrap();
        bomb[at + 5..at + 9].copy_from_slice(&[0xFF, 0xDC, 0xFF, 0xDC]);
        assert!(refused(&bomb).contains("megapixels"), "{}", refused(&bomb));
    }
}
