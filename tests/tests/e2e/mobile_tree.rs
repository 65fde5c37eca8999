//! A territory from the static files of Geotrek's mobile app: refreshes, changes, packs.

use std::collections::BTreeSet;
use std::path::Path;

use jalon::Error;
use jalon::catalogue::{PackState, PackSubject, PictureSize};
use jalon::companion::{DownloadOptions, RefreshMode, RefreshSummary};
use jalon::model::{Kind, Object};
use jalon_tests::command::jalon;
use jalon_tests::fixture::{Fixture, FixtureBuilder, NAME};
use jalon_tests::fixture_server::{Fault, Options, Rule, TestGeotrek, stored_zip};
use jalon_tests::generator::{Size, Territory};

const DAY_MS: i64 = 24 * 3_600 * 1_000;

fn builder() -> FixtureBuilder {
    Fixture::builder().territory(Territory::generate(Size::default(), 1)).at_path("/mobile/")
}

fn refresh(fixture: &mut Fixture, mode: RefreshMode) -> RefreshSummary {
    fixture.server.forget_requests();
    fixture.refresh(mode).unwrap().unwrap()
}

fn objects(fixture: &Fixture, kind: Kind) -> Vec<Object> {
    let companion = fixture.companion();
    let territory = companion.catalogue().territory(NAME).unwrap();
    companion.catalogue().objects(&territory, kind).unwrap()
}

fn object(fixture: &Fixture, kind: Kind, id: i64) -> Object {
    objects(fixture, kind).into_iter().find(|object| object.id() == id).unwrap()
}

fn ids(fixture: &Fixture, kind: Kind) -> BTreeSet<i64> {
    objects(fixture, kind).iter().map(Object::id).collect()
}

/// The statuses of the requests.
fn count(fixture: &Fixture, status: u16) -> usize {
    fixture.server.requests().iter().filter(|request| request.status == status).count()
}

#[test]
fn tree_gives_every_listed_trek_with_its_objects_in_all_languages() {
    let mut fixture = builder().build();
    let summary = refresh(&mut fixture, RefreshMode::Auto);
    assert_eq!(summary.problems, Default::default());
    assert_eq!((summary.failed_lists.len(), summary.absent_lists.len(), summary.is_full), (0, 0, true));
    let territory = fixture.companion().catalogue().territory(NAME).unwrap();
    assert!(territory.is_mobile_tree && territory.edition.is_none());
    assert_eq!(territory.languages, ["fr", "en", "it"]);
    assert_eq!(territory.report_url().map(str::to_owned), Some(format!("{}/", fixture.server.url())));
    // Trek 9001 is published with its itinerary only.
    assert_eq!(ids(&fixture, Kind::Trek), (1..=12).chain([9001]).collect());
    let Object::Trek(stage) = object(&fixture, Kind::Trek, 9001) else { panic!("a trek") };
    assert_eq!((stage.published.len(), stage.parents.as_slice()), (0, [2].as_slice()));
    assert_eq!((stage.previous[&2], stage.next[&2]), (Some(5), Some(6)));
    let server = fixture.server.territory().clone();
    for expected in server.module("trek") {
        let id = expected["id"].as_i64().unwrap();
        let Object::Trek(trek) = object(&fixture, Kind::Trek, id) else { panic!("a trek") };
        let languages = ["en", "fr", "it"].into_iter().filter(|language| expected["published"][language] == true);
        assert_eq!(trek.published, languages.collect::<Vec<_>>(), "{id}");
        for language in &trek.published {
            let name = expected["name"][language].as_str().filter(|name| !name.is_empty());
            assert_eq!(trek.name.in_language(language), name.or(trek.name.in_language(language)), "{id}");
        }
        assert_eq!(trek.length_2d_m, expected["length_2d"].as_f64());
        assert_eq!(trek.children.len(), expected["children"].as_array().unwrap().len());
        assert_eq!(
            trek.geometry.as_ref().unwrap().positions().count(),
            expected["geometry"]["coordinates"].as_array().unwrap().len()
        );
        assert!(trek.departure_point.is_some());
    }
    for kind in [Kind::Poi, Kind::TouristicContent, Kind::TouristicEvent, Kind::SensitiveArea, Kind::InformationDesk] {
        assert!(!ids(&fixture, kind).is_empty(), "{kind}");
    }
    for (kind, list) in [(Kind::City, "city"), (Kind::District, "district")] {
        let expected: BTreeSet<i64> = server.module(list).iter().map(|place| place["id"].as_i64().unwrap()).collect();
        assert_eq!(ids(&fixture, kind), expected);
    }
    let pictures = objects(&fixture, Kind::Poi);
    let url = pictures.iter().find_map(|poi| Some(poi.attachments().first()?.picture.url.clone())).unwrap();
    assert!(url.starts_with(&format!("{}/mobile/", fixture.server.url())), "{url}");
    assert!(url.contains("/media/paperclip/"), "{url}");
}

