use proptest::prelude::*;

use super::*;
use crate::model::Position;

fn profile(elevations: &[f64]) -> Profile {
    let sample = |(i, e): (usize, &f64)| ProfileSample { distance_m: 100.0 * i as f64, elevation_m: *e };
    Profile::new(elevations.iter().enumerate().map(sample).collect()).unwrap()
}

fn elevation_gain(elevations: &[f64], threshold_m: f64) -> (f64, f64) {
    let climb = profile(elevations).elevation_gain(threshold_m).unwrap();
    (climb.ascent_m, climb.descent_m)
}

/// The definition, slowly: local extremes, from which the smallest step below the threshold is taken out until there is
/// none.
fn slow_climb(elevations: &[f64], threshold_m: f64) -> (f64, f64) {
    let mut turns = elevations.to_vec();
    loop {
        turns.dedup();
        while let Some(i) = (1..turns.len().max(1) - 1).find(|i| {
            let (a, b, c) = (turns[i - 1], turns[*i], turns[i + 1]);
            (a < b && b < c) || (a > b && b > c)
        }) {
            turns.remove(i);
        }
        let step = |i: &usize| (turns[i + 1] - turns[*i]).abs();
        let smallest = (0..turns.len() - 1).min_by(|a, b| step(a).total_cmp(&step(b)));
        match smallest.filter(|i| step(i) < threshold_m) {
            None => break,
            Some(_) if turns.len() == 2 => {
                turns.pop();
            }
            Some(0) => {
                turns.remove(0);
            }
            Some(i) if i == turns.len() - 2 => {
                turns.pop();
            }
            Some(i) => {
                turns.drain(i..i + 2);
            }
        }
    }
    let steps = turns.windows(2).map(|pair| pair[1] - pair[0]);
    steps.fold((0.0, 0.0), |(up, down), step| (up + step.max(0.0), down + (-step).max(0.0)))
}

#[test]
fn noise_below_the_threshold_is_no_climb() {
    assert_eq!(elevation_gain(&[100.0, 103.0, 99.0, 104.0, 100.0], 7.0), (0.0, 0.0));
    assert_eq!(elevation_gain(&[100.0, 103.0, 99.0, 104.0, 100.0], 0.0), (8.0, 8.0));
    assert_eq!(elevation_gain(&[100.0, 150.0, 146.0, 200.0, 195.0, 100.0, 104.0], 7.0), (100.0, 100.0));
    // A steady climb counts though each of its steps is small, and a summit between two small dips is whole.
    assert_eq!(elevation_gain(&[0.0, 2.0, 4.0, 6.0, 8.0, 10.0], 7.0), (10.0, 0.0));
    assert_eq!(elevation_gain(&[5.0, 0.0, 20.0, 0.0, 5.0], 7.0), (20.0, 20.0));
    assert_eq!(elevation_gain(&[42.0], 7.0), (0.0, 0.0));
}

#[test]
fn the_threshold_itself_counts() {
    assert_eq!(elevation_gain(&[0.0, 7.0, 0.0], 7.0), (7.0, 7.0));
    assert_eq!(elevation_gain(&[0.0, 6.9, 0.0], 7.0), (0.0, 0.0));
}

#[test]
fn a_line_gives_its_known_elevations() {
    let at = |lon, elevation| Position { elevation, ..Position::new(lon, 45.0) };
    let line = MeasuredLine::new(&[at(6.0, Some(1.0)), at(6.01, None), at(6.02, Some(3.0))]).unwrap();
    let profile = Profile::of_line(&line).unwrap();
    assert_eq!(profile.samples().len(), 2);
    assert_eq!(profile.length_m(), line.length_m());
    assert!((profile.elevation_m_at(line.distances_m()[1]).unwrap() - 2.0).abs() < 1e-9);
    assert_eq!(Profile::of_line(&MeasuredLine::new(&[at(6.0, None)]).unwrap()), None);
}

#[test]
fn columns_keep_the_ends_and_lie_on_the_profile() {
    let profile = profile(&[100.0, 300.0, 200.0]);
    assert_eq!((profile.min_m(), profile.max_m(), profile.length_m()), (100.0, 300.0, 200.0));
    let drawn = profile.resample(5).unwrap();
    let elevations: Vec<_> = drawn.samples().iter().map(|s| s.elevation_m).collect();
    assert_eq!(elevations, [100.0, 200.0, 300.0, 250.0, 200.0]);
    assert_eq!(profile.resample(2).unwrap().samples(), [profile.samples()[0], profile.samples()[2]]);
}

