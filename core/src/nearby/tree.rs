//! The index: an R*-tree over the parts of all features.

use std::cmp::Ordering;
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
        let mut nearest = Nearest { index: self, count, best: Vec::with_capacity(count + 1) };
        self.search(&origin, &accept, &mut nearest);
        Ok(nearest.best.into_iter().map(|(feature, found)| self.neighbor(&origin, feature, &found)).collect())
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
        let mut within = Within { max_distance_m, best: HashMap::new() };
        self.search(&origin, &accept, &mut within);
        let mut best: Vec<_> = within.best.into_iter().collect();
        best.sort_unstable_by(|a, b| self.order(a, b));
        Ok(best.into_iter().map(|(feature, found)| self.neighbor(&origin, feature, &found)).collect())
    }

    /// Offers the nearest points of all parts that may be within the collector's limit. Nodes are opened by growing
    /// distance of their boxes. The straight line to a box is never longer than the geodesic to what is in it.
    fn search(&self, origin: &Origin, accept: &impl Fn(Kind, u64) -> bool, collector: &mut impl Collector) {
        // A hair more, as it is rounded to fewer digits.
        let squared = |limit_m: f64| {
            if limit_m < 0.0 {
                -1.0
            } else {
                ((limit_m + SLACK_M).powi(2) * (1.0 + 1e-6)).min(f64::from(f32::MAX)) as f32
            }
        };
        let from = origin.point.map(|x| x as f32);
        let mut limit2 = squared(collector.limit_m());
        let mut open = BinaryHeap::with_capacity(128);
        open.push(Node { bound2: 0.0, what: Err(self.tree.root()) });
        while let Some(Node { bound2, what }) = open.pop() {
            if bound2 > limit2 {
                return;
            }
            match what {
                Err(node) => {
                    for child in node.children() {
                        match child {
                            RTreeNode::Parent(node) => {
                                let bound2 = distance2(&node.envelope(), from);
                                if bound2 <= limit2 {
                                    open.push(Node { bound2, what: Err(node) });
                                }
                            }
                            RTreeNode::Leaf(leaf) => {
                                let bound2 = distance2(&leaf.envelope, from);
                                if bound2 <= limit2 {
                                    open.push(Node { bound2, what: Ok(leaf) });
                                }
                            }
                        }
                    }
                }
                Ok(leaf) => {
                    let limit_m = collector.feature_limit_m(leaf.feature);
                    if bound2 <= squared(limit_m)
                        && let Some(entry) = &self.features[leaf.feature as usize]
                        && accept(entry.kind, entry.key)
                        && let Some(found) = entry.shape.measure(leaf.part, origin, limit_m)
                    {
                        collector.offer(leaf.feature, found);
                        limit2 = squared(collector.limit_m());
                    }
                }
            }
        }
    }

    fn order(&self, a: &(u32, Candidate), b: &(u32, Candidate)) -> Ordering {
        let rank = |number: u32| self.features[number as usize].as_ref().map(|entry| (entry.kind, entry.key, number));
        a.1.distance_m.total_cmp(&b.1.distance_m).then_with(|| rank(a.0).cmp(&rank(b.0)))
    }

    fn neighbor(&self, origin: &Origin, feature: u32, found: &Candidate) -> Neighbor {
        let (kind, key) =
            self.features[feature as usize].as_ref().map_or((Kind::Poi, 0), |entry| (entry.kind, entry.key));
        Neighbor::new(key, kind, origin, found)
    }
}

/// A node to be opened; the nearest is the greatest.
struct Node<'t> {
    bound2: f32,
    what: std::result::Result<&'t Leaf, &'t ParentNode<Leaf>>,
}

impl Ord for Node<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.bound2.total_cmp(&self.bound2)
    }
}

impl PartialOrd for Node<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Node<'_> {}

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

/// Collects candidates during a search.
trait Collector {
    /// Metres beyond which nothing is collected.
    fn limit_m(&self) -> f64;
    /// Metres beyond which no point of this feature is collected.
    fn feature_limit_m(&self, feature: u32) -> f64;
    fn offer(&mut self, feature: u32, found: Candidate);
}

struct Nearest<'n> {
    index: &'n Nearby,
    count: usize,
    /// In order, one for each feature.
    best: Vec<(u32, Candidate)>,
}

impl Collector for Nearest<'_> {
    fn limit_m(&self) -> f64 {
        if self.best.len() < self.count {
            f64::INFINITY
        } else {
            self.best.last().map_or(-1.0, |last| last.1.distance_m)
        }
    }

    fn feature_limit_m(&self, feature: u32) -> f64 {
        let known = self.best.iter().find(|known| known.0 == feature);
        known.map_or_else(|| self.limit_m(), |known| known.1.distance_m)
    }

    fn offer(&mut self, feature: u32, found: Candidate) {
        if found.distance_m > self.limit_m() {
            return;
        }
        if let Some(known) = self.best.iter().position(|known| known.0 == feature) {
            if !found.is_nearer(&self.best[known].1) {
                return;
            }
            self.best.remove(known);
        }
        let found = (feature, found);
        let rank = self.best.partition_point(|other| self.index.order(other, &found).is_lt());
        self.best.insert(rank, found);
        self.best.truncate(self.count);
    }
}

struct Within {
    max_distance_m: f64,
    best: HashMap<u32, Candidate>,
}

impl Collector for Within {
    fn limit_m(&self) -> f64 {
        self.max_distance_m
    }

    fn feature_limit_m(&self, feature: u32) -> f64 {
        self.best.get(&feature).map_or(self.max_distance_m, |known| known.distance_m)
    }

    fn offer(&mut self, feature: u32, found: Candidate) {
        if found.distance_m > self.max_distance_m {
            return;
        }
        let known = self.best.entry(feature).or_insert(found);
        if found.is_nearer(known) {
            *known = found;
        }
    }
}
