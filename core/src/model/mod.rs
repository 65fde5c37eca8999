//! The objects of a territory: plain data, the same for every server and every language, without disk or network. Units
//! stand in the names (`_m` metres, `_h` hours, `_ms` Unix milliseconds); coordinates are longitude, latitude in degrees
//! (WGS84); ids are the server's, unique within one territory and kind.
//!
//! * `kind`: the list of kinds, and an object of any kind.
//! * `fields`: the table of fields. A new field of Geotrek is one line in one of the files below.
//! * `values`: the types that a field may have, and access to its value by type.
//! * `json`: the JSON of an object, written and read by that table.
//! * `trek`, `tourism`, `outdoor`, `equipment`, `poi`, `sensitive_area`, `place`, `page`, `term`: the objects by family.
//! * `event_dates`: the dates of an event, checked against the current day.
//! * `picture`: attachments, pictures and panoramas of objects.
//! * `text`: texts in several languages, with and without markup. `language`: language tags and their lookup.
//! * `position`: positions and boxes. `fix`: fixes of a position receiver.
//! * `geometry`: geometries; `geometry_parts`: their simplest form; `geojson`: their JSON; `elevation`: impossible elevations.

mod elevation;
mod equipment;
pub(crate) mod event_dates;
pub(crate) mod fields;
mod fix;
mod geojson;
mod geometry;
mod geometry_parts;
pub(crate) mod json;
mod kind;
pub(crate) mod language;
mod outdoor;
mod page;
mod picture;
mod place;
mod poi;
mod position;
mod sensitive_area;
mod term;
mod text;
mod tourism;
mod trek;
pub(crate) mod values;

pub(crate) use elevation::{is_possible as is_possible_elevation, remove_impossible as remove_impossible_elevations};
pub use equipment::{Blade, BladeLine, BladePictogram, Infrastructure, Service, Signage};
pub use event_dates::EventDates;
pub use fix::Fix;
pub use geometry::Geometry;
pub(crate) use geometry::GeometryBuilder;
pub use kind::{Kind, Object};
pub use outdoor::{Course, Site};
pub use page::{FlatPage, MenuItem};
pub use picture::{AccessibilityPicture, Attachment, HdView, Picture};
pub use place::{City, District};
pub use poi::Poi;
pub use position::{Bounds, Position};
pub use sensitive_area::{Rule, Season, SensitiveArea};
pub use term::Term;
pub use text::{Localized, RichText, Text};
pub use tourism::{InformationDesk, TouristicContent, TouristicEvent};
pub use trek::{Trek, WebLink};

/// Identifier of an object on its server; unique within one territory and kind.
pub type Id = i64;
