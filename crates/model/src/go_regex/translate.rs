//! Reads an expression by Go's grammar and writes it in Rust's.
//!
//! One pass, no tree. What Go checks on its tree is tracked beside the output: where the last atom stands (a repeat
//! applies to it even across a flag group), and how many copies the repeats inside it multiply to.

use super::class;
use super::escape::{self, Escaped};

/// Deeper nesting of groups is refused. Go stops at 1000, but the engine's compiler recurses, and a thread's stack must
/// hold it.
pub(super) const MAX_DEPTH: u32 = 200;

/// The largest count, and the largest product of nested counts.
const MAX_REPEAT: u64 = 1000;

/// A number so large that Go stops reading it.
const HUGE: u64 = 100_000_000;

/// An expression in Rust's syntax.
#[derive(Debug)]
pub(super) struct Translated {
    pub(super) expression: String,
    pub(super) names: Vec<(String, usize)>,
}

/// What is wrong, and at which byte.
#[derive(Debug)]
pub(super) struct SyntaxError {
    pub(super) offset: usize,
    pub(super) reason: &'static str,
}

/// The flags that Go knows: fold case, multi-line, dot matches newline, swap greed. Rust has the same letters.
const FLAGS: [char; 4] = ['i', 'm', 's', 'U'];

/// Which of [`FLAGS`] are on at one point of the expression.
#[derive(Clone, Copy, Debug, Default)]
struct Flags([bool; FLAGS.len()]);

/// The last thing that a repeat could apply to.
#[derive(Clone, Copy, Debug)]
struct Atom {
    start: usize,
    end: usize,
    /// How many copies its repeats multiply to.
    copies: u64,
    repeated: bool,
}

/// The counts of `{…}`; no upper one means "or more".
#[derive(Clone, Copy, Debug)]
struct Counts {
    min: u64,
    max: Option<u64>,
}

/// An open group.
#[derive(Clone, Copy, Debug)]
struct Group {
    start: usize,
    copies: u64,
    flags: Flags,
}

struct Translator<'p> {
    rest: &'p str,
    out: String,
    groups: Vec<Group>,
    /// The largest product of counts among the finished atoms of the open group.
    copies: u64,
    flags: Flags,
    atom: Option<Atom>,
    captures: usize,
    names: Vec<(String, usize)>,
}

/// Translates `pattern`.
pub(super) fn translate(pattern: &str) -> Result<Translated, SyntaxError> {
    let mut translator = Translator {
        rest: pattern,
        out: String::with_capacity(pattern.len() + 16),
        groups: Vec::new(),
        copies: 1,
        flags: Flags::default(),
        atom: None,
        captures: 0,
        names: Vec::new(),
    };
    translator
        .run()
        .map_err(|reason| SyntaxError {
            offset: pattern.len() - translator.rest.len(),
            reason,
        })
        .map(|()| Translated {
            expression: translator.out,
            names: translator.names,
        })
}

// === impl Translator ===

