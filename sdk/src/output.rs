//! A result's `output`, in all the shapes in which the service sends it.

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::object;
use crate::schema::Invalid;
use crate::{Files, Output, OutputKind};

object! {
    /// The output of a model of which no output schema is known: the files that every model may make.
    pub struct MediaOutput {
        /// The image.
        pub image: Option<Files> = optional("image").or_null(),
        /// The images.
        pub images: Option<Files> = optional("images").or_null(),
        /// The video.
        pub video: Option<Files> = optional("video").or_null(),
        /// The videos.
        pub videos: Option<Files> = optional("videos").or_null(),
        /// The audio.
        pub audio: Option<Files> = optional("audio").or_null(),
        /// The audio files.
        pub audios: Option<Files> = optional("audios").or_null(),
        ..extra
    }
}

impl Output for MediaOutput {
    const KIND: Option<OutputKind> = None;

    fn from_value(value: &Value) -> Result<Self, Invalid> {
        Self::from_value(&keyed(value, Self::KIND))
    }
}

/// The output of models that make files of one kind and say no more about them.
macro_rules! of_kind {
    ($(#[$meta:meta])* $name:ident: $kind:ident, $one:ident, $many:ident) => {
        object! {
            $(#[$meta])*
            pub struct $name {
                /// The file, where the service sends one by itself.
                pub $one: Option<Files> = optional(stringify!($one)).or_null(),
                /// The files.
                pub $many: Option<Files> = optional(stringify!($many)).or_null(),
                ..extra
            }
        }

        impl Output for $name {
            const KIND: Option<OutputKind> = Some(OutputKind::$kind);

            fn from_value(value: &Value) -> Result<Self, Invalid> {
                Self::from_value(&keyed(value, Self::KIND))
            }
        }

        #[cfg(feature = "schemars")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "object",
                    "properties": {
                        stringify!($one): { "type": "string", "format": "uri" },
                        stringify!($many): {
                            "type": "array",
                            "items": { "type": "string", "format": "uri" },
                        },
                    },
                })
            }
        }
    };
}

of_kind! {
    /// The output of models that make images.
    ///
    /// ```
    /// use runcomfy::ImageOutput;
    ///
    /// let output = ImageOutput::from_json(r#"{ "images": ["https://cdn.runcomfy.net/a.png"] }"#)?;
    /// assert_eq!(output.images.unwrap().first(), Some("https://cdn.runcomfy.net/a.png"));
    /// # Ok::<(), runcomfy::Invalid>(())
    /// ```
    ImageOutput: Image, image, images
}
of_kind! {
    /// The output of models that make videos.
    VideoOutput: Video, video, videos
}
of_kind! {
    /// The output of models that make audio.
    AudioOutput: Audio, audio, audios
}

/// An output that is a bare URL or a bare list of URLs, under the key of the model's kind.
#[doc(hidden)]
#[must_use]
pub fn keyed(value: &Value, kind: Option<OutputKind>) -> Cow<'_, Value> {
    let (one, many) = match kind {
        None | Some(OutputKind::Image) => ("image", "images"),
        Some(OutputKind::Video) => ("video", "videos"),
        Some(OutputKind::Audio) => ("audio", "audios"),
    };
    match value {
        Value::String(_) => Cow::Owned(json!({ one: value })),
        Value::Array(_) => Cow::Owned(json!({ many: value })),
        value => Cow::Borrowed(value),
    }
}

#[cfg(test)]
mod tests {
    use super::{AudioOutput, ImageOutput, MediaOutput, VideoOutput};
    use crate::Output;
    use serde_json::json;

    #[test]
    fn every_published_shape_is_read() {
        let read = |value| <MediaOutput as Output>::from_value(&value).unwrap();
        assert_eq!(read(json!("https://a/1.png")).image.unwrap().first(), Some("https://a/1.png"));
        assert_eq!(read(json!(["https://a/1.png", "https://a/2.png"])).images.unwrap().len(), 2);
        let mixed = read(
            json!({"video": ["https://a/1.mp4"], "images": "https://a/1.png", "image": null, "seed": 7}),
        );
        assert_eq!(mixed.video.unwrap().len(), 1);
        assert_eq!(mixed.images.unwrap().first(), Some("https://a/1.png"));
        assert_eq!(mixed.image, None);
        assert_eq!(mixed.extra.get("seed"), Some(&json!(7)));
    }

    #[test]
    fn a_bare_file_is_of_the_models_kind() {
        let video = <VideoOutput as Output>::from_value(&json!("https://a/1.mp4")).unwrap();
        assert_eq!(video.video.unwrap().first(), Some("https://a/1.mp4"));
        let audio = <AudioOutput as Output>::from_value(&json!(["https://a/1.mp3"])).unwrap();
        assert_eq!(audio.audios.unwrap().len(), 1);
        let odd = json!({ "image": null, "images": "https://a/1.png", "seed": 7 });
        let pictures = <ImageOutput as Output>::from_value(&odd).unwrap();
        assert_eq!((pictures.image, pictures.extra.get("seed")), (None, Some(&json!(7))));
    }

    #[test]
    fn a_shape_goes_back_as_it_came() {
        for value in [
            json!({"image": "https://a/1.png"}),
            json!({"image": ["https://a/1.png"], "x": {"y": 1}}),
        ] {
            let read = MediaOutput::from_value(&value).unwrap();
            assert_eq!(serde_json::to_value(&read).unwrap(), value);
        }
    }
}
