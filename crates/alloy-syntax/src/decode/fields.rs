//! The statements of one body while they are being decoded: each is taken by name, and what remains is unknown.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Arguments, Blocks, Choice};
use crate::ast::{Attribute, Block, Body, Ident, Statement};
use crate::convert::FromValue;
use crate::eval::{Scope, evaluate};
use crate::locate::locate;
use crate::{Diagnostic, Diagnostics, Source, Span, suggest};

/// What decoding objects to, and where it reads from.
pub struct Objections<'a> {
    source: &'a Arc<Source>,
    /// `None` while only checking: then an expression with a reference or call in it is left alone.
    scope: Option<&'a dyn Scope>,
    found: Diagnostics,
}

/// The statements of one body, those that were not yet taken.
pub struct Fields<'a, 'o> {
    objections: &'o mut Objections<'a>,
    attributes: BTreeMap<&'a str, Vec<&'a Attribute>>,
    blocks: BTreeMap<String, Vec<(usize, &'a Block)>>,
    label: Option<&'a Ident>,
    /// What a message about the body as a whole underlines.
    place: Span,
    /// Where each attribute that was taken stands, for later checks.
    taken: BTreeMap<&'static str, Span>,
    known_attributes: Vec<&'static str>,
    known_blocks: Vec<&'static str>,
}

// === impl Objections ===

impl<'a> Objections<'a> {
    pub(super) fn new(source: &'a Arc<Source>, scope: Option<&'a dyn Scope>) -> Self {
        Self {
            source,
            scope,
            found: Diagnostics::default(),
        }
    }

    pub(super) fn into_diagnostics(self) -> Diagnostics {
        self.found
    }

    pub(super) fn error(&mut self, span: Span, message: impl Into<String>) {
        self.found
            .push(Diagnostic::error(self.source, span, message));
    }

    /// Decodes a whole body.
    pub(super) fn body<T: Arguments>(
        &mut self,
        body: &'a Body,
        label: Option<&'a Ident>,
        place: Span,
    ) -> Option<T> {
        let mut fields = Fields::new(self, body, label, place);
        let decoded = T::decode_fields(&mut fields);
        let clean = fields.finish();
        decoded.filter(|_| clean)
    }

    /// Decodes a nested block.
    pub(super) fn block<T: Arguments>(&mut self, block: &'a Block) -> Option<T> {
        self.body(&block.body, block.label.as_ref(), block.header_span())
    }
}

// === impl Fields ===

impl<'a, 'o> Fields<'a, 'o> {
    fn new(
        objections: &'o mut Objections<'a>,
        body: &'a Body,
        label: Option<&'a Ident>,
        place: Span,
    ) -> Self {
        let mut attributes: BTreeMap<&str, Vec<&Attribute>> = BTreeMap::new();
        let mut blocks: BTreeMap<String, Vec<(usize, &Block)>> = BTreeMap::new();
        for (at, statement) in body.statements.iter().enumerate() {
            match statement {
                Statement::Attribute(attribute) => {
                    attributes
                        .entry(&attribute.name.name)
                        .or_default()
                        .push(attribute);
                }
                Statement::Block(block) => {
                    blocks
                        .entry(block.full_name())
                        .or_default()
                        .push((at, block));
                }
            }
        }
        Self {
            objections,
            attributes,
            blocks,
            label,
            place,
            taken: BTreeMap::new(),
            known_attributes: Vec::new(),
            known_blocks: Vec::new(),
        }
    }

    /// Takes an attribute. `default` gives the value if it is not there.
    pub fn attribute<T: FromValue>(
        &mut self,
        name: &'static str,
        default: Option<fn() -> T>,
    ) -> Option<T> {
        self.known_attributes.push(name);
        let given = self.attributes.remove(name).unwrap_or_default();
        if given.is_empty() && self.objects_to_block(name) {
            return None;
        }
        let Some((first, again)) = given.split_first() else {
            let absent = default.map_or_else(T::absent, |default| Some(default()));
            if absent.is_none() {
                let message = format!("the argument `{name}` is required and not given");
                self.objections.error(self.place, message);
            }
            return absent;
        };
        self.taken.insert(name, first.span());
        for attribute in again {
            let diagnostic = Diagnostic::error(
                self.objections.source,
                attribute.span(),
                format!("the argument `{name}` is given twice"),
            )
            .with_note(
                self.objections.source,
                first.span(),
                "it was given here first",
            );
            self.objections.found.push(diagnostic);
        }
        let value = self.value(first)?;
        again.is_empty().then_some(value)
    }

    /// Takes blocks of one name. `default` gives the value if there are none.
    pub fn blocks<B: Blocks>(
        &mut self,
        name: &'static str,
        default: Option<fn() -> B>,
    ) -> Option<B> {
        self.known_blocks.push(name);
        let given = self.take_blocks(name);
        if given.is_empty() {
            if self.objects_to_attribute(name) {
                return None;
            }
            let absent = default.map_or_else(B::absent, |default| Some(default()));
            if absent.is_none() {
                let message = format!("the block `{name}` is required and not given");
                self.objections.error(self.place, message);
            }
            return absent;
        }
        if !B::REPEATS
            && let [first, again, ..] = given.as_slice()
        {
            let diagnostic = Diagnostic::error(
                self.objections.source,
                again.header_span(),
                format!("the block `{name}` may be given only once"),
            )
            .with_note(
                self.objections.source,
                first.header_span(),
                "it was given here first",
            );
            self.objections.found.push(diagnostic);
            return None;
        }
        B::decode(self.objections, &given)
    }

