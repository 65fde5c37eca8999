//! The blocks and chunks of a box hold every object in it.

use super::built::Built;
use super::territory::{Random, bounds, territory};
use crate::edition::read_chunk;
use crate::model::{Bounds, Kind, Object};

/// The ids of the objects in a box, by the directory of chunks, and the bytes of their chunks.
fn read_box(built: &Built, kind: Kind, wanted: Bounds) -> (Vec<i64>, u64) {
    let layer = built.layer(kind);
    let (file, directory) = (built.bytes(&layer.file.path), built.bytes(&layer.chunks.as_ref().unwrap().file.path));
    let part = |bytes: &[u8], range: std::ops::Range<u64>| {
        bytes[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()].to_vec()
    };
    let (mut ids, mut bytes) = (Vec::new(), 0);
    for index in layer.blocks_in(Some(wanted)) {
        let chunks = layer.parse_block(index, &part(&directory, layer.block_range(index))).unwrap();
        for chunk in chunks.into_iter().filter(|chunk| chunk.intersects(&wanted)) {
            bytes += chunk.range.end - chunk.range.start;
            let objects = read_chunk(layer, &part(&file, chunk.range), &chunk.sha256).unwrap();
            let objects = objects.into_iter().map(Result::unwrap);
            ids.extend(objects.filter(|object| is_in(object, &wanted)).map(|object| object.id()));
        }
    }
    ids.sort_unstable();
    (ids, bytes)
}

fn is_in(object: &Object, wanted: &Bounds) -> bool {
    bounds(object).is_some_and(|own| own.intersects(wanted))
}

#[test]
fn box_gives_the_objects_of_a_scan() {
    let objects = territory(4, 400, 80);
    let built = Built::new(&objects);
    let mut random = Random(5);
    let mut found = 0;
    for _ in 0..200 {
        let (west, south) = (random.between(5.4, 7.0), random.between(44.3, 45.2));
        let (east, north) = (west + random.between(0.0, 0.2), south + random.between(0.0, 0.2));
        let wanted = Bounds { west, south, east, north };
        let scan = objects.iter().filter(|object| object.kind() == Kind::Trek && is_in(object, &wanted));
        let scan: Vec<i64> = scan.map(Object::id).collect();
        found += scan.len();
        assert_eq!(read_box(&built, Kind::Trek, wanted).0, scan);
    }
    assert!(found > 200, "{found} objects in 200 boxes");
    let small = Bounds { west: 6.0, south: 44.7, east: 6.1, north: 44.8 };
    let layer = built.layer(Kind::Trek);
    let share = read_box(&built, Kind::Trek, small).1 as f64 / layer.file.bytes as f64;
    println!("a box with 1/120 of the area reads {:.1} % of the layer", 100.0 * share);
    assert!(share < 0.2);
}

#[test]
fn box_beyond_the_layer_reads_nothing() {
    let built = Built::new(&territory(4, 40, 150));
    let layer = built.layer(Kind::Trek);
    let far = Bounds { west: -10.0, south: 10.0, east: -9.0, north: 11.0 };
    assert_eq!(layer.blocks_in(Some(far)), Vec::<usize>::new());
    assert_eq!(layer.blocks_in(None).len(), layer.chunks.as_ref().unwrap().blocks.len());
    assert_eq!(layer.block_range(usize::MAX), 0..0);
}
