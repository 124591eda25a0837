//! What is left of downloads that were cut short: what it holds, who may touch it, when it goes.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use runcomfy::Existing;
use tempfile::{TempDir, tempdir};

use super::files::{
    broken_off, from, hanging, header, hidden, large_gif, listed, names, numbered_gif, picture,
    served,
};
use crate::support::{Act, Server, script, text};

const TAG: &str = "\"v1\"";
const SIZE: usize = 600_000;

/// A folder in which so much of a file is left, and a host that has the rest of it.
async fn left_over(sent: usize) -> (Server, TempDir) {
    let body = numbered_gif(SIZE);
    let server = Server::start(move |seen| {
        let most = if seen.connection == 0 { sent } else { usize::MAX };
        served(seen, &body, TAG, most)
    });
    let (server, place) = (server.await, tempdir().unwrap());
    assert!(download(&server, &place).await.is_err());
    assert_eq!(
        (part(&place).metadata().unwrap().len(), notes(&place).is_file()),
        (sent as u64, true)
    );
    (server, place)
}

async fn download(server: &Server, place: &TempDir) -> Result<(), runcomfy::Error> {
    let download = server.client().download(server.url("/a.gif?sig=hush")).to(place.path());
    download.retries(0).await.map(|_| ())
}

fn part(place: &TempDir) -> PathBuf {
    hidden(place.path(), ".part").pop().unwrap()
}

fn notes(place: &TempDir) -> PathBuf {
    hidden(place.path(), ".notes").pop().unwrap()
}

/// Up to where the notes vouch for the part.
fn marks(place: &TempDir) -> Vec<usize> {
    let text = fs::read_to_string(notes(place)).unwrap();
    text.lines().skip(1).map(|line| line.split_once(' ').unwrap().0.parse().unwrap()).collect()
}

fn age(path: &Path, hours: u64) {
    let at = SystemTime::now() - Duration::from_secs(hours * 60 * 60);
    File::options().write(true).open(path).unwrap().set_modified(at).unwrap();
}

/// Downloads what is left over, and where the host was asked from.
async fn finished(server: &Server, place: &TempDir) -> usize {
    download(server, place).await.unwrap();
    assert!(fs::read_to_string(place.path().join("a.gif")).unwrap() == numbered_gif(SIZE));
    from(server.seen().last().unwrap())
}

#[tokio::test]
async fn nothing_of_a_signature_is_written() {
    let (server, place) = left_over(300_000).await;
    for (name, text) in listed(place.path()) {
        assert!(
            !name.contains("hush") && !text.contains("hush") && !text.contains("sig"),
            "{name}"
        );
        assert!(!text.contains("127.0.0.1") && !text.contains("a.gif"), "{name}");
    }
    assert_eq!(finished(&server, &place).await, 300_000);
}

/// After a crash a part may have what was never written, or less than its notes say.
#[tokio::test]
async fn only_what_the_notes_vouch_for_is_gone_on_with() {
    type Damage = fn(&TempDir);
    // Each with the place before which nothing is damaged.
    let damages: [(Damage, usize); 10] = [
        (|place| append(&part(place), &[0; 5000]), 500_000),
        (|place| write_at(&part(place), 499_999, b"#"), 499_999),
        (|place| write_at(&part(place), 300_000, &[0; 4096]), 300_000),
        (|place| write_at(&part(place), 10, b"#"), 0),
        (|place| truncate(&part(place), 400_000), 400_000),
        (|place| truncate(&part(place), 100), 0),
        (|place| truncate(&notes(place), notes(place).metadata().unwrap().len() - 3), 499_999),
        (|place| append(&notes(place), b"550000 0123456789\n"), 500_000),
        (|place| write_at(&notes(place), 0, b"\0\0\0\0"), 0),
        (|place| truncate(&notes(place), 0), 0),
    ];
    for (number, (damage, good)) in damages.into_iter().enumerate() {
        let (server, place) = left_over(500_000).await;
        let marks = marks(&place);
        assert!(marks.len() > 1 && marks.last() == Some(&500_000), "{marks:?}");
        damage(&place);
        let kept = marks.into_iter().filter(|mark| *mark <= good).max().unwrap_or(0);
        assert_eq!(finished(&server, &place).await, kept, "{number}");
        assert_eq!(names(place.path()), ["a.gif"], "{number}");
    }
}

