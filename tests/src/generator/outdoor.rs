//! Outdoor sites and courses.

use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::shapes::{Place, ring, round, spot};
use super::vocabularies::outdoor::RATINGS;
use super::zones::Zones;
use super::{HOST, Territory, attachments, merge, text, uuid};

pub(super) fn fill(territory: &mut Territory, zones: &Zones, rng: &mut ChaCha8Rng) {
    let links = territory.module("weblink_category").to_vec();
    territory.insert_module("outdoor_site", (1..=5).map(|id| site(id, &links, zones, rng)).collect());
    territory.insert_module("outdoor_course", (1..=4).map(|id| course(id, zones, rng)).collect());
}

/// The fields of sites and courses. Names repeat. Geometries are collections of a point and a shape.
fn common(module: &str, kind: u32, id: usize, zones: &Zones, rng: &mut ChaCha8Rng) -> Value {
    let place = spot(rng);
    let zoning = zones.of([place]);
    let what = if module == "outdoor_site" { "Falaise" } else { "Voie" };
    let name = text::place_name(what, id / 2);
    let course = kind == 13;
    let advice = match id {
        4 if course => json!({"fr": "<p>Corde de 50&nbsp;m.</p>", "en": "", "it": null}),
        _ => text::html(1, rng),
    };
    let attachments = attachments::pictures(&format!("outdoor_{}", &module[8..]), kind, id, 2, rng);
    json!({"id": id, "uuid": uuid(kind, id), "url": format!("{HOST}/api/v2/{module}/{id}/"),
        "eid": if !course && id.is_multiple_of(2) { "C2C-4807" } else { "" }, "name": text::name(&name, ""),
        "description": text::html(2, rng), "advice": advice, "accessibility": text::empty(), "cities": zoning.cities,
        "city_codes": zoning.codes(), "districts": zoning.districts, "children": [], "children_uuids": [],
        "geometry": geometry(module, place, rng),
        "attachments": attachments, "provider": null, "structure": 1, "published": text::published(id),
        "pdf": text::pdf(&format!("{}s", &module[8..]), id, &name)})
}

fn geometry(module: &str, (x, y): Place, rng: &mut ChaCha8Rng) -> Value {
    let shape = if module == "outdoor_site" {
        json!({"type": "Polygon", "coordinates": ring((x, y), 0.003, rng)})
    } else {
        json!({"type": "LineString", "coordinates": [[x, y], [round(x + 0.001), round(y + 0.0007)]]})
    };
    json!({"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [x, y]}, shape]})
}

/// Ratings of the first or the third practice.
fn ratings(rank: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let (first, count) = RATINGS[rank];
    text::sample(&(first..first + count).collect::<Vec<_>>(), 40, rng)
}

/// A site. The second one is a part of the first; the third one has no practice.
fn site(id: usize, links: &[Value], zones: &Zones, rng: &mut ChaCha8Rng) -> Value {
    let practice = (id != 3).then_some([101, 103][id % 2]);
    let mut site = common("outdoor_site", 8, id, zones, rng);
    let courses: Vec<usize> = if id <= 4 { vec![id] } else { vec![] };
    let uuids: Vec<String> = courses.iter().map(|id| uuid(13, *id)).collect();
    let more = json!({"ambiance": text::optional_html(60, rng), "description_teaser": text::html(1, rng), "courses": courses,
        "courses_uuids": uuids, "information_desks": [1, 2], "managers": if id < 3 { vec![1] } else { vec![] },
        "labels": if id.is_multiple_of(2) { vec![1, 3] } else { vec![] },
        "wind": if id < 4 { vec!["N", "SW"] } else { vec![] },
        "orientation": if id == 5 { vec![] } else { vec!["N", "SE"] }, "parent": null, "parent_uuid": null,
        "portal": [], "source": [1], "themes": [4, 7], "view_points": [],
        "period": if id.is_multiple_of(2) { text::empty() } else { text::name("De l'été à l'automne", "Summer") },
        "practice": practice, "sector": (id > 3).then_some(1), "type": (practice == Some(101)).then_some(1),
        "ratings": if practice.is_some() { ratings(id % 2, rng) } else { vec![] },
        "web_links": attachments::web_links(if id == 3 { 0 } else { 40 }, links, rng)});
    merge(&mut site, more);
    if id == 1 {
        site["children"] = json!([2]);
        site["children_uuids"] = json!([uuid(8, 2)]);
    }
    if id == 2 {
        site["parent"] = json!(1);
        site["parent_uuid"] = json!(uuid(8, 1));
    }
    site
}

/// A course. The second one is a part of the first.
fn course(id: usize, zones: &Zones, rng: &mut ChaCha8Rng) -> Value {
    let mut course = common("outdoor_course", 13, id, zones, rng);
    let start = course["geometry"]["geometries"][0]["coordinates"].clone();
    let points = id.is_multiple_of(2).then(|| json!({"type": "MultiPoint", "coordinates": [start]}));
    let more = json!({"duration": id.is_multiple_of(2).then_some(1.5), "equipment": text::html(1, rng),
        "gear": text::empty(), "height": (id != 3).then_some(60 * id), "length": 144.68 + id as f64,
        "max_elevation": 948 + id, "min_elevation": 931, "parents": [], "parents_uuids": [], "points_reference": points,
        "ratings": ratings(0, rng), "ratings_description": text::empty(), "sites": [id], "sites_uuids": [uuid(8, id)],
        "type": (id != 4).then_some(1)});
    merge(&mut course, more);
    if id == 1 {
        course["children"] = json!([2]);
        course["children_uuids"] = json!([uuid(13, 2)]);
    }
    if id == 2 {
        course["parents"] = json!([1]);
        course["parents_uuids"] = json!([uuid(13, 1)]);
    }
    course
}
