//! The elevation profile of a route, measured by the library on the ellipsoid. The terminal and the printed map share
//! it, so that both show the same kilometres.

use jalon::line::{MeasuredLine, Profile, ProfileSample};
use jalon::model::Position;

/// The profile of lines that follow one another; the gaps between them are not walked. Positions that are not on Earth
/// are left out. `None` unless the elevation is known at two places that are apart.
pub(crate) fn route_profile(lines: &[&[Position]]) -> Option<Profile> {
    let mut start_m = 0.0;
    let mut samples = Vec::new();
    for line in lines.iter().filter_map(|line| measure(line)) {
        if let Some(profile) = Profile::of_line(&line) {
            let shifted = profile.samples().iter().map(|s| ProfileSample { distance_m: start_m + s.distance_m, ..*s });
            samples.extend(shifted);
        }
        start_m += line.length_m();
    }
    Profile::new(samples).ok().filter(|profile| profile.length_m() > 0.0)
}

/// The length of a line in metres, without the positions that are not on Earth.
pub(crate) fn length_m(line: &[Position]) -> f64 {
    measure(line).map_or(0.0, |line| line.length_m())
}

fn measure(line: &[Position]) -> Option<MeasuredLine> {
    let valid = line.iter().filter(|position| position.is_valid());
    let valid: Vec<Position> = valid
        .map(|position| Position { elevation: position.elevation.filter(|metres| metres.is_finite()), ..*position })
        .collect();
    MeasuredLine::new(&valid).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn route_profile_leaves_out_the_gap_between_two_lines() {
        let at = |lat| Position { elevation: Some(9.0), ..Position::new(6.0, lat) };
        let (first, second) = ([at(45.0), at(45.1)], [at(46.0), at(46.1)]);
        let profile = route_profile(&[&first, &second]).unwrap();
        assert_eq!(profile.samples().last().unwrap().distance_m, length_m(&first) + length_m(&second));
    }

    #[test]
    fn route_profile_interpolates_between_known_elevations() {
        let at = |lat, elevation| Position { elevation, ..Position::new(6.0, lat) };
        let profile = route_profile(&[&[at(45.0, Some(1000.0)), at(45.01, None), at(45.02, Some(1200.0))]]).unwrap();
        assert_eq!(profile.samples().len(), 2);
        assert!((profile.elevation_m_at(profile.length_m() / 2.0).unwrap() - 1100.0).abs() < 1e-6);
        assert_eq!(profile.elevation_m_at(-5.0), Ok(1000.0));
        assert_eq!(profile.elevation_m_at(1e9), Ok(1200.0));
    }

    #[test]
    fn route_profile_without_length_is_none() {
        let at = |elevation| Position { elevation: Some(elevation), ..Position::new(6.0, 45.0) };
        assert!(route_profile(&[&[at(1.0), at(2.0)]]).is_none());
        assert!(route_profile(&[]).is_none());
    }
}
