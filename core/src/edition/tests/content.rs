//! What the objects of an edition lack, and its files.

use std::fs;
use std::path::{Path, PathBuf};

use super::built::{build_with, options};
use super::folder::{files, key};
use super::territory::{Random, territory, texts, trek};
use crate::edition::build::BuildOptions;
use crate::edition::{ContentCheck, ContentProblem, EditionFolder};
use crate::error::Error;
use crate::model::{City, FlatPage, Geometry, Kind, Object, Position, RichText, Term, Trek};

fn build(directory: &Path, objects: &[Object]) {
    let picture = directory.join("../picture.jpg");
    fs::write(&picture, "picture").unwrap();
    let options = BuildOptions { key: Some(key()), ..options(directory.to_owned()) };
    build_with(&options, objects, &|url| Ok(url.ends_with("/1.jpg").then(|| PathBuf::from(&picture)))).unwrap();
}

fn problems(directory: &Path) -> Vec<ContentProblem> {
    let edition = EditionFolder::open(directory).unwrap();
    let mut check = ContentCheck::new(&edition);
    edition.visit(|kind, object| check.add(kind, &object)).unwrap();
    let (problems, unlisted) = check.finish();
    assert_eq!(unlisted, 0);
    problems
}

fn sentences(directory: &Path) -> Vec<String> {
    let sentence = |problem: &ContentProblem| {
        let (kind, id) = (problem.kind.map_or("?", Kind::as_str), problem.id.unwrap_or_default());
        format!("{kind} {id} {}", problem.problem)
    };
    problems(directory).iter().map(sentence).collect()
}

/// A trek that lacks nothing.
fn whole(id: i64) -> Trek {
    let description = RichText { html: texts("Texte"), plain: texts("Texte") };
    Trek { length_2d_m: Some(900.0), duration_h: Some(0.5), description, ..trek(id, 5, &mut Random(1)) }
}

fn edition_folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("edition");
    fs::create_dir(&directory).unwrap();
    (folder, directory)
}

#[test]
fn each_rule_that_a_trek_breaks_is_named() {
    let (_folder, directory) = edition_folder();
    let mut french = whole(2);
    // The plain text is made of the HTML when an object is read.
    french.description.html = [("fr", "Texte")].into_iter().collect();
    let mut without_figures = Trek { length_2d_m: Some(0.0), duration_h: None, ..whole(3) };
    without_figures.attachments[0].media = "video".into();
    let point = Geometry::line_string([Position::new(6.0, 45.0)]);
    let without_line = Trek { geometry: Some(point), ..whole(4) };
    let treks = [whole(1), french, without_figures, without_line];
    build(&directory, &treks.map(Object::from));
    let expected = [
        "trek 4 has no line",
        "trek 3 has no length",
        "trek 3 has no duration",
        "trek 2 has no description in en",
        "trek 3 has no picture",
    ];
    assert_eq!(sentences(&directory), expected);
}

#[test]
fn reference_to_an_object_that_is_not_there_is_named_once() {
    let (_folder, directory) = edition_folder();
    let stage = Trek {
        cities: vec![1, 2, 2],
        themes: vec![5, 6],
        information_desks: vec![8],
        parents: vec![1],
        previous: [(1, None), (9, Some(1))].into(),
        ..whole(2)
    };
    let objects = [
        Object::from(Trek { children: vec![2, 3], ..whole(1) }),
        stage.into(),
        City { id: 1, ..City::default() }.into(),
        FlatPage { id: 3, parent: Some(4), ..FlatPage::default() }.into(),
        Term { vocabulary: "theme".into(), id: 5, ..Term::default() }.into(),
        Term { vocabulary: "label".into(), id: 6, ..Term::default() }.into(),
    ];
    build(&directory, &objects);
    let expected = [
        "trek 1 refers in “children” to trek 3, which is not in the edition",
        "trek 2 refers in “cities” to city 2, which is not in the edition",
        "trek 2 refers in “information_desks” to information_desk 8, which is not in the edition",
        "trek 2 refers in “previous” to trek 9, which is not in the edition",
        "trek 2 refers in “themes” to theme 6, which is not in the edition",
        "flat_page 3 refers in “parent” to flat_page 4, which is not in the edition",
    ];
    assert_eq!(sentences(&directory), expected);
}

#[test]
fn missing_picture_and_damaged_layer_are_named() {
    let (_folder, directory) = edition_folder();
    build(&directory, &[whole(1).into(), whole(2).into()]);
    assert_eq!(sentences(&directory), [""; 0]);
    fs::remove_dir_all(directory.join("media")).unwrap();
    let missing = sentences(&directory);
    assert_eq!(missing.len(), 1);
    let (start, end) = ("trek 1 names the picture “media/", ".jpg”, which is not in the directory");
    assert!(missing[0].starts_with(start) && missing[0].ends_with(end), "{missing:?}");
    let layer = files(&directory).into_keys().find(|name| name.starts_with("layers/trek-")).unwrap();
    fs::write(directory.join(&layer), "damaged").unwrap();
    assert_eq!(sentences(&directory), [format!("trek 0 {layer} has another content than the manifest says")]);
    fs::remove_file(directory.join(&layer)).unwrap();
    assert_eq!(sentences(&directory), [format!("trek 0 {layer} is not in the directory")]);
}

#[test]
fn files_are_those_in_the_folder() {
    let (_folder, directory) = edition_folder();
    build(&directory, &territory(21, 40, 60));
    let edition = EditionFolder::open(&directory).unwrap();
    let listed = edition.files().unwrap();
    let mut all = listed.content.clone();
    all.extend(listed.signature.clone());
    all.push(listed.manifest.clone());
    all.sort();
    let found = files(&directory).into_iter().map(|(path, bytes)| (path, bytes.len() as u64));
    assert_eq!(all.into_iter().map(|file| (file.path, file.bytes)).collect::<Vec<_>>(), found.collect::<Vec<_>>());
    for file in &listed.content {
        assert!(EditionFolder::is_content_name(&file.path), "{}", file.path);
    }
    assert!(!EditionFolder::is_content_name(&listed.manifest.path));
    assert_eq!(edition.pictures().count, 1);
    let mut count = 0;
    let stopped = edition.visit(|_, _| {
        count += 1;
        Err(Error::Cancelled)
    });
    assert!(matches!(stopped, Err(Error::Cancelled)) && count == 1);
    fs::remove_dir_all(directory.join("media")).unwrap();
    assert!(edition.files().unwrap_err().to_string().contains("is not in the directory"));
}
