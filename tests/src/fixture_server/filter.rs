//! The objects that a request sees: selected by its parameters, without those that Geotrek hides by default.

use serde_json::Value;

use super::near::NearFilter;
use super::query::Query;
use super::response::Response;
use crate::day::Day;
use crate::generator::Territory;

/// Modules with the parameter `updated_after`. The others ignore it, even an invalid date.
const DATED: [&str; 12] = [
    "trek",
    "tour",
    "poi",
    "service",
    "touristiccontent",
    "touristicevent",
    "sensitivearea",
    "signage",
    "infrastructure",
    "outdoor_site",
    "outdoor_course",
    "flatpage",
];

/// The filter of one request.
pub(super) struct Filter<'a> {
    module: &'a str,
    language: Option<&'a str>,
    ids: Option<Vec<u64>>,
    portals: Option<Vec<u64>>,
    practices: Option<Vec<u64>>,
    bbox: Option<[f64; 4]>,
    near: Vec<NearFilter>,
    updated_after: Option<String>,
    dates: Dates,
    season: Season,
}

impl<'a> Filter<'a> {
    pub(super) fn read(
        module: &'a str,
        query: &'a Query,
        territory: &Territory,
        today: Day,
        month: usize,
    ) -> Result<Self, Response> {
        let dated = DATED.contains(&module);
        let after = if dated { query.day("updated_after")? } else { None };
        Ok(Self {
            module,
            language: query.language(module)?,
            ids: query.ids("ids")?,
            portals: query.ids("portals")?,
            practices: query.ids("practices")?,
            bbox: query.bbox()?,
            near: NearFilter::read(module, query, territory)?,
            updated_after: after.map(|day| day.to_string()),
            dates: if module == "touristicevent" { Dates::read(query, today)? } else { Dates::default() },
            season: if module == "sensitivearea" { Season::read(query, month) } else { Season::Ignored },
        })
    }

    pub(super) fn matches(&self, object: &Value, territory: &Territory) -> bool {
        self.ids.as_ref().is_none_or(|ids| object["id"].as_u64().is_some_and(|id| ids.contains(&id)))
            && self.portals.as_ref().is_none_or(|portals| has_portal(object, portals))
            && self.practices.as_ref().is_none_or(|practices| has_practice(object, practices))
            && self.bbox.is_none_or(|bbox| intersects(&object["geometry"], bbox))
            && self.near.iter().all(|near| near.matches(object))
            && self.updated_after.as_ref().is_none_or(|day| {
                // Inclusive, in the time zone of the server, in which the date is written.
                territory.updated_on(self.module, object).is_some_and(|updated| updated >= *day)
            })
            && self.dates.match_event(object)
            && self.is_readable(object)
    }

    /// Whether an object can be read by its id. A language and a season hide it there, too; the end of an event does not.
    pub(super) fn is_readable(&self, object: &Value) -> bool {
        self.season.matches(object) && is_published(object, self.language)
    }
}

/// The days between which an event must take place. By default it must not be over.
#[derive(Default)]
struct Dates {
    after: Option<String>,
    before: Option<String>,
}

impl Dates {
    fn read(query: &Query, today: Day) -> Result<Self, Response> {
        let (after, before) = (query.day("dates_after")?, query.day("dates_before")?);
        let after = if before.is_none() { Some(after.unwrap_or(today)) } else { after };
        Ok(Self { after: after.map(|day| day.to_string()), before: before.map(|day| day.to_string()) })
    }

    fn match_event(&self, event: &Value) -> bool {
        let day = |field: &str| event[field].as_str().unwrap_or("");
        self.after.as_ref().is_none_or(|after| day("end_date") >= after.as_str())
            && self.before.as_ref().is_none_or(|before| day("begin_date") <= before.as_str())
    }
}

/// The months of sensitive areas: the current one unless `period` is given.
enum Season {
    Ignored,
    Months(Vec<usize>),
}

impl Season {
    fn read(query: &Query, current: usize) -> Self {
        match query.get("period") {
            Some("ignore") => Self::Ignored,
            Some("any") => Self::Months((1..=12).collect()),
            Some(months) => Self::Months(months.split(',').filter_map(|month| month.parse().ok()).collect()),
            None => Self::Months(vec![current]),
        }
    }

    fn matches(&self, area: &Value) -> bool {
        match self {
            Self::Ignored => true,
            Self::Months(months) => months.iter().any(|month| area["period"][month.saturating_sub(1)] == true),
        }
    }
}

fn is_published(object: &Value, language: Option<&str>) -> bool {
    language.is_none_or(|language| {
        object["published"].as_object().is_none_or(|flags| flags.get(language) == Some(&Value::Bool(true)))
    })
}

/// Whether an object belongs to one of the portals. Objects of modules without portals match.
fn has_portal(object: &Value, portals: &[u64]) -> bool {
    let own = object.get("portal").or_else(|| object.get("portals"));
    let Some(Value::Array(own)) = own else { return true };
    own.iter().filter_map(Value::as_u64).any(|portal| portals.contains(&portal))
}

fn has_practice(object: &Value, practices: &[u64]) -> bool {
    object.get("practice").is_none_or(|practice| practice.as_u64().is_some_and(|id| practices.contains(&id)))
}

/// Whether the bounding box of a geometry intersects another box.
fn intersects(geometry: &Value, [west, south, east, north]: [f64; 4]) -> bool {
    let mut bounds = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
    extend_bounds(geometry, &mut bounds);
    bounds[0] <= east && bounds[2] >= west && bounds[1] <= north && bounds[3] >= south
}

/// Extends a box by all positions of a geometry.
pub(super) fn extend_bounds(value: &Value, bounds: &mut [f64; 4]) {
    match value {
        Value::Object(members) => members.values().for_each(|member| extend_bounds(member, bounds)),
        Value::Array(items) => match (items.first().and_then(Value::as_f64), items.get(1).and_then(Value::as_f64)) {
            (Some(x), Some(y)) => {
                *bounds = [bounds[0].min(x), bounds[1].min(y), bounds[2].max(x), bounds[3].max(y)];
            }
            _ => items.iter().for_each(|item| extend_bounds(item, bounds)),
        },
        _ => {}
    }
}
