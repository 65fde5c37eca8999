//! HTTP over a socket, one exchange a connection: a request is read, and an answer written byte by byte. No library does
//! it, as none would send a wrong length, stop in the middle of a head, or say how many bytes have left.

use std::ops::Range;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Answer;
use super::faults::Fault;
use super::reply::Reply;

/// The bytes of a chunk, and the most written at once.
const CHUNK: usize = 16 * 1024;

/// A request.
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    /// Its body, without the highlights of chunks; empty for one that only reads.
    pub(super) body: Vec<u8>,
}

impl Asked {
    /// Path and query.
    pub(super) fn target(&self) -> String {
        self.uri.path_and_query().map_or("/", |whole| whole.as_str()).to_owned()
    }
}

/// How many bytes a body has.
#[derive(Clone, Copy)]
pub(super) enum Length {
    Known(usize),
    /// As many as its chunks say.
    Chunks,
}

/// A request, the bytes of its head and the length of its body; none inside while the head is not whole, none when it is
/// no request.
pub(super) fn parse(bytes: &[u8]) -> Option<Option<(Asked, usize, Length)>> {
    let mut fields = [httparse::EMPTY_HEADER; 64];
    let mut request = httparse::Request::new(&mut fields);
    let httparse::Status::Complete(head) = request.parse(bytes).ok()? else { return Some(None) };
    let mut headers = HeaderMap::new();
    for field in request.headers.iter() {
        headers.append(HeaderName::from_bytes(field.name.as_bytes()).ok()?, HeaderValue::from_bytes(field.value).ok()?);
    }
    let chunks = headers.get("transfer-encoding").is_some_and(|coding| coding == "chunked");
    let body = headers.get("content-length").map_or(Some(0), |length| length.to_str().ok()?.parse().ok())?;
    let length = if chunks { Length::Chunks } else { Length::Known(body) };
    let asked =
        Asked { method: request.method?.parse().ok()?, uri: request.path?.parse().ok()?, headers, body: Vec::new() };
    Some(Some((asked, head, length)))
}

/// An answer as it goes over the wire.
pub(super) struct Wire {
    bytes: Vec<u8>,
    head: usize,
    /// Where the body's own bytes are, between the highlights of chunks.
    body: Vec<Range<usize>>,
    /// Where the connection is closed, when not at the end.
    end: usize,
    /// Whether it falls silent there instead.
    silent: bool,
    drip: Option<(usize, Duration)>,
    endless: bool,
}

impl Wire {
    /// Writes an answer down, with what is wrong in it.
    pub(super) fn new(reply: &Reply, method: &Method, faults: &[Fault]) -> Self {
        let endless = faults.contains(&Fault::Endless);
        let off = faults.iter().find_map(|fault| if let Fault::WrongLength(off) = fault { Some(*off) } else { None });
        let chunked = endless || (reply.chunked && off.is_none());
        let mut bytes = head(reply, chunked, off.unwrap_or(0));
        let head = bytes.len();
        let mut body = Vec::new();
        if method == Method::HEAD || endless {
        } else if chunked {
            for chunk in reply.body.chunks(CHUNK) {
                bytes.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
                body.push(bytes.len()..bytes.len() + chunk.len());
                bytes.extend(chunk);
                bytes.extend(b"\r\n");
            }
            bytes.extend(b"0\r\n\r\n");
        } else {
            body.push(head..head + reply.body.len());
            bytes.extend(&reply.body);
        }
        let whole = bytes.len();
        let mut wire = Self { bytes, head, body, end: whole, silent: false, drip: None, endless };
        for fault in faults {
            match fault {
                Fault::CutBody(at) => wire.end = wire.end.min(wire.place(*at)),
                Fault::CutWire(at) => wire.end = wire.end.min(*at),
                Fault::Stall(at) => {
                    wire.end = wire.end.min(wire.place(*at));
                    wire.silent = true;
                }
                Fault::Drip { bytes, pause } => wire.drip = Some(((*bytes).max(1), *pause)),
                _ => {}
            }
        }
        wire
    }

    /// The bytes of the head.
    pub(super) fn head(&self) -> usize {
        self.head
    }

    /// Where so many bytes of the body have gone; the end when there are no more of them.
    fn place(&self, mut body: usize) -> usize {
        for part in &self.body {
            if body < part.len() {
                return part.start + body;
            }
            body -= part.len();
        }
        self.bytes.len()
    }

    /// The bytes of the body among the first of the wire.
    fn sent(&self, at: usize) -> usize {
        self.body.iter().map(|part| part.end.min(at).saturating_sub(part.start)).sum()
    }

    /// What would arrive, without a socket; none when the head does not.
    pub(super) fn answer(self, reply: Reply, delay: Duration) -> Option<Answer> {
        if self.end < self.head {
            return None;
        }
        let head = String::from_utf8_lossy(&self.bytes[..self.head]);
        let fields = head.lines().filter_map(|line| line.split_once(": "));
        let headers: Vec<(String, String)> = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let parts = self.body.iter().map(|part| &self.bytes[part.start.min(self.end)..part.end.min(self.end)]);
        let mut body = parts.collect::<Vec<_>>().concat();
        let promised =
            headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, length)| length.parse().ok());
        // Who reads takes no more than what was promised.
        body.truncate(promised.unwrap_or(usize::MAX));
        let short = promised.is_some_and(|promised: usize| body.len() < promised) && !self.body.is_empty();
        let whole = self.end == self.bytes.len() && !short && !self.endless;
        Some(Answer { status: reply.status, headers, body, whole, delay })
    }

    /// Sends it. `count` is told the bytes of the body that have left, and whether they are the last, before they leave, so
    /// that whoever got them finds them counted.
    pub(super) async fn send(self, stream: &mut TcpStream, count: impl Fn(usize, bool)) {
        let mut at = 0;
        let ends = !self.silent && !self.endless;
        if self.end == 0 && ends {
            count(0, true);
        }
        while at < self.end {
            let step = match self.drip {
                Some((bytes, pause)) if at >= self.head => {
                    tokio::time::sleep(pause).await;
                    bytes
                }
                Some(_) => self.head,
                None => CHUNK,
            };
            let next = self.end.min(at + step);
            count(self.sent(next), ends && next == self.end);
            if stream.write_all(&self.bytes[at..next]).await.is_err() {
                count(self.sent(at), true);
                return;
            }
            at = next;
        }
        if self.endless {
            let chunk = [&b"400\r\n"[..], &[b' '; 1024], b"\r\n"].concat();
            let mut sent = 0;
            loop {
                tokio::time::sleep(Duration::from_millis(5)).await;
                sent += 1024;
                count(sent, false);
                if stream.write_all(&chunk).await.is_err() {
                    return;
                }
            }
        }
        if self.silent {
            // Until the other one has enough of it.
            stream.read_u8().await.ok();
        }
        stream.shutdown().await.ok();
    }
}

fn head(reply: &Reply, chunked: bool, off: i64) -> Vec<u8> {
    let reason = http::StatusCode::from_u16(reply.status).ok().and_then(|status| status.canonical_reason());
    let mut head =
        format!("HTTP/1.1 {} {}\r\nserver: nginx\r\nconnection: close\r\n", reply.status, reason.unwrap_or(""));
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if chunked {
        head.push_str("transfer-encoding: chunked\r\n");
    } else if reply.status != 304 {
        let length = i64::try_from(reply.body.len()).unwrap_or(i64::MAX);
        head.push_str(&format!("content-length: {}\r\n", length.saturating_add(off).max(0)));
    }
    head.push_str("\r\n");
    head.into_bytes()
}
