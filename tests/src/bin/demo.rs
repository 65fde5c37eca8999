//! Jalon's main job, shown: a made-up territory on this machine is taken in, two treks are taken along through a crash,
//! the server goes away, and everything is still there; then it comes back changed. Each step is a command that anybody
//! can type; here they run one after the other, but for the one that is killed, which has a process of its own.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use jalon_tests::fixture_server::{Fault, Options, TestGeotrek};
use jalon_tests::generator::{Size, Territory};

const SEED: u64 = 1;
/// The word before the arguments of the process that is killed.
const CHILD: &str = "--as-jalon";
/// Files that come before it is.
const FILES: usize = 12;

fn main() -> ExitCode {
    let mut words = std::env::args_os();
    if words.nth(1).is_some_and(|word| word == CHILD) {
        let words = std::iter::once("jalon".into()).chain(words);
        return jalon_cli::run(words, &mut std::io::stdout(), &mut std::io::stderr()).into();
    }
    match demo() {
        Ok(()) => ExitCode::SUCCESS,
        Err(what) => {
            eprintln!("demo: {what}");
            ExitCode::FAILURE
        }
    }
}

fn demo() -> Result<(), String> {
    let folder = std::env::temp_dir().join(format!("jalon-demo-{}", std::process::id()));
    let data = folder.join("data");
    std::fs::create_dir_all(&data).map_err(|error| format!("no folder for the demo: {error}"))?;

    say("A Geotrek server starts on this machine, with a territory that does not exist (seed 1).");
    let server = TestGeotrek::start(Territory::generate(Size::default(), SEED), Options::default());
    let jalon = |arguments: &[&str]| run(&data, arguments);

    say("The hotel's network is still there: Jalon takes the territory in.");
    jalon(&["territory", "add", server.url(), "--name", "demo"])?;
    jalon(&["refresh", "demo"])?;

    let (trek, other) = two_treks(&data)?;
    say("Two treks are to be taken along with their pictures. What will it take?");
    jalon(&["download", &trek, &other, "--dry-run"])?;
    say("The download begins, and in the middle of it its process is killed.");
    server.faults().add(Fault::Delay(Duration::from_millis(20)).on("/media/"));
    let came = kill_in_the_middle(&data, &server, &["download", &trek, &other])?;
    println!("  killed after {came} files");
    jalon(&["packs"])?;
    say("It goes on where it was.");
    jalon(&["download", &trek, &other])?;
    let (files, again) = fetched(&server);
    println!("  {files} files in all; {again} was asked for twice, as it was on its way when the process was killed");
    if again > 2 {
        return Err("more was asked for twice than what was on its way".to_owned());
    }

    say("Into the valley: the server is shut down. From here on there is no network.");
    let url = server.url().to_owned();
    let territory = server.territory().clone();
    server.shutdown();
    if std::net::TcpStream::connect(url.trim_start_matches("http://")).is_ok() {
        return Err("the server still answers".to_owned());
    }

    say("Which treks speak of eagles? (Accents, capitals and ligatures do not matter.)");
    jalon(&["treks", "AIGLE coeur", "--limit", "3"])?;
    say("Which walks on foot take no more than three hours, the shortest first?");
    jalon(&["treks", "--practice", "a pied", "--duration", "..3", "--sort", "duration", "--limit", "3"])?;
    say("What is near me?");
    let (lat, lon) = start_of(&data, &trek)?;
    jalon(&["near", &lat, &lon, "--limit", "6"])?;
    say("The trek, with its profile, its pictures on this disk, and what its server says lies beside it.");
    jalon(&["trek", &trek])?;
    say("A sheet to print, and the track for any other app.");
    let file = |name: &str| folder.join(name).display().to_string();
    jalon(&["map", &trek, "-o", &file("trek.svg")])?;
    jalon(&["export", &trek, "-o", &file("trek.gpx")])?;
    jalon(&["status"])?;
    say("Two things are wrong on the way. Both are reported where there is no network, one with a photo.");
    let photo = first_picture(&data, &trek)?;
    let here = format!("{lat},{lon}");
    let bridge = ["report", "new", "--comment", "La passerelle est emportée, accès coupé", "--at", &here];
    jalon(&[&bridge[..], &["--email", "ranger@example.org", "--photo", &photo]].concat())?;
    jalon(&["report", "new", "--comment", "Panneau tombé", "--at", &here])?;
    jalon(&["report", "list"])?;

    say("Back at the hotel a day later: the office has changed a few things. Only these are asked for.");
    let port = url.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or_default();
    let server = TestGeotrek::start(territory, Options { port, ..Options::default() });
    server.territory().change(SEED, 3.0);
    server.faults().add(Fault::MailOutage);
    jalon(&["refresh", "demo"])?;
    jalon(&["changes"])?;
    let bytes: usize = server.requests().iter().map(|request| request.wire).sum();
    println!("  {bytes} bytes came over the network in {} requests, files included", server.requests().len());

    say("The reports go out. The office's mail is down: its server stores the first report and then answers 500.");
    // Not all is done, and the exit status says so.
    let (_, answer) = ask(&data, &["send"]);
    print!("$ jalon send\n{answer}");
    println!("  the office has {} reports", server.reports().len());
    let doubtful = first_in_doubt(&data)?;
    say("Nobody can know from here, so it is not sent again by itself. A call to the office: they have it.");
    let number = server.reports().first().map(|report| report.id.to_string()).unwrap_or_default();
    jalon(&["report", "resolve", &doubtful, "--delivered", "--server-id", &number])?;
    jalon(&["send"])?;
    if server.reports().len() != 2 {
        return Err("the office has another number of reports".to_owned());
    }

    say("All of that is in one file, which QGIS opens as it is, and a folder of pictures:");
    println!("  {}", data.join(jalon::catalogue::FILE_NAME).display());
    println!("What a person made is in another, which is kept with more care:");
    println!("  {}", data.join("journal").join(jalon::journal::FILE_NAME).display());
    Ok(())
}

