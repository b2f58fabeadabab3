//! Choices: blocks of several names whose common order counts, such as the stages of a log pipeline.

use super::{Objections, Variant};
use crate::ast::Block;
use crate::encode::Encoded;

/// One block out of several kinds; written by [`choice!`](crate::choice).
pub trait Choice: Sized {
    /// The kinds.
    fn variants() -> &'static [Variant];

    /// Decodes a block of the kind `name`.
    fn decode<'a>(name: &str, block: &'a Block, objections: &mut Objections<'a>) -> Option<Self>;

    /// What the component API shows.
    fn encode(&self) -> Encoded;
}

impl<'a> Objections<'a> {
    /// Decodes the block of a choice.
    #[doc(hidden)]
    pub fn chosen<T: super::Arguments>(&mut self, block: &'a Block) -> Option<T> {
        self.block(block)
    }
}
