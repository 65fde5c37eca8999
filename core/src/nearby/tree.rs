//! The index: an R*-tree over the parts of all features.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, HashMap};

use rstar::{AABB, ParentNode, RTree, RTreeNode, RTreeObject, RTreeParams, SelectionFunction};

use super::bounds::distance2;
use super::edge::Origin;
use super::neighbor::{Feature, MAX_DISTANCE_M, Neighbor, check_distance, origin};
use super::shape::{Candidate, Part, SLACK_M, Shape};
use crate::error::Result;
use crate::model::{Geometry, Kind, Position};

/// An index over features. Building it costs about a microsecond a vertex, a query some microseconds.
///
/// It answers exactly as [`LinearScan`](super::LinearScan) does: distances are on the ellipsoid, to the geometry itself.
#[derive(Debug, Default)]
pub struct Nearby {
    tree: RTree<Leaf, Params>,
    /// A removed feature leaves a gap.
    features: Vec<Option<Entry>>,
    gaps: Vec<u32>,
    is_bulk_loaded: bool,
}

#[derive(Debug)]
struct Entry {
    key: u64,
    kind: Kind,
    shape: Shape,
}

/// Collects features for [`Nearby`] one by one, so that no more than one geometry is in memory beside it.
#[derive(Debug, Default)]
pub struct Builder {
    features: Vec<Option<Entry>>,
    leaves: Vec<Leaf>,
}

/// A part of a feature in its box.
#[derive(Debug, Clone)]
struct Leaf {
    envelope: AABB<[f32; 3]>,
    feature: u32,
    part: Part,
}

impl RTreeObject for Leaf {
    type Envelope = AABB<[f32; 3]>;

    fn envelope(&self) -> AABB<[f32; 3]> {
        self.envelope
    }
}

/// Large nodes: a query opens fewer of them, and their children are read in one go.
#[derive(Debug)]
struct Params;

impl RTreeParams for Params {
    const MIN_SIZE: usize = 6;
    const MAX_SIZE: usize = 16;
    const REINSERTION_COUNT: usize = 5;
    type DefaultInsertionStrategy = rstar::RStarInsertionStrategy;
}

impl Builder {
    /// Adds a feature; see [`Feature`] for key, kind and geometry.
    pub fn add(&mut self, key: u64, kind: Kind, geometry: &Geometry) {
        let (shape, parts) = Shape::of(geometry.as_geo());
        self.leaves.extend(leaves(self.features.len() as u32, &shape, parts));
        self.features.push(Some(Entry { key, kind, shape }));
    }

    /// Builds the index.
    pub fn finish(mut self) -> Nearby {
        self.features.shrink_to_fit();
        let tree = RTree::bulk_load_with_params(self.leaves);
        Nearby { tree, features: self.features, gaps: Vec::new(), is_bulk_loaded: true }
    }
}

fn leaves(feature: u32, shape: &Shape, parts: Vec<Part>) -> impl Iterator<Item = Leaf> {
    parts.into_iter().map(move |part| Leaf { envelope: shape.bounds(part).0, feature, part })
}

impl Nearby {
    /// Builds the index of many features at once.
    pub fn build(features: impl IntoIterator<Item = Feature>) -> Nearby {
        let mut builder = Builder::default();
        features.into_iter().for_each(|feature| builder.add(feature.key, feature.kind, &feature.geometry));
        builder.finish()
    }

    /// Adds one feature, some microseconds a part. The first one after [`build`](Self::build) costs as much as adding all
    /// features again.
    pub fn insert(&mut self, feature: Feature) {
        let Feature { key, kind, geometry } = feature;
        if std::mem::take(&mut self.is_bulk_loaded) {
            // rstar 0.12 may load leaves at different depths, and panics at an insertion then (rstar#256).
            let leaves: Vec<Leaf> = self.tree.drain().collect();
            self.tree = RTree::new_with_params();
            leaves.into_iter().for_each(|leaf| self.tree.insert(leaf));
        }
        let (shape, parts) = Shape::of(geometry.as_geo());
        let number = self.gaps.pop().unwrap_or(self.features.len() as u32);
        leaves(number, &shape, parts).for_each(|leaf| self.tree.insert(leaf));
        let entry = Some(Entry { key, kind, shape });
        match self.features.get_mut(number as usize) {
            Some(gap) => *gap = entry,
            None => self.features.push(entry),
        }
    }

    /// Removes all features of this kind and key, and returns their number. Looks at each feature.
    pub fn remove(&mut self, kind: Kind, key: u64) -> usize {
        let mut removed = 0;
        for number in 0..self.features.len() {
            if self.features[number].take_if(|entry| (entry.kind, entry.key) == (kind, key)).is_some() {
                let number = number as u32;
                self.tree.drain_with_selection_function(OfFeature(number)).for_each(drop);
                self.gaps.push(number);
                removed += 1;
            }
        }
        removed
    }

    /// Number of features.
    pub fn len(&self) -> usize {
        self.features.len() - self.gaps.len()
    }

