//! The reqwest driver of transfers (feature `net`): moves the bytes of one exchange into a file and says how it ended.
//! It brings its own certificate roots, so it works with no platform set-up; it asks only http(s), plain http only on
//! loopback or where the app allows it, and never writes more than it was told.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, RETRY_AFTER};
use reqwest::redirect;
use tokio::io::AsyncWriteExt;
use url::{Host, Url};

use crate::error::{Error, Result};
use crate::transfer::{Outcome, Transfer};

/// Geotrek opens a session for clients whose name contains “geotrek” in lower case, or who have none.
const USER_AGENT: &str = concat!("Jalon/", env!("CARGO_PKG_VERSION"));
const REDIRECTS: usize = 5;
const CANCEL_LOOK: Duration = Duration::from_millis(50);

/// What the driver may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Allow plain http to hosts other than this machine.
    pub allow_plain_http: bool,
    /// How long a connection may take to stand.
    pub connect_timeout: Duration,
    /// How long the server may be silent. A cold Geotrek makes thumbnails before its first byte.
    pub silence_timeout: Duration,
    /// How long one exchange may take in all. One that takes longer is not tried again: it would be no shorter.
    pub total_timeout: Duration,
    /// How many bytes an answer may have, unpacked.
    pub max_body_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            allow_plain_http: false,
            connect_timeout: Duration::from_secs(15),
            silence_timeout: Duration::from_secs(90),
            total_timeout: Duration::from_secs(300),
            max_body_bytes: 256 << 20,
        }
    }
}

/// Stops a driver from another thread. Clones stop together.
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// Asks for a stop; what runs ends within a tenth of a second.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether a stop was asked for.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    async fn cancelled(&self) {
        while !self.is_cancelled() {
            tokio::time::sleep(CANCEL_LOOK).await;
        }
    }
}

/// Moves the bytes of transfers.
#[derive(Debug)]
pub struct Driver {
    client: reqwest::Client,
    runtime: tokio::runtime::Runtime,
    options: Options,
}

impl Driver {
    /// Makes a driver with a runtime of its own.
    pub fn new(options: Options) -> Result<Driver> {
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(Error::internal)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let allow_plain_http = options.allow_plain_http;
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .user_agent(USER_AGENT)
            .connect_timeout(options.connect_timeout)
            .read_timeout(options.silence_timeout)
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
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Driver { client, runtime, options })
    }

    /// Fetches one transfer into `target`, which is replaced only by a whole answer with a 2xx status. Blocks; the error is
    /// [`Error::Cancelled`], [`Error::InvalidInput`] for an address that may not be asked, or the disk's.
    pub fn fetch(&self, transfer: &Transfer, target: &Path, cancel: &CancelToken) -> Result<Outcome> {
        let url = Url::parse(&transfer.url).map_err(|_| Error::invalid("url", "a web address"))?;
        check(&url, self.options.allow_plain_http)?;
        let partial = partial(target);
        let answer = self.runtime.block_on(async {
            tokio::select! {
                answer = self.exchange(url, transfer.language.as_deref(), &partial) => answer,
                () = cancel.cancelled() => Err(Error::Cancelled),
            }
        });
        match answer {
            Ok(outcome @ Outcome::Answered { status: 200..=299, .. }) => {
                std::fs::rename(&partial, target)?;
                Ok(outcome)
            }
            other => {
                // It may not exist, and what is left over is overwritten by the next try.
                let _ = std::fs::remove_file(&partial);
                other
            }
        }
    }

    async fn exchange(&self, url: Url, language: Option<&str>, partial: &Path) -> Result<Outcome> {
        let since = Instant::now();
        let mut request = self.client.get(url).header(ACCEPT, "application/json");
        if let Some(language) = language {
            request = request.header(ACCEPT_LANGUAGE, language);
        }
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Ok(unreachable(&error)),
        };
        let status = response.status().as_u16();
        let seconds =
            response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse::<u64>().ok());
        let answered =
            Outcome::Answered { status, retry_after_ms: seconds.map(|seconds| seconds.saturating_mul(1_000)) };
        if !response.status().is_success() {
            return Ok(answered);
        }
        let mut file = tokio::fs::File::create(partial).await?;
        let mut bytes = 0_u64;
        let mut body = response.bytes_stream();
        while let Some(chunk) = body.next().await {
            let chunk = match chunk {
                Ok(chunk) => chunk,
                Err(error) if error.is_timeout() && since.elapsed() >= self.options.total_timeout => {
                    let reason = format!("the answer does not end within {} s", self.options.total_timeout.as_secs());
                    return Ok(Outcome::Refused { reason });
                }
                Err(error) => return Ok(unreachable(&error)),
            };
            bytes += chunk.len() as u64;
            if bytes > self.options.max_body_bytes {
                let reason = format!("the answer is longer than {} bytes", self.options.max_body_bytes);
                return Ok(Outcome::Refused { reason });
            }
            file.write_all(&chunk).await?;
        }
        file.flush().await?;
        Ok(answered)
    }
}

