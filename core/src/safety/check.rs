//! The check before leaving: walking times, the latest start, and warnings.

use serde::Serialize;

use super::phrases::{Phrases, fill};
use super::{Daylight, SunTimes};
use crate::error::Result;
use crate::line::{MeasuredLine, Profile, TURNING_POINT_THRESHOLD_M, din_33466_hours, swiss_hiking_minutes};
use crate::model::{Geometry, Trek};

/// Metres between the samples of the Swiss walking time: the slope between close vertices is mostly noise.
const SAMPLE_M: f64 = 100.0;
/// The most samples of a trek.
const MAX_SAMPLES: f64 = 10_000.0;
/// Age of data in days from which a refresh is advised.
const OLD_DATA_DAYS: i64 = 30;
const DAY_MS: i64 = 86_400_000;

/// The walking times of a trek in hours, without rests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct WalkingTimes {
    /// That of the office that publishes the trek.
    pub office_h: Option<f64>,
    /// By DIN 33466, from the length, the ascent and the descent.
    pub din_33466_h: Option<f64>,
    /// By the Swiss formula, from the profile; `None` if no elevation of the line is known.
    pub swiss_h: Option<f64>,
}

impl WalkingTimes {
    /// The times of a trek. Its figures count before those of its line.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) if the line is not on the Earth.
    pub(crate) fn of(trek: &Trek) -> Result<WalkingTimes> {
        let is_positive = |value: &f64| value.is_finite() && *value > 0.0;
        let lines = trek.geometry.as_ref().map(Geometry::lines).unwrap_or_default();
        let line = match lines.iter().any(|line| line.len() > 1) {
            true => Some(MeasuredLine::from_lines(&lines)?),
            false => None,
        };
        let profile = line.as_ref().and_then(Profile::of_line).filter(|profile| profile.length_m() > 0.0);
        let gain = profile.as_ref().map(|profile| profile.elevation_gain(TURNING_POINT_THRESHOLD_M)).transpose()?;
        let is_measure = |value: &f64| value.is_finite();
        let length_m = trek.length_2d_m.or(trek.length_3d_m).filter(is_positive);
        let length_m = length_m.or_else(|| line.as_ref().map(MeasuredLine::length_m));
        let ascent_m = trek.ascent_m.filter(is_measure).map(f64::abs).or(gain.map(|gain| gain.ascent_m));
        let descent_m = trek.descent_m.filter(is_measure).map(f64::abs).or(gain.map(|gain| gain.descent_m));
        let din_33466_h = match (length_m, ascent_m, descent_m) {
            (Some(length_m), Some(ascent_m), Some(descent_m)) => Some(din_33466_hours(length_m, ascent_m, descent_m)?),
            _ => None,
        };
        let swiss_h = profile.map(|profile| -> Result<f64> {
            let columns = (profile.length_m() / SAMPLE_M).clamp(2.0, MAX_SAMPLES);
            Ok(swiss_hiking_minutes(&profile.resample(columns.round() as usize)?) / 60.0)
        });
        Ok(WalkingTimes {
            office_h: trek.duration_h.filter(is_positive),
            din_33466_h: din_33466_h.filter(is_positive),
            swiss_h: swiss_h.transpose()?.filter(is_positive),
        })
    }

    /// The time to plan with: that of the office, which knows the path; else the longer of the calculated ones.
    pub fn planned_h(&self) -> Option<f64> {
        let calculated = self.din_33466_h.into_iter().chain(self.swiss_h).reduce(f64::max);
        self.office_h.or(calculated)
    }
}

/// The latest start, Unix ms, with which a walk of so many hours ends at sunset: the half hour of civil twilight is the
/// reserve. It may be before sunrise. `None` if the Sun does not set.
pub(crate) fn latest_start_ms(sun: &SunTimes, walking_time_h: f64) -> Option<i64> {
    let walking_ms = (walking_time_h * 3_600_000.0) as i64;
    sun.sun.set_ms.map(|set_ms| set_ms.saturating_sub(walking_ms))
}

/// A reason to think again before leaving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckCode {
    /// Some of the trek is missing without a network: it was never downloaded.
    NotDownloaded,
    /// The download of the trek did not end.
    IncompleteDownload,
    /// The server has newer content than the download.
    StaleDownload,
    /// The data is more than 30 days old.
    OldData,
    /// The server no longer publishes the trek.
    Withdrawn,
    /// A sensitive area along the route is in season.
    SensitiveArea,
    /// The walking time is longer than the time from sunrise to sunset.
    LongerThanDaylight,
    /// Today, the latest start has passed.
    TooLate,
    /// The Sun does not rise.
    PolarNight,
    /// Neither the office nor the line gives a walking time.
    UnknownWalkingTime,
    /// The elevation of some vertices is unknown or impossible.
    UnknownElevations,
    /// Advice of a label of the trek: heart of a park, no dogs.
    LabelAdvice,
    /// Advice of the office for the trek.
    Advice,
    /// Gear that the office advises.
    Gear,
}

