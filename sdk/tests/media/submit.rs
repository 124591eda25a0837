//! What the client refuses before anything is sent.

use std::collections::BTreeMap;

use runcomfy::schema::Nullable;
use runcomfy::{Audio, Client, Image, JsonInput, Video, Violation};
use serde_json::json;

use super::form::{Cover, Either, Form, Lora};
use crate::support::{MODEL, Server, TOKEN, json_answer, script};

/// The beginning of a PNG of that size: enough to measure it.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend(b"\x08\x02\0\0\0\0\0\0\0");
    bytes
}

fn good() -> Form {
    Form::new(Image::url("https://example.com/a.png"))
}

fn client() -> Client {
    Client::builder().token(TOKEN).build().unwrap()
}

/// The faults for which the real service's client refuses an input; it would not get there.
async fn faults(form: Form) -> Vec<(String, String)> {
    let error = client().submit(form).await.unwrap_err();
    assert!(error.is_invalid_input() && !error.may_have_cost(), "{error}");
    let told = |fault: &Violation| (fault.pointer().to_owned(), fault.message().to_owned());
    error.violations().iter().map(told).collect()
}

async fn fault(image: &str) -> String {
    let faults = faults(Form::new(Image::url(image))).await;
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(faults[0].0, "/image");
    faults[0].1.clone()
}

#[tokio::test]
async fn addresses_that_the_service_cannot_fetch_are_refused_with_the_reason() {
    for (url, why) in [
        ("http://example.com/a.png", "is plain http"),
        ("file:///home/me/a.png", "is a file of this machine"),
        ("cat.png", "is no URL; a file of this machine goes in with `file`"),
        ("/home/me/cat.png", "is no URL"),
        ("", "is empty"),
        ("ftp://example.com/a.png", "scheme \"ftp\""),
        ("blob:https://example.com/1", "scheme \"blob\""),
        ("https://localhost/a.png", "is on localhost, in a private network"),
        ("https://192.168.1.7/a.png?sig=hush", "is on 192.168.1.7, in a private"),
        ("https://[fd00::1]/a.png", "is on [fd00::1], in a private"),
        ("https://169.254.169.254/latest", "in a private network"),
        ("https://nas.local/a.png", "in a private network"),
        ("http://127.0.0.1:8188/a.png", "is plain http"),
        ("data:image/png;base64", "without content"),
        ("data:image/png;base64,", "is an empty"),
        ("data:image/png;base64,???", "it is not base64"),
        ("data:image/png;base64,UklGRhAAAABXQVZFZm10IA==", "is WAV, and not an image"),
        (
            &format!("data:image/png;base64,{}", "A".repeat(9 << 20)),
            "that is sent along may have 6 MiB",
        ),
    ] {
        let told = fault(url).await;
        assert!(told.contains(why) && !told.contains("hush"), "{told}");
    }
}

