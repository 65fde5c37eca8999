//! The cover of an area beside a slow twin: sampled positions, measured by Karney's geodesic.

use geo::{Distance, Geodesic};
use geo_types::Point;
use proptest::prelude::*;

use super::area::{MAX_CORRIDOR_M, MapArea};
use super::coord::{MAX_LAT, TileCoord};
use super::cover::{MAX_TILES, TileCover};
use crate::line::MeasuredLine;
use crate::model::{Bounds, Position};

fn corridor(coordinates: &[(f64, f64)], distance_m: f64) -> MapArea {
    let line = coordinates.iter().map(|(lon, lat)| Position::new(*lon, *lat)).collect();
    MapArea::Corridor { lines: vec![line], distance_m }
}

fn metres(a: Position, b: Position) -> f64 {
    Geodesic.distance(Point::from(a), Point::from(b))
}

/// Positions along a line, `step_m` apart.
fn sampled(line: &[Position], step_m: f64) -> Vec<Position> {
    let measured = MeasuredLine::new(line).unwrap();
    let count = (measured.length_m() / step_m).ceil() as usize;
    (0..=count).map(|index| measured.position_at(index as f64 * step_m).unwrap()).collect()
}

/// The shortest distance from the samples to a grid of positions in a tile.
fn distance_to_tile_m(samples: &[Position], tile: TileCoord) -> f64 {
    let rect = tile.bounds();
    samples
        .iter()
        .map(|sample| {
            let turned = [sample.lon - 360.0, sample.lon, sample.lon + 360.0];
            let clamped =
                turned.map(|lon| (lon.clamp(rect.west, rect.east), (lon - lon.clamp(rect.west, rect.east)).abs()));
            let lon = clamped.iter().fold((0.0, f64::INFINITY), |best, one| if one.1 < best.1 { *one } else { best }).0;
            metres(*sample, Position::new(lon, sample.lat.clamp(rect.south, rect.north)))
        })
        .fold(f64::INFINITY, f64::min)
}

