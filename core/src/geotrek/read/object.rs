//! A JSON object of a response, whose members are read one by one.

use std::cell::RefCell;
use std::collections::BTreeMap;

use geo_types::Geometry as Shape;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::ignored_fields;
use super::problems::Problems;
use super::projected::Projected;
use crate::geotrek::Cleaner;
use crate::geotrek::links::Links;
use crate::geotrek::value;
use crate::model::fields::{Encoding, Field, Record};
use crate::model::json::JsonObject;
use crate::model::values::{Records, ValueMut};
use crate::model::{Geometry, Id, Localized, Position, RichText, Season, is_possible_elevation};
use crate::ordered;

const MISTYPED: &str = "mistyped";
pub(crate) const UNREADABLE_ID: &str = "not a whole number below 2⁶³, so the object is left out";
const NOT_ON_EARTH: &str = "positions that are not on the Earth";
/// Members that are elevations of places.
const ELEVATIONS: [&str; 2] = ["min_elevation", "max_elevation"];
const IMPOSSIBLE_ELEVATION: &str = "impossible elevations, taken as unknown";
const TOO_FEW_POSITIONS: &str = "lines with one position or rings with two";

/// The settings of a reader, and its count of problems.
pub(super) struct Context {
    /// Language of texts that come without one.
    pub(super) language: String,
    pub(super) links: Links,
    pub(super) cleaner: Cleaner,
    pub(super) projected: Option<Projected>,
    pub(super) max_vertices: usize,
    pub(super) problems: RefCell<Problems>,
}

/// A JSON object with the members that are not read yet. Members that are still unread when it is dropped are counted as
/// unknown.
pub(super) struct WireObject<'a> {
    list: &'a str,
    members: JsonObject<'a>,
    context: &'a Context,
}

impl<'a> WireObject<'a> {
    /// Splits an object into its members; a GeoJSON feature into those of its properties, with `id` and `geometry`.
    pub(super) fn parse(list: &'a str, json: &'a str, context: &'a Context) -> Option<WireObject<'a>> {
        let Ok(members) = JsonObject::parse(json) else {
            context.problems.borrow_mut().add(list, "", "not an object");
            return None;
        };
        let mut object = WireObject { list, members, context };
        if object.peek("type") == Some("\"Feature\"") {
            for name in ["type", "bbox"] {
                object.members.take(name);
            }
            if let Some(properties) = object.members.take("properties") {
                match JsonObject::parse(properties.get()) {
                    Ok(properties) => object.members.extend(properties),
                    Err(_) => object.report("properties", MISTYPED),
                }
            }
        }
        Some(object)
    }

    /// Reads the fields of a record by its table. Returns `false` if the record has an id and the object lacks it.
    pub(super) fn read(&mut self, record: &mut dyn Record) -> bool {
        let mut inner_objects: Vec<(&str, Option<WireObject<'a>>)> = Vec::new();
        for (index, field) in record.fields().iter().enumerate() {
            let Some(value) = record.value_mut(index) else { continue };
            let Some((outer, inner)) = field.wire.split_once('.') else {
                if !self.read_field(field, field.wire, value) {
                    return false;
                }
                continue;
            };
            if !inner_objects.iter().any(|(name, _)| *name == outer) {
                inner_objects.push((outer, self.object(outer)));
            }
            let found = inner_objects.iter_mut().find(|(name, _)| *name == outer);
            if let Some((_, Some(object))) = found {
                object.read_field(field, inner, value);
            }
        }
        true
    }

    /// Reads one field from the member `name`. Returns `false` if it is the id and cannot be read.
    fn read_field(&mut self, field: &Field, name: &str, value: ValueMut<'_>) -> bool {
        match (value, field.encoding) {
            (ValueMut::Id(id), _) => match self.own_id() {
                Some(own_id) => *id = own_id,
                None => return false,
            },
            (ValueMut::Integer(date), Encoding::Date) => {
                *date = self.member(name, |json| value::unix_ms(json.trim_matches('"')));
            }
            (ValueMut::Integer(number), Encoding::Integer) => *number = self.value(name),
            (ValueMut::Integer(id), _) => *id = self.member(name, value::id),
            (ValueMut::Integers(ids), _) => *ids = self.ids(name),
            (ValueMut::Number(number), _) if ELEVATIONS.contains(&name) => *number = self.elevation(name),
            (ValueMut::Number(number), _) => *number = self.number(name),
            (ValueMut::Flag(flag), _) => *flag = self.value(name).unwrap_or_default(),
            (ValueMut::String(text), encoding) => *text = self.string(name, encoding).unwrap_or_default(),
            (ValueMut::OptionalString(text), encoding) => *text = self.string(name, encoding),
            (ValueMut::Strings(languages), Encoding::Languages) => *languages = self.languages(name),
            (ValueMut::Strings(texts), _) => *texts = self.value(name).unwrap_or_default(),
            (ValueMut::Text(links), Encoding::Link) => {
                let moved = &self.context.links;
                *links = self.text(name).map(|link| moved.moved(link));
            }
            (ValueMut::Text(text), _) => *text = self.text(name),
            (ValueMut::RichText(text), _) => *text = self.rich_text(name),
            (ValueMut::Position(position), _) => *position = self.position(name),
            (ValueMut::Positions(positions), _) => *positions = self.positions(name),
            (ValueMut::Geometry(geometry), Encoding::LonLat) => *geometry = self.lon_lat(),
            (ValueMut::Geometry(geometry), Encoding::Outline) => {
                let projected = self.context.projected.as_ref();
                *geometry = self.geometry(name, &|metres| projected?.place(metres));
            }
            (ValueMut::Geometry(geometry), _) => *geometry = self.geometry(name, &|_| None),
            // An area without a readable period is sensitive all year: one warning too many is the safer error.
            (ValueMut::Season(season), _) => *season = Season { months: self.value(name).unwrap_or([true; 12]) },
            (ValueMut::Neighbours(stages), _) => *stages = self.by_number(name, stage),
            (ValueMut::Types(lists), _) => *lists = self.by_number(name, ids_of_list),
            (ValueMut::Json(json), _) => *json = self.value(name).unwrap_or_default(),
            (ValueMut::Properties(properties), _) => *properties = self.take_rest(),
            (ValueMut::Records(records), _) => self.records(name, records),
            (ValueMut::Record(record), _) => return self.read(record),
        }
        true
    }

    fn report(&self, field: &str, reason: &'static str) {
        self.context.problems.borrow_mut().add(self.list, field, reason);
    }

    fn take(&mut self, name: &str) -> Option<&'a str> {
        self.members.take(name).map(RawValue::get).filter(|json| *json != "null")
    }

    /// A member as it stands; it stays unread.
    pub(super) fn peek(&self, name: &str) -> Option<&'a str> {
        self.members.get(name).map(RawValue::get)
    }

