//! FlatGeobuf of other origins: with every type of column, without an index, with columns of a feature, by GDAL.

use flatbuffers::{FlatBufferBuilder, WIPOffset};
use flatgeobuf::{
    Column, ColumnArgs, ColumnType, Crs, CrsArgs, Feature, FeatureArgs, Geometry as Table, GeometryArgs, GeometryType,
    Header, HeaderArgs,
};
use serde_json::{Value, json};

use super::{Import, every_kind};
use crate::edition::ImportProblem;
use crate::edition::file_header::MAGIC;
use crate::model::Object;

/// A file that is written by hand.
pub(super) struct TestFile<'f> {
    pub(super) columns: &'f [(&'f str, ColumnType)],
    pub(super) geometry_type: GeometryType,
    /// Organisation and code.
    pub(super) crs: Option<(&'f str, i32)>,
    pub(super) node_size: u16,
    pub(super) features: Vec<Vec<u8>>,
}

impl TestFile<'_> {
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut builder = FlatBufferBuilder::new();
        let columns = self.columns.iter().map(|column| write_column(&mut builder, column)).collect::<Vec<_>>();
        let crs = self.crs.map(|(organization, code)| {
            let org = Some(builder.create_string(organization));
            Crs::create(&mut builder, &CrsArgs { org, code, ..CrsArgs::default() })
        });
        let args = HeaderArgs {
            columns: Some(builder.create_vector(&columns)),
            geometry_type: self.geometry_type,
            features_count: self.features.len() as u64,
            index_node_size: self.node_size,
            crs,
            ..HeaderArgs::default()
        };
        let header = Header::create(&mut builder, &args);
        builder.finish_size_prefixed(header, None);
        let mut bytes = MAGIC.to_vec();
        bytes.extend(builder.finished_data());
        // The index is skipped, so its content does not matter.
        let mut nodes = if self.node_size == 0 { 0 } else { self.features.len() };
        let mut total = nodes;
        while nodes > 1 || total == nodes && nodes > 0 {
            nodes = nodes.div_ceil(usize::from(self.node_size));
            total += nodes;
        }
        bytes.extend(vec![0xAA; total * 40]);
        bytes.extend(self.features.concat());
        bytes
    }
}

fn write_column<'b>(
    builder: &mut FlatBufferBuilder<'b>,
    (name, own_type): &(&str, ColumnType),
) -> WIPOffset<Column<'b>> {
    let name = Some(builder.create_string(name));
    Column::create(builder, &ColumnArgs { name, type_: *own_type, ..ColumnArgs::default() })
}

/// A feature at a place, with the values of columns as bytes.
pub(super) fn feature(
    own_type: GeometryType,
    xy: &[f64],
    values: &[(u16, &[u8])],
    columns: &[(&str, ColumnType)],
) -> Vec<u8> {
    let mut builder = FlatBufferBuilder::new();
    let columns = columns.iter().map(|column| write_column(&mut builder, column)).collect::<Vec<_>>();
    let columns = if columns.is_empty() { None } else { Some(builder.create_vector(&columns)) };
    let xy = Some(builder.create_vector(xy));
    let geometry = Some(Table::create(&mut builder, &GeometryArgs { xy, type_: own_type, ..GeometryArgs::default() }));
    let values: Vec<u8> =
        values.iter().flat_map(|(column, value)| [&column.to_le_bytes()[..], value].concat()).collect();
    let properties = Some(builder.create_vector(&values));
    let feature = Feature::create(&mut builder, &FeatureArgs { geometry, properties, columns });
    builder.finish_size_prefixed(feature, None);
    builder.finished_data().to_vec()
}

pub(super) fn text(text: &str) -> Vec<u8> {
    [&u32::try_from(text.len()).unwrap().to_le_bytes()[..], text.as_bytes()].concat()
}

