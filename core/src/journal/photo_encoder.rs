//! Prepares a photo for sending: decodes it, applies its EXIF orientation, scales it down and encodes it as a JPEG without
//! metadata (no position, no camera, no thumbnail). The whole picture is decoded: a photo of 50 megapixels takes about 160 MB
//! for a moment. Apps on phones scale photos down with the platform's decoder instead.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};

use super::Journal;
use super::record::Photo;
use crate::error::{Error, Result};

/// The limits of an encoded photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhotoOptions {
    /// Maximum length of the longer side, in pixels.
    pub max_side_px: u32,
    /// Maximum size of the file, in bytes. The quality, then the dimensions are reduced until the photo fits.
    pub max_bytes: usize,
}

impl Default for PhotoOptions {
    fn default() -> Self {
        PhotoOptions { max_side_px: 2_048, max_bytes: 1 << 20 }
    }
}

/// Maximum number of pixels. A header that declares more is an error or an attack.
const MAX_PIXELS: u64 = 80_000_000;
/// Maximum memory of the decoder, in bytes.
const MAX_MEMORY: u64 = 400 << 20;
/// Maximum size of a file, in bytes.
const MAX_FILE: usize = 64 << 20;
/// The JPEG qualities that are tried for each size.
const QUALITIES: [u8; 4] = [85, 75, 65, 50];
/// The photo is not scaled below this length of its longer side, in pixels.
const MIN_SIDE_PX: u32 = 320;

/// Encodes a JPEG, PNG or WebP file as a JPEG within `options`.
fn encode_jpeg(file: &[u8], options: &PhotoOptions) -> Result<Vec<u8>> {
    if options.max_side_px < 64 || options.max_bytes < 10_000 {
        return Err(Error::invalid("photo", "must be allowed at least 64 pixels and 10,000 bytes"));
    }
    let photo = decode(file)?;
    let longer = photo.width().max(photo.height());
    let mut side = longer.min(options.max_side_px);
    loop {
        let scaled = if side < longer { &resize(&photo, side) } else { &photo };
        for quality in QUALITIES {
            let mut jpeg = Vec::new();
            JpegEncoder::new_with_quality(&mut jpeg, quality).encode_image(scaled).map_err(Error::internal)?;
            if jpeg.len() <= options.max_bytes {
                return Ok(jpeg);
            }
        }
        if side <= MIN_SIDE_PX {
            let rule = format!("must be reducible to {} bytes", options.max_bytes);
            return Err(Error::invalid("photo", rule));
        }
        side = (side * 3 / 4).max(MIN_SIDE_PX);
    }
}

/// Scales a photo to a length of its longer side.
fn resize(photo: &RgbImage, side: u32) -> RgbImage {
    let ratio = f64::from(side) / f64::from(photo.width().max(photo.height()));
    let scaled = |pixels: u32| ((f64::from(pixels) * ratio).round() as u32).max(1);
    imageops::resize(photo, scaled(photo.width()), scaled(photo.height()), FilterType::Triangle)
}

/// Decodes a photo and turns it upright. The result has one type of pixel, because the code of all others would be much larger.
fn decode(file: &[u8]) -> Result<RgbImage> {
    if file.len() > MAX_FILE {
        return Err(Error::invalid("photo", format!("must have at most {} MB", MAX_FILE >> 20)));
    }
    if is_heic(file) {
        let rule = "must be JPEG, PNG or WebP, but is HEIC, which the server would drop; set the camera to “most compatible”, or \
                    convert the photo";
        return Err(Error::invalid("photo", rule));
    }
    let damaged =
        || Error::invalid("photo", "must be a complete JPEG, PNG or WebP; the file is damaged or of another format");
    let format = image::guess_format(file).map_err(|_| damaged())?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) {
        return Err(damaged());
    }
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| damaged())?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Error::invalid("photo", format!("must have at most {} megapixels", MAX_PIXELS / 1_000_000)));
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let photo = on_white(DynamicImage::from_decoder(decoder).map_err(|_| damaged())?);
    Ok(upright(photo, orientation))
}

/// Undoes the rotation of the camera.
fn upright(mut photo: RgbImage, orientation: Orientation) -> RgbImage {
    match orientation {
        Orientation::NoTransforms | Orientation::FlipHorizontal => {}
        Orientation::Rotate90 | Orientation::Rotate90FlipH => photo = imageops::rotate90(&photo),
        Orientation::Rotate270 | Orientation::Rotate270FlipH => photo = imageops::rotate270(&photo),
        Orientation::Rotate180 => imageops::rotate180_in_place(&mut photo),
        Orientation::FlipVertical => imageops::flip_vertical_in_place(&mut photo),
    }
    let is_mirrored =
        matches!(orientation, Orientation::FlipHorizontal | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH);
    if is_mirrored {
        imageops::flip_horizontal_in_place(&mut photo);
    }
    photo
}

