//! Elevations that no place on the Earth has: the no-data values of terrain models, which servers publish as they are.

use crate::model::Position;

/// Metres above sea level of the lowest and the highest land, with a margin.
const MIN_ELEVATION_M: f64 = -500.0;
const MAX_ELEVATION_M: f64 = 9_000.0;
/// A line with all other vertices above this does not touch sea level, metres.
const MIN_WITHOUT_SEA_M: f64 = 100.0;

/// True if a place on the Earth may have this elevation, metres above sea level.
pub(crate) fn is_possible(metres: f64) -> bool {
    (MIN_ELEVATION_M..=MAX_ELEVATION_M).contains(&metres)
}

/// Makes the impossible elevations of a line unknown, and returns their number: those that no place on the Earth has, as
/// −9999 and 32767, and 0 between vertices that are all far above sea level.
pub(crate) fn remove_impossible(line: &mut [Position]) -> usize {
    let mut removed = 0;
    let mut remove = |position: &mut Position| {
        position.elevation = None;
        removed += 1;
    };
    for position in line.iter_mut() {
        if position.elevation.is_some_and(|metres| !is_possible(metres)) {
            remove(position);
        }
    }
    let others = line.iter().filter_map(|position| position.elevation).filter(|metres| *metres != 0.0);
    let min_m = others.fold(f64::INFINITY, f64::min);
    if (MIN_WITHOUT_SEA_M..f64::INFINITY).contains(&min_m) {
        line.iter_mut().filter(|position| position.elevation == Some(0.0)).for_each(remove);
    }
    removed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn removed(elevations: &[f64]) -> (usize, Vec<Option<f64>>) {
        let position = |metres: &f64| Position { elevation: Some(*metres), ..Position::new(6.0, 45.0) };
        let mut line: Vec<Position> = elevations.iter().map(position).collect();
        let count = remove_impossible(&mut line);
        (count, line.iter().map(|position| position.elevation).collect())
    }

    #[test]
    fn no_data_values_become_unknown() {
        let known = removed(&[1500.0, -9999.0, 32767.0, 0.0, 1510.0, f64::NAN]);
        assert_eq!(known, (4, vec![Some(1500.0), None, None, None, Some(1510.0), None]));
        assert_eq!(removed(&[-9999.0]), (1, vec![None]));
    }

    #[test]
    fn low_and_high_places_are_kept() {
        for line in [&[-430.0, -200.0][..], &[0.0, 3.0, 250.0], &[0.0, 0.0], &[8_848.0, 5_000.0], &[0.0]] {
            assert_eq!(removed(line), (0, line.iter().copied().map(Some).collect()));
        }
    }
}
