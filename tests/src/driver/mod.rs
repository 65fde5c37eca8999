//! A driver without sockets. It executes a [`Job`] against a [`TestGeotrek`] in the same process and writes responses with
//! the [`ResponseWriter`] that the reqwest driver uses, on a [`ManualClock`].
//!
//! The driver can stop at a chosen byte or step, as if its process was killed there. It counts the requests and bytes of
//! each address, so that a test can assert that nothing was fetched twice.

mod clock;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jalon::Result;
use jalon::companion::Job;
use jalon::response::{ResponseWriter, Step};
use jalon::storage::{FileSystem, StdFileSystem};
use jalon::transfer::{BlockReason, BodyKind, Next, Outcome, Transfer};

pub use clock::ManualClock;

use crate::fixture_server::TestGeotrek;

/// The longest body that is accepted, in bytes.
const MAX_BODY_BYTES: u64 = 64 << 20;
/// How long a started transfer stays reserved for this driver.
const LEASE: Duration = Duration::from_secs(3_600);

/// Why [`SimulatedDriver::drive`] returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DriveEnd {
    /// The job has no more transfers.
    Idle,
    /// The process was killed. The caller must drop the job.
    Killed,
    /// The job may not start another transfer.
    Blocked(BlockReason),
}

/// The requests for one address in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FetchCount {
    /// Body bytes that were received.
    pub bytes: u64,
    /// Number of requests.
    pub requests: u32,
    /// Number of unconditional requests after a complete response was reported to the job.
    pub repeated: u32,
    is_complete: bool,
}

/// A driver that can be killed. It outlives the processes that it simulates.
pub struct SimulatedDriver {
    server: Arc<TestGeotrek>,
    file_system: Arc<dyn FileSystem>,
    clock: Arc<ManualClock>,
    /// Body bytes until the process is killed.
    bytes_left: Option<u64>,
    /// Steps until the process is killed.
    steps_left: Option<u64>,
    bytes: u64,
    steps: u64,
    fetches: BTreeMap<String, FetchCount>,
    /// Total pause between attempts, in milliseconds of the simulated clock.
    pub waited_ms: u64,
}

/// The process was killed.
struct Killed;

impl SimulatedDriver {
    /// A driver that is never killed and writes to the system's file system.
    pub fn new(server: Arc<TestGeotrek>) -> Self {
        SimulatedDriver {
            server,
            file_system: Arc::new(StdFileSystem),
            clock: Arc::default(),
            bytes_left: None,
            steps_left: None,
            bytes: 0,
            steps: 0,
            fetches: BTreeMap::new(),
            waited_ms: 0,
        }
    }

    /// Writes to another file system.
    pub fn with_file_system(self, file_system: Arc<dyn FileSystem>) -> Self {
        SimulatedDriver { file_system, ..self }
    }

    /// Kills the process after this many more body bytes. `None`: never.
    pub fn kill_after_bytes(&mut self, bytes: Option<u64>) {
        self.bytes_left = bytes;
    }

    /// Kills the process after this many more steps. A step is the work between two calls of the job. `None`: never.
    pub fn kill_after_steps(&mut self, steps: Option<u64>) {
        self.steps_left = steps;
    }

    /// Body bytes received since [`SimulatedDriver::reset_counts`].
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Steps since [`SimulatedDriver::reset_counts`].
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The requests since [`SimulatedDriver::reset_counts`]. The key is the address, followed by the language if the
    /// response depends on it.
    pub fn fetches(&self) -> &BTreeMap<String, FetchCount> {
        &self.fetches
    }

    /// Sets all counts to zero.
    pub fn reset_counts(&mut self) {
        self.fetches.clear();
        (self.bytes, self.steps) = (0, 0);
    }

    /// Starts the clock of a new process.
    pub fn restart(&mut self) {
        self.clock.restart();
    }

    /// The clock of the companions whose jobs the driver executes.
    pub fn clock(&self) -> Arc<ManualClock> {
        Arc::clone(&self.clock)
    }

    /// Counts one step.
    ///
    /// Returns `false` if the process is killed at this step.
    pub(crate) fn survives_step(&mut self) -> bool {
        self.step().is_ok()
    }

