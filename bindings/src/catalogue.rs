//! The downloaded territories: finding treks, reading sheets and objects, change_kind changed.

use std::path::Path;
use std::sync::Arc;

use jalon::companion::ROUTE_ITEM_KINDS;
use jalon::model::{self, Geometry};

use crate::details::{Picture, Profile, RichText, TrekDetails, named, pictures, rich};
use crate::enum_mirror::mirror;
use crate::error::{JalonError, Result};
use crate::kind::Kind;
use crate::state::{Shared, borrowed};
use crate::treks::{Highlight, TrekPage, TrekQuery, highlights, page};

/// Any object of a territory.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct Object {
    /// Short name of its territory.
    pub territory: String,
    /// ChangeKind sort of thing it is.
    pub kind: Kind,
    /// The server's number.
    pub id: i64,
    /// Its name; empty where it has none.
    pub name: String,
    /// Language of that name.
    pub lang: String,
    /// ChangeKind it is, where its kind has a description.
    pub description: Option<RichText>,
    /// Where it is, as ISO WKB.
    pub geometry: Option<Vec<u8>>,
    /// Its pictures, the cover first.
    pub pictures: Vec<Picture>,
    /// Everything that is known of it, in all languages, as JSON in the shape of the catalogue's own column: for fields that
    /// have no place above.
    pub json: String,
}

/// An object that was found by its words.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct SearchHit {
    /// Short name of its territory.
    pub territory: String,
    /// ChangeKind sort of thing it is.
    pub kind: Kind,
    /// The server's number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Language of that name.
    pub lang: String,
    /// Where the words stand in the name; empty where they were found elsewhere.
    pub highlights: Vec<Highlight>,
}

/// A page of change_kind was found.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct SearchResults {
    /// How many there are on all pages.
    pub total: u64,
    /// This page, the best first.
    pub items: Vec<SearchHit>,
}

/// An entry of a vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Term {
    /// The server's number.
    pub id: i64,
    /// ChangeKind people read.
    pub label: String,
    /// Language of that label.
    pub lang: String,
}

/// ChangeKind happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// Some of its fields are others than before.
    Changed,
    /// Its server publishes it no longer.
    Withdrawn,
}

mirror!(ChangeKind = jalon::catalogue::ChangeKind { Added, Changed, Withdrawn });

/// One object that changed.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ChangeRecord {
    /// ChangeKind sort of thing it is.
    pub kind: Kind,
    /// The server's number.
    pub id: i64,
    /// Its name, as it was then.
    pub name: String,
    /// ChangeKind happened to it.
    pub change_kind: ChangeKind,
    /// Names of the fields that are others than before.
    pub fields: Vec<String>,
    /// When the refresh that brought it was made, Unix ms.
    pub at_ms: i64,
}

/// The downloaded territories.
#[derive(Debug, uniffi::Object)]
pub struct Catalogue {
    shared: Arc<Shared>,
}

impl Catalogue {
    pub(crate) fn new(shared: Arc<Shared>) -> Catalogue {
        Catalogue { shared }
    }
}

#[uniffi::export]
impl Catalogue {
    /// Finds treks: text, filters, place and order together, a page at a time. `languages` is the order in which texts are
    /// wanted; the territory's default comes after them. About a millisecond for 2,000 treks.
    ///
    /// # Errors
    /// `InvalidInput` naming the field, `NotFound` for a territory.
    #[uniffi::method(default(languages = []))]
    pub async fn treks(&self, query: TrekQuery, languages: Vec<String>) -> Result<TrekPage> {
        let find = move |shared: &Shared| {
            let query = query.core(shared.core().catalogue())?;
            Ok(shared.core().treks(&query, &borrowed(&languages))?.into())
        };
        self.shared.run_blocking(find).await
    }

