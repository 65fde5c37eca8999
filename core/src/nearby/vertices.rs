//! The vertices of lines and rings. Servers write seven decimals, so nearly all are whole steps of a ten-millionth of a
//! degree, and take half the memory; a line with a vertex that is not is kept as it is. What was put in comes out, to the
//! last bit.

const STEPS_PER_DEGREE: f64 = 1e7;

/// Longitude, latitude.
pub(super) type Place = (f64, f64);

/// All of them, one line after the other.
#[derive(Debug, Default)]
pub(super) struct Vertices {
    steps: Vec<(i32, i32)>,
    free: Vec<Place>,
}

/// Where some consecutive vertices are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) first: u32,
    pub(super) count: u32,
    pub(super) are_steps: bool,
}

impl Vertices {
    pub(super) fn add(&mut self, line: &[Place]) -> Span {
        let whole = |degrees: f64| {
            let steps = (degrees * STEPS_PER_DEGREE).round();
            // The cast is checked by what it gives back.
            (f64::from(steps as i32) / STEPS_PER_DEGREE).to_bits() == degrees.to_bits()
        };
        let step = |degrees: f64| (degrees * STEPS_PER_DEGREE).round() as i32;
        let count = line.len() as u32;
        if line.iter().all(|place| whole(place.0) && whole(place.1)) {
            let first = self.steps.len() as u32;
            self.steps.extend(line.iter().map(|place| (step(place.0), step(place.1))));
            Span { first, count, are_steps: true }
        } else {
            let first = self.free.len() as u32;
            self.free.extend(line);
            Span { first, count, are_steps: false }
        }
    }

    pub(super) fn shrink_to_fit(&mut self) {
        self.steps.shrink_to_fit();
        self.free.shrink_to_fit();
    }

    pub(super) fn of(&self, span: Span) -> impl Iterator<Item = Place> {
        let range = span.first as usize..(span.first + span.count) as usize;
        let (steps, free) = if span.are_steps { (&self.steps[range], &[][..]) } else { (&[][..], &self.free[range]) };
        let degrees = |steps: i32| f64::from(steps) / STEPS_PER_DEGREE;
        steps.iter().map(move |step| (degrees(step.0), degrees(step.1))).chain(free.iter().copied())
    }

    /// The same into a buffer; gives the part of it that they fill.
    pub(super) fn read<'b>(&self, span: Span, buffer: &'b mut [Place]) -> &'b [Place] {
        let count = buffer.len().min(span.count as usize);
        let range = span.first as usize..span.first as usize + count;
        let buffer = &mut buffer[..count];
        if span.are_steps {
            for (place, step) in buffer.iter_mut().zip(&self.steps[range]) {
                *place = (f64::from(step.0) / STEPS_PER_DEGREE, f64::from(step.1) / STEPS_PER_DEGREE);
            }
        } else {
            buffer.copy_from_slice(&self.free[range]);
        }
        buffer
    }
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
        fn what_was_put_in_comes_out(lines in prop::collection::vec(prop::collection::vec((degrees(), degrees()), 0..6), 1..6)) {
            let mut vertices = Vertices::default();
            let spans: Vec<Span> = lines.iter().map(|line| vertices.add(line)).collect();
            let bits = |places: &[Place]| places.iter().map(|p| (p.0.to_bits(), p.1.to_bits())).collect::<Vec<_>>();
            for (span, line) in spans.into_iter().zip(&lines) {
                prop_assert_eq!(bits(&vertices.of(span).collect::<Vec<_>>()), bits(line));
                prop_assert_eq!(bits(vertices.read(span, &mut [(0.0, 0.0); 8])), bits(line));
            }
        }
    }

    #[test]
    fn seven_decimals_are_steps() {
        let mut vertices = Vertices::default();
        assert!(vertices.add(&[("6.1234567".parse().unwrap(), "-44.7654321".parse().unwrap())]).are_steps);
        assert!(!vertices.add(&[(6.123_456_78, 44.0)]).are_steps);
    }
}
