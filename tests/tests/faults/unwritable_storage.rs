//! Storage that cannot be written: a read-only file system and a full disk. What was downloaded and filed can be read, and a
//! write names the cause.
//!
//! The disks are real: a read-only bind mount and a full tmpfs, in a mount namespace of their own. A test starts its binary
//! again in that namespace. Systems without namespaces test the full disk by the fault-injecting VFS only.

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, LazyLock};

use jalon::catalogue::{NewTerritory, PackSubject, PictureSize, SearchQuery};
use jalon::clock::SystemClock;
use jalon::companion::{NearbyQuery, RefreshOptions, TrekQuery};
use jalon::model::{Kind, Position};
use jalon::report::ReportContent;
use jalon::storage::Storage;
use jalon::{Companion, Directories, Error};
use jalon_tests::command::jalon;
use jalon_tests::fault_vfs::{DiskFault, FailureRule, FaultFileSystem, FaultVfs, Operation};
use jalon_tests::fixture::{Fixture, NAME, Snapshot, copy_folder};

/// Set in the process that runs in the mount namespace: the folder with the mounts.
const MOUNTED: &str = "JALON_TEST_MOUNTED";
/// Folders in it: the files of a companion that was closed, of one that was killed, and of one that was killed and copied
/// without the shared memory, which does not belong to the data.
const STATES: [&str; 3] = ["closed", "killed", "copied"];

static PACKED: LazyLock<Snapshot> =
    LazyLock::new(|| Fixture::builder().pack(PackSubject::Trek(4), PictureSize::Small).snapshot());

fn open(folder: &Path, storage: &Storage) -> Companion {
    let opened = Companion::open_with(&Directories::within(folder), storage.clone(), Arc::new(SystemClock));
    opened.unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
}

/// Writes the files of a companion with a report, in each of [`STATES`].
fn prepare(folder: &Path) {
    let fixture = PACKED.restore();
    let companion = open(fixture.directory(), &Storage::default());
    let content = ReportContent { comment: "Passerelle coupée".into(), ..ReportContent::default() };
    let report = companion.new_report(NAME, "fr", content).unwrap();
    companion.queue_report(&report.id).unwrap();
    // A change that is in the log only.
    let new = NewTerritory { name: "other".into(), url: "https://other.example".into(), ..NewTerritory::default() };
    companion.add_territory(&new).unwrap();
    for state in ["killed", "copied"] {
        copy_folder(fixture.directory(), &folder.join(state)).unwrap();
    }
    for shared_memory in ["catalogue.gpkg-shm", "journal/journal.gpkg-shm"] {
        std::fs::remove_file(folder.join("copied").join(shared_memory)).unwrap();
    }
    drop(companion);
    copy_folder(fixture.directory(), &folder.join("closed")).unwrap();
}

/// Everything that reads answers.
fn check_reads(companion: &Companion, case: &str) {
    assert!(!companion.catalogue().was_damaged(), "{case}");
    let treks = companion.treks(&TrekQuery { limit: 9, ..TrekQuery::default() }, &["fr"]).unwrap();
    assert_eq!(treks.total, 3, "{case}");
    assert_eq!(companion.trek_details(NAME, 4, &Kind::ALL).unwrap().trek.id, 4, "{case}");
    let query = NearbyQuery { limit: 5, ..NearbyQuery::default() };
    let from = Position::new(6.2, 44.8);
    let from_disk = companion.nearest(from, &query, &["fr"]).unwrap();
    companion.warm_up().unwrap();
    assert_eq!(companion.nearest(from, &query, &["fr"]).unwrap(), from_disk, "{case}");
    assert_eq!(from_disk.len(), 5, "{case}");
    companion.search(&SearchQuery { text: "lac".to_owned(), limit: 9, ..SearchQuery::default() }, &["fr"]).unwrap();
    assert_eq!(companion.catalogue().territories().unwrap().len(), 2, "{case}");
    assert!(companion.packs(None).unwrap()[0].files > 5, "{case}");
    companion.catalogue().storage_usage().unwrap();
    assert_eq!(companion.journal().unwrap().reports().unwrap().len(), 1, "{case}");
    companion.journal().unwrap().favourites().unwrap();
}

/// Every write of the catalogue names the cause.
fn check_writes(companion: &Companion, cause: &Error, case: &str) {
    let new = NewTerritory { name: "third".into(), url: "https://third.example".into(), ..NewTerritory::default() };
    assert_eq!(companion.add_territory(&new).as_ref(), Err(cause), "{case}");
    assert_eq!(companion.plan_refresh(NAME, &RefreshOptions::default()).map(drop).as_ref(), Err(cause), "{case}");
    assert_eq!(companion.remove_territory("other").as_ref(), Err(cause), "{case}");
    assert_eq!(companion.catalogue().territories().unwrap().len(), 2, "{case}");
}

