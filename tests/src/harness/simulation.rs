//! Histories by the million: from one seed come a clock with reboots and jumps, a network with every fault, crashes before
//! and after each step that is written down, edits and decisions. The state machine is the real one; the journal is a list
//! in memory whose steps are whole or not at all, which `power` and `process_kills` show of the real one. RouteItem it stands a model
//! of its own, and the server's truth.

use std::collections::BTreeMap;

use jalon::report::{Endpoint, Event, Lifecycle, Reply, ReportState, Resolution, SendResult};
use jalon::transfer::BootInstant;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::figures::{Figures, Wrong};

/// The longest that a server may ask to wait, and some.
const CAP_MS: u64 = 25 * 3_600_000;
const REPORTS: usize = 5;
const EVENTS: usize = 40;

/// A step that a driver leaves out or gets wrong, to see whether that is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slip {
    /// It sends, and writes down that it began after.
    StartAfter,
    /// It does not write down that the last piece is about to leave.
    NoLastPiece,
    /// It takes a lost answer for a lost request.
    LostIsUnsent,
    /// It does not write down how an attempt ended.
    NoEnd,
    /// After a crash it does not ask what was under way.
    NoReconcile,
    /// It sends what is in doubt again by itself.
    ResendsDoubt,
    /// It takes any 2xx for an acceptance.
    Any2xx,
    /// It changes the text of what was sent without a new revision.
    EditsInPlace,
    /// It goes on with the next report only when the one before has arrived.
    HeadOfLine,
}

impl Slip {
    /// All of them.
    pub const ALL: [Slip; 9] = [
        Slip::StartAfter,
        Slip::NoLastPiece,
        Slip::LostIsUnsent,
        Slip::NoEnd,
        Slip::NoReconcile,
        Slip::ResendsDoubt,
        Slip::Any2xx,
        Slip::EditsInPlace,
        Slip::HeadOfLine,
    ];
}

/// Where a report must be by the model: what the rules of the guarantees say, written down apart from the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Model {
    Draft,
    Queued,
    Sending { last: bool, platform: bool },
    Accepted,
    Refused,
    Doubt,
}

impl Model {
    fn word(self) -> &'static str {
        match self {
            Model::Draft => "draft",
            Model::Queued => "queued",
            Model::Sending { .. } => "sending",
            Model::Accepted => "accepted",
            Model::Refused => "refused",
            Model::Doubt => "in_doubt",
        }
    }

    /// After an answer, by the table of outcome classes.
    fn answered(whole: bool, status: u16, wait: bool, is_receipt: bool) -> Model {
        match status {
            201 if is_receipt => Model::Accepted,
            400 | 413 | 415 | 422 => Model::Refused,
            200 | 300..=399 | 401 | 403 | 404 | 405 | 408 | 410 | 425 | 429 => Model::Queued,
            503 if wait => Model::Queued,
            _ if whole => Model::Doubt,
            _ => Model::Queued,
        }
    }
}

/// A report, as the journal has it, and what is known of it outside.
struct Item {
    lifecycle: Lifecycle,
    model: Model,
    /// Which text it has.
    text: u32,
    acked: bool,
    /// The server never takes it: it says so, or the connection is lost each time.
    poison: bool,
    is_deadly: bool,
    left: bool,
    /// What was sent of each revision.
    sent: BTreeMap<u32, u64>,
    /// What the server has: revision, and whether it was marked.
    copies: Vec<(u32, bool)>,
    /// Somebody said that it arrived.
    vouched: bool,
}

/// What the network does to an attempt.
enum Weather {
    NoConnection,
    /// It is lost before the last piece.
    Early(SendResult),
    /// The last piece leaves; whether the server stores the report, and what comes back.
    Late {
        stores: bool,
        sent: SendResult,
    },
}

struct World<'f> {
    rng: ChaCha8Rng,
    items: Vec<Item>,
    now: BootInstant,
    wall_ms: i64,
    /// Without API v2 for reports.
    is_old_server: bool,
    is_healed: bool,
    slip: Option<Slip>,
    figures: &'f mut Figures,
    seed: u64,
}

/// Lives so many histories, from this seed on.
pub fn run(seed: u64, histories: u64, slip: Option<Slip>) -> Figures {
    let mut figures = Figures::default();
    for history in 0..histories {
        one(seed.wrapping_add(history), slip, &mut figures);
    }
    figures
}

