//! The unix exporter beside the real node_exporter on this host.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use outpost_collect::exporter::SharedExporter;
use outpost_collect::exporter::unix::{UnixConfig, UnixExporter};
use outpost_golden::Verdicts;
use outpost_testbed::{Process, free_port, get, peer, wait_until};
use tempfile::TempDir;

use super::compare::{Allowed, differences};
use super::exposition::{self, Page};
use super::tree;

/// Optional collectors that both have.
const OPTIONAL: &[&str] = &[
    "buddyinfo",
    "cgroups",
    "cpu_vulnerabilities",
    "interrupts",
    "ksmd",
    "meminfo_numa",
    "processes",
    "slabinfo",
    "softirqs",
    "sysctl",
    "tcpstat",
];

struct NodeExporter {
    port: u16,
    _process: Process,
    _dir: TempDir,
}

impl NodeExporter {
    /// Starts one that collects what `config` does.
    fn start(config: &UnixConfig, further: &[&str]) -> Option<Self> {
        let binary = peer("prometheus-node-exporter")?;
        let dir = tempfile::tempdir().unwrap();
        let port = free_port();
        let pattern = |filter: &outpost_collect::exporter::unix::Filter| {
            filter.exclude.as_ref().unwrap().as_str().to_owned()
        };
        let mut command = Command::new(binary);
        command
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg(format!("--path.procfs={}", config.procfs_path.display()))
            .arg(format!("--path.sysfs={}", config.sysfs_path.display()))
            .arg(format!("--path.rootfs={}", config.rootfs_path.display()))
            .arg(format!(
                "--path.udev.data={}",
                config.udev_data_path.display()
            ))
            .args(further)
            // Debian's package has defaults of its own.
            .args(["--no-collector.systemd", "--web.disable-exporter-metrics"])
            .arg(format!(
                "--collector.textfile.directory={}",
                config.textfile_directory.display()
            ))
            .arg(format!(
                "--collector.diskstats.device-exclude={}",
                pattern(&config.disk)
            ))
            .arg(format!(
                "--collector.filesystem.fs-types-exclude={}",
                pattern(&config.fs_types)
            ))
            .arg(format!(
                "--collector.filesystem.mount-points-exclude={}",
                pattern(&config.mount_points)
            ))
            .arg(format!(
                "--collector.netstat.fields={}",
                config.netstat_fields.as_str()
            ))
            .args(
                config
                    .collectors
                    .enable
                    .iter()
                    .map(|name| format!("--collector.{name}")),
            )
            .args(
                config
                    .sysctl_include
                    .iter()
                    .map(|name| format!("--collector.sysctl.include={name}")),
            )
            .args(
                config
                    .sysctl_include_info
                    .iter()
                    .map(|name| format!("--collector.sysctl.include-info={name}")),
            );
        if config.cpu.info {
            command.arg("--collector.cpu.info");
        }
        let process = Process::start(&mut command, dir.path().join("log"));
        wait_until("node_exporter to answer", || get(port, "/").ok());
        Some(Self {
            port,
            _process: process,
            _dir: dir,
        })
    }

    fn page(&self) -> Page {
        let (status, body) = get(self.port, "/metrics").unwrap();
        assert_eq!(status, 200);
        exposition::read(&body)
    }
}

async fn ours(exporter: &SharedExporter) -> Page {
    let text = exporter.text(Duration::from_secs(60)).await.unwrap();
    exposition::read(&String::from_utf8(text).unwrap())
}

fn config(textfiles: &TempDir) -> UnixConfig {
    let mut config = UnixConfig::default();
    config.collectors.enable = OPTIONAL.iter().map(|&name| name.to_owned()).collect();
    config.cpu.guest = true;
    config.cpu.info = true;
    config.sysctl_include = vec![
        "vm.max_map_count".into(),
        "fs.file-nr:allocated,free,max".into(),
        "net.ipv4.tcp_rmem".into(),
    ];
    config.sysctl_include_info = vec![
        "kernel.ostype".into(),
        "kernel.seccomp.actions_avail".into(),
    ];
    textfiles.path().clone_into(&mut config.textfile_directory);
    config
}

