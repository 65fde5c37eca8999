//! A tour of Jalon on this machine. A fixture server publishes a generated territory; its treks are downloaded through a
//! killed process, used without the server, and updated after the server has changed; two field reports are sent. Each
//! step runs a command of the command line in this process, except the download that is killed.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use jalon_tests::command::{self, CommandOutput};
use jalon_tests::fixture_server::{Fault, Options, TestGeotrek};
use jalon_tests::generator::{Size, Territory};
use serde_json::Value;

const SEED: u64 = 1;
/// Runs this program as `jalon`, with the arguments that follow.
const CHILD_FLAG: &str = "--as-jalon";
/// Files to download before the process is killed.
const FILES_BEFORE_KILL: usize = 12;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os();
    if arguments.nth(1).is_some_and(|argument| argument == CHILD_FLAG) {
        let arguments = std::iter::once("jalon".into()).chain(arguments);
        return jalon_cli::run(arguments, &mut std::io::stdout(), &mut std::io::stderr()).into();
    }
    match demo() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("demo: {message}");
            ExitCode::FAILURE
        }
    }
}

fn demo() -> Result<(), String> {
    let folder = std::env::temp_dir().join(format!("jalon-demo-{}", std::process::id()));
    let data = folder.join("data");
    std::fs::create_dir_all(&data).map_err(|error| format!("cannot create a directory: {error}"))?;

    step("Start a Geotrek server on this machine, with a generated territory (seed 1).");
    let server = TestGeotrek::start(Territory::generate(Size::default(), SEED), Options::default());
    let jalon = |arguments: &[&str]| run(&data, arguments);

    step("Download the territory, as in a hotel with a network.");
    jalon(&["territory", "add", server.url(), "--name", "demo"])?;
    jalon(&["refresh", "demo"])?;

    let (trek, other) = two_treks(&data)?;
    step("Estimate the size of two treks with their pictures.");
    jalon(&["download", &trek, &other, "--dry-run"])?;
    step("Start the download, and kill its process halfway.");
    server.faults().add(Fault::Delay(Duration::from_millis(20)).on("/media/"));
    let downloaded = kill_halfway(&data, &server, &["download", &trek, &other])?;
    println!("  killed after {downloaded} files");
    jalon(&["packs"])?;
    step("Resume the download.");
    jalon(&["download", &trek, &other])?;
    let (files, repeated) = served_files(&server);
    println!("  {files} files in total; requested twice: {repeated} (in transfer when the process was killed)");
    if repeated > 2 {
        return Err("complete files were requested again".to_owned());
    }

    step("Shut down the server. From here on there is no network, as in the valley.");
    let url = server.url().to_owned();
    let territory = server.territory().clone();
    server.shutdown();
    if std::net::TcpStream::connect(url.trim_start_matches("http://")).is_ok() {
        return Err("the server still accepts connections".to_owned());
    }

    step("Search for treks that mention eagles. Accents, case and ligatures are ignored.");
    jalon(&["treks", "AIGLE coeur", "--limit", "3"])?;
    step("List walks of at most three hours, the shortest first.");
    jalon(&["treks", "--practice", "a pied", "--duration", "..3", "--sort", "duration", "--limit", "3"])?;
    step("List what is near the start of the trek.");
    let start = start_of(&data, &trek)?;
    jalon(&["near", &start, "--limit", "6"])?;
    step("Show the trek with its profile, its pictures on disk, and everything along the way.");
    jalon(&["trek", &trek])?;
    step("Draw a map to print, and export the track for other apps.");
    let file = |name: &str| folder.join(name).display().to_string();
    jalon(&["map", &trek, "-o", &file("trek.svg")])?;
    jalon(&["export", &trek, "-o", &file("trek.gpx")])?;
    jalon(&["status"])?;
    follow(&data, &trek, &start)?;
    step("Report two problems on the ground without a network, one with a photo.");
    let photo = first_picture(&data, &trek)?;
    let bridge = ["report", "new", "--comment", "La passerelle est emportée, accès coupé", "--at", &start];
    jalon(&[&bridge[..], &["--email", "ranger@example.org", "--photo", &photo]].concat())?;
    jalon(&["report", "new", "--comment", "Panneau tombé", "--at", &start])?;
    jalon(&["report", "list"])?;

    step("A day later the server is back with a few changes. Only these are requested.");
    let port = url.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or_default();
    let server = TestGeotrek::start(territory, Options { port, ..Options::default() });
    server.territory().change(SEED, 3.0);
    server.faults().add(Fault::MailOutage);
    jalon(&["refresh", "demo"])?;
    jalon(&["changes"])?;
    let bytes: usize = server.requests().iter().map(|request| request.wire).sum();
    println!("  {bytes} bytes received in {} requests, including files", server.requests().len());

    step("Send the reports. The server stores the first one, cannot send its e-mail, and answers with status 500.");
    // The exit status is 1, because a report needs a decision.
    let (_, output) = output(&data, &["send"]);
    print!("$ jalon send\n{output}");
    println!("  reports on the server: {}", server.reports().len());
    let in_doubt = first_in_doubt(&data)?;
    step("The report may have arrived, so it is not sent again. The office confirms that it has it.");
    let number = server.reports().first().map(|report| report.id.to_string()).unwrap_or_default();
    jalon(&["report", "resolve", &in_doubt, "--delivered", "--server-id", &number])?;
    jalon(&["send"])?;
    if server.reports().len() != 2 {
        return Err("the server must have two reports".to_owned());
    }

    publish_edition(&folder, &data, &start)?;

    step("The downloaded data is a GeoPackage, which QGIS opens, and a directory of pictures:");
    println!("  {}", data.join(jalon::catalogue::FILE_NAME).display());
    println!("The reports, favourites and notes are in a second GeoPackage:");
    println!("  {}", data.join("journal").join(jalon::journal::FILE_NAME).display());
    Ok(())
}

