//! The downloaded territories: treks and their details, objects, search, vocabularies, change history.

use std::path::Path;
use std::sync::Arc;

use jalon::catalogue::{self, SearchQuery, Territory};
use jalon::companion::{self, Localizer, ROUTE_ITEM_KINDS, RouteItemQuery};
use jalon::{Companion as Core, model};

use crate::convert::borrowed;
use crate::details::{files, name_of, pictures, rich_text};
use crate::error::Result;
use crate::gpx_file::export_trek;
use crate::records::{
    Bounds, ChangeRecord, FeaturePage, FeatureQuery, Kind, Object, Profile, SearchResults, Term, TrekDetails, TrekPage,
    TrekQuery,
};
use crate::state::Shared;
use crate::treks::{feature_limit, page};

/// The downloaded territories.
#[derive(uniffi::Object)]
pub struct Catalogue {
    pub(crate) shared: Arc<Shared>,
}

#[uniffi::export]
impl Catalogue {
    /// A page of treks by text, filters, position and order. `languages` is the order of preference for texts, before the
    /// territory's default language. Takes about a millisecond for 2,000 treks.
    #[uniffi::method(default(languages = []))]
    pub async fn treks(&self, query: TrekQuery, languages: Vec<String>) -> Result<TrekPage> {
        let find = move |core: &Core| {
            let query = query.core(core.catalogue())?;
            Ok(core.treks(&query, &borrowed(&languages))?.into())
        };
        self.shared.run_blocking(find).await
    }

    /// The details of a trek with the objects along its route. `kinds` limits these objects; an empty list means all. Touristic
    /// events that have ended are left out unless `past_events`.
    #[uniffi::method(default(languages = [], kinds = [], past_events = false))]
    pub async fn trek_details(
        &self,
        territory: String,
        id: i64,
        languages: Vec<String>,
        kinds: Vec<Kind>,
        past_events: bool,
    ) -> Result<TrekDetails> {
        let read = move |core: &Core| {
            let kinds = if kinds.is_empty() { ROUTE_ITEM_KINDS.to_vec() } else { kinds };
            let query = RouteItemQuery { kinds, past_events };
            TrekDetails::of(core, core.trek_details_with(&territory, id, &query)?, &borrowed(&languages))
        };
        self.shared.run_blocking(read).await
    }

    /// The elevation profile of a trek as `columns` samples (2 to 65,536); none if its line has no elevations.
    #[uniffi::method(default(columns = 200))]
    pub async fn profile(&self, territory: String, id: i64, columns: u32) -> Result<Option<Profile>> {
        let read = move |core: &Core| Profile::of(&object(core, &territory, Kind::Trek, id)?.1, columns);
        self.shared.run_blocking(read).await
    }

    /// Writes a trek to a file at `path`: GPX 1.1, or GeoJSON if the name ends with `.geojson` or `.json`. Its points of interest
    /// and the ends of its stages are waypoints. An existing file is replaced.
    ///
    /// # Errors
    /// `InvalidInput` if the library was built without the feature `gpx`.
    #[uniffi::method(default(languages = []))]
    pub async fn export_trek(&self, territory: String, id: i64, path: String, languages: Vec<String>) -> Result<()> {
        let export = move |core: &Core| export_trek(core, &territory, id, &borrowed(&languages), Path::new(&path));
        self.shared.run_blocking(export).await
    }

    /// The objects whose geometry has a point in a box, with simplified geometries: what a map shows. Objects that the server no
    /// longer publishes are left out. Takes some milliseconds for a screen.
    ///
    /// # Errors
    /// `InvalidInput` for the box, the tolerance and the limit; `NotFound` for the territory.
    #[uniffi::method(default(languages = []))]
    pub async fn features(&self, bounds: Bounds, query: FeatureQuery, languages: Vec<String>) -> Result<FeaturePage> {
        let find = move |core: &Core| {
            let FeatureQuery { kinds, territory, tolerance_m, limit, past_events } = query;
            let limit = feature_limit(limit)?;
            let query = companion::FeatureQuery { kinds, territory, tolerance_m, limit, past_events };
            Ok(core.features(&bounds, &query, &borrowed(&languages))?.into())
        };
        self.shared.run_blocking(find).await
    }

    /// An object of any kind.
    #[uniffi::method(default(languages = []))]
    pub async fn object(&self, territory: String, kind: Kind, id: i64, languages: Vec<String>) -> Result<Object> {
        let read = move |core: &Core| {
            let (territory, object) = object(core, &territory, kind, id)?;
            let localizer = core.localizer(&territory, &borrowed(&languages));
            let (name, lang) = localizer.object_name(&object)?;
            let withdrawn_ms = core.catalogue().withdrawn_ms(&territory, kind, id)?;
            let event = core.event_dates(&object);
            let json = serde_json::to_string(&object).map_err(jalon::Error::internal)?;
            Ok(Object {
                kind,
                id,
                name,
                lang,
                description: object.description().and_then(|text| rich_text(&localizer, text)),
                geometry: object.geometry().map(model::Geometry::to_wkb),
                pictures: pictures(core, object.attachments())?,
                files: files(core, object.attachments())?,
                event,
                withdrawn_ms,
                json,
                territory: territory.name,
            })
        };
        self.shared.run_blocking(read).await
    }

    /// Objects whose texts contain the words, or starts of words, in `text`; none if it has no letter and no digit. Accents are
    /// ignored. `kinds` limits the kinds; an empty list means all. `limit` is 1 to 200. Touristic events that have ended are
    /// left out unless `past_events`.
    #[uniffi::method(default(languages = [], kinds = [], limit = 50, offset = 0, past_events = false))]
    pub async fn search(
        &self,
        text: String,
        languages: Vec<String>,
        kinds: Vec<Kind>,
        limit: u32,
        offset: u32,
        past_events: bool,
    ) -> Result<SearchResults> {
        let find = move |core: &Core| {
            let query = SearchQuery { text, kinds, past_events, limit: page(limit)?, offset: offset as usize };
            Ok(core.search(&query, &borrowed(&languages))?.into())
        };
        self.shared.run_blocking(find).await
    }

    /// The entries of a vocabulary of a territory (`trek_practice`, `feedback_category`, `city`), by id.
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
            terms.sort_unstable_by_key(|term| term.id);
            Ok(terms)
        };
        self.shared.run_blocking(read).await
    }

    /// The changes in a territory after a time (Unix ms), latest first; without a time, those of the last refresh that
    /// changed anything. Changes are kept for a year. `limit` is 1 to 200.
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
    pub async fn export(&self, path: String) -> Result<()> {
        self.shared.run_blocking(move |core| core.catalogue().export(Path::new(&path))).await
    }
}

/// An object and its territory.
pub(crate) fn object(core: &Core, territory: &str, kind: Kind, id: i64) -> jalon::Result<(Territory, model::Object)> {
    let territory = core.catalogue().territory(territory)?;
    let object = core.catalogue().object(&territory, kind, id)?;
    Ok((territory, object))
}

fn change_record(localizer: &Localizer<'_>, change: catalogue::ChangeRecord) -> ChangeRecord {
    let catalogue::ChangeRecord { territory: _, kind, id, names, change_kind, fields, at_ms } = change;
    let (name, _) = name_of(localizer, Some(&names));
    ChangeRecord { kind, id, name, change_kind, fields, at_ms }
}
