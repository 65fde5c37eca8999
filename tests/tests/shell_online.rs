//! The command line with its server there: what is taken along, what changes, what is reported.

#![allow(clippy::unwrap_used, reason = "a helper of tests outside #[test] is a test all the same")]

use std::ffi::OsString;
use std::path::Path;

use jalon_tests::fixture_server::{Fault, Options, TestGeotrek};
use jalon_tests::generator::Territory;
use serde_json::Value;

fn run(data: &Path, arguments: &[&str]) -> (u8, Value) {
    let mut words: Vec<OsString> = vec!["jalon".into(), "--data".into(), data.into(), "--json".into()];
    words.extend(arguments.iter().map(OsString::from));
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let status = jalon_cli::run(words, &mut out, &mut err);
    let out = String::from_utf8(out).unwrap();
    (status, serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}")))
}

struct Stage {
    folder: tempfile::TempDir,
    server: TestGeotrek,
}

impl Stage {
    fn new() -> Stage {
        let server = TestGeotrek::start(Territory::small(1), Options { media_bytes: Some(400), ..Options::default() });
        let stage = Stage { folder: tempfile::tempdir().unwrap(), server };
        // Pictures that an office linked from elsewhere cannot be had in a test.
        for module in ["trek", "poi", "touristiccontent", "touristicevent"] {
            let objects = stage.server.territory().module(module).to_vec();
            for object in objects {
                let pictures = object["attachments"].as_array().cloned().unwrap_or_default();
                for rank in (0..pictures.len()).rev() {
                    if pictures[rank]["url"].as_str().is_some_and(|url| url.contains("example.org")) {
                        stage.server.territory().detach(module, object["id"].as_u64().unwrap(), rank);
                    }
                }
            }
        }
        let url = stage.server.url().to_owned();
        stage.ok(&["territory", "add", &url, "--name", "pne"]);
        stage.ok(&["refresh"]);
        stage
    }

    fn run(&self, arguments: &[&str]) -> (u8, Value) {
        run(self.folder.path(), arguments)
    }

    fn ok(&self, arguments: &[&str]) -> Value {
        let (status, answer) = self.run(arguments);
        assert_eq!(status, 0, "{arguments:?}: {answer}");
        answer
    }
}

#[test]
fn treks_are_taken_along_listed_and_removed() {
    let stage = Stage::new();
    let dry = stage.ok(&["download", "3", "--dry-run"]);
    assert_eq!(dry["items"][0]["id"], 3);
    assert!(dry["items"][0]["files"].as_u64() > Some(5) && dry["items"][0]["free_bytes"].as_u64() > Some(0));
    assert_eq!(stage.ok(&["packs"])["total"], 0, "a dry run takes nothing");

    stage.ok(&["download", "3", "pne/1"]);
    let packs = stage.ok(&["packs"]);
    assert_eq!(packs["total"], 2);
    for pack in packs["items"].as_array().unwrap() {
        for key in ["territory", "kind", "id", "ref", "name", "state", "bytes", "as_of", "missing", "pictures"] {
            assert!(pack.get(key).is_some(), "{key}");
        }
        assert_eq!((pack["state"].as_str(), &pack["missing"]), (Some("ready"), &serde_json::json!([])), "{pack}");
        assert!(pack["bytes"].as_u64() > Some(0) && pack["as_of"].as_str().unwrap().ends_with('Z'));
    }
    let treks = stage.ok(&["treks"]);
    let offline =
        |id: i64| treks["items"].as_array().unwrap().iter().any(|trek| trek["id"] == id && trek["offline"] == true);
    assert!(offline(1) && offline(3));
    let sheet = stage.ok(&["trek", "3"]);
    assert!(sheet["offline"] == true && sheet["pois"].as_array().unwrap().iter().all(|poi| poi["estimated"] == false));
    for picture in sheet["attachments"].as_array().unwrap().iter().filter(|picture| picture["media"] == "image") {
        assert!(Path::new(picture["path"].as_str().unwrap()).is_file());
    }
    let account = &stage.ok(&["status"])["account"];
    let media = account["media"].as_u64().unwrap();
    assert!(media > 0 && account["packs"].as_array().unwrap().len() == 2);

    let freed = stage.ok(&["remove", "3"])["items"][0]["freed_bytes"].as_u64().unwrap();
    assert_eq!(stage.ok(&["status"])["account"]["media"].as_u64(), Some(media - freed));
    assert_eq!(stage.run(&["remove", "3"]).0, 1);
    for wrong in [
        &["download"][..],
        &["download", "x"],
        &["download", "3", "--pictures", "huge"],
        &["download", "--bbox", "1,2,3"],
    ] {
        assert_eq!(stage.run(wrong).0, 2, "{wrong:?}");
    }
    let (status, answer) = stage.run(&["download", "99999"]);
    assert_eq!((status, answer["error"]["code"].as_str()), (1, Some("not_found")));
}

