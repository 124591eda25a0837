//! A secret in every place where a public type can hold a URL, in every spelling of one.

use std::collections::BTreeMap;
use std::fmt::Debug;

use runcomfy::schema::runtime::{Blank, Medium, Rule, Rules, Scalar, Variants};
use runcomfy::schema::{Extra, Nullable, UnknownValue};
use runcomfy::{
    Audio, AudioOutput, Files, Image, ImageOutput, Input as _, JsonInput, MediaOutput, OutputKind,
    State, Video, VideoOutput, model, newtype, object, open_string_enum, show_members, string_enum,
    union,
};
use serde_json::{Value, json};

const SECRET: &str = "hush-4711";

/// How a URL with a secret may be spelt, alone or in a text.
const SPELLINGS: [&str; 24] = [
    "https://a.example/b.png?sig=hush-4711",
    "HTTPS://a.example/b.png?hush-4711",
    "https://a.example/b.png#hush-4711",
    "https://a.example/b.png?a=b#hush-4711",
    "https://me:hush-4711@a.example/b.png",
    "https://hush-4711@a.example/b.png",
    "https:me:hush-4711@a.example/b.png",
    "https:/a.example/b.png?sig=hush-4711",
    r"https:\\a.example\b.png?sig=hush-4711",
    r"https:\/\/a.example\/b.png?sig=hush-4711",
    " https://a.example/b.png?sig=hush-4711\n",
    "https://a.example/my cat.png?sig=hush-4711",
    "https://a.example/b.png?name=my cat&sig=hush-4711",
    "//a.example/b.png?sig=hush-4711",
    "a.example/b.png?sig=hush-4711",
    "s3://bucket/b.png?X-Amz-Signature=hush-4711",
    "https://a.example/get/https%3A%2F%2Fc.example%2Fb%3Fsig%3Dhush-4711",
    "data:image/png;base64,hush-4711",
    "DATA:,hush-4711",
    "see https://a.example/b.png?sig=hush-4711 for more",
    "1.https://a.example/b.png?a=1,2.https://me:hush-4711@c.example",
    "two: https://a.example/b.png https://a.example/c.png?sig=hush-4711",
    "<a href='https://a.example/b.png?sig=hush-4711'>b</a>",
    "https://a.example/ünïcode.png?sig=hush-4711",
];

#[track_caller]
fn assert_hidden(what: &dyn Debug) {
    for shown in [format!("{what:?}"), format!("{what:#?}")] {
        assert!(!shown.contains(SECRET), "{shown}");
    }
}

/// The same, of something that is shown to people too.
#[track_caller]
fn assert_hidden_in_words(what: &(impl Debug + ToString)) {
    assert_hidden(what);
    assert!(!what.to_string().contains(SECRET), "{}", what.to_string());
}

string_enum! {
    /// Closed.
    pub enum Ratio {
        Square = "1:1",
    }
}

open_string_enum! {
    /// Open.
    pub enum Mode {
        Fast = "fast",
    }
}

object! {
    /// A field of each kind.
    pub struct Form {
        /// Text.
        pub prompt: String = required("prompt"),
        /// Text that may be `null`.
        pub note: Option<Nullable<String>> = optional("note").with(&[Rule::MaxLength(2000)]),
        /// Media of each kind.
        pub image: Option<Image> = optional("image"),
        /// Several.
        pub videos: Option<Vec<Video>> = optional("videos"),
        /// By name.
        pub sounds: Option<BTreeMap<String, Audio>> = optional("sounds"),
        /// Texts by name.
        pub texts: Option<BTreeMap<String, String>> = optional("texts"),
        /// Files of a result.
        pub files: Option<Files> = optional("files"),
        /// Anything.
        pub any: Option<Value> = optional("any"),
        /// An enum that keeps what it does not know.
        pub mode: Option<Mode> = optional("mode"),
        /// A union.
        pub either: Option<Either> = optional("either"),
        /// A newtype.
        pub named: Option<Named> = optional("named"),
        /// Another of the same.
        pub inner: Option<Box<Form>> = optional("inner"),
        ..extra
    }
}

model!(@input "acme/paint/image-to-image", Form, MediaOutput, "../media/form.json");

/// Text, media, or anything.
#[derive(Clone, PartialEq)]
pub(crate) enum Either {
    /// A number.
    Count(i64),
    /// Text.
    Text(String),
    /// Anything.
    Other(Value),
}

impl Variants for Either {
    const VARIANTS: &'static [&'static [Rule]] = &[&[], &[]];
}

union!(Either { Count, Text, ..Other });

/// Text with rules of its own.
#[derive(Clone, PartialEq)]
pub(crate) struct Named(pub(crate) String);

impl Rules for Named {
    const RULES: &'static [Rule] = &[Rule::MinLength(1)];
}

newtype!(Named);

/// What an input cannot do without.
#[derive(Clone, PartialEq)]
pub(crate) struct Required {
    /// Text.
    pub(crate) prompt: String,
    /// A medium.
    pub(crate) image: Image,
}

show_members!(Required { prompt, image });

