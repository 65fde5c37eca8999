//! The reqwest driver of transfers (feature `net`): moves the bytes of one exchange into a file and says how it ended.
//! It brings its own certificate roots, so it works with no platform set-up; it asks only http(s), plain http only on
//! loopback or where the app allows it, and never writes more than it was told. What becomes of the bytes is `writer`'s;
//! `post` sends a form.

mod post;

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use reqwest::header::HeaderName;
use reqwest::redirect;
use url::{Host, Url};

pub use self::post::PostProgress;
use crate::error::{Error, Result};
use crate::response::{MAX_FILE_BYTES, MAX_JSON_BYTES, ResponseWriter, Step, cut};
use crate::storage::FileSystem;
pub use crate::transfer::CancelToken;
use crate::transfer::{BodyKind, Outcome, Transfer};

/// Geotrek opens a session for clients whose name contains “geotrek” in lower case, or who have none.
const USER_AGENT: &str = concat!("Jalon/", env!("CARGO_PKG_VERSION"));
const REDIRECTS: usize = 5;
const CANCEL_LOOK: Duration = Duration::from_millis(50);

/// What the driver may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientOptions {
    /// Allow plain http to hosts other than this machine.
    pub allow_plain_http: bool,
    /// How long a connection may take to stand.
    pub connect_timeout: Duration,
    /// How long the server may be silent. A cold Geotrek makes thumbnails before its first byte.
    pub read_timeout: Duration,
    /// How long one exchange may take in all. An answer that takes longer is not tried again, as it would be no shorter; a
    /// file goes on from where it was.
    pub total_timeout: Duration,
    /// How many bytes an answer may have, unpacked.
    pub max_body_bytes: u64,
    /// How many bytes a file may have.
    pub max_file_bytes: u64,
}

impl Default for ClientOptions {
    fn default() -> Self {
        ClientOptions {
            allow_plain_http: false,
            connect_timeout: Duration::from_secs(15),
            read_timeout: Duration::from_secs(90),
            total_timeout: Duration::from_secs(300),
            max_body_bytes: MAX_JSON_BYTES,
            max_file_bytes: MAX_FILE_BYTES,
        }
    }
}

async fn cancelled(cancel: &CancelToken) {
    while !cancel.is_cancelled() {
        tokio::time::sleep(CANCEL_LOOK).await;
    }
}

/// Moves the bytes of transfers.
#[derive(Debug)]
pub struct HttpClient {
    client: reqwest::Client,
    /// Follows no redirect: what was posted is for one server and nobody else.
    poster: reqwest::Client,
    runtime: tokio::runtime::Runtime,
    options: ClientOptions,
    disk: Arc<dyn FileSystem>,
}

impl HttpClient {
    /// Makes a driver with a runtime of its own.
    pub fn new(options: ClientOptions, disk: Arc<dyn FileSystem>) -> Result<HttpClient> {
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(Error::internal)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let tls_for_posts = tls.clone();
        let allow_plain_http = options.allow_plain_http;
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .user_agent(USER_AGENT)
            .referer(false)
            .connect_timeout(options.connect_timeout)
            .read_timeout(options.read_timeout)
            .timeout(options.total_timeout)
            .redirect(redirect::Policy::custom(move |attempt| {
                let secure_before = attempt.previous().last().is_some_and(|before| before.scheme() == "https");
                if attempt.previous().len() > REDIRECTS {
                    attempt.error("too many redirects")
                } else if secure_before && attempt.url().scheme() != "https" {
                    attempt.error("a redirect from https to plain http")
                } else if let Err(error) = check(attempt.url(), allow_plain_http) {
                    attempt.error(error)
                } else {
                    attempt.follow()
                }
            }))
            .build()
            .map_err(Error::internal)?;
        let poster = reqwest::Client::builder()
            .tls_backend_preconfigured(tls_for_posts)
            .user_agent(USER_AGENT)
            .referer(false)
            .http1_only()
            // An old connection may be dead without anybody knowing: a report begins on one of its own.
            .pool_max_idle_per_host(0)
            .connect_timeout(options.connect_timeout)
            .timeout(options.total_timeout)
            .redirect(redirect::Policy::none())
            .build()
            .map_err(Error::internal)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(HttpClient { client, poster, runtime, options, disk })
    }