/// Checks a trek before leaving, follows it on a simulated walk, and describes its start for the emergency services.
fn follow(data: &Path, trek: &str, start: &str) -> Result<(), String> {
    step("Before leaving: is the trek ready, what is in season, how long is the day?");
    run(data, &["check", trek, "--date", "2026-06-21"])?;
    step("Follow the trek with a simulated receiver, wrong by 8 m: what the hiker hears.");
    let walk = ["guide", trek, "--simulate", "--seed", "1"];
    let heard = json(data, &[&walk[..], &["--json"]].concat())?;
    let updates = heard["updates"].as_array().map(Vec::as_slice).unwrap_or_default();
    let last = updates.last().ok_or("the walk must have positions")?;
    if last["state"] != "arrived" {
        return Err(format!("the walk must arrive: {}", last["state"]));
    }
    run(data, &walk)?;
    println!("  {} positions, the last one at the end of the trek", updates.len());
    step("In an emergency: the position in the forms that rescuers use, and the nearest named places.");
    run(data, &["sos", start])
}

/// Publishes the territory as an edition, and lets a phone with an empty data directory read one box of it.
fn publish_edition(folder: &Path, office: &Path, start: &str) -> Result<(), String> {
    step("The park publishes the territory as an edition: static files, signed, below any web host.");
    let file = |name: &str| folder.join(name).display().to_string();
    let (key, edition) = (file("park.key"), file("www/park"));
    let jalon = |arguments: &[&str]| run(office, arguments);
    jalon(&["edition", "key", "-o", &key])?;
    jalon(&["edition", "build", "demo", "-o", &edition, "--key", &key, "--title", "Demo park"])?;
    jalon(&["edition", "verify", &edition, "--public-key", &format!("{key}.pub")])?;

    step("A phone with an empty data directory reads one box of it, by byte ranges.");
    let files = Options { files: Some(folder.join("www")), ..Options::default() };
    let host = TestGeotrek::start(Territory::small(SEED), files);
    let url = format!("{}/files/park/datapackage.json", host.url());
    let [lat, lon] = start.split(',').filter_map(|degrees| degrees.trim().parse::<f64>().ok()).collect::<Vec<_>>()[..]
    else {
        return Err("the start of a trek must be two numbers".to_owned());
    };
    let bbox = format!("{:.4},{:.4},{:.4},{:.4}", lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01);
    let phone = folder.join("phone");
    run(&phone, &["territory", "add", &url, "--name", "park", &format!("--bbox={bbox}")])?;
    for name in ["first read", "nothing changed"] {
        host.forget_requests();
        run(&phone, &["refresh", "park"])?;
        let requests = host.requests();
        let bytes: usize = requests.iter().map(|request| request.wire).sum();
        println!("  {name}: {} requests, {bytes} bytes", requests.len());
    }
    run(&phone, &["near", start, "--limit", "3"])
}

