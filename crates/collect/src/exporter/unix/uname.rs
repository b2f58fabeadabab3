//! `uname`: which kernel runs, and under what name. Dashboards find hosts by it.

use super::collector::{CollectError, Collector};
use super::host::Host;
use crate::exporter::Page;

pub(super) struct Uname;

impl Collector for Uname {
    fn collect(&mut self, _: &Host, page: &mut Page) -> Result<(), CollectError> {
        let uname = rustix::system::uname();
        let text = |value: &std::ffi::CStr| value.to_string_lossy().into_owned();
        page.gauge("node_uname_info", "The kernel and the node's name.")
            .put(
                &[
                    ("domainname", &text(uname.domainname())),
                    ("machine", &text(uname.machine())),
                    ("nodename", &text(uname.nodename())),
                    ("release", &text(uname.release())),
                    ("sysname", &text(uname.sysname())),
                    ("version", &text(uname.version())),
                ],
                1.0,
            );
        Ok(())
    }
}