/// Reads a recorded machine.
fn recorded(tree: &TempDir) -> UnixConfig {
    UnixConfig {
        procfs_path: tree.path().join("proc"),
        sysfs_path: tree.path().join("sys"),
        rootfs_path: tree.path().join("root"),
        udev_data_path: tree.path().join("udev"),
        ..UnixConfig::default()
    }
}

#[tokio::test]
async fn families_types_labels_and_values_are_node_exporters() {
    let textfiles = tempfile::tempdir().unwrap();
    std::fs::write(
        textfiles.path().join("backup.prom"),
        "# HELP backup_age Since the last.\n# TYPE backup_age gauge\nbackup_age{of=\"a\\\"b\"} 3\nbackup_age{of=\"c\"} 1e3\n",
    )
    .unwrap();
    std::fs::write(textfiles.path().join("broken.prom"), "broken{ 1\n").unwrap();
    let config = config(&textfiles);
    let Some(theirs) = NodeExporter::start(&config, &[]) else {
        return;
    };
    let exporter = SharedExporter::new(UnixExporter::new(&config));
    // The first page of each reads files that the later ones find in memory.
    ours(&exporter).await;
    theirs.page();
    let before = ours(&exporter).await;
    let page = theirs.page();
    let after = ours(&exporter).await;
    let allowed = Allowed {
        only_theirs: &[
            // Of the exporter itself.
            "node_exporter_build_info",
            "process_",
            "promhttp_",
            // Always 0 on Linux, and Alloy has it not.
            "node_filesystem_purgeable_bytes",
            // Needs a system call that no crate offers safely.
            "node_timex_",
        ],
        only_ours: &[
            // Lines of /proc/meminfo that node_exporter 1.11 drops and Alloy keeps.
            "node_memory_Balloon_bytes",
            "node_memory_FileHugePages_bytes",
            "node_memory_FilePmdMapped_bytes",
            "node_memory_GPUActive_bytes",
            "node_memory_GPUReclaim_bytes",
            "node_memory_Hugetlb_bytes",
            "node_memory_KReclaimable_bytes",
            "node_memory_SecPageTables_bytes",
            "node_memory_ShadowCallStack_bytes",
        ],
        restless: &[
            "node_buddyinfo_",
            "node_disk_io_now",
            "node_entropy_",
            "node_filefd_allocated",
            "node_filesystem_avail",
            "node_filesystem_files_free",
            "node_filesystem_free",
            "node_load",
            "node_memory_",
            "node_netstat_Tcp_CurrEstab",
            "node_nf_conntrack_entries",
            "node_processes_",
            "node_procs_",
            "node_scrape_collector_duration",
            "node_slabinfo_",
            "node_sockstat_",
            "node_softnet_backlog",
            "node_tcp_connection_states",
            "node_textfile_mtime",
            "node_udp_queues",
            "node_sysctl_fs_file_nr",
            // node_exporter 1.11 tells 0 of a mount whose options and super block both say ro.
            "node_filesystem_readonly",
            // The clock goes on between the two, and floating point numbers of it are rounded.
            "node_boot_time",
            "node_cgroups_cgroups",
        ],
        fleeting: &[
            // node_exporter 1.11 tells a virtio disk's `rotational` as 0 where /sys says 1.
            "node_disk_info",
            "node_processes_state",
            "node_processes_threads_state",
            "node_scrape_collector_",
            "node_tcp_connection_states",
        ],
    };
    let found = differences(&before, &page, &after, &allowed);
    assert!(found.is_empty(), "{}", found.join("\n"));

    let success = |page: &Page| page["node_scrape_collector_success"].series.clone();
    let (ours, theirs) = (success(&before), success(&page));
    let otherwise: Vec<_> = theirs
        .iter()
        .filter(|(collector, told)| {
            let said = ours.get(*collector);
            said.is_some_and(|said| said.to_bits() != told.to_bits())
        })
        .collect();
    assert!(
        otherwise.is_empty(),
        "success told otherwise: {otherwise:?}"
    );
}

