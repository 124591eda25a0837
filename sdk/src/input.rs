//! What the client needs to know of an input and of an output.

use std::fmt;

use serde_json::Value;

use crate::redact::Shown;
use crate::schema::runtime::Medium;
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

    /// The JSON Schema that the input was generated from.
    #[cfg(feature = "schema-text")]
    #[doc(hidden)]
    fn input_schema(&self) -> Option<&'static str> {
        None
    }

    /// Shows every medium of the input, with its place as a JSON pointer. The client refuses to
    /// submit those that no service could use.
    #[doc(hidden)]
    fn each_medium(&self, _see: &mut dyn FnMut(String, Medium<'_>)) {}
}

/// A result's `output`, read into a type.
pub trait Output: Sized + Send + 'static {
    /// What kind of file the model makes, where it is known.
    const KIND: Option<OutputKind>;

    /// Reads the `output` member of a result, in any of the shapes in which the service sends it.
    fn from_value(value: &Value) -> Result<Self, Invalid>;
}

/// The kind of file that a model makes, or is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OutputKind {
    /// Images; in outputs the keys `image` and `images`.
    Image,
    /// Videos; in outputs the keys `video` and `videos`.
    Video,
    /// Audio; in outputs the keys `audio` and `audios`.
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
///
/// Its `Debug` shows no query of a URL.
#[derive(Clone, PartialEq)]
pub struct JsonInput {
    model_id: String,
    input: Value,
}

impl JsonInput {
    /// The input `input` for the model `model_id`.
    pub fn new(model_id: impl Into<String>, input: Value) -> Self {
        Self { model_id: model_id.into(), input }
    }
}

impl fmt::Debug for JsonInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonInput")
            .field("model_id", &Shown(self.model_id.as_str()))
            .field("input", &Shown(&self.input))
            .finish()
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

/// A model that is compiled in: its id, its schemas, and its checks by id.
///
/// [`models::ALL`](crate::models::ALL) lists them.
#[cfg(feature = "schema-text")]
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Model {
    /// The model's id.
    pub id: &'static str,
    /// The JSON Schema of the input.
    pub input_schema: &'static str,
    /// The JSON Schema of the output, where it is known.
    pub output_schema: Option<&'static str>,
    read_input: fn(&Value) -> Result<Value, Invalid>,
    read_output: fn(&Value) -> Result<Value, Invalid>,
}

#[cfg(feature = "schema-text")]
impl Model {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(
        id: &'static str,
        input_schema: &'static str,
        output_schema: Option<&'static str>,
        read_input: fn(&Value) -> Result<Value, Invalid>,
        read_output: fn(&Value) -> Result<Value, Invalid>,
    ) -> Self {
        Self { id, input_schema, output_schema, read_input, read_output }
    }

    /// Reads an input into the model's type and writes it back: what a call by id would send.
    ///
    /// The error lists every fault.
    pub fn read_input(&self, input: &Value) -> Result<Value, Invalid> {
        (self.read_input)(input)
    }

    /// Reads the `output` of a result into the model's type and writes it back: what typed code
    /// sees of it.
    pub fn read_output(&self, output: &Value) -> Result<Value, Invalid> {
        (self.read_output)(output)
    }
}

