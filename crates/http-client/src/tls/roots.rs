//! The system's authorities, loaded once per process; Mozilla's list where the system has none.

use std::sync::Arc;

use rustls::RootCertStore;
use tokio::sync::OnceCell;

static SYSTEM: OnceCell<Arc<RootCertStore>> = OnceCell::const_new();

/// The authorities to trust where the configuration names none.
pub async fn system() -> Arc<RootCertStore> {
    let load = || async {
        tokio::task::spawn_blocking(load)
            .await
            .unwrap_or_else(|_| Arc::new(bundled()))
    };
    Arc::clone(SYSTEM.get_or_init(load).await)
}

fn load() -> Arc<RootCertStore> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        tracing::debug!("the system has no certificate authorities; using the bundled list");
        return Arc::new(bundled());
    }
    Arc::new(roots)
}

fn bundled() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    roots
}
