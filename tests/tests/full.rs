//! A disk that is full, or broken, at every operation of a refresh and of a download: SQLite's and everybody else's. The
//! error says so, what was there is there and can be read, the room is given back, and it goes on when the disk is well.
//! Every so many operations are tried; `JALON_EVERY=1` tries all.

#![allow(clippy::unwrap_used, reason = "a helper of tests outside #[test] is a test all the same")]

use std::path::Path;
use std::sync::Arc;

use jalon::Error;
use jalon::catalogue::{PackState, PackSubject, PictureSize};
use jalon::companion::{Companion, Directories, RefreshMode, TrekQuery};
use jalon::model::Kind;
use jalon::storage::Storage;
use jalon_tests::driver::{NAME, Stage, below, copy, folder, hasty, quiet};
use jalon_tests::fault_vfs::{DiskFault, Failing, FaultVfs, Files};
use jalon_tests::fixture_server::TestGeotrek;
use jalon_tests::generator::Territory;

const SUBJECT: PackSubject = PackSubject::Trek(4);

fn every() -> u64 {
    std::env::var("JALON_EVERY").ok().and_then(|value| value.parse().ok()).unwrap_or(11)
}

/// A folder with a territory and a pack, and a server on which both have changed since.
fn prepared() -> (TestGeotrek, tempfile::TempDir) {
    let server = quiet(Territory::small(1));
    let prepared = folder();
    let mut stage = Stage::new(&server, prepared.path()).unwrap();
    stage.refresh(RefreshMode::Auto).unwrap().unwrap();
    stage.download(SUBJECT, PictureSize::Small).unwrap().unwrap();
    {
        let mut territory = server.territory();
        territory.edit_text("trek", 4, "description", "fr", "<p>Autre.</p>");
        territory.replace_attachment("trek", 4, 0);
        territory.edit_text("poi", 2, "description", "fr", "<p>Autre.</p>");
        territory.add("poi");
    }
    (server, prepared)
}

/// A refresh and a download of two packs.
fn work(stage: &mut Stage<'_>) -> jalon::Result<()> {
    stage.refresh(RefreshMode::Delta)?;
    stage.download(SUBJECT, PictureSize::Small)?;
    stage.download(PackSubject::Trek(3), PictureSize::Small)?;
    Ok(())
}

/// ChangeKind is there can be read, while the disk is as it is.
fn check_readable(folder: &Path, storage: &Storage, when: &str) {
    let open = Companion::open_with(
        &Directories::within(folder.to_owned()),
        storage.clone(),
        std::sync::Arc::new(jalon::clock::SystemClock),
    );
    let companion = open.unwrap_or_else(|error| panic!("{when}: {error}"));
    assert!(!companion.catalogue().was_damaged(), "{when}");
    let treks = companion.treks(&TrekQuery { limit: 9, ..TrekQuery::default() }, &["fr"]).unwrap();
    assert_eq!(treks.total, 3, "{when}");
    assert_eq!(companion.trek_details(NAME, 4, &Kind::ALL).unwrap().trek.id, 4, "{when}");
    let pack = &companion.packs(None).unwrap()[0];
    assert!(pack.files > 5, "{when}: {pack:?}");
}

/// The disk is well again.
fn check_goes_on(stage: &mut Stage<'_>, when: &str) {
    work(stage).unwrap_or_else(|error| panic!("{when}: {error}"));
    let companion = stage.open().unwrap();
    let states: Vec<PackState> = companion.packs(None).unwrap().iter().map(|pack| pack.state).collect();
    assert_eq!(states, [PackState::Ready; 2], "{when}");
    let sheet = companion.trek_details(NAME, 4, &[]).unwrap();
    assert!(serde_json::to_string(&sheet.trek).unwrap().contains("Autre."), "{when}");
    companion.clean_up().unwrap();
    let pack_bytes = companion.catalogue().storage_usage().unwrap().media;
    drop(companion);
    assert_eq!(stage.media_bytes(), pack_bytes, "{when}: files of nobody are left");
    let staged: Vec<_> = below(&stage.directory.join("staging"));
    assert!(staged.iter().all(|path| path.extension() == Some("lock".as_ref())), "{when}: {staged:?}");
    stage.check();
}

