//! A hint for a position that is far outside all territories, which is mostly one with its numbers in the wrong order.

use jalon::companion::NearbyQuery;
use jalon::model::{Bounds, Position};

use super::Session;
use crate::error::Result;

/// Metres from the nearest object beyond which a position is far outside.
pub(super) const FAR_M: f64 = 100_000.0;

/// Degrees of a side of a box above which its centre says nothing.
const MAX_BOX_DEG: f64 = 10.0;

impl Session {
    /// Adds a hint to the output if `position` is more than 100 km from every object.
    pub(super) fn check_position(&self, position: Position) -> Result<()> {
        self.check("position", position, "latitude and longitude may be swapped; the latitude comes first")
    }

    /// Adds a hint to the output if the centre of `bounds` is more than 100 km from every object.
    pub(super) fn check_bounds(&self, bounds: &Bounds) -> Result<()> {
        let Bounds { west, south, east, north } = *bounds;
        // A very large box, or one across the date line, is on purpose.
        if east < west || east - west > MAX_BOX_DEG || north - south > MAX_BOX_DEG {
            return Ok(());
        }
        let centre = Position::new((west + east) / 2.0, (south + north) / 2.0);
        self.check("box", centre, "latitudes and longitudes may be swapped; the order is west, south, east, north")
    }

    fn check(&self, noun: &str, position: Position, advice: &str) -> Result<()> {
        let Some(distance_m) = self.nearest_m(position)?.filter(|metres| *metres > FAR_M) else { return Ok(()) };
        let swapped = Position::new(position.lat, position.lon);
        let is_swapped = swapped.is_valid() && self.nearest_m(swapped)?.is_some_and(|metres| metres <= FAR_M);
        let advice = if is_swapped { format!(": {advice}") } else { String::new() };
        let distance = self.units.format_distance(distance_m);
        self.hints.borrow_mut().push(format!("the {noun} is {distance} from the nearest object{advice}"));
        Ok(())
    }

    /// Metres to the nearest object; `None` if there is none.
    fn nearest_m(&self, position: Position) -> Result<Option<f64>> {
        let query = NearbyQuery { limit: 1, past_events: true, ..NearbyQuery::default() };
        let nearest = self.companion.nearest(position, &query, &[])?;
        Ok(nearest.first().map(|item| item.distance_m))
    }
}
