//! The geometry of a FlatGeobuf feature. The crate `flatgeobuf` panics on ends that exceed the coordinates.

use flatgeobuf::GeometryType;
use geo_types::{
    Geometry as Shape, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};

use crate::model::{Geometry, GeometryBuilder, Position};

const MAX_DEPTH: usize = 8;

/// Reads a geometry of a feature of `length` bytes; `default_type` is that of the file's header.
///
/// # Errors
/// The broken rule, for a count of problems.
pub(super) fn read(
    geometry: flatgeobuf::Geometry<'_>,
    default_type: GeometryType,
    length: usize,
) -> Result<Geometry, &'static str> {
    // Tables may overlap, so the feature's length does not bound what they hold together.
    let mut reader = Reader { builder: GeometryBuilder::default(), coords_left: length / 16, parts_left: length / 4 };
    let shape = reader.geometry(&geometry, default_type, 0)?;
    Ok(reader.builder.finish(shape))
}

struct Reader {
    builder: GeometryBuilder,
    coords_left: usize,
    parts_left: usize,
}

impl Reader {
    fn geometry(
        &mut self,
        geometry: &flatgeobuf::Geometry<'_>,
        default_type: GeometryType,
        depth: usize,
    ) -> Result<Shape<f64>, &'static str> {
        if depth > MAX_DEPTH {
            return Err("the geometry is nested too deep");
        }
        let own_type = geometry.type_();
        Ok(match if own_type == GeometryType::Unknown { default_type } else { own_type } {
            GeometryType::Point => match self.coords(geometry)?.0[..] {
                [coord] => Point(coord).into(),
                _ => return Err("a point must have one position"),
            },
            GeometryType::MultiPoint => MultiPoint(self.coords(geometry)?.into_iter().map(Point).collect()).into(),
            GeometryType::LineString => self.coords(geometry)?.into(),
            GeometryType::MultiLineString => MultiLineString(self.lines(geometry, false)?).into(),
            GeometryType::Polygon => self.own_polygon(geometry)?.into(),
            GeometryType::MultiPolygon => {
                MultiPolygon(self.parts(geometry, |reader, part| reader.polygon(&part))?).into()
            }
            GeometryType::GeometryCollection => {
                let part = |reader: &mut Reader, part: flatgeobuf::Geometry<'_>| {
                    reader.geometry(&part, GeometryType::Unknown, depth + 1)
                };
                Shape::GeometryCollection(GeometryCollection(self.parts(geometry, part)?))
            }
            _ => return Err("the geometry has another type than the format allows"),
        })
    }

    fn parts<'g, T>(
        &mut self,
        geometry: &flatgeobuf::Geometry<'g>,
        mut read: impl FnMut(&mut Self, flatgeobuf::Geometry<'g>) -> Result<T, &'static str>,
    ) -> Result<Vec<T>, &'static str> {
        let mut parts = Vec::new();
        for part in geometry.parts().into_iter().flatten() {
            self.parts_left = self.parts_left.checked_sub(1).ok_or("the geometry has too many parts")?;
            parts.push(read(self, part)?);
        }
        Ok(parts)
    }

    /// A polygon by itself, which in a layer of multi-polygons is the one part of a table.
    fn own_polygon(&mut self, geometry: &flatgeobuf::Geometry<'_>) -> Result<Polygon<f64>, &'static str> {
        match geometry.parts() {
            None => self.polygon(geometry),
            Some(_) => {
                let mut polygons = self.parts(geometry, |reader, part| reader.polygon(&part))?;
                polygons.pop().filter(|_| polygons.is_empty()).ok_or("a polygon must have one part")
            }
        }
    }

    fn polygon(&mut self, geometry: &flatgeobuf::Geometry<'_>) -> Result<Polygon<f64>, &'static str> {
        let mut rings = self.lines(geometry, true)?;
        let exterior = if rings.is_empty() { LineString(Vec::new()) } else { rings.remove(0) };
        Ok(Polygon::new(exterior, rings))
    }

    fn coords(&mut self, geometry: &flatgeobuf::Geometry<'_>) -> Result<LineString<f64>, &'static str> {
        let count = geometry.xy().map_or(0, |xy| xy.len() / 2);
        self.slice(geometry, 0, count)
    }

    fn lines(
        &mut self,
        geometry: &flatgeobuf::Geometry<'_>,
        are_rings: bool,
    ) -> Result<Vec<LineString<f64>>, &'static str> {
        let count = geometry.xy().map_or(0, |xy| xy.len() / 2);
        let ends: Vec<usize> = match geometry.ends() {
            Some(ends) if !ends.is_empty() => {
                self.parts_left = self.parts_left.checked_sub(ends.len()).ok_or("the geometry has too many parts")?;
                ends.iter().map(|end| end as usize).collect()
            }
            _ if count == 0 => return Ok(Vec::new()),
            _ => vec![count],
        };
        let (mut lines, mut start) = (Vec::with_capacity(ends.len()), 0);
        for end in ends {
            if end < start || end > count {
                return Err("the ends of the lines exceed the positions");
            }
            let mut line = self.slice(geometry, start, end)?;
            if are_rings {
                self.builder.close(&mut line);
            }
            lines.push(line);
            start = end;
        }
        Ok(lines)
    }

    /// The positions from `start` to `end`, which must not exceed those of the geometry.
    fn slice(
        &mut self,
        geometry: &flatgeobuf::Geometry<'_>,
        start: usize,
        end: usize,
    ) -> Result<LineString<f64>, &'static str> {
        let Some(xy) = geometry.xy() else { return Ok(LineString(Vec::new())) };
        let z = geometry.z();
        self.coords_left = self.coords_left.checked_sub(end - start).ok_or("the geometry has too many positions")?;
        let mut line = Vec::with_capacity(end - start);
        for index in start..end {
            let (lon, lat) = (xy.get(2 * index), xy.get(2 * index + 1));
            if !lon.is_finite() || !lat.is_finite() {
                return Err("a coordinate is not a number");
            }
            // NaN is an unknown elevation.
            let elevation = z.filter(|z| index < z.len()).map(|z| z.get(index)).filter(|metres| !metres.is_nan());
            line.push(self.builder.coord(Position { lon, lat, elevation }));
        }
        Ok(LineString(line))
    }
}
