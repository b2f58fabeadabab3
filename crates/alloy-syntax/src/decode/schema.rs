//! What a block can hold, as data: for documentation and for telling names apart.

/// What a block can hold.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// What the block is for, line by line.
    pub doc: &'static [&'static str],
    /// What it can hold, in the order in which it is documented and shown.
    pub fields: &'static [FieldSchema],
}

/// One thing that a block can hold.
#[derive(Clone, Copy, Debug)]
pub enum FieldSchema {
    /// An attribute.
    Attribute(AttributeSchema),
    /// A block, or several of one name.
    Block(BlockSchema),
    /// Blocks of several names whose common order counts.
    Choice(fn() -> &'static [Variant]),
    /// The fields of another group of arguments, as if they stood here.
    Flatten(fn() -> &'static Schema),
    /// The block's label.
    Label {
        /// What the label means, line by line.
        doc: &'static [&'static str],
    },
    /// A name that is refused with a reason.
    Refused {
        /// The name.
        name: &'static str,
        /// Why, and what to do instead.
        reason: &'static str,
    },
}

/// An attribute.
#[derive(Clone, Copy, Debug)]
pub struct AttributeSchema {
    /// Its name.
    pub name: &'static str,
    /// What it means, line by line.
    pub doc: &'static [&'static str],
    /// What it takes: `string`, `duration`, `list`, …
    pub takes: &'static str,
    /// Whether it must be given.
    pub required: bool,
    /// Its default as the component's source states it.
    pub default: Option<&'static str>,
}

/// A block.
#[derive(Clone, Copy, Debug)]
pub struct BlockSchema {
    /// Its name.
    pub name: &'static str,
    /// What it means, line by line.
    pub doc: &'static [&'static str],
    /// How often it may be given.
    pub repeat: Repeat,
    /// What it can hold.
    pub body: fn() -> &'static Schema,
}

/// How often a block may be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Once.
    Required,
    /// Once or not at all.
    Optional,
    /// Any number of times.
    Many,
}

/// One of the blocks of a choice.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// Its name.
    pub name: &'static str,
    /// What it means, line by line.
    pub doc: &'static [&'static str],
    /// What it can hold.
    pub body: fn() -> &'static Schema,
}
