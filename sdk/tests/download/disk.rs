//! Disks that are full, folders that cannot be written to, names that do not fit.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use runcomfy::{Error, Existing};
use tempfile::{TempDir, tempdir};

use super::files::{gif, hanging, large_gif, names, numbered_gif, picture, served};
use crate::support::{Server, script};

/// A small file system of its own, where the test may mount one.
struct Disk(TempDir);

impl Disk {
    fn mount(options: &str) -> Option<Self> {
        let place = tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(place.path());
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        if !mounted {
            eprintln!("skipped: this machine does not let the test mount a file system");
        }
        mounted.then_some(Self(place))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn make_read_only(&self) {
        let mut mount = Command::new("mount");
        mount.args(["-o", "remount,ro"]).arg(self.path());
        assert!(mount.status().unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // A process that another test is just starting may have a file of it open for a moment.
        let unmounted = Command::new("umount").arg("-l").arg(self.path()).status();
        assert!(unmounted.is_ok_and(|status| status.success()), "{}", self.path().display());
    }
}

async fn saved_to(folder: impl Into<PathBuf>, body: &str, existing: Existing) -> Result<(), Error> {
    let server = Server::start(script([picture(body)])).await;
    let download = server.client().download(server.url("/a.gif")).to(folder);
    download.existing(existing).await.map(|_| ())
}

fn assert_disk(error: &Error, kind: ErrorKind, path: &Path, words: &str) {
    assert!(error.is_disk() && !error.is_safe_to_retry(), "{error}");
    assert_eq!(error.may_have_cost(), !error.failed_files().is_empty(), "{error}");
    assert_eq!(error.io_kind(), Some(kind), "{error}");
    let message = error.to_string();
    assert!(message.contains(&path.display().to_string()) && message.contains(words), "{message}");
}

#[tokio::test]
async fn a_full_disk_is_said_and_nothing_torn_is_left() {
    let Some(disk) = Disk::mount("size=64k") else {
        return;
    };
    let body = large_gif().repeat(20);
    let error = saved_to(disk.path(), &body, Existing::KeepBoth).await.unwrap_err();
    assert_disk(&error, ErrorKind::StorageFull, disk.path(), "the disk is full");
    assert!(names(disk.path()).is_empty());
    saved_to(disk.path(), &gif("small"), Existing::KeepBoth).await.unwrap();
    assert_eq!(names(disk.path()), ["a.gif"]);
}

/// A quota may let small writes through when a large one has failed, so that the part could be kept
/// for the next call: then what takes up the room would be something that nobody sees.
#[cfg(unix)]
#[tokio::test]
async fn a_disk_that_is_full_for_large_files_is_not_kept_full() {
    if let Ok(dir) = std::env::var("RUNCOMFY_TEST_DIR") {
        let body = numbered_gif(1_500_000);
        let server = Server::start(move |seen| served(seen, &body, "\"v1\"", usize::MAX)).await;
        let download = server.client().download(server.url("/a.gif")).to(&dir);
        let error = download.await.unwrap_err();
        assert!(error.is_disk(), "{error:?}");
        assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 0, "{:?}", names(dir.as_ref()));
        return;
    }
    let place = tempdir().unwrap();
    let test = "download::disk::a_disk_that_is_full_for_large_files_is_not_kept_full";
    // In blocks of 512 bytes or of 1024; beyond, the system call fails, instead of the process.
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 1000; exec \"$@\"", "sh"]);
    limited.arg(std::env::current_exe().unwrap()).args(["--exact", test, "--nocapture"]);
    limited.env("RUNCOMFY_TEST_DIR", place.path()).stdout(std::process::Stdio::null());
    assert!(limited.status().unwrap().success());
}

#[tokio::test]
async fn a_full_disk_leaves_the_old_file_as_it_was() {
    let Some(disk) = Disk::mount("size=64k") else {
        return;
    };
    std::fs::write(disk.path().join("a.gif"), "old").unwrap();
    let body = large_gif().repeat(20);
    let error = saved_to(disk.path(), &body, Existing::Replace).await.unwrap_err();
    assert_eq!(error.io_kind(), Some(ErrorKind::StorageFull));
    assert_eq!(std::fs::read_to_string(disk.path().join("a.gif")).unwrap(), "old");
}

