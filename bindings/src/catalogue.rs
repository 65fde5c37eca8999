//! The downloaded territories: finding treks, reading sheets and objects, what changed.

use std::path::Path;
use std::sync::Arc;

use jalon::companion::BESIDE_KINDS;
use jalon::model::{self, Geometry};

use crate::error::{JalonError, Result};
use crate::kind::{Kind, kinds};
use crate::mirror::mirror;
use crate::shared::{Shared, borrowed};
use crate::sheet::{Picture, Profile, Text, TrekSheet, named, pictures, rich};
use crate::treks::{Mark, TrekPage, TrekQuery, marks, page};

/// Any object of a territory.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct Object {
    /// Short name of its territory.
    pub territory: String,
    /// What sort of thing it is.
    pub kind: Kind,
    /// The server's number.
    pub id: i64,
    /// Its name; empty where it has none.
    pub name: String,
    /// Language of that name.
    pub lang: String,
    /// What it is, where its kind has a description.
    pub description: Option<Text>,
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
pub struct Hit {
    /// Short name of its territory.
    pub territory: String,
    /// What sort of thing it is.
    pub kind: Kind,
    /// The server's number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Language of that name.
    pub lang: String,
    /// Where the words stand in the name; empty where they were found elsewhere.
    pub marks: Vec<Mark>,
}

/// A page of what was found.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct Hits {
    /// How many there are on all pages.
    pub total: u64,
    /// This page, the best first.
    pub items: Vec<Hit>,
}

/// An entry of a vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Label {
    /// The server's number.
    pub id: i64,
    /// What people read.
    pub label: String,
    /// Language of that label.
    pub lang: String,
}

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// Some of its fields are others than before.
    Changed,
    /// Its server publishes it no longer.
    Withdrawn,
}

mirror!(ChangeKind = jalon::catalogue::What { Added, Changed, Withdrawn });

/// One object that changed.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Change {
    /// What sort of thing it is.
    pub kind: Kind,
    /// The server's number.
    pub id: i64,
    /// Its name, as it was then.
    pub name: String,
    /// What happened to it.
    pub what: ChangeKind,
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
        self.shared.short(find).await
    }

    /// The sheet of a trek, with what lies beside its line. `beside` limits the kinds; empty for all that may belong to one.
    ///
    /// # Errors
    /// `NotFound`.
    #[uniffi::method(default(languages = [], beside = []))]
    pub async fn sheet(
        &self,
        territory: String,
        id: i64,
        languages: Vec<String>,
        beside: Vec<Kind>,
    ) -> Result<TrekSheet> {
        let read = move |shared: &Shared| {
            let wanted = if beside.is_empty() { BESIDE_KINDS.to_vec() } else { kinds(beside) };
            let sheet = shared.core().sheet(&territory, id, &wanted)?;
            TrekSheet::of(shared.core(), sheet, &borrowed(&languages))
        };
        self.shared.short(read).await
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
        self.shared.short(read).await
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
            let words = companion.words(&territory, &borrowed(&languages));
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
        self.shared.short(read).await
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
    ) -> Result<Hits> {
        let find = move |shared: &Shared| {
            let kinds = crate::kind::kinds(kinds);
            let catalogue = shared.core().catalogue();
            let hits = catalogue.search(&text, &kinds, &borrowed(&languages), page(limit)?, offset as usize)?;
            let hit = |hit: jalon::catalogue::Hit| {
                let jalon::catalogue::Hit { territory, kind, id, name, lang, marks: bytes, score: _ } = hit;
                Hit { territory, kind: kind.into(), id, lang, marks: marks(&name, bytes), name }
            };
            Ok(Hits { total: hits.total as u64, items: hits.items.into_iter().map(hit).collect() })
        };
        self.shared.short(find).await
    }

    /// The entries of a vocabulary of a territory (`trek_practice`, `feedback_category`, `city`), by number.
    ///
    /// # Errors
    /// `NotFound` for the territory.
    #[uniffi::method(default(languages = []))]
    pub async fn vocabulary(
        &self,
        territory: String,
        vocabulary: String,
        languages: Vec<String>,
    ) -> Result<Vec<Label>> {
        let read = move |shared: &Shared| {
            let territory = shared.core().catalogue().territory(&territory)?;
            let words = shared.core().words(&territory, &borrowed(&languages));
            let labels = shared.core().catalogue().labels(&vocabulary)?;
            let own = labels.into_iter().filter(|((key, _), _)| *key == territory.key);
            let mut own: Vec<Label> = own
                .map(|((_, id), text)| {
                    let (label, lang) = named(&words, Some(&text));
                    Label { id, label, lang }
                })
                .collect();
            own.sort_by_key(|label| label.id);
            Ok(own)
        };
        self.shared.short(read).await
    }

    /// What changed in a territory after a moment (Unix ms), the latest first; without one, what the last refresh that
    /// changed anything brought. A year is kept. `limit` is 1 to 200.
    ///
    /// # Errors
    /// `NotFound` for the territory.
    #[uniffi::method(default(after_ms = None, languages = [], limit = 200, offset = 0))]
    pub async fn changes(
        &self,
        territory: String,
        after_ms: Option<i64>,
        languages: Vec<String>,
        limit: u32,
        offset: u32,
    ) -> Result<Vec<Change>> {
        let read = move |shared: &Shared| {
            let limit = page(limit)?;
            let territory = shared.core().catalogue().territory(&territory)?;
            let words = shared.core().words(&territory, &borrowed(&languages));
            let changes = shared.core().catalogue().changes(&territory, after_ms)?;
            let change = |change: jalon::catalogue::Changed| {
                let jalon::catalogue::Changed { territory: _, kind, id, names, what, fields, at_ms } = change;
                Change { kind: kind.into(), id, name: named(&words, Some(&names)).0, what: what.into(), fields, at_ms }
            };
            Ok(changes.into_iter().skip(offset as usize).take(limit).map(change).collect())
        };
        self.shared.short(read).await
    }

    /// Writes a copy of the catalogue, whole and in one file, to `path`, which must not exist: a GeoPackage that QGIS opens.
    ///
    /// # Errors
    /// `InvalidInput` for the path, `StorageFull`.
    pub async fn export(&self, path: String) -> Result<()> {
        self.shared.short(move |shared| Ok(shared.core().catalogue().export(Path::new(&path))?)).await
    }
}