#[test]
fn a_refresh_asks_for_what_changed_and_changes_tells() {
    let stage = Stage::new();
    stage.ok(&["download", "3"]);
    assert_eq!(stage.ok(&["changes"])["total"], 0);
    stage.server.territory().edit_text("trek", 3, "name", "fr", "Tour du glacier");
    stage.server.forget_requests();
    let refreshed = stage.ok(&["refresh"]);
    assert_eq!(refreshed["items"][0]["changed"], serde_json::json!({"trek": 1}));
    assert_eq!(refreshed["items"][0]["packs"], serde_json::json!(["trek/3"]));
    let bytes: usize = stage.server.requests().iter().map(|request| request.wire).sum();
    assert!(bytes < 20_000, "{bytes}");
    let changes = stage.ok(&["changes", "pne"]);
    assert_eq!((changes["total"].as_u64(), changes["items"][0]["ref"].as_str()), (Some(1), Some("pne/3")));
    assert_eq!(changes["items"][0]["fields"], serde_json::json!(["name"]));
    assert_eq!(stage.ok(&["changes", "--since", "2000-01-01"])["total"], 1);
    assert_eq!(stage.ok(&["changes", "--since", "2100-01-01"])["total"], 0);
    assert_eq!(stage.run(&["changes", "--since", "soon"]).0, 2);
    // Withdrawn, and kept for the pack until that is removed.
    stage.server.territory().delete("trek", 3);
    stage.ok(&["refresh"]);
    let changes = stage.ok(&["changes"]);
    let withdrawn = |change: &&Value| change["change_kind"] == "withdrawn";
    assert_eq!(changes["items"].as_array().unwrap().iter().find(withdrawn).unwrap()["ref"], "pne/3");
    assert!(stage.ok(&["packs"])["items"][0]["withdrawn_on"].is_string());
    assert_eq!(stage.ok(&["trek", "3"])["name"], "Tour du glacier");
    stage.ok(&["remove", "3"]);
    assert_eq!(stage.run(&["trek", "3"]).0, 1);
}

#[test]
fn a_report_is_kept_sent_once_and_doubt_is_told() {
    let stage = Stage::new();
    let filed = stage.ok(&["report", "new", "--comment", "Pont coupé", "--at", "44.9,6.2", "--email", "a@b.example"]);
    assert_eq!(filed["state"], "queued");
    let id = filed["id"].as_str().unwrap().to_owned();
    stage.server.faults().add(Fault::MailOutage);
    let (status, sent) = stage.run(&["send"]);
    assert_eq!((status, sent["items"][0]["state"].as_str()), (1, Some("in_doubt")));
    assert_eq!(stage.server.reports().len(), 1, "the office has it all the same");
    assert_eq!(stage.run(&["send"]).0, 1, "nothing is sent again by itself, and somebody must decide");
    assert_eq!(stage.server.reports().len(), 1);
    stage.server.faults().rules.clear();
    stage.ok(&["report", "resolve", &id, "--resend"]);
    let sent = stage.ok(&["send"]);
    assert_eq!(
        (sent["items"][0]["state"].as_str(), sent["items"][0]["server_id"].as_i64()),
        (Some("accepted"), Some(2))
    );
    let stored = stage.server.reports();
    assert!(
        stored[1].field("comment").is_some_and(|comment| comment.ends_with(", possible duplicate]")),
        "it is marked"
    );
    let shown = stage.ok(&["report", "show", &id]);
    for key in ["state", "server_id", "attempts", "last_error", "next_attempt_at"] {
        assert!(shown.get(key).is_some(), "{key}");
    }
}

#[test]
fn drafts_refusals_and_keepsakes() {
    let stage = Stage::new();
    let draft = stage.ok(&["report", "new", "--comment", "x", "--draft"]);
    let id = draft["id"].as_str().unwrap().to_owned();
    assert_eq!(stage.ok(&["send"])["total"], 0, "a draft is not sent");
    stage.ok(&["report", "edit", &id, "--comment", "y", "--category", "1"]);
    assert_eq!(stage.ok(&["report", "queue", &id])["state"], "queued");
    // The vocabulary of this territory has no such category any more.
    stage.server.territory().modules.get_mut("feedback_category").unwrap().clear();
    let (status, sent) = stage.run(&["send"]);
    assert_eq!((status, sent["items"][0]["state"].as_str()), (1, Some("refused")));
    assert!(sent["items"][0]["refused_fields"]["category"].is_array());
    stage.ok(&["report", "discard", &id]);
    assert_eq!(stage.ok(&["report", "list"])["total"], 0);

    for wrong in [
        &["report", "new"][..],
        &["report", "new", "--comment", "x", "--email", "nobody"],
        &["report", "new", "--comment", "x", "--at", "0,0"],
        &["report", "new", "--comment", "x", "--at", "100,0"],
        &["report", "new", "--comment", "x", "--photo", "/nowhere.jpg"],
        &["report", "resolve", "x"],
    ] {
        assert!([1, 2].contains(&stage.run(wrong).0), "{wrong:?}");
    }
    assert_eq!(stage.ok(&["report", "list"])["total"], 0, "nothing of them is left behind");

    stage.ok(&["favourite", "add", "3"]);
    stage.ok(&["favourite", "add", "1", "--kind", "poi"]);
    assert_eq!(stage.ok(&["favourite", "list"])["total"], 2);
    stage.ok(&["note", "add", "Source à sec", "--at", "44.9,6.2", "--trek", "3"]);
    let zip = stage.folder.path().join("all.zip").display().to_string();
    stage.ok(&["report", "export", "-o", &zip]);
    let other = tempfile::tempdir().unwrap();
    let (status, imported) = run(other.path(), &["report", "import", &zip]);
    assert_eq!((status, imported["notes"].as_u64(), imported["favourites"].as_u64()), (0, Some(1), Some(2)));
}
