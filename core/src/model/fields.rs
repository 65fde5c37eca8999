//! The table of fields. The `records!` macro declares the objects of the model, one line a field:
//!
//! ```text
//! /// Documentation of the public field.
//! name: Type => option, option(argument);
//! ```
//!
//! Each line declares the field of the struct, the row of the table ([`Field`]) and access to the value by its type
//! ([`ValueRef`], [`ValueMut`]). The options are the methods of [`Field`] that return a `Field`. The rest of the library
//! reads the table: the reader of Geotrek's responses, the JSON of an object, the columns of a layer, full-text search, the
//! comparison of two states, the pictures of a pack, the requests for vocabularies.

use super::values::{FieldType, ValueMut, ValueRef, ValueType};

/// One row of the table: a field of a record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    /// Name in the model and in the JSON of an object.
    pub(crate) name: &'static str,
    /// Name in Geotrek's API; `outer.inner` is the member `inner` of the object `outer`.
    pub(crate) wire: &'static str,
    pub(crate) value_type: ValueType,
    /// Encoding in Geotrek's API.
    pub(crate) encoding: Encoding,
    /// List of the server whose ids are the values: a vocabulary, or the list of another kind.
    pub(crate) refers_to: Option<&'static str>,
    /// Entries that are missing from that list are requested one by one. A server shortens some lists of vocabularies to
    /// the entries that published objects use.
    pub(crate) fetches_missing: bool,
    /// Name of the column of the kind's GeoPackage layer.
    pub(crate) column: Option<&'static str>,
    pub(crate) text: Option<TextUse>,
    /// The order of the array has no meaning; servers change it from response to response.
    pub(crate) is_set: bool,
    pub(crate) picture: Option<PictureUse>,
    /// Type of the object: its label stands for a name that the object lacks.
    pub(crate) is_type: bool,
    /// An empty value stands in the JSON of an object too.
    pub(crate) is_always_written: bool,
}

/// The use of a text. All but [`TextUse::Name`] are also the column of full-text search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextUse {
    /// Name of the object.
    Name,
    /// Short text with a higher weight than the body.
    Summary,
    /// Description of the object; part of the body.
    Description,
    /// Any other long text.
    Body,
}

/// The use of a picture's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PictureUse {
    Photo,
    Pictogram,
}

/// How Geotrek's API encodes a value, if the type of the field does not determine the encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// As the type of the field says.
    Plain,
    /// A date with its offset; the field has Unix milliseconds.
    Date,
    /// A number that is never an id, so never in quotes.
    Integer,
    /// An address on the server.
    Link,
    /// An address on the server or elsewhere: it is the server's if its host is that of the `thumbnail` beside it.
    OriginalLink,
    /// Languages of publication: `{language: bool}`, or one boolean for the language of the response.
    Languages,
    /// A geometry in degrees, or in the projection of the server's database.
    Outline,
    /// A point in the members `longitude` and `latitude`.
    LonLat,
    /// A text in which `None` means no value.
    NoneText,
}

impl Field {
    pub(crate) const fn new<T: FieldType>(name: &'static str) -> Field {
        Field {
            name,
            wire: name,
            value_type: T::TYPE,
            encoding: Encoding::Plain,
            refers_to: None,
            fetches_missing: false,
            column: None,
            text: None,
            is_set: false,
            picture: None,
            is_type: false,
            is_always_written: false,
        }
    }

    /// Name in Geotrek's API, if it differs from the name in the model.
    pub(crate) const fn wire(self, wire: &'static str) -> Field {
        Field { wire, ..self }
    }

    /// Geotrek's list whose ids are the values.
    pub(crate) const fn refers_to(self, list: &'static str) -> Field {
        Field { refers_to: Some(list), ..self }
    }

    /// See [`Field::fetches_missing`].
    pub(crate) const fn fetch_missing(self) -> Field {
        Field { fetches_missing: true, ..self }
    }

    /// A column of the layer, with the name of the field.
    pub(crate) const fn column(self) -> Field {
        let name = self.name;
        self.column_named(name)
    }

    /// A column of the layer, with a name of its own.
    pub(crate) const fn column_named(self, name: &'static str) -> Field {
        Field { column: Some(name), ..self }
    }

    /// An array without order.
    pub(crate) const fn set(self) -> Field {
        Field { is_set: true, ..self }
    }

    pub(crate) const fn name(self) -> Field {
        Field { text: Some(TextUse::Name), ..self }
    }

