//! The tree: sixteen boxes a node and nothing else, side by side, so that a processor compares several at a time and reads
//! little memory. It is built once from things that lie in order, and has no room for more.

use super::ellipsoid::Xyz;

/// Things in a group, and boxes in a node.
pub(super) const WIDTH: usize = 16;
/// Metres by which a box is larger than what is in it: covers the rounding of numbers of this size to four bytes.
const MARGIN_M: f64 = 1.0;
/// Covers the rounding of what is calculated from them, as a share of a squared distance.
const SURE: f32 = 1.0 - 2e-6;

/// A box in space.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    pub(super) lower: Xyz,
    pub(super) upper: Xyz,
}

impl Extent {
    pub(super) const NOTHING: Extent = Extent { lower: [f64::INFINITY; 3], upper: [f64::NEG_INFINITY; 3] };

    pub(super) fn add(&mut self, place: Xyz) {
        for (axis, at) in place.into_iter().enumerate() {
            self.lower[axis] = self.lower[axis].min(at);
            self.upper[axis] = self.upper[axis].max(at);
        }
    }

    pub(super) fn widened(self, metres: f64) -> Extent {
        Extent { lower: self.lower.map(|x| x - metres), upper: self.upper.map(|x| x + metres) }
    }
}

/// A box that holds another, in half the memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Coarse {
    lower: [f32; 3],
    upper: [f32; 3],
}

impl Coarse {
    const NOTHING: Coarse = Coarse { lower: [f32::INFINITY; 3], upper: [f32::NEG_INFINITY; 3] };

    pub(super) fn around(extent: Extent) -> Coarse {
        let Extent { lower, upper } = extent.widened(MARGIN_M);
        Coarse { lower: lower.map(|x| x as f32), upper: upper.map(|x| x as f32) }
    }

    pub(super) fn middle(&self) -> Xyz {
        [0, 1, 2].map(|axis| (f64::from(self.lower[axis]) + f64::from(self.upper[axis])) / 2.0)
    }

    fn with(self, other: &Coarse) -> Coarse {
        Coarse {
            lower: [0, 1, 2].map(|axis| self.lower[axis].min(other.lower[axis])),
            upper: [0, 1, 2].map(|axis| self.upper[axis].max(other.upper[axis])),
        }
    }

    pub(super) fn around_all<'c>(all: impl IntoIterator<Item = &'c Coarse>) -> Coarse {
        all.into_iter().fold(Coarse::NOTHING, Coarse::with)
    }
}

/// Up to sixteen boxes. Places that are not taken are as far as can be.
#[derive(Debug, Clone)]
pub(super) struct Node {
    lower: [[f32; WIDTH]; 3],
    upper: [[f32; WIDTH]; 3],
}

impl Node {
    pub(super) fn of(boxes: &[Coarse]) -> Node {
        let mut node = Node { lower: [[f32::INFINITY; WIDTH]; 3], upper: [[f32::INFINITY; WIDTH]; 3] };
        for (place, one) in boxes.iter().enumerate().take(WIDTH) {
            for axis in 0..3 {
                node.lower[axis][place] = one.lower[axis];
                node.upper[axis][place] = one.upper[axis];
            }
        }
        node
    }

    /// Of each box a squared distance that is never more than the true one.
    pub(super) fn apart2(&self, from: [f32; 3]) -> [f32; WIDTH] {
        let most = |a: f32, b: f32| if a > b { a } else { b };
        let mut apart2 = [0.0; WIDTH];
        for ((lower, upper), from) in self.lower.iter().zip(&self.upper).zip(from) {
            for ((apart2, lower), upper) in apart2.iter_mut().zip(lower).zip(upper) {
                let off = most(most(lower - from, from - upper), 0.0);
                *apart2 += off * off;
            }
        }
        apart2.map(|apart2| apart2 * SURE)
    }
}

/// The nodes above some groups, level by level, the topmost first.
#[derive(Debug, Default)]
pub(super) struct Levels {
    nodes: Vec<Node>,
    /// The first node of each level.
    starts: Vec<u32>,
}

/// What is below a node, by the number of the first; the others follow.
pub(super) enum Below {
    Nodes(u32),
    Groups(u32),
}

impl Levels {
    /// Over groups with these boxes, which lie in the order of [`arrange`].
    pub(super) fn over(mut boxes: Vec<Coarse>) -> Levels {
        let mut above: Vec<Vec<Node>> = Vec::new();
        while !boxes.is_empty() {
            above.push(boxes.chunks(WIDTH).map(Node::of).collect());
            if boxes.len() <= WIDTH {
                break;
            }
            boxes = boxes.chunks(WIDTH).map(Coarse::around_all).collect();
        }
        let mut levels = Levels::default();
        levels.nodes.reserve_exact(above.iter().map(Vec::len).sum());
        for level in above.into_iter().rev() {
            levels.starts.push(levels.nodes.len() as u32);
            levels.nodes.extend(level);
        }
        levels
    }

