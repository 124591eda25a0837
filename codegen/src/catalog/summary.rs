//! What a list of models says of one.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Model;
use crate::error::Remarks;
use crate::{Role, dialect, docs, source};

/// A model in a list: where it is, what it is called, what it does.
#[derive(Debug, Clone, Hash)]
pub(super) struct Summary {
    /// The path of its module, with `/`.
    pub(super) path: String,
    /// Its title, or else its id, as Markdown.
    pub(super) name: String,
    /// The first sentence of its description, as Markdown; nothing where it has none.
    pub(super) about: String,
    pub(super) task: String,
}

impl Summary {
    pub(super) fn of(model: &Model, path: &str) -> Self {
        let schema = read(&model.input.text, Role::Input);
        let output = model.output.as_ref().map(|output| read(&output.text, Role::Output));
        let text = |key: &str| schema.get(key).and_then(Value::as_str).unwrap_or_default();
        let title = docs::prose(text("title"));
        let name = match title.as_slice() {
            // What is a link already, or ends one, cannot be in one.
            [title] if !title.contains(['[', ']', '<', '`', '\\']) => {
                title.trim_end_matches('.').to_owned()
            }
            _ => docs::code(&model.id),
        };
        let about = first_sentence(text("description")).unwrap_or_default();
        let task = task(&model.id, &media(&schema), &media_made(output.as_ref()));
        Self { path: path.to_owned(), name, about, task }
    }

    /// Its line in a list of a module; `within` is the path of that.
    pub(super) fn line(&self, within: &str) -> String {
        let Self { path, name, about, .. } = self;
        let path = path.strip_prefix(within).unwrap_or(path).trim_start_matches('/');
        let space = if about.is_empty() { "" } else { ": " };
        // A model may have the name of a crate.
        format!("- [{name}](self::{}){space}{about}", path.replace('/', "::"))
    }
}

fn read(text: &str, role: Role) -> Value {
    // Whatever is wrong is told where the model is generated.
    let document = source::parse(text, role, false, &mut Remarks::new(""));
    let document = document.map(|source::Document { schema, root }| (schema.to_value(), root));
    document.and_then(|(document, root)| document.pointer(&root).cloned()).unwrap_or_default()
}

/// The first sentence of a text, if it is a sentence and not an item of a list.
fn first_sentence(text: &str) -> Option<String> {
    let lines = docs::prose(text);
    let line = lines.first().filter(|line| !line.starts_with('-'))?;
    let sentence = line.split_inclusive(". ").next()?.trim_end();
    // Code that goes on is cut in two.
    let is_whole = sentence.matches('`').count() % 2 == 0;
    is_whole.then(|| sentence.to_owned())
}

/// The media that an input holds at its top.
fn media(schema: &Value) -> Vec<(&'static str, bool)> {
    let properties = schema["properties"].as_object().into_iter().flatten();
    let required: BTreeSet<_> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let formats = properties.filter_map(|(name, property)| {
        let format = property["items"]["format"].as_str().or(property["format"].as_str())?;
        Some((dialect::media(format)?, required.contains(name.as_str())))
    });
    formats.collect()
}

/// The media that an output holds.
fn media_made(output: Option<&Value>) -> Vec<&'static str> {
    let has = |kind: &str| {
        let property =
            |name: &str| output.is_some_and(|output| !output["properties"][name].is_null());
        property(kind) || property(&format!("{kind}s"))
    };
    MEDIA.into_iter().filter(|kind| has(kind)).collect()
}

const MEDIA: [&str; 3] = ["image", "video", "audio"];

/// What a model does, such as `Text to image`: its id tells, or else what it takes and what it makes.
fn task(id: &str, takes: &[(&'static str, bool)], makes: &[&'static str]) -> String {
    let segments: Vec<_> = id.split('/').skip(1).map(str::to_lowercase).collect();
    let words: BTreeSet<_> =
        segments.iter().flat_map(|segment| segment.split(['-', '_', '.'])).collect();
    let from_to = segments.iter().find_map(|segment| {
        let (from, to) = segment.rsplit_once("-to-")?;
        MEDIA.contains(&to).then(|| (from.to_owned(), to.to_owned()))
    });
    let named = MEDIA.into_iter().find(|kind| words.contains(kind));
    let sounds =
        ["music", "speech", "sound", "voice", "tts"].into_iter().any(|word| words.contains(word));
    let told = makes.first().copied().filter(|_| makes.len() == 1);
    let kind = match &from_to {
        Some((_, to)) => to.as_str(),
        None => match told.or(named).or(sounds.then_some("audio")).or(makes.first().copied()) {
            Some(kind) => kind,
            None => return "Other models".to_owned(),
        },
    };
    let has = |words_of: &[&str]| words_of.iter().any(|word| words.contains(word));
    match &from_to {
        _ if has(&["upscale", "upscaler", "upscaling", "enhance"]) => format!("{kind} upscaling"),
        _ if has(&["extend", "extension"]) => format!("{kind} extension"),
        _ if has(&[
            "edit",
            "editing",
            "inpaint",
            "inpainting",
            "outpaint",
            "reframe",
            "retouch",
        ]) =>
        {
            format!("{kind} editing")
        }
        _ if has(&["first", "transition"]) => format!("first and last frame to {kind}"),
        Some((from, to)) if from == to => format!("{kind} editing"),
        Some((from, _)) => format!("{} to {kind}", from.replace(['-', '_'], " ")),
        None => {
            let required = takes.iter().find(|(_, is_required)| *is_required);
            match (required, takes) {
                (Some((from, _)), _) if *from == kind => format!("{kind} editing"),
                (Some((from, _)), _) => format!("{from} to {kind}"),
                (None, []) => format!("text to {kind}"),
                (None, _) => format!("text or reference to {kind}"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{first_sentence, task};

    #[test]
    fn an_id_or_the_media_tell_what_a_model_does() {
        for (id, takes, makes, expected) in [
            ("a/b/text-to-image", &[][..], &["image"][..], "text to image"),
            ("a/b/image-to-video/fast", &[("image", true)], &["video"], "image to video"),
            ("a/b/video-to-video", &[("video", true)], &["video"], "video editing"),
            ("a/b/edit", &[("image", true)], &["image"], "image editing"),
            ("a/b/edit-video", &[("video", true)], &["image", "video"], "video editing"),
            ("a/b/audio-inpaint", &[("audio", true)], &["audio"], "audio editing"),
            ("a/b/extend/draft", &[("video", true)], &["video"], "video extension"),
            ("a/b/transition", &[("image", true)], &["video"], "first and last frame to video"),
            ("a/b/music-generation", &[], &["image", "video", "audio"], "text to audio"),
            ("a/b/pro", &[("image", false)], &["video"], "text or reference to video"),
            ("a/b", &[("image", true)], &["video"], "image to video"),
            ("a/b", &[], &[], "Other models"),
        ] {
            assert_eq!(task(id, takes, makes), expected, "{id}");
        }
    }

    #[test]
    fn a_line_has_one_sentence() {
        for (text, sentence) in [
            ("Makes a video. It is long.", Some("Makes a video.")),
            ("One.\nTwo.", Some("One.")),
            ("Like `a. b`. Or not.", None),
            ("- a list", None),
            ("", None),
        ] {
            assert_eq!(first_sentence(text).as_deref(), sentence, "{text:?}");
        }
    }
}
