//! What `prometheus.exporter.unix` takes.

use outpost_alloy_syntax::{Duration, arguments};

use crate::arguments::defaults;

arguments! {
    /// The host's metrics.
    pub(crate) struct UnixArguments {
        /// Collectors that do not run.
        attr disable_collectors: Vec<String> = Vec::new(),
        /// Collectors that run besides the default ones.
        attr enable_collectors: Vec<String> = Vec::new(),
        /// Collectors that run in place of the default ones.
        attr set_collectors: Vec<String> = Vec::new(),
        /// Metrics about the exporter itself.
        attr include_exporter_metrics: bool = false,
        /// Where the host's `/proc` is.
        attr procfs_path: String = "/proc".to_owned(),
        /// Where the host's `/sys` is.
        attr sysfs_path: String = "/sys".to_owned(),
        /// Where the host's root is.
        attr rootfs_path: String = "/".to_owned(),
        /// Where udev keeps what it knows of devices.
        attr udev_data_path: String = "/run/udev/data".to_owned(),
        /// Neighbours.
        block arp: ArpArguments = defaults(),
        /// Block caches.
        block bcache: BcacheArguments = defaults(),
        /// Processors.
        block cpu: CpuArguments = defaults(),
        /// Disks.
        block disk: DiskArguments = defaults(),
        /// Network cards.
        block ethtool: EthtoolArguments = defaults(),
        /// File systems.
        block filesystem: FilesystemArguments = defaults(),
        /// Sensors.
        block hwmon: HwmonArguments = defaults(),
        /// Virtual servers.
        block ipvs: IpvsArguments = defaults(),
        /// Network classes.
        block netclass: NetclassArguments = defaults(),
        /// Network devices.
        block netdev: NetdevArguments = defaults(),
        /// Network statistics.
        block netstat: NetstatArguments = defaults(),
        /// Time servers.
        block ntp: NtpArguments = defaults(),
        /// Performance counters.
        block perf: PerfArguments = defaults(),
        /// Power supplies.
        block powersupply: PowersupplyArguments = defaults(),
        /// Services under runit.
        block runit: RunitArguments = defaults(),
        /// Services under supervisord.
        block supervisord: SupervisordArguments = defaults(),
        /// Kernel settings.
        block sysctl: SysctlArguments = defaults(),
        /// Services under systemd.
        block systemd: SystemdArguments = defaults(),
        /// Tape drives.
        block tapestats: TapestatsArguments = defaults(),
        /// Files with metrics.
        block textfile: TextfileArguments = defaults(),
        /// Memory statistics.
        block vmstat: VmstatArguments = defaults(),
    }
}

arguments! {
    /// Neighbours.
    pub(crate) struct ArpArguments {
        /// Devices left out.
        attr device_exclude: String = String::new(),
        /// Devices taken.
        attr device_include: String = String::new(),
        /// Ask the kernel by netlink, not `/proc`.
        attr netlink: bool = false,
    }
}

arguments! {
    /// Block caches.
    pub(crate) struct BcacheArguments {
        /// Statistics that are costly to read.
        attr priority_stats: bool = false,
    }
}

arguments! {
    /// Processors.
    pub(crate) struct CpuArguments {
        /// Bugs that get a row.
        attr bugs_include: String = String::new(),
        /// Flags that get a row.
        attr flags_include: String = String::new(),
        /// Time spent in guests.
        attr guest: bool = false,
        /// What each processor is.
        attr info: bool = false,
    }
}

arguments! {
    /// Disks.
    pub(crate) struct DiskArguments {
        /// Devices left out.
        attr device_exclude: String
            = r"^(ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$".to_owned(),
        /// Devices taken.
        attr device_include: String = String::new(),
    }
}

arguments! {
    /// Network cards.
    pub(crate) struct EthtoolArguments {
        /// Devices left out.
        attr device_exclude: String = String::new(),
        /// Devices taken.
        attr device_include: String = String::new(),
        /// Statistics taken.
        attr metrics_include: String = ".*".to_owned(),
    }
}

arguments! {
    /// File systems.
    pub(crate) struct FilesystemArguments {
        /// Types left out.
        attr fs_types_exclude: String = "^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tracefs)$".to_owned(),
        /// Mount points left out.
        attr mount_points_exclude: String
            = r"^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+)($|/)".to_owned(),
        /// How long one may take to answer.
        attr mount_timeout: Duration = Duration::from_secs(5),
    }
}

