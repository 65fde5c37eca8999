//! Prepares a photo for sending: decodes it, applies its EXIF orientation, scales it down and encodes it as a JPEG without
//! metadata (no position, no camera, no thumbnail).

use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;

use super::Journal;
use super::photo_decoder::{decode, upright};
use super::photo_scale::scale_down;
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

/// The JPEG qualities that are tried for each size.
const QUALITIES: [u8; 4] = [85, 75, 65, 50];
/// The photo is not scaled below this length of its longer side, in pixels.
const MIN_SIDE_PX: u32 = 320;

/// Encodes a JPEG, PNG or WebP file as a JPEG within `options`.
fn encode_jpeg(file: &[u8], options: &PhotoOptions) -> Result<Vec<u8>> {
    if options.max_side_px < 64 || options.max_bytes < 10_000 {
        return Err(Error::invalid("photo", "must be allowed at least 64 pixels and 10,000 bytes"));
    }
    let (decoded, orientation) = decode(file, options.max_side_px)?;
    let is_large = decoded.width().max(decoded.height()) > options.max_side_px;
    // Turning takes a second copy, so the photo is scaled first.
    let photo = upright(if is_large { resize(&decoded, options.max_side_px) } else { decoded }, orientation);
    let longer = photo.width().max(photo.height());
    let mut side = longer;
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
    scale_down(photo, scaled(photo.width()), scaled(photo.height()))
}

impl Journal {
    /// Adds a photo to a report, from the bytes of a JPEG, PNG or WebP file. The photo is turned upright, scaled down and
    /// encoded as a JPEG without metadata.
    ///
    /// A JPEG is scaled while it is decoded: a baseline one of 50 megapixels, which cameras write, takes about 60 MB beside
    /// its file, a progressive one up to 6 bytes a pixel more. PNG and WebP take 3 or 4 bytes a pixel.
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
    use image::{ImageEncoder, Rgb, RgbImage, Rgba, RgbaImage};

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
    fn encode_jpeg_of_truncated_file_is_refused_and_trailing_bytes_are_ignored() {
        let options = PhotoOptions { max_side_px: 100, max_bytes: 100_000 };
        let picture = picture(320, 240);
        let mut webp = Vec::new();
        image::codecs::webp::WebPEncoder::new_lossless(&mut webp)
            .write_image(&picture, 320, 240, image::ExtendedColorType::Rgb8)
            .unwrap();
        let mut png = Vec::new();
        image::codecs::png::PngEncoder::new(&mut png)
            .write_image(&picture, 320, 240, image::ExtendedColorType::Rgb8)
            .unwrap();
        for (format, whole) in
            [("JPEG", jpeg(&picture)), ("JPEG with EXIF", turned(&picture)), ("PNG", png), ("WebP", webp)]
        {
            assert!(encode_jpeg(&whole, &options).is_ok(), "{format}");
            for percent in [10, 50, 90, 99] {
                let refused = encode_jpeg(&whole[..whole.len() * percent / 100], &options);
                let rule = refused.expect_err(format).to_string();
                assert!(rule.contains("truncated"), "{format}, {percent} %: {rule}");
            }
            if format.starts_with("JPEG") {
                assert!(encode_jpeg(&whole[..whole.len() - 1], &options).is_err(), "{format} without its last byte");
                for percent in [30, 50, 90, 99] {
                    let closed = [&whole[..whole.len() * percent / 100], b"\xFF\xD9"].concat();
                    let rule = encode_jpeg(&closed, &options).expect_err(format).to_string();
                    assert!(rule.contains("truncated"), "{format}, {percent} %, closed: {rule}");
                }
                let filled = [&whole[..whole.len() - 2], b"\xFF\xFF\xFF\xD9"].concat();
                assert!(encode_jpeg(&filled, &options).is_ok(), "{format} with fill bytes before its end marker");
                // A copy that ended early, in a file of the whole size.
                let mut zeros = whole.clone();
                zeros[whole.len() * 9 / 10..].fill(0);
                assert!(encode_jpeg(&zeros, &options).is_err(), "{format} with zeros at its end");
            }
            let trailing = [&whole[..], b"\0\0\0\x18ftypmp42 a video"].concat();
            assert!(encode_jpeg(&trailing, &options).is_ok(), "{format} with trailing bytes");
        }
    }

    #[test]
    fn encode_jpeg_of_grey_jpeg_is_grey() {
        let grey = image::GrayImage::from_fn(300, 200, |x, _| image::Luma([(x % 256) as u8]));
        let mut file = Vec::new();
        JpegEncoder::new_with_quality(&mut file, 90).encode_image(&grey).unwrap();
        let small = encode_jpeg(&file, &PhotoOptions { max_side_px: 150, max_bytes: 100_000 }).unwrap();
        let read = image::load_from_memory(&small).unwrap().to_rgb8();
        assert_eq!((read.width(), read.height()), (150, 100));
        assert!(read.pixels().all(|pixel| pixel.0.iter().all(|value| value.abs_diff(pixel.0[0]) <= 3)));
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
