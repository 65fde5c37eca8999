//! The lists of API v2 that an overview has, and how each is asked for.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Short: the whole list in one answer.
    Whole,
    /// Long: ids first, then batches, the first of so many objects.
    Batched(usize),
}

/// What a list tells of when its objects changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dates {
    /// Each object has its date, and `updated_after` holds.
    Told,
    /// Only `updated_after` holds.
    Asked,
    /// Nothing: `updated_after` is ignored.
    None,
}

pub(super) struct List {
    pub(super) endpoint: &'static str,
    pub(super) shape: Shape,
    /// Filters without which the server hides objects.
    pub(super) filters: &'static str,
    pub(super) by_portal: bool,
    /// Texts come in the language of `Accept-Language` only.
    pub(super) plain_texts: bool,
    pub(super) dates: Dates,
}

pub(super) const fn list(endpoint: &'static str, shape: Shape, by_portal: bool) -> List {
    List { endpoint, shape, filters: "", by_portal, plain_texts: false, dates: Dates::None }
}

pub(super) const LISTS: &[List] = &[
    List { dates: Dates::Told, ..list("trek", Shape::Batched(20), true) },
    List { dates: Dates::Told, ..list("poi", Shape::Batched(100), false) },
    List { dates: Dates::Told, ..list("touristiccontent", Shape::Batched(50), true) },
    List { dates: Dates::Told, ..list("touristicevent", Shape::Batched(50), true) },
    List { filters: "period=ignore", dates: Dates::Told, ..list("sensitivearea", Shape::Batched(50), false) },
    List { dates: Dates::Asked, ..list("service", Shape::Batched(500), false) },
    List { plain_texts: true, dates: Dates::Asked, ..list("signage", Shape::Batched(100), false) },
    List { plain_texts: true, dates: Dates::Asked, ..list("infrastructure", Shape::Batched(100), false) },
    List { dates: Dates::Asked, ..list("outdoor_site", Shape::Batched(50), true) },
    List { dates: Dates::Asked, ..list("outdoor_course", Shape::Batched(50), true) },
    List { plain_texts: true, ..list("hdviewpoint", Shape::Whole, true) },
    list("informationdesk", Shape::Whole, true),
    List { dates: Dates::Asked, ..list("flatpage", Shape::Whole, true) },
    list("menu_item", Shape::Whole, true),
    list("city", Shape::Whole, false),
    list("district", Shape::Whole, false),
];

/// The names of the lists that have objects, and not entries of a vocabulary.
pub fn object_lists() -> impl Iterator<Item = &'static str> {
    LISTS.iter().map(|list| list.endpoint)
}

/// Vocabularies, each short. Their lists are not limited to the portals, so that no id of an object lacks its entry.
pub const VOCABULARIES: &[&str] = &[
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
