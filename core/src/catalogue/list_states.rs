//! The state of each list of a territory's server: up to when it was read, whether the server called it empty, and
//! whether it can limit it to portals. A list that
//! a refresh could not read is requested by the next one from where it was left.

use std::collections::BTreeMap;

use super::{Catalogue, Territory, WriteTransaction};
use crate::error::Result;
use crate::ordered;

pub(super) const TABLES: &str = "
CREATE TABLE jalon_list (
  territory INTEGER NOT NULL, list TEXT NOT NULL, changes_ms INTEGER NOT NULL, read_ms INTEGER, empty_ms INTEGER,
  unfiltered INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (territory, list)) WITHOUT ROWID;
";

/// The state of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ListState {
    /// Time up to which its changes are known, by the server's clock, Unix ms.
    pub(crate) changes_ms: i64,
    /// Time at which the whole list was last read, Unix ms.
    pub(crate) read_ms: Option<i64>,
    /// Time since which the server says that the list is empty, although the catalogue has objects of it, Unix ms.
    pub(crate) empty_ms: Option<i64>,
    /// Whether the server fails to limit the list to portals. A full refresh tries again.
    pub(crate) is_unfiltered: bool,
}

impl Catalogue {
    /// The states of the lists of a territory that a refresh has requested.
    pub(crate) fn list_states(&self, territory: &Territory) -> Result<BTreeMap<String, ListState>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT list, changes_ms, read_ms, empty_ms, unfiltered FROM jalon_list WHERE territory = ?1",
            )?;
            let rows = statement.query_map([territory.key], |row| {
                let state = ListState {
                    changes_ms: row.get(1)?,
                    read_ms: row.get(2)?,
                    empty_ms: row.get(3)?,
                    is_unfiltered: row.get(4)?,
                };
                Ok((row.get(0)?, state))
            })?;
            Ok(ordered::try_map(rows)?)
        })
    }
}

impl WriteTransaction<'_> {
    /// Stores the state of a list.
    pub(crate) fn set_list_state(&mut self, territory: &Territory, list: &str, state: &ListState) -> Result<()> {
        let ListState { changes_ms, read_ms, empty_ms, is_unfiltered } = state;
        self.connection().prepare_cached("REPLACE INTO jalon_list VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?.execute((
            territory.key,
            list,
            changes_ms,
            read_ms,
            empty_ms,
            is_unfiltered,
        ))?;
        Ok(())
    }
}
