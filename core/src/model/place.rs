use super::fields::records;
use super::{Geometry, Id, Localized};

records! {
    /// A city or commune.
    pub struct City in "city" {
        /// Identifier on the server.
        id: Id;
        /// Name.
        name: Localized => name;
        /// Official code.
        code: Option<String> => column;
        /// Area.
        geometry: Option<Geometry> => outline;
        /// True if the city is published.
        is_published: bool => wire("published");
    }

    /// A district: a valley, a sector of the park.
    pub struct District in "district" {
        /// Identifier on the server.
        id: Id;
        /// Name.
        name: Localized => name;
        /// Area.
        geometry: Option<Geometry> => outline;
        /// True if the district is published.
        is_published: bool => wire("published");
    }
}
