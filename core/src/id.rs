//! Identifiers: of a territory on this device, and of an object within a territory.

use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlResult, ToSqlOutput, ValueRef};

use crate::model::{Id, Kind};

/// Identifier of a territory in this device's catalogue: the primary key of its row. It differs from device to device, and
/// after a rebuild of the catalogue; the territory's name is the same everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(test, derive(Default))]
pub struct TerritoryId(pub(crate) i64);

#[doc(hidden)]
impl ToSql for TerritoryId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

#[doc(hidden)]
impl FromSql for TerritoryId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(TerritoryId)
    }
}

/// Identifier of an object within one territory, in the order of its kind, then of its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ObjectKey {
    pub(crate) kind: Kind,
    pub(crate) id: Id,
}

impl ObjectKey {
    pub(crate) const fn new(kind: Kind, id: Id) -> ObjectKey {
        ObjectKey { kind, id }
    }
}
