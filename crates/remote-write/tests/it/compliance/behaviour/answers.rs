//! Themes `retry` (9), `fallback` (5 and a stand-alone one), `response` (8), `backoff` (4), `error_handling` (8).

use std::time::Duration;

use outpost_remote_write::{Health, Protocol};

use super::{Case, Seen, hold};
use crate::receiver::Answer;

/// One answer of `STATUS`, then 204.
fn once<const STATUS: u16>() -> Vec<Answer> {
    vec![Answer::status(STATUS)]
}

fn given_up(seen: &Seen) -> bool {
    seen.requests.len() == 2 && (seen.sent(), seen.lost()) == (3, 3)
}

fn sent_again(seen: &Seen) -> bool {
    seen.requests[0].body == seen.requests[1].body && (seen.sent(), seen.lost()) == (6, 0)
}

fn all(seen: &Seen) -> bool {
    (seen.requests.len(), seen.sent(), seen.lost()) == (2, 6, 0)
}

const RETRY: &[Case] = &[
    ("no_retry_400", once::<400>, given_up),
    ("no_retry_401", once::<401>, given_up),
    ("no_retry_404", once::<404>, given_up),
    (
        "may_retry_429",
        || vec![Answer::status(429).header("retry-after", "1")],
        |s| sent_again(s) && s.gaps()[0] >= Duration::from_secs(1),
    ),
    ("retry_500", once::<500>, sent_again),
    ("retry_503", once::<503>, sent_again),
    ("retry_502", once::<502>, sent_again),
    ("retry_504", once::<504>, sent_again),
    // The same request never comes again: it is halved.
    ("no_retry_413", once::<413>, |s| {
        s.requests
            .iter()
            .skip(1)
            .all(|r| r.body != s.requests[0].body)
            && s.lost() == 0
    }),
];

fn versions(seen: &Seen) -> Vec<&str> {
    let version = "x-prometheus-remote-write-version";
    seen.requests
        .iter()
        .map(|request| request.header(version))
        .collect()
}

const FALLBACK: &[Case] = &[
    ("fallback_on_415", once::<415>, |s| s.lost() == 0),
    ("retry_with_different_version", once::<415>, |s| {
        versions(s)[..2] == ["2.0.0", "0.1.0"]
    }),
    ("fallback_header_changes", once::<415>, |s| {
        s.requests[1].header("content-type") == "application/x-protobuf"
    }),
    ("accept_success_after_fallback", once::<415>, |s| {
        s.sent() == 6
    }),
    ("persistent_fallback_choice", once::<415>, |s| {
        versions(s)
            .iter()
            .skip(1)
            .all(|version| *version == "0.1.0")
    }),
    ("TestNoFallbackOn2xx", Vec::new, |s| {
        versions(s) == ["2.0.0", "2.0.0"]
    }),
];

fn wrote(samples: &str) -> Answer {
    let answer = Answer::ok().without_counts();
    answer.header("x-prometheus-remote-write-samples-written", samples)
}

const RESPONSE: &[Case] = &[
    (
        "ignore_body_on_success",
        || vec![Answer::status(200).saying("nonsense")],
        all,
    ),
    ("process_written_count_headers", || vec![wrote("3")], all),
    (
        "handle_partial_write_response",
        || vec![wrote("1")],
        |s| (s.sent(), s.lost()) == (4, 2),
    ),
    (
        "handle_missing_written_headers",
        || vec![Answer::ok().without_counts()],
        |s| s.lost() == 0 && versions(s)[1] == "0.1.0",
    ),
    (
        "large_error_body",
        || vec![Answer::status(400).saying(LARGE)],
        given_up,
    ),
    ("status_204", once::<204>, all),
    ("status_200", once::<200>, all),
    ("TestContentTypeNegotiation", once::<415>, |s| s.sent() == 6),
];

static LARGE: &str = {
    static BYTES: [u8; 1 << 20] = [b'x'; 1 << 20];
    match str::from_utf8(&BYTES) {
        Ok(text) => text,
        Err(_) => panic!("it is ASCII"),
    }
};

fn five_failures() -> Vec<Answer> {
    vec![Answer::status(503); 5]
}

const BACKOFF: &[Case] = &[
    ("exponential_backoff_on_retries", five_failures, |s| {
        // The last of them is the wait for the next scrape.
        let gaps = &s.gaps()[..5];
        gaps.iter()
            .zip([30, 60, 120, 240, 480])
            .all(|(gap, least)| gap.as_millis() >= least)
    }),
    ("backoff_required", five_failures, |s| {
        s.gaps()[0] >= Duration::from_millis(1)
    }),
    ("backoff_max_delay", five_failures, |s| {
        s.gaps()[..5].iter().all(|gap| gap.as_secs() < 60)
    }),
    ("backoff_with_jitter", five_failures, |s| {
        // Jitter only lengthens a wait, and by less than the next one grows.
        s.gaps()[..5]
            .windows(2)
            .all(|pair| pair[1] > pair[0].mul_f64(0.8))
    }),
];

fn words(seen: &Seen) -> String {
    match &seen.books.health {
        Health::Refused { reason } => reason.clone(),
        other => format!("{other:?}"),
    }
}

const ERRORS: &[Case] = &[
    ("connection_closed", || vec![Answer::hang_up()], sent_again),
    (
        "partial_write",
        || vec![Answer::status(400).saying("out of order"), wrote("2")],
        |s| (s.sent(), s.lost()) == (2, 4),
    ),
    (
        "malformed_response",
        || vec![Answer::status(200).saying("\u{1}\u{2}")],
        all,
    ),
    ("sender_continues_after_errors", once::<400>, |s| {
        s.statuses() == [400, 204]
    }),
    ("invalid_status_code", once::<299>, |s| s.lost() == 0),
    ("empty_response", once::<200>, all),
    (
        "large_error_response",
        || vec![Answer::status(500).saying(LARGE)],
        sent_again,
    ),
    (
        "log_error_messages_verbatim",
        || vec![Answer::status(400).saying("label \"é\" is bad"); 2],
        |s| words(s) == "400 label \"é\" is bad",
    ),
];

#[tokio::test]
async fn what_may_be_sent_again_is_and_nothing_else() {
    hold(Protocol::V2, RETRY).await;
}

#[tokio::test]
async fn a_receiver_without_2_0_is_sent_1_0_for_good() {
    hold(Protocol::V2, FALLBACK).await;
}

#[tokio::test]
async fn responses_are_believed_in_their_heads_not_in_their_bodies() {
    hold(Protocol::V2, RESPONSE).await;
}

#[tokio::test]
async fn waits_grow_up_to_a_bound() {
    hold(Protocol::V2, BACKOFF).await;
}

#[tokio::test]
async fn errors_of_all_kinds_are_survived() {
    hold(Protocol::V2, ERRORS).await;
}
