use serde::{Deserialize, Serialize};

use super::{Attachment, Id, Localized, RichText};

/// A page of text that the office writes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FlatPage {
    /// The server's number.
    pub id: Id,
    /// Title.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub title: Localized,
    /// Text.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub content: RichText,
    /// Sources (vocabulary `source`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source: Vec<Id>,
    /// Portals that show it (vocabulary `portal`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub portals: Vec<Id>,
    /// Page above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Id>,
    /// Pages below it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Id>,
    /// Pictures, files and videos, the cover first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Languages in which it is published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub published: Vec<String>,
}

/// An entry of the office's menu.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MenuItem {
    /// The server's number.
    pub id: Id,
    /// Title.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub title: Localized,
    /// `page`, `link`, or empty for a mere heading.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub target_type: String,
    /// Where a link leads.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub link_url: Localized,
    /// Page that it opens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<Id>,
    /// That page's title.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub page_title: Localized,
    /// Portals that show it (vocabulary `portal`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub portals: Vec<Id>,
    /// Whether it opens beside.
    #[serde(default)]
    pub open_in_new_tab: bool,
    /// Pictogram.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pictogram: Option<String>,
    /// Entry above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Id>,
    /// Entries below it, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Id>,
    /// Pictures, files and videos, the cover first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Languages in which it is published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub published: Vec<String>,
}
