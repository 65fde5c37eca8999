//! A driver without sockets, that dies on demand: it moves errands against a [`TestGeotrek`] that listens nowhere, writes
//! what `net` would write by the same writer, on a clock of its own, and stops at a chosen byte or step as a process does
//! that is killed there. It keeps count of what came, so that a test can say that nothing came twice. `stage` is a folder
//! with a companion, and what a process does in it.

mod clock;
mod stage;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jalon::Result;
use jalon::companion::Job;
use jalon::response::{ResponseWriter, Step};
use jalon::storage::{FileSystem, StdFileSystem};
use jalon::transfer::{BlockReason, BodyKind, Next, Outcome, Transfer};

pub use clock::ManualClock;
pub use stage::{NAME, Stage, TODAY, below, copy, digits, folder, hasty, quiet};

use crate::fixture_server::TestGeotrek;

/// Bytes that a file may have.
const MOST: u64 = 64 << 20;
/// So long a driver may be silent before it is taken to be dead.
const LEASE: Duration = Duration::from_secs(3_600);

/// How driving ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Everything has come.
    Idle,
    /// The process died: whoever holds the job drops it.
    Died,
    /// The app does not allow more.
    Blocked(BlockReason),
}

/// ChangeKind came of one address, in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Came {
    /// Bytes of bodies that were read.
    pub bytes: u64,
    /// Times it was asked for.
    pub asked: u32,
    /// Times that a whole answer had been told to the job, or its file had its name, before it was asked for once more.
    pub again: u32,
    is_whole: bool,
}

/// A driver; it outlives the processes that it plays.
pub struct Line<'s> {
    server: &'s TestGeotrek,
    disk: Arc<dyn FileSystem>,
    clock: Arc<ManualClock>,
    /// Bytes until it dies.
    bytes_left: Option<u64>,
    /// Steps until it dies.
    steps_left: Option<u64>,
    bytes: u64,
    steps: u64,
    came: BTreeMap<String, Came>,
    /// Milliseconds that were waited.
    pub waited_ms: u64,
}

/// The process is no more.
struct Dead;

impl<'s> Line<'s> {
    /// A driver that never dies, on the system's disk.
    pub fn new(server: &'s TestGeotrek) -> Self {
        Line {
            server,
            disk: Arc::new(StdFileSystem),
            clock: Arc::default(),
            bytes_left: None,
            steps_left: None,
            bytes: 0,
            steps: 0,
            came: BTreeMap::new(),
            waited_ms: 0,
        }
    }

    /// The same on another disk.
    pub fn on(self, disk: Arc<dyn FileSystem>) -> Self {
        Line { disk, ..self }
    }

    /// It dies when so many more bytes of bodies have come and been written; none for never.
    pub fn die_after_bytes(&mut self, bytes: Option<u64>) {
        self.bytes_left = bytes;
    }

    /// It dies after so many more steps, a step being what it does between two words to the job; none for never.
    pub fn die_after_steps(&mut self, steps: Option<u64>) {
        self.steps_left = steps;
    }

    /// Bytes of bodies that came in all.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Steps in all.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// ChangeKind came, by address, with the language behind it where it depends on that.
    pub fn came(&self) -> &BTreeMap<String, Came> {
        &self.came
    }

    /// Forgets what came.
    pub fn forget(&mut self) {
        self.came.clear();
        (self.bytes, self.steps) = (0, 0);
    }

    /// A new process has a clock of its own.
    pub fn restart(&mut self) {
        self.clock.restart();
    }

    /// The clock of the companions whose jobs it moves.
    pub fn clock(&self) -> Arc<ManualClock> {
        Arc::clone(&self.clock)
    }