/// Blends transparent pixels with white.
fn on_white(photo: DynamicImage) -> RgbImage {
    if !photo.color().has_alpha() {
        return photo.into_rgb8();
    }
    let mut opaque = RgbImage::new(photo.width(), photo.height());
    for (to, from) in opaque.pixels_mut().zip(photo.into_rgba8().pixels()) {
        let [r, g, b, a] = from.0;
        let over = |colour: u8| {
            let (colour, a) = (u32::from(colour), u32::from(a));
            u8::try_from((colour * a + 255 * (255 - a)) / 255).unwrap_or(255)
        };
        to.0 = [over(r), over(g), over(b)];
    }
    opaque
}

/// Whether the file starts with a HEIF file type box (ISO 23008-12).
fn is_heic(file: &[u8]) -> bool {
    let brands: [&[u8]; 6] = [b"heic", b"heix", b"heif", b"mif1", b"msf1", b"hevc"];
    file.get(4..8) == Some(b"ftyp") && file.get(8..12).is_some_and(|brand| brands.contains(&brand))
}

impl Journal {
    /// Adds a photo to a report, from the bytes of a JPEG, PNG or WebP file. The photo is turned upright, scaled down and
    /// encoded as a JPEG without metadata. Needs memory for the whole decoded photo.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for a damaged or unsupported file, and the errors of [`Journal::attach_encoded`].
    pub fn attach(&self, report: &str, file: &[u8], options: &PhotoOptions, at_ms: i64) -> Result<Photo> {
        let jpeg = encode_jpeg(file, options)?;
        self.attach_encoded(report, &jpeg, at_ms)
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

    /// A JPEG with EXIF data: orientation 6, and a position.
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
    fn encode_jpeg_applies_orientation_scales_down_and_drops_metadata() {
        let file = turned(&picture(400, 200));
        assert!(file.windows(7).any(|window| window == b"planted"));
        let small = encode_jpeg(&file, &PhotoOptions { max_side_px: 100, max_bytes: 100_000 }).unwrap();
        let read = image::load_from_memory(&small).unwrap();
        assert_eq!((read.width(), read.height()), (50, 100));
        assert!(!small.windows(7).any(|window| window == b"planted") && !small.windows(4).any(|w| w == b"Exif"));
    }

    #[test]
    fn encode_jpeg_fits_max_bytes() {
        let file = jpeg(&picture(1_600, 1_200));
        let small = encode_jpeg(&file, &PhotoOptions { max_side_px: 2_048, max_bytes: 40_000 }).unwrap();
        assert!(small.len() <= 40_000 && small.starts_with(b"\xFF\xD8\xFF"));
    }

    #[test]
    fn encode_jpeg_of_transparent_picture_is_white() {
        let clear = RgbaImage::from_pixel(8, 8, Rgba([200, 0, 0, 0]));
        let mut png = Vec::new();
        image::codecs::png::PngEncoder::new(&mut png)
            .write_image(&clear, 8, 8, image::ExtendedColorType::Rgba8)
            .unwrap();
        let read = image::load_from_memory(&encode_jpeg(&png, &PhotoOptions::default()).unwrap()).unwrap().to_rgb8();
        assert!(read.pixels().all(|pixel| pixel.0.iter().all(|c| *c > 250)));
    }

    #[test]
    fn encode_jpeg_of_unsupported_file_says_what_to_do() {
        let refused = |file: &[u8]| encode_jpeg(file, &PhotoOptions::default()).unwrap_err().to_string();
        assert!(refused(b"\0\0\0\x18ftypheic\0\0\0\0mif1").contains("HEIC"));
        assert!(refused(b"GIF89a").contains("damaged"));
        assert!(refused(b"").contains("damaged"));
        let whole = jpeg(&picture(64, 64));
        assert!(refused(&whole[..40]).contains("damaged"));
        // A header that declares 65,500 × 65,500 pixels.
        let mut bomb = whole.clone();
        let at = bomb.windows(2).position(|window| window == b"\xFF\xC0").unwrap();
        bomb[at + 5..at + 9].copy_from_slice(&[0xFF, 0xDC, 0xFF, 0xDC]);
        assert!(refused(&bomb).contains("megapixels"), "{}", refused(&bomb));
    }
}
