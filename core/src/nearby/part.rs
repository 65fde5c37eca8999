//! What the tree holds beside places: short runs of edges, and insides of areas. Their exact distance.

use super::edge::{self, Asker};
use super::ellipsoid::{R, Xyz, distance_m, distance_over, dot, minus, point};
use super::index::{Nearby, Polygon, SLACK_M};
use super::pack::{self, WIDTH};
use super::vertices::{Place, Span};

/// Edges in one part: fewer make more boxes to look at, more make looser ones.
pub(super) const CHUNK: usize = WIDTH;
/// From here on chord and arc may disagree by more than a tenth of a millimetre about the nearest point of a line.
const FAR_M: f64 = 500_000.0;
/// By how much more than its square over 24 radii squared a chord may be off as a measure of the arc: the ellipsoid's radii
/// differ by 1 %, and this is five times as much.
const FAR_DOUBT: f64 = 0.05;

#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) feature: u32,
    /// Its first vertex, or the number of its polygon.
    pub(super) first: u32,
    pub(super) shape: Shape,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// Consecutive edges of a line or a ring.
    Edges { count: u8, are_steps: bool },
    /// The inside of a polygon.
    Inside,
}

/// A place of a feature that may be its nearest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) metres: f64,
    pub(super) feature: u32,
    pub(super) place: Place,
    /// The place in space.
    pub(super) there: Xyz,
}

impl Nearby {
    /// The nearest place of a part, with its exact distance; `None` where it is surely further than `furthest`.
    pub(super) fn measure(&self, asker: &Asker, part: Part, furthest: f64) -> Option<Candidate> {
        let Part { feature, first, shape } = part;
        let asked = (asker.lon, asker.lat);
        let Shape::Edges { count, are_steps } = shape else {
            let here = Candidate { metres: 0.0, feature, place: asked, there: asker.here };
            return self.is_inside(first, asked).then_some(here);
        };
        let mut buffer = [(0.0, 0.0); CHUNK + 1];
        let vertices = self.vertices.read(Span { first, count: u32::from(count) + 1, are_steps }, &mut buffer);
        measure_edges(asker, feature, vertices, furthest)
    }

    fn is_inside(&self, polygon: u32, asked: Place) -> bool {
        let Polygon { rings, lower, upper } = &self.polygons[polygon as usize];
        is_inside(asked, *lower, *upper, || rings.iter().map(|ring| self.vertices.of(*ring)))
    }
}

/// Even-odd over all rings, in longitude and latitude; rings run on over the date line, so the asker is looked for one turn
/// to either side too. Nothing outside the box of the outer one is inside.
pub(super) fn is_inside<R: Iterator<Item = Place>, I: Iterator<Item = R>>(
    (lon, y): Place,
    lower: Place,
    upper: Place,
    rings: impl Fn() -> I,
) -> bool {
    [-360.0, 0.0, 360.0].into_iter().any(|turn| {
        let x = lon + turn;
        if x < lower.0 || x > upper.0 || y < lower.1 || y > upper.1 {
            return false;
        }
        let mut inside = false;
        for mut ring in rings() {
            let Some(mut a) = ring.next() else { continue };
            for b in ring {
                if (a.1 > y) != (b.1 > y) && x < a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0) {
                    inside = !inside;
                }
                a = b;
            }
        }
        inside
    })
}

/// The nearest place of at most [`CHUNK`] edges, with its exact distance; `None` where it is surely further than `furthest`.
pub(super) fn measure_edges(asker: &Asker, feature: u32, vertices: &[Place], furthest: f64) -> Option<Candidate> {
    let (chord2, place, there) = nearest_of(asker, vertices, furthest)?;
    if chord2 >= FAR_M * FAR_M {
        let (metres, place) = measure_far(asker, vertices, chord2);
        return Some(Candidate { metres, feature, place, there: point(place.0, place.1) });
    }
    Some(Candidate { metres: distance_over(chord2, (asker.lon, asker.lat), place), feature, place, there })
}

/// A place with its exact distance.
pub(super) fn measure_place(asker: &Asker, feature: u32, place: Place, there: Xyz) -> Candidate {
    let way = minus(there, asker.here);
    let metres = distance_over(dot(way, way), (asker.lon, asker.lat), place);
    Candidate { metres, feature, place, there }
}

/// Of two places equally far one and the same is told, whichever is met first.
pub(super) fn is_nearer(one: &Candidate, other: &Candidate) -> bool {
    (one.metres, one.place) < (other.metres, other.place)
}

/// The nearest point of some edges by the chord, with its square; `None` where all are further than `furthest`.
fn nearest_of(asker: &Asker, vertices: &[Place], furthest: f64) -> Option<(f64, Place, Xyz)> {
    let mut least = [f64::INFINITY; WIDTH];
    let edges = vertices.windows(2).map(|edge| (edge[0], edge[1]));
    match asker.flat(vertices) {
        Some(flat) => flat.least_chords2(vertices, &mut least),
        None => least.iter_mut().zip(edges).for_each(|(least, (a, b))| *least = edge::least_chord2(asker.here, a, b)),
    }
    let mut limit2 = (furthest + SLACK_M).powi(2);
    let mut nearest = None;
    // The edge that promises most goes first: after it few of the others are worth a look.
    for _ in 1..vertices.len() {
        let most = pack::least(&least);
        // Rounding aside, so that no edge is lost that is as near as another.
        if least[most] > limit2 * (1.0 + 1e-12) + 1e-12 {
            break;
        }
        least[most] = f64::INFINITY;
        let found = edge::nearest(asker, vertices[most], vertices[most + 1]);
        if found.0 < limit2 {
            limit2 = found.0;
            nearest = Some(found);
        }
    }
    nearest
}

/// Far away the ellipsoid's flattening lets chord and arc disagree by some centimetres about which point is nearest,
/// so every edge that could win is searched along the arc itself.
fn measure_far(asker: &Asker, vertices: &[Place], chord2: f64) -> (f64, Place) {
    let asked = (asker.lon, asker.lat);
    let limit2 = chord2 * (1.0 + FAR_DOUBT * chord2 / (24.0 * R * R));
    let edges = vertices.windows(2).filter(|edge| edge::least_chord2(asker.here, edge[0], edge[1]) <= limit2);
    let arcs = edges.map(|edge| edge::nearest_by(|place| distance_m(asked, place), edge[0], edge[1]));
    arcs.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((f64::INFINITY, asked))
}
