//! Attached files of treks: documents and audio in packs, with their sizes told before.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use jalon::Error;
use jalon::catalogue::{Pack, PackState, PackSubject, PictureSize};
use jalon::companion::{AttachedFile, AttachedFileSizes, RefreshMode};
use jalon_tests::fixture::{Fixture, NAME, Snapshot};
use jalon_tests::fixture_server::{Fault, Rule};
use serde_json::json;

const TREK: PackSubject = PackSubject::Trek(4);
const GUIDE: &str = "/media/paperclip/trekking_trek/4/topo-guide-4.pdf";
const COMMENTARY: &str = "/media/paperclip/trekking_trek/4/commentaire-4.mp3";
const HOUR_MS: i64 = 3_600_000;

/// The small territory, refreshed.
static SMALL: LazyLock<Snapshot> = LazyLock::new(|| Fixture::builder().refreshed().snapshot());

/// The attached files of the trek.
fn files(fixture: &Fixture) -> Vec<AttachedFile> {
    let companion = fixture.companion();
    let trek = companion.trek_details(NAME, 4, &[]).unwrap().trek;
    companion.attached_files(&trek.attachments).unwrap()
}

fn download(fixture: &mut Fixture, files: bool) -> Pack {
    fixture.download_with(TREK, PictureSize::None, files).unwrap().unwrap()
}

/// Bytes of the bodies that were received from the attached files.
fn received(fixture: &Fixture) -> BTreeMap<&'static str, u64> {
    let bytes = |path: &'static str| {
        let of_path = fixture.driver.fetches().iter().filter(|(url, _)| url.ends_with(path));
        (path, of_path.map(|(_, fetch)| fetch.bytes).sum())
    };
    [GUIDE, COMMENTARY].map(bytes).into_iter().collect()
}

fn reason(pack: &Pack, path: &str) -> Option<String> {
    pack.missing.iter().find(|missing| missing.url.ends_with(path))?.reason.clone()
}

#[test]
fn attached_files_belong_to_a_pack_only_if_they_are_wanted() {
    let mut fixture = SMALL.restore();
    let pack = download(&mut fixture, false);
    assert!(!pack.with_files && received(&fixture).values().all(|bytes| *bytes == 0));
    let without = (pack.files, pack.bytes);
    let listed = files(&fixture);
    let titles: Vec<_> = listed.iter().map(|file| (&file.title[..], &file.file_type[..], &file.media[..])).collect();
    assert_eq!(titles, [("Topo-guide", "Topo-guide", "file"), ("commentaire-4.mp3", "Topo-guide", "file")]);
    assert!(listed.iter().all(|file| file.path.is_none() && file.bytes.is_none()), "{listed:?}");

    let pack = download(&mut fixture, true);
    assert!(pack.with_files && pack.state == PackState::Ready && pack.missing.is_empty(), "{pack:?}");
    let bytes: u64 = received(&fixture).values().sum();
    assert_eq!((pack.files, pack.bytes), (without.0 + 2, without.1 + bytes));
    for (file, extension) in files(&fixture).iter().zip(["pdf", "mp3"]) {
        let path = file.path.as_deref().unwrap();
        assert!(path.starts_with(fixture.companion().catalogue().media_folder()));
        assert_eq!(path.extension(), Some(extension.as_ref()));
        assert_eq!(path.metadata().ok().map(|metadata| metadata.len()), file.bytes);
    }
    let usage = fixture.companion().catalogue().storage_usage().unwrap();
    assert_eq!((usage.media, usage.packs[0].bytes), (fixture.media_bytes(), pack.bytes));
    fixture.check();

    assert_eq!(fixture.companion().remove_pack(NAME, &TREK).unwrap(), pack.own_bytes);
    assert_eq!(fixture.media_bytes(), 0);
    assert!(files(&fixture).iter().all(|file| file.path.is_none()));
}

#[test]
fn attached_files_no_longer_wanted_are_removed() {
    let mut fixture = SMALL.restore();
    let with_files = download(&mut fixture, true);
    let without = download(&mut fixture, false);
    assert_eq!(without.files + 2, with_files.files);
    assert_eq!(fixture.media_bytes(), without.bytes);
    fixture.check();
}

