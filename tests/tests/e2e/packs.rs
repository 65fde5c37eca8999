//! Packs: their objects, their files, and the space that their removal frees.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use jalon::Error;
use jalon::catalogue::{Facet, Filters, Pack, PackState, PackSubject, PictureSize};
use jalon::companion::{DownloadOptions, NearbyQuery, RefreshMode, RefreshOptions, TrekQuery};
use jalon::model::{Bounds, Kind, Position};
use jalon::transfer::CancelToken;
use jalon_tests::fixture::{Fixture, NAME, Snapshot, files_below, temporary_folder};
use jalon_tests::fixture_server::Fault;
use jalon_tests::generator::{Size, Territory, hostile_urls};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const FIRST: PackSubject = PackSubject::Trek(1);

/// The small territory, refreshed.
static SMALL: LazyLock<Snapshot> = LazyLock::new(|| Fixture::builder().refreshed().snapshot());
/// A territory of the default size, refreshed.
static DEFAULT: LazyLock<Snapshot> =
    LazyLock::new(|| Fixture::builder().territory(Territory::generate(Size::default(), 1)).refreshed().snapshot());

/// The addresses of the files that were fetched since the counts were reset.
fn fetched_files(fixture: &Fixture) -> Vec<String> {
    let fetches = fixture.driver.fetches().iter().filter(|(url, fetch)| url.contains("/media/") && fetch.bytes > 0);
    fetches.map(|(url, _)| url.clone()).collect()
}

#[test]
fn pack_of_a_trek_has_the_objects_of_the_server_and_all_pictures() {
    let mut territory = Territory::small(1);
    territory.excluded.insert(1, BTreeSet::from([1]));
    let mut fixture = Fixture::builder().territory(territory).refreshed().build();
    let server = Arc::clone(&fixture.server);
    let companion = fixture.companion();
    let before = companion.trek_details(NAME, 1, &[Kind::Poi]).unwrap();
    assert!(before.route_items.iter().any(|item| item.object.id() == 1), "associated by its distance");
    assert!(before.route_items.iter().all(|item| item.estimated));
    let estimate = companion.estimate(NAME, &FIRST, PictureSize::Small).unwrap();
    drop(companion);

    let pack = fixture.download(FIRST, PictureSize::Small).unwrap().unwrap();
    assert_eq!((pack.state, pack.as_of_ms), (PackState::Ready, Some(fixture.now_ms)));
    assert!(pack.missing.iter().all(|missing| missing.reason.is_some()), "{:?}", pack.missing);
    let own = pack.missing.iter().filter(|missing| missing.url.starts_with(server.url())).count();
    assert_eq!(own, 0, "{:?}", pack.missing);
    assert!(pack.files > 10 && pack.bytes == fixture.media_bytes() && pack.own_bytes == pack.bytes);
    assert_eq!(pack.files + pack.missing.len() as u64, estimate.files);
    assert_eq!((pack.objects[&Kind::Trek], pack.objects[&Kind::Poi]), (3, 1));
    for kind in [Kind::SensitiveArea, Kind::InformationDesk, Kind::City, Kind::Service, Kind::Signage, Kind::Site] {
        assert!(pack.objects.contains_key(&kind), "{kind}: {:?}", pack.objects);
    }
    fixture.check();

    let companion = fixture.companion();
    let after = companion.trek_details(NAME, 1, &[Kind::Poi]).unwrap();
    assert!(after.route_items.iter().all(|item| item.object.id() != 1 && !item.estimated), "{:?}", after.route_items);
    let treks = companion.treks(&TrekQuery { limit: 9, ..TrekQuery::default() }, &["fr"]).unwrap();
    assert!(treks.items.len() == 3 && treks.items.iter().all(|trek| trek.stats.offline));
    let query = NearbyQuery { kinds: vec![Kind::Trek], limit: 9, ..NearbyQuery::default() };
    let near = companion.nearest(Position::new(6.2, 44.8), &query, &["fr"]).unwrap();
    assert!(!near.is_empty());
    assert_eq!(
        files_below(&fixture.directory().join("staging"))
            .iter()
            .filter(|path| path.extension() != Some("lock".as_ref()))
            .count(),
        0
    );

    // Everything is there. A second download requests only the lists of objects near the trek.
    fixture.driver.reset_counts();
    let again = fixture.download(FIRST, PictureSize::Small).unwrap().unwrap();
    assert_eq!(again.state, PackState::Ready);
    assert!(fixture.driver.fetches().keys().all(|url| url.contains("near_trek")), "{:?}", fixture.driver.fetches());
}

