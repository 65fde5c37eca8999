//! `sos`: a position and its surroundings for the emergency services.

use jalon::companion::NearbyQuery;
use jalon::model::{Fix, Position};

use super::Session;
use super::far_away::FAR_M;
use crate::args::SosArgs;
use crate::error::Result;
use crate::output::{Output, with_ref};
use crate::parse;

pub(super) fn sos(session: &Session, args: &SosArgs) -> Result<Output> {
    let position = Position { elevation: args.altitude, ..args.position.position()? };
    let time_ms = args.time.as_deref().map(|time| parse::time_ms("time", time)).transpose()?;
    let fix = Fix { accuracy_m: args.accuracy, ..Fix::new(position, time_ms.unwrap_or_else(jalon::clock::now_ms)) };
    let sheet = session.companion.emergency_sheet(&fix, &session.languages())?;
    // A place is named within 50 km. A hint that cannot be made must not cost the sheet.
    let nearest = NearbyQuery { limit: 1, past_events: true, ..NearbyQuery::default() };
    let nearest = session.companion.nearest(position, &nearest, &[]).unwrap_or_default();
    if nearest.first().is_some_and(|nearest| nearest.distance_m > FAR_M) {
        let _ = session.check_position(position);
    }
    let mut json = serde_json::to_value(&sheet).unwrap_or_default();
    json["places"] = sheet.places.iter().map(with_ref).collect::<Vec<_>>().into();
    Ok(Output::new(json, sheet.text))
}
