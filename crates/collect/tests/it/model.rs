//! Any sequence of pages leaves what a simple model of Prometheus' scrape cache says, and no page makes the parser panic.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use outpost_collect::{
    Entry, PageFormat, PageInput, Parser, ScrapeBuffers, ScrapeError, ScrapeOptions, TargetScrape,
    TextFormat,
};
use outpost_model::{Labels, LabelsBuilder};
use proptest::prelude::*;

use crate::book::Book;

/// One line of a page.
#[derive(Clone, Debug)]
enum Line {
    /// Series, spelling, value.
    Sample(u8, bool, u8),
    /// The same with a time of its own.
    Stamped(u8, u8),
    Comment(u8),
    Type(u8, bool),
    Blank,
    /// What fails the page.
    Bad,
}

#[derive(Clone, Debug)]
enum Scrape {
    Page(Vec<Line>),
    Failed,
    NewRules,
}

fn line() -> impl Strategy<Value = Line> {
    prop_oneof![
        12 => (0..6_u8, any::<bool>(), 0..3_u8).prop_map(|(s, spelling, v)| Line::Sample(s, spelling, v)),
        2 => (0..6_u8, 0..3_u8).prop_map(|(s, v)| Line::Stamped(s, v)),
        1 => (0..3_u8).prop_map(Line::Comment),
        2 => (0..6_u8, any::<bool>()).prop_map(|(s, gauge)| Line::Type(s, gauge)),
        1 => Just(Line::Blank),
        1 => Just(Line::Bad),
    ]
}

fn scrape() -> impl Strategy<Value = Scrape> {
    prop_oneof![
        12 => proptest::collection::vec(line(), 0..12).prop_map(Scrape::Page),
        1 => Just(Scrape::Failed),
        1 => Just(Scrape::NewRules),
    ]
}

/// The text of a series: two spellings mean the same one.
fn text(series: u8, spelling: bool) -> String {
    let comma = if spelling { "," } else { "" };
    format!("m{series}{{a=\"}} \\\"{series}\"{comma}}}")
}

fn write(lines: &[Line]) -> String {
    let lines = lines.iter().map(|line| match line {
        Line::Sample(series, spelling, value) => format!("{} {value}\n", text(*series, *spelling)),
        Line::Stamped(series, value) => format!("{} {value} 777\n", text(*series, false)),
        Line::Comment(n) => format!("# comment {n}\n"),
        Line::Type(series, gauge) => {
            format!(
                "# TYPE m{series} {}\n",
                if *gauge { "gauge" } else { "counter" }
            )
        }
        Line::Blank => "\n".to_owned(),
        Line::Bad => "!\n".to_owned(),
    });
    lines.collect()
}

/// What Prometheus remembers of a target: the series that had a sample at the scrape's time.
#[derive(Default)]
struct Model {
    present: BTreeSet<u8>,
}

impl Model {
    /// What arrives after one scrape.
    fn scrape(&mut self, scrape: &Scrape) -> BTreeMap<String, usize> {
        let mut arrived = BTreeMap::new();
        let lines = match scrape {
            Scrape::Page(lines) => lines.as_slice(),
            Scrape::Failed | Scrape::NewRules => &[],
        };
        let bad = lines.iter().position(|line| matches!(line, Line::Bad));
        let mut seen = BTreeSet::new();
        let mut now = BTreeSet::new();
        for line in &lines[..bad.unwrap_or(lines.len())] {
            let sample = match line {
                Line::Sample(series, spelling, value) => {
                    if !seen.insert((*series, *spelling)) {
                        continue;
                    }
                    now.insert(*series);
                    format!("m{series} {value}")
                }
                Line::Stamped(series, value) => {
                    seen.insert((*series, false));
                    format!("m{series} {value} @777")
                }
                _ => continue,
            };
            if bad.is_none() {
                *arrived.entry(sample).or_default() += 1;
            }
        }
        for series in self.present.difference(&now) {
            arrived.insert(format!("m{series} stale"), 1);
        }
        self.present = now;
        arrived
    }
}