    /// Takes the blocks of a choice, in the order in which they stand.
    pub fn choice<C: Choice>(&mut self) -> Option<Vec<C>> {
        let mut given: Vec<(usize, &'static str, &'a Block)> = Vec::new();
        let mut sound = true;
        for variant in C::variants() {
            self.known_blocks.push(variant.name);
            sound &= !self.objects_to_attribute(variant.name);
            for (at, block) in self.blocks.remove(variant.name).unwrap_or_default() {
                given.push((at, variant.name, block));
            }
        }
        given.sort_by_key(|(at, ..)| *at);
        let mut chosen = Vec::with_capacity(given.len());
        for (_, name, block) in given {
            match C::decode(name, block, self.objections) {
                Some(variant) => chosen.push(variant),
                None => sound = false,
            }
        }
        sound.then_some(chosen)
    }

    /// Takes the block's label.
    pub fn label(&mut self) -> Option<String> {
        let label = self.label.take();
        if label.is_none() {
            self.objections.error(
                self.place,
                "the block needs a label: a name in quotes after its own",
            );
        }
        label.map(|label| label.name.to_string())
    }

    /// Refuses a name.
    pub fn refused(&mut self, name: &'static str, reason: &str) {
        let attributes = self.attributes.remove(name).unwrap_or_default();
        let blocks = self.take_blocks(name);
        let message = format!("`{name}` is not supported: {reason}");
        let attributes = attributes.iter().map(|attribute| attribute.span());
        for span in attributes.chain(blocks.iter().map(|block| block.header_span())) {
            self.objections.error(span, message.as_str());
        }
    }

    /// Objects to a value that was decoded: at the argument `name`, or at the whole block if it was not given.
    pub fn object(&mut self, name: &str, message: impl Into<String>) {
        let span = self.taken.get(name).copied().unwrap_or(self.place);
        self.objections.error(span, message);
    }

    /// Objects to the block as a whole.
    pub fn object_to_block(&mut self, message: impl Into<String>) {
        self.objections.error(self.place, message);
    }

    /// Whether the argument was given, be it as its default.
    pub fn was_given(&self, name: &str) -> bool {
        self.taken.contains_key(name)
    }

    /// How many objections there are so far.
    #[doc(hidden)]
    pub fn objections(&self) -> usize {
        self.objections.found.len()
    }

    fn value<T: FromValue>(&mut self, attribute: &Attribute) -> Option<T> {
        let expr = &attribute.value;
        let value = match self.objections.scope {
            Some(scope) => evaluate(expr, scope),
            None if expr.references().is_empty() => evaluate(expr, &crate::eval::Constants),
            None => return None,
        };
        let decoded =
            value.and_then(|value| T::from_value(&value).map_err(|wrong| locate(expr, wrong)));
        match decoded {
            Ok(decoded) => Some(decoded),
            Err(error) => {
                self.objections
                    .found
                    .push(error.into_diagnostic(self.objections.source));
                None
            }
        }
    }

    fn take_blocks(&mut self, name: &str) -> Vec<&'a Block> {
        self.blocks
            .remove(name)
            .unwrap_or_default()
            .into_iter()
            .map(|(_, block)| block)
            .collect()
    }

    fn objects_to_block(&mut self, name: &str) -> bool {
        let given = self.take_blocks(name);
        let Some(block) = given.first() else {
            return false;
        };
        let message = format!("`{name}` is an argument, not a block: write `{name} = …`");
        self.objections.error(block.header_span(), message);
        true
    }

    fn objects_to_attribute(&mut self, name: &str) -> bool {
        let Some(given) = self.attributes.remove(name) else {
            return false;
        };
        let message = format!("`{name}` is a block, not an argument: write `{name} {{ … }}`");
        for attribute in given {
            self.objections.error(attribute.span(), message.as_str());
        }
        true
    }

    /// Objects to everything that was not taken; whether there was nothing.
    fn finish(self) -> bool {
        let Self {
            objections,
            attributes,
            blocks,
            label,
            known_attributes,
            known_blocks,
            ..
        } = self;
        let clean = attributes.is_empty() && blocks.is_empty() && label.is_none();
        if let Some(label) = label {
            objections.error(label.span, "the block takes no label");
        }
        for (name, given) in attributes {
            let nearest = suggest(name, known_attributes.iter().chain(&known_blocks).copied());
            for attribute in given {
                let diagnostic = Diagnostic::error(
                    objections.source,
                    attribute.span(),
                    format!("unknown argument `{name}`"),
                );
                objections.found.push(diagnostic.with_suggestion(nearest));
            }
        }
        for (name, given) in blocks {
            let nearest = suggest(&name, known_blocks.iter().chain(&known_attributes).copied());
            for (_, block) in given {
                let diagnostic = Diagnostic::error(
                    objections.source,
                    block.header_span(),
                    format!("unknown block `{name}`"),
                );
                objections.found.push(diagnostic.with_suggestion(nearest));
            }
        }
        clean
    }
}
