//! The search for the nearest objects.

use std::sync::Arc;

use jalon::companion::{self, Companion as Core, TrekStats};

use crate::convert::{all, from_core};
use crate::error::Result;
use crate::kind::Kind;
use crate::panic_guard::guard;
use crate::position::{Position, at};
use crate::state::{Shared, borrowed};
use crate::treks::page;

/// Which objects to search.
#[derive(Debug, uniffi::Record)]
pub struct NearbyQuery {
    /// Kinds to find; an empty list means all kinds but cities and districts, as a position nearly always lies in one.
    #[uniffi(default = [])]
    pub kinds: Vec<Kind>,
    /// Name of the territory; none for all.
    #[uniffi(default = None)]
    pub territory: Option<String>,
    /// Maximum distance, metres.
    #[uniffi(default = None)]
    pub max_distance_m: Option<f64>,
    /// Maximum number of results, 1 to 200.
    #[uniffi(default = 10)]
    pub limit: u32,
}

/// An object near a position.
#[derive(Debug, uniffi::Record)]
pub struct NearbyItem {
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
    /// Metres on the ellipsoid to its nearest point; 0 inside an area.
    pub distance_m: f64,
    /// Bearing to its nearest point, degrees clockwise from north.
    pub bearing_deg: f64,
    /// Its nearest point.
    pub point: Position,
    /// Treks only: name of the practice.
    pub practice: Option<String>,
    /// Treks only: name of the difficulty.
    pub difficulty: Option<String>,
    /// Treks only: duration, hours.
    pub duration_h: Option<f64>,
    /// Treks only: length, metres.
    pub length_m: Option<f64>,
    /// Treks only: ascent, metres.
    pub ascent_m: Option<f64>,
    /// Treks only: true if a complete pack of it is on the device.
    pub offline: bool,
}

from_core!(companion::NearbyItem => NearbyItem same { territory, kind, id, name, lang, distance_m, bearing_deg }
    core { trek, point }
    let TrekStats { practice, difficulty, duration_h, length_m, ascent_m, offline } = trek.unwrap_or_default();
    own { point: at(point), practice, difficulty, duration_h, length_m, ascent_m, offline });

/// The search for the nearest objects, by an index in memory.
#[derive(Debug, uniffi::Object)]
pub struct Nearby {
    pub(crate) shared: Arc<Shared>,
}

#[uniffi::export]
impl Nearby {
    /// The nearest objects, nearest first, with names in the first of `languages` that each has. Takes well under a
    /// millisecond, so it is not `async`. Until the index is built after opening, the file answers in a few milliseconds.
    ///
    /// # Errors
    /// `InvalidInput` for the position or the limit, `NotFound` for the territory.
    #[uniffi::method(default(languages = []))]
    pub fn nearest(&self, position: Position, query: NearbyQuery, languages: Vec<String>) -> Result<Vec<NearbyItem>> {
        guard(|| {
            let NearbyQuery { kinds, territory, max_distance_m, limit } = query;
            let query = companion::NearbyQuery { kinds, territory, max_distance_m, limit: page(limit)? };
            Ok(all(self.shared.core.nearest(position, &query, &borrowed(&languages))?))
        })
    }

    /// Builds the index if necessary and waits for it, for an app that has time before its first search.
    pub async fn warm_up(&self) -> Result<()> {
        self.shared.run_blocking(Core::warm_up).await
    }
}
