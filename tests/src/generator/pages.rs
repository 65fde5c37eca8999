//! Flat pages, the menu, and panoramas with their owners.

use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::shapes::spot;
use super::{Territory, attachments, text};

const TITLES: [[&str; 3]; 4] =
    [["À propos", "About", ""], ["Règles du cœur", "Rules", ""], ["Venir", "", ""], ["Mentions légales", "Legal", ""]];

pub(super) fn fill(territory: &mut Territory, rng: &mut ChaCha8Rng) {
    territory.insert_module("flatpage", (1..=4).map(|id| page(id, rng)).collect());
    let mut menu: Vec<Value> = (1..=3).map(item).collect();
    menu[2]["children"] = json!([item(4)]);
    territory.insert_module("menu_item", menu);
}

/// A title. Missing translations are empty, not null.
fn title(id: usize) -> Value {
    let [fr, en, it] = TITLES[id - 1];
    json!({"fr": fr, "en": en, "it": it})
}

/// A page. The second one is a child of the first.
fn page(id: usize, rng: &mut ChaCha8Rng) -> Value {
    let mut content = text::full(3, rng);
    if id == 4 {
        content["it"] = json!("");
    }
    let attachments =
        if id == 2 { json!([attachments::picture("flatpages_flatpage", 14, id, 0, rng)]) } else { json!([]) };
    json!({"id": id, "title": title(id), "content": content, "source": if id == 4 { vec![] } else { vec![1] },
        "portals": [],
        "published": text::published(id), "attachments": attachments, "parent": (id == 2).then_some(1),
        "children": if id == 1 { vec![2] } else { vec![] }})
}

/// An entry of the menu. The third and the fourth link to the web, the others to a page.
fn item(id: usize) -> Value {
    let link = if id > 2 { "https://example.org/" } else { "" };
    json!({"id": id, "title": title(id), "target_type": if id > 2 { "link" } else { "page" },
        "link_url": {"fr": link, "en": link, "it": link}, "page": (id <= 2).then_some(id),
        "page_title": if id <= 2 { title(id) } else { Value::Null }, "portals": [], "published": text::published(id),
        "open_in_new_tab": id > 2, "pictogram": null, "attachments": [], "children": []})
}

/// Three panoramas, embedded in the first trek, the first POI and the first site.
pub(super) fn panoramas(territory: &mut Territory, rng: &mut ChaCha8Rng) {
    let mut views = Vec::new();
    for (at, (module, owner)) in [("trek", "trek"), ("poi", "poi"), ("outdoor_site", "site")].into_iter().enumerate() {
        let Some(object) = territory.modules.get_mut(module).and_then(|objects| objects.first_mut()) else { continue };
        let uuid = object["uuid"].clone();
        let view = attachments::viewpoint(at + 1, spot(rng), (owner, 1, &uuid), rng);
        object["view_points"] = json!([view]);
        views.push(view);
    }
    territory.insert_module("hdviewpoint", views);
}
