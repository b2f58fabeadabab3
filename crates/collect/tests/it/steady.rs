//! The steady state allocates nothing: not per line, and not per scrape.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use outpost_collect::{
    PageFormat, PageInput, ScrapeBuffers, ScrapeOptions, TargetScrape, TextFormat,
};
use outpost_model::{
    AppendError, Batch, Generation, Labels, Metadata, MetricsReceiver, Relabel, Resolution,
    RuleConfig, Rules, SeriesId, TargetNames,
};

/// A receiver that keeps nothing.
struct Drain;

impl MetricsReceiver for Drain {
    fn generation(&self) -> Generation {
        Generation(1)
    }

    fn resolve(&self, labels: &Labels, _: Option<&Arc<Metadata>>) -> Resolution {
        let digits = labels.get("n").unwrap_or_default();
        Resolution::Series(SeriesId(digits.parse().unwrap_or(u32::MAX)))
    }

    fn release(&self, _: Generation, _: &[SeriesId]) {}

    fn append(&self, batch: &Batch<'_>) -> Result<(), AppendError> {
        assert_eq!(batch.series.len(), batch.values.len());
        Ok(())
    }
}

fn page(series: usize, step: usize, eof: &str) -> String {
    let mut page = String::from("# HELP m_total Help.\n# TYPE m_total counter\n");
    for n in 0..series {
        // Every kind of number a page has.
        let value = match n % 4 {
            0 => format!("{}", n + step),
            1 => format!("{}.5e-3", n * step),
            2 => "NaN".to_owned(),
            _ => format!("-{n}.{step:03}"),
        };
        let _ = writeln!(page, "m_total{{path=\"/a,b=}}\\\"{n}\",n=\"{n}\"}} {value}");
    }
    page + eof
}

fn allocations(format: TextFormat, eof: &str, receiver: Arc<dyn MetricsReceiver>) -> u64 {
    let labels = Labels::from_pairs([("job", "lab"), ("instance", "here")]);
    let mut target = TargetScrape::new(Arc::new(ScrapeOptions::default()), labels, receiver);
    let mut buffers = ScrapeBuffers::default();
    let mut scrape = |body: &str, now_ms| {
        let input = PageInput::Page {
            body: body.as_bytes(),
            format: Ok(PageFormat::Text(format)),
        };
        let scraped = target.scrape(&mut buffers, &input, now_ms, || Duration::ZERO);
        assert_eq!((scraped.error, scraped.samples), (None, 1000));
    };
    scrape(&page(1000, 1, eof), 1000);
    scrape(&page(1000, 2, eof), 2000);
    let third = page(1000, 3, eof);
    allocation_counter::measure(|| scrape(&third, 3000)).count_total
}

#[test]
fn a_scrape_of_known_series_allocates_nothing() {
    assert_eq!(allocations(TextFormat::Prometheus, "", Arc::new(Drain)), 0);
    assert_eq!(
        allocations(TextFormat::OpenMetrics, "# EOF\n", Arc::new(Drain)),
        0
    );
}

#[test]
fn a_scrape_through_rules_allocates_nothing() {
    let rule = RuleConfig {
        target_label: "zone".to_owned(),
        replacement: "eu".to_owned(),
        ..RuleConfig::default()
    };
    let rules = Rules::compile([&rule], TargetNames::Legacy).expect("is a rule");
    let relabel = Arc::new(Relabel::new(rules, Arc::new(Drain)));
    assert_eq!(allocations(TextFormat::Prometheus, "", relabel), 0);
}