#[tokio::test]
async fn a_disk_without_room_for_one_more_name_is_full() {
    let Some(disk) = Disk::mount("size=64k,nr_inodes=2") else {
        return;
    };
    std::fs::write(disk.path().join("x"), "").unwrap();
    let error = saved_to(disk.path(), &gif("x"), Existing::KeepBoth).await.unwrap_err();
    assert_disk(&error, ErrorKind::StorageFull, disk.path(), "the disk is full");
}

#[tokio::test]
async fn a_read_only_disk_is_said_before_anything_is_fetched() {
    let Some(disk) = Disk::mount("size=64k") else {
        return;
    };
    disk.make_read_only();
    let server = Server::start(script([picture(&gif("x"))])).await;
    let download = |to: &Path| server.client().download(server.url("/a.gif")).to(to);
    let error = download(disk.path()).await.unwrap_err();
    assert_disk(&error, ErrorKind::ReadOnlyFilesystem, disk.path(), "read-only");
    let inner = disk.path().join("new");
    let error = download(&inner).await.unwrap_err();
    assert_disk(&error, ErrorKind::ReadOnlyFilesystem, &inner, "cannot make the folder");
    assert!(server.seen().is_empty());
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_without_permission_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let place = tempdir().unwrap();
    let closed = place.path().join("closed");
    std::fs::create_dir(&closed).unwrap();
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o555)).unwrap();
    if std::fs::write(closed.join("probe"), "").is_ok() {
        eprintln!("skipped: this user may write everywhere");
        return;
    }
    let error = saved_to(&closed, &gif("x"), Existing::KeepBoth).await.unwrap_err();
    assert_disk(&error, ErrorKind::PermissionDenied, &closed, "permission denied");
}

#[tokio::test]
async fn a_folder_whose_name_is_too_long_is_said() {
    let place = tempdir().unwrap();
    let folder = place.path().join("x".repeat(300));
    let error = saved_to(&folder, &gif("x"), Existing::KeepBoth).await.unwrap_err();
    assert_disk(&error, ErrorKind::InvalidFilename, &folder, "too long");
}

#[tokio::test]
async fn a_file_whose_name_would_be_too_long_gets_a_shorter_one() {
    let server = Server::start(script([picture(&gif("x"))])).await;
    let place = tempdir().unwrap();
    let path = format!("/{}.gif", "%F0%9F%90%88".repeat(100));
    server.client().download(server.url(&path)).to(place.path()).await.unwrap();
    assert_eq!(names(place.path()), [format!("{}.gif", "🐈".repeat(30))]);
}

#[tokio::test]
async fn a_folder_that_is_a_file_is_said() {
    let place = tempdir().unwrap();
    let file = place.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = saved_to(&file, &gif("x"), Existing::KeepBoth).await.unwrap_err();
    assert!(error.is_disk() && error.to_string().contains("cannot make the folder"), "{error}");
    let error = saved_to(file.join("inner"), &gif("x"), Existing::KeepBoth).await.unwrap_err();
    assert_disk(&error, ErrorKind::NotADirectory, &file, "not a folder");
}

#[tokio::test]
async fn a_target_that_exists_is_left_alone_if_that_is_asked() {
    // The rest of the file never comes: it is not needed to know the name.
    let server = Server::start(script([hanging(&large_gif(), 4000)])).await;
    let place = tempdir().unwrap();
    let target = place.path().join("a.gif");
    std::fs::write(&target, "old").unwrap();
    let download = server.client().download(server.url("/a.gif")).to(place.path());
    let error = download.existing(Existing::Fail).await.unwrap_err();
    assert_disk(&error, ErrorKind::AlreadyExists, &target, "it exists already");
    assert_eq!(std::fs::read_to_string(&target).unwrap(), "old");
    assert_eq!(names(place.path()), ["a.gif"]);
}

#[tokio::test]
async fn a_folder_in_the_place_of_the_file_is_not_replaced() {
    let place = tempdir().unwrap();
    let target = place.path().join("a.gif");
    std::fs::create_dir(&target).unwrap();
    let error = saved_to(place.path(), &gif("x"), Existing::Replace).await.unwrap_err();
    assert!(error.is_disk() && error.to_string().contains("a.gif"), "{error}");
    assert!(target.is_dir());
    saved_to(place.path(), &gif("x"), Existing::KeepBoth).await.unwrap();
    assert!(place.path().join("a-2.gif").is_file());
}
