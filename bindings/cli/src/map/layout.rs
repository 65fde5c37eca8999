//! The layout of the page: title, map, legend, profile and attribution, from top to bottom.

use jalon::model::Position;
use svg::Document;
use svg::node::element::{ClipPath, Definitions, Group};

use super::MapSheet;
use super::canvas::{GREY, Rect, number, point, titled};
use super::legend::{self, Section};
use super::placement::Placement;
use super::profile::{self, RouteLine};
use super::projection::{Projection, positions_to_fit};
use super::route::{Route, stage_colour};
use super::text::{text, wrap};
use super::{background, furniture, graticule, pois, sensitive_areas};

/// The page, in tenths of a millimetre.
const PAGE: Rect = Rect { left: 0.0, top: 0.0, right: 2100.0, bottom: 2970.0 };
/// The part of the page inside its margins.
const CONTENT: Rect = Rect { left: 130.0, top: 90.0, right: 2000.0, bottom: 2890.0 };
/// The smallest height of the map, for a long legend.
const MIN_MAP_HEIGHT: f64 = 760.0;
/// The smallest height of the map for a route from west to east, if the page has room.
const PREFERRED_MAP_HEIGHT: f64 = 1300.0;
/// Height between the map, the legend and the profile.
const GAP: f64 = 24.0;
/// Height of the degrees below the map.
const DEGREES_HEIGHT: f64 = 60.0;
const PROFILE_HEIGHT: f64 = 400.0;
/// Rounds of fitting the map and the legend to each other.
const MAX_LAYOUT_ROUNDS: usize = 4;

/// Draws a page. Missing data and positions that are not on Earth are left out; an empty sheet still has its title.
pub(crate) fn svg(sheet: &MapSheet) -> String {
    let (title, top) = draw_title(sheet);
    let (attribution, bottom) = draw_attribution(sheet);
    let mut page = Group::new().add(title).add(attribution);

    let lines = route_lines(sheet);
    let profile = |top| {
        let area = Rect { left: 70.0, top, right: CONTENT.right + 40.0, bottom: top + PROFILE_HEIGHT };
        profile::draw(&lines, area, sheet.units)
    };
    let bottom = if profile(0.0).is_some() { bottom - PROFILE_HEIGHT - GAP } else { bottom };

    let (projection, visible_areas, sections) = fit_map_and_legend(sheet, &lines, top, bottom);
    let mut on_map = vec![false; sheet.pois.len()];
    let mut top = top;
    if let Some(projection) = projection {
        let (map, pois_on_map) = draw_map(sheet, &projection, sections[1].listed_count(), &visible_areas);
        page = page.add(map);
        on_map = pois_on_map;
        top = projection.frame.bottom + DEGREES_HEIGHT;
    }
    for section in &sections {
        let area = Rect { left: CONTENT.left, top, right: CONTENT.right, bottom: top + section.height() };
        page = page.add(section.draw(area, &on_map));
        top = area.bottom;
    }
    page = profile((top + GAP).min(bottom + GAP)).into_iter().fold(page, Group::add);

    let document = Document::new()
        .set("viewBox", format!("0 0 {} {}", number(PAGE.right), number(PAGE.bottom)))
        .set("width", "210mm")
        .set("height", "297mm")
        .set("font-family", "'DejaVu Sans', 'Noto Sans', 'Open Sans', Arial, sans-serif")
        .add(sensitive_areas::pattern())
        .add(PAGE.element().set("fill", "#ffffff"))
        .add(titled(page, &sheet.title));
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{document}\n")
}

