//! What a walker needs before leaving and in an emergency.
//!
//! * `sun`: sunrise, sunset and civil twilight.
//! * `coordinates`: positions in the notations of maps and rescuers.

mod coordinates;
mod sun;

pub use coordinates::{Coordinates, PLUS_CODE_LENGTH, plus_code};
pub use sun::{Daylight, SunCrossings, SunTimes};
