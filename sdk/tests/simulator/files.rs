//! Files that break, change, or are not what one expects.

use runcomfy::simulator::{Endpoint, Fault, FileFormat, Rule};

use super::{file_url, http, with};

#[tokio::test(flavor = "multi_thread")]
async fn a_file_comes_in_pieces() {
    let simulator = with(Rule::new(Fault::CutAfter(100)).on(Endpoint::File)).await;
    let url = file_url(&simulator);
    let mut whole = http::get(&url).body;
    assert_eq!(whole.len(), 100);
    loop {
        let range = format!("Range: bytes={}-", whole.len());
        let part = http::send("GET", &url, &[&range], "");
        if part.status == 416 {
            break;
        }
        assert!(part.status == 206 && part.body.len() <= 100);
        whole.extend(part.body);
    }
    image::load_from_memory(&whole).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_may_be_of_another_version() {
    let simulator = with(Rule::new(Fault::OtherVersion).nth(2)).await;
    let url = file_url(&simulator);
    let first = http::get(&url);
    let if_range = format!("If-Range: {}", first.header("etag").unwrap());
    let part = http::send("GET", &url, &["Range: bytes=100-", &if_range], "");
    assert_eq!((part.status, part.body.len()), (206, first.body.len() - 100));
    assert_ne!(part.body, first.body[100..]);
    assert_ne!(part.header("etag"), first.header("etag"));
    assert_eq!(
        part.header("content-range").unwrap().rsplit('/').next(),
        first.header("content-length")
    );
    let again = http::send("GET", &url, &["Range: bytes=100-", &if_range], "");
    assert_eq!(again.body, first.body[100..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_may_have_no_etags() {
    let simulator = with(Rule::new(Fault::NoEtag)).await;
    let url = file_url(&simulator);
    assert_eq!(http::get(&url).header("etag"), None);
    assert_eq!(http::send("GET", &url, &["Range: bytes=1-"], "").status, 206);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_announced_length_may_be_wrong() {
    let simulator = with(Rule::new(Fault::WrongLength(7)).nth(1)).await;
    simulator.inject(Rule::new(Fault::WrongLength(-7)).nth(1));
    let url = file_url(&simulator);
    let (more, less, right) = (http::get(&url), http::get(&url), http::get(&url));
    assert!(more.is_cut() && more.body == right.body);
    assert!(!less.is_cut() && less.body == right.body[..right.body.len() - 7]);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_unusual_formats_keep_their_names() {
    let table = [
        (FileFormat::Avif, "image/avif", 4, &b"ftypmif1"[..]),
        (FileFormat::Heic, "image/heic", 4, b"ftypheic"),
        (FileFormat::Svg, "image/svg+xml", 0, b"<?xml"),
        (FileFormat::Mov, "video/quicktime", 4, b"wide"),
        (FileFormat::Webm, "video/webm", 0, b"\x1a\x45\xdf\xa3"),
        (FileFormat::Mp3, "audio/mpeg", 0, b"ID3"),
        (FileFormat::Flac, "audio/flac", 0, b"fLaC"),
        (FileFormat::Ogg, "audio/ogg", 0, b"OggS"),
        (FileFormat::Unknown, "application/octet-stream", 2, b"unheard of"),
    ];
    for (format, content_type, at, head) in table {
        let simulator = with(Rule::new(Fault::Format(format))).await;
        let url = file_url(&simulator);
        assert!(url.ends_with("0.png"));
        let file = http::get(&url);
        assert_eq!(file.header("content-type"), Some(content_type));
        assert_eq!(&file.body[at..at + head.len()], head, "{format}");
        assert_eq!(file.body, http::get(&url).body, "the same each time");
        if format == FileFormat::Svg {
            let svg = file.body.windows(4).position(|four| four == b"<svg").unwrap();
            assert!(svg > 4096, "{svg}");
        }
    }
}
