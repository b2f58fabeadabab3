//! Theme `labels` (13), `symbols` (4) and the label cases of `edge_cases`.

use super::play::{Case, Filler, Sent, hold};

fn plain(to: &Filler) {
    to.sample(
        &[
            ("__name__", "m"),
            ("zone", "z"),
            ("area", "a"),
            ("Big", "b"),
        ],
        1.0,
    );
}

fn crowd(to: &Filler) {
    for i in 0..200 {
        to.sample(
            &[("__name__", "m"), ("i", &i.to_string()), ("job", "shop")],
            1.0,
        );
    }
}

fn value_is(sent: &Sent, value: &str) -> bool {
    sent.named("m").label("a") == Some(value)
}

fn distinct(sent: &Sent) -> bool {
    sent.messages.iter().all(|message| {
        let mut symbols = message.symbols.clone();
        symbols.sort();
        symbols.windows(2).all(|pair| pair[0] != pair[1])
    })
}

const LABELS: &[Case] = &[
    ("lexicographic_ordering", plain, |sent| {
        let names: Vec<_> = sent
            .named("m")
            .labels
            .iter()
            .map(|(n, _)| n.as_str())
            .collect();
        names == ["Big", "__name__", "area", "zone"]
    }),
    ("metric_name_label_present", plain, |sent| {
        sent.series.iter().all(|s| s.label("__name__") == Some("m"))
    }),
    (
        "metric_name_format",
        |to| to.sample(&[("__name__", "a_B:9")], 1.0),
        |sent| sent.values("a_B:9") == [1.0],
    ),
    (
        "label_name_format",
        |to| to.sample(&[("__name__", "m"), ("_a9", "x")], 1.0),
        |sent| sent.named("m").label("_a9") == Some("x"),
    ),
    ("no_duplicate_label_names", plain, |sent| {
        sent.named("m").labels.len() == 4
    }),
    ("label_names_not_empty", plain, |sent| {
        sent.named("m")
            .labels
            .iter()
            .all(|(name, _)| !name.is_empty())
    }),
    (
        "label_values_may_be_empty",
        |to| to.sample(&[("__name__", "m"), ("a", "")], 1.0),
        |sent| sent.named("m").label("a").is_none_or(str::is_empty),
    ),
    ("reserved_label_prefix", plain, |sent| {
        let mut names = sent.named("m").labels.iter().map(|(name, _)| name);
        names.all(|name| name == "__name__" || !name.starts_with("__"))
    }),
    (
        "unicode_in_label_values",
        |to| to.sample(&[("__name__", "m"), ("a", "größe 大小 🦀")], 1.0),
        |sent| value_is(sent, "größe 大小 🦀"),
    ),
    (
        "special_characters",
        |to| to.sample(&[("__name__", "m"), ("a", "\\\"\n\t\0")], 1.0),
        |sent| value_is(sent, "\\\"\n\t\0"),
    ),
    (
        "long_label_names",
        |to| to.sample(&[("__name__", "m"), (&"n".repeat(500), "x")], 1.0),
        |sent| sent.named("m").label(&"n".repeat(500)) == Some("x"),
    ),
    (
        "long_label_values",
        |to| to.sample(&[("__name__", "m"), ("a", &"v".repeat(2000))], 1.0),
        |sent| value_is(sent, &"v".repeat(2000)),
    ),
    (
        "many_labels",
        |to| {
            let names: Vec<_> = (0..60).map(|i| format!("l{i}")).collect();
            let mut labels = vec![("__name__", "m")];
            labels.extend(names.iter().map(|name| (name.as_str(), "v")));
            to.sample(&labels, 1.0);
        },
        |sent| sent.named("m").labels.len() == 61,
    ),
];

const SYMBOLS: &[Case] = &[
    ("empty_string_at_index_zero", plain, |sent| {
        sent.messages[0].symbols[0].is_empty()
    }),
    ("string_deduplication", crowd, distinct),
    ("refs_valid_indices", crowd, |sent| sent.series.len() == 200),
    ("refs_even_length", crowd, |sent| {
        let mut entries = sent.messages.iter().flat_map(|message| &message.timeseries);
        entries.all(|entry| entry.labels_refs.len() == 6)
    }),
    // Of the empty string, three names, `m`, `shop` and 200 numbers.
    ("TestSymbolTableEfficiency", crowd, |sent| {
        sent.messages[0].symbols.len() == 206
    }),
];

const EDGES: &[Case] = &[
    (
        "huge_label_values",
        |to| to.sample(&[("__name__", "m"), ("a", &"v".repeat(20_000))], 1.0),
        |sent| value_is(sent, &"v".repeat(20_000)),
    ),
    (
        "unicode_in_labels",
        |to| to.sample(&[("__name__", "m"), ("a", "日本")], 1.0),
        |sent| value_is(sent, "日本"),
    ),
    (
        "very_long_metric_name",
        |to| to.sample(&[("__name__", &"m".repeat(300))], 1.0),
        |sent| sent.values(&"m".repeat(300)) == [1.0],
    ),
    (
        "metric_name_with_colons",
        |to| to.sample(&[("__name__", "job:m:rate5m")], 1.0),
        |sent| sent.values("job:m:rate5m") == [1.0],
    ),
    ("many_timeseries", crowd, |sent| sent.series.len() == 200),
    ("high_cardinality", crowd, |sent| {
        let mut values: Vec<_> = sent.series.iter().filter_map(|s| s.label("i")).collect();
        values.sort_unstable();
        values.dedup();
        values.len() == 200
    }),
    ("empty_scrape", |_| {}, |sent| sent.requests.is_empty()),
];

#[tokio::test]
async fn labels_arrive_whole_and_in_order() {
    hold(LABELS).await;
}

#[tokio::test]
async fn symbols_stand_once_and_every_reference_is_right() {
    hold(SYMBOLS).await;
}

#[tokio::test]
async fn labels_of_unusual_size_and_number_arrive() {
    hold(EDGES).await;
}
