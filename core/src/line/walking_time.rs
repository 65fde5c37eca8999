//! How long a walk takes, without rests.

use super::{Profile, check_not_negative};
use crate::error::Result;

/// Minutes per kilometre over slope in tenths: the coefficients of the Swiss formula, the constant first.
const SWISS: [f64; 16] = [
    14.271,
    3.6991,
    2.5922,
    -1.4384,
    0.32105,
    0.81542,
    -0.090261,
    -0.20757,
    0.010192,
    0.028588,
    -0.00057466,
    -0.0021842,
    1.5176e-5,
    8.6894e-5,
    -1.3584e-7,
    -1.4026e-6,
];

/// Hours by DIN 33466 (signposting in Germany and Austria): 4 km/h along, 300 m/h up, 500 m/h down; the larger of the
/// time along and the time up and down counts whole, the smaller half.
///
/// # Errors
/// [`Error::InvalidInput`](crate::Error::InvalidInput) when an argument is negative or not finite.
pub fn din_33466_hours(distance_m: f64, ascent_m: f64, descent_m: f64) -> Result<f64> {
    check_not_negative("distance_m", distance_m)?;
    check_not_negative("ascent_m", ascent_m)?;
    check_not_negative("descent_m", descent_m)?;
    let along_h = distance_m / 4000.0;
    let up_and_down_h = ascent_m / 300.0 + descent_m / 500.0;
    Ok(along_h.max(up_and_down_h) + along_h.min(up_and_down_h) / 2.0)
}

/// Minutes by the Swiss formula (Swiss hiking federation and Alpine Club, 2006; on the signposts and on geo.admin.ch):
/// a polynomial of the slope between one sample and the next, 4.2 km/h on the flat. Steeper than 40 % it is 17 minutes
/// per kilometre and tenth up, 9 down, which at a step (no distance at all) leaves 17 and 9 minutes per 100 m of
/// height. It was measured up to 25 %. Slopes between close samples are mostly noise, and noise is slow: smooth a
/// recorded profile first. One pass.
pub fn swiss_hiking_minutes(profile: &Profile) -> f64 {
    segments(profile).map(|(distance_m, rise_m)| swiss_hiking_segment_minutes(distance_m, rise_m)).sum()
}

/// Hours by Tobler's hiking function (Tobler 1993, from the marches of Imhof): 6·e^(−3.5·|S + 0.05|) km/h at the slope S
/// between one sample and the next; 6 km/h at 5 % down, 5.04 on the flat. An edge steeper than 45° takes as long as its height
/// takes at 45°, so that a step has a time. Slopes between close samples are mostly noise, and noise is slow: smooth a
/// recorded profile first. One pass.
pub fn tobler_hours(profile: &Profile) -> f64 {
    segments(profile)
        .map(|(distance_m, rise_m)| {
            let distance_m = distance_m.max(rise_m.abs());
            let slope = if distance_m > 0.0 { rise_m / distance_m } else { 0.0 };
            distance_m / 1000.0 / (6.0 * (-3.5 * (slope + 0.05).abs()).exp())
        })
        .sum()
}

/// Hours by Munter's method for the way up or along: kilometres and hundreds of metres of ascent, four of them an hour.
/// Walkers who use it take six an hour on the way down.
///
/// # Errors
/// [`Error::InvalidInput`](crate::Error::InvalidInput) when an argument is negative or not finite.
pub fn munter_hours(distance_m: f64, ascent_m: f64) -> Result<f64> {
    check_not_negative("distance_m", distance_m)?;
    check_not_negative("ascent_m", ascent_m)?;
    Ok((distance_m / 1000.0 + ascent_m / 100.0) / 4.0)
}

/// Hours by Naismith's rule (1892) with Langmuir's corrections (1984): 5 km/h, 1 h for each 600 m up, 10 minutes less for each
/// 300 m down between 5° and 12°, 10 minutes more for each 300 m down that are steeper. One pass.
pub fn naismith_langmuir_hours(profile: &Profile) -> f64 {
    segments(profile)
        .map(|(distance_m, rise_m)| {
            let descent_h = -rise_m / 300.0 / 6.0;
            let degrees_down = (-rise_m).atan2(distance_m).to_degrees();
            let slope_h = match degrees_down {
                _ if rise_m >= 0.0 => rise_m / 600.0,
                0.0..5.0 => 0.0,
                5.0..=12.0 => -descent_h,
                _ => descent_h,
            };
            distance_m / 5000.0 + slope_h
        })
        .sum()
}

/// Metres along and metres up of each segment.
fn segments(profile: &Profile) -> impl Iterator<Item = (f64, f64)> {
    profile
        .samples()
        .windows(2)
        .map(|pair| (pair[1].distance_m - pair[0].distance_m, pair[1].elevation_m - pair[0].elevation_m))
}

