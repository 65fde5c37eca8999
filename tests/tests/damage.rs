//! A catalogue that is damaged, files that are, and what nobody needs.

#![allow(clippy::unwrap_used, reason = "a helper of tests outside #[test] is a test all the same")]

use std::os::unix::fs::FileExt;
use std::path::Path;

use jalon::Error;
use jalon::catalogue::{FILE_NAME, PackState, PackSubject, PictureSize};
use jalon::companion::{Companion, RefreshMode, TrekQuery};
use jalon::model::Kind;
use jalon_tests::driver::{NAME, Stage, below, folder, quiet};
use jalon_tests::fixture_server::TestGeotrek;
use jalon_tests::generator::{Size, Territory};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const PAGE: u64 = 4_096;

fn packed<'s>(server: &'s TestGeotrek, folder: &tempfile::TempDir) -> Stage<'s> {
    let mut stage = Stage::new(server, folder.path()).unwrap();
    stage.refresh(RefreshMode::Auto).unwrap();
    stage.download(PackSubject::Trek(1), PictureSize::Small).unwrap();
    stage.download(PackSubject::Trek(4), PictureSize::Large).unwrap();
    stage.line.forget();
    stage
}

/// Asks for everything there is.
fn use_all(companion: &Companion) -> jalon::Result<()> {
    companion.treks(&TrekQuery { limit: 99, ..TrekQuery::default() }, &["fr"])?;
    let territory = companion.catalogue().territory(NAME)?;
    for kind in Kind::ALL {
        companion.catalogue().objects(&territory, kind)?;
    }
    companion.catalogue().search("lac", &[], &["fr"], 9, 0)?;
    companion.packs(None)?;
    companion.catalogue().storage_usage()?;
    companion.warm_up()
}

fn spoil(folder: &Path, pages: impl IntoIterator<Item = u64>) {
    let file = std::fs::OpenOptions::new().write(true).open(folder.join(FILE_NAME)).unwrap();
    for page in pages {
        file.write_all_at(&[0xA5; PAGE as usize], page * PAGE).unwrap();
    }
}

#[test]
fn a_damaged_catalogue_is_moved_aside_and_taken_in_again_without_its_pictures() {
    let server = quiet(Territory::small(1));
    let mut found_later = 0;
    for seed in 0..10_u64 {
        println!("seed {seed}");
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let folder = folder();
        let mut stage = packed(&server, &folder);
        let pages = std::fs::metadata(folder.path().join(FILE_NAME)).unwrap().len() / PAGE;
        if seed == 0 {
            spoil(folder.path(), [0]);
        } else {
            // The first pages say which tables there are: where they are whole the damage is met later.
            let first = if seed.is_multiple_of(2) { 1 } else { pages * 4 / 5 };
            spoil(folder.path(), (0..pages / 4).map(|_| rng.random_range(first..pages)));
        }
        // Whoever meets the damage is told, and the next one finds a new file.
        let mut companion = match stage.open() {
            Ok(companion) => companion,
            Err(Error::Corrupt { .. }) => stage.open().unwrap(),
            Err(other) => panic!("{other}"),
        };
        if !companion.catalogue().was_damaged() {
            found_later += 1;
            let error = use_all(&companion).unwrap_err();
            assert!(matches!(error, Error::Corrupt { .. }), "{error}");
            drop(companion);
            companion = stage.open().unwrap();
            assert!(companion.catalogue().was_damaged());
        }
        let packs = companion.packs(None).unwrap();
        let planned: Vec<_> = packs.iter().map(|pack| (pack.subject, pack.pictures, pack.state)).collect();
        assert_eq!(
            planned,
            [
                (PackSubject::Trek(1), PictureSize::Small, PackState::Planned),
                (PackSubject::Trek(4), PictureSize::Large, PackState::Planned)
            ]
        );
        let aside = std::fs::read_dir(folder.path()).unwrap().flatten();
        let aside = aside.filter(|entry| entry.file_name().to_str().unwrap().starts_with("catalogue.damaged")).count();
        assert_eq!(aside, 1);
        // Nobody cleans away what is about to be found again.
        companion.clean_up().unwrap();
        drop(companion);
        stage.refresh(RefreshMode::Auto).unwrap();
        for (subject, size) in [(PackSubject::Trek(1), PictureSize::Small), (PackSubject::Trek(4), PictureSize::Large)]
        {
            let pack = stage.download(subject, size).unwrap().unwrap();
            assert!(pack.state == PackState::Ready && pack.missing.is_empty(), "{pack:?}");
        }
        let media = stage.line.came().iter().filter(|(url, came)| !url.contains("/api/v2/") && came.bytes > 0).count();
        assert_eq!(media, 0, "they were all there");
        stage.check();
    }
    assert!(found_later > 3, "{found_later}");
}

