//! `fmt.Sprintf`: the verbs, flags, widths, precisions and argument indexes, and what a wrong verb prints.
//!
//! Nothing fails: a verb that does not fit its argument prints `%!d(string=x)`, a missing argument `%!d(MISSING)`, one
//! too many `%!(EXTRA int=1)`. Left out is what nobody configures with: `%p`, `#` before `%g`, `%e` and `%f`, and a
//! precision of a float in base sixteen.

mod verbs;

use super::pad::Flags;
use verbs::print;

/// Widths and precisions beyond this are refused by Go.
const MAX_WIDTH: usize = 1_000_000;

/// What can be printed.
#[derive(Clone, Debug)]
pub(crate) enum Arg {
    Nil,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Text(std::sync::Arc<str>),
    List(Vec<Arg>),
    /// Ordered by name.
    Map(Vec<(std::sync::Arc<str>, Arg)>),
    /// Something that only has a name.
    Opaque(&'static str),
}

/// The text, or `None` if it would be longer than `limit`.
pub(crate) fn sprintf(format: &str, arguments: &[Arg], limit: usize) -> Option<String> {
    let mut printer = Printer {
        out: String::new(),
        arguments,
        next: 0,
        reordered: false,
        index_is_good: true,
    };
    let mut rest = format;
    while let Some((before, after)) = rest.split_once('%') {
        printer.out.push_str(before);
        let (flags, after) = printer.flags(after);
        rest = match after.chars().next() {
            None => {
                printer.out.push_str("%!(NOVERB)");
                ""
            }
            Some(verb) => {
                printer.verb(verb, flags);
                after.get(verb.len_utf8()..).unwrap_or_default()
            }
        };
        if printer.out.len() > limit {
            return None;
        }
    }
    printer.out.push_str(rest);
    printer.extra();
    (printer.out.len() <= limit).then_some(printer.out)
}

/// As `%v` prints it.
pub(crate) fn plain(argument: &Arg) -> String {
    let mut out = String::new();
    print(argument, 'v', Flags::default(), &mut out);
    out
}

struct Printer<'a> {
    out: String,
    arguments: &'a [Arg],
    next: usize,
    /// Whether an argument was chosen by index; extra ones are not reported then.
    reordered: bool,
    /// Whether the index of the verb at hand names an argument.
    index_is_good: bool,
}

// === impl Arg ===

impl Arg {
    /// The name of its type.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Nil => "<nil>",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Uint(_) => "uint64",
            Self::Float(_) => "float64",
            Self::Text(_) => "string",
            Self::List(_) => "[]interface {}",
            Self::Map(_) => "map[string]interface {}",
            Self::Opaque(name) => name,
        }
    }
}

// === impl Printer ===

impl Printer<'_> {
    /// Reads all that may stand before a verb.
    fn flags<'t>(&mut self, text: &'t str) -> (Flags, &'t str) {
        self.index_is_good = true;
        let mut flags = Flags::default();
        let end = text
            .find(|c| !matches!(c, '#' | '0' | '+' | '-' | ' '))
            .unwrap_or(text.len());
        let (marks, rest) = text.split_at(end);
        for mark in marks.chars() {
            match mark {
                '#' => flags.sharp = true,
                '0' => flags.zero = true,
                '+' => flags.plus = true,
                '-' => flags.minus = true,
                _ => flags.space = true,
            }
        }
        let (mut indexed, mut rest) = self.index(rest);
        if let Some(after) = rest.strip_prefix('*') {
            rest = after;
            match self.number() {
                Some(width) => {
                    flags.minus |= width < 0;
                    flags.width = usize::try_from(width.unsigned_abs()).ok();
                }
                None => self.out.push_str("%!(BADWIDTH)"),
            }
            indexed = false;
        } else {
            let (width, after) = read_number(rest);
            self.index_is_good &= !(indexed && width.is_some());
            (flags.width, rest) = (width, after);
        }
        if let Some(after) = rest.strip_prefix('.') {
            self.index_is_good &= !indexed;
            (indexed, rest) = self.index(after);
            if let Some(after) = rest.strip_prefix('*') {
                rest = after;
                flags.precision = self
                    .number()
                    .and_then(|precision| usize::try_from(precision).ok());
                if flags.precision.is_none() {
                    self.out.push_str("%!(BADPREC)");
                }
                indexed = false;
            } else {
                let (precision, after) = read_number(rest);
                flags.precision = Some(precision.unwrap_or_default());
                rest = after;
            }
        }
        if !indexed {
            (_, rest) = self.index(rest);
        }
        flags.zero &= !flags.minus;
        (flags, rest)
    }

    /// Reads an argument index such as `[2]`; whether a well-formed one stood there.
    fn index<'t>(&mut self, text: &'t str) -> (bool, &'t str) {
        if !text.starts_with('[') {
            return (false, text);
        }
        self.reordered = true;
        let Some(end) = text.find(']') else {
            self.index_is_good = false;
            return (false, text.get(1..).unwrap_or_default());
        };
        let (inside, after) = (
            text.get(1..end).unwrap_or_default(),
            text.get(end + 1..).unwrap_or_default(),
        );
        let (index, junk) = read_number(inside);
        match index {
            Some(index) if junk.is_empty() => {
                if index >= 1 && index <= self.arguments.len() {
                    self.next = index - 1;
                } else {
                    self.index_is_good = false;
                }
                (true, after)
            }
            _ => {
                self.index_is_good = false;
                (false, after)
            }
        }
    }

    /// The next argument as a width or precision.
    fn number(&mut self) -> Option<i64> {
        let argument = self.arguments.get(self.next)?;
        self.next += 1;
        match argument {
            Arg::Int(number) if number.unsigned_abs() <= MAX_WIDTH as u64 => Some(*number),
            _ => None,
        }
    }

    fn verb(&mut self, verb: char, mut flags: Flags) {
        if verb == '%' {
            self.out.push('%');
        } else if !self.index_is_good {
            self.out
                .extend(["%!", verb.encode_utf8(&mut [0; 4]), "(BADINDEX)"]);
        } else if let Some(argument) = self.arguments.get(self.next) {
            self.next += 1;
            if verb == 'v' {
                flags.as_source = flags.sharp;
                (flags.sharp, flags.plus) = (false, false);
            }
            print(argument, verb, flags, &mut self.out);
        } else {
            self.out
                .extend(["%!", verb.encode_utf8(&mut [0; 4]), "(MISSING)"]);
        }
    }

    /// Reports the arguments that no verb used.
    fn extra(&mut self) {
        let unused = self.arguments.get(self.next..).unwrap_or_default();
        if self.reordered || unused.is_empty() {
            return;
        }
        let shown: Vec<String> = unused
            .iter()
            .map(|argument| match argument {
                Arg::Nil => "<nil>".to_owned(),
                other => format!("{}={}", other.type_name(), plain(other)),
            })
            .collect();
        self.out.extend(["%!(EXTRA ", &shown.join(", "), ")"]);
    }
}

/// Reads digits. A number beyond what Go allows takes all the text with it.
fn read_number(text: &str) -> (Option<usize>, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if digits.is_empty() {
        return (None, rest);
    }
    match digits.parse::<usize>() {
        Ok(number) if number <= MAX_WIDTH => (Some(number), rest),
        _ => (None, ""),
    }
}

#[cfg(test)]
mod tests;
