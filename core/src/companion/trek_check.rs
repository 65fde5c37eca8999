//! The check of a trek before leaving.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use super::{Companion, Localizer};
use crate::catalogue::{Pack, PackState, PackSubject, Territory, fold};
use crate::clock::solar_date;
use crate::error::{Error, Result};
use crate::geotrek::plain_text;
use crate::id::{ObjectKey, TerritoryId};
use crate::model::{Geometry, Id, Kind, Localized, Object, Position, Season, SensitiveArea, Trek};
use crate::nearby::{Route, RouteLocation};
use crate::safety::check::{CheckFacts, Download, latest_start_ms, warnings};
use crate::safety::phrases::Phrases;
use crate::safety::{CheckWarning, SunCrossings, SunTimes, WalkingTimes, parse_day};
use crate::sync::route_items::{ROUTE_ITEM_MAX_OFFSET_M, listed_route_items};

/// Metres from a route within which points with a radius are looked for.
const MAX_RADIUS_M: f64 = 5_000.0;

/// A sensitive area along a route that is in season.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SensitiveAreaInSeason {
    /// Short name of its territory, which may be another one than the trek's.
    pub territory: String,
    /// The server's id.
    pub id: Id,
    /// Species, or name of the regulation.
    pub name: String,
    /// Language of that name.
    pub lang: String,
    /// Metres along the route to the point nearest to the area, or to the first one in it.
    pub along_m: f64,
    /// Metres from the route to the area; 0 if the route crosses it.
    pub offset_m: f64,
    /// Months in which it is sensitive. A season without any month is unknown, and counts as the whole year.
    pub season: Season,
    /// Labels of the practices that it concerns; empty for all.
    pub practices: Vec<String>,
    /// True if it concerns practices in the air only: walkers do not disturb it.
    pub aerial_only: bool,
    /// What to do and not to do there, as plain text; empty if the server tells nothing.
    pub rules: String,
    /// Whom to ask, as plain text; empty if the server names nobody.
    pub contact: String,
    /// Time at which a refresh noticed that the server no longer publishes it, Unix ms. A pack keeps such an area.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn_ms: Option<i64>,
}

/// The result of the check of a trek before leaving on a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrekCheck {
    /// Short name of the territory.
    pub territory: String,
    /// The server's id of the trek.
    pub id: Id,
    /// Name of the trek.
    pub name: String,
    /// Language of that name.
    pub lang: String,
    /// The day, YYYY-MM-DD.
    pub date: String,
    /// Whether everything of the trek is on the device.
    pub offline: bool,
    /// State of the most complete pack with the trek; `None` if there is no pack.
    pub pack_state: Option<PackState>,
    /// Time of the data, Unix ms: of the download of a pack with the trek, else of the last refresh of its territory.
    pub as_of_ms: Option<i64>,
    /// Sensitive areas of all territories along the route that are in season on the day, ordered by `along_m`.
    pub zones: Vec<SensitiveAreaInSeason>,
    /// Sunrise and sunset at the departure, on a level horizon.
    pub sun: SunCrossings,
    /// Civil dawn and dusk at the departure.
    pub civil_twilight: SunCrossings,
    /// Walking times without rests.
    pub walking_times: WalkingTimes,
    /// The walking time that the latest start is calculated with, hours: [`WalkingTimes::planned_h`].
    pub walking_time_h: Option<f64>,
    /// The latest start to arrive by sunset without a rest, Unix ms; civil twilight is the reserve. It may be before sunrise.
    pub latest_start_ms: Option<i64>,
    /// Reasons to think again, the most urgent first.
    pub warnings: Vec<CheckWarning>,
}

/// A sensitive area along a route.
pub(super) struct AreaAlong {
    pub(super) territory: Territory,
    pub(super) area: Box<SensitiveArea>,
    pub(super) along_m: f64,
    pub(super) offset_m: f64,
    pub(super) aerial_only: bool,
    withdrawn_ms: Option<i64>,
}

