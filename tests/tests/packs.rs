//! Packs: what belongs to one, which files it shows, and what its removal gives back.

#![allow(clippy::unwrap_used, reason = "a helper of tests outside #[test] is a test all the same")]

use std::collections::BTreeSet;

use jalon::Error;
use jalon::catalogue::{PackState, PackSubject, PictureSize};
use jalon::companion::{NearbyQuery, RefreshMode, TrekQuery};
use jalon::model::{Bounds, Kind, Position};
use jalon_tests::driver::{NAME, Stage, below, folder, quiet};
use jalon_tests::fixture_server::{Fault, TestGeotrek};
use jalon_tests::generator::{Size, Territory, hostile_urls};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const FIRST: PackSubject = PackSubject::Trek(1);

/// The addresses of the files of which bytes came since the line was last forgotten.
fn files_that_came(stage: &Stage<'_>) -> Vec<String> {
    let came = stage.line.came().iter().filter(|(url, came)| url.contains("/media/") && came.bytes > 0);
    came.map(|(url, _)| url.clone()).collect()
}

fn refreshed<'s>(server: &'s TestGeotrek, folder: &tempfile::TempDir) -> Stage<'s> {
    let mut stage = Stage::new(server, folder.path()).unwrap();
    stage.refresh(RefreshMode::Auto).unwrap().unwrap();
    stage.line.forget();
    stage
}

#[test]
fn a_pack_has_what_the_server_says_belongs_to_its_trek_and_every_picture() {
    let mut territory = Territory::small(1);
    territory.excluded.insert(1, BTreeSet::from([1]));
    let server = quiet(territory);
    let folder = folder();
    let mut stage = refreshed(&server, &folder);
    let companion = stage.open().unwrap();
    let before = companion.trek_details(NAME, 1, &[Kind::Poi]).unwrap();
    assert!(before.route_items.iter().any(|beside| beside.object.id() == 1), "by the distance it belongs to it");
    assert!(before.route_items.iter().all(|beside| beside.estimated));
    let estimate = companion.estimate(NAME, &FIRST, PictureSize::Small).unwrap();
    drop(companion);

    let pack = stage.download(FIRST, PictureSize::Small).unwrap().unwrap();
    assert_eq!((pack.state, pack.as_of_ms), (PackState::Ready, Some(stage.at_ms)));
    assert!(pack.missing.iter().all(|missing| missing.reason.is_some()), "{:?}", pack.missing);
    let own = pack.missing.iter().filter(|missing| missing.url.starts_with(server.url())).count();
    assert_eq!(own, 0, "{:?}", pack.missing);
    assert!(pack.files > 10 && pack.bytes == stage.media_bytes() && pack.own_bytes == pack.bytes);
    assert_eq!(pack.files + pack.missing.len() as u64, estimate.files);
    assert_eq!((pack.objects[&Kind::Trek], pack.objects[&Kind::Poi]), (3, 1));
    for kind in [Kind::SensitiveArea, Kind::InformationDesk, Kind::City, Kind::Service, Kind::Signage, Kind::Site] {
        assert!(pack.objects.contains_key(&kind), "{kind}: {:?}", pack.objects);
    }
    stage.check();

    let companion = stage.open().unwrap();
    let after = companion.trek_details(NAME, 1, &[Kind::Poi]).unwrap();
    assert!(
        after.route_items.iter().all(|beside| beside.object.id() != 1 && !beside.estimated),
        "{:?}",
        after.route_items
    );
    let treks = companion.treks(&TrekQuery { limit: 9, ..TrekQuery::default() }, &["fr"]).unwrap();
    assert!(treks.items.len() == 3 && treks.items.iter().all(|trek| trek.stats.offline));
    let query = NearbyQuery { kinds: vec![Kind::Trek], limit: 9, ..NearbyQuery::default() };
    let near = companion.nearest(Position::new(6.2, 44.8), &query, &["fr"]).unwrap();
    assert!(!near.is_empty());
    assert_eq!(
        below(&folder.path().join("staging")).iter().filter(|path| path.extension() != Some("lock".as_ref())).count(),
        0
    );

    // All of it is here: another one asks only what belongs to it.
    stage.line.forget();
    let again = stage.download(FIRST, PictureSize::Small).unwrap().unwrap();
    assert_eq!(again.state, PackState::Ready);
    assert!(stage.line.came().keys().all(|url| url.contains("near_trek")), "{:?}", stage.line.came());
}

