//! The emergency sheet: where a person is, as one text to read aloud or send.

use std::fmt::Write as _;

use serde::Serialize;

use super::Coordinates;
use super::phrases::{Phrases, fill};
use crate::error::{Error, Result};
use crate::line::compass_point;
use crate::model::{Fix, Id, Kind};

/// The emergency number of the European Union, and of all GSM networks.
const EMERGENCY: &str = "112";
/// The French emergency number by SMS.
const EMERGENCY_SMS: &str = "114";
/// Metres within which a place has no direction.
const HERE_M: f64 = 10.0;

/// The role of a place on an emergency sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceRole {
    /// An object: its nearest point.
    Object,
    /// The departure of a trek.
    TrekStart,
}

/// A named place near an emergency.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EmergencyPlace {
    /// Short name of its territory.
    pub territory: String,
    /// The kind of object.
    pub kind: Kind,
    /// The server's id.
    pub id: Id,
    /// Its role.
    pub role: PlaceRole,
    /// Its name.
    pub name: String,
    /// Language of that name.
    pub lang: String,
    /// Metres from the position to it.
    pub distance_m: f64,
    /// Direction from the position to it, degrees clockwise from true north.
    pub bearing_deg: f64,
    /// That direction in words, one of eight: `to the north-east`.
    pub direction: String,
}

/// The service that answers at a telephone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberKind {
    /// The emergency services, by voice.
    Emergency,
    /// The emergency services, by SMS only.
    EmergencySms,
    /// An information desk of a territory: knows the place, does not rescue.
    InformationDesk,
}

/// A telephone number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EmergencyNumber {
    /// The service that answers.
    pub kind: NumberKind,
    /// The number, as the territory writes it.
    pub number: String,
    /// The service that answers, in words.
    pub label: String,
}

/// An information desk with a telephone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DeskNumber {
    pub(crate) number: String,
    pub(crate) name: String,
}

/// A position and its surroundings for the emergency services.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EmergencySheet {
    /// The position in several notations.
    #[serde(flatten)]
    pub coordinates: Coordinates,
    /// Radius in metres that contains the position with a probability of 68 %.
    pub accuracy_m: Option<f64>,
    /// Milliseconds since the position was taken; 0 if its time is in the future.
    pub age_ms: i64,
    /// Metres above sea level.
    pub altitude_m: Option<f64>,
    /// Named places, nearest first.
    pub places: Vec<EmergencyPlace>,
    /// Telephone numbers, emergency services first.
    pub numbers: Vec<EmergencyNumber>,
    /// Language of the text.
    pub lang: String,
    /// All of this as one text.
    pub text: String,
}

impl EmergencySheet {
    /// A sheet for a fix. The places are sorted, nearest first.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the position is not a real one.
    pub(crate) fn new(
        fix: &Fix,
        now_ms: i64,
        mut places: Vec<EmergencyPlace>,
        desks: Vec<DeskNumber>,
        languages: &[&str],
    ) -> Result<EmergencySheet> {
        if !fix.is_valid() {
            let rule = "must be a real position: longitude within ±180°, latitude within ±90°, and not 0, 0";
            return Err(Error::invalid("position", rule));
        }
        let phrases = Phrases::find(languages);
        places.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m));
        for place in &mut places {
            place.direction = direction(place, phrases);
        }
        let own = [
            (NumberKind::Emergency, EMERGENCY, phrases.number_112),
            (NumberKind::EmergencySms, EMERGENCY_SMS, phrases.number_114),
        ];
        let own = own.map(|(kind, number, label)| EmergencyNumber { kind, number: number.into(), label: label.into() });
        let desk = |DeskNumber { number, name }| {
            let label = fill(phrases.desk_number, name);
            EmergencyNumber { kind: NumberKind::InformationDesk, number, label }
        };
        let is_measure = |metres: &f64| metres.is_finite() && *metres >= 0.0;
        let mut sheet = EmergencySheet {
            coordinates: Coordinates::of(fix.position)?,
            accuracy_m: fix.accuracy_m.filter(is_measure),
            age_ms: now_ms.saturating_sub(fix.time_ms).max(0),
            altitude_m: fix.position.elevation.filter(|metres| metres.is_finite()),
            places,
            numbers: own.into_iter().chain(desks.into_iter().map(desk)).collect(),
            lang: phrases.lang.to_owned(),
            text: String::new(),
        };
        sheet.text = sheet.written(phrases);
        Ok(sheet)
    }

    fn written(&self, phrases: &Phrases) -> String {
        let Coordinates { decimal, dms, utm, plus_code, .. } = &self.coordinates;
        let mut text = format!("{}\n{}\n", phrases.emergency, fill(phrases.position, decimal));
        if let Some(metres) = self.accuracy_m {
            let _ = writeln!(text, "{}", fill(phrases.accuracy, format!("{:.0}", metres.ceil())));
        }
        let _ = writeln!(text, "{}", fill(phrases.age, age(self.age_ms, phrases)));
        if let Some(metres) = self.altitude_m {
            let _ = writeln!(text, "{}", fill(phrases.altitude, format!("{:.0}", metres.round() + 0.0)));
        }
        let mgrs = self.coordinates.spaced_mgrs();
        let colon = phrases.colon;
        let _ = writeln!(text, "{dms}\nUTM (WGS84){colon}{utm}\nMGRS{colon}{mgrs}\nPlus code{colon}{plus_code}");
        if !self.places.is_empty() {
            let _ = writeln!(text, "{}", phrases.nearby);
        }
        for place in &self.places {
            let name = match place.role {
                PlaceRole::Object => place.name.clone(),
                PlaceRole::TrekStart => fill(phrases.trek_start, &place.name),
            };
            let distance = distance(place.distance_m, phrases);
            let _ = match place.distance_m < HERE_M {
                true => writeln!(text, "- {name}{colon}{}", phrases.here),
                false => writeln!(text, "- {name}{colon}{distance} {}", place.direction),
            };
        }
        let _ = writeln!(text, "{}", phrases.numbers);
        for EmergencyNumber { number, label, .. } in &self.numbers {
            let _ = writeln!(text, "- {number}{colon}{label}");
        }
        text
    }
}

