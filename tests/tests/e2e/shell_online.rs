//! End-to-end tests of the command line with a running server: downloads, refreshes, reports.

#![allow(clippy::unwrap_used, reason = "test helpers outside #[test] functions")]

use std::path::Path;

use jalon_tests::command;
use jalon_tests::fixture_server::{Fault, Options, TestGeotrek};
use jalon_tests::generator::Territory;
use serde_json::Value;

fn run(data: &Path, arguments: &[&str]) -> (u8, Value) {
    let output = command::jalon(data, &[&["--json"], arguments].concat());
    (output.status, output.json())
}

/// A data directory with a refreshed territory, and its server.
struct Fixture {
    directory: tempfile::TempDir,
    server: TestGeotrek,
}

impl Fixture {
    fn new() -> Fixture {
        let server = TestGeotrek::start(Territory::small(1), Options { media_bytes: Some(400), ..Options::default() });
        let fixture = Fixture { directory: tempfile::tempdir().unwrap(), server };
        // Pictures on other hosts are not available in a test.
        for module in ["trek", "poi", "touristiccontent", "touristicevent"] {
            let objects = fixture.server.territory().module(module).to_vec();
            for object in objects {
                let pictures = object["attachments"].as_array().cloned().unwrap_or_default();
                for rank in (0..pictures.len()).rev() {
                    if pictures[rank]["url"].as_str().is_some_and(|url| url.contains("example.org")) {
                        fixture.server.territory().detach(module, object["id"].as_u64().unwrap(), rank);
                    }
                }
            }
        }
        let url = fixture.server.url().to_owned();
        fixture.ok(&["territory", "add", &url, "--name", "pne"]);
        fixture.ok(&["refresh"]);
        fixture
    }

    fn run(&self, arguments: &[&str]) -> (u8, Value) {
        run(self.directory.path(), arguments)
    }

    fn ok(&self, arguments: &[&str]) -> Value {
        let (status, output) = self.run(arguments);
        assert_eq!(status, 0, "{arguments:?}: {output}");
        output
    }
}

#[test]
fn download_packs_and_remove_agree() {
    let fixture = Fixture::new();
    let dry = fixture.ok(&["download", "3", "--dry-run"]);
    assert_eq!(dry["items"][0]["id"], 3);
    assert!(dry["items"][0]["files"].as_u64() > Some(5) && dry["items"][0]["free_bytes"].as_u64() > Some(0));
    assert_eq!(fixture.ok(&["packs"])["total"], 0, "a dry run downloads nothing");

    fixture.ok(&["download", "3", "pne/1"]);
    let packs = fixture.ok(&["packs"]);
    assert_eq!(packs["total"], 2);
    for pack in packs["items"].as_array().unwrap() {
        for key in ["territory", "kind", "id", "ref", "name", "state", "bytes", "as_of", "missing", "pictures"] {
            assert!(pack.get(key).is_some(), "{key}");
        }
        assert_eq!((pack["state"].as_str(), &pack["missing"]), (Some("ready"), &serde_json::json!([])), "{pack}");
        assert!(pack["bytes"].as_u64() > Some(0) && pack["as_of"].as_str().unwrap().ends_with('Z'));
    }
    let treks = fixture.ok(&["treks"]);
    let offline =
        |id: i64| treks["items"].as_array().unwrap().iter().any(|trek| trek["id"] == id && trek["offline"] == true);
    assert!(offline(1) && offline(3));
    let details = fixture.ok(&["trek", "3"]);
    let is_poi = |item: &&Value| item["kind"] == "poi";
    let pois: Vec<&Value> = details["route_items"].as_array().unwrap().iter().filter(is_poi).collect();
    assert!(details["offline"] == true && !pois.is_empty() && pois.iter().all(|poi| poi["estimated"] == false));
    for picture in details["attachments"].as_array().unwrap().iter().filter(|picture| picture["media"] == "image") {
        assert!(Path::new(picture["path"].as_str().unwrap()).is_file());
    }
    let usage = &fixture.ok(&["status"])["storage_usage"];
    let media = usage["media"].as_u64().unwrap();
    assert!(media > 0 && usage["packs"].as_array().unwrap().len() == 2);

    let freed = fixture.ok(&["remove", "3"])["items"][0]["freed_bytes"].as_u64().unwrap();
    assert_eq!(fixture.ok(&["status"])["storage_usage"]["media"].as_u64(), Some(media - freed));
    assert_eq!(fixture.run(&["remove", "3"]).0, 1);
    for wrong in [
        &["download"][..],
        &["download", "x"],
        &["download", "3", "--pictures", "huge"],
        &["download", "--bbox", "1,2,3"],
    ] {
        assert_eq!(fixture.run(wrong).0, 2, "{wrong:?}");
    }
    let (status, output) = fixture.run(&["download", "99999"]);
    assert_eq!((status, output["error"]["code"].as_str()), (1, Some("not_found")));
}