fn staged(folder: &Path) -> u64 {
    let files = below(&folder.join("staging"));
    // Notes about files that came in part are no answers.
    let answers = files.iter().filter(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.ends_with(".json") && !name.ends_with(".part.json")
    });
    answers.map(|path| path.metadata().unwrap().len()).sum()
}

#[test]
fn a_catalogue_that_cannot_grow_stays_what_it_was() {
    let (server, prepared) = prepared();
    let disk = FaultVfs::register("full-catalogue");
    disk.hurry();
    let storage = Storage { vfs: Some(disk.name().to_owned()), file_system: Arc::new(Files::default()) };
    let mut tried = 0;
    for (error, torn, once) in [
        (DiskFault::Full, false, false),
        (DiskFault::Full, true, false),
        (DiskFault::Io, false, true),
        (DiskFault::Io, true, false),
    ] {
        let mut at = 1;
        loop {
            let when = format!("{error:?} torn {torn} once {once} at {at}");
            let folder = folder();
            copy(prepared.path(), folder.path()).unwrap();
            let mut stage = Stage::at(&server, folder.path()).on(storage.clone());
            let failing = if once { Failing::once(at, error) } else { Failing::from(at, error) };
            let before = disk.refused();
            disk.fail(if torn { failing.torn() } else { failing });
            let done = work(&mut stage);
            if let Err(told) = &done {
                match error {
                    DiskFault::Full => assert_eq!(*told, Error::StorageFull, "{when}"),
                    DiskFault::Io => assert!(matches!(told, Error::Internal { .. }), "{when}: {told}"),
                }
            }
            let failed = disk.refused() > before;
            if error == DiskFault::Full && done.is_err() {
                check_readable(folder.path(), &storage, &when);
                assert_eq!(staged(folder.path()), 0, "{when}: answers are left on a full disk");
            }
            disk.heal();
            check_readable(folder.path(), &storage, &when);
            check_goes_on(&mut stage, &when);
            if !failed {
                break;
            }
            tried += 1;
            at += if at < 12 { 1 } else { every() * 3 };
        }
    }
    println!("{tried} tried");
    assert!(tried > 50, "{tried}");
}

#[test]
fn a_disk_for_files_that_is_full_or_broken_loses_nothing() {
    let (server, prepared) = prepared();
    let files = Files::default();
    let storage = Storage { file_system: Arc::new(files.clone()), ..hasty() };
    let mut tried = 0;
    for (error, once) in [(DiskFault::Full, false), (DiskFault::Io, true), (DiskFault::Io, false)] {
        let mut at = 1;
        loop {
            let when = format!("{error:?} once {once} at {at}");
            let folder = folder();
            copy(prepared.path(), folder.path()).unwrap();
            let mut stage = Stage::at(&server, folder.path()).on(storage.clone());
            let before = files.refused();
            files.fail(at, error, once);
            let done = work(&mut stage);
            if let (Err(told), DiskFault::Full) = (&done, error) {
                assert_eq!(*told, Error::StorageFull, "{when}");
                check_readable(folder.path(), &storage, &when);
                assert_eq!(staged(folder.path()), 0, "{when}: answers are left on a full disk");
            }
            let failed = files.refused() > before;
            files.heal();
            check_readable(folder.path(), &storage, &when);
            check_goes_on(&mut stage, &when);
            if !failed {
                break;
            }
            tried += 1;
            at += if at < 12 { 1 } else { every() };
        }
    }
    println!("{tried} tried");
    assert!(tried > 50, "{tried}");
}

#[test]
fn a_pack_for_which_there_is_no_room_is_refused_before_it_begins() {
    #[derive(Debug)]
    struct Small(Files);
    impl jalon::storage::FileSystem for Small {
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
    let (server, prepared) = prepared();
    let storage = Storage { file_system: Arc::new(Small(Files::default())), ..hasty() };
    let mut stage = Stage::at(&server, prepared.path()).on(storage);
    assert_eq!(stage.download(PackSubject::Trek(1), PictureSize::Large).unwrap_err(), Error::StorageFull);
    assert_eq!(stage.open().unwrap().packs(None).unwrap().len(), 1, "it is not even planned");
}