    pub(crate) const fn summary(self) -> Field {
        Field { text: Some(TextUse::Summary), ..self }
    }

    pub(crate) const fn description(self) -> Field {
        Field { text: Some(TextUse::Description), ..self }
    }

    pub(crate) const fn body(self) -> Field {
        Field { text: Some(TextUse::Body), ..self }
    }

    /// Address of a photo on the server.
    pub(crate) const fn photo(self) -> Field {
        Field { picture: Some(PictureUse::Photo), encoding: Encoding::Link, ..self }
    }

    /// Address of a pictogram on the server.
    pub(crate) const fn pictogram(self) -> Field {
        Field { picture: Some(PictureUse::Pictogram), encoding: Encoding::Link, ..self }
    }

    /// The type of the object. See [`Field::is_type`].
    pub(crate) const fn object_type(self) -> Field {
        Field { is_type: true, ..self }
    }

    /// A field that stands in the JSON of an object even if it is empty.
    pub(crate) const fn always(self) -> Field {
        Field { is_always_written: true, ..self }
    }

    pub(crate) const fn date(self) -> Field {
        self.encoded(Encoding::Date)
    }

    pub(crate) const fn integer(self) -> Field {
        self.encoded(Encoding::Integer)
    }

    pub(crate) const fn link(self) -> Field {
        self.encoded(Encoding::Link)
    }

    pub(crate) const fn original_link(self) -> Field {
        self.encoded(Encoding::OriginalLink)
    }

    pub(crate) const fn languages(self) -> Field {
        self.encoded(Encoding::Languages)
    }

    pub(crate) const fn outline(self) -> Field {
        self.encoded(Encoding::Outline)
    }

    pub(crate) const fn lon_lat(self) -> Field {
        self.encoded(Encoding::LonLat)
    }

    pub(crate) const fn none_text(self) -> Field {
        self.encoded(Encoding::NoneText)
    }

    const fn encoded(self, encoding: Encoding) -> Field {
        Field { encoding, ..self }
    }
}

/// A struct whose fields are in the table.
pub(crate) trait Record {
    /// Name under which problems with its fields are counted: the server's list, or a name for an object within another.
    fn list(&self) -> &'static str;

    fn fields(&self) -> &'static [Field];

    /// The value of the field with this index in [`Record::fields`].
    fn value(&self, index: usize) -> Option<ValueRef<'_>>;

    fn value_mut(&mut self, index: usize) -> Option<ValueMut<'_>>;
}

impl dyn Record + '_ {
    /// Every field with its value, in the order of the table.
    pub(crate) fn values(&self) -> impl Iterator<Item = (&'static Field, ValueRef<'_>)> {
        let values = self.fields().iter().enumerate();
        values.filter_map(|(index, field)| Some((field, self.value(index)?)))
    }
}

/// Declares records. `in` names the list under which problems with their fields are counted.
macro_rules! records {
    ($(
        $(#[$attribute:meta])*
        pub struct $record:ident in $list:literal {
            $($(#[$field_attribute:meta])* $field:ident: $type:ty $(=> $($option:ident $(($argument:expr))?),+)?;)*
        }
    )*) => {$(
        $(#[$attribute])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $record {
            $($(#[$field_attribute])* pub $field: $type,)*
        }

        impl $record {
            pub(crate) const FIELDS: &'static [$crate::model::fields::Field] = &[
                $($crate::model::fields::Field::new::<$type>(stringify!($field))$($(.$option($($argument)?))+)?,)*
            ];
        }

        const _: () = {
            use $crate::model::fields::{Field, Record};
            use $crate::model::values::{FieldType, ValueMut, ValueRef};

            #[allow(non_camel_case_types, reason = "the names of the fields")]
            enum Index { $($field),* }

            impl Record for $record {
                fn list(&self) -> &'static str {
                    $list
                }

                fn fields(&self) -> &'static [Field] {
                    Self::FIELDS
                }

                fn value(&self, index: usize) -> Option<ValueRef<'_>> {
                    $(if index == Index::$field as usize {
                        return Some(FieldType::value(&self.$field));
                    })*
                    None
                }

                fn value_mut(&mut self, index: usize) -> Option<ValueMut<'_>> {
                    $(if index == Index::$field as usize {
                        return Some(FieldType::value_mut(&mut self.$field));
                    })*
                    None
                }
            }

            #[automatically_derived]
            impl serde::Serialize for $record {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    (self as &dyn Record).serialize(serializer)
                }
            }
        };
    )*};
}

pub(super) use records;
