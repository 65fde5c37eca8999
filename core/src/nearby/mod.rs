//! What is near: a packed R-tree over every feature with a geometry, which is built once and only read (an R*-tree that
//! takes insertions is looser and four times slower to ask). It lies in three dimensions, over boxes of points of the WGS84 ellipsoid (Earth-centred, metres), so that poles and date line are places like any other, and because the
//! straight chord between two points is never longer than the way along the surface: a box's distance is a bound that
//! never cuts off a nearer feature. Candidates are then measured exactly, on the ellipsoid, to the geometry itself.
//!
//! * `ellipsoid`: positions as points in space, distances, bearings.
//! * `edge`: the nearest point of an edge.
//! * `vertices`: the vertices of lines and rings, in half the memory.
//! * `pack`: the tree.
//! * `build`: geometries into what the tree holds: places, and `part`: runs of edges and insides of areas.
//! * `index`: the questions; `scan` the same without an index, for a handful of things.

mod build;
mod edge;
mod ellipsoid;
mod index;
mod pack;
mod part;
mod scan;
#[cfg(test)]
mod tests;
mod vertices;

pub use build::Builder;
pub use index::{Feature, Nearby, Neighbor};
pub use scan::LinearScan;
