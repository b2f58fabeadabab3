//! How long a probe may take: the scraper's patience, an offset, and the module's own limit.

use std::time::Duration;

/// The time where nobody says: blackbox_exporter's.
const DEFAULT: f64 = 120.0;

/// The limit of a probe. `header` is what the scraper says of its patience; `Err` where that is no number.
///
/// The rule is the real exporter's, also where it is odd: patience below the offset leaves the module's limit alone.
pub(super) fn deadline(
    header: Option<&str>,
    offset: f64,
    module: Option<Duration>,
) -> Result<Duration, String> {
    let patience = match header {
        None => DEFAULT,
        Some(text) => match text.parse::<f64>() {
            Ok(0.0) => DEFAULT,
            Ok(seconds) if seconds.is_finite() => seconds,
            _ => return Err(format!("{text:?} is no number of seconds")),
        },
    };
    let most = patience - offset;
    let own = module.unwrap_or_default();
    let seconds = own.as_secs_f64();
    if (seconds > 0.0 && seconds < most) || most < 0.0 {
        return Ok(own);
    }
    Ok(Duration::try_from_secs_f64(most).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_are_the_real_exporters() {
        let millis = |header, own: f64| {
            let module = (own > 0.0).then(|| Duration::from_secs_f64(own));
            deadline(header, 0.5, module).unwrap().as_millis()
        };
        assert_eq!(millis(None, 0.0), 119_500);
        assert_eq!(millis(None, 5.0), 5_000);
        assert_eq!(millis(Some("10"), 0.0), 9_500);
        assert_eq!(millis(Some("10"), 5.0), 5_000);
        assert_eq!(
            millis(Some("10"), 60.0),
            9_500,
            "a module cannot outlive the scrape"
        );
        assert_eq!(millis(Some("0"), 0.0), 119_500);
        assert_eq!(millis(Some("0.3"), 5.0), 5_000, "patience below the offset");
        assert_eq!(millis(Some("0.3"), 0.0), 0);
        assert!(deadline(Some("soon"), 0.5, None).is_err());
    }
}
