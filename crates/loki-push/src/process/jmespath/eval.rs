//! Runs an expression.

use super::function;
use super::node::{Comparison, Data, Expression, Node, Operator};

/// What an expression sees besides the current node.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    root: &'a Data,
    variables: &'a [(String, Data)],
}

/// Why an expression has no value: a wrong type, an unknown function or variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::process) struct Failed;

type Outcome = Result<Data, Failed>;

/// The value of an expression.
pub(in crate::process) fn search(expression: &Expression, data: &Data) -> Outcome {
    let scope = Scope {
        root: data,
        variables: &[],
    };
    run(&expression.0, data, scope)
}

pub(super) fn run(node: &Node, current: &Data, scope: Scope<'_>) -> Outcome {
    let of = |node: &Node| run(node, current, scope);
    Ok(match node {
        Node::Current => current.clone(),
        Node::Root => scope.root.clone(),
        Node::Field(name) => current.field(name),
        Node::Variable(name) => {
            let mut bound = scope.variables.iter().rev();
            bound
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.clone())
                .ok_or(Failed)?
        }
        Node::Literal(data) => data.clone(),
        Node::Sub(left, right) => match of(left)? {
            Data::Null => Data::Null,
            left => run(right, &left, scope)?,
        },
        Node::Pipe(left, right) => run(right, &of(left)?, scope)?,
        Node::Index(left, index) => element(&of(left)?, *index),
        Node::Slice(left, parts) => match of(left)? {
            Data::List(values) => Data::List(slice(&values, *parts)?),
            Data::Text(text) => {
                let chars: Vec<char> = text.chars().collect();
                Data::Text(slice(&chars, *parts)?.into_iter().collect())
            }
            _ => Data::Null,
        },
        Node::Project(left, right) => match of(left)? {
            Data::List(values) => project(&values, right, scope)?,
            // A slice of a text is projected as one.
            Data::Text(text) if matches!(**left, Node::Slice(..)) => {
                run(right, &Data::Text(text), scope)?
            }
            _ => Data::Null,
        },
        Node::Values(left, right) => match of(left)? {
            Data::Object(members) => {
                let values: Vec<_> = members.into_iter().map(|(_, value)| value).collect();
                project(&values, right, scope)?
            }
            _ => Data::Null,
        },
        Node::Filter(left, right, condition) => match of(left)? {
            Data::List(values) => {
                let mut kept = Vec::new();
                for value in values {
                    if run(condition, &value, scope)?.is_true() {
                        kept.push(value);
                    }
                }
                project(&kept, right, scope)?
            }
            _ => Data::Null,
        },
        Node::Flatten(left) => match of(left)? {
            Data::List(values) => Data::List(values.into_iter().flat_map(inner).collect()),
            _ => Data::Null,
        },
        Node::Or(left, right) => match of(left)? {
            left if left.is_true() => left,
            _ => of(right)?,
        },
        Node::And(left, right) => match of(left)? {
            left if left.is_true() => of(right)?,
            left => left,
        },
        Node::Not(inner) => Data::Bool(!of(inner)?.is_true()),
        Node::Compare(by, left, right) => compare(*by, &of(left)?, &of(right)?),
        Node::Arithmetic(operator, left, right) => match (of(left)?, of(right)?) {
            (Data::Number(a), Data::Number(b)) => Data::Number(calculate(*operator, a, b)),
            _ => return Err(Failed),
        },
        Node::List(_) | Node::Object(_) if *current == Data::Null => Data::Null,
        Node::List(nodes) => Data::List(nodes.iter().map(of).collect::<Result<_, _>>()?),
        Node::Object(members) => Data::Object(
            members
                .iter()
                .map(|(name, node)| Ok((name.clone(), of(node)?)))
                .collect::<Result<_, _>>()?,
        ),
        Node::Call(name, arguments) => function::call(name, arguments, current, scope)?,
        // Only a function can use it.
        Node::Reference(_) => return Err(Failed),
        Node::Let(bound, body) => {
            let mut variables = scope.variables.to_vec();
            for (name, node) in bound {
                variables.push((name.clone(), of(node)?));
            }
            let scope = Scope {
                root: scope.root,
                variables: &variables,
            };
            run(body, current, scope)?
        }
    })
}

fn project(values: &[Data], right: &Node, scope: Scope<'_>) -> Outcome {
    let mut found = Vec::with_capacity(values.len());
    for value in values {
        match run(right, value, scope)? {
            Data::Null => {}
            value => found.push(value),
        }
    }
    Ok(Data::List(found))
}

fn inner(value: Data) -> Vec<Data> {
    match value {
        Data::List(values) => values,
        other => vec![other],
    }
}

fn element(list: &Data, index: i64) -> Data {
    let Data::List(values) = list else {
        return Data::Null;
    };
    let length = i64::try_from(values.len()).unwrap_or(i64::MAX);
    let index = if index < 0 { index + length } else { index };
    usize::try_from(index)
        .ok()
        .and_then(|index| values.get(index))
        .cloned()
        .unwrap_or(Data::Null)
}

/// As in Python: first, end, stride.
fn slice<T: Clone>(values: &[T], parts: [Option<i64>; 3]) -> Result<Vec<T>, Failed> {
    let [first, end, stride] = parts;
    let length = i64::try_from(values.len()).unwrap_or(i64::MAX);
    let stride = stride.unwrap_or(1);
    if stride == 0 {
        return Err(Failed);
    }
    let (low, high) = if stride > 0 {
        (0, length)
    } else {
        (-1, length - 1)
    };
    let bound = |given: Option<i64>, default: i64| match given {
        None => default,
        Some(at) => (if at < 0 { at + length } else { at }).clamp(low, high),
    };
    let (from, to) = if stride > 0 { (low, high) } else { (high, low) };
    let (mut at, end) = (bound(first, from), bound(end, to));
    let mut found = Vec::new();
    while (stride > 0 && at < end) || (stride < 0 && at > end) {
        let index = usize::try_from(at).ok();
        found.extend(index.and_then(|index| values.get(index)).cloned());
        at = at.saturating_add(stride);
    }
    Ok(found)
}

/// Only numbers have an order.
fn compare(by: Comparison, left: &Data, right: &Data) -> Data {
    let numbers = || match (left, right) {
        (Data::Number(a), Data::Number(b)) => Some((*a, *b)),
        _ => None,
    };
    let ordered = |holds: fn(f64, f64) -> bool| {
        numbers().map_or(Data::Null, |(a, b)| Data::Bool(holds(a, b)))
    };
    match by {
        Comparison::Equal => Data::Bool(left == right),
        Comparison::NotEqual => Data::Bool(left != right),
        Comparison::Less => ordered(|a, b| a < b),
        Comparison::LessOrEqual => ordered(|a, b| a <= b),
        Comparison::Greater => ordered(|a, b| a > b),
        Comparison::GreaterOrEqual => ordered(|a, b| a >= b),
    }
}

fn calculate(operator: Operator, a: f64, b: f64) -> f64 {
    match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        Operator::Divide => a / b,
        Operator::IntegerDivide => (a / b).floor(),
        Operator::Modulo => a % b,
    }
}