/// The projection of the map, the indices of the sensitive areas on it, and the legend.
///
/// The visible areas depend on the height of the map, which depends on the height of the legend, which depends on the
/// visible areas: a few rounds settle it.
fn fit_map_and_legend(
    sheet: &MapSheet,
    lines: &[RouteLine<'_>],
    top: f64,
    bottom: f64,
) -> (Option<Projection>, Vec<usize>, [Section; 3]) {
    let positions = shown_positions(sheet, lines);
    let height = bottom - top;
    let fit = |sections: &[Section]| {
        let max_height = (height - legend_height(sections)).max(MIN_MAP_HEIGHT);
        let corner = point(CONTENT.left, top);
        Projection::fit(&positions, corner, CONTENT.width(), PREFERRED_MAP_HEIGHT, max_height)
    };
    let mut visible = Vec::new();
    let mut sections = legend_sections(sheet, &visible, height);
    let mut projection = fit(&sections);
    for _ in 0..MAX_LAYOUT_ROUNDS {
        let areas = projection
            .map_or_else(Vec::new, |projection| sensitive_areas::visible(&sheet.sensitive_areas, &projection));
        let indices: Vec<usize> = areas.iter().map(|area| area.index).collect();
        if indices == visible {
            break;
        }
        visible = indices;
        sections = legend_sections(sheet, &visible, height);
        projection = fit(&sections);
    }
    (projection, visible, sections)
}

/// Stages, points of interest and sensitive areas, in the height that the smallest map leaves.
fn legend_sections(sheet: &MapSheet, visible_areas: &[usize], height: f64) -> [Section; 3] {
    let (width, height) = (CONTENT.width(), height - MIN_MAP_HEIGHT - DEGREES_HEIGHT);
    let stages = legend::stages(sheet, width, height / 4.0);
    let others = stages.height() + legend::pois(sheet, width, height).height();
    let areas = legend::sensitive_areas(sheet, visible_areas, width, (height - others).max(height / 4.0));
    let pois = legend::pois(sheet, width, height - stages.height() - areas.height());
    [stages, pois, areas]
}

/// The height of the legend and of the degrees above it.
fn legend_height(sections: &[Section]) -> f64 {
    sections.iter().map(Section::height).sum::<f64>() + DEGREES_HEIGHT
}

/// Title, key figures and subtitle, and the `y` below them.
fn draw_title(sheet: &MapSheet) -> (Group, f64) {
    let mut group = Group::new();
    let mut y = CONTENT.top;
    let figures = (!sheet.key_figures.is_empty()).then_some((&sheet.key_figures, 34.0, "bold"));
    let title = [(&sheet.title, 58.0, "bold")].into_iter();
    for (content, font_size, weight) in title.chain(figures).chain([(&sheet.subtitle, 32.0, "normal")]) {
        // Leaves room for bold letters, which are wider.
        let lines = wrap(content, font_size, CONTENT.width() * 0.9, 2);
        for line in lines.iter().filter(|line| !line.is_empty()) {
            y += font_size;
            group = group.add(text(point(CONTENT.left, y), font_size, line).set("font-weight", weight));
            y += font_size * 0.25;
        }
        y += 8.0;
    }
    (group, y + GAP)
}

/// The attribution, and the `y` above it.
fn draw_attribution(sheet: &MapSheet) -> (Group, f64) {
    let font_size = 22.0;
    let lines = wrap(&sheet.attribution, font_size, CONTENT.width(), 2);
    let top = CONTENT.bottom - lines.len() as f64 * font_size * 1.3;
    let mut group = Group::new();
    for (n, line) in lines.iter().enumerate() {
        let start = point(CONTENT.left, top + (n as f64 + 1.0) * font_size * 1.3);
        group = group.add(text(start, font_size, line).set("fill", GREY));
    }
    (group, top - GAP)
}

/// The lines to walk, in order: the stages with their colours, or the route if there are no stages.
fn route_lines(sheet: &MapSheet) -> Vec<RouteLine<'_>> {
    if sheet.stages.is_empty() {
        return sheet.lines.iter().map(|line| (line.as_slice(), None)).collect();
    }
    let stages = sheet.stages.iter().enumerate();
    let lines = stages.flat_map(|(index, (_, lines))| lines.iter().map(move |line| (line.as_slice(), index)));
    lines.map(|(line, index)| (line, Some(stage_colour(index)))).collect()
}

/// The positions that must be on the map.
fn shown_positions(sheet: &MapSheet, lines: &[RouteLine<'_>]) -> Vec<Position> {
    let lines = lines.iter().map(|(line, _)| *line).chain(sheet.lines.iter().map(Vec::as_slice));
    let route: Vec<Position> = lines.flatten().copied().collect();
    let mut others: Vec<Position> = sheet.pois.iter().map(|(_, position)| *position).collect();
    if route.is_empty() {
        for (_, geometry) in &sheet.sensitive_areas {
            others.extend(geometry.positions());
        }
    }
    positions_to_fit(&route, &others)
}

/// The map, and for each point of interest whether it is on it. The most important labels are placed first.
fn draw_map(
    sheet: &MapSheet,
    projection: &Projection,
    listed_pois: usize,
    visible_areas: &[usize],
) -> (Group, Vec<bool>) {
    let route = Route::new(sheet, projection);
    let areas = sensitive_areas::visible(&sheet.sensitive_areas, projection);
    let mut placement = Placement::new(projection.frame);
    route.avoid(&mut placement);
    for point in sheet.pois.iter().filter_map(|(_, position)| projection.project(*position)) {
        placement.avoid_point(point);
    }
    let ends = route.draw_ends(&mut placement);
    let furniture = furniture::draw(projection, sheet.units, &mut placement);
    let stage_names = route.draw_stage_names(&mut placement);
    let mut letters = Group::new();
    for area in &areas {
        let letter = visible_areas.iter().position(|index| *index == area.index).map(sensitive_areas::letter);
        let letter = letter.and_then(|letter| area.draw_letter(&letter, projection, &mut placement));
        letters = letter.into_iter().fold(letters, Group::add);
    }
    let pois = pois::draw(&sheet.pois, listed_pois, projection, &mut placement);
    let arrows = route.draw_arrows(&mut placement);

    let clip = ClipPath::new().set("id", "frame").add(projection.frame.element());
    let paper = projection.frame.element().set("fill", "#fbfaf5");
    let mut map = Group::new().set("clip-path", "url(#frame)").add(paper);
    let tiles = sheet.background.as_ref().and_then(|archive| background::draw(archive, projection));
    map = tiles.into_iter().fold(map, Group::add).add(graticule::crosses(projection));
    map = areas.iter().fold(map, |map, area| map.add(area.draw()));
    map = map.add(pois.leaders).add(route.draw_line()).add(arrows).add(pois.dots).add(ends).add(pois.badges);
    map = map.add(letters).add(stage_names).add(furniture);
    let map = Group::new().add(Definitions::new().add(clip)).add(map).add(graticule::frame(projection));
    (map, pois.on_map)
}
