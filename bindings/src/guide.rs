//! Guides along treks.

use std::sync::{Arc, Mutex};

use jalon::guide::{Guide, GuideSnapshot, log_entry};
use jalon::{Companion as Core, Error};

use crate::Companion;
use crate::convert::borrowed;
use crate::error::Result;
use crate::panic_guard::guard;
use crate::records::{Fix, GuideContents, GuidePlaceKind, GuideTarget, GuideUpdate};
use crate::threads::lock;

/// Follows a trek. All calls need memory only: they work while the companion is suspended, and after it is shut down.
#[derive(uniffi::Object)]
pub struct GuideSession {
    guide: Mutex<Guide>,
}

#[uniffi::export]
impl GuideSession {
    /// Takes a fix into account. Costs some microseconds, however long the route is: call it on the thread that receives the
    /// fixes. A fix that cannot be used changes nothing, and is told by the state `NoFix`.
    pub fn update(&self, fix: Fix) -> Result<GuideUpdate> {
        guard(|| Ok(lock(&self.guide).update(&fix).into()))
    }

    /// The nearest place of a kind ahead, or behind, by the time of walking. None if there is none, or before the route was
    /// near.
    #[uniffi::method(default(is_behind = false))]
    pub fn nearest_place(&self, kind: GuidePlaceKind, is_behind: bool) -> Result<Option<GuideTarget>> {
        guard(|| Ok(lock(&self.guide).nearest_place(kind, is_behind).map(Into::into)))
    }

    /// The objects along the route. They do not change: read them once.
    pub fn contents(&self) -> Result<GuideContents> {
        guard(|| Ok(lock(&self.guide).contents().clone().into()))
    }

    /// The state of the session as JSON, some kilobytes. A phone may end the process at any time: write it to a file after some
    /// fixes, and give it to [`GuideSession::restore`] of a guide along the same trek.
    pub fn snapshot(&self) -> Result<String> {
        guard(|| {
            let snapshot = lock(&self.guide).snapshot();
            serde_json::to_string(&snapshot).map_err(|_| Error::internal("a snapshot cannot be written as JSON"))
        })
    }

    /// Goes on with a session. Returns false, and changes nothing, if the snapshot is damaged or that of another route or version.
    pub fn restore(&self, snapshot: String) -> Result<bool> {
        guard(|| {
            let snapshot = serde_json::from_str::<GuideSnapshot>(&snapshot);
            Ok(snapshot.is_ok_and(|snapshot| lock(&self.guide).restore(&snapshot)))
        })
    }

    /// The first line of a log of this session, without the end of the line. A log replays to the same updates, so that a
    /// defect in the field can be reported. It has the route and the positions of the hiker: ask before it is sent.
    pub fn log_head(&self) -> Result<String> {
        guard(|| lock(&self.guide).log_head())
    }

    /// The line of a fix and its update in a log, without the end of the line.
    pub fn log_entry(&self, fix: Fix, update: GuideUpdate) -> Result<String> {
        guard(|| log_entry(&fix, &update.into()))
    }
}

#[uniffi::export]
impl Companion {
    /// A guide along a trek, with what it announces: reference points, POIs, information desks, water and shelter, stages,
    /// labels with advice, and the sensitive areas of all territories. An itinerary is followed over its stages. `start_ms`,
    /// Unix ms, chooses the sunset; none for now. Sentences are in the first of `languages` that has phrases, else in
    /// English. Costs a few milliseconds for each ten kilometres.
    ///
    /// # Errors
    /// `InvalidInput` if the trek has no line.
    #[uniffi::method(default(start_ms = None, languages = []))]
    pub async fn guide(
        &self,
        territory: String,
        id: i64,
        start_ms: Option<i64>,
        languages: Vec<String>,
    ) -> Result<Arc<GuideSession>> {
        let start = move |core: &Core| {
            let guide = core.guide(&territory, id, start_ms, &borrowed(&languages))?;
            Ok(Arc::new(GuideSession { guide: Mutex::new(guide) }))
        };
        self.shared.run_blocking(start).await
    }
}

#[cfg(test)]
mod tests {
    use jalon::guide::replay_log;
    use jalon::model::{Geometry, Localized, Poi, SensitiveArea, Trek};

    use super::*;
    use crate::JalonError;
    use crate::records::{GuideEventKind, GuideState, Position};
    use crate::state::Shared;
    use crate::threads::tests::block_on;

    /// Vertices of the trek, 8 m from one to the next: it winds to the east, with a hill.
    fn vertices() -> Vec<Position> {
        (0..500)
            .map(|index| {
                let step = f64::from(index);
                let (lon, lat) = (6.0 + step * 1e-4, 44.9 + (step / 40.0).sin() * 4e-4);
                Position { elevation: Some(1_500.0 + (step / 80.0).sin() * 200.0), ..Position::new(lon, lat) }
            })
            .collect()
    }

