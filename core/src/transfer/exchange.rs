//! What one request says, and what its answer means for the bytes that are there already. Files come in ranges (RFC 9110,
//! 13 and 14): `If-Range` makes the server send the rest of the same file, or the whole of the new one.

use serde::{Deserialize, Serialize};

use super::{BodyKind, Transfer, Validators};

/// What is there of a file that came in part. A driver keeps it beside the bytes, and writes it before the first of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartialFile {
    /// How many bytes are there.
    #[serde(skip)]
    pub bytes: u64,
    /// How many there are in all, where the server told.
    pub total: Option<u64>,
    /// Of which state of the file they are.
    pub validators: Validators,
}

impl PartialFile {
    /// What `If-Range` can say: it wants a strong tag, or else a date.
    fn condition(&self) -> Option<&str> {
        let strong = self.validators.etag.as_deref().filter(|etag| etag.starts_with('"'));
        strong.or(self.validators.last_modified.as_deref())
    }

    /// Whether all of it is there: the process died between the last byte and its word.
    pub fn is_whole(&self) -> bool {
        self.total.is_some_and(|total| total > 0 && total == self.bytes)
    }
}

/// The headers of a request, by name and value. `part` is what came before, if anything did.
pub fn request(transfer: &Transfer, part: Option<&PartialFile>) -> Vec<(&'static str, String)> {
    let mut headers = Vec::new();
    match transfer.body {
        BodyKind::Json => {
            headers.push(("accept", "application/json".to_owned()));
            headers.push(("accept-encoding", "gzip".to_owned()));
        }
        BodyKind::File => {
            // A range is one of the bytes that are kept, so nothing may pack them.
            headers.push(("accept-encoding", "identity".to_owned()));
        }
    }
    headers.extend(transfer.language.clone().map(|language| ("accept-language", language)));
    if transfer.body == BodyKind::File {
        match part.and_then(|part| Some((part.bytes, part.condition()?))).filter(|(bytes, _)| *bytes > 0) {
            Some((bytes, condition)) => {
                headers.push(("range", format!("bytes={bytes}-")));
                headers.push(("if-range", condition.to_owned()));
            }
            None => {
                headers.extend(transfer.validators.etag.clone().map(|etag| ("if-none-match", etag)));
                headers.extend(transfer.validators.last_modified.clone().map(|date| ("if-modified-since", date)));
            }
        }
    }
    headers
}

/// What the head of an answer says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResponseHead {
    /// HTTP status.
    pub status: u16,
    /// `Content-Range`.
    pub content_range: Option<String>,
    /// `Content-Length`.
    pub content_length: Option<u64>,
    /// What to ask by later.
    pub validators: Validators,
}

/// What to do with the body of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeadAction {
    /// Write it from this byte on; whatever is there beyond goes. The part that this makes is told, with no bytes yet.
    Write {
        /// The first byte.
        from: u64,
        /// What is to be noted before the first byte is written.
        part: PartialFile,
    },
    /// All is there already.
    AlreadyComplete,
    /// There is nothing to write: the answer is its status.
    Ignore,
    /// What is there does not fit: throw it away and ask again.
    Restart,
}

/// Judges the head of an answer to [`request`].
pub fn receive(part: Option<&PartialFile>, head: &ResponseHead) -> HeadAction {
    match head.status {
        206 => {
            let Some(part) = part.filter(|part| part.bytes > 0) else { return HeadAction::Restart };
            let range = head.content_range.as_deref().and_then(content_range);
            let same_tag = match (&part.validators.etag, &head.validators.etag) {
                (Some(before), Some(now)) => before == now,
                _ => true,
            };
            match range {
                Some((Some(first), total)) if first == part.bytes && same_tag && fits(part.total, total) => {
                    let part =
                        PartialFile { bytes: 0, total: total.or(part.total), validators: part.validators.clone() };
                    HeadAction::Write { from: first, part }
                }
                _ => HeadAction::Restart,
            }
        }
        416 => match (part, head.content_range.as_deref().and_then(content_range)) {
            (Some(part), Some((None, Some(total)))) if total == part.bytes && total > 0 => HeadAction::AlreadyComplete,
            (Some(_), _) => HeadAction::Restart,
            (None, _) => HeadAction::Ignore,
        },
        200 => {
            let part = PartialFile { bytes: 0, total: head.content_length, validators: head.validators.clone() };
            HeadAction::Write { from: 0, part }
        }
        _ => HeadAction::Ignore,
    }
}

