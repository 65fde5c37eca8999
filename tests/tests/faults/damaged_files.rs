//! A damaged catalogue, damaged media files, and files that are not needed.

use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::LazyLock;

use jalon::catalogue::{FILE_NAME, PackState, PackSubject, PictureSize};
use jalon::companion::{RefreshMode, TrekQuery};
use jalon::model::Kind;
use jalon::{Companion, Error};
use jalon_tests::fixture::{Fixture, NAME, Snapshot, files_below};
use jalon_tests::generator::{Size, Territory};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const PAGE_BYTES: u64 = 4_096;
const PACKS: [(PackSubject, PictureSize); 2] =
    [(PackSubject::Trek(1), PictureSize::Small), (PackSubject::Trek(4), PictureSize::Large)];

static PACKED: LazyLock<Snapshot> = LazyLock::new(|| {
    let builder = Fixture::builder();
    PACKS.iter().fold(builder, |builder, (subject, pictures)| builder.pack(*subject, *pictures)).snapshot()
});

/// Reads all tables.
fn read_all(companion: &Companion) -> jalon::Result<()> {
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

fn damage(folder: &Path, pages: impl IntoIterator<Item = u64>) {
    let file = std::fs::OpenOptions::new().write(true).open(folder.join(FILE_NAME)).unwrap();
    for page in pages {
        file.write_all_at(&[0xA5; PAGE_BYTES as usize], page * PAGE_BYTES).unwrap();
    }
}

#[test]
fn damaged_catalogue_is_quarantined_and_refreshed_without_fetching_pictures() {
    let mut found_later = 0;
    for seed in 0..10_u64 {
        println!("seed {seed}");
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut fixture = PACKED.restore();
        let pages = std::fs::metadata(fixture.directory().join(FILE_NAME)).unwrap().len() / PAGE_BYTES;
        if seed == 0 {
            damage(fixture.directory(), [0]);
        } else {
            // All but the last pages contain the schema, too. If they are sound, the damage is found later.
            let first = if seed.is_multiple_of(2) { 1 } else { pages * 9 / 10 };
            damage(fixture.directory(), (0..pages / 4).map(|_| rng.random_range(first..pages)));
        }
        // The call that finds the damage fails, and the next one opens a new file.
        let mut companion = match fixture.open() {
            Ok(companion) => companion,
            Err(Error::Corrupt { .. }) => fixture.companion(),
            Err(other) => panic!("{other}"),
        };
        if !companion.catalogue().was_damaged() {
            found_later += 1;
            let error = read_all(&companion).unwrap_err();
            assert!(matches!(error, Error::Corrupt { .. }), "{error}");
            drop(companion);
            companion = fixture.companion();
            assert!(companion.catalogue().was_damaged());
        }
        let packs = companion.packs(None).unwrap();
        let planned: Vec<_> = packs.iter().map(|pack| (pack.subject, pack.pictures, pack.state)).collect();
        assert_eq!(planned, PACKS.map(|(subject, pictures)| (subject, pictures, PackState::Planned)));
        let entries = std::fs::read_dir(fixture.directory()).unwrap().flatten();
        let quarantined =
            entries.filter(|entry| entry.file_name().to_str().unwrap().starts_with("catalogue.damaged")).count();
        assert_eq!(quarantined, 1);
        // The files of planned packs are not cleaned up.
        companion.clean_up().unwrap();
        drop(companion);
        fixture.refresh(RefreshMode::Auto).unwrap();
        for (subject, pictures) in PACKS {
            let pack = fixture.download(subject, pictures).unwrap().unwrap();
            assert!(pack.state == PackState::Ready && pack.missing.is_empty(), "{pack:?}");
        }
        let fetches = fixture.driver.fetches().iter();
        let media = fetches.filter(|(url, fetch)| !url.contains("/api/v2/") && fetch.bytes > 0).count();
        assert_eq!(media, 0, "all files were there");
        fixture.check();
    }
    assert!(found_later > 3, "{found_later}");
}

#[test]
fn damaged_or_missing_pictures_are_fetched_again_and_no_others() {
    let mut fixture = PACKED.restore();
    let files: Vec<_> = fixture.media_files().into_iter().collect();
    let (damaged, missing) = (&files[0], &files[files.len() / 2]);
    std::fs::write(&damaged.1, b"nonsense").unwrap();
    std::fs::remove_file(&missing.1).unwrap();
    for (subject, pictures) in PACKS {
        fixture.download(subject, pictures).unwrap();
    }
    let fetched: Vec<&String> = fixture.driver.fetches().keys().filter(|url| !url.contains("/api/v2/")).collect();
    assert_eq!(fetched, [&damaged.0, &missing.0]);
    fixture.check();
}

#[test]
fn clean_up_and_removed_territory_release_space() {
    let mut fixture = Fixture::builder()
        .territory(Territory::generate(Size { treks: 200, pois: 1_500, ..Size::default() }, 1))
        .pack(PackSubject::Trek(1), PictureSize::Small)
        .build();
    let media = fixture.directory().join("media");
    std::fs::create_dir_all(media.join("zz")).unwrap();
    std::fs::write(media.join("zz/zz-left.jpg"), [0; 1_000]).unwrap();
    let staged = fixture.directory().join("staging").join(NAME).join("trek-99");
    std::fs::create_dir_all(&staged).unwrap();
    std::fs::write(staged.join("1.json"), [0; 500]).unwrap();
    let companion = fixture.companion();
    assert_eq!(companion.clean_up().unwrap(), 1_500);
    assert!(!media.join("zz/zz-left.jpg").exists() && !staged.exists());
    let usage = companion.catalogue().storage_usage().unwrap();
    assert_eq!(usage.media, fixture.media_bytes());
    assert_eq!(usage.packs[0].own_bytes, usage.media);
    assert!(usage.territories[NAME] > 1_000_000 && usage.kinds[&Kind::Trek] > 500_000 && usage.free > 0);
    companion.remove_territory(NAME).unwrap();
    assert_eq!(fixture.media_bytes(), 0, "its packs are removed, too");
    let left = companion.catalogue().bytes_on_disk().unwrap();
    assert!(left < 600_000 && left < usage.catalogue / 2, "{left} of {}", usage.catalogue);
    assert_eq!(companion.clean_up().unwrap(), 0);
    assert_eq!(files_below(&media).len(), 0);
    companion
        .add_territory(&jalon::catalogue::NewTerritory {
            name: NAME.into(),
            url: fixture.server.url().into(),
            ..Default::default()
        })
        .unwrap();
    drop(companion);
    fixture.refresh(RefreshMode::Auto).unwrap();
    fixture.check();
}
