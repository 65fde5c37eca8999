//! The territories of the catalogue. Each has a short name, which the person chooses or which is derived from its server.

use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;
use url::Url;

use super::edition::{EditionState, TerritoryEdition};
use super::mobile_tree::MobileTreeState;
use super::packs::check_bounds;
use super::{Catalogue, WriteTransaction};
use crate::error::{Error, Result};
use crate::geotrek::{base_address, server_address, tree_address};
use crate::id::TerritoryId;
use crate::model::{Bounds, Id};

/// A territory: one published Geotrek source, with its languages and portals.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Territory {
    /// Identifier on this device.
    #[serde(skip)]
    pub key: TerritoryId,
    /// Short name in lower case, such as `pne`.
    pub name: String,
    /// Base URL of the server, URL of the manifest of an edition, or URL of a mobile tree.
    pub url: String,
    /// Ids of the portals that the territory is limited to; empty for all.
    pub portals: Vec<Id>,
    /// Language of texts that are requested without a language.
    pub default_language: String,
    /// Languages of the server, the default language first.
    pub languages: Vec<String>,
    /// Geotrek version of the server.
    pub server_version: Option<String>,
    /// Time of the last refresh, Unix ms.
    pub refreshed_ms: Option<i64>,
    /// Time of the last full refresh, Unix ms. Other refreshes request only changed objects.
    pub full_refresh_ms: Option<i64>,
    /// The server's clock at the start of the last refresh, Unix ms; `None` if the server does not send a date.
    #[serde(skip)]
    pub server_ms: Option<i64>,
    /// The edition that the territory is read from; `None` if it is read from a Geotrek server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edition: Option<TerritoryEdition>,
    /// Whether the territory is read from the static files that Geotrek publishes for its mobile app, not from the API.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_mobile_tree: bool,
}

impl Territory {
    /// Whether the territory is read from static files: an edition or a mobile tree.
    pub(crate) fn is_static(&self) -> bool {
        self.edition.is_some() || self.is_mobile_tree
    }

    /// Base URL of the Geotrek server that takes reports; `None` if the edition of the territory names none, or if its mobile
    /// tree is a copy on another server.
    pub fn report_url(&self) -> Option<&str> {
        match &self.edition {
            Some(edition) => edition.server.as_deref(),
            None if self.is_mobile_tree => server_address(&self.url),
            None => Some(&self.url),
        }
    }
}

/// A territory to be added.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewTerritory {
    /// Short name: 1 to 32 lower-case letters, digits or hyphens.
    pub name: String,
    /// URL of the server, or of any of its pages. A path before those of Geotrek is kept: `https://example.org/geotrek/`.
    /// A URL whose path ends in `/mobile/` or `/settings.json` is that of a tree of static files that Geotrek publishes for its
    /// mobile app; any other whose path ends in `.json` is that of the manifest of an edition.
    pub url: String,
    /// Ids of the portals to limit the territory to; empty for all.
    pub portals: Vec<Id>,
    /// Language of texts that are requested without a language.
    pub default_language: String,
    /// For an edition: the bounding box to limit the territory to, in degrees; `None` for the whole edition.
    pub bounds: Option<Bounds>,
    /// For an edition: the public keys that may sign it, in minisign's format. If there are none, the key of the first
    /// edition is trusted.
    pub public_keys: Vec<String>,
}

const SELECT: &str =
    "SELECT territory, name, url, portals, default_language, languages, server_version, refreshed_ms, full_refresh_ms,
    server_ms, info, jalon_mobile_tree.territory IS NOT NULL
    FROM jalon_territory LEFT JOIN jalon_edition USING (territory) LEFT JOIN jalon_mobile_tree USING (territory)";

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
        edition: row.get::<_, Option<String>>(10)?.map(|info| serde_json::from_str(&info).unwrap_or_default()),
        is_mobile_tree: row.get(11)?,
    })
}

/// The address of a new territory that is read from a mobile tree; `None` for another source.
fn new_mobile_tree(new: &NewTerritory) -> Result<Option<Url>> {
    let address = tree_address(&new.url)?;
    if address.is_some() {
        check_no_edition(new)?;
        if !new.portals.is_empty() {
            return Err(Error::invalid(
                "portals",
                "must be empty for a mobile tree, which is published for its portals",
            ));
        }
    }
    Ok(address)
}

/// Checks that the options of editions are not given for another source.
fn check_no_edition(new: &NewTerritory) -> Result<()> {
    let rule = "must be given for an edition only: its URL ends in .json";
    if new.bounds.is_some() {
        return Err(Error::invalid("bounds", rule));
    }
    if !new.public_keys.is_empty() {
        return Err(Error::invalid("public_keys", rule));
    }
    Ok(())
}

