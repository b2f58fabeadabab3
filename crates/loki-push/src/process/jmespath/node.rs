//! Expressions as trees, and the data that they run on.

use serde_json::Value as Json;

/// A compiled expression.
#[derive(Clone, Debug)]
pub(in crate::process) struct Expression(pub(super) Node);

/// A node of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Current,
    Root,
    Field(String),
    Variable(String),
    Literal(Data),
    Sub(Box<Node>, Box<Node>),
    Index(Box<Node>, i64),
    Slice(Box<Node>, [Option<i64>; 3]),
    /// Over a list.
    Project(Box<Node>, Box<Node>),
    /// Over an object's values.
    Values(Box<Node>, Box<Node>),
    /// Left, what each element is projected to, condition.
    Filter(Box<Node>, Box<Node>, Box<Node>),
    Flatten(Box<Node>),
    Pipe(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    And(Box<Node>, Box<Node>),
    Not(Box<Node>),
    Compare(Comparison, Box<Node>, Box<Node>),
    Arithmetic(Operator, Box<Node>, Box<Node>),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
    Call(String, Vec<Node>),
    Reference(Box<Node>),
    Let(Vec<(String, Node)>, Box<Node>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    IntegerDivide,
    Modulo,
}

/// JSON whose numbers may be infinite.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::process) enum Data {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Data>),
    Object(Vec<(String, Data)>),
}

// === impl Expression ===

impl Expression {
    /// The names of an expression that is a plain path.
    pub(in crate::process) fn path(&self) -> Option<Vec<&str>> {
        fn walk<'n>(node: &'n Node, out: &mut Vec<&'n str>) -> bool {
            match node {
                Node::Field(name) => {
                    out.push(name);
                    true
                }
                Node::Sub(left, right) => walk(left, out) && walk(right, out),
                _ => false,
            }
        }
        let mut names = Vec::new();
        walk(&self.0, &mut names).then_some(names)
    }
}

// === impl Data ===

impl Data {
    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::Null | Self::Bool(false) => false,
            Self::Text(text) => !text.is_empty(),
            Self::List(values) => !values.is_empty(),
            Self::Object(members) => !members.is_empty(),
            _ => true,
        }
    }

    pub(super) fn field(&self, name: &str) -> Self {
        match self {
            Self::Object(members) => members
                .iter()
                .find(|(known, _)| known == name)
                .map_or(Self::Null, |(_, value)| value.clone()),
            _ => Self::Null,
        }
    }

    /// As JSON; None if a number in it is none that JSON has.
    pub(in crate::process) fn to_json(&self) -> Option<Json> {
        Some(match self {
            Self::Null => Json::Null,
            Self::Bool(truth) => Json::Bool(*truth),
            Self::Number(number) => Json::Number(serde_json::Number::from_f64(*number)?),
            Self::Text(text) => Json::String(text.clone()),
            Self::List(values) => {
                Json::Array(values.iter().map(Self::to_json).collect::<Option<_>>()?)
            }
            Self::Object(members) => Json::Object(
                members
                    .iter()
                    .map(|(name, value)| Some((name.clone(), value.to_json()?)))
                    .collect::<Option<_>>()?,
            ),
        })
    }
}

impl From<&Json> for Data {
    fn from(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(truth) => Self::Bool(*truth),
            Json::Number(number) => Self::Number(number.as_f64().unwrap_or(f64::NAN)),
            Json::String(text) => Self::Text(text.clone()),
            Json::Array(values) => Self::List(values.iter().map(Self::from).collect()),
            Json::Object(members) => Self::Object(
                members
                    .iter()
                    .map(|(n, v)| (n.clone(), Self::from(v)))
                    .collect(),
            ),
        }
    }
}
