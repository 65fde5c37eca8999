//! What sort of thing an object is.

use crate::enum_mirror::mirror;
use crate::error::Result;

/// What sort of thing an object is: the words are the same everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Kind {
    /// A walk, an itinerary, or a stage of one.
    Trek,
    /// A point of interest.
    Poi,
    /// Where to sleep, eat, learn: touristic content.
    TouristicContent,
    /// Something that takes place on a date.
    TouristicEvent,
    /// Where nature must not be disturbed at some times of the year.
    SensitiveArea,
    /// Where people are told.
    InformationDesk,
    /// A water point, a toilet, a shelter.
    Service,
    /// A signpost.
    Signage,
    /// A bridge, a bench, a barrier.
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

mirror!(
    Kind = jalon::model::Kind {
        Trek,
        Poi,
        TouristicContent,
        TouristicEvent,
        SensitiveArea,
        InformationDesk,
        Service,
        Signage,
        Infrastructure,
        Site,
        Course,
        HdView,
        City,
        District,
        FlatPage,
        MenuItem,
        Term
    }
);

/// The core's kinds.
pub(crate) fn kinds(kinds: Vec<Kind>) -> Vec<jalon::model::Kind> {
    kinds.into_iter().map(Into::into).collect()
}

/// The word for a kind, as it stands in exports and in the shell: `sensitive_area`.
///
/// # Errors
/// `Internal` where the library has a defect.
#[uniffi::export]
pub fn kind_name(kind: Kind) -> Result<String> {
    crate::panic_guard::guard(|| Ok(jalon::model::Kind::from(kind).as_str().to_owned()))
}
