//! What the recordings do not show: where the fast path must not take a line for one that it knows.

use super::*;

fn after(known: &str, page: &str, format: TextFormat) -> Option<(f64, Option<i64>)> {
    let mut parser = Parser::new(page.as_bytes(), format);
    assert_eq!(parser.peek(known.len()), Some(known.as_bytes()));
    let sample = parser.sample_after(known.len());
    if sample.is_none() {
        assert_eq!(parser.at, 0, "a line that is not taken is left as it was");
    }
    sample.map(|sample| (sample.value, sample.timestamp_ms))
}

#[test]
fn a_known_series_is_followed_by_its_value() {
    use TextFormat::{OpenMetrics, Prometheus};
    assert_eq!(after("up", "up 1\n", Prometheus), Some((1.0, None)));
    assert_eq!(
        after("up", "up\t \t-1.5e3 \n", Prometheus),
        Some((-1500.0, None))
    );
    assert_eq!(
        after("up{a=\"b\"}", "up{a=\"b\"}7\n", Prometheus),
        Some((7.0, None))
    );
    assert_eq!(after("up", "up 1 5\n", Prometheus), Some((1.0, Some(5))));
    assert_eq!(after("up", "up 1", Prometheus), Some((1.0, None)));
    assert_eq!(
        after("up", "up 1 5\n", OpenMetrics),
        Some((1.0, Some(5000)))
    );
    assert_eq!(
        after("up", "up +Inf\n", OpenMetrics),
        Some((f64::INFINITY, None))
    );
}

#[test]
fn a_known_series_is_not_taken_for_another_that_begins_alike() {
    use TextFormat::{OpenMetrics, Prometheus};
    assert_eq!(after("foo", "foo1 3\n", Prometheus), None);
    assert_eq!(after("foo", "foo{a=\"b\"} 3\n", Prometheus), None);
    assert_eq!(after("foo", "foo {a=\"b\"} 3\n", Prometheus), None);
    assert_eq!(after("foo{a=\"b\"}", "foo{a=\"b\"}7\n", OpenMetrics), None);
    assert_eq!(after("foo", "foo  7\n", OpenMetrics), None);
    assert_eq!(after("foo", "foo 7", OpenMetrics), None);
}

#[test]
fn an_open_metrics_line_that_breaks_after_its_value_counts_before_it_fails() {
    let mut parser = Parser::new(b"up 1 # EOF\n", TextFormat::OpenMetrics);
    assert!(matches!(parser.next(), Some(Ok(Entry::Series(_)))));
    let error = parser.next().expect("the page goes on").unwrap_err();
    assert_eq!(
        error.reason,
        ParseReason::Syntax("unexpected text after the sample")
    );
    assert_eq!(parser.next(), None);
}

#[test]
fn errors_name_the_line() {
    let mut parser = Parser::new(b"a 1\n\nb 2\nc x\n", TextFormat::Prometheus);
    let error = std::iter::from_fn(|| parser.next()).find_map(Result::err);
    assert_eq!(
        error.expect("the last line is bad").to_string(),
        "line 4: expected a value"
    );
}

#[test]
fn labels_come_out_unescaped_in_the_order_of_the_page() {
    let page = br#"{"na\"me", b="x=,}\\y", "c d"="\n\t"} 1"#;
    let mut parser = Parser::new(page, TextFormat::Prometheus);
    assert!(matches!(parser.next(), Some(Ok(Entry::Series(_)))));
    let mut labels = LabelsBuilder::default();
    parser.labels(&mut labels).expect("the names are text");
    let pairs: Vec<_> = labels.iter().collect();
    assert_eq!(
        pairs,
        [("__name__", "na\"me"), ("b", "x=,}\\y"), ("c d", "\n\\t")]
    );
}
