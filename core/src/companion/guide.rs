//! Guides along treks: the route of a trek, and the objects of the catalogue along it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::Companion;
use super::trek_check::{day_at, radius_m, rules_and_contact};
use crate::catalogue::{Territory, fold};
use crate::error::{Error, Result};
use crate::guide::{
    Guide, GuideContents, GuideLabel, GuideOptions, GuidePlace, GuidePlaceKind, GuideRoute, GuideStage, GuideZone,
};
use crate::id::TerritoryId;
use crate::line::MeasuredLine;
use crate::model::{Geometry, Id, Kind, Localized, Object, Position, Trek};
use crate::nearby::{Feature, Nearby, Route};
use crate::safety::SunTimes;
use crate::sync::route_items::{ROUTE_ITEM_MAX_OFFSET_M, near_route};

/// Metres between the positions of a route at which areas are looked for.
const SAMPLE_M: f64 = 10.0;

/// Metres from a route within which the end of a stage belongs to it.
const MAX_STAGE_OFFSET_M: f64 = 200.0;

/// Kinds of objects that can have water or shelter.
const SUPPLY_KINDS: [Kind; 4] = [Kind::Poi, Kind::Service, Kind::Infrastructure, Kind::TouristicContent];

/// Words of the labels of types, folded and in the singular: drinking water, and shelter.
const WATER: [&str; 16] = [
    "eau",
    "water",
    "fontaine",
    "fountain",
    "source",
    "spring",
    "drinking",
    "wasser",
    "trinkwasser",
    "brunnen",
    "quelle",
    "agua",
    "fuente",
    "acqua",
    "fontana",
    "sorgente",
];
const SHELTER: [&str; 13] = [
    "refuge",
    "abri",
    "cabane",
    "gite",
    "hut",
    "shelter",
    "bivouac",
    "bivacco",
    "hutte",
    "berghutte",
    "schutzhutte",
    "rifugio",
    "refugio",
];

/// The labels of entries by vocabulary.
type TypeLabels = HashMap<&'static str, HashMap<(TerritoryId, Id), Localized>>;

impl Companion {
    /// A guide along a trek, with the objects along it that are announced: reference points, POIs, information desks, water
    /// and shelter of every territory, stages, labels with advice, and the sensitive areas of every territory. An itinerary
    /// is followed as one line, with the ends of its stages. The time of the start in Unix ms (`None` for now) chooses the sunset.
    /// Sentences are in the first of `languages` that has phrases, else in English. The guide has no further need of the
    /// catalogue. Costs a few milliseconds for each ten kilometres.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the catalogue has no such territory or trek; [`Error::InvalidInput`] if the trek has no line;
    /// errors of the disk.
    pub fn guide(&self, territory: &str, id: Id, start_ms: Option<i64>, languages: &[&str]) -> Result<Guide> {
        // The places are found in all territories, below.
        let details = self.trek_details(territory, id, &[])?;
        let stages: Vec<&Trek> = details.stages.iter().map(|stage| &stage.trek).collect();
        let mut lines = lines_of(&details.trek);
        if lines.is_empty() {
            lines = stages.iter().flat_map(|stage| lines_of(stage)).collect();
        }
        let Some(first) = lines.first().and_then(|line| line.first()).copied() else {
            return Err(Error::invalid("id", "must be that of a trek with a line"));
        };
        let route = Arc::new(GuideRoute::new(&lines)?);
        let date = day_at(first, start_ms.unwrap_or_else(|| self.clock.now_ms()));
        let sunset_ms = SunTimes::of_day(first, &date)?.sun.set_ms;
        let options = GuideOptions { duration_h: details.trek.duration_h, sunset_ms };
        let territory = &details.territory;
        let localizer = self.localizer(territory, languages);
        let name = |text: &Localized| localizer.text(text).map(|found| found.text.to_owned()).unwrap_or_default();
        let labels = self.label_advice(territory, &details.trek, &localizer)?;
        let geometry = Geometry::multi_line_string(lines.iter().map(|line| line.iter().copied()));
        let Some(located) = Route::new(&geometry)? else {
            return Err(Error::invalid("id", "must be that of a trek with a line"));
        };
        let stage_ends = stage_ends_m(&located, route.length_m(), &stages)?;
        let stages =
            stages.iter().zip(&stage_ends).map(|(stage, end_m)| GuideStage { name: name(&stage.name), end_m: *end_m });
        let contents = GuideContents {
            places: self.guide_places(territory, &details.trek, &located, languages)?,
            zones: self.guide_zones(territory, id, &located, &route, languages)?,
            stages: stages.collect(),
            labels: labels.into_iter().map(|(name, advice)| GuideLabel { name, advice }).collect(),
            languages: languages
                .iter()
                .copied()
                .map(str::to_owned)
                .chain([territory.default_language.clone()])
                .collect(),
        };
        Ok(Guide::new(route, options, contents))
    }