#[test]
fn offline_filter_lists_treks_of_complete_packs_only() {
    let mut fixture = Fixture::builder().territory(Territory::generate(Size::default(), 1)).build();
    fixture.refresh(RefreshMode::Auto).unwrap();
    let filters = Filters { offline: true, ..Filters::default() };
    let query = TrekQuery { filters, limit: 9, facet_counts: true, ..TrekQuery::default() };
    assert_eq!(fixture.companion().treks(&query, &["fr"]).unwrap().total, 0);
    fixture.download(FIRST, PictureSize::Small).unwrap().unwrap();
    let page = fixture.companion().treks(&query, &["fr"]).unwrap();
    let own: Vec<_> = page.items.iter().map(|trek| (trek.id, trek.stats.offline)).collect();
    assert!(own.contains(&(1, true)) && own.iter().all(|(_, offline)| *offline), "{own:?}");
    let counted: usize = page.facet_counts.unwrap()[&Facet::Practice].iter().map(|value| value.count).sum();
    assert!(counted <= page.total, "{counted}");
    fixture.companion().remove_pack(NAME, &FIRST).unwrap();
    assert_eq!(fixture.companion().treks(&query, &["fr"]).unwrap().total, 0);
}

#[test]
fn pictures_have_the_requested_size() {
    let mut fixture = SMALL.restore();
    let small = |url: &String| url.contains("q85");
    let attached = |url: &String| url.contains("/paperclip/");
    let mut urls = |pictures| {
        let pack = fixture.download(FIRST, pictures).unwrap().unwrap();
        assert_eq!((pack.state, pack.pictures), (PackState::Ready, pictures));
        fixture.check();
        let files = fixture.media_files();
        assert_eq!(files.len() as u64, pack.files);
        assert_eq!(pack.bytes, fixture.media_bytes());
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
fn pack_of_a_box_has_the_objects_inside() {
    let mut fixture = DEFAULT.restore();
    let server = Arc::clone(&fixture.server);
    let bounds = Bounds { west: 6.0, south: 44.6, east: 6.3, north: 44.9 };
    let pack = fixture.download(PackSubject::Bounds(bounds), PictureSize::Small).unwrap().unwrap();
    assert_eq!(pack.state, PackState::Ready);
    assert!(pack.objects[&Kind::Trek] > 0 && pack.objects[&Kind::Poi] > 0 && pack.files > 10);
    fixture.check();
    let pois = server.territory().module("poi").to_vec();
    let inside = pois.iter().filter(|poi| {
        let position = &poi["geometry"]["coordinates"];
        let (lon, lat) = (position[0].as_f64().unwrap(), position[1].as_f64().unwrap());
        (6.0..=6.3).contains(&lon) && (44.6..=44.9).contains(&lat)
    });
    assert_eq!(pack.objects[&Kind::Poi], inside.count() as u64);
    let invalid = Bounds { west: 6.0, south: 46.0, east: 6.3, north: 44.9 };
    assert!(matches!(
        fixture.download(PackSubject::Bounds(invalid), PictureSize::Small),
        Err(Error::InvalidInput { .. })
    ));
}

#[test]
fn pack_of_an_unknown_trek_is_not_found() {
    let mut fixture = Fixture::builder().build();
    assert!(matches!(fixture.download(FIRST, PictureSize::Small), Err(Error::InvalidInput { .. })));
    fixture.refresh(RefreshMode::Auto).unwrap();
    assert!(matches!(fixture.download(PackSubject::Trek(99), PictureSize::Small), Err(Error::NotFound { .. })));
    assert!(matches!(fixture.companion().remove_pack(NAME, &FIRST), Err(Error::NotFound { .. })));
    assert_eq!(fixture.companion().packs(None).unwrap(), []);
}

#[test]
fn pack_with_missing_files_is_ready_and_lists_them() {
    let mut fixture = SMALL.restore();
    let server = Arc::clone(&fixture.server);
    server.faults().add(Fault::MissingFile.on("/media/paperclip/trekking_trek/1/"));
    // A sign-in page at the address of a picture.
    server.faults().add(Fault::CaptivePortal.on("/media/paperclip/trekking_poi/"));
    let pack = fixture.download(FIRST, PictureSize::Small).unwrap().unwrap();
    assert_eq!(pack.state, PackState::Ready);
    let reason = |part: &str| {
        let lost: Vec<_> = pack.missing.iter().filter(|missing| missing.url.contains(part)).collect();
        assert!(!lost.is_empty(), "{part}: {:?}", pack.missing);
        lost[0].reason.clone().unwrap()
    };
    assert!(reason("/media/paperclip/trekking_trek/1/").contains("404"));
    assert!(reason("/media/paperclip/trekking_poi/").contains("web page"));
    fixture.check();
    // The files are there again.
    server.faults().rules.clear();
    fixture.check();
    let pack = fixture.download(FIRST, PictureSize::Small).unwrap().unwrap();
    assert!(pack.missing.iter().all(|missing| !missing.url.starts_with(server.url())), "{:?}", pack.missing);
    fixture.check();
}

#[test]
fn pictures_with_hostile_names_stay_in_the_media_folder() {
    let mut territory = Territory::small(1);
    for url in hostile_urls() {
        territory.attach("trek", 1, &url, "");
        territory.attach("poi", 2, "", &url);
        let text = format!("<p>Là-haut. <img src=\"{url}\"></p>");
        territory.edit_text("trek", 3, "description", "fr", &text);
    }
    let outer = temporary_folder();
    let folder = tempfile::tempdir_in(outer.path()).unwrap();
    let mut fixture = Fixture::builder().territory(territory).refreshed().build_at(folder.path());
    let before: BTreeSet<_> = files_below(outer.path()).into_iter().collect();
    let pack = fixture.download(FIRST, PictureSize::Large).unwrap().unwrap();
    assert_eq!(pack.state, PackState::Ready);
    let media = folder.path().join("media");
    for path in files_below(outer.path()).into_iter().filter(|path| !before.contains(path)) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(path.starts_with(&media) || name == "wanted.json", "{}", path.display());
        let is_safe = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c));
        assert!(is_safe && name.len() < 100 || name == "wanted.json", "{name}");
    }
    let hostile = fixture.media_files().into_keys().filter(|url| url.contains("/media/hostile/")).count();
    assert!(hostile > 15, "{hostile}");
    for missing in &pack.missing {
        assert!(missing.reason.is_some(), "{missing:?}");
    }
    fixture.check();
}

