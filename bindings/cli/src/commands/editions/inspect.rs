//! `edition inspect`: an edition as a page for the office, with what its objects lack.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use jalon::edition::{ContentCheck, ContentProblem, EditionFolder, EditionInfo, PublicKey, verify_edition};
use jalon::model::{Geometry, Id, Kind, Object};
use serde_json::{Value, json};

use crate::commands::export::{extension, write_bytes};
use crate::edition_page::{EditionPage, Signature};
use crate::error::{CliError, Result};
use crate::map::{Overview, OverviewTrek};
use crate::output::Output;
use crate::units::Units;

/// A trek on the map: its drawing, id and name.
type DrawnTrek = (OverviewTrek, Id, String);

/// Writes the page. The exit status is 1 if the files are damaged; what objects lack is for the office to judge.
pub(super) fn inspect(directory: &Path, output: &Path, keys: &[PublicKey], units: Units) -> Result<Output> {
    if !matches!(extension(output).as_deref(), Some("html" | "htm")) {
        return Err(CliError::invalid("output", "must be a file with the extension .html"));
    }
    let edition = EditionFolder::open(directory)?;
    let info = edition.info();
    let check = verify_edition(directory, keys)?;
    let layers = edition.layers();
    let bounds = layers.iter().find(|layer| layer.kind == Kind::Trek).map(|layer| layer.bounds);
    let overview = bounds.and_then(|bounds| Overview::new(bounds, units));

    let mut content = ContentCheck::new(&edition);
    let mut treks: Vec<DrawnTrek> = Vec::new();
    let mut names: HashMap<(Kind, Id), String> = HashMap::new();
    let languages = [info.default_language.as_str()];
    edition.visit(|kind, object| {
        content.add(kind, &object)?;
        let Ok(object) = object else { return Ok(()) };
        let name = object.name().and_then(|name| name.find(&languages)).map_or("", |found| found.text).to_owned();
        if let Object::Trek(trek) = &object {
            let lines = trek.geometry.as_ref().map(Geometry::lines).unwrap_or_default();
            let drawn = overview.as_ref().map(|overview| overview.trek(&lines));
            treks.extend(drawn.map(|drawn| (drawn, trek.id, name.clone())));
        }
        names.insert((object.kind(), object.id()), name);
        Ok(())
    })?;
    let (problems, unlisted) = content.finish();
    let trek_count = names.keys().filter(|(kind, _)| *kind == Kind::Trek).count() as u64;

    let signature = match (&check.signed_by, edition.claimed_signer()?) {
        (Some(id), _) => Signature::Verified(id.clone()),
        (None, Some(id)) => Signature::Claimed(id),
        (None, None) => Signature::None,
    };
    let map = overview.map(|overview| {
        let flawed =
            problems.iter().filter(|problem| problem.kind == Some(Kind::Trek)).filter_map(|problem| problem.id);
        let flawed: HashSet<Id> = flawed.collect();
        let treks = treks.into_iter().map(|(drawn, id, name)| (drawn, name, flawed.contains(&id)));
        let treks: Vec<_> = treks.collect();
        overview.draw(&treks, "Map of the treks")
    });
    let page = EditionPage {
        info: &info,
        languages: default_first(&info),
        signature,
        layers,
        records: edition.records(),
        pictures: edition.pictures(),
        manifest_bytes: edition.manifest().len() as u64,
        treks: trek_count,
        bounds,
        map,
        file_problems: &check.problems,
        problems: &problems,
        unlisted,
        name: &|kind, id| kind.zip(id).and_then(|key| names.get(&key)).cloned().unwrap_or_default(),
    };
    write_bytes(output, page.html().as_bytes())?;

    let path = output.display().to_string();
    let count = (check.problems.len() + problems.len()) as u64 + unlisted;
    let text = match (check.valid, count) {
        (false, _) => format!("The edition is damaged, {count} problems. See {path}\n"),
        (true, 0) => format!("No problems with {trek_count} treks. See {path}\n"),
        (true, _) => format!("{count} problems with the objects of the edition. See {path}\n"),
    };
    let files =
        check.problems.iter().map(|problem| json!({"rule": "file", "kind": null, "id": null, "problem": problem}));
    let problems: Vec<Value> = files.chain(problems.iter().map(problem_json)).collect();
    let json = json!({"path": path, "treks": trek_count, "problems": problems, "unlisted": unlisted});
    let mut result = Output::new(json, text);
    result.is_complete = check.valid;
    Ok(result)
}

fn problem_json(problem: &ContentProblem) -> Value {
    serde_json::to_value(problem).unwrap_or_default()
}

/// The languages of the territory, the default language first.
fn default_first(info: &EditionInfo) -> Vec<&str> {
    let default = info.default_language.as_str();
    let others = info.languages.iter().map(String::as_str).filter(|language| *language != default);
    [default].into_iter().filter(|default| !default.is_empty()).chain(others).collect()
}
