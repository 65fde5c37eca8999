//! HTTP over a socket, one exchange per connection: parses a request, and writes a response byte by byte. No HTTP library
//! is used, because none would send a wrong length, stop in the middle of a head, or count the bytes that were sent.

use std::ops::Range;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::ClientResponse;
use super::faults::Fault;
use super::response::Response;

/// Bytes of a chunk, and of the largest write.
const CHUNK_BYTES: usize = 16 * 1024;

/// A request.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    /// The body without chunk sizes; empty for GET and HEAD.
    pub(super) body: Vec<u8>,
}

impl Request {
    /// Path and query.
    pub(super) fn target(&self) -> String {
        self.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned()
    }
}

/// The length of a request's body.
#[derive(Clone, Copy)]
pub(super) enum BodyLength {
    Known(usize),
    Chunked,
}

/// Parses the head of a request. Returns the request, the length of its head and the length of its body.
///
/// The inner `None` means that the head is incomplete, the outer one that the bytes are not a request.
pub(super) fn parse(bytes: &[u8]) -> Option<Option<(Request, usize, BodyLength)>> {
    let mut fields = [httparse::EMPTY_HEADER; 64];
    let mut parsed = httparse::Request::new(&mut fields);
    let httparse::Status::Complete(head) = parsed.parse(bytes).ok()? else { return Some(None) };
    let mut headers = HeaderMap::new();
    for field in parsed.headers.iter() {
        headers.append(HeaderName::from_bytes(field.name.as_bytes()).ok()?, HeaderValue::from_bytes(field.value).ok()?);
    }
    let is_chunked = headers.get("transfer-encoding").is_some_and(|coding| coding == "chunked");
    let body = headers.get("content-length").map_or(Some(0), |length| length.to_str().ok()?.parse().ok())?;
    let length = if is_chunked { BodyLength::Chunked } else { BodyLength::Known(body) };
    let request =
        Request { method: parsed.method?.parse().ok()?, uri: parsed.path?.parse().ok()?, headers, body: Vec::new() };
    Some(Some((request, head, length)))
}

/// The bytes of a response, and how they are sent.
pub(super) struct Wire {
    bytes: Vec<u8>,
    head: usize,
    /// The ranges of the body's own bytes, between the chunk sizes.
    body: Vec<Range<usize>>,
    /// Where the connection is closed.
    end: usize,
    /// Whether the connection stays open there instead.
    stalls: bool,
    throttle: Option<(usize, Duration)>,
    is_endless: bool,
}

impl Wire {
    /// Serialises a response with the faults that change its bytes.
    pub(super) fn new(response: &Response, method: &Method, faults: &[Fault]) -> Self {
        let is_endless = faults.contains(&Fault::EndlessBody);
        let excess =
            faults.iter().find_map(|fault| if let Fault::WrongLength(excess) = fault { Some(*excess) } else { None });
        let is_chunked = is_endless || (response.is_chunked && excess.is_none());
        let mut bytes = head(response, is_chunked, excess.unwrap_or(0));
        let head = bytes.len();
        let mut body = Vec::new();
        if method == Method::HEAD || is_endless {
        } else if is_chunked {
            for chunk in response.body.chunks(CHUNK_BYTES) {
                bytes.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
                body.push(bytes.len()..bytes.len() + chunk.len());
                bytes.extend(chunk);
                bytes.extend(b"\r\n");
            }
            bytes.extend(b"0\r\n\r\n");
        } else {
            body.push(head..head + response.body.len());
            bytes.extend(&response.body);
        }
        let end = bytes.len();
        let mut wire = Self { bytes, head, body, end, stalls: false, throttle: None, is_endless };
        for fault in faults {
            match fault {
                Fault::CutBody(at) => wire.end = wire.end.min(wire.position(*at)),
                Fault::CutResponse(at) => wire.end = wire.end.min(*at),
                Fault::Stall(at) => {
                    wire.end = wire.end.min(wire.position(*at));
                    wire.stalls = true;
                }
                Fault::Throttle { bytes, pause } => wire.throttle = Some(((*bytes).max(1), *pause)),
                _ => {}
            }
        }
        wire
    }

    /// Bytes of the head.
    pub(super) fn head(&self) -> usize {
        self.head
    }

    /// The position after this many bytes of the body; the end if the body is shorter.
    fn position(&self, mut body: usize) -> usize {
        for part in &self.body {
            if body < part.len() {
                return part.start + body;
            }
            body -= part.len();
        }
        self.bytes.len()
    }

    /// Bytes of the body before a position.
    fn body_bytes_before(&self, at: usize) -> usize {
        self.body.iter().map(|part| part.end.min(at).saturating_sub(part.start)).sum()
    }

    /// What a client would receive, without a socket; `None` if the head is cut.
    pub(super) fn client_response(self, response: Response, delay: Duration) -> Option<ClientResponse> {
        if self.end < self.head {
            return None;
        }
        let head = String::from_utf8_lossy(&self.bytes[..self.head]);
        let fields = head.lines().filter_map(|line| line.split_once(": "));
        let headers: Vec<(String, String)> = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let parts = self.body.iter().map(|part| &self.bytes[part.start.min(self.end)..part.end.min(self.end)]);
        let mut body = parts.collect::<Vec<_>>().concat();
        let announced =
            headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, length)| length.parse().ok());
        // A client reads no more than the announced length.
        body.truncate(announced.unwrap_or(usize::MAX));
        let is_short = announced.is_some_and(|announced: usize| body.len() < announced) && !self.body.is_empty();
        let is_complete = self.end == self.bytes.len() && !is_short && !self.is_endless;
        Some(ClientResponse { status: response.status, headers, body, is_complete, delay })
    }

    /// Sends the bytes. `count` is called before each write with the bytes of the body that were sent by then, and with
    /// `true` before the last write, so that a client that received bytes finds them counted.
    pub(super) async fn send(self, stream: &mut TcpStream, count: impl Fn(usize, bool)) {
        let mut at = 0;
        let ends = !self.stalls && !self.is_endless;
        if self.end == 0 && ends {
            count(0, true);
        }
        while at < self.end {
            let length = match self.throttle {
                Some((bytes, pause)) if at >= self.head => {
                    tokio::time::sleep(pause).await;
                    bytes
                }
                Some(_) => self.head,
                None => CHUNK_BYTES,
            };
            let next = self.end.min(at + length);
            count(self.body_bytes_before(next), ends && next == self.end);
            if stream.write_all(&self.bytes[at..next]).await.is_err() {
                count(self.body_bytes_before(at), true);
                return;
            }
            at = next;
        }
        if self.is_endless {
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
        if self.stalls {
            // Until the client closes the connection.
            stream.read_u8().await.ok();
        }
        stream.shutdown().await.ok();
    }
}

fn head(response: &Response, is_chunked: bool, excess: i64) -> Vec<u8> {
    let reason = http::StatusCode::from_u16(response.status).ok().and_then(|status| status.canonical_reason());
    let mut head =
        format!("HTTP/1.1 {} {}\r\nserver: nginx\r\nconnection: close\r\n", response.status, reason.unwrap_or(""));
    for (name, value) in &response.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if is_chunked {
        head.push_str("transfer-encoding: chunked\r\n");
    } else if response.status != 304 {
        let length = i64::try_from(response.body.len()).unwrap_or(i64::MAX);
        head.push_str(&format!("content-length: {}\r\n", length.saturating_add(excess).max(0)));
    }
    head.push_str("\r\n");
    head.into_bytes()
}
