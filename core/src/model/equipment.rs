use super::fields::records;
use super::{Attachment, Geometry, Id, Localized, RichText};

records! {
    /// A service along the way: water, toilets, a picnic table. Its type is its name.
    pub struct Service in "service" {
        /// Identifier on the server.
        id: Id;
        /// Identifier that is stable across servers.
        uuid: Option<String>;
        /// Vocabulary `service_type`.
        service_type: Option<Id> => wire("type"), refers_to("service_type"), column, object_type;
        /// Position.
        geometry: Option<Geometry>;
        /// Identifier in the provider's system.
        external_id: Option<String> => wire("eid");
        /// Organisation that maintains the service (vocabulary `structure`).
        structure: Option<Id> => refers_to("structure");
        /// Provider from whose system the service was imported.
        provider: Option<String>;
    }

    /// A signpost with its blades.
    pub struct Signage in "signage" {
        /// Identifier on the server.
        id: Id;
        /// Identifier that is stable across servers.
        uuid: Option<String>;
        /// Name.
        name: Localized => name;
        /// Description.
        description: RichText => description;
        /// Code.
        code: String => column;
        /// Vocabulary `signage_type`.
        signage_type: Option<Id> => wire("type"), refers_to("signage_type"), fetch_missing, column, object_type;
        /// Vocabulary `signage_condition`.
        conditions: Vec<Id> => refers_to("signage_condition"), set;
        /// Year of installation.
        implantation_year: Option<i64> => integer;
        /// Elevation written on the signpost, metres.
        printed_elevation: Option<i64> => integer;
        /// Vocabulary `signage_sealing`.
        sealing: Option<Id> => refers_to("signage_sealing");
        /// Blades.
        blades: Vec<Blade>;
        /// Position.
        geometry: Option<Geometry>;
        /// Pictures, files and videos, the cover first.
        attachments: Vec<Attachment>;
        /// Identifier in the provider's system.
        external_id: Option<String> => wire("eid");
        /// Organisation that maintains the signpost (vocabulary `structure`).
        structure: Option<Id> => refers_to("structure");
        /// Provider from whose system the signpost was imported.
        provider: Option<String>;
    }

    /// One blade of a signpost.
    pub struct Blade in "blade" {
        /// Identifier on the server.
        id: Id;
        /// Number of the blade on its signpost.
        number: String;
        /// Vocabulary `signage_color`.
        color: Option<Id> => refers_to("signage_color");
        /// Vocabulary `signage_direction`.
        direction: Option<Id> => refers_to("signage_direction");
        /// Lines of text.
        lines: Vec<BladeLine>;
    }

    /// One line of a blade.
    pub struct BladeLine in "blade_line" {
        /// Identifier on the server.
        id: Id;
        /// Vocabulary `signage_direction`.
        direction: Option<Id> => refers_to("signage_direction");
        /// Text.
        text: String;
        /// Distance written on the blade, kilometres.
        distance_km: Option<f64> => wire("distance");
        /// Time written on the blade, HH:MM:SS.
        time: Option<String>;
        /// Pictograms.
        pictograms: Vec<BladePictogram>;
    }

    /// A pictogram on a blade.
    pub struct BladePictogram in "blade_pictogram" {
        /// Label.
        label: String;
        /// Code.
        code: String;
        /// Description.
        description: String;
        /// Address of the picture.
        pictogram: Option<String> => pictogram;
    }

    /// A footbridge, a bench, a shelter.
    pub struct Infrastructure in "infrastructure" {
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
        /// Vocabulary `infrastructure_type`.
        infrastructure_type: Option<Id> => wire("type"), refers_to("infrastructure_type"), fetch_missing, column, object_type;
        /// Vocabulary `infrastructure_condition`.
        conditions: Vec<Id> => refers_to("infrastructure_condition"), set;
        /// Year of construction.
        implantation_year: Option<i64> => integer;
        /// Vocabulary `infrastructure_maintenance_difficulty_level`.
        maintenance_difficulty: Option<Id> => refers_to("infrastructure_maintenance_difficulty_level");
        /// Vocabulary `infrastructure_usage_difficulty_level`.
        usage_difficulty: Option<Id> => refers_to("infrastructure_usage_difficulty_level");
        /// Geometry.
        geometry: Option<Geometry>;
        /// Pictures, files and videos, the cover first.
        attachments: Vec<Attachment>;
        /// Identifier in the provider's system.
        external_id: Option<String> => wire("eid");
        /// Organisation that maintains the infrastructure (vocabulary `structure`).
        structure: Option<Id> => refers_to("structure");
        /// Provider from whose system the infrastructure was imported.
        provider: Option<String>;
    }
}