/// What was gone on with can be cut short and gone on with again.
#[tokio::test]
async fn notes_go_on_as_well() {
    let (server, place) = left_over(300_000).await;
    let first = marks(&place)[0];
    truncate(&notes(&place), notes(&place).metadata().unwrap().len() - 3);
    let body = numbered_gif(SIZE);
    let second = Server::on(tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap(), {
        let body = body.clone();
        move |seen| served(seen, &body, TAG, 150_000)
    });
    drop(server);
    // The same URL on another port would be another one: this is about the part.
    let renamed = |place: &TempDir| {
        let url = second.url("/a.gif?sig=hush");
        let to = named_for(&url);
        for (from, ending) in [(part(place), "part"), (notes(place), "notes")] {
            fs::rename(from, place.path().join(format!("{to}.{ending}"))).unwrap();
        }
    };
    renamed(&place);
    for asked in (first..SIZE).step_by(150_000) {
        let ended = download(&second, &place).await;
        assert_eq!(from(second.seen().last().unwrap()), asked);
        assert_eq!(ended.is_ok(), asked + 150_000 >= SIZE);
    }
    assert!(listed(place.path())["a.gif"] == body);
    assert_eq!(names(place.path()), ["a.gif"]);
}

/// As a part of this URL is called, and nobody has called one yet.
fn named_for(url: &str) -> String {
    let print = Command::new("sha256sum").arg("/dev/stdin").stdin(stdin_of(url)).output().unwrap();
    let print = String::from_utf8(print.stdout).unwrap();
    format!(".runcomfy-{}-0000000000000000", &print[..32])
}

fn stdin_of(text: &str) -> std::process::Stdio {
    let mut file = tempfile::tempfile().unwrap();
    std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
    std::io::Seek::rewind(&mut file).unwrap();
    file.into()
}

#[tokio::test]
async fn what_is_being_worked_at_is_left_alone() {
    let whole = large_gif();
    let body = whole.clone();
    let server = Server::start(move |seen| match seen.connection {
        0 => hanging(&body, 4000).header("etag", TAG),
        _ => served(seen, &body, TAG, usize::MAX),
    });
    let (server, place) = (server.await, tempdir().unwrap());
    let url = server.url("/a.gif?sig=hush");
    let mut first = server.client().download(&url).to(place.path()).events();
    first.next().await.unwrap();
    while tokio::time::timeout(Duration::from_millis(300), first.next()).await.is_ok() {}
    age(&part(&place), 1000);
    download(&server, &place).await.unwrap();
    assert_eq!(listed(place.path())["a.gif"], whole);
    assert_eq!(from(&server.seen()[1]), 0, "the part of another call is not its own");
    assert_eq!(hidden(place.path(), ".part").len(), 1);
    drop(first);
    age(&part(&place), 0);
    server.client().download(server.url("/b.gif")).to(place.path()).await.unwrap();
    assert_eq!(hidden(place.path(), ".part").len(), 1, "it may be wanted yet");
    server.client().download(&url).to(place.path()).await.unwrap();
    assert_eq!(from(server.seen().last().unwrap()), 4000);
    assert_eq!(names(place.path()), ["a-2.gif", "a.gif", "b.gif"]);
}

#[tokio::test]
async fn what_nobody_goes_on_with_is_cleared_away() {
    let other = Server::start(script([picture(&large_gif())])).await;
    let other_file = async |place: &TempDir| {
        let download = other.client().download(other.url("/b.gif")).to(place.path());
        download.existing(Existing::Replace).await.unwrap();
        names(place.path())
    };
    // With notes: after a day.
    let (server, place) = left_over(300_000).await;
    assert_eq!(other_file(&place).await.len(), 3, "it may be wanted yet");
    age(&part(&place), 23);
    assert_eq!(other_file(&place).await.len(), 3, "it may be wanted yet");
    age(&part(&place), 25);
    assert_eq!(other_file(&place).await, ["b.gif"]);
    // Without them, at once; and notes without their part.
    let (_server, second) = left_over(300_000).await;
    fs::remove_file(notes(&second)).unwrap();
    assert_eq!(other_file(&second).await, ["b.gif"]);
    let (_server, third) = left_over(300_000).await;
    fs::remove_file(part(&third)).unwrap();
    assert_eq!(other_file(&third).await, ["b.gif"]);
    // However old, it is gone on with where it is wanted.
    let (server_again, fourth) = left_over(300_000).await;
    age(&part(&fourth), 1000);
    assert_eq!(finished(&server_again, &fourth).await, 300_000);
    drop(server);
}

