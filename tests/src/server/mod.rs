//! A server that answers as a running Geotrek-admin does, oddities included. It is here so that the end-to-end tests
//! meet over real sockets what was seen on a real server: pages that shift, texts that ignore the language, errors in
//! HTML. `api` decides what a list or a detail answers, `filter` which objects it sees and `shown` how it writes them
//! (`lambert` in metres),
//! `query` reads parameters, `gzip` packs, `media` serves pictures, `faults` breaks answers on demand, and this file
//! keeps the server running on a thread of its own.
//!
//! What a real one does and this one does not: it looks at `near_*`, `dist`, `q`, `created_after` and the filters of each
//! kind; lists only the entries of vocabularies that are in use; keeps details for days, stale links and languages
//! included; takes reports; and serves profiles, GPX, KML, PDF, tiles of panoramas and `format=geojson`.

mod api;
mod faults;
mod filter;
mod gzip;
mod lambert;
mod media;
mod query;
mod reply;
mod shown;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard};
use std::thread::JoinHandle;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use tokio::sync::oneshot;

pub use faults::Faults;

use crate::day::Day;
use crate::territory::{HOST, Territory};
use reply::Reply;

/// How the server is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port; 0 lets the system choose.
    pub port: u16,
    /// What links in answers start with, e.g. `http://old.example.org`; the server's own address when absent.
    pub link_host: Option<String>,
    /// The day that counts as the current one; the real one when absent. Events are over or to come by it, and the ones
    /// generated stand around it.
    pub today: Option<Day>,
    /// The month (1 to 12) that counts as the current one; that of `today` when absent.
    pub month: Option<usize>,
    /// Packs the API's answers for those who accept gzip.
    pub gzip: bool,
    /// Writes the outlines of communes and valleys in metres of Lambert-93, as a real server does, and not in degrees.
    pub outlines_in_metres: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { port: 0, link_host: None, today: None, month: None, gzip: true, outlines_in_metres: true }
    }
}

/// A request the server answered.
#[derive(Clone, Debug)]
pub struct Request {
    /// Path and query, as asked.
    pub path: String,
    /// The status answered.
    pub status: u16,
    /// Bytes of the body, before it is packed and before a fault cuts it.
    pub bytes: usize,
}

struct Shared {
    territory: RwLock<Territory>,
    faults: Mutex<Faults>,
    requests: Mutex<Vec<Request>>,
    options: Options,
    url: String,
    calls: AtomicU64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A running server; it stops when dropped.
pub struct TestGeotrek {
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl TestGeotrek {
    /// Starts a server on 127.0.0.1.
    ///
    /// # Panics
    /// When the port is taken or no thread can be started: no test can go on then.
    pub fn start(mut territory: Territory, options: Options) -> Self {
        territory.move_events(options.today.unwrap_or_else(Day::today));
        let listener = std::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, options.port)))
            .expect("the port must be free");
        listener.set_nonblocking(true).expect("a listener can be made non-blocking");
        let url = format!("http://{}", listener.local_addr().expect("a bound listener has an address"));
        let shared = Arc::new(Shared {
            territory: RwLock::new(territory),
            faults: Mutex::default(),
            requests: Mutex::default(),
            options,
            url,
            calls: AtomicU64::new(0),
        });
        let (stop, stopped) = oneshot::channel::<()>();
        let state = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .expect("a runtime can be built");
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).expect("the listener is non-blocking");
                let app = Router::new().fallback(answer).with_state(state);
                // Not a graceful shutdown: a body that never ends would hold it for ever.
                tokio::select! {
                    served = async { axum::serve(listener, app).await } => served.expect("serving does not end"),
                    _ = stopped => {}
                }
            });
            runtime.shutdown_background();
        });
        Self { shared, stop: Some(stop), thread: Some(thread) }
    }

    /// The address of the server, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.shared.url
    }

    /// What is broken, to be changed while the server runs.
    pub fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.shared.faults)
    }

    /// The territory served, to be changed while the server runs.
    pub fn territory(&self) -> RwLockWriteGuard<'_, Territory> {
        self.shared.territory.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The requests answered so far.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.shared.requests).clone()
    }

    /// Stops the server; connections under way are dropped.
    pub fn shutdown(self) {
        drop(self);
    }
}

impl Drop for TestGeotrek {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            stop.send(()).ok();
        }
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

async fn answer(State(shared): State<Arc<Shared>>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path_and_query().map_or("/", |whole| whole.as_str()).to_owned();
    let faults = lock(&shared.faults).clone();
    let faults = if faults.concerns(&path) { faults } else { Faults::default() };
    tokio::time::sleep(faults.delay).await;
    let call = shared.calls.fetch_add(1, Ordering::Relaxed);
    let mut reply = match faults.instead(uri.path()) {
        Some(reply) => reply,
        None if method != Method::GET && method != Method::HEAD => Reply::detail(405, "Method not allowed."),
        None if uri.path().starts_with("/media/") => media::answer(uri.path(), &headers),
        None => {
            let territory = shared.territory.read().unwrap_or_else(PoisonError::into_inner);
            let today = shared.options.today.unwrap_or_else(Day::today);
            let month = shared.options.month.unwrap_or_else(|| today.month());
            let metres = shared.options.outlines_in_metres;
            let asked = api::Asked { uri: &uri, headers: &headers, faults: &faults, call, today, month, metres };
            api::answer(&territory, &asked)
        }
    };
    if reply.is_json() {
        let host = shared.options.link_host.as_deref().unwrap_or(&shared.url);
        reply.replace(HOST, host);
        // `next` and `previous` follow the Host header, so they are right even when other links are stale.
        reply.replace(api::PAGES, &shared.url);
    }
    reply.cookie_for(&headers);
    lock(&shared.requests).push(Request { path, status: reply.status, bytes: reply.body.len() });
    if shared.options.gzip {
        gzip::pack(&mut reply, &headers);
    }
    faults.send(reply)
}
