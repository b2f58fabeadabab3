//! The status page: one document without external parts, readable on a phone and in the dark.

use std::fmt::Write as _;
use std::time::SystemTime;

use crate::history::History;
use crate::schedule::State;

/// The certificate's expiry is marked below this many days.
const SOON_DAYS: f64 = 14.0;

const HEAD: &str = r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="15">
<title>Lookout</title>
<style>
:root{color-scheme:light dark;--fg:#1d2430;--dim:#667085;--bg:#f5f6f8;--card:#fff;--line:#e3e6eb;--ok:#1a8f4c;--bad:#cf2e2e;--warn:#b76e00}
@media(prefers-color-scheme:dark){:root{--fg:#e7eaf0;--dim:#98a2b3;--bg:#12161d;--card:#1b212b;--line:#2d3542;--ok:#3fbf74;--bad:#ff6b6b;--warn:#f0a93b}}
*{box-sizing:border-box}body{margin:0 auto;max-width:60rem;padding:1rem;background:var(--bg);color:var(--fg);font:15px/1.45 system-ui,sans-serif}
h1{font-size:1.25rem;margin:.2rem 0}h2{font-size:1rem;margin:1.6rem 0 .5rem}p{margin:.2rem 0;color:var(--dim)}a{color:inherit}
.t{background:var(--card);border:1px solid var(--line);border-left:5px solid var(--dim);border-radius:8px;padding:.7rem .9rem;margin:.6rem 0}
.t.up{border-left-color:var(--ok)}.t.down{border-left-color:var(--bad)}
.r{display:flex;flex-wrap:wrap;gap:.2rem 1rem;align-items:baseline}.r b{font-size:1.02rem;overflow-wrap:anywhere}.r i{margin-left:auto;font-style:normal;font-weight:600}
.up i,.ok{color:var(--ok)}.down i,.bad{color:var(--bad)}.soon{color:var(--warn);font-weight:600}
.f{color:var(--dim);font-size:.87rem;display:flex;flex-wrap:wrap;gap:.1rem 1rem;overflow-wrap:anywhere}
svg{display:block;width:100%;height:26px;margin:.45rem 0 .2rem}
pre{white-space:pre-wrap;overflow-wrap:anywhere;font-size:.8rem;margin:.4rem 0 0}details{margin-top:.4rem;font-size:.87rem}
table{width:100%;border-collapse:collapse;font-size:.87rem}td{border-top:1px solid var(--line);padding:.25rem .4rem .25rem 0;overflow-wrap:anywhere}
</style></head><body>
"#;

/// The page.
pub(crate) fn page(states: &[State], history: &History, now: SystemTime) -> String {
    let mut out = String::from(HEAD);
    let down = states
        .iter()
        .filter(|s| s.last.as_ref().is_some_and(|o| !o.success))
        .count();
    let waiting = states.iter().filter(|s| s.last.is_none()).count();
    let summary = match (states.len(), down, waiting) {
        (0, ..) => "No target is probed on a schedule.".to_owned(),
        (all, 0, 0) => format!("All {all} targets are up."),
        (all, 0, waiting) => format!(
            "{} of {all} targets are up, {waiting} not yet probed.",
            all - waiting
        ),
        (all, down, _) => format!(
            "{down} of {all} targets {} down.",
            if down == 1 { "is" } else { "are" }
        ),
    };
    let _ = write!(out, "<h1>Lookout</h1><p id=\"summary\">{summary}</p>");
    // What is down comes first.
    let mut ordered: Vec<&State> = states.iter().collect();
    ordered.sort_by_key(|state| state.last.as_ref().is_none_or(|outcome| outcome.success));
    for state in ordered {
        target(&mut out, state, now);
    }
    recent(&mut out, history);
    out.push_str("<p>Ask by hand: <a href=\"/probe?module=http_2xx&amp;target=localhost&amp;debug=true\">/probe?module=…&amp;target=…&amp;debug=true</a> · <a href=\"/metrics\">metrics</a> · <a href=\"/config\">configuration</a></p></body></html>\n");
    out
}

fn target(out: &mut String, state: &State, now: SystemTime) {
    let (class, word) = match &state.last {
        None => ("", "waiting"),
        Some(outcome) if outcome.success => ("up", "up"),
        Some(_) => ("down", "down"),
    };
    let name = escape(&state.target.name);
    let _ = write!(
        out,
        "<div class=\"t {class}\" data-name=\"{name}\"><div class=\"r\"><b>{name}</b><i>{word}</i></div>"
    );
    let _ = write!(
        out,
        "<div class=\"f\"><span>{}</span><span>{}</span>",
        escape(&state.target.target),
        escape(&state.target.module_name)
    );
    if let Some(outcome) = &state.last {
        let _ = write!(
            out,
            "<span class=\"latency\">{:.0} ms</span>",
            outcome.duration.as_secs_f64() * 1e3
        );
        if let Some(expiry) = outcome.report.get("probe_ssl_earliest_cert_expiry", &[]) {
            let now = now
                .duration_since(SystemTime::UNIX_EPOCH)
                .unwrap_or_default()
                .as_secs_f64();
            let days = (expiry - now) / 86_400.0;
            let class = if days < SOON_DAYS {
                "cert soon"
            } else {
                "cert"
            };
            let text = if days < 0.0 {
                format!("certificate expired {:.0} d ago", -days)
            } else {
                format!("certificate {days:.0} d")
            };
            let _ = write!(out, "<span class=\"{class}\">{text}</span>");
        }
    }
    if let Some(at) = state.at {
        let _ = write!(out, "<span>{} ago</span>", ago(at, now));
    }
    out.push_str("</div>");
    bar(out, state);
    if let Some((at, text)) = &state.failure {
        let open = if class == "down" { " open" } else { "" };
        let _ = write!(
            out,
            "<details{open}><summary>last failure, {} ago</summary><pre>{}</pre></details>",
            ago(*at, now),
            escape(text)
        );
    }
    out.push_str("</div>");
}

/// A stroke for each result: its height is the latency beside the slowest, its colour the verdict.
fn bar(out: &mut String, state: &State) {
    let slowest = state
        .bar
        .iter()
        .map(|(_, took)| took.as_secs_f64())
        .fold(1e-6, f64::max);
    out.push_str("<svg viewBox=\"0 0 240 26\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"recent results\">");
    let free = 60_usize.saturating_sub(state.bar.len());
    for (at, (success, took)) in state.bar.iter().enumerate() {
        let height = if *success {
            5.0 + 19.0 * took.as_secs_f64() / slowest
        } else {
            26.0
        };
        let (x, y) = ((free + at) * 4, 26.0 - height);
        let colour = if *success { "--ok" } else { "--bad" };
        let _ = write!(
            out,
            "<rect x=\"{x}\" y=\"{y:.1}\" width=\"3\" height=\"{height:.1}\" style=\"fill:var({colour})\"/>"
        );
    }
    out.push_str("</svg>");
}

fn recent(out: &mut String, history: &History) {
    let mut rows = history.entries().peekable();
    if rows.peek().is_none() {
        return;
    }
    out.push_str("<h2>Probes that were asked for</h2><table>");
    for entry in rows {
        let (class, word) = if entry.success {
            ("ok", "success")
        } else {
            ("bad", "failure")
        };
        let (id, target, module) = (entry.id, escape(&entry.target), escape(&entry.module));
        let _ = write!(
            out,
            "<tr><td>{target}</td><td>{module}</td><td class=\"{class}\">{word}</td><td><a href=\"/logs?id={id}\">log</a></td></tr>"
        );
    }
    out.push_str("</table>");
}

fn ago(at: SystemTime, now: SystemTime) -> String {
    let seconds = now.duration_since(at).unwrap_or_default().as_secs();
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
