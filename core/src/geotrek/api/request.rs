//! One request to the API, the facts of its response that a plan needs, and the requests of a download.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::lists::{ByPortal, ListSpec, find};
use crate::error::Result;
use crate::geotrek::address::below;
use crate::geotrek::value;
use crate::model::Id;
use crate::model::json::JsonObject;

/// The purpose of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RequestKind {
    /// Ids only; no objects to keep.
    Ids,
    /// Ids with their dates; no objects to keep.
    Manifest,
    /// Ids with their dates, and fields that change without a change of the date. The fields are to be merged into the objects.
    Fields,
    /// Ids of the objects that changed since a day; no objects to keep.
    Changed,
    /// The length of a list; no objects to keep.
    Count,
    /// A list of objects to keep: all of a short list, or the objects with the requested ids.
    Objects,
    /// The objects of a short list that changed since a day, to keep.
    ChangedObjects,
    /// One object to keep, outside a list.
    Object,
}

impl RequestKind {
    /// Whether the response has objects to keep.
    pub(crate) fn is_kept(&self) -> bool {
        matches!(self, RequestKind::Objects | RequestKind::ChangedObjects | RequestKind::Object)
    }
}

/// One request to the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiRequest {
    /// Name of the list (`trek`).
    pub(crate) endpoint: &'static str,
    /// Absolute address.
    pub(crate) url: String,
    /// `Accept-Language`, and the language of texts that come without one.
    pub(crate) language: String,
    pub(crate) purpose: RequestKind,
    /// The ids that are requested; empty for a whole list.
    pub(crate) ids: BTreeSet<Id>,
    /// Portals of which an object must have one, if the server does not filter the list; empty otherwise.
    pub(crate) portals: Vec<Id>,
}

impl ApiRequest {
    /// Whether an object of the response belongs to the requested portals only if an object that it refers to does: the server
    /// cannot filter the list, and the objects do not show their portals.
    pub(crate) fn is_limited_by_owners(&self) -> bool {
        let by_portal = find(self.endpoint).map(|list| list.by_portal);
        !self.portals.is_empty() && matches!(by_portal, Some(ByPortal::Owners | ByPortal::Parameter))
    }

    /// Whether an object of the response has one of the requested portals. Objects that do not show their portals have.
    pub(crate) fn accepts(&self, json: &str) -> bool {
        let Some(ByPortal::Field(field)) = find(self.endpoint).map(|list| list.by_portal) else { return true };
        if self.portals.is_empty() {
            return true;
        }
        let object = JsonObject::parse(json).ok();
        let own = object.as_ref().and_then(|object| object.get(field)).and_then(|own| value::items(own.get()));
        own.into_iter().flatten().filter_map(|id| value::id(id.get())).any(|id| self.portals.contains(&id))
    }

    /// The same request without its filter by `portals`, for a server that cannot filter the list. The objects of the response
    /// are filtered here, so a response of ids shows their portals too.
    pub(crate) fn without_portals(&self, portals: &[Id]) -> ApiRequest {
        let mut url = self.url.replacen(&portal_filter(portals), "", 1);
        if let Some(ByPortal::Field(field)) = find(self.endpoint).map(|list| list.by_portal) {
            url = url.replacen("fields=id", &format!("fields=id,{field}"), 1);
        }
        ApiRequest { url, portals: portals.to_vec(), ..self.clone() }
    }
}

/// The facts of a response that a plan needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ApiResponse {
    /// HTTP status.
    pub(crate) status: u16,
    /// Ids of the objects in the response.
    pub(crate) ids: BTreeSet<Id>,
    /// Their dates of change, Unix ms, as far as the response has them.
    pub(crate) dates: BTreeMap<Id, i64>,
    /// Number of objects without a readable id.
    pub(crate) unreadable: u64,
    /// Number of objects in the response that belong to other portals.
    pub(crate) rejected: u64,
    /// Length of the whole list, as the server counts it.
    pub(crate) count: Option<u64>,
    /// Ids of the stages of the treks in the response.
    pub(crate) stages: BTreeSet<Id>,
    /// Entries of vocabularies that the objects refer to: list, id.
    pub(crate) named: BTreeSet<(&'static str, Id)>,
    /// Address of the next page, as the server writes it.
    pub(crate) next: Option<String>,
    /// Duration of the exchange, milliseconds.
    pub(crate) elapsed_ms: u64,
}

/// The lists that the server can limit to the surroundings of a trek, each with the filter without which the server hides
/// objects. The server knows better than the distance: its office excludes POIs by hand. The information desks of a trek
/// are a field of the trek.
pub(crate) const NEAR_LISTS: &[(&str, &str)] = &[
    ("poi", ""),
    ("touristiccontent", ""),
    ("touristicevent", ""),
    ("service", ""),
    ("signage", ""),
    ("infrastructure", ""),
    ("sensitivearea", "period=ignore&"),
    ("outdoor_site", ""),
    ("outdoor_course", ""),
];

/// The server of a territory, and how a download requests from it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ApiSource<'a> {
    pub(crate) origin: &'a Url,
    /// Portals that the territory is limited to; empty for all.
    pub(crate) portals: &'a [Id],
    pub(crate) language: &'a str,
}

impl ApiSource<'_> {
    /// A request for the ids of the objects of one list near a trek, within the portals.
    pub(crate) fn near_trek(&self, endpoint: &'static str, filter: &str, trek: Id) -> Result<ApiRequest> {
        let query = format!("{filter}near_trek={trek}&fields=id&no_page");
        self.request(endpoint, &query, RequestKind::Ids, BTreeSet::new())
    }

    /// A request for objects by their ids, within the portals.
    pub(crate) fn by_ids(&self, endpoint: &'static str, filter: &str, ids: BTreeSet<Id>) -> Result<ApiRequest> {
        let list = ids.iter().map(Id::to_string).collect::<Vec<_>>().join(",");
        self.request(endpoint, &format!("{filter}ids={list}&no_page"), RequestKind::Objects, ids)
    }

    /// The request without its filter by portals, whose response is filtered here; `None` if it has no such filter.
    pub(crate) fn without_portals(&self, request: &ApiRequest) -> Option<ApiRequest> {
        let is_filtered = request.portals.is_empty() && request.url.contains(&portal_filter(self.portals));
        is_filtered.then(|| request.without_portals(self.portals))
    }

    fn request(
        &self,
        endpoint: &'static str,
        query: &str,
        purpose: RequestKind,
        ids: BTreeSet<Id>,
    ) -> Result<ApiRequest> {
        // Lists near a trek are not limited to portals by themselves.
        let has_portals = !self.portals.is_empty() && find(endpoint).is_some_and(ListSpec::has_portal_parameter);
        let portals = if has_portals { portal_filter(self.portals) } else { String::new() };
        let url = below(self.origin, &format!("/api/v2/{endpoint}/?{portals}{query}"))?;
        let language = self.language.to_owned();
        Ok(ApiRequest { endpoint, url: url.into(), language, purpose, ids, portals: Vec::new() })
    }
}

/// The parameter of an address that limits a list to portals.
pub(super) fn portal_filter(portals: &[Id]) -> String {
    let portals: Vec<String> = portals.iter().map(Id::to_string).collect();
    format!("portals={}&", portals.join(","))
}
