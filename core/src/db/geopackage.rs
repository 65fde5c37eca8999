//! OGC GeoPackage 1.3 (12-128r19): the required tables, the R-tree index of a layer, the `ST_*` functions that its triggers call
//! and that plain SQLite lacks, and the binary form of a geometry (a header with its envelope, then little-endian ISO WKB).

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::{Connection, Error as SqlError};

use crate::model::{Geometry, Position};

const HEADER: [u8; 8] = [b'G', b'P', 0, 0b0000_0011, 0xE6, 0x10, 0, 0];
const HEADER_EMPTY: [u8; 8] = [b'G', b'P', 0, 0b0001_0001, 0xE6, 0x10, 0, 0];
const ENVELOPE_END: usize = 8 + 4 * 8;
const MAX_DEPTH: usize = 8;

/// The tables that the standard requires, with WGS 84 and the two undefined reference systems.
pub(crate) const FIXED_TABLES: &str = r#"
PRAGMA application_id = 0x47504B47;
PRAGMA user_version = 10300;
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
INSERT INTO gpkg_spatial_ref_sys VALUES
  ('Undefined cartesian SRS', -1, 'NONE', -1, 'undefined', NULL),
  ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', NULL),
  ('WGS 84 geodetic', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]]', 'longitude, latitude in degrees');
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
  z TINYINT NOT NULL, m TINYINT NOT NULL, PRIMARY KEY (table_name, column_name), UNIQUE (table_name),
  FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
  UNIQUE (table_name, column_name, extension_name));
"#;

