//! The page of nginx's `stub_status` module, and of servers made from nginx that have more on it.

use crate::exporter::Page;

/// What a status page says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Status {
    active: u64,
    accepted: u64,
    handled: u64,
    requests: u64,
    reading: u64,
    writing: u64,
    waiting: u64,
}

/// What a page lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it has no {missing}")]
pub(super) struct StatusError {
    missing: &'static str,
}

// === impl Status ===

impl Status {
    /// Reads a page. The counters stand under a line of their names, of which Tengine has one more (`request_time`).
    pub(super) fn parse(text: &str) -> Result<Self, StatusError> {
        let lacks = |missing| StatusError { missing };
        let after = |label: &str| {
            let (_, rest) = text.split_once(label)?;
            rest.split_ascii_whitespace().next()?.parse().ok()
        };
        let mut counters = text
            .lines()
            .skip_while(|line| !line.starts_with("server accepts handled requests"))
            .nth(1)
            .ok_or(lacks("line of counters"))?
            .split_ascii_whitespace()
            .map(|word| word.parse().ok());
        let mut counter = |missing| counters.next().flatten().ok_or(lacks(missing));
        Ok(Self {
            active: after("Active connections:").ok_or(lacks("active connections"))?,
            accepted: counter("accepted connections")?,
            handled: counter("handled connections")?,
            requests: counter("requests")?,
            reading: after("Reading:").ok_or(lacks("connections being read"))?,
            writing: after("Writing:").ok_or(lacks("connections being written"))?,
            waiting: after("Waiting:").ok_or(lacks("waiting connections"))?,
        })
    }

    pub(super) fn put(&self, page: &mut Page) {
        for (family, help, value) in [
            (
                "nginx_connections_accepted",
                "Connections accepted.",
                self.accepted,
            ),
            (
                "nginx_connections_handled",
                "Connections handled: fewer than accepted where a limit was met.",
                self.handled,
            ),
            ("nginx_http_requests_total", "Requests.", self.requests),
        ] {
            page.counter(family, help).set(value as f64);
        }
        for (family, help, value) in [
            (
                "nginx_connections_active",
                "Connections now, the waiting ones too.",
                self.active,
            ),
            (
                "nginx_connections_reading",
                "Connections whose request is being read.",
                self.reading,
            ),
            (
                "nginx_connections_waiting",
                "Connections kept open without a request.",
                self.waiting,
            ),
            (
                "nginx_connections_writing",
                "Connections whose answer is being made or sent.",
                self.writing,
            ),
        ] {
            page.gauge(family, help).set(value as f64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NGINX: &str = "Active connections: 291 \nserver accepts handled requests\n 16630948 16630946 31070465 \n\
        Reading: 6 Writing: 179 Waiting: 106 \n";

    #[test]
    fn the_four_lines_are_read() {
        let expected = Status {
            active: 291,
            accepted: 16_630_948,
            handled: 16_630_946,
            requests: 31_070_465,
            reading: 6,
            writing: 179,
            waiting: 106,
        };
        assert_eq!(Status::parse(NGINX), Ok(expected));
        let tengine = NGINX
            .replace("handled requests", "handled requests request_time")
            .replace("31070465", "31070465 70101");
        assert_eq!(Status::parse(&tengine), Ok(expected));
    }

    #[test]
    fn a_page_cut_short_says_what_it_lacks() {
        let missing = |text: &str| Status::parse(text).map_err(|e| e.missing);
        assert_eq!(missing("<html>404</html>"), Err("line of counters"));
        let cut = NGINX.replace("31070465", "");
        assert_eq!(missing(&cut), Err("requests"));
        let cut = NGINX.split("Reading").next().unwrap();
        assert_eq!(missing(cut), Err("connections being read"));
    }
}
