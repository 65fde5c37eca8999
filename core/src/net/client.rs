//! The client and its downloads.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use reqwest::header::HeaderName;
use reqwest::redirect;
use url::{Host, Url};

use crate::error::{Error, Result};
use crate::response::{MAX_FILE_BYTES, MAX_JSON_BYTES, ResponseWriter, Step};
use crate::storage::FileSystem;
use crate::transfer::{BodyKind, CancelToken, Outcome, Transfer};

/// Geotrek opens a session for clients without a name and for those whose name contains “geotrek” in lower case.
const USER_AGENT: &str = concat!("Jalon/", env!("CARGO_PKG_VERSION"));
const MAX_REDIRECTS: usize = 5;
const CANCEL_POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Time-outs and limits of the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientOptions {
    /// Allow plain http to other hosts than this device.
    pub allow_plain_http: bool,
    /// Limit for establishing a connection.
    pub connect_timeout: Duration,
    /// Limit for a pause between two reads. Generous by default: a Geotrek without a cache makes thumbnails before its first
    /// byte.
    pub read_timeout: Duration,
    /// Limit for a whole exchange. A JSON response that takes longer is not requested again, as it would take as long; a
    /// file is resumed.
    pub total_timeout: Duration,
    /// Limit of a JSON body, in decoded bytes.
    pub max_body_bytes: u64,
    /// Limit of a file, in bytes.
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

/// A blocking HTTP client with a runtime of its own.
#[derive(Debug)]
pub(crate) struct HttpClient {
    client: reqwest::Client,
    /// Follows no redirects: a report is meant for one server only.
    pub(super) post_client: reqwest::Client,
    pub(super) runtime: tokio::runtime::Runtime,
    pub(super) options: ClientOptions,
    disk: Arc<dyn FileSystem>,
}

impl HttpClient {
    /// A client that writes to `disk`.
    ///
    /// # Errors
    /// [`Error::Internal`] if the TLS library or the runtime cannot be set up.
    pub(crate) fn new(options: ClientOptions, disk: Arc<dyn FileSystem>) -> Result<HttpClient> {
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(Error::internal)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let post_tls = tls.clone();
        let allow_plain_http = options.allow_plain_http;
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .user_agent(USER_AGENT)
            .referer(false)
            .connect_timeout(options.connect_timeout)
            .read_timeout(options.read_timeout)
            .timeout(options.total_timeout)
            .redirect(redirect::Policy::custom(move |attempt| {
                let was_https = attempt.previous().last().is_some_and(|before| before.scheme() == "https");
                if attempt.previous().len() > MAX_REDIRECTS {
                    attempt.error("too many redirects")
                } else if was_https && attempt.url().scheme() != "https" {
                    attempt.error("a redirect from https to plain http")
                } else if let Err(error) = check_url(attempt.url(), allow_plain_http) {
                    attempt.error(error)
                } else {
                    attempt.follow()
                }
            }))
            .build()
            .map_err(Error::internal)?;
        let post_client = reqwest::Client::builder()
            .tls_backend_preconfigured(post_tls)
            .user_agent(USER_AGENT)
            .referer(false)
            .http1_only()
            // A kept connection may be dead without notice, so a report starts on a new one.
            .pool_max_idle_per_host(0)
            .connect_timeout(options.connect_timeout)
            .timeout(options.total_timeout)
            .redirect(redirect::Policy::none())
            .build()
            .map_err(Error::internal)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(HttpClient { client, post_client, runtime, options, disk })
    }

    /// Fetches a transfer into `target`; see [`ResponseWriter`] for the files that it writes. Blocks until the exchange has ended
    /// or `cancel` is cancelled.
    ///
    /// # Errors
    /// [`Error::Cancelled`]; [`Error::InvalidInput`] for an address that must not be requested; those of the disk.
    pub(crate) fn fetch(&self, transfer: &Transfer, target: &Path, cancel: &CancelToken) -> Result<Outcome> {
        let url = parse_url(&transfer.url, self.options.allow_plain_http)?;
        let max_bytes = match transfer.body {
            BodyKind::File | BodyKind::FileSize => self.options.max_file_bytes,
            BodyKind::Json => self.options.max_body_bytes,
        };
        let mut writer = ResponseWriter::new(transfer.clone(), target.to_owned(), Arc::clone(&self.disk), max_bytes);
        let outcome = self.runtime.block_on(async {
            tokio::select! {
                outcome = self.exchange(transfer, &url, &mut writer) => outcome,
                () = cancelled(cancel) => Err(Error::Cancelled),
            }
        });
        writer.abort();
        outcome
    }

    async fn exchange(&self, transfer: &Transfer, url: &Url, writer: &mut ResponseWriter) -> Result<Outcome> {
        let start = Instant::now();
        let mut step = writer.start()?;
        loop {
            let headers = match step {
                Step::Ended(outcome) => return Ok(outcome),
                Step::Body => return Err(Error::internal("a body without a head")),
                Step::Send(headers) => headers,
            };
            let mut request = self.client.get(url.clone());
            for (name, value) in headers {
                request = request.header(HeaderName::from_static(name), value);
            }
            let response = match request.send().await {
                Ok(response) => response,
                Err(error) => return Ok(error_outcome(&error)),
            };
            let headers = response.headers().iter();
            let headers = headers.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
            step = writer.on_head(response.status().as_u16(), headers)?;
            if step != Step::Body {
                continue;
            }
            let mut body = response.bytes_stream();
            while let Some(chunk) = body.next().await {
                let chunk = match chunk {
                    Ok(chunk) => chunk,
                    // The total time-out can appear as any error.
                    Err(_) if transfer.body == BodyKind::Json && start.elapsed() >= self.options.total_timeout => {
                        let seconds = self.options.total_timeout.as_secs();
                        let detail = format!("the response does not end within {seconds} s");
                        return Ok(Outcome::Rejected { detail });
                    }
                    Err(error) => return Ok(error_outcome(&error)),
                };
                if let Step::Ended(outcome) = writer.write_chunk(&chunk)? {
                    return Ok(outcome);
                }
            }
            return writer.finish();
        }
    }
}

/// Returns when `cancel` is cancelled.
pub(super) async fn cancelled(cancel: &CancelToken) {
    while !cancel.is_cancelled() {
        tokio::time::sleep(CANCEL_POLL_INTERVAL).await;
    }
}

/// The outcome of a failed request. Its detail omits the address, which may contain personal data.
fn error_outcome(error: &reqwest::Error) -> Outcome {
    let detail = if error.is_redirect() {
        return Outcome::Rejected {
            detail: "the server redirects to an address that Jalon does not follow".to_owned(),
        };
    } else if error.is_timeout() {
        "the server took too long"
    } else if error.is_connect() {
        "no connection to the server"
    } else {
        return Outcome::incomplete();
    };
    Outcome::NetworkError { detail: detail.to_owned() }
}

/// Parses an address and checks that it may be requested.
pub(super) fn parse_url(url: &str, allow_plain_http: bool) -> Result<Url> {
    let url = Url::parse(url).map_err(|_| Error::invalid("url", "must be a web address"))?;
    check_url(&url, allow_plain_http)?;
    Ok(url)
}

fn check_url(url: &Url, allow_plain_http: bool) -> Result<()> {
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => return Err(Error::invalid("url", "must have a host")),
    };
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback || allow_plain_http => Ok(()),
        "http" => Err(Error::invalid("url", "must be https, unless plain http is allowed explicitly")),
        _ => Err(Error::invalid("url", "must begin with https://")),
    }
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
