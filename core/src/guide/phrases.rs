//! Sentences to speak. The table `phrases.tsv` has a row for each phrase and a column for each language, which any
//! spreadsheet opens: a column with another language code adds a language. `{…}` stands for a value.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::line::{COMPASS_POINTS, compass_point};
use crate::model::language::lookup;

const TABLE: &str = include_str!("phrases.tsv");

/// The language that answers if no other is wanted.
const FALLBACK: &str = "en";

/// The phrases of one language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Phrases {
    column: usize,
}

/// Rows by key; the cells of a row in the order of the languages.
struct Table {
    languages: Vec<&'static str>,
    rows: HashMap<&'static str, Vec<&'static str>>,
}

fn table() -> &'static Table {
    static PARSED: OnceLock<Table> = OnceLock::new();
    PARSED.get_or_init(|| {
        let mut lines = TABLE.lines().map(|line| line.split('\t'));
        let languages = lines.next().map(|head| head.skip(1).collect()).unwrap_or_default();
        let rows = lines.filter_map(|mut cells| Some((cells.next()?, cells.collect()))).collect();
        Table { languages, rows }
    })
}

impl Phrases {
    /// The phrases in the first of some languages that the table has, else in English.
    pub(super) fn find(languages: &[impl AsRef<str>]) -> Phrases {
        let known = &table().languages;
        let wanted = languages.iter().map(AsRef::as_ref).chain([FALLBACK]);
        let column = wanted.into_iter().find_map(|wanted| lookup(wanted, known.iter().copied())).unwrap_or(0);
        Phrases { column }
    }

    /// The phrase of a key, with values in the places of their names.
    pub(super) fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        let mut text = String::new();
        let mut rest = self.phrase(key);
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let Some((name, after)) = after.split_once('}') else { break };
            text.push_str(values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| *value));
            rest = after;
        }
        text.push_str(rest);
        text.truncate(text.trim_end().len());
        text
    }

    /// A distance: metres to the nearest 10, at least 10; kilometres with one decimal.
    pub(super) fn distance(&self, metres: f64) -> String {
        if metres < 995.0 {
            let rounded = (metres / 10.0).round().max(1.0) * 10.0;
            return self.say("metres", &[("number", &format!("{rounded:.0}"))]);
        }
        let number = format!("{:.1}", metres / 1000.0).replace('.', self.phrase("decimal_separator"));
        self.say("kilometres", &[("number", &number)])
    }

    /// A time: minutes, or hours and minutes.
    pub(super) fn duration(&self, seconds: f64) -> String {
        let minutes = (seconds.max(0.0) / 60.0).round() as u64;
        let number = (minutes % 60).to_string();
        match minutes / 60 {
            0 => self.say("minutes", &[("number", &number)]),
            hours => self.say("hours_minutes", &[("hours", &hours.to_string()), ("number", &number)]),
        }
    }

    /// The compass point of a direction in degrees.
    pub(super) fn compass(&self, bearing_deg: f64) -> &'static str {
        const POINTS: [&str; COMPASS_POINTS] = ["n", "ne", "e", "se", "s", "sw", "w", "nw"];
        self.phrase(&format!("bearing_{}", POINTS[compass_point(bearing_deg)]))
    }

    fn phrase(&self, key: &str) -> &'static str {
        table().rows.get(key).and_then(|row| row.get(self.column)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(phrase: &str) -> Vec<&str> {
        let mut places: Vec<_> = phrase.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
        places.sort_unstable();
        places
    }

    #[test]
    fn table_has_every_phrase_in_every_language_with_the_same_values() {
        let table = table();
        assert!(table.languages.contains(&FALLBACK) && table.languages.contains(&"fr"));
        assert_eq!(table.rows.len(), TABLE.lines().count() - 1, "no key twice");
        for (key, row) in &table.rows {
            assert_eq!(row.len(), table.languages.len(), "{key}");
            for phrase in row {
                assert!(!phrase.is_empty(), "{key}");
                assert_eq!(places(phrase), places(row[0]), "{key}");
            }
        }
    }

    #[test]
    fn say_fills_values_and_falls_back_to_english() {
        let french = Phrases::find(&["oc", "fr-FR"]);
        assert_eq!(
            french.say("poi_ahead", &[("distance", &french.distance(104.0)), ("name", "Lac {1}")]),
            "Dans 100 m : Lac {1}."
        );
        assert_eq!(french.distance(1_260.0), "1,3 km");
        let english = Phrases::find(&["ja"]);
        assert_eq!(english.say("poi_ahead", &[("distance", "1 km"), ("name", "Lake")]), "In 1 km: Lake.");
        assert_eq!(english.duration(1_490.0), "25 min");
        assert_eq!(english.duration(3_700.0), "1 h 2 min");
        assert_eq!(
            [english.compass(-10.0), english.compass(44.0), english.compass(350.0)],
            ["north", "north-east", "north"]
        );
    }
}