fn direction(place: &EmergencyPlace, phrases: &Phrases) -> String {
    phrases.compass[compass_point(place.bearing_deg)].to_owned()
}

/// Metres to ten metres, kilometres to a hundred metres.
fn distance(metres: f64, phrases: &Phrases) -> String {
    if metres < 995.0 {
        format!("{:.0} m", (metres / 10.0).round() * 10.0)
    } else {
        format!("{:.1} km", metres / 1000.0).replace('.', &phrases.decimal_separator.to_string())
    }
}

fn age(age_ms: i64, phrases: &Phrases) -> String {
    match age_ms / 1_000 {
        0..5 => phrases.just_now.to_owned(),
        seconds @ 5..60 => fill(phrases.seconds_ago, seconds),
        seconds @ 60..7_200 => fill(phrases.minutes_ago, seconds / 60),
        seconds @ 7_200..172_800 => fill(phrases.hours_ago, seconds / 3_600),
        seconds => fill(phrases.days_ago, seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Position;

    fn place(name: &str, distance_m: f64, bearing_deg: f64, role: PlaceRole) -> EmergencyPlace {
        EmergencyPlace {
            territory: "pne".into(),
            kind: Kind::Poi,
            id: 1,
            role,
            name: name.into(),
            lang: "fr".into(),
            distance_m,
            bearing_deg,
            direction: String::new(),
        }
    }

    fn fix() -> Fix {
        let position = Position { elevation: Some(2134.4), ..Position::new(6.412_3, 44.872_1) };
        Fix { accuracy_m: Some(11.2), ..Fix::new(position, 1_000_000) }
    }

    #[test]
    fn sheet_reads_as_one_text() {
        let places = vec![
            place("Col des Fixtures", 12_345.0, 200.0, PlaceRole::Object),
            place("Refuge", 347.0, 44.0, PlaceRole::Object),
            place("Tour du lac", 3.0, 0.0, PlaceRole::TrekStart),
        ];
        let desks = vec![DeskNumber { number: "04 92 00 00 00".into(), name: "Maison du Parc".into() }];
        let sheet = EmergencySheet::new(&fix(), 1_000_000 + 185_000, places, desks, &["fr"]).unwrap();
        let expected = "APPEL DE SECOURS
Position (latitude, longitude) : 44.87210, 6.41230
Précision : 12 m
Position relevée il y a 3 min
Altitude : 2134 m
44°52'19.6\"N 6°24'44.3\"E
UTM (WGS84) : 32T 295596 4972000
MGRS : 32T KQ 95596 72000
Plus code : 8FP8VCC6+RW
Lieux proches, vus d’ici :
- Départ de « Tour du lac » : sur place
- Refuge : 350 m au nord-est
- Col des Fixtures : 12,3 km au sud
Numéros :
- 112 : secours, dans toute l’Europe
- 114 : secours par SMS en France, pour personnes sourdes, malentendantes ou qui ne peuvent pas parler
- 04 92 00 00 00 : Maison du Parc (renseignements, pas de secours)
";
        assert_eq!(sheet.text, expected);
        assert_eq!((sheet.lang.as_str(), sheet.age_ms), ("fr", 185_000));
        let kinds: Vec<NumberKind> = sheet.numbers.iter().map(|number| number.kind).collect();
        assert_eq!(kinds, [NumberKind::Emergency, NumberKind::EmergencySms, NumberKind::InformationDesk]);
    }

    #[test]
    fn sheet_without_surroundings_has_position_and_numbers() {
        let fix = Fix::new(Position::new(6.0, 45.0), 5_000);
        let sheet = EmergencySheet::new(&fix, 0, vec![], vec![], &["en"]).unwrap();
        assert!(sheet.text.contains("45.00000, 6.00000") && sheet.text.contains("just now"), "{}", sheet.text);
        assert!(!sheet.text.contains("Accuracy") && !sheet.text.contains("nearby"), "{}", sheet.text);
        assert_eq!((sheet.age_ms, sheet.numbers.len()), (0, 2));
    }

    #[test]
    fn ages_are_in_the_unit_of_their_size() {
        let english = Phrases::find(&["en"]);
        let ages = [0, 59_999, 60_000, 7_199_000, 7_200_000, 200_000_000].map(|ms| age(ms, english));
        assert_eq!(ages, ["just now", "59 s ago", "1 min ago", "119 min ago", "2 h ago", "2 days ago"]);
    }

    #[test]
    fn position_without_a_fix_is_refused() {
        for position in [Position::new(0.0, 0.0), Position::new(6.0, 95.0)] {
            let error = EmergencySheet::new(&Fix::new(position, 0), 0, vec![], vec![], &[]).unwrap_err();
            assert!(error.to_string().starts_with("position: must be"), "{error}");
        }
        let wrong = Fix { accuracy_m: Some(f64::NAN), ..fix() };
        assert_eq!(EmergencySheet::new(&wrong, 0, vec![], vec![], &[]).unwrap().accuracy_m, None);
    }
}
