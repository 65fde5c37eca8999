//! The lifecycle of a field report: draft → queued → sending → accepted, refused or in doubt. A pure state machine: what
//! happened and when comes in, what follows comes out; the journal keeps it, a driver moves the bytes.
//!
//! # What is guaranteed
//!
//! * A report that was queued is on stable storage, with its photos, before [`queue`](crate::journal::Journal::queue)
//!   returns: SQLite with `synchronous=FULL`, each photo and its folder synced, and a copy of the report as a file of its
//!   own, for the day when the database's first page is the one that is lost.
//! * It is never lost by Jalon: nothing but the person, or an acceptance that was verified, ends it.
//! * What is sent is frozen: each revision of a report has the same bytes at each attempt, and an edit makes a new
//!   revision.
//! * It is written that an attempt begins before its first byte leaves, and that its last piece is about to leave before
//!   that does. So a process that dies in between leaves either a report that can safely be sent again, or one *in doubt*.
//! * A report is in doubt exactly when its whole body may have reached the server and no answer says what became of it.
//!   It is not sent again by itself: the app or the person decides ([`Resolution`]).
//! * One that cannot be sent holds up no other. Pauses grow with jitter in them, on a clock that only runs forward and ends
//!   with the process.
//! * Damage is noticed when the journal is opened, a bit that flipped in a report too; what was damaged is kept byte for
//!   byte, and each report is taken from its row or from its copy, whichever is sound and newer.
//! * Only one process sends at a time; the lock ends with the process that has it.
//!
//! # What it rests on
//!
//! On storage that keeps what it said was synced, and on a server that does not store a report of which it got only a part
//! (Geotrek reads the whole body before it does anything).
//!
//! # What nobody can guarantee with a stock Geotrek
//!
//! Geotrek has no key by which a report that comes twice is known, and no way to ask whether one came. It can answer 500
//! after it has saved one (its acknowledgement is mailed after that), and 201 though it dropped a photo. So "once" can only
//! be had by asking a person when the answer was lost. Each comment ends with a short reference, such as `[ref 7F3A2C9B]`,
//! so that an agent recognises a pair; it can be left out.
//!
//! # A proposal for Geotrek
//!
//! > **Let clients name their reports.** Field apps queue reports for days without a network. When the answer to a `POST`
//! > on `/api/v2/feedback_report/` is lost they cannot know whether the report was stored; sending it again may double it,
//! > not sending it may lose it. We propose an optional form field `uuid` (RFC 9562), stored in the report's own `uuid`
//! > column, which has a unique constraint already:
//! >
//! > 1. A `POST` with a `uuid` that is not known stores the report and answers 201, as today.
//! > 2. A `POST` with a `uuid` that is known stores nothing and answers 200 with the same body as the first time, if the
//! >    text fields are the same; 409 if they are not.
//! > 3. The answer lists the attachments that were kept, as `[{"name": …, "sha256": …}]`, so that a client learns that a
//! >    photo was dropped.
//! > 4. The acknowledgement is mailed after the answer was decided (`transaction.on_commit`, failures logged), so that a
//! >    mail outage is no 500.
//! >
//! > Nothing changes for clients that send no `uuid`. One migration-free change of the serializer and the view; we are
//! > glad to send it.
//!
//! Files: `content` what a report says, and the check at the door; `lifecycle` the state machine; `reply` what a server's
//! answer means.

mod content;
mod lifecycle;
mod reply;

pub use content::{KnownTerms, MAX_COMMENT, MAX_PHOTOS, ReportContent, ReportPosition, Warning};
pub use lifecycle::{Attempt, Endpoint, Event, Lifecycle, Receipt, ReportState, Resolution};
pub use reply::{Classification, Reply, SendResult, classify};
