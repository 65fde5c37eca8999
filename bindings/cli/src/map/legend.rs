//! What the numbers and letters on the map mean, in columns below it: stages, points of interest, sensitive zones. How
//! many columns and how large the letters are follows from how much there is to say; what does not fit at all is counted.

use svg::node::element::Group;

use super::MapSheet;
use super::paint::{Area, at, badge, badge_size, named, text, through, wrapped};
use super::places::{LETTER, POINT, ZONE, hatched, letter, number_size};
use super::trail::stage_colour;

/// The colour of a number whose point lies outside of the map.
const ELSEWHERE: &str = "#9a9a94";

/// Paper between two parts of the legend.
const GAP: f64 = 16.0;

/// One part of the legend.
#[derive(Debug)]
pub(super) struct Section {
    entries: Vec<Entry>,
    /// How many columns, of the whole width together.
    columns: usize,
    /// The letters' size.
    size: f64,
    /// Paper for the number or letter.
    key_width: f64,
    key_size: f64,
}

#[derive(Debug)]
struct Entry {
    key: Key,
    name: String,
    lines: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
enum Key {
    Stage(usize),
    Poi(usize),
    Zone(usize),
    /// So many more.
    More,
}

/// How an entry is set: its letters' size, the columns, and the lines that a name may take.
struct Setting {
    size: f64,
    key_size: f64,
    columns: usize,
    lines: usize,
}

impl Section {
    /// Sets entries in columns of a sheet's width, in at most `height`.
    fn set(names: Vec<(Key, &str)>, setting: &Setting, width: f64, height: f64) -> Section {
        let labels = names.iter().map(|(key, _)| badge_size(&key.label(), setting.key_size).0);
        let swatch = if matches!(names.first(), Some((Key::Zone(_), _))) { 2.4 * setting.key_size } else { 0.0 };
        let key_width = labels.fold(0.0, f64::max).max(swatch) + 12.0;
        let room = width / setting.columns as f64 - key_width - 24.0;
        let entries = names.into_iter().map(|(key, name)| Entry {
            key,
            name: name.to_owned(),
            lines: wrapped(name, setting.size, room, setting.lines),
        });
        let (columns, size, key_size) = (setting.columns, setting.size, setting.key_size);
        let mut section = Section { entries: entries.collect(), columns, size, key_width, key_size };
        let all = section.entries.len();
        let mut kept = all;
        while section.height() > height && kept > 0 {
            kept -= 1;
            section.entries.truncate(kept);
            let lines = vec![format!("… +{}", all - kept)];
            section.entries.push(Entry { key: Key::More, name: String::new(), lines });
        }
        section
    }

    /// How far down the legend each entry begins, and how many stand in a column.
    fn tops(&self) -> (Vec<f64>, usize) {
        let rows = self.entries.len().div_ceil(self.columns).max(1);
        let mut below = 0.0;
        let tops = self.entries.iter().enumerate().map(|(n, entry)| {
            let top = if n % rows == 0 { 0.0 } else { below };
            below = top + self.entry_height(entry);
            top
        });
        (tops.collect(), rows)
    }

    fn entry_height(&self, entry: &Entry) -> f64 {
        self.size * (1.22 * entry.lines.len() as f64 + 0.22)
    }

    /// How much paper it takes.
    pub(super) fn height(&self) -> f64 {
        let (tops, _) = self.tops();
        let bottoms = tops.iter().zip(&self.entries).map(|(top, entry)| top + self.entry_height(entry) + GAP);
        bottoms.fold(0.0, f64::max)
    }

    /// How many things it names.
    pub(super) fn listed(&self) -> usize {
        self.entries.iter().filter(|entry| !matches!(entry.key, Key::More)).count()
    }

    /// Draws it; `on_map` says which points of interest are on the map.
    pub(super) fn drawn(&self, area: Area, on_map: &[bool]) -> Group {
        let (tops, rows) = self.tops();
        let mut group = Group::new();
        for (n, entry) in self.entries.iter().enumerate() {
            let left = area.left + (n / rows) as f64 * area.width() / self.columns as f64;
            let top = area.top + tops[n];
            let centre = at(left + (self.key_width - 12.0) / 2.0, top + self.size * 0.66);
            let mut drawn = Group::new();
            let label = entry.key.label();
            match entry.key {
                Key::Stage(stage) => {
                    drawn = drawn.add(badge(centre, &label, self.key_size, stage_colour(stage), false));
                }
                Key::Poi(poi) => {
                    let colour = if on_map.get(poi).copied().unwrap_or(false) { POINT } else { ELSEWHERE };
                    drawn = drawn.add(badge(centre, &label, self.key_size, colour, true));
                }
                Key::Zone(_) => {
                    let field = Area::around(centre, self.key_width - 12.0, self.key_size * 1.3);
                    let corners = [
                        (field.left, field.top),
                        (field.right, field.top),
                        (field.right, field.bottom),
                        (field.left, field.bottom),
                    ];
                    drawn = drawn.add(hatched(&through(&corners.map(|(x, y)| at(x, y)), true)));
                    drawn = drawn.add(badge(centre, &label, self.key_size * 0.8, ZONE, false));
                }
                Key::More => {}
            }
            for (line, content) in entry.lines.iter().enumerate() {
                let baseline = top + self.size * (1.02 + 1.22 * line as f64);
                drawn = drawn.add(text(at(left + self.key_width, baseline), self.size, content));
            }
            group = group.add(if entry.name.is_empty() { drawn } else { named(drawn, &entry.name) });
        }
        group
    }
}

impl Key {
    fn label(self) -> String {
        match self {
            Key::Stage(n) | Key::Poi(n) => (n + 1).to_string(),
            Key::Zone(n) => letter(n),
            Key::More => String::new(),
        }
    }
}

/// The stages.
pub(super) fn stages(sheet: &MapSheet, width: f64, height: f64) -> Section {
    let names = sheet.stages.iter().enumerate().map(|(n, (name, _))| (Key::Stage(n), name.as_str()));
    let columns = if sheet.stages.len() <= 4 { 2 } else { 3 };
    Section::set(names.collect(), &Setting { size: 28.0, key_size: 26.0, columns, lines: 2 }, width, height)
}

/// The points of interest.
pub(super) fn pois(sheet: &MapSheet, width: f64, height: f64) -> Section {
    let names = sheet.pois.iter().enumerate().map(|(n, (name, _))| (Key::Poi(n), name.as_str()));
    let key_size = number_size(sheet.pois.len());
    let setting = match sheet.pois.len() {
        0..=10 => Setting { size: 28.0, key_size, columns: 2, lines: 2 },
        11..=36 => Setting { size: 26.0, key_size, columns: 3, lines: 2 },
        37..=80 => Setting { size: 24.0, key_size, columns: 4, lines: 1 },
        _ => Setting { size: 20.0, key_size, columns: 5, lines: 1 },
    };
    Section::set(names.collect(), &setting, width, height)
}

/// The sensitive zones that are on the map, by their numbers; their letters are in this order.
pub(super) fn zones(sheet: &MapSheet, shown: &[usize], width: f64, height: f64) -> Section {
    let names = shown.iter().filter_map(|n| Some(sheet.zones.get(*n)?.0.as_str()));
    let names = names.enumerate().map(|(n, name)| (Key::Zone(n), name));
    let (columns, lines) = match shown.len() {
        0..=1 => (1, 2),
        2..=12 => (2, 2),
        _ => (3, 1),
    };
    Section::set(names.collect(), &Setting { size: 26.0, key_size: LETTER, columns, lines }, width, height)
}
