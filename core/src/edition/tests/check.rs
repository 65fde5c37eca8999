//! What a check of a folder finds.

use std::fs;
use std::path::{Path, PathBuf};

use super::built::{build_with, options};
use super::folder::{files, key};
use super::territory::territory;
use crate::edition::build::BuildOptions;
use crate::edition::verify_edition;

/// A signed edition with a picture.
fn built(directory: &Path) -> crate::edition::PublicKey {
    let key = key();
    let picture = directory.join("../picture.jpg");
    fs::write(&picture, "picture").unwrap();
    let options = BuildOptions { key: Some(key.clone()), ..options(directory.to_owned()) };
    let source = |url: &str| Ok(url.contains("/media/").then(|| PathBuf::from(&picture)));
    build_with(&options, &territory(14, 40, 150), &source).unwrap();
    key.public_key().unwrap()
}

#[test]
fn each_damaged_or_missing_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("edition");
    fs::create_dir(&directory).unwrap();
    let key = built(&directory);
    let check = || verify_edition(&directory, std::slice::from_ref(&key)).unwrap();
    let whole = check();
    assert!(whole.valid && whole.signed_by == Some(key.id()), "{:?}", whole.problems);
    assert!(verify_edition(&directory, &[]).unwrap().valid);
    let other = super::folder::key().public_key().unwrap();
    let unknown = verify_edition(&directory, &[other]).unwrap();
    assert!(!unknown.valid && unknown.problems[0].contains("signed by another key"), "{:?}", unknown.problems);

    for (name, bytes) in files(&directory) {
        let path = directory.join(&name);
        let mut damaged = bytes.clone();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 1;
        fs::write(&path, damaged).unwrap();
        let problems = check().problems;
        let is_named = problems.iter().any(|problem| problem.starts_with(&name) || name == "datapackage.json");
        assert!(is_named, "{name}: {problems:?}");
        fs::remove_file(&path).unwrap();
        let is_optional = name == "datapackage.json.minisig";
        let problems = check().problems;
        assert!(problems.iter().any(|problem| problem.starts_with(&name)), "{name} {is_optional}: {problems:?}");
        fs::write(&path, bytes).unwrap();
    }
    assert!(check().valid);
}

#[cfg(unix)]
#[test]
fn link_out_of_the_folder_is_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("edition");
    fs::create_dir(&directory).unwrap();
    built(&directory);
    let name = files(&directory).into_keys().find(|name| name.starts_with("layers/poi-")).unwrap();
    let outside = folder.path().join("outside");
    fs::rename(directory.join(&name), &outside).unwrap();
    std::os::unix::fs::symlink(&outside, directory.join(&name)).unwrap();
    let problems = verify_edition(&directory, &[]).unwrap().problems;
    assert!(
        problems.iter().any(|problem| problem == &format!("{name}: must be a file in the directory")),
        "{problems:?}"
    );
}

#[test]
fn folder_without_an_edition_is_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    let check = verify_edition(folder.path(), &[]).unwrap();
    assert_eq!((check.valid, check.problems), (false, vec!["datapackage.json: is not in the directory".to_owned()]));
}