#[test]
fn pictures_come_in_the_size_that_is_wanted() {
    let server = quiet(Territory::small(1));
    let folder = folder();
    let mut stage = refreshed(&server, &folder);
    let small = |url: &String| url.contains("q85");
    let attached = |url: &String| url.contains("/paperclip/");
    let mut urls = |pictures| {
        let pack = stage.download(FIRST, pictures).unwrap().unwrap();
        assert_eq!((pack.state, pack.pictures), (PackState::Ready, pictures));
        stage.check();
        let files = stage.files();
        assert_eq!(files.len() as u64, pack.files);
        assert_eq!(pack.bytes, stage.media_bytes());
        files.into_keys().collect::<BTreeSet<String>>()
    };
    let none = urls(PictureSize::None);
    assert!(!none.is_empty() && !none.iter().any(attached), "{none:?}");
    let some = urls(PictureSize::Small);
    assert!(some.iter().any(small) && some.iter().filter(|url| attached(url)).all(small), "{some:?}");
    let large = urls(PictureSize::Large);
    assert!(large.iter().any(attached) && !large.iter().any(small), "{large:?}");
    assert_eq!(urls(PictureSize::None), none);
}

#[test]
fn a_box_has_what_lies_in_it() {
    let server = quiet(Territory::generate(Size::default(), 1));
    let folder = folder();
    let mut stage = refreshed(&server, &folder);
    let square = Bounds { west: 6.0, south: 44.6, east: 6.3, north: 44.9 };
    let pack = stage.download(PackSubject::Bounds(square), PictureSize::Small).unwrap().unwrap();
    assert_eq!(pack.state, PackState::Ready);
    assert!(pack.objects[&Kind::Trek] > 0 && pack.objects[&Kind::Poi] > 0 && pack.files > 10);
    stage.check();
    let pois = server.territory().module("poi").to_vec();
    let inside = pois.iter().filter(|poi| {
        let place = &poi["geometry"]["coordinates"];
        let (lon, lat) = (place[0].as_f64().unwrap(), place[1].as_f64().unwrap());
        (6.0..=6.3).contains(&lon) && (44.6..=44.9).contains(&lat)
    });
    assert_eq!(pack.objects[&Kind::Poi], inside.count() as u64);
    let wrong = Bounds { west: 6.0, south: 46.0, east: 6.3, north: 44.9 };
    assert!(matches!(stage.download(PackSubject::Bounds(wrong), PictureSize::Small), Err(Error::InvalidInput { .. })));
}

#[test]
fn a_pack_can_be_had_of_what_is_known_only() {
    let server = quiet(Territory::small(1));
    let folder = folder();
    let mut stage = Stage::new(&server, folder.path()).unwrap();
    assert!(matches!(stage.download(FIRST, PictureSize::Small), Err(Error::InvalidInput { .. })));
    stage.refresh(RefreshMode::Auto).unwrap();
    assert!(matches!(stage.download(PackSubject::Trek(99), PictureSize::Small), Err(Error::NotFound { .. })));
    assert!(matches!(stage.open().unwrap().remove_pack(NAME, &FIRST), Err(Error::NotFound { .. })));
    assert_eq!(stage.open().unwrap().packs(None).unwrap(), []);
}