impl<'p> Translator<'p> {
    fn run(&mut self) -> Result<(), &'static str> {
        let mut after_repeat = false;
        while let Some(c) = self.rest.chars().next() {
            let repeat = match c {
                '*' | '+' | '?' => Some((self.take(1).to_owned(), None)),
                '{' => self.counts()?.map(|counts| (counts.text(), Some(counts))),
                _ => None,
            };
            if let Some((operator, counts)) = repeat {
                self.repeat(operator, counts, after_repeat)?;
                after_repeat = true;
                continue;
            }
            after_repeat = false;
            match c {
                '(' => self.open()?,
                ')' => self.close()?,
                '|' => {
                    self.take(1);
                    self.finish_atom();
                    self.out.push('|');
                }
                '^' | '$' | '.' => {
                    let piece = self.take(1);
                    self.push_atom(piece);
                }
                '[' => {
                    let (class, rest) = class::bracketed(self.rest)?;
                    self.rest = rest;
                    self.push_atom(&class);
                }
                '\\' => self.escape()?,
                _ => {
                    self.take(c.len_utf8());
                    self.push_atom(&escape::literal(c.into()));
                }
            }
        }
        if self.groups.is_empty() {
            Ok(())
        } else {
            Err("a group is not closed")
        }
    }

    /// Takes the next `bytes` bytes, which must end at a character.
    fn take(&mut self, bytes: usize) -> &'p str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    fn push_atom(&mut self, piece: &str) {
        self.finish_atom();
        let start = self.out.len();
        self.out.push_str(piece);
        self.atom = Some(Atom {
            start,
            end: self.out.len(),
            copies: 1,
            repeated: false,
        });
    }

    fn finish_atom(&mut self) {
        if let Some(atom) = self.atom.take() {
            self.copies = self.copies.max(atom.copies);
        }
    }

    fn repeat(
        &mut self,
        mut operator: String,
        counts: Option<Counts>,
        after_repeat: bool,
    ) -> Result<(), &'static str> {
        if self.rest.starts_with('?') {
            operator.push_str(self.take(1));
        }
        if after_repeat {
            return Err("a repeat follows a repeat");
        }
        let Some(atom) = &mut self.atom else {
            return Err("nothing stands before the repeat");
        };
        if let Some(counts) = counts {
            atom.copies = atom.copies.saturating_mul(counts.max.unwrap_or(counts.min));
            if (counts.min >= 2 || counts.max.is_some_and(|max| max >= 2))
                && atom.copies > MAX_REPEAT
            {
                return Err("nested counts multiply to more than 1000");
            }
            if counts.max.is_none() && counts.min == 0 {
                atom.copies = atom.copies.max(1);
            }
        }
        if atom.repeated {
            self.out.insert(atom.end, ')');
            self.out.insert_str(atom.start, "(?:");
            atom.end += "(?:)".len();
        }
        self.out.insert_str(atom.end, &operator);
        atom.end += operator.len();
        atom.repeated = true;
        Ok(())
    }

    /// Reads `{n}`, `{n,}` or `{n,m}`; anything else leaves the brace a literal.
    fn counts(&mut self) -> Result<Option<Counts>, &'static str> {
        let Some((counts, rest)) = Counts::read(self.rest) else {
            return Ok(None);
        };
        let too_big = counts.min > MAX_REPEAT || counts.max.is_some_and(|max| max > MAX_REPEAT);
        if too_big {
            return Err("a count is over 1000");
        }
        if counts.max.is_some_and(|max| counts.min > max) {
            return Err("a count's bounds are reversed");
        }
        self.rest = rest;
        Ok(Some(counts))
    }

    fn open(&mut self) -> Result<(), &'static str> {
        let start = self.out.len();
        if self.rest.starts_with("(?") {
            let named = self
                .rest
                .strip_prefix("(?P<")
                .or_else(|| self.rest.strip_prefix("(?<"));
            let Some(named) = named else {
                return self.flags();
            };
            let Some((name, rest)) = named.split_once('>') else {
                return Err("a group's name is not closed");
            };
            let valid = |c: char| c == '_' || c.is_ascii_alphanumeric();
            if name.is_empty() || !name.chars().all(valid) {
                return Err("a group's name holds more than ASCII letters, digits and _");
            }
            self.names.push((name.to_owned(), self.captures + 1));
            self.rest = rest;
        } else {
            self.take(1);
        }
        self.captures += 1;
        self.begin(start, "(")
    }

    fn begin(&mut self, start: usize, piece: &str) -> Result<(), &'static str> {
        if self.groups.len() >= MAX_DEPTH as usize {
            return Err("groups are nested too deep");
        }
        self.finish_atom();
        self.groups.push(Group {
            start,
            copies: self.copies,
            flags: self.flags,
        });
        self.copies = 1;
        self.out.push_str(piece);
        Ok(())
    }

    fn close(&mut self) -> Result<(), &'static str> {
        let Some(group) = self.groups.pop() else {
            return Err("a group is closed that was not opened");
        };
        self.take(1);
        self.finish_atom();
        self.out.push(')');
        self.atom = Some(Atom {
            start: group.start,
            end: self.out.len(),
            copies: self.copies,
            repeated: false,
        });
        self.copies = group.copies;
        self.flags = group.flags;
        Ok(())
    }

    /// Reads `(?flags)` or `(?flags:`.
    fn flags(&mut self) -> Result<(), &'static str> {
        const UNKNOWN: &str = "an unknown group or flag";
        let mut flags = self.flags;
        let mut on = true;
        let mut seen = false;
        for (at, c) in self.rest.char_indices().skip("(?".len()) {
            if flags.set(c, on) {
                seen = true;
                continue;
            }
            match c {
                '-' if on => {
                    on = false;
                    seen = false;
                }
                ':' | ')' if on || seen => {
                    self.take(at + 1);
                    let text = flags.text();
                    if c == ':' {
                        let start = self.out.len();
                        self.begin(start, &format!("(?{text}:"))?;
                    } else {
                        self.out.extend(["(?", &text, ")"]);
                    }
                    self.flags = flags;
                    return Ok(());
                }
                _ => return Err(UNKNOWN),
            }
        }
        Err(UNKNOWN)
    }

    fn escape(&mut self) -> Result<(), &'static str> {
        match escape::read(self.rest)? {
            (Escaped::Assertion(piece) | Escaped::Class(piece), rest) => {
                self.rest = rest;
                self.push_atom(&piece);
            }
            (Escaped::Char(c), rest) => {
                self.rest = rest;
                self.push_atom(&escape::literal(c));
            }
            (Escaped::Quoted(text), rest) => {
                self.rest = rest;
                for c in text.chars() {
                    self.push_atom(&escape::literal(c.into()));
                }
            }
        }
        Ok(())
    }
}

// === impl Flags ===

impl Flags {
    /// Turns the flag `letter` on or off; `false` when there is no such flag.
    fn set(&mut self, letter: char, on: bool) -> bool {
        let flag = FLAGS.iter().position(|flag| *flag == letter);
        match flag.and_then(|flag| self.0.get_mut(flag)) {
            Some(flag) => {
                *flag = on;
                true
            }
            None => false,
        }
    }

    /// All flags, those that are on before those that are off.
    fn text(self) -> String {
        let letters = |on| FLAGS.iter().zip(self.0).filter(move |(_, is)| *is == on);
        let mut text: String = letters(true).map(|(letter, _)| letter).collect();
        let off: String = letters(false).map(|(letter, _)| letter).collect();
        if !off.is_empty() {
            text.extend(["-", &off]);
        }
        text
    }
}

// === impl Counts ===

impl Counts {
    fn read(text: &str) -> Option<(Self, &str)> {
        let (min, rest) = number(text.strip_prefix('{')?)?;
        let (max, rest) = match rest.strip_prefix(',') {
            None => (Some(min), rest),
            Some(rest) if rest.starts_with('}') => (None, rest),
            Some(rest) => {
                let (max, rest) = number(rest)?;
                (Some(max), rest)
            }
        };
        Some((Self { min, max }, rest.strip_prefix('}')?))
    }

    fn text(self) -> String {
        match self.max {
            None => format!("{{{},}}", self.min),
            Some(max) => format!("{{{},{max}}}", self.min),
        }
    }
}

/// A decimal number without leading zeros, and what follows it.
fn number(text: &str) -> Option<(u64, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    if digits.is_empty() || (digits.len() > 1 && digits.starts_with('0')) {
        return None;
    }
    Some((digits.parse().unwrap_or(HUGE).min(HUGE), rest))
}
