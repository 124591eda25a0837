//! What the last run wrote, so that the next one does not do it again.
//!
//! A line for each part: its first file, a digest, what was said of it. The digest is of all that the part is
//! made of, of all that was made of it, and of the generator. So a line says nothing but "these belong
//! together": one that is old, damaged or of another generator is one that fits nothing.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use runcomfy_codegen::{Note, Part};
use sha2::{Digest, Sha256};

use crate::disk;

#[derive(Debug)]
pub(crate) struct Record {
    file: PathBuf,
    /// What tells this program from any other state of it.
    generator: String,
    text: String,
    lines: BTreeMap<String, String>,
}

impl Record {
    /// What is known of a folder that was generated to; it is in the target directory, beside the
    /// program.
    pub(super) fn of(out: &Path) -> io::Result<Self> {
        let program = env::current_exe()?;
        let built = fs::metadata(&program)?;
        let generator = format!("{} {} {:?}", program.display(), built.len(), built.modified()?);
        let out = Sha256::digest(std::path::absolute(out)?.as_os_str().as_encoded_bytes());
        let file = program.with_file_name("xtask-codegen").join(hex(out));
        let text = fs::read(&file).unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        let lines = text.split_inclusive('\n').filter_map(|line| {
            let (file, _) = line.split_once(' ')?;
            Some((file.to_owned(), line.to_owned()))
        });
        let lines = lines.collect();
        Ok(Self { file, generator, text, lines })
    }

    /// The line of a part and what it says, if all is as it was when the line was written.
    pub(super) fn known(&self, part: &Part<'_>, out: &Path) -> Option<(String, Said)> {
        let files = part.files();
        let line = self.lines.get(files.first()?)?;
        let said = line.trim_end().splitn(3, ' ').nth(2)?;
        let texts = files.iter().map(|file| fs::read(out.join(file)));
        let texts = texts.collect::<io::Result<Vec<_>>>().ok()?;
        if *line != self.line(part, said, &texts) {
            return None;
        }
        Some((line.clone(), Said::parse(said)?))
    }

    /// The line of a part, of which these texts were made.
    pub(super) fn line(&self, part: &Part<'_>, said: &str, texts: &[impl AsRef<[u8]>]) -> String {
        let mut hasher = Sha(Sha256::new());
        (&self.generator, part, said).hash(&mut hasher);
        texts.iter().for_each(|text| text.as_ref().hash(&mut hasher));
        let files = part.files();
        let file = files.first().map_or("", String::as_str);
        format!("{file} {} {said}\n", hex(hasher.0.finalize()))
    }

    /// Writes what is known now.
    pub(super) fn replace(&self, text: &str) -> io::Result<()> {
        if self.text == text { Ok(()) } else { disk::write(&self.file, text) }
    }
}

/// What was said of a part when it was generated.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) notes: Vec<Note>,
    /// The features that it needs.
    pub(super) features: Vec<String>,
}

impl Said {
    /// All of it on one line.
    pub(super) fn line(&self) -> String {
        let notes = self.notes.iter().map(|note| [&note.file, &note.pointer, &note.message]);
        serde_json::to_string(&(notes.collect::<Vec<_>>(), &self.features)).unwrap_or_default()
    }

    fn parse(line: &str) -> Option<Self> {
        let (notes, features): (Vec<[String; 3]>, _) = serde_json::from_str(line).ok()?;
        let note = |[file, pointer, message]: [String; 3]| Note { file, pointer, message };
        Some(Self { notes: notes.into_iter().map(note).collect(), features })
    }
}

/// Long enough that no two states share a digest, and quick: processors have instructions for it,
/// while the hasher of std would be compiled here, without any optimization.
struct Sha(Sha256);

impl Hasher for Sha {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let digest = self.0.clone().finalize();
        u64::from_le_bytes(std::array::from_fn(|index| digest[index]))
    }
}

fn hex(digest: impl AsRef<[u8]>) -> String {
    let digits = digest.as_ref().iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::PathBuf;

    use runcomfy_codegen::{Home, Model, Part, Plan, Source};

    use super::Record;

    fn record(generator: &str, line: &str) -> Record {
        let (file, _) = line.split_once(' ').unwrap_or_default();
        Record {
            file: PathBuf::new(),
            generator: generator.to_owned(),
            text: line.to_owned(),
            lines: BTreeMap::from([(file.to_owned(), line.to_owned())]),
        }
    }

    fn part(model: &Model) -> Part<'_> {
        Plan::new(std::slice::from_ref(model), Home::Runcomfy).parts.remove(1)
    }

    #[test]
    fn a_line_fits_what_it_was_written_for_and_nothing_else() {
        let source = |text: &str| Source { file: "input.json".to_owned(), text: text.to_owned() };
        let model = Model {
            id: "acme/paint".to_owned(),
            input: source("{}"),
            output: None,
            names: Some(source("{}")),
        };
        let out = tempfile::tempdir().expect("a folder");
        let put = |schema: &str| {
            fs::create_dir_all(out.path().join("acme")).expect("a folder");
            fs::write(out.path().join("acme/paint.rs"), "mod a;").expect("a file");
            fs::write(out.path().join("acme/paint.input.json"), schema).expect("a file");
        };
        put("{}");
        let line = record("ours", "").line(&part(&model), "[[],[]]", &["mod a;", "{}"]);
        let knows = |generator: &str, line: &str, model: &Model| {
            record(generator, line).known(&part(model), out.path()).is_some()
        };
        assert!(knows("ours", &line, &model));
        assert!(!knows("another", &line, &model));
        assert!(!knows("ours", &line.replace("[[],[]]", "[[], []]"), &model));
        for change in [
            Model { input: source("{ }"), ..model.clone() },
            Model { output: Some(source("{}")), ..model.clone() },
            Model { names: None, ..model.clone() },
            Model { names: Some(source("{ }")), ..model.clone() },
            Model { id: "Acme/paint".to_owned(), ..model.clone() },
        ] {
            assert!(!knows("ours", &line, &change), "{change:?}");
        }
        put("{ }");
        assert!(!knows("ours", &line, &model));
    }
}
