use std::collections::BTreeMap;

use super::fields::records;
use super::{Attachment, Geometry, Id, Localized, RichText};

records! {
    /// A touristic content: a hut, a farm, a museum.
    pub struct TouristicContent in "touristiccontent" {
        /// Identifier on the server.
        id: Id;
        /// Identifier that is stable across servers.
        uuid: Option<String>;
        /// Name.
        name: Localized => name;
        /// Short description.
        description_teaser: RichText => summary;
        /// Description.
        description: RichText => description;
        /// Practical information.
        practical_info: RichText => body;
        /// Accessibility.
        accessibility: RichText => body;
        /// Vocabulary `label_accessibility`.
        label_accessibility: Option<Id> => refers_to("label_accessibility");
        /// Vocabulary `touristiccontent_category`.
        category: Option<Id> => refers_to("touristiccontent_category"), fetch_missing, column, object_type;
        /// Types (vocabulary `touristiccontent_type`), by number of the server's list: category × 100 + 1 or + 2.
        types: BTreeMap<Id, Vec<Id>> => refers_to("touristiccontent_type");
        /// Vocabulary `theme`.
        themes: Vec<Id> => refers_to("theme"), fetch_missing, set;
        /// Position.
        geometry: Option<Geometry>;
        /// Contact: address, telephone.
        contact: RichText => body;
        /// E-mail address.
        email: Option<String>;
        /// Web address.
        website: Option<String> => column;
        /// Booking system (vocabulary `reservationsystem`).
        reservation_system: Option<Id> => refers_to("reservationsystem"), fetch_missing;
        /// Identifier in the booking system.
        reservation_id: String;
        /// Municipality of the position.
        departure_city: Option<Id>;
        /// Official code of this municipality.
        departure_city_code: Option<String>;
        /// Municipalities that the content lies in.
        cities: Vec<Id> => set;
        /// Official codes of these municipalities.
        city_codes: Vec<String> => set;
        /// Districts that the content lies in.
        districts: Vec<Id> => set;
        /// Sources (vocabulary `source`).
        source: Vec<Id> => refers_to("source"), fetch_missing, set;
        /// Portals that show the content (vocabulary `portal`).
        portal: Vec<Id> => refers_to("portal"), set;
        /// Organisation that maintains the content (vocabulary `structure`).
        structure: Option<Id> => refers_to("structure"), fetch_missing;
        /// Provider from whose system the content was imported.
        provider: Option<String>;
        /// Identifier in the provider's system.
        external_id: Option<String>;
        /// True if the office approves it.
        approved: bool;
        /// Pictures, files and videos, the cover first.
        attachments: Vec<Attachment>;
        /// Addresses of the printable sheet, by language.
        pdf: Localized => link;
        /// Languages in which the content is published.
        published: Vec<String> => languages;
        /// Time of creation, Unix ms.
        created_ms: Option<i64> => wire("create_datetime"), date;
        /// Time of the last change according to the server, Unix ms. A change of a many-to-many field does not move it.
        updated_ms: Option<i64> => wire("update_datetime"), date;
    }

    /// A touristic event: a market, a guided walk.
    pub struct TouristicEvent in "touristicevent" {
        /// Identifier on the server.
        id: Id;
        /// Identifier that is stable across servers.
        uuid: Option<String>;
        /// Name.
        name: Localized => name;
        /// Short description.
        description_teaser: RichText => summary;
        /// Description.
        description: RichText => description;
        /// Practical information.
        practical_info: RichText => body;
        /// Accessibility.
        accessibility: RichText => body;
        /// Vocabulary `touristicevent_type`.
        event_type: Option<Id> => wire("type"), refers_to("touristicevent_type"), fetch_missing, object_type;
        /// Vocabulary `theme`.
        themes: Vec<Id> => refers_to("theme"), fetch_missing, set;
        /// Position.
        geometry: Option<Geometry>;
        /// First day, YYYY-MM-DD.
        begin_date: Option<String> => column;
        /// Last day, YYYY-MM-DD.
        end_date: Option<String> => column;
        /// Start, HH:MM:SS local time.
        start_time: Option<String>;
        /// End, HH:MM:SS local time.
        end_time: Option<String>;
        /// Duration, as free text.
        duration: String;
        /// Meeting point.
        meeting_point: Localized => summary;
        /// How to book.
        booking: RichText => body;
        /// True if the event can be booked.
        bookable: bool;
        /// Target audience.
        target_audience: Localized => body;
        /// Maximum number of participants.
        capacity: Option<i64> => integer;
        /// Maximum number of participants, as older servers write it.
        participant_number: Option<String> => none_text;
        /// Price, a decimal number in the local currency.
        price: Option<String>;
        /// Organisers, as free text.
        organizers: String;
        /// Vocabulary `touristicevent_organizer`.
        organizers_id: Vec<Id> => refers_to("touristicevent_organizer"), fetch_missing, set;
        /// Speaker.
        speaker: String;
        /// Contact: address, telephone.
        contact: RichText => body;
        /// E-mail address.
        email: Option<String>;
        /// Web address.
        website: Option<String>;
        /// Name of the venue.
        place: Option<String>;
        /// True if the event is cancelled.
        cancelled: bool;
        /// Reason for the cancellation.
        cancellation_reason: Localized => body;
        /// Municipalities that the event lies in.
        cities: Vec<Id> => set;
        /// Official codes of these municipalities.
        city_codes: Vec<String> => set;
        /// Districts that the event lies in.
        districts: Vec<Id> => set;
        /// Sources (vocabulary `source`).
        source: Vec<Id> => refers_to("source"), fetch_missing, set;
        /// Portals that show the event (vocabulary `portal`).
        portal: Vec<Id> => refers_to("portal"), set;
        /// Organisation that maintains the event (vocabulary `structure`).
        structure: Option<Id> => refers_to("structure"), fetch_missing;
        /// Provider from whose system the event was imported.
        provider: Option<String>;
        /// Identifier in the provider's system.
        external_id: Option<String>;
        /// True if the office approves it.
        approved: bool;
        /// Pictures, files and videos, the cover first.
        attachments: Vec<Attachment>;
        /// Addresses of the printable sheet, by language.
        pdf: Localized => link;
        /// Languages in which the event is published.
        published: Vec<String> => languages;
        /// Time of creation, Unix ms.
        created_ms: Option<i64> => wire("create_datetime"), date;
        /// Time of the last change according to the server, Unix ms. A change of a many-to-many field does not move it.
        updated_ms: Option<i64> => wire("update_datetime"), date;
    }

    /// An information desk: a tourist office, a park house.
    pub struct InformationDesk in "informationdesk" {
        /// Identifier on the server.
        id: Id;
        /// Identifier that is stable across servers.
        uuid: Option<String>;
        /// Name.
        name: Localized => name;
        /// Description.
        description: RichText => description;
        /// Accessibility.
        accessibility: RichText => body;
        /// Vocabulary `label_accessibility`.
        label_accessibility: Option<Id> => refers_to("label_accessibility");
        /// Vocabulary `informationdesk_type`.
        desk_type: Option<Id> => wire("type.id"), refers_to("informationdesk_type"), object_type;
        /// Label of the type.
        type_label: Localized => wire("type.label"), summary;
        /// Address of the type's pictogram.
        type_pictogram: Option<String> => wire("type.pictogram"), pictogram;
        /// E-mail address.
        email: Option<String>;
        /// Web address.
        website: Option<String>;
        /// Telephone number.
        phone: Option<String> => column;
        /// Street.
        street: Option<String>;
        /// Postal code.
        postal_code: Option<String>;
        /// Town.
        municipality: Option<String> => column;
        /// Position.
        geometry: Option<Geometry> => lon_lat;
        /// Address of a photo.
        photo_url: Option<String> => photo;
        /// Provider from whose system the desk was imported.
        provider: Option<String>;
    }
}
