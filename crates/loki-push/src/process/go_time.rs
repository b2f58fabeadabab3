//! Go's time layouts: `2006-01-02 15:04:05` and everything that may stand in them.
//!
//! Source: the documentation of Go's package `time`; what is accepted here is what its parser accepts. Time zones by name
//! come from the system's database, or from one compiled in where the system has none that can be read.

mod chunk;
mod parse;

use jiff::tz::{Disambiguation, TimeZone};

use crate::Timestamp;
use crate::docker_time::days;

pub(super) use parse::Layout;

/// A moment as a layout read it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fields {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    pub(super) nanos: u32,
    pub(super) zone: Zone,
}

/// What was said about the zone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Zone {
    /// Nothing.
    #[default]
    Unsaid,
    /// Seconds east of Greenwich.
    Offset(i64),
    /// An abbreviation.
    Name(String),
}

// === impl Fields ===

impl Fields {
    /// The moment, where `location` is the zone of times that name none.
    pub(super) fn resolve(&self, location: &TimeZone) -> Timestamp {
        let naive = self.naive_seconds();
        let offset = match &self.zone {
            Zone::Offset(offset) => *offset,
            Zone::Name(name) => named_offset(location, name, naive).unwrap_or_default(),
            Zone::Unsaid => self.local_offset(location).unwrap_or_default(),
        };
        Timestamp {
            seconds: naive - offset,
            nanos: self.nanos,
        }
    }

    fn naive_seconds(&self) -> i64 {
        days(self.year, self.month, self.day) * 86_400
            + self.hour * 3600
            + self.minute * 60
            + self.second
    }

    /// The offset of a civil time. Where clocks jump, the one before the jump holds.
    fn local_offset(&self, location: &TimeZone) -> Option<i64> {
        let date = jiff::civil::DateTime::new(
            i16::try_from(self.year).ok()?,
            i8::try_from(self.month).ok()?,
            i8::try_from(self.day).ok()?,
            i8::try_from(self.hour).ok()?,
            i8::try_from(self.minute).ok()?,
            i8::try_from(self.second).ok()?,
            0,
        );
        let moment = location
            .to_ambiguous_timestamp(date.ok()?)
            .disambiguate(Disambiguation::Earlier)
            .ok()?;
        // In a gap jiff goes back by its length; Go counts with the offset after the jump, which is the same moment.
        Some(self.naive_seconds() - moment.as_second())
    }
}

/// The offset that an abbreviation has in a zone around a time; None if it is none of that zone's.
fn named_offset(location: &TimeZone, name: &str, naive: i64) -> Option<i64> {
    /// Half a year in steps of a month sees both halves of a year with summer time.
    const MONTH: i64 = 30 * 86_400;
    (0..=12)
        .flat_map(|months| [naive - months * MONTH, naive + months * MONTH])
        .find_map(|at| {
            let moment = jiff::Timestamp::from_second(at).ok()?;
            let info = location.to_offset_info(moment);
            (info.abbreviation() == name).then(|| i64::from(info.offset().seconds()))
        })
}