impl CheckCode {
    /// Stable identifier of the code.
    pub const fn as_str(self) -> &'static str {
        match self {
            CheckCode::NotDownloaded => "not_downloaded",
            CheckCode::IncompleteDownload => "incomplete_download",
            CheckCode::StaleDownload => "stale_download",
            CheckCode::OldData => "old_data",
            CheckCode::Withdrawn => "withdrawn",
            CheckCode::SensitiveArea => "sensitive_area",
            CheckCode::LongerThanDaylight => "longer_than_daylight",
            CheckCode::TooLate => "too_late",
            CheckCode::PolarNight => "polar_night",
            CheckCode::UnknownWalkingTime => "unknown_walking_time",
            CheckCode::UnknownElevations => "unknown_elevations",
            CheckCode::LabelAdvice => "label_advice",
            CheckCode::Advice => "advice",
            CheckCode::Gear => "gear",
        }
    }
}

/// A warning of a check before leaving.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckWarning {
    /// Its kind.
    pub code: CheckCode,
    /// A sentence for a person.
    pub text: String,
}

/// How far a trek is downloaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Download {
    None,
    Incomplete,
    Complete,
    Stale,
}

/// What is known of a trek and its day.
pub(crate) struct CheckFacts {
    pub(crate) download: Download,
    pub(crate) as_of_ms: Option<i64>,
    pub(crate) now_ms: i64,
    pub(crate) is_withdrawn: bool,
    /// Names of the sensitive areas in season that concern walkers; empty for one without a name.
    pub(crate) areas: Vec<String>,
    pub(crate) sun: SunTimes,
    pub(crate) walking_time_h: Option<f64>,
    /// Whether the day is today.
    pub(crate) is_today: bool,
    pub(crate) has_unknown_elevations: bool,
    /// Advice of labels, with their names.
    pub(crate) label_advice: Vec<(String, String)>,
    pub(crate) advice: Option<String>,
    pub(crate) gear: Option<String>,
}

