//! Interned labels: each name=value pair once, in the bytes that remote write 1.0 sends.
//!
//! A pair is kept as protobuf's `Label` field of a `TimeSeries`, tag and length included, so that encoding a series is
//! copying; name and value are found in it again in a few steps. A pair lives while a set or a series refers to it.

use rapidhash::v3::{RapidSecrets, rapidhash_v3_seeded};

use super::index::Index;
use super::slots::Slots;
use crate::varint::{Input, len_u64, put_bytes, put_len};

/// `TimeSeries.labels`, length-delimited.
const TAG_LABEL: u8 = 0x0a;
/// `Label.name`, length-delimited.
const TAG_NAME: u8 = 0x0a;
/// `Label.value`, length-delimited.
const TAG_VALUE: u8 = 0x12;

/// One interned label.
#[derive(Debug, Default)]
struct Pair {
    encoded: Box<[u8]>,
    references: u32,
}

/// All interned labels.
#[derive(Debug)]
pub(crate) struct Pairs {
    slots: Slots<Pair>,
    index: Index,
    secrets: RapidSecrets,
    text_bytes: usize,
    scratch: Vec<u8>,
}

// === impl Pairs ===

impl Pairs {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            slots: Slots::default(),
            index: Index::default(),
            secrets: RapidSecrets::seed(seed),
            text_bytes: 0,
            scratch: Vec::new(),
        }
    }

    /// The id of a label; the caller holds one reference more.
    pub(crate) fn intern(&mut self, name: &[u8], value: &[u8]) -> u32 {
        let mut encoded = std::mem::take(&mut self.scratch);
        encoded.clear();
        encode(&mut encoded, name, value);
        let hash = rapidhash_v3_seeded(&encoded, &self.secrets);
        let found = self.index.find(hash, |id| {
            self.slots
                .get(id)
                .is_some_and(|pair| *pair.encoded == *encoded)
        });
        let id = found.unwrap_or_else(|| {
            self.text_bytes += encoded.len();
            let id = self.slots.insert(Pair {
                encoded: encoded.as_slice().into(),
                references: 0,
            });
            let (slots, secrets) = (&self.slots, &self.secrets);
            self.index
                .insert(hash, id, |id| hash_of(slots, secrets, id));
            id
        });
        self.scratch = encoded;
        self.refer(id);
        id
    }

    /// One reference more.
    pub(crate) fn refer(&mut self, id: u32) {
        if let Some(pair) = self.slots.get_mut(id) {
            pair.references += 1;
        }
    }

    /// One reference less; true if that was the last and the pair is gone.
    pub(crate) fn release(&mut self, id: u32) -> bool {
        let Some(pair) = self.slots.get_mut(id).filter(|pair| pair.references > 0) else {
            return false;
        };
        pair.references -= 1;
        if pair.references > 0 {
            return false;
        }
        let (slots, secrets) = (&self.slots, &self.secrets);
        let hash = hash_of(slots, secrets, id);
        self.index
            .remove(hash, id, |id| hash_of(slots, secrets, id));
        self.text_bytes -= self.slots.remove(id).encoded.len();
        true
    }

    /// The label as a field of remote write 1.0's `TimeSeries`; empty for an id that is not in use.
    #[inline]
    pub(crate) fn encoded(&self, id: u32) -> &[u8] {
        self.slots
            .get(id)
            .map(|pair| &*pair.encoded)
            .unwrap_or_default()
    }

    /// The label's name and value.
    pub(crate) fn parts(&self, id: u32) -> (&[u8], &[u8]) {
        parts(self.encoded(id)).unwrap_or_default()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.slots.bytes() + self.index.bytes() + self.text_bytes
    }
}

/// Appends a label as a field of `TimeSeries`.
pub(crate) fn encode(buffer: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    let body = 2 + [name, value]
        .map(|text| text.len() + len_u64(text.len() as u64))
        .iter()
        .sum::<usize>();
    buffer.push(TAG_LABEL);
    put_len(buffer, body);
    buffer.push(TAG_NAME);
    put_bytes(buffer, name);
    buffer.push(TAG_VALUE);
    put_bytes(buffer, value);
}

/// Name and value of an encoded label.
fn parts(encoded: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut input = Input::new(encoded);
    input.u8()?;
    input.u64()?;
    input.u8()?;
    let name = input.bytes()?;
    input.u8()?;
    Some((name, input.bytes()?))
}

fn hash_of(slots: &Slots<Pair>, secrets: &RapidSecrets, id: u32) -> u64 {
    let encoded = slots.get(id).map(|pair| &*pair.encoded).unwrap_or_default();
    rapidhash_v3_seeded(encoded, secrets)
}