#[test]
fn unchanged_tree_costs_a_request_for_each_list_and_once_a_week_one_for_each_file() {
    let mut fixture = builder().refreshed().build();
    let before = objects(&fixture, Kind::Trek);
    let summary = refresh(&mut fixture, RefreshMode::Auto);
    assert_eq!((summary.requests, count(&fixture, 304)), (9, 9), "settings, treks and pages in three languages");
    assert!(summary.changed.is_empty() && summary.added.is_empty() && summary.removed.is_empty());
    fixture.now_ms += 8 * DAY_MS;
    let summary = refresh(&mut fixture, RefreshMode::Auto);
    assert!(summary.is_full && summary.requests > 100);
    assert_eq!(count(&fixture, 200), 0);
    assert!(summary.changed.is_empty() && summary.added.is_empty() && summary.removed.is_empty());
    assert_eq!(objects(&fixture, Kind::Trek), before);
    let summary = refresh(&mut fixture, RefreshMode::Full);
    assert!(count(&fixture, 304) == 0 && summary.changed.is_empty() && summary.added.is_empty(), "{summary:?}");
}

#[test]
fn changed_entry_of_the_list_brings_the_files_of_its_trek_in_all_languages() {
    let mut fixture = builder().refreshed().build();
    fixture.server.territory().edit_text("trek", 7, "name", "fr", "Lac Nouveau");
    fixture.server.territory().edit_text("poi", 4, "description", "fr", "<p>Nouveau</p>");
    let summary = refresh(&mut fixture, RefreshMode::Auto);
    assert_eq!(summary.changed.get(&Kind::Trek), Some(&1));
    let Object::Trek(trek) = object(&fixture, Kind::Trek, 7) else { panic!("a trek") };
    assert_eq!(trek.name.in_language("fr"), Some("Lac Nouveau"));
    assert!(trek.name.in_language("en").is_some(), "the English file was read again");
    assert!(summary.requests < 40, "{}", summary.requests);
    // The list does not tell that a description has changed: the weekly check does.
    fixture.server.territory().edit_text("trek", 3, "description", "en", "<p>Mind the gap</p>");
    assert_eq!(refresh(&mut fixture, RefreshMode::Auto).changed, Default::default());
    fixture.now_ms += 8 * DAY_MS;
    let summary = refresh(&mut fixture, RefreshMode::Auto);
    assert_eq!(summary.changed.get(&Kind::Trek), Some(&1));
    let Object::Trek(trek) = object(&fixture, Kind::Trek, 3) else { panic!("a trek") };
    assert_eq!(trek.description.plain.in_language("en"), Some("Mind the gap"));
    assert!(trek.description.plain.in_language("fr").is_some());
}

