//! A trek and its points of interest as files for other programs. Positions that are not on Earth are left out, because
//! one of them would make a reader reject the whole file.
//!
//! * `geojson`: GeoJSON (RFC 7946), for maps. The library writes GPX.

mod geojson;

use crate::printable;

pub(crate) use geojson::{geojson, position_json};

/// A text for an XML file. U+FFFD stands for each character that XML cannot hold even escaped, and for each control
/// character or bidirectional override, which would change how the page or the device shows the text around it.
pub(crate) fn xml_text(text: &str) -> String {
    printable::multi_line(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

/// Columns of the longest name in a file. A device that lists names has a few lines for each.
const MAX_NAME_COLUMNS: usize = 200;

/// A name for an XML file: on one line, and not longer than a device can list.
pub(crate) fn xml_name(name: &str) -> String {
    printable::truncate(&xml_text(&printable::single_line(name)), MAX_NAME_COLUMNS)
}

#[cfg(test)]
mod tests {
    use jalon::model::{Geometry, Localized, Poi, Position, RichText, Trek};

    pub(super) fn at(lon: f64, lat: f64, metres: f64) -> Position {
        Position { elevation: Some(metres), ..Position::new(lon, lat) }
    }

    fn texts(fr: &str, en: &str) -> Localized {
        [("fr", fr), ("en", en)].into_iter().collect()
    }

    fn plain(fr: &str) -> RichText {
        RichText { html: Localized::default(), plain: texts(fr, "") }
    }

    pub(super) fn trek() -> Trek {
        Trek {
            id: 12,
            name: texts("Été & <Pic> \"d'Olan\"", "Summer"),
            description: plain("Prendre à gauche,\npuis monter < 3 h."),
            geometry: Some(Geometry::multi_line_string([
                vec![at(6.1, 44.8, 1200.5), at(6.2, 44.9, 1300.0)],
                vec![Position::new(6.3, 44.9), at(6.4, 44.95, f64::NAN), at(f64::NAN, 95.0, 0.0)],
            ])),
            ..Trek::default()
        }
    }

    pub(super) fn poi() -> Poi {
        Poi {
            id: 7,
            name: texts("Cabane « du Pré »\u{b} & Cie", ""),
            description: plain("Fermée l’hiver"),
            type_label: texts("Bâtiment", "Building"),
            geometry: Some(Geometry::point(at(6.15, 44.85, 1250.0))),
            ..Poi::default()
        }
    }
}
