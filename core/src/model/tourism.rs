use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Attachment, Geometry, Id, Localized, RichText};

/// A touristic content: a hut, a farm, a museum.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TouristicContent {
    /// The server's number.
    pub id: Id,
    /// Alternate identity, stable across servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// Name.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub name: Localized,
    /// Short description.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub description_teaser: RichText,
    /// Description.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub description: RichText,
    /// Practical information.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub practical_info: RichText,
    /// Accessibility.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub accessibility: RichText,
    /// Vocabulary `label_accessibility`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_accessibility: Option<Id>,
    /// Vocabulary `touristiccontent_category`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Id>,
    /// Its types by the server's list number (category × 100 + 1 or + 2); vocabulary `touristiccontent_type`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub types: BTreeMap<Id, Vec<Id>>,
    /// Vocabulary `theme`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub themes: Vec<Id>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geometry: Option<Geometry>,
    /// How to reach it.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub contact: RichText,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Web address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// Where to book (vocabulary `reservationsystem`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reservation_system: Option<Id>,
    /// Its id there.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reservation_id: String,
    /// City where it starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub departure_city: Option<Id>,
    /// Its official code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub departure_city_code: Option<String>,
    /// Cities that it lies in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cities: Vec<Id>,
    /// Their official codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub city_codes: Vec<String>,
    /// Districts that it lies in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub districts: Vec<Id>,
    /// Sources (vocabulary `source`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source: Vec<Id>,
    /// Portals that show it (vocabulary `portal`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub portal: Vec<Id>,
    /// Structure that looks after it (vocabulary `structure`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub structure: Option<Id>,
    /// From whom the office imported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Its id at that provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Approved by the office.
    #[serde(default)]
    pub approved: bool,
    /// Pictures, files and videos, the cover first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Addresses of its printable sheet, by language.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub pdf: Localized,
    /// Languages in which it is published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub published: Vec<String>,
    /// When it was made, Unix ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_ms: Option<i64>,
    /// When the server says it was last changed, Unix ms. Many-to-many changes do not move it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_ms: Option<i64>,
}

/// A touristic event: a market, a guided walk.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TouristicEvent {
    /// The server's number.
    pub id: Id,
    /// Alternate identity, stable across servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// Name.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub name: Localized,
    /// Short description.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub description_teaser: RichText,
    /// Description.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub description: RichText,
    /// Practical information.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub practical_info: RichText,
    /// Accessibility.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub accessibility: RichText,
    /// Vocabulary `touristicevent_type`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_type: Option<Id>,
    /// Vocabulary `theme`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub themes: Vec<Id>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geometry: Option<Geometry>,
    /// First day, YYYY-MM-DD.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begin_date: Option<String>,
    /// Last day, YYYY-MM-DD.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_date: Option<String>,
    /// HH:MM:SS, local.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_time: Option<String>,
    /// HH:MM:SS, local.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_time: Option<String>,
    /// How long, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub duration: String,
    /// Where to meet.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub meeting_point: Localized,
    /// How to book.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub booking: RichText,
    /// Whether it must be booked.
    #[serde(default)]
    pub bookable: bool,
    /// For whom.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub target_audience: Localized,
    /// How many people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<i64>,
    /// How many people, as older servers write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant_number: Option<String>,
    /// Price, a decimal number in the local currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<String>,
    /// Who organises it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub organizers: String,
    /// Vocabulary `touristicevent_organizer`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub organizers_id: Vec<Id>,
    /// Who speaks.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub speaker: String,
    /// How to reach them.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub contact: RichText,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Web address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// Name of the place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Whether it was cancelled.
    #[serde(default)]
    pub cancelled: bool,
    /// Why.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub cancellation_reason: Localized,
    /// Cities that it lies in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cities: Vec<Id>,
    /// Their official codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub city_codes: Vec<String>,
    /// Districts that it lies in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub districts: Vec<Id>,
    /// Sources (vocabulary `source`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source: Vec<Id>,
    /// Portals that show it (vocabulary `portal`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub portal: Vec<Id>,
    /// Structure that looks after it (vocabulary `structure`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub structure: Option<Id>,
    /// From whom the office imported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Its id at that provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Approved by the office.
    #[serde(default)]
    pub approved: bool,
    /// Pictures, files and videos, the cover first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Addresses of its printable sheet, by language.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub pdf: Localized,
    /// Languages in which it is published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub published: Vec<String>,
    /// When it was made, Unix ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_ms: Option<i64>,
    /// When the server says it was last changed, Unix ms. Many-to-many changes do not move it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_ms: Option<i64>,
}

/// A desk where people know the treks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct InformationDesk {
    /// The server's number.
    pub id: Id,
    /// Alternate identity, stable across servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// Name.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub name: Localized,
    /// Description.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub description: RichText,
    /// Accessibility.
    #[serde(default, skip_serializing_if = "RichText::is_empty")]
    pub accessibility: RichText,
    /// Vocabulary `label_accessibility`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_accessibility: Option<Id>,
    /// Vocabulary `informationdesk_type`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desk_type: Option<Id>,
    /// Label of that type.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub type_label: Localized,
    /// Pictogram of that type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub type_pictogram: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Web address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// Telephone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Street.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street: Option<String>,
    /// Postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// Town.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipality: Option<String>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geometry: Option<Geometry>,
    /// A picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo_url: Option<String>,
    /// From whom the office imported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
}
