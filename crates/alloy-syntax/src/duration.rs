//! Durations as the language writes them: `1h30m`, `1.5s`, `250ms`. No days.
//!
//! Nanoseconds in 64 bits with a sign, since the language accepts negative durations and components decide what they
//! mean. Text follows Go's `time` package: parts in any order and repeated are added, fractions are cut at a nanosecond,
//! and 5400 s are shown as `1h30m0s`.

use std::fmt;
use std::str::FromStr;

use crate::convert::{FromValue, Mismatch, Reason, ToValue, excerpt, text_of};
use crate::value::Value;

/// A span of time, possibly negative, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(i64);

/// Text that is no duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is not a duration such as \"15s\" or \"1h30m\" (units: h, m, s, ms, us, ns)", excerpt(.0))]
pub struct DurationError(String);

// === impl Duration ===

impl Duration {
    /// So many nanoseconds.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// So many milliseconds.
    pub const fn from_millis(millis: u32) -> Self {
        Self(millis as i64 * 1_000_000)
    }

    /// So many seconds.
    pub const fn from_secs(seconds: u32) -> Self {
        Self(seconds as i64 * 1_000_000_000)
    }

    /// The nanoseconds.
    pub const fn as_nanos(self) -> i64 {
        self.0
    }

    /// As an unsigned duration; `None` if negative.
    pub fn to_std(self) -> Option<std::time::Duration> {
        u64::try_from(self.0)
            .ok()
            .map(std::time::Duration::from_nanos)
    }

    /// As an unsigned duration, negative ones as zero.
    pub fn to_std_or_zero(self) -> std::time::Duration {
        self.to_std().unwrap_or_default()
    }
}

impl FromStr for Duration {
    type Err = DurationError;

    fn from_str(text: &str) -> Result<Self, DurationError> {
        parse(text)
            .map(Self)
            .ok_or_else(|| DurationError(text.to_owned()))
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        let (unit, scale) = match nanos {
            0 => return f.write_str("0s"),
            1..1_000 => ("ns", 1),
            1_000..1_000_000 => ("µs", 1_000),
            1_000_000..1_000_000_000 => ("ms", 1_000_000),
            _ => {
                let (minutes, rest) = (nanos / 60_000_000_000, nanos % 60_000_000_000);
                f.write_str(sign)?;
                if minutes >= 60 {
                    write!(f, "{}h", minutes / 60)?;
                }
                if minutes > 0 {
                    write!(f, "{}m", minutes % 60)?;
                }
                return write!(f, "{}s", decimal(rest, 1_000_000_000));
            }
        };
        write!(f, "{sign}{}{unit}", decimal(nanos, scale))
    }
}

/// `value / scale` without trailing zeros.
fn decimal(value: u64, scale: u64) -> String {
    let digits = scale.ilog10() as usize;
    let text = format!("{}.{:0digits$}", value / scale, value % scale);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn parse(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0_u64;
    while !rest.is_empty() {
        let (part, after) = parse_part(rest)?;
        total = total.checked_add(part).filter(|total| *total <= 1 << 63)?;
        rest = after;
    }
    if negative {
        Some(0_i64.wrapping_sub_unsigned(total))
    } else {
        i64::try_from(total).ok()
    }
}

/// One number with its unit, in nanoseconds, and the text after it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a fraction of a unit: not negative and below 2^42"
)]
fn parse_part(text: &str) -> Option<(u64, &str)> {
    let (whole, after) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
    let (fraction, after) = match after.strip_prefix('.') {
        Some(after) => after.split_at(after.bytes().take_while(u8::is_ascii_digit).count()),
        None => ("", after),
    };
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let end = after
        .find(|c: char| c == '.' || c.is_ascii_digit())
        .unwrap_or(after.len());
    let (unit, rest) = after.split_at(end);
    let scale: u64 = match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    };
    let whole: u64 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    let mut nanos = whole.checked_mul(scale).filter(|nanos| *nanos <= 1 << 63)?;
    // Digits beyond what 63 bits hold cannot change a nanosecond.
    let kept = fraction.get(..fraction.len().min(18)).unwrap_or(fraction);
    if !kept.is_empty() {
        let digits: u64 = kept.parse().ok()?;
        let divisor = 10_f64.powi(i32::try_from(kept.len()).unwrap_or(18));
        nanos = nanos.checked_add((digits as f64 * (scale as f64 / divisor)) as u64)?;
    }
    Some((nanos, rest))
}

impl FromValue for Duration {
    const NAME: &'static str = "duration";

    fn from_value(value: &Value) -> Result<Self, Mismatch> {
        match value {
            Value::Null => Ok(Self::default()),
            value => {
                let text = text_of(value).map_err(|wrong| match wrong.reason {
                    Reason::Type { .. } => Mismatch::type_of(value, "duration"),
                    _ => wrong,
                })?;
                text.parse()
                    .map_err(|wrong: DurationError| Mismatch::invalid(wrong.to_string()))
            }
        }
    }
}

impl ToValue for Duration {
    fn to_value(&self) -> Value {
        Value::from(self.to_string())
    }

    fn is_hidden(&self, default: &Self) -> bool {
        self == default
    }
}

impl FromValue for std::time::Duration {
    const NAME: &'static str = "duration";

    fn from_value(value: &Value) -> Result<Self, Mismatch> {
        let duration = Duration::from_value(value)?;
        duration
            .to_std()
            .ok_or_else(|| Mismatch::invalid(format!("{duration} is negative")))
    }
}

impl ToValue for std::time::Duration {
    fn to_value(&self) -> Value {
        Duration(i64::try_from(self.as_nanos()).unwrap_or(i64::MAX)).to_value()
    }

    fn is_hidden(&self, default: &Self) -> bool {
        self == default
    }
}
