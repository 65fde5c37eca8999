//! `jalon edition publish` to a directory: what readers see at each moment, and which files stay.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use jalon::edition::{PublicKey, verify_edition};
use jalon_tests::command::{self, CommandOutput};
use jalon_tests::fixture_server::{Options, TestGeotrek};
use jalon_tests::generator::Territory;
use serde_json::{Value, json};

pub(crate) fn jalon(data: &Path, arguments: &[&str]) -> CommandOutput {
    command::jalon(data, &[&["--json"], arguments].concat())
}

pub(crate) fn ok(data: &Path, arguments: &[&str]) -> Value {
    let run = jalon(data, arguments);
    assert_eq!(run.status, 0, "{arguments:?}: {} {}", run.out, run.err);
    run.json()
}

/// The office of a park: a refreshed territory with pictures, a key, and the folder `edition`.
pub(crate) struct Office {
    pub(crate) directory: tempfile::TempDir,
    server: TestGeotrek,
}

impl Office {
    pub(crate) fn new() -> Office {
        let directory = tempfile::tempdir().unwrap();
        let server = TestGeotrek::start(Territory::small(1), Options::default());
        let office = Office { directory, server };
        office.ok(&["territory", "add", office.server.url(), "--name", "pne"]);
        office.ok(&["refresh"]);
        office.ok(&["download", "1"]);
        office.ok(&["edition", "key", "-o", &office.path("park.key")]);
        office
    }

