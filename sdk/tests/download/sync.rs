//! In which order a file reaches the disk, as the system sees it.

use std::process::Command;

use runcomfy::Client;
use tempfile::tempdir;

use super::files::{large_gif, names, picture};
use crate::support::{Server, TOKEN, script};

/// The calls of this test in another process, one a line, in the order in which they ended; `None`
/// where they cannot be traced.
fn traced(server: &Server, place: &std::path::Path) -> Option<Vec<String>> {
    let log = place.with_extension("trace");
    let traced = Command::new("strace")
        .args([
            "-f",
            "-y",
            "-e",
            "trace=fsync,fdatasync,rename,renameat,renameat2,link,linkat",
            "-o",
        ])
        .arg(&log)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "download::sync::a_file_is_on_the_disk_before_it_has_its_name"])
        .env("RUNCOMFY_TEST_URL", format!("http://{}", server.address))
        .env("RUNCOMFY_TEST_DIR", place)
        .output()
        .ok()?;
    let told = String::from_utf8_lossy(&traced.stderr).into_owned();
    if told.contains("ptrace") || told.contains("Operation not permitted") {
        return None;
    }
    assert!(traced.status.success(), "{told}");
    let text = std::fs::read_to_string(&log).unwrap();
    std::fs::remove_file(log).unwrap();
    // A call that another thread's interrupts is told in two lines.
    let mut begun = std::collections::BTreeMap::new();
    let mut calls = Vec::new();
    for line in text.lines() {
        let (thread, call) = line.split_once(' ').unwrap();
        let call = call.trim_start();
        if let Some(first) = call.strip_suffix("<unfinished ...>") {
            begun.insert(thread.to_owned(), first.to_owned());
        } else if let Some((_, rest)) = call.split_once("resumed>") {
            calls.push(begun.remove(thread).unwrap() + rest);
        } else {
            calls.push(call.to_owned());
        }
    }
    Some(calls)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_on_the_disk_before_it_has_its_name() {
    if let Ok(url) = std::env::var("RUNCOMFY_TEST_URL") {
        let client = Client::builder().token(TOKEN).base_url(&url).build().unwrap();
        let place = std::env::var("RUNCOMFY_TEST_DIR").unwrap();
        client.download(format!("{url}/a.gif")).to(place).await.unwrap();
        return;
    }
    let server = Server::start(script([picture(&large_gif())])).await;
    let outer = tempdir().unwrap();
    let place = outer.path().join("files");
    let Some(calls) = tokio::task::block_in_place(|| traced(&server, &place)) else {
        eprintln!("skipped: this machine does not let the test trace a process");
        return;
    };
    assert_eq!(names(&place), ["a.gif"]);
    let place = place.to_str().unwrap();
    let at = |what: &str, is_it: &dyn Fn(&str) -> bool| {
        let found = calls.iter().position(|call| is_it(call) && call.ends_with("= 0"));
        found.unwrap_or_else(|| panic!("no {what}: {calls:#?}"))
    };
    let synced =
        at("sync of the file", &|call| call.starts_with("fsync") && call.contains(".part>"));
    let renamed = at("new name", &|call| call.contains("a.gif") && !call.starts_with("fsync"));
    let folder = format!("<{place}>");
    let folder =
        at("sync of the folder", &|call| call.starts_with("fsync") && call.contains(&folder));
    assert!(synced < renamed && renamed < folder, "{calls:#?}");
}
