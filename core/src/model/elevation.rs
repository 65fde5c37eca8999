//! Impossible elevations: the no-data values of terrain models, and spikes, which servers publish as they are.

use super::Position;

/// Metres above sea level of the lowest and the highest land, with a margin.
const MIN_ELEVATION_M: f64 = -500.0;
const MAX_ELEVATION_M: f64 = 9_000.0;
/// A line with all other vertices above this does not touch sea level, metres.
const MIN_WITHOUT_SEA_M: f64 = 100.0;
/// Metres of height on one edge below which it is no spike: terrain models are tens of metres off on cliffs.
const MIN_SPIKE_M: f64 = 200.0;
/// Metres of height for each metre on the map that no path has over such a height: 56°.
const MAX_PATH_GRADE: f64 = 1.5;
/// A spike may be this many runs of vertices long: bounds the time for a line that is all spikes.
const MAX_RUNS_BACK: usize = 16;
/// Metres in a degree of latitude, to a percent.
const DEGREE_M: f64 = 111_200.0;

/// True if a place on the Earth may have this elevation, metres above sea level.
pub(crate) fn is_possible(metres: f64) -> bool {
    (MIN_ELEVATION_M..=MAX_ELEVATION_M).contains(&metres)
}

/// Makes the impossible elevations of a line unknown, and returns their number: those that no place on the Earth has, as
/// −9999 and 32767; 0 between vertices that are all far above sea level; and spikes, which a path could reach only by an edge
/// of 200 m of height or more that is steeper than 56°.
///
/// Vertices between impossible edges are right or wrong together. The most vertices that a path can connect are right, if
/// they are at least two thirds of the known ones. If they are fewer, nobody can tell which side of a step is right, and all are
/// kept. One pass, and a few comparisons for each impossible edge.
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
        line.iter_mut().filter(|position| position.elevation == Some(0.0)).for_each(&mut remove);
    }
    for index in spikes(line) {
        remove(&mut line[index]);
    }
    removed
}

/// The number of elevations that [`remove_impossible`] makes unknown.
pub(crate) fn count_impossible(line: &[Position]) -> usize {
    remove_impossible(&mut line.to_vec())
}

/// True if no path leads from one vertex to the other. Their elevations are known.
fn is_impossible_edge(from: &Position, to: &Position) -> bool {
    let rise_m = (to.elevation.unwrap_or(0.0) - from.elevation.unwrap_or(0.0)).abs();
    if rise_m < MIN_SPIKE_M {
        return false;
    }
    let turn = (to.lon - from.lon).abs() % 360.0;
    let east_m = turn.min(360.0 - turn) * DEGREE_M * ((from.lat + to.lat) / 2.0).to_radians().cos();
    let north_m = (to.lat - from.lat) * DEGREE_M;
    rise_m > MAX_PATH_GRADE * east_m.hypot(north_m)
}

/// Vertices between two impossible edges, by their numbers among the known ones.
struct Run {
    start: usize,
    end: usize,
    /// The most vertices of a chain of runs that ends with this one.
    chained: usize,
    /// The run before it in that chain.
    previous: Option<usize>,
}

