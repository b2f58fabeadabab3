use outpost_model::{Labels, LabelsBuilder};
use proptest::prelude::*;

use super::{json, label_text};
use crate::label_string;

proptest! {
    #[test]
    fn every_label_string_that_is_written_is_read_back(
        pairs in proptest::collection::btree_map("[a-zA-Z_][a-zA-Z0-9_]{0,8}", ".{1,12}", 0..5),
    ) {
        let labels = Labels::from_pairs(&pairs);
        let mut read = LabelsBuilder::default();
        let text = label_string(labels.iter());
        prop_assert_eq!(label_text::read(&text, &mut read), Ok(()));
        prop_assert_eq!(read.build(), labels);
    }

    #[test]
    fn no_text_makes_the_readers_panic(text in "[{}a=\"'`\\\\,x0-9u]{0,40}", bytes: Vec<u8>) {
        let _ = label_text::read(&text, &mut LabelsBuilder::default());
        let _ = json::decode(text.as_bytes());
        let _ = json::decode(&bytes);
    }
}
