//! The content of a report, and its validation. A Geotrek server accepts anything, even an empty report or a position in
//! the sea, so the content is validated here before the report is queued.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::model::{Bounds, Id};

/// Maximum length of a comment, in characters.
const MAX_COMMENT: usize = 10_000;
/// Maximum number of photos of a report. Offices ask for three; a few more do no harm.
pub(crate) const MAX_PHOTOS: usize = 6;
const MAX_EMAIL: usize = 254;

/// The position of a report, from the GPS receiver or chosen on a map.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ReportPosition {
    /// Longitude in degrees, WGS84.
    pub lon: f64,
    /// Latitude in degrees, WGS84.
    pub lat: f64,
    /// Horizontal accuracy in metres, as the receiver reports it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_m: Option<f64>,
    /// Time of the fix, Unix ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_ms: Option<i64>,
}

/// The content of a report: what the person enters.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ReportContent {
    /// Description of the problem.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comment: String,
    /// E-mail address of the reporter. The server sends its acknowledgement to it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub email: String,
    /// Id in the vocabulary `feedback_category`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Id>,
    /// Id in the vocabulary `feedback_activity`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<Id>,
    /// Id in the vocabulary `feedback_magnitude`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub magnitude: Option<Id>,
    /// Position of the problem.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<ReportPosition>,
    /// Id of the trek that the report is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trek: Option<Id>,
    /// Id of the signage that the report is about. The server has no field for it, so it is added to the comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signage: Option<Id>,
}

/// The facts about a territory that the content is validated against. All are empty if the territory is not downloaded;
/// an unknown fact is not checked.
#[doc(hidden)]
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KnownTerms {
    /// Ids by vocabulary. A missing or empty vocabulary is unknown.
    pub vocabularies: BTreeMap<&'static str, Vec<Id>>,
    /// Bounding box of the territory.
    pub bounds: Option<Bounds>,
    /// Distance from the report's position to its trek, in metres.
    pub metres_to_trek: Option<f64>,
    /// Whether the territory has the report's trek.
    pub has_trek: Option<bool>,
    /// Whether the territory has the report's signage.
    pub has_signage: Option<bool>,
}

/// An unusual property of a report that does not prevent sending it. The app shows it, so that the person can correct the
/// report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportWarning {
    /// The report has no position.
    NoPosition,
    /// The position is outside the territory.
    OutsideTerritory,
    /// The position is more than 1 km away from the report's trek.
    FarFromTrek,
    /// The report has no e-mail address, so the office cannot ask back.
    NoEmail,
}

/// Distance to the trek above which [`ReportWarning::FarFromTrek`] is given, in metres.
const FAR_M: f64 = 1_000.0;

impl ReportContent {
    /// Validates the content of a report with `photos` photos against the known facts about its territory.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] with the name of the first invalid field and the broken rule.
    #[doc(hidden)]
    pub fn check(&self, photos: usize, known: &KnownTerms) -> Result<Vec<ReportWarning>> {
        if self.comment.trim().is_empty() && self.category.is_none() && photos == 0 {
            return Err(Error::invalid("comment", "must not be empty unless the report has a category or a photo"));
        }
        if self.comment.chars().count() > MAX_COMMENT {
            return Err(Error::invalid("comment", format!("must have at most {MAX_COMMENT} characters")));
        }
        if self.comment.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err(Error::invalid("comment", "must not contain control characters except line breaks and tabs"));
        }
        if photos > MAX_PHOTOS {
            return Err(Error::invalid("photo", photos_rule()));
        }
        if !self.email.is_empty() && !is_email(&self.email) {
            return Err(Error::invalid("email", "must be an e-mail address such as name@example.org"));
        }
        let vocabularies = [
            ("category", "feedback_category", self.category),
            ("activity", "feedback_activity", self.activity),
            ("magnitude", "feedback_magnitude", self.magnitude),
        ];
        for (field, vocabulary, id) in vocabularies {
            let ids = known.vocabularies.get(vocabulary).filter(|ids| !ids.is_empty());
            if let (Some(id), Some(ids)) = (id, ids)
                && !ids.contains(&id)
            {
                let valid: Vec<String> = ids.iter().map(Id::to_string).collect();
                return Err(Error::invalid(field, format!("must be one of {}", valid.join(", "))));
            }
        }
        let objects = [("trek", self.trek, known.has_trek), ("signage", self.signage, known.has_signage)];
        for (field, id, exists) in objects {
            if id.is_some() && exists == Some(false) {
                return Err(Error::invalid(field, "must be the id of an object of the territory"));
            }
        }
        let mut warnings = Vec::new();
        match &self.position {
            None => warnings.push(ReportWarning::NoPosition),
            Some(position) => {
                check_position(position)?;
                let here = crate::model::Position::new(position.lon, position.lat);
                if known.bounds.is_some_and(|bounds| !bounds.contains(here)) {
                    warnings.push(ReportWarning::OutsideTerritory);
                }
                if known.metres_to_trek.is_some_and(|metres| metres > FAR_M) {
                    warnings.push(ReportWarning::FarFromTrek);
                }
            }
        }
        if self.email.is_empty() {
            warnings.push(ReportWarning::NoEmail);
        }
        Ok(warnings)
    }
}

