//! The headers of a response, and whether the partial file on the disk is resumed or replaced.

use super::body::Encoding;
use super::partial::PartialFile;
use crate::transfer::{ByteRange, ResponseMeta, Validators};

/// The headers of a response. Names may have any case; the first of several equal names counts.
pub(crate) struct Headers<'h>(Vec<(&'h str, &'h str)>);

impl<'h> Headers<'h> {
    pub(crate) fn new(headers: impl IntoIterator<Item = (&'h str, &'h str)>) -> Headers<'h> {
        Headers(headers.into_iter().collect())
    }

    /// The value of a header, without surrounding white space.
    pub(crate) fn get(&self, wanted: &str) -> Option<&'h str> {
        self.0.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim())
    }

    /// `Date`, Unix ms.
    fn date_ms(&self) -> Option<i64> {
        self.get("date").and_then(http_date_ms)
    }

    /// The pause that `Retry-After` asks for, in milliseconds; `None` without the header and for an invalid value. A date is
    /// compared with the `Date` of the response if it has one, because the clock of the device (`now_ms`, Unix ms) may be
    /// wrong.
    pub(crate) fn retry_after_ms(&self, now_ms: i64) -> Option<u64> {
        retry_after_ms(self.get("retry-after")?, self.date_ms().unwrap_or(now_ms))
    }
}

/// The status and the headers of a response that Jalon reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ResponseHead {
    pub(super) status: u16,
    /// `Content-Range`.
    pub(super) content_range: Option<String>,
    /// Length of the decoded body, if it is known.
    pub(super) content_length: Option<u64>,
    /// Whether `Content-Type` is that of a web page.
    pub(super) is_html: bool,
    /// `None` for an encoding that Jalon cannot decode.
    pub(super) encoding: Option<Encoding>,
    pub(super) validators: Validators,
    pub(super) retry_after_ms: Option<u64>,
    /// `Date`, Unix ms.
    pub(super) date_ms: Option<i64>,
}

impl ResponseHead {
    /// Reads headers. `is_decoded` is true if the client has removed the content encoding, `now_ms` is the wall time (Unix ms).
    pub(super) fn new<'h>(
        status: u16,
        headers: impl IntoIterator<Item = (&'h str, &'h str)>,
        is_decoded: bool,
        now_ms: i64,
    ) -> ResponseHead {
        let headers = Headers::new(headers);
        let header = |wanted: &str| headers.get(wanted);
        let is_encoded = header("content-encoding").is_some();
        let encoding = if is_decoded { Some(Encoding::Identity) } else { Encoding::parse(header("content-encoding")) };
        // `Content-Length` counts encoded bytes.
        let has_length = if is_decoded { !is_encoded } else { encoding == Some(Encoding::Identity) };
        ResponseHead {
            status,
            content_range: header("content-range").map(str::to_owned),
            content_length: header("content-length").filter(|_| has_length).and_then(|length| length.parse().ok()),
            is_html: header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/html")),
            encoding,
            validators: Validators {
                etag: header("etag").map(str::to_owned),
                last_modified: header("last-modified").map(str::to_owned),
            },
            retry_after_ms: headers.retry_after_ms(now_ms),
            date_ms: headers.date_ms(),
        }
    }

    /// The response's metadata, stored beside its body.
    pub(super) fn meta(&self) -> ResponseMeta {
        ResponseMeta {
            status: self.status,
            retry_after_ms: self.retry_after_ms,
            validators: self.validators.clone(),
            date_ms: self.date_ms,
            file_bytes: None,
            bytes: 0,
        }
    }

    /// The metadata of the response to a request for the size of a file. A web page in its place has another size.
    pub(super) fn size_meta(&self) -> ResponseMeta {
        let total = self.content_range.as_deref().and_then(parse_content_range).and_then(|(_, total)| total);
        let file_bytes = match self.status {
            206 => total,
            200 if !self.is_html => self.content_length,
            _ => None,
        };
        let status = if self.status == 206 { 200 } else { self.status };
        ResponseMeta { status, file_bytes, ..self.meta() }
    }

    /// The action for the body, given the wanted part of the file and the partial file of an earlier attempt.
    pub(super) fn action(&self, range: Option<ByteRange>, partial: Option<&PartialFile>) -> HeadAction {
        let content_range = self.content_range.as_deref().and_then(parse_content_range);
        if let Some(range) = range {
            return self.range_action(range, content_range, partial);
        }
        match self.status {
            206 => {
                let Some(partial) = partial.filter(|partial| partial.bytes > 0) else { return HeadAction::Restart };
                let is_same_tag = !differ(&partial.validators.etag, &self.validators.etag);
                match content_range {
                    Some((Some(first), total))
                        if first == partial.bytes && is_same_tag && !differ(&partial.total, &total) =>
                    {
                        let total = total.or(partial.total);
                        let partial = PartialFile { bytes: 0, total, validators: partial.validators.clone() };
                        HeadAction::Write { from: first, partial }
                    }
                    _ => HeadAction::Restart,
                }
            }
            416 => match (partial, content_range) {
                (Some(partial), Some((None, Some(total)))) if total == partial.bytes && total > 0 => {
                    HeadAction::AlreadyComplete
                }
                (Some(_), _) => HeadAction::Restart,
                (None, _) => HeadAction::Ignore,
            },
            200 => {
                let partial = PartialFile { bytes: 0, total: self.content_length, validators: self.validators.clone() };
                HeadAction::Write { from: 0, partial }
            }
            _ => HeadAction::Ignore,
        }
    }

    /// The action for the body of a request for a part of a file.
    fn range_action(
        &self,
        range: ByteRange,
        content_range: Option<(Option<u64>, Option<u64>)>,
        partial: Option<&PartialFile>,
    ) -> HeadAction {
        let have = partial.map_or(0, |partial| partial.bytes);
        let is_same_tag = partial.is_none_or(|partial| !differ(&partial.validators.etag, &self.validators.etag));
        match (self.status, content_range) {
            (206, Some((Some(first), total))) if first == range.start + have && is_same_tag => {
                // The file may end within the range.
                let end = total.map_or(range.end, |total| total.clamp(range.start, range.end));
                let total = Some(end - range.start);
                let partial = PartialFile { bytes: 0, total, validators: self.validators.clone() };
                HeadAction::Write { from: have, partial }
            }
            // The rest was requested under a condition: the file has changed.
            (200 | 206 | 416, _) if have > 0 => HeadAction::Restart,
            (200 | 206, _) => HeadAction::NoRange,
            _ => HeadAction::Ignore,
        }
    }
}

