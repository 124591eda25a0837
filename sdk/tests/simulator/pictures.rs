use image::ImageFormat;
use serde_json::{Value, json};

use runcomfy::simulator::Simulator;

use super::{accepted, http, look, quick};

/// The URLs of the files that an input becomes.
fn files(simulator: &Simulator, input: &Value) -> Vec<String> {
    let id = accepted(simulator, input);
    let output = look(simulator, &id, "result").json()["output"].clone();
    let urls = match (&output["image"], &output["images"]) {
        (Value::String(url), _) => vec![url.clone()],
        (_, Value::Array(urls)) => {
            urls.iter().map(|url| url.as_str().unwrap().to_owned()).collect()
        }
        _ => panic!("no pictures: {output}"),
    };
    assert!(urls.iter().all(|url| url.starts_with(simulator.url())));
    urls
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_have_the_asked_ratio_and_format() {
    let simulator = quick().start().await.unwrap();
    let table = [
        (json!({ "prompt": "a" }), "image/png", ImageFormat::Png, (64, 36)),
        (
            json!({ "prompt": "a", "aspect_ratio": "9:16", "output_format": "jpeg" }),
            "image/jpeg",
            ImageFormat::Jpeg,
            (36, 64),
        ),
        (
            json!({ "prompt": "a", "aspect_ratio": "1:1", "output_format": "webp" }),
            "image/webp",
            ImageFormat::WebP,
            (64, 64),
        ),
    ];
    for (input, content_type, format, size) in table {
        let urls = files(&simulator, &input);
        let file = http::send("GET", &urls[0], &[], "");
        assert_eq!((file.status, file.broken), (200, None));
        assert!(!file.is_cut());
        assert_eq!(file.header("content-type"), Some(content_type));
        assert_eq!(image::guess_format(&file.body).unwrap(), format);
        let picture = image::load_from_memory(&file.body).unwrap();
        assert_eq!((picture.width(), picture.height()), size);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_follow_the_prompt_and_the_seed_and_are_no_flat_boxes() {
    let simulator = quick().start().await.unwrap();
    let picture = |input: Value| {
        let urls = files(&simulator, &input);
        let pictures: Vec<_> = urls
            .iter()
            .map(|url| image::load_from_memory(&http::get(url).body).unwrap().to_rgb8())
            .collect();
        pictures
    };
    let first = picture(json!({ "prompt": "a", "seed": 1, "num_images": 2 }));
    assert_eq!(first.len(), 2);
    assert_ne!(first[0], first[1]);
    assert_eq!(first[..1], picture(json!({ "prompt": "a", "seed": 1 })));
    assert_ne!(first[..1], picture(json!({ "prompt": "a", "seed": 2 })));
    assert_ne!(first[..1], picture(json!({ "prompt": "b", "seed": 1 })));
    let colours: std::collections::BTreeSet<[u8; 3]> =
        first[0].pixels().map(|pixel| pixel.0).collect();
    assert!(colours.len() > 100, "{} colours", colours.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_can_be_resumed() {
    let simulator = quick().start().await.unwrap();
    let url = &files(&simulator, &json!({ "prompt": "a" }))[0];
    let whole = http::send("GET", url, &[], "");
    let etag = whole.header("etag").unwrap();
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    assert_eq!(whole.header("content-length").unwrap(), whole.body.len().to_string());

    let if_range = format!("If-Range: {etag}");
    let rest = http::send("GET", url, &["Range: bytes=100-", &if_range], "");
    assert_eq!(rest.status, 206);
    assert_eq!(rest.body, whole.body[100..]);
    let range = format!("bytes 100-{}/{}", whole.body.len() - 1, whole.body.len());
    assert_eq!(rest.header("content-range"), Some(&*range));

    let changed = http::send("GET", url, &["Range: bytes=100-", "If-Range: \"old\""], "");
    assert_eq!((changed.status, changed.body.len()), (200, whole.body.len()));
    assert_eq!(http::send("GET", url, &["Range: bytes=999999-"], "").status, 416);
    let same = format!("If-None-Match: {etag}");
    assert_eq!(http::send("GET", url, &[&same], "").status, 304);
    let head = http::send("HEAD", url, &[], "");
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), whole.header("content-length"));
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_no_files_that_no_job_has() {
    let simulator = quick().start().await.unwrap();
    let url = &files(&simulator, &json!({ "prompt": "a" }))[0];
    for wrong in ["x.png", "0", "0.exe", "9.png"] {
        let url = url.replace("0.png", wrong);
        assert_eq!(http::get(&url).status, 404, "{wrong}");
    }
    let url = format!("{}/files/nobody/0.png", simulator.url());
    assert_eq!(http::get(&url).status, 404);
}
