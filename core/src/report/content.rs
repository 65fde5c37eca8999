//! What a report says, and the check at the door: the server takes anything, an empty body and a place in the sea too.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::model::{Bounds, Id};

/// Characters that a comment may have.
pub const MAX_COMMENT: usize = 10_000;
/// Photos that a report may have: offices ask for three, a few more are no harm.
pub const MAX_PHOTOS: usize = 6;
const MAX_EMAIL: usize = 254;

/// Where something is, and how well that is known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ReportPosition {
    /// Degrees east, WGS84.
    pub lon: f64,
    /// Degrees north, WGS84.
    pub lat: f64,
    /// Metres around it in which it is, as the receiver says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_m: Option<f64>,
    /// When the receiver found it, Unix ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_ms: Option<i64>,
}

/// What a report says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ReportContent {
    /// What it is about, in the reporter's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comment: String,
    /// Who can be asked; the server acknowledges to this address.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub email: String,
    /// Vocabulary `feedback_category`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Id>,
    /// Vocabulary `feedback_activity`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<Id>,
    /// Vocabulary `feedback_magnitude`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub magnitude: Option<Id>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<ReportPosition>,
    /// Trek that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trek: Option<Id>,
    /// Signage that it is about; the server has no field for it, so it stands in the comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signage: Option<Id>,
}

/// What is known of the territory that a report is for; all empty where its catalogue is not at hand.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KnownTerms {
    /// Ids by vocabulary. One that is empty or missing says nothing.
    pub vocabularies: BTreeMap<&'static str, Vec<Id>>,
    /// Where the territory is.
    pub bounds: Option<Bounds>,
    /// Metres from the place to the trek that is named.
    pub metres_to_trek: Option<f64>,
    /// Whether the trek that is named is there.
    pub has_trek: Option<bool>,
    /// Whether the signage that is named is there.
    pub has_signage: Option<bool>,
}

/// What is odd and may be right all the same: the person should look at it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// There is no place.
    NoPosition,
    /// The place is outside the territory.
    OutsideTerritory,
    /// The place is more than a kilometre from the trek that is named.
    FarFromTrek,
    /// Nobody can be asked.
    NoEmail,
}

const FAR_M: f64 = 1_000.0;

impl ReportContent {
    /// Refuses what the server would take and nobody could use; says what is odd. `photos` is how many there are.
    pub fn check(&self, photos: usize, known: &KnownTerms) -> Result<Vec<Warning>> {
        if self.comment.trim().is_empty() && self.category.is_none() && photos == 0 {
            return Err(Error::invalid("comment", "at least a comment, a category or a photo"));
        }
        if self.comment.chars().count() > MAX_COMMENT {
            return Err(Error::invalid("comment", format!("at most {MAX_COMMENT} characters")));
        }
        if self.comment.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err(Error::invalid("comment", "no control characters but line ends and tabs"));
        }
        if photos > MAX_PHOTOS {
            return Err(Error::invalid("photo", format!("at most {MAX_PHOTOS} photos")));
        }
        if !self.email.is_empty() && !is_email(&self.email) {
            return Err(Error::invalid("email", "an e-mail address such as name@example.org"));
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
                let right: Vec<String> = ids.iter().map(Id::to_string).collect();
                return Err(Error::invalid(field, format!("one of {}", right.join(", "))));
            }
        }
        for (field, named, there) in [("trek", self.trek, known.has_trek), ("signage", self.signage, known.has_signage)]
        {
            if named.is_some() && there == Some(false) {
                return Err(Error::invalid(field, "one of the territory's own"));
            }
        }
        let mut warnings = Vec::new();
        match &self.position {
            None => warnings.push(Warning::NoPosition),
            Some(position) => {
                check_position(position)?;
                let here = crate::model::Position::new(position.lon, position.lat);
                if known.bounds.is_some_and(|bounds| !bounds.contains(here)) {
                    warnings.push(Warning::OutsideTerritory);
                }
                if known.metres_to_trek.is_some_and(|metres| metres > FAR_M) {
                    warnings.push(Warning::FarFromTrek);
                }
            }
        }
        if self.email.is_empty() {
            warnings.push(Warning::NoEmail);
        }
        Ok(warnings)
    }
}

