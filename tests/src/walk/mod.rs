//! Simulated walks with their ground truth: routes of the shapes that treks have, hikers who pause, turn back, leave the
//! route and come back, and receivers with correlated noise, outliers and gaps.
//!
//! * `shape`: routes.
//! * `walker`: true positions over time.
//! * `receiver`: fixes with errors.
//! * `score`: compares places with the truth.

pub mod receiver;
pub mod score;
pub mod shape;
pub mod walker;

pub use receiver::Receiver;
pub use score::Score;
pub use shape::{Route, Shape};
pub use walker::{Behaviour, Step, Walk};
