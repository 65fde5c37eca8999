//! The cost of phones for a host of editions: requests and bytes of a first refresh of a box, of a refresh without changes, of one after
//! 1 % of the treks changed, and of a trek's pack. `-- --nocapture` prints the table for the documentation of `jalon::edition`.

use jalon::catalogue::{NewTerritory, PackSubject, PictureSize};
use jalon::companion::{DownloadOptions, RefreshMode, RefreshOptions};
use jalon::edition::{BuildOptions, SecretKey, new_key};
use jalon::model::{Bounds, Kind};
use jalon::transfer::CancelToken;
use jalon::{Companion, Directories};
use jalon_tests::fixture::{Fixture, NAME};
use jalon_tests::fixture_server::{Options, TestGeotrek};
use jalon_tests::generator::{Size, Territory};

const TREKS: usize = 400;
/// Treks that change in the night: 1 %.
const CHANGED: usize = TREKS / 100;

/// Requests, and bytes of the responses with their heads, since the last call.
fn traffic(host: &TestGeotrek) -> (usize, u64) {
    let requests = host.requests();
    host.forget_requests();
    (requests.len(), requests.iter().map(|request| (request.wire + request.head) as u64).sum())
}

/// The middle of the territory, with a quarter of its width and height.
fn middle(bounds: Bounds) -> Bounds {
    let (lon, lat) = ((bounds.west + bounds.east) / 2.0, (bounds.south + bounds.north) / 2.0);
    let (width, height) = ((bounds.east - bounds.west) / 8.0, (bounds.north - bounds.south) / 8.0);
    Bounds { west: lon - width, south: lat - height, east: lon + width, north: lat + height }
}

#[test]
fn phone_costs_few_requests_and_bytes() {
    println!("territory of seed 5 with {TREKS} treks");
    let size = Size { treks: TREKS, ..Size::default() };
    let mut office = Fixture::builder().territory(Territory::generate(size, 5)).refreshed().build();
    let folder = tempfile::tempdir().unwrap();
    let host = Options { files: Some(folder.path().to_owned()), ..Options::default() };
    let host = TestGeotrek::start(Territory::small(1), host);
    let directory = folder.path().join("park");
    let key = SecretKey::parse(&new_key(None).unwrap().0, || unreachable!("the key has no password")).unwrap();
    let build = |office: &Fixture, edition| {
        let options = BuildOptions {
            directory: directory.clone(),
            edition: Some(edition),
            key: Some(key.clone()),
            ..BuildOptions::default()
        };
        office.companion().build_edition(NAME, &options, &CancelToken::default(), |_| {}).unwrap()
    };
    let built = build(&office, 1);
    let territory = office.companion().catalogue().territory(NAME).unwrap();
    let treks = office.companion().catalogue().objects(&territory, Kind::Trek).unwrap();
    let boxes = treks.iter().filter_map(|trek| trek.geometry()?.bounds());
    let whole = boxes.reduce(|all, one| Bounds {
        west: all.west.min(one.west),
        south: all.south.min(one.south),
        east: all.east.max(one.east),
        north: all.north.max(one.north),
    });
    let bounds = middle(whole.unwrap());

    let data = tempfile::tempdir().unwrap();
    let phone = Companion::open(&Directories::within(data.path())).unwrap();
    let url = format!("{}/files/park/datapackage.json", host.url());
    let new = NewTerritory { name: "park".into(), url, bounds: Some(bounds), ..NewTerritory::default() };
    phone.add_territory(&new).unwrap();
    let refresh = || {
        host.forget_requests();
        phone.refresh("park", &RefreshOptions::default(), &CancelToken::default(), |_| {}).unwrap();
        traffic(&host)
    };
    let first = refresh();
    let unchanged = refresh();

    // The treks in the box are among those that change, as those elsewhere.
    let held = phone.catalogue().objects(&phone.catalogue().territory("park").unwrap(), Kind::Trek).unwrap();
    let inside: Vec<i64> = held.iter().map(|trek| trek.id()).collect();
    {
        let mut territory = office.server.territory();
        let treks = territory.modules.get_mut("trek").unwrap();
        for trek in treks.iter_mut().step_by(TREKS / CHANGED) {
            trek["name"]["fr"] = "Nouveau nom".into();
        }
    }
    office.refresh(RefreshMode::Full).unwrap();
    build(&office, 2);
    let changed = refresh();

    let trek = held.iter().find(|trek| !trek.attachments().is_empty()).unwrap().id();
    office.download(PackSubject::Trek(trek), PictureSize::Small).unwrap();
    build(&office, 3);
    refresh();
    host.forget_requests();
    let options = DownloadOptions { pictures: PictureSize::Small, ..DownloadOptions::default() };
    let subject = PackSubject::Trek(trek);
    let pack = phone.download("park", &subject, &options, &CancelToken::default(), |_| {}).unwrap();
    let is_picture = |path: &str| path.contains("/media/");
    let (pictures, picture_bytes) = host
        .requests()
        .iter()
        .filter(|request| is_picture(&request.path))
        .fold((0, 0), |(count, bytes), request| (count + 1, bytes + request.wire as u64));
    let downloaded = traffic(&host);

    println!("edition: {} objects, {} bytes; box: {} treks", built.objects, built.bytes, inside.len());
    for (name, (requests, bytes)) in [
        ("first refresh of the box", first),
        ("refresh, nothing changed", unchanged),
        ("refresh, 1 % of the treks changed", changed),
        ("pack of a trek", downloaded),
    ] {
        println!("{name}: {requests} requests, {bytes} bytes");
    }
    println!("of the pack: {pictures} pictures with {picture_bytes} bytes, {} files", pack.files);
    assert!(inside.len() > 5, "{inside:?}");
    assert!(first.0 <= 40 && first.1 < built.bytes, "{first:?}");
    assert!(unchanged.0 == 1 && unchanged.1 < 1_000, "{unchanged:?}");
    assert!(changed.0 <= first.0 + 2 && changed.1 < first.1, "{changed:?}");
    assert!(pictures > 0 && downloaded.0 >= pictures, "{downloaded:?}");
}
