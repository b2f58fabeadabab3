//! The names that Alloy knows, so that a file which uses more than we have is told so in plain words.
//!
//! Names come from the table of components of Alloy's reference, 1.18. It is not: the list of what we have; that is
//! [`crate::Registry`].

/// Blocks of the language itself that Outpost refuses by name for now.
pub(crate) const LATER_BLOCKS: &[&str] = &[
    "argument",
    "declare",
    "export",
    "foreach",
    "http",
    "import.file",
    "import.git",
    "import.http",
    "import.string",
    "remotecfg",
    "tracing",
];

/// Families of components: what stands before the last dot, and what may stand after it.
const FAMILIES: &[(&str, &[&str])] = &[
    ("beyla", &["ebpf"]),
    ("database_observability", &["mysql", "postgres"]),
    (
        "discovery",
        &[
            "aws",
            "azure",
            "consul",
            "consulagent",
            "digitalocean",
            "dns",
            "docker",
            "dockerswarm",
            "ec2",
            "eureka",
            "file",
            "gce",
            "hetzner",
            "http",
            "ionos",
            "kubelet",
            "kubernetes",
            "kuma",
            "lightsail",
            "linode",
            "marathon",
            "nerve",
            "nomad",
            "openstack",
            "ovhcloud",
            "process",
            "puppetdb",
            "relabel",
            "scaleway",
            "serverset",
            "triton",
            "uyuni",
        ],
    ),
    ("faro", &["receiver"]),
    ("local", &["file", "file_match"]),
    (
        "loki",
        &[
            "echo",
            "enrich",
            "process",
            "relabel",
            "secretfilter",
            "write",
        ],
    ),
    ("loki.rules", &["kubernetes"]),
    (
        "loki.source",
        &[
            "api",
            "awsfirehose",
            "azure_event_hubs",
            "cloudflare",
            "docker",
            "file",
            "gcplog",
            "gelf",
            "heroku",
            "journal",
            "kafka",
            "kubernetes",
            "kubernetes_events",
            "podlogs",
            "syslog",
            "windowsevent",
        ],
    ),
    ("mimir.alerts", &["kubernetes"]),
    ("mimir.rules", &["kubernetes"]),
    (
        "otelcol.auth",
        &["basic", "bearer", "google", "headers", "oauth2", "sigv4"],
    ),
    (
        "otelcol.connector",
        &[
            "count",
            "host_info",
            "servicegraph",
            "spanlogs",
            "spanmetrics",
        ],
    ),
    (
        "otelcol.exporter",
        &[
            "awss3",
            "datadog",
            "debug",
            "faro",
            "file",
            "googlecloud",
            "googlecloudpubsub",
            "kafka",
            "loadbalancing",
            "loki",
            "otlp",
            "otlphttp",
            "prometheus",
            "splunkhec",
            "syslog",
        ],
    ),
    ("otelcol.extension", &["jaeger_remote_sampling"]),
    (
        "otelcol.processor",
        &[
            "attributes",
            "batch",
            "cumulativetodelta",
            "deltatocumulative",
            "discovery",
            "filter",
            "groupbyattrs",
            "interval",
            "k8sattributes",
            "memory_limiter",
            "metric_start_time",
            "probabilistic_sampler",
            "resourcedetection",
            "span",
            "tail_sampling",
            "transform",
        ],
    ),
    (
        "otelcol.receiver",
        &[
            "awscloudwatch",
            "awsecscontainermetrics",
            "awss3",
            "cloudflare",
            "datadog",
            "faro",
            "file_stats",
            "filelog",
            "fluentforward",
            "googlecloudpubsub",
            "influxdb",
            "jaeger",
            "kafka",
            "loki",
            "opencensus",
            "otlp",
            "prometheus",
            "solace",
            "splunkhec",
            "syslog",
            "tcplog",
            "vcenter",
            "zipkin",
        ],
    ),
    ("otelcol.storage", &["file"]),
    (
        "prometheus",
        &[
            "echo",
            "enrich",
            "receive_http",
            "relabel",
            "remote_write",
            "scrape",
        ],
    ),
    (
        "prometheus.exporter",
        &[
            "apache",
            "azure",
            "blackbox",
            "cadvisor",
            "catchpoint",
            "cloudwatch",
            "consul",
            "databricks",
            "dnsmasq",
            "elasticsearch",
            "gcp",
            "github",
            "kafka",
            "memcached",
            "mongodb",
            "mssql",
            "mysql",
            "oracledb",
            "postgres",
            "process",
            "redis",
            "self",
            "snmp",
            "snowflake",
            "squid",
            "static",
            "statsd",
            "unix",
            "windows",
        ],
    ),
    (
        "prometheus.operator",
        &["podmonitors", "probes", "scrapeconfigs", "servicemonitors"],
    ),
    ("prometheus.write", &["queue"]),
    (
        "pyroscope",
        &[
            "ebpf",
            "enrich",
            "java",
            "receive_http",
            "relabel",
            "scrape",
            "write",
        ],
    ),
    ("remote", &["http", "s3", "vault"]),
    ("remote.kubernetes", &["configmap", "secret"]),
];

/// Components that Alloy runs only below the stability level "generally-available", with the level they need.
const YOUNG: &[(&str, crate::Stability)] = &[
    ("loki.enrich", crate::Stability::Experimental),
    ("loki.secretfilter", crate::Stability::Experimental),
    ("prometheus.echo", crate::Stability::Experimental),
    ("prometheus.enrich", crate::Stability::Experimental),
    ("prometheus.write.queue", crate::Stability::Experimental),
];

/// Whether Alloy has a component of this name.
pub(crate) fn alloy_has(name: &str) -> bool {
    let Some((family, member)) = name.rsplit_once('.') else {
        return false;
    };
    FAMILIES
        .iter()
        .any(|(prefix, members)| *prefix == family && members.contains(&member))
}

/// The stability level that Alloy asks for before it runs this component.
pub(crate) fn needed_stability(name: &str) -> crate::Stability {
    YOUNG
        .iter()
        .find(|(young, _)| *young == name)
        .map_or(crate::Stability::GenerallyAvailable, |(_, level)| *level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alloy_has_exporters_that_are_not_ours_and_none_that_people_invent() {
        assert!(alloy_has("prometheus.exporter.redis"));
        assert!(alloy_has("otelcol.processor.batch"));
        assert!(!alloy_has("prometheus.exporter.nginx"));
        assert!(!alloy_has("prometheus"));
    }
}