#[tokio::test]
async fn what_will_never_be_whole_is_not_kept() {
    for second in [
        text(404, "gone"),
        text(403, "expired"),
        served_page(),
        text(302, "").header("location", "https://evil.example/a"),
    ] {
        let first = broken_off(&large_gif(), 4000).header("etag", TAG);
        let server = Server::start(script([first, second])).await;
        let place = tempdir().unwrap();
        assert!(download(&server, &place).await.unwrap_err().is_interrupted());
        assert_eq!(names(place.path()).len(), 2);
        assert!(!download(&server, &place).await.unwrap_err().is_interrupted());
        assert!(names(place.path()).is_empty());
    }
}

fn served_page() -> Act {
    text(200, "<html>403 Forbidden</html>")
}

/// In a folder that others may write to, anybody can put something under the name of a part.
#[tokio::test]
async fn what_is_not_the_part_it_seems_to_be_is_not_touched() {
    type Plant = fn(&Path, &Path);
    let precious = "precious ".repeat(50_000);
    let plants: [Plant; 4] = [
        |victim, part| symlink(victim, part).unwrap(),
        |victim, part| fs::hard_link(victim, part).unwrap(),
        |_, part| fs::create_dir(part).unwrap(),
        |_, part| assert!(Command::new("mkfifo").arg(part).status().unwrap().success()),
    ];
    for plant in plants {
        let (server, place) = left_over(300_000).await;
        let elsewhere = tempdir().unwrap();
        let victim = elsewhere.path().join("victim");
        fs::write(&victim, &precious).unwrap();
        let part = part(&place);
        fs::remove_file(&part).unwrap();
        plant(&victim, &part);
        assert_eq!(finished(&server, &place).await, 0, "nothing of it is gone on with");
        assert!(fs::read_to_string(&victim).unwrap() == precious);
        assert!(part.symlink_metadata().is_ok());
    }
}

/// Whoever may write to the folder knows the name of the part, and can write notes that vouch for it.
#[tokio::test]
async fn the_part_of_another_user_is_not_gone_on_with() {
    use std::os::unix::fs::chown;
    let (server, place) = left_over(300_000).await;
    if chown(part(&place), Some(65_534), Some(65_534)).is_err() {
        println!("skipped: this user cannot give a file away");
        return;
    }
    assert_eq!(finished(&server, &place).await, 0);
}

#[tokio::test]
async fn what_has_the_name_of_the_target_and_is_no_file_is_not_replaced() {
    let server = Server::start(script([picture(&large_gif())])).await;
    let place = tempdir().unwrap();
    let target = place.path().join("a.gif");
    assert!(Command::new("mkfifo").arg(&target).status().unwrap().success());
    let download = || server.client().download(server.url("/a.gif")).to(place.path());
    let error = download().existing(Existing::Replace).await.unwrap_err();
    assert!(error.is_disk() && error.to_string().contains("not a regular file"), "{error}");
    assert!(!target.symlink_metadata().unwrap().is_file());
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    let saved = download().await.unwrap();
    assert_eq!(saved[0].path, place.path().join("a-2.gif"));
    let folder = place.path().join("a.gif");
    let error = server.client().download(server.url("/a.gif")).to(folder).await.unwrap_err();
    assert!(error.is_disk(), "{error}");
}

#[tokio::test]
async fn many_calls_for_one_file_get_it_whole_each() {
    let (server, place) = left_over(300_000).await;
    let client = server.client();
    let calls = (0..8).map(|_| {
        let download = client.download(server.url("/a.gif?sig=hush")).to(place.path());
        tokio::spawn(async move { download.await.unwrap() })
    });
    let whole = numbered_gif(SIZE);
    for call in calls.collect::<Vec<_>>() {
        let saved = call.await.unwrap();
        assert!(fs::read_to_string(&saved[0].path).unwrap() == whole);
    }
    assert_eq!(names(place.path()).len(), 8, "{:?}", names(place.path()));
    let gone_on = server.seen().iter().filter(|seen| header(seen, "range").is_some()).count();
    assert_eq!(gone_on, 1);
}

fn append(path: &Path, bytes: &[u8]) {
    let mut file = File::options().append(true).open(path).unwrap();
    std::io::Write::write_all(&mut file, bytes).unwrap();
}

fn write_at(path: &Path, at: u64, bytes: &[u8]) {
    let file = File::options().write(true).open(path).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, bytes, at).unwrap();
}

fn truncate(path: &Path, length: u64) {
    File::options().write(true).open(path).unwrap().set_len(length).unwrap();
}