#[test]
fn removed_pack_frees_only_files_that_no_other_pack_needs() {
    let territory = Territory::generate(Size { treks: 8, pois: 30, contents: 6, events: 4 }, 3);
    let refreshed = Fixture::builder().territory(territory).refreshed().snapshot();
    let subjects: Vec<PackSubject> = (1..=8)
        .map(PackSubject::Trek)
        .chain([PackSubject::Bounds(Bounds { west: 6.0, south: 44.6, east: 6.4, north: 44.9 })])
        .collect();
    for seed in 0..6 {
        println!("seed {seed}");
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut fixture = refreshed.restore();
        let mut packed = Vec::new();
        for _ in 0..14 {
            let absent: Vec<PackSubject> = subjects.iter().copied().filter(|one| !packed.contains(one)).collect();
            if packed.is_empty() || (!absent.is_empty() && rng.random_bool(0.6)) {
                let subject = absent[rng.random_range(0..absent.len())];
                let size = [PictureSize::Small, PictureSize::None, PictureSize::Large][rng.random_range(0..3)];
                assert_eq!(fixture.download(subject, size).unwrap().unwrap().state, PackState::Ready);
                packed.push(subject);
            } else {
                packed.shuffle(&mut rng);
                let subject = packed.pop().unwrap();
                let companion = fixture.companion();
                let territory = companion.catalogue().territory(NAME).unwrap();
                let own = companion.catalogue().pack(&territory, &subject).unwrap().unwrap().own_bytes;
                let before = fixture.media_bytes();
                assert_eq!(companion.remove_pack(NAME, &subject).unwrap(), own);
                assert_eq!(before - fixture.media_bytes(), own, "{subject}");
            }
            let companion = fixture.companion();
            assert_eq!(companion.packs(None).unwrap().len(), packed.len());
            assert_eq!(companion.catalogue().storage_usage().unwrap().media, fixture.media_bytes());
            for pack in companion.packs(None).unwrap() {
                assert_eq!(pack.state, PackState::Ready, "{}", pack.subject);
                assert!(pack.missing.iter().all(|missing| missing.reason.is_some()), "{}", pack.subject);
            }
        }
        fixture.check();
        let companion = fixture.companion();
        for subject in packed {
            companion.remove_pack(NAME, &subject).unwrap();
        }
        assert_eq!(fixture.media_bytes(), 0);
        assert_eq!(companion.clean_up().unwrap(), 0);
    }
}