/// The address of the manifest, and the state before the first refresh, of a new territory that is read from an edition;
/// `None` for a Geotrek server.
fn new_edition(new: &NewTerritory) -> Result<Option<(String, TerritoryEdition)>> {
    let address = Url::parse(&new.url).ok().filter(|url| url.path().ends_with(".json"));
    let Some(mut address) = address else {
        check_no_edition(new)?;
        return Ok(None);
    };
    if cfg!(not(feature = "edition")) {
        return Err(Error::invalid("url", "must be that of a Geotrek server: this build reads no editions"));
    }
    // The checks of the scheme, the host and the user name.
    base_address(&new.url)?;
    #[cfg(feature = "edition")]
    for key in &new.public_keys {
        crate::edition::PublicKey::parse(key)?;
    }
    if !new.portals.is_empty() {
        return Err(Error::invalid("portals", "must be empty for an edition, which is published for its portals"));
    }
    if let Some(bounds) = &new.bounds {
        check_bounds(bounds)?;
    }
    address.set_fragment(None);
    let edition =
        TerritoryEdition { bounds: new.bounds, public_keys: new.public_keys.clone(), ..TerritoryEdition::default() };
    Ok(Some((address.into(), edition)))
}

fn find(connection: &Connection, name: &str) -> Result<Option<Territory>> {
    Ok(connection.query_row(&format!("{SELECT} WHERE name = ?1"), [name], read_row).optional()?)
}

/// Finds a territory by its key.
pub(super) fn by_key(connection: &Connection, key: TerritoryId) -> Result<Option<Territory>> {
    Ok(connection.query_row(&format!("{SELECT} WHERE territory = ?1"), [key], read_row).optional()?)
}

impl Catalogue {
    /// The territories, in the order of their names.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Corrupt`] and errors of the disk.
    pub fn territories(&self) -> Result<Vec<Territory>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&format!("{SELECT} ORDER BY name"))?;
            let rows = statement.query_map([], read_row)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Finds a territory by its short name.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Closed`], [`Error::Corrupt`] and errors of the disk.
    pub fn territory(&self, name: &str) -> Result<Territory> {
        self.read(|connection| find(connection, name))?
            .ok_or_else(|| Error::NotFound { detail: format!("the territory “{name}”") })
    }
}

impl WriteTransaction<'_> {
    /// Adds an empty territory.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for an invalid or existing name, or an invalid URL; errors of the disk.
    pub fn add_territory(&mut self, new: &NewTerritory) -> Result<Territory> {
        let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if new.name.is_empty() || new.name.len() > 32 || !new.name.chars().all(is_allowed) {
            return Err(Error::invalid("name", "must be 1 to 32 lower-case letters, digits or hyphens, such as “pne”"));
        }
        let mobile_tree = new_mobile_tree(new)?;
        let edition = if mobile_tree.is_some() { None } else { new_edition(new)? };
        let url = match (&edition, &mobile_tree) {
            (Some((url, _)), _) => url.clone(),
            (None, Some(url)) => url.as_str().to_owned(),
            (None, None) => String::from(base_address(&new.url)?),
        };
        if find(self.connection(), &new.name)?.is_some() {
            return Err(Error::invalid("name", format!("must be new: there already is a territory “{}”", new.name)));
        }
        let portals = serde_json::to_string(&new.portals).map_err(Error::internal)?;
        self.connection().execute(
            "INSERT INTO jalon_territory (name, url, portals, default_language) VALUES (?1, ?2, ?3, ?4)",
            (&new.name, url, portals, &new.default_language),
        )?;
        let stored = |transaction: &Self| {
            let found = find(transaction.connection(), &new.name)?;
            found.ok_or_else(|| Error::internal("the new territory was not stored"))
        };
        let territory = stored(self)?;
        match (edition, mobile_tree) {
            (Some((_, edition)), _) => self.set_edition(territory.key, &edition, &EditionState::default())?,
            (None, Some(_)) => self.set_mobile_tree(territory.key, &MobileTreeState::default())?,
            (None, None) => return Ok(territory),
        }
        stored(self)
    }

    /// Stores the result of a refresh: the languages, the server's version and its clock, from `territory`; the time of the
    /// refresh (Unix ms); and whether it was a full one.
    pub(crate) fn record_refresh(&mut self, territory: &Territory, at_ms: i64, is_full: bool) -> Result<()> {
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
        // A device clock that is years ahead must not delete the history.
        let now_ms = territory.server_ms.map_or(at_ms, |server_ms| server_ms.min(at_ms));
        super::history::delete_old(self.connection(), territory.key, now_ms)?;
        Ok(())
    }

    /// Removes a territory and all its objects, jobs and packs.
    pub(crate) fn remove_territory(&mut self, territory: &Territory) -> Result<()> {
        for kind in crate::model::Kind::ALL {
            self.connection().execute(&format!("DELETE FROM {kind} WHERE territory = ?1"), [territory.key])?;
        }
        super::search::remove_all(self.connection(), territory)?;
        let tables = [
            "jalon_route_item",
            "jalon_change",
            "jalon_job",
            "jalon_pack",
            "jalon_reported_trek",
            "jalon_list",
            "jalon_edition",
            "jalon_edition_part",
            "jalon_mobile_tree",
            "jalon_mobile_file",
        ];
        for table in tables {
            self.connection().execute(&format!("DELETE FROM {table} WHERE territory = ?1"), [territory.key])?;
        }
        super::history::increment_generation(self.connection())?;
        self.connection().execute("DELETE FROM jalon_territory WHERE territory = ?1", [territory.key])?;
        Ok(())
    }
}
