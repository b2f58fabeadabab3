use outpost_golden::cases;
use proptest::prelude::*;
use prost::Message;

use super::*;
use crate::{Metadata, Timestamp};

/// Loki's messages as prost reads and writes them: the oracle.
mod proto {
    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct PushRequest {
        #[prost(message, repeated, tag = "1")]
        pub(super) streams: Vec<Stream>,
    }
    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Stream {
        #[prost(string, tag = "1")]
        pub(super) labels: String,
        #[prost(message, repeated, tag = "2")]
        pub(super) entries: Vec<Entry>,
    }
    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Entry {
        #[prost(message, optional, tag = "1")]
        pub(super) timestamp: Option<Timestamp>,
        #[prost(bytes = "vec", tag = "2")]
        pub(super) line: Vec<u8>,
        #[prost(message, repeated, tag = "3")]
        pub(super) metadata: Vec<Pair>,
    }
    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Timestamp {
        #[prost(int64, tag = "1")]
        pub(super) seconds: i64,
        #[prost(int32, tag = "2")]
        pub(super) nanos: i32,
    }
    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Pair {
        #[prost(string, tag = "1")]
        pub(super) name: String,
        #[prost(string, tag = "2")]
        pub(super) value: String,
    }
}

type Case = (i64, u32, Vec<u8>, Vec<(String, String)>);

fn encode(labels: &str, entries: &[Case]) -> StreamBody {
    let mut body = StreamBody::new(labels.into());
    for (seconds, nanos, line, metadata) in entries {
        let timestamp = Timestamp {
            seconds: *seconds,
            nanos: *nanos,
        };
        let metadata: Metadata = metadata
            .iter()
            .map(|(n, v)| (n.as_str().into(), v.as_str().into()))
            .collect();
        body.push(timestamp, line, &metadata);
    }
    body
}

fn oracle(labels: &str, entries: &[Case]) -> proto::PushRequest {
    let entries = entries
        .iter()
        .map(|(seconds, nanos, line, metadata)| proto::Entry {
            timestamp: Some(proto::Timestamp {
                seconds: *seconds,
                nanos: i32::try_from(*nanos).unwrap(),
            }),
            line: line.clone(),
            metadata: metadata
                .iter()
                .map(|(n, v)| proto::Pair {
                    name: n.clone(),
                    value: v.clone(),
                })
                .collect(),
        })
        .collect();
    proto::PushRequest {
        streams: vec![proto::Stream {
            labels: labels.to_owned(),
            entries,
        }],
    }
}

fn entries() -> impl Strategy<Value = Vec<Case>> {
    let seconds = prop_oneof![Just(0), Just(-62_135_596_800), any::<i64>()];
    let nanos = prop_oneof![Just(0), Just(127), Just(128), 0..1_000_000_000_u32];
    let line = prop::collection::vec(any::<u8>(), 0..300);
    let metadata = prop::collection::vec((".{0,9}", ".{0,140}"), 0..3);
    prop::collection::vec((seconds, nanos, line, metadata), 0..20)
}

proptest! {
    #[test]
    fn bytes_are_those_of_prost(labels in r"\{.{0,200}\}", entries in entries()) {
        let mut body = encode(&labels, &entries);
        prop_assert_eq!(body.finish(), oracle(&labels, &entries).encode_to_vec());
        let mut block = Vec::new();
        body.compress(&mut block).unwrap();
        let raw = snap::raw::Decoder::new().decompress_vec(&block).unwrap();
        prop_assert_eq!(raw, body.finish());
    }

    #[test]
    fn two_halves_hold_what_the_whole_held(entries in entries()) {
        let whole = encode("{a=\"b\"}", &entries);
        if let Some((first, second)) = whole.split() {
            prop_assert_eq!(first.entries() + second.entries(), entries.len());
            prop_assert!(first.entries().abs_diff(second.entries()) <= 1);
            prop_assert_eq!(first.size() + second.size(), whole.size());
            let mut both = decode_push(first.clone().finish()).unwrap();
            both.extend(decode_push(second.clone().finish()).unwrap());
            let lines: Vec<_> = both.into_iter().flat_map(|s| s.entries).map(|e| e.line).collect();
            let expected: Vec<_> = entries.iter().map(|e| e.2.clone()).collect();
            prop_assert_eq!(lines, expected);
        } else {
            prop_assert!(entries.len() < 2);
        }
    }

    #[test]
    fn any_bytes_decode_or_fail_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(streams) = decode_push(&bytes) {
            prop_assert!(streams.len() <= bytes.len());
        }
    }
}

#[test]
fn label_strings_are_those_of_alloy() {
    let case = cases("alloy/loki_write.jsonl")
        .into_iter()
        .find(|case| case["name"] == "label_string_rendering")
        .unwrap();
    for set in case["sets"].as_array().unwrap() {
        let labels = outpost_model::Labels::from_pairs(
            set["labels"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(n, v)| (n.clone(), v.as_str().unwrap().to_owned())),
        );
        assert_eq!(label_string(labels.iter()), set["label_string"], "{labels}");
    }
}

#[test]
fn zero_fields_are_left_out_as_alloy_leaves_them_out() {
    let mut body = encode("{}", &[(0, 0, Vec::new(), Vec::new())]);
    assert_eq!(body.finish(), b"\x0a\x08\x0a\x02{}\x12\x02\x0a\x00");
}