fn path() -> impl Strategy<Value = Vec<Position>> {
    let step = (-0.03..0.03, -0.02..0.02);
    let start = prop_oneof![(-180.0..180.0, -80.0..80.0), (179.98..180.0, -60.0..60.0), (5.0..7.0, 44.0..46.0)];
    (start, prop::collection::vec(step, 0..6)).prop_map(|((lon, lat), steps)| {
        let mut at: (f64, f64) = (lon, lat);
        let mut line = vec![Position::new(lon, lat)];
        for (by_lon, by_lat) in steps {
            at = (at.0 + by_lon, at.1 + by_lat);
            line.push(Position::new((at.0 + 180.0).rem_euclid(360.0) - 180.0, at.1));
        }
        line
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn corridor_has_every_tile_near_the_line_and_no_other(
        line in path(), distance in prop_oneof![Just(0.0), 1.0..3_000.0], z in 9..=14_u8, seed: u64,
    ) {
        let cover = TileCover::new(&MapArea::Corridor { lines: vec![line.clone()], distance_m: distance }, z, z).unwrap();
        let step_m = 25.0;
        let samples = sampled(&line, step_m);
        // Every position within the distance lies in a tile of the cover.
        let mut random = seed;
        for sample in &samples {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (bearing, share) = ((random >> 32) as f64 / 4e9 * 360.0, (random & 0xffff) as f64 / 65_536.0);
            let near = geo::Destination::destination(&Geodesic, Point::from(*sample), bearing, distance * share);
            prop_assert!(cover.contains(TileCoord::containing(near.x(), near.y(), z)));
        }
        // Every tile is near the line, but for the distance between samples and the stated slack.
        for tile in cover.tiles() {
            let off = distance_to_tile_m(&samples, tile);
            prop_assert!(off <= distance * 1.01 + step_m + 1.0, "{off} m, {tile:?}");
        }
        // The neighbours of the cover are further away than the distance.
        for tile in cover.tiles() {
            for (x, y) in [(tile.x().wrapping_add(1), tile.y()), (tile.x(), tile.y().wrapping_sub(1))] {
                let Ok(neighbor) = TileCoord::new(z, x, y) else { continue };
                if !cover.contains(neighbor) {
                    let off = distance_to_tile_m(&samples, neighbor);
                    prop_assert!(off >= distance * 0.999 - 0.5, "{off} m, {neighbor:?}");
                }
            }
        }
    }

    #[test]
    fn box_has_the_tiles_of_its_positions(
        west in -180.0..180.0, width in 0.001..3.0, south in -84.0..83.0, height in 0.001..1.0, z in 0..=10_u8,
        shares in prop::collection::vec((0.0..1.0, 0.0..1.0), 20),
    ) {
        let wrapped = |lon: f64| if lon > 180.0 { lon - 360.0 } else { lon };
        let bounds = Bounds { west, south, east: wrapped(west + width), north: south + height };
        let cover = TileCover::new(&MapArea::Bounds(bounds), z, z).unwrap();
        for (by_lon, by_lat) in shares {
            prop_assert!(cover.contains(TileCoord::containing(wrapped(west + by_lon * width), south + by_lat * height, z)));
        }
        for tile in cover.tiles() {
            prop_assert!(tile.bounds().intersects(&bounds), "{tile:?}");
        }
    }
}

#[test]
fn date_line_is_in_the_middle_of_a_corridor() {
    let cover = TileCover::new(&corridor(&[(179.9, -17.0), (-179.9, -17.0)], 500.0), 0, 10).unwrap();
    let columns: Vec<u32> = cover.tiles().filter(|tile| tile.z() == 10).map(|tile| tile.x()).collect();
    assert!(columns.contains(&0) && columns.contains(&1023), "{columns:?}");
    assert!(columns.iter().all(|x| *x < 2 || *x > 1021), "{columns:?}");
    let bounds = cover.bounds();
    assert_eq!((bounds.west, bounds.east), (-180.0, 180.0));
    // 300 m to the east of the line's end the map starts again in the west.
    let end = TileCover::new(&corridor(&[(179.999, 0.0)], 500.0), 12, 12).unwrap();
    assert!(end.tiles().any(|tile| tile.x() == 0));
}

#[test]
fn positions_beyond_the_last_latitude_are_on_its_edge() {
    for (lat, row) in [(89.0, 0), (-89.0, 255)] {
        let cover = TileCover::new(&corridor(&[(10.0, lat)], 100.0), 8, 8).unwrap();
        assert!(cover.tiles().all(|tile| tile.y() == row));
        assert!(cover.bounds().north.abs() <= MAX_LAT);
    }
    let world = MapArea::Bounds(Bounds { west: -180.0, south: -90.0, east: 180.0, north: 90.0 });
    assert_eq!(TileCover::new(&world, 0, 4).unwrap().len(), 1 + 4 + 16 + 64 + 256);
}

#[test]
fn box_that_ends_on_the_edge_of_a_tile_does_not_take_the_next() {
    let tile = TileCoord::new(5, 16, 11).unwrap();
    let cover = TileCover::new(&MapArea::Bounds(tile.bounds()), 5, 6).unwrap();
    assert_eq!(cover.len(), 5);
    assert_eq!(cover.tiles().next(), Some(tile));
}

#[test]
fn levels_that_do_not_fit_are_refused_or_left_out() {
    let alps = MapArea::Bounds(Bounds { west: 5.0, south: 43.0, east: 15.0, north: 48.0 });
    let refused = TileCover::new(&alps, 0, 18).unwrap_err().to_string();
    let fitting = TileCover::up_to(&alps, 0, 18).unwrap();
    assert_eq!(fitting.max_zoom(), 15);
    assert!(refused.starts_with("max_zoom: must be at most 15 for this area"), "{refused}");
    assert!(fitting.len() <= MAX_TILES);
    assert!(TileCover::up_to(&alps, 17, 18).unwrap_err().to_string().contains("at the zoom level 17"));
    let wide = corridor(&[(5.0, 43.0), (15.0, 48.0)], MAX_CORRIDOR_M);
    let cover = TileCover::up_to(&wide, 0, 20).unwrap();
    assert!(cover.len() <= MAX_TILES && cover.max_zoom() < 20);
    let mut truncated = cover.clone();
    truncated.truncate(9);
    assert_eq!(truncated, TileCover::new(&wide, 0, 9).unwrap());
}

#[test]
fn wrong_areas_are_refused_without_a_position() {
    let refused = |area: MapArea| TileCover::new(&area, 0, 5).unwrap_err().to_string();
    let range = "area: must have longitudes within ±180° and latitudes within ±90°";
    assert_eq!(refused(corridor(&[(200.0, 0.0)], 1.0)), range);
    assert_eq!(refused(corridor(&[(0.0, f64::NAN)], 1.0)), range);
    assert!(refused(MapArea::Bounds(Bounds { west: 0.0, south: 2.0, east: 1.0, north: 1.0 })).starts_with(range));
    assert_eq!(refused(corridor(&[], 1.0)), "area: must have at least one position");
    assert_eq!(refused(corridor(&[(0.0, 0.0)], f64::NAN)), "distance_m: must be 0 to 100000 metres");
    assert_eq!(refused(corridor(&[(0.0, 0.0), (179.0, 0.0)].repeat(300), 1.0)), "area: must have shorter lines");
    assert!(TileCover::new(&corridor(&[(0.0, 0.0)], 1.0), 6, 5).is_err());
}
