//! The lists of API v2 that a territory consists of, and how each is requested.

use crate::model::Kind;

/// How a list is requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A short list: all of it in one response.
    Whole,
    /// A long list: its ids first, then its objects in batches; the first batch has this many.
    Batched(usize),
}

/// What a list says about the changes of its objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dates {
    /// Each object has its date, and the filter `updated_after` works.
    PerObject,
    /// Only the filter `updated_after` works.
    FilterOnly,
    /// The filter `updated_after` is ignored.
    None,
}

pub(super) struct ListSpec {
    pub(super) endpoint: &'static str,
    pub(super) kind: Kind,
    pub(super) shape: Shape,
    /// Filters without which the server hides objects.
    pub(super) filters: &'static str,
    pub(super) by_portal: bool,
    /// Texts come in the language of `Accept-Language` only.
    pub(super) plain_texts: bool,
    pub(super) dates: Dates,
}

const fn list(endpoint: &'static str, kind: Kind, shape: Shape, by_portal: bool) -> ListSpec {
    ListSpec { endpoint, kind, shape, filters: "", by_portal, plain_texts: false, dates: Dates::None }
}

/// The list of a vocabulary.
pub(super) const fn vocabulary(endpoint: &'static str) -> ListSpec {
    list(endpoint, Kind::Term, Shape::Whole, false)
}

pub(super) const LISTS: &[ListSpec] = &[
    ListSpec { dates: Dates::PerObject, ..list("trek", Kind::Trek, Shape::Batched(20), true) },
    ListSpec { dates: Dates::PerObject, ..list("poi", Kind::Poi, Shape::Batched(100), false) },
    ListSpec { dates: Dates::PerObject, ..list("touristiccontent", Kind::TouristicContent, Shape::Batched(50), true) },
    ListSpec { dates: Dates::PerObject, ..list("touristicevent", Kind::TouristicEvent, Shape::Batched(50), true) },
    ListSpec {
        filters: "period=ignore",
        dates: Dates::PerObject,
        ..list("sensitivearea", Kind::SensitiveArea, Shape::Batched(50), false)
    },
    ListSpec { dates: Dates::FilterOnly, ..list("service", Kind::Service, Shape::Batched(500), false) },
    ListSpec {
        plain_texts: true,
        dates: Dates::FilterOnly,
        ..list("signage", Kind::Signage, Shape::Batched(100), false)
    },
    ListSpec {
        plain_texts: true,
        dates: Dates::FilterOnly,
        ..list("infrastructure", Kind::Infrastructure, Shape::Batched(100), false)
    },
    ListSpec { dates: Dates::FilterOnly, ..list("outdoor_site", Kind::Site, Shape::Batched(50), true) },
    ListSpec { dates: Dates::FilterOnly, ..list("outdoor_course", Kind::Course, Shape::Batched(50), true) },
    ListSpec { plain_texts: true, ..list("hdviewpoint", Kind::HdView, Shape::Whole, true) },
    list("informationdesk", Kind::InformationDesk, Shape::Whole, true),
    ListSpec { dates: Dates::FilterOnly, ..list("flatpage", Kind::FlatPage, Shape::Whole, true) },
    list("menu_item", Kind::MenuItem, Shape::Whole, true),
    list("city", Kind::City, Shape::Whole, false),
    list("district", Kind::District, Shape::Whole, false),
];

/// The list of objects with this name.
pub(super) fn find(endpoint: &str) -> Option<&'static ListSpec> {
    LISTS.iter().find(|list| list.endpoint == endpoint)
}

/// The names of the lists of objects, without the vocabularies.
pub(crate) fn object_lists() -> impl Iterator<Item = &'static str> {
    LISTS.iter().map(|list| list.endpoint)
}

/// The kind of the objects in a list of the server. Every other list is a vocabulary.
pub fn kind_of(list: &str) -> Kind {
    // A tour is a trek with its stages in it.
    if list == "tour" { Kind::Trek } else { find(list).map_or(Kind::Term, |list| list.kind) }
}

/// Whether the texts of a kind come in one language at a time.
pub(crate) fn has_plain_texts(kind: Kind) -> bool {
    LISTS.iter().any(|list| list.kind == kind && list.plain_texts)
}

/// The vocabularies, all short. Their lists are not limited to portals, so that every id of an object has its entry.
pub(crate) const VOCABULARIES: &[&str] = &[
    "annotation_category",
    "feedback_activity",
    "feedback_category",
    "feedback_magnitude",
    "feedback_status",
    "file_type",
    "informationdesk_type",
    "infrastructure_condition",
    "infrastructure_maintenance_difficulty_level",
    "infrastructure_type",
    "infrastructure_usage_difficulty_level",
    "label",
    "label_accessibility",
    "organism",
    "outdoor_coursetype",
    "outdoor_practice",
    "outdoor_rating",
    "outdoor_ratingscale",
    "outdoor_sector",
    "outdoor_sitetype",
    "poi_type",
    "portal",
    "reservationsystem",
    "sensitivearea_practice",
    "sensitivearea_species",
    "service_type",
    "signage_blade_type",
    "signage_color",
    "signage_condition",
    "signage_direction",
    "signage_sealing",
    "signage_type",
    "source",
    "structure",
    "theme",
    "touristiccontent_category",
    "touristicevent_organizer",
    "touristicevent_place",
    "touristicevent_type",
    "trek_accessibility",
    "trek_accessibility_level",
    "trek_difficulty",
    "trek_network",
    "trek_practice",
    "trek_rating",
    "trek_ratingscale",
    "trek_route",
    "weblink_category",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_of_each_missing_entry_is_requested() {
        let fields = Kind::ALL.into_iter().flat_map(Kind::fields).filter(|field| field.fetches_missing);
        let lists: Vec<&str> = fields.map(|field| field.refers_to.unwrap()).collect();
        assert!(lists.len() > 30);
        for list in lists {
            assert!(VOCABULARIES.contains(&list) || kind_of(list) != Kind::Term, "{list}");
        }
    }
}
