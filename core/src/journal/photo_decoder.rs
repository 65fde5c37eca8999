//! Decodes a photo. JPEG is decoded by the crate `jpeg-decoder`: it scales while it decodes (a photo of 50 megapixels takes
//! about 60 MB instead of 150), and it refuses a truncated file. The decoder of the crate `image` does neither: it fills the
//! missing part with grey. A file that was truncated and then closed with an end marker is refused, too: see [`FILLER`].

use std::io::{Cursor, Read};

use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::imageops;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, Limits, RgbImage};
use jpeg_decoder::{CodingProcess, PixelFormat};

use super::photo_files::end_of_image;
use crate::error::{Error, Result};

/// Maximum number of pixels of a baseline JPEG. A header that declares more is an error or an attack.
const MAX_PIXELS: u64 = 80_000_000;
/// Maximum number of pixels of a progressive JPEG, a PNG or a WebP. Their decoders keep the whole photo in memory, up to six bytes
/// for each pixel, and no camera writes them: they are screenshots and edited photos.
const MAX_PIXELS_IN_MEMORY: u64 = 40_000_000;
/// Maximum memory of the decoders of PNG and WebP, in bytes.
const MAX_MEMORY: u64 = 200 << 20;
/// Maximum number of scans of a JPEG. Encoders write about ten. A scan of 60 bytes can cover all pixels of a progressive photo, and
/// the decoder visits all of them for each scan.
const MAX_SCANS: usize = 100;
/// The marker before a scan.
const START_OF_SCAN: &[u8] = &[0xFF, 0xDA];
/// Maximum size of a file, in bytes.
const MAX_FILE: usize = 64 << 20;

/// Decodes a JPEG, PNG or WebP file. Its longer side may be reduced, but is at least `max_side_px` if it was. The photo is not
/// turned upright yet: see [`upright`].
pub(super) fn decode(file: &[u8], max_side_px: u32) -> Result<(RgbImage, Orientation)> {
    if file.len() > MAX_FILE {
        return Err(Error::invalid("photo", format!("must have at most {} MB", MAX_FILE >> 20)));
    }
    if is_heic(file) {
        let rule = "must be JPEG, PNG or WebP, but is HEIC, which the server would drop; set the camera to “most compatible”, or \
                    convert the photo";
        return Err(Error::invalid("photo", rule));
    }
    match image::guess_format(file) {
        Ok(ImageFormat::Jpeg) => decode_jpeg(file, max_side_px),
        Ok(ImageFormat::Png) => decode_other(PngDecoder::new(Cursor::new(file))),
        Ok(ImageFormat::WebP) => decode_other(WebPDecoder::new(Cursor::new(file))),
        _ => Err(damaged()),
    }
}

fn damaged() -> Error {
    Error::invalid("photo", "must be a complete JPEG, PNG or WebP; the file is truncated, damaged or of another format")
}

fn check_pixels(width: u32, height: u32, max_pixels: u64) -> Result<()> {
    if u64::from(width) * u64::from(height) > max_pixels {
        return Err(Error::invalid("photo", format!("must have at most {} megapixels", max_pixels / 1_000_000)));
    }
    Ok(())
}

/// Bytes that are inserted before the end marker of a JPEG. The decoder takes zero bits for those that a scan lacks there, and
/// zero bits are pixels. These are one bits, with the zero byte that keeps 0xFF from being a marker: no Huffman code has one
/// bits only (ITU-T T.81, Annex C), so a scan that lacks pixels fails. The decoder skips the filler after a complete scan. It reads
/// eight bytes ahead, and a code and its value have at most four.
const FILLER: [u8; 64] = {
    let mut filler = [0; 64];
    let mut index = 0;
    while index < filler.len() {
        filler[index] = 0xFF;
        index += 2;
    }
    filler
};

/// Decodes a JPEG up to its end marker; bytes after it are ignored (several pictures or a video in one file).
fn decode_jpeg(file: &[u8], max_side_px: u32) -> Result<(RgbImage, Orientation)> {
    let (scans, end) = file.split_at(end_of_image(file).ok_or_else(damaged)?);
    // A scan's own data never has the marker; an embedded thumbnail has one or a few.
    if scans.windows(START_OF_SCAN.len()).filter(|bytes| *bytes == START_OF_SCAN).nth(MAX_SCANS).is_some() {
        return Err(damaged());
    }
    let mut decoder = jpeg_decoder::Decoder::new(scans.chain(&FILLER[..]).chain(end));
    decoder.read_info().map_err(|_| damaged())?;
    let full = decoder.info().ok_or_else(damaged)?;
    let max_pixels = match full.coding_process {
        CodingProcess::DctSequential => MAX_PIXELS,
        CodingProcess::DctProgressive | CodingProcess::Lossless => MAX_PIXELS_IN_MEMORY,
    };
    check_pixels(full.width.into(), full.height.into(), max_pixels)?;
    // The decoder takes the smallest scale at which one side is at least as long as asked.
    let longer = u64::from(full.width.max(full.height)).max(1);
    let side =
        |pixels: u16| u16::try_from((u64::from(pixels) * u64::from(max_side_px)).div_ceil(longer)).unwrap_or(u16::MAX);
    decoder.scale(side(full.width), side(full.height)).map_err(|_| damaged())?;
    let pixels = decoder.decode().map_err(|_| damaged())?;
    let info = decoder.info().ok_or_else(damaged)?;
    let rgb = match info.pixel_format {
        PixelFormat::RGB24 => pixels,
        PixelFormat::L8 => pixels.iter().flat_map(|grey| [*grey; 3]).collect(),
        // The decoder inverts the inks, as Adobe's files do.
        PixelFormat::CMYK32 => {
            pixels.chunks_exact(4).flat_map(|inks| cmyk_to_rgb([inks[0], inks[1], inks[2], inks[3]])).collect()
        }
        // Lossless JPEG, a format of scanners.
        PixelFormat::L16 => return Err(damaged()),
    };
    let photo = RgbImage::from_raw(info.width.into(), info.height.into(), rgb).ok_or_else(damaged)?;
    let orientation = decoder.exif_data().and_then(Orientation::from_exif_chunk).unwrap_or(Orientation::NoTransforms);
    Ok((photo, orientation))
}

fn cmyk_to_rgb([c, m, y, k]: [u8; 4]) -> [u8; 3] {
    [c, m, y].map(|ink| {
        let light = u16::from(255 - ink) * u16::from(255 - k) / 255;
        u8::try_from(light).unwrap_or(u8::MAX)
    })
}

/// Decodes a PNG or WebP file. The result has one type of pixel, because the code of all others would be much larger.
fn decode_other(decoder: image::ImageResult<impl ImageDecoder>) -> Result<(RgbImage, Orientation)> {
    let mut decoder = decoder.map_err(|_| damaged())?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_MEMORY);
    decoder.set_limits(limits).map_err(|_| damaged())?;
    let (width, height) = decoder.dimensions();
    check_pixels(width, height, MAX_PIXELS_IN_MEMORY)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok((on_white(DynamicImage::from_decoder(decoder).map_err(|_| damaged())?), orientation))
}

/// Undoes the rotation of the camera. The function of the crate `image` compiles this for every type of pixel.
pub(super) fn upright(mut photo: RgbImage, orientation: Orientation) -> RgbImage {
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
