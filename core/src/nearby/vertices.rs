//! The vertices of a feature, in half the memory if possible: servers write at most seven decimals, so most coordinates are
//! whole steps of a ten-millionth of a degree. Reading returns each coordinate as it was stored, to the last bit.

use std::ops::Range;

use geo_types::Coord;

const STEPS_PER_DEGREE: f64 = 1e7;

#[derive(Debug)]
pub(super) enum Vertices {
    /// Only one.
    Point(Coord<f64>),
    /// Longitude and latitude in steps.
    Steps(Box<[[i32; 2]]>),
    Degrees(Box<[Coord<f64>]>),
}

impl Vertices {
    pub(super) fn new(vertices: &[Coord<f64>]) -> Vertices {
        let step = |degrees: f64| {
            let step = (degrees * STEPS_PER_DEGREE).round() as i32;
            (degrees_of(step).to_bits() == degrees.to_bits()).then_some(step)
        };
        if let [only] = vertices {
            return Vertices::Point(*only);
        }
        let steps = vertices.iter().map(|vertex| Some([step(vertex.x)?, step(vertex.y)?]));
        match steps.collect() {
            Some(steps) => Vertices::Steps(steps),
            None => Vertices::Degrees(vertices.into()),
        }
    }

    pub(super) fn iter(&self, range: Range<usize>) -> impl Iterator<Item = Coord<f64>> {
        let (steps, degrees) = match self {
            Vertices::Point(only) => (&[][..], std::slice::from_ref(only)),
            Vertices::Steps(steps) => (&steps[range], &[][..]),
            Vertices::Degrees(degrees) => (&[][..], &degrees[range]),
        };
        let steps = steps.iter().map(|[lon, lat]| Coord { x: degrees_of(*lon), y: degrees_of(*lat) });
        steps.chain(degrees.iter().copied())
    }

    /// The same into a buffer that is long enough. Returns the part that they fill.
    pub(super) fn read<'b>(&self, range: Range<usize>, buffer: &'b mut [Coord<f64>]) -> &'b [Coord<f64>] {
        let buffer = &mut buffer[..range.len()];
        match self {
            Vertices::Point(only) => buffer.fill(*only),
            Vertices::Steps(steps) => {
                for (coord, [lon, lat]) in buffer.iter_mut().zip(&steps[range]) {
                    *coord = Coord { x: degrees_of(*lon), y: degrees_of(*lat) };
                }
            }
            Vertices::Degrees(degrees) => buffer.copy_from_slice(&degrees[range]),
        }
        buffer
    }
}

fn degrees_of(step: i32) -> f64 {
    f64::from(step) / STEPS_PER_DEGREE
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn degrees() -> impl Strategy<Value = f64> {
        prop_oneof![
            -400.0..400.0,
            (-2_000_000_000..2_000_000_000_i32).prop_map(|steps| f64::from(steps) / 1e7),
            (-180_000..180_000_i32).prop_map(|steps| f64::from(steps) / 1e3),
            Just(-0.0),
        ]
    }

    proptest! {
        #[test]
        fn vertices_come_out_to_the_last_bit(line in prop::collection::vec((degrees(), degrees()), 0..6)) {
            let line: Vec<_> = line.into_iter().map(|(x, y)| Coord { x, y }).collect();
            let vertices = Vertices::new(&line);
            let bits = |line: &[Coord<f64>]| line.iter().map(|c| (c.x.to_bits(), c.y.to_bits())).collect::<Vec<_>>();
            prop_assert_eq!(bits(&vertices.iter(0..line.len()).collect::<Vec<_>>()), bits(&line));
            prop_assert_eq!(bits(vertices.read(0..line.len(), &mut [Coord::zero(); 8])), bits(&line));
        }
    }

    #[test]
    fn seven_decimals_are_steps() {
        let line = |lon: &str| [Coord { x: lon.parse().unwrap(), y: -44.765_432_1 }, Coord::zero()];
        assert!(matches!(Vertices::new(&line("6.1234567")), Vertices::Steps(_)));
        assert!(matches!(Vertices::new(&line("6.12345678")), Vertices::Degrees(_)));
    }
}
