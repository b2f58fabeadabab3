//! Upper and lower case as Go has it: one character for one, where Rust's mapping may give several.

/// Greek letters with an iota below: their capitals stand at these distances, while Rust writes the iota out.
const IOTA: [(std::ops::RangeInclusive<u32>, u32); 6] = [
    (0x1f80..=0x1f87, 8),
    (0x1f90..=0x1f97, 8),
    (0x1fa0..=0x1fa7, 8),
    (0x1fb3..=0x1fb3, 9),
    (0x1fc3..=0x1fc3, 9),
    (0x1ff3..=0x1ff3, 9),
];

/// The capital of `c`, or `c` where it has none of one character.
pub(super) fn upper(c: char) -> char {
    let mut mapped = c.to_uppercase();
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => IOTA
            .iter()
            .find(|(range, _)| range.contains(&u32::from(c)))
            .and_then(|(_, distance)| char::from_u32(u32::from(c) + distance))
            .unwrap_or(c),
    }
}

/// The small letter of `c`; of the one character that Rust maps to two, `İ`, Go keeps the first.
pub(super) fn lower(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}
