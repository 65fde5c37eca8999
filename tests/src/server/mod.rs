//! A server that answers as a running Geotrek-admin does, oddities included. It is here so that the end-to-end tests
//! meet over real sockets what was seen on a real server: pages that shift, texts that ignore the language, errors in
//! HTML. `api` decides what a list or a detail answers, `filter` which objects it sees and `shown` how it writes them
//! (`lambert` in metres), `near` what lies near another,
//! `query` reads parameters, `gzip` packs, `media` serves pictures (`small` makes the smallest), `faults` breaks answers
//! on demand, `socket` writes them byte by byte, and this file keeps the server running on a thread of its own.
//!
//! What a real one does and this one does not: it looks at `q`, `created_after` and the filters of each kind; lists only the entries of vocabularies that are in use; keeps details for days, stale links and languages
//! included; takes reports; and serves profiles, GPX, KML, PDF, tiles of panoramas and `format=geojson`.

mod api;
mod faults;
mod filter;
mod gzip;
mod lambert;
mod log;
mod media;
mod near;
mod query;
mod reply;
mod shown;
mod small;
mod socket;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use http::Method;
use tokio::net::TcpStream;
use tokio::sync::oneshot;

pub use faults::{Fault, Faults, Rule};
pub use log::Request;

use crate::day::Day;
use crate::territory::{HOST, Territory};
use faults::Met;
use log::Log;
use media::Media;
use reply::Reply;
use socket::{Asked, Wire};

/// How the server is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port; 0 lets the system choose.
    pub port: u16,
    /// What links in answers start with, e.g. `http://old.example.org`; the server's own address when absent.
    pub link_host: Option<String>,
    /// The day that counts as the current one; the real one when absent. Events are over or to come by it, and the ones
    /// generated stand around it; `Date` is its noon.
    pub today: Option<Day>,
    /// The month (1 to 12) that counts as the current one; that of `today` when absent.
    pub month: Option<usize>,
    /// Packs the API's answers for those who accept gzip.
    pub gzip: bool,
    /// Writes the outlines of communes and valleys in metres of Lambert-93, as a real server does, and not in degrees.
    pub outlines_in_metres: bool,
    /// The bytes of each photograph, 150 at least; when absent, they are landscapes of some 10 to 40 kB.
    pub media_bytes: Option<usize>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            link_host: None,
            today: None,
            month: None,
            gzip: true,
            outlines_in_metres: true,
            media_bytes: None,
        }
    }
}

/// An answer had without a socket.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Names, in small letters, and values.
    pub headers: Vec<(String, String)>,
    /// The body as it would come over the wire: packed, if it is, without the marks of chunks, and up to where it is cut.
    pub body: Vec<u8>,
    /// Whether that is all that was promised. If not, the connection ends here, or falls silent.
    pub whole: bool,
    /// The time it would have taken: nobody waits here.
    pub delay: Duration,
}

struct Shared {
    territory: RwLock<Territory>,
    faults: Mutex<Faults>,
    log: Log,
    options: Options,
    media: Media,
    url: String,
    orders: api::Orders,
    calls: AtomicU64,
    /// How often each path was asked for.
    asked: Mutex<BTreeMap<String, u64>>,
}

impl Shared {
    /// A seed that follows the path and how often it was asked for, so that calls at the same time do not matter.
    fn seed(&self, path: &str) -> u64 {
        let mut asked = lock(&self.asked);
        let times = asked.entry(path.to_owned()).or_default();
        *times += 1;
        u64::from(media::crc(path.as_bytes())) << 32 | *times
    }

