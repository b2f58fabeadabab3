//! `prometheus.exporter.mysql`: a MySQL or MariaDB server's own counters.

mod arguments;

use std::sync::{Mutex, PoisonError};

use outpost_collect::exporter::mysql::{MysqlConfig, MysqlExporter};

use crate::components::prometheus::exporter::{export_target_of, offer};
use crate::{Component, Context, Refusal, Remark};

pub(crate) use arguments::MysqlArguments;

/// The job of its target.
const JOB: &str = "integrations/mysql";

/// The component.
pub(crate) struct ExporterMysql {
    context: Context,
    /// The exporter until the component opens.
    ready: Mutex<Option<MysqlExporter>>,
}

fn make(config: MysqlConfig) -> Result<MysqlExporter, Refusal> {
    MysqlExporter::new(config).map_err(|error| Refusal::because(&error))
}

impl Component for ExporterMysql {
    const NAME: &'static str = "prometheus.exporter.mysql";
    const EXPORTS: &'static [&'static str] = &["targets"];
    type Arguments = MysqlArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        let config = arguments.config()?;
        let instance = config.dsn.instance();
        let exporter = make(config)?;
        export_target_of(context, Self::NAME, JOB, &instance);
        Ok(Self {
            context: context.clone(),
            ready: Mutex::new(Some(exporter)),
        })
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        let config = arguments.config()?;
        let instance = config.dsn.instance();
        let exporter = make(config)?;
        export_target_of(&self.context, Self::NAME, JOB, &instance);
        offer(&self.context, exporter);
        Ok(())
    }

    fn open(&self) -> Result<(), Refusal> {
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(exporter) = ready.take() {
            offer(&self.context, exporter);
        }
        Ok(())
    }

    fn advise(_: &Context, arguments: &Self::Arguments) -> Vec<Remark> {
        let unused = arguments.user.privileges.then(|| {
            let path = ["mysql.user", "privileges"];
            Remark::on(path, "privileges of users are not told yet")
        });
        unused.into_iter().collect()
    }
}
