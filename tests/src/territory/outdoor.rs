//! Outdoor sites and courses, panoramas, flat pages and the menu.

use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::{HOST, Territory, picture, shapes, text, uuid};

pub(super) fn fill(made: &mut Territory, rng: &mut ChaCha8Rng) {
    let sites = (1..=4).map(|id| site("outdoor_site", id, rng)).collect();
    made.put("outdoor_site", sites);
    let courses = (1..=4).map(|id| site("outdoor_course", id, rng)).collect();
    made.put("outdoor_course", courses);
    made.put("hdviewpoint", (1..=2).map(|id| viewpoint(id, rng)).collect());
    let page = |id: usize| {
        json!({"id": id, "title": {"fr": "À propos", "en": "About", "it": ""}, "content": text::html(id), "source": [1],
            "portals": [], "published": text::published(id), "attachments": [], "parent": null, "children": []})
    };
    made.put("flatpage", (1..=3).map(page).collect());
    let item = |id: usize| {
        json!({"id": id, "title": {"fr": "À propos", "en": "About", "it": ""}, "page": id, "target_type": "page",
            "published": text::published(id), "children": []})
    };
    made.put("menu_item", (1..=2).map(item).collect());
}

fn site(module: &str, id: usize, rng: &mut ChaCha8Rng) -> Value {
    let (x, y) = shapes::spot(rng);
    let mut site = json!({"id": id, "uuid": uuid(8, id), "url": format!("{HOST}/api/v2/{module}/{id}/"), "eid": "",
        "name": text::name(&format!("Falaise {}", id / 2), "Crag"), "description": text::html(id),
        "advice": text::html(id + 1), "accessibility": {"fr": "", "en": "", "it": null}, "cities": [1],
        "city_codes": ["05001"], "districts": [1], "children": [], "children_uuids": [], "ratings": [1, 2],
        "geometry": {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [x, y]},
            {"type": "Polygon", "coordinates": [shapes::ring((x, y), 0.003)]}]},
        "attachments": picture(module, id), "provider": null, "structure": 1, "type": 1, "published": text::published(id),
        "pdf": {"fr": format!("{HOST}/f.pdf"), "en": format!("{HOST}/e.pdf"), "it": format!("{HOST}/i.pdf")}});
    let more = if module == "outdoor_site" {
        json!({"ambiance": text::html(id), "description_teaser": text::html(id), "courses": [id],
            "courses_uuids": [uuid(8, id)], "information_desks": [1], "labels": [1, 2], "managers": [1],
            "orientation": ["N", "SE"], "wind": ["N"], "parent": null, "parent_uuid": null, "portal": [],
            "period": {"fr": "Été", "en": null, "it": null}, "practice": 1, "sector": 1, "source": [1], "themes": [1, 2],
            "view_points": [], "web_links": []})
    } else {
        json!({"duration": 1.5, "equipment": text::html(id), "gear": text::nothing(), "height": 250, "length": 144.68,
            "max_elevation": 948, "min_elevation": 931, "parents": [], "parents_uuids": [], "points_reference": null,
            "ratings_description": text::nothing(), "sites": [id], "sites_uuids": [uuid(8, id)]})
    };
    if let (Value::Object(site), Value::Object(more)) = (&mut site, more) {
        site.extend(more);
    }
    site
}

fn viewpoint(id: usize, rng: &mut ChaCha8Rng) -> Value {
    let tiles = format!("{HOST}/api/hdviewpoint/drf/hdviewpoints/{id}");
    json!({"id": id, "uuid": uuid(10, id), "title": text::name("Panorama de l'Œil", "View"),
        "legend": text::name("Été", "Summer"), "geometry": shapes::point2(rng), "author": "PNE", "license": "CC-by-sa 4.0",
        "annotations": {"type": "FeatureCollection", "features": []}, "metadata_url": format!("{tiles}/info/metadata"),
        "picture_tiles_url": format!("{tiles}/tiles/{{z}}/{{x}}/{{y}}.png"), "thumbnail_url": format!("{tiles}/thumbnail.png"),
        "poi": null, "site": null, "trek": {"id": 1, "uuid": uuid(1, 1)},
        "create_datetime": "2026-01-23T20:55:15+01:00", "update_datetime": "2026-01-23T20:55:15.948848+01:00"})
}
