//! Announcements, each once and in the order of the route.
//!
//! Everything that a route passes is a cue: a distance along the route at which it is due. A cue that the hiker jumped over,
//! by a start in the middle or a short cut, is dropped without a word. Sensitive areas are told by the place, in any direction:
//! whoever walks back into an area hears of it, too.

use serde::{Deserialize, Serialize};

use super::contents::{GuideContents, GuidePlaceKind, GuideZone};
use super::event::{GuideEvent, GuideEventKind};
use super::phrases::Phrases;
use super::route::GuideRoute;
use super::steep::{SteepSection, steep_sections};
use crate::clock::solar_date;
use crate::model::Season;

/// Metres before a place at which it is announced.
const PLACE_LEAD_M: f64 = 100.0;
const SUPPLY_LEAD_M: f64 = 300.0;
const REFERENCE_LEAD_M: f64 = 30.0;
const STEEP_LEAD_M: f64 = 50.0;
const STAGE_LEAD_M: f64 = 100.0;
const ZONE_LEAD_M: f64 = 300.0;

/// Metres after a cue within which it still is due.
const LATE_M: f64 = 150.0;

/// Longest rules that are spoken, characters.
const MAX_SPOKEN: usize = 300;

/// Something to announce.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Subject {
    Label(usize),
    Place(usize),
    Stage(usize),
    Steep(SteepSection),
    Zone(usize, usize),
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Cue {
    due_m: f64,
    at_m: f64,
    subject: Subject,
}

/// The cues of a route.
#[derive(Debug, Clone)]
pub(super) struct Announcer {
    cues: Vec<Cue>,
    phrases: Phrases,
}

/// Which cues were told.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Told {
    /// The cues before this one are told or dropped.
    next: usize,
    /// The zones, by index, in which the hiker is.
    inside: Vec<usize>,
}

/// A place and a time from which cues are due.
pub(super) struct Here<'a> {
    pub(super) route: &'a GuideRoute,
    pub(super) contents: &'a GuideContents,
    pub(super) time_ms: i64,
    pub(super) along_m: f64,
    pub(super) is_forward: bool,
    /// Ratio of the hiker's walking times to those of the slopes.
    pub(super) pace: f64,
}

impl Announcer {
    pub(super) fn new(route: &GuideRoute, contents: &GuideContents) -> Announcer {
        let mut cues = Vec::new();
        let mut add = |lead_m: f64, at_m: f64, subject| {
            if at_m.is_finite() {
                let at_m = at_m.clamp(0.0, route.length_m());
                cues.push(Cue { due_m: (at_m - lead_m).max(0.0), at_m, subject });
            }
        };
        for index in 0..contents.labels.len() {
            add(0.0, 0.0, Subject::Label(index));
        }
        for (index, place) in contents.places.iter().enumerate() {
            let lead_m = match place.kind {
                GuidePlaceKind::ReferencePoint => REFERENCE_LEAD_M,
                GuidePlaceKind::Poi | GuidePlaceKind::InformationDesk => PLACE_LEAD_M,
                GuidePlaceKind::Water | GuidePlaceKind::Shelter => SUPPLY_LEAD_M,
            };
            add(lead_m, place.along_m, Subject::Place(index));
        }
        for (index, stage) in contents.stages.iter().enumerate() {
            add(STAGE_LEAD_M, stage.end_m, Subject::Stage(index));
        }
        for section in steep_sections(route) {
            add(STEEP_LEAD_M, section.start_m, Subject::Steep(section));
        }
        for (index, zone) in contents.zones.iter().enumerate() {
            for (crossing, (start_m, _)) in zone.crossings_m.iter().enumerate() {
                add(ZONE_LEAD_M, *start_m, Subject::Zone(index, crossing));
            }
        }
        cues.sort_by(|a, b| a.due_m.total_cmp(&b.due_m).then(a.at_m.total_cmp(&b.at_m)));
        Announcer { cues, phrases: Phrases::find(&contents.languages) }
    }

    /// The phrases of the contents' language.
    pub(super) fn phrases(&self) -> &Phrases {
        &self.phrases
    }

    /// Adds the announcements that are due to `events`.
    pub(super) fn announce(&self, told: &mut Told, here: &Here<'_>, events: &mut Vec<GuideEvent>) {
        if here.is_forward {
            while let Some(cue) = self.cues.get(told.next).filter(|cue| cue.due_m <= here.along_m) {
                told.next += 1;
                let is_late = here.along_m > cue.due_m + LATE_M && !matches!(cue.subject, Subject::Label(_));
                if !is_late {
                    events.extend(self.event(cue, here));
                }
            }
        }
        self.announce_zones(told, here, events);
    }

    fn announce_zones(&self, told: &mut Told, here: &Here<'_>, events: &mut Vec<GuideEvent>) {
        let contains = |zone: &GuideZone| {
            zone.crossings_m.iter().any(|(start_m, end_m)| (*start_m..=*end_m).contains(&here.along_m))
        };
        let zones = &here.contents.zones;
        told.inside.retain(|index| {
            let Some(zone) = zones.get(*index) else { return false };
            let stays = contains(zone);
            if !stays {
                let text = self.phrases.say("zone_left", &[("name", &zone.name)]);
                events.push(here.event(GuideEventKind::ZoneLeft, here.along_m, Some((&zone.id, &zone.name)), text));
            }
            stays
        });
        for (index, zone) in zones.iter().enumerate() {
            if contains(zone) && !told.inside.contains(&index) && is_sensitive_at(zone, here, here.along_m) {
                told.inside.push(index);
                let text = self.zone_text("zone_entered", zone, 0.0);
                events.push(here.event(GuideEventKind::ZoneEntered, here.along_m, Some((&zone.id, &zone.name)), text));
            }
        }
    }

