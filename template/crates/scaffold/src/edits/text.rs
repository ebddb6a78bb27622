//! Positions in a text, and changes to it.

use std::ops::Range;

use proc_macro2::TokenStream;
use syn::spanned::Spanned;

/// A replacement of a part of a text.
#[derive(Debug)]
pub struct Splice {
    range: Range<usize>,
    text: String,
}

impl Splice {
    pub fn insert(at: usize, text: impl Into<String>) -> Self {
        Self::replace(at..at, text)
    }

    pub fn replace(range: Range<usize>, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { range, text }
    }

    /// A line of its own below what ends at `end`, and below the comment that follows it.
    pub fn below(text: &str, end: usize, indent: &str, line: &str) -> Self {
        Self::insert(after_comment(text, end), format!("\n{indent}{line}"))
    }

    /// Removes a part, with its lines if nothing else is on them.
    pub fn remove(text: &str, range: Range<usize>) -> Self {
        let rest = &text[range.end..line_end(text, range.end)];
        if starts_line(text, range.start) && rest.trim().is_empty() {
            let next = (line_end(text, range.end) + 1).min(text.len());
            Self::replace(line_start(text, range.start)..next, "")
        } else {
            Self::replace(range, "")
        }
    }
}

/// The text with all splices made, which do not overlap. New lines end as the text's do.
pub fn apply(text: &str, mut splices: Vec<Splice>) -> String {
    splices.sort_by_key(|splice| splice.range.start);
    let windows = text.contains("\r\n");
    let mut result = String::with_capacity(text.len());
    let mut copied = 0;
    for Splice { range, text: new } in splices {
        result += &text[copied..range.start];
        result += &if windows {
            new.replace('\n', "\r\n")
        } else {
            new
        };
        copied = range.end;
    }
    result + &text[copied..]
}

pub fn range_of(syntax: &impl Spanned) -> Range<usize> {
    syntax.span().byte_range()
}

/// Code without its formatting, to compare with.
pub fn normalized(code: &str) -> String {
    let tokens = code.parse::<TokenStream>().map(|tokens| tokens.to_string());
    tokens.unwrap_or_else(|_| code.to_owned())
}

/// The white space before the first word of the line.
pub fn indent(text: &str, at: usize) -> &str {
    let line = &text[line_start(text, at)..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// Whether nothing but white space is before it on its line.
pub fn starts_line(text: &str, at: usize) -> bool {
    text[line_start(text, at)..at].trim().is_empty()
}

pub fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..]
        .find('\n')
        .map_or(text.len(), |length| at + length)
}

/// The end of the line, if nothing but a comment follows there.
fn after_comment(text: &str, at: usize) -> usize {
    let rest = text[at..line_end(text, at)].trim_end();
    if rest.is_empty() || rest.trim_start().starts_with("//") {
        at + rest.len()
    } else {
        at
    }
}
