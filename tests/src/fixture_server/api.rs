//! What API v2 answers to a list or a detail.

use http::{HeaderMap, Uri};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::faults::Met;
use super::filter::Filter;
use super::lock;
use super::query::Query;
use super::reply::Reply;
use super::shown::{Show, Shown};
use crate::day::Day;
use crate::generator::Territory;

/// What links between pages start with, until the server puts its address.
pub(super) const PAGES: &str = "http://pages.invalid";

/// Modules whose list is ordered by a name that is not unique.
const BY_NAME: [&str; 8] =
    ["trek", "tour", "poi", "touristiccontent", "touristicevent", "outdoor_site", "outdoor_course", "signage"];

/// The places of a module's objects, those of equal names together, by the name.
type Order = Arc<Vec<Vec<usize>>>;

/// The orders of modules that are ordered by name, until the territory changes.
#[derive(Default)]
pub(super) struct Orders(Mutex<BTreeMap<String, Order>>);

impl Orders {
    pub(super) fn forget(&self) {
        lock(&self.0).clear();
    }

    fn of(&self, territory: &Territory, module: &str) -> Order {
        let make = || {
            let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
            for (at, object) in territory.module(module).iter().enumerate() {
                by_name.entry(object["name"]["fr"].as_str().unwrap_or("")).or_default().push(at);
            }
            Arc::new(by_name.into_values().collect())
        };
        Arc::clone(lock(&self.0).entry(module.to_owned()).or_insert_with(make))
    }
}

/// A request for the API.
pub(super) struct Asked<'a> {
    pub(super) orders: &'a Orders,
    pub(super) uri: &'a Uri,
    pub(super) headers: &'a HeaderMap,
    pub(super) met: &'a Met,
    /// The rank of the call among all.
    pub(super) call: u64,
    /// What order arrays and equal names come in: another at each call, the same for the same calls of a path.
    pub(super) seed: u64,
    pub(super) today: Day,
    pub(super) month: usize,
    /// Whether outlines are in metres.
    pub(super) metres: bool,
}

pub(super) fn answer(territory: &Territory, asked: &Asked<'_>) -> Reply {
    let Some(path) = asked.uri.path().strip_prefix("/api/v2/") else { return Reply::html(404) };
    match path {
        "version" => return Reply::json(200, &json!({"version": "2.126.1+dev"})),
        "config/" => return Reply::json(200, &json!({"bbox": territory.bbox})),
        "path/" => return Reply::detail(401, "Informations d'authentification non fournies."),
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
    let filter = Filter::read(module, query, territory, asked.today, asked.month)?;
    let hidden = territory.hidden.get(module).into_iter().flatten().find(|object| object["id"] == id);
    let listed = territory.module(module).iter().find(|object| object["id"] == id);
    let object = hidden.or_else(|| listed.filter(|object| filter.readable(object)));
    let object = object.filter(|_| !asked.met.gone.contains(&(module.to_owned(), id))).ok_or_else(missing)?;
    let show = Show::read(module, query.language(module)?, query, asked);
    Ok(Reply::json(200, &show.object(object, &mut ChaCha8Rng::seed_from_u64(asked.seed))))
}

fn list(territory: &Territory, asked: &Asked<'_>, module: &str, query: &Query) -> Result<Reply, Reply> {
    let filter = Filter::read(module, query, territory, asked.today, asked.month)?;
    let gone: Vec<u64> = asked.met.gone.iter().filter(|(gone, _)| gone == module).map(|(_, id)| *id).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(asked.seed);
    let module_objects = territory.module(module);
    let kept = |object: &&Value| {
        let gone = !gone.is_empty() && object["id"].as_u64().is_some_and(|id| gone.contains(&id));
        !gone && filter.keeps(object, territory)
    };
    let mut objects: Vec<&Value> = if BY_NAME.contains(&module) {
        let order = asked.orders.of(territory, module);
        order.iter().flat_map(|equal| shuffled(equal, &mut rng)).map(|at| &module_objects[at]).filter(kept).collect()
    } else {
        module_objects.iter().filter(kept).collect()
    };
    if asked.met.page_shift && !objects.is_empty() {
        let by = asked.call as usize % objects.len();
        objects.rotate_left(by);
    }
    let mut count = objects.len();
    if let Some((keep, agrees)) = asked.met.partial() {
        objects.truncate(keep);
        count = if agrees { objects.len() } else { count };
    }
    let all = query.has("no_page") || module == "menu_item";
    let (page, size) = if all { (1, count.max(1)) } else { (page_number(query, count)?, query.page_size()) };
    let show = Show::read(module, query.language(module)?, query, asked);
    let chosen = objects.into_iter().skip((page - 1) * size).take(size);
    let results: Vec<Shown<'_>> = chosen.map(|object| show.object(object, &mut rng)).collect();
    if all {
        return Ok(Reply::json(200, &results));
    }
    let link = |page: usize| format!("{PAGES}{}?{}", asked.uri.path(), query.for_page(page));
    let next = (page * size < count).then(|| link(page + 1));
    let previous = (page > 1).then(|| link(page - 1));
    Ok(Reply::json(200, &Page { count, next, previous, results }))
}

/// Equal names, in another order at each call.
fn shuffled(equal: &[usize], rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut equal = equal.to_vec();
    equal.shuffle(rng);
    equal
}

/// A page of a list.
#[derive(Serialize)]
struct Page<'o> {
    count: usize,
    next: Option<String>,
    previous: Option<String>,
    results: Vec<Shown<'o>>,
}

fn page_number(query: &Query, count: usize) -> Result<usize, Reply> {
    let pages = count.div_ceil(query.page_size()).max(1);
    let page = query.get("page").map_or(Some(1), |page| page.parse().ok());
    page.filter(|page| (1..=pages).contains(page)).ok_or_else(|| Reply::detail(404, "Page non valide."))
}
