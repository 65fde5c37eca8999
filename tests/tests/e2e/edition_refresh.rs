//! A territory that is read from an edition: static files on a web host.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jalon::catalogue::{NewTerritory, PackState, PackSubject, PictureSize};
use jalon::companion::{DownloadOptions, RefreshOptions, RefreshSummary};
use jalon::edition::{BuildOptions, PublicKey, SecretKey, new_key};
use jalon::model::{Bounds, Geometry, Id, Kind, Object};
use jalon::transfer::CancelToken;
use jalon::{Companion, Directories, Error};
use jalon_tests::fixture::{Fixture, NAME};
use jalon_tests::fixture_server::{Fault, LoggedRequest, Options, TestGeotrek};
use jalon_tests::generator::{Size, Territory};
use tempfile::TempDir;

const CREATED_MS: i64 = 1_780_000_000_000;

/// The secret key of a test: it is not encrypted.
fn key() -> SecretKey {
    let (secret, _) = new_key(None).unwrap();
    SecretKey::parse(&secret, || unreachable!("the key has no password")).unwrap()
}

/// A park that publishes editions of its Geotrek on a static host.
struct Park {
    /// The companion of the office, with the data of the server.
    office: Fixture,
    key: SecretKey,
    folder: TempDir,
    host: TestGeotrek,
}

impl Park {
    fn new(treks: usize) -> Park {
        println!("territory of seed 3 with {treks} treks");
        let size = Size { treks, ..Size::default() };
        let office = Fixture::builder().territory(Territory::generate(size, 3)).refreshed().build();
        let folder = tempfile::tempdir().unwrap();
        let options = Options { files: Some(folder.path().to_owned()), ..Options::default() };
        let host = TestGeotrek::start(Territory::small(1), options);
        Park { office, key: key(), folder, host }
    }

    fn options(&self, edition: u64) -> BuildOptions {
        BuildOptions {
            directory: self.folder.path().join("park"),
            edition: Some(edition),
            created_ms: Some(CREATED_MS),
            key: Some(self.key.clone()),
            ..BuildOptions::default()
        }
    }

    fn publish(&self, edition: u64) -> u64 {
        self.publish_with(self.options(edition))
    }

    fn publish_with(&self, options: BuildOptions) -> u64 {
        self.office.companion().build_edition(NAME, &options, &CancelToken::default(), |_| {}).unwrap().bytes
    }

    fn url(&self) -> String {
        format!("{}/files/park/datapackage.json", self.host.url())
    }

    fn manifest(&self) -> PathBuf {
        self.folder.path().join("park/datapackage.json")
    }

    fn office_objects(&self, kind: Kind) -> Vec<Object> {
        objects(&self.office.companion(), NAME, kind)
    }
}

/// A phone with an empty data folder.
struct Phone {
    companion: Companion,
    _folder: TempDir,
}

impl Phone {
    fn new(park: &Park, bounds: Option<Bounds>, public_keys: Vec<String>) -> Phone {
        let folder = tempfile::tempdir().unwrap();
        let companion = Companion::open(&Directories::within(folder.path())).unwrap();
        let new = NewTerritory { name: "park".into(), url: park.url(), bounds, public_keys, ..NewTerritory::default() };
        companion.add_territory(&new).unwrap();
        Phone { companion, _folder: folder }
    }

    fn refresh(&self) -> Result<RefreshSummary, Error> {
        let options = RefreshOptions { max_attempts: 2, ..RefreshOptions::default() };
        self.companion.refresh("park", &options, &CancelToken::default(), |_| {})
    }

    fn objects(&self, kind: Kind) -> Vec<Object> {
        objects(&self.companion, "park", kind)
    }
}

fn objects(companion: &Companion, territory: &str, kind: Kind) -> Vec<Object> {
    let territory = companion.catalogue().territory(territory).unwrap();
    companion.catalogue().objects(&territory, kind).unwrap()
}

fn ids(objects: &[Object]) -> BTreeSet<Id> {
    objects.iter().map(Object::id).collect()
}

