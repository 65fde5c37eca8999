//! What a territory is made of. Plain data, the same for every server and every language: no wire format, no disk, no
//! network. Units stand in the names (`_m` metres, `_h` hours, `_ms` Unix milliseconds); coordinates are longitude,
//! latitude in degrees (WGS84); ids are the server's numbers, unique within one territory and kind.

mod equipment;
mod geojson;
mod geometry;
mod kind;
mod outdoor;
mod page;
mod picture;
mod place;
mod poi;
mod sensitive_area;
mod term;
mod text;
mod tourism;
mod trek;

pub use equipment::{Blade, BladeLine, BladePictogram, Infrastructure, Service, Signage};
pub(crate) use geometry::GeometryBuilder;
pub use geometry::{Bounds, Geometry, Position};
pub use kind::{Kind, Object};
pub use outdoor::{Course, Site};
pub use page::{FlatPage, MenuItem};
pub use picture::{AccessibilityPicture, Attachment, HdView, Picture};
pub use place::{City, District};
pub use poi::Poi;
pub use sensitive_area::{Rule, Season, SensitiveArea};
pub use term::Term;
pub use text::{Localized, RichText, Text};
pub use tourism::{InformationDesk, TouristicContent, TouristicEvent};
pub use trek::{Stage, Trek, WebLink};

/// A server's number for an object; unique within one territory and kind.
pub type Id = i64;
