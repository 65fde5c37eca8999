//! A style with the glyphs and the sprite that it names, as files of a web host. Glyphs are not those of a font: each code
//! point has a pattern of 3 × 4 cells of its own in a frame.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use image::{ImageFormat, Rgba, RgbaImage};
use serde_json::{Value, json};

use super::Result;

/// The font stack of the labels. Names of fonts have spaces, and stacks have commas.
pub const FONT_STACK: &str = "Test Sans Regular,Test Sans Fallback";
/// The name of the icon in the sprite.
pub const ICON: &str = "marker";
/// The text of the labels. Its last letter is in a block that no glyph file has.
pub const LABEL: &str = "Été d’Ж";
/// The blocks of 256 code points that have a glyph file: Latin, and punctuation.
pub const GLYPH_BLOCKS: [u32; 3] = [0, 1, 32];

/// Width and height of a glyph in pixels, and of the border in which its distances fall off.
const GLYPH: (i32, i32) = (14, 18);
const BORDER: i32 = 3;
/// Width of an icon in pixels, at single density.
const ICON_PIXELS: u32 = 16;

/// Writes `style.json`, `fonts/<stack>/<range>.pbf` and `sprites/marker{,@2x}.{json,png}` into a folder that is served at
/// `base_url`. The style draws the vector map at `archive_url`, with labels on the land and icons along the paths.
///
/// # Errors
/// Those of the file system.
pub fn write_style(folder: &Path, base_url: &str, archive_url: &str) -> Result<()> {
    fs::write(folder.join("style.json"), style(base_url, archive_url).to_string())?;
    let stack = folder.join("fonts").join(FONT_STACK);
    fs::create_dir_all(&stack)?;
    for block in GLYPH_BLOCKS {
        fs::write(stack.join(format!("{}-{}.pbf", block * 256, block * 256 + 255)), glyphs(block))?;
    }
    let sprites = folder.join("sprites");
    fs::create_dir_all(&sprites)?;
    for (suffix, density) in [("", 1), ("@2x", 2)] {
        let pixels = ICON_PIXELS * density;
        let index = json!({ ICON: { "x": 0, "y": 0, "width": pixels, "height": pixels, "pixelRatio": density } });
        fs::write(sprites.join(format!("marker{suffix}.json")), index.to_string())?;
        // A magenta disc: no other part of the map has this colour.
        let half = f64::from(pixels) / 2.0;
        let is_inside = |x: u32, y: u32| (f64::from(x) + 0.5 - half).hypot(f64::from(y) + 0.5 - half) < half - 1.0;
        let color = |x, y| if is_inside(x, y) { Rgba([255, 0, 255, 255]) } else { Rgba([0, 0, 0, 0]) };
        let mut bytes = Cursor::new(Vec::new());
        RgbaImage::from_fn(pixels, pixels, color).write_to(&mut bytes, ImageFormat::Png)?;
        fs::write(sprites.join(format!("marker{suffix}.png")), bytes.into_inner())?;
    }
    Ok(())
}

fn style(base_url: &str, archive_url: &str) -> Value {
    let layer = |id: &str, kind: &str, source_layer: &str, paint: Value, layout: Value| json!({ "id": id, "type": kind, "source": "map", "source-layer": source_layer, "paint": paint, "layout": layout });
    json!({
        "version": 8,
        "name": "Test style",
        "sources": {
            "map": { "type": "vector", "url": format!("pmtiles://{archive_url}") },
            "hills": { "type": "raster-dem", "url": "https://hills.invalid/tiles.json" }
        },
        "glyphs": format!("{base_url}/fonts/{{fontstack}}/{{range}}.pbf"),
        "sprite": format!("{base_url}/sprites/marker"),
        "layers": [
            { "id": "background", "type": "background", "paint": { "background-color": "#f2efe6" } },
            { "id": "hills", "type": "hillshade", "source": "hills" },
            layer("land", "fill", "land", json!({ "fill-color": "#d8e4c8", "fill-antialias": false }), json!({})),
            layer("water", "fill", "water", json!({ "fill-color": "#96bee2" }), json!({})),
            layer("path", "line", "path", json!({ "line-color": "#c82828", "line-width": 3 }), json!({})),
            layer("icons", "symbol", "path", json!({}), json!({
                "icon-image": ICON, "symbol-placement": "line", "symbol-spacing": 60, "icon-allow-overlap": true
            })),
            layer("labels", "symbol", "land", json!({ "text-color": "#0000ff" }), json!({
                "text-field": LABEL, "text-font": FONT_STACK.split(',').collect::<Vec<_>>(), "text-size": 14
            })),
        ]
    })
}