    pub(crate) fn data(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.data().join(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn ok(&self, arguments: &[&str]) -> Value {
        ok(self.data(), arguments)
    }

    /// Builds the next edition of the day; the first trek gets a new name.
    pub(crate) fn build(&self, name: &str) -> u64 {
        self.server.territory().modules.get_mut("trek").unwrap()[0]["name"]["fr"] = name.into();
        self.ok(&["refresh", "--full"]);
        let (key, output) = (self.path("park.key"), self.path("edition"));
        let build = ["edition", "build", "pne", "-o", &output, "--key", &key, "--created", "2026-11-29"];
        self.ok(&build)["edition"].as_u64().unwrap()
    }

    pub(crate) fn key(&self) -> PublicKey {
        PublicKey::parse(&fs::read_to_string(self.path("park.key.pub")).unwrap()).unwrap()
    }
}

/// The number of the edition in a directory, which must be whole.
pub(crate) fn served(directory: &Path, key: &PublicKey) -> u64 {
    let check = verify_edition(directory, std::slice::from_ref(key)).unwrap();
    assert!(check.valid, "{:?}", check.problems);
    let manifest: Value = serde_json::from_slice(&fs::read(directory.join("datapackage.json")).unwrap()).unwrap();
    manifest["jalon"]["edition"].as_u64().unwrap()
}

fn names(directory: &Path, folder: &str) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(directory.join(folder)) else { return BTreeSet::new() };
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn message(run: &CommandOutput) -> (u8, String) {
    (run.status, run.json()["error"]["message"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn directory_serves_each_edition_and_keeps_the_files_of_the_last_ones() {
    let office = Office::new();
    let target = office.data().join("www");
    let (edition, to) = (office.path("edition"), target.to_str().unwrap().to_owned());
    let publish = ["edition", "publish", &edition, "--to", &to];
    let first = office.build("One");
    let published = office.ok(&publish);
    assert_eq!(
        (&published["published"], &published["edition"], &published["replaced"]),
        (&json!(true), &json!(first), &json!(null))
    );
    assert!(
        published["uploaded"].as_u64() > Some(5) && published["skipped"] == 0 && published["removed"] == 0,
        "{published}"
    );
    assert_eq!(served(&target, &office.key()), first);
    fs::write(target.join("media/summer.jpg"), "of the office").unwrap();

    let second = office.build("Two");
    let published = office.ok(&publish);
    assert_eq!((&published["replaced"], &published["kept"]), (&json!(first), &json!([second, first])));
    // The trek layer, its signature and its chunks are new; pictures and other layers are there.
    assert!(published["uploaded"].as_u64() < Some(4) && published["skipped"].as_u64() > Some(3), "{published}");
    assert_eq!(served(&target, &office.key()), second);
    assert_eq!(names(&target, "signatures").len(), 2);

    let third = office.build("Three");
    let published = office.ok(&publish);
    assert_eq!(published["kept"], json!([third, second]));
    assert!(published["removed"].as_u64() >= Some(3), "{published}");
    assert_eq!(served(&target, &office.key()), third);
    assert_eq!(names(&target, "signatures").len(), 2);
    assert_eq!(names(&target, "editions"), [second, third].map(|number| format!("{number}.json")).into());
    assert!(names(&target, "media").contains("summer.jpg"));
    let treks = names(&target, "layers").into_iter().filter(|name| name.starts_with("trek-") && name.ends_with(".fgb"));
    assert_eq!(treks.count(), 2);

    let again = office.ok(&[&publish[..], &["--keep", "1"]].concat());
    assert_eq!((&again["replaced"], &again["uploaded"], &again["kept"]), (&json!(third), &json!(0), &json!([third])));
    assert_eq!(served(&target, &office.key()), third);
    assert_eq!(names(&target, "signatures").len(), 1);
}

#[test]
fn older_and_invalid_editions_are_refused_and_the_target_stays() {
    let office = Office::new();
    let target = office.data().join("www");
    let (edition, to) = (office.path("edition"), target.to_str().unwrap().to_owned());
    let publish = ["edition", "publish", &edition, "--to", &to];
    let first = office.build("One");
    fs::create_dir(office.path("old")).unwrap();
    let old = office.path("old");
    office.ok(&["edition", "publish", &edition, "--to", &old]);
    let second = office.build("Two");
    office.ok(&publish);
    let older = jalon(office.data(), &["edition", "publish", &old, "--to", &to]);
    assert_eq!(message(&older), (2, format!("edition: must be higher than {second}, the edition at the target")));
    assert!(first < second);

    office.build("Three");
    let other = office.path("other.key");
    office.ok(&["edition", "key", "-o", &other]);
    let unsigned = jalon(office.data(), &[&publish[..], &["--public-key", &format!("{other}.pub")]].concat());
    assert_eq!((unsigned.status, &unsigned.json()["published"]), (1, &json!(false)));
    let picture = fs::read_dir(office.path("edition/media")).unwrap().next().unwrap().unwrap().path();
    fs::write(picture, "damaged").unwrap();
    let damaged = jalon(office.data(), &publish);
    assert_eq!((damaged.status, damaged.json()["problems"].as_array().unwrap().is_empty()), (1, false));
    assert_eq!(served(&target, &office.key()), second);

    let same = jalon(office.data(), &["edition", "publish", &old, "--to", &old]);
    assert_eq!(message(&same), (2, "to: must be another directory than that of the edition".to_owned()));
    fs::write(target.join("datapackage.json"), "{}").unwrap();
    let foreign = jalon(office.data(), &["edition", "publish", &old, "--to", &to]);
    assert!(
        message(&foreign).1.starts_with("to: must not have a datapackage.json of something else"),
        "{}",
        foreign.out
    );
    assert_eq!(fs::read(target.join("datapackage.json")).unwrap(), b"{}");
}

/// A directory in the place of a file makes its write fail.
#[test]
fn failed_write_leaves_the_edition_before_and_a_second_attempt_completes() {
    let office = Office::new();
    let target = office.data().join("www");
    let (edition, to) = (office.path("edition"), target.to_str().unwrap().to_owned());
    let publish = ["edition", "publish", &edition, "--to", &to];
    let first = office.build("One");
    office.ok(&publish);
    let second = office.build("Two");
    let is_new = |path: &PathBuf| !target.join("layers").join(path.file_name().unwrap()).exists();
    let layers = fs::read_dir(office.path("edition/layers")).unwrap().map(|entry| entry.unwrap().path());
    let new = layers.into_iter().find(|path| is_new(path)).unwrap();
    let blocked = target.join("layers").join(new.file_name().unwrap());
    fs::create_dir(&blocked).unwrap();
    let failed = jalon(office.data(), &publish);
    assert_eq!(message(&failed).0, 2, "{}", failed.out);
    assert_eq!(served(&target, &office.key()), first);
    fs::remove_dir(&blocked).unwrap();
    let published = office.ok(&publish);
    assert_eq!(published["kept"], json!([second, first]));
    assert_eq!(served(&target, &office.key()), second);
}

#[test]
fn target_without_lists_loses_no_file() {
    let office = Office::new();
    let target = office.data().join("www");
    let (edition, to) = (office.path("edition"), target.to_str().unwrap().to_owned());
    let publish = ["edition", "publish", &edition, "--to", &to];
    office.build("One");
    office.ok(&publish);
    // As if another tool had copied the files.
    fs::remove_dir_all(target.join("editions")).unwrap();
    let mut numbers = Vec::new();
    for (name, removed) in [("Two", false), ("Three", true)] {
        numbers.push(office.build(name));
        let run = jalon(office.data(), &publish);
        assert_eq!((run.status, run.json()["removed"].as_u64() > Some(0)), (0, removed), "{}", run.out);
        assert_eq!(run.err.contains("no file was removed"), !removed, "{}", run.err);
        assert_eq!(served(&target, &office.key()), *numbers.last().unwrap());
    }
}
