use serde::{Deserialize, Serialize};

use super::{Geometry, Id};

/// What an attachment shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Attachment {
    /// Alternate identity, stable across servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// `image`, `video` or `file`.
    pub media: String,
    /// Who shows a linked video (`Youtube`); empty for files of the server's own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub backend: String,
    /// The office's own class of attachment (`Photographie`).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file_type: String,
    /// Id of that class in the vocabulary `file_type`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_type_id: Option<Id>,
    /// The picture, file or video itself, with title and credits.
    #[serde(flatten)]
    pub picture: Picture,
}

/// A picture on the network with what must be told beside it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// Where the original is.
    pub url: String,
    /// Where a small one is; empty where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub thumbnail: String,
    /// Title.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Legend.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub legend: String,
    /// Who made it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub author: String,
    /// Under which licence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub license: String,
}

/// A picture that shows how accessible a trek is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AccessibilityPicture {
    /// Alternate identity, stable across servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// What it shows: `slope`, `width` or `signage`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub shows: String,
    /// The picture itself.
    #[serde(flatten)]
    pub picture: Picture,
}

/// A panorama in high definition, attached to a trek, a POI or an outdoor site.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct HdView {
    /// The server's number.
    pub id: Id,
    /// Alternate identity, stable across servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// Title, in the language that was asked for.
    #[serde(default, skip_serializing_if = "super::Localized::is_empty")]
    pub title: super::Localized,
    /// Legend, in the language that was asked for.
    #[serde(default, skip_serializing_if = "super::RichText::is_empty")]
    pub legend: super::RichText,
    /// Who made it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub author: String,
    /// Under which licence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub license: String,
    /// From where it was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geometry: Option<Geometry>,
    /// GeoJSON features in pixels of the picture, as the server gave them.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub annotations: serde_json::Value,
    /// Address pattern of its tiles (`{z}`, `{x}`, `{y}`).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub picture_tiles_url: String,
    /// Where a small picture is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub thumbnail_url: String,
    /// Where its size is told.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub metadata_url: String,
    /// Trek that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trek: Option<Id>,
    /// POI that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poi: Option<Id>,
    /// Outdoor site that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<Id>,
    /// When it was made, Unix ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_ms: Option<i64>,
    /// When it was last changed, Unix ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_ms: Option<i64>,
}
