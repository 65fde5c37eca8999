//! A companion in a folder, its server, and the driver between them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jalon::catalogue::{NewTerritory, Pack, PackSubject, PictureSize};
use jalon::companion::{Companion, Directories, DownloadOptions, Job, RefreshMode, RefreshOptions, RefreshSummary};
use jalon::storage::Storage;
use jalon::{Error, Result};
use sha2::Digest;

use super::{End, Line};
use crate::day::Day;
use crate::fixture_server::{Options, TestGeotrek};
use crate::generator::Territory;

/// The name of the territory.
pub const NAME: &str = "test";
/// The current day of the server.
pub const TODAY: Day = Day::new(2026, 11, 24);

/// A server that listens nowhere, of pictures as small as they can be.
pub fn quiet(territory: Territory) -> TestGeotrek {
    let options = Options { today: Some(TODAY), media_bytes: Some(150), ..Options::default() };
    TestGeotrek::unheard(territory, options)
}

/// A storage on which nothing waits for the disk: what dies here are processes, not devices.
pub fn hasty() -> Storage {
    static DISK: std::sync::OnceLock<crate::fault_vfs::FaultVfs> = std::sync::OnceLock::new();
    let disk = DISK.get_or_init(|| {
        let disk = crate::fault_vfs::FaultVfs::register("hasty");
        disk.hurry();
        disk
    });
    Storage { vfs: Some(disk.name().to_owned()), file_system: std::sync::Arc::new(crate::fault_vfs::Files::default()) }
}

/// One folder and what happens in it. Every call opens the companion anew, as a process does that starts.
pub struct Stage<'s> {
    /// Where the files are.
    pub directory: PathBuf,
    /// ChangeKind moves the bytes.
    pub line: Line<'s>,
    /// ChangeKind it stands on.
    pub storage: Storage,
    /// How errands use the network.
    pub options: RefreshOptions,
    /// The wall clock, Unix ms.
    pub at_ms: i64,
    server: &'s TestGeotrek,
}

impl<'s> Stage<'s> {
    /// A stage in an empty folder, with its territory added and nothing in it.
    ///
    /// # Errors
    /// Those of the catalogue.
    pub fn new(server: &'s TestGeotrek, directory: &Path) -> Result<Self> {
        let stage = Stage::at(server, directory);
        let url = server.url().to_owned();
        stage.open()?.add_territory(&NewTerritory { name: NAME.into(), url, ..NewTerritory::default() })?;
        Ok(stage)
    }

    /// A stage in a folder that has its catalogue already.
    pub fn at(server: &'s TestGeotrek, directory: &Path) -> Self {
        Stage {
            directory: directory.to_owned(),
            line: Line::new(server).on(hasty().file_system),
            storage: hasty(),
            options: RefreshOptions::default(),
            at_ms: 1_790_000_000_000,
            server,
        }
    }

    /// The same on another storage.
    pub fn on(mut self, storage: Storage) -> Self {
        self.line = self.line.on(std::sync::Arc::clone(&storage.file_system));
        Stage { storage, ..self }
    }

    /// Opens the companion.
    ///
    /// # Errors
    /// Those of the catalogue.
    pub fn open(&self) -> Result<Companion> {
        let clock = self.line.clock();
        clock.set_now_ms(self.at_ms);
        Companion::open_with(&Directories::within(self.directory.clone()), self.storage.clone(), clock)
    }

    /// Refreshes in a new process; none when that dies.
    ///
    /// # Errors
    /// Those of the refresh.
    pub fn refresh(&mut self, mode: RefreshMode) -> Result<Option<RefreshSummary>> {
        self.line.restart();
        self.at_ms += 60_000;
        let companion = self.open()?;
        let mut refresh = companion.plan_refresh(NAME, &RefreshOptions { mode, ..self.options.clone() })?;
        match drive(&mut self.line, &mut refresh)? {
            End::Idle if self.line.step().is_ok() => Ok(Some(companion.apply_refresh(refresh)?)),
            End::Idle | End::Died => Ok(None),
            End::Blocked(_) => Err(Error::Cancelled),
        }
    }

