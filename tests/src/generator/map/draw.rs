//! A tile as a picture or as a vector tile.

use std::io::{Cursor, Write};

use flate2::write::GzEncoder;
use image::{ImageFormat, Rgb, RgbImage};
use mvt::{GeomData, GeomEncoder, GeomType, Tile};

use super::scene::{EXTENT, Shapes};
use super::{PIXELS, Result};

const BACKGROUND: Rgb<u8> = Rgb([242, 239, 230]);
const LAND: [Rgb<u8>; 4] = [Rgb([200, 224, 180]), Rgb([176, 208, 160]), Rgb([224, 216, 200]), Rgb([208, 204, 200])];
const WATER: Rgb<u8> = Rgb([150, 190, 226]);
const PATH: Rgb<u8> = Rgb([200, 40, 40]);

/// Draws a PNG picture.
pub(super) fn raster(shapes: &Shapes) -> Result<Vec<u8>> {
    let mut picture = RgbImage::from_pixel(PIXELS, PIXELS, BACKGROUND);
    let scale = f64::from(PIXELS) / EXTENT;
    let pixel = |value: f64| (value * scale).round().clamp(0.0, f64::from(PIXELS)) as u32;
    let mut fill = |rect: &[f64; 4], color: Rgb<u8>| {
        let [west, north, east, south] = rect.map(pixel);
        for (x, y) in (north..south).flat_map(|y| (west..east).map(move |x| (x, y))) {
            picture.put_pixel(x, y, color);
        }
    };
    for (patch, class) in &shapes.patches {
        fill(patch, LAND[usize::from(class % 4)]);
    }
    if let Some(water) = &shapes.water {
        fill(water, WATER);
    }
    let half = EXTENT / f64::from(PIXELS);
    for edge in shapes.paths.iter().flat_map(|path| path.windows(2)) {
        let (from, step) = (edge[0], (edge[1].0 - edge[0].0, edge[1].1 - edge[0].1));
        let steps = (step.0.abs().max(step.1.abs()) * scale).ceil().max(1.0);
        for index in 0..=steps as u32 {
            let share = f64::from(index) / steps;
            let (x, y) = (from.0 + share * step.0, from.1 + share * step.1);
            fill(&[x - half, y - half, x + half, y + half], PATH);
        }
    }
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

/// Encodes a Mapbox Vector Tile, compressed with gzip.
pub(super) fn vector(shapes: &Shapes) -> Result<Vec<u8>> {
    let mut tile = Tile::new(EXTENT as u32);
    let mut land = tile.create_layer("land");
    for (patch, class) in &shapes.patches {
        let mut feature = land.into_feature(rectangle(patch)?);
        feature.add_tag_uint("class", u64::from(*class));
        land = feature.into_layer();
    }
    let mut water = tile.create_layer("water");
    if let Some(rect) = &shapes.water {
        water = water.into_feature(rectangle(rect)?).into_layer();
    }
    let mut path = tile.create_layer("path");
    for line in &shapes.paths {
        let mut geometry = GeomEncoder::new(GeomType::Linestring);
        for (x, y) in line {
            geometry.add_point(*x, *y)?;
        }
        path = path.into_feature(geometry.encode()?).into_layer();
    }
    for layer in [land, water, path].into_iter().filter(|layer| layer.num_features() > 0) {
        tile.add_layer(layer)?;
    }
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&tile.to_bytes()?)?;
    Ok(encoder.finish()?)
}

/// A polygon; its ring runs clockwise on the screen.
fn rectangle([west, north, east, south]: &[f64; 4]) -> Result<GeomData> {
    let mut geometry = GeomEncoder::new(GeomType::Polygon);
    for (x, y) in [(west, north), (east, north), (east, south), (west, south)] {
        geometry.add_point(*x, *y)?;
    }
    Ok(geometry.encode()?)
}
