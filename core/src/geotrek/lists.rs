//! The lists of API v2 that an overview has, and how each is asked for.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Short: the whole list in one answer.
    Whole,
    /// Long: ids first, then batches, the first of so many objects.
    Batched(usize),
}

pub(super) struct List {
    pub(super) endpoint: &'static str,
    pub(super) shape: Shape,
    /// Filters without which the server hides objects.
    pub(super) filters: &'static str,
    pub(super) by_portal: bool,
    /// Texts come in the language of `Accept-Language` only.
    pub(super) plain_texts: bool,
}

pub(super) const fn list(endpoint: &'static str, shape: Shape, by_portal: bool) -> List {
    List { endpoint, shape, filters: "", by_portal, plain_texts: false }
}

pub(super) const LISTS: &[List] = &[
    list("trek", Shape::Batched(20), true),
    list("poi", Shape::Batched(100), false),
    list("touristiccontent", Shape::Batched(50), true),
    list("touristicevent", Shape::Batched(50), true),
    List { filters: "period=ignore", ..list("sensitivearea", Shape::Batched(50), false) },
    list("service", Shape::Batched(500), false),
    List { plain_texts: true, ..list("signage", Shape::Batched(100), false) },
    List { plain_texts: true, ..list("infrastructure", Shape::Batched(100), false) },
    list("outdoor_site", Shape::Batched(50), true),
    list("outdoor_course", Shape::Batched(50), true),
    List { plain_texts: true, ..list("hdviewpoint", Shape::Whole, true) },
    list("informationdesk", Shape::Whole, true),
    list("flatpage", Shape::Whole, true),
    list("menu_item", Shape::Whole, true),
    list("city", Shape::Whole, false),
    list("district", Shape::Whole, false),
];

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