#[test]
fn sizes_are_told_before_and_equal_the_received_bytes() {
    let mut fixture = SMALL.restore();
    let estimate = |fixture: &Fixture| fixture.companion().estimate(NAME, &TREK, PictureSize::None).unwrap();
    let unknown = AttachedFileSizes { files: 2, unknown: 2, ..AttachedFileSizes::default() };
    assert_eq!(estimate(&fixture).attached_files, unknown);
    let sizes = fixture.fetch_file_sizes(TREK).unwrap().unwrap();
    assert_eq!(sizes, estimate(&fixture).attached_files);
    assert_eq!((sizes.files, sizes.unknown, sizes.too_large), (2, 0, 0));
    assert_eq!(received(&fixture).values().sum::<u64>(), 0, "no body was read");
    assert!(files(&fixture).iter().all(|file| file.bytes.is_some()));
    let asked = |fixture: &Fixture| fixture.server.requests().iter().filter(|one| one.range.is_some()).count();
    assert_eq!(asked(&fixture), 2);

    // Known sizes are asked again after a day.
    fixture.fetch_file_sizes(TREK).unwrap();
    assert_eq!(asked(&fixture), 2);
    fixture.now_ms += 24 * HOUR_MS;
    fixture.fetch_file_sizes(TREK).unwrap();
    assert_eq!(asked(&fixture), 4);

    let without = estimate(&fixture);
    download(&mut fixture, true);
    assert_eq!(received(&fixture).values().sum::<u64>(), sizes.bytes);
    let after = estimate(&fixture);
    assert_eq!((after.files, after.objects), (without.files, without.objects), "attached files are not among them");
    assert_eq!(after.attached_files, AttachedFileSizes { files: 2, files_here: 2, ..AttachedFileSizes::default() });
}

#[test]
fn size_that_the_server_does_not_tell_is_unknown() {
    let mut fixture = SMALL.restore();
    let server = fixture.server.clone();
    // A server without ranges tells the length of the whole file.
    server.faults().add(Fault::IgnoreRange.on(GUIDE));
    server.faults().add(Fault::CaptivePortal.on(COMMENTARY));
    let sizes = fixture.fetch_file_sizes(TREK).unwrap().unwrap();
    assert_eq!((sizes.files, sizes.unknown), (2, 1));
    assert_eq!(received(&fixture).values().sum::<u64>(), 0, "the body was not read");
    server.faults().rules.clear();
    server.faults().add(Fault::MissingFile.on(COMMENTARY));
    fixture.now_ms += 24 * HOUR_MS;
    assert_eq!(fixture.fetch_file_sizes(TREK).unwrap().unwrap().unknown, 1);
    server.faults().rules.clear();
    download(&mut fixture, true);
    assert_eq!(received(&fixture)[GUIDE], sizes.bytes);
}

#[test]
fn server_without_a_connection_leaves_sizes_unknown_and_the_territory_free() {
    let mut fixture = SMALL.restore();
    fixture.server.faults().add(Fault::CutResponse(0).on("/media/"));
    assert!(matches!(fixture.fetch_file_sizes(TREK), Err(Error::Offline { .. })));
    fixture.server.faults().rules.clear();
    assert_eq!(download(&mut fixture, true).state, PackState::Ready);
    assert_eq!(fixture.fetch_file_sizes(TREK).unwrap().unwrap().files_here, 2);
}

#[test]
fn file_that_was_cut_is_resumed_at_its_byte() {
    let mut fixture = SMALL.restore();
    let server = fixture.server.clone();
    server.faults().add(Rule::from(Fault::CutBody(100)).on(GUIDE).times(1));
    let pack = download(&mut fixture, true);
    assert_eq!(pack.state, PackState::Ready);
    let requests = server.requests();
    let ranges: Vec<_> = requests.iter().filter(|one| one.path == GUIDE).map(|one| one.range.as_deref()).collect();
    assert_eq!(ranges, [None, Some("bytes=100-")]);
    let size = files(&fixture)[0].bytes.unwrap();
    assert_eq!(received(&fixture)[GUIDE], size);
    fixture.check();
}

#[test]
fn web_page_in_the_place_of_a_document_is_refused() {
    let mut fixture = SMALL.restore();
    let server = fixture.server.clone();
    server.faults().add(Fault::CaptivePortal.on(GUIDE));
    let pack = download(&mut fixture, true);
    assert_eq!(pack.state, PackState::Ready);
    assert!(reason(&pack, GUIDE).is_some_and(|reason| reason.contains("web page")), "{:?}", pack.missing);
    assert!(files(&fixture)[0].path.is_none() && files(&fixture)[1].path.is_some());
    server.faults().rules.clear();
    assert!(download(&mut fixture, true).missing.is_empty());
    fixture.check();
}

