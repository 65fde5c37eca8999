//! `jalon edition publish` to S3-compatible storage: moto's server on this machine, behind a proxy that refuses requests.
//!
//! `JALON_GDAL_PYTHON` names a Python with the package `moto[server]`. Without it, the test is skipped.
//!
//! Credentials are in the environment, as for AWS's own tools, and a process may not change its environment while it has threads:
//! the test runs itself in a process of its own.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::json;

use crate::edition_publish::{Office, jalon, served};

const NAME: &str = "edition_publish_s3::storage_serves_each_edition_whole_and_refuses_a_changed_manifest";
const STORAGE: &str = "JALON_TEST_STORAGE";

/// moto's server, which ends with the test.
struct Storage(Child, SocketAddr);

impl Storage {
    /// `None` if there is no Python with moto.
    fn start() -> Option<Storage> {
        let Some(python) = env::var_os("JALON_GDAL_PYTHON") else {
            eprintln!("skipped: JALON_GDAL_PYTHON names no Python with moto");
            return None;
        };
        if !Command::new(&python).args(["-c", "import moto.server, flask"]).output().unwrap().status.success() {
            eprintln!("skipped: the Python of JALON_GDAL_PYTHON has no moto[server]");
            return None;
        }
        let mut child = Command::new(python)
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"])
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = log.find_map(|line| Some(line.ok()?.split_once("Running on http://")?.1.trim().to_owned()));
        // The log must be read, or the server waits when its pipe is full.
        thread::spawn(move || log.for_each(drop));
        Some(Storage(child, address.unwrap().parse().unwrap()))
    }
}

impl Drop for Storage {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Refuses some requests, and hands the others on.
#[derive(Default)]
struct Faults {
    /// Start of the request line of refused requests, such as `PUT /bucket/park/layers/`.
    prefix: Mutex<String>,
    /// Requests with the prefix that pass before one is refused.
    passes: AtomicUsize,
    /// The request lines and heads.
    log: Mutex<Vec<String>>,
    /// Called before the request with this start of its line is handed on.
    before: Mutex<Option<Before>>,
}

type Before = (String, Box<dyn FnOnce() + Send>);

impl Faults {
    fn refuse(&self, prefix: &str, passes: usize) {
        self.passes.store(passes, Ordering::SeqCst);
        *self.prefix.lock().unwrap() = prefix.to_owned();
    }

    fn is_refused(&self, head: &str) -> bool {
        let prefix = self.prefix.lock().unwrap();
        let is_concerned = !prefix.is_empty() && head.starts_with(prefix.as_str());
        let next = |passes: usize| passes.checked_sub(1);
        is_concerned && self.passes.fetch_update(Ordering::SeqCst, Ordering::SeqCst, next).is_err()
    }
}

/// A proxy to the storage: one request a connection.
fn start_proxy(storage: SocketAddr, faults: Arc<Faults>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let faults = Arc::clone(&faults);
            // A client that hangs up is no failure of the test.
            thread::spawn(move || relay(connection, storage, &faults).ok());
        }
    });
    address
}

fn relay(mut client: TcpStream, storage: SocketAddr, faults: &Faults) -> std::io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        if line == "\r\n" {
            break;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    faults.log.lock().unwrap().push(head.clone());
    if faults.is_refused(&head) {
        return client.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    }
    let before = {
        let mut before = faults.before.lock().unwrap();
        if before.as_ref().is_some_and(|(prefix, _)| head.starts_with(prefix.as_str())) { before.take() } else { None }
    };
    if let Some((_, action)) = before {
        action();
    }
    let mut server = TcpStream::connect(storage)?;
    write!(server, "{head}connection: close\r\n\r\n")?;
    server.write_all(&body)?;
    let mut response = Vec::new();
    server.read_to_end(&mut response)?;
    // The client must not send a second request on this connection.
    let end = response.windows(2).position(|pair| pair == b"\r\n").unwrap_or(0);
    client.write_all(&response[..end])?;
    client.write_all(b"\r\nx-proxy: 1")?;
    client.write_all(&response[end..])?;
    client.shutdown(Shutdown::Both)
}

fn http() -> reqwest::blocking::Client {
    reqwest::blocking::Client::builder().no_proxy().build().unwrap()
}

/// Copies what the storage serves below `park/` into a directory, as a reader finds it.
fn mirror(storage: SocketAddr, directory: &Path) {
    let _ = fs::remove_dir_all(directory);
    for folder in ["layers", "media", "signatures", "editions"] {
        fs::create_dir_all(directory.join(folder)).unwrap();
    }
    let client = http();
    let list = client.get(format!("http://{storage}/bucket?list-type=2&prefix=park/")).send().unwrap().text().unwrap();
    for key in list.split("<Key>").skip(1).filter_map(|rest| rest.split('<').next()) {
        let content = client.get(format!("http://{storage}/bucket/{key}")).send().unwrap().bytes().unwrap();
        fs::write(directory.join(key.strip_prefix("park/").unwrap()), content).unwrap();
    }
}

