use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Done;

/// The first argument of a process that does a piece of a row.
pub(crate) const CHILD: &str = "child";
const POLL: Duration = Duration::from_millis(2);

/// What a process of its own told.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// How long its work took, from the first line of its `main` on.
    pub(crate) took: Duration,
    /// Its peak memory in bytes, where the system tells it.
    pub(crate) peak: Option<u64>,
    /// What it answered.
    pub(crate) answer: String,
}

/// Lets another process of this bench do a piece of work, and reads what it [`tell`]s.
pub(crate) fn spawn(role: &str, arguments: &[&str]) -> Done<Told> {
    let output = Command::new(std::env::current_exe()?).arg(CHILD).arg(role).args(arguments).output()?;
    read(&output, role)
}

/// Says how long the work of this process took, and what it gave; ends the process at once, as an app's answer is there
/// when it is there.
pub(crate) fn tell(took: Duration, answer: &str) -> Done {
    let peak = peak_of(Path::new("/proc/self/status")).map(|bytes| bytes.to_string()).unwrap_or_default();
    println!("{} {peak}\n{answer}", took.as_nanos());
    std::io::stdout().flush()?;
    std::process::exit(0)
}

pub(crate) fn argument(arguments: &[String], place: usize) -> Done<&str> {
    arguments.get(place).map(String::as_str).ok_or_else(|| format!("argument {place} is missing").into())
}

/// Runs any program, and watches its memory from outside. One that [`tell`]s for itself is read.
pub(crate) fn run_command(command: &mut Command, tells: bool) -> Done<Told> {
    let name = command.get_program().to_string_lossy().into_owned();
    let started = Instant::now();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak = None;
    while child.try_wait()?.is_none() {
        peak = peak_of(Path::new(&status)).or(peak);
        std::thread::sleep(POLL);
    }
    let took = started.elapsed();
    let output = child.wait_with_output()?;
    if tells {
        return read(&output, &name);
    }
    if !output.status.success() {
        return Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(Told { took, peak, answer: String::new() })
}

fn read(output: &std::process::Output, name: &str) -> Done<Told> {
    let text = String::from_utf8_lossy(&output.stdout);
    let nonsense = || format!("{name}: {}{}", text, String::from_utf8_lossy(&output.stderr));
    if !output.status.success() {
        return Err(nonsense().into());
    }
    let (figures, answer) = text.split_once('\n').ok_or_else(nonsense)?;
    let mut figures = figures.split(' ');
    let nanos = figures.next().and_then(|nanos| nanos.parse().ok()).ok_or_else(nonsense)?;
    let peak = figures.next().and_then(|peak| peak.parse().ok());
    Ok(Told { took: Duration::from_nanos(nanos), peak, answer: answer.trim_end().to_owned() })
}

/// The most memory that a process has had, in bytes, as Linux tells it.
fn peak_of(status: &Path) -> Option<u64> {
    let status = std::fs::read_to_string(status).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()? * 1_024)
}
