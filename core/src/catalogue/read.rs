//! Reading objects back, whole.

use rusqlite::{Connection, OptionalExtension, Row};

use super::{Catalogue, Territory, geopackage};
use crate::error::{Error, Result};
use crate::model::{Geometry, Id, Kind, Object};

impl Catalogue {
    /// One object by its server's number. Terms are read by [`Catalogue::objects`], as their number is unique within
    /// their vocabulary only.
    pub fn object(&self, territory: &Territory, kind: Kind, id: Id) -> Result<Object> {
        if kind == Kind::Term {
            return Err(Error::invalid("kind", "a term has no number of its own: ask for all of them"));
        }
        let sql = format!("SELECT {} FROM {kind} WHERE territory = ?1 AND id = ?2", fields(kind));
        let found = self.read(|connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            Ok(statement.query_row((territory.key, id), stored).optional()?)
        })?;
        found.ok_or_else(|| Error::NotFound { what: format!("{kind} {}/{id}", territory.name) })?.into_object(kind)
    }

    /// Every object of a kind, in the order of their numbers.
    pub fn objects(&self, territory: &Territory, kind: Kind) -> Result<Vec<Object>> {
        let sql = format!("SELECT {} FROM {kind} WHERE territory = ?1 ORDER BY id, fid", fields(kind));
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map([territory.key], stored)?;
            rows.map(|row| row?.into_object(kind)).collect()
        })
    }

    /// How many objects of a kind a territory has.
    pub fn count(&self, territory: &Territory, kind: Kind) -> Result<u64> {
        self.read(|connection: &Connection| {
            let sql = format!("SELECT count(*) FROM {kind} WHERE territory = ?1");
            Ok(connection.prepare_cached(&sql)?.query_row([territory.key], |row| row.get::<_, i64>(0))?.unsigned_abs())
        })
    }
}

fn fields(kind: Kind) -> &'static str {
    if kind.is_spatial() { "data, geom" } else { "data, NULL" }
}

struct Stored {
    data: String,
    geometry: Option<Vec<u8>>,
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored { data: row.get(0)?, geometry: row.get(1)? })
}

impl Stored {
    fn into_object(self, kind: Kind) -> Result<Object> {
        let damaged = || Error::Corrupt { reason: format!("a row of layer {kind} cannot be read") };
        let mut object = Object::from_json(kind, &self.data).map_err(|_| damaged())?;
        if let (Some(blob), Some(place)) = (self.geometry, object.geometry_mut()) {
            let geometry: Geometry = geopackage::decode(&blob).ok_or_else(damaged)?;
            *place = Some(geometry);
        }
        Ok(object)
    }
}
