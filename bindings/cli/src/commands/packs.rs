//! What is taken along: downloading it, listing it, removing it.

use std::fmt::Write as _;

use jalon::catalogue::{Pack, PackState, PackSubject, PictureSize, Territory};
use jalon::companion::{DownloadOptions, Estimate, RefreshOptions};
use jalon::model::Kind;
use jalon::{Error, Result};
use serde_json::{Value, json};

use super::Session;
use super::online::{Bar, TRIES, explained, stopped_by_ctrl_c};
use crate::answer::{Answer, iso, list};
use crate::arguments::DownloadArguments;
use crate::query;

pub(super) fn download(session: &Session, arguments: &DownloadArguments) -> Result<Answer> {
    let wanted = wanted(session, arguments)?;
    let pictures: PictureSize = arguments.pictures.into();
    if arguments.dry_run {
        return dry_run(session, &wanted, pictures);
    }
    let mut fetch = RefreshOptions { max_attempts: TRIES, ..RefreshOptions::default() };
    fetch.net.allow_plain_http = arguments.allow_http;
    let options = DownloadOptions { pictures, fetch };
    let cancel = stopped_by_ctrl_c();
    let mut items = Vec::new();
    let mut words = String::new();
    for (territory, subject) in &wanted {
        let name = name(session, territory, subject)?;
        let bar = Bar::new(&name);
        let pack = session.companion.download(territory, subject, &options, &cancel, |progress| bar.show(progress));
        drop(bar);
        let pack = pack.map_err(|error| {
            if error == Error::Cancelled {
                eprintln!("Stopped. What has come stays; go on with the same command: {}", again(territory, subject));
            }
            explained(error, arguments.allow_http)
        })?;
        describe(&pack, &name, &mut words);
        items.push(item(session, &pack)?);
    }
    Ok(Answer::of(list(items.len(), items), words))
}

fn again(territory: &str, subject: &PackSubject) -> String {
    match subject {
        PackSubject::Trek(id) => format!("jalon download {territory}/{id}"),
        PackSubject::Bounds(b) => {
            format!("jalon download --territory {territory} --bbox={},{},{},{}", b.west, b.south, b.east, b.north)
        }
    }
}

fn wanted(session: &Session, arguments: &DownloadArguments) -> Result<Vec<(String, PackSubject)>> {
    if let Some(words) = &arguments.bounds {
        let bounds = query::bounds(words)?;
        let territory = match &arguments.territory {
            Some(name) => session.companion.catalogue().territory(name)?.name,
            None => query::only_territory(&session.companion, "territory", "its name with --territory")?,
        };
        return Ok(vec![(territory, PackSubject::Bounds(bounds))]);
    }
    let one = |reference: &String| {
        let (territory, id) = query::trek(&session.companion, reference)?;
        let held = session.companion.catalogue().territory(&territory)?;
        session.companion.catalogue().object(&held, Kind::Trek, id)?;
        Ok((territory, PackSubject::Trek(id)))
    };
    arguments.ids.iter().map(one).collect()
}

fn dry_run(session: &Session, wanted: &[(String, PackSubject)], pictures: PictureSize) -> Result<Answer> {
    let mut items = Vec::new();
    let mut words = String::new();
    for (territory, subject) in wanted {
        let estimate = session.companion.estimate(territory, subject, pictures)?;
        let Estimate { objects, files, files_here, bytes, error_bytes, free_bytes } = estimate;
        let name = name(session, territory, subject)?;
        let size = |bytes: u64| bytes as f64 / 1e6;
        let _ = writeln!(
            words,
            "{name}: {objects} objects, {files} files of which {files_here} are here; about {:.1} MB to come, give or \
             take {:.1}; {:.0} MB are free",
            size(bytes),
            size(error_bytes),
            size(free_bytes)
        );
        let mut item = subject_of(territory, None, subject);
        item["name"] = name.into();
        item["objects"] = objects.into();
        item["files"] = files.into();
        item["files_here"] = files_here.into();
        item["bytes"] = bytes.into();
        item["error_bytes"] = error_bytes.into();
        item["free_bytes"] = free_bytes.into();
        items.push(item);
    }
    Ok(Answer::of(list(items.len(), items), words))
}

pub(super) fn packs(session: &Session, territory: Option<&str>) -> Result<Answer> {
    let packs = session.companion.packs(territory)?;
    let mut words = String::new();
    let mut items = Vec::new();
    for pack in &packs {
        describe(pack, &name(session, &pack.territory, &pack.subject)?, &mut words);
        items.push(item(session, pack)?);
    }
    if packs.is_empty() {
        words.push_str("Nothing is taken along. Take a trek with: jalon download ID\n");
    }
    Ok(Answer::of(list(items.len(), items), words))
}

