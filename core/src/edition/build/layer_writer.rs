//! The objects of one kind as a FlatGeobuf file. Features wait in a temporary file until all are known, because the index stands
//! before them.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use flatbuffers::FlatBufferBuilder;
use flatgeobuf::packed_r_tree::{NodeItem, PackedRTree, calc_extent, hilbert_sort};
use flatgeobuf::{Column, ColumnArgs, ColumnType, Crs, CrsArgs, GeometryType, Header, HeaderArgs};

use super::chunk_writer::ChunkWriter;
use super::feature_writer::FeatureWriter;
use super::geometry_writer::{common_type, geometry_type};
use super::output::Output;
use super::property_writer::{Labels, PropertyWriter};
use crate::digest::hex;
use crate::edition::file_header::{MAGIC, NODE};
use crate::edition::layer::{Chunks, Layer, NAME_DIGITS};
use crate::edition::manifest::MAX_BLOCKS;
use crate::error::{Error, Result};
use crate::model::{Bounds, Geometry, Kind, Object};

/// A file up to this length is read as a whole, and has no directory of chunks.
const MAX_WHOLE_BYTES: u64 = 128 << 10;

/// Writes the objects of one kind.
pub(super) struct LayerWriter {
    pub(super) kind: Kind,
    properties: PropertyWriter,
    feature: FeatureWriter,
    /// The features in the order of their ids.
    waiting: BufWriter<File>,
    waiting_bytes: u64,
    entries: Vec<Entry>,
    /// Boxes of the features; the offset is the index of the entry.
    nodes: Vec<NodeItem>,
    /// Type that holds all geometries so far.
    geometry_type: Option<GeometryType>,
    has_z: bool,
}

/// A feature in the temporary file.
struct Entry {
    offset: u64,
    bytes: u32,
    has_z: bool,
    is_polygon: bool,
}

impl LayerWriter {
    pub(super) fn new(kind: Kind, output: &Output) -> Result<LayerWriter> {
        Ok(LayerWriter {
            kind,
            properties: PropertyWriter::new(kind),
            feature: FeatureWriter::default(),
            waiting: BufWriter::new(tempfile::tempfile_in(&output.directory)?),
            waiting_bytes: 0,
            entries: Vec::new(),
            nodes: Vec::new(),
            geometry_type: None,
            has_z: false,
        })
    }

    /// Adds an object without its geometry, and its geometry with its box.
    pub(super) fn add(
        &mut self,
        object: &Object,
        geometry: &Geometry,
        bounds: Bounds,
        language: &str,
        labels: &Labels,
    ) -> Result<()> {
        let json = serde_json::to_string(object).map_err(Error::internal)?;
        let properties = self.properties.write(object, &json, language, labels)?;
        let has_z = geometry.has_elevation();
        let bytes = self.feature.write(geometry, has_z, &properties)?;
        self.waiting.write_all(bytes)?;
        let length = u32::try_from(bytes.len()).map_err(Error::internal)?;
        let mut node = NodeItem::bounds(bounds.west, bounds.south, bounds.east, bounds.north);
        node.offset = self.entries.len() as u64;
        self.nodes.push(node);
        let own_type = geometry_type(geometry.as_geo());
        let is_polygon = own_type == GeometryType::Polygon;
        self.entries.push(Entry { offset: self.waiting_bytes, bytes: length, has_z, is_polygon });
        self.waiting_bytes += u64::from(length);
        self.has_z |= has_z;
        self.geometry_type = Some(self.geometry_type.map_or(own_type, |known| common_type(known, own_type)));
        Ok(())
    }

    /// Writes the file of the layer, and the directory of its chunks if it is long.
    pub(super) fn finish(mut self, title: &str, output: &mut Output) -> Result<Layer> {
        // The curve covers the Earth, not the layer: a trek beyond the others must not move all of them in the file.
        hilbert_sort(&mut self.nodes, &NodeItem::bounds(-180.0, -90.0, 180.0, 90.0));
        let (sorted, chunks) = self.sort_features(output)?;
        let header = self.header(title);
        let extent = calc_extent(&self.nodes);
        let index =
            PackedRTree::build(&self.nodes, &extent, PackedRTree::DEFAULT_NODE_SIZE).map_err(Error::internal)?;

        let mut file = output.create("layers")?;
        file.write_all(&MAGIC)?;
        file.write_all(&header)?;
        index.stream_write(&mut file)?;
        let index_bytes = PackedRTree::index_size(self.nodes.len(), PackedRTree::DEFAULT_NODE_SIZE) as u64;
        debug_assert!(index_bytes.is_multiple_of(NODE));
        let features_offset = (MAGIC.len() + header.len()) as u64 + index_bytes;
        std::io::copy(&mut BufReader::new(sorted), &mut file)?;
        let kind = self.kind;
        let name = |ending: &'static str| move |sha256: &[u8; 32]| format!("{kind}-{}.{ending}", short(sha256));
        let file = output.finish(file, name("fgb"))?;

        let (rows, blocks, bounds) = chunks.finish(features_offset)?;
        if blocks.len() > MAX_BLOCKS {
            return Err(Error::invalid(
                "objects",
                format!("must have at most {MAX_BLOCKS} blocks of chunks in a layer"),
            ));
        }
        let chunks = if file.bytes > MAX_WHOLE_BYTES {
            let mut directory = output.create("layers")?;
            directory.write_all(&rows)?;
            Some(Chunks { file: output.finish(directory, name("chunks"))?, blocks })
        } else {
            None
        };
        let columns = self.properties.columns();
        Ok(Layer {
            kind,
            file,
            objects: self.nodes.len() as u64,
            bounds,
            object_column: u16::try_from(columns.len() - 1).map_err(Error::internal)?,
            column_types: columns.into_iter().map(|(_, column_type)| column_type).collect(),
            features_offset,
            chunks,
            server: None,
        })
    }

