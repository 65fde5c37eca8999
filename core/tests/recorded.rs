//! Real answers of a running Geotrek, where they lie beside the project: every list is read, no object is lost, no field
//! is unknown or of another type than the model has it. Elsewhere this says that it skips.

#![allow(clippy::unwrap_used, reason = "a helper of tests outside #[test] is a test all the same")]

use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use jalon::geotrek::{Limits, Reader, read_list, read_one};
use jalon::model::{Kind, Object};
use serde_json::Value;

fn recorded() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/geotrek/recorded");
    if beside.is_dir() {
        return Some(beside);
    }
    eprintln!("skipped: no recorded answers at {}", beside.display());
    None
}

/// The list that an address asks for, and whether it is one object of it: `/api/v2/trek/31/?language=fr`.
fn asked(url: &str) -> Option<(String, bool)> {
    let path = url.strip_prefix("/api/v2/")?.split('?').next()?;
    let mut parts = path.split('/');
    let list = parts.next()?.to_owned();
    let id = parts.next().unwrap_or_default();
    let deeper = parts.next().is_some_and(|part| !part.is_empty());
    (!deeper && (id.is_empty() || id.parse::<u32>().is_ok())).then_some((list, !id.is_empty()))
}

fn language(url: &str) -> &str {
    let language = url.split("language=").nth(1).and_then(|rest| rest.split('&').next());
    language.filter(|language| language.len() == 2).unwrap_or("fr")
}

/// How many objects an answer has, counted without our reader.
fn count(answer: &Value, one: bool) -> usize {
    match answer {
        _ if one => 1,
        Value::Array(objects) => objects.len(),
        _ => answer.get("results").or_else(|| answer.get("features")).and_then(Value::as_array).map_or(0, Vec::len),
    }
}

#[test]
fn every_recorded_answer_is_read_and_nothing_is_lost() {
    let Some(folder) = recorded() else { return };
    let index: Vec<Value> = serde_json::from_reader(File::open(folder.join("index.json")).unwrap()).unwrap();
    let limits = Limits::default();
    let (mut answers, mut objects, mut complaints) = (0, 0, Vec::new());
    for entry in &index {
        let url = entry["url"].as_str().unwrap();
        let (Some(file), Some((list, one))) = (entry["file"].as_str(), asked(url)) else { continue };
        let unread = ["config", "version", "path"].contains(&list.as_str());
        if entry["status"] != 200 || unread || !(file.ends_with("json")) || url.contains("fields=nope") {
            continue;
        }
        let path = folder.join(file);
        let answer: Value = serde_json::from_reader(File::open(&path).unwrap()).unwrap();
        let reader = Reader::new(None, language(url), &limits);
        let mut read: Vec<Object> = Vec::new();
        let mut own = 0;
        let mut each = |json: &str| {
            let got = reader.read(&list, json);
            own += usize::from(!got.is_empty());
            read.extend(got);
            Ok(())
        };
        if one {
            each(&read_one(File::open(&path).unwrap(), &limits).unwrap()).unwrap();
        } else {
            let told = read_list(File::open(&path).unwrap(), &limits, each).unwrap();
            assert_eq!(told.count, answer.get("count").and_then(Value::as_u64), "{file}");
        }
        assert_eq!(own, count(&answer, one), "{file}");
        let distinct: HashSet<(Kind, i64)> = read.iter().map(|object| (object.kind(), object.id())).collect();
        assert!(distinct.len() >= own.min(1), "{file}");
        for (list, field, what, times) in reader.problems().iter() {
            complaints.push(format!("{file}: {list}.{field} {what} ×{times}"));
        }
        // ChangeKind was read is kept as it is.
        for object in &read {
            let json = serde_json::to_string(object).unwrap();
            assert_eq!(&Object::from_json(object.kind(), &json).unwrap(), object, "{file}");
        }
        answers += 1;
        objects += read.len();
    }
    println!("{answers} answers, {objects} objects");
    assert_eq!(complaints, Vec::<String>::new());
    assert!(answers > 400 && objects > 4_000);
}

#[test]
fn values_of_a_real_trek_are_where_they_should_be() {
    let Some(folder) = recorded() else { return };
    let limits = Limits::default();
    let origin = url::Url::parse("https://park.example").unwrap();
    let reader = Reader::new(Some(origin), "fr", &limits);
    let path = folder.join("lists/all/trek.json");
    let answer: Value = serde_json::from_reader(File::open(&path).unwrap()).unwrap();
    let mut treks = Vec::new();
    read_list(File::open(&path).unwrap(), &limits, |json| {
        treks.extend(reader.read("trek", json));
        Ok(())
    })
    .unwrap();
    for (wire, object) in answer["results"].as_array().unwrap().iter().zip(&treks) {
        let Object::Trek(trek) = object else { panic!("a trek") };
        assert_eq!(wire["length_3d"].as_f64(), trek.length_3d_m);
        assert_eq!(wire["duration"].as_f64(), trek.duration_h);
        let coordinates = wire["geometry"]["coordinates"].as_array().unwrap();
        let geometry = trek.geometry.as_ref().unwrap();
        assert_eq!(coordinates.len(), geometry.vertex_count());
        let first = geometry.first_position().unwrap();
        assert_eq!(coordinates[0][2].as_f64(), first.elevation);
        assert_eq!(coordinates[0][0].as_f64(), Some(first.lon));
        for (language, name) in wire["name"].as_object().unwrap() {
            let name = name.as_str().filter(|name| !name.is_empty());
            assert_eq!(trek.name.in_language(language), name);
        }
        assert_eq!(wire["attachments"].as_array().unwrap().len(), trek.attachments.len());
        for (wire, attachment) in wire["attachments"].as_array().unwrap().iter().zip(&trek.attachments) {
            assert_eq!(wire["author"], attachment.picture.author.as_str());
            assert_eq!(wire["legend"], attachment.picture.legend.as_str());
            assert_eq!(wire["license"].as_str().unwrap_or_default(), attachment.picture.license);
            if !attachment.picture.thumbnail.is_empty() {
                assert!(attachment.picture.thumbnail.starts_with("https://park.example/media/"));
            }
        }
    }
}