    /// Fetches one transfer into `target`, which is replaced only by a whole answer with a 2xx status. Of a file that came
    /// in part the bytes stay beside `target`, and the next call goes on from there. Blocks; the error is
    /// [`Error::Cancelled`], [`Error::InvalidInput`] for an address that may not be asked, or the disk's.
    pub fn fetch(&self, transfer: &Transfer, target: &Path, cancel: &CancelToken) -> Result<Outcome> {
        let url = Url::parse(&transfer.url).map_err(|_| Error::invalid("url", "a web address"))?;
        check(&url, self.options.allow_plain_http)?;
        let most = match transfer.body {
            BodyKind::File => self.options.max_file_bytes,
            BodyKind::Json => self.options.max_body_bytes,
        };
        let mut writer = ResponseWriter::new(transfer.clone(), target.to_owned(), Arc::clone(&self.disk), most);
        let fetched = self.runtime.block_on(async {
            tokio::select! {
                ended = self.exchange(transfer, &url, &mut writer) => ended,
                () = cancelled(cancel) => Err(Error::Cancelled),
            }
        });
        writer.abort(fetched)
    }

    async fn exchange(&self, transfer: &Transfer, url: &Url, writer: &mut ResponseWriter) -> Result<Outcome> {
        let since = Instant::now();
        let mut step = writer.start()?;
        loop {
            let headers = match step {
                Step::Ended(outcome) => return Ok(outcome),
                Step::Body => return Err(Error::internal("a body before its head")),
                Step::Send(headers) => headers,
            };
            let mut asked = self.client.get(url.clone());
            for (name, value) in headers {
                asked = asked.header(HeaderName::from_static(name), value);
            }
            let response = match asked.send().await {
                Ok(response) => response,
                Err(error) => return Ok(unreachable(&error)),
            };
            let headers = response.headers();
            step = writer
                .on_head(response.status().as_u16(), |name| headers.get(name)?.to_str().ok().map(str::to_owned))?;
            if step != Step::Body {
                continue;
            }
            let mut body = response.bytes_stream();
            while let Some(chunk) = body.next().await {
                let chunk = match chunk {
                    Ok(chunk) => chunk,
                    // However that shows: the time is over.
                    Err(_) if transfer.body == BodyKind::Json && since.elapsed() >= self.options.total_timeout => {
                        let seconds = self.options.total_timeout.as_secs();
                        let reason = format!("the answer does not end within {seconds} s");
                        return Ok(Outcome::Rejected { reason });
                    }
                    Err(error) => return Ok(unreachable(&error)),
                };
                if let Step::Ended(outcome) = writer.write_chunk(&chunk)? {
                    return Ok(outcome);
                }
            }
            return writer.finish();
        }
    }
}

/// Says what failed without the address, which may carry what a person asked for.
fn unreachable(error: &reqwest::Error) -> Outcome {
    let reason = if error.is_redirect() {
        return Outcome::Rejected { reason: "the server redirects to where Jalon does not follow".to_owned() };
    } else if error.is_timeout() {
        "the server took too long"
    } else if error.is_connect() {
        "no connection to the server"
    } else {
        return cut();
    };
    Outcome::NetworkError { reason: reason.to_owned() }
}