/// The warnings, the most urgent first: the download, the areas, the day, advice.
pub(crate) fn warnings(facts: &CheckFacts, phrases: &Phrases) -> Vec<CheckWarning> {
    let mut warnings = Vec::new();
    let mut warn = |code, text: String| warnings.push(CheckWarning { code, text });
    match facts.download {
        Download::None => warn(CheckCode::NotDownloaded, phrases.not_downloaded.into()),
        Download::Incomplete => warn(CheckCode::IncompleteDownload, phrases.incomplete_download.into()),
        Download::Stale => warn(CheckCode::StaleDownload, phrases.stale_download.into()),
        Download::Complete => {}
    }
    let days = facts.as_of_ms.map(|as_of_ms| facts.now_ms.saturating_sub(as_of_ms) / DAY_MS);
    if let Some(days) = days.filter(|days| *days > OLD_DATA_DAYS) {
        warn(CheckCode::OldData, fill(phrases.old_data, days));
    }
    if facts.is_withdrawn {
        warn(CheckCode::Withdrawn, phrases.withdrawn.into());
    }
    for name in &facts.areas {
        let name = if name.is_empty() { phrases.unnamed_area } else { name };
        warn(CheckCode::SensitiveArea, fill(phrases.sensitive_area, name));
    }
    match facts.walking_time_h {
        _ if facts.sun.sun.daylight == Daylight::AlwaysDown => warn(CheckCode::PolarNight, phrases.polar_night.into()),
        None => warn(CheckCode::UnknownWalkingTime, phrases.unknown_walking_time.into()),
        Some(hours) => {
            let daylight_ms = facts.sun.sun.set_ms.zip(facts.sun.sun.rise_ms).map(|(set_ms, rise_ms)| set_ms - rise_ms);
            if daylight_ms.is_some_and(|daylight_ms| hours * 3_600_000.0 > daylight_ms as f64) {
                warn(CheckCode::LongerThanDaylight, phrases.longer_than_daylight.into());
            } else if facts.is_today && latest_start_ms(&facts.sun, hours).is_some_and(|ms| ms < facts.now_ms) {
                warn(CheckCode::TooLate, phrases.too_late.into());
            }
        }
    }
    if facts.has_unknown_elevations {
        warn(CheckCode::UnknownElevations, phrases.unknown_elevations.into());
    }
    for (label, advice) in &facts.label_advice {
        warn(CheckCode::LabelAdvice, format!("{label}{}{advice}", phrases.colon));
    }
    for (code, text) in [(CheckCode::Advice, &facts.advice), (CheckCode::Gear, &facts.gear)] {
        if let Some(text) = text {
            warn(code, text.clone());
        }
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Position;

    fn facts() -> CheckFacts {
        CheckFacts {
            download: Download::Complete,
            as_of_ms: Some(0),
            now_ms: 0,
            is_withdrawn: false,
            areas: Vec::new(),
            sun: SunTimes::of_day(Position::new(6.2, 44.9), "2026-06-21").unwrap(),
            walking_time_h: Some(5.0),
            is_today: false,
            has_unknown_elevations: false,
            label_advice: Vec::new(),
            advice: None,
            gear: None,
        }
    }

    fn codes(facts: &CheckFacts) -> Vec<&'static str> {
        warnings(facts, Phrases::find(&["en"])).iter().map(|warning| warning.code.as_str()).collect()
    }

    #[test]
    fn good_day_has_no_warning() {
        assert_eq!(codes(&facts()), [""; 0]);
    }

    #[test]
    fn every_reason_has_its_code() {
        let day_ms = DAY_MS;
        assert_eq!(codes(&CheckFacts { download: Download::None, ..facts() }), ["not_downloaded"]);
        assert_eq!(codes(&CheckFacts { download: Download::Incomplete, ..facts() }), ["incomplete_download"]);
        assert_eq!(codes(&CheckFacts { download: Download::Stale, ..facts() }), ["stale_download"]);
        assert_eq!(codes(&CheckFacts { now_ms: 31 * day_ms, ..facts() }), ["old_data"]);
        assert_eq!(codes(&CheckFacts { now_ms: 30 * day_ms, ..facts() }), [""; 0]);
        assert_eq!(codes(&CheckFacts { is_withdrawn: true, ..facts() }), ["withdrawn"]);
        assert_eq!(codes(&CheckFacts { areas: vec!["Aigle".into(), "".into()], ..facts() }), ["sensitive_area"; 2]);
        assert_eq!(codes(&CheckFacts { walking_time_h: None, ..facts() }), ["unknown_walking_time"]);
        assert_eq!(codes(&CheckFacts { has_unknown_elevations: true, ..facts() }), ["unknown_elevations"]);
        let advised = CheckFacts {
            label_advice: vec![("Park".into(), "No dogs".into())],
            advice: Some("Ice".into()),
            gear: Some("Rope".into()),
            ..facts()
        };
        assert_eq!(codes(&advised), ["label_advice", "advice", "gear"]);
        assert_eq!(warnings(&advised, Phrases::find(&["fr"]))[0].text, "Park : No dogs");
    }

    #[test]
    fn walk_longer_than_the_day_is_warned_of() {
        assert_eq!(codes(&CheckFacts { walking_time_h: Some(15.0), ..facts() }), [""; 0]);
        assert_eq!(codes(&CheckFacts { walking_time_h: Some(16.0), ..facts() }), ["longer_than_daylight"]);
        let sun = |date| SunTimes::of_day(Position::new(19.0, 69.65), date).unwrap();
        let polar_day = CheckFacts { sun: sun("2026-06-21"), walking_time_h: Some(20.0), ..facts() };
        assert_eq!((codes(&polar_day), latest_start_ms(&polar_day.sun, 20.0)), (vec![], None));
        let polar_night = CheckFacts { sun: sun("2026-12-21"), walking_time_h: None, ..facts() };
        assert_eq!(codes(&polar_night), ["polar_night"]);
    }

    #[test]
    fn latest_start_is_a_walk_before_sunset() {
        let sun = facts().sun;
        let latest_ms = latest_start_ms(&sun, 5.5).unwrap();
        assert_eq!(sun.sun.set_ms.unwrap() - latest_ms, 5 * 3_600_000 + 1_800_000);
        let at = |now_ms| CheckFacts { is_today: true, walking_time_h: Some(5.5), now_ms, as_of_ms: None, ..facts() };
        assert_eq!((codes(&at(latest_ms + 1)), codes(&at(latest_ms))), (vec!["too_late"], vec![]));
    }

    #[test]
    fn time_of_the_office_counts_before_calculated_ones() {
        let at = |lon, elevation| Position { elevation: Some(elevation), ..Position::new(lon, 45.0) };
        let line = vec![at(6.0, 1000.0), at(6.05, 1500.0), at(6.1, 1900.0)];
        let trek = Trek { geometry: Some(Geometry::line_string(line)), ..Trek::default() };
        let times = WalkingTimes::of(&trek).unwrap();
        // 7.9 km and 900 m up.
        assert!((times.din_33466_h.unwrap() - (3.0 + 7.88 / 8.0)).abs() < 0.01, "{times:?}");
        assert!(times.swiss_h.unwrap() > 2.0 && times.planned_h() == times.din_33466_h, "{times:?}");
        let office = WalkingTimes { office_h: Some(1.5), ..times };
        assert_eq!(office.planned_h(), Some(1.5));
        let figures = Trek {
            length_2d_m: Some(8_000.0),
            ascent_m: Some(900.0),
            descent_m: Some(0.0),
            duration_h: Some(0.0),
            ..Trek::default()
        };
        let times = WalkingTimes::of(&figures).unwrap();
        assert_eq!(times, WalkingTimes { din_33466_h: Some(4.0), ..WalkingTimes::default() });
        assert_eq!(WalkingTimes::of(&Trek::default()).unwrap().planned_h(), None);
    }
}