/// The action that the head of a response calls for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum HeadAction {
    /// Write the body from byte `from` on, and discard what the file has beyond.
    Write {
        from: u64,
        /// The metadata to store before the first byte is written; its `bytes` is 0.
        partial: PartialFile,
    },
    /// The partial file is complete.
    AlreadyComplete,
    /// The server did not send the part of the file that was requested.
    NoRange,
    /// There is nothing to write: the status is the result.
    Ignore,
    /// The partial file does not match: discard it and request again.
    Restart,
}

/// Whether both are known and are not the same.
fn differ<T: PartialEq>(before: &Option<T>, now: &Option<T>) -> bool {
    matches!((before, now), (Some(before), Some(now)) if before != now)
}

/// First byte and total of `bytes 3-9/10`; a star stands for an unknown one.
fn parse_content_range(value: &str) -> Option<(Option<u64>, Option<u64>)> {
    let (range, total) = value.trim().strip_prefix("bytes")?.trim_start().split_once('/')?;
    let total = total.trim().parse().ok();
    match range.trim() {
        "*" => Some((None, total)),
        range => Some((Some(range.split_once('-')?.0.trim().parse().ok()?), total)),
    }
}

/// Milliseconds that a `Retry-After` value asks for, which is in seconds or an HTTP date; 0 for a date before `now_ms`
/// (Unix ms), `None` if it is neither.
fn retry_after_ms(value: &str, now_ms: i64) -> Option<u64> {
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(seconds.saturating_mul(1_000));
    }
    let date_ms = http_date_ms(value)?;
    Some(u64::try_from(date_ms).ok()?.saturating_sub(u64::try_from(now_ms).ok()?))
}

