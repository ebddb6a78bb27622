//! Elements of lists.

use std::ops::Range;

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Expr, ExprLit, File, Item, Lit, LitInt, Macro, MacroDelimiter, Stmt, Type, TypeArray,
    visit::Visit,
};

use super::{
    EditError, List, Place, function,
    text::{Splice, indent, line_start, normalized, range_of, starts_line},
};

/// What is between the delimiters of a list, and the length in its type.
type Found<'a> = (Range<usize>, Option<&'a LitInt>);

pub fn add(
    text: &str,
    file: &File,
    list: &List,
    place: Place,
    element: &str,
) -> Result<Vec<Splice>, EditError> {
    let (inside, length) = find(file, list).map_err(|error| EditError {
        message: format!("{}; put `{element}` there", error.message),
        ..error
    })?;
    let mut splices = insert(text, inside, place, element)?;
    splices.extend(length.and_then(|length| changed_by(length, 1)));
    Ok(splices)
}

pub fn remove(
    text: &str,
    file: &File,
    list: &List,
    element: &str,
) -> Result<Vec<Splice>, EditError> {
    let (inside, length) = find(file, list)?;
    let missing = || EditError::new(format!("`{element}` is not in the {list}"));
    let removed = remove_between(text, inside, element).ok_or_else(missing)?;
    let length = length.and_then(|length| changed_by(length, -1));
    Ok([removed].into_iter().chain(length).collect())
}

fn changed_by(length: &LitInt, difference: isize) -> Option<Splice> {
    let number = length.base10_parse::<usize>().ok()?;
    let number = number.checked_add_signed(difference)?;
    Some(Splice::replace(range_of(length), number.to_string()))
}

impl std::fmt::Display for List {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Function(name) => write!(f, "list that `fn {name}` returns"),
            Self::Constant(name) => write!(f, "list `{name}`"),
            Self::Macro(name) => write!(f, "`{name}!`"),
        }
    }
}

fn find<'a>(file: &'a File, list: &List) -> Result<Found<'a>, EditError> {
    let missing = || EditError::new(format!("there is no {list}"));
    match list {
        List::Function(name) => {
            let (signature, body) = function(file, name).ok_or_else(missing)?;
            let inside = match body.stmts.last() {
                Some(Stmt::Expr(expression, None)) => inside_of(expression),
                Some(Stmt::Macro(last)) => Some(inside_of_macro(&last.mac)),
                _ => None,
            };
            let message = format!("`fn {name}` does not end with a list");
            let inside = inside.ok_or_else(|| EditError::at(signature, message))?;
            Ok((inside, None))
        }
        List::Constant(name) => {
            let constant = file.items.iter().find_map(|item| match item {
                Item::Const(item) if item.ident == name => Some((&*item.ty, &*item.expr)),
                Item::Static(item) if item.ident == name => Some((&*item.ty, &*item.expr)),
                _ => None,
            });
            let (kind, value) = constant.ok_or_else(missing)?;
            let message = format!("`{name}` is not a list");
            let inside = inside_of(value).ok_or_else(|| EditError::at(value, message))?;
            Ok((inside, length_of(kind)))
        }
        List::Macro(name) => {
            let call = called(file, name).ok_or_else(missing)?;
            Ok((inside_of_macro(call), None))
        }
    }
}

fn length_of(kind: &Type) -> Option<&LitInt> {
    match kind {
        Type::Array(TypeArray {
            len:
                Expr::Lit(ExprLit {
                    lit: Lit::Int(length),
                    ..
                }),
            ..
        }) => Some(length),
        _ => None,
    }
}

/// The inside of a list, of `&[]`, or of a call on one such as `[].into()`.
fn inside_of(expression: &Expr) -> Option<Range<usize>> {
    match expression {
        Expr::Array(array) => {
            let bracket = array.bracket_token.span;
            Some(bracket.open().byte_range().end..bracket.close().byte_range().start)
        }
        Expr::Macro(list) => Some(inside_of_macro(&list.mac)),
        Expr::Reference(reference) => inside_of(&reference.expr),
        Expr::MethodCall(call) => inside_of(&call.receiver),
        Expr::Paren(inner) => inside_of(&inner.expr),
        _ => None,
    }
}

fn inside_of_macro(call: &Macro) -> Range<usize> {
    let span = match &call.delimiter {
        MacroDelimiter::Paren(token) => token.span,
        MacroDelimiter::Brace(token) => token.span,
        MacroDelimiter::Bracket(token) => token.span,
    };
    span.open().byte_range().end..span.close().byte_range().start
}

/// The only call of a macro: outside of functions, or else anywhere.
fn called<'a>(file: &'a File, name: &str) -> Option<&'a Macro> {
    struct Calls<'a, 'n>(&'n str, Vec<&'a Macro>);
    impl<'a> Visit<'a> for Calls<'a, '_> {
        fn visit_macro(&mut self, call: &'a Macro) {
            if call.path.is_ident(self.0) {
                self.1.push(call);
            }
        }
    }
    let of_items = file.items.iter().filter_map(|item| match item {
        Item::Macro(item) if item.mac.path.is_ident(name) => Some(&item.mac),
        _ => None,
    });
    let mut calls = Calls(name, of_items.collect());
    if calls.1.is_empty() {
        calls.visit_file(file);
    }
    match calls.1[..] {
        [only] => Some(only),
        _ => None,
    }
}

