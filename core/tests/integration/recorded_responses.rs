//! Recorded responses of a real Geotrek are read without a lost object, an unknown field or a wrong type. The tests are
//! skipped if the recording is not there.

use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use jalon::geotrek::{Limits, Reader, read_list, read_one};
use jalon::model::{Kind, Object};
use serde_json::Value;

fn recorded() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/geotrek/recorded");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no recorded responses at {}", folder.display());
    None
}

/// The list of an address, and whether it is that of one object: `/api/v2/trek/31/?language=fr`.
fn requested_list(url: &str) -> Option<(String, bool)> {
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

/// The number of objects in a response, counted without the reader.
fn count(response: &Value, one: bool) -> usize {
    match response {
        _ if one => 1,
        Value::Array(objects) => objects.len(),
        _ => response.get("results").or_else(|| response.get("features")).and_then(Value::as_array).map_or(0, Vec::len),
    }
}

#[test]
fn recorded_responses_are_read_without_loss() {
    let Some(folder) = recorded() else { return };
    let index: Vec<Value> = serde_json::from_reader(File::open(folder.join("index.json")).unwrap()).unwrap();
    let limits = Limits::default();
    let (mut responses, mut objects, mut problems) = (0, 0, Vec::new());
    for entry in &index {
        let url = entry["url"].as_str().unwrap();
        let (Some(file), Some((list, one))) = (entry["file"].as_str(), requested_list(url)) else { continue };
        let unread = ["config", "version", "path"].contains(&list.as_str());
        if entry["status"] != 200 || unread || !(file.ends_with("json")) || url.contains("fields=nope") {
            continue;
        }
        let path = folder.join(file);
        let response: Value = serde_json::from_reader(File::open(&path).unwrap()).unwrap();
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
            let list_info = read_list(File::open(&path).unwrap(), &limits, each).unwrap();
            assert_eq!(list_info.count, response.get("count").and_then(Value::as_u64), "{file}");
        }
        assert_eq!(own, count(&response, one), "{file}");
        let distinct: HashSet<(Kind, i64)> = read.iter().map(|object| (object.kind(), object.id())).collect();
        assert!(distinct.len() >= own.min(1), "{file}");
        for (list, field, problem, count) in reader.problems().iter() {
            problems.push(format!("{file}: {list}.{field} {problem} ×{count}"));
        }
        // An object is the same after it was stored.
        for object in &read {
            let json = serde_json::to_string(object).unwrap();
            assert_eq!(&Object::from_json(object.kind(), &json).unwrap(), object, "{file}");
        }
        responses += 1;
        objects += read.len();
    }
    println!("{responses} responses, {objects} objects");
    assert_eq!(problems, Vec::<String>::new());
    assert!(responses > 400 && objects > 4_000);
}

#[test]
fn recorded_treks_have_the_values_of_their_json() {
    let Some(folder) = recorded() else { return };
    let limits = Limits::default();
    let origin = url::Url::parse("https://park.example").unwrap();
    let reader = Reader::new(Some(origin), "fr", &limits);
    let path = folder.join("lists/all/trek.json");
    let response: Value = serde_json::from_reader(File::open(&path).unwrap()).unwrap();
    let mut treks = Vec::new();
    read_list(File::open(&path).unwrap(), &limits, |json| {
        treks.extend(reader.read("trek", json));
        Ok(())
    })
    .unwrap();
    for (wire, object) in response["results"].as_array().unwrap().iter().zip(&treks) {
        let Object::Trek(trek) = object else { panic!("a trek") };
        assert_eq!(wire["length_3d"].as_f64(), trek.length_3d_m);
        assert_eq!(wire["duration"].as_f64(), trek.duration_h);
        let coordinates = wire["geometry"]["coordinates"].as_array().unwrap();
        let geometry = trek.geometry.as_ref().unwrap();
        assert_eq!(coordinates.len(), geometry.positions().count());
        let first = geometry.first_position().unwrap();
        assert_eq!(coordinates[0][2].as_f64(), first.elevation);
        assert_eq!(coordinates[0][0].as_f64(), Some(first.lon));
        for (language, name) in wire["name"].as_object().unwrap() {
            let published = wire["published"][language] == true;
            let name = name.as_str().filter(|name| published && !name.is_empty());
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
