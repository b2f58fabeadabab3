use std::sync::Arc;
use std::time::Duration;

use outpost_model::Rules;
use proptest::prelude::*;

use super::frame::Framer;
use super::hosts::names;
use super::{SyslogError, SyslogFormat, SyslogSettings, message};
use crate::Timestamp;

fn settings(format: SyslogFormat) -> SyslogSettings {
    SyslogSettings {
        format,
        max_message_length: 8192,
        use_incoming_timestamp: true,
        label_structured_data: true,
        use_rfc5424_message: false,
        allow_empty: false,
        idle_timeout: Duration::ZERO,
        labels: Vec::new(),
        rules: Arc::new(Rules::default()),
        now: || Timestamp {
            // 1 January 2027, 00:00:10.
            seconds: 1_798_761_610,
            nanos: 0,
        },
    }
}

/// All messages of a stream that comes in these pieces.
fn messages(format: SyslogFormat, pieces: &[&[u8]]) -> (Vec<Vec<u8>>, Option<SyslogError>) {
    let mut framer = Framer::new(format, 8192);
    let mut all = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        framer.push(piece);
        let last = at + 1 == pieces.len();
        loop {
            match if last { framer.flush() } else { framer.next() } {
                Ok(Some(message)) => all.push(message),
                Ok(None) => break,
                Err(error) => return (all, Some(error)),
            }
        }
    }
    (all, None)
}

#[test]
fn a_stream_gives_the_same_messages_wherever_it_is_cut() {
    let raw = SyslogFormat::Raw {
        nul_terminated: false,
    };
    let streams: [(SyslogFormat, &[u8], usize); 3] = [
        (SyslogFormat::Rfc5424, b"<1>1 - a\n b\n\n<2>1 - c\n<3>", 3),
        (SyslogFormat::Rfc5424, b"5 <1>ab4 <2>c", 2),
        (raw, b"one\n\n<2>two\nthree", 4),
    ];
    for (format, stream, count) in streams {
        let (whole, error) = messages(format, &[stream]);
        assert_eq!((whole.len(), error), (count, None), "{stream:?}");
        for at in 1..stream.len() {
            let (head, tail) = stream.split_at(at);
            let cut = messages(format, &[head, tail]);
            assert_eq!(cut, (whole.clone(), None), "{stream:?} cut at {at}");
        }
    }
}

#[test]
fn a_time_of_december_that_comes_in_january_is_of_the_year_before() {
    let settings = settings(SyslogFormat::Rfc3164);
    let seconds = |text: &str| {
        let message = message::read(text.as_bytes(), &settings).unwrap();
        message.time.unwrap().seconds
    };
    assert_eq!(seconds("<34>Dec 31 23:59:59 box su: late"), 1_798_761_599);
    assert_eq!(seconds("<34>Jan  1 00:00:05 box su: early"), 1_798_761_605);
}

#[test]
fn the_hosts_file_names_an_address_in_its_order() {
    let text = "127.0.0.1 localhost # here\n::1 localhost ip6\n127.0.0.1\tbox localhost\n";
    assert_eq!(names(text, [127, 0, 0, 1].into()), "localhost,box");
    assert_eq!(names(text, [10, 0, 0, 1].into()), "");
}

proptest! {
    #[test]
    fn no_bytes_make_the_readers_panic(
        text in "(<[0-9]{1,3}>)?[1-9 ]{0,3}[A-Za-z0-9 :\\[\\]\"=@\\\\-]{0,60}",
        bytes: Vec<u8>,
    ) {
        for format in [
            SyslogFormat::Rfc5424,
            SyslogFormat::Rfc3164,
            SyslogFormat::Raw { nul_terminated: true },
        ] {
            let settings = settings(format);
            let _ = message::read(text.as_bytes(), &settings);
            let _ = message::read(&bytes, &settings);
            let _ = messages(format, &[text.as_bytes(), &bytes]);
        }
    }
}