/// The glyphs of 256 code points: signed distance fields in the protocol buffer that MapLibre reads.
fn glyphs(block: u32) -> Vec<u8> {
    let (start, end) = (block * 256, block * 256 + 255);
    let mut stack = Vec::new();
    field(&mut stack, 1, FONT_STACK.as_bytes());
    field(&mut stack, 2, format!("{start}-{end}").as_bytes());
    for code_point in start..=end {
        field(&mut stack, 3, &glyph(code_point));
    }
    let mut message = Vec::new();
    field(&mut message, 1, &stack);
    message
}

fn glyph(code_point: u32) -> Vec<u8> {
    // A space has no bitmap. Fields with 0 are written, too: they are required.
    let (width, height) = if code_point == u32::from(' ') { (0, 0) } else { GLYPH };
    let mut glyph = Vec::new();
    number(&mut glyph, 1, code_point);
    if width > 0 {
        field(&mut glyph, 2, &distances(code_point));
    }
    number(&mut glyph, 3, width as u32);
    number(&mut glyph, 4, height as u32);
    // Zigzag encoding of the left bearing, 1, and of the top bearing, -8: relative to the ascender.
    number(&mut glyph, 5, 2);
    number(&mut glyph, 6, 15);
    number(&mut glyph, 7, GLYPH.0 as u32 + 3);
    glyph
}

/// The distance of each pixel from the edge of the ink: 192 on the edge, 32 less for each pixel outside.
fn distances(code_point: u32) -> Vec<u8> {
    let pattern = code_point.wrapping_mul(0x9e37_79b1) >> 16;
    let is_ink = |x: i32, y: i32| {
        let is_frame = x < 2 || y < 2 || x >= GLYPH.0 - 2 || y >= GLYPH.1 - 2;
        let cell = (x - 2) * 3 / (GLYPH.0 - 4) + (y - 2) * 4 / (GLYPH.1 - 4) * 3;
        (0..GLYPH.0).contains(&x) && (0..GLYPH.1).contains(&y) && (is_frame || pattern >> cell & 1 == 1)
    };
    let mut bytes = Vec::new();
    for y in -BORDER..GLYPH.1 + BORDER {
        for x in -BORDER..GLYPH.0 + BORDER {
            let own = is_ink(x, y);
            let around = (-4..=4).flat_map(|dy| (-4..=4).map(move |dx| (dx, dy)));
            let others = around.filter(|(dx, dy)| is_ink(x + dx, y + dy) != own);
            let nearest = others.map(|(dx, dy)| f64::from(dx).hypot(f64::from(dy))).fold(4.0, f64::min) - 0.5;
            let outside = if own { -nearest } else { nearest };
            bytes.push((192.0 - 32.0 * outside).clamp(0.0, 255.0) as u8);
        }
    }
    bytes
}

/// Appends a field of bytes.
fn field(message: &mut Vec<u8>, id: u32, bytes: &[u8]) {
    varint(message, id << 3 | 2);
    varint(message, bytes.len() as u32);
    message.extend(bytes);
}

/// Appends a field with a number.
fn number(message: &mut Vec<u8>, id: u32, value: u32) {
    varint(message, id << 3);
    varint(message, value);
}

fn varint(message: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        message.push(value as u8 | 0x80);
        value >>= 7;
    }
    message.push(value as u8);
}
