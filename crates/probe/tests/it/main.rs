//! Probes of local servers, and the answers of the `/probe` page.

mod http;
mod server;
mod site;
