//! Which objects of a module a call sees: the parameters that choose, and what Geotrek hides unless asked.

use serde_json::Value;

use super::near::Near;
use super::query::Query;
use super::reply::Reply;
use crate::day::Day;
use crate::generator::Territory;

/// Modules that look at `updated_after`; the others ignore it, even when it is no date.
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

/// What a list keeps of a module.
pub(super) struct Filter<'a> {
    module: &'a str,
    language: Option<&'a str>,
    ids: Option<Vec<u64>>,
    portals: Option<Vec<u64>>,
    practices: Option<Vec<u64>>,
    bbox: Option<[f64; 4]>,
    near: Vec<Near>,
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
    ) -> Result<Self, Reply> {
        let dated = DATED.contains(&module);
        let after = if dated { query.day("updated_after")? } else { None };
        Ok(Self {
            module,
            language: query.language(module)?,
            ids: query.ids("ids")?,
            portals: query.ids("portals")?,
            practices: query.ids("practices")?,
            bbox: query.bbox()?,
            near: Near::read(module, query, territory)?,
            updated_after: after.map(|day| day.to_string()),
            dates: if module == "touristicevent" { Dates::read(query, today)? } else { Dates::default() },
            season: if module == "sensitivearea" { Season::read(query, month) } else { Season::Ignored },
        })
    }

    pub(super) fn keeps(&self, object: &Value, territory: &Territory) -> bool {
        self.ids.as_ref().is_none_or(|ids| object["id"].as_u64().is_some_and(|id| ids.contains(&id)))
            && self.portals.as_ref().is_none_or(|portals| attached(object, portals))
            && self.practices.as_ref().is_none_or(|wanted| practised(object, wanted))
            && self.bbox.is_none_or(|bbox| meets(&object["geometry"], bbox))
            && self.near.iter().all(|near| near.keeps(object))
            && self.updated_after.as_ref().is_none_or(|day| {
                // A day, inclusive, in the zone of the server, which is the one the date is written in.
                territory.updated_on(self.module, object).is_some_and(|updated| updated >= *day)
            })
            && self.dates.keep(object)
            && self.readable(object)
    }

    /// Whether a detail answers: a language and a season hide there too, an event that is over does not.
    pub(super) fn readable(&self, object: &Value) -> bool {
        self.season.keeps(object) && published(object, self.language)
    }
}

/// The days between which an event must be; by default it must not be over.
#[derive(Default)]
struct Dates {
    after: Option<String>,
    before: Option<String>,
}

impl Dates {
    fn read(query: &Query, today: Day) -> Result<Self, Reply> {
        let (after, before) = (query.day("dates_after")?, query.day("dates_before")?);
        let after = if before.is_none() { Some(after.unwrap_or(today)) } else { after };
        Ok(Self { after: after.map(|day| day.to_string()), before: before.map(|day| day.to_string()) })
    }

    fn keep(&self, event: &Value) -> bool {
        let day = |field: &str| event[field].as_str().unwrap_or("");
        self.after.as_ref().is_none_or(|after| day("end_date") >= after.as_str())
            && self.before.as_ref().is_none_or(|before| day("begin_date") <= before.as_str())
    }
}

/// Sensitive areas show in the current month only, unless `period` says otherwise.
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

    fn keeps(&self, area: &Value) -> bool {
        match self {
            Self::Ignored => true,
            Self::Months(months) => months.iter().any(|month| area["period"][month.saturating_sub(1)] == true),
        }
    }
}

fn published(object: &Value, language: Option<&str>) -> bool {
    language.is_none_or(|language| {
        object["published"].as_object().is_none_or(|flags| flags.get(language) == Some(&Value::Bool(true)))
    })
}

/// Attached to one of the portals; objects of modules that have no portals are not filtered.
fn attached(object: &Value, portals: &[u64]) -> bool {
    let own = object.get("portal").or_else(|| object.get("portals"));
    let Some(Value::Array(own)) = own else { return true };
    own.iter().filter_map(Value::as_u64).any(|portal| portals.contains(&portal))
}

fn practised(object: &Value, wanted: &[u64]) -> bool {
    object.get("practice").is_none_or(|practice| practice.as_u64().is_some_and(|id| wanted.contains(&id)))
}

/// Whether the box of a geometry meets another box.
fn meets(geometry: &Value, [west, south, east, north]: [f64; 4]) -> bool {
    let mut bounds = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
    widen(geometry, &mut bounds);
    bounds[0] <= east && bounds[2] >= west && bounds[1] <= north && bounds[3] >= south
}

pub(super) fn widen(value: &Value, bounds: &mut [f64; 4]) {
    match value {
        Value::Object(members) => members.values().for_each(|member| widen(member, bounds)),
        Value::Array(items) => match (items.first().and_then(Value::as_f64), items.get(1).and_then(Value::as_f64)) {
            (Some(x), Some(y)) => {
                *bounds = [bounds[0].min(x), bounds[1].min(y), bounds[2].max(x), bounds[3].max(y)];
            }
            _ => items.iter().for_each(|item| widen(item, bounds)),
        },
        _ => {}
    }
}
