//! Nearest neighbours of a position: an R*-tree (crate rstar) over all features with a geometry. Its boxes lie in three dimensions,
//! around points of the WGS84 ellipsoid (Earth-centred, metres): poles and date line are places like any other, and as a
//! chord is never longer than the geodesic, the distance to a box is a lower bound that hides no nearer feature. Parts that
//! can still win are then measured exactly, on the ellipsoid, to the geometry itself.
//!
//! * `ellipsoid`: positions as points in space, distances, bearings.
//! * `edge`: the nearest point of an edge.
//! * `shape`: geometries in parts (points, runs of edges, insides of areas) and their exact distance.
//! * `neighbor`: features in, neighbours out.
//! * `tree`: the index and its queries.
//! * `scan`: the same without an index.
//! * `route`: measure and offset of objects along a route.

mod bounds;
mod edge;
mod ellipsoid;
mod neighbor;
mod route;
#[cfg(test)]
mod route_tests;
mod scan;
mod shape;
#[cfg(test)]
mod tests;
mod tree;
mod vertices;

pub(crate) use neighbor::MAX_DISTANCE_M;
pub use neighbor::{Feature, Neighbor};
pub(crate) use route::{Route, RouteLocation};
pub use scan::LinearScan;
pub use tree::{Builder, Nearby};
