//! Bytes that must never change their meaning: `docs/wal-format.md` explains these very bytes.

use super::*;

/// A segment as version 1 writes it, in hex; blanks and what follows `#` are for the reader.
const SEGMENT: &str = include_str!("segment_v1.hex");

fn golden() -> Vec<u8> {
    let digits: String = SEGMENT
        .lines()
        .filter_map(|line| line.split('#').next())
        .collect();
    let digits: Vec<u8> = digits.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// What the golden segment was made of.
fn write(directory: &Path) {
    let log = open(directory, 1 << 20, 1 << 20);
    let metadata = Arc::new(outpost_model::Metadata {
        family: "h".into(),
        kind: outpost_model::MetricType::Histogram,
        help: "How long.".into(),
        unit: "s".into(),
    });
    let labels = [
        Labels::from_pairs([("__name__", "h_bucket"), ("job", "j"), ("le", "1.0")]),
        Labels::from_pairs([("__name__", "h_bucket"), ("job", "j"), ("le", "+Inf")]),
        Labels::from_pairs([("__name__", "up"), ("job", "j")]),
    ];
    let series: Vec<_> = labels
        .iter()
        .map(|labels| {
            let metadata = labels.get("le").map(|_| &metadata);
            SeriesId(
                log.table
                    .write()
                    .resolve(labels, &Labels::default(), metadata)
                    .unwrap(),
            )
        })
        .collect();
    let layout = LayoutId(1);
    let append = |batch: Batch<'_>| log.append(&batch, T, &mut Vec::new()).unwrap();
    append(Batch {
        series: &series,
        values: &[3.0, 4.0, 1.0],
        start_times: &[(series[0], T - 60_000)],
        ..empty(layout, T + 5)
    });
    append(Batch {
        series: &series,
        values: &[3.0, 200.0, 0.1],
        ..empty(layout, T + 15_005)
    });
    let trace = Exemplar {
        labels: Labels::from_pairs([("trace_id", "a1")]),
        value: 0.5,
        timestamp_ms: T + 1,
    };
    append(Batch {
        stale: &[series[2]],
        stamped: &[StampedSample {
            series: series[0],
            timestamp_ms: T - 1,
            value: -0.0,
        }],
        histograms: &[(series[2], T + 2, histogram(9))],
        exemplars: &[(series[1], trace)],
        ..empty(LayoutId(2), T + 20_000)
    });
    log.seal();
}

#[test]
fn this_version_still_writes_the_golden_segment() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path());
    let written = std::fs::read(segment::path(directory.path(), 1)).unwrap();
    let hex = |bytes: &[u8]| {
        bytes
            .chunks(20)
            .map(|c| format!("{c:02x?}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(hex(&written), hex(&golden()));
}

#[test]
fn the_golden_segment_is_read_as_it_was_meant() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(segment::path(directory.path(), 1), golden()).unwrap();
    let log = open(directory.path(), 1000, 1000);
    let (all, damage) = read_all(&log);
    assert_eq!(damage, Damage::default());
    let short: Vec<_> = all
        .iter()
        .map(|(series, time, value)| format!("{series} {:+} {value}", time - T))
        .collect();
    let bucket = |le: &str| format!("h_bucket{{job=\"j\", le=\"{le}\"}}");
    let (one, inf, up) = (bucket("1.0"), bucket("+Inf"), "up{job=\"j\"}");
    let value = |value: f64| format!("{:x}", value.to_bits());
    assert_eq!(
        short,
        [
            format!("{one} +5 {} since {}", value(3.0), T - 60_000),
            format!("{inf} +5 {} since 0", value(4.0)),
            format!("{up} +5 {} since 0", value(1.0)),
            format!("{one} +15005 {} since 0", value(3.0)),
            format!("{inf} +15005 {} since 0", value(200.0)),
            format!("{up} +15005 {} since 0", value(0.1)),
            format!("{one} -1 {} since 0", value(-0.0)),
            format!("{up} +20000 {:x} since 0", 0x7ff0_0000_0000_0002_u64),
            format!("{up} +2 {:?} since 0", histogram(9)),
            format!("{inf} +1 {{trace_id=\"a1\"}} {}", value(0.5)),
        ]
    );
}
