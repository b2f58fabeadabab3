//! `stage.timestamp`: the time that a line itself has.
//!
//! Two settings invent times: a line without one gets the last time of its stream and a nanosecond, and so does a line
//! with the same time as the one before. They are Alloy's defaults; where they strike, a line that is read again after a
//! crash may get another time.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use tokio::time::Instant;

use super::required;
use crate::Timestamp;
use crate::process::chain::Stage;
use crate::process::config::{OnFailure, StageError, TimestampConfig};
use crate::process::go_time::{Fields, Layout};
use crate::process::item::Item;

/// Streams whose last time is remembered.
const REMEMBERED: usize = 10_000;

type Key = (Vec<(String, String)>, usize, u8);

/// Sets times.
pub(super) struct TimestampStage {
    source: String,
    formats: Vec<Format>,
    location: TimeZone,
    on_failure: OnFailure,
    fudge_duplicates: bool,
    last: HashMap<Key, Last>,
}

/// The last time of a stream: as it stood in the line, and as it was given.
#[derive(Clone, Copy, Debug)]
struct Last {
    read: Timestamp,
    given: Timestamp,
}

#[derive(Clone, Debug)]
enum Format {
    /// Seconds with a fraction.
    Unix,
    /// Whole numbers; so many nanoseconds each.
    Scaled(i64),
    /// A layout of Go's own: times without a zone are UTC.
    Named(Layout),
    Custom {
        layout: Layout,
        /// The year is the current one.
        without_year: bool,
    },
}

// === impl TimestampStage ===

impl TimestampStage {
    pub(super) fn new(config: &TimestampConfig) -> Result<Self, StageError> {
        required("source", &config.source)?;
        required("format", &config.format)?;
        let location = match config.location.as_str() {
            "" | "UTC" => TimeZone::UTC,
            "Local" => TimeZone::system(),
            name => TimeZone::get(name).map_err(|_| {
                StageError::of("location", format!("there is no time zone {name:?}"))
            })?,
        };
        let formats = std::iter::once(&config.format).chain(&config.fallback_formats);
        Ok(Self {
            source: config.source.clone(),
            formats: formats.map(|format| Format::new(format)).collect(),
            location,
            on_failure: config.on_failure,
            fudge_duplicates: config.fudge_duplicates,
            last: HashMap::new(),
        })
    }

    fn stamp(&mut self, item: &mut Item) {
        let read = item.input(Some(&self.source)).and_then(|text| {
            self.formats
                .iter()
                .find_map(|f| f.read(&text, &self.location))
        });
        let remembers = self.fudge_duplicates || self.on_failure == OnFailure::Fudge;
        if !remembers {
            if let Some(read) = read {
                item.timestamp = read;
            }
            return;
        }
        let key = item.stream();
        let last = self.last.get(&key).copied();
        let next = match (read, last) {
            (Some(read), Some(last)) if self.fudge_duplicates && last.read == read => Last {
                read,
                given: last.given.plus_nanos(1),
            },
            (Some(read), _) => Last { read, given: read },
            (None, Some(last)) if self.on_failure == OnFailure::Fudge => Last {
                read: last.read,
                given: last.given.plus_nanos(1),
            },
            (None, _) => return,
        };
        item.timestamp = next.given;
        if self.last.len() >= REMEMBERED && !self.last.contains_key(&key) {
            self.last.clear();
        }
        self.last.insert(key, next);
    }
}

impl Stage for TimestampStage {
    fn run(&mut self, items: &mut Vec<Item>, _now: Instant) {
        for item in items {
            self.stamp(item);
        }
    }
}

// === impl Format ===

impl Format {
    fn new(format: &str) -> Self {
        let named = match format {
            "Unix" => return Self::Unix,
            "UnixMs" => return Self::Scaled(1_000_000),
            "UnixUs" => return Self::Scaled(1000),
            "UnixNs" => return Self::Scaled(1),
            "ANSIC" => "Mon Jan _2 15:04:05 2006",
            "UnixDate" => "Mon Jan _2 15:04:05 MST 2006",
            "RubyDate" => "Mon Jan 02 15:04:05 -0700 2006",
            "RFC822" => "02 Jan 06 15:04 MST",
            "RFC822Z" => "02 Jan 06 15:04 -0700",
            "RFC850" => "Monday, 02-Jan-06 15:04:05 MST",
            "RFC1123" => "Mon, 02 Jan 2006 15:04:05 MST",
            "RFC1123Z" => "Mon, 02 Jan 2006 15:04:05 -0700",
            "RFC3339" => "2006-01-02T15:04:05Z07:00",
            "RFC3339Nano" => "2006-01-02T15:04:05.999999999Z07:00",
            custom => {
                return Self::Custom {
                    layout: Layout::new(custom),
                    without_year: !custom.contains("06"),
                };
            }
        };
        Self::Named(Layout::new(named))
    }

    fn read(&self, text: &str, location: &TimeZone) -> Option<Timestamp> {
        match self {
            Self::Unix => unix(text),
            Self::Scaled(unit) => {
                let number: i64 = text.parse().ok()?;
                let wide = i128::from(number) * i128::from(*unit);
                Some(Timestamp {
                    seconds: i64::try_from(wide.div_euclid(1_000_000_000)).ok()?,
                    nanos: u32::try_from(wide.rem_euclid(1_000_000_000)).ok()?,
                })
            }
            Self::Named(layout) => Some(layout.read(text)?.resolve(&TimeZone::UTC)),
            Self::Custom {
                layout,
                without_year,
            } => {
                let mut fields: Fields = layout.read(text)?;
                if *without_year {
                    fields.year = this_year();
                }
                Some(fields.resolve(location))
            }
        }
    }
}

/// Seconds; a fraction counts forward even from a negative number, as in Alloy.
fn unix(text: &str) -> Option<Timestamp> {
    let (seconds, fraction) = match text.split_once('.') {
        Some((seconds, fraction)) => (seconds, Some(fraction)),
        None => (text, None),
    };
    let nanos = match fraction {
        None => 0,
        Some(digits) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{digits:0<9}").get(..9)?.parse().ok()?
        }
        Some(_) => return None,
    };
    Some(Timestamp {
        seconds: seconds.parse().ok()?,
        nanos,
    })
}

fn this_year() -> i64 {
    i64::from(jiff::Timestamp::now().to_zoned(TimeZone::UTC).year())
}
