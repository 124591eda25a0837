//! The system calls of a client in a process of its own, recorded.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use runcomfy::simulator::Simulator;

use super::tools::{child, given};

/// Where the client of a recorded process finds what it needs.
pub(super) struct Place {
    pub(super) url: String,
    pub(super) dir: PathBuf,
}

impl Place {
    /// In the child: where it is. In the parent: `None`.
    pub(super) fn given() -> Option<Self> {
        let dir = given("RUNCOMFY_TEST_DIR")?.into();
        Some(Self { url: given("RUNCOMFY_TEST_URL").unwrap(), dir })
    }

    pub(super) fn journal(&self) -> PathBuf {
        self.dir.join("kept").join("journal")
    }

    /// Says that the client has told its caller something, which is a write in the record.
    pub(super) fn tell(&self, what: &str) {
        fs::write(self.dir.join("told"), what).unwrap();
    }
}

/// Runs a test again in a process that is recorded and in which the calls of `fail` fail (see
/// `recorder.c`). `None`, with the reason on the screen, where that cannot be done.
pub(super) async fn record(
    test: &str,
    simulator: &Simulator,
    dir: &Path,
    fail: &str,
) -> Option<Calls> {
    let library = compile(dir)?;
    let log = dir.join("calls");
    let variables = [
        ("RUNCOMFY_TEST_URL", simulator.url()),
        ("RUNCOMFY_TEST_DIR", dir.to_str().unwrap()),
        ("RECORDER_LOG", log.to_str().unwrap()),
        ("RECORDER_FAIL", fail),
        ("LD_PRELOAD", library.to_str().unwrap()),
    ];
    let mut process = child(&format!("syscalls::{test}"), &variables);
    let ended = tokio::task::spawn_blocking(move || process.status().unwrap()).await.unwrap();
    assert!(ended.success(), "{}", fs::read_to_string(&log).unwrap_or_default());
    let log = fs::read_to_string(log).expect("the library was loaded");
    let about_files = |call: &Call| call.path.starts_with('/') && !call.path.starts_with("/dev/");
    let matters = |call: &Call| about_files(call) || call.name == "send";
    Some(Calls(log.lines().map(Call::parse).filter(matters).collect()))
}

/// The library that records, or `None` without a compiler.
fn compile(dir: &Path) -> Option<PathBuf> {
    let (source, library) = (dir.join("recorder.c"), dir.join("recorder.so"));
    fs::write(&source, include_str!("recorder.c")).unwrap();
    let compiler = given("CC").unwrap_or_else(|| "cc".to_owned());
    let mut command = Command::new(&compiler);
    command.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(&source).arg("-ldl");
    match command.status() {
        Ok(status) => {
            assert!(status.success(), "the recorder does not compile");
            Some(library)
        }
        Err(error) => {
            println!(
                "skipped: the order of system calls, for want of a C compiler: {compiler}: {error}"
            );
            None
        }
    }
}

/// What was recorded, in order.
pub(super) struct Calls(Vec<Call>);

#[derive(Debug)]
struct Call {
    begins: bool,
    name: String,
    path: String,
    text: String,
}

impl Call {
    fn parse(line: &str) -> Self {
        let mut parts = line.splitn(4, '\t').map(str::to_owned);
        let mut next = || parts.next().unwrap_or_default();
        Self { begins: next() == "begin", name: next(), path: next(), text: next() }
    }

    fn is(&self, begins: bool, name: &str, path: &str) -> bool {
        self.begins == begins && self.name == name && self.path.ends_with(path)
    }
}

impl Calls {
    /// Where the first such call begins after `from`: the path ends like this, and the text holds
    /// this.
    pub(super) fn find(&self, from: usize, name: &str, path: &str, text: &str) -> Option<usize> {
        let fits = |call: &Call| call.is(true, name, path) && call.text.contains(text);
        self.0.iter().skip(from).position(fits).map(|at| at + from)
    }

    /// Where the first such call begins, which has to be there.
    pub(super) fn begin(&self, name: &str, path: &str, text: &str) -> usize {
        self.after(0, name, path, text)
    }

    /// Where the first such call after `from` begins, which has to be there.
    pub(super) fn after(&self, from: usize, name: &str, path: &str, text: &str) -> usize {
        self.find(from, name, path, text)
            .unwrap_or_else(|| panic!("no {name} of {path} with {text:?} after {from} in {self}"))
    }

    /// Where the request that holds this begins to leave.
    pub(super) fn sent(&self, from: usize, text: &str) -> usize {
        let fits = |call: &Call| call.begins && call.name == "send" && call.text.contains(text);
        let at = self.0.iter().skip(from).position(fits);
        let none = || panic!("no {text:?} was sent after {from} in {self}");
        at.map_or_else(none, |at| at + from)
    }

    /// Where the call that begins at `begin` ends.
    pub(super) fn end(&self, begin: usize) -> usize {
        let call = &self.0[begin];
        let fits = |end: &Call| !end.begins && end.name == call.name && end.path == call.path;
        let at = self.0.iter().skip(begin).position(fits);
        at.map(|at| at + begin).expect("every call ends")
    }

    /// Where the first sync of `path` that begins after `from`, covers `text` and succeeds has
    /// ended.
    pub(super) fn synced(&self, from: usize, path: &str, text: &str) -> usize {
        let mut from = from;
        loop {
            let begin = self.after(from, "sync", path, text);
            let end = self.end(begin);
            if self.0[end].text == "0" {
                return end;
            }
            from = end;
        }
    }

    /// Where `text` is on the disk: it was written to `path`, and that was synced.
    pub(super) fn kept(&self, path: &str, text: &str) -> usize {
        let written = self.end(self.begin("write", path, text));
        self.synced(written, path, "")
    }

    pub(super) fn path(&self, at: usize) -> &str {
        &self.0[at].path
    }
}

impl std::fmt::Display for Calls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (number, call) in self.0.iter().enumerate() {
            let text: String = call.text.chars().take(160).collect();
            let word = if call.begins { "" } else { "ended: " };
            writeln!(f, "{number}: {word}{} {} {text}", call.name, call.path)?;
        }
        Ok(())
    }
}
