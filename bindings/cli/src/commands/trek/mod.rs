//! `trek`: a trek in detail.
//!
//! * `text`: for people.
//! * `json`: for scripts.

mod json;
mod text;

use jalon::companion::{Localizer, ROUTE_ITEM_KINDS, RouteItemQuery, TrekDetails};
use jalon::model::{RichText, Trek};

use super::Session;
use crate::error::Result;
use crate::lookup;
use crate::output::Output;
use crate::units::{Units, format_hours};

pub(super) fn trek(session: &Session, reference: &str, past_events: bool) -> Result<Output> {
    let (territory, id) = lookup::object_ref(&session.companion, reference)?;
    let query = RouteItemQuery { kinds: ROUTE_ITEM_KINDS.to_vec(), past_events };
    let details = session.companion.trek_details_with(&territory, id, &query)?;
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
