//! Elements of lists.

use std::ops::Range;

use proc_macro2::{TokenStream, TokenTree};
use syn::{Expr, File, Item, Lit, Macro, MacroDelimiter, Stmt, Type, visit::Visit};

use super::{
    List, Place, Trouble, function,
    text::{Splice, indent, line_start, normalized, range_of, starts_line},
};

pub fn add(
    text: &str,
    file: &File,
    list: &List,
    place: Place,
    element: &str,
) -> Result<Vec<Splice>, Trouble> {
    let found = find(file, list).map_err(|trouble| Trouble {
        what: format!("{}; put `{element}` there", trouble.what),
        ..trouble
    })?;
    let mut splices = insert(text, found.inside, place, element)?;
    splices.extend(found.length.and_then(|length| length.changed_by(1)));
    Ok(splices)
}

pub fn take_away(
    text: &str,
    file: &File,
    list: &List,
    element: &str,
) -> Result<Vec<Splice>, Trouble> {
    let found = find(file, list)?;
    let missing = || Trouble::new(format!("`{element}` is not in {list}"));
    let removed = remove(text, found.inside, element).ok_or_else(missing)?;
    let length = found.length.and_then(|length| length.changed_by(-1));
    Ok([removed].into_iter().chain(length).collect())
}

impl std::fmt::Display for List {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Function(name) => write!(f, "the list that `fn {name}` answers"),
            Self::Constant(name) => write!(f, "the list `{name}`"),
            Self::Macro(name) => write!(f, "`{name}!`"),
        }
    }
}

/// A list in a file.
struct Found<'a> {
    /// What is between its delimiters.
    inside: Range<usize>,
    /// In its type, where it has one.
    length: Option<Length<'a>>,
}

struct Length<'a>(&'a syn::LitInt);

impl Length<'_> {
    fn changed_by(&self, difference: isize) -> Option<Splice> {
        let length = self.0.base10_parse::<usize>().ok()?;
        let length = length.checked_add_signed(difference)?;
        Some(Splice::replace(range_of(self.0), length.to_string()))
    }
}

fn find<'a>(file: &'a File, list: &List) -> Result<Found<'a>, Trouble> {
    let missing = || {
        Trouble::new(format!(
            "there is no {}",
            list.to_string().trim_start_matches("the ")
        ))
    };
    match list {
        List::Function(name) => {
            let (signature, body) = function(file, name).ok_or_else(missing)?;
            let inside = match body.stmts.last() {
                Some(Stmt::Expr(expression, None)) => inside_of(expression),
                Some(Stmt::Macro(last)) => Some(inside_of_macro(&last.mac)),
                _ => None,
            };
            let inside = inside.ok_or_else(|| {
                Trouble::at(signature, format!("`fn {name}` does not end with a list"))
            })?;
            Ok(Found {
                inside,
                length: None,
            })
        }
        List::Constant(name) => {
            let constant = file.items.iter().find_map(|item| match item {
                Item::Const(item) if item.ident == name => Some((&*item.ty, &*item.expr)),
                Item::Static(item) if item.ident == name => Some((&*item.ty, &*item.expr)),
                _ => None,
            });
            let (kind, value) = constant.ok_or_else(missing)?;
            let inside = inside_of(value)
                .ok_or_else(|| Trouble::at(value, format!("`{name}` is no list")))?;
            let length = length_of(kind);
            Ok(Found { inside, length })
        }
        List::Macro(name) => {
            let inside = inside_of_macro(called(file, name).ok_or_else(missing)?);
            Ok(Found {
                inside,
                length: None,
            })
        }
    }
}

fn length_of(kind: &Type) -> Option<Length<'_>> {
    let Type::Array(array) = kind else {
        return None;
    };
    match &array.len {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(length) => Some(Length(length)),
            _ => None,
        },
        _ => None,
    }
}

/// Of a list, `&[]`, or a call on one such as `[].into()`.
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
    // `list![db; a, b]` is a list of what is behind the semicolon.
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
        match (is(token, separator), open.take()) {
            (true, Some(element)) => found.push(Element {
                range: element,
                separator: Some(range(token)),
            }),
            (true, None) => {}
            (false, begun) => {
                open = Some(begun.map_or(range(token), |it| it.start..range(token).end))
            }
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
) -> Result<Vec<Splice>, Trouble> {
    let unreadable = || Trouble::new(format!("the list for `{element}` cannot be read"));
    let (present, separator) = elements(text, inside.clone()).ok_or_else(unreadable)?;
    let keys: Vec<_> = present
        .iter()
        .map(|it| normalized(&text[it.range.clone()]))
        .collect();
    let key = normalized(element);
    if keys.contains(&key) {
        return Err(Trouble::new(format!("`{element}` is there already")));
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
                let gap = match starts_line(text, start) {
                    true => format!("\n{}", indent(text, start)),
                    false => " ".to_owned(),
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
    splices.push(match starts_line(text, start) {
        true => Splice::below(text, previous.end(), indent(text, start), &new),
        false => Splice::insert(previous.end(), format!(" {new}")),
    });
    splices
}

/// A list without elements may hold comments.
fn into_empty(text: &str, inside: Range<usize>, element: &str) -> Splice {
    let end = inside.end;
    let has_lines = text[inside.clone()].contains('\n') && starts_line(text, end);
    match has_lines {
        true => {
            let indent = indent(text, end);
            Splice::insert(line_start(text, end), format!("{indent}    {element},\n"))
        }
        false => Splice::insert(inside.start, element),
    }
}

/// Takes an element from between two delimiters, if it is there.
pub fn remove(text: &str, inside: Range<usize>, element: &str) -> Option<Splice> {
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
