//! The shapes that a block field can have: once, perhaps, or many times.

use super::{Arguments, Objections, Repeat, Schema};
use crate::ast::Block;
use crate::encode::Encoded;

/// A type of field that holds blocks of one name.
pub trait Blocks: Sized {
    /// Whether the block may be given more than once.
    const REPEATS: bool;

    /// How often the block may be given, unless the field has a default.
    const REPEAT: Repeat;

    /// What one block can hold.
    fn schema() -> &'static Schema;

    /// Decodes the blocks, at least one.
    fn decode<'a>(objections: &mut Objections<'a>, given: &[&'a Block]) -> Option<Self>;

    /// What stands for no block at all.
    fn absent() -> Option<Self>;

    /// Adds what the component API shows.
    fn encode(&self, name: &'static str, default: Option<&Self>, out: &mut Vec<Encoded>);
}

fn encode_one<T: Arguments>(name: &'static str, block: &T) -> Encoded {
    Encoded::Block {
        name: name.into(),
        label: block.encode_label().map(Into::into),
        body: block.encode(),
    }
}

impl<T: Arguments> Blocks for T {
    const REPEATS: bool = false;
    const REPEAT: Repeat = Repeat::Required;

    fn schema() -> &'static Schema {
        T::schema()
    }

    fn decode<'a>(objections: &mut Objections<'a>, given: &[&'a Block]) -> Option<Self> {
        objections.block(given.first()?)
    }

    fn absent() -> Option<Self> {
        None
    }

    fn encode(&self, name: &'static str, default: Option<&Self>, out: &mut Vec<Encoded>) {
        let body = Arguments::encode(self);
        if default.is_none_or(|default| body != Arguments::encode(default)) {
            out.push(encode_one(name, self));
        }
    }
}

impl<T: Arguments> Blocks for Option<T> {
    const REPEATS: bool = false;
    const REPEAT: Repeat = Repeat::Optional;

    fn schema() -> &'static Schema {
        T::schema()
    }

    fn decode<'a>(objections: &mut Objections<'a>, given: &[&'a Block]) -> Option<Self> {
        objections.block(given.first()?).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn encode(&self, name: &'static str, _: Option<&Self>, out: &mut Vec<Encoded>) {
        out.extend(self.iter().map(|block| encode_one(name, block)));
    }
}

impl<T: Arguments> Blocks for Vec<T> {
    const REPEATS: bool = true;
    const REPEAT: Repeat = Repeat::Many;

    fn schema() -> &'static Schema {
        T::schema()
    }

    fn decode<'a>(objections: &mut Objections<'a>, given: &[&'a Block]) -> Option<Self> {
        // All are decoded before the first failure counts, so that all objections are found.
        let decoded: Vec<Option<T>> = given.iter().map(|block| objections.block(block)).collect();
        decoded.into_iter().collect()
    }

    fn absent() -> Option<Self> {
        Some(Vec::new())
    }

    fn encode(&self, name: &'static str, _: Option<&Self>, out: &mut Vec<Encoded>) {
        out.extend(self.iter().map(|block| encode_one(name, block)));
    }
}
