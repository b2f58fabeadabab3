//! Any bytes: the parser answers, and every error has a place and can be shown.
#![no_main]

use libfuzzer_sys::fuzz_target;
use outpost_alloy_syntax::{Source, parse, parse_expression};

fuzz_target!(|bytes: &[u8]| {
    let Ok(source) = Source::from_bytes("fuzz", bytes) else {
        return;
    };
    for faults in [parse(&source).err(), parse_expression(&source).err()] {
        for fault in faults.into_iter().flatten() {
            let location = fault.location.as_ref().expect("a syntax error has a place");
            assert!(location.span.end as usize <= bytes.len());
            let _ = fault.to_string();
        }
    }
});
