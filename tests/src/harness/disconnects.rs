//! Ends the connection at each byte of a request and of its response, for a report with and without a photo. As the reqwest
//! driver does, the driver records that the final chunk is about to be sent before it sends it.

use jalon::companion::ReportUpload;
use jalon::report::{Event, Lifecycle, Reply, ReportState, SendResult};
use jalon::transfer::BootInstant;
use jalon::{Companion, Directories};

use super::actor;
use super::stats::{RunStats, Violation};
use crate::fixture_server::{ClientResponse, Fault, Options, TestGeotrek};
use crate::generator::{Size, Territory};

const NOW: BootInstant = BootInstant { ms: 1, boot_id: 1 };
const PATH: &str = "/api/v2/feedback_report/";
/// The response is shorter than this.
const MAX_RESPONSE_BYTES: usize = 2_000;

/// A request with a report.
struct ReportRequest {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// Bytes of the request, its head included, before the final chunk.
    before_final_chunk: usize,
    length: usize,
}

/// Cuts at each byte.
///
/// # Errors
/// Returns an error if a report cannot be filed.
pub fn run() -> jalon::Result<RunStats> {
    let mut stats = RunStats::default();
    for photos in [0, 1] {
        let server = TestGeotrek::without_socket(Territory::generate(Size::default(), 1), Options::default());
        let request = report_request(&server, photos)?;
        // The client sends only this many bytes.
        for sent in 0..=request.length {
            attempt(&server, &request, Some(sent), None, &mut stats);
        }
        // The server stops reading there.
        for at in 0..=request.length {
            attempt(&server, &request, None, Some(Fault::CutRequest(at)), &mut stats);
        }
        // The response is cut there.
        for at in 0..MAX_RESPONSE_BYTES {
            if attempt(&server, &request, None, Some(Fault::CutResponse(at)), &mut stats) {
                break;
            }
        }
    }
    Ok(stats)
}

fn report_request(server: &TestGeotrek, photos: u32) -> jalon::Result<ReportRequest> {
    let folder = tempfile::tempdir()?;
    let companion = Companion::open(&Directories::within(folder.path()))?;
    actor::queue_report(companion.journal()?, server.url(), 1, photos)?;
    let upload = companion
        .next_upload(&Default::default())?
        .ok_or_else(|| jalon::Error::NotFound { detail: "the report that was queued".to_owned() })?;
    let file = folder.path().join("body");
    upload.write_body(&file)?;
    Ok(ReportRequest::new(server, &upload, std::fs::read(file)?))
}

impl ReportRequest {
    fn new(server: &TestGeotrek, upload: &ReportUpload, body: Vec<u8>) -> Self {
        let headers = vec![
            ("host".to_owned(), "geotrek.test".to_owned()),
            ("content-type".to_owned(), upload.content_type.clone()),
            ("accept".to_owned(), "application/json".to_owned()),
            ("accept-language".to_owned(), upload.language.clone()),
        ];
        let mut request = Self { headers, body, before_final_chunk: 0, length: 0 };
        request.send(server, None);
        request.length = server.uploads()[0].bytes.len();
        let boundary = upload.content_type.rsplit('=').next().map_or(0, str::len);
        request.before_final_chunk = request.length - (boundary + "----\r\n".len());
        server.clear_reports();
        request
    }

    fn send(&self, server: &TestGeotrek, sent: Option<usize>) -> Option<ClientResponse> {
        let headers: Vec<(&str, &str)> = self.headers.iter().map(|(name, value)| (&name[..], &value[..])).collect();
        server.request_with_body("POST", PATH, &headers, &self.body, sent)
    }
}

/// One attempt. Returns whether the report was accepted.
fn attempt(
    server: &TestGeotrek,
    request: &ReportRequest,
    sent: Option<usize>,
    fault: Option<Fault>,
    stats: &mut RunStats,
) -> bool {
    server.clear_reports();
    let case = format!("of {} bytes, sent {sent:?}, {fault:?}", request.length);
    let read_by_server = match fault {
        Some(Fault::CutRequest(at)) => at,
        _ => usize::MAX,
    };
    server.faults().rules = fault.into_iter().map(Into::into).collect();
    // A driver hands over all bytes that the network accepts. It learns of a cut on the other side with its next chunk, or
    // later.
    let final_chunk_sent = sent.unwrap_or(usize::MAX).min(read_by_server) > request.before_final_chunk;
    let mut lifecycle = Lifecycle::default();
    let mut step = |lifecycle: &mut Lifecycle, event: Event| {
        if let Err(error) = lifecycle.apply(event, actor::AT_MS) {
            stats.record(Violation::Unexpected, format!("{case}: {error}"));
        }
    };
    step(&mut lifecycle, Event::Queue);
    step(&mut lifecycle, Event::Start { in_background: false });
    if final_chunk_sent {
        step(&mut lifecycle, Event::FinalChunkSent);
    }
    let result = match request.send(server, sent) {
        None => SendResult::ConnectionLost { final_chunk_sent, detail: "the connection was lost".to_owned() },
        Some(response) => {
            let body = String::from_utf8_lossy(&response.body).into_owned();
            let reply = Reply { status: response.status, body, is_complete: response.is_complete, ..Reply::default() };
            SendResult::Response { final_chunk_sent, reply }
        }
    };
    step(&mut lifecycle, Event::Completed { sent: result, now: NOW, jitter: 0.5 });
    let copies = server.reports().len();
    let is_in_doubt = matches!(lifecycle.state, ReportState::InDoubt { .. });
    let is_accepted = matches!(lifecycle.state, ReportState::Accepted { .. });
    let is_queued = matches!(lifecycle.state, ReportState::Queued { .. });
    stats.expect(copies <= 1, Violation::Duplicated, || format!("{case}: {copies} copies"));
    stats.expect(!is_accepted || copies == 1, Violation::Lost, || {
        format!("{case}: accepted, but the server does not have it")
    });
    stats.expect(!is_queued || copies == 0, Violation::Duplicated, || format!("{case}: queued, but the server has it"));
    stats.expect(is_in_doubt == (final_chunk_sent && !is_accepted), Violation::Unexpected, || {
        format!("{case}: {}, final chunk sent: {final_chunk_sent}", lifecycle.state.as_str())
    });
    stats.rounds += 1;
    server.faults().rules.clear();
    is_accepted
}
