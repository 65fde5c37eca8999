//! The emergency sheet and the check of a trek before leaving.

use jalon::Companion as Core;

use crate::Companion;
use crate::convert::borrowed;
use crate::error::Result;
use crate::records::{EmergencySheet, Fix, TrekCheck};

#[uniffi::export]
impl Companion {
    /// Where a person is, for the emergency services: the position with its age and accuracy in several notations, the nearest
    /// named places with distance and direction, telephone numbers, and all of it as one text to read aloud or send. The text
    /// is in the first of `languages` that has the phrases (French, English), else in English. A catalogue that cannot be read
    /// leaves places and desks out: the position is told in any case.
    #[uniffi::method(default(languages = []))]
    pub async fn emergency_sheet(&self, fix: Fix, languages: Vec<String>) -> Result<EmergencySheet> {
        let describe = move |core: &Core| Ok(core.emergency_sheet(&fix, &borrowed(&languages))?.into());
        self.shared.run_blocking(describe).await
    }

    /// Checks a trek before leaving on a day, YYYY-MM-DD; none for the current day at its departure. Tells whether it is
    /// downloaded and how old the data is, which sensitive areas of all territories are in season along the route, daylight,
    /// walking times, the latest start to arrive by sunset, and warnings with codes.
    #[uniffi::method(default(date = None, languages = []))]
    pub async fn check_trek(
        &self,
        territory: String,
        id: i64,
        date: Option<String>,
        languages: Vec<String>,
    ) -> Result<TrekCheck> {
        let check =
            move |core: &Core| Ok(core.check_trek(&territory, id, date.as_deref(), &borrowed(&languages))?.into());
        self.shared.run_blocking(check).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jalon::model::{Geometry, Localized, Trek};

    use super::*;
    use crate::JalonError;
    use crate::records::{CheckCode, NumberKind, Position};
    use crate::state::Shared;
    use crate::threads::tests::block_on;

    /// A companion with one trek.
    fn companion(folder: &std::path::Path) -> Companion {
        let core = Core::open(&jalon::Directories::within(folder)).unwrap();
        let (name, url) = ("park".to_owned(), "https://park.example".to_owned());
        let new = jalon::catalogue::NewTerritory { name, url, ..Default::default() };
        let territory = core.add_territory(&new).unwrap();
        let name: Localized = [("fr", "Tour")].into_iter().collect();
        let line = [6.0, 6.06].map(|lon| Position::new(lon, 44.9)).to_vec();
        let geometry = Some(Geometry::line_string(line));
        let trek =
            Trek { id: 1, name, geometry, published: vec!["fr".into()], duration_h: Some(4.0), ..Trek::default() };
        core.catalogue().write(|change| change.put(&territory, trek.into())).unwrap();
        Companion { shared: Arc::new(Shared::new(core)) }
    }

    #[test]
    fn emergency_sheet_has_position_places_and_numbers() {
        let folder = tempfile::tempdir().unwrap();
        let companion = companion(folder.path());
        let fix = Fix { accuracy_m: Some(8.0), ..Fix::new(Position::new(6.0, 44.9), 0) };
        let sheet = block_on(companion.emergency_sheet(fix, vec!["fr".into()])).unwrap();
        assert_eq!((sheet.coordinates.mgrs.as_str(), sheet.accuracy_m), ("32TKQ6314276220", Some(8.0)));
        assert!(sheet.places.iter().all(|place| place.name == "Tour") && sheet.places.len() == 2);
        assert!(matches!(sheet.numbers[0].kind, NumberKind::Emergency) && sheet.text.contains("112"));
        let nowhere = Fix::new(Position::new(0.0, 0.0), 0);
        let error = block_on(companion.emergency_sheet(nowhere, vec![])).err();
        assert!(matches!(error, Some(JalonError::InvalidInput { .. })), "{error:?}");
    }

    #[test]
    fn check_trek_has_daylight_latest_start_and_warnings() {
        let folder = tempfile::tempdir().unwrap();
        let companion = companion(folder.path());
        let check = |date: Option<&str>| {
            block_on(companion.check_trek("park".into(), 1, date.map(str::to_owned), vec!["fr".into()]))
        };
        let june = check(Some("2026-06-21")).unwrap();
        assert_eq!(june.sun.set_ms.unwrap() - june.latest_start_ms.unwrap(), 4 * 3_600_000);
        assert!(matches!(june.warnings[0].code, CheckCode::NotDownloaded) && !june.offline);
        assert_eq!(check(None).unwrap().date.len(), 10);
        assert!(matches!(check(Some("soon")).err(), Some(JalonError::InvalidInput { .. })));
    }
}
