//! What `prometheus.exporter.mysql` takes.

use outpost_alloy_syntax::{Secret, arguments};
use outpost_collect::exporter::mysql::{
    Dsn, Heartbeat, MysqlConfig, PerfFileInstances, PerfStatements, Processlist,
};

use crate::Refusal;
use crate::arguments::defaults;

arguments! {
    /// A MySQL or MariaDB server.
    pub(crate) struct MysqlArguments {
        /// The server and who asks, as Go's driver writes it: `user:password@tcp(host:3306)/`.
        attr data_source_name: Secret,
        /// Collectors that do not run.
        attr disable_collectors: Vec<String> = Vec::new(),
        /// Collectors that run besides the default ones.
        attr enable_collectors: Vec<String> = Vec::new(),
        /// Collectors that run in place of the default ones.
        attr set_collectors: Vec<String> = Vec::new(),
        /// Seconds that a statement may wait for a metadata lock.
        attr lock_wait_timeout: u64 = 2,
        /// Whether that limit is set.
        attr enable_lock_wait_timeout: bool = true,
        /// Whether the statements stay out of the slow log.
        attr log_slow_filter: bool = false,
        /// pt-heartbeat's table.
        block heartbeat: HeartbeatArguments = defaults(),
        /// Threads.
        block processlist as "info_schema.processlist": ProcesslistArguments = defaults(),
        /// Tables.
        block tables as "info_schema.tables": TablesArguments = defaults(),
        /// Users.
        block user as "mysql.user": UserArguments = defaults(),
        /// Statements by kind.
        block statements as "perf_schema.eventsstatements": StatementsArguments = defaults(),
        /// Files.
        block file_instances as "perf_schema.file_instances": FileInstancesArguments = defaults(),
        /// Memory by event.
        block memory_events as "perf_schema.memory_events": MemoryEventsArguments = defaults(),
    }
}

arguments! {
    /// pt-heartbeat's table.
    pub(crate) struct HeartbeatArguments {
        /// The table's schema.
        attr database: String = "heartbeat".to_owned(),
        /// The table.
        attr table: String = "heartbeat".to_owned(),
        /// Whether it is written in UTC.
        attr utc: bool = false,
    }
}

arguments! {
    /// Threads.
    pub(crate) struct ProcesslistArguments {
        /// Seconds in its state from which on a thread counts.
        attr min_time: u64 = 0,
        /// Count by user.
        attr processes_by_user: bool = true,
        /// Count by host.
        attr processes_by_host: bool = true,
    }
}

arguments! {
    /// Tables.
    pub(crate) struct TablesArguments {
        /// Schemas: `*`, or names parted by commas.
        attr databases: String = "*".to_owned(),
    }
}

arguments! {
    /// Users.
    pub(crate) struct UserArguments {
        /// Privileges too.
        attr privileges: bool = false,
    }
}

arguments! {
    /// Statements by kind.
    pub(crate) struct StatementsArguments {
        /// Kinds told at most.
        attr limit: u64 = 250,
        /// Seconds after which a kind that did not run again is left out.
        attr time_limit: u64 = 86_400,
        /// Characters of the text.
        attr text_limit: u64 = 120,
        /// Schemas left out.
        attr exclude_schemas: Vec<String> = Vec::new(),
    }
}

arguments! {
    /// Files.
    pub(crate) struct FileInstancesArguments {
        /// Files taken.
        attr filter: String = ".*".to_owned(),
        /// What is taken off their names.
        attr remove_prefix: String = "/var/lib/mysql".to_owned(),
    }
}

arguments! {
    /// Memory by event.
    pub(crate) struct MemoryEventsArguments {
        /// What is taken off the events' names.
        attr remove_prefix: String = "memory/".to_owned(),
    }
}

// === impl MysqlArguments ===

impl MysqlArguments {
    /// The exporter's configuration.
    pub(super) fn config(&self) -> Result<MysqlConfig, Refusal> {
        let dsn = Dsn::parse(self.data_source_name.reveal())
            .map_err(|error| Refusal::of(["data_source_name"], error.to_string()))?;
        let file_instances = PerfFileInstances::new(
            &self.file_instances.filter,
            self.file_instances.remove_prefix.clone(),
        )
        .map_err(|error| {
            let path = ["perf_schema.file_instances", "filter"];
            Refusal::of(path, format!("no regular expression: {error}"))
        })?;
        Ok(MysqlConfig {
            set: self.set_collectors.clone(),
            enable: self.enable_collectors.clone(),
            disable: self.disable_collectors.clone(),
            lock_wait_timeout: self
                .enable_lock_wait_timeout
                .then_some(self.lock_wait_timeout),
            log_slow_filter: self.log_slow_filter,
            heartbeat: Heartbeat {
                database: self.heartbeat.database.clone(),
                table: self.heartbeat.table.clone(),
                utc: self.heartbeat.utc,
            },
            processlist: Processlist {
                min_time: self.processlist.min_time,
                by_user: self.processlist.processes_by_user,
                by_host: self.processlist.processes_by_host,
            },
            table_schemas: self.tables.databases.clone(),
            user_privileges: self.user.privileges,
            statements: PerfStatements {
                limit: self.statements.limit,
                time_limit: self.statements.time_limit,
                text_limit: self.statements.text_limit,
                exclude_schemas: self.statements.exclude_schemas.clone(),
            },
            file_instances,
            memory_remove_prefix: self.memory_events.remove_prefix.clone(),
            ..MysqlConfig::new(dsn)
        })
    }
}