/// Minutes by the Swiss formula over so many metres with one slope.
pub(crate) fn swiss_hiking_segment_minutes(distance_m: f64, rise_m: f64) -> f64 {
    // Compared by multiplication, so that a step needs no case of its own.
    if rise_m.abs() * 10.0 < 4.0 * distance_m {
        let tenths = rise_m * 10.0 / distance_m;
        let minutes_per_km = SWISS.iter().rev().fold(0.0, |sum, coefficient| sum * tenths + coefficient);
        minutes_per_km * distance_m / 1000.0
    } else if rise_m > 0.0 {
        0.17 * rise_m
    } else {
        -0.09 * rise_m
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::ProfileSample;
    use super::*;

    fn profile(samples: &[(f64, f64)]) -> Profile {
        let sample = |s: &(f64, f64)| ProfileSample { distance_m: s.0, elevation_m: s.1 };
        Profile::new(samples.iter().map(sample).collect()).unwrap()
    }

    fn minutes(samples: &[(f64, f64)]) -> f64 {
        swiss_hiking_minutes(&profile(samples))
    }

    #[test]
    fn din_gives_its_examples() {
        let in_minutes = |distance_m, ascent_m, descent_m| {
            (din_33466_hours(distance_m, ascent_m, descent_m).unwrap() * 60.0).round()
        };
        assert_eq!(in_minutes(20_000.0, 1460.0, 1460.0), 10.0 * 60.0 + 17.0);
        assert_eq!(in_minutes(8_000.0, 900.0, 0.0), 4.0 * 60.0);
        assert_eq!(in_minutes(8_000.0, 0.0, 0.0), 2.0 * 60.0);
        assert_eq!(in_minutes(0.0, 0.0, 500.0), 60.0);
        assert_eq!(in_minutes(0.0, 0.0, 0.0), 0.0);
    }

    /// The three short profiles in the tests of the Swiss federal map viewer (mf-geoadmin3, ProfileService.spec.js).
    #[test]
    fn swiss_gives_the_minutes_of_the_federal_map() {
        assert_eq!(minutes(&[(0.0, 429.8), (211.5, 429.7)]).round(), 3.0);
        assert_eq!(minutes(&[(0.0, 0.0), (211.5, 1457.0)]).round(), 248.0);
        assert_eq!(minutes(&[(0.0, 0.0), (22_211.5, 1457.0)]).round(), 390.0);
    }

    #[test]
    fn swiss_gives_4603_minutes_across_the_country() {
        let rows = include_str!("../../tests/vectors/swiss_hiking.csv").lines().filter(|line| !line.starts_with('#'));
        let number = |text: &str| text.parse::<f64>().unwrap();
        let samples: Vec<(f64, f64)> =
            rows.map(|row| row.split_once(',').unwrap()).map(|(m, elevation)| (number(m), number(elevation))).collect();
        assert_eq!((samples.len(), minutes(&samples).round()), (201, 4603.0));
        assert!(minutes(&samples[..200]).round() < 4603.0, "the last segment counts");
    }

    #[test]
    fn swiss_counts_every_segment_and_a_flat_kilometre_at_the_signposts_pace() {
        assert_eq!(minutes(&[(0.0, 5.0)]), 0.0);
        assert!((minutes(&[(0.0, 0.0), (1000.0, 0.0)]) - 14.271).abs() < 1e-12);
        assert!((60.0 / 14.271 - 4.2_f64).abs() < 0.01);
        let last_m = minutes(&[(0.0, 0.0), (1000.0, 0.0), (2000.0, 0.0)]);
        assert!((last_m - 2.0 * 14.271).abs() < 1e-12);
    }

    #[test]
    fn swiss_has_no_jump_where_the_polynomial_ends() {
        for rise_m in [400.0, -400.0] {
            let (inside, outside) =
                (swiss_hiking_segment_minutes(1000.0001, rise_m), swiss_hiking_segment_minutes(1000.0, rise_m));
            assert!((inside - outside).abs() < 0.03 * outside, "{inside} {outside}");
        }
        assert_eq!(minutes(&[(5.0, 0.0), (5.0, 100.0)]), 17.0);
        assert_eq!(minutes(&[(5.0, 100.0), (5.0, 0.0)]), 9.0);
        assert_eq!(minutes(&[(5.0, 100.0), (5.0, 100.0)]), 0.0);
    }

    #[test]
    fn tobler_gives_the_speeds_of_its_formula() {
        let speed_km_h = |rise_m: f64| 1.0 / tobler_hours(&profile(&[(0.0, 0.0), (1000.0, rise_m)]));
        assert!((speed_km_h(-50.0) - 6.0).abs() < 1e-12);
        assert!((speed_km_h(0.0) - 5.036_742_124).abs() < 1e-9);
        for (rise_m, formula) in [(300.0, 6.0 * (-3.5_f64 * 0.35).exp()), (-600.0, 6.0 * (-3.5_f64 * 0.55).exp())] {
            assert!((speed_km_h(rise_m) - formula).abs() < 1e-12, "{rise_m}");
        }
        let (step, wall) = ([(5.0, 0.0), (5.0, 100.0)], [(0.0, 0.0), (100.0, 100.0)]);
        assert!((tobler_hours(&profile(&step)) - tobler_hours(&profile(&wall))).abs() < 1e-12);
        assert_eq!(tobler_hours(&profile(&[(5.0, 0.0), (5.0, 0.0)])), 0.0);
    }

    #[test]
    fn munter_counts_a_hundred_metres_up_as_a_kilometre() {
        assert_eq!(munter_hours(8_000.0, 800.0).unwrap(), 4.0);
        assert_eq!(munter_hours(0.0, 400.0).unwrap(), 1.0);
    }

    #[test]
    fn naismith_langmuir_gives_its_rules() {
        let hours = |distance_m, rise_m| naismith_langmuir_hours(&profile(&[(0.0, 0.0), (distance_m, rise_m)]));
        let near = |own: f64, expected: f64| assert!((own - expected).abs() < 1e-12, "{own} {expected}");
        near(hours(5_000.0, 0.0), 1.0);
        near(hours(5_000.0, 600.0), 2.0);
        near(hours(5_000.0, -300.0), 1.0); // 3.4° down
        near(hours(2_000.0, -300.0), 0.4 - 1.0 / 6.0); // 8.5° down
        near(hours(1_000.0, -300.0), 0.2 + 1.0 / 6.0); // 16.7° down
        near(hours(0.0, -300.0), 1.0 / 6.0);
    }

    #[test]
    fn refusals_name_the_argument() {
        for wrong in [-1.0, f64::NAN, f64::INFINITY] {
            let sentence = |hours: Result<f64>| hours.unwrap_err().to_string();
            assert!(sentence(din_33466_hours(wrong, 0.0, 0.0)).starts_with("distance_m: "));
            assert!(sentence(din_33466_hours(0.0, wrong, 0.0)).starts_with("ascent_m: "));
            assert!(sentence(din_33466_hours(0.0, 0.0, wrong)).starts_with("descent_m: "));
            assert!(sentence(munter_hours(wrong, 0.0)).starts_with("distance_m: "));
            assert!(sentence(munter_hours(0.0, wrong)).starts_with("ascent_m: "));
        }
    }

    proptest! {
        #[test]
        fn swiss_is_the_sum_of_powers(
            steps in prop::collection::vec((0.1..500.0, -300.0..300.0), 1..20),
        ) {
            let (mut at, mut samples, mut slow) = ((0.0, 0.0), vec![(0.0, 0.0)], 0.0);
            for (distance_m, rise_m) in steps {
                at = (at.0 + distance_m, at.1 + rise_m);
                samples.push(at);
                let s: f64 = rise_m * 10.0 / distance_m;
                let powers = SWISS.iter().enumerate().map(|(i, c)| c * s.powi(i as i32)).sum();
                let pace = if s.abs() < 4.0 { powers } else if s > 0.0 { 17.0 * s } else { -9.0 * s };
                slow += pace * distance_m / 1000.0;
            }
            prop_assert!((minutes(&samples) - slow).abs() < 1e-6 * slow.max(1.0));
        }

        #[test]
        fn profile_in_two_parts_takes_as_long_as_the_whole(
            steps in prop::collection::vec((0.0..500.0, -300.0..300.0), 2..20), part in 0.0..1.0,
        ) {
            let (mut at, mut samples) = ((0.0, 0.0), vec![(0.0, 0.0)]);
            for (distance_m, rise_m) in steps {
                at = (at.0 + distance_m, at.1 + rise_m);
                samples.push(at);
            }
            let cut = 1 + (part * (samples.len() - 2) as f64) as usize;
            for hours in [tobler_hours, naismith_langmuir_hours, swiss_hiking_minutes] {
                let whole = hours(&profile(&samples));
                let parts = hours(&profile(&samples[..=cut])) + hours(&profile(&samples[cut..]));
                prop_assert!((whole - parts).abs() < 1e-9 * whole.max(1.0) && whole >= 0.0);
            }
        }

        #[test]
        fn more_to_walk_is_never_quicker(
            d in 0.0..50_000.0, up in 0.0..3000.0, down in 0.0..3000.0, more in 0.0..1000.0,
        ) {
            let hours = |d, up, down| din_33466_hours(d, up, down).unwrap();
            let base = hours(d, up, down);
            prop_assert!(hours(d + more, up, down) >= base);
            prop_assert!(hours(d, up + more, down) >= base && hours(d, up, down + more) >= base);
            prop_assert!(base >= (d / 4000.0).max(up / 300.0 + down / 500.0));
        }
    }
}
