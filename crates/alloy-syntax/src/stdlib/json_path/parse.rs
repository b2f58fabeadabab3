//! Reading a path.

use serde_json::Value as Json;

use super::{Comparison, Filter, Operand, Selector, Step};

/// How deep filters may nest.
const MAX_NESTING: usize = 32;

/// The steps of a path.
pub(super) fn path(text: &str) -> Result<Vec<Step>, String> {
    let mut reader = Reader {
        text,
        at: 0,
        depth: 0,
    };
    if !reader.eat("$") {
        reader.eat("@");
    }
    let steps = reader.steps(true)?;
    if reader.at == text.len() {
        Ok(steps)
    } else {
        Err(reader.wrong("expected `.` or `[`"))
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

// === impl Reader ===

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn wrong(&self, what: &str) -> String {
        format!(
            "the path {:?} is wrong at byte {}: {what}",
            self.text,
            self.at + 1
        )
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        self.blanks();
        if self.eat(token) {
            Ok(())
        } else {
            Err(self.wrong(&format!("expected `{token}`")))
        }
    }

    fn blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// The characters up to one that ends a name.
    fn name(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let end = rest
            .find(|c: char| c.is_whitespace() || "[]().,:*?@$!=<>&|'\"".contains(c))
            .unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).filter(|name| !name.is_empty())
    }

    fn steps(&mut self, whole: bool) -> Result<Vec<Step>, String> {
        let mut steps = Vec::new();
        // A path may start with a name.
        if whole
            && self.at == 0
            && let Some(name) = self.name()
        {
            steps.push(Step::Select(vec![Selector::Name(name.to_owned())]));
        }
        loop {
            if self.eat("..") {
                steps.push(Step::Descend);
                if self.rest().starts_with('[') {
                    continue;
                }
                steps.push(self.member()?);
            } else if self.eat(".") {
                if self.rest().starts_with('[') {
                    continue;
                }
                steps.push(self.member()?);
            } else if self.eat("[") {
                steps.push(Step::Select(self.selectors()?));
            } else {
                return Ok(steps);
            }
        }
    }

    fn member(&mut self) -> Result<Step, String> {
        if self.eat("*") {
            return Ok(Step::Select(vec![Selector::All]));
        }
        let name = self.name().ok_or_else(|| self.wrong("expected a name"))?;
        Ok(Step::Select(vec![Selector::Name(name.to_owned())]))
    }

    fn selectors(&mut self) -> Result<Vec<Selector>, String> {
        let mut selectors = Vec::new();
        loop {
            self.blanks();
            selectors.push(self.selector()?);
            self.blanks();
            if self.eat("]") {
                return Ok(selectors);
            }
            if !self.eat(",") {
                return Err(self.wrong("expected `]`"));
            }
        }
    }

    fn selector(&mut self) -> Result<Selector, String> {
        if self.eat("*") {
            return Ok(Selector::All);
        }
        if self.eat("?") {
            return self.condition().map(Selector::Filter);
        }
        if let Some(name) = self.quoted()? {
            return Ok(Selector::Name(name));
        }
        let from = self.integer();
        self.blanks();
        if !self.eat(":") {
            return from
                .map(Selector::Index)
                .ok_or_else(|| self.wrong("expected an index, a name or `*`"));
        }
        self.blanks();
        let to = self.integer();
        self.blanks();
        let step = if self.eat(":") {
            self.blanks();
            self.integer().unwrap_or(1)
        } else {
            1
        };
        Ok(Selector::Slice { from, to, step })
    }

    fn integer(&mut self) -> Option<i64> {
        let rest = self.rest();
        let digits = rest.strip_prefix('-').unwrap_or(rest);
        let end = rest.len() - digits.len() + digits.bytes().take_while(u8::is_ascii_digit).count();
        let value = rest.get(..end)?.parse().ok()?;
        self.at += end;
        Some(value)
    }

    /// Text in single or double quotes; a backslash takes the next character as it is.
    fn quoted(&mut self) -> Result<Option<String>, String> {
        let Some(mark) = self
            .rest()
            .chars()
            .next()
            .filter(|c| matches!(c, '\'' | '"'))
        else {
            return Ok(None);
        };
        let mut out = String::new();
        let mut escaped = false;
        for (at, c) in self.rest().char_indices().skip(1) {
            match c {
                c if escaped => {
                    escaped = false;
                    out.push(match c {
                        'n' => '\n',
                        't' => '\t',
                        'r' => '\r',
                        other => other,
                    });
                }
                '\\' => escaped = true,
                c if c == mark => {
                    self.at += at + 1;
                    return Ok(Some(out));
                }
                c => out.push(c),
            }
        }
        Err(self.wrong("a quote is not closed"))
    }

    fn condition(&mut self) -> Result<Filter, String> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return Err(self.wrong("filters nest too deep"));
        }
        let mut any = vec![self.conjunction()?];
        self.blanks();
        while self.eat("||") {
            any.push(self.conjunction()?);
            self.blanks();
        }
        self.depth -= 1;
        Ok(Filter::Any(any))
    }

    fn conjunction(&mut self) -> Result<Filter, String> {
        let mut every = vec![self.comparison()?];
        self.blanks();
        while self.eat("&&") {
            every.push(self.comparison()?);
            self.blanks();
        }
        Ok(Filter::Every(every))
    }

    fn comparison(&mut self) -> Result<Filter, String> {
        self.blanks();
        let mut negations = 0_usize;
        while !self.rest().starts_with("!=") && self.eat("!") {
            negations += 1;
            self.blanks();
        }
        let filter = if self.eat("(") {
            let inner = self.condition()?;
            self.expect(")")?;
            inner
        } else {
            let left = self.operand()?;
            self.blanks();
            let comparison = [
                ("==", Comparison::Equal),
                ("!=", Comparison::NotEqual),
                ("<=", Comparison::LessOrEqual),
                (">=", Comparison::GreaterOrEqual),
                ("<", Comparison::Less),
                (">", Comparison::Greater),
            ];
            match comparison.into_iter().find(|(token, _)| self.eat(token)) {
                Some((_, comparison)) => {
                    self.blanks();
                    Filter::Compare(left, comparison, self.operand()?)
                }
                None => Filter::Holds(left),
            }
        };
        Ok(if negations % 2 == 1 {
            Filter::Not(Box::new(filter))
        } else {
            filter
        })
    }

    fn operand(&mut self) -> Result<Operand, String> {
        for (mark, from_root) in [("@", false), ("$", true)] {
            if self.eat(mark) {
                self.depth += 1;
                if self.depth > MAX_NESTING {
                    return Err(self.wrong("filters nest too deep"));
                }
                let steps = self.steps(false)?;
                self.depth -= 1;
                return Ok(Operand::Path { from_root, steps });
            }
        }
        if let Some(text) = self.quoted()? {
            return Ok(Operand::Constant(Json::from(text)));
        }
        let rest = self.rest();
        let end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+')))
            .unwrap_or(rest.len());
        let constant = rest
            .get(..end)
            .and_then(|text| serde_json::from_str(text).ok());
        self.at += if constant.is_some() { end } else { 0 };
        constant
            .map(Operand::Constant)
            .ok_or_else(|| self.wrong("expected `@`, `$`, text in quotes or a number"))
    }
}
