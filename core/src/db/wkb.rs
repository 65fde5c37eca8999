//! ISO WKB, little endian, with elevations as Z.
//!
//! Written by hand: the crate `wkb` writes and reads anything that implements `geo-traits`, and those traits for a shape
//! with elevations beside it are more code than this file; `geozero` reads collections without a limit to their depth.

use geo_types::{
    Coord, Geometry as Shape, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};

use crate::model::{Geometry, GeometryBuilder, Position};

const LITTLE_ENDIAN: u8 = 1;
/// Added to the type of a geometry with elevations.
const Z: u32 = 1000;
const MAX_DEPTH: usize = 8;

impl Geometry {
    /// ISO WKB, little endian, as geometry libraries of every language read it. With Z if any elevation is known; an
    /// unknown one is NaN then, as ISO WKB has no other way to express it. Lines with one position and rings with two are left
    /// out, because other readers reject the whole geometry for them; if nothing else is in it, it is written as a point.
    pub fn to_wkb(&self) -> Vec<u8> {
        let (geometry, _) = self.without_degenerate_parts();
        let mut bytes = Vec::with_capacity(16 + 24 * geometry.vertex_count());
        write(&geometry, &mut bytes);
        bytes
    }
}

/// Appends a geometry, which must have no degenerate parts to be valid for other readers.
pub(crate) fn write(geometry: &Geometry, bytes: &mut Vec<u8>) {
    let elevations = geometry.has_elevation().then(|| geometry.elevations().iter().copied());
    Writer { bytes, elevations }.geometry(geometry.as_geo());
}

struct Writer<'b, E> {
    bytes: &'b mut Vec<u8>,
    /// Of the coordinates still to be written.
    elevations: Option<E>,
}

impl<E: Iterator<Item = f64>> Writer<'_, E> {
    fn geometry(&mut self, shape: &Shape<f64>) {
        match shape {
            Shape::Point(point) => self.point(point),
            Shape::LineString(line) => self.line_string(line),
            Shape::Polygon(polygon) => self.polygon(polygon),
            Shape::MultiPoint(points) => {
                self.header(4);
                self.count(points.0.len());
                points.iter().for_each(|point| self.point(point));
            }
            Shape::MultiLineString(lines) => {
                self.header(5);
                self.count(lines.0.len());
                lines.iter().for_each(|line| self.line_string(line));
            }
            Shape::MultiPolygon(polygons) => {
                self.header(6);
                self.count(polygons.0.len());
                polygons.iter().for_each(|polygon| self.polygon(polygon));
            }
            Shape::GeometryCollection(parts) => {
                self.header(7);
                self.count(parts.len());
                parts.iter().for_each(|part| self.geometry(part));
            }
            // A geometry of ours has none of these.
            Shape::Line(line) => self.line_string(&LineString::from(line)),
            Shape::Rect(rect) => self.polygon(&rect.to_polygon()),
            Shape::Triangle(triangle) => self.polygon(&triangle.to_polygon()),
        }
    }

    fn header(&mut self, code: u32) {
        self.bytes.push(LITTLE_ENDIAN);
        let z = if self.elevations.is_some() { Z } else { 0 };
        self.bytes.extend((code + z).to_le_bytes());
    }

    fn count(&mut self, count: usize) {
        self.bytes.extend(u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
    }

    fn coord(&mut self, coord: &Coord<f64>) {
        self.bytes.extend(coord.x.to_le_bytes());
        self.bytes.extend(coord.y.to_le_bytes());
        if let Some(elevations) = &mut self.elevations {
            self.bytes.extend(elevations.next().unwrap_or(f64::NAN).to_le_bytes());
        }
    }

    fn coords(&mut self, line: &LineString<f64>) {
        self.count(line.0.len());
        line.0.iter().for_each(|coord| self.coord(coord));
    }

    fn point(&mut self, point: &Point<f64>) {
        self.header(1);
        self.coord(&point.0);
    }

    fn line_string(&mut self, line: &LineString<f64>) {
        self.header(2);
        self.coords(line);
    }

    fn polygon(&mut self, polygon: &Polygon<f64>) {
        self.header(3);
        // A polygon without any ring has an empty exterior in geo-types.
        let is_empty = polygon.exterior().0.is_empty() && polygon.interiors().is_empty();
        self.count(if is_empty { 0 } else { 1 + polygon.interiors().len() });
        if !is_empty {
            std::iter::once(polygon.exterior()).chain(polygon.interiors()).for_each(|ring| self.coords(ring));
        }
    }
}

/// Reads a geometry. `None` if the bytes are not ISO WKB, little endian, 2D or Z.
pub(crate) fn read(bytes: &[u8]) -> Option<Geometry> {
    let mut reader = Reader { bytes, builder: GeometryBuilder::default() };
    let shape = reader.geometry(0)?;
    Some(reader.builder.finish(shape))
}

struct Reader<'b> {
    bytes: &'b [u8],
    builder: GeometryBuilder,
}