/// The rule of the field `photo` about the number of photos.
pub(crate) fn photos_rule() -> String {
    format!("must not exceed {MAX_PHOTOS} photos per report")
}

fn check_position(position: &ReportPosition) -> Result<()> {
    if !crate::model::Position::new(position.lon, position.lat).is_valid() {
        return Err(Error::invalid(
            "position",
            "must have a longitude from -180 to 180 and a latitude from -90 to 90 degrees",
        ));
    }
    if position.lon == 0.0 && position.lat == 0.0 {
        return Err(Error::invalid(
            "position",
            "must be a real GPS position (0, 0 means that the receiver had no fix)",
        ));
    }
    if position.accuracy_m.is_some_and(|metres| !metres.is_finite() || metres < 0.0) {
        return Err(Error::invalid("accuracy", "must be a number of metres, 0 or more"));
    }
    Ok(())
}

/// Whether Django's e-mail validation, which Geotrek uses, accepts the address: one `@`, a local part before it, a host
/// with a dot after it, no spaces. Quoted local parts and IP addresses as hosts, which Django accepts, are rejected.
fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    let local_ok = !local.is_empty()
        && local.len() <= 64
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{}|~.-".contains(c));
    let labels: Vec<&str> = host.split('.').collect();
    let label_ok = |label: &&str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let last_ok = labels.last().is_some_and(|last| last.len() >= 2 && !last.chars().all(|c| c.is_ascii_digit()));
    text.len() <= MAX_EMAIL && local_ok && labels.len() >= 2 && labels.iter().all(label_ok) && last_ok
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content() -> ReportContent {
        let position = Some(ReportPosition { lon: 6.2, lat: 44.9, accuracy_m: Some(8.0), at_ms: Some(1) });
        ReportContent {
            comment: "Passerelle emportée".into(),
            email: "a.b+c@parc.example".into(),
            position,
            ..ReportContent::default()
        }
    }

    fn rejected_field(content: &ReportContent, photos: usize, known: &KnownTerms) -> String {
        match content.check(photos, known) {
            Err(Error::InvalidInput { field, .. }) => field.into_owned(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn check_with_unusable_content_names_the_field() {
        let known = KnownTerms::default();
        assert_eq!(content().check(0, &known), Ok(Vec::new()));
        let without = ReportContent { comment: " \n".into(), ..content() };
        assert_eq!(rejected_field(&without, 0, &known), "comment");
        assert!(without.check(1, &known).is_ok(), "a photo is enough");
        assert_eq!(rejected_field(&ReportContent { comment: "a\0b".into(), ..content() }, 0, &known), "comment");
        assert_eq!(
            rejected_field(&ReportContent { comment: "é".repeat(MAX_COMMENT + 1), ..content() }, 0, &known),
            "comment"
        );
        assert_eq!(rejected_field(&content(), MAX_PHOTOS + 1, &known), "photo");
        for email in ["a", "a@b", "@b.fr", "a b@c.fr", "a@b..fr", "a@-b.fr", "a@b.1", "a@b.fr\n", ".a@b.fr", "a@b@c"] {
            assert_eq!(
                rejected_field(&ReportContent { email: email.into(), ..content() }, 0, &known),
                "email",
                "{email}"
            );
        }
        for (lon, lat) in [(0.0, 0.0), (f64::NAN, 44.0), (6.0, 91.0), (181.0, 44.0), (f64::INFINITY, 0.0)] {
            let position = Some(ReportPosition { lon, lat, accuracy_m: None, at_ms: None });
            assert_eq!(rejected_field(&ReportContent { position, ..content() }, 0, &known), "position");
        }
    }

    #[test]
    fn check_with_id_of_another_territory_fails_only_if_ids_are_known() {
        let category = ReportContent { category: Some(9), ..content() };
        assert!(category.check(0, &KnownTerms::default()).is_ok());
        let vocabularies = BTreeMap::from([("feedback_category", vec![1, 2])]);
        let known = KnownTerms { vocabularies, has_trek: Some(false), ..KnownTerms::default() };
        assert_eq!(rejected_field(&category, 0, &known), "category");
        assert_eq!(rejected_field(&ReportContent { trek: Some(3), ..content() }, 0, &known), "trek");
    }

    #[test]
    fn check_with_unusual_content_returns_warnings() {
        let bounds = Some(Bounds { west: 7.0, south: 44.0, east: 8.0, north: 45.0 });
        let known = KnownTerms { bounds, metres_to_trek: Some(4_000.0), ..KnownTerms::default() };
        let odd = content().check(0, &known).unwrap();
        assert_eq!(odd, [ReportWarning::OutsideTerritory, ReportWarning::FarFromTrek]);
        let bare = ReportContent { comment: "x".into(), ..ReportContent::default() };
        assert_eq!(bare.check(0, &known).unwrap(), [ReportWarning::NoPosition, ReportWarning::NoEmail]);
    }
}
