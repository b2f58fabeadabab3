//! Runs a template.

use super::function::{self, Failed};
use super::node::{Node, Operand, Pipe, Template};
use super::value::T;

/// The longest output.
const MAX_OUTPUT: usize = 1024 * 1024;
/// Steps after which a template is given up: loops and templates that call templates.
const MAX_STEPS: usize = 100_000;
/// Templates that call one another.
const MAX_DEPTH: usize = 100;

struct Run<'t> {
    template: &'t Template,
    out: String,
    variables: Vec<(String, T)>,
    steps: usize,
    depth: usize,
}

/// How a list of nodes ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    Break,
    Continue,
}

// === impl Template ===

impl Template {
    /// The output for `data`; None after a mistake at run time.
    pub(in crate::process) fn run(&self, data: &T) -> Option<String> {
        let mut run = Run {
            template: self,
            out: String::new(),
            variables: vec![(String::new(), data.clone())],
            steps: 0,
            depth: 0,
        };
        run.list(&self.body, data).ok()?;
        Some(run.out)
    }

    /// The text of a template without any action.
    pub(in crate::process) fn constant(&self) -> Option<&str> {
        match self.body.as_slice() {
            [] => Some(""),
            [Node::Text(text)] => Some(text),
            _ => None,
        }
    }
}

// === impl Run ===

