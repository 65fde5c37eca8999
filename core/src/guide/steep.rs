//! Steep sections of a route.

use super::route::GuideRoute;

/// Metres between the samples of the slope.
const SAMPLE_M: f64 = 50.0;

/// Slope that is steep, metres of height a metre.
const STEEP: f64 = 0.2;

/// Shortest section that is announced, metres.
const MIN_LENGTH_M: f64 = 200.0;

/// A part of a route that climbs or falls steeply.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SteepSection {
    pub(super) start_m: f64,
    pub(super) end_m: f64,
    /// Metres of height, negative downhill.
    pub(super) rise_m: f64,
}

/// The sections of at least 200 m whose every 50 m have a slope of 20 % or more. None where elevations are unknown.
pub(super) fn steep_sections(route: &GuideRoute) -> Vec<SteepSection> {
    let mut sections: Vec<SteepSection> = Vec::new();
    let mut open: Option<SteepSection> = None;
    let samples = (route.length_m() / SAMPLE_M) as usize;
    for index in 0..=samples {
        let (start_m, end_m) = (index as f64 * SAMPLE_M, ((index + 1) as f64 * SAMPLE_M).min(route.length_m()));
        let elevation = |along_m: f64| route.position_at(along_m).elevation;
        let rise_m = elevation(start_m).zip(elevation(end_m)).map_or(0.0, |(from, to)| to - from);
        let is_steep = end_m - start_m > 1.0 && rise_m.abs() >= STEEP * (end_m - start_m);
        match &mut open {
            Some(section) if is_steep && section.rise_m * rise_m > 0.0 => {
                section.end_m = end_m;
                section.rise_m += rise_m;
            }
            _ => {
                sections.extend(open.take());
                open = is_steep.then_some(SteepSection { start_m, end_m, rise_m });
            }
        }
    }
    sections.extend(open);
    sections.retain(|section| section.end_m - section.start_m >= MIN_LENGTH_M);
    sections
}