const COLUMNS: [(&str, ColumnType); 15] = [
    ("a", ColumnType::Byte),
    ("b", ColumnType::UByte),
    ("c", ColumnType::Bool),
    ("d", ColumnType::Short),
    ("e", ColumnType::UShort),
    ("f", ColumnType::Int),
    ("g", ColumnType::UInt),
    ("@id", ColumnType::Long),
    ("h", ColumnType::ULong),
    ("ele", ColumnType::Float),
    ("i", ColumnType::Double),
    ("name", ColumnType::String),
    ("j", ColumnType::Json),
    ("k", ColumnType::DateTime),
    ("l", ColumnType::Binary),
];

/// A mapping whose one rule needs every column.
fn by_every_column() -> Value {
    let mut mapping = every_kind();
    let equals = |property: &str, value: Value| json!({"property": property, "equals": value});
    mapping["rules"] = json!([{
        "kind": "poi",
        "type": {"fr": "Colonnes"},
        "when": [
            equals("a", json!(-1)), equals("b", json!(255)), equals("c", json!(true)), equals("d", json!(-300)),
            equals("e", json!(60_000)), equals("f", json!(-70_000)), equals("g", json!(4_000_000_000_u32)),
            equals("h", json!(u64::MAX)), equals("i", json!(0.5)), equals("j", json!(7)),
            equals("k", json!("2026-11-29T00:00:00Z")), {"property": "l", "exists": false},
        ],
    }]);
    mapping
}

fn every_column() -> Vec<u8> {
    let (name, json, date, binary) = (text("Col"), text("7"), text("2026-11-29T00:00:00Z"), text("\u{0}x"));
    let values: [(u16, &[u8]); 15] = [
        (0, &(-1_i8).to_le_bytes()),
        (1, &[255]),
        (2, &[1]),
        (3, &(-300_i16).to_le_bytes()),
        (4, &60_000_u16.to_le_bytes()),
        (5, &(-70_000_i32).to_le_bytes()),
        (6, &4_000_000_000_u32.to_le_bytes()),
        (7, &41_i64.to_le_bytes()),
        (8, &u64::MAX.to_le_bytes()),
        (9, &1850.2_f32.to_le_bytes()),
        (10, &0.5_f64.to_le_bytes()),
        (11, &name),
        (12, &json),
        (13, &date),
        (14, &binary),
    ];
    feature(GeometryType::Unknown, &[6.0, 45.0], &values, &[])
}

#[test]
fn columns_of_every_type_are_read_at_any_node_size() {
    for node_size in [0, 2, 3, 16, 255] {
        let many =
            (0..40_i64).map(|index| feature(GeometryType::Point, &[6.0, 45.0], &[(7, &index.to_le_bytes())], &[]));
        let file = TestFile {
            columns: &COLUMNS,
            geometry_type: GeometryType::Point,
            crs: Some(("EPSG", 4326)),
            node_size,
            features: many.chain([every_column()]).collect(),
        };
        let import = Import::new([("a.fgb", &file.bytes()[..])]);
        let summary = import.build(&by_every_column()).unwrap();
        assert_eq!((summary.features, summary.skipped[&ImportProblem::NoRule]), (41, 40), "{node_size}");
        let objects = import.objects();
        let Object::Poi(poi) = &objects[0] else { panic!("must be a POI: {objects:?}") };
        assert_eq!((poi.id, poi.name.in_language("fr")), (41, Some("Col")));
        assert_eq!(poi.geometry.as_ref().unwrap().elevations(), [1850.2]);
    }
}

#[test]
fn feature_with_columns_of_its_own_is_read_by_them() {
    let (kind, name) = (text("service"), text("ignored"));
    let own = [("x", ColumnType::String), ("kind", ColumnType::String)];
    let file = TestFile {
        columns: &[("name", ColumnType::String)],
        geometry_type: GeometryType::Unknown,
        crs: None,
        node_size: 0,
        features: vec![feature(GeometryType::Point, &[6.0, 45.0], &[(0, &name), (1, &kind)], &own)],
    };
    let import = Import::new([("a.fgb", &file.bytes()[..])]);
    assert_eq!(import.build(&every_kind()).unwrap().edition.objects, 2);
}

