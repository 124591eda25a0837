//! Takes an OpenAPI document apart: each operation that has a body is a model.
//!
//! 3.0, 3.1 and Swagger 2.0 are read. What 3.0 writes in another way than JSON Schema (`nullable`,
//! `exclusiveMinimum: true`) is left to the dialect.

mod extract;
mod names;
mod operation;

use serde_json::{Map, Value};

use crate::error::{Fault, Remarks};
use crate::{digits, source};
use operation::Call;

/// A call that takes an input, and the schemas of what goes in and comes out.
#[derive(Debug, Clone)]
pub struct Operation {
    /// What tells it from the others of its document, as segments of a model's id; empty where
    /// nothing has to.
    pub name: String,
    /// Its method and its path, such as `POST /paint`.
    pub call: String,
    /// Its `operationId`.
    pub id: Option<String>,
    /// The schema of its input, as JSON.
    pub input: String,
    /// The schema of its output, as JSON, where the document has one.
    pub output: Option<String>,
    /// Why it cannot be taken: references in its schemas that lead nowhere.
    pub faults: Vec<Fault>,
}

impl Operation {
    /// Whether it is called by this name: its own, its `operationId`, its path, or method and path.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        let path = self.call.split_once(' ').map_or("", |(_, path)| path);
        let is_call = self.call.eq_ignore_ascii_case(name);
        is_call || name == path || name == self.name || self.id.as_deref() == Some(name)
    }
}

/// The operations of a document that have a body, in its order.
///
/// The body of a queue's envelope, such as `{"input": …, "webhook": …}`, is what is under `input`; the
/// output is that of the answer, or of the `GET` by which the result is asked for.
///
/// # Errors
///
/// What is wrong with the document as a whole; what is wrong with an operation is in its
/// [`faults`](Operation::faults).
pub fn operations(file: &str, text: &str) -> Result<Vec<Operation>, Vec<Fault>> {
    let mut remarks = Remarks::new(file);
    let operations = read(text, &mut remarks);
    if remarks.faults.is_empty() { Ok(operations) } else { Err(remarks.faults) }
}

fn read(text: &str, remarks: &mut Remarks) -> Vec<Operation> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let whole = match digits::parse(text) {
        Ok(whole) => whole,
        Err(error) => {
            remarks.fault("", source::not_json(text, &error));
            return Vec::new();
        }
    };
    let Some((at, document)) = document(&whole, "", 3) else {
        remarks.fault(
            "",
            "is no OpenAPI document: expected an object with `openapi` (or `swagger`) and `paths`",
        );
        return Vec::new();
    };
    let mut calls = Vec::new();
    for call in operation::calls(document) {
        let Some(input) = operation::input(document, &call) else { continue };
        let output = operation::output(document, &call);
        let mut own = Remarks::new(&remarks.file);
        let input = extract::standalone(document, &input, &at, &mut own);
        let output = output.map(|output| extract::standalone(document, &output, &at, &mut own));
        calls.push(Extracted { call, input, output, faults: own.faults });
    }
    without_repetitions(&mut calls);
    if calls.is_empty() {
        let message = "has no operation with a body of JSON or of a form: there is no model in it";
        remarks.fault(&format!("{at}/paths"), message);
    }
    let mut operations: Vec<_> = calls.into_iter().map(Extracted::operation).collect();
    names::give(&mut operations);
    operations
}

/// A call with the schemas of its input and its output, which are documents of their own by now.
struct Extracted<'a> {
    call: Call<'a>,
    input: Map<String, Value>,
    output: Option<Map<String, Value>>,
    faults: Vec<Fault>,
}

impl Extracted<'_> {
    fn operation(self) -> Operation {
        let Self { call, mut input, output, faults } = self;
        if let Some(prose) = call.prose().filter(|_| !input.contains_key("description")) {
            input.insert("description".to_owned(), prose);
        }
        Operation {
            name: String::new(),
            call: call.text(),
            id: call.id(),
            input: indented(input),
            output: output.map(indented),
            faults,
        }
    }
}

/// A call that takes an id of its own, and the same input as one that does not, is the same model.
fn without_repetitions(calls: &mut Vec<Extracted<'_>>) {
    let plain = calls.iter().filter(|one| !one.call.takes_id());
    let plain: Vec<_> = plain.map(|one| one.input.clone()).collect();
    calls.retain(|one| !one.call.takes_id() || !plain.contains(&one.input));
}

fn indented(schema: Map<String, Value>) -> String {
    digits::indented(&Value::Object(schema)) + "\n"
}

/// The document in what was given: some services publish it inside of an entry of their catalog.
fn document<'a>(value: &'a Value, at: &str, levels: usize) -> Option<(String, &'a Value)> {
    let object = value.as_object()?;
    if source::is_openapi(object) && object.get("paths").is_some_and(Value::is_object) {
        return Some((at.to_owned(), value));
    }
    let levels = levels.checked_sub(1)?;
    let mut members = object.iter();
    members.find_map(|(key, member)| {
        document(member, &format!("{at}/{}", crate::dialect::escape(key)), levels)
    })
}
