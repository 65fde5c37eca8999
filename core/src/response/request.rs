//! The headers of a request.

use super::partial::{PartialFile, if_range};
use crate::transfer::{BodyKind, Transfer, Validators};

/// Header names and values for a GET of `transfer`. `partial` is the partial file of an earlier attempt. `accept_gzip` is
/// false if the client negotiates compression itself.
pub(super) fn request_headers(
    transfer: &Transfer,
    partial: Option<&PartialFile>,
    accept_gzip: bool,
) -> Vec<(&'static str, String)> {
    let mut headers = Vec::new();
    match transfer.body {
        BodyKind::Json => {
            headers.push(("accept", "application/json".to_owned()));
            headers.extend(accept_gzip.then(|| ("accept-encoding", "gzip".to_owned())));
        }
        // Ranges count the bytes of the encoded body, and the partial file holds those of the decoded one.
        BodyKind::File | BodyKind::FileSize => headers.push(("accept-encoding", "identity".to_owned())),
    }
    if transfer.body == BodyKind::FileSize {
        // Drivers send GET requests only. A server without ranges tells the size in `Content-Length`.
        headers.push(("range", "bytes=0-0".to_owned()));
    }
    headers.extend(transfer.language.clone().map(|language| ("accept-language", language)));
    let conditions = || {
        let Validators { etag, last_modified } = transfer.validators.clone();
        let etag = etag.map(|etag| ("if-none-match", etag));
        etag.into_iter().chain(last_modified.map(|date| ("if-modified-since", date)))
    };
    if transfer.body == BodyKind::Json {
        headers.extend(conditions());
    } else {
        match partial.and_then(|partial| Some((partial.bytes, partial.if_range()?))).filter(|(bytes, _)| *bytes > 0) {
            Some((bytes, condition)) => {
                headers.push(("range", range_header(transfer, bytes)));
                headers.push(("if-range", condition.to_owned()));
            }
            None if transfer.range.is_some() => {
                headers.push(("range", range_header(transfer, 0)));
                // The other parts are of the version with these validators.
                headers.extend(if_range(&transfer.validators).map(|condition| ("if-range", condition.to_owned())));
            }
            None => headers.extend(conditions()),
        }
    }
    headers
}

/// The value of `Range` for the bytes after the first `have` of the wanted ones.
fn range_header(transfer: &Transfer, have: u64) -> String {
    match transfer.range {
        Some(range) => format!("bytes={}-{}", range.start + have, range.end.saturating_sub(1)),
        None => format!("bytes={have}-"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transfer::ByteRange;

    fn partial(bytes: u64) -> PartialFile {
        let validators = Validators { etag: Some("\"a\"".into()), last_modified: Some("Mon".into()) };
        PartialFile { bytes, total: Some(10), validators }
    }

    fn file_request(partial: Option<&PartialFile>, validators: Validators) -> Vec<(&'static str, String)> {
        let transfer = Transfer { validators, ..Transfer::new(1, "https://park.example/a.jpg", BodyKind::File) };
        let headers = request_headers(&transfer, partial, true);
        headers.into_iter().filter(|(name, _)| *name != "accept-encoding").collect()
    }

    #[test]
    fn partial_file_is_resumed_if_its_validators_can_identify_it() {
        let ranged = vec![("range", "bytes=4-".to_owned()), ("if-range", "\"a\"".to_owned())];
        assert_eq!(file_request(Some(&partial(4)), Validators::default()), ranged);
        let mut weak = partial(4);
        weak.validators.etag = Some("W/\"a\"".into());
        assert_eq!(file_request(Some(&weak), Validators::default())[1].1, "Mon");
        weak.validators.last_modified = None;
        assert_eq!(file_request(Some(&weak), Validators::default()), []);
        let validators = Validators { etag: Some("\"h\"".into()), last_modified: None };
        assert_eq!(file_request(Some(&partial(0)), validators), [("if-none-match", "\"h\"".to_owned())]);
    }

    #[test]
    fn part_of_a_file_is_requested_and_resumed_within_its_range() {
        let range = Some(ByteRange { start: 100, end: 110 });
        let transfer = Transfer { range, ..Transfer::new(1, "https://park.example/a.fgb", BodyKind::File) };
        let range = |partial: Option<&PartialFile>| {
            let headers = request_headers(&transfer, partial, true);
            headers.into_iter().find(|(name, _)| *name == "range").map(|(_, value)| value)
        };
        assert_eq!(range(None).as_deref(), Some("bytes=100-109"));
        assert_eq!(range(Some(&partial(4))).as_deref(), Some("bytes=104-109"));
    }

    #[test]
    fn json_with_validators_is_requested_under_their_condition() {
        let validators = Validators { etag: Some("\"h\"".into()), last_modified: None };
        let transfer = Transfer { validators, ..Transfer::new(1, "https://park.example/a.json", BodyKind::Json) };
        assert!(request_headers(&transfer, None, true).contains(&("if-none-match", "\"h\"".to_owned())));
    }

    #[test]
    fn client_that_decodes_negotiates_compression_itself() {
        let transfer = Transfer::new(1, "https://park.example/api/v2/trek/", BodyKind::Json);
        let encoding = |accept_gzip| {
            let headers = request_headers(&transfer, None, accept_gzip);
            headers.into_iter().find(|(name, _)| *name == "accept-encoding").map(|(_, value)| value)
        };
        assert_eq!((encoding(true).as_deref(), encoding(false)), (Some("gzip"), None));
        let file = Transfer::new(1, "https://park.example/a.jpg", BodyKind::File);
        assert!(request_headers(&file, None, false).contains(&("accept-encoding", "identity".to_owned())));
    }
}
