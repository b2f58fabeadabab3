//! What the pipeline promises, seen from outside.

mod diagnostics;