#[test]
fn a_step_has_the_elevation_after_it() {
    let sample = |distance_m, elevation_m| ProfileSample { distance_m, elevation_m };
    let step = Profile::new(vec![sample(0.0, 0.0), sample(10.0, 0.0), sample(10.0, 5.0), sample(20.0, 5.0)]).unwrap();
    assert_eq!(step.elevation_m_at(10.0).unwrap(), 5.0);
    assert_eq!(step.elevation_m_at(9.0).unwrap(), 0.0);
    let end = Profile::new(vec![sample(0.0, 0.0), sample(10.0, 0.0), sample(10.0, 5.0)]).unwrap();
    assert_eq!((end.elevation_m_at(10.0).unwrap(), end.elevation_m_at(99.0).unwrap()), (5.0, 5.0));
}

#[test]
fn refusals_name_the_argument() {
    let sample = |distance_m, elevation_m| ProfileSample { distance_m, elevation_m };
    let refused = |samples: Vec<ProfileSample>| Profile::new(samples).unwrap_err().to_string();
    assert_eq!(refused(vec![]), "samples: must have at least one sample");
    assert_eq!(refused(vec![sample(0.0, f64::NAN)]), "samples: must be finite at sample 0");
    assert_eq!(refused(vec![sample(0.0, 0.0), sample(f64::INFINITY, 0.0)]), "samples: must be finite at sample 1");
    let back = refused(vec![sample(1.0, 0.0), sample(0.0, 0.0)]);
    assert_eq!(back, "samples: must be no nearer to the start at sample 1 than at the one before");
    let flat = profile(&[0.0, 0.0]);
    for threshold_m in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(flat.elevation_gain(threshold_m).unwrap_err().to_string().starts_with("threshold_m: "));
    }
    for columns in [0, 1, MAX_COLUMNS + 1] {
        assert!(flat.resample(columns).unwrap_err().to_string().starts_with("columns: "));
    }
    assert!(flat.elevation_m_at(f64::NAN).is_err());
}

proptest! {
    /// Whole metres, so that sums are exact and steps often tie.
    #[test]
    fn climbs_are_those_of_the_definition(
        metres in prop::collection::vec(-30_i32..30, 1..40), threshold in 0_i32..20,
    ) {
        let elevations: Vec<f64> = metres.into_iter().map(f64::from).collect();
        let threshold_m = f64::from(threshold);
        let (up, down) = elevation_gain(&elevations, threshold_m);
        prop_assert_eq!((up, down), slow_climb(&elevations, threshold_m));
        let net = elevations[elevations.len() - 1] - elevations[0];
        prop_assert!((up - down - net).abs() <= 2.0 * threshold_m);
        let back: Vec<f64> = elevations.iter().rev().copied().collect();
        prop_assert_eq!(elevation_gain(&back, threshold_m), (down, up));
    }

    #[test]
    fn elevations_are_found_as_by_scanning(
        steps in prop::collection::vec((0.0..50.0, -100.0..100.0), 1..20), part in -0.1..1.1, columns in 2_usize..60,
    ) {
        let mut walked_m = 0.0;
        let samples: Vec<_> = steps.into_iter().map(|(step_m, elevation_m)| {
            walked_m += step_m;
            ProfileSample { distance_m: walked_m, elevation_m }
        }).collect();
        let profile = Profile::new(samples.clone()).unwrap();
        let scan = |at_m: f64| match samples.iter().position(|s| s.distance_m > at_m) {
            Some(0) => samples[0].elevation_m,
            None => samples[samples.len() - 1].elevation_m,
            Some(i) => {
                let (a, b) = (samples[i - 1], samples[i]);
                let slope = (b.elevation_m - a.elevation_m) / (b.distance_m - a.distance_m);
                a.elevation_m + slope * (at_m - a.distance_m)
            }
        };
        let at_m = samples[0].distance_m + part * profile.length_m();
        prop_assert!((profile.elevation_m_at(at_m).unwrap() - scan(at_m)).abs() < 1e-6);
        let drawn = profile.resample(columns).unwrap();
        prop_assert_eq!(drawn.samples().len(), columns);
        prop_assert_eq!(Profile::new(drawn.samples().to_vec()), Ok(drawn.clone()));
        for sample in drawn.samples() {
            prop_assert!((sample.elevation_m - scan(sample.distance_m)).abs() < 1e-6);
            prop_assert!((profile.min_m()..=profile.max_m()).contains(&sample.elevation_m));
        }
    }
}
