//! From pieces to trees.

use std::collections::HashMap;

use super::function;
use super::lexer::{Piece, Token, pieces};
use super::node::{Node, Operand, Pipe, Template};
use super::number::parse_int;
use super::value::T;

/// Nesting beyond this is refused.
const MAX_DEPTH: usize = 64;

struct Parser {
    pieces: std::vec::IntoIter<Piece>,
    defined: HashMap<String, Vec<Node>>,
    /// The variables in sight.
    variables: Vec<String>,
    depth: usize,
    loops: usize,
}

/// What ended a list of nodes.
#[derive(Debug, PartialEq)]
enum Ended {
    Input,
    End,
    /// With the tokens after `else`.
    Else(Vec<Token>),
}

// === impl Template ===

impl Template {
    /// Compiles a template.
    pub(in crate::process) fn new(text: &str) -> Result<Self, String> {
        let mut parser = Parser {
            pieces: pieces(text)?.into_iter(),
            defined: HashMap::new(),
            variables: vec![String::new()],
            depth: 0,
            loops: 0,
        };
        let (body, ended) = parser.list()?;
        if ended != Ended::Input {
            return Err("an end or else belongs to nothing".to_owned());
        }
        Ok(Self {
            body,
            defined: parser.defined,
        })
    }
}

// === impl Parser ===