/// Lives one history.
pub fn one(seed: u64, slip: Option<Slip>, figures: &mut Figures) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let is_old_server = rng.random_range(0..4) == 0;
    let mut world = World {
        rng,
        items: Vec::new(),
        now: BootInstant { ms: 0, boot_id: 1 },
        wall_ms: 1_770_000_000_000,
        is_old_server,
        is_healed: false,
        slip,
        figures,
        seed,
    };
    for _ in 0..EVENTS {
        world.event();
    }
    world.heal();
    world.classify();
    world.figures.rounds += 1;
}

impl World<'_> {
    fn chance(&mut self, one_in: u32) -> bool {
        self.rng.random_range(0..one_in) == 0
    }

    fn wrong(&mut self, what: Wrong, words: &str) {
        let words = format!("seed {}: {words}", self.seed);
        self.figures.wrong(what, words);
    }

    /// Takes a step, as a journal does: the machine's answer must be the model's. None where the step is refused.
    fn step(&mut self, at: usize, step: Event, model: Option<Model>) -> Option<()> {
        let before = self.items[at].lifecycle.clone();
        let taken = self.items[at].lifecycle.apply(step.clone(), self.wall_ms);
        let item = &mut self.items[at];
        if taken.is_err() && item.lifecycle != before {
            self.wrong(Wrong::Odd, "a step that was refused changed something");
            return None;
        }
        match (taken.is_ok(), model) {
            (true, Some(model)) => item.model = model,
            (false, None) => return None,
            _ => {
                let words = format!("{step:?} in {} was not expected to go so", before.state.as_str());
                self.wrong(Wrong::Odd, &words);
                return None;
            }
        }
        if item.lifecycle.state.as_str() != item.model.word() {
            let words =
                format!("{step:?} leads from {before:?} to {:?}, not to {:?}", item.lifecycle.state, item.model);
            self.wrong(Wrong::Odd, &words);
        }
        if before.state.as_str() == "accepted" && taken.is_ok() && !matches!(step, Event::SenderLost) {
            self.wrong(Wrong::Odd, "something came after the acceptance");
        }
        Some(())
    }

    fn event(&mut self) {
        match self.rng.random_range(0..100) {
            0..15 => self.file(),
            15..25 => self.edit(),
            25..60 => {
                self.reconcile();
                self.pass();
            }
            60..72 => self.decide(),
            72..84 => self.time_passes(),
            84..90 => self.reboot(),
            90..95 => self.platform(),
            _ => self.nonsense(),
        }
    }

    fn file(&mut self) {
        if self.items.len() >= REPORTS {
            return;
        }
        let (poison, is_deadly) = (self.chance(8), self.chance(2));
        self.items.push(Item {
            lifecycle: Lifecycle::default(),
            model: Model::Draft,
            text: 0,
            acked: false,
            poison,
            is_deadly,
            left: false,
            sent: BTreeMap::new(),
            copies: Vec::new(),
            vouched: false,
        });
        let at = self.items.len() - 1;
        if self.chance(10) {
            return;
        }
        self.queue(at);
    }

    fn queue(&mut self, at: usize) {
        if self.step(at, Event::Queue, Some(Model::Queued)).is_some() {
            self.items[at].acked = true;
        }
    }

    fn edit(&mut self) {
        let Some(at) = self.pick(|item| matches!(item.model, Model::Draft | Model::Queued | Model::Refused)) else {
            return;
        };
        if self.slip == Some(Slip::EditsInPlace) {
            self.items[at].text += 1;
            return;
        }
        if self.step(at, Event::Edit, Some(Model::Draft)).is_some() {
            self.items[at].text += 1;
        }
        if !self.chance(6) {
            self.queue(at);
        }
    }

    fn pick(&mut self, suits: impl Fn(&Item) -> bool) -> Option<usize> {
        let suitable: Vec<usize> = (0..self.items.len()).filter(|at| suits(&self.items[*at])).collect();
        if suitable.is_empty() { None } else { Some(suitable[self.rng.random_range(0..suitable.len())]) }
    }

    /// What the start of a driver does: whoever was sending is gone.
    fn reconcile(&mut self) {
        for at in 0..self.items.len() {
            let Model::Sending { last, platform: false } = self.items[at].model else { continue };
            if self.slip == Some(Slip::NoReconcile) {
                continue;
            }
            let model = if last { Model::Doubt } else { Model::Queued };
            self.step(at, Event::SenderLost, Some(model));
        }
    }

    /// Goes once over what is due; ends early by a crash.
    fn pass(&mut self) {
        for at in 0..self.items.len() {
            if self.slip == Some(Slip::ResendsDoubt) && self.items[at].model == Model::Doubt {
                self.items[at].lifecycle.state = ReportState::Queued { not_before: None };
                self.items[at].model = Model::Queued;
            }
            for _ in 0..2 {
                if !self.items[at].lifecycle.is_due(self.now) {
                    break;
                }
                if self.attempt(at).is_none() {
                    return;
                }
            }
            let waits = matches!(self.items[at].model, Model::Queued | Model::Refused | Model::Doubt);
            if self.slip == Some(Slip::HeadOfLine) && waits {
                return;
            }
        }
    }

    /// A crash, now and then, where one can be.
    fn crashes(&mut self) -> Option<()> {
        if !self.is_healed && self.chance(25) { None } else { Some(()) }
    }

    /// None where the process dies.
    fn attempt(&mut self, at: usize) -> Option<()> {
        self.crashes()?;
        let start = Event::Start { in_background: false };
        let under_way = Model::Sending { last: false, platform: false };
        if self.slip != Some(Slip::StartAfter) {
            self.step(at, start.clone(), Some(under_way))?;
        }
        self.crashes()?;
        self.freeze(at);
        let weather = self.weather(at);
        let (sent, stores) = match weather {
            Weather::NoConnection => (SendResult::NotSent { detail: "no".into() }, false),
            Weather::Early(sent) => (sent, false),
            Weather::Late { stores, sent } => {
                if !matches!(self.slip, Some(Slip::StartAfter | Slip::NoLastPiece)) {
                    self.step(at, Event::FinalChunkSent, Some(Model::Sending { last: true, platform: false }))?;
                }
                self.crashes()?;
                (sent, stores)
            }
        };
        if stores {
            let item = &mut self.items[at];
            item.copies.push((item.lifecycle.revision, item.lifecycle.may_be_duplicate));
        }
        self.crashes()?;
        if self.slip == Some(Slip::StartAfter) {
            self.step(at, start, Some(under_way))?;
        }
        if self.slip == Some(Slip::NoEnd) {
            return Some(());
        }
        self.end(at, self.slipped(sent));
        self.crashes()
    }

    fn slipped(&self, mut sent: SendResult) -> SendResult {
        if let (Some(Slip::LostIsUnsent), SendResult::ConnectionLost { final_chunk_sent, .. }) = (self.slip, &mut sent)
        {
            *final_chunk_sent = false;
        }
        if let (Some(Slip::Any2xx), SendResult::Response { reply, .. }) = (self.slip, &mut sent)
            && (200..300).contains(&reply.status)
        {
            *reply = Reply { status: 201, body: r#"{"id": 1}"#.into(), is_complete: true, retry_after_ms: None };
        }
        sent
    }

    /// What is sent of a revision is what was sent of it before.
    fn freeze(&mut self, at: usize) {
        let item = &mut self.items[at];
        let bytes = u64::from(item.text) << 1 | u64::from(item.lifecycle.may_be_duplicate);
        if *item.sent.entry(item.lifecycle.revision).or_insert(bytes) != bytes {
            self.wrong(Wrong::Odd, "a revision was sent with other bytes");
        }
    }

    fn end(&mut self, at: usize, sent: SendResult) {
        let is_first = self.items[at].lifecycle.endpoint == Endpoint::V2;
        let (model, moves) = match &sent {
            SendResult::NotSent { .. } | SendResult::ConnectionLost { final_chunk_sent: false, .. } => {
                (Model::Queued, false)
            }
            SendResult::ConnectionLost { final_chunk_sent: true, .. } => (Model::Doubt, false),
            SendResult::Response { final_chunk_sent, reply } => {
                let is_receipt = reply.is_complete && reply.body.contains("\"id\"") && reply.body.ends_with('}');
                let model =
                    Model::answered(*final_chunk_sent, reply.status, reply.retry_after_ms.is_some(), is_receipt);
                (model, is_first && matches!(reply.status, 301 | 404 | 405))
            }
        };
        let chance = f64::from(self.rng.random_range(0..=1_000_u32)) / 1_000.0;
        self.step(at, Event::Completed { sent, now: self.now, jitter: chance }, Some(model));
        let ReportState::Queued { not_before } = self.items[at].lifecycle.state else { return };
        let waits = not_before.map_or(0, |until| until.ms_since(self.now));
        let right = if moves { waits == 0 } else { (15_000..=CAP_MS).contains(&waits) };
        if !right {
            self.wrong(Wrong::Odd, &format!("the next attempt is after {waits} ms"));
        }
    }

    fn weather(&mut self, at: usize) -> Weather {
        let item = &self.items[at];
        let (is_first, poison, is_deadly) = (item.lifecycle.endpoint == Endpoint::V2, item.poison, item.is_deadly);
        let answered =
            |final_chunk_sent: bool, status: u16, body: &str, retry_after_ms: Option<u64>, is_complete: bool| {
                let reply = Reply { status, retry_after_ms, body: body.into(), is_complete };
                SendResult::Response { final_chunk_sent, reply }
            };
        let late = |stores: bool, status: u16, body: &str, wait: Option<u64>| Weather::Late {
            stores,
            sent: answered(true, status, body, wait, true),
        };
        if self.is_old_server && is_first {
            return late(false, 404, r#"{"page": "does not exist"}"#, None);
        }
        let receipt = r#"{"id": 7, "email": ""}"#;
        if poison && is_deadly {
            return Weather::Early(SendResult::ConnectionLost { final_chunk_sent: false, detail: "cut".into() });
        }
        if poison && (self.is_healed || self.chance(2)) {
            return late(false, [400, 413, 422][self.rng.random_range(0..3)], r#"{"comment": ["no"]}"#, None);
        }
        if self.is_healed {
            return late(true, 201, receipt, None);
        }
        let lost = |final_chunk_sent: bool| SendResult::ConnectionLost { final_chunk_sent, detail: "cut".into() };
        let wait = match self.rng.random_range(0..5) {
            0 => Some(0),
            1 => Some(120_000),
            2 => Some(u64::MAX),
            _ => None,
        };
        match self.rng.random_range(0..20) {
            0 => Weather::NoConnection,
            1 => Weather::Early(lost(false)),
            2 => {
                let status = [413, 408, 500, 503, 502, 201, 301, 401][self.rng.random_range(0..8)];
                Weather::Early(answered(false, status, "", wait, true))
            }
            // Within the last piece, or after it before the server has stored anything.
            3 => Weather::Late { stores: false, sent: lost(true) },
            4 => Weather::Late { stores: true, sent: lost(true) },
            5 => Weather::Late { stores: true, sent: answered(true, 201, r#"{"id": 7, "em"#, None, false) },
            6 => late(true, 201, r#"{"id": 7, "em"#, None),
            7 => late(true, 201, "<html></html>", None),
            8 => late(true, 500, "<html></html>", None),
            9 => late(true, [502, 504, 503][self.rng.random_range(0..3)], "", None),
            10 => late(true, 201, r#"{"id": null}"#, None),
            // A sign-in page, redirects, a server that is closed, moved, or wants patience.
            11 => late(false, 200, "<html></html>", None),
            12 => late(false, [301, 302, 307, 308][self.rng.random_range(0..4)], "", None),
            13 => late(false, [401, 403, 404, 405, 410][self.rng.random_range(0..5)], "", None),
            14 => late(false, [408, 425, 429][self.rng.random_range(0..3)], "", wait),
            15 => late(false, 503, "", wait),
            16 => late(false, [500, 502, 504, 507, 599][self.rng.random_range(0..5)], "", wait),
            17 => {
                let status = self.rng.random_range(202..600);
                // What those mean that are refusals or patience is said above.
                late(Model::answered(true, status, false, false) == Model::Doubt && wait.is_some(), status, "", None)
            }
            _ => late(true, 201, receipt, None),
        }
    }

    /// The platform's uploader has one, and says how that ended, or is gone; a late word may come after.
    fn platform(&mut self) {
        let now = self.now;
        let Some(at) = self.pick(|item| item.lifecycle.is_due(now)) else { return };
        if matches!(self.slip, Some(Slip::StartAfter | Slip::NoLastPiece | Slip::NoEnd)) {
            return;
        }
        let under_way = Model::Sending { last: true, platform: true };
        if self.step(at, Event::Start { in_background: true }, Some(under_way)).is_none() {
            return;
        }
        self.freeze(at);
        let (sent, stores) = match self.weather(at) {
            Weather::NoConnection => (SendResult::NotSent { detail: "no".into() }, false),
            Weather::Early(sent) => (sent, false),
            Weather::Late { stores, sent } => (sent, stores),
        };
        if stores {
            let item = &mut self.items[at];
            item.copies.push((item.lifecycle.revision, item.lifecycle.may_be_duplicate));
        }
        if self.chance(3) {
            self.step(at, Event::SenderLost, Some(Model::Doubt));
            if self.chance(2) {
                let is_receipt = matches!(&sent, SendResult::Response { reply, .. }
                    if reply.is_complete && reply.status == 201 && reply.body.ends_with('}'));
                let model = if is_receipt { Model::Accepted } else { Model::Doubt };
                self.step(at, Event::Completed { sent, now, jitter: 0.0 }, Some(model));
            }
        } else {
            self.end(at, self.slipped(sent));
        }
    }

    fn decide(&mut self) {
        let Some(at) = self.pick(|item| item.model == Model::Doubt) else { return };
        self.resolve(at);
    }

    /// People tell the truth: that a report arrived is said only of one that did.
    fn resolve(&mut self, at: usize) {
        let arrived = !self.items[at].copies.is_empty();
        match self.rng.random_range(0..4) {
            0 if arrived => {
                let said = if self.chance(2) { Some(3) } else { None };
                self.step(at, Event::Resolve(Resolution::Delivered(said)), Some(Model::Accepted));
                self.items[at].vouched = true;
            }
            1 if arrived => {
                self.step(at, Event::Resolve(Resolution::Abandon), Some(Model::Doubt));
                self.items[at].left = true;
            }
            _ => {
                self.step(at, Event::Resolve(Resolution::Resend), Some(Model::Queued));
                self.items[at].left = false;
            }
        }
    }

    fn time_passes(&mut self) {
        self.now.ms += self.rng.random_range(0..7_200_000);
        self.wall_ms += match self.rng.random_range(0..4) {
            0 => -315_360_000_000,
            1 => 315_360_000_000,
            2 => 3_600_000,
            _ => 1_000,
        };
    }

    fn reboot(&mut self) {
        self.now = BootInstant { ms: 0, boot_id: self.now.boot_id + 1 };
    }

    /// A step at random, which the state may not allow.
    fn nonsense(&mut self) {
        let Some(at) = self.pick(|_| true) else { return };
        let model = self.items[at].model;
        let (step, after) = match self.rng.random_range(0..5) {
            0 => (Event::FinalChunkSent, None),
            1 => (Event::Resolve(Resolution::Abandon), (model == Model::Doubt).then_some(Model::Doubt)),
            2 => {
                (Event::Queue, matches!(model, Model::Draft | Model::Queued | Model::Refused).then_some(Model::Queued))
            }
            3 => (
                Event::Start { in_background: false },
                (model == Model::Queued).then_some(Model::Sending { last: false, platform: false }),
            ),
            _ => return,
        };
        if matches!(model, Model::Sending { .. }) {
            return;
        }
        let left = matches!(step, Event::Resolve(_));
        let queues = step == Event::Queue;
        if self.step(at, step, after).is_some() {
            self.items[at].left |= left;
            self.items[at].acked |= queues;
        }
    }

    /// The faults stop: whatever is not hopeless arrives, within the longest pause.
    fn heal(&mut self) {
        self.is_healed = true;
        let mut waited = 0;
        for _ in 0..20 {
            for at in 0..self.items.len() {
                match self.items[at].model {
                    Model::Sending { platform: true, .. } => {
                        self.step(at, Event::SenderLost, Some(Model::Doubt));
                    }
                    Model::Doubt if !self.items[at].left => self.resolve(at),
                    Model::Draft if self.items[at].acked => self.queue(at),
                    Model::Refused if !self.items[at].poison => self.queue(at),
                    _ => {}
                }
            }
            self.reconcile();
            self.pass();
            let hopeful = self.items.iter().filter(|item| !item.poison);
            let waits = hopeful.filter_map(|item| match item.lifecycle.state {
                ReportState::Queued { not_before } => Some(not_before.map_or(0, |until| until.ms_since(self.now))),
                _ => None,
            });
            let Some(wait) = waits.min() else { continue };
            waited += wait;
            self.now.ms += wait;
        }
        if waited > CAP_MS * 2 {
            self.wrong(Wrong::Stuck, &format!("healing took {waited} ms"));
        }
    }

    /// What the server has, against what is said of it.
    fn classify(&mut self) {
        for at in 0..self.items.len() {
            let item = &self.items[at];
            let unmarked = item.copies.iter().filter(|(_, marked)| !marked).count();
            let marked = item.copies.len() - unmarked;
            let (state, acked, poison, left) = (item.lifecycle.state.clone(), item.acked, item.poison, item.left);
            let has = !item.copies.is_empty();
            if unmarked > 1 || (unmarked + marked > 1 && marked == 0) {
                self.wrong(Wrong::Doubled, &format!("{unmarked} copies that nothing highlights"));
            }
            match &state {
                ReportState::Accepted { .. } if !has => {
                    self.wrong(Wrong::Lost, "accepted, and the server has not got it")
                }
                ReportState::Accepted { .. } => {}
                ReportState::InDoubt { is_abandoned: true } if left => {}
                ReportState::Refused { .. } | ReportState::Queued { .. } if poison => {}
                ReportState::Draft if !acked => {}
                _ if acked || has => self.wrong(Wrong::Stuck, &format!("at the end it is {}", state.as_str())),
                _ => {}
            }
        }
    }
}
