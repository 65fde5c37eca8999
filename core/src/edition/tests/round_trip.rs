//! Objects read back are those that were written.

use proptest::prelude::*;

use super::built::Built;
use super::territory::{key, territory};
use crate::edition::build::{read_shape, write_shape};
use crate::edition::{Manifest, read_chunk};
use crate::model::{Geometry, Object, Position};

fn sorted(mut objects: Vec<Object>) -> Vec<Object> {
    objects.sort_by_key(key);
    objects
}

#[test]
fn whole_files_give_back_every_object() {
    let objects = territory(1, 40, 150);
    let built = Built::new(&objects);
    assert!(built.layer(crate::model::Kind::Trek).chunks.is_some());
    let read = sorted(built.objects());
    assert_eq!(read.len(), objects.len());
    for (read, written) in read.iter().zip(sorted(objects)) {
        assert_eq!(*read, written);
    }
}

#[test]
fn chunks_give_the_objects_of_the_whole_file() {
    let built = Built::new(&territory(2, 60, 80));
    let layer = built.layer(crate::model::Kind::Trek);
    let (file, directory) = (built.bytes(&layer.file.path), built.bytes(&layer.chunks.as_ref().unwrap().file.path));
    let mut read = Vec::new();
    for index in layer.blocks_in(None) {
        let range = layer.block_range(index);
        let rows = &directory[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()];
        for chunk in layer.parse_block(index, rows).unwrap() {
            let bytes = &file[usize::try_from(chunk.range.start).unwrap()..usize::try_from(chunk.range.end).unwrap()];
            let objects = read_chunk(layer, bytes, &chunk.sha256).unwrap();
            assert_eq!(objects.len(), usize::from(chunk.features));
            read.extend(objects.into_iter().map(Result::unwrap));
            assert!(read_chunk(layer, &bytes[1..], &chunk.sha256).is_err());
        }
        assert!(layer.parse_block(index, &rows[1..]).is_err());
    }
    let whole: Vec<_> = built.objects().into_iter().filter(|object| object.kind() == layer.kind).collect();
    let with_line = whole.into_iter().filter(|object| object.geometry().is_some_and(|line| line.bounds().is_some()));
    assert_eq!(sorted(read), sorted(with_line.collect()));
}

#[test]
fn manifest_reads_back_as_it_was_written() {
    let built = Built::new(&territory(3, 40, 60));
    let json = built.manifest.to_json().unwrap();
    assert_eq!(Manifest::parse(json.as_bytes()).unwrap(), built.manifest);
    assert_eq!(built.bytes("datapackage.json"), json.as_bytes());
}

#[test]
fn manifest_of_a_later_format_asks_for_an_update() {
    let json = Built::new(&territory(3, 2, 3)).manifest.to_json().unwrap();
    let later = json.replace("\"format\": 1,", "\"format\": 2,");
    let error = Manifest::parse(later.as_bytes()).unwrap_err();
    assert_eq!(error, crate::Error::TooNew { found: 2, supported: 1 });
}

#[test]
fn manifest_with_a_path_out_of_its_folder_is_refused() {
    let built = Built::new(&territory(3, 2, 3));
    let json = built.manifest.to_json().unwrap();
    let path = &built.manifest.layers[0].file.path;
    for wrong in
        ["../a.fgb", "/etc/a.fgb", "layers/../../a", "https://a.example/b", "layers\\\\a", "c:a", "a//b", ".a", ""]
    {
        let error = Manifest::parse(json.replace(path, wrong).as_bytes()).unwrap_err().to_string();
        assert!(error.contains("a path in the manifest must be relative"), "{wrong}: {error}");
    }
}

fn position() -> impl Strategy<Value = Position> {
    (-180.0..=180.0, -90.0..=90.0, proptest::option::of(-100.0..5000.0)).prop_map(|(lon, lat, elevation)| Position {
        lon,
        lat,
        elevation,
    })
}

fn geometry() -> impl Strategy<Value = Geometry> {
    let line = || prop::collection::vec(position(), 0..6);
    let leaf = prop_oneof![
        position().prop_map(Geometry::point),
        line().prop_map(Geometry::line_string),
        line().prop_map(Geometry::multi_point),
        prop::collection::vec(line(), 0..3).prop_map(Geometry::multi_line_string),
        prop::collection::vec(line(), 0..3).prop_map(Geometry::polygon),
        prop::collection::vec(prop::collection::vec(line(), 0..3), 0..3).prop_map(Geometry::multi_polygon),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| prop::collection::vec(inner, 0..3).prop_map(Geometry::collection))
}

proptest! {
    #[test]
    fn geometry_reads_back_as_it_was_written(geometry in geometry(), always_z in any::<bool>()) {
        let geometry = geometry.without_degenerate_parts().0.into_owned();
        if geometry.bounds().is_some() {
            let bytes = write_shape(&geometry, always_z || geometry.has_elevation());
            prop_assert_eq!(read_shape(&bytes), Ok(geometry));
        }
    }
}
