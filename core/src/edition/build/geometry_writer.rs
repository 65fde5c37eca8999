//! A geometry as FlatGeobuf writes it. The crate `flatgeobuf` writes a collection of several lines or areas as another one.

use flatbuffers::{FlatBufferBuilder, WIPOffset};
use flatgeobuf::{Geometry as Table, GeometryArgs, GeometryType};
use geo_types::{Coord, Geometry as Shape, LineString, Polygon};

use crate::model::Geometry;

/// Writes a geometry, which must have no degenerate parts; with elevations if `has_z`, NaN where unknown. Each table says its
/// type, because a reader of a chunk does not have the header.
pub(super) fn write<'f>(builder: &mut FlatBufferBuilder<'f>, geometry: &Geometry, has_z: bool) -> WIPOffset<Table<'f>> {
    writer(builder, geometry, has_z).geometry(geometry.as_geo())
}

/// Writes a polygon in a layer of multi-polygons: with the layout of these, and its own type. Lines and points have the layout
/// of several ones as they are.
pub(super) fn write_promoted<'f>(
    builder: &mut FlatBufferBuilder<'f>,
    geometry: &Geometry,
    has_z: bool,
) -> WIPOffset<Table<'f>> {
    let mut writer = writer(builder, geometry, has_z);
    let part = writer.geometry(geometry.as_geo());
    writer.parts(GeometryType::Polygon, vec![part])
}

fn writer<'b, 'f>(
    builder: &'b mut FlatBufferBuilder<'f>,
    geometry: &Geometry,
    has_z: bool,
) -> Writer<'b, 'f, impl Iterator<Item = f64>> {
    let elevations = geometry.elevations().iter().copied().chain(std::iter::repeat(f64::NAN));
    Writer { builder, elevations, has_z }
}

/// The type of a layer with geometries of two types. A reader that goes by the header reads each as several lines, areas or
/// points. If no type holds both, the header has none, and such a reader goes by the types of the geometries.
pub(super) fn common_type(one: GeometryType, other: GeometryType) -> GeometryType {
    const MULTIPLE: [(GeometryType, GeometryType); 3] = [
        (GeometryType::Point, GeometryType::MultiPoint),
        (GeometryType::LineString, GeometryType::MultiLineString),
        (GeometryType::Polygon, GeometryType::MultiPolygon),
    ];
    let multiple =
        |of: GeometryType| MULTIPLE.iter().find(|(single, _)| *single == of).map_or(of, |(_, multiple)| *multiple);
    match one == other {
        true => one,
        false if multiple(one) == multiple(other) => multiple(one),
        false => GeometryType::Unknown,
    }
}

/// The type of a geometry in the header of a file.
pub(super) fn geometry_type(shape: &Shape<f64>) -> GeometryType {
    match shape {
        Shape::Point(_) => GeometryType::Point,
        Shape::LineString(_) | Shape::Line(_) => GeometryType::LineString,
        Shape::Polygon(_) | Shape::Rect(_) | Shape::Triangle(_) => GeometryType::Polygon,
        Shape::MultiPoint(_) => GeometryType::MultiPoint,
        Shape::MultiLineString(_) => GeometryType::MultiLineString,
        Shape::MultiPolygon(_) => GeometryType::MultiPolygon,
        Shape::GeometryCollection(_) => GeometryType::GeometryCollection,
    }
}

struct Writer<'b, 'f, E> {
    builder: &'b mut FlatBufferBuilder<'f>,
    /// Of the coordinates still to be written.
    elevations: E,
    has_z: bool,
}

impl<'f, E: Iterator<Item = f64>> Writer<'_, 'f, E> {
    fn geometry(&mut self, shape: &Shape<f64>) -> WIPOffset<Table<'f>> {
        let own_type = geometry_type(shape);
        match shape {
            Shape::Point(point) => self.coords(own_type, [point.0], &[]),
            Shape::MultiPoint(points) => self.coords(own_type, points.iter().map(|point| point.0), &[]),
            Shape::LineString(line) => self.lines(own_type, std::iter::once(line)),
            Shape::MultiLineString(lines) => self.lines(own_type, &lines.0),
            Shape::Polygon(polygon) => self.polygon(polygon),
            Shape::MultiPolygon(polygons) => {
                let parts = polygons.iter().map(|polygon| self.polygon(polygon)).collect();
                self.parts(own_type, parts)
            }
            Shape::GeometryCollection(shapes) => {
                let parts = shapes.iter().map(|shape| self.geometry(shape)).collect();
                self.parts(own_type, parts)
            }
            // A geometry of ours has none of these.
            Shape::Line(line) => self.lines(own_type, std::iter::once(&LineString::from(line))),
            Shape::Rect(rect) => self.polygon(&rect.to_polygon()),
            Shape::Triangle(triangle) => self.polygon(&triangle.to_polygon()),
        }
    }

    fn polygon(&mut self, polygon: &Polygon<f64>) -> WIPOffset<Table<'f>> {
        self.lines(GeometryType::Polygon, std::iter::once(polygon.exterior()).chain(polygon.interiors()))
    }

    fn lines<'l>(
        &mut self,
        own_type: GeometryType,
        lines: impl IntoIterator<Item = &'l LineString<f64>, IntoIter: Clone>,
    ) -> WIPOffset<Table<'f>> {
        let lines = lines.into_iter();
        let mut end = 0_usize;
        let ends = lines.clone().map(|line| {
            end += line.0.len();
            // A longer line exceeds the longest feature.
            u32::try_from(end).unwrap_or(u32::MAX)
        });
        let ends: Vec<u32> = ends.collect();
        // One line needs no end; an empty one needs it, or it would be no line.
        let needs_ends = ends.len() > 1 || own_type == GeometryType::MultiLineString && ends == [0];
        let ends = if needs_ends { ends.as_slice() } else { &[] };
        self.coords(own_type, lines.flat_map(|line| line.0.iter().copied()), ends)
    }

    fn coords(
        &mut self,
        own_type: GeometryType,
        coords: impl IntoIterator<Item = Coord<f64>>,
        ends: &[u32],
    ) -> WIPOffset<Table<'f>> {
        let xy: Vec<f64> = coords.into_iter().flat_map(|coord| [coord.x, coord.y]).collect();
        let z: Vec<f64> = self.elevations.by_ref().take(xy.len() / 2).collect();
        let args = GeometryArgs {
            ends: if ends.is_empty() { None } else { Some(self.builder.create_vector(ends)) },
            z: self.has_z.then(|| self.builder.create_vector(&z)),
            xy: Some(self.builder.create_vector(&xy)),
            type_: own_type,
            ..GeometryArgs::default()
        };
        Table::create(self.builder, &args)
    }

    fn parts(&mut self, own_type: GeometryType, parts: Vec<WIPOffset<Table<'f>>>) -> WIPOffset<Table<'f>> {
        let parts = Some(self.builder.create_vector(&parts));
        Table::create(self.builder, &GeometryArgs { parts, type_: own_type, ..GeometryArgs::default() })
    }
}