/// The indices of the vertices of spikes.
fn spikes(line: &[Position]) -> Vec<usize> {
    let known: Vec<usize> = (0..line.len()).filter(|index| line[*index].elevation.is_some()).collect();
    let is_impossible = |from: usize, to: usize| is_impossible_edge(&line[known[from]], &line[known[to]]);
    let breaks: Vec<usize> = (1..known.len()).filter(|end| is_impossible(end - 1, *end)).collect();
    if breaks.is_empty() {
        return Vec::new();
    }
    let starts = std::iter::once(0).chain(breaks.iter().copied());
    let ends = breaks.iter().copied().chain([known.len()]);
    let mut runs: Vec<Run> = Vec::with_capacity(breaks.len() + 1);
    for (start, end) in starts.zip(ends) {
        let before = (runs.len().saturating_sub(MAX_RUNS_BACK)..runs.len()).rev();
        let previous = before
            .filter(|index| !is_impossible(runs[*index].end - 1, start))
            .max_by_key(|index| (runs[*index].chained, *index));
        let chained = end - start + previous.map_or(0, |index| runs[index].chained);
        runs.push(Run { start, end, chained, previous });
    }
    let mut last = (0..runs.len()).max_by_key(|index| (runs[*index].chained, std::cmp::Reverse(*index)));
    if last.is_none_or(|index| runs[index].chained * 3 < known.len() * 2) {
        return Vec::new();
    }
    let mut is_right = vec![false; known.len()];
    while let Some(index) = last {
        is_right[runs[index].start..runs[index].end].fill(true);
        last = runs[index].previous;
    }
    known.into_iter().zip(is_right).filter(|(_, is_right)| !is_right).map(|(index, _)| index).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A line with a vertex every 79 m.
    fn removed(elevations: &[f64]) -> (usize, Vec<Option<f64>>) {
        let position = |(index, metres): (usize, &f64)| Position {
            elevation: Some(*metres),
            ..Position::new(6.0 + 0.001 * index as f64, 45.0)
        };
        let mut line: Vec<Position> = elevations.iter().enumerate().map(position).collect();
        let count = remove_impossible(&mut line);
        (count, line.iter().map(|position| position.elevation).collect())
    }

    fn kept(elevations: &[f64]) -> (usize, Vec<Option<f64>>) {
        (0, elevations.iter().copied().map(Some).collect())
    }

    #[test]
    fn no_data_values_become_unknown() {
        let known = removed(&[1500.0, -9999.0, 32767.0, 0.0, 1510.0, f64::NAN]);
        assert_eq!(known, (4, vec![Some(1500.0), None, None, None, Some(1510.0), None]));
        assert_eq!(removed(&[-9999.0]), (1, vec![None]));
    }

    #[test]
    fn low_and_high_places_are_kept() {
        for line in [&[-430.0, -330.0][..], &[0.0, 3.0, 90.0], &[0.0, 0.0], &[8_848.0, 8_800.0], &[0.0]] {
            assert_eq!(removed(line), kept(line));
        }
    }

    #[test]
    fn spikes_become_unknown() {
        assert_eq!(removed(&[1500.0, 4000.0, 1510.0]), (1, vec![Some(1500.0), None, Some(1510.0)]));
        assert_eq!(removed(&[1500.0, 200.0, 1510.0]).0, 1, "a hole is one, too");
        assert_eq!(removed(&[4000.0, 1500.0, 1505.0, 1510.0]).1[0], None, "at the start");
        assert_eq!(removed(&[1500.0, 1505.0, 1510.0, 4000.0]).1[3], None, "at the end");
        let wide = [1500.0, 1502.0, 4000.0, 4010.0, 1506.0, 1508.0, 300.0, 1510.0, 1512.0];
        assert_eq!(removed(&wide).0, 3);
        assert_eq!(removed(&wide).1[4], Some(1506.0), "the line goes on after a spike of several vertices");
    }

    #[test]
    fn spike_between_unknown_elevations_is_found() {
        assert_eq!(removed(&[1500.0, 1505.0, -9999.0, 4000.0, 1510.0, 1515.0]).0, 2);
    }

    #[test]
    fn steep_paths_are_kept() {
        // 118 m of height on 79 m of the map; a ladder of 150 m.
        for line in
            [&[1000.0, 1118.0, 1236.0, 1118.0][..], &[1000.0, 1150.0, 1160.0], &[1000.0, 1000.0, 1150.0, 1000.0]]
        {
            assert_eq!(removed(line), kept(line));
        }
    }

    #[test]
    fn step_between_two_halves_is_kept() {
        let line = [1000.0, 1001.0, 1002.0, 2001.0, 2002.0, 2003.0];
        assert_eq!(removed(&line), kept(&line));
        assert_eq!(removed(&[1000.0, 2000.0]), kept(&[1000.0, 2000.0]));
    }

    #[test]
    fn edge_over_the_date_line_is_short() {
        let at = |lon, elevation| Position { elevation: Some(elevation), ..Position::new(lon, -17.0) };
        let mut line = [at(179.9999, 100.0), at(-179.9999, 900.0), at(-179.999, 110.0)];
        assert_eq!((remove_impossible(&mut line), line[1].elevation), (1, None));
        let mut far = [at(170.0, 100.0), at(179.0, 900.0), at(-179.0, 110.0)];
        assert_eq!(remove_impossible(&mut far), 0);
    }

    /// The most right vertices, by trying all subsets of runs.
    fn slow_right(elevations: &[f64]) -> usize {
        let position = |index: usize| Position {
            elevation: Some(elevations[index]),
            ..Position::new(6.0 + 0.001 * index as f64, 45.0)
        };
        let connected =
            |kept: &[usize]| kept.windows(2).all(|pair| !is_impossible_edge(&position(pair[0]), &position(pair[1])));
        let subsets = (0_u32..1 << elevations.len()).filter_map(|bits| {
            let kept: Vec<usize> = (0..elevations.len()).filter(|index| bits & (1 << index) != 0).collect();
            let is_whole = (1..elevations.len()).all(|end| {
                let is_together = (bits >> (end - 1)) & 1 == (bits >> end) & 1;
                is_together || is_impossible_edge(&position(end - 1), &position(end))
            });
            (is_whole && connected(&kept)).then_some(kept.len())
        });
        subsets.max().unwrap_or(0)
    }

    proptest! {
        #[test]
        fn most_vertices_that_a_path_connects_are_kept(
            elevations in prop::collection::vec(prop_oneof![3 => 1000.0..1050.0, 1 => 200.0..3000.0], 1..10),
        ) {
            let (count, line) = removed(&elevations);
            let right = slow_right(&elevations);
            let expected = if right * 3 >= elevations.len() * 2 { elevations.len() - right } else { 0 };
            prop_assert_eq!(count, expected);
            prop_assert_eq!(line.iter().filter(|elevation| elevation.is_none()).count(), count);
        }
    }
}
