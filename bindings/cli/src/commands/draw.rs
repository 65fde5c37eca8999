//! A trek as a file: GPX, GeoJSON, or a sheet to print.

use std::path::Path;

use jalon::model::{Geometry, Kind, Object, Poi, Position, SensitiveArea};
use jalon::{Error, Result};
use serde_json::json;

use super::Session;
use super::show::{stats, text};
use crate::answer::Answer;
use crate::map::{MapSheet, svg};
use crate::{export, query};

pub(super) fn export(session: &Session, reference: &str, output: &Path) -> Result<Answer> {
    let (territory, id) = query::trek(&session.companion, reference)?;
    let sheet = session.companion.trek_details(&territory, id, &[Kind::Poi])?;
    let mut languages = session.languages.clone();
    languages.push(sheet.territory.default_language.clone());
    let pois: Vec<&Poi> = sheet
        .route_items
        .iter()
        .filter_map(|beside| match &beside.object {
            Object::Poi(poi) => Some(&**poi),
            _ => None,
        })
        .collect();
    let content = match ending(output).as_deref() {
        Some("gpx") => export::gpx(&sheet.trek, &languages, &pois)?,
        Some("geojson" | "json") => format!("{}\n", export::geojson(&sheet.trek, &languages, &pois)),
        _ => return Err(Error::invalid("output", "a file that ends in .gpx or .geojson")),
    };
    write(output, &content, &format!("{territory}/{id}"))
}

pub(super) fn map(session: &Session, reference: &str, output: &Path) -> Result<Answer> {
    if ending(output).as_deref() != Some("svg") {
        return Err(Error::invalid("output", "a file that ends in .svg"));
    }
    let (territory, id) = query::trek(&session.companion, reference)?;
    let sheet = session.companion.trek_details(&territory, id, &[Kind::Poi, Kind::SensitiveArea])?;
    let word = |localized| text(session, &sheet, localized).map(|(text, _)| text.to_owned()).unwrap_or_default();
    let lines = |geometry: &Option<Geometry>| -> Vec<Vec<Position>> {
        geometry.as_ref().map(Geometry::lines).unwrap_or_default()
    };
    let mut picture = MapSheet {
        title: word(&sheet.trek.name),
        stats: stats(session, &sheet)?,
        subtitle: word(&sheet.trek.description_teaser.plain).lines().next().unwrap_or_default().to_owned(),
        stages: sheet.stages.iter().map(|stage| (word(&stage.name), lines(&stage.geometry).concat())).collect(),
        line: lines(&sheet.trek.geometry),
        pois: Vec::new(),
        zones: Vec::new(),
        attribution: format!("{} · {}", sheet.territory.name, sheet.territory.url),
        units: session.units,
    };
    for beside in &sheet.route_items {
        match &beside.object {
            Object::Poi(poi) => {
                if let Some(position) = poi.geometry.as_ref().and_then(Geometry::first_position) {
                    picture.pois.push((word(&poi.name), position));
                }
            }
            Object::SensitiveArea(area) => {
                if let Some(geometry) = &area.geometry {
                    picture.zones.push((format!("{} — {}", word(&area.name), months(area)), geometry.clone()));
                }
            }
            _ => {}
        }
    }
    write(output, &svg(&picture), &format!("{territory}/{id}"))
}

fn ending(path: &Path) -> Option<String> {
    path.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase)
}

fn write(output: &Path, content: &str, reference: &str) -> Result<Answer> {
    std::fs::write(output, content)
        .map_err(|error| Error::invalid("output", format!("a file that can be written ({error})")))?;
    let path = output.display().to_string();
    let json = json!({"ref": reference, "path": path, "bytes": content.len()});
    Ok(Answer::of(json, format!("Wrote {path} ({} bytes).\n", content.len())))
}

/// The months of a season in numbers, runs with a dash, over the turn of the year too: 11–2.
fn months(area: &SensitiveArea) -> String {
    let holds = |month: u8| area.season.contains_month((month - 1) % 12 + 1);
    if (1..=12).all(holds) {
        return "1–12".to_owned();
    }
    let mut runs = Vec::new();
    for start in (1..=12_u8).filter(|month| holds(*month) && !holds(month + 11)) {
        let end = (start..start + 12).take_while(|month| holds(*month)).last().unwrap_or(start);
        let end = (end - 1) % 12 + 1;
        runs.push(if start == end { start.to_string() } else { format!("{start}–{end}") });
    }
    runs.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jalon::model::Season;

    #[test]
    fn seasons_run_over_the_turn_of_the_year() {
        let area = |months: &[usize]| {
            let mut season = Season::default();
            months.iter().for_each(|month| season.months[month - 1] = true);
            super::months(&SensitiveArea { season, ..SensitiveArea::default() })
        };
        assert_eq!(area(&[11, 12, 1, 2]), "11–2");
        assert_eq!(area(&[3, 5, 6]), "3, 5–6");
        assert_eq!(area(&[12]), "12");
        assert_eq!(area(&[]), "");
        assert_eq!(area(&(1..=12).collect::<Vec<_>>()), "1–12");
    }
}