    /// Moves an job until everything has come, or the process dies.
    ///
    /// # Errors
    /// Those of the job and of the disk.
    pub fn drive(&mut self, job: &mut dyn Job) -> Result<End> {
        loop {
            self.clock.advance_ms(1);
            match job.next()? {
                Next::Idle => return Ok(End::Idle),
                Next::Blocked(why) => return Ok(End::Blocked(why)),
                Next::Wait { ms } => {
                    self.waited_ms += ms;
                    self.clock.advance_ms(ms);
                }
                Next::InFlight => panic!("nothing is on its way: there is one driver, and it asks for more"),
                Next::Start(transfer) => {
                    if self.step().is_err() {
                        return Ok(End::Died);
                    }
                    assert!(job.started(transfer.id, Some(LEASE))?, "what may start may be started");
                    if self.step().is_err() {
                        return Ok(End::Died);
                    }
                    let target = job.target(transfer.id);
                    let mut writer = ResponseWriter::new(transfer.clone(), target, Arc::clone(&self.disk), MOST);
                    let exchanged = self.exchange(&transfer, &mut writer);
                    if matches!(exchanged, Ok(Err(Dead))) {
                        return Ok(End::Died);
                    }
                    writer.abort();
                    let Ok(outcome) = exchanged? else { return Ok(End::Died) };
                    if let Outcome::Response(answer) = &outcome
                        && matches!(answer.status, 200..=299 | 304)
                    {
                        self.of(&transfer).is_whole = true;
                    }
                    if self.step().is_err() {
                        return Ok(End::Died);
                    }
                    job.complete(transfer.id, outcome)?;
                }
            }
        }
    }

    fn of(&mut self, transfer: &Transfer) -> &mut Came {
        let language = transfer.language.iter().map(|language| format!(" in {language}"));
        let key = std::iter::once(transfer.url.clone()).chain(language).collect();
        self.came.entry(key).or_default()
    }

    fn step(&mut self) -> Result<(), Dead> {
        self.steps += 1;
        match &mut self.steps_left {
            Some(0) => Err(Dead),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn exchange(&mut self, transfer: &Transfer, writer: &mut ResponseWriter) -> Result<Result<Outcome, Dead>> {
        let mut step = writer.start()?;
        loop {
            let headers = match step {
                Step::Ended(outcome) => return Ok(Ok(outcome)),
                Step::Body => unreachable!("a body comes after its head"),
                Step::Send(headers) => headers,
            };
            let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let is_conditional =
                headers.iter().any(|(name, _)| name.starts_with("if-none") || name.starts_with("if-mod"));
            let came = self.of(transfer);
            came.asked += 1;
            // A word about whether it is still the same is no second fetch.
            came.again += u32::from(came.is_whole && !is_conditional);
            let lost = || Outcome::NetworkError { detail: "no connection to the server".to_owned() };
            if !transfer.url.starts_with(self.server.url()) {
                return Ok(Ok(lost()));
            }
            let Some(answer) = self.server.ask("GET", &transfer.url, &headers) else {
                return Ok(Ok(Outcome::incomplete()));
            };
            if self.step().is_err() {
                return Ok(Err(Dead));
            }
            let headers = answer.headers.iter().map(|(name, value)| (&name[..], &value[..]));
            step = writer.on_head(answer.status, headers)?;
            if step != Step::Body {
                continue;
            }
            if transfer.body == BodyKind::File && self.step().is_err() {
                return Ok(Err(Dead));
            }
            let most = self.bytes_left.map_or(answer.body.len(), |left| (left as usize).min(answer.body.len()));
            self.bytes += most as u64;
            self.of(transfer).bytes += most as u64;
            for piece in answer.body[..most].chunks(4_096) {
                if let Step::Ended(outcome) = writer.write_chunk(piece)? {
                    return Ok(Ok(outcome));
                }
            }
            if let Some(left) = &mut self.bytes_left {
                *left -= most as u64;
                if *left == 0 {
                    return Ok(Err(Dead));
                }
            }
            if !answer.whole {
                return Ok(Ok(Outcome::incomplete()));
            }
            return Ok(Ok(writer.finish()?));
        }
    }
}
