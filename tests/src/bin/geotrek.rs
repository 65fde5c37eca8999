//! Runs the fixture server alone: to try Jalon by hand, and for the tests of other languages, which control it by lines on its
//! standard input.

use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use jalon_tests::fixture_server::{Fault, Options, Rule, TestGeotrek};
use jalon_tests::generator::{MapKind, Size, Territory, TestMap};

const COMMANDS: &str = "Commands on standard input. Each is answered by a line that starts with `ok` or `error`:

delay MS [PATH [TIMES]]    delay responses (whose path contains PATH, at most TIMES times)
status CODE [PATH [TIMES]] respond with this status
cut BYTES [PATH [TIMES]]   close the connection after this many bytes of the body
stall BYTES [PATH [TIMES]] send this many bytes of the body, then nothing
ignore-range [PATH [TIMES]] respond to a request for a range with the whole file
mail-outage                store a report that has an e-mail address, and respond 500
hold [PATH [TIMES]]        execute requests, and respond only after `release`
release                    send the responses that are held
repair                     remove all faults
requests [PATH]            print the number of requests
reports                    print the number of stored reports
stop                       stop listening
start                      listen again, at the same address, without reports";

/// A Geotrek server on 127.0.0.1, with a territory generated from a seed.
#[derive(Parser)]
#[command(after_help = COMMANDS)]
struct Arguments {
    /// Port; 0 lets the system choose.
    #[arg(long, default_value_t = 8100)]
    port: u16,
    /// Number of published treks.
    #[arg(long, default_value_t = 12)]
    treks: usize,
    /// Number of points of interest.
    #[arg(long, default_value_t = 60)]
    pois: usize,
    /// A territory of one itinerary in few bytes. The other sizes are ignored.
    #[arg(long)]
    small: bool,
    /// Bytes of each photograph; landscapes by default.
    #[arg(long)]
    media_bytes: Option<usize>,
    /// Serve the files of this directory below /files/, as a static web host does.
    #[arg(long)]
    files: Option<PathBuf>,
    /// Write a map of the territory to map.pmtiles in the directory of --files: vector tiles of the zoom levels 6 to 13, or
    /// pictures of mountains of the zoom levels 9 to 14.
    #[arg(long, value_enum, num_args = 0..=1, default_missing_value = "vector", requires = "files")]
    map: Option<MapFormat>,
    /// Seed of the territory. Equal seeds give equal territories.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum MapFormat {
    Vector,
    Relief,
}

fn main() {
    let arguments = Arguments::parse();
    let size = Size { treks: arguments.treks, pois: arguments.pois, ..Size::default() };
    let territory =
        if arguments.small { Territory::small(arguments.seed) } else { Territory::generate(size, arguments.seed) };
    if let (Some(format), Some(directory)) = (arguments.map, &arguments.files) {
        let (kind, zooms) = match format {
            MapFormat::Vector => (MapKind::Vector, 6..=13),
            MapFormat::Relief => (MapKind::Relief, 9..=14),
        };
        let map = TestMap::generate(&territory, kind, territory.bbox, zooms, arguments.seed);
        if let Err(error) = map.and_then(|map| map.write_pmtiles(&directory.join("map.pmtiles"))) {
            eprintln!("geotrek: the map cannot be written: {error}");
            std::process::exit(1);
        }
    }
    let options = Options {
        port: arguments.port,
        media_bytes: arguments.media_bytes,
        files: arguments.files.clone(),
        ..Options::default()
    };
    let server = TestGeotrek::start(territory.clone(), options.clone());
    println!("Geotrek with seed {} at {url}/api/v2/", arguments.seed, url = server.url());
    println!(
        "Use {url} as the address of a territory, or try: curl '{url}/api/v2/trek/?language=fr'",
        url = server.url()
    );
    println!("Ctrl-C stops it.");
    let port = server.url().rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or(arguments.port);
    let options = Options { port, ..options };
    let mut running = Some(server);
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let result = match (words.as_slice(), &running) {
            (["start"], None) => {
                running = Some(TestGeotrek::start(territory.clone(), options.clone()));
                Ok(String::new())
            }
            (["stop"], Some(_)) => {
                running = None;
                Ok(String::new())
            }
            (words, Some(server)) => execute(server, words),
            (_, None) => Err("the server is stopped; must be: start".to_owned()),
        };
        match result {
            Ok(output) => println!("{}", format!("ok {output}").trim_end()),
            Err(message) => println!("error {message}"),
        }
        // The reader is at the other end of a pipe.
        let _ = std::io::stdout().flush();
    }
    // Without input the server runs until its process is stopped.
    loop {
        std::thread::park();
    }
}

/// Executes a command and returns its output.
fn execute(server: &TestGeotrek, words: &[&str]) -> Result<String, String> {
    let number = |word: &str| word.parse::<u64>().map_err(|_| format!("“{word}” must be a number"));
    let (fault, rest) = match words {
        ["delay", ms, rest @ ..] => (Fault::Delay(Duration::from_millis(number(ms)?)), rest),
        ["status", code, rest @ ..] => {
            let status = code.parse().map_err(|_| format!("“{code}” must be a status"))?;
            (Fault::Status { status, retry_after: None }, rest)
        }
        ["cut", bytes, rest @ ..] => (Fault::CutBody(number(bytes)? as usize), rest),
        ["stall", bytes, rest @ ..] => (Fault::Stall(number(bytes)? as usize), rest),
        ["ignore-range", rest @ ..] => (Fault::IgnoreRange, rest),
        ["mail-outage", rest @ ..] => (Fault::MailOutage, rest),
        ["hold", rest @ ..] => (Fault::Hold, rest),
        ["release"] => {
            server.release();
            return Ok(String::new());
        }
        ["repair"] => {
            *server.faults() = Default::default();
            return Ok(String::new());
        }
        ["requests", rest @ ..] => {
            let part = rest.first().copied().unwrap_or_default();
            return Ok(server.requests().iter().filter(|request| request.path.contains(part)).count().to_string());
        }
        ["reports"] => return Ok(server.reports().len().to_string()),
        _ => return Err("must be a command of --help".to_owned()),
    };
    let mut rule = Rule::from(fault);
    if let [path, rest @ ..] = rest {
        rule = rule.on(path);
        if let [times, ..] = rest {
            rule = rule.times(number(times)? as u32);
        }
    }
    server.faults().add(rule);
    Ok(String::new())
}
