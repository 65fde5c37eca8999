//! The disk is full, or fails, at the operations of a refresh and of downloads: those of SQLite and those of other files.
//! The error is the right one, what was there can be read, space is released, and the next process continues.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use jalon::catalogue::{PackState, PackSubject, PictureSize};
use jalon::clock::SystemClock;
use jalon::companion::{RefreshMode, TrekQuery};
use jalon::model::Kind;
use jalon::storage::Storage;
use jalon::{Companion, Directories, Error};
use jalon_tests::fault_vfs::{DiskFault, FailureRule, FaultFileSystem, FaultVfs};
use jalon_tests::fixture::{Fixture, NAME, Snapshot, files_below, unsynced_storage};
use jalon_tests::fixture_server::TestGeotrek;
use jalon_tests::sampling::Sampling;

const SUBJECT: PackSubject = PackSubject::Trek(4);
/// The first operations are the most different ones, so each of them fails in every sample.
const FIRST_OPERATIONS: u64 = 12;

static PACKED: LazyLock<Snapshot> = LazyLock::new(|| Fixture::builder().pack(SUBJECT, PictureSize::Small).snapshot());

/// A server whose territory has changed since [`PACKED`].
fn changed_server() -> Arc<TestGeotrek> {
    let server = PACKED.restore().server;
    {
        let mut territory = server.territory();
        territory.edit_text("trek", 4, "description", "fr", "<p>Autre.</p>");
        territory.replace_attachment("trek", 4, 0);
        territory.edit_text("poi", 2, "description", "fr", "<p>Autre.</p>");
        territory.add("poi");
    }
    server
}

/// A refresh and the download of two packs.
fn work(fixture: &mut Fixture) -> jalon::Result<()> {
    fixture.refresh(RefreshMode::Delta)?;
    fixture.download(SUBJECT, PictureSize::Small)?;
    fixture.download(PackSubject::Trek(3), PictureSize::Small)?;
    Ok(())
}

/// The catalogue can be read on the disk as it is.
fn check_readable(folder: &Path, storage: &Storage, case: &str) {
    let directories = Directories::within(folder.to_owned());
    let opened = Companion::open_with(&directories, storage.clone(), Arc::new(SystemClock));
    let companion = opened.unwrap_or_else(|error| panic!("{case}: {error}"));
    assert!(!companion.catalogue().was_damaged(), "{case}");
    let treks = companion.treks(&TrekQuery { limit: 9, ..TrekQuery::default() }, &["fr"]).unwrap();
    assert_eq!(treks.total, 3, "{case}");
    assert_eq!(companion.trek_details(NAME, 4, &Kind::ALL).unwrap().trek.id, 4, "{case}");
    let pack = &companion.packs(None).unwrap()[0];
    assert!(pack.files > 5, "{case}: {pack:?}");
}

/// The work completes on a disk that works again, and no file is left over.
fn check_continues(fixture: &mut Fixture, case: &str) {
    work(fixture).unwrap_or_else(|error| panic!("{case}: {error}"));
    let companion = fixture.companion();
    let states: Vec<PackState> = companion.packs(None).unwrap().iter().map(|pack| pack.state).collect();
    assert_eq!(states, [PackState::Ready; 2], "{case}");
    let details = companion.trek_details(NAME, 4, &[]).unwrap();
    assert!(serde_json::to_string(&details.trek).unwrap().contains("Autre."), "{case}");
    companion.clean_up().unwrap();
    let used = companion.catalogue().storage_usage().unwrap().media;
    drop(companion);
    assert_eq!(fixture.media_bytes(), used, "{case}: files without a pack are left");
    let staged = files_below(&fixture.directory().join("staging"));
    assert!(staged.iter().all(|path| path.extension() == Some("lock".as_ref())), "{case}: {staged:?}");
    fixture.check();
}

/// Bytes of staged JSON responses.
fn staged_bytes(folder: &Path) -> u64 {
    let files = files_below(&folder.join("staging"));
    // The descriptions of partial files are not responses.
    let responses = files.iter().filter(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.ends_with(".json") && !name.ends_with(".part.json")
    });
    responses.map(|path| path.metadata().unwrap().len()).sum()
}

