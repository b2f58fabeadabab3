//! The MySQL exporter with a real MariaDB, beside the real mysqld_exporter.

use std::process::Command;
use std::time::Duration;

use outpost_collect::exporter::SharedExporter;
use outpost_collect::exporter::mysql::{Dsn, MysqlConfig, MysqlExporter};
use outpost_testbed::{MariaDb, Process, free_port, get, peer, tool, wait_until};

use super::compare::{Allowed, differences};
use super::exposition::{self, Page};

/// Optional collectors, all of which MariaDB has tables for.
const OPTIONAL: &[&str] = &[
    "auto_increment.columns",
    "binlog_size",
    "engine_innodb_status",
    "heartbeat",
    "info_schema.clientstats",
    "info_schema.innodb_metrics",
    "info_schema.innodb_tablespaces",
    "info_schema.processlist",
    "info_schema.schemastats",
    "info_schema.tables",
    "info_schema.tablestats",
    "info_schema.userstats",
    "mysql.user",
    "perf_schema.eventsstatements",
    "perf_schema.eventsstatementssum",
    "perf_schema.eventswaits",
    "perf_schema.file_events",
    "perf_schema.file_instances",
    "perf_schema.indexiowaits",
    "perf_schema.memory_events",
    "perf_schema.tableiowaits",
    "perf_schema.tablelocks",
    "sys.user_summary",
];

const FLAGS: &[&str] = &[
    "--performance-schema=ON",
    "--userstat=ON",
    "--log-bin=bin",
    "--server-id=7",
];

const SETUP: &str = "CREATE DATABASE app; CREATE TABLE app.t (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, v TEXT); \
    USE app; INSERT INTO t (v) VALUES ('a'), ('b'); SELECT * FROM t; \
    CREATE DATABASE heartbeat; CREATE TABLE heartbeat.heartbeat (ts VARCHAR(26), server_id INT PRIMARY KEY); \
    INSERT INTO heartbeat.heartbeat VALUES ('2026-01-02T03:04:05.000006', 7); \
    CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=1, MASTER_USER='x', MASTER_PASSWORD='y'; \
    CREATE USER exporter@'127.0.0.1' IDENTIFIED BY 'se:c/r@t'; \
    GRANT PROCESS, REPLICATION CLIENT, SLAVE MONITOR, SELECT ON *.* TO exporter@'127.0.0.1'";

fn config(server: &MariaDb) -> MysqlConfig {
    let dsn = format!("exporter:se:c/r@t@tcp(127.0.0.1:{})/", server.port());
    let mut config = MysqlConfig::new(Dsn::parse(&dsn).unwrap());
    config.enable = OPTIONAL.iter().map(|&name| name.to_owned()).collect();
    config
}

fn exporter(config: MysqlConfig) -> SharedExporter {
    SharedExporter::new(MysqlExporter::new(config).unwrap())
}

async fn page(exporter: &SharedExporter) -> Page {
    let text = exporter.text(Duration::from_secs(60)).await.unwrap();
    exposition::read(&String::from_utf8(text).unwrap())
}

fn told(page: &Page, family: &str) -> Vec<String> {
    page.get(family)
        .map(|f| {
            f.series
                .iter()
                .map(|(series, value)| format!("{series} {value}"))
                .collect()
        })
        .unwrap_or_default()
}

