//! Editions by the command line: build, key, verify.

#![allow(clippy::unwrap_used, reason = "test helpers outside #[test] functions")]

use std::fs;
use std::path::Path;

use jalon_tests::command::{self, CommandOutput};
use jalon_tests::fixture_server::{Options, TestGeotrek};
use jalon_tests::generator::Territory;
use serde_json::{Value, json};

fn jalon(data: &Path, arguments: &[&str]) -> CommandOutput {
    command::jalon(data, &[&["--json"], arguments].concat())
}

fn ok(data: &Path, arguments: &[&str]) -> Value {
    let run = jalon(data, arguments);
    assert_eq!(run.status, 0, "{arguments:?}: {} {}", run.out, run.err);
    run.json()
}

/// A data directory with a refreshed territory and a pack, whose server is shut down.
fn downloaded() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let server = TestGeotrek::start(Territory::small(1), Options::default());
    ok(directory.path(), &["territory", "add", server.url(), "--name", "pne"]);
    ok(directory.path(), &["refresh"]);
    ok(directory.path(), &["download", "1"]);
    server.shutdown();
    directory
}

/// The problem that a command names, and its exit status.
fn problem(run: &CommandOutput) -> (u8, String) {
    (run.status, run.json()["error"]["message"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn edition_of_a_downloaded_territory_is_valid_and_holds_its_pictures() {
    let directory = downloaded();
    let data = directory.path();
    let path = |name: &str| data.join(name).to_str().unwrap().to_owned();
    let (key, edition) = (path("park.key"), path("edition"));
    let made = ok(data, &["edition", "key", "-o", &key]);
    let public_key = made["public_key"].as_str().unwrap();
    let created = ["--created", "2026-11-29", "--expires", "2027-02-28T00:00:00Z"];
    let texts = ["--title", "Parc d’essai", "--license", "ODbL-1.0", "--license", "https://park.example/licence"];
    let arguments = ["edition", "build", "pne", "-o", &edition, "--key", &key];
    let built = ok(data, &[&arguments[..], &created, &texts].concat());
    assert_eq!((&built["edition"], &built["signed_by"]), (&json!(20_261_129_001_u64), &made["id"]));
    assert!(built["objects"].as_u64() > Some(10) && built["bytes"].as_u64() > Some(10_000), "{built}");

    let manifest: Value = serde_json::from_slice(&fs::read(built["manifest"].as_str().unwrap()).unwrap()).unwrap();
    assert_eq!((&manifest["title"], &manifest["created"]), (&json!("Parc d’essai"), &json!("2026-11-29T00:00:00Z")));
    assert_eq!(manifest["licenses"], json!([{"name": "ODbL-1.0"}, {"path": "https://park.example/licence"}]));
    assert_eq!(manifest["jalon"]["expires"], "2027-02-28T00:00:00Z");
    let pictures = fs::read_dir(path("edition/media")).unwrap().count() as u64;
    assert!(pictures > 0 && manifest["jalon"]["pictures"]["count"] == pictures);

    let keys = [public_key.to_owned(), format!("{key}.pub")];
    for key in &keys {
        let check = ok(data, &["edition", "verify", &edition, "--public-key", key]);
        assert_eq!(check, json!({"valid": true, "signed_by": made["id"], "problems": []}));
    }
    let layer = manifest["resources"][0]["path"].as_str().unwrap();
    let mut bytes = fs::read(path("edition").as_str().to_owned() + "/" + layer).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(path("edition") + "/" + layer, bytes).unwrap();
    let check = jalon(data, &["edition", "verify", &edition]);
    let problem = format!("{layer}: has another SHA-256 than in the manifest");
    assert_eq!((check.status, &check.json()["problems"][0]), (1, &json!(problem)));
    assert_eq!(check.json()["valid"], false);
}

#[test]
fn second_edition_of_the_same_day_has_the_next_number_and_keeps_the_files() {
    let directory = downloaded();
    let data = directory.path();
    let edition = data.join("edition").to_str().unwrap().to_owned();
    let build = ["edition", "build", "pne", "-o", &edition, "--created", "2026-11-29"];
    let (first, second) = (ok(data, &build), ok(data, &build));
    assert_eq!((&first["edition"], &second["edition"]), (&json!(20_261_129_001_u64), &json!(20_261_129_002_u64)));
    // Only the manifest differs.
    assert_eq!((&first["files"], &second["removed"]), (&second["files"], &json!(0)));
    let check = ok(data, &["edition", "verify", &edition]);
    assert_eq!(check, json!({"valid": true, "signed_by": null, "problems": []}));
    let older = jalon(data, &[&build[..], &["--edition", "20261129001"]].concat());
    let rule = "edition: must be higher than 20261129002, the edition in the directory";
    assert_eq!(problem(&older), (2, rule.to_owned()));
}

#[test]
fn wrong_arguments_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let path = |name: &str| data.join(name).to_str().unwrap().to_owned();
    let key = path("a.key");
    ok(data, &["edition", "key", "-o", &key]);
    let secret = fs::read_to_string(&key).unwrap();
    let rule = |arguments: &[&str]| problem(&jalon(data, arguments));
    let exists = rule(&["edition", "key", "-o", &key]);
    assert!(exists.0 == 2 && exists.1.starts_with("output: must not exist yet"), "{exists:?}");
    assert_eq!(fs::read_to_string(&key).unwrap(), secret);
    let unknown = rule(&["edition", "build", "nowhere", "-o", &path("edition")]);
    assert_eq!(unknown, (1, "the territory “nowhere” was not found".to_owned()));
    let no_key = rule(&["edition", "build", "pne", "-o", &path("edition"), "--key", &path("none")]);
    assert_eq!(no_key, (2, "key: must be the file of a secret key that can be read".to_owned()));
    let public = rule(&["edition", "build", "pne", "-o", &path("edition"), "--key", &format!("{key}.pub")]);
    assert_eq!(public, (2, "key: must be the file of a secret key of minisign".to_owned()));
    let date = rule(&["edition", "build", "pne", "-o", &path("edition"), "--expires", "soon"]);
    assert!(date.0 == 2 && date.1.starts_with("expires: must be a day such as"), "{date:?}");
    let not_public = rule(&["edition", "verify", &path("edition"), "--public-key", &key]);
    assert_eq!(not_public, (2, "public-key: must be a public key of minisign, or its file".to_owned()));
    let missing = jalon(data, &["edition", "verify", &path("edition")]);
    assert_eq!(
        (missing.status, &missing.json()["problems"]),
        (1, &json!(["datapackage.json: is not in the directory"]))
    );
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&key).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn published_edition_is_checked_by_its_address() {
    let data = downloaded();
    let folder = tempfile::tempdir().unwrap();
    let edition = folder.path().join("park");
    let key = folder.path().join("park.key");
    let (edition, key) = (edition.to_str().unwrap(), key.to_str().unwrap());
    let public = ok(data.path(), &["edition", "key", "-o", key])["public_key"].as_str().unwrap().to_owned();
    ok(data.path(), &["edition", "build", "pne", "-o", edition, "--key", key]);
    let host = TestGeotrek::start(
        Territory::small(1),
        Options { files: Some(folder.path().to_owned()), ..Options::default() },
    );
    let url = format!("{}/files/park/datapackage.json", host.url());
    let check = ok(data.path(), &["edition", "verify", &url, "--public-key", &public]);
    assert_eq!((&check["valid"], &check["problems"]), (&json!(true), &json!([])), "{check}");
    assert!(check["signed_by"].is_string(), "{check}");
    let media = Path::new(edition).join("media");
    let picture = fs::read_dir(&media).unwrap().next().unwrap().unwrap().path();
    fs::remove_file(picture).unwrap();
    let run = jalon(data.path(), &["edition", "verify", &url]);
    assert_eq!(run.status, 1, "{} {}", run.out, run.err);
    assert!(run.json()["problems"][0].as_str().unwrap().contains("media/"), "{}", run.out);
    let missing = jalon(data.path(), &["edition", "verify", &url.replace("park", "other")]);
    assert_eq!(missing.json()["error"]["code"], "server", "{}", missing.out);
}
