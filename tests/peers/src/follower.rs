//! What is compared: something that takes the fixes of a walk.

use jalon::model::Fix;

/// What a follower tells after a fix.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Told {
    /// Share of the route behind the hiker, 0 to 1, in the follower's own measure of its length; so different formulas of
    /// distance are no error.
    pub(crate) share: Option<f64>,
    /// True if the follower says that the hiker has left the route. A follower with a limit of its own for deviations says so
    /// for the limits of 50 and of 30 m.
    pub(crate) is_off: [bool; 2],
    /// True if the follower says that its place is uncertain.
    pub(crate) is_ambiguous: bool,
}

/// A program that follows a route.
pub(crate) trait Follower {
    /// Takes a fix into account.
    fn update(&mut self, fix: &Fix) -> Told;
}
