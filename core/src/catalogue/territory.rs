//! Which territories the catalogue holds, each under a short name that the person chose or that its server suggests.

use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;

use super::{Catalogue, WriteTransaction};
use crate::error::{Error, Result};
use crate::model::Id;

/// One published Geotrek source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Territory {
    /// Its number in this catalogue.
    #[serde(skip)]
    pub key: i64,
    /// Short name, lower case: `pne`.
    pub name: String,
    /// Where its server is.
    pub url: String,
    /// Portals that it is limited to; empty for all.
    pub portals: Vec<Id>,
    /// Language in which names are shown where nobody asks for one.
    pub default_language: String,
    /// Languages of its server, the default first.
    pub languages: Vec<String>,
    /// Version that the server told.
    pub server_version: Option<String>,
    /// When it was last refreshed, Unix ms.
    pub refreshed_ms: Option<i64>,
    /// When all of it was last asked for, and not only what its server said had changed, Unix ms.
    pub full_refresh_ms: Option<i64>,
    /// What its server's clock said when the last refresh began, Unix ms; none where it did not say.
    #[serde(skip)]
    pub server_ms: Option<i64>,
}

/// A territory to add.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewTerritory {
    /// Short name: lower-case letters, digits and hyphens, 32 at most.
    pub name: String,
    /// Where its server is: any address on it.
    pub url: String,
    /// Portals to limit it to; empty for all.
    pub portals: Vec<Id>,
    /// Language in which names are shown where nobody asks for one.
    pub default_language: String,
}

const SELECT: &str =
    "SELECT territory, name, url, portals, default_language, languages, server_version, refreshed_ms, full_refresh_ms,
    server_ms FROM jalon_territory";

fn read_row(row: &Row<'_>) -> rusqlite::Result<Territory> {
    let portals: String = row.get(3)?;
    Ok(Territory {
        key: row.get(0)?,
        name: row.get(1)?,
        url: row.get(2)?,
        portals: serde_json::from_str(&portals).unwrap_or_default(),
        default_language: row.get(4)?,
        languages: serde_json::from_str(&row.get::<_, String>(5)?).unwrap_or_default(),
        server_version: row.get(6)?,
        refreshed_ms: row.get(7)?,
        full_refresh_ms: row.get(8)?,
        server_ms: row.get(9)?,
    })
}

fn find(connection: &Connection, name: &str) -> Result<Option<Territory>> {
    Ok(connection.query_row(&format!("{SELECT} WHERE name = ?1"), [name], read_row).optional()?)
}

/// A territory by its number in the catalogue.
pub(super) fn by_key(connection: &Connection, key: i64) -> Result<Option<Territory>> {
    Ok(connection.query_row(&format!("{SELECT} WHERE territory = ?1"), [key], read_row).optional()?)
}

impl Catalogue {
    /// Every territory that is held, by name.
    pub fn territories(&self) -> Result<Vec<Territory>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&format!("{SELECT} ORDER BY name"))?;
            let rows = statement.query_map([], read_row)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// One territory by its short name.
    pub fn territory(&self, name: &str) -> Result<Territory> {
        self.read(|connection| find(connection, name))?
            .ok_or_else(|| Error::NotFound { what: format!("the territory “{name}”") })
    }
}

impl WriteTransaction<'_> {
    /// Adds a territory, still empty.
    pub fn add_territory(&mut self, new: &NewTerritory) -> Result<Territory> {
        let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if new.name.is_empty() || new.name.len() > 32 || !new.name.chars().all(letters) {
            return Err(Error::invalid("name", "1 to 32 lower-case letters, digits or hyphens, such as “pne”"));
        }
        let url = url::Url::parse(&new.url)
            .map_err(|_| Error::invalid("url", "a web address such as https://example.org"))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(Error::invalid("url", "a web address that begins with https://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Error::invalid("url", "a web address without a user's name or password in it"));
        }
        // Whatever page of it a person has copied, a Geotrek has its API at the root.
        let url = format!("{}/", url.origin().ascii_serialization());
        if find(self.connection(), &new.name)?.is_some() {
            return Err(Error::invalid("name", format!("“{}” is held already", new.name)));
        }
        let portals = serde_json::to_string(&new.portals).map_err(Error::internal)?;
        self.connection().execute(
            "INSERT INTO jalon_territory (name, url, portals, default_language) VALUES (?1, ?2, ?3, ?4)",
            (&new.name, url, portals, &new.default_language),
        )?;
        find(self.connection(), &new.name)?.ok_or_else(|| Error::internal("the new territory is not there"))
    }

    /// Notes what a refresh learnt about a territory: its languages (the default first), its server's version, when that
    /// was, and whether all of it was asked for.
    pub fn record_refresh(&mut self, territory: &Territory, at_ms: i64, is_full: bool) -> Result<()> {
        let languages = serde_json::to_string(&territory.languages).map_err(Error::internal)?;
        self.connection().execute(
            "UPDATE jalon_territory SET default_language = ?2, languages = ?3, server_version = ?4, refreshed_ms = ?5,
               full_refresh_ms = CASE WHEN ?6 THEN ?5 ELSE full_refresh_ms END, server_ms = ?7 WHERE territory = ?1",
            (
                territory.key,
                &territory.default_language,
                languages,
                &territory.server_version,
                at_ms,
                is_full,
                territory.server_ms,
            ),
        )?;
        // A clock that was set years ahead is no reason to forget.
        let now_ms = territory.server_ms.map_or(at_ms, |server_ms| server_ms.min(at_ms));
        super::history::forget_old(self.connection(), territory.key, now_ms)?;
        Ok(())
    }

    /// Forgets a territory and everything in it.
    pub fn remove_territory(&mut self, territory: &Territory) -> Result<()> {
        for kind in crate::model::Kind::ALL {
            self.connection().execute(&format!("DELETE FROM {kind} WHERE territory = ?1"), [territory.key])?;
        }
        super::search::remove_all(self.connection(), territory)?;
        for table in ["jalon_route_item", "jalon_change", "jalon_job", "jalon_pack", "jalon_reported_trek"] {
            self.connection().execute(&format!("DELETE FROM {table} WHERE territory = ?1"), [territory.key])?;
        }
        super::history::step_generation(self.connection())?;
        self.connection().execute("DELETE FROM jalon_territory WHERE territory = ?1", [territory.key])?;
        Ok(())
    }
}