/// The SQL of a layer's R-tree index and of the standard's triggers that keep it up to date. The triggers for changed primary
/// keys are left out, because a primary key never changes.
pub(crate) fn rtree(table: &str) -> String {
    let envelope = "ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom)";
    format!(
        "CREATE VIRTUAL TABLE rtree_{table}_geom USING rtree(id, minx, maxx, miny, maxy);
         INSERT INTO gpkg_extensions VALUES ('{table}', 'geom', 'gpkg_rtree_index', 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only');
         CREATE TRIGGER rtree_{table}_geom_insert AFTER INSERT ON {table}
           WHEN NEW.geom NOT NULL AND NOT ST_IsEmpty(NEW.geom)
           BEGIN INSERT OR REPLACE INTO rtree_{table}_geom VALUES (NEW.fid, {envelope}); END;
         CREATE TRIGGER rtree_{table}_geom_update6 AFTER UPDATE OF geom ON {table}
           WHEN OLD.fid = NEW.fid AND (NEW.geom NOT NULL AND NOT ST_IsEmpty(NEW.geom)) AND (OLD.geom NOT NULL AND NOT ST_IsEmpty(OLD.geom))
           BEGIN UPDATE rtree_{table}_geom SET minx = ST_MinX(NEW.geom), maxx = ST_MaxX(NEW.geom), miny = ST_MinY(NEW.geom), maxy = ST_MaxY(NEW.geom) WHERE id = NEW.fid; END;
         CREATE TRIGGER rtree_{table}_geom_update7 AFTER UPDATE OF geom ON {table}
           WHEN OLD.fid = NEW.fid AND (NEW.geom NOT NULL AND NOT ST_IsEmpty(NEW.geom)) AND (OLD.geom IS NULL OR ST_IsEmpty(OLD.geom))
           BEGIN INSERT INTO rtree_{table}_geom VALUES (NEW.fid, {envelope}); END;
         CREATE TRIGGER rtree_{table}_geom_update2 AFTER UPDATE OF geom ON {table}
           WHEN OLD.fid = NEW.fid AND (NEW.geom IS NULL OR ST_IsEmpty(NEW.geom))
           BEGIN DELETE FROM rtree_{table}_geom WHERE id = OLD.fid; END;
         CREATE TRIGGER rtree_{table}_geom_delete AFTER DELETE ON {table} WHEN OLD.geom NOT NULL
           BEGIN DELETE FROM rtree_{table}_geom WHERE id = OLD.fid; END;"
    )
}

/// Registers the functions that the triggers call. They only read the envelope in the header of the geometry.
pub(crate) fn register_functions(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    for (place, name) in ["ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"].into_iter().enumerate() {
        connection.create_scalar_function(name, 1, flags, move |context| {
            with_blob(context, |b| envelope(b)?.get(place).copied())
        })?;
    }
    connection.create_scalar_function("ST_IsEmpty", 1, flags, |context| {
        with_blob(context, |blob| blob.get(3).map(|flag| flag & 0b0001_0000 != 0))
    })
}

fn with_blob<T>(context: &Context<'_>, read: impl FnOnce(&[u8]) -> Option<T>) -> rusqlite::Result<Option<T>> {
    let blob = context.get_raw(0).as_blob_or_null().map_err(|error| SqlError::UserFunctionError(Box::new(error)))?;
    Ok(blob.and_then(read))
}

/// West, east, south, north, as the header has them.
fn envelope(blob: &[u8]) -> Option<[f64; 4]> {
    let numbers = blob.get(8..ENVELOPE_END)?;
    let mut envelope = [0.0; 4];
    for (number, bytes) in envelope.iter_mut().zip(numbers.chunks_exact(8)) {
        *number = f64::from_le_bytes(bytes.try_into().ok()?);
    }
    Some(envelope)
}

/// The binary form of a geometry. A position without elevation in a geometry that has some is written at NaN, as ISO WKB
/// has no other way to say "unknown".
pub(crate) fn encode(geometry: &Geometry) -> Vec<u8> {
    let mut blob = Vec::with_capacity(ENVELOPE_END + 16 + 24 * geometry.vertex_count());
    match geometry.bounds() {
        None => blob.extend(HEADER_EMPTY),
        Some(bounds) => {
            blob.extend(HEADER);
            for number in [bounds.west, bounds.east, bounds.south, bounds.north] {
                blob.extend(number.to_le_bytes());
            }
        }
    }
    write_wkb(&mut blob, geometry, geometry.has_elevation());
    blob
}

impl Geometry {
    /// ISO WKB, little endian, with elevations where it has some: what geometry libraries of every language read.
    pub fn to_wkb(&self) -> Vec<u8> {
        let mut blob = Vec::with_capacity(16 + 24 * self.vertex_count());
        write_wkb(&mut blob, self, self.has_elevation());
        blob
    }
}

fn write_wkb(blob: &mut Vec<u8>, geometry: &Geometry, z: bool) {
    let code: u32 = match geometry {
        Geometry::Point(_) => 1,
        Geometry::LineString(_) => 2,
        Geometry::Polygon(_) => 3,
        Geometry::MultiPoint(_) => 4,
        Geometry::MultiLineString(_) => 5,
        Geometry::MultiPolygon(_) => 6,
        Geometry::GeometryCollection(_) => 7,
    };
    blob.push(1);
    blob.extend((code + if z { 1000 } else { 0 }).to_le_bytes());
    match geometry {
        Geometry::Point(position) => write_position(blob, position, z),
        Geometry::LineString(line) => write_line(blob, line, z),
        Geometry::Polygon(rings) => {
            write_count(blob, rings.len());
            rings.iter().for_each(|ring| write_line(blob, ring, z));
        }
        Geometry::MultiPoint(positions) => {
            write_count(blob, positions.len());
            positions.iter().for_each(|position| write_wkb(blob, &Geometry::Point(*position), z));
        }
        Geometry::MultiLineString(lines) => {
            write_count(blob, lines.len());
            lines.iter().for_each(|line| write_wkb(blob, &Geometry::LineString(line.clone()), z));
        }
        Geometry::MultiPolygon(polygons) => {
            write_count(blob, polygons.len());
            polygons.iter().for_each(|rings| write_wkb(blob, &Geometry::Polygon(rings.clone()), z));
        }
        Geometry::GeometryCollection(parts) => {
            write_count(blob, parts.len());
            parts.iter().for_each(|part| write_wkb(blob, part, z));
        }
    }
}

fn write_count(blob: &mut Vec<u8>, count: usize) {
    blob.extend(u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
}

fn write_position(blob: &mut Vec<u8>, position: &Position, z: bool) {
    blob.extend(position.lon.to_le_bytes());
    blob.extend(position.lat.to_le_bytes());
    if z {
        blob.extend(position.elevation.unwrap_or(f64::NAN).to_le_bytes());
    }
}

fn write_line(blob: &mut Vec<u8>, line: &[Position], z: bool) {
    write_count(blob, line.len());
    line.iter().for_each(|position| write_position(blob, position, z));
}

/// Reads what [`encode`] wrote; `None` where the bytes are not such a geometry.
pub(crate) fn decode(blob: &[u8]) -> Option<Geometry> {
    let flags = *blob.get(3)?;
    let start = if flags & 0b1110 == 0 { 8 } else { ENVELOPE_END };
    read_wkb(&mut blob.get(start..)?, 0)
}

fn read_wkb(bytes: &mut &[u8], depth: usize) -> Option<Geometry> {
    if depth > MAX_DEPTH || take::<1>(bytes)? != [1] {
        return None;
    }
    let code = u32::from_le_bytes(take(bytes)?);
    let z = code / 1000 == 1;
    Some(match code % 1000 {
        1 => Geometry::Point(read_position(bytes, z)?),
        2 => Geometry::LineString(read_line(bytes, z)?),
        3 => Geometry::Polygon(read_many(bytes, |bytes| read_line(bytes, z))?),
        4 => Geometry::MultiPoint(read_many(bytes, |bytes| match read_wkb(bytes, depth + 1)? {
            Geometry::Point(position) => Some(position),
            _ => None,
        })?),
        5 => Geometry::MultiLineString(read_many(bytes, |bytes| match read_wkb(bytes, depth + 1)? {
            Geometry::LineString(line) => Some(line),
            _ => None,
        })?),
        6 => Geometry::MultiPolygon(read_many(bytes, |bytes| match read_wkb(bytes, depth + 1)? {
            Geometry::Polygon(rings) => Some(rings),
            _ => None,
        })?),
        7 => Geometry::GeometryCollection(read_many(bytes, |bytes| read_wkb(bytes, depth + 1))?),
        _ => return None,
    })
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = bytes.split_first_chunk::<N>()?;
    *bytes = tail;
    Some(*head)
}

fn read_many<T>(bytes: &mut &[u8], mut one: impl FnMut(&mut &[u8]) -> Option<T>) -> Option<Vec<T>> {
    let count = u32::from_le_bytes(take(bytes)?);
    (0..count).map(|_| one(bytes)).collect()
}

fn read_position(bytes: &mut &[u8], z: bool) -> Option<Position> {
    let lon = f64::from_le_bytes(take(bytes)?);
    let lat = f64::from_le_bytes(take(bytes)?);
    let elevation = if z { Some(f64::from_le_bytes(take(bytes)?)).filter(|metres| !metres.is_nan()) } else { None };
    Some(Position { lon, lat, elevation })
}

fn read_line(bytes: &mut &[u8], z: bool) -> Option<Vec<Position>> {
    read_many(bytes, |bytes| read_position(bytes, z))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn position() -> impl Strategy<Value = Position> {
        (-180.0..=180.0, -90.0..=90.0, proptest::option::of(-100.0..5000.0))
            .prop_map(|(lon, lat, elevation)| Position { lon, lat, elevation })
    }

    fn geometry() -> impl Strategy<Value = Geometry> {
        let line = || prop::collection::vec(position(), 0..5);
        let leaf = prop_oneof![
            position().prop_map(Geometry::Point),
            line().prop_map(Geometry::LineString),
            line().prop_map(Geometry::MultiPoint),
            prop::collection::vec(line(), 0..3).prop_map(Geometry::MultiLineString),
            prop::collection::vec(line(), 0..3).prop_map(Geometry::Polygon),
            prop::collection::vec(prop::collection::vec(line(), 0..3), 0..3).prop_map(Geometry::MultiPolygon),
        ];
        leaf.prop_recursive(2, 8, 3, |inner| prop::collection::vec(inner, 0..3).prop_map(Geometry::GeometryCollection))
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_and_no_bytes_panic(geometry in geometry(), cut in 0_usize..400, noise in any::<u8>()) {
            let mut blob = encode(&geometry);
            prop_assert_eq!(decode(&blob), Some(geometry));
            blob.truncate(cut);
            let _ = decode(&blob);
            if let Some(byte) = blob.last_mut() { *byte = noise; }
            let _ = decode(&blob);
        }
    }
}
