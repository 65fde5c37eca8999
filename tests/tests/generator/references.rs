//! Objects refer to what is there, except where `DANGLING` says that they do not.

use std::collections::BTreeSet;

use jalon_tests::generator::{DANGLING, REFERENCES, Size, Territory, referred};
use serde_json::Value;

fn ids(objects: &[Value]) -> BTreeSet<u64> {
    objects.iter().filter_map(|object| object["id"].as_u64()).collect()
}

#[test]
fn objects_refer_to_what_is_there_except_on_purpose() {
    let made = Territory::generate(Size { treks: 40, pois: 100, contents: 60, events: 60 }, 5);
    let (nowhere, unused) = follow(&made);
    assert_eq!((nowhere, unused), (BTreeSet::from(DANGLING), vec![]));
    assert_eq!(ids(&made.hidden["theme"]), [11].into(), "a theme that is not in the list, and readable by detail");
}

#[test]
fn a_small_one_holds_together_too_and_is_small() {
    for seed in 1..20 {
        println!("seed {seed}");
        let made = Territory::small(seed);
        let (nowhere, _) = follow(&made);
        assert!(nowhere.is_subset(&DANGLING.into()), "{nowhere:?}");
        assert!(made.modules.values().all(|objects| !objects.is_empty()));
        let bytes: usize = made.modules.values().flatten().map(|object| object.to_string().len()).sum();
        assert!(bytes < 90_000, "{bytes}");
        assert_eq!(made.module("tour")[0]["steps"].as_array().map(Vec::len), Some(2));
    }
}

/// A reference: module, id, field and the id it leads to.
type Reference = (&'static str, u64, &'static str, u64);

/// The references that lead nowhere, and the kinds of reference that nothing has.
fn follow(made: &Territory) -> (BTreeSet<Reference>, Vec<&'static str>) {
    let (mut nowhere, mut unused) = (BTreeSet::new(), Vec::new());
    for (module, path, to) in REFERENCES {
        let mut there = ids(made.module(to));
        there.extend(made.hidden.get(to).into_iter().flat_map(|hidden| ids(hidden)));
        let mut any = false;
        for object in made.module(module).iter().chain(made.hidden.get(module).into_iter().flatten()) {
            let found = referred(object, path);
            any |= !found.is_empty();
            let field = path.split('/').next().unwrap_or(path);
            let id = object["id"].as_u64().expect("an id");
            nowhere.extend(found.difference(&there).map(|to| (module, id, field, *to)));
        }
        if !any {
            unused.push(path);
        }
    }
    (nowhere, unused)
}

#[test]
fn contents_have_types_of_their_category() {
    let made = Territory::generate(Size { contents: 80, ..Size::default() }, 5);
    let mut all = BTreeSet::new();
    for content in made.module("touristiccontent") {
        let categories = made.module("touristiccontent_category").iter();
        let category = categories.clone().find(|category| category["id"] == content["category"]).unwrap();
        let types = content["types"].as_object().unwrap();
        assert_eq!(types.len(), 2);
        for list in category["types"].as_array().unwrap() {
            let values = ids(list["values"].as_array().unwrap());
            let chosen = types[&list["id"].to_string()].as_array().unwrap();
            assert!(chosen.iter().all(|id| values.contains(&id.as_u64().unwrap())));
            all.extend(chosen.iter().filter_map(Value::as_u64));
        }
    }
    assert!(all.len() > 20);
}

#[test]
fn vocabularies_are_as_large_as_real_ones_and_not_all_translated() {
    let made = Territory::generate(Size::default(), 1);
    for (module, count) in [("theme", 10), ("poi_type", 15), ("trek_practice", 7), ("touristiccontent_category", 8)] {
        assert_eq!(made.module(module).len(), count, "{module}");
    }
    let difficulties = made.module("trek_difficulty").iter().map(|entry| (&entry["id"], &entry["label"]["en"]));
    let order: Vec<String> = difficulties.map(|(id, label)| format!("{id} {label}")).collect();
    assert_eq!(
        order,
        [r#"1 "Very easy""#, r#"2 "Easy""#, r#"3 "Medium""#, r#"4 "Difficult""#, r#"5 "Very difficult""#]
    );
    let themes = made.module("theme");
    assert!(themes.iter().any(|theme| theme["label"]["it"].is_string()));
    assert!(themes.iter().any(|theme| theme["label"]["en"].is_null()));
}