#[test]
fn trek_that_left_the_list_is_withdrawn_and_its_pois_keep_pictures() {
    let mut fixture = builder().refreshed().build();
    let pois = ids(&fixture, Kind::Poi);
    fixture.server.territory().delete("trek", 7);
    let summary = refresh(&mut fixture, RefreshMode::Auto);
    assert_eq!(summary.removed.get(&Kind::Trek), Some(&1));
    assert!(!ids(&fixture, Kind::Trek).contains(&7));
    assert!(ids(&fixture, Kind::Poi).is_subset(&pois));
    let gone = format!("{}/mobile/7/", fixture.server.url());
    let linked = objects(&fixture, Kind::Poi)
        .into_iter()
        .any(|poi| poi.attachments().iter().any(|attachment| attachment.picture.url.starts_with(&gone)));
    assert!(!linked, "the folder of trek 7 is gone");
    // A full refresh of the same tree finds nothing more.
    let summary = refresh(&mut fixture, RefreshMode::Full);
    assert!(summary.changed.is_empty() && summary.added.is_empty() && summary.removed.is_empty(), "{summary:?}");
}

#[test]
fn empty_list_withdraws_at_a_second_look_only() {
    let mut fixture = builder().refreshed().build();
    let treks: Vec<u64> =
        fixture.server.territory().module("trek").iter().map(|trek| trek["id"].as_u64().unwrap()).collect();
    treks.into_iter().for_each(|id| fixture.server.territory().delete("trek", id));
    let summary = refresh(&mut fixture, RefreshMode::Auto);
    assert!(summary.empty_lists.contains(&"trek".to_owned()) && summary.removed.is_empty(), "{summary:?}");
    assert_eq!(ids(&fixture, Kind::Trek).len(), 13);
    let summary = refresh(&mut fixture, RefreshMode::Auto);
    assert_eq!(summary.removed.get(&Kind::Trek), Some(&13));
    assert_eq!((ids(&fixture, Kind::Trek).len(), ids(&fixture, Kind::Poi).len()), (0, 0));
}

#[test]
fn missing_file_keeps_its_objects_at_first() {
    let mut fixture = builder().refreshed().build();
    let pois = ids(&fixture, Kind::Poi);
    fixture.server.faults().add(Rule::from(Fault::MissingFile).on("/pois"));
    let summary = refresh(&mut fixture, RefreshMode::Full);
    assert_eq!((summary.failed_lists, ids(&fixture, Kind::Poi)), (vec!["poi".to_owned()], pois.clone()));
    fixture.server.faults().rules.clear();
    refresh(&mut fixture, RefreshMode::Full);
    assert_eq!(ids(&fixture, Kind::Poi), pois);
}

#[test]
fn server_without_a_tree_or_with_a_portal_changes_nothing() {
    let server = builder().build_server();
    let refreshed = builder().server(&server).refreshed().snapshot();
    let portal = || [Fault::CaptivePortal, Fault::Status { status: 500, retry_after: None }, Fault::InvalidJson];
    let mut cases: Vec<(Fault, &str)> = Vec::new();
    for part in ["/mobile/settings", "/mobile/treks", "/mobile/4/"] {
        cases.extend(portal().map(|fault| (fault, part)));
    }
    cases.push((Fault::MissingFile, "/mobile/"));
    for (fault, part) in cases {
        let mut fixture = refreshed.restore_on(&server);
        let treks = objects(&fixture, Kind::Trek);
        server.faults().rules.clear();
        server.faults().add(Rule::from(fault.clone()).on(part));
        let failed = fixture.refresh(RefreshMode::Full);
        assert!(matches!(failed, Err(Error::Server { .. })), "{fault:?} {part}: {failed:?}");
        assert_eq!(objects(&fixture, Kind::Trek), treks);
    }
}

#[test]
fn pack_of_a_tree_has_the_pictures_of_its_objects() {
    let mut fixture = builder().refreshed().build();
    fixture.server.forget_requests();
    let pack = fixture.download(PackSubject::Trek(1), PictureSize::Large).unwrap().unwrap();
    assert_eq!(pack.state, PackState::Ready);
    assert!(pack.missing.is_empty(), "{:?}", pack.missing);
    let requests = fixture.server.requests();
    assert!(requests.len() > 3 && requests.iter().all(|request| !request.path.starts_with("/api/")));
    let companion = fixture.companion();
    let details = companion.trek_details(NAME, 1, &[Kind::Poi]).unwrap();
    assert!(!details.route_items.is_empty() && details.route_items.iter().all(|item| !item.estimated));
    let Object::Trek(trek) = object(&fixture, Kind::Trek, 1) else { panic!("a trek") };
    assert!(companion.picture_path(&trek.attachments[0].picture).unwrap().is_some());
    drop(companion);
    // The files of the trek of a pack are checked at each refresh.
    fixture.server.territory().edit_text("trek", 1, "advice", "fr", "<p>Passerelle fermée</p>");
    let summary = refresh(&mut fixture, RefreshMode::Auto);
    assert_eq!(summary.changed.get(&Kind::Trek), Some(&1));
}

