//! What API v2 answers to a list or a detail.

use std::time::SystemTime;

use axum::http::{HeaderMap, Uri};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value, json};

use super::faults::Faults;
use super::query::Query;
use super::reply::Reply;
use crate::territory::Territory;

/// What links between pages start with, until the server puts its address.
pub(super) const PAGES: &str = "http://pages.invalid";

/// Modules whose list is ordered by a name that is not unique.
const BY_NAME: [&str; 8] =
    ["trek", "tour", "poi", "touristiccontent", "touristicevent", "outdoor_site", "outdoor_course", "signage"];
/// Texts that follow Accept-Language and nothing else.
const PLAIN: [(&str, [&str; 2]); 3] = [
    ("signage", ["name", "description"]),
    ("infrastructure", ["name", "description"]),
    ("hdviewpoint", ["title", "legend"]),
];
/// Modules that ignore `fields` and `omit`.
const WHOLE: [&str; 3] = ["hdviewpoint", "touristicevent_place", "touristicevent_organizer"];
/// Modules that look at `updated_after`; the others ignore it.
const DATED: [&str; 6] = ["trek", "tour", "poi", "touristiccontent", "touristicevent", "sensitivearea"];
/// Many-to-many fields, which come in another order at each call.
const MANY: [&str; 10] = [
    "themes",
    "labels",
    "networks",
    "ratings",
    "web_links",
    "source",
    "portal",
    "practices",
    "conditions",
    "orientation",
];

/// A request for the API.
pub(super) struct Asked<'a> {
    pub(super) uri: &'a Uri,
    pub(super) headers: &'a HeaderMap,
    pub(super) faults: &'a Faults,
    pub(super) call: u64,
    pub(super) month: Option<usize>,
}

pub(super) fn answer(territory: &Territory, asked: &Asked<'_>) -> Reply {
    let Some(path) = asked.uri.path().strip_prefix("/api/v2/") else { return Reply::html(404) };
    match path {
        "version" => return Reply::json(200, &json!({"version": "2.126.1+dev"})),
        "config/" => return Reply::json(200, &json!({"bbox": territory.bbox})),
        "path/" => return Reply::detail(401, "Informations d'authentification non fournies."),
        "feedback_report/" => return Reply::detail(405, "Méthode « GET » non autorisée."),
        _ => {}
    }
    let Some(path) = path.strip_suffix('/') else {
        let query = asked.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        return Reply::html(301).with("location", format!("{}/{query}", asked.uri.path()));
    };
    let (module, id) = path.split_once('/').map_or((path, None), |(module, id)| (module, Some(id)));
    if !territory.modules.contains_key(module) {
        return Reply::json(404, &json!({"page": "does not exist"}));
    }
    let query = Query::read(asked.uri.query());
    let found = match id {
        Some(id) => detail(territory, asked, module, id, &query),
        None => list(territory, asked, module, &query),
    };
    found.unwrap_or_else(|error| error)
}

fn detail(territory: &Territory, asked: &Asked<'_>, module: &str, id: &str, query: &Query) -> Result<Reply, Reply> {
    let missing = || Reply::detail(404, "No object matches the given query.");
    let id: u64 = id.parse().map_err(|_| Reply::html(404))?;
    let language = query.language(module)?;
    let hidden = territory.hidden.get(module).into_iter().flatten().find(|object| object["id"] == id);
    let listed = territory.module(module).iter().find(|object| object["id"] == id);
    let listed = listed.filter(|object| in_season(object, module, asked, query) && published(object, language));
    let object = hidden.or(listed).filter(|_| !asked.faults.gone.contains(&(module.to_owned(), id)));
    let mut rng = ChaCha8Rng::seed_from_u64(asked.call);
    let object = object.ok_or_else(missing)?;
    Ok(Reply::json(200, &shown(object, module, asked, language, query, &mut rng)))
}

