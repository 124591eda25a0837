use runcomfy::OutputKind;
use runcomfy::simulator::{ModelSpec, QueuePace, Simulator};
use serde_json::{Value, json};

use super::http;

async fn file_of(kind: OutputKind, key: &str, input: &Value) -> (Simulator, http::Reply) {
    let model = ModelSpec::new("acme/make", json!({})).output(kind);
    let simulator = Simulator::builder()
        .model(model.price_usd(0.1).price_unit("second"))
        .queue(QueuePace::instant())
        .picture_side(240)
        .start()
        .await
        .unwrap();
    let job = http::post(&format!("{}/v1/models/acme/make", simulator.url()), input).json();
    let result = http::get(job["result_url"].as_str().unwrap()).json();
    let file = http::get(result["output"][key].as_str().unwrap());
    (simulator, file)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_film_is_an_mp4_of_the_asked_length_and_ratio() {
    let input = json!({ "prompt": "waves", "duration": "4", "aspect_ratio": "16:9" });
    let (simulator, reply) = file_of(OutputKind::Video, "video", &input).await;
    assert_eq!(reply.header("content-type"), Some("video/mp4"));
    let file = &reply.body;
    let boxes = boxes(file);
    let kinds: Vec<&[u8]> = boxes.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds, [b"ftyp", b"moov", b"mdat"]);

    let movie = within(boxes[1].1, b"mvhd");
    assert_eq!((number(movie, 12), number(movie, 16)), (1000, 4000));
    let track = within(boxes[1].1, b"trak");
    let head = within(track, b"tkhd");
    let (width, height) = (number(head, 76) >> 16, number(head, 80) >> 16);
    assert_eq!((width, height), (80, 45));

    let media = within(within(track, b"mdia"), b"minf");
    let table = within(media, b"stbl");
    let sizes = within(table, b"stsz");
    let mut at = number(within(table, b"stco"), 8) as usize;
    let mut frames = Vec::new();
    for frame in 0..number(sizes, 8) as usize {
        let length = number(sizes, 12 + 4 * frame) as usize;
        let picture = image::load_from_memory(&file[at..at + length]).unwrap();
        assert_eq!((picture.width(), picture.height()), (width, height));
        frames.push(picture);
        at += length;
    }
    assert_eq!(at, file.len());
    assert!(frames.len() > 5 && frames[0] != frames[1]);
    assert!((simulator.ledger().billed_usd - 0.4).abs() < 1e-9);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_is_a_wav_of_the_asked_length() {
    let input = json!({ "prompt": "rain", "duration": 3 });
    let (_simulator, sound) = file_of(OutputKind::Audio, "audio", &input).await;
    assert_eq!(sound.header("content-type"), Some("audio/wav"));
    let file = &sound.body;
    assert_eq!((&file[..4], &file[8..16]), (&b"RIFF"[..], &b"WAVEfmt "[..]));
    let little = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
    assert_eq!(little(4) as usize, file.len() - 8);
    assert_eq!(little(40) as usize, file.len() - 44);
    let bytes_a_second = little(28);
    assert_eq!(little(40), 3 * bytes_a_second);
    let loudest = file[44..]
        .chunks_exact(2)
        .map(|sample| i16::from_le_bytes([sample[0], sample[1]]).unsigned_abs())
        .max();
    assert!(loudest.is_some_and(|loudest| (5_000..30_000).contains(&loudest)));
}

/// The boxes that follow each other in `bytes`, as (kind, content).
fn boxes(mut bytes: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let (this, rest) = bytes.split_at(number(bytes, 0) as usize);
        found.push((&this[4..8], &this[8..]));
        bytes = rest;
    }
    found
}

fn within<'a>(bytes: &'a [u8], kind: &[u8]) -> &'a [u8] {
    let found = boxes(bytes).into_iter().find(|(this, _)| *this == kind);
    found.expect("the box").1
}

fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap())
}