impl Run<'_> {
    fn list(&mut self, nodes: &[Node], dot: &T) -> Result<Flow, Failed> {
        for node in nodes {
            self.steps += 1;
            if self.steps > MAX_STEPS || self.out.len() > MAX_OUTPUT {
                return Err(Failed);
            }
            match self.node(node, dot)? {
                Flow::Next => {}
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Next)
    }

    fn node(&mut self, node: &Node, dot: &T) -> Result<Flow, Failed> {
        let scope = self.variables.len();
        let flow = match node {
            Node::Text(text) => {
                self.out.push_str(text);
                Flow::Next
            }
            Node::Action(pipe) => {
                let value = self.pipe(pipe, dot)?;
                if pipe.variables.is_empty() {
                    value.print(&mut self.out);
                }
                return Ok(Flow::Next);
            }
            Node::If {
                branches,
                otherwise,
            } => self.branch(branches, otherwise, dot, false)?,
            Node::With {
                branches,
                otherwise,
            } => self.branch(branches, otherwise, dot, true)?,
            Node::Range {
                pipe,
                body,
                otherwise,
            } => self.range(pipe, body, otherwise, dot)?,
            Node::Template(name, pipe) => {
                let data = match pipe {
                    Some(pipe) => self.pipe(pipe, dot)?,
                    None => T::Nil,
                };
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err(Failed);
                }
                let template = self.template;
                let body = template.defined.get(name).ok_or(Failed)?;
                let outer =
                    std::mem::replace(&mut self.variables, vec![(String::new(), data.clone())]);
                self.list(body, &data)?;
                self.variables = outer;
                self.depth -= 1;
                Flow::Next
            }
            Node::Break => Flow::Break,
            Node::Continue => Flow::Continue,
        };
        self.variables.truncate(scope);
        Ok(flow)
    }

    fn branch(
        &mut self,
        branches: &[(Pipe, Vec<Node>)],
        otherwise: &[Node],
        dot: &T,
        moves_dot: bool,
    ) -> Result<Flow, Failed> {
        for (pipe, body) in branches {
            let value = self.pipe(pipe, dot)?;
            if value.is_true() {
                return self.list(body, if moves_dot { &value } else { dot });
            }
        }
        self.list(otherwise, dot)
    }

    fn range(
        &mut self,
        pipe: &Pipe,
        body: &[Node],
        otherwise: &[Node],
        dot: &T,
    ) -> Result<Flow, Failed> {
        let plain = Pipe {
            variables: Vec::new(),
            ..pipe.clone()
        };
        let pairs: Vec<(T, T)> = match self.pipe(&plain, dot)? {
            T::List(values) => (0..).map(T::Int).zip(values).collect(),
            T::Map(members) => members
                .into_iter()
                .map(|(name, value)| (T::Text(name), value))
                .collect(),
            T::Int(count) => (0..count.clamp(0, 100_000))
                .map(|n| (T::Int(n), T::Int(n)))
                .collect(),
            T::Nil => Vec::new(),
            _ => return Err(Failed),
        };
        if pairs.is_empty() {
            return self.list(otherwise, dot);
        }
        for (key, value) in pairs {
            let scope = self.variables.len();
            match pipe.variables.as_slice() {
                [] => {}
                [one] => self.set(one, value.clone(), pipe.declares)?,
                [first, second, ..] => {
                    self.set(first, key, pipe.declares)?;
                    self.set(second, value.clone(), pipe.declares)?;
                }
            }
            let flow = self.list(body, &value)?;
            self.variables.truncate(scope);
            if flow == Flow::Break {
                break;
            }
        }
        Ok(Flow::Next)
    }

    fn pipe(&mut self, pipe: &Pipe, dot: &T) -> Result<T, Failed> {
        let mut value = None;
        for command in &pipe.commands {
            value = Some(self.command(command, dot, value)?);
        }
        let value = value.ok_or(Failed)?;
        for name in &pipe.variables {
            self.set(name, value.clone(), pipe.declares)?;
        }
        Ok(value)
    }

    fn set(&mut self, name: &str, value: T, declares: bool) -> Result<(), Failed> {
        if declares {
            self.variables.push((name.to_owned(), value));
            return Ok(());
        }
        let variable = self
            .variables
            .iter_mut()
            .rev()
            .find(|(known, _)| known == name);
        variable.ok_or(Failed)?.1 = value;
        Ok(())
    }

    fn command(&mut self, command: &[Operand], dot: &T, piped: Option<T>) -> Result<T, Failed> {
        let (first, rest) = command.split_first().ok_or(Failed)?;
        let Operand::Function(name) = first else {
            if !rest.is_empty() || piped.is_some() || *first == Operand::Nil {
                return Err(Failed);
            }
            return self.operand(first, dot);
        };
        if let Some(value) = self.short_circuit(name, rest, dot, piped.as_ref())? {
            return Ok(value);
        }
        let mut arguments = Vec::with_capacity(rest.len() + 1);
        for operand in rest {
            arguments.push(self.operand(operand, dot)?);
        }
        arguments.extend(piped);
        function::call(name, &arguments)
    }

    /// `and` and `or` stop at the argument that decides.
    fn short_circuit(
        &mut self,
        name: &str,
        operands: &[Operand],
        dot: &T,
        piped: Option<&T>,
    ) -> Result<Option<T>, Failed> {
        let stops_at = match name {
            "and" => false,
            "or" => true,
            _ => return Ok(None),
        };
        let mut last = None;
        for operand in operands {
            let value = self.operand(operand, dot)?;
            if value.is_true() == stops_at {
                return Ok(Some(value));
            }
            last = Some(value);
        }
        piped.cloned().or(last).map(Some).ok_or(Failed)
    }

    fn operand(&mut self, operand: &Operand, dot: &T) -> Result<T, Failed> {
        match operand {
            Operand::Dot => Ok(dot.clone()),
            Operand::Nil => Ok(T::Nil),
            Operand::Constant(value) => Ok(value.clone()),
            Operand::Field(path) => fields(dot.clone(), path),
            Operand::Variable(name, path) => {
                let variable = self.variables.iter().rev().find(|(known, _)| known == name);
                fields(variable.ok_or(Failed)?.1.clone(), path)
            }
            Operand::Function(name) => function::call(name, &[]),
            Operand::Group(pipe, path) => fields(self.pipe(pipe, dot)?, path),
        }
    }
}

/// Follows a path. A map has every key, nothing has all keys too; no other value has any.
fn fields(value: T, path: &[String]) -> Result<T, Failed> {
    path.iter().try_fold(value, |value, name| match value {
        T::Map(members) => Ok(members
            .into_iter()
            .find(|(known, _)| known == name)
            .map_or(T::Nil, |(_, value)| value)),
        T::Nil => Ok(T::Nil),
        _ => Err(Failed),
    })
}
