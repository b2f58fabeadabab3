//! Valid configurations made of a stream of choices, with comments, blanks and line ends wherever they may stand.

/// Bytes that decide what comes next; when they run out, the simplest thing does.
struct Choices<'a> {
    bytes: std::slice::Iter<'a, u8>,
    text: String,
}

/// The configuration that some choices make.
pub(crate) fn configuration(choices: &[u8]) -> String {
    let mut choices = Choices {
        bytes: choices.iter(),
        text: String::new(),
    };
    choices.body(0);
    choices.text
}

impl Choices<'_> {
    /// One of `count` ways, the first of which is the simplest.
    fn choose(&mut self, count: u8) -> u8 {
        self.bytes.next().map_or(0, |byte| byte % count)
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn one_of(&mut self, texts: &[&str]) {
        let which = self.choose(u8::try_from(texts.len()).expect("few texts"));
        self.push(texts.get(usize::from(which)).copied().unwrap_or_default());
    }

    /// Blanks and comments within a line.
    fn blank(&mut self) {
        self.one_of(&[
            "",
            "",
            "",
            " ",
            "  ",
            "\t",
            "/* c */",
            " /* d */ ",
            "/**/ /*/ e*/",
        ]);
    }

    /// Blanks, comments and line ends, after a token that ends no statement.
    fn gap(&mut self) {
        self.one_of(&[
            "",
            " ",
            "",
            "\n",
            "\n\n\n",
            " // c\n",
            "\n// d  \n",
            "\n// e\n// f\n\n",
            "/* g */",
            " /* h\n\ti */ ",
            "\n/* j */ /* k */\n",
            "\r\n",
            "// l\r\n",
        ]);
    }

    /// A line end with what may come before and after it.
    fn line_end(&mut self) {
        self.blank();
        self.one_of(&["\n", "\n", "\r\n", " // m\n", "/* n\n o */", "// p\n// q\n"]);
        self.gap();
    }

    fn body(&mut self, depth: usize) {
        let count = self.choose(5);
        for _ in 0..count {
            let is_block = depth < 3 && self.choose(3) == 1;
            self.one_of(&["a", "bb", "long_name", "é"]);
            if is_block {
                self.one_of(&["", ".c", " . d"]);
                self.blank();
                self.one_of(&[" ", "\"label\"", " \"\""]);
                self.blank();
                self.push("{");
                self.gap();
                self.body(depth + 1);
                self.blank();
                self.push("}");
            } else {
                self.blank();
                self.push("=");
                self.gap();
                self.expr(0);
            }
            self.line_end();
        }
    }

    fn expr(&mut self, depth: usize) {
        self.operand(depth);
        while self.choose(4) == 1 {
            self.blank();
            self.one_of(&["+", "-", "*", "/ ", "%", "^", "==", "&&", "||", "<"]);
            self.gap();
            self.operand(depth);
        }
    }

    fn operand(&mut self, depth: usize) {
        if self.choose(6) == 1 {
            self.one_of(&["-", "!"]);
            self.gap();
        }
        let kinds = if depth < 4 { 8 } else { 4 };
        match self.choose(kinds) {
            0 => self.one_of(&["1", "017", "5.", ".5e1", "null", "true"]),
            1 => self.one_of(&["name", "x"]),
            2 => self.one_of(&["\"s\"", "\"a\tb \\n\"", "\"\"", "\"é // no\""]),
            3 => self.one_of(&["`raw`", "`two  \n\tlines\t`", "`\r\n`", "``"]),
            4 => self.list('[', ']', depth, Self::expr),
            5 => self.list('{', '}', depth, Self::field),
            6 => {
                self.push("(");
                self.gap();
                self.expr(depth + 1);
                self.blank();
                self.push(")");
            }
            _ => self.one_of(&["sys.env", "a.b"]),
        }
        while self.choose(5) == 1 {
            self.blank();
            match self.choose(3) {
                0 => {
                    self.push(" .");
                    self.gap();
                    self.push("field");
                }
                1 => {
                    self.push("[");
                    self.gap();
                    self.expr(depth + 1);
                    self.blank();
                    self.push("]");
                }
                _ => self.list('(', ')', depth, Self::expr),
            }
        }
    }

    fn field(&mut self, depth: usize) {
        self.one_of(&[
            "a", "long_key", "\"q k\"", "`raw`", "`r\\w`", "\"\\t\"", "\"\"",
        ]);
        self.blank();
        self.push("=");
        self.gap();
        self.expr(depth);
    }

    fn list(&mut self, open: char, close: char, depth: usize, item: fn(&mut Self, usize)) {
        self.text.push(open);
        self.gap();
        let count = self.choose(4);
        for at in 0..count {
            item(self, depth + 1);
            self.blank();
            if at + 1 < count || self.choose(2) == 1 {
                self.push(",");
                self.gap();
            }
        }
        self.text.push(close);
    }
}