impl Companion {
    /// Checks a trek before leaving on a day, YYYY-MM-DD, by the Sun at its departure; `None` for the current day there.
    /// Whether it is downloaded and how old the data is, which sensitive areas along the route (500 m) are in season, of
    /// every territory in the catalogue: in France they are published by Biodiv'Sports, a territory of its own. Daylight,
    /// walking time, and the latest start to arrive by sunset. Warnings are in the first of `languages` that has the phrases,
    /// else in English. Reads only objects near the trek.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the catalogue has no such territory or trek; [`Error::InvalidInput`] if `date` is no day of the
    /// years 1900 to 2199, or if the trek has no position; errors of the disk.
    pub fn check_trek(&self, territory: &str, id: Id, date: Option<&str>, languages: &[&str]) -> Result<TrekCheck> {
        if let Some(date) = date {
            parse_day(date)?;
        }
        let territory = self.catalogue.territory(territory)?;
        let (object, withdrawn_ms) = self.catalogue.object_and_withdrawn_ms(&territory, Kind::Trek, id)?;
        let Object::Trek(trek) = object else {
            return Err(Error::internal("the layer of treks has another kind of object"));
        };
        let first = || trek.geometry.as_ref().and_then(Geometry::first_position);
        let departure = trek.departure_point.filter(Position::is_valid).or_else(first).filter(Position::is_valid);
        let departure = departure.ok_or_else(|| Error::invalid("id", "must be that of a trek with a position"))?;
        let now_ms = self.clock.now_ms();
        let today = day_at(departure, now_ms);
        let date = date.map_or_else(|| today.clone(), str::to_owned);
        let sun = SunTimes::of_day(departure, &date)?;
        let month = parse_day(&date)?.month().unsigned_abs();
        let walking_times = WalkingTimes::of(&trek)?;
        let walking_time_h = walking_times.planned_h();
        let pack = self.pack_of(&territory, id)?;
        let zones = self.zones_in_season(&territory, &trek, month, languages)?;
        let localizer = self.localizer(&territory, languages);
        let (name, lang) = localizer
            .text(&trek.name)
            .map_or_else(Default::default, |found| (found.text.to_owned(), found.lang.to_owned()));
        let text = |text: &Localized| localizer.text(text).map(|found| found.text.trim().to_owned());
        let pack_state = pack.as_ref().map(|pack| pack.state);
        let as_of_ms = pack.and_then(|pack| pack.as_of_ms).or(territory.refreshed_ms);
        let facts = CheckFacts {
            download: match pack_state {
                None => Download::None,
                Some(PackState::Planned | PackState::Partial) => Download::Incomplete,
                Some(PackState::Ready) => Download::Complete,
                Some(PackState::Stale) => Download::Stale,
            },
            as_of_ms,
            now_ms,
            is_withdrawn: withdrawn_ms.is_some(),
            areas: zones.iter().filter(|zone| !zone.aerial_only).map(|zone| zone.name.clone()).collect(),
            sun,
            walking_time_h,
            is_today: date == today,
            has_unknown_elevations: trek.geometry.as_ref().is_some_and(|geometry| geometry.unknown_elevations() > 0),
            label_advice: self.label_advice(&territory, &trek, &localizer)?,
            advice: text(&trek.advice.plain),
            gear: text(&trek.gear.plain),
        };
        Ok(TrekCheck {
            offline: self.is_offline(&territory, id)?,
            territory: territory.name,
            id,
            name,
            lang,
            date,
            pack_state,
            as_of_ms,
            zones,
            sun: sun.sun,
            civil_twilight: sun.civil_twilight,
            walking_times,
            walking_time_h,
            latest_start_ms: walking_time_h.and_then(|hours| latest_start_ms(&sun, hours)),
            warnings: warnings(&facts, Phrases::find(languages)),
        })
    }

    /// The most complete pack with a trek: its own, or that of an area; of several the newest.
    fn pack_of(&self, territory: &Territory, trek: Id) -> Result<Option<Pack>> {
        let rank = |pack: &Pack| {
            let state = match pack.state {
                PackState::Ready => 3,
                PackState::Stale => 2,
                PackState::Partial => 1,
                PackState::Planned => 0,
            };
            (state, pack.as_of_ms)
        };
        let mut best: Option<Pack> = None;
        for pack in self.catalogue.packs(Some(territory))? {
            let has_trek = match pack.subject {
                PackSubject::Trek(id) => id == trek,
                PackSubject::Bounds(_) => {
                    self.catalogue.pack_objects(pack.key)?.contains_key(&ObjectKey::new(Kind::Trek, trek))
                }
            };
            if has_trek && best.as_ref().is_none_or(|best| rank(best) < rank(&pack)) {
                best = Some(pack);
            }
        }
        Ok(best)
    }

