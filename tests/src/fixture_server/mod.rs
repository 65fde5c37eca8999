//! A server that responds as a running Geotrek-admin does, oddities included: pages that shift, texts that ignore the
//! language, errors in HTML. End-to-end tests meet them over real sockets, or in the process without sockets.
//!
//! * `listener`: the thread with the sockets; `request_reader` reads a request, `wire` parses its head and writes the
//!   response byte by byte, `respond` decides which response, `response` is one before faults change it.
//! * `api`: lists and details of API v2; `query` reads parameters, `filter` selects objects, `near` those near another
//!   object, `serializer` writes them, `lambert` projects outlines, `gzip` compresses.
//! * `media`: pictures, documents and audio; `tiny_jpeg` makes the smallest ones. `static_file`: files with validators and
//!   ranges.
//! * `mobile_tree`: the static files of Geotrek's mobile app, with archives by `stored_zip`.
//! * `reports`: reports from the field.
//! * `faults`: what fails on demand.
//! * `log` and `uploads`: what was requested, and what was uploaded.
//! * `state`: what all connections share.
//!
//! A real server also handles `q`, `created_after` and the filters of each kind; lists only the vocabulary entries that are
//! in use; caches details for days, with stale links and languages; and serves profiles, GPX, KML, PDF, panorama tiles and
//! `format=geojson`. This server does not.

mod api;
mod faults;
mod filter;
mod gzip;
mod lambert;
mod listener;
mod log;
mod media;
mod mobile_tree;
mod near;
mod query;
mod reports;
mod request_reader;
mod respond;
mod response;
mod serializer;
mod state;
mod static_file;
mod stored_zip;
pub(crate) mod tiny_jpeg;
mod uploads;
mod wire;

use std::io::Read;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLockWriteGuard};
use std::time::Duration;

pub use faults::{Fault, Faults, ReportBody, Rule};
pub use log::LoggedRequest;
pub use reports::{Attachment, StoredReport};
pub use stored_zip::stored_zip;
pub use uploads::Upload;

use crate::day::Day;
use crate::generator::Territory;
use listener::Listener;
use request_reader::{ReadState, RequestReader};
use state::{ServerState, lock};

/// The address of a server without a socket.
const ADDRESS_WITHOUT_SOCKET: &str = "http://geotrek.test";

/// Options of a server.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port; 0 lets the system choose.
    pub port: u16,
    /// The scheme and host of links in responses, for example `http://old.example.org`. `None`: those of the server.
    pub link_host: Option<String>,
    /// The path below which the server is, for example `/geotrek`. Empty: the root.
    pub base_path: &'static str,
    /// The current day. `None`: the real one. Generated events lie around it, and `Date` is its noon.
    pub today: Option<Day>,
    /// The current month (1 to 12). `None`: the month of `today`.
    pub month: Option<usize>,
    /// Compresses API responses for clients that accept gzip.
    pub gzip: bool,
    /// Writes the outlines of cities and districts in metres of Lambert-93, as a real server does, instead of degrees.
    pub outlines_in_metres: bool,
    /// Bytes of each photograph, at least 150. `None`: landscapes of 10 to 40 kB.
    pub media_bytes: Option<usize>,
    /// Recognises a report by its `uuid`, which no Geotrek does yet: a repeated report gets the first response, and nothing
    /// is stored.
    pub idempotent_reports: bool,
    /// A folder whose files are served below `/files/`, with validators and ranges, as a static web host serves an edition.
    pub files: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            link_host: None,
            base_path: "",
            today: None,
            month: None,
            gzip: true,
            outlines_in_metres: true,
            media_bytes: None,
            idempotent_reports: false,
            files: None,
        }
    }
}

/// A response as a client receives it.
#[derive(Clone, Debug)]
pub struct ClientResponse {
    /// The status.
    pub status: u16,
    /// Names, in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body as it is sent: compressed, if it is; without chunk sizes; up to the byte where it is cut.
    pub body: Vec<u8>,
    /// Whether the body has the announced length. If not, the connection ends or stalls here.
    pub is_complete: bool,
    /// The delay before the response; [`Duration::MAX`] if it is held. No one waits for it without a socket.
    pub delay: Duration,
}

/// A running server. It stops when it is dropped.
pub struct TestGeotrek {
    state: Arc<ServerState>,
    listener: Mutex<Option<Listener>>,
}