fn list(territory: &Territory, asked: &Asked<'_>, module: &str, query: &Query) -> Result<Reply, Reply> {
    let language = query.language(module)?;
    let (ids, portals, practices) = (query.ids("ids")?, query.ids("portals")?, query.ids("practices")?);
    let (bbox, after) = (query.bbox()?, query.updated_after()?.filter(|_| DATED.contains(&module)));
    let mut rng = ChaCha8Rng::seed_from_u64(asked.call);
    let mut objects: Vec<&Value> = territory
        .module(module)
        .iter()
        .filter(|object| {
            let id = object["id"].as_u64().unwrap_or(0);
            !asked.faults.gone.contains(&(module.to_owned(), id))
                && ids.as_ref().is_none_or(|ids| ids.contains(&id))
                && portals.as_ref().is_none_or(|portals| attached(object, portals))
                && practices.as_ref().is_none_or(|wanted| practised(object, wanted))
                && bbox.is_none_or(|bbox| meets(&object["geometry"], bbox))
                && after.is_none_or(|day| object["update_datetime"].as_str().is_some_and(|date| &date[..10] >= day))
                && in_season(object, module, asked, query)
                && published(object, language)
        })
        .collect();
    if BY_NAME.contains(&module) {
        // Shuffled first, then sorted by a stable sort: equal names come in another order at each call.
        objects.shuffle(&mut rng);
        objects.sort_by_key(|object| object["name"]["fr"].as_str().unwrap_or("").to_owned());
    }
    if asked.faults.page_shift && !objects.is_empty() {
        let by = asked.call as usize % objects.len();
        objects.rotate_left(by);
    }
    let count = objects.len();
    let all = query.has("no_page") || module == "menu_item";
    let (page, size) = if all { (1, count.max(1)) } else { (page_number(query, count)?, query.page_size()) };
    let chosen = objects.into_iter().skip((page - 1) * size).take(size);
    let results: Vec<Value> = chosen.map(|object| shown(object, module, asked, language, query, &mut rng)).collect();
    if all {
        return Ok(Reply::json(200, &Value::Array(results)));
    }
    let link = |page: usize| format!("{PAGES}{}?{}", asked.uri.path(), query.for_page(page));
    let next = (page * size < count).then(|| link(page + 1));
    let previous = (page > 1).then(|| link(page - 1));
    Ok(Reply::json(200, &json!({"count": count, "next": next, "previous": previous, "results": results})))
}

fn page_number(query: &Query, count: usize) -> Result<usize, Reply> {
    let pages = count.div_ceil(query.page_size()).max(1);
    let page = query.get("page").map_or(Some(1), |page| page.parse().ok());
    page.filter(|page| (1..=pages).contains(page)).ok_or_else(|| Reply::detail(404, "Page non valide."))
}

/// One object as this call shows it: in one language or all, its many-to-many fields shuffled, its fields chosen.
fn shown(
    object: &Value,
    module: &str,
    asked: &Asked<'_>,
    language: Option<&str>,
    query: &Query,
    rng: &mut ChaCha8Rng,
) -> Value {
    let mut object = object.clone();
    let plain = PLAIN.iter().find(|(name, _)| *name == module).map_or(&[][..], |(_, texts)| &texts[..]);
    for text in plain {
        object[*text] = in_language(&object[*text], accepted(asked.headers));
    }
    if let Some(language) = language {
        object = in_language(&object, language);
    }
    let Some(members) = object.as_object_mut() else { return object };
    for name in MANY {
        if let Some(Value::Array(many)) = members.get_mut(name) {
            many.shuffle(rng);
        }
    }
    if WHOLE.contains(&module) {
        return object;
    }
    if let Some(fields) = query.names("fields") {
        members.retain(|name, _| fields.contains(&name.as_str()));
    }
    if let Some(omit) = query.names("omit") {
        members.retain(|name, _| !omit.contains(&name.as_str()));
    }
    object
}

/// Replaces every `{fr, en, it}` by its value in one language.
fn in_language(value: &Value, language: &str) -> Value {
    match value {
        Value::Object(texts) if texts.len() == 3 && texts.contains_key("fr") && texts.contains_key("it") => {
            texts.get(language).cloned().unwrap_or(Value::Null)
        }
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), in_language(value, language)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(|item| in_language(item, language)).collect(),
        other => other.clone(),
    }
}

fn accepted(headers: &HeaderMap) -> &'static str {
    let asked = headers.get("accept-language").and_then(|value| value.to_str().ok()).unwrap_or("fr");
    ["en", "it"].into_iter().find(|language| asked.starts_with(language)).unwrap_or("fr")
}

fn published(object: &Value, language: Option<&str>) -> bool {
    match (&object["published"], language) {
        (Value::Object(flags), Some(language)) => flags.get(language) == Some(&Value::Bool(true)),
        _ => true,
    }
}

/// Sensitive areas show in the current month only, unless `period` says otherwise: `ignore`, `any` or months.
fn in_season(object: &Value, module: &str, asked: &Asked<'_>, query: &Query) -> bool {
    if module != "sensitivearea" {
        return true;
    }
    let active = |month: usize| object["period"][month.saturating_sub(1)] == true;
    match query.get("period") {
        Some("ignore") => true,
        Some("any") => (1..=12).any(active),
        Some(months) => months.split(',').filter_map(|month| month.parse().ok()).any(active),
        None => active(asked.month.unwrap_or_else(current_month)),
    }
}

/// The month by the clock (civil-from-days, counted from March).
fn current_month() -> usize {
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let day_of_era = (seconds / 86_400 + 719_468) % 146_097;
    let year = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day = day_of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    (if month < 10 { month + 3 } else { month - 9 }) as usize
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

fn widen(value: &Value, bounds: &mut [f64; 4]) {
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