/// A form with this text in one place after another.
fn forms(url: &str) -> Vec<Form> {
    let form = || Form { prompt: "a lighthouse".to_owned(), ..Blank::blank() };
    let text = || url.to_owned();
    let key = |value: &str| BTreeMap::from([(text(), value.to_owned())]);
    let mut extra = Extra::new();
    extra.insert("new", json!({ "deep": [url, { url: [url] }] }));
    extra.insert(text(), url);
    let leaves = [
        Form { prompt: text(), ..form() },
        Form { note: Some(Nullable::Value(text())), ..form() },
        Form { image: Some(Image::url(url)), ..form() },
        Form { videos: Some(vec![Video::url(url); 2]), ..form() },
        Form { sounds: Some(BTreeMap::from([("a".to_owned(), Audio::url(url))])), ..form() },
        Form { texts: Some(key("a")), ..form() },
        Form { texts: Some(BTreeMap::from([("a".to_owned(), text())])), ..form() },
        Form { files: Some(Files::from([url, url])), ..form() },
        Form { any: Some(json!([{ url: url }, url])), ..form() },
        Form { mode: Some(Mode::from(url)), ..form() },
        Form { either: Some(Either::Text(text())), ..form() },
        Form { either: Some(Either::Other(json!([url]))), ..form() },
        Form { named: Some(Named(text())), ..form() },
        Form { extra, ..form() },
    ];
    let nested = leaves.clone().map(|leaf| Form { inner: Some(Box::new(leaf)), ..form() });
    leaves.into_iter().chain(nested).collect()
}

#[test]
fn inputs_and_outputs_hide_secrets_wherever_they_hold_them() {
    for url in SPELLINGS {
        for form in forms(url) {
            assert_hidden(&form);
            // What is sent is not touched.
            let sent: Value = serde_json::from_str(&form.to_json()).unwrap();
            assert!(sent.to_string().contains(SECRET), "{sent}");
            assert_hidden(&JsonInput::new(url, sent));
        }
        assert_hidden(&(Image::url(url), Video::url(url), Audio::url(url)));
        assert_hidden(&(Files::from([url]), Mode::from(url), Nullable::Value(Image::url(url))));
        assert_hidden(&(Either::Text(url.to_owned()), Either::Other(json!(url))));
        assert_hidden(&Named(url.to_owned()));
        assert_hidden(&Required { prompt: url.to_owned(), image: Image::url(url) });
        assert_hidden(&Scalar::String(url));
        assert_hidden(&Medium { kind: OutputKind::Image, text: url, rules: &[] });
        assert_hidden_in_words(&Mode::from(url));
        assert_hidden_in_words(&State::from_word(url));
        for output in
            [json!(url), json!([url, url]), json!({ "image": url, "new": [{ url: url }] })]
        {
            assert_hidden(&<MediaOutput as runcomfy::Output>::from_value(&output).unwrap());
            assert_hidden(&<ImageOutput as runcomfy::Output>::from_value(&output).unwrap());
            assert_hidden(&<VideoOutput as runcomfy::Output>::from_value(&output).unwrap());
            assert_hidden(&<AudioOutput as runcomfy::Output>::from_value(&output).unwrap());
        }
    }
}

#[test]
fn what_is_refused_is_not_shown_whole() {
    for url in SPELLINGS {
        assert_hidden_in_words(&Ratio::try_from(url).unwrap_err());
        let unknown: UnknownValue = url.parse::<Ratio>().unwrap_err();
        assert_hidden(&unknown);
        for refused in [
            json!({ "prompt": [url] }),
            json!({ "prompt": { url: url } }),
            json!({ "prompt": 5, "image": [url, url] }),
            json!({ "prompt": "a", "files": [url, 5] }),
            json!({ "prompt": "a", "texts": { url: 5 } }),
            json!({ "prompt": "a", "named": [[url]] }),
            json!(url),
            json!([url]),
        ] {
            assert_hidden_in_words(&Form::from_value(&refused).unwrap_err());
            assert_hidden_in_words(&runcomfy::Error::from(Form::from_value(&refused).unwrap_err()));
        }
        let unknown = json!({ "prompt": "a", url: 5 });
        for fault in Form::from_value(&unknown).unwrap().unknown_keys() {
            assert_hidden_in_words(&fault);
        }
    }
}

#[test]
fn what_holds_no_url_is_shown_as_it_is() {
    let mut form = Form { prompt: "3:2, e.g. a/b & c?".to_owned(), ..Blank::blank() };
    form.extra.insert("seed", 7);
    assert_eq!(format!("{form:?}"), r#"Form {prompt: "3:2, e.g. a/b & c?", "seed": 7}"#);
    assert_eq!(format!("{:?}", Mode::Fast), r#""fast""#);
    assert_eq!(format!("{:?}", Either::Count(5)), "Either(5)");
    let files = Files::from(["https://a.example/b.png"]);
    assert_eq!(format!("{files:?}"), r#"Files(["https://a.example/b.png"])"#);
    let input = JsonInput::new("acme/paint", json!({ "prompt": "a lighthouse" }));
    let shown = r#"JsonInput { model_id: "acme/paint", input: {"prompt":"a lighthouse"} }"#;
    assert_eq!(format!("{input:?}"), shown);
}