    /// Executes the transfers of a job until none is left or the process is killed.
    ///
    /// # Errors
    /// Any error of the job or of the file system.
    pub fn drive(&mut self, job: &mut dyn Job) -> Result<DriveEnd> {
        loop {
            self.clock.advance_ms(1);
            match job.next()? {
                Next::Idle => return Ok(DriveEnd::Idle),
                Next::Blocked(reason) => return Ok(DriveEnd::Blocked(reason)),
                Next::Wait { ms } => {
                    self.waited_ms += ms;
                    self.clock.advance_ms(ms);
                }
                Next::InFlight => {
                    panic!("no transfer is in flight: this driver completes each before it asks for more")
                }
                Next::Start(transfer) => {
                    if self.step().is_err() {
                        return Ok(DriveEnd::Killed);
                    }
                    assert!(job.started(transfer.id, Some(LEASE))?, "the job must accept its own transfer");
                    if self.step().is_err() {
                        return Ok(DriveEnd::Killed);
                    }
                    let target = job.target(transfer.id);
                    let file_system = Arc::clone(&self.file_system);
                    let mut writer = ResponseWriter::new(transfer.clone(), target, file_system, MAX_BODY_BYTES);
                    let result = self.exchange(&transfer, &mut writer);
                    if matches!(result, Ok(Err(Killed))) {
                        return Ok(DriveEnd::Killed);
                    }
                    writer.abort();
                    let Ok(outcome) = result? else { return Ok(DriveEnd::Killed) };
                    if let Outcome::Response(response) = &outcome
                        && matches!(response.status, 200..=299 | 304)
                    {
                        self.fetch_count(&transfer).is_complete = true;
                    }
                    if self.step().is_err() {
                        return Ok(DriveEnd::Killed);
                    }
                    job.complete(transfer.id, outcome)?;
                }
            }
        }
    }

    fn fetch_count(&mut self, transfer: &Transfer) -> &mut FetchCount {
        let language = transfer.language.iter().map(|language| format!(" in {language}"));
        let key = std::iter::once(transfer.url.clone()).chain(language).collect();
        self.fetches.entry(key).or_default()
    }

    fn step(&mut self) -> Result<(), Killed> {
        self.steps += 1;
        match &mut self.steps_left {
            Some(0) => Err(Killed),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn exchange(&mut self, transfer: &Transfer, writer: &mut ResponseWriter) -> Result<Result<Outcome, Killed>> {
        let mut step = writer.start()?;
        loop {
            let headers = match step {
                Step::Ended(outcome) => return Ok(Ok(outcome)),
                Step::Body => unreachable!("a body follows its head"),
                Step::Send(headers) => headers,
            };
            let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let is_conditional =
                headers.iter().any(|(name, _)| name.starts_with("if-none") || name.starts_with("if-mod"));
            let count = self.fetch_count(transfer);
            count.requests += 1;
            // A conditional request transfers no body, so it does not repeat a fetch.
            count.repeated += u32::from(count.is_complete && !is_conditional);
            if !transfer.url.starts_with(self.server.url()) {
                return Ok(Ok(Outcome::NetworkError { reason: "no connection to the server".to_owned() }));
            }
            let Some(response) = self.server.request("GET", &transfer.url, &headers) else {
                return Ok(Ok(Outcome::incomplete()));
            };
            if self.step().is_err() {
                return Ok(Err(Killed));
            }
            let headers = response.headers.iter().map(|(name, value)| (&name[..], &value[..]));
            step = writer.on_head(response.status, headers)?;
            if step != Step::Body {
                continue;
            }
            if transfer.body == BodyKind::File && self.step().is_err() {
                return Ok(Err(Killed));
            }
            let received = self.bytes_left.map_or(response.body.len(), |left| (left as usize).min(response.body.len()));
            self.bytes += received as u64;
            self.fetch_count(transfer).bytes += received as u64;
            for chunk in response.body[..received].chunks(4_096) {
                if let Step::Ended(outcome) = writer.write_chunk(chunk)? {
                    return Ok(Ok(outcome));
                }
            }
            if let Some(left) = &mut self.bytes_left {
                *left -= received as u64;
                if *left == 0 {
                    return Ok(Err(Killed));
                }
            }
            if !response.is_complete {
                return Ok(Ok(Outcome::incomplete()));
            }
            return Ok(Ok(writer.finish()?));
        }
    }
}
