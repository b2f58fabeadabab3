//! The HTTP server's port.

use std::io::ErrorKind;

use anyhow::anyhow;
use tokio::net::TcpListener;

/// Listens on `host:port`; `:port` means every address of the host, as Alloy reads it.
pub(super) async fn bind(address: &str) -> anyhow::Result<TcpListener> {
    let full = if address.starts_with(':') {
        format!("[::]{address}")
    } else {
        address.to_owned()
    };
    let bound = match TcpListener::bind(&full).await {
        // A host without IPv6.
        Err(error) if full != address && error.kind() != ErrorKind::AddrInUse => {
            TcpListener::bind(format!("0.0.0.0{address}")).await
        }
        bound => bound,
    };
    bound.map_err(|error| {
        anyhow!("cannot listen on {address}: {error}; choose another address with --server.http.listen-addr")
    })
}
