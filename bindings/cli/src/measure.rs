//! How far and how high, for drawings: distances along a line, the person's units, and the round numbers of an axis.
//! The profile in the terminal and the printed sheet share it, so that both tell the same kilometres. Distances take the
//! earth as flat between two neighbouring vertices, which is off by less than a pixel; what a walker is told as a
//! distance comes from the library's ellipsoid instead.

use jalon::model::Position;

/// The units that a person reads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Units {
    /// Kilometres and metres.
    #[default]
    Metric,
    /// Miles and feet.
    Imperial,
}

/// A unit of length with its sign.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unit {
    /// Metres in one of it.
    pub(crate) metres: f64,
    /// As it is written after a number.
    pub(crate) sign: &'static str,
}

impl Units {
    /// For distances along a line.
    pub(crate) fn far(self) -> Unit {
        match self {
            Units::Metric => Unit { metres: 1000.0, sign: "km" },
            Units::Imperial => Unit { metres: 1609.344, sign: "mi" },
        }
    }

    /// For elevations and short distances.
    pub(crate) fn high(self) -> Unit {
        match self {
            Units::Metric => Unit { metres: 1.0, sign: "m" },
            Units::Imperial => Unit { metres: 0.3048, sign: "ft" },
        }
    }
}

impl Unit {
    /// Metres as a number of it, with its sign: one decimal where that says something.
    pub(crate) fn write(self, metres: f64) -> String {
        let number = metres / self.metres;
        let decimals = usize::from(number.abs() < 100.0 && self.metres > 100.0);
        format!("{number:.decimals$} {}", self.sign)
    }
}

/// The round numbers of an axis: 1, 2 or 5 times a power of ten apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticks {
    /// From one to the next, positive.
    pub(crate) step: f64,
}

impl Ticks {
    /// The finest that cut `span` into at most `parts`.
    pub(crate) fn new(span: f64, parts: usize) -> Ticks {
        let least = span / parts.max(1) as f64;
        if !least.is_finite() || least <= 0.0 {
            return Ticks { step: 1.0 };
        }
        let power = 10_f64.powf(least.log10().floor());
        let step = [1.0, 2.0, 5.0].into_iter().map(|digit| digit * power).find(|step| *step >= least * 0.999_999);
        Ticks { step: step.unwrap_or(10.0 * power) }
    }

    /// Those from `from` to `to`, both included; at most a hundred.
    pub(crate) fn between(self, from: f64, to: f64) -> Vec<f64> {
        let first = (from / self.step - 1e-6).ceil();
        (0..100).map(|n| (first + f64::from(n)) * self.step).take_while(|tick| *tick <= to + self.step * 1e-6).collect()
    }

    /// The tick at or below a value.
    pub(crate) fn floor(self, value: f64) -> f64 {
        (value / self.step).floor() * self.step
    }

    /// A tick as it is written, with the decimals that the step needs.
    pub(crate) fn label(self, tick: f64) -> String {
        let whole = |decimals: &i32| {
            let scaled = self.step * 10_f64.powi(*decimals);
            (scaled - scaled.round()).abs() < 1e-6 * scaled
        };
        let decimals = (0..9).find(whole).unwrap_or(0) as usize;
        // Adding zero turns −0 into 0.
        format!("{:.decimals$}", tick + 0.0)
    }
}

/// A longitude brought within half a turn of another, so that a line across the date line stays in one piece.
pub(crate) fn unwrapped(lon: f64, near: f64) -> f64 {
    near + (lon - near + 540.0).rem_euclid(360.0) - 180.0
}

/// Metres in a degree of longitude and in one of latitude, on the WGS84 ellipsoid at a latitude.
pub(crate) fn metres_per_degree(lat: f64) -> (f64, f64) {
    let turn = lat.to_radians();
    let east = 111_412.84 * turn.cos() - 93.5 * (3.0 * turn).cos() + 0.118 * (5.0 * turn).cos();
    let north = 111_132.92 - 559.82 * (2.0 * turn).cos() + 1.175 * (4.0 * turn).cos();
    (east.max(1.0), north)
}

/// Metres between two places that are close to each other.
pub(crate) fn metres_between(from: Position, to: Position) -> f64 {
    let (east, north) = metres_per_degree((from.lat + to.lat) / 2.0);
    ((unwrapped(to.lon, from.lon) - from.lon) * east).hypot((to.lat - from.lat) * north)
}

