//! The lifecycle of a field report: draft → queued → sending → accepted, refused or in doubt. It is a pure state machine: an
//! [`Event`] and a time go in, the next [`ReportState`] comes out. The journal stores it, a driver sends the bytes.
//!
//! # Guarantees
//!
//! * **Durable.** When [`queue`](crate::journal::Journal::queue) returns, the report and its photos are on stable storage:
//!   the database is written with `synchronous=FULL`, each photo and its directory are synced, and the report is also
//!   stored as a small file of its own, for the case that the first page of the database is damaged.
//! * **Never lost.** Only the person, or a verified acceptance, ends a report.
//! * **Frozen.** Every attempt of one revision sends the same bytes. An edit makes a new revision.
//! * **Journalled.** The start of an attempt is stored before its first byte is sent. Its final chunk is announced before it
//!   is sent, and after all other bytes were handed to the system, because only a process that dies after the announcement
//!   leaves a report *in doubt*: one that dies before leaves a report that can safely be sent again. Other reports of the
//!   pass are unchanged.
//! * **In doubt means in doubt.** A report is in doubt exactly if its whole body may have reached the server and no response
//!   says whether it was stored. It is not sent again automatically: the app or the person decides ([`Resolution`]).
//!   Geotrek answers 201 after it stored a report. Any other success and a redirect to the same host may come from a proxy
//!   or a patched server that stored it, so they leave doubt; a page of HTML with 200 and a redirect to another host come
//!   from the sign-in page of a Wi-Fi network, so the report is sent again.
//! * **Few doubts.** nginx answers 502 for a Geotrek that is down, and each report would be in doubt although none was
//!   stored. So a driver requests `/api/v2/version` before the first report of a pass and after each 5xx, and sends nothing
//!   to a server whose application is down. After a report that a 5xx puts in doubt, the other reports to the same server
//!   wait for the next pass.
//! * **No head-of-line blocking.** A report that cannot be sent does not delay the others, except that a server error ends
//!   the pass for its server. The pauses between attempts grow with jitter, on a monotonic clock; a pause ends with its
//!   clock.
//! * **Damage is detected.** Opening the journal detects damage, even a single flipped bit in a report. The damaged file is
//!   kept unchanged; each report is recovered from its row or from its file, whichever is intact and newer.
//! * **One sender.** Only one process sends at a time. The lock ends with its process.
//!
//! # Assumptions
//!
//! The storage keeps what it reported as synced. The server does not store a report of which it received only a part
//! (Geotrek reads the whole body first).
//!
//! # Limits of a stock Geotrek server
//!
//! Geotrek has no key that identifies a report sent twice, and no request that asks whether a report arrived. It can answer
//! 500 after it stored a report (it mails the acknowledgement afterwards), and 201 although it dropped a photo. So if the
//! response is lost, “exactly once” needs a person's decision. Each comment ends with a short reference, such as
//! `[ref 7F3A2C9B]`, by which an agent recognises a duplicate; the reference can be left out.
//!
//! # A proposal for Geotrek
//!
//! > **Let clients name their reports.** Field apps queue reports for days without a network. If the response to a `POST`
//! > on `/api/v2/feedback_report/` is lost, they cannot know whether the report was stored: sending it again may duplicate
//! > it, not sending it may lose it. We propose an optional form field `uuid` (RFC 9562), stored in the report's own `uuid`
//! > column, which already has a unique constraint:
//! >
//! > 1. A `POST` with an unknown `uuid` stores the report and answers 201, as today.
//! > 2. A `POST` with a known `uuid` stores nothing. It answers 200 with the same body as the first time if the text fields
//! >    are the same, and 409 if they are not.
//! > 3. The response lists the stored attachments, as `[{"name": …, "sha256": …}]`, so that a client learns that a photo was
//! >    dropped.
//! > 4. The acknowledgement is mailed after the transaction (`transaction.on_commit`, failures logged), so that a mail outage
//! >    does not cause a 500.
//! >
//! > Nothing changes for clients that send no `uuid`. It is a change of the serializer and the view, without a migration; we
//! > are glad to contribute it.
//!
//! # Files
//!
//! * `content`: the content of a report and its validation.
//! * `state`: the states, and the records of attempts.
//! * `lifecycle`: the state machine.
//! * `reply`: the classification of an attempt's result.

mod content;
mod lifecycle;
mod reply;
mod state;

pub use content::{KnownTerms, ReportContent, ReportPosition, ReportWarning};
pub(crate) use content::{MAX_PHOTOS, photos_rule};
pub use lifecycle::{Event, Lifecycle};
pub use reply::{Reply, SendResult};
pub use state::{Attempt, Endpoint, Receipt, ReportState, Resolution};
