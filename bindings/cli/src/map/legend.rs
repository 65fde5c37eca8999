//! The legend: the stages, points of interest and sensitive areas of the map, in columns below it. The number of columns
//! and the font size depend on the number of entries; entries that do not fit are counted.

use svg::node::element::Group;

use super::MapSheet;
use super::canvas::{Rect, badge, badge_size, path_data, point, titled};
use super::route::stage_colour;
use super::text::{text, wrap};
use super::{pois, sensitive_areas};

/// The colour of the number of a point that is not on the map.
const OFF_MAP_COLOUR: &str = "#9a9a94";

/// Height below a section.
const SECTION_GAP: f64 = 16.0;
/// Width between a key and its name.
const KEY_GAP: f64 = 12.0;
/// Width between two columns.
const COLUMN_GAP: f64 = 24.0;

/// A section of the legend.
#[derive(Debug)]
pub(super) struct Section {
    entries: Vec<Entry>,
    columns: usize,
    font_size: f64,
    key_width: f64,
    key_font_size: f64,
}

#[derive(Debug)]
struct Entry {
    key: Key,
    name: String,
    lines: Vec<String>,
}

/// The mark before a name, with the index of the object.
#[derive(Debug, Clone, Copy)]
enum Key {
    Stage(usize),
    Poi(usize),
    SensitiveArea(usize),
    /// The entry that counts the entries that do not fit.
    Omitted,
}

struct Style {
    font_size: f64,
    key_font_size: f64,
    columns: usize,
    /// Lines that a name may take.
    max_lines: usize,
}

/// The stages.
pub(super) fn stages(sheet: &MapSheet, width: f64, max_height: f64) -> Section {
    let names = sheet.stages.iter().enumerate().map(|(n, (name, _))| (Key::Stage(n), name.as_str()));
    let columns = if sheet.stages.len() <= 4 { 2 } else { 3 };
    let style = Style { font_size: 28.0, key_font_size: 26.0, columns, max_lines: 2 };
    Section::new(names.collect(), &style, width, max_height)
}

/// The points of interest.
pub(super) fn pois(sheet: &MapSheet, width: f64, max_height: f64) -> Section {
    let names = sheet.pois.iter().enumerate().map(|(n, (name, _))| (Key::Poi(n), name.as_str()));
    let key_font_size = pois::font_size(sheet.pois.len());
    let style = match sheet.pois.len() {
        0..=10 => Style { font_size: 28.0, key_font_size, columns: 2, max_lines: 2 },
        11..=36 => Style { font_size: 26.0, key_font_size, columns: 3, max_lines: 2 },
        37..=80 => Style { font_size: 24.0, key_font_size, columns: 4, max_lines: 1 },
        _ => Style { font_size: 20.0, key_font_size, columns: 5, max_lines: 1 },
    };
    Section::new(names.collect(), &style, width, max_height)
}

/// The sensitive areas that are on the map, by their indices; this is also the order of their letters.
pub(super) fn sensitive_areas(sheet: &MapSheet, visible: &[usize], width: f64, max_height: f64) -> Section {
    let names = visible.iter().filter_map(|index| Some(sheet.sensitive_areas.get(*index)?.0.as_str()));
    let names = names.enumerate().map(|(n, name)| (Key::SensitiveArea(n), name));
    let (columns, max_lines) = match visible.len() {
        0..=1 => (1, 2),
        2..=12 => (2, 2),
        _ => (3, 1),
    };
    let style = Style { font_size: 26.0, key_font_size: sensitive_areas::FONT_SIZE, columns, max_lines };
    Section::new(names.collect(), &style, width, max_height)
}

