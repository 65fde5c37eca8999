use geo_index::rtree::sort::HilbertSort;
use geo_index::rtree::{NeighborsOptions, RTree as PackedTree, RTreeBuilder, RTreeIndex};
use rstar::{AABB, PointDistance, RTree, RTreeObject};

use super::plane::{Shape, crosses, on_edge};

/// What rstar holds: edge by edge, as boxes of whole treks would be loose, and the insides of areas.
enum Part {
    Place([f64; 2]),
    Edge([f64; 2], [f64; 2]),
    Inside(Vec<Vec<[f64; 2]>>),
}

struct Leaf {
    feature: u32,
    part: Part,
}

impl RTreeObject for Leaf {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        match &self.part {
            Part::Place(place) => AABB::from_point(*place),
            Part::Edge(a, b) => AABB::from_corners(*a, *b),
            Part::Inside(rings) => AABB::from_points(rings.iter().flatten()),
        }
    }
}

impl PointDistance for Leaf {
    fn distance_2(&self, from: &[f64; 2]) -> f64 {
        match &self.part {
            Part::Place(place) => (place[0] - from[0]).powi(2) + (place[1] - from[1]).powi(2),
            Part::Edge(a, b) => on_edge(*from, *a, *b).0,
            Part::Inside(rings) => {
                let edges = rings.iter().flat_map(|ring| ring.windows(2));
                let inside = edges.fold(false, |inside, edge| inside ^ crosses(*from, edge[0], edge[1]));
                if inside { 0.0 } else { f64::INFINITY }
            }
        }
    }
}

/// rstar as it comes, on a flat map.
pub(crate) struct Rstar(RTree<Leaf>);

impl Rstar {
    pub(crate) fn build(shapes: &[Shape]) -> Rstar {
        let mut leaves = Vec::new();
        for (feature, shape) in shapes.iter().enumerate() {
            let feature = feature as u32;
            for line in &shape.lines {
                match line.as_slice() {
                    [only] => leaves.push(Leaf { feature, part: Part::Place(*only) }),
                    line => {
                        leaves.extend(line.windows(2).map(|edge| Leaf { feature, part: Part::Edge(edge[0], edge[1]) }))
                    }
                }
            }
            if shape.is_area {
                leaves.push(Leaf { feature, part: Part::Inside(shape.lines.clone()) });
            }
        }
        Rstar(RTree::bulk_load(leaves))
    }

    /// The nearest features with their distances in metres.
    pub(crate) fn nearest(&self, from: [f64; 2], count: usize) -> Vec<(u32, f64)> {
        let mut found: Vec<(u32, f64)> = Vec::with_capacity(count);
        for (leaf, squared) in self.0.nearest_neighbor_iter_with_distance_2(&from) {
            if found.iter().all(|(feature, _)| *feature != leaf.feature) {
                found.push((leaf.feature, squared.sqrt()));
                if found.len() == count {
                    break;
                }
            }
        }
        found
    }
}

/// geo-index: boxes of whole features, as it knows nothing of several boxes of one, and their distance by a call-back.
pub(crate) struct GeoIndex<'s> {
    tree: PackedTree<f64>,
    shapes: &'s [Shape],
}

impl<'s> GeoIndex<'s> {
    pub(crate) fn build(shapes: &'s [Shape]) -> GeoIndex<'s> {
        let mut builder = RTreeBuilder::new(shapes.len() as u32);
        for shape in shapes {
            let [west, south, east, north] = shape.bounds();
            builder.add(west, south, east, north);
        }
        GeoIndex { tree: builder.finish::<HilbertSort>(), shapes }
    }

    pub(crate) fn nearest(&self, from: [f64; 2], count: usize) -> Vec<(u32, f64)> {
        let to_box = |[west, south, east, north]: [f64; 4]| {
            let (dx, dy) = (from[0] - from[0].clamp(west, east), from[1] - from[1].clamp(south, north));
            dx * dx + dy * dy
        };
        let to_shape = |item: u32, _| Some(self.shapes[item as usize].nearest(from).0);
        let found: Vec<(u32, f64)> = self.tree.neighbors_with_callbacks(NeighborsOptions::k(count), to_box, to_shape);
        found.into_iter().map(|(feature, squared)| (feature, squared.sqrt())).collect()
    }
}
