//! The thread that accepts connections, and the exchange on each of them.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::sync::oneshot;

use super::faults::RequestFaults;
use super::request_reader::{ReadState, RequestReader};
use super::respond::prepare;
use super::state::{ServerState, lock};
use super::wire::Request;

/// The largest read, in bytes.
const READ_BYTES: usize = 16 * 1024;

/// A thread that listens until it is stopped.
pub(super) struct Listener {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Listener {
    pub(super) fn start(listener: std::net::TcpListener, state: Arc<ServerState>) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
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
                        // Without a free file descriptor, wait until another connection is closed.
                        let Ok((stream, _)) = listener.accept().await else {
                            tokio::time::sleep(Duration::from_millis(10)).await;
                            continue;
                        };
                        let connection = Connection::new(Arc::clone(&state));
                        tokio::spawn(async move { exchange(&connection.0, stream).await });
                    }
                };
                // Not a graceful shutdown: a body that never ends would block it.
                tokio::select! {
                    () = serve => {}
                    _ = stopped => {}
                }
            });
            runtime.shutdown_background();
        });
        Self { stop, thread }
    }

    /// Closes all connections and waits for the thread.
    pub(super) fn stop(self) {
        self.stop.send(()).ok();
        self.thread.join().ok();
    }
}

/// An open connection.
struct Connection(Arc<ServerState>);

impl Connection {
    fn new(state: Arc<ServerState>) -> Self {
        *lock(&state.connections) += 1;
        Self(state)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        *lock(&self.0.connections) -= 1;
        self.0.closed.notify_all();
    }
}

async fn exchange(state: &ServerState, mut stream: tokio::net::TcpStream) {
    let mut reader = RequestReader::default();
    let mut bytes = Vec::with_capacity(READ_BYTES);
    loop {
        bytes.clear();
        if stream.read_buf(&mut bytes).await.is_ok_and(|read| read > 0) {
            match reader.push(state, &bytes) {
                ReadState::Incomplete => continue,
                ReadState::Complete(request, faults) => {
                    respond(state, &mut stream, &request, &faults, reader.upload).await;
                }
                ReadState::Close => {}
            }
        }
        break;
    }
    reader.close(state);
}

async fn respond(
    state: &ServerState,
    stream: &mut tokio::net::TcpStream,
    request: &Request,
    faults: &RequestFaults,
    upload: Option<usize>,
) {
    let mut releases = state.releases.subscribe();
    let prepared = prepare(state, request, faults, upload);
    tokio::time::sleep(prepared.delay).await;
    if prepared.is_held {
        releases.changed().await.ok();
    }
    let count = |sent, is_last| {
        state.log.set_sent(prepared.log_index, sent);
        if let (Some(upload), true) = (upload, is_last) {
            state.uploads.finish(upload);
        }
    };
    prepared.wire.send(stream, count).await;
    if faults.is_early() {
        // The system resets the connection, and the client loses the response, if the request is not read to its end.
        let mut rest = Vec::with_capacity(READ_BYTES);
        while stream.read_buf(&mut rest).await.is_ok_and(|read| read > 0) {
            rest.clear();
        }
    }
}
