//! Pages with every odd feature of the formats, as sequences that a target shows one after the other.

use std::path::Path;

use serde_json::json;

const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
const OPEN: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What a target answers at one scrape.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
}

/// A target's answers in order; the last one stays.
#[derive(Clone, Debug)]
pub(crate) struct Sequence {
    pub(crate) name: String,
    pub(crate) pages: Vec<Page>,
}

// === impl Page ===

impl Page {
    fn text(body: &str) -> Self {
        Self::of(TEXT, body)
    }

    fn open(body: &str) -> Self {
        Self::of(OPEN, body)
    }

    fn of(content_type: &'static str, body: &str) -> Self {
        Self {
            status: 200,
            content_type,
            body: body.as_bytes().to_vec(),
        }
    }

    fn status(status: u16) -> Self {
        Self {
            status,
            content_type: TEXT,
            body: b"a 1\n".to_vec(),
        }
    }
}

// === impl Sequence ===

impl Sequence {
    fn new(name: &str, pages: Vec<Page>) -> Self {
        Self {
            name: name.to_owned(),
            pages,
        }
    }

    fn texts(name: &str, bodies: &[&str]) -> Self {
        Self::new(name, bodies.iter().map(|body| Page::text(body)).collect())
    }

    fn opens(name: &str, bodies: &[&str]) -> Self {
        Self::new(name, bodies.iter().map(|body| Page::open(body)).collect())
    }
}

/// Every recorded page, seen twice and then gone.
pub(crate) fn recorded() -> Vec<Sequence> {
    let folder = outpost_golden::path("");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("the recordings are there")
        .map(|entry| entry.expect("an entry").file_name())
        .map(|name| name.into_string().expect("a name is text"))
        .filter(|name| {
            let prom = Path::new(name).extension().is_some_and(|e| e == "prom");
            prom || name.ends_with("_text.txt")
        })
        .collect();
    names.push("spring_boot_3.5_openmetrics.txt".to_owned());
    names.sort();
    let sequence = |name: &String| {
        let body = outpost_golden::text(name);
        let page = if name.contains("openmetrics") {
            Page::open(&body)
        } else {
            Page::text(&body)
        };
        Sequence::new(name, vec![page.clone(), page, Page::status(500)])
    };
    names.iter().map(sequence).collect()
}

/// Odd pages, of a target whose clock shows `now_ms`.
pub(crate) fn odd(now_ms: i64) -> Vec<Sequence> {
    let mut all = odd_lines();
    all.extend(odd_labels());
    all.extend(odd_families());
    all.extend(open_metrics_pages());
    all.extend(stamped(now_ms));
    all.extend(changing());
    all
}

/// Values, blanks, and what separates them.
fn odd_lines() -> Vec<Sequence> {
    let labels = json!("\u{1f600} = , } { # \\ \" \n").to_string();
    let escapes =
        format!("a{{l={labels}}} 1\na{{l=\"\\q\\\\\"}} 2\na{{l=\"\"}} 3\na{{l=\"é\"}} 4\n");
    vec![
        Sequence::texts("escapes", &[&escapes, &escapes, ""]),
        Sequence::texts(
            "values",
            &[
                "nan NaN\nnan2 nan\nnan3 +NaN\n",
                "nan NaN\nnan2 nan\ninf +Inf\ninf2 inf\nninf -Inf\nzero -0\nsmall 5e-324\nbig 1.7976931348623157e308\nplus +1\nexp 1E3\n",
                "over 1e400\n",
                "hex 0x10\n",
                "under 1_000\n",
            ],
        ),
        Sequence::texts(
            "blanks",
            &[
                "\n\n# a comment\n#\n a 1\n",
                "a\t1\nb  2\n\nc{ l = \"x\" , }\t3\nd 4",
                "a 1 \n",
            ],
        ),
        Sequence::texts(
            "commas",
            &[
                "a{x=\"1\",} 1\nb{,x=\"1\"} 1\n",
                "a{x=\"1\" y=\"2\"} 1\n",
                "a{} 1\n",
                "a{,} 1\n",
            ],
        ),
    ]
}