    fn guide_places(
        &self,
        territory: &Territory,
        trek: &Trek,
        route: &Route,
        languages: &[&str],
    ) -> Result<Vec<GuidePlace>> {
        let mut places = Vec::new();
        for (index, position) in trek.points_reference.iter().enumerate() {
            if let Some(location) = route.locate(&Geometry::point(*position))? {
                places.push(GuidePlace {
                    kind: GuidePlaceKind::ReferencePoint,
                    id: String::new(),
                    name: (index + 1).to_string(),
                    along_m: location.along_m,
                    offset_m: location.offset_m,
                });
            }
        }
        let mut labels = TypeLabels::new();
        for other in self.catalogue.territories()? {
            let localizer = self.localizer(&other, languages);
            for kind in SUPPLY_KINDS {
                for (id, location) in near_route(&self.catalogue, &other, route, kind)? {
                    let found = self.catalogue.find_object_and_withdrawn_ms(&other, kind, id)?;
                    let Some((object, None)) = found else { continue };
                    let supply = self.supply_of(&other, &object, &mut labels)?;
                    // The other objects of another territory are not those of this trek.
                    let is_poi = kind == Kind::Poi && other.key == territory.key;
                    let Some(kind) = supply.or(is_poi.then_some(GuidePlaceKind::Poi)) else { continue };
                    let (name, _) = localizer.object_name(&object)?;
                    let id = format!("{}/{}/{id}", other.name, object.kind().as_str());
                    places.push(GuidePlace { kind, id, name, along_m: location.along_m, offset_m: location.offset_m });
                }
            }
        }
        let localizer = self.localizer(territory, languages);
        for id in &trek.information_desks {
            let found = self.catalogue.find_object_and_withdrawn_ms(territory, Kind::InformationDesk, *id)?;
            let Some((object, None)) = found else { continue };
            let Object::InformationDesk(desk) = &object else { continue };
            let Some(geometry) = &desk.geometry else { continue };
            let location = route.locate_within(geometry, ROUTE_ITEM_MAX_OFFSET_M)?;
            let (name, _) = localizer.object_name(&object)?;
            places.extend(location.map(|location| GuidePlace {
                kind: GuidePlaceKind::InformationDesk,
                id: format!("{}/{}/{id}", territory.name, Kind::InformationDesk.as_str()),
                name,
                along_m: location.along_m,
                offset_m: location.offset_m,
            }));
        }
        Ok(places)
    }

