//! A page's way into a batch: parsing alone, the steady state, first sight, churn, rules; `prometheus-parse` beside it.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a bench stops at the first surprise"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use outpost_benches::{churned, text_page};
use outpost_collect::{
    PageFormat, PageInput, Parser, ScrapeBuffers, ScrapeOptions, TargetScrape, TextFormat,
};
use outpost_model::{
    Action, AppendError, Batch, Generation, Labels, Metadata, MetricsReceiver, Relabel, Resolution,
    RuleConfig, Rules, SeriesId, TargetNames,
};

const SERIES: usize = 10_000;

/// A receiver that numbers series and looks at nothing else.
#[derive(Default)]
struct Drain(AtomicU32);

impl MetricsReceiver for Drain {
    fn generation(&self) -> Generation {
        Generation(1)
    }

    fn resolve(&self, labels: &Labels, _: Option<&Arc<Metadata>>) -> Resolution {
        black_box(labels);
        Resolution::Series(SeriesId(self.0.fetch_add(1, Ordering::Relaxed)))
    }

    fn release(&self, _: Generation, _: &[SeriesId]) {}

    fn append(&self, batch: &Batch<'_>) -> Result<(), AppendError> {
        black_box(batch.values);
        Ok(())
    }
}

fn target(receiver: Arc<dyn MetricsReceiver>) -> TargetScrape {
    let labels = Labels::from_pairs([("job", "bench"), ("instance", "127.0.0.1:9100")]);
    TargetScrape::new(Arc::new(ScrapeOptions::default()), labels, receiver)
}

fn scrape(target: &mut TargetScrape, buffers: &mut ScrapeBuffers, page: &str) {
    let input = PageInput::Page {
        body: page.as_bytes(),
        format: Ok(PageFormat::Text(TextFormat::Prometheus)),
    };
    let scraped = target.scrape(buffers, &input, 1_000_000, || Duration::ZERO);
    assert!(scraped.error.is_none());
}

fn rules() -> Rules {
    let keep = RuleConfig {
        action: Action::Drop,
        source_labels: Some(vec!["__name__".to_owned()]),
        regex: "go_.*|process_.*|jvm_gc_.*".to_owned(),
        ..RuleConfig::default()
    };
    let env = RuleConfig {
        target_label: "env".to_owned(),
        replacement: "dev".to_owned(),
        ..RuleConfig::default()
    };
    let job = RuleConfig {
        source_labels: Some(vec!["job".to_owned(), "uri".to_owned()]),
        regex: "([^;]+);/api/(v[0-9]+)/.*".to_owned(),
        target_label: "job".to_owned(),
        replacement: "${1}_$2".to_owned(),
        ..RuleConfig::default()
    };
    let names = RuleConfig {
        action: Action::LabelDrop,
        regex: "outcome|error".to_owned(),
        ..RuleConfig::default()
    };
    Rules::compile([&keep, &env, &job, &names], TargetNames::Legacy).expect("they are rules")
}

fn parse(criterion: &mut Criterion) {
    let page = text_page(SERIES, 7);
    let mut group = criterion.benchmark_group("parse");
    group.throughput(Throughput::Bytes(page.len() as u64));
    group.bench_function("outpost", |bencher| {
        bencher.iter(|| {
            let mut parser = Parser::new(page.as_bytes(), TextFormat::Prometheus);
            while let Some(entry) = parser.next() {
                black_box(entry.expect("the page is good"));
            }
        });
    });
    group.sample_size(10);
    group.bench_function("prometheus-parse", |bencher| {
        bencher.iter(|| {
            let lines = page.lines().map(|line| Ok(line.to_owned()));
            black_box(prometheus_parse::Scrape::parse(lines).expect("the page is good"))
        });
    });
    group.finish();
}

fn to_batch(criterion: &mut Criterion) {
    let pages = [text_page(SERIES, 7), text_page(SERIES, 8)];
    let mut group = criterion.benchmark_group("scrape to batch");
    group.throughput(Throughput::Bytes(pages[0].len() as u64));
    let mut buffers = ScrapeBuffers::default();
    group.bench_function("steady state", |bencher| {
        let mut target = target(Arc::new(Drain::default()));
        scrape(&mut target, &mut buffers, &pages[0]);
        let mut step = 0;
        bencher.iter(|| {
            step ^= 1;
            scrape(&mut target, &mut buffers, &pages[step]);
        });
    });
    group.bench_function("first sight", |bencher| {
        bencher.iter_batched(
            || target(Arc::new(Drain::default())),
            |mut target| scrape(&mut target, &mut buffers, &pages[0]),
            BatchSize::PerIteration,
        );
    });
    group.bench_function("first sight through four rules", |bencher| {
        let relabel = || Relabel::new(rules(), Arc::new(Drain::default()));
        bencher.iter_batched(
            || target(Arc::new(relabel())),
            |mut target| scrape(&mut target, &mut buffers, &pages[0]),
            BatchSize::PerIteration,
        );
    });
    group.bench_function("5 % churn", |bencher| {
        let churn = [churned(&pages[0], 20, 1), churned(&pages[0], 20, 2)];
        let mut target = target(Arc::new(Drain::default()));
        scrape(&mut target, &mut buffers, &churn[0]);
        let mut step = 0;
        bencher.iter(|| {
            step ^= 1;
            scrape(&mut target, &mut buffers, &churn[step]);
        });
    });
    group.finish();
}

fn relabel(criterion: &mut Criterion) {
    let rules = rules();
    let labels = Labels::from_pairs([
        ("__name__", "http_server_requests_seconds_bucket"),
        ("error", "none"),
        ("instance", "127.0.0.1:9100"),
        ("job", "bench"),
        ("le", "0.005"),
        ("method", "GET"),
        ("outcome", "SUCCESS"),
        ("status", "200"),
        ("uri", "/api/v1/items/17"),
    ]);
    criterion.bench_function("four rules on one series", |bencher| {
        let mut builder = labels.to_builder();
        bencher.iter(|| {
            builder.reset(&labels);
            black_box(rules.apply(&mut builder))
        });
    });
}

criterion_group!(benches, parse, to_batch, relabel);
criterion_main!(benches);