impl Section {
    /// Arranges entries in columns over `width`. Entries that exceed `max_height` are replaced by their number.
    fn new(names: Vec<(Key, &str)>, style: &Style, width: f64, max_height: f64) -> Section {
        let badge_widths = names.iter().map(|(key, _)| badge_size(&key.label(), style.key_font_size).0);
        let is_areas = matches!(names.first(), Some((Key::SensitiveArea(_), _)));
        let swatch_width = if is_areas { 2.4 * style.key_font_size } else { 0.0 };
        let key_width = badge_widths.fold(swatch_width, f64::max) + KEY_GAP;
        let name_width = width / style.columns as f64 - key_width - COLUMN_GAP;
        let entries = names.into_iter().map(|(key, name)| Entry {
            key,
            name: name.to_owned(),
            lines: wrap(name, style.font_size, name_width, style.max_lines),
        });
        let mut section = Section {
            entries: entries.collect(),
            columns: style.columns,
            font_size: style.font_size,
            key_width,
            key_font_size: style.key_font_size,
        };
        let total = section.entries.len();
        let mut kept = total;
        while section.height() > max_height && kept > 0 {
            kept -= 1;
            section.entries.truncate(kept);
            let lines = vec![format!("… +{}", total - kept)];
            section.entries.push(Entry { key: Key::Omitted, name: String::new(), lines });
        }
        section
    }

    /// For each entry, where it starts below the top of the section; and the number of rows.
    fn tops(&self) -> (Vec<f64>, usize) {
        let rows = self.entries.len().div_ceil(self.columns).max(1);
        let mut next = 0.0;
        let tops = self.entries.iter().enumerate().map(|(n, entry)| {
            let top = if n % rows == 0 { 0.0 } else { next };
            next = top + self.entry_height(entry);
            top
        });
        (tops.collect(), rows)
    }

    fn entry_height(&self, entry: &Entry) -> f64 {
        self.font_size * (1.22 * entry.lines.len() as f64 + 0.22)
    }

    pub(super) fn height(&self) -> f64 {
        let (tops, _) = self.tops();
        let bottoms = tops.iter().zip(&self.entries).map(|(top, entry)| top + self.entry_height(entry) + SECTION_GAP);
        bottoms.fold(0.0, f64::max)
    }

    /// The number of objects that the section names.
    pub(super) fn listed_count(&self) -> usize {
        self.entries.iter().filter(|entry| !matches!(entry.key, Key::Omitted)).count()
    }

    /// Draws the section. `on_map` says for each point of interest whether it is on the map.
    pub(super) fn draw(&self, area: Rect, on_map: &[bool]) -> Group {
        let (tops, rows) = self.tops();
        let mut group = Group::new();
        for (n, entry) in self.entries.iter().enumerate() {
            let left = area.left + (n / rows) as f64 * area.width() / self.columns as f64;
            let top = area.top + tops[n];
            let mut drawn = self.draw_key(entry.key, left, top, on_map);
            for (line, content) in entry.lines.iter().enumerate() {
                let baseline = top + self.font_size * (1.02 + 1.22 * line as f64);
                drawn = drawn.add(text(point(left + self.key_width, baseline), self.font_size, content));
            }
            group = group.add(if entry.name.is_empty() { drawn } else { titled(drawn, &entry.name) });
        }
        group
    }

    fn draw_key(&self, key: Key, left: f64, top: f64, on_map: &[bool]) -> Group {
        let width = self.key_width - KEY_GAP;
        let centre = point(left + width / 2.0, top + self.font_size * 0.66);
        let (label, font_size) = (key.label(), self.key_font_size);
        let group = Group::new();
        match key {
            Key::Stage(stage) => group.add(badge(centre, &label, font_size, stage_colour(stage), false)),
            Key::Poi(poi) => {
                let is_on_map = on_map.get(poi).copied().unwrap_or(false);
                let colour = if is_on_map { pois::COLOUR } else { OFF_MAP_COLOUR };
                group.add(badge(centre, &label, font_size, colour, true))
            }
            Key::SensitiveArea(_) => {
                let swatch = Rect::centred(centre, width, font_size * 1.3);
                group.add(sensitive_areas::hatched(&path_data(&swatch.corners(), true))).add(badge(
                    centre,
                    &label,
                    font_size * 0.8,
                    sensitive_areas::COLOUR,
                    false,
                ))
            }
            Key::Omitted => group,
        }
    }
}

impl Key {
    fn label(self) -> String {
        match self {
            Key::Stage(n) | Key::Poi(n) => (n + 1).to_string(),
            Key::SensitiveArea(n) => sensitive_areas::letter(n),
            Key::Omitted => String::new(),
        }
    }
}
