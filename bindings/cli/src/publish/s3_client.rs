//! The client of S3-compatible storage: credentials from the environment, TLS with the same certificate roots as the rest of
//! Jalon, and errors without the body of the response, which can quote the id of the key.

use std::env;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::client::{HttpClient, HttpConnector};
use object_store::{ClientOptions, Error as StoreError, RetryConfig};
use url::{Host, Url};

use super::TargetOptions;
use crate::error::{CliError, Result};

/// Attempts after the first one, for a server that is busy or a connection that breaks.
const MAX_RETRIES: usize = 4;
const RETRY_TIMEOUT: Duration = Duration::from_secs(120);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// Variables of which one must be set, so that no metadata service of a cloud is asked for credentials, which answers nowhere
/// else.
const CREDENTIALS: [&str; 4] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/// A client for a bucket. Nothing is requested yet.
pub(super) fn open(bucket: &str, options: &TargetOptions<'_>) -> Result<AmazonS3> {
    if CREDENTIALS.iter().all(|name| env::var_os(name).is_none()) {
        let rule = "must be in the environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
        return Err(CliError::invalid("credentials", rule));
    }
    let endpoint = options.endpoint.map(ToOwned::to_owned);
    let endpoint = endpoint.or_else(|| env::var("AWS_ENDPOINT_URL_S3").or_else(|_| env::var("AWS_ENDPOINT_URL")).ok());
    let retry = RetryConfig { max_retries: MAX_RETRIES, retry_timeout: RETRY_TIMEOUT, ..RetryConfig::default() };
    let mut builder = AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .with_retry(retry)
        .with_allow_http(false)
        .with_http_connector(Connector);
    if let Some(endpoint) = endpoint {
        let is_plain = check_endpoint(&endpoint, options.allow_http)?;
        builder = builder.with_endpoint(endpoint.trim_end_matches('/')).with_allow_http(is_plain);
    }
    // The error names a setting, and may quote its value.
    builder.build().map_err(|_| CliError::invalid("to", "must be s3://bucket/prefix, with valid AWS_… variables"))
}

/// Whether an endpoint is one of plain HTTP, which is allowed on this machine only, or on request.
fn check_endpoint(endpoint: &str, allow_http: bool) -> Result<bool> {
    let rule = || CliError::invalid("endpoint", "must be the https address of a storage");
    let url = Url::parse(endpoint).map_err(|_| rule())?;
    let is_own = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(rule()),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(CliError::invalid("endpoint", "must not hold a name and a password"));
    }
    match url.scheme() {
        "https" => Ok(false),
        "http" if is_own || allow_http => Ok(true),
        "http" => Err(CliError::invalid("endpoint", "must be https; plain http to another machine needs --allow-http")),
        _ => Err(rule()),
    }
}

/// Makes HTTP clients with Mozilla's certificate roots, which need nothing of the platform.
#[derive(Debug)]
struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let generic =
            |error: Box<dyn std::error::Error + Send + Sync>| StoreError::Generic { store: "S3", source: error };
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| generic(error.into()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .user_agent(concat!("jalon/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            // A redirect would need another signature.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| generic(error.into()))?;
        Ok(HttpClient::new(client))
    }
}

/// Whether the storage does not know conditional puts.
pub(super) fn is_not_implemented(error: &StoreError) -> bool {
    matches!(error, StoreError::NotImplemented { .. }) || status(error) == Some(501)
}

/// An error of the storage as one of Jalon.
pub(super) fn store_error(path: &str, error: &StoreError) -> CliError {
    let detail = |what: &str| format!("{what} ({path})");
    let error = match error {
        StoreError::NotFound { .. } => server(404, detail("the storage does not have the bucket")),
        StoreError::Unauthenticated { .. } => server(401, detail("the storage refuses the credentials")),
        StoreError::PermissionDenied { .. } => server(403, detail("the storage refuses the access")),
        error => match status(error) {
            Some(status) => server(status, detail("the storage did not take or give a file")),
            None => jalon::Error::Offline { detail: detail("the storage cannot be reached, or the connection broke") },
        },
    };
    error.into()
}

fn server(status: u16, detail: String) -> jalon::Error {
    jalon::Error::Server { status: Some(status), detail }
}

/// The status of the response, which the crate only tells in the text of the error.
fn status(error: &StoreError) -> Option<u16> {
    let StoreError::Generic { source, .. } = error else { return None };
    let mut cause: Option<&dyn std::error::Error> = Some(source.as_ref());
    while let Some(error) = cause {
        let text = error.to_string();
        if let Some((_, rest)) = text.split_once("status code: ") {
            return rest.get(..3)?.parse().ok();
        }
        cause = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoint_of_another_machine_must_be_https() {
        let check = |endpoint: &str, allow_http| check_endpoint(endpoint, allow_http).ok();
        assert_eq!(check("https://s3.example", false), Some(false));
        for own in ["http://127.0.0.1:9000", "http://localhost:9000", "http://[::1]:9000"] {
            assert_eq!(check(own, false), Some(true), "{own}");
        }
        assert_eq!((check("http://s3.example", false), check("http://s3.example", true)), (None, Some(true)));
        for wrong in ["s3.example", "ftp://s3.example", "https://a:b@s3.example"] {
            assert_eq!(check(wrong, true), None, "{wrong}");
        }
    }

    #[test]
    fn store_error_tells_the_status_and_not_the_body() {
        let text = "Server returned non-2xx status code: 503 Service Unavailable: <AWSAccessKeyId>AKIA";
        let error = StoreError::Generic { store: "S3", source: text.into() };
        let CliError::Jalon(jalon::Error::Server { status, detail }) = store_error("media/a.jpg", &error) else {
            panic!("a status is a response")
        };
        assert_eq!((status, detail.as_str()), (Some(503), "the storage did not take or give a file (media/a.jpg)"));
        let error = StoreError::Generic { store: "S3", source: "connection refused".into() };
        assert!(matches!(store_error("a", &error), CliError::Jalon(jalon::Error::Offline { .. })));
    }
}
