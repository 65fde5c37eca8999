//! What to ask for what belongs to a trek. The server knows better than the distance: its office leaves POIs out by hand.

use std::collections::BTreeSet;

use url::Url;

use super::sync_plan::{ApiRequest, RequestKind};
use crate::error::{Error, Result};
use crate::model::Id;

/// The lists that know what is near a trek, each with the filter without which it hides objects. Of information desks the
/// trek names its own.
pub const NEAR_LISTS: &[(&str, &str)] = &[
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

/// Asks one list for the ids of what is near a trek.
pub fn near_trek(origin: &Url, endpoint: &'static str, filter: &str, trek: Id, language: &str) -> Result<ApiRequest> {
    ask(
        origin,
        endpoint,
        &format!("{filter}near_trek={trek}&fields=id&no_page"),
        language,
        RequestKind::Ids,
        BTreeSet::new(),
    )
}

/// Asks for objects by their ids.
pub fn by_ids(
    origin: &Url,
    endpoint: &'static str,
    filter: &str,
    ids: BTreeSet<Id>,
    language: &str,
) -> Result<ApiRequest> {
    let list = ids.iter().map(Id::to_string).collect::<Vec<_>>().join(",");
    ask(origin, endpoint, &format!("{filter}ids={list}&no_page"), language, RequestKind::Objects, ids)
}

fn ask(
    origin: &Url,
    endpoint: &'static str,
    query: &str,
    language: &str,
    purpose: RequestKind,
    ids: BTreeSet<Id>,
) -> Result<ApiRequest> {
    let url = origin
        .join(&format!("/api/v2/{endpoint}/?{query}"))
        .map_err(|_| Error::invalid("url", "a web address with a host"))?;
    Ok(ApiRequest { endpoint, url: url.into(), language: language.to_owned(), purpose, ids })
}