#[test]
fn too_large_file_is_left_out_and_named() {
    let mut fixture = SMALL.restore();
    let server = fixture.server.clone();
    // Without ranges the response announces the length of the whole file.
    server.faults().add(Fault::IgnoreRange.on(GUIDE));
    server.faults().add(Fault::WrongLength(65 << 20).on(GUIDE));
    let sizes = fixture.fetch_file_sizes(TREK).unwrap().unwrap();
    assert_eq!((sizes.files, sizes.too_large, sizes.unknown), (2, 1, 0));
    let pack = download(&mut fixture, true);
    assert_eq!(pack.state, PackState::Ready);
    assert_eq!(reason(&pack, GUIDE).as_deref(), Some("the file is larger than 67108864 bytes"));
    assert_eq!(received(&fixture)[COMMENTARY], sizes.bytes);
}

#[test]
fn program_among_the_attachments_is_named_and_never_requested() {
    let fixture = Fixture::builder().build();
    {
        let mut territory = fixture.server.territory();
        let trek = territory.module("trek").iter().find(|trek| trek["id"] == 4).unwrap();
        let mut attachments = trek["attachments"].clone();
        let file = attachments.as_array_mut().unwrap().last_mut().unwrap();
        let url = file["url"].as_str().unwrap().replace(".mp3", ".apk");
        file["url"] = json!(url);
        territory.edit_field("trek", 4, "attachments", attachments);
    }
    let mut fixture = fixture;
    fixture.refresh(RefreshMode::Auto).unwrap();
    assert_eq!(fixture.fetch_file_sizes(TREK).unwrap().unwrap().files, 1);
    let pack = download(&mut fixture, true);
    assert_eq!(pack.state, PackState::Ready);
    assert!(reason(&pack, ".apk").is_some_and(|reason| reason.contains("format")), "{:?}", pack.missing);
    assert!(fixture.server.requests().iter().all(|request| !request.path.ends_with(".apk")));
    assert!(files(&fixture)[1].url.ends_with(".apk"));
}

#[test]
fn lost_file_is_requested_again_after_growing_pauses() {
    let mut fixture = SMALL.restore();
    let server = fixture.server.clone();
    server.faults().add(Fault::MissingFile.on(GUIDE));
    let requested = |fixture: &mut Fixture| {
        fixture.server.forget_requests();
        let pack = download(fixture, true);
        assert_eq!((pack.state, pack.missing.len()), (PackState::Ready, 1));
        fixture.server.requests().iter().any(|request| request.path == GUIDE)
    };
    assert!(requested(&mut fixture), "first");
    assert!(requested(&mut fixture), "without a pause");
    assert!(!requested(&mut fixture), "an hour");
    fixture.now_ms += HOUR_MS;
    assert!(requested(&mut fixture));
    fixture.now_ms += HOUR_MS;
    assert!(!requested(&mut fixture), "six hours");
    server.faults().rules.clear();
    fixture.now_ms += 5 * HOUR_MS;
    assert!(download(&mut fixture, true).missing.is_empty());
}

#[test]
fn replaced_file_is_fetched_again_after_its_object_changed() {
    let mut fixture = SMALL.restore();
    let before = download(&mut fixture, true);
    fixture.server.replace_media(GUIDE);
    fixture.server.territory().edit_text("trek", 4, "description", "fr", "<p>Autre.</p>");
    fixture.refresh(RefreshMode::Delta).unwrap();
    let stale = fixture.companion().packs(None).unwrap().remove(0);
    assert!(stale.with_files && stale.state == PackState::Stale && stale.files == before.files);
    fixture.driver.reset_counts();
    download(&mut fixture, true);
    assert!(received(&fixture)[GUIDE] > 0 && received(&fixture)[COMMENTARY] == 0);
    fixture.check();
}

#[test]
fn lost_catalogue_plans_the_pack_with_its_files() {
    let mut fixture = SMALL.restore();
    let before = download(&mut fixture, true);
    std::fs::remove_file(fixture.directory().join(jalon::catalogue::FILE_NAME)).unwrap();
    fixture.refresh(RefreshMode::Auto).unwrap();
    let planned = fixture.companion().packs(None).unwrap().remove(0);
    assert!(planned.with_files && planned.state == PackState::Planned);
    fixture.driver.reset_counts();
    let after = download(&mut fixture, planned.with_files);
    assert_eq!((after.files, after.bytes), (before.files, before.bytes));
    assert!(received(&fixture).values().all(|bytes| *bytes == 0), "found again by their names");
    assert!(files(&fixture).iter().all(|file| file.path.as_deref().is_some_and(Path::is_file)));
}
