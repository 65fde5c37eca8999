//! `packs` and `remove`: the downloaded treks and areas.

use std::fmt::Write as _;

use jalon::Error;
use jalon::catalogue::{Pack, PackState, PackSubject};
use jalon::model::{Bounds, Kind};
use serde_json::{Value, json};

use super::Session;
use crate::error::Result;
use crate::lookup;
use crate::output::{Output, iso_time};
use crate::units::{format_bytes, megabytes};

pub(super) fn packs(session: &Session, territory: Option<&str>) -> Result<Output> {
    let packs = session.companion.packs(territory)?;
    let mut text = String::new();
    let mut items = Vec::new();
    for pack in &packs {
        write_pack(session, &mut text, pack, &subject_name(session, &pack.territory, &pack.subject)?);
        items.push(pack_json(session, pack)?);
    }
    if packs.is_empty() {
        text.push_str("No downloads. Download a trek with: jalon download ID\n");
    }
    Ok(Output::list(items, text))
}

pub(super) fn remove(session: &Session, references: &[String]) -> Result<Output> {
    // An unknown reference fails before anything is removed.
    let subjects: Vec<(String, PackSubject)> =
        references.iter().map(|reference| find_subject(session, reference)).collect::<Result<_>>()?;
    let mut items = Vec::new();
    let mut text = String::new();
    for (territory, subject) in &subjects {
        let name = subject_name(session, territory, subject)?;
        let pack = session.companion.packs(Some(territory))?.into_iter().find(|pack| pack.subject == *subject);
        let freed = session.companion.remove_pack(territory, subject)?;
        let end = format!(": removed, {:.1} MB freed", megabytes(freed));
        let _ = writeln!(text, "{}{end}", session.fit(&name, end.len()));
        let mut item = subject_json(territory, pack.map(|pack| pack.key), subject);
        item["freed_bytes"] = freed.into();
        items.push(item);
    }
    // Also removes files of processes that were killed, unless another process is downloading.
    match session.companion.clean_up() {
        Ok(_) | Err(Error::Busy { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(Output::list(items, text))
}

/// The pack of a trek id, or of an area id such as `bbox-2`.
pub(super) fn find_subject(session: &Session, reference: &str) -> Result<(String, PackSubject)> {
    let (territory, id) = match reference.split_once('/') {
        Some((territory, id)) => (Some(territory), id),
        None => (None, reference),
    };
    let Some(key) = id.strip_prefix("bbox-") else {
        let (territory, id) = lookup::object_ref(&session.companion, reference)?;
        return Ok((territory, PackSubject::Trek(id)));
    };
    let is_area = |pack: &Pack| pack.key.to_string() == key && matches!(pack.subject, PackSubject::Bounds(_));
    match session.companion.packs(territory)?.into_iter().find(is_area) {
        Some(pack) => Ok((pack.territory, pack.subject)),
        None => Err(Error::NotFound { detail: format!("the download {reference}") }.into()),
    }
}

/// The name of a trek, or the edges of an area as `W,S,E,N`. Empty if the trek is not in the catalogue.
pub(super) fn subject_name(session: &Session, territory: &str, subject: &PackSubject) -> Result<String> {
    let id = match subject {
        PackSubject::Trek(id) => *id,
        PackSubject::Bounds(bounds) => return Ok(bbox_argument(bounds)),
    };
    let territory = session.companion.catalogue().territory(territory)?;
    match session.companion.catalogue().object(&territory, Kind::Trek, id) {
        Ok(trek) => session.object_name(&territory, &trek),
        Err(Error::NotFound { .. }) => Ok(String::new()),
        Err(error) => Err(error.into()),
    }
}

/// An area as the value of `--bbox`.
pub(super) fn bbox_argument(bounds: &Bounds) -> String {
    let Bounds { west, south, east, north } = bounds;
    format!("{west},{south},{east},{north}")
}

/// The part of the JSON form that identifies a pack. `key` is the pack's key in the catalogue, if it exists.
pub(super) fn subject_json(territory: &str, key: Option<i64>, subject: &PackSubject) -> Value {
    match subject {
        PackSubject::Trek(id) => {
            json!({"territory": territory, "kind": "trek", "id": id, "ref": format!("{territory}/{id}")})
        }
        PackSubject::Bounds(b) => {
            let id = key.map(|key| format!("bbox-{key}"));
            let reference = id.as_ref().map(|id| format!("{territory}/{id}"));
            json!({
                "territory": territory, "kind": "bbox", "id": id, "ref": reference,
                "bbox": [b.west, b.south, b.east, b.north],
            })
        }
    }
}

/// The reference of a pack that commands accept, such as `pne/31` or `pne/bbox-2`.
pub(super) fn pack_ref(pack: &Pack) -> String {
    match pack.subject {
        PackSubject::Trek(id) => format!("{}/{id}", pack.territory),
        PackSubject::Bounds(_) => format!("{}/bbox-{}", pack.territory, pack.key),
    }
}

pub(super) fn pack_json(session: &Session, pack: &Pack) -> Result<Value> {
    let mut item = subject_json(&pack.territory, Some(pack.key), &pack.subject);
    item["name"] = subject_name(session, &pack.territory, &pack.subject)?.into();
    item["state"] = json!(pack.state);
    item["pictures"] = json!(pack.pictures);
    item["with_files"] = pack.with_files.into();
    item["as_of"] = json!(pack.as_of_ms.map(iso_time));
    item["bytes"] = pack.bytes.into();
    item["own_bytes"] = pack.own_bytes.into();
    item["files"] = pack.files.into();
    item["missing"] = json!(pack.missing);
    item["objects"] = json!(pack.objects);
    if let Some(ms) = pack.withdrawn_ms {
        item["withdrawn_at"] = iso_time(ms).into();
    }
    if let Some(map) = &pack.map {
        item["map"] = json!({
            "url": map.source.url, "path": map.path, "style_url": map.source.style_url, "style_path": map.style_path, "bytes": map.bytes, "tiles": map.tiles,
            "min_zoom": map.min_zoom, "max_zoom": map.max_zoom,
        });
    }
    Ok(item)
}

pub(super) fn write_pack(session: &Session, text: &mut String, pack: &Pack, name: &str) {
    let state = match pack.state {
        PackState::Planned => "planned, nothing downloaded yet",
        PackState::Partial => "partial, resume with \"jalon download\"",
        PackState::Ready => "ready",
        PackState::Stale => "ready, newer data on the server",
    };
    let as_of = pack.as_of_ms.map_or_else(String::new, |ms| format!(", as of {}", iso_time(ms)));
    let size = megabytes(pack.bytes);
    let (start, end) = (pack_ref(pack), format!(": {state}{as_of}, {} files, {size:.1} MB", pack.files));
    let name = session.fit(name, start.len() + 2 + end.len());
    let _ = writeln!(text, "{start}  {name}{end}");
    if let Some(ms) = pack.withdrawn_ms {
        let _ = writeln!(text, "  withdrawn by the server, noticed at {}", iso_time(ms));
    }
    if let Some(map) = &pack.map {
        let _ = match &map.path {
            Some(path) => writeln!(
                text,
                "  map: {} tiles, zoom {} to {}, {}: {}",
                map.tiles,
                map.min_zoom,
                map.max_zoom,
                format_bytes(map.bytes),
                path.display()
            ),
            None => writeln!(text, "  map: still to download from {}", map.source.url),
        };
    }
    let mut pending = 0;
    for file in &pack.missing {
        match &file.reason {
            Some(reason) => {
                let _ = writeln!(text, "  not available: {}: {reason}", file.url);
            }
            None => pending += 1,
        }
    }
    if pending > 0 {
        let _ = writeln!(text, "  files still to download: {pending}");
    }
}