    /// The sheet of a trek, with the objects along its route. `kinds` limits these objects; an empty list means every kind that may lie along one.
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
        let read = move |shared: &Shared| {
            let wanted = if kinds.is_empty() { ROUTE_ITEM_KINDS.to_vec() } else { crate::kind::kinds(kinds) };
            let sheet = shared.core().trek_details(&territory, id, &wanted)?;
            TrekDetails::of(shared.core(), sheet, &borrowed(&languages))
        };
        self.shared.run_blocking(read).await
    }

    /// Elevation over distance along a trek, as `columns` samples (2 to 65,536); none where its line has no elevations.
    ///
    /// # Errors
    /// `NotFound`; `InvalidInput` for the columns.
    #[uniffi::method(default(columns = 200))]
    pub async fn profile(&self, territory: String, id: i64, columns: u32) -> Result<Option<Profile>> {
        let read = move |shared: &Shared| {
            let territory = shared.core().catalogue().territory(&territory)?;
            let trek = shared.core().catalogue().object(&territory, model::Kind::Trek, id)?;
            Profile::of(&trek, columns)
        };
        self.shared.run_blocking(read).await
    }

    /// Any object, of any kind.
    ///
    /// # Errors
    /// `NotFound`.
    #[uniffi::method(default(languages = []))]
    pub async fn object(&self, territory: String, kind: Kind, id: i64, languages: Vec<String>) -> Result<Object> {
        let read = move |shared: &Shared| {
            let companion = shared.core();
            let territory = companion.catalogue().territory(&territory)?;
            let object = companion.catalogue().object(&territory, kind.into(), id)?;
            let words = companion.localizer(&territory, &borrowed(&languages));
            let (name, lang) = named(&words, object.name());
            let attachments = object.attachments();
            let json = serde_json::to_string(&object)
                .map_err(|error| JalonError::Internal { detail: format!("an object has no JSON: {error}") })?;
            Ok(Object {
                territory: territory.name.clone(),
                kind,
                id,
                name,
                lang,
                description: object.description().and_then(|text| rich(&words, text)),
                geometry: object.geometry().map(Geometry::to_wkb),
                pictures: pictures(companion, attachments)?,
                json,
            })
        };
        self.shared.run_blocking(read).await
    }

    /// Finds objects of any kind by their words, as far as they are typed, accents ignored; `kinds` limits them, unless it is
    /// empty. `limit` is 1 to 200.
    ///
    /// # Errors
    /// `InvalidInput` for a text without a letter or a digit.
    #[uniffi::method(default(languages = [], kinds = [], limit = 50, offset = 0))]
    pub async fn search(
        &self,
        text: String,
        languages: Vec<String>,
        kinds: Vec<Kind>,
        limit: u32,
        offset: u32,
    ) -> Result<SearchResults> {
        let find = move |shared: &Shared| {
            let kinds = crate::kind::kinds(kinds);
            let catalogue = shared.core().catalogue();
            let hits = catalogue.search(&text, &kinds, &borrowed(&languages), page(limit)?, offset as usize)?;
            let hit = |hit: jalon::catalogue::SearchHit| {
                let jalon::catalogue::SearchHit { territory, kind, id, name, lang, highlights: bytes, score: _ } = hit;
                SearchHit { territory, kind: kind.into(), id, lang, highlights: highlights(&name, bytes), name }
            };
            Ok(SearchResults { total: hits.total as u64, items: hits.items.into_iter().map(hit).collect() })
        };
        self.shared.run_blocking(find).await
    }

    /// The entries of a vocabulary of a territory (`trek_practice`, `feedback_category`, `city`), by number.
    ///
    /// # Errors
    /// `NotFound` for the territory.
    #[uniffi::method(default(languages = []))]
    pub async fn vocabulary(&self, territory: String, vocabulary: String, languages: Vec<String>) -> Result<Vec<Term>> {
        let read = move |shared: &Shared| {
            let territory = shared.core().catalogue().territory(&territory)?;
            let words = shared.core().localizer(&territory, &borrowed(&languages));
            let labels = shared.core().catalogue().labels(&vocabulary)?;
            let own = labels.into_iter().filter(|((key, _), _)| *key == territory.key);
            let mut own: Vec<Term> = own
                .map(|((_, id), text)| {
                    let (label, lang) = named(&words, Some(&text));
                    Term { id, label, lang }
                })
                .collect();
            own.sort_by_key(|label| label.id);
            Ok(own)
        };
        self.shared.run_blocking(read).await
    }

    /// ChangeKind changed in a territory after a moment (Unix ms), the latest first; without one, change_kind the last refresh that
    /// changed anything brought. A year is kept. `limit` is 1 to 200.
    ///
    /// # Errors
    /// `NotFound` for the territory.
    #[uniffi::method(default(after_ms = None, languages = [], limit = 200, offset = 0))]
    pub async fn change_history(
        &self,
        territory: String,
        after_ms: Option<i64>,
        languages: Vec<String>,
        limit: u32,
        offset: u32,
    ) -> Result<Vec<ChangeRecord>> {
        let read = move |shared: &Shared| {
            let limit = page(limit)?;
            let territory = shared.core().catalogue().territory(&territory)?;
            let words = shared.core().localizer(&territory, &borrowed(&languages));
            let changes = shared.core().catalogue().change_history(&territory, after_ms)?;
            let change = |change: jalon::catalogue::ChangeRecord| {
                let jalon::catalogue::ChangeRecord { territory: _, kind, id, names, change_kind, fields, at_ms } =
                    change;
                ChangeRecord {
                    kind: kind.into(),
                    id,
                    name: named(&words, Some(&names)).0,
                    change_kind: change_kind.into(),
                    fields,
                    at_ms,
                }
            };
            Ok(changes.into_iter().skip(offset as usize).take(limit).map(change).collect())
        };
        self.shared.run_blocking(read).await
    }

    /// Writes a copy of the catalogue, whole and in one file, to `path`, which must not exist: a GeoPackage that QGIS opens.
    ///
    /// # Errors
    /// `InvalidInput` for the path, `StorageFull`.
    pub async fn export(&self, path: String) -> Result<()> {
        self.shared.run_blocking(move |shared| Ok(shared.core().catalogue().export(Path::new(&path))?)).await
    }
}
