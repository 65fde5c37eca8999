//! `trek`: a trek in detail.
//!
//! * `text`: for people.
//! * `json`: for scripts.

mod json;
mod text;

use jalon::companion::{Localizer, ROUTE_ITEM_KINDS, TrekDetails};
use jalon::model::{Object, RichText, Trek};

use super::Session;
use crate::error::Result;
use crate::lookup;
use crate::output::Output;
use crate::units::{Units, format_hours};

pub(super) fn trek(session: &Session, reference: &str) -> Result<Output> {
    let (territory, id) = lookup::object_ref(&session.companion, reference)?;
    let details = session.companion.trek_details(&territory, id, &ROUTE_ITEM_KINDS)?;
    let localizer = session.localizer(&details.territory);
    let json = json::details_json(session, &localizer, &details)?;
    Ok(Output::new(json, text::details_text(session, &localizer, &details)?))
}

/// The key figures of a trek on one line: practice, difficulty, route, duration, length, ascent and descent.
pub(super) fn key_figures(localizer: &Localizer<'_>, details: &TrekDetails, units: Units) -> Result<String> {
    let trek = &details.trek;
    let figures = [
        localizer.label("trek_practice", trek.practice)?,
        localizer.label("trek_difficulty", trek.difficulty)?,
        localizer.label("trek_route", trek.route)?,
        trek.duration_h.map(format_hours),
        trek.length_m().map(|metres| units.long().format(metres)),
        trek.ascent_m.map(|metres| format!("+{}", units.short().format(metres))),
        trek.descent_m.map(|metres| format!("−{}", units.short().format(metres.abs()))),
    ];
    Ok(figures.into_iter().flatten().collect::<Vec<_>>().join(" · "))
}

/// The texts of a trek with their names in JSON, the most important first.
fn rich_texts(trek: &Trek) -> [(&'static str, &RichText); 16] {
    [
        ("description_teaser", &trek.description_teaser),
        ("ambiance", &trek.ambiance),
        ("description", &trek.description),
        ("advice", &trek.advice),
        ("gear", &trek.gear),
        ("access", &trek.access),
        ("public_transport", &trek.public_transport),
        ("advised_parking", &trek.advised_parking),
        ("ratings_description", &trek.ratings_description),
        ("disabled_infrastructure", &trek.disabled_infrastructure),
        ("accessibility_advice", &trek.accessibility_advice),
        ("accessibility_covering", &trek.accessibility_covering),
        ("accessibility_exposure", &trek.accessibility_exposure),
        ("accessibility_signage", &trek.accessibility_signage),
        ("accessibility_slope", &trek.accessibility_slope),
        ("accessibility_width", &trek.accessibility_width),
    ]
}

/// The name of an object and its language. A service has no name: its type stands for it, without a language.
fn object_name(localizer: &Localizer<'_>, object: &Object) -> Result<(String, String)> {
    if let Object::Service(service) = object {
        let label = localizer.label("service_type", service.service_type)?;
        return Ok((label.unwrap_or_default(), String::new()));
    }
    let found = object.name().and_then(|name| localizer.text(name));
    Ok(found.map(|found| (found.text.to_owned(), found.lang.to_owned())).unwrap_or_default())
}
