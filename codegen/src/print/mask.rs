//! Strings taken out of tokens while their layout is decided, and put back as they were.
//!
//! What lays out lines looks at their text, and a schema's strings may hold any text. While it looks, each
//! string is one of the same width that means nothing.

use proc_macro2::{Group, Literal, TokenStream, TokenTree};

/// What the masked strings stand for, in their order.
#[derive(Debug, Default)]
pub(super) struct Masked {
    literals: Vec<String>,
    next: usize,
}

/// Masks every string but those of docs, which are comments once they are printed.
pub(super) fn mask(tokens: TokenStream) -> (TokenStream, Masked) {
    let mut masked = Masked::default();
    let tokens = masked.tokens(tokens);
    (tokens, masked)
}

impl Masked {
    fn tokens(&mut self, tokens: TokenStream) -> TokenStream {
        let mut is_doc = [false; 2];
        let mask = |token: TokenTree| {
            let [after_doc, after_equals] = is_doc;
            is_doc = [
                matches!(&token, TokenTree::Ident(ident) if ident == "doc"),
                after_doc && matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '='),
            ];
            match token {
                TokenTree::Group(group) => {
                    let mut inner = Group::new(group.delimiter(), self.tokens(group.stream()));
                    inner.set_span(group.span());
                    inner.into()
                }
                TokenTree::Literal(literal) if !after_equals => self.literal(literal).into(),
                token => token,
            }
        };
        tokens.into_iter().map(mask).collect()
    }

    fn literal(&mut self, literal: Literal) -> Literal {
        let text = literal.to_string();
        if !text.starts_with('"') {
            return literal;
        }
        // The printer measures bytes.
        let mask = Literal::string(&"x".repeat(text.len() - 2));
        self.literals.push(text);
        mask
    }

    /// A printed line with its strings.
    pub(super) fn line(&mut self, line: &str) -> String {
        if line.trim_start().starts_with("//") {
            return line.to_owned();
        }
        let mut parts = line.split('"');
        let mut out = parts.next().unwrap_or_default().to_owned();
        while let (Some(_), Some(after)) = (parts.next(), parts.next()) {
            out.push_str(self.literals.get(self.next).map_or("\"\"", String::as_str));
            out.push_str(after);
            self.next += 1;
        }
        out
    }
}