impl Reader<'_> {
    fn geometry(&mut self, depth: usize) -> Option<Shape<f64>> {
        if depth > MAX_DEPTH || self.take()? != [LITTLE_ENDIAN] {
            return None;
        }
        let code = u32::from_le_bytes(self.take()?);
        let z = code / Z == 1;
        Some(match code % Z {
            1 => Point(self.coord(z)?).into(),
            2 => self.line(z)?.into(),
            3 => {
                let mut rings = self.many(|reader| reader.ring(z))?;
                let exterior = if rings.is_empty() { LineString(Vec::new()) } else { rings.remove(0) };
                Polygon::new(exterior, rings).into()
            }
            4 => MultiPoint(self.many(|reader| reader.geometry(depth + 1)?.try_into().ok())?).into(),
            5 => MultiLineString(self.many(|reader| reader.geometry(depth + 1)?.try_into().ok())?).into(),
            6 => MultiPolygon(self.many(|reader| reader.geometry(depth + 1)?.try_into().ok())?).into(),
            7 => Shape::GeometryCollection(GeometryCollection(self.many(|reader| reader.geometry(depth + 1))?)),
            _ => return None,
        })
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, tail) = self.bytes.split_first_chunk::<N>()?;
        self.bytes = tail;
        Some(*head)
    }

    fn number(&mut self) -> Option<f64> {
        Some(f64::from_le_bytes(self.take()?))
    }

    fn many<T>(&mut self, mut one: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = u32::from_le_bytes(self.take()?);
        // Not allocated for at once: the count may be damaged.
        (0..count).map(|_| one(self)).collect()
    }

    fn coord(&mut self, z: bool) -> Option<Coord<f64>> {
        let (lon, lat) = (self.number()?, self.number()?);
        let elevation = if z { Some(self.number()?) } else { None };
        Some(self.builder.coord(Position { lon, lat, elevation }))
    }

    fn line(&mut self, z: bool) -> Option<LineString<f64>> {
        let count = u32::from_le_bytes(self.take()?);
        // The count may be damaged: no more space than the rest of the bytes can fill.
        let fitting = self.bytes.len() / if z { 24 } else { 16 };
        let mut coords = Vec::with_capacity(fitting.min(count as usize));
        for _ in 0..count {
            coords.push(self.coord(z)?);
        }
        Some(LineString(coords))
    }

    fn ring(&mut self, z: bool) -> Option<LineString<f64>> {
        let mut ring = self.line(z)?;
        self.builder.close(&mut ring);
        Some(ring)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn position() -> impl Strategy<Value = Position> {
        (-180.0..=180.0, -90.0..=90.0, proptest::option::of(-100.0..5000.0))
            .prop_map(|(lon, lat, elevation)| Position { lon, lat, elevation })
    }

    fn geometry() -> impl Strategy<Value = Geometry> {
        let line = || prop::collection::vec(position(), 0..5);
        let leaf = prop_oneof![
            position().prop_map(Geometry::point),
            line().prop_map(Geometry::line_string),
            line().prop_map(Geometry::multi_point),
            prop::collection::vec(line(), 0..3).prop_map(Geometry::multi_line_string),
            prop::collection::vec(line(), 0..3).prop_map(Geometry::polygon),
            prop::collection::vec(prop::collection::vec(line(), 0..3), 0..3).prop_map(Geometry::multi_polygon),
        ];
        leaf.prop_recursive(2, 8, 3, |inner| prop::collection::vec(inner, 0..3).prop_map(Geometry::collection))
    }

    proptest! {
        #[test]
        fn written_geometry_reads_back_and_damaged_bytes_do_not_panic(
            geometry in geometry(), cut in 0_usize..400, noise in any::<u8>(),
        ) {
            let mut bytes = geometry.to_wkb();
            prop_assert_eq!(read(&bytes), Some(geometry.without_degenerate_parts().0.into_owned()));
            bytes.truncate(cut);
            let _ = read(&bytes);
            if let Some(byte) = bytes.last_mut() { *byte = noise; }
            let _ = read(&bytes);
        }
    }

    #[test]
    fn bytes_are_those_of_iso_wkb() {
        let point = Geometry::point(Position { elevation: Some(3.0), ..Position::new(1.0, 2.0) });
        let mut expected = vec![1, 0xE9, 3, 0, 0];
        [1.0_f64, 2.0, 3.0].iter().for_each(|number| expected.extend(number.to_le_bytes()));
        assert_eq!(point.to_wkb(), expected);
        let empty = Geometry::multi_polygon([Vec::<Vec<Position>>::new()]);
        assert_eq!(empty.to_wkb(), [1, 6, 0, 0, 0, 1, 0, 0, 0, 1, 3, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn line_with_one_position_is_written_as_a_point() {
        let place = Position { elevation: Some(3.0), ..Position::new(1.0, 2.0) };
        for line in [vec![place], vec![place; 2]] {
            assert_eq!(Geometry::line_string(line).to_wkb(), Geometry::point(place).to_wkb());
        }
        let ring = [Position::new(1.0, 2.0), Position::new(1.5, 2.0)];
        assert_eq!(read(&Geometry::polygon([ring]).to_wkb()), Some(Geometry::line_string([ring[0], ring[1], ring[0]])));
    }

    #[test]
    fn nested_too_deep_is_refused() {
        let nested = |depth: usize| {
            let mut bytes = [1, 7, 0, 0, 0, 1, 0, 0, 0].repeat(depth);
            bytes.extend(Geometry::multi_point([]).to_wkb());
            read(&bytes)
        };
        assert!(nested(MAX_DEPTH).is_some());
        assert!(nested(MAX_DEPTH + 1).is_none() && nested(100_000).is_none());
    }
}
