//! A field report as Geotrek takes it: `multipart/form-data` (RFC 7578), the same bytes at each attempt. Tolerant in, exact
//! out: the server stores whatever it gets, so what is written here is what its own site would write.

use std::path::PathBuf;

use url::Url;

use crate::error::{Error, Result};
use crate::model::Id;

/// One photo on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoPart {
    /// Where it lies; a JPEG.
    pub path: PathBuf,
    /// Its name there: one that no other phone uses, as the server mixes up files of one name.
    pub name: String,
    /// Its bytes.
    pub bytes: u64,
}

/// What a report says, in the server's words.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReportForm {
    /// Separates the parts; must not occur in them.
    pub boundary: String,
    /// Text, plain: the server escapes it.
    pub comment: String,
    /// E-mail address; empty for none.
    pub email: String,
    /// Vocabulary `feedback_activity`.
    pub activity: Option<Id>,
    /// Vocabulary `feedback_category`.
    pub category: Option<Id>,
    /// Vocabulary `feedback_magnitude`.
    pub magnitude: Option<Id>,
    /// Trek, by its number.
    pub trek: Option<Id>,
    /// Longitude, latitude: never an elevation, which the server's database refuses.
    pub position: Option<[f64; 2]>,
    /// Photos, in order.
    pub photos: Vec<PhotoPart>,
}

/// A piece of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyChunk {
    /// These bytes.
    Bytes(Vec<u8>),
    /// The bytes of this file.
    File(PathBuf, u64),
}

impl ReportForm {
    /// `Content-Type` of the request.
    pub fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    /// The body, piece by piece. The last one is only the end mark: until it has left, no server has the report.
    pub fn pieces(&self) -> Vec<BodyChunk> {
        let boundary = &self.boundary;
        let mut pieces = Vec::new();
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
            // An empty place is an error of the server's own: it is left out.
            ("geom", position.unwrap_or_default()),
        ];
        for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
            text.push_str(&format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            ));
        }
        for (index, photo) in self.photos.iter().enumerate() {
            // A field of its own: of two files under one name the server keeps the last.
            text.push_str(&format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"file{}\"; filename=\"{}\"\r\n\
                 Content-Type: image/jpeg\r\n\r\n",
                index + 1,
                photo.name
            ));
            pieces.push(BodyChunk::Bytes(std::mem::take(&mut text).into_bytes()));
            pieces.push(BodyChunk::File(photo.path.clone(), photo.bytes));
            text.push_str("\r\n");
        }
        if !text.is_empty() {
            pieces.push(BodyChunk::Bytes(text.into_bytes()));
        }
        pieces.push(BodyChunk::Bytes(format!("--{boundary}--\r\n").into_bytes()));
        pieces
    }

    /// Bytes of the body.
    pub fn content_length(&self) -> u64 {
        let length = |piece: &BodyChunk| match piece {
            BodyChunk::Bytes(bytes) => bytes.len() as u64,
            BodyChunk::File(_, bytes) => *bytes,
        };
        self.pieces().iter().map(length).sum()
    }
}

/// Where a server takes reports: the address of API v2, with the slash without which nothing is stored.
pub fn report_address(origin: &Url) -> Result<Url> {
    join(origin, "/api/v2/feedback_report/")
}

/// Where every version of a server takes reports, without a slash. `language` is that of its messages and of the mail of
/// acknowledgement.
pub fn legacy_report_address(origin: &Url, language: &str) -> Result<Url> {
    let is_code = !language.is_empty() && language.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    join(origin, &format!("/api/{}/reports/report", if is_code { language } else { "fr" }))
}

fn join(origin: &Url, path: &str) -> Result<Url> {
    origin.join(path).map_err(|_| Error::invalid("url", "a web address with a host"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_what_geotreks_own_site_sends_and_its_last_piece_is_the_end_mark() {
        let form = ReportForm {
            boundary: "b".into(),
            comment: "l'accès\nest coupé".into(),
            category: Some(2),
            position: Some([6.345_678_9, 44.876_543_2]),
            photos: vec![PhotoPart { path: "x/1.jpg".into(), name: "1.jpg".into(), bytes: 9 }],
            ..ReportForm::default()
        };
        let pieces = form.pieces();
        let BodyChunk::Bytes(head) = &pieces[0] else { panic!() };
        let head = String::from_utf8(head.clone()).unwrap();
        assert!(head.contains("name=\"comment\"\r\n\r\nl'accès\r\nest coupé\r\n--b\r\n"), "{head}");
        assert!(head.contains(r#"{"type": "Point", "coordinates": [6.345678900, 44.876543200]}"#));
        assert!(head.ends_with("name=\"file1\"; filename=\"1.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"));
        assert!(!head.contains("email") && !head.contains("related_trek"));
        assert_eq!(pieces[1], BodyChunk::File("x/1.jpg".into(), 9));
        assert_eq!(pieces.last(), Some(&BodyChunk::Bytes(b"--b--\r\n".to_vec())));
        let bytes: u64 = pieces.iter().map(|p| if let BodyChunk::Bytes(b) = p { b.len() as u64 } else { 9 }).sum();
        assert_eq!(form.content_length(), bytes);
    }

    #[test]
    fn addresses_have_the_slash_that_each_wants() {
        let origin = Url::parse("https://park.example/").unwrap();
        assert_eq!(report_address(&origin).unwrap().path(), "/api/v2/feedback_report/");
        assert_eq!(legacy_report_address(&origin, "en").unwrap().path(), "/api/en/reports/report");
        assert_eq!(legacy_report_address(&origin, "../x").unwrap().path(), "/api/fr/reports/report");
    }
}
