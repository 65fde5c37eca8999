//! `map`: a trek as a map to print.

use std::path::Path;
use std::sync::Arc;

use jalon::catalogue::PackSubject;
use jalon::model::{Geometry, Id, Kind, Localized, Object, Position, Season};
use jalon::tiles::{TileArchive, TileType};
use jalon::{Companion, Error};

use super::Session;
use super::export::{check_line, extension, write_file};
use super::trek::key_figures;
use crate::error::{CliError, Result};
use crate::lookup;
use crate::map::{MapSheet, svg};
use crate::output::Output;

pub(super) fn map(session: &Session, reference: &str, output: &Path) -> Result<Output> {
    if extension(output).as_deref() != Some("svg") {
        return Err(CliError::invalid("output", "must be a file with the extension .svg"));
    }
    let (territory, id) = lookup::object_ref(&session.companion, reference)?;
    let details = session.companion.trek_details(&territory, id, &[Kind::Poi, Kind::SensitiveArea])?;
    check_line(&details.trek)?;
    let localizer = session.localizer(&details.territory);
    let text = |localized: &Localized| localizer.text(localized).map_or("", |found| found.text).to_owned();
    let trek = &details.trek;
    let mut sheet = MapSheet {
        title: text(&trek.name),
        key_figures: key_figures(&localizer, &details, session.units)?,
        subtitle: text(&trek.description_teaser.plain).lines().next().unwrap_or_default().to_owned(),
        stages: details.stages.iter().map(|stage| (text(&stage.trek.name), lines(&stage.trek.geometry))).collect(),
        lines: lines(&trek.geometry),
        pois: Vec::new(),
        sensitive_areas: Vec::new(),
        attribution: format!("{} · {}", details.territory.name, details.territory.url),
        units: session.units,
        background: None,
    };
    if let Some(archive) = offline_map(session, &territory, id)? {
        if let Some(attribution) = Companion::map_attribution(&archive) {
            sheet.attribution = format!("{} · {attribution}", sheet.attribution);
        }
        sheet.background = Some(Arc::new(archive));
    }
    for item in &details.route_items {
        match &item.object {
            Object::Poi(poi) => {
                if let Some(position) = poi.geometry.as_ref().and_then(Geometry::first_position) {
                    sheet.pois.push((text(&poi.name), position));
                }
            }
            Object::SensitiveArea(area) => {
                if let Some(geometry) = &area.geometry {
                    let name = format!("{} — {}", text(&area.name), month_ranges(&area.season));
                    sheet.sensitive_areas.push((name, geometry.clone()));
                }
            }
            _ => {}
        }
    }
    write_file(output, &svg(&sheet), &format!("{territory}/{id}"))
}

/// The raster map of a trek's download; `None` if it has none. Vector tiles would need a style and fonts.
fn offline_map(session: &Session, territory: &str, id: Id) -> Result<Option<TileArchive>> {
    let archive = match session.companion.open_map(territory, &PackSubject::Trek(id)) {
        Ok(archive) => archive,
        Err(Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if archive.info().tile_type == TileType::Mvt {
        let hint = "The offline map has vector tiles, which this page cannot show: it is drawn without them.";
        session.hints.borrow_mut().push(hint.to_owned());
        return Ok(None);
    }
    Ok(Some(archive))
}

fn lines(geometry: &Option<Geometry>) -> Vec<Vec<Position>> {
    geometry.as_ref().map(Geometry::lines).unwrap_or_default()
}

/// The months of a season as ranges of numbers: `3, 5–6`, or `11–2` over the turn of the year.
fn month_ranges(season: &Season) -> String {
    let contains = |month: u8| season.contains_month((month - 1) % 12 + 1);
    if (1..=12).all(contains) {
        return "1–12".to_owned();
    }
    let mut ranges = Vec::new();
    // The month before month 1 is month 12.
    for start in (1..=12_u8).filter(|month| contains(*month) && !contains(month + 11)) {
        let end = (start..start + 12).take_while(|month| contains(*month)).last().unwrap_or(start);
        let end = (end - 1) % 12 + 1;
        ranges.push(if start == end { start.to_string() } else { format!("{start}–{end}") });
    }
    ranges.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn month_ranges_join_consecutive_months_over_the_turn_of_the_year() {
        let ranges = |months: &[usize]| {
            let mut season = Season::default();
            months.iter().for_each(|month| season.months[month - 1] = true);
            month_ranges(&season)
        };
        assert_eq!(ranges(&[11, 12, 1, 2]), "11–2");
        assert_eq!(ranges(&[3, 5, 6]), "3, 5–6");
        assert_eq!(ranges(&[12]), "12");
        assert_eq!(ranges(&[]), "");
        assert_eq!(ranges(&(1..=12).collect::<Vec<_>>()), "1–12");
    }
}
