//! Faults break answers on demand.

use std::time::{Duration, Instant};

use super::{ask, get, ids, start};

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
