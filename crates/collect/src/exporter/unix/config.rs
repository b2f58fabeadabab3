//! What the unix exporter is told: the arguments of `prometheus.exporter.unix`, checked.

use std::path::PathBuf;
use std::time::Duration;

use regex::Regex;

use super::list::CollectorSet;

/// Partitions, loop devices and floppies: what is no disk of its own.
const DISK_EXCLUDE: &str = r"^(ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$";
/// Where kernel interfaces and container layers are mounted.
const MOUNT_POINTS_EXCLUDE: &str = r"^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+)($|/)";
/// File systems that hold no data of their own.
const FS_TYPES_EXCLUDE: &str = "^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tracefs)$";
/// What of the network protocols' counters is worth keeping.
const NETSTAT_FIELDS: &str = "^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)|TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts)|Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab)|Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$";
/// What of the memory management's counters is worth keeping.
const VMSTAT_FIELDS: &str = "^(oom_kill|pgpg|pswp|pg.*fault).*";
/// A statfs that takes longer than this is given up.
const MOUNT_TIMEOUT: Duration = Duration::from_secs(5);

/// What to collect and from where. [`Default`] is what Alloy's component does without arguments.
#[derive(Clone, Debug)]
pub struct UnixConfig {
    /// Where the host's `/proc` is.
    pub procfs_path: PathBuf,
    /// Where the host's `/sys` is.
    pub sysfs_path: PathBuf,
    /// Where the host's root is.
    pub rootfs_path: PathBuf,
    /// Where udev keeps what it knows of devices.
    pub udev_data_path: PathBuf,
    /// The collectors that run.
    pub collectors: CollectorSet,
    /// The `cpu` block.
    pub cpu: Cpu,
    /// Disks of `diskstats`.
    pub disk: Filter,
    /// File system types of `filesystem`.
    pub fs_types: Filter,
    /// Mount points of `filesystem`.
    pub mount_points: Filter,
    /// How long one mount may take to tell its sizes.
    pub mount_timeout: Duration,
    /// Interfaces of `arp`.
    pub arp: Filter,
    /// Chips of `hwmon`.
    pub hwmon: Filter,
    /// Interfaces that `netclass` leaves out; none if absent.
    pub netclass_ignored: Option<Regex>,
    /// Whether `netclass` leaves out speeds below 0, which mean that there is none.
    pub netclass_ignore_invalid_speed: bool,
    /// Interfaces of `netdev`.
    pub netdev: Filter,
    /// Counters of `netstat`, matched as `Protocol_Name`.
    pub netstat_fields: Regex,
    /// Supplies that `powersupplyclass` leaves out; none if absent.
    pub powersupply_ignored: Option<Regex>,
    /// Settings of `sysctl` that are numbers.
    pub sysctl_include: Vec<String>,
    /// Settings of `sysctl` that are text.
    pub sysctl_include_info: Vec<String>,
    /// Where `textfile` finds its files; nowhere if empty.
    pub textfile_directory: PathBuf,
    /// Counters of `vmstat`.
    pub vmstat_fields: Regex,
}

/// The `cpu` block.
#[derive(Clone, Debug, Default)]
pub struct Cpu {
    /// Whether time spent in guests gets families of its own.
    pub guest: bool,
    /// Whether `node_cpu_info` tells what each CPU is.
    pub info: bool,
    /// Which flags get a row in `node_cpu_flag_info`; none if absent.
    pub flags_include: Option<Regex>,
    /// Which bugs get a row in `node_cpu_bug_info`; none if absent.
    pub bugs_include: Option<Regex>,
}

/// Chooses names: those that match `include`, where there is one, and do not match `exclude`.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// All names, if absent.
    pub include: Option<Regex>,
    /// No name, if absent.
    pub exclude: Option<Regex>,
}

/// Why the exporter cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum UnixConfigError {
    /// A pattern of the arguments cannot be compiled.
    #[error("{argument} is not a regular expression")]
    Pattern {
        /// The argument.
        argument: &'static str,
        /// The cause.
        source: Box<regex::Error>,
    },
    /// Two arguments exclude each other.
    #[error("{block}: set either device_include or device_exclude, not both")]
    IncludeAndExclude {
        /// The block.
        block: &'static str,
    },
}

// === impl UnixConfig ===

impl Default for UnixConfig {
    fn default() -> Self {
        Self {
            procfs_path: "/proc".into(),
            sysfs_path: "/sys".into(),
            rootfs_path: "/".into(),
            udev_data_path: "/run/udev/data".into(),
            collectors: CollectorSet::default(),
            cpu: Cpu::default(),
            disk: Filter::excluding(DISK_EXCLUDE),
            fs_types: Filter::excluding(FS_TYPES_EXCLUDE),
            mount_points: Filter::excluding(MOUNT_POINTS_EXCLUDE),
            mount_timeout: MOUNT_TIMEOUT,
            arp: Filter::default(),
            hwmon: Filter::default(),
            netclass_ignored: Some(constant("^$")),
            netclass_ignore_invalid_speed: false,
            netdev: Filter::default(),
            netstat_fields: constant(NETSTAT_FIELDS),
            powersupply_ignored: Some(constant("^$")),
            sysctl_include: Vec::new(),
            sysctl_include_info: Vec::new(),
            textfile_directory: PathBuf::new(),
            vmstat_fields: constant(VMSTAT_FIELDS),
        }
    }
}

// === impl Filter ===

impl Filter {
    /// All names but those that match `pattern`, a constant of this code.
    fn excluding(pattern: &str) -> Self {
        Self {
            include: None,
            exclude: Some(constant(pattern)),
        }
    }

    /// A filter of an argument pair; an empty text is no pattern.
    ///
    /// # Errors
    /// When a text is not a regular expression.
    pub fn new(
        include: (&'static str, &str),
        exclude: (&'static str, &str),
    ) -> Result<Self, UnixConfigError> {
        let compile = |(argument, text): (&'static str, &str)| {
            (!text.is_empty())
                .then(|| pattern(argument, text))
                .transpose()
        };
        Ok(Self {
            include: compile(include)?,
            exclude: compile(exclude)?,
        })
    }

    /// Whether `name` is chosen.
    pub fn takes(&self, name: &str) -> bool {
        self.include.as_ref().is_none_or(|p| p.is_match(name))
            && !self.exclude.as_ref().is_some_and(|p| p.is_match(name))
    }
}

/// Compiles the pattern of an argument.
fn pattern(argument: &'static str, text: &str) -> Result<Regex, UnixConfigError> {
    Regex::new(text).map_err(|source| UnixConfigError::Pattern {
        argument,
        source: Box::new(source),
    })
}

#[expect(
    clippy::expect_used,
    reason = "the patterns are constants of this code and any test that builds a configuration compiles them"
)]
fn constant(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern compiles")
}
