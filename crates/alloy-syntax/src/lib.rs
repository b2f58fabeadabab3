//! The Alloy configuration language: parser, formatter, evaluation, standard library, diagnostics.
