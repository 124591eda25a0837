//! An input with media in every kind of place, in the words of generated code.

use std::collections::BTreeMap;

use runcomfy::schema::Nullable;
use runcomfy::schema::runtime::{Blank, MediaRule, Rule, Rules, Variants};
use runcomfy::{Audio, Image, Video, model, newtype, object, union};

object! {
    pub struct Form {
        pub image: Image = required("image").with(&[Rule::Media(&[
            MediaRule::WidthAbove(300.0),
            MediaRule::Saying("The picture is too wide.", &MediaRule::RatioBelow(2.5)),
        ])]),
        pub images: Option<Vec<Image>> = optional("images").with(&[
            Rule::UniqueItems,
            Rule::Items(&[Rule::Media(&[MediaRule::HeightAbove(10.0)])]),
        ]),
        pub video: Option<Nullable<Video>> = optional("video")
            .with(&[Rule::Media(&[MediaRule::FileSizeMbBelow(0.001)])]),
        pub lora: Option<Lora> = optional("lora"),
        pub cover: Option<Cover> = optional("cover"),
        pub either: Option<Either> = optional("either"),
        pub named: Option<BTreeMap<String, Audio>> = optional("named"),
        pub count: Option<i64> = optional("count").with(&[Rule::Maximum(4)]),
        ..extra
    }
}

impl Form {
    pub(crate) fn new(image: Image) -> Self {
        Self { image, ..Blank::blank() }
    }
}

model!(@input "acme/paint/image-to-image", Form, runcomfy::MediaOutput, "form.json");

object! {
    pub struct Lora {
        pub path: Image = required("path"),
    }
}

#[derive(Clone, PartialEq)]
pub(crate) struct Cover(pub(crate) Image);

impl Rules for Cover {
    const RULES: &'static [Rule] = &[Rule::Media(&[MediaRule::HeightAbove(10.0)])];
}

newtype!(Cover);

#[derive(Clone, PartialEq)]
pub(crate) enum Either {
    Count(i64),
    Image(Image),
}

impl Variants for Either {
    const VARIANTS: &'static [&'static [Rule]] =
        &[&[], &[Rule::Media(&[MediaRule::HeightAbove(10.0)])]];
}

union!(Either { Count, Image });
