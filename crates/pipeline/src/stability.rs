//! How finished something is, and how unfinished things a user allows.

use std::fmt;
use std::str::FromStr;

/// The levels of Alloy's `--stability.level`; more finished is greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stability {
    /// May change or go away.
    Experimental,
    /// Nearly done.
    PublicPreview,
    /// Done.
    #[default]
    GenerallyAvailable,
}

/// A stability level that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown stability level {0:?}; it is one of \"generally-available\", \"public-preview\", \"experimental\""
)]
pub struct UnknownStability(String);

// === impl Stability ===

impl Stability {
    /// Whether something that is `needed` finished may be used when the user allows `self`.
    pub fn allows(self, needed: Self) -> bool {
        needed >= self
    }
}

impl fmt::Display for Stability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Experimental => "experimental",
            Self::PublicPreview => "public-preview",
            Self::GenerallyAvailable => "generally-available",
        })
    }
}

impl FromStr for Stability {
    type Err = UnknownStability;

    fn from_str(text: &str) -> Result<Self, UnknownStability> {
        [
            Self::Experimental,
            Self::PublicPreview,
            Self::GenerallyAvailable,
        ]
        .into_iter()
        .find(|level| level.to_string() == text)
        .ok_or_else(|| UnknownStability(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lower_level_allows_everything_above_it() {
        assert!(Stability::Experimental.allows(Stability::GenerallyAvailable));
        assert!(!Stability::GenerallyAvailable.allows(Stability::PublicPreview));
        assert_eq!("public-preview".parse(), Ok(Stability::PublicPreview));
        assert!("stable".parse::<Stability>().is_err());
    }
}