impl TestGeotrek {
    /// Starts a server on 127.0.0.1.
    ///
    /// # Panics
    /// Panics if the port is taken.
    pub fn start(territory: Territory, options: Options) -> Self {
        let listener = std::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, options.port)))
            .expect("the port must be free");
        listener.set_nonblocking(true).expect("a listener can be made non-blocking");
        let url =
            format!("http://{}", listener.local_addr().expect("a bound listener has an address")) + options.base_path;
        let state = Arc::new(ServerState::new(territory, options, url));
        let listener = Listener::start(listener, Arc::clone(&state));
        Self { state, listener: Mutex::new(Some(listener)) }
    }

    /// A server without a socket. It answers [`TestGeotrek::request`] only, thousands of times a second.
    pub fn without_socket(territory: Territory, options: Options) -> Self {
        let state = Arc::new(ServerState::new(
            territory,
            options.clone(),
            ADDRESS_WITHOUT_SOCKET.to_owned() + options.base_path,
        ));
        Self { state, listener: Mutex::new(None) }
    }

    /// Makes a request without a socket. `path` is a path with its query, or an address on this server. Faults apply and the
    /// request is logged as over a socket, but delays do not pass.
    ///
    /// Returns `None` if the connection ends within the head, or if the arguments are not a request.
    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Option<ClientResponse> {
        self.request_with_body(method, path, headers, &[], None)
    }

    /// [`TestGeotrek::request`] with a body. Content-Length is added unless a header gives the length.
    ///
    /// `sent` cuts the request after that many bytes, its head included. Returns `None` then, unless this is all of it.
    pub fn request_with_body(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
        sent: Option<usize>,
    ) -> Option<ClientResponse> {
        let path = path.strip_prefix(self.origin()).unwrap_or(path);
        let mut head = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect::<String>();
        let gives_length =
            |name: &str| ["content-length", "transfer-encoding"].contains(&name.to_ascii_lowercase().as_str());
        if (!body.is_empty() || method == "POST") && !headers.iter().any(|(name, _)| gives_length(name)) {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        let mut request = format!("{method} {path} HTTP/1.1\r\n{head}\r\n").into_bytes();
        request.extend(body);
        request.truncate(sent.unwrap_or(usize::MAX));
        let mut reader = RequestReader::default();
        let response = if let ReadState::Complete(request, faults) = reader.push(&self.state, &request) {
            let prepared = respond::prepare(&self.state, &request, &faults, reader.upload);
            let delay = if prepared.is_held { Duration::MAX } else { prepared.delay };
            let response = prepared.wire.client_response(prepared.response, delay);
            let sent = response.as_ref().map_or(0, |response| response.body.len());
            self.state.log.set_sent(prepared.log_index, sent);
            response
        } else {
            None
        };
        reader.close(&self.state);
        response
    }

    /// The address of the server without its base path.
    fn origin(&self) -> &str {
        self.url().strip_suffix(self.state.options.base_path).unwrap_or(self.url())
    }

    /// The address of the server, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.state.url
    }

    /// The faults, which can be changed while the server runs.
    pub fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.state.faults)
    }

    /// The territory, which can be changed while the server runs.
    pub fn territory(&self) -> RwLockWriteGuard<'_, Territory> {
        let territory = self.state.territory.write().unwrap_or_else(PoisonError::into_inner);
        // The write lock is held, so no request fills the cache before the change.
        self.state.name_orders.clear();
        territory
    }

    /// The requests that were answered.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.state.log.all()
    }

    /// Clears the log of requests, those in progress included.
    pub fn forget_requests(&self) {
        self.state.log.clear();
    }

    /// The reports that were stored.
    pub fn reports(&self) -> Vec<StoredReport> {
        self.state.reports.all()
    }

    /// The requests with a body, those that were cut and those in progress included.
    pub fn uploads(&self) -> Vec<Upload> {
        self.state.uploads.all()
    }

    /// Deletes all reports and clears the uploads. No report may be in progress. The next report has id 1.
    pub fn clear_reports(&self) {
        self.state.reports.clear();
        self.state.uploads.clear();
    }

    /// Waits until all connections that were made so far are closed, those of killed processes included. Does not return
    /// while a response is held or endless.
    pub fn wait_until_idle(&self) {
        if lock(&self.listener).is_none() {
            return;
        }
        // Connections are accepted in order. Once this one is closed, all earlier ones are counted.
        let closed = TcpStream::connect(self.origin().trim_start_matches("http://")).and_then(|mut last| {
            last.shutdown(Shutdown::Write)?;
            last.read_to_end(&mut Vec::new())
        });
        closed.ok();
        let connections = lock(&self.state.connections);
        drop(self.state.closed.wait_while(connections, |connections| *connections > 0));
    }

    /// Sends the responses that are held.
    pub fn release(&self) {
        self.state.releases.send_modify(|count| *count += 1);
    }

    /// Replaces the media file of a path (`/media/…`): other bytes, another ETag, another date.
    pub fn replace_media(&self, path: &str) {
        self.state.media.replace(path);
    }

    /// Stops the server and drops its connections. It still answers [`TestGeotrek::request`].
    pub fn shutdown(&self) {
        let listener = lock(&self.listener).take();
        if let Some(listener) = listener {
            listener.stop();
        }
    }
}

impl Drop for TestGeotrek {
    fn drop(&mut self) {
        self.shutdown();
    }
}