    /// Whether an object has water or shelter, by the label of its type in any language.
    /// The labels of the vocabularies are read when they are first needed.
    fn supply_of(
        &self,
        territory: &Territory,
        object: &Object,
        labels: &mut TypeLabels,
    ) -> Result<Option<GuidePlaceKind>> {
        let of_entry = match object.object_type() {
            Some((vocabulary, id)) => {
                let labels = match labels.entry(vocabulary) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(unknown) => unknown.insert(self.catalogue.labels(vocabulary)?),
                };
                labels.get(&(territory.key, id))
            }
            None => None,
        };
        let texts = object.type_label().into_iter().chain(of_entry).flat_map(Localized::iter);
        let words: Vec<String> = texts.flat_map(|(_, text)| fold(text)).collect();
        let has = |known: &[&str]| words.iter().any(|word| known.iter().any(|known| is_form_of(word, known)));
        Ok(if has(&WATER) { Some(GuidePlaceKind::Water) } else { has(&SHELTER).then_some(GuidePlaceKind::Shelter) })
    }

    /// The sensitive areas that a route crosses, for practices on the ground.
    fn guide_zones(
        &self,
        territory: &Territory,
        trek: Id,
        located: &Route,
        route: &GuideRoute,
        languages: &[&str],
    ) -> Result<Vec<GuideZone>> {
        let mut zones = Vec::new();
        for found in self.areas_along(territory, trek, located)? {
            let Some(geometry) = found.area.geometry.as_ref().filter(|_| !found.aerial_only) else { continue };
            let crossings_m = crossings_m(route, geometry, radius_m(&found.area))?;
            if crossings_m.is_empty() {
                continue;
            }
            let localizer = self.localizer(&found.territory, languages);
            let (rules, contact) = rules_and_contact(&localizer, &found.area);
            let (name, _) = localizer.object_name(&Object::SensitiveArea(found.area.clone()))?;
            zones.push(GuideZone {
                id: format!("{}/{}/{}", found.territory.name, Kind::SensitiveArea.as_str(), found.area.id),
                name,
                rules,
                contact,
                months: found.area.season.months,
                crossings_m,
            });
        }
        Ok(zones)
    }
}

/// The valid lines of a trek.
fn lines_of(trek: &Trek) -> Vec<Vec<Position>> {
    let lines = trek.geometry.as_ref().map(Geometry::lines).unwrap_or_default();
    let valid = |line: Vec<Position>| line.into_iter().filter(Position::is_valid).collect::<Vec<_>>();
    lines.into_iter().map(valid).filter(|line| line.len() > 1).collect()
}

/// Metres along a route to the end of each stage: the point of the route nearest to it. Where the route passes there before the
/// stage begins, as at the end of a loop, and where the end is not near the route, the length of the stage counts.
fn stage_ends_m(route: &Route, length_m: f64, stages: &[&Trek]) -> Result<Vec<f64>> {
    let (mut ends, mut before_m) = (Vec::new(), 0.0);
    for stage in stages {
        let lines = lines_of(stage);
        let located = match lines.last().and_then(|line| line.last()) {
            Some(end) => route.locate_within(&Geometry::point(*end), MAX_STAGE_OFFSET_M)?,
            None => None,
        };
        let located_m = located.map(|location| location.along_m).filter(|along_m| *along_m > before_m + 1.0);
        let by_length_m = || before_m + MeasuredLine::from_lines(&lines).map_or(0.0, |line| line.length_m());
        before_m = located_m.unwrap_or_else(by_length_m).min(length_m);
        ends.push(before_m);
    }
    Ok(ends)
}

/// True if a folded word is a known one, or its plural.
fn is_form_of(word: &str, known: &str) -> bool {
    word.strip_prefix(known).is_some_and(|rest| matches!(rest, "" | "s" | "x" | "n" | "en"))
}

/// The parts of a route in an area, sampled every 10 m.
fn crossings_m(route: &GuideRoute, area: &Geometry, radius_m: f64) -> Result<Vec<(f64, f64)>> {
    let Some(bounds) = area.bounds() else { return Ok(Vec::new()) };
    let bounds = bounds.expanded(radius_m + 1.0);
    let index = Nearby::build([Feature { key: 0, kind: Kind::SensitiveArea, geometry: area.clone() }]);
    let samples = (route.length_m() / SAMPLE_M).ceil() as usize;
    let mut crossings: Vec<(f64, f64)> = Vec::new();
    let mut was_inside = false;
    for sample in 0..=samples {
        let along_m = (sample as f64 * SAMPLE_M).min(route.length_m());
        let position = route.line().position_at(along_m)?;
        let is_inside = bounds.contains(position) && !index.within(position, radius_m, |_, _| true)?.is_empty();
        match crossings.last_mut() {
            Some(last) if is_inside && was_inside => last.1 = along_m,
            _ if is_inside => crossings.push((along_m, along_m)),
            _ => {}
        }
        was_inside = is_inside;
    }
    Ok(crossings)
}
