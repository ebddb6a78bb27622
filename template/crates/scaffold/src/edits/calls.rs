//! Chains of calls on a function's first parameter.

use syn::{Block, Expr, ExprMethodCall, File, FnArg, Pat, Signature, Stmt};

use super::{
    EditError, function,
    text::{Splice, indent, line_start, normalized, range_of, starts_line},
};

/// The new name of a parameter that was unused.
const PARAMETER: &str = "config";

pub fn add(text: &str, file: &File, name: &str, call: &str) -> Result<Vec<Splice>, EditError> {
    let (signature, body) = find(file, name, call)?;
    let (parameter, ident) = parameter(signature).ok_or_else(|| {
        EditError::at(
            signature,
            format!("`fn {name}` has no parameter to call `{call}` on"),
        )
    })?;
    let chains = chains(body, &ident);
    let present = chains.iter().flat_map(|(_, chain)| calls(chain));
    if let Some(present) = present.into_iter().find(|it| is_it(text, it, call)) {
        let what = format!("`{call}` is in `fn {name}` already");
        return Err(EditError::at(present, what));
    }
    match chains.last() {
        Some((_, chain)) => Ok(vec![append(text, chain, call)]),
        None if body.stmts.is_empty() => Ok(begin(text, body, parameter, &ident, call)),
        None => Err(EditError::at(
            signature,
            format!("`fn {name}` has no chain of calls on `{ident}`; call `{call}` there"),
        )),
    }
}

pub fn remove(text: &str, file: &File, name: &str, call: &str) -> Result<Vec<Splice>, EditError> {
    let missing = || EditError::new(format!("`{call}` is not in `fn {name}`"));
    let (signature, body) = function(file, name).ok_or_else(missing)?;
    let (parameter, ident) = parameter(signature).ok_or_else(missing)?;
    for (statement, chain) in chains(body, &ident) {
        let all = calls(chain);
        let Some(found) = all.iter().find(|it| is_it(text, it, call)) else {
            continue;
        };
        if all.len() > 1 {
            let range = range_of(&found.receiver).end..range_of(*found).end;
            return Ok(vec![Splice::replace(range, "")]);
        }
        let mut splices = vec![Splice::remove(text, range_of(statement))];
        if body.stmts.len() == 1 {
            splices.push(Splice::replace(range_of(parameter), "_"));
        }
        return Ok(splices);
    }
    Err(missing())
}

fn find<'a>(
    file: &'a File,
    name: &str,
    call: &str,
) -> Result<(&'a Signature, &'a Block), EditError> {
    function(file, name)
        .ok_or_else(|| EditError::new(format!("there is no `fn {name}`; call `{call}` in one")))
}

/// The first parameter that is not `self`, and its name.
fn parameter(signature: &Signature) -> Option<(&Pat, String)> {
    signature.inputs.iter().find_map(|input| match input {
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(name) => Some((&*typed.pat, name.ident.to_string())),
            Pat::Wild(_) => Some((&*typed.pat, "_".to_owned())),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    })
}

/// The statements that are chains of calls on a variable.
fn chains<'a>(body: &'a Block, variable: &str) -> Vec<(&'a Stmt, &'a ExprMethodCall)> {
    let chain = |statement: &'a Stmt| match statement {
        Stmt::Expr(Expr::MethodCall(chain), _) => Some((statement, chain)),
        _ => None,
    };
    let is_on_variable = |chain: &ExprMethodCall| {
        let first = calls(chain).pop();
        first.is_some_and(
            |first| matches!(&*first.receiver, Expr::Path(it) if it.path.is_ident(variable)),
        )
    };
    let chains = body.stmts.iter().filter_map(chain);
    chains.filter(|(_, chain)| is_on_variable(chain)).collect()
}

/// The calls of a chain, last first.
fn calls(chain: &ExprMethodCall) -> Vec<&ExprMethodCall> {
    let mut found = vec![chain];
    let mut receiver = &*chain.receiver;
    while let Expr::MethodCall(call) = receiver {
        found.push(call);
        receiver = &*call.receiver;
    }
    found
}

fn is_it(text: &str, candidate: &ExprMethodCall, call: &str) -> bool {
    let range = range_of(&candidate.dot_token).start..range_of(candidate).end;
    normalized(&text[range]) == normalized(call)
}

fn append(text: &str, chain: &ExprMethodCall, call: &str) -> Splice {
    let end = range_of(chain).end;
    let dot = range_of(&chain.dot_token).start;
    if starts_line(text, dot) {
        Splice::insert(end, format!("\n{}{call}", indent(text, dot)))
    } else {
        Splice::insert(end, call)
    }
}

/// The first statement of a function, whose parameter may have no name yet.
fn begin(text: &str, body: &Block, parameter: &Pat, ident: &str, call: &str) -> Vec<Splice> {
    let mut splices = Vec::new();
    let mut variable = ident;
    if ident.starts_with('_') {
        splices.push(Splice::replace(range_of(parameter), PARAMETER));
        variable = PARAMETER;
    }
    let braces = body.brace_token.span;
    let (open, close) = (
        braces.open().byte_range().end,
        braces.close().byte_range().start,
    );
    let indent = indent(text, close);
    let statement = format!("{indent}    {variable}{call};\n");
    splices.push(if text[open..close].trim().is_empty() {
        Splice::replace(open..close, format!("\n{statement}{indent}"))
    } else {
        // Comments stay above.
        Splice::insert(line_start(text, close), statement)
    });
    splices
}
