//! Any valid file: what the formatter writes is valid, and formatting it again changes nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use outpost_alloy_syntax::{Source, format};

fuzz_target!(|bytes: &[u8]| {
    let Ok(source) = Source::from_bytes("fuzz", bytes) else {
        return;
    };
    let Ok(once) = format(&source) else {
        return;
    };
    let again = Source::new("formatted", &*once).expect("no longer than the limit");
    assert_eq!(format(&again).expect("a formatted file is valid"), once);
});