impl Parser {
    fn list(&mut self) -> Result<(Vec<Node>, Ended), String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("nested too deeply".to_owned());
        }
        let mut nodes = Vec::new();
        while let Some(piece) = self.pieces.next() {
            let tokens = match piece {
                Piece::Text(text) => {
                    nodes.push(Node::Text(text));
                    continue;
                }
                Piece::Action(tokens) => tokens,
            };
            let mut reader = Reader::new(&tokens);
            let keyword = reader.word();
            match keyword.as_deref() {
                Some("end") => {
                    reader.done()?;
                    self.depth -= 1;
                    return Ok((nodes, Ended::End));
                }
                Some("else") => {
                    self.depth -= 1;
                    return Ok((nodes, Ended::Else(reader.rest())));
                }
                Some("if") => nodes.push(self.branches(reader.rest(), true)?),
                Some("with") => nodes.push(self.branches(reader.rest(), false)?),
                Some("range") => nodes.push(self.range(&reader.rest())?),
                Some("break" | "continue") if self.loops == 0 => {
                    return Err("break and continue belong into a range".to_owned());
                }
                Some("break") => nodes.push(Node::Break),
                Some("continue") => nodes.push(Node::Continue),
                Some("define") => self.define(&mut reader)?,
                Some("template") => {
                    let name = reader.text()?;
                    let rest = reader.rest();
                    let pipe = if Reader::new(&rest).is_empty() {
                        None
                    } else {
                        Some(self.pipe(&rest)?)
                    };
                    nodes.push(Node::Template(name, pipe));
                }
                Some("block") => {
                    let name = reader.text()?;
                    let pipe = self.pipe(&reader.rest())?;
                    let body = self.ended()?;
                    self.defined.insert(name.clone(), body);
                    nodes.push(Node::Template(name, Some(pipe)));
                }
                _ => nodes.push(Node::Action(self.pipe(&tokens)?)),
            }
        }
        self.depth -= 1;
        Ok((nodes, Ended::Input))
    }

    /// A list that an `end` closes.
    fn ended(&mut self) -> Result<Vec<Node>, String> {
        match self.list()? {
            (nodes, Ended::End) => Ok(nodes),
            (_, Ended::Else(_)) => Err("an else belongs to nothing".to_owned()),
            (_, Ended::Input) => Err("an end is missing".to_owned()),
        }
    }

    fn define(&mut self, reader: &mut Reader<'_>) -> Result<(), String> {
        let name = reader.text()?;
        reader.done()?;
        let outer = std::mem::replace(&mut self.variables, vec![String::new()]);
        let body = self.ended()?;
        self.variables = outer;
        self.defined.insert(name, body);
        Ok(())
    }

    fn branches(&mut self, tokens: Vec<Token>, is_if: bool) -> Result<Node, String> {
        let scope = self.variables.len();
        let mut branches = Vec::new();
        let mut otherwise = Vec::new();
        let mut tokens = tokens;
        loop {
            let pipe = self.pipe(&tokens)?;
            let (body, ended) = self.list()?;
            branches.push((pipe, body));
            let rest = match ended {
                Ended::End => break,
                Ended::Input => return Err("an end is missing".to_owned()),
                Ended::Else(rest) => rest,
            };
            let mut reader = Reader::new(&rest);
            match (reader.word().as_deref(), is_if) {
                (Some("if"), true) | (Some("with"), false) => tokens = reader.rest(),
                (None, _) if reader.is_empty() => {
                    otherwise = self.ended()?;
                    break;
                }
                _ => return Err("after else stands nothing, or the same keyword again".to_owned()),
            }
        }
        self.variables.truncate(scope);
        Ok(if is_if {
            Node::If {
                branches,
                otherwise,
            }
        } else {
            Node::With {
                branches,
                otherwise,
            }
        })
    }

    fn range(&mut self, tokens: &[Token]) -> Result<Node, String> {
        let scope = self.variables.len();
        let pipe = self.pipe(tokens)?;
        self.loops += 1;
        let (body, ended) = self.list()?;
        self.loops -= 1;
        let otherwise = match ended {
            Ended::End => Vec::new(),
            Ended::Else(rest) if Reader::new(&rest).is_empty() => self.ended()?,
            Ended::Else(_) => return Err("after else stands nothing here".to_owned()),
            Ended::Input => return Err("an end is missing".to_owned()),
        };
        self.variables.truncate(scope);
        Ok(Node::Range {
            pipe,
            body,
            otherwise,
        })
    }

    fn pipe(&mut self, tokens: &[Token]) -> Result<Pipe, String> {
        let mut reader = Reader::new(tokens);
        let (variables, declares) = reader.assignment()?;
        let pipe = self.commands(&mut reader, variables.clone(), declares)?;
        if !reader.is_empty() {
            return Err("a closing bracket belongs to nothing".to_owned());
        }
        for name in variables {
            if declares {
                self.variables.push(name);
            } else if !self.variables.contains(&name) {
                return Err(format!("${name} was not declared"));
            }
        }
        Ok(pipe)
    }

    fn commands(
        &mut self,
        reader: &mut Reader<'_>,
        variables: Vec<String>,
        declares: bool,
    ) -> Result<Pipe, String> {
        let mut commands = Vec::new();
        loop {
            let mut command = Vec::new();
            while let Some(operand) = self.operand(reader)? {
                command.push(operand);
            }
            if command.is_empty() {
                return Err("a command is missing".to_owned());
            }
            if !commands.is_empty()
                && !matches!(
                    command.first(),
                    Some(
                        Operand::Function(_)
                            | Operand::Field(_)
                            | Operand::Variable(..)
                            | Operand::Group(..)
                    )
                )
            {
                return Err("a value cannot be piped into a constant".to_owned());
            }
            commands.push(command);
            if !reader.sign("|") {
                break;
            }
        }
        Ok(Pipe {
            variables,
            declares,
            commands,
        })
    }

    fn operand(&mut self, reader: &mut Reader<'_>) -> Result<Option<Operand>, String> {
        reader.spaces();
        let Some(token) = reader.peek().cloned() else {
            return Ok(None);
        };
        if matches!(token, Token::Sign(")" | "|")) {
            return Ok(None);
        }
        reader.at += 1;
        Ok(Some(match token {
            Token::Word(word) => match word.as_str() {
                "true" => Operand::Constant(T::Bool(true)),
                "false" => Operand::Constant(T::Bool(false)),
                "nil" => Operand::Nil,
                name if function::is_known(name) => Operand::Function(word),
                name => return Err(format!("there is no function {name:?}")),
            },
            Token::Field(name) if name.is_empty() => Operand::Dot,
            Token::Field(name) => {
                let mut path = vec![name];
                path.extend(reader.fields());
                Operand::Field(path)
            }
            Token::Variable(name) => {
                if !self.variables.contains(&name) {
                    return Err(format!("${name} was not declared"));
                }
                Operand::Variable(name, reader.fields())
            }
            Token::Text(text) => Operand::Constant(T::Text(text)),
            Token::Char(c) => Operand::Constant(T::Int(i64::from(u32::from(c)))),
            Token::Number(text) => Operand::Constant(number(&text)?),
            Token::Sign("(") => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err("nested too deeply".to_owned());
                }
                let pipe = self.commands(reader, Vec::new(), false)?;
                if !reader.sign(")") {
                    return Err("a closing bracket is missing".to_owned());
                }
                self.depth -= 1;
                Operand::Group(Box::new(pipe), reader.fields())
            }
            other => return Err(format!("{other:?} is not expected")),
        }))
    }
}