fn arrived(book: &Book) -> BTreeMap<String, usize> {
    let mut arrived = BTreeMap::new();
    for line in book.lines() {
        let (name, rest) = line.split_once('{').expect("each series has a label");
        let (_, value) = rest.rsplit_once("} ").expect("labels are closed");
        *arrived.entry(format!("{name} {value}")).or_default() += 1;
    }
    arrived
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn a_sequence_of_pages_leaves_what_the_model_says(scrapes in proptest::collection::vec(scrape(), 1..12)) {
        let book = Book::default();
        let receiver = Arc::new(book.clone());
        let mut target = TargetScrape::new(Arc::new(ScrapeOptions::default()), Labels::default(), receiver);
        let mut buffers = ScrapeBuffers::default();
        let mut model = Model::default();
        for (number, scrape) in scrapes.iter().enumerate() {
            let body = match scrape {
                Scrape::Page(lines) => write(lines),
                Scrape::Failed => String::new(),
                Scrape::NewRules => {
                    // Ids are void, and nothing that was present gets a marker.
                    book.new_generation();
                    model = Model::default();
                    continue;
                }
            };
            let input = match scrape {
                Scrape::Failed => PageInput::Failed(ScrapeError::Status { status: 500 }),
                _ => PageInput::Page {
                    body: body.as_bytes(),
                    format: Ok(PageFormat::Text(TextFormat::Prometheus)),
                },
            };
            let now_ms = 1000 * i64::try_from(number).expect("few scrapes");
            let scraped = target.scrape(&mut buffers, &input, now_ms, || Duration::ZERO);
            prop_assert_eq!(scraped.append, Ok(()));
            prop_assert_eq!(arrived(&book), model.scrape(scrape), "scrape {}", number);
        }
        drop(target);
        prop_assert_eq!(book.holds(), 0);
    }

    #[test]
    fn no_page_makes_the_parser_panic_or_stand_still(page in proptest::collection::vec(any::<u8>(), 0..200), open in any::<bool>()) {
        let format = if open { TextFormat::OpenMetrics } else { TextFormat::Prometheus };
        let mut parser = Parser::new(&page, format);
        let entries = std::iter::from_fn(|| parser.next()).count();
        prop_assert!(entries <= page.len() + 1);
    }

    #[test]
    fn no_page_of_likely_pieces_makes_the_parser_panic(
        pieces in proptest::collection::vec(proptest::sample::select(PIECES.to_vec()), 0..30),
        open in any::<bool>(),
    ) {
        let page = pieces.concat();
        let format = if open { TextFormat::OpenMetrics } else { TextFormat::Prometheus };
        let mut parser = Parser::new(page.as_bytes(), format);
        let mut labels = LabelsBuilder::default();
        while let Some(entry) = parser.next() {
            if let Ok(Entry::Series(series)) = entry {
                let _ = (parser.labels(&mut labels), parser.exemplar_labels(&mut labels));
                prop_assert!(!series.text.is_empty());
            }
        }
    }

    #[test]
    fn what_is_written_is_read(
        name in "[a-zA-Z_:][a-zA-Z0-9_:]{0,10}",
        labels in proptest::collection::btree_map("[a-zA-Z_][a-zA-Z0-9_]{0,5}", any::<String>(), 0..4),
        value in any::<f64>(),
        time in proptest::option::of(0..i64::MAX),
    ) {
        let escape = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let pairs: Vec<_> = labels.iter().map(|(n, v)| format!("{n}=\"{}\"", escape(v))).collect();
        let number = if value.is_infinite() { if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned() } else { value.to_string() };
        let time_text = time.map(|time| format!(" {time}")).unwrap_or_default();
        let page = format!("{name}{{{}}} {number}{time_text}\n", pairs.join(","));
        let mut parser = Parser::new(page.as_bytes(), TextFormat::Prometheus);
        let Some(Ok(Entry::Series(series))) = parser.next() else {
            return Err(TestCaseError::fail(page));
        };
        prop_assert!(series.value.to_bits() == value.to_bits() || (series.value.is_nan() && value.is_nan()));
        prop_assert_eq!(series.timestamp_ms, time);
        let mut read = LabelsBuilder::default();
        parser.labels(&mut read).expect("it is text");
        let mut expected = LabelsBuilder::default();
        expected.push("__name__", &name);
        for (name, value) in &labels {
            expected.push(name, value);
        }
        prop_assert_eq!(read, expected);
    }
}

const PIECES: &[&str] = &[
    "m",
    "m 1",
    "{",
    "}",
    "\"",
    "\\",
    "=",
    ",",
    " ",
    "\t",
    "\n",
    "\r",
    "\0",
    "#",
    "# ",
    "# HELP ",
    "# TYPE ",
    "# UNIT ",
    "# EOF",
    "a=\"b\"",
    " 1",
    " # {a=\"b\"} 1",
    "counter",
    "histogram",
    "é",
    "le=\"1\"",
    "1e9",
    "NaN",
    "+Inf",
    "-",
    ".",
];
