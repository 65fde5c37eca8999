//! From the globe to the paper. The projection is local and equirectangular: degrees become metres with the lengths that
//! they have at the middle latitude of the sheet, so a degree of longitude is shortened by the latitude's cosine. On a
//! walk's few dozen kilometres that is true to a pencil's width, north is up everywhere and the scale bar holds in both
//! directions. Longitudes are taken relative to the middle of the sheet, so the date line is a line like any other.

use jalon::model::Position;

use super::paint::{Area, At, at};
use crate::measure::{metres_per_degree, unwrapped};

/// The least that a sheet shows from side to side, so that one place alone has surroundings.
const LEAST_M: f64 = 500.0;

/// Paper around what has to be on the map, for labels.
const BORDER: f64 = 110.0;

/// Where each place of the ground lies on the paper.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ground {
    /// The frame of the map.
    pub(super) frame: Area,
    /// Metres in a tenth of a millimetre of paper.
    pub(super) metres: f64,
    lon: f64,
    lat: f64,
    degree: (f64, f64),
}

impl Ground {
    /// Puts `all` on a map that begins at `corner`, is `width` wide and as high as needed, from `least` to `most`.
    /// Without a place there is no map.
    pub(super) fn fit(all: &[Position], corner: At, width: f64, least: f64, most: f64) -> Option<Ground> {
        let valid: Vec<Position> = all.iter().copied().filter(Position::is_valid).collect();
        let reference = valid.first()?.lon;
        let (west, east) = extent(valid.iter().map(|place| unwrapped(place.lon, reference)));
        let (south, north) = extent(valid.iter().map(|place| place.lat));
        let (lon, lat) = ((west + east) / 2.0, (south + north) / 2.0);
        let degree = metres_per_degree(lat);
        let wide = ((east - west) * degree.0).max(LEAST_M);
        let high = ((north - south) * degree.1).max(LEAST_M);
        let metres = (wide / (width - 2.0 * BORDER)).max(high / (most - 2.0 * BORDER));
        let height = (high / metres + 2.0 * BORDER).clamp(least.min(most), most);
        let frame = Area { left: corner.x, top: corner.y, right: corner.x + width, bottom: corner.y + height };
        Some(Ground { frame, metres, lon, lat, degree })
    }

    /// Where a position lies on the paper, also off the frame; nowhere if it is not on the globe.
    pub(super) fn place(&self, position: Position) -> Option<At> {
        let centre = self.frame.centre();
        let east = (unwrapped(position.lon, self.lon) - self.lon) * self.degree.0 / self.metres;
        let north = (position.lat - self.lat) * self.degree.1 / self.metres;
        position.is_valid().then(|| at(centre.x + east.clamp(-1e5, 1e5), centre.y - north.clamp(-1e5, 1e5)))
    }

    /// A line on the paper, without vertices that are too close to be told apart.
    pub(super) fn line(&self, line: &[Position]) -> Vec<At> {
        let mut places: Vec<At> = Vec::new();
        for place in line.iter().filter_map(|position| self.place(*position)) {
            if places.last().is_none_or(|last| last.to(place) >= 0.5) {
                places.push(place);
            }
        }
        places
    }

    /// The degrees east at a distance from the left edge of the page; beyond ±180 across the date line.
    pub(super) fn lon_at(&self, x: f64) -> f64 {
        self.lon + (x - self.frame.centre().x) * self.metres / self.degree.0
    }

    /// The degrees north at a distance from the upper edge of the page.
    pub(super) fn lat_at(&self, y: f64) -> f64 {
        self.lat - (y - self.frame.centre().y) * self.metres / self.degree.1
    }

    /// Where a meridian stands.
    pub(super) fn x_at(&self, lon: f64) -> f64 {
        self.frame.centre().x + (lon - self.lon) * self.degree.0 / self.metres
    }

    /// Where a parallel lies.
    pub(super) fn y_at(&self, lat: f64) -> f64 {
        self.frame.centre().y - (lat - self.lat) * self.degree.1 / self.metres
    }
}

/// The positions that the sheet has to show: the walk, and of the rest what lies within a walk's size around it. A point
/// with a wrong coordinate must not shrink the walk to a dot.
pub(super) fn shown(walk: &[Position], rest: &[Position]) -> Vec<Position> {
    let Some(reference) = walk.iter().find(|place| place.is_valid()).map(|place| place.lon) else {
        return rest.to_vec();
    };
    let (west, east) = extent(walk.iter().filter(|p| p.is_valid()).map(|p| unwrapped(p.lon, reference)));
    let (south, north) = extent(walk.iter().filter(|p| p.is_valid()).map(|p| p.lat));
    let (by_lon, by_lat) = ((east - west).max(0.01) / 2.0, (north - south).max(0.01) / 2.0);
    let near = |place: &&Position| {
        (west - by_lon..=east + by_lon).contains(&unwrapped(place.lon, reference))
            && (south - by_lat..=north + by_lat).contains(&place.lat)
    };
    walk.iter().chain(rest.iter().filter(near)).copied().collect()
}

fn extent(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_across_the_date_line_stays_in_one_piece() {
        let line = [Position::new(179.9, -17.0), Position::new(-179.9, -17.1)];
        let ground = Ground::fit(&line, at(0.0, 0.0), 1800.0, 900.0, 2000.0).unwrap();
        let [from, to] = ground.line(&line)[..] else { panic!("two places") };
        assert!(from.x < to.x && from.y < to.y && ground.frame.has(from) && ground.frame.has(to));
        assert!((ground.lon_at(to.x) - 180.1).abs() < 1e-9 && (ground.lat_at(to.y) + 17.1).abs() < 1e-9);
    }

    #[test]
    fn a_point_far_away_is_not_shown() {
        let walk = [Position::new(6.0, 45.0), Position::new(6.1, 45.1)];
        assert_eq!(shown(&walk, &[Position::new(6.12, 45.0), Position::new(0.0, 0.0)]).len(), 3);
        assert_eq!(shown(&[], &[Position::new(0.0, 0.0)]).len(), 1);
    }

    #[test]
    fn without_a_place_there_is_no_map() {
        assert!(Ground::fit(&[], at(0.0, 0.0), 1800.0, 900.0, 2000.0).is_none());
        assert!(Ground::fit(&[Position::new(f64::NAN, 0.0)], at(0.0, 0.0), 1800.0, 900.0, 2000.0).is_none());
    }
}
