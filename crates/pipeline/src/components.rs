//! Every component and block that Outpost has: arguments, exports, and the wiring to the crate that does the work.
//!
//! One file per component. A component's arguments are stated with every name and default of Alloy's documentation; what
//! has no effect yet says so in [`crate::Component::advise`].

mod discovery;
mod livedebugging;
mod local;
mod logging;
mod loki;
mod prometheus;

use crate::Definition;

/// All definitions.
pub(crate) fn all() -> Vec<Definition> {
    vec![
        Definition::block::<logging::Logging>(),
        Definition::block::<livedebugging::LiveDebugging>(),
        Definition::component::<discovery::dns::Dns>(),
        Definition::component::<discovery::docker::Docker>(),
        Definition::component::<discovery::file::File>(),
        Definition::component::<discovery::http::Http>(),
        Definition::component::<discovery::relabel::Relabel>(),
        Definition::component::<local::file_match::FileMatch>(),
        Definition::component::<loki::echo::Echo>(),
        Definition::component::<loki::process::Process>(),
        Definition::component::<loki::relabel::Relabel>(),
        Definition::component::<loki::source_api::SourceApi>(),
        Definition::component::<loki::source_docker::SourceDocker>(),
        Definition::component::<loki::source_file::SourceFile>(),
        Definition::component::<loki::source_syslog::SourceSyslog>(),
        Definition::component::<loki::write::Write>(),
        Definition::component::<prometheus::exporter_blackbox::ExporterBlackbox>(),
        Definition::component::<prometheus::exporter_cadvisor::ExporterCadvisor>(),
        Definition::component::<prometheus::exporter_mysql::ExporterMysql>(),
        Definition::component::<prometheus::exporter_nginx::ExporterNginx>(),
        Definition::component::<prometheus::exporter_self::ExporterSelf>(),
        Definition::component::<prometheus::exporter_unix::ExporterUnix>(),
        Definition::component::<prometheus::relabel::Relabel>(),
        Definition::component::<prometheus::remote_write::RemoteWrite>(),
        Definition::component::<prometheus::scrape::Scrape>(),
    ]
}