fn number(text: &str) -> Result<T, String> {
    if let Some(number) = parse_int(text) {
        return Ok(T::Int(number));
    }
    let float: f64 = text
        .replace('_', "")
        .parse()
        .map_err(|_| format!("{text} is no number"))?;
    // `1e3` is a whole number where one is wanted, and prints like one.
    let is_whole = text.contains(['e', 'E'])
        && !text.contains('.')
        && float.fract() == 0.0
        && float.abs() < 1e15;
    Ok(if is_whole {
        T::Int(super::number::to_int(float))
    } else {
        T::Float(float)
    })
}

/// Tokens being read.
struct Reader<'t> {
    tokens: &'t [Token],
    at: usize,
}

// === impl Reader ===

impl<'t> Reader<'t> {
    fn new(tokens: &'t [Token]) -> Self {
        Self { tokens, at: 0 }
    }

    fn peek(&self) -> Option<&'t Token> {
        self.tokens.get(self.at)
    }

    fn spaces(&mut self) {
        while self.peek() == Some(&Token::Space) {
            self.at += 1;
        }
    }

    fn is_empty(&mut self) -> bool {
        self.spaces();
        self.peek().is_none()
    }

    fn done(&mut self) -> Result<(), String> {
        if self.is_empty() {
            return Ok(());
        }
        Err(format!("{:?} is not expected", self.peek()))
    }

    fn rest(&self) -> Vec<Token> {
        self.tokens.get(self.at..).unwrap_or_default().to_vec()
    }

    fn word(&mut self) -> Option<String> {
        self.spaces();
        match self.peek() {
            Some(Token::Word(word)) => {
                self.at += 1;
                Some(word.clone())
            }
            _ => None,
        }
    }

    fn text(&mut self) -> Result<String, String> {
        self.spaces();
        match self.peek() {
            Some(Token::Text(text)) => {
                self.at += 1;
                Ok(text.clone())
            }
            other => Err(format!("a name in quotes is expected, not {other:?}")),
        }
    }

    fn sign(&mut self, sign: &'static str) -> bool {
        self.spaces();
        let found = self.peek() == Some(&Token::Sign(sign));
        self.at += usize::from(found);
        found
    }

    /// Fields that follow without a blank.
    fn fields(&mut self) -> Vec<String> {
        let mut fields = Vec::new();
        while let Some(Token::Field(name)) = self.peek()
            && !name.is_empty()
        {
            fields.push(name.clone());
            self.at += 1;
        }
        fields
    }

    /// `$x :=`, `$x =`, `$i, $x :=`; nothing if there is none.
    fn assignment(&mut self) -> Result<(Vec<String>, bool), String> {
        let start = self.at;
        let mut names = Vec::new();
        loop {
            self.spaces();
            let Some(Token::Variable(name)) = self.peek() else {
                break;
            };
            names.push(name.clone());
            self.at += 1;
            if self.sign(":=") {
                return Ok((names, true));
            }
            if self.sign("=") {
                return Ok((names, false));
            }
            if !self.sign(",") {
                break;
            }
            if names.len() > 1 {
                return Err("at most two variables can be set".to_owned());
            }
        }
        self.at = start;
        Ok((Vec::new(), false))
    }
}
