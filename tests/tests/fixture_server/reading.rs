//! Jalon reads all that the test Geotrek answers, and finds nothing unknown nor of another type: what it meets in tests is
//! what a real one sends.

use jalon::geotrek::{Limits, Reader, read_list};

use jalon_tests::fixture_server::TestGeotrek;
use jalon_tests::generator::Territory;

use super::{get, options, start};

#[test]
fn every_list_is_read_and_nothing_in_it_is_left_out() {
    read_all(&start());
}

#[test]
fn a_small_territory_is_read_as_well() {
    read_all(&TestGeotrek::start(Territory::small(1), options()));
}

fn read_all(server: &TestGeotrek) {
    let modules: Vec<String> = server.territory().modules.keys().cloned().collect();
    let limits = Limits::default();
    let mut problems = Vec::new();
    for module in &modules {
        for query in ["page_size=1000", "page_size=1000&language=fr", "no_page"] {
            let all = "period=ignore&dates_after=2000-01-01";
            let answer = get(server, &format!("/api/v2/{module}/?{query}&{all}"), &[]).bytes().expect("a body");
            let reader = Reader::new(None, "fr", &limits);
            let mut read = 0;
            read_list(&answer[..], &limits, |json: &str| {
                assert!(!reader.read(module, json).is_empty(), "{json}");
                read += 1;
                Ok(())
            })
            .expect("a list");
            assert!(read > 0, "{module}");
            let told = reader.problems();
            problems.extend(told.iter().map(|(list, field, what, times)| format!("{list} {field}: {what:?} ×{times}")));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
