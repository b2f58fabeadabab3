//! Templates as trees.

use std::collections::HashMap;

use super::value::T;

/// A compiled template.
#[derive(Clone, Debug)]
pub(in crate::process) struct Template {
    pub(super) body: Vec<Node>,
    pub(super) defined: HashMap<String, Vec<Node>>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Text(String),
    Action(Pipe),
    If {
        branches: Vec<(Pipe, Vec<Node>)>,
        otherwise: Vec<Node>,
    },
    With {
        branches: Vec<(Pipe, Vec<Node>)>,
        otherwise: Vec<Node>,
    },
    Range {
        pipe: Pipe,
        body: Vec<Node>,
        otherwise: Vec<Node>,
    },
    Template(String, Option<Pipe>),
    Break,
    Continue,
}

/// Commands, each of which gets the value of the one before; the last one's value may go into variables.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pipe {
    pub(super) variables: Vec<String>,
    /// `:=`, not `=`.
    pub(super) declares: bool,
    pub(super) commands: Vec<Vec<Operand>>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operand {
    Dot,
    Nil,
    Constant(T),
    /// `.a.b`
    Field(Vec<String>),
    /// `$x.a`
    Variable(String, Vec<String>),
    Function(String),
    /// `(…).a`
    Group(Box<Pipe>, Vec<String>),
}
