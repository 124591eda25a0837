//! What images, videos and audio are made of.

use std::io::ErrorKind;
#[cfg(unix)]
use std::os::unix::net::UnixListener;
#[cfg(unix)]
use std::path::Path;
#[cfg(unix)]
use std::process::Command;

use runcomfy::{Audio, Image, Video};
use tempfile::tempdir;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and so on";
const MP4: &[u8] = b"\0\0\0\x20ftypisom and so on";
const WAV: &[u8] = b"RIFF\x10\0\0\0WAVEfmt ";

#[test]
fn bytes_are_sent_under_the_type_that_they_have() {
    let image = Image::bytes(PNG).unwrap();
    assert_eq!(image.as_str(), "data:image/png;base64,iVBORw0KGgogYW5kIHNvIG9u");
    assert!(Video::bytes(MP4).unwrap().as_str().starts_with("data:video/mp4;base64,"));
    assert!(Audio::bytes(WAV).unwrap().as_str().starts_with("data:audio/wav;base64,"));
    assert!(Audio::bytes(MP4).unwrap().as_str().starts_with("data:audio/mp4;base64,"));
}

#[test]
fn bytes_of_another_kind_are_refused() {
    for (error, why) in [
        (Image::bytes(MP4).unwrap_err(), "they are MP4, and not an image"),
        (Video::bytes(PNG).unwrap_err(), "they are PNG, and not a video"),
        (Audio::bytes(PNG).unwrap_err(), "they are PNG, and not audio"),
        (Image::bytes(b"Hello").unwrap_err(), "do not begin like an image in any known format"),
        (Image::bytes(b"").unwrap_err(), "there are none"),
    ] {
        assert!(error.is_invalid_input() && !error.may_have_cost(), "{error}");
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[test]
fn what_is_sent_along_has_a_limit() {
    let mib = 1024 * 1024;
    let of_size = |head: &[u8], size: usize| {
        let mut bytes = head.to_vec();
        bytes.resize(size, 0);
        bytes
    };
    assert!(Image::bytes(of_size(PNG, 6 * mib)).is_ok());
    let errors = [
        Image::bytes(of_size(PNG, 6 * mib + 1)).unwrap_err().to_string(),
        Video::bytes(of_size(MP4, 32 * mib + 1)).unwrap_err().to_string(),
        Audio::bytes(of_size(WAV, 16 * mib + 1)).unwrap_err().to_string(),
    ];
    for (error, cap) in errors.iter().zip(["6 MiB", "32 MiB", "16 MiB"]) {
        assert!(error.contains(cap) && error.contains("give a URL"), "{error}");
    }
}

#[test]
fn a_file_is_read_and_recognized_whatever_its_name() {
    let place = tempdir().unwrap();
    let path = place.path().join("cat.jpg");
    std::fs::write(&path, PNG).unwrap();
    assert_eq!(Image::file(&path).unwrap(), Image::bytes(PNG).unwrap());
    let error = Video::file(&path).unwrap_err();
    assert!(error.is_invalid_input(), "{error}");
    assert!(
        error.to_string().starts_with(&format!("{}: the bytes cannot", path.display())),
        "{error}"
    );
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let place = tempdir().unwrap();
    let missing = place.path().join("missing.png");
    for (path, kind) in [
        (&*missing, ErrorKind::NotFound),
        (place.path(), ErrorKind::IsADirectory),
        (&*place.path().join("x".repeat(300)), ErrorKind::InvalidFilename),
    ] {
        let error = Image::file(path).unwrap_err();
        assert!(error.is_disk() && !error.may_have_cost(), "{error}");
        assert_eq!(error.io_kind(), Some(kind));
        assert!(error.to_string().contains(&path.display().to_string()), "{error}");
    }
}

/// A pipe that nobody writes to would be waited for without end, and `/dev/zero` has none.
#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_refused_at_once() {
    let place = tempdir().unwrap();
    let pipe = place.path().join("pipe.png");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let link = place.path().join("link.png");
    std::os::unix::fs::symlink(&pipe, &link).unwrap();
    let socket = place.path().join("socket.png");
    let _listener = UnixListener::bind(&socket).unwrap();
    for path in [&*pipe, &link, &socket, Path::new("/dev/zero"), Path::new("/dev/null")] {
        let error = Image::file(path).unwrap_err();
        assert!(error.is_disk() && !error.may_have_cost(), "{error}");
        assert!(error.to_string().contains("only regular files can be read"), "{error}");
    }
}

#[test]
fn a_file_is_read_to_its_limit() {
    let place = tempdir().unwrap();
    let path = place.path().join("long.png");
    std::fs::write(&path, PNG).unwrap();
    // Far more than there is memory for, of which the disk has nothing.
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_len(1 << 40).unwrap();
    let error = Image::file(&path).unwrap_err();
    assert!(error.is_invalid_input() && error.to_string().contains("6 MiB"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_link_to_a_file_is_read() {
    let place = tempdir().unwrap();
    std::fs::write(place.path().join("cat.png"), PNG).unwrap();
    std::os::unix::fs::symlink("cat.png", place.path().join("link.png")).unwrap();
    assert_eq!(Image::file(place.path().join("link.png")).unwrap(), Image::bytes(PNG).unwrap());
}

#[test]
fn debug_shows_neither_bytes_nor_signatures() {
    let shown = format!("{:?}", Image::url("https://me:hush@a.example/b.png?sig=hush#hush"));
    assert_eq!(shown, r#"Image("https://a.example/b.png?…")"#);
    assert_eq!(format!("{:?}", Image::bytes(PNG).unwrap()), r#"Image("data:image/png;…")"#);
    assert_eq!(format!("{:?}", Audio::url("data:audio/wav,hush")), r#"Audio("data:audio/wav;…")"#);
}