#[tokio::test]
async fn media_are_found_wherever_they_stand_and_told_with_the_other_faults() {
    let bad = || Image::url("http://example.com/a.png");
    let mut form = Form::new(bad());
    form.images = Some(vec![Image::url("https://example.com/a.png"), bad()]);
    form.video = Some(Nullable::Value(Video::url("file:///a.mp4")));
    form.lora = Some(Lora { path: bad() });
    form.cover = Some(Cover(bad()));
    form.either = Some(Either::Image(bad()));
    let audio = Audio::url("https://10.0.0.1/a.wav");
    form.named = Some(BTreeMap::from([("a/b".to_owned(), audio)]));
    form.count = Some(9);
    let json = form.to_json().replacen('{', r#"{"imagge": 1,"#, 1);
    form.extra = serde_json::from_str::<Form>(&json.replace(":9", ":1")).unwrap().extra;

    let faults = faults(form).await;
    let pointers: Vec<_> = faults.iter().map(|(pointer, _)| pointer.as_str()).collect();
    let expected = [
        "/count",
        "/imagge",
        "/image",
        "/images/1",
        "/video",
        "/lora/path",
        "/cover",
        "/either",
        "/named/a~1b",
    ];
    assert_eq!(pointers, expected);
}

#[tokio::test]
async fn published_limits_are_checked_where_the_bytes_are_at_hand() {
    let mut form = Form::new(Image::bytes(png(300, 100)).unwrap());
    form.images = Some(vec![Image::bytes(png(20, 10)).unwrap()]);
    form.cover = Some(Cover(Image::bytes(png(20, 9)).unwrap()));
    form.either = Some(Either::Image(Image::bytes(png(20, 8)).unwrap()));
    let film = [b"\0\0\0\x20ftypisom".as_slice(), &[0; 2000]].concat();
    form.video = Some(Nullable::Value(Video::bytes(film).unwrap()));
    let expected = [
        ("/image", "it has 300 × 100 pixels, and must be wider than 300"),
        ("/image", "The picture is too wide. (it has 300 × 100 pixels, and its width must be"),
        ("/images/0", "must be higher than 10"),
        ("/video", "it has 0.0 MB, and must have fewer than 0.001"),
        ("/cover", "it has 20 × 9 pixels, and must be higher than 10"),
        ("/either", "it has 20 × 8 pixels, and must be higher than 10"),
    ];
    let faults = faults(form).await;
    assert_eq!(faults.len(), expected.len(), "{faults:?}");
    for ((pointer, told), (place, words)) in faults.iter().zip(expected) {
        assert_eq!(pointer, place);
        assert!(told.contains(words), "{told}");
    }
}

#[test]
fn the_schemas_verdict_is_not_touched() {
    let odd = json!({
        "image": "http://localhost/a.png", "images": [""], "video": null,
        "cover": "data:image/png;base64,???", "named": {"x": "file:///a"},
    });
    let form = Form::from_value(&odd).unwrap();
    assert_eq!(form.validate(), Ok(()));
    assert_eq!(serde_json::to_value(&form).unwrap(), odd);
}

#[tokio::test]
async fn a_service_on_this_machine_may_fetch_from_this_machine() {
    let server = Server::start(script([json_answer(200, &json!({ "request_id": "r-1" }))])).await;
    for url in ["http://127.0.0.1:1/a.png", "http://localhost/a.png", "https://[::1]/a.png"] {
        server.client().submit(Form::new(Image::url(url))).await.unwrap();
    }
    for url in ["http://192.168.0.1/a.png", "https://nas.local/a.png", "http://example.com/a"] {
        let error = server.client().submit(Form::new(Image::url(url))).await.unwrap_err();
        assert!(error.is_invalid_input(), "{url}");
    }
    assert_eq!(server.submits(), 3);
}

#[tokio::test]
async fn whoever_knows_better_may_send_anything() {
    let server = Server::start(script([json_answer(200, &json!({ "request_id": "r-1" }))])).await;
    let client = server.builder().allow_any_media(true).build().unwrap();
    client.submit(Form::new(Image::url("asset://7"))).await.unwrap();
    assert_eq!(server.submits(), 1);
}

#[tokio::test]
async fn a_file_that_is_sent_along_arrives() {
    let server = Server::start(script([json_answer(200, &json!({ "request_id": "r-1" }))])).await;
    let image = Image::bytes(png(400, 300)).unwrap();
    server.client().submit(Form::new(image.clone())).await.unwrap();
    assert_eq!(server.seen()[0].body, json!({ "image": image.as_str() }).to_string());
}

#[tokio::test]
async fn a_request_has_a_limit_too() {
    let input = JsonInput::new(MODEL, json!({ "image": "x".repeat(64 << 20) }));
    let error = client().submit(input).await.unwrap_err();
    assert!(error.is_invalid_input() && !error.may_have_cost(), "{error}");
    assert_eq!(error.violations()[0].pointer(), "");
    assert!(error.to_string().contains("64 MiB are the most that can be sent"), "{error}");
}

#[tokio::test]
async fn faults_do_not_show_signatures() {
    let signed = || Image::url("https://a.example/b.png?sig=hush");
    let mut form = good();
    form.images = Some(vec![signed(), signed()]);
    let error = client().submit(form).await.unwrap_err();
    assert_eq!(error.violations()[0].keyword(), "uniqueItems");
    assert!(!format!("{error} {error:?}").contains("hush"), "{error}");
}

#[cfg(feature = "runwayml")]
#[tokio::test]
async fn a_generated_model_knows_its_published_limits() {
    use runcomfy::models::runwayml::runway_aleph_2::video_to_video::Input;

    let film = |megabytes: usize| {
        let mut bytes = b"\0\0\0\x20ftypisom".to_vec();
        bytes.resize(megabytes * 1_000_000, 0);
        Input::new("make it night", Video::bytes(bytes).unwrap())
    };
    let error = client().submit(film(16)).await.unwrap_err();
    let fault = &error.violations()[0];
    assert_eq!((fault.pointer(), fault.keyword()), ("/video_url", "validations"));
    assert_eq!(fault.message(), "it has 16.0 MB, and must have fewer than 16");
    let server = Server::start(script([json_answer(200, &json!({ "request_id": "r-1" }))])).await;
    server.client().submit(film(1)).await.unwrap();
}
