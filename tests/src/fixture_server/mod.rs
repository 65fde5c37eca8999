//! A server that answers as a running Geotrek-admin does, oddities included. It is here so that the end-to-end tests
//! meet over real sockets what was seen on a real server: pages that shift, texts that ignore the language, errors in
//! HTML. `api` decides what a list or a detail answers, `filter` which objects it sees and `shown` how it writes them
//! (`lambert` in metres), `near` what lies near another,
//! `intake` takes requests in as they come, `posts` keeps what they brought and `reports` what was stored of it, `query`
//! reads parameters, `gzip` packs, `media` serves pictures (`small` makes the smallest), `faults` breaks answers
//! on demand, `socket` writes them byte by byte, and this file keeps the server running on a thread of its own.
//!
//! What a real one does and this one does not: it looks at `q`, `created_after` and the filters of each kind; lists only the entries of vocabularies that are in use; keeps details for days, stale links and languages
//! included; and serves profiles, GPX, KML, PDF, tiles of panoramas and `format=geojson`.

mod api;
mod faults;
mod filter;
mod gzip;
mod intake;
mod lambert;
mod log;
mod media;
mod near;
mod posts;
mod query;
mod reply;
mod reports;
mod shown;
pub(crate) mod small;
mod socket;

use std::collections::BTreeMap;
use std::io::Read;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use http::Method;
use tokio::io::AsyncReadExt;
use tokio::sync::{oneshot, watch};

pub use faults::{Body, Fault, Faults, Rule};
pub use log::Request;
pub use posts::Post;
pub use reports::{Attachment, StoredReport};

use crate::day::Day;
use crate::generator::{HOST, Territory};
use faults::Met;
use intake::{Intake, Step};
use log::Log;
use media::Media;
use posts::Posts;
use reply::Reply;
use reports::Reports;
use socket::{Asked, Wire};

/// The most read at once.
const PIECE: usize = 16 * 1024;

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
    /// Knows a report again by its `uuid`, which no Geotrek does yet: the same one again is answered as the first time, and
    /// nothing is stored.
    pub idempotent_reports: bool,
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
            idempotent_reports: false,
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
    /// The body as it would come over the wire: packed, if it is, without the highlights of chunks, and up to where it is cut.
    pub body: Vec<u8>,
    /// Whether that is all that was promised. If not, the connection ends here, or falls silent.
    pub whole: bool,
    /// The time it would have taken, without end if it is held back: nobody waits here.
    pub delay: Duration,
}