#[test]
fn what_the_server_lost_is_told_and_keeps_no_pack_from_being_ready() {
    let server = quiet(Territory::small(1));
    let folder = folder();
    let mut stage = refreshed(&server, &folder);
    server.faults().add(Fault::Lost.on("/media/paperclip/trekking_trek/1/"));
    // A sign-in page under the address of a picture, and one in its place.
    server.faults().add(Fault::Portal.on("/media/paperclip/trekking_poi/"));
    let pack = stage.download(FIRST, PictureSize::Small).unwrap().unwrap();
    assert_eq!(pack.state, PackState::Ready);
    let reason = |part: &str| {
        let lost: Vec<_> = pack.missing.iter().filter(|missing| missing.url.contains(part)).collect();
        assert!(!lost.is_empty(), "{part}: {:?}", pack.missing);
        lost[0].reason.clone().unwrap()
    };
    assert!(reason("/media/paperclip/trekking_trek/1/").contains("404"));
    assert!(reason("/media/paperclip/trekking_poi/").contains("web page"));
    stage.check();
    // They are there again.
    server.faults().rules.clear();
    stage.check();
    let pack = stage.download(FIRST, PictureSize::Small).unwrap().unwrap();
    assert!(pack.missing.iter().all(|missing| !missing.url.starts_with(server.url())), "{:?}", pack.missing);
    stage.check();
}

#[test]
fn whatever_a_picture_is_called_it_stays_in_the_folder_of_pictures() {
    let mut territory = Territory::small(1);
    for url in hostile_urls() {
        territory.attach("trek", 1, &url, "");
        territory.attach("poi", 2, "", &url);
        let text = format!("<p>Là-haut. <img src=\"{url}\"></p>");
        territory.edit_text("trek", 3, "description", "fr", &text);
    }
    let server = quiet(territory);
    let outer = folder();
    let folder = tempfile::tempdir_in(outer.path()).unwrap();
    let mut stage = refreshed(&server, &folder);
    let before: BTreeSet<_> = below(outer.path()).into_iter().collect();
    let pack = stage.download(FIRST, PictureSize::Large).unwrap().unwrap();
    assert_eq!(pack.state, PackState::Ready);
    let media = folder.path().join("media");
    for path in below(outer.path()).into_iter().filter(|path| !before.contains(path)) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(path.starts_with(&media) || name == "wanted.json", "{}", path.display());
        let is_ours = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c));
        assert!(is_ours && name.len() < 100 || name == "wanted.json", "{name}");
    }
    let hostile = stage.files().into_keys().filter(|url| url.contains("/media/hostile/")).count();
    assert!(hostile > 15, "{hostile}");
    for missing in &pack.missing {
        assert!(missing.reason.is_some(), "{missing:?}");
    }
    stage.check();
}

#[test]
fn removals_free_what_nobody_else_needs_in_whatever_order() {
    let server = quiet(Territory::generate(Size { treks: 8, pois: 30, contents: 6, events: 4 }, 3));
    let subjects: Vec<PackSubject> = (1..=8)
        .map(PackSubject::Trek)
        .chain([PackSubject::Bounds(Bounds { west: 6.0, south: 44.6, east: 6.4, north: 44.9 })])
        .collect();
    for seed in 0..6 {
        println!("seed {seed}");
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let folder = folder();
        let mut stage = refreshed(&server, &folder);
        let mut packed = Vec::new();
        for _ in 0..14 {
            let absent: Vec<PackSubject> = subjects.iter().copied().filter(|one| !packed.contains(one)).collect();
            if packed.is_empty() || (!absent.is_empty() && rng.random_bool(0.6)) {
                let subject = absent[rng.random_range(0..absent.len())];
                let size = [PictureSize::Small, PictureSize::None, PictureSize::Large][rng.random_range(0..3)];
                assert_eq!(stage.download(subject, size).unwrap().unwrap().state, PackState::Ready);
                packed.push(subject);
            } else {
                packed.shuffle(&mut rng);
                let subject = packed.pop().unwrap();
                let companion = stage.open().unwrap();
                let territory = companion.catalogue().territory(NAME).unwrap();
                let own = companion.catalogue().pack(&territory, &subject).unwrap().unwrap().own_bytes;
                let before = stage.media_bytes();
                assert_eq!(companion.remove_pack(NAME, &subject).unwrap(), own);
                assert_eq!(before - stage.media_bytes(), own, "{subject}");
            }
            let companion = stage.open().unwrap();
            assert_eq!(companion.packs(None).unwrap().len(), packed.len());
            assert_eq!(companion.catalogue().storage_usage().unwrap().media, stage.media_bytes());
            for pack in companion.packs(None).unwrap() {
                assert_eq!(pack.state, PackState::Ready, "{}", pack.subject);
                assert!(pack.missing.iter().all(|missing| missing.reason.is_some()), "{}", pack.subject);
            }
        }
        stage.check();
        let companion = stage.open().unwrap();
        for subject in packed {
            companion.remove_pack(NAME, &subject).unwrap();
        }
        assert_eq!(stage.media_bytes(), 0);
        assert_eq!(companion.clean_up().unwrap(), 0);
    }
}