    /// The sensitive areas of all territories no further than 500 m from a route, and those that the server lists for the
    /// trek, that are in season in a month.
    fn zones_in_season(
        &self,
        territory: &Territory,
        trek: &Trek,
        month: u8,
        languages: &[&str],
    ) -> Result<Vec<SensitiveAreaInSeason>> {
        let Some(geometry) = &trek.geometry else { return Ok(Vec::new()) };
        let Some(route) = Route::new(geometry)? else { return Ok(Vec::new()) };
        let mut zones = Vec::new();
        for found in self.areas_along(territory, trek.id, &route)? {
            if !found.area.season.may_contain_month(month) {
                continue;
            }
            let localizer = self.localizer(&found.territory, languages);
            let (name, lang) = localizer.object_name(&Object::SensitiveArea(found.area.clone()))?;
            let (rules, contact) = rules_and_contact(&localizer, &found.area);
            zones.push(SensitiveAreaInSeason {
                rules,
                contact,
                territory: found.territory.name.clone(),
                id: found.area.id,
                name,
                lang,
                along_m: found.along_m,
                offset_m: found.offset_m,
                season: found.area.season,
                practices: localizer.labels("sensitivearea_practice", &found.area.practices)?,
                aerial_only: found.aerial_only,
                withdrawn_ms: found.withdrawn_ms,
            });
        }
        Ok(zones)
    }

    /// The sensitive areas of all territories no further than 500 m from a route, and those that the server lists for the
    /// trek, ordered by `along_m`. A park often republishes an area that another Geotrek maintains: of such copies only one is
    /// listed, that of the territory of the trek if it has one.
    pub(super) fn areas_along(&self, own: &Territory, trek: Id, route: &Route) -> Result<Vec<AreaAlong>> {
        let mut located: BTreeMap<(TerritoryId, Id), RouteLocation> = BTreeMap::new();
        let window = route.window(MAX_RADIUS_M);
        for (key, id, area) in self.catalogue.geometries_in(None, Kind::SensitiveArea, &window)? {
            let is_point = area.vertex_count() == 1;
            let max_offset_m = if is_point { MAX_RADIUS_M } else { ROUTE_ITEM_MAX_OFFSET_M };
            located.extend(route.locate_within(&area, max_offset_m)?.map(|location| ((key, id), location)));
        }
        let mut listed = HashSet::new();
        for (id, location) in listed_route_items(&self.catalogue, own, trek, route, Kind::SensitiveArea)? {
            located.entry((own.key, id)).or_insert(location);
            listed.insert((own.key, id));
        }
        let territories = self.catalogue.territories()?;
        let practices = self.catalogue.labels("sensitivearea_practice")?;
        let mut areas = Vec::new();
        for (key, RouteLocation { along_m, offset_m }) in located {
            let Some(territory) = territories.iter().find(|territory| territory.key == key.0) else { continue };
            let found = self.catalogue.find_object_and_withdrawn_ms(territory, Kind::SensitiveArea, key.1)?;
            let Some((Object::SensitiveArea(area), withdrawn_ms)) = found else { continue };
            let offset_m = (offset_m - radius_m(&area)).max(0.0);
            if offset_m <= ROUTE_ITEM_MAX_OFFSET_M || listed.contains(&key) {
                let aerial_only = is_aerial_only(&practices, key.0, &area);
                areas.push(AreaAlong {
                    territory: territory.clone(),
                    area,
                    along_m,
                    offset_m,
                    aerial_only,
                    withdrawn_ms,
                });
            }
        }
        areas.sort_by_key(|found| found.territory.key != own.key);
        let mut kept: Vec<AreaAlong> = Vec::with_capacity(areas.len());
        for found in areas {
            if !kept.iter().any(|other| is_copy(other, &found)) {
                kept.push(found);
            }
        }
        kept.sort_by(|a, b| a.along_m.total_cmp(&b.along_m));
        Ok(kept)
    }