    /// True if it has no features.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The `count` nearest features that `accept` takes (by kind and key), nearest first; those equally far by kind, then
    /// key.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) if the position is not on the Earth.
    pub fn nearest(&self, from: Position, count: usize, accept: impl Fn(Kind, u64) -> bool) -> Result<Vec<Neighbor>> {
        if count >= self.len() {
            return self.within(from, MAX_DISTANCE_M, accept);
        }
        let origin = origin(from)?;
        // In order, one for each feature.
        let mut best: Vec<Found> = Vec::with_capacity(count + 1);
        let limit_m = |best: &[Found]| match best.last() {
            _ if best.len() < count => f64::INFINITY,
            last => last.map_or(-1.0, |last| last.candidate.distance_m),
        };
        self.search(&origin, limit_m(&best), |leaf, bound2, entry| {
            let known = best.iter().position(|known| known.feature == leaf.feature);
            let known_m = known.map_or(limit_m(&best), |known| best[known].candidate.distance_m);
            if bound2 <= squared(known_m)
                && accept(entry.kind, entry.key)
                && let Some(candidate) = entry.shape.measure(leaf.part, &origin, known_m)
                && known.is_none_or(|known| candidate.is_nearer(&best[known].candidate))
            {
                known.map(|known| best.remove(known));
                let found = Found { feature: leaf.feature, candidate };
                let rank = best.partition_point(|other| self.order(other, &found).is_lt());
                best.insert(rank, found);
                best.truncate(count);
            }
            limit_m(&best)
        });
        Ok(self.neighbors(&origin, best))
    }

    /// All features that `accept` takes (by kind and key) no further than `max_distance_m`, nearest first; those equally
    /// far by kind, then key.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) if the position is not on the Earth, or the distance is not
    /// within 0 and 20,100,000 metres.
    pub fn within(
        &self,
        from: Position,
        max_distance_m: f64,
        accept: impl Fn(Kind, u64) -> bool,
    ) -> Result<Vec<Neighbor>> {
        let origin = origin(from)?;
        check_distance(max_distance_m)?;
        let mut best: HashMap<u32, Candidate> = HashMap::new();
        self.search(&origin, max_distance_m, |leaf, bound2, entry| {
            let known = best.get(&leaf.feature);
            let limit_m = known.map_or(max_distance_m, |known| known.distance_m);
            if bound2 <= squared(limit_m)
                && accept(entry.kind, entry.key)
                && let Some(candidate) = entry.shape.measure(leaf.part, &origin, limit_m)
                && candidate.distance_m <= max_distance_m
                && known.is_none_or(|known| candidate.is_nearer(known))
            {
                best.insert(leaf.feature, candidate);
            }
            max_distance_m
        });
        let mut best: Vec<_> = best.into_iter().map(|(feature, candidate)| Found { feature, candidate }).collect();
        best.sort_unstable_by(|a, b| self.order(a, b));
        Ok(self.neighbors(&origin, best))
    }

    /// Visits all parts whose box is no further than the limit, in metres, by growing distance of their boxes. The limit is
    /// the one that the last visit returned. The straight line to a box is never longer than the geodesic to what is in it.
    ///
    /// The crate's own `nearest_neighbor_iter` keeps every child of every opened node, and takes twice the time.
    fn search(&self, origin: &Origin, limit_m: f64, mut visit: impl FnMut(&Leaf, f32, &Entry) -> f64) {
        let from = origin.point.map(|x| x as f32);
        let mut limit2 = squared(limit_m);
        let mut nodes: Vec<&RTreeNode<Leaf>> = Vec::with_capacity(256);
        // The nearest first: the bits of the squared distance, which sort as the distance does, before the place in `nodes`.
        // A heap of pairs takes a fifth longer.
        let mut queue = BinaryHeap::with_capacity(128);
        let mut parent = Some(self.tree.root());
        loop {
            for child in parent.into_iter().flat_map(ParentNode::children) {
                let bound2 = match child {
                    RTreeNode::Parent(node) => distance2(&node.envelope(), from),
                    RTreeNode::Leaf(leaf) => distance2(&leaf.envelope, from),
                };
                if bound2 <= limit2 {
                    queue.push(Reverse(u64::from(bound2.to_bits()) << 32 | nodes.len() as u64));
                    nodes.push(child);
                }
            }
            let Some(Reverse(next)) = queue.pop() else { return };
            let bound2 = f32::from_bits((next >> 32) as u32);
            if bound2 > limit2 {
                return;
            }
            parent = match nodes[next as u32 as usize] {
                RTreeNode::Parent(node) => Some(node),
                RTreeNode::Leaf(leaf) => {
                    if let Some(entry) = &self.features[leaf.feature as usize] {
                        limit2 = squared(visit(leaf, bound2, entry));
                    }
                    None
                }
            };
        }
    }

    fn order(&self, a: &Found, b: &Found) -> Ordering {
        let rank =
            |feature: u32| self.features[feature as usize].as_ref().map(|entry| (entry.kind, entry.key, feature));
        let by_distance = a.candidate.distance_m.total_cmp(&b.candidate.distance_m);
        by_distance.then_with(|| rank(a.feature).cmp(&rank(b.feature)))
    }

    fn neighbors(&self, origin: &Origin, found: Vec<Found>) -> Vec<Neighbor> {
        let neighbor = |found: Found| {
            let entry = self.features[found.feature as usize].as_ref()?;
            Some(Neighbor::new(entry.key, entry.kind, origin, &found.candidate))
        };
        found.into_iter().filter_map(neighbor).collect()
    }
}

/// The nearest point of a feature so far.
struct Found {
    feature: u32,
    candidate: Candidate,
}

/// A squared limit, a hair larger, because it is rounded to four bytes. Nothing is within a negative one.
fn squared(limit_m: f64) -> f32 {
    if limit_m < 0.0 {
        return -1.0;
    }
    ((limit_m + SLACK_M).powi(2) * (1.0 + 1e-6)).min(f64::from(f32::MAX)) as f32
}

/// Selects the parts of a feature.
struct OfFeature(u32);

impl SelectionFunction<Leaf> for OfFeature {
    fn should_unpack_parent(&self, _: &AABB<[f32; 3]>) -> bool {
        true
    }

    fn should_unpack_leaf(&self, leaf: &Leaf) -> bool {
        leaf.feature == self.0
    }
}