    fn member<T>(&mut self, name: &str, read: impl FnOnce(&'a str) -> Option<T>) -> Option<T> {
        let value = read(self.take(name)?);
        if value.is_none() {
            self.report(name, MISTYPED);
        }
        value
    }

    pub(super) fn value<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        self.member(name, |json| serde_json::from_str(json).ok())
    }

    /// The id of the object itself.
    pub(super) fn own_id(&mut self) -> Option<Id> {
        let Some(json) = self.take("id") else {
            self.report("id", "missing");
            return None;
        };
        let id = value::id(json);
        if id.is_none() {
            self.report("id", UNREADABLE_ID);
        }
        id
    }

    /// The ids in an array; one that cannot be read loses only itself.
    fn ids(&mut self, name: &str) -> Vec<Id> {
        let items = self.member(name, value::items).unwrap_or_default();
        let ids: Vec<Id> = items.iter().filter_map(|item| value::id(item.get())).collect();
        if ids.len() < items.len() {
            self.report(name, MISTYPED);
        }
        ids
    }

    /// A number; older servers write it in quotes.
    fn number(&mut self, name: &str) -> Option<f64> {
        self.member(name, |json| json.trim_matches('"').parse().ok().filter(|number: &f64| number.is_finite()))
    }

    /// An elevation in metres; an impossible one is unknown.
    fn elevation(&mut self, name: &str) -> Option<f64> {
        let metres = self.number(name)?;
        let is_possible = is_possible_elevation(metres);
        if !is_possible {
            self.report(name, IMPOSSIBLE_ELEVATION);
        }
        is_possible.then_some(metres)
    }

    /// A text without a language; `None` if it is blank.
    fn string(&mut self, name: &str, encoding: Encoding) -> Option<String> {
        let text = self.value::<String>(name).filter(|text| !text.trim().is_empty())?;
        let links = &self.context.links;
        match encoding {
            Encoding::Link => Some(links.moved(&text)),
            Encoding::OriginalLink => {
                let thumbnail: Option<String> = self.peek("thumbnail").and_then(|json| serde_json::from_str(json).ok());
                Some(links.moved_with(&text, &thumbnail.unwrap_or_default()))
            }
            // Python's word for no value.
            Encoding::NoneText if text == "None" => None,
            _ => Some(text),
        }
    }

    /// An address, moved to the territory's host if it is on the server.
    pub(super) fn link(&mut self, name: &str) -> Option<String> {
        self.string(name, Encoding::Link)
    }

