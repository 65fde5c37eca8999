//! Metres of ascent and descent left at each node of a route.

use super::route::interpolate;
use crate::error::Result;
use crate::line::{MeasuredLine, Profile, TURNING_POINT_THRESHOLD_M, TurningPoints};

/// Metres of ascent and descent left at each node. At the start they are the ascent and the descent of the profile.
#[derive(Debug, Clone)]
pub(super) struct GainLeft {
    /// Empty if no elevation is known.
    ascent_m: Vec<f32>,
    descent_m: Vec<f32>,
}

impl GainLeft {
    /// One pass from the end of the route to its start, in which each vertex and each node is a sample.
    pub(super) fn new(line: &MeasuredLine, spacing_m: f64, edges: usize) -> Result<GainLeft> {
        let Some(profile) = Profile::of_line(line) else {
            return Ok(GainLeft { ascent_m: Vec::new(), descent_m: Vec::new() });
        };
        let (mut ascent_m, mut descent_m) = (vec![0.0; edges + 1], vec![0.0; edges + 1]);
        let mut turning_points = TurningPoints::new(TURNING_POINT_THRESHOLD_M);
        let mut vertices = profile.samples().iter().rev().peekable();
        for node in (0..=edges).rev() {
            let along_m = node as f64 * spacing_m;
            while let Some(vertex) = vertices.next_if(|vertex| vertex.distance_m >= along_m) {
                turning_points.push(vertex.elevation_m);
            }
            turning_points.push(profile.elevation_m_at(along_m)?);
            // Walking the other way swaps ascent and descent.
            let walked = turning_points.gain();
            (ascent_m[node], descent_m[node]) = (walked.descent_m as f32, walked.ascent_m as f32);
        }
        Ok(GainLeft { ascent_m, descent_m })
    }

    /// Metres of ascent and of descent left at a fractional node.
    pub(super) fn at(&self, node: f64) -> Option<(f64, f64)> {
        (!self.ascent_m.is_empty()).then(|| (interpolate(&self.ascent_m, node), interpolate(&self.descent_m, node)))
    }
}