#[tokio::test]
async fn families_types_labels_and_values_are_mysqld_exporters() {
    let Some(server) = MariaDb::start_with(FLAGS) else {
        return;
    };
    let Some(binary) = peer("prometheus-mysqld-exporter") else {
        return;
    };
    server.execute(SETUP);
    let dir = tempfile::tempdir().unwrap();
    // A thread that both see: each leaves its own out.
    let mut idle = Command::new(tool("mariadb").unwrap());
    idle.args(["--no-defaults", "-uroot", "-e", "SELECT SLEEP(600)"]);
    idle.arg(format!("--socket={}", server.socket().display()));
    let _idle = Process::start(&mut idle, dir.path().join("idle"));
    let port = free_port();
    let credentials = dir.path().join("my.cnf");
    std::fs::write(
        &credentials,
        format!(
            "[client]\nuser=exporter\npassword=se:c/r@t\nhost=127.0.0.1\nport={}\n",
            server.port()
        ),
    )
    .unwrap();
    let mut command = Command::new(binary);
    command
        .arg(format!("--config.my-cnf={}", credentials.display()))
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        // Alloy takes the directory off, the original's default with a slash more.
        .arg("--collect.perf_schema.file_instances.remove_prefix=/var/lib/mysql")
        .args(OPTIONAL.iter().map(|name| format!("--collect.{name}")));
    let _peer = Process::start(&mut command, dir.path().join("log"));
    wait_until("the peer to answer", || get(port, "/").ok());
    let theirs = || exposition::read(&get(port, "/metrics").unwrap().1);

    let ours = exporter(config(&server));
    page(&ours).await;
    theirs();
    let before = page(&ours).await;
    let theirs = theirs();
    let after = page(&ours).await;
    let found = differences(
        &before,
        &theirs,
        &after,
        &Allowed {
            only_theirs: &[
                // MariaDB has no columns for these: the peer tells 0.
                "mysql_perf_schema_events_statements_cpu_time",
                "mysql_perf_schema_events_statements_latency",
                "go_",
                "process_",
                "promhttp_",
                "mysqld_exporter_build_info",
            ],
            restless: &[
                "mysql_exporter_collector_duration",
                // The peer opens a connection for each scrape, and takes memory for it.
                "mysql_global_status_memory_used",
                "mysql_global_status_threads_",
                "mysql_info_schema_client_statistics_concurrent",
                "mysql_info_schema_user_statistics_concurrent",
                "mysql_sys_current_",
                "mysql_perf_schema_memory_events_used",
                // The peer reads the clock between the two.
                "mysql_heartbeat_now",
                // The peer tells 0 whatever the server says.
                "mysql_perf_schema_events_statements_lock_time",
            ],
            fleeting: &["mysql_info_schema_processlist_"],
            ..Allowed::default()
        },
    );
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test]
async fn one_connection_serves_all_collections_and_is_made_anew_when_it_breaks() {
    let Some(server) = MariaDb::start_with(FLAGS) else {
        return;
    };
    server.execute(SETUP);
    let mut config = config(&server);
    config.enable = vec!["info_schema.processlist".into()];
    let exporter = exporter(config);
    let connections = |page: &Page| page["mysql_global_status_connections"].series["{}"];

    let first = connections(&page(&exporter).await);
    let second = connections(&page(&exporter).await);
    assert_eq!(first.to_string(), second.to_string());

    server.execute(
        "SELECT id INTO @id FROM information_schema.processlist WHERE user = 'exporter'; \
        EXECUTE IMMEDIATE CONCAT('KILL CONNECTION ', @id)",
    );
    let third = page(&exporter).await;
    assert_eq!(told(&third, "mysql_up"), ["{} 1"]);
    assert!(connections(&third) > second);
}

#[tokio::test]
async fn what_a_user_may_not_see_costs_its_own_families() {
    let Some(server) = MariaDb::start() else {
        return;
    };
    server.execute("CREATE USER poor@'127.0.0.1' IDENTIFIED BY 'x'");
    let dsn = format!("poor:x@tcp(127.0.0.1:{})/", server.port());
    let page = page(&exporter(MysqlConfig::new(Dsn::parse(&dsn).unwrap()))).await;
    assert_eq!(
        told(&page, "mysql_exporter_collector_success"),
        [
            "{collector=\"collect.global_status\"} 1",
            "{collector=\"collect.global_variables\"} 1",
            "{collector=\"collect.info_schema.innodb_cmp\"} 0",
            "{collector=\"collect.info_schema.innodb_cmpmem\"} 0",
            "{collector=\"collect.info_schema.query_response_time\"} 1",
            "{collector=\"collect.slave_status\"} 0",
        ]
    );
    assert_eq!(told(&page, "mysql_up"), ["{} 1"]);
}

#[tokio::test]
async fn a_server_that_is_down_refuses_or_hangs_is_up_0_and_nothing_else() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let hanging = silent.local_addr().unwrap().port();
    let mut dsns = vec![
        format!("u:p@tcp(127.0.0.1:{})/", free_port()),
        format!("u:p@tcp(127.0.0.1:{hanging})/"),
        "u:p@unix(/no/such/socket)/".to_owned(),
    ];
    let server = MariaDb::start();
    dsns.extend(
        server
            .as_ref()
            .map(|s| format!("nobody:wrong@tcp(127.0.0.1:{})/", s.port())),
    );
    for dsn in dsns {
        let exporter = exporter(MysqlConfig::new(Dsn::parse(&dsn).unwrap()));
        let text = exporter.text(Duration::from_secs(2)).await.unwrap();
        let page = exposition::read(&String::from_utf8(text).unwrap());
        assert_eq!(page.keys().collect::<Vec<_>>(), ["mysql_up"], "{dsn}");
        assert_eq!(told(&page, "mysql_up"), ["{} 0"]);
    }
}

#[tokio::test]
async fn a_server_behind_a_unix_socket_is_read() {
    let Some(server) = MariaDb::start() else {
        return;
    };
    let dsn = format!("root@unix({})/", server.socket().display());
    let page = page(&exporter(MysqlConfig::new(Dsn::parse(&dsn).unwrap()))).await;
    assert_eq!(told(&page, "mysql_up"), ["{} 1"]);
}
