//! Label placement: what is drawn on the map reserves its rectangle, and each later label looks for a free place near
//! its point, so that no label covers another one or the route.

use super::canvas::{Point, Rect, point};

/// The free space on the map.
#[derive(Debug)]
pub(super) struct Placement {
    frame: Rect,
    occupied: Vec<Rect>,
    /// Points along the route. A label may cover them, but avoids it.
    route: Vec<Point>,
    /// Points of interest, which labels avoid too.
    points: Vec<Point>,
}

impl Placement {
    /// An empty map.
    pub(super) fn new(frame: Rect) -> Placement {
        Placement { frame, occupied: Vec::new(), route: Vec::new(), points: Vec::new() }
    }

    /// Reserves a rectangle.
    pub(super) fn occupy(&mut self, rect: Rect) {
        self.occupied.push(rect);
    }

    /// Asks labels to avoid a line.
    pub(super) fn avoid_line(&mut self, line: &[Point]) {
        for pair in line.windows(2) {
            let pieces = (pair[0].distance_to(pair[1]) / 10.0).ceil().clamp(1.0, 1000.0) as usize;
            let points = (0..=pieces).map(|n| pair[0].towards(pair[1], n as f64 / pieces as f64));
            self.route.extend(points.filter(|point| self.frame.contains(*point)));
        }
    }

    /// Asks labels to avoid a point.
    pub(super) fn avoid_point(&mut self, point: Point) {
        self.points.push(point);
    }

    /// Whether a rectangle is inside the frame and nothing occupies it.
    pub(super) fn is_free(&self, rect: Rect) -> bool {
        self.frame.expanded(-8.0).contains_rect(rect) && !self.occupied.iter().any(|occupied| occupied.intersects(rect))
    }

    /// How many points of the route and of interest a rectangle covers.
    fn covered_count(&self, rect: Rect) -> usize {
        let rect = rect.expanded(7.0);
        self.route.iter().chain(&self.points).filter(|point| rect.contains(**point)).count()
    }

    /// The free candidate that covers least, the first of several, together with the value that the caller attached.
    pub(super) fn best<T>(&self, candidates: impl Iterator<Item = (T, Rect)>) -> Option<(T, Rect)> {
        let mut best: Option<(usize, T, Rect)> = None;
        for (value, rect) in candidates.filter(|(_, rect)| self.is_free(*rect)) {
            let covered = self.covered_count(rect);
            if best.as_ref().is_none_or(|(least, ..)| covered < *least) {
                best = Some((covered, value, rect));
            }
            if covered == 0 {
                break;
            }
        }
        best.map(|(_, value, rect)| (value, rect))
    }

    /// Occupies the best of the candidates.
    pub(super) fn place_best(&mut self, candidates: impl Iterator<Item = Rect>) -> Option<Rect> {
        let ((), rect) = self.best(candidates.map(|rect| ((), rect)))?;
        self.occupy(rect.expanded(3.0));
        Some(rect)
    }

    /// Occupies a rectangle of a size on a point, or as near to it as there is room. With `avoid_route` it does not cover
    /// the route if there is another place.
    pub(super) fn place_near(&mut self, target: Point, width: f64, height: f64, avoid_route: bool) -> Option<Rect> {
        let on_target = Rect::centred(target, width, height);
        let covers_route = || self.route.iter().any(|point| on_target.expanded(4.0).contains(*point));
        if self.is_free(on_target) && !(avoid_route && covers_route()) {
            self.occupy(on_target.expanded(2.0));
            return Some(on_target);
        }
        let ring = |ring: i32| {
            let distance = f64::from(ring) * height * 1.1;
            (0..16).map(move |n| f64::from(n) * std::f64::consts::TAU / 16.0).map(move |angle| {
                let x = target.x + angle.cos() * (distance + (width - height) / 2.0);
                ((), Rect::centred(point(x, target.y - angle.sin() * distance), width, height))
            })
        };
        let ((), rect) = self.best((1..=8).flat_map(ring))?;
        self.occupy(rect.expanded(2.0));
        Some(rect)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Rect = Rect { left: 0.0, top: 0.0, right: 1000.0, bottom: 1000.0 };

    #[test]
    fn place_near_puts_labels_of_one_point_side_by_side() {
        let mut placement = Placement::new(FRAME);
        let labels: Vec<Rect> =
            (0..20).filter_map(|_| placement.place_near(point(500.0, 500.0), 40.0, 30.0, true)).collect();
        assert_eq!(labels.len(), 20);
        for (n, label) in labels.iter().enumerate() {
            assert!(FRAME.contains_rect(*label) && labels[n + 1..].iter().all(|other| !label.intersects(*other)));
        }
    }

    #[test]
    fn place_best_leaves_the_line_visible() {
        let mut placement = Placement::new(FRAME);
        placement.avoid_line(&[point(0.0, 100.0), point(1000.0, 100.0)]);
        let (on_line, beside) =
            (Rect::centred(point(500.0, 100.0), 50.0, 20.0), Rect::centred(point(500.0, 300.0), 50.0, 20.0));
        assert_eq!(placement.place_best([on_line, beside].into_iter()), Some(beside));
        assert_eq!(placement.place_best(std::iter::empty()), None);
    }
}