    /// The labels of a trek that have advice, with its plain text.
    pub(super) fn label_advice(
        &self,
        territory: &Territory,
        trek: &Trek,
        localizer: &Localizer<'_>,
    ) -> Result<Vec<(String, String)>> {
        if trek.labels.is_empty() {
            return Ok(Vec::new());
        }
        let mut advice = Vec::new();
        for object in self.catalogue.objects(territory, Kind::Term)? {
            let Object::Term(term) = object else { continue };
            if term.vocabulary != "label" || !trek.labels.contains(&term.id) {
                continue;
            }
            let texts = term.properties.get("advice").map(texts_of).unwrap_or_default();
            let Some(found) = localizer.text(&texts) else { continue };
            let text = plain_text(found.text).trim().to_owned();
            if !text.is_empty() {
                let label = localizer.text(&term.label).map(|found| found.text.to_owned()).unwrap_or_default();
                advice.push((label, text));
            }
        }
        Ok(advice)
    }
}

/// The day at a position, as [`SunTimes::of_day`] counts days.
pub(super) fn day_at(position: Position, unix_ms: i64) -> String {
    solar_date(position.lon, unix_ms).unwrap_or(jiff::civil::date(1970, 1, 1)).to_string()
}

/// The radius in metres that the server gives for an area that is a point; 0 for any other.
pub(super) fn radius_m(area: &SensitiveArea) -> f64 {
    let is_point = area.geometry.as_ref().is_some_and(|geometry| geometry.vertex_count() == 1);
    area.radius_m.filter(|metres| is_point && metres.is_finite()).unwrap_or(0.0).max(0.0)
}

/// The rules of an area, one after the other, and its contact, as plain text.
pub(super) fn rules_and_contact(localizer: &Localizer<'_>, area: &SensitiveArea) -> (String, String) {
    let text = |text: &Localized| localizer.text(text).map(|found| found.text.trim().to_owned());
    let rules = area.rules.iter().filter_map(|rule| text(&rule.description.plain).or_else(|| text(&rule.name)));
    let rules: Vec<String> = rules.filter(|rule| !rule.is_empty()).collect();
    (rules.join(" "), text(&area.contact.plain).unwrap_or_default())
}

/// Whether two areas of different territories are the same: one name, one season, the same box to some metres.
fn is_copy(one: &AreaAlong, other: &AreaAlong) -> bool {
    const TOLERANCE_DEG: f64 = 1e-4;
    let names = |area: &SensitiveArea| area.name.iter().map(|(_, text)| fold(text)).collect::<Vec<_>>();
    let (a, b) = (&one.area, &other.area);
    let bounds = |area: &SensitiveArea| area.geometry.as_ref().and_then(Geometry::bounds);
    let (Some(a_box), Some(b_box)) = (bounds(a), bounds(b)) else { return false };
    let edges =
        [a_box.west - b_box.west, a_box.south - b_box.south, a_box.east - b_box.east, a_box.north - b_box.north];
    one.territory.key != other.territory.key
        && a.season.months == b.season.months
        && edges.iter().all(|difference| difference.abs() < TOLERANCE_DEG)
        && names(a).iter().any(|name| !name.is_empty() && names(b).contains(name))
}

/// Whether all practices of an area are in the air, by their labels: Geotrek has no codes for them.
fn is_aerial_only(
    labels: &HashMap<(TerritoryId, Id), Localized>,
    territory: TerritoryId,
    area: &SensitiveArea,
) -> bool {
    let is_aerial = |practice: &Id| {
        let label = labels.get(&(territory, *practice));
        label.is_some_and(|label| label.iter().any(|(_, text)| fold(text).iter().any(|word| word.starts_with("aeri"))))
    };
    !area.practices.is_empty() && area.practices.iter().all(is_aerial)
}

