//! The lists of API v2 that a territory consists of, and how each is requested.

use crate::model::Kind;

/// How a list is requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fetch {
    /// A short list: all of it in one response.
    Whole,
    /// A long list: its ids first, then its objects in batches; the first batch has this many.
    Batched(usize),
}

impl Fetch {
    /// The size of the first batch of a long list.
    pub(super) fn first_batch(self) -> Option<usize> {
        match self {
            Fetch::Batched(size) => Some(size),
            Fetch::Whole => None,
        }
    }
}

/// How a list dates the changes of its objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dates {
    /// Each object has its date, and the filter `updated_after` works.
    PerObject,
    /// Only the filter `updated_after` works.
    FilterOnly,
    /// The filter `updated_after` is ignored.
    None,
}

/// How a list is limited to the portals of a territory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByPortal {
    /// The list has no portals.
    Never,
    /// By the parameter `portals`. The objects have their portals in this field.
    Field(&'static str),
    /// By the parameter `portals`. The objects do not show their portals.
    Parameter,
    /// By the objects that its objects belong to: the server cannot filter this list.
    Owners,
}

#[derive(Clone, Copy)]
pub(super) struct ListSpec {
    pub(super) endpoint: &'static str,
    pub(super) kind: Kind,
    pub(super) fetch: Fetch,
    /// Filters without which the server hides objects.
    pub(super) filters: &'static str,
    pub(super) by_portal: ByPortal,
    /// Texts come in the language of `Accept-Language` only.
    pub(super) plain_texts: bool,
    pub(super) dates: Dates,
    /// Fields that change without a change of the object's date, separated by commas: those of objects that it refers to.
    pub(super) undated_fields: &'static str,
}

impl ListSpec {
    const fn new(endpoint: &'static str, kind: Kind, fetch: Fetch) -> ListSpec {
        let dates = Dates::None;
        ListSpec {
            endpoint,
            kind,
            fetch,
            filters: "",
            by_portal: ByPortal::Never,
            plain_texts: false,
            dates,
            undated_fields: "",
        }
    }

    /// The list of a vocabulary. It is not limited to portals, so that every id of an object has its entry.
    pub(super) const fn vocabulary(endpoint: &'static str) -> ListSpec {
        ListSpec::new(endpoint, Kind::Term, Fetch::Whole)
    }

    /// The list with this name: every list that is not one of objects is a vocabulary.
    pub(super) fn of(endpoint: &'static str) -> ListSpec {
        find(endpoint).copied().unwrap_or(ListSpec::vocabulary(endpoint))
    }

    const fn dates(self, dates: Dates) -> ListSpec {
        ListSpec { dates, ..self }
    }

    const fn by_portal(self, by_portal: ByPortal) -> ListSpec {
        ListSpec { by_portal, ..self }
    }

    /// Whether the server limits the list to portals.
    pub(super) fn has_portal_parameter(&self) -> bool {
        matches!(self.by_portal, ByPortal::Field(_) | ByPortal::Parameter)
    }

    const fn plain_texts(self) -> ListSpec {
        ListSpec { plain_texts: true, ..self }
    }

    const fn undated_fields(self, undated_fields: &'static str) -> ListSpec {
        ListSpec { undated_fields, ..self }
    }

    const fn filters(self, filters: &'static str) -> ListSpec {
        ListSpec { filters, ..self }
    }
}

const fn whole(endpoint: &'static str, kind: Kind) -> ListSpec {
    ListSpec::new(endpoint, kind, Fetch::Whole)
}

const fn batched(endpoint: &'static str, kind: Kind, first_batch: usize) -> ListSpec {
    ListSpec::new(endpoint, kind, Fetch::Batched(first_batch))
}

/// The fields of a sensitive area that come from its species or from its rules.
pub(crate) const SENSITIVE_AREA_UNDATED: &str = "name,species_id,info_url,elevation,practices,period,rules";

pub(super) const LISTS: &[ListSpec] = &[
    batched("trek", Kind::Trek, 20).by_portal(ByPortal::Field("portal")).dates(Dates::PerObject),
    batched("poi", Kind::Poi, 100).dates(Dates::PerObject),
    batched("touristiccontent", Kind::TouristicContent, 50)
        .by_portal(ByPortal::Field("portal"))
        .dates(Dates::PerObject),
    batched("touristicevent", Kind::TouristicEvent, 50).by_portal(ByPortal::Field("portal")).dates(Dates::PerObject),
    batched("sensitivearea", Kind::SensitiveArea, 50)
        .filters("period=ignore")
        .dates(Dates::PerObject)
        .undated_fields(SENSITIVE_AREA_UNDATED),
    batched("service", Kind::Service, 500).dates(Dates::FilterOnly),
    batched("signage", Kind::Signage, 100).plain_texts().dates(Dates::FilterOnly),
    batched("infrastructure", Kind::Infrastructure, 100).plain_texts().dates(Dates::FilterOnly),
    batched("outdoor_site", Kind::Site, 50).by_portal(ByPortal::Field("portal")).dates(Dates::FilterOnly),
    batched("outdoor_course", Kind::Course, 50).by_portal(ByPortal::Parameter).dates(Dates::FilterOnly),
    whole("hdviewpoint", Kind::HdView).by_portal(ByPortal::Owners).plain_texts(),
    whole("informationdesk", Kind::InformationDesk).by_portal(ByPortal::Parameter),
    whole("flatpage", Kind::FlatPage).by_portal(ByPortal::Field("portals")).dates(Dates::FilterOnly),
    whole("menu_item", Kind::MenuItem).by_portal(ByPortal::Field("portals")),
    whole("city", Kind::City),
    whole("district", Kind::District),
];

/// Vocabularies that the table of fields does not name: for fields of objects within others, for reports, for later.
const OTHER_VOCABULARIES: &str = "annotation_category feedback_activity feedback_category feedback_magnitude \
    feedback_status file_type outdoor_ratingscale signage_blade_type signage_color signage_direction \
    touristicevent_place trek_ratingscale weblink_category";

/// The list of objects with this name.
pub(super) fn find(endpoint: &str) -> Option<&'static ListSpec> {
    LISTS.iter().find(|list| list.endpoint == endpoint)
}

/// The lists of objects without any dates.
pub(crate) fn undated_lists() -> impl Iterator<Item = &'static str> {
    LISTS.iter().filter(|list| list.dates == Dates::None).map(|list| list.endpoint)
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

/// The vocabularies, all short, in alphabetical order: those that the table of fields names, and others.
pub(crate) fn vocabularies() -> Vec<&'static str> {
    let fields = Kind::ALL.into_iter().flat_map(Kind::fields).filter_map(|field| field.refers_to);
    // Lists of objects are no vocabularies; the types of contents come within their categories.
    let named = fields.filter(|list| find(list).is_none() && *list != "touristiccontent_type");
    let mut vocabularies: Vec<&str> = named.chain(OTHER_VOCABULARIES.split_ascii_whitespace()).collect();
    vocabularies.sort_unstable();
    vocabularies.dedup();
    vocabularies
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vocabularies_are_those_of_api_v2() {
        let vocabularies = vocabularies();
        assert_eq!(vocabularies.len(), 48);
        assert!(vocabularies.contains(&"theme") && !vocabularies.contains(&"informationdesk"));
    }
}
