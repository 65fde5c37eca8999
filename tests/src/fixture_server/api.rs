//! Lists and details of API v2.

use http::{HeaderMap, Uri};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::faults::RequestFaults;
use super::filter::Filter;
use super::query::Query;
use super::response::Response;
use super::serializer::{ObjectSerializer, SerializedObject};
use super::state::lock;
use crate::day::Day;
use crate::generator::Territory;

/// The scheme and host of links between pages, which the server replaces with its own.
pub(super) const PAGE_LINK_HOST: &str = "http://pages.invalid";

/// Modules whose lists are sorted by a name that is not unique.
const SORTED_BY_NAME: [&str; 8] =
    ["trek", "tour", "poi", "touristiccontent", "touristicevent", "outdoor_site", "outdoor_course", "signage"];

/// Positions of a module's objects, grouped by equal names and sorted by name.
type NameOrder = Arc<Vec<Vec<usize>>>;

/// Cached orders of the modules that are sorted by name. The cache is cleared when the territory changes.
#[derive(Default)]
pub(super) struct NameOrders(Mutex<BTreeMap<String, NameOrder>>);

impl NameOrders {
    pub(super) fn clear(&self) {
        lock(&self.0).clear();
    }

    fn of(&self, territory: &Territory, module: &str) -> NameOrder {
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

/// A request of the API, and the settings that the response depends on.
pub(super) struct ApiRequest<'a> {
    pub(super) name_orders: &'a NameOrders,
    pub(super) uri: &'a Uri,
    pub(super) headers: &'a HeaderMap,
    pub(super) faults: &'a RequestFaults,
    /// The number of earlier requests.
    pub(super) call: u64,
    /// Decides the order of arrays and of equal names. It differs between two requests of a path and is the same for the
    /// n-th request of a path.
    pub(super) seed: u64,
    pub(super) today: Day,
    pub(super) month: usize,
    pub(super) outlines_in_metres: bool,
}

pub(super) fn respond(territory: &Territory, request: &ApiRequest<'_>) -> Response {
    let Some(path) = request.uri.path().strip_prefix("/api/v2/") else { return Response::html(404) };
    match path {
        "version" => return Response::json(200, &json!({"version": "2.126.1+dev"})),
        "config/" => return Response::json(200, &json!({"bbox": territory.bbox})),
        "path/" => return Response::detail(401, "Informations d'authentification non fournies."),
        _ => {}
    }
    let Some(path) = path.strip_suffix('/') else {
        let query = request.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        return Response::html(301).with("location", format!("{}/{query}", request.uri.path()));
    };
    let (module, id) = path.split_once('/').map_or((path, None), |(module, id)| (module, Some(id)));
    if !territory.modules.contains_key(module) {
        return Response::json(404, &json!({"page": "does not exist"}));
    }
    let query = Query::read(request.uri.query());
    let response = match id {
        Some(id) => detail(territory, request, module, id, &query),
        None => list(territory, request, module, &query),
    };
    response.unwrap_or_else(|error| error)
}

fn detail(
    territory: &Territory,
    request: &ApiRequest<'_>,
    module: &str,
    id: &str,
    query: &Query,
) -> Result<Response, Response> {
    let missing = || Response::detail(404, "No object matches the given query.");
    let id: u64 = id.parse().map_err(|_| Response::html(404))?;
    let filter = Filter::read(module, query, territory, request.today, request.month)?;
    let hidden = territory.hidden.get(module).into_iter().flatten().find(|object| object["id"] == id);
    let listed = territory.module(module).iter().find(|object| object["id"] == id);
    let object = hidden.or_else(|| listed.filter(|object| filter.is_readable(object)));
    let object = object.filter(|_| !request.faults.deleted.contains(&(module.to_owned(), id))).ok_or_else(missing)?;
    let serializer = ObjectSerializer::read(module, query.language(module)?, query, request);
    Ok(Response::json(200, &serializer.object(object, &mut ChaCha8Rng::seed_from_u64(request.seed))))
}

fn list(territory: &Territory, request: &ApiRequest<'_>, module: &str, query: &Query) -> Result<Response, Response> {
    if module == "hdviewpoint" && query.has("portals") {
        // The filter of Geotrek 2.126 looks for a portal on POIs, which have none.
        return Err(Response::html(500));
    }
    let filter = Filter::read(module, query, territory, request.today, request.month)?;
    let deleted = request.faults.deleted.iter().filter(|(of, _)| of == module);
    let deleted: Vec<u64> = deleted.map(|(_, id)| *id).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(request.seed);
    let module_objects = territory.module(module);
    let is_listed = |object: &&Value| {
        let is_deleted = !deleted.is_empty() && object["id"].as_u64().is_some_and(|id| deleted.contains(&id));
        !is_deleted && filter.matches(object, territory)
    };
    let mut objects: Vec<&Value> = if SORTED_BY_NAME.contains(&module) {
        let order = request.name_orders.of(territory, module);
        order
            .iter()
            .flat_map(|equal| shuffled(equal, &mut rng))
            .map(|at| &module_objects[at])
            .filter(is_listed)
            .collect()
    } else {
        module_objects.iter().filter(is_listed).collect()
    };
    if request.faults.page_shift && !objects.is_empty() {
        let by = request.call as usize % objects.len();
        objects.rotate_left(by);
    }
    let mut count = objects.len();
    if let Some((keep, count_agrees)) = request.faults.truncated_list() {
        objects.truncate(keep);
        count = if count_agrees { objects.len() } else { count };
    }
    let all = query.has("no_page") || module == "menu_item";
    let (page, size) = if all { (1, count.max(1)) } else { (page_number(query, count)?, query.page_size()) };
    let serializer = ObjectSerializer::read(module, query.language(module)?, query, request);
    let chosen = objects.into_iter().skip((page - 1) * size).take(size);
    let results: Vec<SerializedObject<'_>> = chosen.map(|object| serializer.object(object, &mut rng)).collect();
    if all {
        return Ok(Response::json(200, &results));
    }
    let link = |page: usize| format!("{PAGE_LINK_HOST}{}?{}", request.uri.path(), query.for_page(page));
    let next = (page * size < count).then(|| link(page + 1));
    let previous = (page > 1).then(|| link(page - 1));
    Ok(Response::json(200, &Page { count, next, previous, results }))
}

/// Equal names in a random order.
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
    results: Vec<SerializedObject<'o>>,
}

fn page_number(query: &Query, count: usize) -> Result<usize, Response> {
    let pages = count.div_ceil(query.page_size()).max(1);
    let page = query.get("page").map_or(Some(1), |page| page.parse().ok());
    page.filter(|page| (1..=pages).contains(page)).ok_or_else(|| Response::detail(404, "Page non valide."))
}