/// The command line does the same.
fn check_shell(folder: &Path, code: &str, case: &str) {
    let run = |arguments: &[&str]| {
        let output = jalon(folder, &[&["--json"], arguments].concat());
        (output.status, output.json())
    };
    for reading in
        [&["treks"][..], &["trek", "test/4"], &["near", "44.8", "6.2"], &["status"], &["packs"], &["report", "list"]]
    {
        let (status, json) = run(reading);
        assert_eq!(status, 0, "{case}: {reading:?}: {json}");
    }
    let (status, json) = run(&["territory", "add", "https://third.example", "--name", "third"]);
    assert_eq!((status, json["error"]["code"].as_str()), (1, Some(code)), "{case}: {json}");
}

/// Runs in the mount namespace.
fn check_mounted(folder: &Path) {
    for state in STATES {
        let case = format!("read-only, {state}");
        let data = folder.join("read-only").join(state);
        let companion = open(&data, &Storage::default());
        check_reads(&companion, &case);
        check_writes(&companion, &Error::ReadOnly, &case);
        let written = companion.new_report(NAME, "fr", ReportContent::default()).map(drop);
        assert_eq!(written, Err(Error::ReadOnly), "{case}");
        let copy = folder.join(format!("{state}.gpkg"));
        companion.catalogue().export(&copy).unwrap();
        drop(companion);
        check_shell(&data, "read_only", &case);

        let case = format!("full, {state}");
        let data = folder.join("full").join(state);
        let companion = open(&data, &Storage::default());
        check_reads(&companion, &case);
        check_writes(&companion, &Error::StorageFull, &case);
        drop(companion);
        check_shell(&data, "storage_full", &case);
        // The reserve is for this.
        let companion = open(&data, &Storage::default());
        let content = ReportContent { comment: "Source tarie".into(), ..ReportContent::default() };
        companion.new_report(NAME, "fr", content).unwrap_or_else(|error| panic!("{case}: {error}"));
        assert_eq!(companion.journal().unwrap().reports().unwrap().len(), 2, "{case}");
        drop(companion);
        fill(&folder.join("full"), &format!("{state}.filler"));
    }
    let missing = Companion::open(&Directories::within(folder.join("read-only/missing"))).map(drop);
    assert_eq!(missing, Err(Error::ReadOnly));
}

/// Fills a disk to its last byte.
fn fill(folder: &Path, name: &str) {
    use std::io::Write;
    let mut file = std::fs::File::create(folder.join(name)).unwrap();
    while file.write(&[0xA5; 4096]).is_ok_and(|written| written > 0) {}
}

const SCRIPT: &str = r#"
set -e
cd "$JALON_TEST_MOUNTED"
mount -t tmpfs -o size=12m tmpfs full
cp -r read-only/closed read-only/killed read-only/copied full
mount --bind read-only read-only
mount -o remount,bind,ro read-only
exec "$@"
"#;

#[test]
fn read_only_and_full_disk_answer_reads_and_writes_name_the_cause() {
    if let Some(folder) = std::env::var_os(MOUNTED) {
        fill(&Path::new(&folder).join("full"), "filler");
        check_mounted(Path::new(&folder));
        return;
    }
    let unshare = |program: &[&str]| {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount"]).args(program);
        command
    };
    if !unshare(&["true"]).status().is_ok_and(|status| status.success()) {
        println!("skipped: this system has no mount namespaces");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    prepare(&folder.path().join("read-only"));
    std::fs::create_dir(folder.path().join("full")).unwrap();
    let this = std::env::current_exe().unwrap();
    let name = "unwritable_storage::read_only_and_full_disk_answer_reads_and_writes_name_the_cause";
    let output = unshare(&["sh", "-c", SCRIPT, "sh", this.to_str().unwrap(), "--exact", name, "--nocapture"])
        .env(MOUNTED, folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[test]
fn full_disk_of_the_fault_vfs_answers_reads() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let vfs = FaultVfs::register("full-for-reading");
    let file_system = FaultFileSystem::default();
    let storage = Storage { vfs: Some(vfs.name().to_owned()), file_system: Arc::new(file_system.clone()) };
    let operations = [Operation::Write, Operation::Truncate, Operation::Sync, Operation::ExtendSharedMemory];
    vfs.fail(FailureRule::from(1, DiskFault::Full).on(&operations));
    file_system.fail(1, DiskFault::Full, false);
    let data = folder.path().join("closed");
    let companion = open(&data, &storage);
    check_reads(&companion, "full");
    check_writes(&companion, &Error::StorageFull, "full");
    // The same companion writes as soon as there is space.
    vfs.clear_failures();
    file_system.clear_failures();
    companion.remove_territory("other").unwrap();
    assert_eq!(companion.catalogue().territories().unwrap().len(), 1);
}