arguments! {
    /// Sensors.
    pub(crate) struct HwmonArguments {
        /// Chips left out.
        attr chip_exclude: String = String::new(),
        /// Chips taken.
        attr chip_include: String = String::new(),
    }
}

arguments! {
    /// Virtual servers.
    pub(crate) struct IpvsArguments {
        /// Labels of a backend.
        attr backend_labels: Vec<String> = [
            "local_address", "local_port", "remote_address", "remote_port", "proto", "local_mark",
        ].map(str::to_owned).to_vec(),
    }
}

arguments! {
    /// Network classes.
    pub(crate) struct NetclassArguments {
        /// Leave a speed that cannot be right out.
        attr ignore_invalid_speed_device: bool = false,
        /// Devices left out.
        attr ignored_devices: String = "^$".to_owned(),
    }
}

arguments! {
    /// Network devices.
    pub(crate) struct NetdevArguments {
        /// Addresses of devices.
        attr address_info: bool = false,
        /// Devices left out.
        attr device_exclude: String = String::new(),
        /// Devices taken.
        attr device_include: String = String::new(),
    }
}

arguments! {
    /// Network statistics.
    pub(crate) struct NetstatArguments {
        /// Fields taken; the usual ones if empty.
        attr fields: String = String::new(),
    }
}

arguments! {
    /// Time servers.
    pub(crate) struct NtpArguments {
        /// The time to live of packets.
        attr ip_ttl: i64 = 1,
        /// How far the clock may be off.
        attr local_offset_tolerance: Duration = Duration::from_millis(1),
        /// The longest distance to the root.
        attr max_distance: Duration = Duration::from_nanos(3_466_080_000),
        /// The protocol's version.
        attr protocol_version: i64 = 4,
        /// Whether the server is on this host.
        attr server_is_local: bool = false,
        /// The server.
        attr server: String = "127.0.0.1".to_owned(),
    }
}

arguments! {
    /// Performance counters.
    pub(crate) struct PerfArguments {
        /// Profilers of caches.
        attr cache_profilers: Vec<String> = Vec::new(),
        /// Processors.
        attr cpus: String = String::new(),
        /// No profilers of caches.
        attr disable_cache_profilers: bool = false,
        /// No profilers of hardware.
        attr disable_hardware_profilers: bool = false,
        /// No profilers of software.
        attr disable_software_profilers: bool = false,
        /// Profilers of hardware.
        attr hardware_profilers: Vec<String> = Vec::new(),
        /// Profilers of software.
        attr software_profilers: Vec<String> = Vec::new(),
        /// Trace points.
        attr tracepoint: Vec<String> = Vec::new(),
    }
}

arguments! {
    /// Power supplies.
    pub(crate) struct PowersupplyArguments {
        /// Supplies left out.
        attr ignored_supplies: String = "^$".to_owned(),
    }
}

arguments! {
    /// Services under runit.
    pub(crate) struct RunitArguments {
        /// Where they are.
        attr service_dir: String = "/etc/service".to_owned(),
    }
}

arguments! {
    /// Services under supervisord.
    pub(crate) struct SupervisordArguments {
        /// Its address.
        attr url: String = "http://localhost:9001/RPC2".to_owned(),
    }
}

arguments! {
    /// Kernel settings.
    pub(crate) struct SysctlArguments {
        /// Settings with numbers.
        attr include: Vec<String> = Vec::new(),
        /// Settings with text.
        attr include_info: Vec<String> = Vec::new(),
    }
}

arguments! {
    /// Services under systemd.
    pub(crate) struct SystemdArguments {
        /// Restarts of services.
        attr enable_restarts: bool = false,
        /// When units started.
        attr start_time: bool = false,
        /// Tasks of units.
        attr task_metrics: bool = false,
        /// Units left out.
        attr unit_exclude: String = r".+\.(automount|device|mount|scope|slice)".to_owned(),
        /// Units taken.
        attr unit_include: String = ".+".to_owned(),
    }
}

arguments! {
    /// Tape drives.
    pub(crate) struct TapestatsArguments {
        /// Devices left out.
        attr ignored_devices: String = "^$".to_owned(),
    }
}

arguments! {
    /// Files with metrics.
    pub(crate) struct TextfileArguments {
        /// The directory.
        attr directory: String = String::new(),
    }
}

arguments! {
    /// Memory statistics.
    pub(crate) struct VmstatArguments {
        /// Fields taken.
        attr fields: String = "^(oom_kill|pgpg|pswp|pg.*fault).*".to_owned(),
    }
}
