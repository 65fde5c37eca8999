//! The JSON of a mapping. Unknown keys are errors, because a typing error in an optional key would go unnoticed.

use serde::Deserialize;
use serde_json::Value;

use crate::model::Localized;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MappingJson {
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) title: String,
    #[serde(default)]
    pub(super) description: String,
    pub(super) languages: Vec<String>,
    #[serde(default)]
    pub(super) default_language: Option<String>,
    #[serde(default)]
    pub(super) licenses: Vec<LicenseJson>,
    #[serde(default)]
    pub(super) sources: Vec<SourceJson>,
    #[serde(default)]
    pub(super) provider: Option<String>,
    #[serde(default)]
    pub(super) id: Properties,
    #[serde(default)]
    pub(super) fields: FieldsJson,
    pub(super) rules: Vec<RuleJson>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LicenseJson {
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) path: Option<String>,
    #[serde(default)]
    pub(super) title: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceJson {
    pub(super) title: String,
    #[serde(default)]
    pub(super) path: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleJson {
    pub(super) kind: String,
    #[serde(rename = "type")]
    pub(super) label: Localized,
    #[serde(default)]
    pub(super) when: Vec<ConditionJson>,
    #[serde(default)]
    pub(super) requires_name: bool,
    #[serde(default)]
    pub(super) months: Option<Vec<u8>>,
    #[serde(default)]
    pub(super) fields: FieldsJson,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConditionJson {
    pub(super) property: String,
    #[serde(default)]
    pub(super) equals: Option<Value>,
    #[serde(default)]
    pub(super) one_of: Option<Vec<Value>>,
    #[serde(default)]
    pub(super) none_of: Option<Vec<Value>>,
    #[serde(default)]
    pub(super) exists: Option<bool>,
}

/// The properties that a field is read from, the first with a value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "the name of a property, or a list of names")]
pub(super) enum Properties {
    /// The rule says nothing.
    #[default]
    #[serde(skip)]
    Unset,
    One(String),
    Several(Vec<String>),
}

impl Properties {
    /// The names, in the order of preference.
    pub(super) fn names(&self) -> &[String] {
        match self {
            Properties::Unset => &[],
            Properties::One(name) => std::slice::from_ref(name),
            Properties::Several(names) => names,
        }
    }

    /// These properties, or `other` if the rule says nothing.
    pub(super) fn or(self, other: &Properties) -> Properties {
        if self == Properties::Unset { other.clone() } else { self }
    }
}

/// Declares the fields that are read from properties, once for all places that name them.
macro_rules! fields {
    ($($name:ident,)*) => {
        /// The properties of each field.
        #[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub(super) struct FieldsJson {
            $(pub(super) $name: Properties,)*
        }

        impl FieldsJson {
            /// Each field with its name.
            pub(super) fn iter(&self) -> impl Iterator<Item = (&'static str, &Properties)> {
                [$((stringify!($name), &self.$name),)*].into_iter()
            }

            /// These fields; those that are not set are those of `other`.
            pub(super) fn or(self, other: &FieldsJson) -> FieldsJson {
                FieldsJson { $($name: self.$name.or(&other.$name),)* }
            }
        }
    };
}

fields! {
    name,
    description,
    phone,
    website,
    email,
    elevation,
    photo,
    photo_author,
    photo_license,
}