/// Names and labels that are missing, repeated or taken.
fn odd_labels() -> Vec<Sequence> {
    vec![
        Sequence::texts(
            "no-name",
            &[
                "{a=\"b\"} 1\n",
                "{\"a\"} 1\n",
                "{\"a\",b=\"c\"} 1\n",
                "{\"a.b\"} 1\n",
            ],
        ),
        Sequence::texts(
            "same-label-twice",
            &["a{x=\"1\",x=\"2\"} 1\n", "a{x=\"1\",x=\"1\"} 1\nb 1\n"],
        ),
        Sequence::texts(
            "target-labels",
            &[
                "a{job=\"x\",instance=\"y\"} 1\n",
                "a{exported_job=\"x\",job=\"z\"} 1\nup 5\nscrape_samples_scraped 7\n",
            ],
        ),
        Sequence::texts(
            "duplicates",
            &[
                "a 1\na 2\na 1\nb{x=\"1\"} 1\nb{x=\"1\"} 2\n",
                "a 1\nb{x=\"1\"} 1\n",
                "b{x=\"1\"} 1\nb{x=\"1\"} 1\na 3\n",
            ],
        ),
    ]
}

/// Types, reserved labels, names, and bytes that are no text.
fn odd_families() -> Vec<Sequence> {
    vec![
        Sequence::texts(
            "le",
            &[
                "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"1e6\"} 2\nh_bucket{le=\"+Inf\"} 3\nh_bucket{le=\"1_0\"} 3\nh_bucket{le=\"-0\"} 3\nh_bucket{le=\"0x1p1\"} 3\nh_bucket{le=\"x\"} 3\nh_bucket{le=\"\"} 3\nh_count 3\nh_sum NaN\n",
                "# TYPE s summary\ns{quantile=\"0.5\"} 1\ns{quantile=\"1\"} 2\ns{quantile=\"0.50\",le=\"1\"} 2\n# TYPE g gauge\ng{le=\"1\",quantile=\"1\"} 2\nh_bucket{le=\"1\"} 1\n",
                "# TYPE h histogram\n# TYPE g gauge\nh_bucket{le=\"1\"} 1\n",
            ],
        ),
        Sequence::texts(
            "types",
            &[
                "# TYPE a counter\na 1\n# TYPE a gauge\na 2\n",
                "# TYPE a nonsense\na 1\n",
                "# TYPE a untyped\n# HELP a\n# HELP a help \\n\\\\ \\q\na 1\n",
                "# TYPE a info\na 1\n",
            ],
        ),
        Sequence::texts(
            "names",
            &[
                "a:b 1\n:c 1\n_d 1\n",
                "1a 1\n",
                "a-b 1\n",
                "é 1\n",
                "a{é=\"1\"} 1\n",
            ],
        ),
        Sequence::texts(
            "carriage-returns",
            &[
                "a 1\r\nb 2\r\n",
                "# TYPE a gauge\r\na 1\n",
                "# HELP a b\r\na 1\n",
            ],
        ),
        Sequence::texts("nul", &["a 1\n\0b 2\n", "a{x=\"\0\"} 1\n", "a 1\0\n"]),
        Sequence::new(
            "not-utf-8",
            vec![
                Page {
                    body: b"a{x=\"\xff\"} 1\n".to_vec(),
                    ..Page::text("")
                },
                Page {
                    body: b"# HELP a \xff\na 1\n".to_vec(),
                    ..Page::text("")
                },
                Page {
                    body: b"# a comment \xff\na 1\n".to_vec(),
                    ..Page::text("")
                },
            ],
        ),
    ]
}

fn open_metrics_pages() -> Vec<Sequence> {
    vec![
        Sequence::opens(
            "open-eof",
            &[
                "a 1\n# EOF\n",
                "a 1\n# EOF",
                "a 1\n",
                "a 1\n# EOF\n\n",
                "",
                "# EOF\n",
            ],
        ),
        Sequence::opens(
            "open-exemplars",
            &[
                "# TYPE a counter\na_total 1 # {trace_id=\"x\"} 0.5\na_created 17\n# EOF\n",
                "# TYPE a counter\na_total 2 # {trace_id=\"x\"} 0.5 1.5\na_created 17\n# EOF\n",
                "# TYPE a counter\na_total 3 # {} 0.5\n# EOF\n",
                "# TYPE a counter\na_total 3 # {trace_id=\"x\"}\n# EOF\n",
            ],
        ),
        Sequence::opens(
            "open-units",
            &[
                "# TYPE a_seconds gauge\n# UNIT a_seconds seconds\na_seconds 1\n# EOF\n",
                "# UNIT a seconds\na 1\n# EOF\n",
                "# TYPE a unknown\n# TYPE b stateset\na 1\nb{b=\"x\"} 1\n# EOF\n",
            ],
        ),
        Sequence::opens(
            "open-blanks",
            &[
                "a  1\n# EOF\n",
                "a 1 \n# EOF\n",
                "\na 1\n# EOF\n",
                "# comment\na 1\n# EOF\n",
                "a{x=\"1\",} 1\n# EOF\n",
                "a{x=\"1\" } 1\n# EOF\n",
            ],
        ),
        Sequence::opens(
            "open-le",
            &[
                "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 1\nh_count 1\nh_sum 1\n# TYPE g gaugehistogram\ng_bucket{le=\"1\"} 1\ng_bucket{le=\"+Inf\"} 1\n# EOF\n",
            ],
        ),
        Sequence::new(
            "changes-its-format",
            vec![
                Page::text("# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_sum 1\na 1\n"),
                Page::open("# TYPE h histogram\nh_bucket{le=\"1.0\"} 1\nh_sum 1\na 2\n# EOF\n"),
                Page::of("text/html", "a 3\n"),
                Page::of("", "a 4\n"),
                Page::of("application/openmetrics-text", "a 4\n"),
            ],
        ),
    ]
}

