//! Sizes as the language writes them: `512B`, `1MiB`, `1.5KB`. `KB` and `KiB` both mean 1024 bytes.
//!
//! 64 bits with a sign. Parts are added, so `1MiB512KiB` is a size, and is how one and a half MiB is shown.

use std::fmt;
use std::str::FromStr;

use crate::convert::{FromValue, Mismatch, Reason, ToValue, excerpt, text_of};
use crate::value::Value;

/// A number is refused that, without its last digit, reaches this: what follows could pass 2^63.
const MOST: u64 = ((1 << 63) - 10) / 10;

const PREFIXES: [&str; 7] = ["", "K", "M", "G", "T", "P", "E"];

/// A number of bytes, possibly negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(i64);

/// Text that is no size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is not a size such as \"512B\" or \"1MiB\" (units: B, KiB, MiB, GiB, TiB, PiB, EiB)", excerpt(.0))]
pub struct SizeError(String);

// === impl Bytes ===

impl Bytes {
    /// So many bytes.
    pub const fn new(bytes: i64) -> Self {
        Self(bytes)
    }

    /// So many KiB.
    pub const fn kib(count: u32) -> Self {
        Self((count as i64) << 10)
    }

    /// So many MiB.
    pub const fn mib(count: u32) -> Self {
        Self((count as i64) << 20)
    }

    /// The number of bytes.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The number of bytes; `None` if negative.
    pub fn to_u64(self) -> Option<u64> {
        u64::try_from(self.0).ok()
    }
}

impl FromStr for Bytes {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<Self, SizeError> {
        parse(text, "iB")
            .or_else(|| parse(text, "B"))
            .map(Self)
            .ok_or_else(|| SizeError(text.to_owned()))
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0B");
        }
        let mut rest = self.0;
        let mut parts = Vec::new();
        for prefix in PREFIXES {
            let unit = if prefix.is_empty() { "B" } else { "iB" };
            match rest % 1024 {
                0 => {}
                part => parts.push(format!("{part}{prefix}{unit}")),
            }
            rest /= 1024;
        }
        parts.iter().rev().try_for_each(|part| f.write_str(part))
    }
}

/// Adds up the parts of a size whose units above the byte end in `suffix`.
#[expect(
    clippy::cast_possible_truncation,
    reason = "saturates for 2^63, and what lies beyond was refused"
)]
fn parse(text: &str, suffix: &str) -> Option<i64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let number = rest.find(|c: char| c != '.' && !c.is_ascii_digit())?;
        let (number, after) = rest.split_at(number);
        let end = after
            .find(|c: char| c == '.' || c.is_ascii_digit())
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        total += parse_number(number)? * scale(unit, suffix)?;
        rest = after;
    }
    let total = sign * total;
    let limit = 2_f64.powi(63);
    if total < -limit || total > limit {
        return None;
    }
    // 8EiB is exactly 2^63 and wraps to the smallest number, as it does in Alloy.
    Some(if total < limit {
        total as i64
    } else {
        i64::MIN
    })
}

/// Digits with at most one point and at least one digit, not too many on either side.
fn parse_number(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let read = |digits: &str| -> Option<f64> {
        if digits.is_empty() {
            return Some(0.0);
        }
        let value: u64 = digits.parse().ok()?;
        (value / 10 < MOST).then_some(value as f64)
    };
    let shift = 10_f64.powi(i32::try_from(fraction.len()).ok()?);
    Some(read(whole)? + read(fraction)? / shift)
}

fn scale(unit: &str, suffix: &str) -> Option<f64> {
    if unit == "B" {
        return Some(1.0);
    }
    let prefix = unit.strip_suffix(suffix)?;
    let power = PREFIXES.iter().skip(1).position(|known| *known == prefix)?;
    Some(1024_f64.powi(i32::try_from(power).ok()? + 1))
}

impl FromValue for Bytes {
    const NAME: &'static str = "size";

    fn from_value(value: &Value) -> Result<Self, Mismatch> {
        match value {
            Value::Null => Ok(Self::default()),
            value => {
                let text = text_of(value).map_err(|wrong| match wrong.reason {
                    Reason::Type { .. } => Mismatch::type_of(value, "size"),
                    _ => wrong,
                })?;
                text.parse()
                    .map_err(|wrong: SizeError| Mismatch::invalid(wrong.to_string()))
            }
        }
    }
}

impl ToValue for Bytes {
    fn to_value(&self) -> Value {
        Value::from(self.to_string())
    }

    fn is_hidden(&self, default: &Self) -> bool {
        self == default
    }
}