/// Metres along a line.
pub(crate) fn length(line: &[Position]) -> f64 {
    elevated(line).last().map_or(0.0, |(along, _)| *along)
}

/// Metres along the lines, one after the other without the gaps between them, and metres above the sea there, for each
/// vertex that knows its elevation; empty unless at least two of them are apart.
pub(crate) fn elevations(lines: &[&[Position]]) -> Vec<(f64, f64)> {
    let mut before = 0.0;
    let mut known = Vec::new();
    for line in lines {
        let vertices = elevated(line);
        known.extend(vertices.iter().filter_map(|(along, metres)| Some((before + along, (*metres)?))));
        before += vertices.last().map_or(0.0, |(along, _)| *along);
    }
    match (known.first(), known.last()) {
        (Some(first), Some(last)) if last.0 > first.0 => known,
        _ => Vec::new(),
    }
}

/// The vertices that are on the globe, each with its distance along the line.
fn elevated(line: &[Position]) -> Vec<(f64, Option<f64>)> {
    let mut along = 0.0;
    let mut before: Option<Position> = None;
    let valid = line.iter().filter(|position| position.is_valid());
    valid
        .map(|position| {
            along += before.map_or(0.0, |before| metres_between(before, *position));
            before = Some(*position);
            (along, position.elevation.filter(|metres| metres.is_finite()))
        })
        .collect()
}

/// The elevation at a distance along the line, straight between the vertices around it.
pub(crate) fn elevation_at(known: &[(f64, f64)], along: f64) -> Option<f64> {
    let after = known.partition_point(|(here, _)| *here < along);
    let (Some(right), Some(left)) = (known.get(after).or(known.last()), known.get(after.saturating_sub(1))) else {
        return None;
    };
    let part = if right.0 > left.0 { ((along - left.0) / (right.0 - left.0)).clamp(0.0, 1.0) } else { 0.0 };
    Some(left.1 + part * (right.1 - left.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_as_people_say_them() {
        assert_eq!(Units::Metric.far().write(12_345.0), "12.3 km");
        assert_eq!(Units::Metric.high().write(310.4), "310 m");
        assert_eq!(Units::Imperial.far().write(1_609.344), "1.0 mi");
    }

    #[test]
    fn ticks_are_round() {
        let ticks = Ticks::new(1234.0, 5);
        assert_eq!(ticks.step, 500.0);
        assert_eq!(ticks.between(480.0, 1500.0), [500.0, 1000.0, 1500.0]);
        assert_eq!(Ticks::new(1.0, 5).step, 0.2);
        assert_eq!(Ticks::new(1.0, 5).label(0.4), "0.4");
        assert_eq!(Ticks::new(1000.0, 5).label(400.0), "400");
        assert_eq!(Ticks { step: 2.5 }.label(2.5), "2.5");
        assert_eq!(Ticks::new(f64::NAN, 0).step, 1.0);
    }

    #[test]
    fn a_degree_is_about_as_long_as_it_should_be() {
        let north = metres_between(Position::new(0.0, 44.5), Position::new(0.0, 45.5));
        assert!((north - 111_131.0).abs() < 20.0, "{north}");
        let east = metres_between(Position::new(179.5, 0.0), Position::new(-179.5, 0.0));
        assert!((east - 111_319.0).abs() < 20.0, "{east}");
    }

    #[test]
    fn the_gap_between_two_lines_is_not_walked() {
        let at = |lat| Position { elevation: Some(9.0), ..Position::new(6.0, lat) };
        let (one, other) = ([at(45.0), at(45.1)], [at(46.0), at(46.1)]);
        let known = elevations(&[&one, &other]);
        assert_eq!(known.last().unwrap().0, length(&one) + length(&other));
    }

    #[test]
    fn elevations_are_straight_between_the_vertices() {
        let at = |lat, elevation| Position { elevation, ..Position::new(6.0, lat) };
        let known = elevations(&[&[at(45.0, Some(1000.0)), at(45.01, None), at(45.02, Some(1200.0))]]);
        assert_eq!(known.len(), 2);
        assert!((elevation_at(&known, known[1].0 / 2.0).unwrap() - 1100.0).abs() < 1e-6);
        assert_eq!(elevation_at(&known, -5.0), Some(1000.0));
        assert_eq!(elevation_at(&known, 1e9), Some(1200.0));
        assert_eq!(elevation_at(&[], 0.0), None);
        assert!(elevations(&[&[at(45.0, Some(1.0)), at(45.0, Some(2.0))]]).is_empty());
    }
}
