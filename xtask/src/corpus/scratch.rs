//! The crate in which the modules are compiled, and the program in it that reads with them.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};

use serde_json::Value;

use super::Module;
use crate::oracle::PATIENCE;
use crate::repository;

/// The compiled program.
pub(super) struct Scratch {
    program: PathBuf,
}

impl Scratch {
    /// Writes the crate and compiles it; nothing if it does not compile.
    pub(super) fn build(folder: &Path, modules: &[Module]) -> io::Result<Option<Self>> {
        let source = folder.join("src");
        if source.exists() {
            fs::remove_dir_all(&source)?;
        }
        fs::create_dir_all(&source)?;
        for module in modules {
            fs::write(source.join(format!("{}.rs", module.name)), &module.text)?;
        }
        fs::write(source.join("main.rs"), main(modules))?;
        fs::write(folder.join("Cargo.toml"), manifest())?;
        let target = folder.join("target");
        let status = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--target-dir"])
            .arg(&target)
            .current_dir(folder)
            .status()?;
        let program = target.join("debug/corpus").with_extension(std::env::consts::EXE_EXTENSION);
        Ok(status.success().then_some(Self { program }))
    }
}

/// What the generated type makes of an instance.
#[derive(Debug, Clone)]
pub(super) enum Verdict {
    /// It was read and written back as this.
    Accepted(Value),
    Refused(String),
    /// It took the whole program with it.
    Crashed,
}

/// The program, running.
pub(super) struct Judge {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Judge {
    pub(super) fn start(scratch: &Scratch) -> io::Result<Self> {
        let mut command = Command::new(&scratch.program);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let questions = child.stdin.take().ok_or_else(|| io::Error::other("no input"))?;
        let answers = child.stdout.take().ok_or_else(|| io::Error::other("no output"))?;
        Ok(Self { child, questions, answers: BufReader::new(answers) })
    }

    /// Judges instances, in order. A crash costs the instance that caused it, and no other; a
    /// program that does not answer in time is a program that crashed.
    pub(super) fn judge(
        &mut self,
        scratch: &Scratch,
        module: &str,
        instances: &[Value],
    ) -> io::Result<Vec<Verdict>> {
        let mut verdicts = Vec::new();
        while verdicts.len() < instances.len() {
            self.some(module, &instances[verdicts.len()..], &mut verdicts)?;
            if verdicts.len() < instances.len() {
                verdicts.push(Verdict::Crashed);
                self.child.wait()?;
                *self = Self::start(scratch)?;
            }
        }
        Ok(verdicts)
    }

    /// Judges instances until one of them crashes the program.
    fn some(
        &mut self,
        module: &str,
        instances: &[Value],
        verdicts: &mut Vec<Verdict>,
    ) -> io::Result<()> {
        let Self { child, questions, answers } = self;
        std::thread::scope(|scope| {
            scope.spawn(move || {
                for instance in instances {
                    // It fails when the program is gone; the missing answer tells that, too.
                    let _ = writeln!(questions, "{module}\t{instance}");
                }
                let _ = questions.flush();
            });
            let (answered, waiting) = mpsc::channel();
            scope.spawn(move || {
                let end = loop {
                    if let Err(end) = waiting.recv_timeout(PATIENCE) {
                        break end;
                    }
                };
                if end == RecvTimeoutError::Timeout {
                    let _ = child.kill();
                }
            });
            for _ in instances {
                let mut line = String::new();
                if answers.read_line(&mut line)? == 0 {
                    break;
                }
                verdicts.push(verdict(&line));
                let _ = answered.send(());
            }
            Ok(())
        })
    }
}

/// An answer is a string, the error, or an array with what was written back.
fn verdict(line: &str) -> Verdict {
    match serde_json::from_str(line) {
        Ok(Value::Array(mut written)) => Verdict::Accepted(written.pop().unwrap_or_default()),
        Ok(Value::String(reason)) => Verdict::Refused(reason),
        _ => Verdict::Refused(format!("answered {line:?}")),
    }
}

fn main(modules: &[Module]) -> String {
    let (mut mods, mut arms) = (String::new(), String::new());
    for Module { name, file, .. } in modules {
        mods.push_str(&format!("/// {file}\nmod {name};\n"));
        arms.push_str(&format!("        \"{name}\" => read::<{name}::Root>(instance),\n"));
    }
    format!(
        r#"//! Other people's documents.
#![allow(dead_code)]

use std::io::{{BufRead, Write}};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

{mods}
fn main() {{
    let mut answers = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {{
        let line = line.unwrap();
        let (module, instance) = line.split_once('\t').unwrap();
        let instance = serde_json::from_str(instance).unwrap();
        let answer = judge(module, instance).map_or_else(Value::from, |value| vec![value].into());
        writeln!(answers, "{{answer}}").unwrap();
    }}
}}

fn judge(module: &str, instance: Value) -> Result<Value, String> {{
    match module {{
{arms}        _ => unreachable!(),
    }}
}}

fn read<T: DeserializeOwned + Serialize>(instance: Value) -> Result<Value, String> {{
    let read: T = serde_json::from_value(instance).map_err(|error| error.to_string())?;
    serde_json::to_value(&read).map_err(|error| format!("cannot be written: {{error}}"))
}}
"#
    )
}

fn manifest() -> String {
    let sdk = repository().join("sdk");
    format!(
        "[package]\nname = \"corpus\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\n\
         runcomfy = {{ path = {:?}, default-features = false, features = [\"pattern\"] }}\n\
         serde = \"1\"\n\
         serde_json = {{ version = \"1\", features = [\"float_roundtrip\"] }}\n\n\
         [profile.dev]\ndebug = false\n",
        sdk.display().to_string()
    )
}