#[test]
fn attached_files_are_sized_downloaded_listed_and_kept() {
    let fixture = Fixture::new();
    let directory = fixture.directory.path();
    let attached = |arguments: &[&str]| fixture.ok(arguments)["items"][0]["attached_files"].clone();
    fixture.server.forget_requests();
    let unknown = serde_json::json!({"files": 2, "files_here": 0, "unknown": 2, "too_large": 0, "bytes": 0});
    assert_eq!(attached(&["download", "4", "--dry-run"]), unknown);
    assert_eq!(fixture.server.requests().len(), 0, "without --files the server is not asked");
    let text = command::jalon(directory, &["download", "4", "--dry-run"]);
    assert!(text.out.contains("  2 attached files (0 already on disk), 2 of unknown size\n"), "{}", text.out);

    let sizes = attached(&["download", "4", "--dry-run", "--files"]);
    assert_eq!((&sizes["files"], &sizes["unknown"]), (&2.into(), &0.into()));
    let bytes = sizes["bytes"].as_u64().unwrap();
    let text = command::jalon(directory, &["download", "4", "--dry-run", "--files"]);
    let expected = format!("  2 attached files (0 already on disk), {} kB also to download\n", bytes.div_ceil(1_000));
    assert!(text.out.contains(&expected), "{}", text.out);

    let without = fixture.ok(&["download", "4"])["items"][0].clone();
    assert_eq!(without["with_files"], false);
    let with_files = fixture.ok(&["download", "4", "--files"])["items"][0].clone();
    assert_eq!((&with_files["with_files"], with_files["state"].as_str()), (&true.into(), Some("ready")));
    assert_eq!(with_files["bytes"].as_u64().unwrap() - without["bytes"].as_u64().unwrap(), bytes);

    let files = |details: &Value| -> Vec<Value> {
        let attachments = details["attachments"].as_array().unwrap().iter();
        attachments.filter(|attachment| attachment["media"] == "file").cloned().collect()
    };
    let listed = files(&fixture.ok(&["trek", "4"]));
    assert_eq!((&listed[0]["title"], &listed[1]["title"]), (&"Topo-guide".into(), &"commentaire-4.mp3".into()));
    for file in &listed {
        let size = Path::new(file["path"].as_str().unwrap()).metadata().unwrap().len();
        assert_eq!(file["bytes"].as_u64(), Some(size));
    }
    let text = command::jalon(directory, &["trek", "4"]);
    let guide = listed[0]["path"].as_str().unwrap();
    assert!(text.out.contains(&format!("\nFiles\n  Topo-guide (Topo-guide, 1 kB)\n    {guide}\n")), "{}", text.out);

    // A refresh updates the pack, and keeps its files.
    fixture.server.territory().edit_text("trek", 4, "description", "fr", "<p>Autre.</p>");
    assert_eq!(fixture.ok(&["refresh"])["items"][0]["packs"], serde_json::json!(["trek/4"]));
    let pack = fixture.ok(&["packs"])["items"][0].clone();
    assert_eq!((&pack["with_files"], &pack["files"]), (&true.into(), &with_files["files"]));

    // Without a pack the sheet names the addresses.
    fixture.ok(&["remove", "4"]);
    let listed = files(&fixture.ok(&["trek", "4"]));
    assert!(listed.iter().all(|file| file["path"].is_null() && file["bytes"].is_u64()), "{listed:?}");
    let text = command::jalon(directory, &["trek", "4"]);
    let url = listed[1]["url"].as_str().unwrap();
    assert!(text.out.contains(&format!("    {url}\n")), "{}", text.out);
}