/// Unix ms of `Wed, 21 Oct 2015 07:28:00 GMT`.
fn http_date_ms(date: &str) -> Option<i64> {
    Some(jiff::fmt::rfc2822::parse(date).ok()?.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partial(bytes: u64) -> PartialFile {
        let validators = Validators { etag: Some("\"a\"".into()), last_modified: Some("Mon".into()) };
        PartialFile { bytes, total: Some(10), validators }
    }

    fn head(status: u16, range: Option<&str>, etag: &str) -> ResponseHead {
        let range = range.map(|range| ("Content-Range", range));
        ResponseHead::new(status, [("Content-Length", "10"), ("ETag", etag)].into_iter().chain(range), false, 0)
    }

    #[test]
    fn partial_response_is_appended_only_to_the_file_it_belongs_to() {
        let rest = HeadAction::Write { from: 4, partial: partial(0) };
        assert_eq!(head(206, Some("bytes 4-9/10"), "\"a\"").action(None, Some(&partial(4))), rest);
        for (range, etag) in [
            (Some("bytes 3-9/10"), "\"a\""),
            (Some("bytes 4-9/11"), "\"a\""),
            (Some("bytes 4-9/10"), "\"b\""),
            (Some("lines 4-9/10"), "\"a\""),
            (None, "\"a\""),
        ] {
            let action = head(206, range, etag).action(None, Some(&partial(4)));
            assert_eq!(action, HeadAction::Restart, "{range:?} {etag}");
        }
        let unrequested = head(206, Some("bytes 0-9/10"), "\"a\"");
        assert_eq!(unrequested.action(None, None), HeadAction::Restart, "no range was requested");
    }

    #[test]
    fn changed_file_replaces_the_partial_one_and_a_complete_one_stays() {
        match head(200, None, "\"b\"").action(None, Some(&partial(4))) {
            HeadAction::Write { from: 0, partial } => assert_eq!(partial.validators.etag.as_deref(), Some("\"b\"")),
            other => panic!("{other:?}"),
        }
        let unsatisfiable = |range| head(416, Some(range), "\"a\"").action(None, Some(&partial(10)));
        assert_eq!(unsatisfiable("bytes */10"), HeadAction::AlreadyComplete);
        assert_eq!(unsatisfiable("bytes */9"), HeadAction::Restart);
        assert_eq!(head(304, None, "\"a\"").action(None, Some(&partial(4))), HeadAction::Ignore);
        assert!(partial(10).is_complete() && !partial(9).is_complete());
    }

    #[test]
    fn part_of_a_file_is_written_only_where_the_server_sends_that_part() {
        let range = Some(ByteRange { start: 100, end: 110 });
        let write = |from| HeadAction::Write { from, partial: partial(0) };
        let action = |status, sent, partial: Option<&PartialFile>| {
            let HeadAction::Write { from, partial } = head(status, sent, "\"a\"").action(range, partial) else {
                return head(status, sent, "\"a\"").action(range, partial);
            };
            let validators = Validators { last_modified: Some("Mon".into()), ..partial.validators };
            HeadAction::Write { from, partial: PartialFile { validators, ..partial } }
        };
        assert_eq!(action(206, Some("bytes 100-109/500"), None), write(0));
        assert_eq!(action(206, Some("bytes 104-109/500"), Some(&partial(4))), write(4));
        assert_eq!(action(206, Some("bytes 0-9/500"), None), HeadAction::NoRange);
        assert_eq!(action(200, None, None), HeadAction::NoRange);
        assert_eq!(action(200, None, Some(&partial(4))), HeadAction::Restart, "the file has changed");
        assert_eq!(action(416, Some("bytes */50"), None), HeadAction::Ignore);
    }

    #[test]
    fn size_is_that_of_the_range_or_of_the_whole_file() {
        let size = |status, headers: &[(&'static str, &'static str)]| {
            let meta = ResponseHead::new(status, headers.iter().copied(), false, 0).size_meta();
            (meta.status, meta.file_bytes)
        };
        assert_eq!(size(206, &[("Content-Length", "1"), ("Content-Range", "bytes 0-0/70")]), (200, Some(70)));
        assert_eq!(size(206, &[("Content-Length", "1"), ("Content-Range", "bytes 0-0/*")]), (200, None));
        assert_eq!(size(200, &[("Content-Length", "70"), ("Content-Type", "application/pdf")]), (200, Some(70)));
        assert_eq!(size(200, &[("Content-Length", "70"), ("Content-Type", "text/HTML; charset=utf-8")]), (200, None));
        assert_eq!(size(200, &[]), (200, None));
        assert_eq!(size(404, &[("Content-Length", "70")]), (404, None));
    }

    #[test]
    fn content_length_of_an_encoded_body_is_ignored() {
        let length = |encoding: Option<&str>, is_decoded| {
            let encoding = encoding.map(|encoding| ("Content-Encoding", encoding));
            let headers = [("content-LENGTH", " 10 ")].into_iter().chain(encoding);
            ResponseHead::new(200, headers, is_decoded, 0).content_length
        };
        assert_eq!((length(None, false), length(None, true)), (Some(10), Some(10)));
        assert_eq!((length(Some("gzip"), false), length(Some("gzip"), true)), (None, None));
    }

    #[test]
    fn retry_after_date_is_relative_to_the_date_of_the_response() {
        let headers = [("Retry-After", "Fri, 14 Jul 2017 02:41:00 GMT"), ("Date", "Fri, 14 Jul 2017 02:40:00 GMT")];
        assert_eq!(ResponseHead::new(503, headers, false, 0).retry_after_ms, Some(60_000));
    }

    #[test]
    fn retry_after_takes_seconds_and_dates() {
        let now_ms = 1_500_000_000_000;
        assert_eq!(retry_after_ms("7", now_ms), Some(7_000));
        assert_eq!(retry_after_ms("Wed, 21 Oct 2015 07:28:00 GMT", now_ms), Some(0), "the date has passed");
        assert_eq!(retry_after_ms("Fri, 14 Jul 2017 02:41:00 GMT", now_ms), Some(60_000));
        assert_eq!(retry_after_ms("soon", now_ms), None);
    }
}