fn check_position(position: &ReportPosition) -> Result<()> {
    if !crate::model::Position::new(position.lon, position.lat).is_valid() {
        return Err(Error::invalid("position", "longitude from -180 to 180 and latitude from -90 to 90 degrees"));
    }
    if position.lon == 0.0 && position.lat == 0.0 {
        return Err(Error::invalid(
            "position",
            "must be a real GPS position (0, 0 means that the receiver had no fix)",
        ));
    }
    if position.accuracy_m.is_some_and(|metres| !metres.is_finite() || metres < 0.0) {
        return Err(Error::invalid("accuracy", "metres, not below 0"));
    }
    Ok(())
}

/// The form that Geotrek's own check (Django's) lets through, for what people really have: one `@`, something before it, a
/// host with a dot after it, no blanks.
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

    fn refused(content: &ReportContent, photos: usize, known: &KnownTerms) -> String {
        match content.check(photos, known) {
            Err(Error::InvalidInput { field, .. }) => field.into_owned(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_nobody_could_use_is_refused_by_its_field() {
        let known = KnownTerms::default();
        assert_eq!(content().check(0, &known), Ok(Vec::new()));
        let without = ReportContent { comment: " \n".into(), ..content() };
        assert_eq!(refused(&without, 0, &known), "comment");
        assert!(without.check(1, &known).is_ok(), "a photo says enough");
        assert_eq!(refused(&ReportContent { comment: "a\0b".into(), ..content() }, 0, &known), "comment");
        assert_eq!(refused(&ReportContent { comment: "é".repeat(MAX_COMMENT + 1), ..content() }, 0, &known), "comment");
        assert_eq!(refused(&content(), MAX_PHOTOS + 1, &known), "photo");
        for email in ["a", "a@b", "@b.fr", "a b@c.fr", "a@b..fr", "a@-b.fr", "a@b.1", "a@b.fr\n", ".a@b.fr", "a@b@c"] {
            assert_eq!(refused(&ReportContent { email: email.into(), ..content() }, 0, &known), "email", "{email}");
        }
        for (lon, lat) in [(0.0, 0.0), (f64::NAN, 44.0), (6.0, 91.0), (181.0, 44.0), (f64::INFINITY, 0.0)] {
            let position = Some(ReportPosition { lon, lat, accuracy_m: None, at_ms: None });
            assert_eq!(refused(&ReportContent { position, ..content() }, 0, &known), "position");
        }
    }

    #[test]
    fn ids_must_be_the_territorys_where_they_are_known() {
        let category = ReportContent { category: Some(9), ..content() };
        assert!(category.check(0, &KnownTerms::default()).is_ok());
        let vocabularies = BTreeMap::from([("feedback_category", vec![1, 2])]);
        let known = KnownTerms { vocabularies, has_trek: Some(false), ..KnownTerms::default() };
        assert_eq!(refused(&category, 0, &known), "category");
        assert_eq!(refused(&ReportContent { trek: Some(3), ..content() }, 0, &known), "trek");
    }

    #[test]
    fn what_is_odd_is_told() {
        let bounds = Some(Bounds { west: 7.0, south: 44.0, east: 8.0, north: 45.0 });
        let known = KnownTerms { bounds, metres_to_trek: Some(4_000.0), ..KnownTerms::default() };
        let odd = content().check(0, &known).unwrap();
        assert_eq!(odd, [Warning::OutsideTerritory, Warning::FarFromTrek]);
        let bare = ReportContent { comment: "x".into(), ..ReportContent::default() };
        assert_eq!(bare.check(0, &known).unwrap(), [Warning::NoPosition, Warning::NoEmail]);
    }
}