#[test]
fn catalogue_on_full_or_failing_disk_keeps_its_contents() {
    let sampling = Sampling::from_env();
    let server = changed_server();
    let vfs = FaultVfs::register("full-catalogue");
    vfs.skip_syncs();
    let storage = Storage { vfs: Some(vfs.name().to_owned()), file_system: Arc::new(FaultFileSystem::default()) };
    let mut failures = 0;
    for (fault, torn, once) in [
        (DiskFault::Full, false, false),
        (DiskFault::Full, true, false),
        (DiskFault::Io, false, true),
        (DiskFault::Io, true, false),
    ] {
        let mut at = 1;
        loop {
            let case = format!("{fault:?} torn {torn} once {once} at {at}");
            let mut fixture = PACKED.restore_on(&server);
            fixture.set_storage(storage.clone());
            let rule = if once { FailureRule::once(at, fault) } else { FailureRule::from(at, fault) };
            let before = vfs.failures();
            vfs.fail(if torn { rule.torn() } else { rule });
            let result = work(&mut fixture);
            if let Err(error) = &result {
                match fault {
                    DiskFault::Full => assert_eq!(*error, Error::StorageFull, "{case}"),
                    DiskFault::Io => assert!(matches!(error, Error::Internal { .. }), "{case}: {error}"),
                }
            }
            let has_failed = vfs.failures() > before;
            if fault == DiskFault::Full && result.is_err() {
                check_readable(fixture.directory(), &storage, &case);
                assert_eq!(staged_bytes(fixture.directory()), 0, "{case}: responses are left on a full disk");
            }
            vfs.clear_failures();
            check_readable(fixture.directory(), &storage, &case);
            check_continues(&mut fixture, &case);
            if !has_failed {
                break;
            }
            failures += 1;
            at += if at < FIRST_OPERATIONS { 1 } else { sampling.step(33) };
        }
    }
    println!("{failures} failures");
    assert!(failures > 50, "{failures}");
}

#[test]
fn files_on_full_or_failing_disk_are_not_lost() {
    let sampling = Sampling::from_env();
    let server = changed_server();
    let file_system = FaultFileSystem::default();
    let storage = Storage { file_system: Arc::new(file_system.clone()), ..unsynced_storage() };
    let mut failures = 0;
    for (fault, once) in [(DiskFault::Full, false), (DiskFault::Io, true), (DiskFault::Io, false)] {
        let mut at = 1;
        loop {
            let case = format!("{fault:?} once {once} at {at}");
            let mut fixture = PACKED.restore_on(&server);
            fixture.set_storage(storage.clone());
            let before = file_system.failures();
            file_system.fail(at, fault, once);
            let result = work(&mut fixture);
            if let (Err(error), DiskFault::Full) = (&result, fault) {
                assert_eq!(*error, Error::StorageFull, "{case}");
                check_readable(fixture.directory(), &storage, &case);
                assert_eq!(staged_bytes(fixture.directory()), 0, "{case}: responses are left on a full disk");
            }
            let has_failed = file_system.failures() > before;
            file_system.clear_failures();
            check_readable(fixture.directory(), &storage, &case);
            check_continues(&mut fixture, &case);
            if !has_failed {
                break;
            }
            failures += 1;
            at += if at < FIRST_OPERATIONS { 1 } else { sampling.step(11) };
        }
    }
    println!("{failures} failures");
    assert!(failures > 50, "{failures}");
}

#[test]
fn download_without_enough_space_is_refused_before_it_starts() {
    #[derive(Debug)]
    struct SmallFileSystem(FaultFileSystem);
    impl jalon::storage::FileSystem for SmallFileSystem {
        fn create_dir_all(&self, path: &Path) -> std::io::Result<()> {
            self.0.create_dir_all(path)
        }
        fn open(&self, path: &Path, from: u64) -> std::io::Result<Box<dyn jalon::storage::File>> {
            self.0.open(path, from)
        }
        fn rename(&self, from: &Path, to: &Path) -> std::io::Result<()> {
            self.0.rename(from, to)
        }
        fn remove_file(&self, path: &Path) -> std::io::Result<()> {
            self.0.remove_file(path)
        }
        fn sync_dir(&self, path: &Path) -> std::io::Result<()> {
            self.0.sync_dir(path)
        }
        fn free_bytes(&self, _: &Path) -> std::io::Result<u64> {
            Ok(1 << 20)
        }
    }
    let mut fixture = PACKED.restore_on(&changed_server());
    let file_system = SmallFileSystem(FaultFileSystem::default());
    fixture.set_storage(Storage { file_system: Arc::new(file_system), ..unsynced_storage() });
    assert_eq!(fixture.download(PackSubject::Trek(1), PictureSize::Large).unwrap_err(), Error::StorageFull);
    assert_eq!(fixture.companion().packs(None).unwrap().len(), 1, "the pack is not planned");
}