    /// A companion with a trek, a POI and a sensitive area along it.
    fn companion(folder: &std::path::Path) -> Companion {
        let core = Core::open(&jalon::Directories::within(folder)).unwrap();
        let (name, url) = ("park".to_owned(), "https://park.example".to_owned());
        let new = jalon::catalogue::NewTerritory { name, url, ..Default::default() };
        let territory = core.add_territory(&new).unwrap();
        let text = |text: &str| -> Localized { [("fr", text)].into_iter().collect() };
        let published = vec!["fr".to_owned()];
        let line = vertices();
        let area = [(6.02, 44.89), (6.03, 44.89), (6.03, 44.91), (6.02, 44.91), (6.02, 44.89)];
        let area = area.map(|(lon, lat)| Position::new(lon, lat)).to_vec();
        core.catalogue()
            .write(|change| {
                let geometry = Some(Geometry::line_string(line.clone()));
                let (name, published) = (text("Tour"), published.clone());
                change.put(&territory, Trek { id: 1, name, geometry, published, ..Trek::default() }.into())?;
                let (name, geometry) = (text("Cascade"), Some(Geometry::point(line[150])));
                change.put(&territory, Poi { id: 2, name, geometry, ..Poi::default() }.into())?;
                let (name, geometry) = (text("Aigle"), Some(Geometry::polygon(vec![area])));
                change.put(&territory, SensitiveArea { id: 3, name, geometry, ..SensitiveArea::default() }.into())
            })
            .unwrap();
        Companion { shared: Arc::new(Shared::new(core)) }
    }

    fn guide(companion: &Companion) -> Arc<GuideSession> {
        block_on(companion.guide("park".into(), 1, Some(1_780_000_000_000), vec!["fr".into()])).unwrap()
    }

    fn fixes() -> impl Iterator<Item = Fix> {
        let fix =
            |(index, position)| Fix { accuracy_m: Some(6.0), ..Fix::new(position, 1_780_000_000_000 + index * 6_000) };
        (0_i64..).zip(vertices()).map(fix)
    }

    #[test]
    fn walk_along_trek_arrives_and_is_announced() {
        let folder = tempfile::tempdir().unwrap();
        let companion = companion(folder.path());
        let session = guide(&companion);
        let contents = session.contents().unwrap();
        let names: Vec<&str> = contents.places.iter().map(|place| place.name.as_str()).collect();
        assert_eq!((names, contents.zones[0].crossings.len()), (vec!["Cascade"], 1));
        assert!(session.nearest_place(GuidePlaceKind::Poi, false).unwrap().is_none());
        // The guide needs no disk.
        block_on(companion.shutdown()).unwrap();
        let (mut along_m, mut kinds, mut log) = (0.0, Vec::new(), session.log_head().unwrap() + "\n");
        for (index, fix) in fixes().enumerate() {
            let update = session.update(fix).unwrap();
            let before_m = std::mem::replace(&mut along_m, update.along_m.unwrap());
            // A place can be corrected by some metres.
            assert!(along_m > before_m - 5.0, "{index}: {along_m} after {before_m}");
            if index == 100 {
                let target = session.nearest_place(GuidePlaceKind::Poi, false).unwrap().unwrap();
                assert!(target.place == 0 && target.text.contains("Cascade") && target.distance_m > 300.0);
                assert!(session.nearest_place(GuidePlaceKind::Poi, true).unwrap().is_none());
            }
            kinds.extend(update.events.iter().map(|event| event.kind));
            log += &(session.log_entry(fix, update).unwrap() + "\n");
        }
        let lost = Fix::new(Position::new(0.0, 0.0), 1_780_010_000_000);
        assert_eq!(session.update(lost).unwrap().state, GuideState::NoFix);
        for kind in [GuideEventKind::PoiAhead, GuideEventKind::ZoneEntered, GuideEventKind::ZoneLeft] {
            assert!(kinds.contains(&kind), "{kind:?}");
        }
        assert_eq!(kinds.last(), Some(&GuideEventKind::Arrived));
        let replay = replay_log(&mut log.as_bytes()).unwrap();
        assert_eq!((replay.updates.len(), replay.first_difference), (500, None));
    }

    #[test]
    fn restored_session_goes_on_identically() {
        let folder = tempfile::tempdir().unwrap();
        let companion = companion(folder.path());
        let session = guide(&companion);
        let mut fixes = fixes();
        for fix in fixes.by_ref().take(200) {
            session.update(fix).unwrap();
        }
        let restored = guide(&companion);
        for damaged in ["", "{}", "{\"version\":0}"] {
            assert_eq!(restored.restore(damaged.into()), Ok(false));
        }
        assert_eq!(restored.restore(session.snapshot().unwrap()), Ok(true));
        for fix in fixes {
            let (update, expected) = (restored.update(fix).unwrap(), session.update(fix).unwrap());
            // JSON can change the last digit of a number.
            assert!((update.along_m.unwrap() - expected.along_m.unwrap()).abs() < 1e-3);
            assert_eq!((update.state, update.stage, update.events), (expected.state, expected.stage, expected.events));
        }
    }

    #[test]
    fn guide_of_unknown_trek_is_not_found() {
        let folder = tempfile::tempdir().unwrap();
        let companion = companion(folder.path());
        let error = block_on(companion.guide("park".into(), 9, None, vec![])).err();
        assert!(matches!(error, Some(JalonError::NotFound { .. })), "{error:?}");
    }
}
