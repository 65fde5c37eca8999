//! Runs the test Geotrek alone, to try Jalon against by hand, or for tests in other languages, which break it by lines on its
//! standard input.

use std::io::{BufRead, Write};
use std::time::Duration;

use clap::Parser;
use jalon_tests::fixture_server::{Fault, Options, Rule, TestGeotrek};
use jalon_tests::generator::{Size, Territory};

const WORDS: &str = "Lines on its standard input break it, each answered by a line that begins with `ok` or `no`:

delay MS [PATH [TIMES]]    answers so late (for paths with these letters, so many times)
status CODE [PATH [TIMES]] answers this status
cut BYTES [PATH [TIMES]]   closes the connection after so many bytes of the body
mail-outage                stores a report that has an e-mail, and answers 500
hold [PATH [TIMES]]        does what is asked, and answers only when told `release`
release                    lets go what is held
repair                     breaks nothing any more
requests [PATH]            tells how many requests came
reports                    tells how many reports are stored
stop                       listens no more
start                      listens again, at the same address, with no reports";

/// A Geotrek made up from a seed, on 127.0.0.1.
#[derive(Parser)]
#[command(after_help = WORDS)]
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
    let server = TestGeotrek::start(territory.clone(), options.clone());
    println!("Geotrek with seed {} at {url}/api/v2/", arguments.seed, url = server.url());
    println!(
        "Give Jalon {url} as a Geotrek's address, or look: curl '{url}/api/v2/trek/?language=fr'",
        url = server.url()
    );
    println!("Ctrl-C stops it.");
    let port = server.url().rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or(arguments.port);
    let options = Options { port, ..options };
    let mut running = Some(server);
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let said = match (words.as_slice(), &running) {
            (["start"], None) => {
                running = Some(TestGeotrek::start(territory.clone(), options.clone()));
                Ok(String::new())
            }
            (["stop"], Some(_)) => {
                running = None;
                Ok(String::new())
            }
            (words, Some(server)) => told(server, words),
            (_, None) => Err("it does not listen: say start".to_owned()),
        };
        match said {
            Ok(answer) => println!("{}", format!("ok {answer}").trim_end()),
            Err(why) => println!("no {why}"),
        }
        // Whoever waits for the answer reads a pipe.
        let _ = std::io::stdout().flush();
    }
    // Nobody is there to say more; whoever wants it stopped stops the process.
    loop {
        std::thread::park();
    }
}

/// Does what a line says; the answer, or what is wrong with it.
fn told(server: &TestGeotrek, words: &[&str]) -> Result<String, String> {
    let number = |word: &str| word.parse::<u64>().map_err(|_| format!("“{word}” is no number"));
    let (fault, rest) = match words {
        ["delay", ms, rest @ ..] => (Fault::Delay(Duration::from_millis(number(ms)?)), rest),
        ["status", code, rest @ ..] => {
            let status = code.parse().map_err(|_| format!("“{code}” is no status"))?;
            (Fault::Status { status, retry_after: None }, rest)
        }
        ["cut", bytes, rest @ ..] => (Fault::CutBody(number(bytes)? as usize), rest),
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
        _ => return Err("this is none of the words that --help lists".to_owned()),
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