#[test]
fn a_pack_that_something_changed_for_is_stale_until_that_has_come() {
    let server = quiet(Territory::generate(Size::default(), 1));
    let folder = folder();
    let mut stage = refreshed(&server, &folder);
    stage.download(PackSubject::Trek(1), PictureSize::Small).unwrap();
    stage.download(PackSubject::Trek(7), PictureSize::Small).unwrap();
    let states = |stage: &Stage<'_>| -> Vec<PackState> {
        stage.open().unwrap().packs(None).unwrap().iter().map(|pack| pack.state).collect()
    };
    stage.refresh(RefreshMode::Delta).unwrap();
    assert_eq!(states(&stage), [PackState::Ready, PackState::Ready], "nothing changed");
    {
        let mut territory = server.territory();
        territory.replace_attachment("trek", 1, 0);
        territory.edit_text("trek", 1, "description", "fr", "<p>Autre.</p>");
    }
    stage.refresh(RefreshMode::Delta).unwrap();
    assert_eq!(states(&stage), [PackState::Stale, PackState::Ready]);
    let companion = stage.open().unwrap();
    let treks = companion.treks(&TrekQuery { limit: 99, ..TrekQuery::default() }, &["fr"]).unwrap();
    assert!(treks.items.iter().find(|trek| trek.id == 1).unwrap().stats.offline, "what it has is whole");
    drop(companion);
    stage.line.forget();
    let pack = stage.download(PackSubject::Trek(1), PictureSize::Small).unwrap().unwrap();
    assert_eq!(pack.state, PackState::Ready);
    let media = files_that_came(&stage);
    assert!(media.len() == 1 && media[0].contains("/paperclip/trek/1/photo-1"), "{media:?}");
    stage.check();
    // A picture that changed under its own address, as its object's date moved.
    let url = media[0].clone();
    server.renew(url.strip_prefix(server.url()).unwrap());
    server.territory().edit_text("trek", 1, "description", "fr", "<p>Encore autre.</p>");
    stage.refresh(RefreshMode::Delta).unwrap();
    stage.line.forget();
    stage.download(PackSubject::Trek(1), PictureSize::Small).unwrap();
    let media = files_that_came(&stage);
    assert_eq!(media, [url]);
    stage.check();
}

#[test]
fn what_is_withdrawn_stays_for_the_pack_that_needs_it() {
    let server = quiet(Territory::generate(Size::default(), 1));
    let folder = folder();
    let mut stage = refreshed(&server, &folder);
    stage.download(PackSubject::Trek(7), PictureSize::Small).unwrap();
    let bytes = stage.media_bytes();
    server.territory().delete("trek", 7);
    server.territory().delete("trek", 8);
    stage.refresh(RefreshMode::Delta).unwrap();
    let companion = stage.open().unwrap();
    let pack = &companion.packs(None).unwrap()[0];
    assert_eq!(pack.withdrawn_ms, Some(stage.at_ms));
    assert!(companion.trek_details(NAME, 7, &Kind::ALL).is_ok() && companion.trek_details(NAME, 8, &[]).is_err());
    assert_eq!(stage.media_bytes(), bytes);
    // And it stays so over the next ones.
    drop(companion);
    stage.refresh(RefreshMode::Full).unwrap();
    stage.refresh(RefreshMode::Delta).unwrap();
    let companion = stage.open().unwrap();
    assert!(companion.packs(None).unwrap()[0].withdrawn_ms.is_some() && companion.trek_details(NAME, 7, &[]).is_ok());
    companion.remove_pack(NAME, &PackSubject::Trek(7)).unwrap();
    assert!(companion.trek_details(NAME, 7, &[]).is_err());
    assert_eq!(stage.media_bytes(), 0);
    stage.check();
}
