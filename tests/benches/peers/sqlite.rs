use std::path::Path;

use geographiclib_rs::{Geodesic, InverseGeodesic};
use jalon::model::Position;
use rusqlite::{Connection, params};

use super::plane::{Plane, Shape};
use crate::Done;

const FIRST_M: f64 = 500.0;
const LAST_M: f64 = 1_000_000.0;
const METRES_PER_DEGREE: f64 = 110_500.0;

/// A table with an R*Tree beside it, as an app would write it by hand: a window that grows until nothing outside can be
/// nearer, and what is in it measured on the ellipsoid.
pub(crate) struct Rtree {
    connection: Connection,
}

/// What it found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Near {
    pub(crate) feature: u32,
    pub(crate) name: String,
    pub(crate) metres: f64,
}

impl Rtree {
    pub(crate) fn write<'a>(path: &Path, features: impl Iterator<Item = (String, &'a Shape)>) -> Done {
        let mut connection = Connection::open(path)?;
        connection.execute_batch(
            "PRAGMA journal_mode = wal;
             CREATE TABLE feature (id INTEGER PRIMARY KEY, name TEXT NOT NULL, shape BLOB NOT NULL);
             CREATE VIRTUAL TABLE box USING rtree(id, west, east, south, north);",
        )?;
        let transaction = connection.transaction()?;
        for (id, (name, shape)) in features.enumerate() {
            let [west, south, east, north] = shape.bounds();
            transaction.prepare_cached("INSERT INTO feature VALUES (?1, ?2, ?3)")?.execute(params![
                id as i64,
                name,
                to_bytes(shape)
            ])?;
            transaction
                .prepare_cached("INSERT INTO box VALUES (?1, ?2, ?3, ?4, ?5)")?
                .execute(params![id as i64, west, east, south, north])?;
        }
        transaction.commit()?;
        Ok(())
    }

    pub(crate) fn open(path: &Path) -> Done<Rtree> {
        Ok(Rtree { connection: Connection::open(path)? })
    }

    pub(crate) fn nearest(&self, from: Position, count: usize) -> Done<Vec<Near>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT f.id, f.name, f.shape FROM box b JOIN feature f ON f.id = b.id
               WHERE b.west <= ?3 AND b.east >= ?1 AND b.south <= ?4 AND b.north >= ?2",
        )?;
        let plane = Plane::at(from.lat);
        let here = plane.place(from.lon, from.lat);
        let mut metres = FIRST_M;
        loop {
            let by_lat = metres / METRES_PER_DEGREE;
            let by_lon = by_lat / (from.lat.abs() + by_lat).to_radians().cos();
            let window = (from.lon - by_lon, from.lat - by_lat, from.lon + by_lon, from.lat + by_lat);
            let mut found = Vec::new();
            let mut rows = statement.query(window)?;
            while let Some(row) = rows.next()? {
                let shape = from_bytes(row.get_ref(2)?.as_blob()?).ok_or("a shape cannot be read")?;
                let (squared, place) = shape.on(&plane).nearest(here);
                found.push((squared, row.get::<_, i64>(0)?, row.get_ref(1)?.as_str()?.to_owned(), place));
            }
            found.sort_by(|a, b| a.0.total_cmp(&b.0));
            found.truncate(count);
            let last = found.last().map_or(f64::INFINITY, |last| last.0.sqrt());
            if (found.len() == count && last <= metres) || metres > LAST_M {
                let found = found.into_iter().map(|(_, id, name, place)| {
                    let (lon, lat) = plane.back(place);
                    let metres: f64 = Geodesic::wgs84().inverse(from.lat, from.lon, lat, lon);
                    Near { feature: id as u32, name, metres }
                });
                return Ok(found.collect());
            }
            metres *= 2.0;
        }
    }
}

fn to_bytes(shape: &Shape) -> Vec<u8> {
    let mut bytes = vec![u8::from(shape.is_area)];
    for line in &shape.lines {
        bytes.extend((line.len() as u32).to_le_bytes());
        bytes.extend(line.iter().flatten().flat_map(|number| number.to_le_bytes()));
    }
    bytes
}

fn from_bytes(bytes: &[u8]) -> Option<Shape> {
    let (is_area, mut rest) = bytes.split_first()?;
    let mut lines = Vec::new();
    while let Some((count, after)) = rest.split_first_chunk::<4>() {
        let (line, after) = after.split_at_checked(16 * u32::from_le_bytes(*count) as usize)?;
        let number = |bytes: &[u8]| Some(f64::from_le_bytes(bytes.try_into().ok()?));
        lines.push(line.chunks_exact(16).map(|p| Some([number(&p[..8])?, number(&p[8..])?])).collect::<Option<_>>()?);
        rest = after;
    }
    Some(Shape { is_area: *is_area != 0, lines })
}