    fn new(mut territory: Territory, options: Options, url: String) -> Self {
        territory.move_events(options.today.unwrap_or_else(Day::today));
        Self {
            territory: RwLock::new(territory),
            faults: Mutex::default(),
            log: Log::default(),
            media: Media::new(options.media_bytes),
            options,
            url,
            orders: api::Orders::default(),
            calls: AtomicU64::new(0),
            asked: Mutex::default(),
        }
    }
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
    pub fn start(territory: Territory, options: Options) -> Self {
        let listener = std::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, options.port)))
            .expect("the port must be free");
        listener.set_nonblocking(true).expect("a listener can be made non-blocking");
        let url = format!("http://{}", listener.local_addr().expect("a bound listener has an address"));
        let shared = Arc::new(Shared::new(territory, options, url));
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
                let serve = async {
                    loop {
                        // Without a file descriptor left, the next one may be had when others have ended.
                        let Ok((stream, _)) = listener.accept().await else {
                            tokio::time::sleep(Duration::from_millis(10)).await;
                            continue;
                        };
                        tokio::spawn(exchange(Arc::clone(&state), stream));
                    }
                };
                // Not a graceful shutdown: a body that never ends would hold it for ever.
                tokio::select! {
                    () = serve => {}
                    _ = stopped => {}
                }
            });
            runtime.shutdown_background();
        });
        Self { shared, stop: Some(stop), thread: Some(thread) }
    }

    /// A server that listens nowhere: it answers [`TestGeotrek::ask`] only, thousands of times a second.
    pub fn unheard(territory: Territory, options: Options) -> Self {
        let shared = Arc::new(Shared::new(territory, options, "http://geotrek.test".to_owned()));
        Self { shared, stop: None, thread: None }
    }

    /// Asks without a socket. `path` is a path with its query, or an address on this server. Faults strike, and the request
    /// counts, as on the wire; nobody waits. None when the connection ends within the head, or what was asked is no
    /// request.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Option<Answer> {
        let path = path.strip_prefix(self.url()).unwrap_or(path);
        let head = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect::<String>();
        let asked = socket::parse(format!("{method} {path} HTTP/1.1\r\n{head}\r\n").as_bytes())??.0;
        let prepared = prepare(&self.shared, &asked);
        let answer = prepared.wire.answer(prepared.reply, prepared.delay);
        self.shared.log.sent(prepared.rank, answer.as_ref().map_or(0, |answer| answer.body.len()));
        answer
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
        let territory = self.shared.territory.write().unwrap_or_else(PoisonError::into_inner);
        // Nobody can fill it again before the territory is let go.
        self.shared.orders.forget();
        territory
    }

    /// The requests answered so far.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.log.all()
    }

    /// Forgets the requests answered so far, so that the next ones can be counted. Those still being answered are
    /// forgotten, too.
    pub fn forget_requests(&self) {
        self.shared.log.forget();
    }

    /// Replaces the medium at a path (`/media/…`) by another one: other bytes, another ETag, another date.
    pub fn renew(&self, path: &str) {
        self.shared.media.renew(path);
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

async fn exchange(shared: Arc<Shared>, mut stream: TcpStream) {
    let Some(asked) = socket::read(&mut stream).await else { return };
    let prepared = prepare(&shared, &asked);
    tokio::time::sleep(prepared.delay).await;
    prepared.wire.send(&mut stream, |sent| shared.log.sent(prepared.rank, sent)).await;
}

/// An answer about to leave.
struct Prepared {
    wire: Wire,
    reply: Reply,
    delay: Duration,
    /// Its rank in the log.
    rank: usize,
}

fn prepare(shared: &Shared, asked: &Asked) -> Prepared {
    let path = asked.uri.path_and_query().map_or("/", |whole| whole.as_str()).to_owned();
    let met = lock(&shared.faults).meet(&path);
    let mut reply = answer(shared, asked, &met);
    if reply.is_json() {
        let host = shared.options.link_host.as_deref().unwrap_or(&shared.url);
        reply.replace(HOST, host);
        // `next` and `previous` follow the Host header, so they are right even when other links are stale.
        reply.replace(api::PAGES, &shared.url);
    }
    reply.cookie_for(&asked.headers);
    reply.headers.push(("date", shared.options.today.unwrap_or_else(Day::today).noon()));
    let bytes = reply.body.len();
    if shared.options.gzip {
        gzip::pack(&mut reply, &asked.headers);
    }
    let wire = Wire::new(&reply, &asked.method, &met.struck);
    let rank = shared.log.add(Request::new(path, asked, reply.status, bytes, wire.head()));
    Prepared { wire, reply, delay: met.delay(), rank }
}

fn answer(shared: &Shared, asked: &Asked, met: &Met) -> Reply {
    let call = shared.calls.fetch_add(1, Ordering::Relaxed);
    let path = asked.uri.path();
    if let Some(reply) = met.instead(path) {
        return reply;
    }
    if asked.method != Method::GET && asked.method != Method::HEAD {
        return Reply::detail(405, "Method not allowed.");
    }
    if path == faults::PORTAL {
        return Reply::portal();
    }
    if !path.starts_with("/api/v2/") {
        if met.has(&Fault::Renew) {
            shared.media.renew(path);
        }
        return shared.media.answer(path, &asked.headers, !met.has(&Fault::NoRange));
    }
    let territory = shared.territory.read().unwrap_or_else(PoisonError::into_inner);
    let today = shared.options.today.unwrap_or_else(Day::today);
    let month = shared.options.month.unwrap_or_else(|| today.month());
    let metres = shared.options.outlines_in_metres;
    let (orders, uri, headers) = (&shared.orders, &asked.uri, &asked.headers);
    let seed = shared.seed(&uri.to_string());
    let asked = api::Asked { orders, uri, headers, met, call, seed, today, month, metres };
    api::answer(&territory, &asked)
}