    /// The topmost node is the first; over nothing there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    pub(super) fn node(&self, number: u32) -> (&Node, Below) {
        let level = self.starts.iter().rposition(|start| *start <= number).unwrap_or_default();
        let first = (number - self.starts[level]) * WIDTH as u32;
        let below = match self.starts.get(level + 1) {
            Some(start) => Below::Nodes(start + first),
            None => Below::Groups(first),
        };
        (&self.nodes[number as usize], below)
    }

    /// The group that is reached by going down to the nearest box each time.
    pub(super) fn most_promising(&self, from: [f32; 3]) -> Option<u32> {
        let mut number = 0;
        while !self.is_empty() {
            let (node, below) = self.node(number);
            let nearest = least(&node.apart2(from)) as u32;
            match below {
                Below::Nodes(first) => number = first + nearest,
                Below::Groups(first) => return Some(first + nearest),
            }
        }
        None
    }
}

/// Where the least of some numbers stands, the first where there are several.
pub(super) fn least<T: PartialOrd + Copy>(numbers: &[T; WIDTH]) -> usize {
    let least = numbers.iter().fold(numbers[0], |least, number| if *number < least { *number } else { least });
    numbers.iter().position(|number| *number == least).unwrap_or_default()
}

/// Puts things that lie together behind each other, so that every [`WIDTH`] of them are a group that is compact, and every
/// [`WIDTH`] of these again.
pub(super) fn arrange<T>(things: &mut [T], middle: &impl Fn(&T) -> Xyz) {
    if things.len() <= WIDTH {
        return;
    }
    let mut unit = WIDTH;
    while unit * WIDTH < things.len() {
        unit *= WIDTH;
    }
    let half = things.len().div_ceil(unit) / 2 * unit;
    let mut extent = Extent::NOTHING;
    things.iter().for_each(|thing| extent.add(middle(thing)));
    let span = |axis: usize| extent.upper[axis] - extent.lower[axis];
    let widest = [1, 2].into_iter().fold(0, |widest, axis| if span(axis) > span(widest) { axis } else { widest });
    things.select_nth_unstable_by(half, |a, b| middle(a)[widest].total_cmp(&middle(b)[widest]));
    let (one, other) = things.split_at_mut(half);
    arrange(one, middle);
    arrange(other, middle);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_coarse_box_is_never_further_than_the_true_one(
            place in prop::array::uniform3(-6.4e6..6.4e6), reach in prop::array::uniform3(0.0..1e5_f64),
            from in prop::array::uniform3(-6.4e6..6.4e6), near in any::<bool>(),
        ) {
            let from = if near { [0, 1, 2].map(|axis: usize| place[axis] + from[axis] / 1e5) } else { from };
            let mut extent = Extent::NOTHING;
            extent.add(place);
            extent.add([0, 1, 2].map(|axis: usize| place[axis] + reach[axis]));
            let off = |axis: usize| f64::max(extent.lower[axis] - from[axis], from[axis] - extent.upper[axis]).max(0.0);
            let exact = (0..3_usize).map(|axis| off(axis) * off(axis)).sum::<f64>();
            let told = Node::of(&[Coarse::around(extent)]).apart2(from.map(|x| x as f32));
            prop_assert!(f64::from(told[0]) <= exact, "{} > {exact}", told[0]);
            prop_assert!(f64::from(told[0]).sqrt() + 5.0 >= exact.sqrt() * (1.0 - 1e-5));
            prop_assert_eq!(told[1], f32::INFINITY);
        }

        #[test]
        fn things_are_put_in_order_and_none_is_lost(places in prop::collection::vec(prop::array::uniform3(-10..10_i32), 0..700)) {
            let middle = |place: &[i32; 3]| place.map(f64::from);
            let (mut arranged, mut sorted) = (places.clone(), places);
            arrange(&mut arranged, &middle);
            let groups = arranged.chunks(WIDTH).map(|group| {
                let mut extent = Extent::NOTHING;
                group.iter().for_each(|place| extent.add(middle(place)));
                Coarse::around(extent)
            });
            let levels = Levels::over(groups.collect());
            let (mut waiting, mut reached) = (if levels.is_empty() { vec![] } else { vec![0] }, Vec::new());
            while let Some(number) = waiting.pop() {
                let (node, below) = levels.node(number);
                let taken = (0..WIDTH as u32).filter(|slot| node.apart2([0.0; 3])[*slot as usize] < f32::INFINITY);
                match below {
                    Below::Nodes(first) => waiting.extend(taken.map(|slot| first + slot)),
                    Below::Groups(first) => reached.extend(taken.map(|slot| first + slot)),
                }
            }
            reached.sort_unstable();
            prop_assert_eq!(reached, (0..arranged.len().div_ceil(WIDTH) as u32).collect::<Vec<_>>());
            arranged.sort_unstable();
            sorted.sort_unstable();
            prop_assert_eq!(arranged, sorted);
        }
    }
}
