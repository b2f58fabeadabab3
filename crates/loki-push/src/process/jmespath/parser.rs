//! Precedence climbing over the tokens.

use super::lexer::{Token, tokens};
use super::node::{Comparison, Data, Expression, Node, Operator};

/// Nesting beyond this is refused.
const MAX_DEPTH: usize = 64;
/// Below this binding power a projection ends.
const PROJECTION_STOP: u8 = 10;

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

type Parsed = Result<Node, String>;

// === impl Expression ===

impl Expression {
    /// Compiles an expression.
    pub(in crate::process) fn new(text: &str) -> Result<Self, String> {
        let mut parser = Parser {
            tokens: tokens(text)?,
            at: 0,
            depth: 0,
        };
        let node = parser.expression(0)?;
        match parser.peek() {
            Token::End => Ok(Self(node)),
            other => Err(format!("{other:?} is not expected")),
        }
    }
}

// === impl Parser ===

impl Parser {
    fn peek(&self) -> &Token {
        self.tokens.get(self.at).unwrap_or(&Token::End)
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.peek(), Token::Sign(found) if *found == sign)
    }

    fn is_second(&self, sign: &str) -> bool {
        matches!(self.tokens.get(self.at + 1), Some(Token::Sign(found)) if *found == sign)
    }

    fn eat(&mut self, sign: &str) -> bool {
        let found = self.is(sign);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Result<(), String> {
        if self.eat(sign) {
            return Ok(());
        }
        Err(format!("{sign} is expected, not {:?}", self.peek()))
    }

    fn expression(&mut self, binding: u8) -> Parsed {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("nested too deeply".to_owned());
        }
        let mut left = self.operand()?;
        while binding < power(self.peek()) {
            left = self.operation(left)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn boxed(&mut self, binding: u8) -> Result<Box<Node>, String> {
        self.expression(binding).map(Box::new)
    }

    fn operand(&mut self) -> Parsed {
        Ok(match self.next() {
            Token::Name(name) if name == "let" && matches!(self.peek(), Token::Variable(_)) => {
                self.binding()?
            }
            Token::Name(name) if self.is("(") => {
                self.at += 1;
                Node::Call(name, self.arguments()?)
            }
            Token::Quoted(_) if self.is("(") => {
                return Err("a quoted name is no function".to_owned());
            }
            Token::Name(name) | Token::Quoted(name) => Node::Field(name),
            Token::Variable(name) => Node::Variable(name),
            Token::Literal(data) => Node::Literal(data),
            Token::Number(number) => {
                return Err(format!("a number stands in backticks: `{number}`"));
            }
            Token::Sign("@") => Node::Current,
            Token::Sign("$") => Node::Root,
            Token::Sign("*") => {
                let right = if self.is("]") {
                    Node::Current
                } else {
                    self.projected(20)?
                };
                Node::Values(Box::new(Node::Current), Box::new(right))
            }
            Token::Sign("[?") => self.filter(Node::Current)?,
            Token::Sign("[]") => self.flatten(Node::Current)?,
            Token::Sign("{") => self.object()?,
            Token::Sign("(") => {
                let inner = self.expression(0)?;
                self.expect(")")?;
                inner
            }
            Token::Sign("!") => Node::Not(self.boxed(45)?),
            Token::Sign("&") => Node::Reference(self.boxed(0)?),
            Token::Sign("+") => self.expression(45)?,
            Token::Sign("-" | "−") => {
                let zero = Box::new(Node::Literal(Data::Number(0.0)));
                Node::Arithmetic(Operator::Subtract, zero, self.boxed(45)?)
            }
            Token::Sign("[") => match self.peek() {
                Token::Number(_) | Token::Sign(":") => self.index(Node::Current)?,
                Token::Sign("*") if self.is_second("]") => {
                    self.at += 2;
                    Node::Project(Box::new(Node::Current), Box::new(self.projected(20)?))
                }
                _ => self.list()?,
            },
            other => return Err(format!("{other:?} is not expected")),
        })
    }

    fn operation(&mut self, left: Node) -> Parsed {
        let left = Box::new(left);
        let Token::Sign(sign) = self.next() else {
            return Err("an operator is expected".to_owned());
        };
        let compare = |by| Ok::<_, String>(by);
        Ok(match sign {
            "." if self.eat("*") => Node::Values(left, Box::new(self.projected(20)?)),
            "." => Node::Sub(left, Box::new(self.after_dot(40)?)),
            "|" => Node::Pipe(left, self.boxed(1)?),
            "||" => Node::Or(left, self.boxed(2)?),
            "&&" => Node::And(left, self.boxed(3)?),
            "[?" => self.filter(*left)?,
            "[]" => self.flatten(*left)?,
            "[" => match self.peek() {
                Token::Number(_) | Token::Sign(":") => self.index(*left)?,
                _ => {
                    self.expect("*")?;
                    self.expect("]")?;
                    Node::Project(left, Box::new(self.projected(20)?))
                }
            },
            "+" => Node::Arithmetic(Operator::Add, left, self.boxed(6)?),
            "-" | "−" => Node::Arithmetic(Operator::Subtract, left, self.boxed(6)?),
            "*" | "×" => Node::Arithmetic(Operator::Multiply, left, self.boxed(7)?),
            "/" | "÷" => Node::Arithmetic(Operator::Divide, left, self.boxed(7)?),
            "//" => Node::Arithmetic(Operator::IntegerDivide, left, self.boxed(7)?),
            "%" => Node::Arithmetic(Operator::Modulo, left, self.boxed(7)?),
            other => {
                let by = compare(match other {
                    "==" => Comparison::Equal,
                    "!=" => Comparison::NotEqual,
                    "<" => Comparison::Less,
                    "<=" => Comparison::LessOrEqual,
                    ">" => Comparison::Greater,
                    ">=" => Comparison::GreaterOrEqual,
                    other => return Err(format!("{other} is not expected")),
                })?;
                Node::Compare(by, left, self.boxed(5)?)
            }
        })
    }

    /// What a projection does with each element.
    fn projected(&mut self, binding: u8) -> Parsed {
        if power(self.peek()) < PROJECTION_STOP {
            return Ok(Node::Current);
        }
        match self.peek() {
            Token::Sign("[" | "[?") => self.expression(binding),
            Token::Sign(".") => {
                self.at += 1;
                self.after_dot(binding)
            }
            other => Err(format!("{other:?} is not expected")),
        }
    }

    fn after_dot(&mut self, binding: u8) -> Parsed {
        match self.peek() {
            Token::Name(_) | Token::Quoted(_) | Token::Sign("*") => self.expression(binding),
            Token::Sign("[") => {
                self.at += 1;
                self.list()
            }
            Token::Sign("{") => {
                self.at += 1;
                self.object()
            }
            other => Err(format!(
                "a name, [ or {{ is expected after a dot, not {other:?}"
            )),
        }
    }

    fn filter(&mut self, left: Node) -> Parsed {
        let condition = self.boxed(0)?;
        self.expect("]")?;
        let right = if self.is("[]") {
            Node::Current
        } else {
            self.projected(21)?
        };
        Ok(Node::Filter(Box::new(left), Box::new(right), condition))
    }

    fn flatten(&mut self, left: Node) -> Parsed {
        let flat = Node::Flatten(Box::new(left));
        let right = self.projected(9)?;
        Ok(Node::Project(Box::new(flat), Box::new(right)))
    }

    /// After `[`, at a number or a colon.
    fn index(&mut self, left: Node) -> Parsed {
        let mut parts = [None; 3];
        let mut colons = 0;
        loop {
            match self.next() {
                Token::Number(number) => {
                    if let Some(part) = parts.get_mut(colons) {
                        *part = Some(number);
                    }
                }
                Token::Sign(":") if colons < 2 => colons += 1,
                Token::Sign("]") => break,
                other => return Err(format!("{other:?} is not expected in an index")),
            }
        }
        if colons == 0 {
            let number = parts
                .first()
                .copied()
                .flatten()
                .ok_or("an index is expected")?;
            return Ok(Node::Index(Box::new(left), number));
        }
        let slice = Node::Slice(Box::new(left), parts);
        Ok(Node::Project(
            Box::new(slice),
            Box::new(self.projected(20)?),
        ))
    }

    fn list(&mut self) -> Parsed {
        let mut nodes = Vec::new();
        loop {
            nodes.push(self.expression(0)?);
            if self.eat(",") {
                continue;
            }
            self.expect("]")?;
            return Ok(Node::List(nodes));
        }
    }

    fn object(&mut self) -> Parsed {
        let mut members = Vec::new();
        loop {
            let name = match self.next() {
                Token::Name(name) | Token::Quoted(name) => name,
                other => return Err(format!("a name is expected, not {other:?}")),
            };
            self.expect(":")?;
            members.push((name, self.expression(0)?));
            if self.eat(",") {
                continue;
            }
            self.expect("}")?;
            return Ok(Node::Object(members));
        }
    }

    fn arguments(&mut self) -> Result<Vec<Node>, String> {
        let mut arguments = Vec::new();
        if self.eat(")") {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression(0)?);
            if self.eat(",") {
                continue;
            }
            self.expect(")")?;
            return Ok(arguments);
        }
    }

    fn binding(&mut self) -> Parsed {
        let mut bound = Vec::new();
        loop {
            let Token::Variable(name) = self.next() else {
                return Err("a variable is expected".to_owned());
            };
            self.expect("=")?;
            bound.push((name, self.expression(0)?));
            if self.eat(",") {
                continue;
            }
            match self.next() {
                Token::Name(word) if word == "in" => break,
                other => return Err(format!("in is expected, not {other:?}")),
            }
        }
        Ok(Node::Let(bound, self.boxed(0)?))
    }
}

/// How strongly an operator binds what stands before it.
fn power(token: &Token) -> u8 {
    match token {
        Token::Sign(sign) => match *sign {
            "|" => 1,
            "||" => 2,
            "&&" => 3,
            "==" | "!=" | "<" | "<=" | ">" | ">=" => 5,
            "+" | "-" | "−" => 6,
            "*" | "/" | "//" | "%" | "×" | "÷" => 7,
            "[]" => 9,
            "[?" => 21,
            "." => 40,
            "[" => 55,
            _ => 0,
        },
        _ => 0,
    }
}
