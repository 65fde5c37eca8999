//! What is near.

use std::sync::Arc;

use jalon::companion::{self, TrekStats};

use crate::error::Result;
use crate::kind::{Kind, kinds};
use crate::panic_guard::guard;
use crate::position::Position;
use crate::state::{Shared, borrowed};
use crate::treks::page;

/// What to look for.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct NearbyQuery {
    /// Kinds to find; empty for all but cities and districts, in which one always is.
    #[uniffi(default = [])]
    pub kinds: Vec<Kind>,
    /// Short name of the territory to look in; none for all.
    #[uniffi(default = None)]
    pub territory: Option<String>,
    /// No further than so many metres.
    #[uniffi(default = None)]
    pub max_distance_m: Option<f64>,
    /// At most so many, 1 to 200.
    #[uniffi(default = 10)]
    pub limit: u32,
}

/// Something that is near.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct NearbyItem {
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
    /// Metres along the ellipsoid to its nearest point; 0 inside an area.
    pub distance_m: f64,
    /// Degrees clockwise from north.
    pub bearing_deg: f64,
    /// Its nearest point.
    pub point: Position,
    /// Of a trek: its practice, in words.
    pub practice: Option<String>,
    /// Of a trek: its difficulty, in words.
    pub difficulty: Option<String>,
    /// Of a trek: hours.
    pub duration_h: Option<f64>,
    /// Of a trek: metres along it.
    pub length_m: Option<f64>,
    /// Of a trek: metres up.
    pub ascent_m: Option<f64>,
    /// Of a trek: whether all that belongs to it is on the device.
    pub offline: bool,
}

impl From<companion::NearbyItem> for NearbyItem {
    fn from(item: companion::NearbyItem) -> NearbyItem {
        let companion::NearbyItem { territory, kind, id, name, lang, trek, distance_m, bearing_deg, point } = item;
        let TrekStats { practice, difficulty, duration_h, length_m, ascent_m, offline } = trek.unwrap_or_default();
        NearbyItem {
            territory,
            kind: kind.into(),
            id,
            name,
            lang,
            distance_m,
            bearing_deg,
            point: point.into(),
            practice,
            difficulty,
            duration_h,
            length_m,
            ascent_m,
            offline,
        }
    }
}

/// What is near, from an index in memory.
#[derive(Debug, uniffi::Object)]
pub struct Nearby {
    shared: Arc<Shared>,
}

impl Nearby {
    pub(crate) fn new(shared: Arc<Shared>) -> Nearby {
        Nearby { shared }
    }
}

#[uniffi::export]
impl Nearby {
    /// What is nearest to a position, nearest first, with names in the first of `languages` that has one. Answers come from
    /// memory and names from the file's cache, in well under a millisecond, so it is not `async`; until the index stands after
    /// opening the file answers, in some milliseconds.
    ///
    /// # Errors
    /// `InvalidInput` for the position or the limit, `NotFound` for the territory.
    #[uniffi::method(default(languages = []))]
    pub fn nearest(&self, position: Position, query: NearbyQuery, languages: Vec<String>) -> Result<Vec<NearbyItem>> {
        guard(|| {
            let NearbyQuery { kinds: wanted, territory, max_distance_m, limit } = query;
            let query = companion::NearbyQuery { kinds: kinds(wanted), territory, max_distance_m, limit: page(limit)? };
            let found = self.shared.core().nearest(position.into(), &query, &borrowed(&languages))?;
            Ok(found.into_iter().map(Into::into).collect())
        })
    }

    /// Builds the index, if it does not stand, and waits for it: for an app that has the time before its first question.
    ///
    /// # Errors
    /// Those of the disk.
    pub async fn warm_up(&self) -> Result<()> {
        self.shared.run_blocking(|shared| Ok(shared.core().warm_up()?)).await
    }
}
