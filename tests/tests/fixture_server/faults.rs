//! Faults break answers on demand.

use std::time::{Duration, Instant};

use jalon_tests::fixture_server::Fault;

use super::{ask, get, ids, is_html, json, start};

const TREKS: &str = "/api/v2/trek/?fields=id";

#[test]
fn faults_come_and_go() {
    let server = start();
    server.faults().cut_at = Some(100);
    assert!(get(&server, "/api/v2/trek/", &[]).text().is_err());
    *server.faults() = Default::default();
    server.faults().gone.insert(("trek".to_owned(), 1));
    assert_eq!(get(&server, "/api/v2/trek/1/", &[]).status(), 404);
    assert!(!ids(&server, TREKS).contains(&1));
    server.faults().unauthorized = true;
    assert_eq!(get(&server, "/api/v2/version", &[]).status(), 401);
    server.faults().unauthorized = false;
    server.faults().status = Some(503);
    let busy = get(&server, TREKS, &[]);
    assert_eq!((busy.status().as_u16(), busy.headers()["retry-after"].to_str().unwrap()), (503, "1"));
    server.faults().status = None;
    server.faults().endless = true;
    let endless = get(&server, TREKS, &[]);
    assert_eq!((endless.status().as_u16(), server.requests().len()), (200, 6));
    server.shutdown();
}

#[test]
fn answers_wait() {
    let server = start();
    server.faults().delay = Duration::from_millis(300);
    let asked = Instant::now();
    assert_eq!(get(&server, TREKS, &[]).status(), 200);
    assert!(asked.elapsed() >= Duration::from_millis(300));
}

#[test]
fn modules_can_be_missing() {
    let server = start();
    server.faults().missing_modules.extend(["outdoor_site".to_owned(), "sensitivearea".to_owned()]);
    for path in ["outdoor_site/", "outdoor_site/1/", "sensitivearea/?period=ignore"] {
        let missing = get(&server, &format!("/api/v2/{path}"), &[]);
        assert_eq!(
            (missing.status().as_u16(), missing.text().unwrap()),
            (404, "{\"page\":\"does not exist\"}".to_owned())
        );
    }
    assert_eq!(get(&server, "/api/v2/outdoor_sitetype/", &[]).status(), 200);
}

#[test]
fn json_can_be_wrong() {
    let server = start();
    server.faults().wrong_json = true;
    let wrong = get(&server, TREKS, &[]);
    assert_eq!(
        (wrong.status().as_u16(), &wrong.headers()["content-type"]),
        (200, &"application/json".parse().unwrap())
    );
    assert!(serde_json::from_str::<serde_json::Value>(&wrong.text().unwrap()).is_err());
}

#[test]
fn pages_shift_between_calls() {
    let server = start();
    let path = "/api/v2/service/?fields=id&page_size=2";
    let walk = || (1..=4).flat_map(|page| ids(&server, &format!("{path}&page={page}"))).collect::<Vec<_>>();
    let mut still = walk();
    still.sort_unstable();
    assert_eq!(still, (1..=8).collect::<Vec<_>>());
    server.faults().page_shift = true;
    let mut shifted = walk();
    shifted.sort_unstable();
    shifted.dedup();
    assert!(shifted.len() < 8, "some come twice, some never");
}

#[test]
fn a_fault_can_concern_some_paths_only() {
    let server = start();
    server.faults().status = Some(500);
    server.faults().only = Some("trek/?page=2".to_owned());
    let status = |path: &str| ask(&server, path, &[]).unwrap().status().as_u16();
    assert_eq!(status("/api/v2/trek/?page=1&page_size=5"), 200);
    assert_eq!(status("/api/v2/trek/?page=2&page_size=5"), 500);
    assert_eq!(status("/api/v2/poi/?page=2"), 200);
}

#[test]
fn a_rule_strikes_some_requests_so_many_times() {
    let server = start();
    let busy = Fault::Status { status: 429, retry_after: Some("7".to_owned()) };
    server.faults().add(busy.on("/poi/").after(1).times(2));
    let poi = || get(&server, "/api/v2/poi/?fields=id", &[]);
    assert_eq!(get(&server, TREKS, &[]).status(), 200);
    let answers: Vec<_> = (0..5).map(|_| poi()).collect();
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status().as_u16()).collect();
    assert_eq!(statuses, [200, 429, 429, 200, 200]);
    assert_eq!(answers[1].headers()["retry-after"], "7");
    assert_eq!(server.faults().rules[0].hits(), 2);
}

#[test]
fn a_captive_portal_answers_everything() {
    let server = start();
    server.faults().add(Fault::Portal);
    for path in [TREKS, "/media/upload/theme-1.svg", "/api/v2/version"] {
        let page = get(&server, path, &[]);
        assert!(page.status() == 200 && is_html(&page));
    }
    server.faults().rules = vec![Fault::PortalRedirect.into()];
    let sent = get(&server, TREKS, &[]);
    assert_eq!((sent.status().as_u16(), sent.headers()["location"].to_str().unwrap()), (302, "/portal"));
    let page = get(&server, "/portal", &[]);
    assert!(page.status() == 200 && is_html(&page));
    server.faults().rules = vec![Fault::Redirect("https://elsewhere.example/x".to_owned()).into()];
    assert_eq!(get(&server, TREKS, &[]).headers()["location"], "https://elsewhere.example/x");
}

#[test]
fn lists_can_be_partial_and_still_be_json() {
    let server = start();
    let list = |query: &str| json(&server, &format!("/api/v2/poi/?fields=id{query}"));
    let results = |list: &serde_json::Value| list["results"].as_array().unwrap().len();
    server.faults().rules = vec![Fault::Partial { keep: 55, count_agrees: true }.on("/poi/")];
    let first = list("");
    assert_eq!((&first["count"], results(&first), results(&list("&page=2"))), (&55.into(), 50, 5));
    assert!(list("&page=2")["next"].is_null());
    assert_eq!(list("&no_page").as_array().unwrap().len(), 55);
    server.faults().rules = vec![Fault::Partial { keep: 3, count_agrees: false }.on("/poi/")];
    let first = list("");
    assert_eq!((&first["count"], results(&first), results(&list("&page=2"))), (&60.into(), 3, 0));
    server.faults().rules = vec![Fault::Partial { keep: 0, count_agrees: true }.on("/poi/")];
    assert_eq!(list(""), serde_json::json!({"count": 0, "next": null, "previous": null, "results": []}));
    assert!(ids(&server, TREKS).len() > 3);
}

#[test]
fn a_small_body_can_unpack_to_a_large_one() {
    let server = start();
    server.faults().add(Fault::Bomb(10_000_000));
    let small = get(&server, TREKS, &[]);
    assert_eq!(small.headers()["content-encoding"], "gzip");
    let small = small.bytes().unwrap();
    let large = std::io::copy(&mut flate2::read::GzDecoder::new(&small[..]), &mut std::io::sink()).unwrap();
    assert!(small.len() < 50_000 && large == 10_000_000);
}
