//! A disk that is full, or does not let us.

use std::fs;
use std::path::Path;

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

/// Root may do everything, so these are tried as nobody.
#[cfg(unix)]
#[test]
fn without_permission_it_says_so_when_it_is_opened() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;
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
    let variables = [("RUNCOMFY_TEST_DIR", dir.path().to_str().unwrap())];
    let mut child = child("disk::without_permission_it_says_so_when_it_is_opened", &variables);
    if fs::metadata(dir.path()).unwrap().uid() == 0 {
        child.uid(65534).gid(65534);
    }
    let ended = child.status();
    for folder in ["closed", "read-only"] {
        mode(&dir.path().join(folder), 0o755);
    }
    match ended {
        Ok(status) => assert!(status.success()),
        Err(error) => println!("skipped: this program cannot be run as nobody: {error}"),
    }
}
