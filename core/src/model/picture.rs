use super::fields::records;
use super::{Geometry, Id, Localized, RichText};

records! {
    /// A picture, file or video of an object.
    pub struct Attachment in "attachment" {
        /// Identifier that is stable across servers.
        uuid: Option<String>;
        /// `image`, `video` or `file`.
        media: String => wire("type"), always;
        /// Host of a linked video (`Youtube`); empty for files on the server.
        backend: String;
        /// The office's class of attachment (`Photographie`).
        file_type: String => wire("filetype.type");
        /// Id of this class in the vocabulary `file_type`.
        file_type_id: Option<Id> => wire("filetype.id"), refers_to("file_type");
        /// Addresses, title and credits. Its fields stand beside the others in JSON.
        picture: Picture;
    }

    /// Addresses of a picture, with title and credits.
    pub struct Picture in "picture" {
        /// Address of the original.
        url: String => original_link, always;
        /// Address of a small version; empty if there is none.
        thumbnail: String => link;
        /// Title.
        title: String;
        /// Legend.
        legend: String;
        /// Author.
        author: String;
        /// Licence.
        license: String;
    }

    /// A picture that shows how accessible a trek is.
    pub struct AccessibilityPicture in "accessibility_attachment" {
        /// Identifier that is stable across servers.
        uuid: Option<String>;
        /// Subject: `slope`, `width` or `signage`.
        shows: String => wire("info_accessibility");
        /// Addresses, title and credits. Its fields stand beside the others in JSON.
        picture: Picture;
    }

    /// A panorama in high definition, attached to a trek, a POI or an outdoor site.
    pub struct HdView in "hdviewpoint" {
        /// Identifier on the server.
        id: Id;
        /// Identifier that is stable across servers.
        uuid: Option<String>;
        /// Title.
        title: Localized => name;
        /// Legend.
        legend: RichText => description;
        /// Author.
        author: String => column;
        /// Licence.
        license: String => column;
        /// Position of the camera.
        geometry: Option<Geometry>;
        /// GeoJSON features in pixels of the picture, as the server wrote them.
        annotations: serde_json::Value;
        /// Address pattern of the tiles (`{z}`, `{x}`, `{y}`).
        picture_tiles_url: String => link;
        /// Address of a small version.
        thumbnail_url: String => photo;
        /// Address of the picture's metadata: size in pixels, tile size.
        metadata_url: String => link;
        /// Trek that the panorama belongs to.
        trek: Option<Id> => wire("trek.id");
        /// POI that the panorama belongs to.
        poi: Option<Id> => wire("poi.id");
        /// Outdoor site that the panorama belongs to.
        site: Option<Id> => wire("site.id");
        /// Time of creation, Unix ms.
        created_ms: Option<i64> => wire("create_datetime"), date;
        /// Time of the last change, Unix ms.
        updated_ms: Option<i64> => wire("update_datetime"), date;
    }
}

impl Attachment {
    /// Whether it is a file on the server that is no picture, such as a PDF or an MP3.
    pub fn is_file(&self) -> bool {
        self.media == "file" && self.backend.is_empty()
    }
}
