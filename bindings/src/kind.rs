//! Kinds of objects.

pub use jalon::model::Kind;

use crate::error::Result;
use crate::panic_guard::guard;

/// Kind of an object.
#[uniffi::remote(Enum)]
pub enum Kind {
    /// A trek: a walk, an itinerary, or a stage of one.
    Trek,
    /// A point of interest.
    Poi,
    /// Touristic content: accommodation, a restaurant, a museum.
    TouristicContent,
    /// Touristic event: takes place on a date.
    TouristicEvent,
    /// An area where wildlife must not be disturbed during some months.
    SensitiveArea,
    /// An information desk.
    InformationDesk,
    /// A service: a water point, a toilet, a shelter.
    Service,
    /// Signage: a signpost.
    Signage,
    /// Infrastructure: a bridge, a bench, a barrier.
    Infrastructure,
    /// An outdoor site: climbing, canyoning.
    Site,
    /// A course on an outdoor site.
    Course,
    /// A panorama in high definition.
    HdView,
    /// A city or commune.
    City,
    /// A district: a valley, a sector.
    District,
    /// A page of text.
    FlatPage,
    /// An entry of the office's menu.
    MenuItem,
    /// An entry of a vocabulary.
    Term,
}

/// The name of a kind in exports and on the command line, such as `sensitive_area`.
#[uniffi::export]
pub fn kind_name(kind: Kind) -> Result<String> {
    guard(|| Ok(kind.as_str().to_owned()))
}