/// Ties a model's input to its id and its output.
#[doc(hidden)]
#[macro_export]
macro_rules! model {
    ($id:literal, $input:ident: $input_text:literal, $output:ident: $output_text:literal, $kind:expr) => {
        $crate::model!(@input $id, $input, $output, $input_text);
        $crate::model!(@schema $input, $input_text);
        $crate::model!(@schema $output, $output_text);
        $crate::model!(@entry $id, $input, $output, $input_text, Some(include_str!($output_text)));

        const _: () = {
            #[allow(unused_imports, reason = "not every output is of a known kind")]
            use $crate::OutputKind::*;

            impl $crate::Output for $output {
                const KIND: Option<$crate::OutputKind> = $kind;

                fn from_value(value: &$crate::schema::runtime::Value) -> Result<Self, $crate::schema::Invalid> {
                    let value = $crate::schema::runtime::keyed(value, Self::KIND);
                    $crate::schema::runtime::from_value(&value)
                }
            }
        };
    };
    ($id:literal, $input:ident: $input_text:literal, $output:ident = $output_text:literal) => {
        $crate::model!(@input $id, $input, $output, $input_text);
        $crate::model!(@schema $input, $input_text);
        $crate::model!(@entry $id, $input, $output, $input_text, Some(include_str!($output_text)));
    };
    ($id:literal, $input:ident: $input_text:literal) => {
        $crate::model!(@input $id, $input, $crate::MediaOutput, $input_text);
        $crate::model!(@schema $input, $input_text);
        $crate::model!(@entry $id, $input, $crate::MediaOutput, $input_text, None);
    };
    (@input $id:literal, $input:ident, $output:ty, $input_text:literal) => {
        impl $input {
            /// The model's id.
            pub const MODEL_ID: &'static str = $id;
        }

        impl $crate::Input for $input {
            type Output = $output;

            fn model_id(&self) -> &str {
                Self::MODEL_ID
            }
            fn validate(&self) -> Result<(), $crate::schema::Invalid> {
                $crate::schema::runtime::validate::view($crate::schema::runtime::Member::view(self))
            }
            fn unknown_keys(&self) -> Vec<$crate::schema::Violation> {
                $crate::schema::runtime::validate::unknown_keys($crate::schema::runtime::Member::view(self))
            }
            fn to_json(&self) -> String {
                $crate::schema::runtime::write::json($crate::schema::runtime::Member::view(self))
            }
            $crate::with_schema_text! {
                fn input_schema(&self) -> Option<&'static str> {
                    Some(include_str!($input_text))
                }
            }
            fn each_medium(&self, see: &mut dyn FnMut(String, $crate::schema::runtime::Medium<'_>)) {
                $crate::schema::runtime::media::each($crate::schema::runtime::Member::view(self), see);
            }
        }
    };
    (@schema $name:ident, $text:literal) => {
        $crate::with_schemars! {
            impl $crate::schema::runtime::schemars::JsonSchema for $name {
                fn schema_name() -> ::std::borrow::Cow<'static, str> {
                    stringify!($name).into()
                }
                fn schema_id() -> ::std::borrow::Cow<'static, str> {
                    concat!(module_path!(), "::", stringify!($name)).into()
                }
                fn json_schema(_: &mut $crate::schema::runtime::schemars::SchemaGenerator) -> $crate::schema::runtime::schemars::Schema {
                    $crate::schema::runtime::json_schema(include_str!($text))
                }
            }
        }
    };
    (@entry $id:literal, $input:ident, $output:ty, $input_text:literal, $output_text:expr) => {
        $crate::with_schema_text! {
            /// The model's id, its schemas and its checks.
            pub const MODEL: $crate::Model = $crate::Model::new(
                $id,
                include_str!($input_text),
                $output_text,
                |value| {
                    let this: $input = $crate::schema::runtime::from_value(value)?;
                    Ok($crate::schema::runtime::write::value($crate::schema::runtime::Member::view(&this)))
                },
                |value| {
                    let this = <$output as $crate::Output>::from_value(value)?;
                    Ok($crate::schema::runtime::write::value($crate::schema::runtime::Member::view(&this)))
                },
            );
        }
    };
}

// A `cfg` in a macro asks for a feature of the crate in which the macro is called: these ask here.

/// What is there with the feature `schema-text`.
#[cfg(feature = "schema-text")]
#[doc(hidden)]
#[macro_export]
macro_rules! with_schema_text {
    ($($items:tt)*) => { $($items)* };
}

/// What is there with the feature `schema-text`.
#[cfg(not(feature = "schema-text"))]
#[doc(hidden)]
#[macro_export]
macro_rules! with_schema_text {
    ($($items:tt)*) => {};
}

/// What is there with the feature `schemars`.
#[cfg(feature = "schemars")]
#[doc(hidden)]
#[macro_export]
macro_rules! with_schemars {
    ($($items:tt)*) => { $($items)* };
}

/// What is there with the feature `schemars`.
#[cfg(not(feature = "schemars"))]
#[doc(hidden)]
#[macro_export]
macro_rules! with_schemars {
    ($($items:tt)*) => {};
}
