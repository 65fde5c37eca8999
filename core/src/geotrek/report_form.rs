//! A field report as a form that Geotrek accepts: `multipart/form-data` (RFC 7578), the same bytes at each attempt. The
//! server stores any value without a check, so the form has exactly the values that Geotrek's own site sends.

use std::path::PathBuf;

use url::Url;

use super::address::below;
use crate::error::Result;
use crate::model::Id;

/// One photo of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PhotoPart {
    /// Path of the JPEG file.
    pub(crate) path: PathBuf,
    /// File name in the form. It must be unique among all phones, as the server confuses files of the same name.
    pub(crate) name: String,
    /// Size of the file, bytes.
    pub(crate) bytes: u64,
}

/// The fields of the form.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ReportForm {
    /// Separator of the parts; must not occur in them.
    pub(crate) boundary: String,
    /// Plain text; the server escapes it.
    pub(crate) comment: String,
    /// E-mail address; empty if there is none.
    pub(crate) email: String,
    /// Vocabulary `feedback_activity`.
    pub(crate) activity: Option<Id>,
    /// Vocabulary `feedback_category`.
    pub(crate) category: Option<Id>,
    /// Vocabulary `feedback_magnitude`.
    pub(crate) magnitude: Option<Id>,
    /// Id of the trek.
    pub(crate) trek: Option<Id>,
    /// Longitude, latitude in degrees. No elevation: the server's database rejects it.
    pub(crate) position: Option<[f64; 2]>,
    /// Photos, in order.
    pub(crate) photos: Vec<PhotoPart>,
}

/// A chunk of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BodyChunk {
    /// Bytes in memory.
    Bytes(Vec<u8>),
    /// A file, and its size in bytes.
    File(PathBuf, u64),
}

impl ReportForm {
    /// The `Content-Type` of the request.
    pub(crate) fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    /// The body in chunks. The last chunk is the final boundary alone: until it is sent, no server has the report.
    pub(crate) fn chunks(&self) -> Vec<BodyChunk> {
        let boundary = &self.boundary;
        let mut chunks = Vec::new();
        let mut text = String::new();
        let number = |id: Option<Id>| id.map(|id| id.to_string()).unwrap_or_default();
        // Rounded to a tenth of a millimetre.
        let position = self
            .position
            .map(|[lon, lat]| format!("{{\"type\": \"Point\", \"coordinates\": [{:.9}, {:.9}]}}", lon, lat));
        let fields = [
            ("email", self.email.clone()),
            ("comment", self.comment.replace("\r\n", "\n").replace('\n', "\r\n")),
            ("activity", number(self.activity)),
            ("category", number(self.category)),
            ("problem_magnitude", number(self.magnitude)),
            ("related_trek", number(self.trek)),
            // The server fails on an empty position.
            ("geom", position.unwrap_or_default()),
        ];
        for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
            text.push_str(&format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            ));
        }
        for (index, photo) in self.photos.iter().enumerate() {
            // Each photo has a field of its own: of two files in one field the server keeps the last.
            text.push_str(&format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"file{}\"; filename=\"{}\"\r\n\
                 Content-Type: image/jpeg\r\n\r\n",
                index + 1,
                photo.name
            ));
            chunks.push(BodyChunk::Bytes(std::mem::take(&mut text).into_bytes()));
            chunks.push(BodyChunk::File(photo.path.clone(), photo.bytes));
            text.push_str("\r\n");
        }
        if !text.is_empty() {
            chunks.push(BodyChunk::Bytes(text.into_bytes()));
        }
        chunks.push(BodyChunk::Bytes(format!("--{boundary}--\r\n").into_bytes()));
        chunks
    }

    /// Length of the body, bytes.
    pub(crate) fn content_length(&self) -> u64 {
        let length = |piece: &BodyChunk| match piece {
            BodyChunk::Bytes(bytes) => bytes.len() as u64,
            BodyChunk::File(_, bytes) => *bytes,
        };
        self.chunks().iter().map(length).sum()
    }
}

/// Address for reports in API v2. The final slash is necessary: without it the server stores nothing.
pub(crate) fn report_address(origin: &Url) -> Result<Url> {
    below(origin, "/api/v2/feedback_report/")
}

/// Address for reports that every version of Geotrek has, without a final slash. `language` is the language of the
/// server's messages and of its e-mail of acknowledgement.
pub(crate) fn legacy_report_address(origin: &Url, language: &str) -> Result<Url> {
    let is_code = !language.is_empty() && language.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    below(origin, &format!("/api/{}/reports/report", if is_code { language } else { "fr" }))
}

/// Address of the server's version, without a final slash. Geotrek answers it without a database, so it shows whether the
/// application runs.
pub(crate) fn version_address(origin: &Url) -> Result<Url> {
    below(origin, "/api/v2/version")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_equals_that_of_geotreks_site_and_ends_with_the_boundary_alone() {
        let form = ReportForm {
            boundary: "b".into(),
            comment: "l'accès\nest coupé".into(),
            category: Some(2),
            position: Some([6.345_678_9, 44.876_543_2]),
            photos: vec![PhotoPart { path: "x/1.jpg".into(), name: "1.jpg".into(), bytes: 9 }],
            ..ReportForm::default()
        };
        let chunks = form.chunks();
        let BodyChunk::Bytes(head) = &chunks[0] else { panic!() };
        let head = String::from_utf8(head.clone()).unwrap();
        assert!(head.contains("name=\"comment\"\r\n\r\nl'accès\r\nest coupé\r\n--b\r\n"), "{head}");
        assert!(head.contains(r#"{"type": "Point", "coordinates": [6.345678900, 44.876543200]}"#));
        assert!(head.ends_with("name=\"file1\"; filename=\"1.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"));
        assert!(!head.contains("email") && !head.contains("related_trek"));
        assert_eq!(chunks[1], BodyChunk::File("x/1.jpg".into(), 9));
        assert_eq!(chunks.last(), Some(&BodyChunk::Bytes(b"--b--\r\n".to_vec())));
        let bytes: u64 = chunks.iter().map(|p| if let BodyChunk::Bytes(b) = p { b.len() as u64 } else { 9 }).sum();
        assert_eq!(form.content_length(), bytes);
    }

    #[test]
    fn report_addresses_have_the_final_slash_that_each_needs() {
        let origin = Url::parse("https://park.example/").unwrap();
        assert_eq!(report_address(&origin).unwrap().path(), "/api/v2/feedback_report/");
        assert_eq!(legacy_report_address(&origin, "en").unwrap().path(), "/api/en/reports/report");
        assert_eq!(legacy_report_address(&origin, "../x").unwrap().path(), "/api/fr/reports/report");
    }
}
