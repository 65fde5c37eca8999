//! The downloaded territories: treks and their details, objects, search, vocabularies, change history.

use std::path::Path;
use std::sync::Arc;

pub use jalon::catalogue::ChangeKind;
use jalon::catalogue::{self, Territory};
use jalon::companion::{Companion as Core, Localizer, ROUTE_ITEM_KINDS};
use jalon::model::{Geometry, Object as CoreObject};

use crate::convert::{all, from_core};
use crate::details::{Picture, Profile, RichText, TrekDetails, name_of, pictures, rich_text};
use crate::error::Result;
use crate::kind::Kind;
use crate::state::{Shared, borrowed};
use crate::treks::{Highlight, TrekPage, TrekQuery, highlights, page};

/// An object of any kind.
#[derive(Debug, uniffi::Record)]
pub struct Object {
    /// Name of its territory.
    pub territory: String,
    /// Its kind.
    pub kind: Kind,
    /// Its id on the server.
    pub id: i64,
    /// Its name; empty if it has none.
    pub name: String,
    /// Language of the name.
    pub lang: String,
    /// Its description; none if it has none.
    pub description: Option<RichText>,
    /// Its geometry, as ISO WKB.
    pub geometry: Option<Vec<u8>>,
    /// Its pictures, the cover first.
    pub pictures: Vec<Picture>,
    /// All its fields in all languages, as JSON in the shape of the catalogue's `data` column.
    pub json: String,
}

/// An object that a text search found.
#[derive(Debug, uniffi::Record)]
pub struct SearchHit {
    /// Name of its territory.
    pub territory: String,
    /// Its kind.
    pub kind: Kind,
    /// Its id on the server.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Language of the name.
    pub lang: String,
    /// Matches in the name; empty if only other texts match.
    pub highlights: Vec<Highlight>,
}

from_core!(catalogue::SearchHit => SearchHit same { territory, kind, id, lang }
    core { name, highlights: bytes, score: _ }
    own { highlights: highlights(&name, bytes), name });

/// A page of search results.
#[derive(Debug, uniffi::Record)]
pub struct SearchResults {
    /// Number of results on all pages.
    pub total: u64,
    /// This page, best match first.
    pub items: Vec<SearchHit>,
}

from_core!(catalogue::SearchResults => SearchResults same {} core { total, items }
    own { total: total as u64, items: all(items) });

/// An entry of a vocabulary.
#[derive(Debug, uniffi::Record)]
pub struct Term {
    /// Its id on the server.
    pub id: i64,
    /// Its label.
    pub label: String,
    /// Language of the label.
    pub lang: String,
}

/// How an object changed.
#[uniffi::remote(Enum)]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// Some of its fields changed.
    Changed,
    /// The server no longer publishes it.
    Withdrawn,
}

/// A change of an object.
#[derive(Debug, uniffi::Record)]
pub struct ChangeRecord {
    /// Its kind.
    pub kind: Kind,
    /// Its id on the server.
    pub id: i64,
    /// Its name at the time of the change.
    pub name: String,
    /// How it changed.
    pub change_kind: ChangeKind,
    /// Names of the changed fields.
    pub fields: Vec<String>,
    /// Time of the refresh that brought the change, Unix ms.
    pub at_ms: i64,
}

/// The downloaded territories.
#[derive(Debug, uniffi::Object)]
pub struct Catalogue {
    pub(crate) shared: Arc<Shared>,
}

#[uniffi::export]
impl Catalogue {
    /// A page of treks by text, filters, position and order. `languages` is the order of preference for texts; the
    /// territory's default language follows them. Takes about a millisecond for 2,000 treks.
    ///
    /// # Errors
    /// `InvalidInput` with the name of the field, `NotFound` for a territory.
    #[uniffi::method(default(languages = []))]
    pub async fn treks(&self, query: TrekQuery, languages: Vec<String>) -> Result<TrekPage> {
        let find = move |core: &Core| {
            let query = query.core(core.catalogue())?;
            Ok(core.treks(&query, &borrowed(&languages))?.into())
        };
        self.shared.run_blocking(find).await
    }

    /// The details of a trek with the objects along its route. `kinds` limits these objects; an empty list means all kinds
    /// that can lie along a route.
    ///
    /// # Errors
    /// `NotFound`.
    #[uniffi::method(default(languages = [], kinds = []))]
    pub async fn trek_details(
        &self,
        territory: String,
        id: i64,
        languages: Vec<String>,
        kinds: Vec<Kind>,
    ) -> Result<TrekDetails> {
        let read = move |core: &Core| {
            let kinds = if kinds.is_empty() { ROUTE_ITEM_KINDS.to_vec() } else { kinds };
            TrekDetails::of(core, core.trek_details(&territory, id, &kinds)?, &borrowed(&languages))
        };
        self.shared.run_blocking(read).await
    }

    /// The elevation profile of a trek as `columns` samples (2 to 65,536); none if its line has no elevations.
    ///
    /// # Errors
    /// `NotFound`; `InvalidInput` for `columns`.
    #[uniffi::method(default(columns = 200))]
    pub async fn profile(&self, territory: String, id: i64, columns: u32) -> Result<Option<Profile>> {
        let read = move |core: &Core| Profile::of(&object(core, &territory, Kind::Trek, id)?.1, columns);
        self.shared.run_blocking(read).await
    }

