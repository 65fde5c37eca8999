//! The reqwest driver (feature `net`): an HTTP client that works without any platform set-up. It brings its own certificate
//! roots, requests only http(s), and plain http only from this device or if the app allows it.
//!
//! * `client`: [`ClientOptions`] and the client; a download goes through a [`ResponseWriter`](crate::response::ResponseWriter).
//! * `post`: the upload of a report.

mod client;
mod post;

pub use client::ClientOptions;
pub(crate) use client::HttpClient;
pub(crate) use post::PostProgress;