struct Shared {
    territory: RwLock<Territory>,
    faults: Mutex<Faults>,
    log: Log,
    posts: Posts,
    reports: Reports,
    /// How many connections are not done with.
    open: Mutex<usize>,
    /// Told when there is one less.
    closed: Condvar,
    /// Moves when answers held back are let go.
    gate: watch::Sender<u64>,
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
            posts: Posts::default(),
            reports: Reports::default(),
            open: Mutex::default(),
            closed: Condvar::new(),
            gate: watch::Sender::default(),
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
                        let open = Open::new(Arc::clone(&state));
                        tokio::spawn(async move { exchange(&open.0, stream).await });
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
        self.send(method, path, headers, &[], None)
    }

    /// Asks as [`TestGeotrek::ask`] does, and brings a body; Content-Length is added unless a header says how long it is.
    /// With `upto`, only so many bytes of the request arrive, its head included, before the connection ends: there is no
    /// answer unless that is all of it.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
        upto: Option<usize>,
    ) -> Option<Answer> {
        let path = path.strip_prefix(self.url()).unwrap_or(path);
        let mut head = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect::<String>();
        let says = |name: &str| ["content-length", "transfer-encoding"].contains(&name.to_ascii_lowercase().as_str());
        if (!body.is_empty() || method == "POST") && !headers.iter().any(|(name, _)| says(name)) {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        let mut request = format!("{method} {path} HTTP/1.1\r\n{head}\r\n").into_bytes();
        request.extend(body);
        request.truncate(upto.unwrap_or(usize::MAX));
        let mut intake = Intake::default();
        let step = intake.take(&self.shared, &request);
        let answer = if let Step::Answer(asked, met) = step {
            let prepared = prepare(&self.shared, &asked, &met, intake.post);
            let delay = if prepared.held { Duration::MAX } else { prepared.delay };
            let answer = prepared.wire.answer(prepared.reply, delay);
            self.shared.log.sent(prepared.rank, answer.as_ref().map_or(0, |answer| answer.body.len()));
            answer
        } else {
            None
        };
        intake.end(&self.shared);
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

    /// The reports stored so far.
    pub fn reports(&self) -> Vec<StoredReport> {
        self.shared.reports.all()
    }

    /// The requests so far that bring something, cut ones included, those still coming too.
    pub fn posts(&self) -> Vec<Post> {
        self.shared.posts.all()
    }

    /// Forgets reports and what brought them, when none is under way: the next one is number 1 again.
    pub fn forget_reports(&self) {
        self.shared.reports.forget();
        self.shared.posts.forget();
    }

    /// Waits until every connection made so far is done with, those of processes that were killed included, so that what is
    /// known of them does not change any more. It never comes back while an answer is held back or never ends.
    pub fn settle(&self) {
        if self.stop.is_none() {
            return;
        }
        // Connections are accepted in their order, so once this one is over, all before it are known.
        let closed = TcpStream::connect(self.url().trim_start_matches("http://")).and_then(|mut last| {
            last.shutdown(Shutdown::Write)?;
            last.read_to_end(&mut Vec::new())
        });
        closed.ok();
        let open = lock(&self.shared.open);
        drop(self.shared.closed.wait_while(open, |open| *open > 0));
    }

    /// Lets go the answers that are held back now.
    pub fn release(&self) {
        self.shared.gate.send_modify(|moved| *moved += 1);
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

/// A connection that is not done with.
struct Open(Arc<Shared>);

impl Open {
    fn new(shared: Arc<Shared>) -> Self {
        *lock(&shared.open) += 1;
        Self(shared)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        *lock(&self.0.open) -= 1;
        self.0.closed.notify_all();
    }
}

async fn exchange(shared: &Shared, mut stream: tokio::net::TcpStream) {
    let mut intake = Intake::default();
    let mut bytes = Vec::with_capacity(PIECE);
    loop {
        bytes.clear();
        if stream.read_buf(&mut bytes).await.is_ok_and(|read| read > 0) {
            match intake.take(shared, &bytes) {
                Step::More => continue,
                Step::Answer(asked, met) => respond(shared, &mut stream, &asked, &met, intake.post).await,
                Step::Close => {}
            }
        }
        break;
    }
    intake.end(shared);
}

async fn respond(shared: &Shared, stream: &mut tokio::net::TcpStream, asked: &Asked, met: &Met, post: Option<usize>) {
    let mut gate = shared.gate.subscribe();
    let prepared = prepare(shared, asked, met, post);
    tokio::time::sleep(prepared.delay).await;
    if prepared.held {
        gate.changed().await.ok();
    }
    let count = |sent, last| {
        shared.log.sent(prepared.rank, sent);
        if let (Some(post), true) = (post, last) {
            shared.posts.end(post);
        }
    };
    prepared.wire.send(stream, count).await;
    if met.early() {
        // What was not read would make the system take the answer back.
        let mut rest = Vec::with_capacity(PIECE);
        while stream.read_buf(&mut rest).await.is_ok_and(|read| read > 0) {
            rest.clear();
        }
    }
}

/// An answer about to leave.
struct Prepared {
    wire: Wire,
    reply: Reply,
    delay: Duration,
    /// Whether it leaves only when told to.
    held: bool,
    /// Its rank in the log.
    rank: usize,
}

fn prepare(shared: &Shared, asked: &Asked, met: &Met, post: Option<usize>) -> Prepared {
    let (mut reply, stored) = answer(shared, asked, met, post);
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
    let rank = shared.log.add(Request::new(asked.target(), asked, reply.status, bytes, wire.head()));
    if let Some(post) = post {
        shared.posts.change(post, |post| (post.status, post.stored) = (Some(reply.status), stored));
    }
    Prepared { wire, reply, delay: met.delay(), held: met.has(&Fault::Hold), rank }
}

fn answer(shared: &Shared, asked: &Asked, met: &Met, post: Option<usize>) -> reports::RefreshSummary {
    if let Some(reply) = met.instead(asked.uri.path()) {
        return (reply, None);
    }
    if reports::concerns(asked.uri.path()) {
        let territory = shared.territory.read().unwrap_or_else(PoisonError::into_inner);
        let place = post.map(|post| shared.posts.place(post));
        let idempotent = shared.options.idempotent_reports;
        if let Some(taken) = shared.reports.answer(&territory, asked, met, place, idempotent) {
            return taken;
        }
    }
    (read_only(shared, asked, met), None)
}

fn read_only(shared: &Shared, asked: &Asked, met: &Met) -> Reply {
    let call = shared.calls.fetch_add(1, Ordering::Relaxed);
    let path = asked.uri.path();
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