#[test]
fn linked_video_is_named_with_its_address() {
    let fixture = Fixture::new();
    let address = "https://www.youtube.com/watch?v=jalon000000";
    {
        let mut territory = fixture.server.territory();
        let trek = territory.module("trek").iter().find(|trek| trek["id"] == 3).unwrap();
        let mut attachments = trek["attachments"].clone();
        let mut video = attachments[0].clone();
        video["type"] = "video".into();
        video["backend"] = "Youtube".into();
        video["title"] = "Le film".into();
        video["url"] = address.into();
        video["thumbnail"] = "".into();
        attachments.as_array_mut().unwrap().push(video);
        territory.edit_field("trek", 3, "attachments", attachments);
    }
    fixture.ok(&["refresh"]);
    let pack = fixture.ok(&["download", "3", "--files"])["items"][0].clone();
    assert_eq!(pack["missing"], serde_json::json!([]), "a video is not downloaded");
    let text = command::jalon(fixture.directory.path(), &["trek", "3"]);
    assert!(text.out.contains(&format!("\nFiles\n  Le film (Youtube)\n    {address}\n")), "{}", text.out);
}

#[test]
fn refresh_requests_changes_and_changes_lists_them() {
    let fixture = Fixture::new();
    fixture.ok(&["download", "3"]);
    assert_eq!(fixture.ok(&["changes"])["total"], 0);
    fixture.server.territory().edit_text("trek", 3, "name", "fr", "Tour du glacier");
    fixture.server.forget_requests();
    let refreshed = fixture.ok(&["refresh"]);
    assert_eq!(refreshed["items"][0]["changed"], serde_json::json!({"trek": 1}));
    assert_eq!(refreshed["items"][0]["packs"], serde_json::json!(["trek/3"]));
    let bytes: usize = fixture.server.requests().iter().map(|request| request.wire).sum();
    assert!(bytes < 20_000, "{bytes}");
    let changes = fixture.ok(&["changes", "pne"]);
    assert_eq!((changes["total"].as_u64(), changes["items"][0]["ref"].as_str()), (Some(1), Some("pne/3")));
    assert_eq!(changes["items"][0]["fields"], serde_json::json!(["name"]));
    assert_eq!(fixture.ok(&["changes", "--since", "2000-01-01"])["total"], 1);
    assert_eq!(fixture.ok(&["changes", "--since", "2100-01-01"])["total"], 0);
    assert_eq!(fixture.run(&["changes", "--since", "soon"]).0, 2);
    // A withdrawn trek stays until its pack is removed.
    fixture.server.territory().delete("trek", 3);
    fixture.ok(&["refresh"]);
    let changes = fixture.ok(&["changes"]);
    let withdrawn = |change: &&Value| change["change_kind"] == "withdrawn";
    assert_eq!(changes["items"].as_array().unwrap().iter().find(withdrawn).unwrap()["ref"], "pne/3");
    assert!(fixture.ok(&["packs"])["items"][0]["withdrawn_at"].is_string());
    assert_eq!(fixture.ok(&["trek", "3"])["name"], "Tour du glacier");
    fixture.ok(&["remove", "3"]);
    assert_eq!(fixture.run(&["trek", "3"]).0, 1);
}

