//! A disk that is full, or does not let us.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use runcomfy::{Error, Journal};
use serde_json::json;

use super::tools::{child, given};
use crate::support::{Server, input, json_answer, script};

async fn refused_without_sending(path: &Path) -> Error {
    let server = Server::start(script([json_answer(200, &json!({ "request_id": "r-1" }))])).await;
    let client = server.builder().journal(path).build().unwrap();
    let error = client.submit(input()).await.unwrap_err();
    assert_eq!(server.submits(), 0, "{error}");
    error
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn a_full_disk_refuses_the_submit_before_it_is_sent() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    std::os::unix::fs::symlink("/dev/full", &path).unwrap();
    let error = refused_without_sending(&path).await;
    assert!(error.is_journal() && !error.may_have_cost(), "{error:?}");
    assert!(error.to_string().contains("No space left on device"), "{error}");
    assert!(error.to_string().contains("journal"), "{error}");
}

#[tokio::test]
async fn a_disk_that_fails_after_the_post_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, away) = (dir.path().join("folder"), dir.path().join("away"));
    let path = folder.join("journal");
    let journal = Journal::open(&path).unwrap();
    let server = Server::start({
        let (folder, away) = (folder.clone(), away.clone());
        let mut count = 0;
        move |_: &_| {
            count += 1;
            if count == 1 {
                fs::rename(&folder, &away).unwrap();
            }
            json_answer(200, &json!({ "request_id": format!("r-{count}") }))
        }
    })
    .await;
    let client = server.builder().shared_journal(journal.clone()).build().unwrap();
    let job = client.submit(input()).await.unwrap();
    assert_eq!(job.request_id(), "r-1");
    let error = client.submit(input()).await.unwrap_err();
    assert!(error.is_journal(), "{error:?}");
    assert_eq!(server.submits(), 1);

    fs::rename(&away, &folder).unwrap();
    // Its line is not there yet, but it counts, and is written at the next chance.
    let found = journal.recover().unwrap();
    assert_eq!((found.jobs.len(), found.unknown.len()), (1, 0));
    client.submit(input()).await.unwrap();
    let found = journal.recover().unwrap();
    let ids: Vec<_> = found.jobs.iter().map(|job| job.token.request_id()).collect();
    assert_eq!(ids, ["r-1", "r-2"]);
    assert!(found.unknown.is_empty());
}

#[cfg(unix)]
#[test]
fn files_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("new").join("newer").join("journal");
    let journal = Journal::open(&path).unwrap();
    journal.forget_batch("none").unwrap();
    journal.compact().unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir.path().join("new")), 0o700);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    let files = fs::read_dir(path.parent().unwrap()).unwrap().map(|file| file.unwrap().path());
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[test]
fn a_folder_in_its_place_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let error = Journal::open(dir.path()).unwrap_err();
    assert!(error.is_journal(), "{error:?}");
}

#[cfg(unix)]
#[test]
fn what_can_never_be_a_journal_is_refused_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let pipe = dir.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let socket = dir.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let link = dir.path().join("link");
    std::os::unix::fs::symlink(&pipe, &link).unwrap();
    for path in [pipe, socket, link] {
        let error = Journal::open(&path).unwrap_err();
        assert!(error.is_journal(), "{error:?}");
        assert!(error.to_string().contains("not a regular file"), "{error}");
    }
}

/// In a folder in which others can write, too, somebody may lay out links for us to write through.
#[cfg(unix)]
#[test]
fn no_link_that_was_laid_out_is_written_through() {
    use std::os::unix::fs::symlink;
    let dir = tempfile::tempdir().unwrap();
    let (path, precious) = (dir.path().join("journal"), dir.path().join("precious"));
    fs::write(&precious, "precious").unwrap();
    symlink(&precious, dir.path().join("journal.new")).unwrap();
    symlink(&precious, dir.path().join("journal.damaged")).unwrap();
    let journal = Journal::open(&path).unwrap();
    journal.forget_batch("none").unwrap();
    journal.compact().unwrap();
    fs::write(&path, "damage\n").unwrap();
    let repair = journal.repair().unwrap();
    assert_eq!(fs::read_to_string(repair.kept_in.unwrap()).unwrap(), "damage\n");
    fs::remove_file(dir.path().join("journal.lock")).unwrap();
    symlink(&precious, dir.path().join("journal.lock")).unwrap();
    assert!(journal.forget_batch("none").unwrap_err().is_journal());
    assert_eq!(fs::read_to_string(&precious).unwrap(), "precious");
}

/// A process that was killed while it compacted, or while it had submits under way, leaves files.
#[cfg(unix)]
#[test]
fn what_killed_processes_have_left_is_cleared_away_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let id = "0123456789abcdef0123456789abcdef";
    let left = [format!("journal.{id}.new"), format!("journal.{id}.alive")];
    let others = ["journal.new", "journal.mine.new", "other.new"].map(str::to_owned);
    for name in left.iter().chain(&others) {
        fs::write(dir.path().join(name), "x").unwrap();
    }
    drop(Journal::open(dir.path().join("journal")).unwrap());
    for (names, is_there) in [(&left[..], false), (&others[..], true)] {
        for name in names {
            assert_eq!(dir.path().join(name).exists(), is_there, "{name}");
        }
    }
}