#[test]
fn storage_serves_each_edition_whole_and_refuses_a_changed_manifest() {
    let Some(address) = env::var_os(STORAGE) else {
        let Some(storage) = Storage::start() else { return };
        let status = Command::new(env::current_exe().unwrap())
            .args(["--exact", NAME, "--nocapture"])
            .env(STORAGE, storage.1.to_string())
            .envs([("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "secret"), ("AWS_REGION", "eu-west-3")])
            .status()
            .unwrap();
        assert!(status.success());
        return;
    };
    scenario(address.to_str().unwrap().parse().unwrap());
}

fn scenario(storage: SocketAddr) {
    assert!(http().put(format!("http://{storage}/bucket")).send().unwrap().status().is_success());
    let faults = Arc::new(Faults::default());
    let endpoint = format!("http://{}", start_proxy(storage, Arc::clone(&faults)));
    let office = Office::new();
    let (edition, copy) = (office.path("edition"), office.data().join("copy"));
    let publish = ["edition", "publish", &edition, "--to", "s3://bucket/park", "--endpoint", &endpoint];
    let serves = || {
        mirror(storage, &copy);
        served(&copy, &office.key())
    };
    let first = office.build("One");
    let published = office.ok(&publish);
    assert_eq!((&published["edition"], &published["replaced"]), (&json!(first), &json!(null)));
    assert_eq!(serves(), first);
    let head = |path: &str, name: &str| {
        let response = http().head(format!("http://{storage}/bucket/park/{path}")).send().unwrap();
        response.headers()[name].to_str().unwrap().to_owned()
    };
    let picture = fs::read_dir(copy.join("media")).unwrap().next().unwrap().unwrap().file_name().into_string().unwrap();
    let year = "public, max-age=31536000, immutable";
    assert_eq!(head(&format!("media/{picture}"), "cache-control"), year);
    assert!(head(&format!("media/{picture}"), "content-type").starts_with("image/"));
    assert_eq!(head("datapackage.json", "cache-control"), "public, max-age=300");
    assert_eq!(head("datapackage.json", "content-type"), "application/json");
    let puts: Vec<String> = faults.log.lock().unwrap().iter().filter(|head| head.starts_with("PUT")).cloned().collect();
    assert!(puts.last().unwrap().starts_with("PUT /bucket/park/datapackage.json "), "{puts:?}");
    assert!(puts.last().unwrap().to_ascii_lowercase().contains("if-none-match: *"), "{puts:?}");

    // A file in the middle is refused: the first edition stays, whole.
    let second = office.build("Two");
    faults.refuse("PUT /bucket/park/", 1);
    let failed = jalon(office.data(), &publish);
    assert_eq!((failed.status, &failed.json()["error"]["status"]), (1, &json!(403)), "{}", failed.out);
    assert_eq!(serves(), first);
    faults.refuse("PUT /bucket/park/datapackage.json ", 0);
    assert_eq!(jalon(office.data(), &publish).status, 1);
    assert_eq!(serves_whole_but_for_people(storage, &copy), first);
    faults.refuse("", 0);
    let published = office.ok(&publish);
    assert_eq!((&published["replaced"], &published["kept"]), (&json!(first), &json!([second, first])));
    assert_eq!(serves(), second);

    // Another publisher is faster, in the moment before the manifest is put.
    let third = office.build("Three");
    let manifest = fs::read_to_string(copy.join("datapackage.json")).unwrap();
    let theirs = manifest.clone() + "\n";
    let put = move || {
        let url = format!("http://{storage}/bucket/park/datapackage.json");
        assert!(http().put(url).body(theirs).send().unwrap().status().is_success());
    };
    *faults.before.lock().unwrap() = Some(("PUT /bucket/park/datapackage.json ".to_owned(), Box::new(put)));
    let lost = jalon(office.data(), &publish);
    assert_eq!((lost.status, &lost.json()["error"]["code"]), (1, &json!("busy")), "{}", lost.out);
    assert!(faults.before.lock().unwrap().is_none());
    mirror(storage, &copy);
    assert_eq!(fs::read_to_string(copy.join("datapackage.json")).unwrap(), manifest + "\n");

    // The office looks, and publishes again. The files of the first edition go.
    let published = office.ok(&publish);
    assert_eq!(published["kept"], json!([third, second]));
    assert!(published["removed"].as_u64() > Some(0) && published["uploaded"] == 0, "{published}");
    assert_eq!(serves(), third);
    assert_eq!(fs::read_dir(copy.join("signatures")).unwrap().count(), 2);
    let again = office.ok(&publish);
    assert_eq!((&again["replaced"], &again["uploaded"]), (&json!(third), &json!(0)));

    let wrong = jalon(office.data(), &["edition", "publish", &edition, "--to", "s3://none/x", "--endpoint", &endpoint]);
    assert_eq!((wrong.status, &wrong.json()["error"]["status"]), (1, &json!(404)), "{}", wrong.out);
}

/// The number of the edition that readers find. The signature for people is that of the next edition when the put of the
/// manifest failed; readers take the one whose name is the hash of the manifest.
fn serves_whole_but_for_people(storage: SocketAddr, copy: &Path) -> u64 {
    mirror(storage, copy);
    fs::remove_file(copy.join("datapackage.json.minisig")).unwrap();
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(copy.join("datapackage.json")).unwrap()).unwrap();
    let problems = jalon::edition::verify_edition(copy, &[]).unwrap().problems;
    assert!(problems.iter().all(|problem| problem.starts_with("datapackage.json.minisig")), "{problems:?}");
    manifest["jalon"]["edition"].as_u64().unwrap()
}
