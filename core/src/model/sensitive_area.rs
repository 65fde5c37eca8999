use serde::{Deserialize, Serialize};

use super::fields::records;
use super::{Attachment, Geometry, Id, Localized, RichText};

/// The months in which an area is sensitive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Season {
    /// One flag for each month, January first.
    pub months: [bool; 12],
}

impl Season {
    /// True if the season contains a month, 1 for January to 12 for December.
    pub fn contains_month(&self, month: u8) -> bool {
        (1..=12).contains(&month) && self.months[usize::from(month) - 1]
    }

    /// True if an area may be sensitive in a month. A season without any month is unknown, and counts as the whole year.
    pub fn may_contain_month(&self, month: u8) -> bool {
        self.contains_month(month) || self.months == [false; 12]
    }
}

records! {
    /// An area where animals must not be disturbed, or where rules apply.
    pub struct SensitiveArea in "sensitivearea" {
        /// Identifier on the server.
        id: Id;
        /// Species, or name of the regulation.
        name: Localized => name;
        /// Vocabulary `sensitivearea_species`; `None` for a regulated area.
        species: Option<Id> => wire("species_id"), refers_to("sensitivearea_species"), column;
        /// Reason for the protection.
        description: RichText => description;
        /// Contact for questions.
        contact: RichText => body;
        /// Address of a page with more information.
        info_url: Option<String>;
        /// Practices that the area concerns (vocabulary `sensitivearea_practice`).
        practices: Vec<Id> => refers_to("sensitivearea_practice"), set;
        /// Months in which the area is sensitive.
        season: Season => wire("period"), column;
        /// Distance to keep, also above ground, metres.
        elevation_m: Option<f64> => wire("elevation");
        /// Radius around a point, metres, if the server gives one.
        radius_m: Option<f64> => wire("radius");
        /// Area, or point with a radius.
        geometry: Option<Geometry>;
        /// Rules of behaviour.
        rules: Vec<Rule>;
        /// Address of the KML file.
        kml_url: Option<String> => link;
        /// Address of the OpenAir file, for aerial practices.
        openair_url: Option<String> => link;
        /// True if the area is published.
        is_published: bool => wire("published");
        /// Pictures, files and videos, the cover first.
        attachments: Vec<Attachment>;
        /// Provider from whose system the area was imported.
        provider: Option<String>;
        /// Organisation that maintains the area (vocabulary `structure`).
        structure: Option<Id> => refers_to("structure");
        /// Time of creation, Unix ms.
        created_ms: Option<i64> => wire("create_datetime"), date;
        /// Time of the last change according to the server, Unix ms. A change of a many-to-many field does not move it.
        updated_ms: Option<i64> => wire("update_datetime"), date;
    }

    /// One rule of a sensitive area.
    pub struct Rule in "rule" {
        /// Identifier on the server.
        id: Id;
        /// Code.
        code: Option<String>;
        /// Name.
        name: Localized;
        /// Text of the rule.
        description: RichText;
        /// Address of the pictogram.
        pictogram: Option<String> => pictogram;
        /// Address of a page with more information.
        url: Option<String>;
    }
}