    /// The type of geometries in the header, and whether it says Z. Tools such as pyogrio cannot open a layer of any type with
    /// Z; in a header without it, GDAL leaves out the elevations, and Jalon reads them all the same.
    fn header_type(&self) -> (GeometryType, bool) {
        let geometry_type = self.geometry_type.unwrap_or(GeometryType::Unknown);
        (geometry_type, self.has_z && geometry_type != GeometryType::Unknown)
    }

    /// Copies the features in the order of the nodes, and sets the offsets of the nodes to those in the copy.
    fn sort_features(&mut self, output: &Output) -> Result<(File, ChunkWriter)> {
        let (geometry_type, has_z) = self.header_type();
        self.waiting.flush()?;
        let mut waiting = BufReader::new(self.waiting.get_ref().try_clone()?);
        let mut sorted = BufWriter::new(tempfile::tempfile_in(&output.directory)?);
        let (mut chunks, mut bytes, mut offset) = (ChunkWriter::default(), Vec::new(), 0);
        for node in &mut self.nodes {
            let entry = usize::try_from(node.offset).ok().and_then(|index| self.entries.get(index));
            let entry = entry.ok_or_else(|| Error::internal("the index names a feature that is not there"))?;
            waiting.seek(SeekFrom::Start(entry.offset))?;
            bytes.resize(entry.bytes as usize, 0);
            waiting.read_exact(&mut bytes)?;
            // GDAL refuses features without Z in a file with Z.
            let lacks_z = has_z && !entry.has_z;
            let is_promoted = geometry_type == GeometryType::MultiPolygon && entry.is_polygon;
            let feature =
                if lacks_z || is_promoted { self.feature.rewrite(&bytes, has_z, is_promoted)? } else { &bytes };
            sorted.write_all(feature)?;
            let bounds = Bounds { west: node.min_x, south: node.min_y, east: node.max_x, north: node.max_y };
            chunks.push(feature, Some(bounds))?;
            node.offset = offset;
            offset += feature.len() as u64;
        }
        let mut sorted = sorted.into_inner().map_err(|error| error.into_error())?;
        sorted.rewind()?;
        Ok((sorted, chunks))
    }

    /// The header, with its length before it.
    fn header(&self, title: &str) -> Vec<u8> {
        let mut builder = FlatBufferBuilder::new();
        let column = |(name, column_type): (&str, ColumnType)| {
            let is_id = name == "id";
            let args = ColumnArgs {
                name: Some(builder.create_string(name)),
                type_: column_type,
                nullable: !is_id,
                unique: is_id,
                primary_key: is_id,
                ..ColumnArgs::default()
            };
            Column::create(&mut builder, &args)
        };
        let columns: Vec<_> = self.properties.columns().into_iter().map(column).collect();
        let extent = calc_extent(&self.nodes);
        let (geometry_type, has_z) = self.header_type();
        let crs = CrsArgs { org: Some(builder.create_string("EPSG")), code: 4326, ..CrsArgs::default() };
        let args = HeaderArgs {
            name: Some(builder.create_string(self.kind.as_str())),
            title: Some(builder.create_string(title)),
            envelope: Some(builder.create_vector(&[extent.min_x, extent.min_y, extent.max_x, extent.max_y])),
            geometry_type,
            has_z,
            columns: Some(builder.create_vector(&columns)),
            features_count: self.nodes.len() as u64,
            index_node_size: PackedRTree::DEFAULT_NODE_SIZE,
            crs: Some(Crs::create(&mut builder, &crs)),
            ..HeaderArgs::default()
        };
        let header = Header::create(&mut builder, &args);
        builder.finish_size_prefixed(header, None);
        builder.finished_data().to_vec()
    }
}

/// The first digits of a SHA-256.
pub(super) fn short(sha256: &[u8; 32]) -> String {
    let mut digits = hex(sha256);
    digits.truncate(NAME_DIGITS);
    digits
}