fn fits(known: Option<u64>, told: Option<u64>) -> bool {
    match (known, told) {
        (Some(known), Some(told)) => known == told,
        _ => true,
    }
}

/// First byte and total of `bytes 3-9/10`; a star stands for what is not known.
fn content_range(value: &str) -> Option<(Option<u64>, Option<u64>)> {
    let (range, total) = value.trim().strip_prefix("bytes")?.trim_start().split_once('/')?;
    let total = total.trim().parse().ok();
    match range.trim() {
        "*" => Some((None, total)),
        range => Some((Some(range.split_once('-')?.0.trim().parse().ok()?), total)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(bytes: u64) -> PartialFile {
        let validators = Validators { etag: Some("\"a\"".into()), last_modified: Some("Mon".into()) };
        PartialFile { bytes, total: Some(10), validators }
    }

    fn head(status: u16, range: Option<&str>, etag: &str) -> ResponseHead {
        let validators = Validators { etag: Some(etag.to_owned()), last_modified: None };
        ResponseHead { status, content_range: range.map(str::to_owned), content_length: Some(10), validators }
    }

    fn asked(part: Option<&PartialFile>, validators: Validators) -> Vec<(&'static str, String)> {
        let transfer = Transfer { validators, ..Transfer::new(1, "https://park.example/a.jpg", BodyKind::File) };
        request(&transfer, part).into_iter().filter(|(name, _)| *name != "accept-encoding").collect()
    }

    #[test]
    fn a_part_is_asked_on_from_where_it_ends_if_it_can_be_told_from_another() {
        let ranged = vec![("range", "bytes=4-".to_owned()), ("if-range", "\"a\"".to_owned())];
        assert_eq!(asked(Some(&part(4)), Validators::default()), ranged);
        let mut weak = part(4);
        weak.validators.etag = Some("W/\"a\"".into());
        assert_eq!(asked(Some(&weak), Validators::default())[1].1, "Mon");
        weak.validators.last_modified = None;
        assert_eq!(asked(Some(&weak), Validators::default()), []);
        let validators = Validators { etag: Some("\"h\"".into()), last_modified: None };
        assert_eq!(asked(Some(&part(0)), validators), [("if-none-match", "\"h\"".to_owned())]);
    }

    #[test]
    fn the_rest_is_added_only_to_what_it_is_the_rest_of() {
        let rest = HeadAction::Write { from: 4, part: part(0) };
        assert_eq!(receive(Some(&part(4)), &head(206, Some("bytes 4-9/10"), "\"a\"")), rest);
        for (range, etag) in [
            (Some("bytes 3-9/10"), "\"a\""),
            (Some("bytes 4-9/11"), "\"a\""),
            (Some("bytes 4-9/10"), "\"b\""),
            (Some("lines 4-9/10"), "\"a\""),
            (None, "\"a\""),
        ] {
            assert_eq!(receive(Some(&part(4)), &head(206, range, etag)), HeadAction::Restart, "{range:?} {etag}");
        }
        assert_eq!(
            receive(None, &head(206, Some("bytes 0-9/10"), "\"a\"")),
            HeadAction::Restart,
            "nobody asked for it"
        );
    }

    #[test]
    fn a_new_file_replaces_what_was_there_and_one_that_is_whole_stays() {
        match receive(Some(&part(4)), &head(200, None, "\"b\"")) {
            HeadAction::Write { from: 0, part } => assert_eq!(part.validators.etag.as_deref(), Some("\"b\"")),
            other => panic!("{other:?}"),
        }
        assert_eq!(receive(Some(&part(10)), &head(416, Some("bytes */10"), "\"a\"")), HeadAction::AlreadyComplete);
        assert_eq!(receive(Some(&part(10)), &head(416, Some("bytes */9"), "\"a\"")), HeadAction::Restart);
        assert_eq!(receive(Some(&part(4)), &head(304, None, "\"a\"")), HeadAction::Ignore);
        assert!(part(10).is_whole() && !part(9).is_whole());
    }
}
