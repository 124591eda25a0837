//! Tokens into text: the only formatter.

use proc_macro2::TokenStream;
use syn::parse::Parser;

/// Longer lines are wrapped where the pretty printer leaves them.
const WIDTH: usize = 100;

/// Prints items, set apart by blank lines.
///
/// The tokens are ours: that they do not parse is a bug of the emitters.
pub(crate) fn items(tokens: TokenStream) -> Result<String, syn::Error> {
    let parse = |input: syn::parse::ParseStream<'_>| input.parse::<syn::File>();
    let file = parse.parse2(tokens)?;
    let printed = prettyplease::unparse(&file);
    Ok(spaced(&macros(&printed)))
}

/// `mod string_enum {` stands for the macro of that name; calls of macros are wrapped like code.
fn macros(text: &str) -> String {
    let mut out = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(" {"))
            && name.ends_with("_enum")
        {
            out.push_str(&format!("{name}! {{\n"));
        } else if line.starts_with(|c: char| c.is_lowercase()) && line.contains("!(") {
            let mut call = line.to_owned();
            while !call.ends_with(");") {
                let Some(more) = lines.next() else { break };
                let space = if call.ends_with('(') || more.trim() == ");" { "" } else { " " };
                call = format!("{call}{space}{}", more.trim());
            }
            out.push_str(&wrapped(&call));
        } else {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// `object!(Input { a, b });`, on several lines where it is long.
fn wrapped(call: &str) -> String {
    let call = call.replace(" : ", ": ").replace(" < ", "<").replace(" >", ">");
    let parts = call.strip_suffix(" });").and_then(|rest| rest.split_once("{ "));
    let Some((head, body)) = parts.filter(|_| call.len() > WIDTH) else {
        return call + "\n";
    };
    let mut out = format!("{head}{{\n");
    let mut line = String::from("   ");
    for word in body.split(", ").map(|word| word.trim_end_matches(',')) {
        if line.len() + word.len() + 2 > WIDTH {
            out.push_str(&line);
            out.push('\n');
            line = String::from("   ");
        }
        line.push_str(&format!(" {word},"));
    }
    // Nothing may follow the field for the rest.
    if body.contains("..") {
        line.pop();
    }
    format!("{out}{line}\n}});\n")
}

/// A blank line between items and between methods.
fn spaced(text: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    let mut in_impl = false;
    let mut after_block = false;
    for line in text.lines() {
        let depth = line.len() - line.trim_start().len();
        let starts = line.trim_start();
        let opens_item = depth == 0 && !starts.starts_with(['}', ')', ']']) && !starts.is_empty();
        let continues = out.last().is_some_and(|last| {
            let last = last.trim_start();
            last.starts_with("///") || last.starts_with("#[") || last.is_empty()
        });
        let is_use = |line: &str| line.starts_with("use ");
        let both_uses = is_use(line)
            && out.last().is_some_and(|last| is_use(last) || last.starts_with('}') && !after_block);
        let new_method = in_impl && depth == 4 && after_block && !starts.starts_with('}');
        if !out.is_empty() && (opens_item && !continues && !both_uses || new_method) {
            out.push("");
        }
        if depth == 0 && opens_item {
            in_impl = starts.starts_with("impl ");
        }
        after_block = in_impl && depth == 4 && starts == "}";
        out.push(line);
    }
    out.push("");
    out.join("\n")
}