#[tokio::test]
async fn a_recorded_machine_with_oddities_is_read_as_node_exporter_reads_it() {
    let tree = tree::unpack("bigbox.tree");
    let textfiles = tempfile::tempdir().unwrap();
    let mut config = recorded(&tree);
    config.cpu.guest = true;
    textfiles.path().clone_into(&mut config.textfile_directory);
    let exporter = SharedExporter::new(UnixExporter::new(&config));
    let before = ours(&exporter).await;

    // What a reader would look for, whether or not the peer is here.
    let value = |family: &str, series: &str| before[family].series.get(series).copied();
    assert_eq!(before["node_cpu_seconds_total"].series.len(), 94 * 8);
    assert_eq!(value("node_memory_SwapTotal_bytes", "{}"), Some(0.0));
    assert_eq!(
        value("node_bonding_active", "{master=\"bond0\"}"),
        Some(1.0)
    );
    assert_eq!(
        value("node_md_blocks_synced", "{device=\"md1\"}"),
        Some(16_775_552.0)
    );
    let unicode = "{device=\"/dev/sda3\",fstype=\"xfs\",mountpoint=\"/데이터 둘\"}";
    assert!(value("node_filesystem_size_bytes", unicode).is_some());
    let gone = "{device=\"/dev/gone\",device_error=\"no such file or directory\",fstype=\"ext4\",mountpoint=\"/gone\"}";
    assert_eq!(value("node_filesystem_device_error", gone), Some(1.0));

    let further = [
        "--no-collector.netdev.netlink",
        "--no-collector.arp.netlink",
    ];
    let Some(theirs) = NodeExporter::start(&config, &further) else {
        return;
    };
    let page = theirs.page();
    let after = ours(&exporter).await;
    let allowed = Allowed {
        only_theirs: &[
            "node_exporter_build_info",
            "process_",
            "promhttp_",
            "node_filesystem_purgeable_bytes",
            "node_timex_",
        ],
        restless: &["node_scrape_collector_duration", "node_filesystem_"],
        // The device below a mapped one is told since 1.12.
        only_ours: &[
            "node_disk_device_mapper_backing_device_info",
            // Lines of /proc/meminfo that node_exporter 1.11 drops and Alloy keeps.
            "node_memory_Balloon_bytes",
            "node_memory_FileHugePages_bytes",
            "node_memory_FilePmdMapped_bytes",
            "node_memory_Hugetlb_bytes",
            "node_memory_KReclaimable_bytes",
            "node_memory_SecPageTables_bytes",
            // The peer's readers want more of the drivers' files than this tree holds, and tell nothing without them.
            "node_cpu_frequency_",
            "node_cpu_scaling_",
            "node_md_degraded",
            "node_md_raid_disks",
        ],
        // The peer tells every `rotational` as 0 unless all files of the queue are there.
        fleeting: &["node_scrape_collector_", "node_disk_info"],
    };
    let found = differences(&before, &page, &after, &allowed);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// What Alloy's component pushed on a real machine, of which the recorded one has every file.
#[tokio::test]
async fn families_that_alloys_component_pushes_are_here_with_its_types_and_labels() {
    let tree = tree::unpack("bigbox.tree");
    let mut config = recorded(&tree);
    config.collectors.enable = vec!["processes".to_owned()];
    let exporter = SharedExporter::new(UnixExporter::new(&config));
    let page = ours(&exporter).await;
    let mut verdicts = Verdicts::new("exporter_unix_series.tsv");
    for line in outpost_golden::text("alloy/exporter_unix_series.tsv")
        .lines()
        .skip(1)
    {
        let columns: Vec<_> = line.split('\t').collect();
        let [family, kind, labels, within] = columns[..] else {
            panic!("four columns: {line}");
        };
        if !family.starts_with("node_") || within == "node_exporter" {
            continue;
        }
        let expected: BTreeSet<_> = labels
            .split(',')
            .filter(|l| !matches!(*l, "-" | ""))
            .collect();
        let outcome = match page.get(family) {
            None => Err("is not here".to_owned()),
            Some(found) if found.kind != kind => Err(format!("is a {} here", found.kind)),
            Some(found) => {
                let missing: Vec<_> = expected
                    .iter()
                    .filter(|l| !found.labels.contains(**l))
                    .collect();
                if missing.is_empty() {
                    Ok(())
                } else {
                    Err(format!("lacks {missing:?}"))
                }
            }
        };
        verdicts.add(&format!("{family}{{{labels}}}"), outcome);
    }
    verdicts.finish();
}
