//! Probes of local servers, and the answers of the `/probe` page.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod beside;
mod config;
mod http;
mod server;
mod site;