/// Bytes that the host has sent since the last call, bodies and heads, and the number of its requests.
fn traffic(host: &TestGeotrek) -> (u64, usize) {
    let requests: Vec<LoggedRequest> = host.requests();
    host.forget_requests();
    (requests.iter().map(|request| (request.wire + request.head) as u64).sum(), requests.len())
}

#[test]
fn edition_read_by_a_phone_has_every_object_of_the_office() {
    let park = Park::new(40);
    park.publish(1);
    let phone = Phone::new(&park, None, Vec::new());
    let summary = phone.refresh().unwrap();
    assert_eq!(summary.problems, Default::default());
    for kind in Kind::ALL {
        let mut expected = park.office_objects(kind);
        let mut read = phone.objects(kind);
        for object in [&mut expected, &mut read] {
            object.sort_by_cached_key(|object| serde_json::to_string(object).unwrap());
        }
        assert_eq!(read, expected, "{kind}");
    }
    let territory = phone.companion.catalogue().territory("park").unwrap();
    let office = park.office.companion().catalogue().territory(NAME).unwrap();
    assert_eq!(territory.languages, office.languages);
    assert_eq!(territory.report_url(), Some(office.url.as_str()));
    let edition = territory.edition.unwrap();
    assert_eq!((edition.number, edition.created_ms), (1, Some(CREATED_MS)));
    assert_eq!(edition.public_keys, [park.key.public_key().unwrap().to_text()]);
}

#[test]
fn unchanged_edition_costs_one_small_request() {
    let park = Park::new(10);
    park.publish(1);
    let phone = Phone::new(&park, None, Vec::new());
    phone.refresh().unwrap();
    traffic(&park.host);
    let summary = phone.refresh().unwrap();
    assert!(summary.added.is_empty() && summary.changed.is_empty() && summary.removed.is_empty(), "{summary:?}");
    let (bytes, requests) = traffic(&park.host);
    println!("nothing changed: {requests} request, {bytes} bytes");
    assert!(requests == 1 && bytes < 1_000, "{requests} {bytes}");
}

#[test]
fn box_has_the_objects_in_it_and_no_others() {
    let park = Park::new(400);
    let edition_bytes = park.publish(1);
    let treks = park.office_objects(Kind::Trek);
    let middle = treks.iter().find_map(|trek| trek.geometry()?.first_position()).unwrap();
    let bounds =
        Bounds { west: middle.lon - 0.02, south: middle.lat - 0.02, east: middle.lon + 0.02, north: middle.lat + 0.02 };
    let phone = Phone::new(&park, Some(bounds), Vec::new());
    traffic(&park.host);
    phone.refresh().unwrap();
    let (bytes, requests) = traffic(&park.host);
    println!("a box of 400 treks: {requests} requests, {bytes} of {edition_bytes} bytes");
    let is_inside = |geometry: &Geometry| geometry.intersects(&bounds);
    for kind in Kind::ALL {
        let mut expected = park.office_objects(kind);
        expected.retain(|object| object.geometry().is_none_or(is_inside));
        assert_eq!(ids(&phone.objects(kind)), ids(&expected), "{kind}");
    }
    assert!(!phone.objects(Kind::Trek).is_empty());
}

#[test]
fn changed_withdrawn_and_new_objects_arrive_with_the_next_edition() {
    let mut park = Park::new(200);
    park.publish(1);
    let phone = Phone::new(&park, None, Vec::new());
    phone.refresh().unwrap();
    {
        let mut territory = park.office.server.territory();
        let treks = territory.modules.get_mut("trek").unwrap();
        treks[5]["name"]["fr"] = "Renamed".into();
        treks[5]["update_datetime"] = "2026-11-24T10:00:00.000000+01:00".into();
        treks.remove(9);
    }
    park.office.refresh(jalon::companion::RefreshMode::Full).unwrap();
    let bytes = park.publish(2);
    traffic(&park.host);
    let summary = phone.refresh().unwrap();
    let (sent, requests) = traffic(&park.host);
    println!("one trek of 200 changed, one gone: {requests} requests, {sent} of {bytes} bytes");
    assert_eq!(summary.changed.get(&Kind::Trek), Some(&1), "{summary:?}");
    assert_eq!(summary.removed.get(&Kind::Trek), Some(&1), "{summary:?}");
    assert_eq!(ids(&phone.objects(Kind::Trek)), ids(&park.office_objects(Kind::Trek)));
    assert!(sent < bytes / 10, "{sent} of {bytes}");
}

