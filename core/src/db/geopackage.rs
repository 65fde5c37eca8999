//! OGC GeoPackage 1.4 (12-128r19): the required tables, the R-tree index of a layer, the `ST_*` functions that its triggers call
//! and that plain SQLite lacks, and the binary form of a geometry (a header with its envelope, then little-endian ISO WKB).

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::{Connection, Error as SqlError};

use super::wkb;
use crate::model::Geometry;

const HEADER: [u8; 8] = [b'G', b'P', 0, 0b0000_0011, 0xE6, 0x10, 0, 0];
const HEADER_EMPTY: [u8; 8] = [b'G', b'P', 0, 0b0001_0001, 0xE6, 0x10, 0, 0];
const ENVELOPE_END: usize = 8 + 4 * 8;

/// The tables that the standard requires, with WGS 84 and the two undefined reference systems.
pub(crate) const FIXED_TABLES: &str = r#"
PRAGMA application_id = 0x47504B47;
PRAGMA user_version = 10400;
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

/// The SQL of a layer's R-tree index and of the standard's triggers that keep it up to date. Jalon never changes a primary key,
/// but a file that declares version 1.4 must have all triggers.
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
         CREATE TRIGGER rtree_{table}_geom_update5 AFTER UPDATE ON {table}
           WHEN OLD.fid != NEW.fid AND (NEW.geom NOT NULL AND NOT ST_IsEmpty(NEW.geom))
           BEGIN DELETE FROM rtree_{table}_geom WHERE id = OLD.fid;
             INSERT OR REPLACE INTO rtree_{table}_geom VALUES (NEW.fid, {envelope}); END;
         CREATE TRIGGER rtree_{table}_geom_update4 AFTER UPDATE ON {table}
           WHEN OLD.fid != NEW.fid AND (NEW.geom IS NULL OR ST_IsEmpty(NEW.geom))
           BEGIN DELETE FROM rtree_{table}_geom WHERE id IN (OLD.fid, NEW.fid); END;
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

/// The binary form of a geometry without its degenerate parts: a header with its box, then ISO WKB.
pub(crate) fn encode(geometry: &Geometry) -> Vec<u8> {
    let (geometry, _) = geometry.without_degenerate_parts();
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
    wkb::write(&geometry, &mut blob);
    blob
}

/// Reads what [`encode`] wrote. `None` if the bytes are not such a geometry.
pub(crate) fn decode(blob: &[u8]) -> Option<Geometry> {
    let flags = *blob.get(3)?;
    let start = if flags & 0b1110 == 0 { 8 } else { ENVELOPE_END };
    wkb::read(blob.get(start..)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Position;

    #[test]
    fn blob_has_the_box_and_reads_back() {
        let line = Geometry::line_string([Position::new(6.5, 44.0), Position::new(6.0, 45.0)]);
        let blob = encode(&line);
        assert_eq!(envelope(&blob), Some([6.0, 6.5, 44.0, 45.0]));
        assert_eq!(decode(&blob), Some(line));
        let empty = Geometry::multi_point([]);
        assert_eq!(decode(&encode(&empty)), Some(empty));
        for end in 0..blob.len() {
            assert_eq!(decode(&blob[..end]), None);
        }
    }
}