/// The texts of a member of a vocabulary's entry, as the server wrote it: an object by language, or one text.
fn texts_of(value: &serde_json::Value) -> Localized {
    match value {
        serde_json::Value::String(text) => [("", text.as_str())].into_iter().collect(),
        serde_json::Value::Object(texts) => {
            texts.iter().filter_map(|(lang, text)| Some((lang.as_str(), text.as_str()?))).collect()
        }
        _ => Localized::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_companion::{add, open};
    use super::*;
    use crate::model::Term;
    use crate::safety::CheckCode;

    fn named(name: &str) -> Localized {
        [("fr", name)].into_iter().collect()
    }

    fn trek() -> Trek {
        let line = [(6.0, 44.9), (6.06, 44.9)].map(|(lon, lat)| Position::new(lon, lat));
        let geometry = Some(Geometry::line_string(line.to_vec()));
        Trek { id: 1, published: vec!["fr".into()], name: named("Tour"), geometry, ..Trek::default() }
    }

    fn area(id: Id, west: f64, months: [u8; 2]) -> SensitiveArea {
        let corners = [(0.0, -0.01), (0.001, -0.01), (0.001, 0.01), (0.0, 0.01), (0.0, -0.01)];
        let ring: Vec<Position> = corners.iter().map(|(east, up)| Position::new(west + east, 44.9 + up)).collect();
        let mut season = Season::default();
        for month in months[0]..=months[1] {
            season.months[usize::from(month) - 1] = true;
        }
        let geometry = Some(Geometry::polygon([ring]));
        SensitiveArea { id, name: named(&format!("Zone {id}")), season, geometry, ..SensitiveArea::default() }
    }

    fn term(vocabulary: &str, id: Id, label: &str) -> Term {
        Term { vocabulary: vocabulary.into(), id, label: named(label), ..Term::default() }
    }

    fn zones(check: &TrekCheck) -> Vec<(&str, Id)> {
        check.zones.iter().map(|zone| (zone.territory.as_str(), zone.id)).collect()
    }

    #[test]
    fn areas_of_every_territory_count_in_their_season() {
        let folder = tempfile::tempdir().unwrap();
        let companion = open(folder.path());
        add(&companion, "park", vec![trek().into(), area(1, 6.05, [1, 7]).into()]);
        let unknown = SensitiveArea { season: Season::default(), ..area(4, 6.02, [1, 1]) };
        let far = SensitiveArea { id: 5, ..area(5, 6.2, [1, 12]) };
        let others = vec![area(2, 6.01, [6, 8]).into(), area(3, 6.03, [9, 12]).into(), unknown.into(), far.into()];
        add(&companion, "biodiv", others);
        let on = |date| companion.check_trek("park", 1, Some(date), &["fr"]).unwrap();
        assert_eq!(zones(&on("2026-06-30")), [("biodiv", 2), ("biodiv", 4), ("park", 1)]);
        assert_eq!(zones(&on("2026-09-01")), [("biodiv", 4), ("biodiv", 3)]);
        let june = on("2026-06-30");
        let told = june.warnings.iter().filter(|warning| warning.code == CheckCode::SensitiveArea);
        let told: Vec<&str> = told.map(|warning| warning.text.as_str()).collect();
        assert_eq!(told[0], "Zone de sensibilité en saison : Zone 2");
        assert_eq!((told.len(), june.zones[0].offset_m), (3, 0.0));
    }

    #[test]
    fn area_that_two_territories_publish_is_listed_once() {
        let folder = tempfile::tempdir().unwrap();
        let companion = open(folder.path());
        let copy = |id| SensitiveArea { id, ..area(7, 6.01, [6, 8]) };
        let renamed = SensitiveArea { name: named("Autre"), ..copy(21) };
        let later = SensitiveArea { season: area(7, 6.01, [6, 9]).season, ..copy(22) };
        add(&companion, "biodiv", vec![copy(20).into(), renamed.into(), later.into()]);
        add(&companion, "park", vec![trek().into(), copy(7).into()]);
        add(&companion, "region", vec![copy(30).into()]);
        let check = companion.check_trek("park", 1, Some("2026-06-30"), &["fr"]).unwrap();
        let mut found = zones(&check);
        found.sort_unstable();
        assert_eq!(found, [("biodiv", 21), ("biodiv", 22), ("park", 7)]);
    }

    #[test]
    fn area_in_the_air_is_listed_without_a_warning() {
        let folder = tempfile::tempdir().unwrap();
        let companion = open(folder.path());
        let aerial = SensitiveArea { practices: vec![2], ..area(1, 6.01, [1, 12]) };
        let both = SensitiveArea { practices: vec![1, 2], ..area(2, 6.02, [1, 12]) };
        let practices = [term("sensitivearea_practice", 1, "Terrestre"), term("sensitivearea_practice", 2, "Aérienne")];
        let [ground, air] = practices.map(Object::from);
        add(&companion, "park", vec![trek().into(), aerial.into(), both.into(), ground, air]);
        let check = companion.check_trek("park", 1, Some("2026-06-30"), &["fr"]).unwrap();
        let aerial_only: Vec<bool> = check.zones.iter().map(|zone| zone.aerial_only).collect();
        assert_eq!(aerial_only, [true, false]);
        assert_eq!(check.zones[1].practices, ["Terrestre", "Aérienne"]);
        assert_eq!(check.warnings.iter().filter(|warning| warning.code == CheckCode::SensitiveArea).count(), 1);
    }

    #[test]
    fn point_with_a_radius_reaches_the_route() {
        let folder = tempfile::tempdir().unwrap();
        let companion = open(folder.path());
        // 1,111 m north of the route.
        let nest = |id, radius_m| SensitiveArea {
            geometry: Some(Geometry::point(Position::new(6.03, 44.91))),
            radius_m,
            ..area(id, 6.0, [1, 12])
        };
        add(&companion, "park", vec![trek().into(), nest(1, Some(700.0)).into(), nest(2, Some(300.0)).into()]);
        add(&companion, "other", vec![nest(3, None).into()]);
        let check = companion.check_trek("park", 1, Some("2026-06-30"), &[]).unwrap();
        assert_eq!(zones(&check), [("park", 1)]);
        assert!((check.zones[0].offset_m - 411.0).abs() < 2.0, "{:?}", check.zones);
    }

    #[test]
    fn day_time_and_advice_of_a_trek_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let companion = open(folder.path());
        let advice = serde_json::json!({"fr": "<p>Chiens <b>interdits</b>.</p>", "en": ""});
        let label = Term {
            properties: [("advice".to_owned(), advice)].into_iter().collect(),
            ..term("label", 1, "Cœur de parc")
        };
        let other = Term { id: 2, ..label.clone() };
        let long = Trek { duration_h: Some(5.0), labels: vec![1], ..trek() };
        add(&companion, "park", vec![long.into(), label.into(), other.into()]);
        let check = companion.check_trek("park", 1, Some("2026-06-21"), &["fr"]).unwrap();
        assert!(!check.offline && check.pack_state.is_none() && check.as_of_ms.is_none());
        assert_eq!(check.walking_time_h, Some(5.0));
        assert_eq!(check.sun.set_ms.unwrap() - check.latest_start_ms.unwrap(), 5 * 3_600_000);
        let told: Vec<(&str, &str)> =
            check.warnings.iter().map(|warning| (warning.code.as_str(), warning.text.as_str())).collect();
        assert_eq!(told[0].0, "not_downloaded");
        assert_eq!(told[told.len() - 1], ("label_advice", "Cœur de parc : Chiens interdits."));
        assert_eq!((check.name.as_str(), check.date.as_str()), ("Tour", "2026-06-21"));
    }

    #[test]
    fn wrong_arguments_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let companion = open(folder.path());
        add(&companion, "park", vec![trek().into(), Trek { id: 2, geometry: None, ..trek() }.into()]);
        let refused = |id, date| companion.check_trek("park", id, Some(date), &[]).unwrap_err();
        assert!(refused(1, "30 June").to_string().starts_with("date: must be a day"));
        assert_eq!((refused(9, "2026-06-30").code(), refused(2, "2026-06-30").code()), ("not_found", "invalid_input"));
        assert_eq!(companion.check_trek("other", 1, None, &[]).unwrap_err().code(), "not_found");
    }
}