/// The archive of a name, as the server has it.
fn archive(fixture: &Fixture, name: &str) -> Vec<u8> {
    fixture.server.request("GET", &format!("/mobile/{name}.zip"), &[]).unwrap().body
}

const OPTIONS: fn() -> DownloadOptions =
    || DownloadOptions { pictures: PictureSize::Large, ..DownloadOptions::default() };

#[test]
fn pack_from_archives_requests_only_pictures_within_texts() {
    let mut fixture = builder().refreshed().build();
    let folder = jalon_tests::fixture::temporary_folder();
    let subject = PackSubject::Trek(7);
    for name in ["7", "global"] {
        let path = folder.path().join(format!("{name}.zip"));
        std::fs::write(&path, archive(&fixture, name)).unwrap();
        let import = fixture.companion().import_archive(NAME, &subject, &OPTIONS(), &path).unwrap();
        assert!(import.files > 0 && import.refused.is_empty(), "{name}: {import:?}");
    }
    fixture.server.forget_requests();
    let pack = fixture.download(subject, PictureSize::Large).unwrap().unwrap();
    assert_eq!((pack.state, pack.missing.len()), (PackState::Ready, 0));
    // Pictures within texts are on the server itself, and in no archive.
    let requests = fixture.server.requests();
    assert!(requests.iter().all(|request| request.path.starts_with("/media/upload/")), "{requests:?}");
}

#[test]
fn hostile_archive_leaves_the_catalogue_as_it_was() {
    let fixture = builder().refreshed().build();
    let folder = jalon_tests::fixture::temporary_folder();
    let subject = PackSubject::Trek(7);
    let path = folder.path().join("7.zip");
    let Object::Trek(trek) = object(&fixture, Kind::Trek, 7) else { panic!("a trek") };
    let picture = trek.attachments[0].picture.url.split_once("/mobile/").unwrap().1.to_owned();
    let entries: Vec<(String, Vec<u8>)> = [
        format!("../../{picture}"),
        format!("7/../{picture}"),
        picture.replace('/', "\\"),
        "/etc/cron.d/jalon".to_owned(),
        "7/media/jalon.sh".to_owned(),
        // The picture itself, which is none.
        picture.clone(),
    ]
    .map(|name| (name, b"#!/bin/sh\n".to_vec()))
    .into();
    std::fs::write(&path, stored_zip(&entries)).unwrap();
    let before = jalon_tests::fixture::files_below(fixture.directory());
    let import = fixture.companion().import_archive(NAME, &subject, &OPTIONS(), &path).unwrap();
    assert_eq!((import.files, import.refused.values().sum::<u64>()), (0, 6), "{import:?}");
    let is_new = |file: &&std::path::PathBuf| !before.contains(file);
    let after = jalon_tests::fixture::files_below(fixture.directory());
    let new: Vec<_> = after.iter().filter(is_new).filter(|file| !file.ends_with("wanted.json")).collect();
    assert!(new.iter().all(|file| file.to_string_lossy().contains("staging")), "{new:?}");
    for bytes in [b"".to_vec(), b"PK\x05\x06".to_vec(), archive(&fixture, "7")[..2_000].to_vec()] {
        std::fs::write(&path, bytes).unwrap();
        let refused = fixture.companion().import_archive(NAME, &subject, &OPTIONS(), &path);
        assert!(matches!(refused, Err(Error::InvalidInput { .. })), "{refused:?}");
    }
}