#[test]
fn report_in_doubt_is_not_sent_again_until_resolved() {
    let fixture = Fixture::new();
    let report =
        fixture.ok(&["report", "new", "--comment", "Pont coupé", "--at", "44.9,6.2", "--email", "a@b.example"]);
    assert_eq!(report["state"], "queued");
    let id = report["id"].as_str().unwrap().to_owned();
    fixture.server.faults().add(Fault::MailOutage);
    let (status, sent) = fixture.run(&["send"]);
    assert_eq!((status, sent["items"][0]["state"].as_str()), (1, Some("in_doubt")));
    assert_eq!(fixture.server.reports().len(), 1, "the server stored it before the outage");
    let (status, again) = fixture.run(&["send"]);
    assert_eq!((status, &again["total"], &again["needs_user_action"]), (1, &0.into(), &1.into()));
    assert_eq!(fixture.server.reports().len(), 1);
    fixture.server.faults().rules.clear();
    fixture.ok(&["report", "resolve", &id, "--resend"]);
    let sent = fixture.ok(&["send"]);
    assert_eq!(
        (sent["items"][0]["state"].as_str(), sent["items"][0]["server_id"].as_i64()),
        (Some("accepted"), Some(2))
    );
    let stored = fixture.server.reports();
    assert!(
        stored[1].field("comment").is_some_and(|comment| comment.ends_with(", possible duplicate]")),
        "the report is marked"
    );
    let report = fixture.ok(&["report", "show", &id]);
    for key in ["state", "server_id", "attempt_count", "attempts", "last_error", "next_attempt_at", "position"] {
        assert!(report.get(key).is_some(), "{key}");
    }
}

#[test]
fn drafts_refused_reports_favourites_and_notes() {
    let fixture = Fixture::new();
    let draft = fixture.ok(&["report", "new", "--comment", "x", "--draft"]);
    let id = draft["id"].as_str().unwrap().to_owned();
    assert_eq!(fixture.ok(&["send"])["total"], 0, "a draft is not sent");
    fixture.ok(&["report", "edit", &id, "--comment", "y", "--category", "1"]);
    assert_eq!(fixture.ok(&["report", "queue", &id])["state"], "queued");
    // The server no longer knows the category.
    fixture.server.territory().modules.get_mut("feedback_category").unwrap().clear();
    let (status, sent) = fixture.run(&["send"]);
    assert_eq!((status, sent["items"][0]["state"].as_str()), (1, Some("refused")));
    assert!(sent["items"][0]["refused_fields"]["category"].is_array());
    fixture.ok(&["report", "discard", &id]);
    assert_eq!(fixture.ok(&["report", "list"])["total"], 0);

    for wrong in [
        &["report", "new"][..],
        &["report", "new", "--comment", "x", "--email", "nobody"],
        &["report", "new", "--comment", "x", "--at", "0,0"],
        &["report", "new", "--comment", "x", "--at", "100,0"],
        &["report", "new", "--comment", "x", "--photo", "/nowhere.jpg"],
        &["report", "resolve", "x"],
    ] {
        assert!([1, 2].contains(&fixture.run(wrong).0), "{wrong:?}");
    }
    assert_eq!(fixture.ok(&["report", "list"])["total"], 0, "a rejected report is not saved");

    fixture.ok(&["favourite", "add", "3"]);
    fixture.ok(&["favourite", "add", "1", "--kind", "poi"]);
    assert_eq!(fixture.ok(&["favourite", "list"])["total"], 2);
    fixture.ok(&["note", "add", "Source à sec", "--at", "44.9,6.2", "--trek", "3"]);
    let zip = fixture.directory.path().join("all.zip").display().to_string();
    fixture.ok(&["report", "export", "-o", &zip]);
    let other = tempfile::tempdir().unwrap();
    let (status, imported) = run(other.path(), &["report", "import", &zip]);
    assert_eq!((status, imported["notes"].as_u64(), imported["favourites"].as_u64()), (0, Some(1), Some(2)));
}