/// Runs a command in a process of its own, and kills it when so many files have come. Gives how many had.
fn kill_in_the_middle(data: &Path, server: &TestGeotrek, arguments: &[&str]) -> Result<usize, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    println!("$ jalon {}", arguments.join(" "));
    let mut child = Command::new(program)
        .arg(CHILD)
        .arg("--data")
        .arg(data)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("no process of its own: {error}"))?;
    while fetched(server).0 < FILES {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Err(format!("it ended by itself: {status}"));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().and_then(|()| child.wait()).map_err(|error| error.to_string())?;
    Ok(fetched(server).0)
}

/// How many files the server has given away, and how many of them more than once.
fn fetched(server: &TestGeotrek) -> (usize, usize) {
    let mut times = std::collections::BTreeMap::<String, usize>::new();
    for request in server.requests() {
        if request.path.starts_with("/media/") && matches!(request.status, 200 | 206) {
            *times.entry(request.path).or_default() += 1;
        }
    }
    (times.len(), times.values().filter(|times| **times > 1).count())
}

fn say(what: &str) {
    println!("\n── {what}");
}

/// Runs a command as a person would, and shows it.
fn run(data: &Path, arguments: &[&str]) -> Result<(), String> {
    let quoted = |word: &&str| if word.contains(' ') { format!("'{word}'") } else { (*word).to_owned() };
    println!("$ jalon {}", arguments.iter().map(quoted).collect::<Vec<_>>().join(" "));
    let (status, answer) = ask(data, arguments);
    print!("{answer}");
    std::io::stdout().flush().map_err(|error| error.to_string())?;
    if status == 0 { Ok(()) } else { Err(format!("that failed: {answer}")) }
}

fn ask(data: &Path, arguments: &[&str]) -> (u8, String) {
    let mut words: Vec<OsString> = vec!["jalon".into(), "--data".into(), data.into(), "--lang".into(), "fr,en".into()];
    words.extend(arguments.iter().map(OsString::from));
    let mut said = Vec::new();
    let mut aside = Vec::new();
    let status = jalon_cli::run(words, &mut said, &mut aside);
    said.extend(aside);
    (status, String::from_utf8_lossy(&said).into_owned())
}

fn json(data: &Path, arguments: &[&str]) -> Result<serde_json::Value, String> {
    let (_, answer) = ask(data, arguments);
    serde_json::from_str(&answer).map_err(|error| error.to_string())
}

/// The treks with the most beside them: what a sheet is for.
fn two_treks(data: &Path) -> Result<(String, String), String> {
    let treks = json(data, &["treks", "--limit", "30", "--json"])?;
    let mut scored = Vec::new();
    for trek in treks["items"].as_array().into_iter().flatten() {
        let reference = trek["ref"].as_str().unwrap_or_default();
        let sheet = json(data, &["trek", reference, "--json"])?;
        let has = |field: &str| sheet[field].as_array().map_or(0, Vec::len);
        scored.push((has("pois") + 3 * has("stages") + 2 * has("sensitive_areas"), reference.to_owned()));
    }
    scored.sort_by(|a, b| b.cmp(a));
    match scored.as_slice() {
        [(_, first), (_, second), ..] => Ok((first.clone(), second.clone())),
        _ => Err("the territory has no two treks".to_owned()),
    }
}

/// The file of a picture of a trek that was taken along.
fn first_picture(data: &Path, trek: &str) -> Result<String, String> {
    let sheet = json(data, &["trek", trek, "--json"])?;
    let paths = sheet["attachments"].as_array().into_iter().flatten().filter_map(|picture| picture["path"].as_str());
    paths.map(str::to_owned).next().ok_or_else(|| "the trek has no picture here".to_owned())
}

fn first_in_doubt(data: &Path) -> Result<String, String> {
    let reports = json(data, &["report", "list", "--json"])?;
    let doubtful = |report: &&serde_json::Value| report["state"] == "in_doubt";
    let found = reports["items"].as_array().and_then(|items| items.iter().find(doubtful));
    found.and_then(|report| report["id"].as_str()).map(str::to_owned).ok_or_else(|| "no report is in doubt".to_owned())
}

fn start_of(data: &Path, trek: &str) -> Result<(String, String), String> {
    let sheet = json(data, &["trek", trek, "--json"])?;
    let start = &sheet["geometry"]["coordinates"][0];
    match (start[1].as_f64(), start[0].as_f64()) {
        (Some(lat), Some(lon)) => Ok((lat.to_string(), lon.to_string())),
        _ => Err("the trek has no line".to_owned()),
    }
}
