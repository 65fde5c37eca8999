//! The territory changes while the server runs, and says as little of it as a real one.

use std::collections::BTreeMap;

use jalon_tests::fixture_server::TestGeotrek;
use jalon_tests::generator::Change;
use serde_json::{Value, json};

use super::{TODAY, get, ids, json as ask, start};

const ALL: &str = "no_page&period=ignore&dates_after=2000-01-01";

/// A list by id, many-to-many arrays in order.
fn by_id(server: &TestGeotrek, module: &str, query: &str) -> BTreeMap<u64, Value> {
    let list = ask(server, &format!("/api/v2/{module}/?{ALL}{query}"));
    let objects = list.as_array().expect("a list of objects").iter().map(|object| {
        let mut object = object.clone();
        for value in object.as_object_mut().expect("a list of objects").values_mut() {
            if let Some(many) = value.as_array_mut() {
                many.sort_by_key(Value::to_string);
            }
        }
        (object["id"].as_u64().expect("a list of objects"), object)
    });
    objects.collect()
}

fn date(object: &Value) -> &str {
    object["update_datetime"].as_str().expect("a list of objects")
}

#[test]
fn an_edit_moves_the_date_and_a_relation_does_not() {
    let server = start();
    let trek = |id: u64| by_id(&server, "trek", "").remove(&id).unwrap();
    let old = trek(3);
    server.territory().edit_text("trek", 3, "description", "en", "<p>Closed.</p>");
    let edited = trek(3);
    assert_eq!(edited["description"]["en"], "<p>Closed.</p>");
    assert_eq!(edited["description"]["fr"], old["description"]["fr"]);
    assert!(date(&edited) > date(&old) && date(&edited).starts_with(&TODAY.to_string()));
    let listed = ask(&server, "/api/v2/trek/?no_page&fields=id,update_datetime");
    let listed = listed.as_array().unwrap().iter().find(|trek| trek["id"] == 3).unwrap();
    assert_eq!(listed, &json!({"id": 3, "update_datetime": date(&edited)}));
    server.territory().relate("trek", 3, "themes", &[2, 9]);
    let related = trek(3);
    assert_eq!((&related["themes"], date(&related)), (&json!([2, 9]), date(&edited)));
    server.territory().move_geometry("trek", 3, 0.01, 0.0);
    let moved = trek(3);
    assert!(moved["geometry"] != related["geometry"] && date(&moved) > date(&related));
    server.territory().replace_attachment("trek", 3, 0);
    let pictured = trek(3);
    assert!(pictured["attachments"] != moved["attachments"] && date(&pictured) > date(&moved));
    // The itinerary carries its stages whole.
    let tour = ask(&server, "/api/v2/tour/1/");
    assert_eq!(tour["steps"][0]["update_datetime"], pictured["update_datetime"]);
}

#[test]
fn kinds_without_a_date_show_a_change_by_the_filter_at_most() {
    let server = start();
    let after = format!("&updated_after={TODAY}");
    let changed = |module: &str| ids(&server, &format!("/api/v2/{module}/?{ALL}{after}"));
    assert!(changed("signage").is_empty());
    server.territory().edit_text("signage", 4, "name", "fr", "Poteau neuf");
    server.territory().move_geometry("service", 2, 0.001, 0.0);
    assert_eq!((changed("signage"), changed("service")), (vec![4], vec![2]));
    assert!(by_id(&server, "signage", "")[&4].get("update_datetime").is_none());
    let cities = changed("city").len();
    server.territory().rename("city", 2, "Ailleurs");
    server.territory().rename("theme", 1, "Autre");
    server.territory().rename("informationdesk", 1, "Maison neuve");
    server.territory().rename("poi_type", 1, "Bêtes");
    assert_eq!((cities, changed("city").len(), changed("trek").len()), (25, 25, 0));
    assert_eq!(by_id(&server, "city", "")[&2]["name"], "Ailleurs");
    assert_eq!(by_id(&server, "theme", "")[&1]["label"]["fr"], "Autre");
    assert_eq!(by_id(&server, "informationdesk", "")[&1]["name"]["fr"], "Maison neuve");
    let poi = by_id(&server, "poi", "").into_values().find(|poi| poi["type"] == 1).unwrap();
    assert_eq!(poi["type_label"]["fr"], "Bêtes");
}

