//! Runs the test Geotrek alone, to try Jalon against by hand.

use clap::Parser;
use jalon_tests::server::{Options, TestGeotrek};
use jalon_tests::territory::{Size, Territory};

/// A Geotrek made up from a seed, on 127.0.0.1.
#[derive(Parser)]
struct Arguments {
    /// Port to listen on; 0 lets the system choose.
    #[arg(long, default_value_t = 8100)]
    port: u16,
    /// Published treks.
    #[arg(long, default_value_t = 12)]
    treks: usize,
    /// Points of interest.
    #[arg(long, default_value_t = 60)]
    pois: usize,
    /// A territory of one itinerary and few bytes, whatever the other sizes.
    #[arg(long)]
    small: bool,
    /// Bytes of each photograph; landscapes when absent.
    #[arg(long)]
    media_bytes: Option<usize>,
    /// Equal seeds give equal territories.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() {
    let arguments = Arguments::parse();
    let size = Size { treks: arguments.treks, pois: arguments.pois, ..Size::default() };
    let territory =
        if arguments.small { Territory::small(arguments.seed) } else { Territory::generate(size, arguments.seed) };
    let options = Options { port: arguments.port, media_bytes: arguments.media_bytes, ..Options::default() };
    let server = TestGeotrek::start(territory, options);
    println!("Geotrek with seed {} at {url}/api/v2/", arguments.seed, url = server.url());
    println!(
        "Give Jalon {url} as a Geotrek's address, or look: curl '{url}/api/v2/trek/?language=fr'",
        url = server.url()
    );
    println!("Ctrl-C stops it.");
    loop {
        std::thread::park();
    }
}