#[test]
fn pack_after_a_change_is_stale_until_downloaded_again() {
    let mut fixture = DEFAULT.restore();
    let server = Arc::clone(&fixture.server);
    fixture.download(PackSubject::Trek(1), PictureSize::Small).unwrap();
    fixture.download(PackSubject::Trek(7), PictureSize::Small).unwrap();
    let states = |fixture: &Fixture| -> Vec<PackState> {
        fixture.companion().packs(None).unwrap().iter().map(|pack| pack.state).collect()
    };
    fixture.refresh(RefreshMode::Delta).unwrap();
    assert_eq!(states(&fixture), [PackState::Ready, PackState::Ready], "nothing changed");
    {
        let mut territory = server.territory();
        territory.replace_attachment("trek", 1, 0);
        territory.edit_text("trek", 1, "description", "fr", "<p>Autre.</p>");
    }
    fixture.refresh(RefreshMode::Delta).unwrap();
    assert_eq!(states(&fixture), [PackState::Stale, PackState::Ready]);
    let companion = fixture.companion();
    let treks = companion.treks(&TrekQuery { limit: 99, ..TrekQuery::default() }, &["fr"]).unwrap();
    assert!(treks.items.iter().find(|trek| trek.id == 1).unwrap().stats.offline, "the pack is complete as of its date");
    drop(companion);
    fixture.driver.reset_counts();
    let pack = fixture.download(PackSubject::Trek(1), PictureSize::Small).unwrap().unwrap();
    assert_eq!(pack.state, PackState::Ready);
    let media = fetched_files(&fixture);
    assert!(media.len() == 1 && media[0].contains("/paperclip/trek/1/photo-1"), "{media:?}");
    fixture.check();
    // A picture is replaced at the same address, and the date of its object changes.
    let url = media[0].clone();
    server.replace_media(url.strip_prefix(server.url()).unwrap());
    server.territory().edit_text("trek", 1, "description", "fr", "<p>Encore autre.</p>");
    fixture.refresh(RefreshMode::Delta).unwrap();
    fixture.driver.reset_counts();
    fixture.download(PackSubject::Trek(1), PictureSize::Small).unwrap();
    let media = fetched_files(&fixture);
    assert_eq!(media, [url]);
    fixture.check();
}

#[test]
fn withdrawn_trek_stays_while_its_pack_exists() {
    let mut fixture = DEFAULT.restore();
    let server = Arc::clone(&fixture.server);
    fixture.download(PackSubject::Trek(7), PictureSize::Small).unwrap();
    let bytes = fixture.media_bytes();
    server.territory().delete("trek", 7);
    server.territory().delete("trek", 8);
    fixture.refresh(RefreshMode::Delta).unwrap();
    let companion = fixture.companion();
    let pack = &companion.packs(None).unwrap()[0];
    assert_eq!(pack.withdrawn_ms, Some(fixture.now_ms));
    assert!(companion.trek_details(NAME, 7, &Kind::ALL).is_ok() && companion.trek_details(NAME, 8, &[]).is_err());
    assert_eq!(fixture.media_bytes(), bytes);
    // It stays over later refreshes.
    drop(companion);
    fixture.refresh(RefreshMode::Full).unwrap();
    fixture.refresh(RefreshMode::Delta).unwrap();
    let companion = fixture.companion();
    assert!(companion.packs(None).unwrap()[0].withdrawn_ms.is_some() && companion.trek_details(NAME, 7, &[]).is_ok());
    companion.remove_pack(NAME, &PackSubject::Trek(7)).unwrap();
    assert!(companion.trek_details(NAME, 7, &[]).is_err());
    assert_eq!(fixture.media_bytes(), 0);
    fixture.check();
}

