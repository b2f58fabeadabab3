//! Shared inputs of the benches.

use std::fmt::Write as _;

/// A page in Prometheus' text format with `series` samples whose values depend on `step`.
///
/// Its shape is that of a busy service: request counters and latency histograms with five labels, some 130 bytes a line,
/// whole numbers and decimals.
pub fn text_page(series: usize, step: u64) -> String {
    let mut page = String::with_capacity(series * 136);
    let mut written = 0;
    let mut family = 0;
    while written < series {
        let _ = writeln!(
            page,
            "# HELP http_server_requests_{family}_seconds Time that requests took.\n\
             # TYPE http_server_requests_{family}_seconds histogram"
        );
        for (n, bound) in BOUNDS
            .iter()
            .cycle()
            .take(200.min(series - written))
            .enumerate()
        {
            let uri = n / BOUNDS.len();
            let count = step.wrapping_mul(n as u64 + 3) % 1_000_000;
            let _ = write!(
                page,
                "http_server_requests_{family}_seconds_bucket{{error=\"none\",method=\"GET\",outcome=\"SUCCESS\",\
                 status=\"200\",uri=\"/api/v1/items/{uri}\",le=\"{bound}\"}} "
            );
            let _ = if n % 3 == 0 {
                writeln!(page, "{count}.{:03}", n % 1000)
            } else {
                writeln!(page, "{count}")
            };
            written += 1;
        }
        family += 1;
    }
    page
}

/// The page with every `one_in`-th series replaced by another one.
pub fn churned(page: &str, one_in: usize, step: u64) -> String {
    let replace = |(n, line): (usize, &str)| {
        if n % one_in == 0 && !line.starts_with('#') {
            line.replacen("uri=\"", &format!("uri=\"/gone/{step}"), 1)
        } else {
            line.to_owned()
        }
    };
    let lines: Vec<_> = page.lines().enumerate().map(replace).collect();
    lines.join("\n") + "\n"
}

const BOUNDS: [&str; 10] = [
    "0.001", "0.005", "0.01", "0.05", "0.1", "0.5", "1.0", "5.0", "10.0", "+Inf",
];