    /// Downloads a pack in a new process; none when that dies.
    ///
    /// # Errors
    /// Those of the download.
    pub fn download(&mut self, subject: PackSubject, pictures: PictureSize) -> Result<Option<Pack>> {
        self.line.restart();
        self.at_ms += 60_000;
        let companion = self.open()?;
        let options = DownloadOptions { pictures, fetch: self.options.clone() };
        let mut download = companion.plan_download(NAME, &subject, &options)?;
        match drive(&mut self.line, &mut download)? {
            End::Idle if self.line.step().is_ok() => Ok(Some(companion.finish_download(download)?)),
            End::Idle | End::Died => Ok(None),
            End::Blocked(_) => Err(Error::Cancelled),
        }
    }

    /// Looks at what is there as SQLite and the server see it: the file is sound, what packs say of themselves agrees with
    /// their files, and these are what the server has.
    ///
    /// # Panics
    /// When that is not so.
    pub fn check(&self) {
        let connection = self.look();
        let row = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, Option<String>>(0)).expect("it answers");
        assert_eq!(row("PRAGMA integrity_check").as_deref(), Some("ok"));
        let broken = row("SELECT (SELECT \"table\" FROM pragma_foreign_key_check LIMIT 1)");
        assert_eq!(broken, None, "a row names another that is not there");
        let open =
            row("SELECT group_concat(p.subject || ' ' || m.url) FROM jalon_pack p JOIN jalon_pack_media USING (pack)
               JOIN jalon_media m USING (media) WHERE p.state = 'ready' AND m.file IS NULL AND m.missing_reason IS NULL");
        assert_eq!(open, None, "packs that say they are ready lack files");
        for (url, path) in self.files() {
            let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{url} at {}: {error}", path.display()));
            let answer = self.server.ask("GET", &url, &[]).expect("the server answers");
            assert_eq!(answer.status, 200, "{url}");
            assert!(bytes == answer.body, "{url} is not what the server has");
        }
    }

    /// The files that the catalogue says it has, by address.
    ///
    /// # Panics
    /// When the catalogue cannot be read.
    pub fn files(&self) -> BTreeMap<String, PathBuf> {
        let connection = self.look();
        let mut statement =
            connection.prepare("SELECT url, file FROM jalon_media WHERE file IS NOT NULL").expect("the table is there");
        let rows =
            statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?))).expect("rows can be read");
        let place = |file: String| self.directory.join("media").join(&file[..2]).join(file);
        rows.map(|row| row.map(|(url, file)| (url, place(file))).expect("addresses and names are texts")).collect()
    }

    fn look(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.directory.join(jalon::catalogue::FILE_NAME)).expect("it is a file of SQLite")
    }

    /// Bytes of the files in the media folder.
    ///
    /// # Panics
    /// When the folder cannot be read.
    pub fn media_bytes(&self) -> u64 {
        below(&self.directory.join("media"))
            .into_iter()
            .map(|path| path.metadata().map_or(0, |about| about.len()))
            .sum()
    }
}

/// Where the disk is full the job gives back what it has of it, as a driver sees to.
fn drive(line: &mut Line<'_>, job: &mut dyn Job) -> Result<End> {
    let ended = line.drive(job);
    if ended == Err(Error::StorageFull) {
        job.release_space()?;
    }
    ended
}

/// A folder for a test that makes thousands: in memory, where the system has such a place.
///
/// # Panics
/// When there is no room for one.
pub fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a folder can be made")
}

/// The first digits of the hash of an address, by which files are named.
pub fn digits(url: &str) -> String {
    let hash = sha2::Sha256::digest(url.as_bytes());
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Copies a folder and those below it into another, which is there.
///
/// # Errors
/// Those of the disk.
pub fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// The files in a folder and those below it, in order.
pub fn below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .flat_map(|entry| if entry.path().is_dir() { below(&entry.path()) } else { vec![entry.path()] })
        .collect();
    files.sort();
    files
}
