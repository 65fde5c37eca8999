//! The files in the folder of an edition.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::built::{build, build_with, options};
use super::territory::territory;
use crate::edition::build::{BuildOptions, SecretKey, new_key};
use crate::edition::verify_edition;
use crate::model::Object;

/// The files below a folder, by their path in it.
pub(super) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.strip_prefix(folder).unwrap().display().to_string(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

pub(super) fn key() -> SecretKey {
    SecretKey::parse(&new_key(None).unwrap().0, || unreachable!("the key has no password")).unwrap()
}

#[test]
fn same_objects_and_options_give_the_same_bytes() {
    let objects = territory(11, 40, 60);
    let built = [(); 2].map(|()| {
        let folder = tempfile::tempdir().unwrap();
        let summary = build(&options(folder.path().to_owned()), &objects).unwrap();
        let files = files(folder.path());
        assert_eq!(summary.files, files.len() as u64);
        assert_eq!(summary.bytes, files.values().map(|bytes| bytes.len() as u64).sum::<u64>());
        files
    });
    assert!(built[0] == built[1]);
}

#[test]
fn next_edition_keeps_files_of_the_one_before_and_removes_older_ones() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().to_owned();
    let picture = directory.join("source.jpg");
    fs::write(directory.join("NOTES.txt"), "of the office").unwrap();
    fs::create_dir(directory.join("layers")).unwrap();
    fs::write(directory.join("layers/readme.txt"), "of the office").unwrap();
    let key = key();
    let mut before: Vec<BTreeMap<String, Vec<u8>>> = Vec::new();
    for (round, content) in ["one", "two", "three"].into_iter().enumerate() {
        fs::write(&picture, content).unwrap();
        let objects = territory(12 + round as u64, 4, 6);
        let options = BuildOptions { key: Some(key.clone()), ..options(directory.clone()) };
        let source = picture.clone();
        build_with(&options, &objects, &|_| Ok(Some(source.clone()))).unwrap();
        let check = verify_edition(&directory, &[key.public_key().unwrap()]).unwrap();
        assert_eq!((check.problems, check.signed_by), (Vec::new(), Some(key.public_key().unwrap().id())));
        before.push(files(&directory));
    }
    let names = |round: usize, prefix: &str| before[round].keys().filter(|name| name.starts_with(prefix)).count();
    assert_eq!([names(0, "media/"), names(1, "media/"), names(2, "media/")], [1, 2, 2]);
    assert_eq!([names(0, "signatures/"), names(1, "signatures/"), names(2, "signatures/")], [1, 2, 2]);
    for (name, bytes) in &before[1] {
        let is_of_the_first = before[0].contains_key(name) && name.contains('/') && !name.ends_with(".txt");
        let is_replaced = name.starts_with("datapackage.json") || name == "source.jpg";
        assert!(is_of_the_first || is_replaced || before[2].get(name) == Some(bytes), "{name}");
    }
    assert!(before[2].contains_key("NOTES.txt") && before[2].contains_key("layers/readme.txt"));
    let options = BuildOptions { remove_previous: true, ..options(directory.clone()) };
    build(&options, &territory(20, 4, 6)).unwrap();
    let last = files(&directory);
    assert!(!last.keys().any(|name| name.starts_with("media/") || name.contains("minisig")), "{:?}", last.keys());
}

#[test]
fn options_that_break_a_rule_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().to_owned();
    let objects = territory(13, 2, 3);
    let error = |options: &BuildOptions, objects: &[Object]| build(options, objects).unwrap_err().to_string();
    let base = options(directory.clone());
    let expired = BuildOptions { expires_ms: base.created_ms, ..base.clone() };
    assert_eq!(error(&expired, &objects), "expires: must be later than the time of the edition");
    let unnamed = BuildOptions { licenses: vec![crate::edition::License::default()], ..base.clone() };
    assert!(error(&unnamed, &objects).starts_with("license: must have"));
    let unsorted: Vec<_> = objects.iter().rev().cloned().collect();
    assert_eq!(error(&base, &unsorted), "objects: must come kind by kind, and by id");
    assert!(!directory.join("datapackage.json").exists());

    build(&BuildOptions { edition: Some(7), ..base.clone() }, &objects).unwrap();
    let same = BuildOptions { edition: Some(7), ..base.clone() };
    assert_eq!(error(&same, &objects), "edition: must be higher than 7, the edition in the directory");
    assert_eq!(build(&base, &objects).unwrap().edition, 20_261_130_001);
    assert_eq!(build(&base, &objects).unwrap().edition, 20_261_130_002);
    fs::write(directory.join("datapackage.json"), "{\"name\": \"other\"}").unwrap();
    assert!(error(&base, &objects).starts_with("directory: must not have a datapackage.json of something else"));
}