#[test]
fn killed_refresh_continues_and_applies_the_same_tree() {
    let mut whole = builder().refreshed().build();
    let expected = objects(&whole, Kind::Trek);
    let requests = refresh(&mut whole, RefreshMode::Full).requests;
    let mut fixture = builder().build();
    for step in [1, 5, 40, 90] {
        fixture.driver.kill_after_steps(Some(step));
        assert!(fixture.refresh(RefreshMode::Auto).unwrap().is_none());
    }
    fixture.driver.kill_after_steps(None);
    let summary = fixture.refresh(RefreshMode::Auto).unwrap().unwrap();
    assert!(summary.requests <= requests + 10);
    let url = |fixture: &Fixture| fixture.server.url().to_owned();
    assert_eq!(url(&fixture), url(&whole));
    assert_eq!(objects(&fixture, Kind::Trek), expected);
}

#[test]
fn recorded_tree_as_files_is_read_without_loss() {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/geotrek/mobile-tree.tar.gz");
    if !archive.is_file() {
        eprintln!("skipped: no recorded mobile tree at {}", archive.display());
        return;
    }
    let folder = jalon_tests::fixture::temporary_folder();
    let unpacked = std::process::Command::new("tar").arg("xzf").arg(&archive).arg("-C").arg(folder.path()).status();
    assert!(unpacked.unwrap().success());
    let options = Options { files: Some(folder.path().to_owned()), ..Options::default() };
    let mut fixture = Fixture::builder().server_options(options).at_path("/files/fr/settings.json").build();
    let summary = refresh(&mut fixture, RefreshMode::Auto);
    assert_eq!(summary.problems, Default::default());
    let territory = fixture.companion().catalogue().territory(NAME).unwrap();
    assert_eq!((territory.languages, territory.default_language), (vec!["fr".into(), "en".into()], "fr".into()));
    // 67 are listed in French or English; stage 71 is published with its itinerary only.
    assert_eq!(ids(&fixture, Kind::Trek).len(), 68);
    assert_eq!(ids(&fixture, Kind::Poi).len(), 559);
    assert_eq!(ids(&fixture, Kind::City).len(), 49);
    let Object::Trek(itinerary) = object(&fixture, Kind::Trek, 66) else { panic!("a trek") };
    assert_eq!(itinerary.children, [67, 68, 69]);
    assert!(itinerary.attachments[0].picture.url.contains("/files/nolang/66/media/"));
    let summary = refresh(&mut fixture, RefreshMode::Auto);
    assert_eq!((summary.requests, summary.changed.len(), summary.removed.len()), (6, 0, 0));
}

#[test]
fn commands_add_refresh_and_download_a_tree() {
    let server = TestGeotrek::start(Territory::small(1), Options { media_bytes: Some(200), ..Options::default() });
    let directory = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let output = jalon(directory.path(), arguments);
        assert_eq!(output.status, 0, "{arguments:?}: {}", output.err);
        output
    };
    let tree = format!("{}/mobile", server.url());
    run(&["territory", "add", &tree, "--name", "park"]);
    run(&["territory", "add", "https://files.example/copy", "--mobile", "--name", "copy"]);
    let territories = run(&["--json", "territory", "list"]).json();
    assert_eq!(territories["items"][0]["url"], "https://files.example/copy/settings.json");
    assert_eq!(territories["items"][1]["is_mobile_tree"], true);
    let refused = jalon(directory.path(), &["territory", "add", &tree, "--name", "x", "--portal", "1"]);
    assert_ne!(refused.status, 0);
    run(&["refresh", "park"]);
    let archive = directory.path().join("1.zip");
    std::fs::write(&archive, server.request("GET", "/mobile/1.zip", &[]).unwrap().body).unwrap();
    let output = run(&["download", "park/1", "--from", archive.to_str().unwrap()]);
    assert!(output.out.contains("1.zip: ") && output.out.contains(" pictures, "), "{}", output.out);
    run(&["report", "new", "--territory", "park", "--comment", "Pont coupé", "--at", "44.9,6.2"]);
    run(&["send"]);
    assert_eq!(server.reports().len(), 1);
}
