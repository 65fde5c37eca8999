//! Entry points for fuzzing: each reads bytes as a response of a server, and panics if a rule for the result is broken. Not part
//! of the API.

use std::collections::BTreeSet;

use url::Url;

use super::api::{ApiRequest, RequestKind, object_lists};
use super::mobile::{MobileReader, Part, scan_ids, scan_list, scan_page, scan_trek};
use super::{Cleaner, FileName, Limits, Reader, languages, links::Links, read_list, read_one, scan};
use crate::model::{Localized, Object};

/// The origin of the server.
fn origin() -> Option<Url> {
    Url::parse("https://park.example/").ok()
}

/// What is done with each object that was read.
fn check(objects: &[Object]) {
    for object in objects {
        if let Some(geometry) = object.geometry() {
            assert!(geometry.positions().all(|position| position.is_valid()), "a position is not on the Earth");
        }
        let json = serde_json::to_string(object).unwrap_or_default();
        assert!(Object::from_json(object.kind(), &json).is_ok(), "an object does not read back");
    }
}

/// The lists of objects, in the order in which [`api`] numbers them.
pub fn lists() -> impl Iterator<Item = &'static str> {
    object_lists()
}

/// A response of API v2. The first byte says of which list, and whether it is one object.
pub fn api(bytes: &[u8]) {
    let Some((choice, body)) = bytes.split_first() else { return };
    let lists: Vec<&'static str> = object_lists().collect();
    let Some(endpoint) = lists.get(usize::from(choice >> 1) % lists.len().max(1)).copied() else { return };
    let limits = Limits::default();
    let purpose = if choice & 1 == 0 { RequestKind::Objects } else { RequestKind::Object };
    let request = ApiRequest {
        endpoint,
        url: String::new(),
        language: "fr".to_owned(),
        purpose,
        ids: BTreeSet::new(),
        portals: Vec::new(),
    };
    let scanned = scan(body, &limits, &request);
    let reader = Reader::new(origin(), "fr", &limits);
    if choice & 1 == 0 {
        let list = read_list(body, &limits, |json| {
            check(&reader.read(endpoint, json));
            Ok(())
        });
        assert_eq!(list.is_ok(), scanned.is_ok(), "a list that was scanned does not read");
        let _ = languages(body, &limits);
    } else if let Ok(json) = read_one(body, &limits) {
        check(&reader.read(endpoint, &json));
    }
    let _ = reader.problems().total();
}

/// A file of a mobile tree. The first byte says which.
pub fn mobile_file(bytes: &[u8]) {
    let Some((choice, file)) = bytes.split_first() else { return };
    let (Some(server), limits) = (origin(), Limits::default()) else { return };
    let Ok(media) = server.join("mobile/") else { return };
    let mut reader = MobileReader::new(Some(server), media, limits);
    reader.set_language("fr");
    let objects = match choice % 8 {
        0 => reader.settings(file),
        1 => {
            let _ = (scan_list(file, &limits), scan_ids(file, &limits));
            reader.list(file)
        }
        2 => {
            let _ = scan_page(file, &limits);
            reader.page(file)
        }
        part => {
            let _ = scan_trek(file, &limits);
            reader.part(Part::ALL[usize::from(part - 3)], file)
        }
    };
    check(&objects.unwrap_or_default());
    if let Some(name) = str::from_utf8(file).ok().and_then(|path| path.parse::<FileName>().ok()) {
        assert!(!name.to_string().split('/').any(|part| part.is_empty() || part == ".."), "a path leaves the tree");
    }
}

/// A text with HTML.
pub fn html(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let dirty: Localized = [("fr", text)].into_iter().collect();
    let clean = Cleaner::new(&Links::new(origin())).clean(&dirty);
    let html = clean.html.in_language("fr").unwrap_or_default().to_ascii_lowercase();
    for refused in ["<script", "<style", "<iframe", "<object", "<svg"] {
        assert!(!html.contains(refused), "{refused} in cleaned HTML");
    }
}

/// An archive of a mobile tree. No path leaves the folder.
#[cfg(feature = "archive")]
pub fn mobile_archive(bytes: &[u8]) {
    use std::path::{Component, Path};

    use super::{ArchiveLimits, read_archive};

    let limits = ArchiveLimits::default();
    let mut total = 0;
    let _ = read_archive(
        std::io::Cursor::new(bytes),
        &limits,
        |_| true,
        |path, content| {
            total += content.len() as u64;
            assert!(content.len() as u64 <= limits.entry_bytes && total <= limits.total_bytes, "more than the limit");
            assert!(
                Path::new(path).components().all(|part| matches!(part, Component::Normal(_))),
                "a path leaves the tree"
            );
            assert!(!path.contains(['\\', ':', '\0']), "a path is another one on another system");
            Ok(())
        },
    );
}