#[cfg(unix)]
#[test]
fn compaction_keeps_those_who_may_read_it_and_parts_no_names() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let (path, other) = (dir.path().join("journal"), dir.path().join("other"));
    let journal = Journal::open(&path).unwrap();
    journal.forget_batch("none").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    journal.compact().unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    fs::hard_link(&path, &other).unwrap();
    let error = journal.compact().unwrap_err();
    assert!(error.is_journal() && error.to_string().contains("hard links"), "{error}");
    fs::remove_file(other).unwrap();
    journal.compact().unwrap();
}

/// Runs this program as somebody whom permissions stop; false if that cannot be done.
#[cfg(unix)]
fn as_nobody(test: &str, dir: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::process::CommandExt;
    let mut child = child(test, &[("RUNCOMFY_TEST_DIR", dir.to_str().unwrap())]);
    if fs::metadata(dir).unwrap().uid() == 0 {
        child.uid(65534).gid(65534);
    }
    match child.status() {
        Ok(status) => {
            assert!(status.success());
            true
        }
        Err(error) => {
            println!("skipped: this program cannot be run as nobody: {error}");
            false
        }
    }
}

/// Of a folder that cannot be synced, nobody knows whether it keeps the new file.
#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_cannot_be_synced_refuses_the_submit_and_leaves_no_trace_of_it() {
    use std::os::unix::fs::PermissionsExt;
    if let Some(dir) = given("RUNCOMFY_TEST_DIR") {
        let path = Path::new(&dir).join("journal");
        for _ in 0..2 {
            let error = refused_without_sending(&path).await;
            assert!(error.is_journal() && !error.may_have_cost(), "{error:?}");
            let left = Journal::open(&path).unwrap().recover().unwrap();
            assert!(left.unknown.is_empty(), "{left:?}");
        }
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    // It may be written in, and not be opened.
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o333)).unwrap();
    let test = "disk::a_folder_that_cannot_be_synced_refuses_the_submit_and_leaves_no_trace_of_it";
    let _ = as_nobody(test, dir.path());
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
}

/// A file that may not grow any more takes a part of a line: that is taken back.
#[cfg(unix)]
#[tokio::test]
async fn a_write_that_failed_is_taken_back() {
    if let Some(dir) = given("RUNCOMFY_TEST_DIR") {
        let path = Path::new(&dir).join("journal");
        let answer = json_answer(200, &json!({ "request_id": "r-1" }));
        let server = Server::start(script([answer])).await;
        let client = server.builder().journal(&path).build().unwrap();
        let mut accepted = 0;
        let error = loop {
            match client.submit_as("x".repeat(100), input()).await {
                Ok(_) => accepted += 1,
                Err(error) => break error,
            }
            assert!(accepted < 1000);
        };
        assert!(error.is_journal() && !error.may_have_cost(), "{error:?}");
        assert_eq!(server.submits(), accepted);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.ends_with("\"}\n"), "half a line is left: {text}");
        assert!(client.recover().await.unwrap().unknown.is_empty());
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let program = std::env::current_exe().unwrap();
    let mut limited = Command::new("sh");
    // In blocks of 512 bytes or of 1024; beyond, the system call fails, instead of the process.
    limited.args(["-c", "trap '' XFSZ; ulimit -f 4; exec \"$@\"", "sh"]).arg(program);
    limited.args(["--exact", "durable::disk::a_write_that_failed_is_taken_back", "--nocapture"]);
    limited.env("RUNCOMFY_TEST_DIR", dir.path()).stdout(Stdio::null());
    assert!(limited.status().unwrap().success());
}

/// Root may do everything, so these are tried as nobody.
#[cfg(unix)]
#[test]
fn without_permission_it_says_so_when_it_is_opened() {
    use std::os::unix::fs::PermissionsExt;
    if let Some(dir) = given("RUNCOMFY_TEST_DIR") {
        let dir = Path::new(&dir);
        for path in ["mine", "closed/journal", "read-only/journal", "read-only/old"] {
            let error = Journal::open(dir.join(path)).unwrap_err();
            assert!(error.is_journal(), "{path}: {error:?}");
            assert!(error.to_string().contains("ermission denied"), "{path}: {error}");
        }
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(dir.path(), 0o755);
    fs::write(dir.path().join("mine"), "").unwrap();
    mode(&dir.path().join("mine"), 0o000);
    for (folder, bits) in [("closed", 0o000), ("read-only", 0o555)] {
        let folder = dir.path().join(folder);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("old"), "").unwrap();
        mode(&folder.join("old"), 0o666);
        mode(&folder, bits);
    }
    let _ = as_nobody("disk::without_permission_it_says_so_when_it_is_opened", dir.path());
    for folder in ["closed", "read-only"] {
        mode(&dir.path().join(folder), 0o755);
    }
}