fn check(url: &Url, allow_plain_http: bool) -> Result<()> {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => return Err(Error::invalid("url", "an address with a host")),
    };
    match url.scheme() {
        "https" => Ok(()),
        "http" if loopback || allow_plain_http => Ok(()),
        "http" => Err(Error::invalid("url", "https; plain http must be allowed explicitly")),
        _ => Err(Error::invalid("url", "an address that begins with https://")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;
    use crate::storage::StdFileSystem;
    use crate::transfer::ResponseMeta;

    /// Answers one connection with these bytes, then closes; gives back what was asked.
    fn serve(answer: Vec<u8>) -> (String, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/api/v2/trek/", listener.local_addr().unwrap());
        let served = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = Vec::new();
            let mut buffer = [0; 1024];
            while !asked.windows(4).any(|end| end == b"\r\n\r\n") {
                let count = stream.read(&mut buffer).unwrap();
                asked.extend(&buffer[..count]);
            }
            let _ = stream.write_all(&answer);
            String::from_utf8(asked).unwrap()
        });
        (url, served)
    }

    fn transfer(url: &str) -> Transfer {
        Transfer { language: Some("fr".to_owned()), ..Transfer::new(1, url, BodyKind::Json) }
    }

    fn driver(options: ClientOptions) -> HttpClient {
        HttpClient::new(options, Arc::new(StdFileSystem)).unwrap()
    }

    fn fetch(options: ClientOptions, url: &str, target: &Path) -> Result<Outcome> {
        driver(options).fetch(&transfer(url), target, &CancelToken::default())
    }

    #[test]
    fn a_whole_answer_lands_in_the_file_and_the_request_is_one_that_geotrek_accepts() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("trek.json");
        let (url, served) = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".to_vec());
        let outcome = fetch(ClientOptions::default(), &url, &target).unwrap();
        assert_eq!(outcome, Outcome::Response(ResponseMeta { status: 200, bytes: 2, ..ResponseMeta::default() }));
        assert_eq!(std::fs::read(&target).unwrap(), b"{}");
        let asked = served.join().unwrap().to_lowercase();
        assert!(asked.contains("accept-language: fr\r\n"));
        assert!(asked.contains("user-agent: jalon/") && !asked.contains("geotrek"));
    }

    #[test]
    fn a_cut_an_endless_and_a_refusing_answer_leave_the_old_file() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("trek.json");
        std::fs::write(&target, "old").unwrap();
        let (url, _) = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{".to_vec());
        assert!(matches!(fetch(ClientOptions::default(), &url, &target).unwrap(), Outcome::NetworkError { .. }));
        let mut endless = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
        endless.extend([b'['; 4096]);
        let (url, _) = serve(endless);
        let small = ClientOptions { max_body_bytes: 1000, ..ClientOptions::default() };
        assert!(matches!(fetch(small, &url, &target).unwrap(), Outcome::Rejected { .. }));
        let (url, _) = serve(b"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n".to_vec());
        let busy =
            Outcome::Response(ResponseMeta { status: 503, retry_after_ms: Some(7_000), ..ResponseMeta::default() });
        assert_eq!(fetch(ClientOptions::default(), &url, &target).unwrap(), busy);
        assert_eq!(std::fs::read(&target).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1, "no part is left over");
    }

    #[test]
    fn only_addresses_that_may_be_asked_are_asked() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("x");
        for url in ["ftp://example.org/", "file:///etc/passwd", "http://example.org/", "nonsense"] {
            assert!(matches!(fetch(ClientOptions::default(), url, &target), Err(Error::InvalidInput { .. })), "{url}");
        }
        let (url, _) =
            serve(b"HTTP/1.1 302 Found\r\nLocation: http://example.org/\r\nContent-Length: 0\r\n\r\n".to_vec());
        assert!(matches!(fetch(ClientOptions::default(), &url, &target).unwrap(), Outcome::Rejected { .. }));
    }

    #[test]
    fn an_answer_that_goes_on_and_on_is_given_up() {
        let directory = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let dripping = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n[");
            // Never silent for long, until nobody listens any more.
            while stream.write_all(b" ").is_ok() {
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        let total_timeout = Duration::from_millis(300);
        let options = ClientOptions { total_timeout, ..ClientOptions::default() };
        let outcome = fetch(options, &url, &directory.path().join("x")).unwrap();
        assert!(matches!(&outcome, Outcome::Rejected { reason } if reason.contains("does not end")), "{outcome:?}");
        dripping.join().unwrap();
    }

    #[test]
    fn a_silent_server_does_not_hold_a_cancelled_driver() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let directory = tempfile::tempdir().unwrap();
        let cancel = CancelToken::default();
        cancel.clone().cancel();
        let driver = driver(ClientOptions::default());
        let answer = driver.fetch(&transfer(&url), &directory.path().join("x"), &cancel);
        assert_eq!(answer, Err(Error::Cancelled));
    }

    #[test]
    fn a_file_that_was_cut_goes_on_where_it_was_and_one_that_changed_comes_anew() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("a.jpg");
        let driver = driver(ClientOptions::default());
        let medium = |url: &str| Transfer::new(1, url, BodyKind::File);
        let cancel = CancelToken::default();
        let (url, _) = serve(b"HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 6\r\n\r\nabc".to_vec());
        assert!(matches!(driver.fetch(&medium(&url), &target, &cancel).unwrap(), Outcome::NetworkError { .. }));
        let rest = b"HTTP/1.1 206 Partial\r\nETag: \"a\"\r\nContent-Range: bytes 3-5/6\r\nContent-Length: 3\r\n\r\nd";
        let (url, served) = serve(rest.to_vec());
        assert!(matches!(driver.fetch(&medium(&url), &target, &cancel).unwrap(), Outcome::NetworkError { .. }));
        let asked = served.join().unwrap().to_lowercase();
        assert!(asked.contains("range: bytes=3-\r\n") && asked.contains("if-range: \"a\"\r\n"), "{asked}");
        let rest = b"HTTP/1.1 206 Partial\r\nETag: \"a\"\r\nContent-Range: bytes 4-5/6\r\nContent-Length: 2\r\n\r\nef";
        let (url, _) = serve(rest.to_vec());
        match driver.fetch(&medium(&url), &target, &cancel).unwrap() {
            Outcome::Response(ResponseMeta { status: 200, bytes: 2, validators, .. }) => {
                assert_eq!(validators.etag.as_deref(), Some("\"a\""));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(std::fs::read(&target).unwrap(), b"abcdef");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 2, "the file, and what to ask by later");

        let other = directory.path().join("b.jpg");
        let (url, _) = serve(b"HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 6\r\n\r\nabc".to_vec());
        driver.fetch(&medium(&url), &other, &cancel).unwrap();
        let (url, _) = serve(b"HTTP/1.1 200 OK\r\nETag: \"b\"\r\nContent-Length: 2\r\n\r\nxy".to_vec());
        driver.fetch(&medium(&url), &other, &cancel).unwrap();
        assert_eq!(std::fs::read(&other).unwrap(), b"xy");
    }

    #[test]
    fn packed_answers_are_unpacked_and_bounded_by_what_they_unpack_to() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("trek.json");
        let packed = |bytes: &[u8]| {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            packer.write_all(bytes).unwrap();
            let body = packer.finish().unwrap();
            let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", body.len());
            ([head.as_bytes(), &body].concat(), body.len() as u64)
        };
        let (answer, bytes) = packed(b"{\"a\": 1}");
        let (url, _) = serve(answer.clone());
        let got = fetch(ClientOptions::default(), &url, &target).unwrap();
        assert_eq!(got, Outcome::Response(ResponseMeta { status: 200, bytes, ..ResponseMeta::default() }));
        assert_eq!(std::fs::read(&target).unwrap(), b"{\"a\": 1}");
        let (bomb, _) = packed(&vec![b' '; 1 << 20]);
        let (url, _) = serve(bomb);
        let small = ClientOptions { max_body_bytes: 10_000, ..ClientOptions::default() };
        assert!(matches!(fetch(small, &url, &target).unwrap(), Outcome::Rejected { .. }));
        // A packed answer whose end is missing, though its length is right.
        let short = String::from_utf8_lossy(&answer[..answer.len() - bytes as usize])
            .replace(&bytes.to_string(), &(bytes - 4).to_string());
        let (url, _) = serve([short.as_bytes(), &answer[answer.len() - bytes as usize..answer.len() - 4]].concat());
        assert!(matches!(fetch(ClientOptions::default(), &url, &target).unwrap(), Outcome::NetworkError { .. }));
        assert_eq!(std::fs::read(&target).unwrap(), b"{\"a\": 1}");
    }
}