#[test]
fn objects_come_and_go_without_a_word() {
    let server = start();
    let before = ids(&server, "/api/v2/poi/?no_page");
    let added = server.territory().add("poi");
    server.territory().delete("poi", 7);
    let after = ids(&server, "/api/v2/poi/?no_page");
    assert!(after.contains(&added) && !before.contains(&added) && !after.contains(&7));
    assert_eq!((after.len(), get(&server, "/api/v2/poi/7/", &[]).status().as_u16()), (before.len(), 404));
    assert_eq!(ids(&server, &format!("/api/v2/poi/?no_page&updated_after={TODAY}")), [added]);
    server.territory().delete("informationdesk", 1);
    let desks = by_id(&server, "trek", "&fields=id,information_desks");
    assert!(desks.values().all(|trek| !trek["information_desks"].as_array().unwrap().contains(&json!(1))));
}

#[test]
fn itineraries_close_their_gaps_and_keep_stages_that_are_unpublished() {
    let server = start();
    server.territory().delete("trek", 5);
    let tour = ask(&server, "/api/v2/tour/2/");
    assert_eq!((&tour["children"], &tour["count_children"]), (&json!([9001, 6]), &json!(2)));
    assert_eq!(tour["steps"].as_array().unwrap().len(), 2);
    assert_eq!(ask(&server, "/api/v2/trek/9001/")["previous"], json!({"2": null}));
    server.territory().unpublish("trek", 6);
    assert!(!ids(&server, "/api/v2/trek/?no_page").contains(&6));
    assert_eq!(get(&server, "/api/v2/trek/6/", &[]).status(), 200);
    server.territory().unpublish("trek", 8);
    assert_eq!(get(&server, "/api/v2/trek/8/", &[]).status(), 404);
    // An itinerary that goes frees its stages.
    server.territory().delete("trek", 1);
    assert_eq!(ids(&server, "/api/v2/tour/?no_page"), [2]);
    let stage = ask(&server, "/api/v2/trek/3/");
    assert_eq!((&stage["parents"], &stage["next"]), (&json!([]), &json!({})));
}

#[test]
fn a_share_changes_and_the_rest_does_not() {
    let server = start();
    let modules: Vec<String> = server.territory().modules.keys().cloned().collect();
    let all = || -> BTreeMap<String, BTreeMap<u64, Value>> {
        modules.iter().map(|module| (module.clone(), by_id(&server, module, ""))).collect()
    };
    let before = all();
    println!("seed 4");
    let changed = server.territory().change(4, 50.0);
    let after = all();
    for kind in [Change::Text, Change::Geometry, Change::Attachment, Change::Relation, Change::Added, Change::Undated] {
        assert!(changed.iter().any(|one| one.change == kind), "{kind:?}");
    }
    assert!(changed.iter().filter(|one| one.module == "poi").count() == 30);
    for module in modules.iter().filter(|module| *module != "tour") {
        for (id, old) in &before[module] {
            let told = changed.iter().find(|one| one.module == *module && one.id == *id).map(|one| one.change);
            let new = after[module].get(id);
            match told {
                None => assert_eq!(new, Some(old), "{module} {id}"),
                Some(Change::Deleted) => assert_eq!(new, None, "{module} {id}"),
                Some(what) => {
                    let new = new.unwrap();
                    assert_ne!(new, old, "{module} {id} {what:?}");
                    let moves = !matches!(what, Change::Relation | Change::Undated);
                    if old.get("update_datetime").is_some() {
                        assert_eq!(new["update_datetime"] != old["update_datetime"], moves, "{module} {id} {what:?}");
                    }
                }
            }
        }
        let new = after[module].keys().filter(|id| !before[module].contains_key(id));
        assert!(new.into_iter().all(|id| changed.iter().any(|one| one.id == *id && one.change == Change::Added)));
    }
    // Equal seeds give equal changes.
    let other = start();
    assert_eq!(other.territory().change(4, 50.0), changed);
    assert_eq!(by_id(&other, "trek", ""), after["trek"]);
    assert_ne!(start().territory().change(5, 50.0), changed);
}