    fn event(&self, cue: &Cue, here: &Here<'_>) -> Option<GuideEvent> {
        let phrases = &self.phrases;
        let ahead_m = (cue.at_m - here.along_m).max(0.0);
        let distance = phrases.distance(ahead_m);
        let contents = here.contents;
        let (kind, subject, text) = match cue.subject {
            Subject::Label(index) => {
                let label = &contents.labels[index];
                let text = phrases.say("label_advice", &[("name", &label.name), ("advice", spoken(&label.advice))]);
                (GuideEventKind::Label, Some(("", label.name.as_str())), text)
            }
            Subject::Place(index) => {
                let place = &contents.places[index];
                let minutes = phrases.duration(here.seconds_to(cue.at_m));
                let values = [
                    ("distance", distance.as_str()),
                    ("name", &place.name),
                    ("number", &place.name),
                    ("minutes", &minutes),
                ];
                let (kind, key) = match place.kind {
                    GuidePlaceKind::ReferencePoint => (GuideEventKind::ReferencePoint, "reference_point"),
                    GuidePlaceKind::Poi => (GuideEventKind::PoiAhead, "poi_ahead"),
                    GuidePlaceKind::InformationDesk => (GuideEventKind::DeskAhead, "desk_ahead"),
                    GuidePlaceKind::Water => (GuideEventKind::WaterAhead, "water_ahead"),
                    GuidePlaceKind::Shelter => (GuideEventKind::ShelterAhead, "shelter_ahead"),
                };
                (kind, Some((place.id.as_str(), place.name.as_str())), phrases.say(key, &values))
            }
            Subject::Stage(index) => {
                let name = contents.stages[index].name.as_str();
                let text = phrases.say("stage_end", &[("name", name), ("distance", &distance)]);
                (GuideEventKind::StageEnd, Some(("", name)), text)
            }
            Subject::Steep(section) => {
                let key = if section.rise_m > 0.0 { "steep_ascent" } else { "steep_descent" };
                let ascent = phrases.distance(section.rise_m.abs());
                let length = phrases.distance(section.end_m - section.start_m);
                let values = [("distance", distance.as_str()), ("ascent", &ascent), ("length", &length)];
                (GuideEventKind::SteepSection, None, phrases.say(key, &values))
            }
            Subject::Zone(index, _) => {
                let zone = &contents.zones[index];
                // Inside it, the entry is told.
                if ahead_m == 0.0 || !is_sensitive_at(zone, here, cue.at_m) {
                    return None;
                }
                let subject = Some((zone.id.as_str(), zone.name.as_str()));
                (GuideEventKind::ZoneAhead, subject, self.zone_text("zone_ahead", zone, ahead_m))
            }
        };
        Some(here.event(kind, cue.at_m, subject, text))
    }

    fn zone_text(&self, key: &str, zone: &GuideZone, ahead_m: f64) -> String {
        let rules = if zone.rules.is_empty() { spoken(&zone.contact) } else { spoken(&zone.rules) };
        let distance = self.phrases.distance(ahead_m);
        self.phrases.say(key, &[("distance", &distance), ("name", &zone.name), ("rules", rules)])
    }
}

impl Here<'_> {
    /// Seconds of walking to a place on the route at the hiker's pace.
    pub(super) fn seconds_to(&self, along_m: f64) -> f64 {
        self.route.seconds_between(self.along_m, along_m) * self.pace
    }

    pub(super) fn event(
        &self,
        kind: GuideEventKind,
        along_m: f64,
        subject: Option<(&str, &str)>,
        text: String,
    ) -> GuideEvent {
        GuideEvent {
            time_ms: self.time_ms,
            kind,
            along_m,
            id: subject.map(|(id, _)| id.to_owned()).filter(|id| !id.is_empty()),
            name: subject.map(|(_, name)| name.to_owned()),
            text,
        }
    }
}

/// True if an area is sensitive in the month in which the hiker passes a place on the route.
fn is_sensitive_at(zone: &GuideZone, here: &Here<'_>, along_m: f64) -> bool {
    let passing_ms = here.time_ms.saturating_add((here.seconds_to(along_m) * 1000.0) as i64);
    let date = solar_date(here.route.position_at(along_m).lon, passing_ms);
    let season = Season { months: zone.months };
    date.is_none_or(|date| season.may_contain_month(date.month().unsigned_abs()))
}

/// The beginning of a text, to the end of a sentence or a word.
fn spoken(text: &str) -> &str {
    let text = text.trim();
    let Some((end, _)) = text.char_indices().nth(MAX_SPOKEN) else { return text };
    let part = &text[..end];
    let sentence = part.rfind(['.', '!', '?']).map(|at| at + 1);
    let word = part.rfind(char::is_whitespace);
    &part[..sentence.filter(|at| *at > end / 3).or(word).unwrap_or(end)]
}
