//! Tokens into text: the only formatter.

mod call;
mod mask;
mod row;

use proc_macro2::{Ident, Span, TokenStream};
use syn::parse::Parser;

use mask::{Masked, mask};

/// Prints items, set apart by blank lines; `docs` are the texts that [`mark`] stands for.
///
/// The tokens are ours: that they do not parse is a bug of the emitters.
pub(crate) fn items(tokens: TokenStream, docs: &[Vec<String>]) -> Result<String, syn::Error> {
    let parse = |input: syn::parse::ParseStream<'_>| input.parse::<syn::File>();
    let (tokens, masked) = mask(tokens);
    let file = parse.parse2(tokens)?;
    let printed = prettyplease::unparse(&file);
    let mut page = Page { masked, ..Page::default() };
    let mut object = Object::default();
    let mut lines = printed.lines();
    while let Some(line) = lines.next() {
        if let Some((indent, index)) = marked(line) {
            for line in docs.get(index).into_iter().flatten() {
                let space = if line.is_empty() { "" } else { " " };
                page.line(&format!("{indent}///{space}{}", line.trim_end_matches(' ')));
            }
        } else if let Some(name) = macro_of(line) {
            page.line(&format!("{name}! {{"));
        } else if object.in_struct && line.starts_with(FIELD) {
            row::wrapped(line, &mut lines)
                .iter()
                .for_each(|line| page.line(&object.line(line).unwrap_or_default()));
        } else if let Some(line) = object.line(line) {
            page.line(&line);
        } else if line.starts_with(|c: char| c.is_lowercase()) && line.contains("!(") {
            call::wrapped(&call::whole(line, &mut lines)).lines().for_each(|line| page.line(line));
        } else {
            page.line(line);
        }
    }
    Ok(page.text)
}

/// An attribute that stands for docs. They are half of the text, and the parser and the printer would
/// unescape each line twice only to write it as it was.
pub(crate) fn mark(index: usize) -> Ident {
    Ident::new(&format!("{MARK}{index}"), Span::call_site())
}

const MARK: &str = "docs_";

/// The constant that stands for the field of an `object!` for all members that its schema does not name; its
/// type is `_` where it is the usual one.
pub(crate) fn rest(field: &str) -> Ident {
    Ident::new(&format!("{REST}{field}"), Span::call_site())
}

/// No field's name begins so: they are in lower case.
const REST: &str = "REST_";

/// The indentation of such an attribute, and its index.
fn marked(line: &str) -> Option<(&str, usize)> {
    let (indent, rest) = line.split_once("#[")?;
    let index = rest.strip_prefix(MARK)?.strip_suffix(']')?.parse().ok()?;
    indent.trim_start().is_empty().then_some((indent, index))
}

/// `mod string_enum {` stands for the macro of that name.
fn macro_of(line: &str) -> Option<&str> {
    let name = line.strip_prefix("mod ")?.strip_suffix(" {")?;
    (name == "object" || name.ends_with("_enum")).then_some(name)
}

/// How the constant begins that stands for a field.
const FIELD: &str = "        const ";

/// The inside of `object!`: a trait there stands for the struct, its constants for the fields.
#[derive(Default)]
struct Object {
    in_struct: bool,
    in_rest: bool,
}

impl Object {
    fn line(&mut self, line: &str) -> Option<String> {
        if let Some(head) = line.strip_prefix("    pub trait ") {
            self.in_struct = head.ends_with('{');
            return Some(format!("    pub struct {head}"));
        }
        self.in_struct &= line != "    }";
        if !self.in_struct {
            return None;
        }
        let (start, field) = match line.strip_prefix(FIELD) {
            Some(field) => match field.strip_prefix(REST) {
                Some(rest) => {
                    self.in_rest = true;
                    ("        ..", rest)
                }
                None => ("        pub ", field),
            },
            None => ("", line),
        };
        let Some(field) = field.strip_suffix(';') else { return Some(format!("{start}{field}")) };
        // Nothing comes after the rest, and no type where it is the usual one.
        let in_rest = std::mem::take(&mut self.in_rest);
        let (field, end) = if in_rest { (field.trim_end_matches(": _"), "") } else { (field, ",") };
        Some(format!("{start}{field}{end}"))
    }
}

/// Lines, with a blank one between items and between methods.
#[derive(Default)]
struct Page {
    text: String,
    masked: Masked,
    /// Where the last line starts.
    last: usize,
    in_impl: bool,
    after_block: bool,
}

impl Page {
    fn line(&mut self, line: &str) {
        let starts = line.trim_start();
        let depth = line.len() - starts.len();
        let last = self.text[self.last..].trim_end_matches('\n');
        let opens_item = depth == 0 && !starts.starts_with(['}', ')', ']']) && !starts.is_empty();
        let continues = {
            let last = last.trim_start();
            last.starts_with("///") || last.starts_with("#[") || last.is_empty()
        };
        let is_use = |line: &str| line.starts_with("use ");
        let both_uses =
            is_use(line) && (is_use(last) || last.starts_with('}') && !self.after_block);
        let new_method = self.in_impl && depth == 4 && self.after_block && !starts.starts_with('}');
        if !self.text.is_empty() && (opens_item && !continues && !both_uses || new_method) {
            self.text.push('\n');
        }
        if opens_item {
            self.in_impl = starts.starts_with("impl ");
        }
        self.after_block = self.in_impl && depth == 4 && starts == "}";
        self.last = self.text.len();
        self.text.push_str(&self.masked.line(line));
        self.text.push('\n');
    }
}
