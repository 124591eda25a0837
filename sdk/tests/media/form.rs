//! An input with media in every kind of place, in the words of generated code.

use std::collections::BTreeMap;

use runcomfy::schema::runtime::{
    Field, Fields, MediaRule, Rule, Rules, Variants, optional, required,
};
use runcomfy::schema::{Extra, Nullable};
use runcomfy::{Audio, Image, Video, model, newtype, object, union};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Form {
    pub(crate) image: Image,
    pub(crate) images: Option<Vec<Image>>,
    pub(crate) video: Option<Nullable<Video>>,
    pub(crate) lora: Option<Lora>,
    pub(crate) cover: Option<Cover>,
    pub(crate) either: Option<Either>,
    pub(crate) named: Option<BTreeMap<String, Audio>>,
    pub(crate) count: Option<i64>,
    pub(crate) extra: Extra,
}

impl Form {
    pub(crate) fn new(image: Image) -> Self {
        Self {
            image,
            images: None,
            video: None,
            lora: None,
            cover: None,
            either: None,
            named: None,
            count: None,
            extra: Extra::new(),
        }
    }
}

impl Fields for Form {
    const FIELDS: &'static [Field] = &[
        required("image").with(&[Rule::Media(&[
            MediaRule::WidthAbove(300.0),
            MediaRule::Saying("The picture is too wide.", &MediaRule::RatioBelow(2.5)),
        ])]),
        optional("images").with(&[
            Rule::UniqueItems,
            Rule::Items(&[Rule::Media(&[MediaRule::HeightAbove(10.0)])]),
        ]),
        optional("video").with(&[Rule::Media(&[MediaRule::FileSizeMbBelow(0.001)])]),
        optional("lora"),
        optional("cover"),
        optional("either"),
        optional("named"),
        optional("count").with(&[Rule::Maximum(4)]),
    ];
}

object!(Form { image, images, video, lora, cover, either, named, count, ..extra });

model!(@input "acme/paint/image-to-image", Form, runcomfy::MediaOutput, "form.json");

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lora {
    pub(crate) path: Image,
}

impl Fields for Lora {
    const FIELDS: &'static [Field] = &[required("path")];
}

object!(Lora { path });

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cover(pub(crate) Image);

impl Rules for Cover {
    const RULES: &'static [Rule] = &[Rule::Media(&[MediaRule::HeightAbove(10.0)])];
}

newtype!(Cover);

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Either {
    Count(i64),
    Image(Image),
}

impl Variants for Either {
    const VARIANTS: &'static [&'static [Rule]] =
        &[&[], &[Rule::Media(&[MediaRule::HeightAbove(10.0)])]];
}

union!(Either { Count, Image });
