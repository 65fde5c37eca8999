//! The connection ends at each byte of a request and of its answer, for a report with and without a photo. The driver here
//! does what `net` does: it writes down that the last piece is about to leave before it does.

use jalon::companion::{Companion, Directories, ReportUpload};
use jalon::report::{Event, Lifecycle, Reply, ReportState, SendResult};
use jalon::transfer::BootInstant;

use super::actor;
use super::figures::{Figures, Wrong};
use crate::fixture_server::{Answer, Fault, Options, TestGeotrek};
use crate::generator::{Size, Territory};

const NOW: BootInstant = BootInstant { ms: 1, boot_id: 1 };
const PATH: &str = "/api/v2/feedback_report/";

/// A report as it goes out.
struct Posted {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// The bytes of the request, its head included, before the last piece.
    before_last: usize,
    length: usize,
}

/// Cuts at every byte.
///
/// # Errors
/// When no report can be filed.
pub fn run() -> jalon::Result<Figures> {
    let mut figures = Figures::default();
    for photos in [0, 1] {
        let server = TestGeotrek::unheard(Territory::generate(Size::default(), 1), Options::default());
        let posted = posted(&server, photos)?;
        // A request of which so many bytes leave.
        for upto in 0..=posted.length {
            one(&server, &posted, Some(upto), None, &mut figures);
        }
        // A server that stops to read there.
        for at in 0..=posted.length {
            one(&server, &posted, None, Some(Fault::CutRequest(at)), &mut figures);
        }
        // An answer of which so many bytes come.
        for at in 0..2_000 {
            if one(&server, &posted, None, Some(Fault::CutWire(at)), &mut figures) {
                break;
            }
        }
    }
    Ok(figures)
}

fn posted(server: &TestGeotrek, photos: u32) -> jalon::Result<Posted> {
    let folder = tempfile::tempdir()?;
    let companion = Companion::open(&Directories::within(folder.path()))?;
    actor::file(companion.journal()?, server.url(), 1, photos)?;
    let outgoing = companion
        .next_upload(&Default::default())?
        .ok_or_else(|| jalon::Error::NotFound { detail: "the report that was queued".to_owned() })?;
    let file = folder.path().join("body");
    outgoing.write_body(&file)?;
    Ok(Posted::new(server, &outgoing, std::fs::read(file)?))
}

impl Posted {
    fn new(server: &TestGeotrek, outgoing: &ReportUpload, body: Vec<u8>) -> Self {
        let headers = vec![
            ("host".to_owned(), "geotrek.test".to_owned()),
            ("content-type".to_owned(), outgoing.content_type.clone()),
            ("accept".to_owned(), "application/json".to_owned()),
            ("accept-language".to_owned(), outgoing.language.clone()),
        ];
        let mut posted = Self { headers, body, before_last: 0, length: 0 };
        posted.send(server, None);
        posted.length = server.posts()[0].bytes.len();
        let boundary = outgoing.content_type.rsplit('=').next().map_or(0, str::len);
        posted.before_last = posted.length - (boundary + "----\r\n".len());
        server.forget_reports();
        posted
    }

    fn send(&self, server: &TestGeotrek, upto: Option<usize>) -> Option<Answer> {
        let headers: Vec<(&str, &str)> = self.headers.iter().map(|(name, value)| (&name[..], &value[..])).collect();
        server.send("POST", PATH, &headers, &self.body, upto)
    }
}

/// One attempt; gives whether the report was accepted.
fn one(
    server: &TestGeotrek,
    posted: &Posted,
    upto: Option<usize>,
    fault: Option<Fault>,
    figures: &mut Figures,
) -> bool {
    server.forget_reports();
    let words = format!("of {} bytes, {upto:?}, {fault:?}", posted.length);
    let server_reads = match fault {
        Some(Fault::CutRequest(at)) => at,
        _ => usize::MAX,
    };
    server.faults().rules = fault.into_iter().map(Into::into).collect();
    // A driver hands over all that the network takes: it learns of a cut on the other side at its next piece, or later.
    let whole = upto.unwrap_or(usize::MAX).min(server_reads) > posted.before_last;
    let mut lifecycle = Lifecycle::default();
    let mut step = |lifecycle: &mut Lifecycle, step: Event| {
        if let Err(error) = lifecycle.apply(step, actor::AT_MS) {
            figures.wrong(Wrong::Odd, format!("{words}: {error}"));
        }
    };
    step(&mut lifecycle, Event::Queue);
    step(&mut lifecycle, Event::Start { in_background: false });
    if whole {
        step(&mut lifecycle, Event::FinalChunkSent);
    }
    let answer = posted.send(server, upto);
    let sent = match answer {
        None => SendResult::ConnectionLost { final_chunk_sent: whole, detail: "the connection was lost".to_owned() },
        Some(answer) => {
            let body = String::from_utf8_lossy(&answer.body).into_owned();
            let reply = Reply { status: answer.status, retry_after_ms: None, body, is_complete: answer.whole };
            SendResult::Response { final_chunk_sent: whole, reply }
        }
    };
    step(&mut lifecycle, Event::Completed { sent, now: NOW, jitter: 0.5 });
    let copies = server.reports().len();
    let doubted = matches!(lifecycle.state, ReportState::InDoubt { .. });
    let accepted = matches!(lifecycle.state, ReportState::Accepted { .. });
    let queued = matches!(lifecycle.state, ReportState::Queued { .. });
    figures.expect(copies <= 1, Wrong::Doubled, || format!("{words}: {copies} copies"));
    figures
        .expect(!accepted || copies == 1, Wrong::Lost, || format!("{words}: accepted, and the server has not got it"));
    figures.expect(!queued || copies == 0, Wrong::Doubled, || format!("{words}: it would be sent again"));
    figures.expect(doubted == (whole && !accepted), Wrong::Odd, || {
        format!("{words}: {}, and the last piece left: {whole}", lifecycle.state.as_str())
    });
    figures.rounds += 1;
    server.faults().rules.clear();
    accepted
}
