//! Transfers for the platform's HTTP client.

pub use jalon::transfer::BlockReason;

use super::{Pack, RefreshSummary};

/// An HTTP header.
#[derive(uniffi::Record)] pub struct Header {
    /** Its name, in lower case. */ pub name: String,
    /** Its value. */ pub value: String,
}

/// An HTTP GET to send.
#[derive(uniffi::Record)] pub struct HttpRequest {
    /** Id of its transfer. */ pub id: u64,
    /** Absolute URL. Follow redirects, but not from https to plain http. */ pub url: String,
    /// Headers to send. The client may add its own `accept-encoding` if there is none here.
    pub headers: Vec<Header>,
    /** True for a file, which may be requested in part; false for a response of the API. */ pub is_file: bool,
}

/// What to do next.
#[derive(uniffi::Enum)] pub enum NextTransfer {
    /** Send a request and report its response, or its failure. */ Start { /** The request. */ request: HttpRequest },
    /** Call again after a delay. */ Wait { /** The delay, milliseconds. */ ms: u64 },
    /** All remaining transfers are started: call again when one has ended. */ InFlight,
    /** The app's options block the remaining transfers. */ Blocked { /** Why. */ reason: BlockReason },
    /** All transfers are complete: call [`Transfers::finish`]. */ Finished,
}

/// What to do with a response.
#[derive(uniffi::Enum)] pub enum ResponseAction {
    /** Pass on the body. */ Write,
    /// Send the request again with these headers: the partial file does not match the server's file.
    Retry { /** The request. */ request: HttpRequest },
    /** Ignore the rest: the transfer has ended. */ Ended,
}

/// The result of the transfers.
#[derive(uniffi::Enum)] pub enum TransferResult {
    /** Of a refresh. */ Refresh { /** The summary. */ summary: RefreshSummary },
    /** Of a download. */ Download { /** The pack. */ pack: Pack },
}

/// Why no transfer may start.
#[uniffi::remote(Enum)] pub enum BlockReason {
    /** The app paused the transfers. */ Paused,
    /** There is no network. */ Offline,
    /** The network is metered, and `unmetered_only` is set. */ Metered,
    /** `byte_budget` is used up. */ Budget,
}