    /// A text in every language, or in the language of the response.
    pub(super) fn text(&mut self, name: &str) -> Localized {
        let language = &self.context.language;
        self.member(name, |json| value::localized(json, language)).unwrap_or_default()
    }

    fn rich_text(&mut self, name: &str) -> RichText {
        let html = self.text(name);
        self.context.cleaner.clean(&html)
    }

    fn languages(&mut self, name: &str) -> Vec<String> {
        let language = &self.context.language;
        self.member(name, |json| value::published(json, language)).unwrap_or_default()
    }

    /// A geometry. `convert` may give the longitude and latitude of a position that is not on the Earth.
    fn geometry(&mut self, name: &str, convert: &dyn Fn(Position) -> Option<Position>) -> Option<Geometry> {
        let json = self.take(name)?;
        match value::geometry(json, self.context.max_vertices, convert) {
            Ok(read) => {
                for (count, reason) in [
                    (read.lost, NOT_ON_EARTH),
                    (read.lost_elevations, IMPOSSIBLE_ELEVATION),
                    (read.degenerate, TOO_FEW_POSITIONS),
                ] {
                    if count > 0 {
                        self.report(name, reason);
                    }
                }
                read.geometry
            }
            Err(reason) => {
                self.report(name, reason);
                None
            }
        }
    }

    /// The positions of a geometry of points.
    fn positions(&mut self, name: &str) -> Vec<Position> {
        let points = self.geometry(name, &|_| None);
        let points = points.filter(|points| matches!(points.as_geo(), Shape::MultiPoint(_) | Shape::Point(_)));
        points.map(|points| points.positions().collect()).unwrap_or_default()
    }

    /// The point in the members `longitude` and `latitude`.
    fn lon_lat(&mut self) -> Option<Geometry> {
        let (lon, lat) = (self.number("longitude"), self.number("latitude"));
        let position = Position::new(lon?, lat?);
        if !position.is_valid() {
            self.report("latitude", NOT_ON_EARTH);
            return None;
        }
        Some(Geometry::point(position))
    }

    /// A position in an array, `[longitude, latitude]`.
    fn position(&mut self, name: &str) -> Option<Position> {
        let position = self.value::<value::Coordinates>(name)?.0;
        if !position.is_valid() {
            self.report(name, NOT_ON_EARTH);
            return None;
        }
        Some(position)
    }

    /// An object whose names are numbers; a name that is none is ignored.
    fn by_number<T>(&mut self, name: &str, read: fn(&str) -> Option<T>) -> BTreeMap<Id, T> {
        let values = self.member(name, |json| {
            let mut values = BTreeMap::new();
            for (number, value) in JsonObject::parse(json).ok()?.members() {
                let value = read(value.get())?;
                if let Ok(number) = number.parse() {
                    values.insert(number, value);
                }
            }
            Some(values)
        });
        values.unwrap_or_default()
    }

    /// The records in an array.
    fn records(&mut self, name: &str, records: &mut dyn Records) {
        let context = self.context;
        for item in self.member(name, value::items).unwrap_or_default() {
            records.push_with(&mut |record| {
                let object = WireObject::parse(record.list(), item.get(), context);
                object.is_some_and(|mut object| object.read(record))
            });
        }
    }

    /// The objects in an array.
    pub(super) fn objects(&mut self, name: &str, list: &'a str) -> Vec<WireObject<'a>> {
        let items = self.member(name, value::items).unwrap_or_default();
        items.into_iter().filter_map(|item| WireObject::parse(list, item.get(), self.context)).collect()
    }

    /// The object in a member.
    fn object(&mut self, name: &str) -> Option<WireObject<'a>> {
        let list = match name {
            "type" => "type_of_desk",
            "category" => "category_of_web_link",
            "filetype" => "file_type_of_attachment",
            _ => "hd_reference",
        };
        WireObject::parse(list, self.take(name)?, self.context)
    }

    /// All members that are still unread.
    pub(super) fn take_rest(&mut self) -> BTreeMap<String, serde_json::Value> {
        let members = self.members.take_all().filter(|(_, json)| json.get() != "null");
        ordered::map(members.filter_map(|(name, json)| {
            let value = serde_json::from_str(json.get()).ok();
            if value.is_none() {
                self.report(&name, MISTYPED);
            }
            Some((name.into_owned(), value?))
        }))
    }
}

fn stage(json: &str) -> Option<Option<Id>> {
    serde_json::from_str(json).ok()
}

fn ids_of_list(json: &str) -> Option<Vec<Id>> {
    value::items(json)?.into_iter().map(|item| value::id(item.get())).collect()
}

impl Drop for WireObject<'_> {
    fn drop(&mut self) {
        for (field, _) in self.members.members() {
            if !ignored_fields::is_ignored_field(self.list, field) {
                self.report(field, "unknown");
            }
        }
    }
}
