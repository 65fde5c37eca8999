use super::fields::records;
use super::{Attachment, Geometry, HdView, Id, Localized, RichText};

records! {
    /// A point of interest: a viewpoint, a plant, a monument.
    pub struct Poi in "poi" {
        /// Identifier on the server.
        id: Id;
        /// Identifier that is stable across servers.
        uuid: Option<String>;
        /// Name.
        name: Localized => name;
        /// Description.
        description: RichText => description;
        /// Vocabulary `poi_type`.
        poi_type: Option<Id> => wire("type"), refers_to("poi_type"), column, object_type;
        /// Label of the type.
        type_label: Localized => summary;
        /// Address of the type's pictogram.
        type_pictogram: Option<String> => pictogram;
        /// Position.
        geometry: Option<Geometry>;
        /// Pictures, files and videos, the cover first.
        attachments: Vec<Attachment>;
        /// Panoramas in high definition.
        view_points: Vec<HdView>;
        /// Identifier in the provider's system.
        external_id: Option<String>;
        /// Provider from whose system the POI was imported.
        provider: Option<String>;
        /// Organisation that maintains the POI (vocabulary `structure`).
        structure: Option<Id> => refers_to("structure"), column;
        /// Languages in which the POI is published.
        published: Vec<String> => languages;
        /// Time of creation, Unix ms.
        created_ms: Option<i64> => wire("create_datetime"), date;
        /// Time of the last change according to the server, Unix ms. A change of a many-to-many field does not move it.
        updated_ms: Option<i64> => wire("update_datetime"), date;
    }
}