#[test]
fn name_that_is_no_territory_makes_no_file() {
    let outer = temporary_folder();
    let folder = outer.path().join("data");
    std::fs::create_dir(&folder).unwrap();
    let fixture = Fixture::builder().refreshed().build_at(&folder);
    let companion = fixture.companion();
    companion.packs(None).unwrap();
    let before: BTreeSet<_> = files_below(outer.path()).into_iter().collect();
    for name in ["../x", "../../x", "/tmp/x", "unknown", "", ".", "a/b"] {
        let options = RefreshOptions::default();
        assert!(matches!(companion.plan_refresh(name, &options), Err(Error::NotFound { .. })), "{name}");
        let options = DownloadOptions::default();
        assert!(matches!(companion.plan_download(name, &FIRST, &options), Err(Error::NotFound { .. })), "{name}");
        assert!(matches!(companion.remove_pack(name, &FIRST), Err(Error::NotFound { .. })), "{name}");
        assert!(matches!(companion.remove_territory(name), Err(Error::NotFound { .. })), "{name}");
    }
    assert_eq!(files_below(outer.path()).into_iter().collect::<BTreeSet<_>>(), before);
}

#[cfg(unix)]
#[test]
fn orphaned_file_that_cannot_be_removed_does_not_keep_the_others() {
    let mut fixture = SMALL.restore();
    fixture.download(FIRST, PictureSize::Small).unwrap();
    let files = files_below(&fixture.directory().join("media"));
    assert!(files.len() > 3);
    // A folder in the place of a file cannot be removed as a file.
    let stuck = files[1].clone();
    std::fs::remove_file(&stuck).unwrap();
    std::fs::create_dir_all(stuck.join("x")).unwrap();
    let companion = fixture.companion();
    assert!(companion.remove_pack(NAME, &FIRST).is_err());
    assert_eq!(files_below(&fixture.directory().join("media")), Vec::<std::path::PathBuf>::new());
    // It is tried again, and its record is there until it is gone.
    assert!(companion.clean_up().is_err());
    std::fs::remove_dir_all(&stuck).unwrap();
    companion.clean_up().unwrap();
    assert_eq!(companion.catalogue().storage_usage().unwrap().media, 0);
}

#[test]
fn lost_pictures_are_requested_again_with_growing_pauses_and_healed() {
    const HOUR_MS: i64 = 3_600 * 1_000;
    let mut fixture = Fixture::builder().with_socket().refreshed().build();
    let server = Arc::clone(&fixture.server);
    server.faults().add(Fault::MissingFile.on("/media/paperclip/trekking_trek/1/"));
    let pack = fixture.download(FIRST, PictureSize::Small).unwrap().unwrap();
    let lost = |pack: &Pack| pack.missing.iter().filter(|file| file.url.contains("/trekking_trek/1/")).count();
    assert!(pack.state == PackState::Ready && lost(&pack) > 0);
    let update = |fixture: &mut Fixture, pause_ms: i64| {
        fixture.now_ms += pause_ms;
        server.forget_requests();
        let options = RefreshOptions { max_attempts: 1, ..RefreshOptions::default() };
        let updated =
            fixture.companion().update_packs(NAME, &options, &CancelToken::default(), |_, _| {}).unwrap().len();
        let requests = server.requests();
        let asked = requests.iter().filter(|request| request.path.contains("/media/paperclip/trekking_trek/1/"));
        (updated, asked.count() > 0, requests.len())
    };
    // The first refresh asks at once, the next ones after pauses. Nothing is told, as nothing has changed.
    for (pause_ms, is_asked) in [(0, true), (0, false), (HOUR_MS, true), (HOUR_MS, false), (6 * HOUR_MS, true)] {
        let (updated, asked, requests) = update(&mut fixture, pause_ms);
        assert_eq!((updated, asked), (0, is_asked), "after {pause_ms} ms");
        assert_eq!(requests > 0, is_asked);
    }
    // A new start of the download asks for nothing that is paused.
    fixture.driver.reset_counts();
    let pack = fixture.download(FIRST, PictureSize::Small).unwrap().unwrap();
    assert!(lost(&pack) > 0 && fixture.driver.fetches().keys().all(|url| !url.contains("/trekking_trek/1/")));
    server.faults().rules.clear();
    assert_eq!(update(&mut fixture, 23 * HOUR_MS).0, 0);
    assert_eq!(update(&mut fixture, 2 * HOUR_MS).0, 1, "healed");
    assert_eq!(lost(&fixture.companion().packs(None).unwrap()[0]), 0);
    assert_eq!(update(&mut fixture, 0), (0, false, 0));
}