#[test]
fn host_without_ranges_sends_whole_files() {
    let park = Park::new(200);
    park.publish(1);
    park.host.faults().rules.push(Fault::IgnoreRange.on("/files/"));
    let phone = Phone::new(&park, None, Vec::new());
    phone.refresh().unwrap();
    for kind in Kind::ALL {
        assert_eq!(ids(&phone.objects(kind)), ids(&park.office_objects(kind)), "{kind}");
    }
}

#[test]
fn interrupted_refresh_continues_where_it_stopped() {
    let park = Park::new(200);
    park.publish(1);
    let phone = Phone::new(&park, None, Vec::new());
    park.host.faults().rules.push(Fault::CutBody(10_000).on("layers/trek").times(2));
    let first = phone.refresh();
    assert!(matches!(first, Err(Error::Offline { .. }) | Ok(_)), "{first:?}");
    assert!(phone.objects(Kind::Trek).is_empty() || first.is_ok());
    traffic(&park.host);
    phone.refresh().unwrap();
    let requests: Vec<String> = park.host.requests().into_iter().map(|request| request.path).collect();
    assert!(first.is_ok() || !requests.iter().any(|path| path.ends_with("datapackage.json")), "{requests:?}");
    assert_eq!(ids(&phone.objects(Kind::Trek)), ids(&park.office_objects(Kind::Trek)));
}

fn refusal(phone: &Phone) -> String {
    let error = phone.refresh().unwrap_err();
    assert!(matches!(error, Error::Server { .. }), "{error:?}");
    assert!(phone.objects(Kind::Trek).is_empty() || phone.companion.catalogue().territory("park").is_ok());
    error.to_string()
}

#[test]
fn edition_without_its_signature_or_by_another_key_is_refused() {
    let park = Park::new(10);
    park.publish(1);
    let other = key().public_key().unwrap().to_text();
    let phone = Phone::new(&park, None, vec![other]);
    assert!(refusal(&phone).contains("another key"), "{}", refusal(&phone));
    let own = PublicKey::parse(&park.key.public_key().unwrap().to_text()).unwrap().to_text();
    let phone = Phone::new(&park, None, vec![own]);
    phone.refresh().unwrap();
    // The key of the first refresh stays trusted: another one cannot take its place.
    let phone = Phone::new(&park, None, Vec::new());
    phone.refresh().unwrap();
    let thief = SecretKey::parse(&new_key(None).unwrap().0, || unreachable!()).unwrap();
    park.publish_with(BuildOptions { key: Some(thief), ..park.options(2) });
    assert!(refusal(&phone).contains("another key"));
    std::fs::remove_dir_all(park.folder.path().join("park/signatures")).unwrap();
    let phone = Phone::new(&park, None, Vec::new());
    assert!(refusal(&phone).contains("no signature"), "{}", refusal(&phone));
}

#[test]
fn changed_manifest_and_changed_file_are_refused() {
    let park = Park::new(10);
    park.publish(1);
    let manifest = std::fs::read_to_string(park.manifest()).unwrap();
    std::fs::write(park.manifest(), manifest.replace("\"title\"", "\"Title\"")).unwrap();
    let phone = Phone::new(&park, None, Vec::new());
    // The signature is found by the SHA-256 of the manifest.
    assert!(refusal(&phone).contains("no signature"));
    std::fs::write(park.manifest(), manifest).unwrap();
    let trek = layer(&park, "trek-");
    let mut bytes = std::fs::read(&trek).unwrap();
    let last = bytes.len() - 9;
    bytes[last] ^= 1;
    std::fs::write(&trek, bytes).unwrap();
    assert!(refusal(&phone).contains("SHA-256") || refusal(&phone).contains("another file"), "{}", refusal(&phone));
    assert!(phone.objects(Kind::Trek).is_empty());
}

