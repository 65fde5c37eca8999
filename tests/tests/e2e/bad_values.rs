//! Lists with a value that no Geotrek should write: the object is left out or read all the same, and the rest of the list is
//! there.

use std::collections::BTreeSet;
use std::sync::Arc;

use jalon::companion::{RefreshMode, RefreshSummary};
use jalon::model::{Id, Kind, Object};
use jalon_tests::fixture::{Fixture, NAME};
use jalon_tests::fixture_server::Fault;
use jalon_tests::generator::Territory;
use serde_json::json;

fn ids(fixture: &Fixture, kind: Kind) -> BTreeSet<Id> {
    let companion = fixture.companion();
    let territory = companion.catalogue().territory(NAME).unwrap();
    companion.catalogue().objects(&territory, kind).unwrap().iter().map(Object::id).collect()
}

/// The ids of POIs, and the summary, after a refresh in which the text `from` of the lists of POIs is replaced.
fn with_replaced(fixture: &mut Fixture, from: &str, to: &str, mode: RefreshMode) -> (BTreeSet<Id>, RefreshSummary) {
    let fault = Fault::ReplaceText { from: from.to_owned(), to: to.to_owned() };
    fixture.server.faults().rules.clear();
    fixture.server.faults().add(fault.on("/api/v2/poi/"));
    let summary = fixture.refresh(mode).unwrap().unwrap();
    (ids(fixture, Kind::Poi), summary)
}

#[test]
fn object_with_a_number_that_is_not_finite_is_left_out_and_named() {
    let mut territory = Territory::small(1);
    territory.edit_field("poi", 2, "eid", json!(987_654_321));
    let all: BTreeSet<Id> = territory.module("poi").iter().map(|poi| poi["id"].as_i64().unwrap()).collect();
    for token in ["NaN", "Infinity", "-Infinity"] {
        println!("{token}");
        let mut fixture = Fixture::builder().territory(territory.clone()).build();
        let (found, summary) = with_replaced(&mut fixture, "987654321", token, RefreshMode::Auto);
        assert_eq!(found, all.iter().copied().filter(|id| *id != 2).collect());
        assert_eq!(summary.failed_lists, Vec::<String>::new());
        let problem = "poi/2: left out, because a number of it is not finite";
        assert_eq!(summary.problems.get(problem), Some(&1), "{:?}", summary.problems);
        // An object of the catalogue keeps its earlier state.
        with_replaced(&mut fixture, "987654321", "1", RefreshMode::Full);
        let (found, summary) = with_replaced(&mut fixture, "987654321", token, RefreshMode::Full);
        assert_eq!((found, summary.removed.len()), (all.clone(), 0));
    }
}

#[test]
fn ids_of_other_types_are_read_or_counted() {
    let mut territory = Territory::small(1);
    let all: BTreeSet<Id> = territory.module("poi").iter().map(|poi| poi["id"].as_i64().unwrap()).collect();
    for poi in territory.modules.get_mut("poi").unwrap() {
        if poi["id"] == 2 {
            poi["id"] = json!(987_654_321);
        }
    }
    let others: BTreeSet<Id> = all.iter().copied().filter(|id| *id != 2).collect();
    for (id, is_read) in [
        ("\"987654321\"", true),
        ("987654321.0", true),
        ("9.87654321e8", true),
        ("987654321.5", false),
        ("9223372036854775808", false),
        ("[]", false),
    ] {
        println!("{id}");
        let mut fixture = Fixture::builder().territory(territory.clone()).build();
        let server = Arc::clone(&fixture.server);
        let (found, summary) =
            with_replaced(&mut fixture, "\"id\":987654321", &format!("\"id\":{id}"), RefreshMode::Auto);
        assert_eq!(found.contains(&987_654_321), is_read);
        assert!(found.is_superset(&others), "{found:?}");
        let problems: Vec<&String> = summary.problems.keys().filter(|problem| problem.starts_with("poi.id")).collect();
        assert_eq!(problems.len(), usize::from(!is_read), "{:?}", summary.problems);
        assert_eq!((summary.failed_lists, summary.truncated_lists), (Vec::new(), Vec::new()));
        drop(server);
    }
}
