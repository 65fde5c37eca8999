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
    /// millisecond, but reads the names from the disk. Until the index is built after opening, the file answers in a few
    /// milliseconds.
    #[uniffi::method(default(languages = []))]
    pub async fn nearest(
        &self,
        position: Position,
        query: NearbyQuery,
        languages: Vec<String>,
    ) -> Result<Vec<NearbyItem>> {
        let nearest = move |core: &Core| {
            let NearbyQuery { kinds, territory, max_distance_m, limit, past_events } = query;
            let query = companion::NearbyQuery { kinds, territory, max_distance_m, limit: page(limit)?, past_events };
            Ok(all(core.nearest(position, &query, &borrowed(&languages))?))
        };
        self.shared.run_blocking(nearest).await
    }

    /// Fails once with the error of the last build of the index in the background. Searches read the file until the index is
    /// built; one of them after a pause of a minute builds it again.
    ///
    /// # Errors
    /// Those of the build.
    pub fn check_index(&self) -> Result<()> {
        guard(|| self.shared.core.check_index())
    }

    /// Builds the index if necessary and waits for it, for an app that has time before its first search.
    pub async fn warm_up(&self) -> Result<()> {
        self.shared.run_blocking(Core::warm_up).await
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;
    use crate::records::{NetworkKind, RefreshOptions};
    use crate::threads::tests::block_on;
    use crate::transfers::{Transfers, Work};

    /// A companion with a territory.
    fn shared(folder: &std::path::Path) -> Arc<Shared> {
        let core = Core::open(&jalon::Directories::within(folder)).unwrap();
        let (name, url) = ("park".to_owned(), "https://park.example".to_owned());
        core.add_territory(&jalon::catalogue::NewTerritory { name, url, ..Default::default() }).unwrap();
        Arc::new(Shared::new(core))
    }

    /// Locks the catalogue against everything, as a process does that restores a backup.
    fn locked(shared: &Shared, folder: &std::path::Path) -> rusqlite::Connection {
        shared.core.suspend(std::time::Duration::from_secs(30)).unwrap();
        let connection = rusqlite::Connection::open(folder.join("catalogue.gpkg")).unwrap();
        connection.execute_batch("PRAGMA locking_mode = exclusive; BEGIN EXCLUSIVE;").unwrap();
        shared.core.resume().unwrap();
        connection
    }

    #[test]
    fn call_on_the_thread_of_the_app_never_waits_for_a_locked_database() {
        let folder = tempfile::tempdir().unwrap();
        let shared = shared(folder.path());
        let job = shared.core.plan_refresh("park", &RefreshOptions::default().core()).unwrap();
        let transfers = Transfers::new(Arc::clone(&shared), Work::Refresh(Box::new(job))).unwrap();
        let lock = locked(&shared, folder.path());
        let nearby = Nearby { shared };
        let query =
            NearbyQuery { kinds: Vec::new(), territory: None, max_distance_m: None, limit: 5, past_events: false };
        let mut nearest = pin!(nearby.nearest(Position::new(6.0, 45.0), query, Vec::new()));
        let mut next = pin!(Arc::clone(&transfers).next());
        let mut context = Context::from_waker(Waker::noop());
        // The database is locked until the last line of this test but one, so a call that waited for it would not return.
        assert!(nearest.as_mut().poll(&mut context).is_pending());
        assert!(next.as_mut().poll(&mut context).is_pending());
        assert_eq!(transfers.progress().unwrap().done, 0);
        transfers.set_network(NetworkKind::Metered).unwrap();
        assert!(nearest.as_mut().poll(&mut context).is_pending() && next.as_mut().poll(&mut context).is_pending());
        drop(lock);
        assert!(block_on(nearest).unwrap().is_empty());
        block_on(next).unwrap();
    }
}
