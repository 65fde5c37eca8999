//! The bytes of one answer on their way to a file: what to ask, what the head of the answer means for what is there
//! already, and the body, unpacked, counted, bounded. No socket: a driver hands over what it hears, so that every driver,
//! and every test, leaves the same on the disk.
//!
//! * `body`: the file that a body goes to.
//! * `partial`: what a file that came in part leaves behind for the next try.

mod body;
mod partial;

use std::path::PathBuf;
use std::sync::Arc;

use self::body::{BodyFile, Packing, Written};
use self::partial::PartFiles;
pub(crate) use self::partial::note_of;
use crate::clock::now_ms;
use crate::error::{Error, Result};
use crate::storage::FileSystem;
use crate::transfer::{
    BodyKind, HeadAction, Outcome, PartialFile, ResponseHead, ResponseMeta, Transfer, Validators, receive, request,
};

/// Bytes that an answer may have, unpacked.
pub const MAX_JSON_BYTES: u64 = 256 << 20;
/// Bytes that a file may have.
pub const MAX_FILE_BYTES: u64 = 64 << 20;
/// Times that one transfer is asked for at once: what is there may not fit what its server has now.
const ASKS: u8 = 2;

/// What a driver does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Ask, with these headers, and hand over the head of the answer.
    Send(Vec<(&'static str, String)>),
    /// Hand over the body, piece by piece, and tell its end.
    Body,
    /// Nothing more: the exchange has ended so.
    Ended(Outcome),
}

/// One transfer on its way into its file, which is replaced only by a whole answer with a 2xx status. Of a file that came
/// in part the bytes stay beside it, and the next intake goes on from there.
#[derive(Debug)]
pub struct ResponseWriter {
    transfer: Transfer,
    files: PartFiles,
    most: u64,
    part: Option<PartialFile>,
    asks: u8,
    receiving: Option<Receiving>,
}

#[derive(Debug)]
struct Receiving {
    file: BodyFile,
    answer: ResponseMeta,
    from: u64,
    total: Option<u64>,
}

impl ResponseWriter {
    /// Takes a transfer in, into `target`; `most` is how many bytes that may have, unpacked.
    pub fn new(transfer: Transfer, target: PathBuf, disk: Arc<dyn FileSystem>, most: u64) -> ResponseWriter {
        let files = PartFiles::new(target, disk);
        ResponseWriter { transfer, files, most, part: None, asks: 0, receiving: None }
    }

    /// What to do first.
    pub fn start(&mut self) -> Result<Step> {
        self.receiving = None;
        self.part = if self.transfer.body == BodyKind::File { self.files.read() } else { None };
        if let Some(part) = self.part.as_ref().filter(|part| part.is_whole()) {
            let answer = ResponseMeta { status: 200, validators: part.validators.clone(), ..ResponseMeta::default() };
            self.files.keep()?;
            return Ok(Step::Ended(Outcome::Response(answer)));
        }
        self.asks += 1;
        if self.asks > ASKS {
            let reason = "the server sends other parts than it was asked for".to_owned();
            return Ok(Step::Ended(Outcome::NetworkError { reason }));
        }
        Ok(Step::Send(request(&self.transfer, self.part.as_ref())))
    }

    /// The head of the answer: its status, and its headers by their names in small letters.
    pub fn on_head(&mut self, status: u16, header: impl Fn(&str) -> Option<String>) -> Result<Step> {
        let header = |name: &str| header(name).map(|value| value.trim().to_owned());
        let answer = ResponseMeta {
            status,
            retry_after_ms: header("retry-after").and_then(|value| retry_after_ms(&value)),
            validators: Validators { etag: header("etag"), last_modified: header("last-modified") },
            date_ms: header("date").and_then(|date| http_date_ms(&date)),
            bytes: 0,
        };
        let packing = Packing::of(header("content-encoding").as_deref());
        let head = ResponseHead {
            status,
            content_range: header("content-range"),
            // The length of what is packed is not that of what it unpacks to.
            content_length: header("content-length")
                .filter(|_| packing == Some(Packing::None))
                .and_then(|length| length.parse().ok()),
            validators: answer.validators.clone(),
        };
        let (from, part) = match receive(self.part.as_ref(), &head) {
            HeadAction::Ignore => return Ok(Step::Ended(Outcome::Response(answer))),
            HeadAction::Restart => {
                self.files.forget();
                return self.start();
            }
            HeadAction::AlreadyComplete => {
                self.files.keep()?;
                return Ok(Step::Ended(Outcome::Response(ResponseMeta { status: 200, ..answer })));
            }
            HeadAction::Write { from, part } => (from, part),
        };
        let Some(packing) = packing else {
            let reason = "the server packs its answer in a way that was not asked for".to_owned();
            return Ok(Step::Ended(Outcome::Rejected { reason }));
        };
        if part.total.is_some_and(|total| total > self.most) {
            return Ok(Step::Ended(too_long(self.most)));
        }
        if self.transfer.body == BodyKind::File && packing == Packing::None {
            self.files.note(&part)?;
        }
        let file = BodyFile::new(self.files.open(from)?, packing, self.most.saturating_sub(from));
        let answer = ResponseMeta { status: 200, validators: part.validators, ..answer };
        self.receiving = Some(Receiving { file, answer, from, total: part.total });
        Ok(Step::Body)
    }

    /// A piece of the body, as it came.
    pub fn write_chunk(&mut self, piece: &[u8]) -> Result<Step> {
        let Some(receiving) = &mut self.receiving else { return Err(Error::internal("a body without a head")) };
        receiving.answer.bytes += piece.len() as u64;
        Ok(match receiving.file.write(piece)? {
            Written::On => Step::Body,
            Written::TooLong => Step::Ended(too_long(self.most)),
            Written::Broken => Step::Ended(cut()),
        })
    }

    /// The end of the body: of a whole one the file has its name now.
    pub fn finish(&mut self) -> Result<Outcome> {
        let Some(Receiving { file, answer, from, total }) = self.receiving.take() else {
            return Err(Error::internal("a body without a head"));
        };
        let Some(bytes) = file.finish(self.transfer.body == BodyKind::File)? else { return Ok(cut()) };
        if total.is_some_and(|total| from + bytes != total) {
            return Ok(cut());
        }
        self.files.keep()?;
        Ok(Outcome::Response(answer))
    }

    /// The exchange is over: nothing stays of what cannot be used again. Gives back how it ended.
    pub fn abort(mut self, ended: Result<Outcome>) -> Result<Outcome> {
        self.receiving = None;
        if self.transfer.body == BodyKind::Json || matches!(ended, Err(Error::StorageFull)) {
            // Nothing of an answer can be used again, and a full disk needs its room.
            self.files.forget();
        }
        ended
    }
}

/// Milliseconds that `Retry-After` asks for, which says seconds or a date; 0 for one that is past.
pub fn retry_after_ms(value: &str) -> Option<u64> {
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(seconds.saturating_mul(1_000));
    }
    let date = http_date_ms(value)?;
    Some(u64::try_from(date).ok()?.saturating_sub(u64::try_from(now_ms()).ok()?))
}

/// Unix ms of `Wed, 21 Oct 2015 07:28:00 GMT`.
fn http_date_ms(date: &str) -> Option<i64> {
    Some(jiff::fmt::rfc2822::parse(date).ok()?.timestamp().as_millisecond())
}

fn too_long(most: u64) -> Outcome {
    Outcome::Rejected { reason: format!("the answer is longer than {most} bytes") }
}

/// The answer ended before its end.
pub fn cut() -> Outcome {
    Outcome::NetworkError { reason: "the answer was cut".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_to_come_back_at_is_understood() {
        assert_eq!(retry_after_ms("7"), Some(7_000));
        assert_eq!(retry_after_ms("Wed, 21 Oct 2015 07:28:00 GMT"), Some(0), "it is past");
        assert_eq!(retry_after_ms("soon"), None);
    }
}