fn layer(park: &Park, start: &str) -> PathBuf {
    let files = std::fs::read_dir(park.folder.path().join("park/layers")).unwrap();
    let is_wanted = |path: &Path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with(start) && name.ends_with(".fgb")
    };
    files.map(|file| file.unwrap().path()).find(|path| is_wanted(path)).unwrap()
}

#[test]
fn older_edition_and_changed_edition_of_the_same_number_are_refused() {
    let park = Park::new(10);
    park.publish(7);
    let phone = Phone::new(&park, None, Vec::new());
    phone.refresh().unwrap();
    let before = ids(&phone.objects(Kind::Trek));
    let fresh = |edition, title: &str| {
        std::fs::remove_dir_all(park.folder.path().join("park")).unwrap();
        park.publish_with(BuildOptions { title: title.to_owned(), ..park.options(edition) });
    };
    fresh(6, "");
    assert!(refusal(&phone).contains("older"));
    fresh(7, "Another title");
    assert!(refusal(&phone).contains("new number"));
    assert_eq!(ids(&phone.objects(Kind::Trek)), before);
    fresh(8, "Another title");
    phone.refresh().unwrap();
    let territory = phone.companion.catalogue().territory("park").unwrap();
    assert_eq!(territory.edition.unwrap().title, "Another title");
}

#[test]
fn expired_edition_is_refused_by_the_clock_of_the_server() {
    let park = Park::new(10);
    park.publish_with(BuildOptions { expires_ms: Some(CREATED_MS + 1_000), ..park.options(1) });
    let phone = Phone::new(&park, None, Vec::new());
    assert!(refusal(&phone).contains("expired"));
}

#[test]
fn pack_of_an_edition_has_pictures_of_its_host_and_objects_along_the_trek() {
    let park = Park::new(10);
    let trek = park.office_objects(Kind::Trek).iter().find(|trek| !trek.attachments().is_empty()).unwrap().id();
    let fetch = RefreshOptions { max_attempts: 2, ..RefreshOptions::default() };
    let options = DownloadOptions { pictures: PictureSize::Small, fetch, ..DownloadOptions::default() };
    let mut park = park;
    park.office.download(PackSubject::Trek(trek), PictureSize::Small).unwrap();
    park.publish(1);
    let phone = Phone::new(&park, None, Vec::new());
    phone.refresh().unwrap();
    traffic(&park.host);
    let subject = PackSubject::Trek(trek);
    let pack = phone.companion.download("park", &subject, &options, &CancelToken::default(), |_| {}).unwrap();
    let from_host = park.host.requests().iter().filter(|request| request.path.contains("/media/")).count();
    assert!(from_host > 0 && pack.files > 0, "{pack:?}");
    assert!(matches!(pack.state, PackState::Ready | PackState::Partial), "{pack:?}");
    assert!(pack.objects.len() > 1, "{pack:?}");
}

#[test]
fn cancelled_build_leaves_the_edition_before() {
    let park = Park::new(5);
    park.publish(1);
    let before = std::fs::read(park.manifest()).unwrap();
    let files = || {
        let mut paths = BTreeSet::new();
        let mut folders = vec![park.folder.path().join("park")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path.clone())
                }
                paths.insert(path);
            }
        }
        paths
    };
    let files_before = files();
    let cancel = CancelToken::default();
    let mut objects = 0;
    let result = park.office.companion().build_edition(NAME, &park.options(2), &cancel, |progress| {
        objects = progress.objects;
        if objects == 7 {
            cancel.cancel();
        }
    });
    assert_eq!(result, Err(Error::Cancelled));
    assert_eq!(objects, 7, "no object is written after the cancellation");
    assert_eq!(std::fs::read(park.manifest()).unwrap(), before);
    assert_eq!(files(), files_before);
    assert!(park.publish(2) > 0);
}
