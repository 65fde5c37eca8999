//! A damaged catalogue, damaged media files, and files that are not needed.

use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Barrier, LazyLock};

use jalon::catalogue::{FILE_NAME, NewTerritory, PackState, PackSubject, PictureSize, SearchQuery};
use jalon::companion::{RefreshMode, TrekQuery};
use jalon::model::Kind;
use jalon::storage::Storage;
use jalon::{Companion, Error};
use jalon_tests::fault_vfs::FaultFileSystem;
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
    companion.search(&SearchQuery { text: "lac".to_owned(), limit: 9, ..SearchQuery::default() }, &["fr"])?;
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

/// The damaged databases that were moved aside, without their logs.
fn quarantined(folder: &Path) -> Vec<PathBuf> {
    let is_quarantined = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with("catalogue.damaged") && name.ends_with(".gpkg")
    };
    files_below(folder).into_iter().filter(is_quarantined).collect()
}

/// The subjects and states of the packs.
fn packs(companion: &Companion) -> Vec<(PackSubject, PackState)> {
    companion.packs(None).unwrap().iter().map(|pack| (pack.subject, pack.state)).collect()
}

const PLANNED: [(PackSubject, PackState); 2] =
    [(PackSubject::Trek(1), PackState::Planned), (PackSubject::Trek(4), PackState::Planned)];

#[test]
fn empty_or_missing_catalogue_file_is_damage_and_its_packs_are_planned_again() {
    for is_empty in [true, false] {
        let fixture = PACKED.restore();
        let path = fixture.directory().join(FILE_NAME);
        if is_empty {
            std::fs::write(&path, b"").unwrap();
        } else {
            std::fs::remove_file(&path).unwrap();
        }
        let companion = fixture.companion();
        assert!(companion.catalogue().was_damaged(), "empty: {is_empty}");
        assert_eq!(packs(&companion), PLANNED, "empty: {is_empty}");
        drop(companion);
        assert!(!fixture.companion().catalogue().was_damaged(), "empty: {is_empty}");
    }
}

#[test]
fn recovery_that_was_killed_is_completed_by_the_next_process() {
    let fixture = PACKED.restore();
    damage(fixture.directory(), [0]);
    drop(fixture.companion());
    // As if the process had been killed after it created the new file: the file is empty, the marker is there.
    std::fs::remove_file(fixture.directory().join(FILE_NAME)).unwrap();
    let wanted = fixture.directory().join("wanted.json");
    let list = std::fs::read(&wanted).unwrap();
    std::fs::remove_file(&wanted).unwrap();
    drop(fixture.companion());
    std::fs::write(&wanted, list).unwrap();
    std::fs::write(fixture.directory().join("damaged"), b"").unwrap();
    let companion = fixture.companion();
    assert!(companion.catalogue().was_damaged());
    assert_eq!(packs(&companion), PLANNED);
    assert_eq!(quarantined(fixture.directory()).len(), 1);
}

#[test]
fn damaged_catalogue_opened_by_many_is_quarantined_once_with_its_bytes() {
    for round in 0..20 {
        let fixture = PACKED.restore();
        damage(fixture.directory(), [0]);
        let bytes = std::fs::read(fixture.directory().join(FILE_NAME)).unwrap();
        let start = Barrier::new(8);
        std::thread::scope(|scope| {
            let open = || {
                start.wait();
                let companion = fixture.companion();
                assert_eq!(packs(&companion), PLANNED, "{round}");
                companion
            };
            let opened: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
            let opened: Vec<Companion> = opened.into_iter().map(|thread| thread.join().unwrap()).collect();
            let damaged = opened.iter().filter(|companion| companion.catalogue().was_damaged()).count();
            assert_eq!(damaged, 1, "{round}");
            let new = |name: &str| NewTerritory {
                name: name.into(),
                url: "https://other.example".into(),
                ..NewTerritory::default()
            };
            for (number, companion) in opened.iter().enumerate() {
                companion.add_territory(&new(&format!("other-{number}"))).unwrap();
            }
            assert_eq!(opened[0].catalogue().territories().unwrap().len(), 1 + opened.len(), "{round}");
        });
        let files = quarantined(fixture.directory());
        assert_eq!(files.len(), 1, "{round}: {files:?}");
        assert!(std::fs::read(&files[0]).unwrap() == bytes, "{round}: the quarantined file is not the damaged one");
    }
}

#[test]
fn writer_to_a_quarantined_catalogue_gets_corrupt() {
    let fixture = PACKED.restore();
    let earlier = fixture.companion();
    earlier.packs(None).unwrap();
    damage(fixture.directory(), [0]);
    std::fs::write(fixture.directory().join("damaged"), b"").unwrap();
    let later = fixture.companion();
    assert!(later.catalogue().was_damaged());
    let new = NewTerritory { name: "other".into(), url: "https://other.example".into(), ..NewTerritory::default() };
    let error = earlier.add_territory(&new).unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }), "{error}");
    assert_eq!(later.catalogue().territories().unwrap().len(), 1);
}

#[test]
fn earlier_quarantined_file_stays_until_the_next_one_is_safe() {
    #[derive(Debug)]
    struct NoRename(FaultFileSystem);
    impl jalon::storage::FileSystem for NoRename {
        fn create_dir_all(&self, path: &Path) -> std::io::Result<()> {
            self.0.create_dir_all(path)
        }
        fn open(&self, path: &Path, from: u64) -> std::io::Result<Box<dyn jalon::storage::File>> {
            self.0.open(path, from)
        }
        fn rename(&self, from: &Path, to: &Path) -> std::io::Result<()> {
            let is_database = from.to_str().unwrap().contains("catalogue");
            if is_database { Err(std::io::Error::other("on purpose")) } else { self.0.rename(from, to) }
        }
        fn remove_file(&self, path: &Path) -> std::io::Result<()> {
            self.0.remove_file(path)
        }
        fn sync_dir(&self, path: &Path) -> std::io::Result<()> {
            self.0.sync_dir(path)
        }
        fn free_bytes(&self, path: &Path) -> std::io::Result<u64> {
            self.0.free_bytes(path)
        }
    }
    let mut fixture = PACKED.restore();
    damage(fixture.directory(), [0]);
    drop(fixture.companion());
    let earlier = quarantined(fixture.directory());
    damage(fixture.directory(), [0]);
    let storage = fixture.storage.clone();
    fixture.set_storage(Storage { file_system: Arc::new(NoRename(FaultFileSystem::default())), ..storage.clone() });
    fixture.open().unwrap_err();
    assert_eq!(quarantined(fixture.directory()), earlier);
    fixture.set_storage(storage);
    drop(fixture.companion());
    let later = quarantined(fixture.directory());
    assert!(later.len() == 1 && later != earlier, "{later:?}");
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
        assert_eq!(quarantined(fixture.directory()).len(), 1);
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