#[test]
fn curves_and_other_projections_are_refused_with_a_sentence() {
    let kind = text("infrastructure");
    let file = |geometry_type, crs| TestFile {
        columns: &[("kind", ColumnType::String)],
        geometry_type,
        crs,
        node_size: 16,
        features: vec![
            feature(GeometryType::CompoundCurve, &[6.0, 45.0, 6.1, 45.0], &[(0, &kind)], &[]),
            feature(GeometryType::Point, &[6.0, 45.0], &[(0, &kind)], &[]),
            feature(GeometryType(40), &[6.0, 45.0], &[(0, &kind)], &[]),
            feature(GeometryType::Point, &[6.0, 145.0], &[(0, &kind)], &[]),
        ],
    };
    let build = |file: TestFile<'_>| Import::new([("a.fgb", &file.bytes()[..])]).build(&every_kind());
    let rule = build(file(GeometryType::MultiCurve, None)).unwrap_err().to_string();
    assert!(rule.contains("without curves: convert it with ogr2ogr -nlt CONVERT_TO_LINEAR (a.fgb)"), "{rule}");
    let rule = build(file(GeometryType::Unknown, Some(("EPSG", 2154)))).unwrap_err().to_string();
    assert!(rule.contains("not EPSG:2154: convert it with ogr2ogr -t_srs EPSG:4326 (a.fgb)"), "{rule}");
    let summary = build(file(GeometryType::Unknown, Some(("EPSG", 4326)))).unwrap();
    let skipped: Vec<_> = summary.skipped.into_iter().collect();
    assert_eq!(skipped, [(ImportProblem::InvalidGeometry, 2), (ImportProblem::CurvedGeometry, 1)]);
}

const CONVERT: &str = "
import sys, pyogrio
meta, index, shapes, columns = pyogrio.raw.read(sys.argv[1])
pyogrio.raw.write(sys.argv[2], shapes, columns, meta['fields'], geometry_type=meta['geometry_type'], crs='EPSG:4326',
                  driver='FlatGeobuf', spatial_index=sys.argv[3])
";

#[test]
fn flatgeobuf_by_gdal_gives_the_same_edition_as_its_geojson() {
    let Some(python) = std::env::var_os("JALON_GDAL_PYTHON") else {
        eprintln!("skipped: JALON_GDAL_PYTHON names no Python with pyogrio");
        return;
    };
    let shapes = [
        json!({"type": "MultiPolygon", "coordinates": [[[[6.0, 45.0], [6.25, 45.0], [6.25, 45.25], [6.0, 45.0]]], [[[7.0, 45.0], [7.25, 45.0], [7.25, 45.25], [7.0, 45.0]]]]}),
        json!({"type": "MultiLineString", "coordinates": [[[6.0, 45.0], [6.5, 45.5]], [[7.0, 45.0], [7.5, 45.5]]]}),
        json!({"type": "Polygon", "coordinates": [[[6.0, 45.0], [6.25, 45.0], [6.25, 45.25], [6.0, 45.0]]]}),
        json!({"type": "LineString", "coordinates": [[6.0, 45.0], [6.5, 45.5]]}),
        super::point(6.5, 45.5),
    ];
    for shape in shapes {
        let features: Vec<_> = (1..=30)
            .map(|id| {
                let properties = json!({"kind": "infrastructure", "@id": id, "name": format!("N° {id}"), "ele": 0.5 * f64::from(id)});
                super::feature(shape.clone(), properties)
            })
            .collect();
        let json = Import::new([("a.geojson", super::collection(&features).as_bytes())]);
        json.build(&every_kind()).unwrap();
        for index in ["NO", "YES"] {
            let target = json.folder.path().join(format!("{index}.fgb"));
            let mut convert = std::process::Command::new(&python);
            convert.arg("-c").arg(CONVERT).arg(&json.files[0]).arg(&target).arg(index);
            let output = convert.output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let converted = Import { folder: tempfile::tempdir().unwrap(), files: vec![target] };
            let summary = converted.build(&every_kind()).unwrap();
            assert_eq!((summary.edition.objects, summary.skipped.len()), (31, 0));
            assert_eq!(super::bytes_of(&converted.edition()), super::bytes_of(&json.edition()), "{shape}");
        }
    }
}
