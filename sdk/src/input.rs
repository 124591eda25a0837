//! What the client needs to know of an input and of an output.

use serde_json::Value;

use crate::schema::{Invalid, Violation};

/// An input that can be submitted: a generated one, or [`JsonInput`].
///
/// Every generated input implements it, so [`crate::models`] types go straight into
/// a client's `run` and `submit`.
pub trait Input: Send + 'static {
    /// What the model hands back.
    type Output: Output;

    /// The model's id, such as `google/nano-banana-2/text-to-image`.
    fn model_id(&self) -> &str;

    /// Checks the input against the model's schema and reports every fault at once.
    fn validate(&self) -> Result<(), Invalid>;

    /// Keys that the schema does not name and that came in by reading JSON.
    ///
    /// The client refuses to submit them unless it is told to allow them: what the service does
    /// with a misspelt key is not documented, and it may bill. Keys that were added on purpose
    /// are not listed.
    fn unknown_keys(&self) -> Vec<Violation>;

    /// The body of the submit request.
    fn to_json(&self) -> String;
}

/// A result's `output`, read into a type.
pub trait Output: Sized + Send + 'static {
    /// What kind of file the model makes, where it is known.
    const KIND: Option<OutputKind>;

    /// Reads the `output` member of a result, in any of the shapes in which the service sends it.
    fn from_value(value: &Value) -> Result<Self, Invalid>;
}

/// The kind of file that a model makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OutputKind {
    /// Pictures: the keys `image` and `images`.
    Image,
    /// Films: the keys `video` and `videos`.
    Video,
    /// Sound: the keys `audio` and `audios`.
    Audio,
}

impl Output for Value {
    const KIND: Option<OutputKind> = None;

    fn from_value(value: &Value) -> Result<Self, Invalid> {
        Ok(value.clone())
    }
}

/// A call by id: any model, any JSON, the same engine.
///
/// Nothing is checked here: the service is the only judge of the input.
///
/// ```
/// use runcomfy::JsonInput;
/// use serde_json::json;
///
/// let input = JsonInput::new("acme/paint/text-to-image", json!({ "prompt": "a lighthouse" }));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct JsonInput {
    model_id: String,
    input: Value,
}

impl JsonInput {
    /// The input `input` for the model `model_id`.
    pub fn new(model_id: impl Into<String>, input: Value) -> Self {
        Self {
            model_id: model_id.into(),
            input,
        }
    }
}

impl Input for JsonInput {
    type Output = Value;

    fn model_id(&self) -> &str {
        &self.model_id
    }

    fn validate(&self) -> Result<(), Invalid> {
        Ok(())
    }

    fn unknown_keys(&self) -> Vec<Violation> {
        Vec::new()
    }

    fn to_json(&self) -> String {
        self.input.to_string()
    }
}