/// An element and the separator after it.
struct Element {
    range: Range<usize>,
    separator: Option<Range<usize>>,
}

impl Element {
    fn end(&self) -> usize {
        self.separator.as_ref().unwrap_or(&self.range).end
    }
}

/// The elements between two delimiters, and what separates them.
fn elements(text: &str, inside: Range<usize>) -> Option<(Vec<Element>, char)> {
    let tokens: Vec<TokenTree> = text[inside.clone()]
        .parse::<TokenStream>()
        .ok()?
        .into_iter()
        .collect();
    let is = |token: &TokenTree, c| matches!(token, TokenTree::Punct(it) if it.as_char() == c);
    let last = tokens.iter().rposition(|it| is(it, ';'));
    // `list![db; a, b]` is a list of what follows the semicolon.
    let (separator, begin) = match last {
        Some(last) if last + 1 == tokens.len() => (';', 0),
        Some(last) => (',', last + 1),
        None => (',', 0),
    };
    let range = |token: &TokenTree| {
        let range = token.span().byte_range();
        inside.start + range.start..inside.start + range.end
    };
    let (mut found, mut open) = (Vec::<Element>::new(), None::<Range<usize>>);
    for token in &tokens[begin..] {
        let token_range = range(token);
        if !is(token, separator) {
            let start = open.map_or(token_range.start, |range| range.start);
            open = Some(start..token_range.end);
        } else if let Some(range) = open.take() {
            let separator = Some(token_range);
            found.push(Element { range, separator });
        }
    }
    found.extend(open.map(|range| Element {
        range,
        separator: None,
    }));
    Some((found, separator))
}

/// Adds an element between two delimiters.
pub fn insert(
    text: &str,
    inside: Range<usize>,
    place: Place,
    element: &str,
) -> Result<Vec<Splice>, EditError> {
    let unreadable = || EditError::new(format!("the list for `{element}` cannot be read"));
    let (present, separator) = elements(text, inside.clone()).ok_or_else(unreadable)?;
    let keys: Vec<_> = present
        .iter()
        .map(|it| normalized(&text[it.range.clone()]))
        .collect();
    let key = normalized(element);
    if keys.contains(&key) {
        return Err(EditError::new(format!("`{element}` is there already")));
    }
    let index = match place {
        Place::First => 0,
        Place::Sorted if keys.is_sorted() => keys.partition_point(|other| *other < key),
        Place::Last | Place::Sorted => keys.len(),
    };
    let previous = index.checked_sub(1);
    Ok(
        match (previous.map(|index| &present[index]), present.first()) {
            (Some(previous), _) => after(text, previous, element, separator),
            (None, Some(first)) => {
                let start = first.range.start;
                let gap = if starts_line(text, start) {
                    format!("\n{}", indent(text, start))
                } else {
                    " ".to_owned()
                };
                vec![Splice::insert(start, format!("{element}{separator}{gap}"))]
            }
            (None, None) => vec![into_empty(text, inside, element)],
        },
    )
}

fn after(text: &str, previous: &Element, element: &str, separator: char) -> Vec<Splice> {
    let start = previous.range.start;
    let new = match &previous.separator {
        Some(_) => format!("{element}{separator}"),
        None => element.to_owned(),
    };
    let mut splices = Vec::new();
    if previous.separator.is_none() {
        splices.push(Splice::insert(previous.range.end, separator));
    }
    splices.push(if starts_line(text, start) {
        Splice::below(text, previous.end(), indent(text, start), &new)
    } else {
        Splice::insert(previous.end(), format!(" {new}"))
    });
    splices
}

/// A list without elements may hold comments.
fn into_empty(text: &str, inside: Range<usize>, element: &str) -> Splice {
    let end = inside.end;
    let has_lines = text[inside.clone()].contains('\n') && starts_line(text, end);
    if has_lines {
        let indent = indent(text, end);
        Splice::insert(line_start(text, end), format!("{indent}    {element},\n"))
    } else {
        Splice::insert(inside.start, element)
    }
}

/// Removes an element from between two delimiters, if it is there.
pub fn remove_between(text: &str, inside: Range<usize>, element: &str) -> Option<Splice> {
    let (present, _) = elements(text, inside)?;
    let key = normalized(element);
    let is_it = |it: &Element| normalized(&text[it.range.clone()]) == key;
    let index = present.iter().position(is_it)?;
    let it = &present[index];
    if starts_line(text, it.range.start) {
        return Some(Splice::remove(text, it.range.start..it.end()));
    }
    let range = match (present.get(index + 1), index.checked_sub(1)) {
        (Some(next), _) => it.range.start..next.range.start,
        (None, Some(previous)) => present[previous].range.end..it.range.end,
        (None, None) => it.range.start..it.end(),
    };
    Some(Splice::replace(range, ""))
}
