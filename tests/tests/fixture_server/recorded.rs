//! The reports that were posted to a running Geotrek, where they lie beside the project, posted to the test Geotrek:
//! the same status, the same rows and attachments, the same words. Elsewhere this says that it skips.

#![allow(clippy::unwrap_used, reason = "a helper of tests outside #[test] is a test all the same")]

use std::path::Path;

use jalon_tests::fixture_server::{Fault, Options, TestGeotrek};
use jalon_tests::generator::{Size, Territory};
use serde_json::{Value, json};

/// A territory with the lists that a recorded report refers to.
fn territory(recorded: &Path) -> Territory {
    let mut territory = Territory::generate(Size::default(), 1);
    for list in ["feedback_activity", "feedback_category", "feedback_magnitude", "feedback_status", "trek"] {
        let answer = std::fs::read(recorded.join(format!("lists/all/{list}.json"))).unwrap();
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        territory.modules.insert(list.to_owned(), answer["results"].as_array().unwrap().clone());
    }
    // One is not published, and one was deleted: their rows are still there.
    territory.hidden.insert("trek".to_owned(), vec![json!({"id": 64}), json!({"id": 65})]);
    territory
}

/// ChangeKind was sent: in the file named, or made again when it was too long to keep.
fn body(folder: &Path, case: &Value) -> Option<Vec<u8>> {
    if let Some(file) = case["request"]["body_file"].as_str() {
        return Some(std::fs::read(folder.join(file)).unwrap());
    }
    (case["case"] == "comment-20k").then(|| {
        let start = std::fs::read(folder.join("comment-empty.request.bin")).unwrap();
        [start, "%C3%A9".repeat(20_000).into_bytes()].concat()
    })
}

#[test]
fn every_recorded_report_is_answered_and_stored_as_it_was() {
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/geotrek/recorded");
    let folder = recorded.join("reports");
    if !folder.is_dir() {
        eprintln!("skipped: no recorded reports at {}", folder.display());
        return;
    }
    let cases: Vec<Value> = serde_json::from_slice(&std::fs::read(folder.join("index.json")).unwrap()).unwrap();
    let server = TestGeotrek::unheard(territory(&recorded), Options::default());
    let (mut replayed, mut skipped) = (0, Vec::new());
    for case in &cases {
        let name = case["case"].as_str().unwrap();
        let Some(body) = body(&folder, case) else {
            skipped.push(name);
            continue;
        };
        assert_eq!(case["request"]["body_bytes"], body.len(), "{name}");
        server.faults().rules = if name.ends_with("smtp-down") { vec![Fault::MailOutage.into()] } else { Vec::new() };
        let headers = case["request"]["headers"].as_object().unwrap();
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
        let (method, url) = (&case["request"]["method"], &case["request"]["url"]);
        let before = server.reports().len();
        let answer = server.send(method.as_str().unwrap(), url.as_str().unwrap(), &headers, &body, None).unwrap();
        assert_eq!(case["response"]["status"], answer.status, "{name}");
        let header =
            |name: &str| answer.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str());
        for same in ["Content-Type", "Location", "Allow", "Transfer-Encoding"] {
            let recorded = case["response"]["headers"].get(same).and_then(Value::as_str);
            assert_eq!(header(&same.to_ascii_lowercase()), recorded, "{same} of {name}");
        }
        let rows: Vec<Value> = case["stored_in_database"].as_array().cloned().unwrap_or_default();
        let stored = server.reports().split_off(before);
        assert_eq!(stored.len(), rows.len(), "{name}");
        for (report, row) in stored.iter().zip(&rows) {
            let attached = row["attachments"].as_array().map_or(0, Vec::len);
            assert_eq!(report.attachments.len(), attached, "{name}");
            // Long ones are recorded by their length.
            let comment = report.answer["comment"].as_str().unwrap();
            assert_eq!(row["comment_len"], comment.chars().count(), "{name}");
            assert_eq!(report.answer["status"], row["status_id"], "{name}");
        }
        let told = std::fs::read(folder.join(case["response"]["body"].as_str().unwrap())).unwrap();
        match serde_json::from_slice::<Value>(&told) {
            Ok(mut told) => {
                let mut answered: Value = serde_json::from_slice(&answer.body).unwrap();
                for value in [&mut told, &mut answered] {
                    if let Some(id) = value.get_mut("id") {
                        *id = json!(id.is_u64());
                    }
                }
                // Written, so that the order of fields counts.
                assert_eq!(answered.to_string(), told.to_string(), "{name}");
            }
            Err(_) => assert!(serde_json::from_slice::<Value>(&answer.body).is_err(), "{name}"),
        }
        replayed += 1;
    }
    assert_eq!(skipped, ["file-12MP-noise", "file-12MP-noise.nginx"]);
    assert_eq!(replayed, cases.len() - skipped.len());
}