pub(super) fn remove(session: &Session, ids: &[String]) -> Result<Answer> {
    // All are looked up before the first one goes.
    let wanted: Vec<(String, PackSubject)> = ids.iter().map(|id| packed(session, id)).collect::<Result<_>>()?;
    let mut items = Vec::new();
    let mut words = String::new();
    for (territory, subject) in &wanted {
        let name = name(session, territory, subject)?;
        let pack = session.companion.packs(Some(territory))?.into_iter().find(|pack| pack.subject == *subject);
        let freed = session.companion.remove_pack(territory, subject)?;
        let _ = writeln!(words, "{name}: removed, {:.1} MB are free again.", freed as f64 / 1e6);
        let mut item = subject_of(territory, pack.map(|pack| pack.key), subject);
        item["freed_bytes"] = freed.into();
        items.push(item);
    }
    // What processes that died left behind goes too, where nothing is on its way.
    match session.companion.clean_up() {
        Ok(_) | Err(Error::Busy { .. }) => {}
        Err(error) => return Err(error),
    }
    Ok(Answer::of(list(items.len(), items), words))
}

/// A pack by its trek's number, or by what the list calls a box.
fn packed(session: &Session, reference: &str) -> Result<(String, PackSubject)> {
    let (territory, own) = match reference.split_once('/') {
        Some((territory, own)) => (Some(territory), own),
        None => (None, reference),
    };
    if let Some(key) = own.strip_prefix("box-") {
        let packs = session.companion.packs(territory)?;
        let pack = packs
            .into_iter()
            .find(|pack| pack.key.to_string() == key && matches!(pack.subject, PackSubject::Bounds(_)));
        return pack
            .map(|pack| (pack.territory, pack.subject))
            .ok_or_else(|| Error::NotFound { detail: format!("the pack {reference}") });
    }
    let (territory, id) = query::trek(&session.companion, reference)?;
    Ok((territory, PackSubject::Trek(id)))
}

fn name(session: &Session, territory: &str, subject: &PackSubject) -> Result<String> {
    let PackSubject::Trek(id) = subject else { return Ok(subject.to_string()) };
    let held: Territory = session.companion.catalogue().territory(territory)?;
    let mut languages = session.languages();
    languages.push(&held.default_language);
    Ok(match session.companion.catalogue().object(&held, Kind::Trek, *id) {
        Ok(trek) => {
            trek.name().and_then(|name| name.find(&languages)).map_or(String::new(), |found| found.text.to_owned())
        }
        Err(Error::NotFound { .. }) => String::new(),
        Err(error) => return Err(error),
    })
}

fn subject_of(territory: &str, key: Option<i64>, subject: &PackSubject) -> Value {
    match subject {
        PackSubject::Trek(id) => {
            json!({"territory": territory, "kind": "trek", "id": id, "ref": format!("{territory}/{id}")})
        }
        PackSubject::Bounds(b) => {
            let id = key.map(|key| format!("box-{key}"));
            let reference = id.as_ref().map(|id| format!("{territory}/{id}"));
            let corners = [b.west, b.south, b.east, b.north];
            json!({"territory": territory, "kind": "box", "id": id, "ref": reference, "box": corners})
        }
    }
}

fn item(session: &Session, pack: &Pack) -> Result<Value> {
    let mut item = subject_of(&pack.territory, Some(pack.key), &pack.subject);
    item["name"] = name(session, &pack.territory, &pack.subject)?.into();
    item["state"] = json!(pack.state);
    item["pictures"] = json!(pack.pictures);
    item["as_of"] = json!(pack.as_of_ms.map(iso));
    item["bytes"] = pack.bytes.into();
    item["own_bytes"] = pack.own_bytes.into();
    item["files"] = pack.files.into();
    item["missing"] = json!(pack.missing);
    item["objects"] = json!(pack.objects);
    if let Some(ms) = pack.withdrawn_ms {
        item["withdrawn_on"] = iso(ms).into();
    }
    Ok(item)
}

fn describe(pack: &Pack, name: &str, words: &mut String) {
    let reference = subject_of(&pack.territory, Some(pack.key), &pack.subject)["ref"].as_str().unwrap_or("").to_owned();
    let state = match pack.state {
        PackState::Planned => "planned, nothing has come yet",
        PackState::Partial => "partial: go on with “jalon download”",
        PackState::Ready => "ready",
        PackState::Stale => "ready, and its server has something newer",
    };
    let as_of = pack.as_of_ms.map_or(String::new(), |ms| format!(", as of {}", iso(ms)));
    let _ =
        writeln!(words, "{reference}  {name}: {state}{as_of}, {} files, {:.1} MB", pack.files, pack.bytes as f64 / 1e6);
    if let Some(ms) = pack.withdrawn_ms {
        let _ = writeln!(words, "  its server withdrew it, seen on {}", iso(ms));
    }
    let lost: Vec<_> =
        pack.missing.iter().filter_map(|missing| Some((&missing.url, missing.reason.as_ref()?))).collect();
    for (url, reason) in &lost {
        let _ = writeln!(words, "  without {url}: {reason}");
    }
    let to_come = pack.missing.len() - lost.len();
    if to_come > 0 {
        let _ = writeln!(words, "  {to_come} files are still to come");
    }
}
