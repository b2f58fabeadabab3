//! The decoder takes any frames at all.

use proptest::prelude::*;

use super::*;
use crate::table::Table;
use crate::wal::decoder::{Decoded, Decoder};
use crate::wal::frame::{Frame, Kind};
use crate::wal::segment::Head;

fn payload() -> impl Strategy<Value = Vec<u8>> {
    // Small numbers are what payloads are made of; anything else is refused soon.
    prop::collection::vec(prop_oneof![3 => 0_u8..6, 1 => any::<u8>()], 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]
    #[test]
    fn any_frames_are_decoded_or_refused_and_everything_is_given_back(
        frames in prop::collection::vec((1_u8..13, 0_u32..9, payload(), any::<bool>()), 0..20),
    ) {
        let table = Arc::new(Table::new(3));
        let mut decoder = Decoder::new(&table, Head { number: 1, created_ms: T });
        let mut kept = Vec::new();
        for (kind, count, payload, skip) in &frames {
            let kind = Kind::from_byte(*kind).unwrap();
            let decoded = decoder.decode(Frame { kind, count: *count, payload }, *skip);
            if let Decoded::Points(body) = decoded {
                kept.push(body);
            }
        }
        drop(decoder);
        drop(kept);
        prop_assert_eq!(table.read().len(), 0, "no series is left behind");
    }
}