#[test]
fn a_picture_that_is_damaged_or_gone_is_fetched_again_and_alone() {
    let server = quiet(Territory::small(1));
    let folder = folder();
    let mut stage = packed(&server, &folder);
    let files: Vec<_> = stage.files().into_iter().collect();
    let (spoilt, gone) = (&files[0], &files[files.len() / 2]);
    std::fs::write(&spoilt.1, b"nonsense").unwrap();
    std::fs::remove_file(&gone.1).unwrap();
    for (subject, size) in [(PackSubject::Trek(1), PictureSize::Small), (PackSubject::Trek(4), PictureSize::Large)] {
        stage.download(subject, size).unwrap();
    }
    let came: Vec<&String> =
        stage.line.came().iter().filter(|(url, _)| !url.contains("/api/v2/")).map(|(url, _)| url).collect();
    assert_eq!(came, [&spoilt.0, &gone.0]);
    stage.check();
}

#[test]
fn what_nobody_needs_goes_and_its_room_comes_back() {
    let server = quiet(Territory::generate(Size { treks: 200, pois: 1_500, ..Size::default() }, 1));
    let folder = folder();
    let mut stage = Stage::new(&server, folder.path()).unwrap();
    stage.refresh(RefreshMode::Auto).unwrap();
    stage.download(PackSubject::Trek(1), PictureSize::Small).unwrap();
    let media = folder.path().join("media");
    std::fs::create_dir_all(media.join("zz")).unwrap();
    std::fs::write(media.join("zz/zz-left.jpg"), [0; 1_000]).unwrap();
    let staged = folder.path().join("staging").join(NAME).join("trek-99");
    std::fs::create_dir_all(&staged).unwrap();
    std::fs::write(staged.join("1.json"), [0; 500]).unwrap();
    let companion = stage.open().unwrap();
    assert_eq!(companion.clean_up().unwrap(), 1_500);
    assert!(!media.join("zz/zz-left.jpg").exists() && !staged.exists());
    let account = companion.catalogue().storage_usage().unwrap();
    assert_eq!(account.media, stage.media_bytes());
    assert_eq!(account.packs[0].own_bytes, account.media);
    assert!(account.territories[NAME] > 1_000_000 && account.kinds[&Kind::Trek] > 500_000 && account.free > 0);
    companion.remove_territory(NAME).unwrap();
    assert_eq!(stage.media_bytes(), 0, "its packs are gone with it");
    let left = companion.catalogue().bytes_on_disk().unwrap();
    assert!(left < 600_000 && left < account.catalogue / 2, "{left} of {}", account.catalogue);
    assert_eq!(companion.clean_up().unwrap(), 0);
    assert_eq!(below(&media).len(), 0);
    companion
        .add_territory(&jalon::catalogue::NewTerritory {
            name: NAME.into(),
            url: server.url().into(),
            ..Default::default()
        })
        .unwrap();
    drop(companion);
    stage.refresh(RefreshMode::Auto).unwrap();
    stage.check();
}