    /// An object of any kind.
    ///
    /// # Errors
    /// `NotFound`.
    #[uniffi::method(default(languages = []))]
    pub async fn object(&self, territory: String, kind: Kind, id: i64, languages: Vec<String>) -> Result<Object> {
        let read = move |core: &Core| {
            let (territory, object) = object(core, &territory, kind, id)?;
            let localizer = core.localizer(&territory, &borrowed(&languages));
            let (name, lang) = name_of(&localizer, object.name());
            let json = serde_json::to_string(&object)
                .map_err(|error| jalon::Error::Internal { detail: format!("an object has no JSON: {error}") })?;
            Ok(Object {
                kind,
                id,
                name,
                lang,
                description: object.description().and_then(|text| rich_text(&localizer, text)),
                geometry: object.geometry().map(Geometry::to_wkb),
                pictures: pictures(core, object.attachments())?,
                json,
                territory: territory.name,
            })
        };
        self.shared.run_blocking(read).await
    }

    /// Objects whose texts contain the words of `text`, ignoring accents; the last letters of a word may be missing. `kinds`
    /// limits the kinds; an empty list means all. `limit` is 1 to 200.
    ///
    /// # Errors
    /// `InvalidInput` for a text without a letter or a digit, or for the limit.
    #[uniffi::method(default(languages = [], kinds = [], limit = 50, offset = 0))]
    pub async fn search(
        &self,
        text: String,
        languages: Vec<String>,
        kinds: Vec<Kind>,
        limit: u32,
        offset: u32,
    ) -> Result<SearchResults> {
        let find = move |core: &Core| {
            let languages = borrowed(&languages);
            Ok(core.catalogue().search(&text, &kinds, &languages, page(limit)?, offset as usize)?.into())
        };
        self.shared.run_blocking(find).await
    }

    /// The entries of a vocabulary of a territory (`trek_practice`, `feedback_category`, `city`), by id.
    ///
    /// # Errors
    /// `NotFound` for the territory.
    #[uniffi::method(default(languages = []))]
    pub async fn vocabulary(&self, territory: String, vocabulary: String, languages: Vec<String>) -> Result<Vec<Term>> {
        let read = move |core: &Core| {
            let territory = core.catalogue().territory(&territory)?;
            let localizer = core.localizer(&territory, &borrowed(&languages));
            let labels = core.catalogue().labels(&vocabulary)?;
            let labels = labels.into_iter().filter(|((key, _), _)| *key == territory.key);
            let mut terms: Vec<Term> = labels
                .map(|((_, id), text)| {
                    let (label, lang) = name_of(&localizer, Some(&text));
                    Term { id, label, lang }
                })
                .collect();
            terms.sort_by_key(|term| term.id);
            Ok(terms)
        };
        self.shared.run_blocking(read).await
    }

    /// The changes in a territory after a time (Unix ms), latest first; without a time, those of the last refresh that
    /// changed anything. Changes are kept for a year. `limit` is 1 to 200.
    ///
    /// # Errors
    /// `NotFound` for the territory, `InvalidInput` for the limit.
    #[uniffi::method(default(after_ms = None, languages = [], limit = 200, offset = 0))]
    pub async fn change_history(
        &self,
        territory: String,
        after_ms: Option<i64>,
        languages: Vec<String>,
        limit: u32,
        offset: u32,
    ) -> Result<Vec<ChangeRecord>> {
        let read = move |core: &Core| {
            let limit = page(limit)?;
            let territory = core.catalogue().territory(&territory)?;
            let localizer = core.localizer(&territory, &borrowed(&languages));
            let changes = core.catalogue().change_history(&territory, after_ms)?;
            let changes = changes.into_iter().skip(offset as usize).take(limit);
            Ok(changes.map(|change| change_record(&localizer, change)).collect())
        };
        self.shared.run_blocking(read).await
    }

    /// Writes a complete copy of the catalogue to `path`, which must not exist: a GeoPackage that QGIS opens.
    ///
    /// # Errors
    /// `InvalidInput` for the path.
    pub async fn export(&self, path: String) -> Result<()> {
        self.shared.run_blocking(move |core| core.catalogue().export(Path::new(&path))).await
    }
}

/// An object and its territory.
pub(crate) fn object(core: &Core, territory: &str, kind: Kind, id: i64) -> jalon::Result<(Territory, CoreObject)> {
    let territory = core.catalogue().territory(territory)?;
    let object = core.catalogue().object(&territory, kind, id)?;
    Ok((territory, object))
}

fn change_record(localizer: &Localizer<'_>, change: catalogue::ChangeRecord) -> ChangeRecord {
    let catalogue::ChangeRecord { territory: _, kind, id, names, change_kind, fields, at_ms } = change;
    let (name, _) = name_of(localizer, Some(&names));
    ChangeRecord { kind, id, name, change_kind, fields, at_ms }
}