fn partial(target: &Path) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

/// Says what failed without the address, which may carry what a person asked for.
fn unreachable(error: &reqwest::Error) -> Outcome {
    let reason = if error.is_redirect() {
        return Outcome::Refused { reason: "the server redirects to where Jalon does not follow".to_owned() };
    } else if error.is_timeout() {
        "the server took too long"
    } else if error.is_connect() {
        "no connection to the server"
    } else {
        "the answer was cut"
    };
    Outcome::Unreachable { reason: reason.to_owned() }
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
    use crate::transfer::{Next, Queue};

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
        let mut queue = Queue::new(1, 1);
        queue.plan(url, Some("fr".to_owned()));
        match queue.next(0) {
            Next::Start(transfer) => transfer,
            other => panic!("{other:?}"),
        }
    }

    fn fetch(options: Options, url: &str, target: &Path) -> Result<Outcome> {
        Driver::new(options).unwrap().fetch(&transfer(url), target, &CancelToken::default())
    }

    #[test]
    fn a_whole_answer_lands_in_the_file_and_the_request_is_one_that_geotrek_accepts() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("trek.json");
        let (url, served) = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".to_vec());
        let outcome = fetch(Options::default(), &url, &target).unwrap();
        assert_eq!(outcome, Outcome::Answered { status: 200, retry_after_ms: None });
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
        assert!(matches!(fetch(Options::default(), &url, &target).unwrap(), Outcome::Unreachable { .. }));
        let mut endless = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
        endless.extend([b'['; 4096]);
        let (url, _) = serve(endless);
        let small = Options { max_body_bytes: 1000, ..Options::default() };
        assert!(matches!(fetch(small, &url, &target).unwrap(), Outcome::Refused { .. }));
        let (url, _) = serve(b"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n".to_vec());
        let busy = Outcome::Answered { status: 503, retry_after_ms: Some(7_000) };
        assert_eq!(fetch(Options::default(), &url, &target).unwrap(), busy);
        assert_eq!(std::fs::read(&target).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1, "no part is left over");
    }

    #[test]
    fn only_addresses_that_may_be_asked_are_asked() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("x");
        for url in ["ftp://example.org/", "file:///etc/passwd", "http://example.org/", "nonsense"] {
            assert!(matches!(fetch(Options::default(), url, &target), Err(Error::InvalidInput { .. })), "{url}");
        }
        let (url, _) =
            serve(b"HTTP/1.1 302 Found\r\nLocation: http://example.org/\r\nContent-Length: 0\r\n\r\n".to_vec());
        assert!(matches!(fetch(Options::default(), &url, &target).unwrap(), Outcome::Refused { .. }));
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
        let options = Options { total_timeout, ..Options::default() };
        let outcome = fetch(options, &url, &directory.path().join("x")).unwrap();
        assert!(matches!(&outcome, Outcome::Refused { reason } if reason.contains("does not end")), "{outcome:?}");
        dripping.join().unwrap();
    }

    #[test]
    fn a_silent_server_does_not_hold_a_cancelled_driver() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let directory = tempfile::tempdir().unwrap();
        let cancel = CancelToken::default();
        cancel.clone().cancel();
        let driver = Driver::new(Options::default()).unwrap();
        let answer = driver.fetch(&transfer(&url), &directory.path().join("x"), &cancel);
        assert_eq!(answer, Err(Error::Cancelled));
    }
}