/// Runs a command in a new process, and kills it after [`FILES_BEFORE_KILL`] files. Returns the number of files served.
fn kill_halfway(data: &Path, server: &TestGeotrek, arguments: &[&str]) -> Result<usize, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    println!("$ jalon {}", arguments.join(" "));
    let mut child = Command::new(program)
        .arg(CHILD_FLAG)
        .arg("--data")
        .arg(data)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("cannot start a process: {error}"))?;
    while served_files(server).0 < FILES_BEFORE_KILL {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Err(format!("the process ended before it was killed: {status}"));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().and_then(|()| child.wait()).map_err(|error| error.to_string())?;
    Ok(served_files(server).0)
}

/// How many files the server has sent, and how many of them more than once.
fn served_files(server: &TestGeotrek) -> (usize, usize) {
    let mut times = std::collections::BTreeMap::<String, usize>::new();
    for request in server.requests() {
        if request.path.starts_with("/media/") && matches!(request.status, 200 | 206) {
            *times.entry(request.path).or_default() += 1;
        }
    }
    (times.len(), times.values().filter(|times| **times > 1).count())
}

fn step(title: &str) {
    println!("\n── {title}");
}

/// Prints a command, runs it and prints its output.
fn run(data: &Path, arguments: &[&str]) -> Result<(), String> {
    let quoted = |argument: &&str| {
        if argument.contains(' ') { format!("'{argument}'") } else { (*argument).to_owned() }
    };
    println!("$ jalon {}", arguments.iter().map(quoted).collect::<Vec<_>>().join(" "));
    let (status, output) = output(data, arguments);
    print!("{output}");
    std::io::stdout().flush().map_err(|error| error.to_string())?;
    if status == 0 { Ok(()) } else { Err(format!("exit status {status}: {output}")) }
}

/// The exit status of a command, and its standard output followed by its standard error.
fn output(data: &Path, arguments: &[&str]) -> (u8, String) {
    let CommandOutput { status, out, err } = command::jalon(data, &[&["--lang", "fr,en"], arguments].concat());
    (status, out + &err)
}

fn json(data: &Path, arguments: &[&str]) -> Result<Value, String> {
    serde_json::from_str(&output(data, arguments).1).map_err(|error| error.to_string())
}

/// The two treks with the most stages and objects along the way.
fn two_treks(data: &Path) -> Result<(String, String), String> {
    let treks = json(data, &["treks", "--limit", "30", "--json"])?;
    let mut scored = Vec::new();
    for trek in treks["items"].as_array().into_iter().flatten() {
        let reference = trek["ref"].as_str().unwrap_or_default();
        let details = json(data, &["trek", reference, "--json"])?;
        let stages = details["stages"].as_array().map_or(0, Vec::len);
        let route_items = details["route_items"].as_array().into_iter().flatten();
        let kinds: Vec<&str> = route_items.filter_map(|item| item["kind"].as_str()).collect();
        let count = |wanted: &str| kinds.iter().filter(|kind| **kind == wanted).count();
        scored.push((count("poi") + 3 * stages + 2 * count("sensitive_area"), reference.to_owned()));
    }
    scored.sort_by(|a, b| b.cmp(a));
    match scored.as_slice() {
        [(_, first), (_, second), ..] => Ok((first.clone(), second.clone())),
        _ => Err("the territory must have two treks".to_owned()),
    }
}

/// The path of a picture of a downloaded trek.
fn first_picture(data: &Path, trek: &str) -> Result<String, String> {
    let details = json(data, &["trek", trek, "--json"])?;
    let pictures = details["attachments"].as_array().into_iter().flatten();
    let path = pictures.filter_map(|picture| picture["path"].as_str()).next();
    path.map(str::to_owned).ok_or_else(|| "the trek must have a picture on disk".to_owned())
}

/// The id of a report in doubt.
fn first_in_doubt(data: &Path) -> Result<String, String> {
    let reports = json(data, &["report", "list", "--json"])?;
    let mut reports = reports["items"].as_array().into_iter().flatten();
    let in_doubt = reports.find(|report| report["state"] == "in_doubt");
    let id = in_doubt.and_then(|report| report["id"].as_str());
    id.map(str::to_owned).ok_or_else(|| "a report must be in doubt".to_owned())
}

/// The first position of a trek, as `LAT,LON`.
fn start_of(data: &Path, trek: &str) -> Result<String, String> {
    let details = json(data, &["trek", trek, "--json"])?;
    let start = &details["geometry"]["coordinates"][0];
    match (start[1].as_f64(), start[0].as_f64()) {
        (Some(lat), Some(lon)) => Ok(format!("{lat},{lon}")),
        _ => Err("the trek must have a line".to_owned()),
    }
}
