//! Every published object of a territory, one after another (feature `edition-build`).

use super::read::{fields, read_row};
use super::{Catalogue, Territory};
use crate::error::Result;
use crate::model::{Kind, Object};

impl Catalogue {
    /// Calls `each` with every object that the server publishes, kind by kind in the order of [`Kind::ALL`], and by id; terms by
    /// vocabulary and id. One object is in memory at a time. All are of one state of the catalogue, as of one read.
    pub(crate) fn visit_published(
        &self,
        territory: &Territory,
        mut each: impl FnMut(Object) -> Result<()>,
    ) -> Result<()> {
        self.read(|connection| {
            for kind in Kind::ALL {
                let order = if kind == Kind::Term { "vocabulary, id" } else { "id" };
                let sql = format!(
                    "SELECT {} FROM {kind} WHERE territory = ?1 AND withdrawn_ms IS NULL ORDER BY {order}",
                    fields(kind)
                );
                let mut statement = connection.prepare_cached(&sql)?;
                let mut rows = statement.query([territory.key])?;
                while let Some(row) = rows.next()? {
                    each(read_row(row, kind)?)?;
                }
            }
            Ok(())
        })
    }
}