/// Samples with times of their own: not before the test began, where the sender would withhold them.
fn stamped(now_ms: i64) -> Vec<Sequence> {
    let at = |seconds: i64| now_ms + 1000 * seconds;
    let open = |seconds: i64| format!("{}.5", at(seconds) / 1000);
    let (soon, later, far) = (at(60), at(61), at(6000));
    vec![
        Sequence::texts(
            "stamped",
            &[
                &format!("a 1 {soon}\nb 1\n"),
                &format!("a 2 {later}\nb 2 {soon}\n"),
                &format!("a 3\nb 3 {later}\n"),
                "b 3\n",
            ],
        ),
        Sequence::texts(
            "stamped-far",
            &[
                &format!("a 1 {far}\nb 1\n"),
                &format!("a 1 {soon}\nb 1 {far}\n"),
                "b 1\n",
            ],
        ),
        Sequence::texts(
            "stamped-twice",
            &[
                &format!("a 1 {soon}\na 2 {later}\nb 1\nb 2 {soon}\n"),
                &format!("a 1 {later}\nb 1\n"),
            ],
        ),
        Sequence::texts(
            "stamped-badly",
            &[
                "a 1 1.5\n",
                "a 1 -\n",
                "a 1 99999999999999999999\n",
                "a 1 x\n",
            ],
        ),
        Sequence::opens(
            "open-stamped",
            &[
                &format!("a 1 {}\nb 1\n# EOF\n", open(60)),
                "a 1 NaN\n# EOF\n",
                "a 1 +Inf\n# EOF\n",
                "a 1\n# EOF\n",
            ],
        ),
    ]
}

/// Pages that change between scrapes, break, and go away.
fn changing() -> Vec<Sequence> {
    let page = |from: usize, to: usize| {
        let lines = (from..to).map(|n| format!("m{{n=\"{n}\"}} {n}\n"));
        lines.collect::<String>()
    };
    let reversed = (0..40).rev().map(|n| format!("m{{n=\"{n}\"}} {n}\n"));
    vec![
        Sequence::texts(
            "grows-and-shrinks",
            &[&page(0, 20), &page(10, 60), &page(55, 60), "", &page(0, 20)],
        ),
        Sequence::texts(
            "turns-round",
            &[&page(0, 40), &reversed.collect::<String>(), &page(0, 40)],
        ),
        Sequence::new(
            "fails-and-returns",
            vec![
                Page::text("a 1\nb 2\n"),
                Page::status(503),
                Page::status(404),
                Page::text("a 1\nb 2\n"),
                Page::text("a 1\n!\n"),
                Page::text("a 1\nb 2\n"),
            ],
        ),
        Sequence::texts(
            "breaks-in-the-middle",
            &["a 1\nb 2\nc 3\n", "a 1\nd 4\nb", "a 1\nb 2\n", "c 3\n"],
        ),
        Sequence::texts(
            "spelled-in-another-way",
            &[
                "a{x=\"1\",y=\"2\"} 1\n",
                "a{y=\"2\",x=\"1\"} 1\n",
                "a{ x=\"1\", y=\"2\" } 1\nb 1\n",
                "b 1\n",
            ],
        ),
        Sequence::texts("goes-quiet", &["a 1\nb 2\n", "# nothing\n", "", "a 1\n"]),
    ]
}
