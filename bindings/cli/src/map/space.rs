//! Where on the map there is still room. What is drawn says what it takes; what comes later looks around its place for
//! room, so that no number hides another and no name lies across the line.

use super::paint::{Area, At, at};

/// The map's room.
#[derive(Debug)]
pub(super) struct Space {
    frame: Area,
    taken: Vec<Area>,
    /// What may be covered, though better not: places along the line.
    line: Vec<At>,
    /// The same for the exact places of points of interest.
    points: Vec<At>,
}

impl Space {
    /// An empty map.
    pub(super) fn new(frame: Area) -> Space {
        Space { frame, taken: Vec::new(), line: Vec::new(), points: Vec::new() }
    }

    /// Marks an area as taken.
    pub(super) fn take(&mut self, area: Area) {
        self.taken.push(area);
    }

    /// Marks a line as better not covered.
    pub(super) fn keep_line(&mut self, line: &[At]) {
        for pair in line.windows(2) {
            let pieces = (pair[0].to(pair[1]) / 10.0).ceil().clamp(1.0, 1000.0) as usize;
            let along = (0..=pieces).map(|n| pair[0].towards(pair[1], n as f64 / pieces as f64));
            self.line.extend(along.filter(|place| self.frame.has(*place)));
        }
    }

    /// Marks a point of interest as better not covered.
    pub(super) fn keep_point(&mut self, place: At) {
        self.points.push(place);
    }

    /// Whether nothing lies there yet, on the map.
    pub(super) fn is_free(&self, area: Area) -> bool {
        self.frame.grown(-8.0).holds(area) && !self.taken.iter().any(|taken| taken.meets(area))
    }

    /// How much of line and points would be covered there.
    fn covered(&self, area: Area) -> usize {
        let area = area.grown(7.0);
        self.line.iter().chain(&self.points).filter(|place| area.has(**place)).count()
    }

    /// The candidate that is free, covers least and, among these, comes first; with how much it covers. With each
    /// candidate goes what the caller needs to know of it.
    pub(super) fn best<T>(&self, candidates: impl Iterator<Item = (T, Area)>) -> Option<(usize, T, Area)> {
        let mut best: Option<(usize, T, Area)> = None;
        for (what, area) in candidates.filter(|(_, area)| self.is_free(*area)) {
            let covered = self.covered(area);
            if best.as_ref().is_none_or(|(least, ..)| covered < *least) {
                best = Some((covered, what, area));
            }
            if covered == 0 {
                break;
            }
        }
        best
    }

    /// Takes the best of the candidates.
    pub(super) fn take_best(&mut self, candidates: impl Iterator<Item = Area>) -> Option<Area> {
        let (_, (), area) = self.best(candidates.map(|area| ((), area)))?;
        self.take(area.grown(3.0));
        Some(area)
    }

    /// Takes room for something of a size on a place, or as near to it as there is room. In a crowd the line comes
    /// first: then nothing is put on it that can stand aside.
    pub(super) fn take_near(&mut self, place: At, width: f64, height: f64, crowd: bool) -> Option<Area> {
        let here = Area::around(place, width, height);
        let hides_line = || self.line.iter().any(|at| here.grown(4.0).has(*at));
        if self.is_free(here) && !(crowd && hides_line()) {
            self.take(here.grown(2.0));
            return Some(here);
        }
        let ring = |ring: i32| {
            let out = f64::from(ring) * height * 1.1;
            (0..16).map(move |n| f64::from(n) * std::f64::consts::TAU / 16.0).map(move |turn| {
                let aside = at(place.x + turn.cos() * (out + (width - height) / 2.0), place.y - turn.sin() * out);
                (ring, Area::around(aside, width, height))
            })
        };
        let (_, _, area) = self.best((1..=8).flat_map(ring))?;
        self.take(area.grown(2.0));
        Some(area)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_at_one_place_stand_around_it() {
        let frame = Area { left: 0.0, top: 0.0, right: 1000.0, bottom: 1000.0 };
        let mut space = Space::new(frame);
        let placed: Vec<Area> = (0..20).filter_map(|_| space.take_near(at(500.0, 500.0), 40.0, 30.0, true)).collect();
        assert_eq!(placed.len(), 20);
        for (n, one) in placed.iter().enumerate() {
            assert!(frame.holds(*one) && placed[n + 1..].iter().all(|other| !one.meets(*other)));
        }
    }

    #[test]
    fn the_line_stays_visible_where_there_is_a_choice() {
        let frame = Area { left: 0.0, top: 0.0, right: 1000.0, bottom: 1000.0 };
        let mut space = Space::new(frame);
        space.keep_line(&[at(0.0, 100.0), at(1000.0, 100.0)]);
        let (on, off) = (Area::around(at(500.0, 100.0), 50.0, 20.0), Area::around(at(500.0, 300.0), 50.0, 20.0));
        assert_eq!(space.take_best([on, off].into_iter()), Some(off));
        assert_eq!(space.take_best(std::iter::empty()), None);
    }
}
