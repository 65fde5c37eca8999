//! The search for the nearest objects.

use std::sync::Arc;

use jalon::{Companion as Core, companion};

use crate::convert::{all, borrowed};
use crate::error::Result;
use crate::panic_guard::guard;
use crate::records::{NearbyItem, NearbyQuery, Position};
use crate::state::Shared;
use crate::treks::page;

/// The search for the nearest objects, by an index in memory.
#[derive(uniffi::Object)]
pub struct Nearby {
    pub(crate) shared: Arc<Shared>,
}

#[uniffi::export]
impl Nearby {
    /// The nearest objects, nearest first, with names in the first of `languages` that each has. Takes well under a
    /// millisecond, so it is not `async`. Until the index is built after opening, the file answers in a few milliseconds.
    #[uniffi::method(default(languages = []))]
    pub fn nearest(&self, position: Position, query: NearbyQuery, languages: Vec<String>) -> Result<Vec<NearbyItem>> {
        guard(|| {
            let NearbyQuery { kinds, territory, max_distance_m, limit, past_events } = query;
            let query = companion::NearbyQuery { kinds, territory, max_distance_m, limit: page(limit)?, past_events };
            Ok(all(self.shared.core.nearest(position, &query, &borrowed(&languages))?))
        })
    }

    /// Builds the index if necessary and waits for it, for an app that has time before its first search.
    pub async fn warm_up(&self) -> Result<()> {
        self.shared.run_blocking(Core::warm_up).await
    }
}
