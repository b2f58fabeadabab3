//! From the arguments of `prometheus.exporter.unix` to the exporter's configuration, and what in them has no effect.

use std::path::Path;

use outpost_alloy_syntax::Arguments;
use outpost_collect::exporter::unix::{CollectorSet, Cpu, Filter, UnixConfig, UnixConfigError};

use super::UnixArguments;
use crate::arguments::defaults;
use crate::{Refusal, Remark};

/// Files that container runtimes leave in every container.
const CONTAINER_MARKS: [&str; 2] = ["/.dockerenv", "/run/.containerenv"];

/// A name and a pattern, which is none if it is empty.
type Pattern<'a> = (&'static str, &'a str);

// === impl UnixArguments ===

impl UnixArguments {
    /// The exporter's configuration.
    pub(super) fn config(&self) -> Result<UnixConfig, Refusal> {
        let usual = UnixConfig::default();
        // A device list wins over what is left out; elsewhere the two exclude each other.
        let disk_exclude = if self.disk.device_include.is_empty() {
            self.disk.device_exclude.as_str()
        } else {
            ""
        };
        Ok(UnixConfig {
            procfs_path: self.procfs_path.clone().into(),
            sysfs_path: self.sysfs_path.clone().into(),
            rootfs_path: self.rootfs_path.clone().into(),
            udev_data_path: self.udev_data_path.clone().into(),
            collectors: self.collectors(),
            cpu: Cpu {
                guest: self.cpu.guest,
                info: self.cpu.info,
                flags_include: one("cpu", ("flags_include", &self.cpu.flags_include))?,
                bugs_include: one("cpu", ("bugs_include", &self.cpu.bugs_include))?,
            },
            disk: both(
                "disk",
                ("device_include", &self.disk.device_include),
                ("device_exclude", disk_exclude),
            )?,
            fs_types: both(
                "filesystem",
                ("", ""),
                ("fs_types_exclude", &self.filesystem.fs_types_exclude),
            )?,
            mount_points: both(
                "filesystem",
                ("", ""),
                (
                    "mount_points_exclude",
                    &self.filesystem.mount_points_exclude,
                ),
            )?,
            mount_timeout: self.filesystem.mount_timeout.to_std_or_zero(),
            arp: either(
                "arp",
                ("device_include", &self.arp.device_include),
                ("device_exclude", &self.arp.device_exclude),
            )?,
            hwmon: either(
                "hwmon",
                ("chip_include", &self.hwmon.chip_include),
                ("chip_exclude", &self.hwmon.chip_exclude),
            )?,
            netclass_ignored: one(
                "netclass",
                ("ignored_devices", &self.netclass.ignored_devices),
            )?,
            netclass_ignore_invalid_speed: self.netclass.ignore_invalid_speed_device,
            netdev: either(
                "netdev",
                ("device_include", &self.netdev.device_include),
                ("device_exclude", &self.netdev.device_exclude),
            )?,
            netstat_fields: one("netstat", ("fields", &self.netstat.fields))?
                .unwrap_or(usual.netstat_fields),
            powersupply_ignored: one(
                "powersupply",
                ("ignored_supplies", &self.powersupply.ignored_supplies),
            )?,
            sysctl_include: self.sysctl.include.clone(),
            sysctl_include_info: self.sysctl.include_info.clone(),
            textfile_directory: self.textfile.directory.clone().into(),
            vmstat_fields: one("vmstat", ("fields", &self.vmstat.fields))?
                .unwrap_or(usual.vmstat_fields),
        })
    }

    fn collectors(&self) -> CollectorSet {
        CollectorSet {
            set: self.set_collectors.clone(),
            enable: self.enable_collectors.clone(),
            disable: self.disable_collectors.clone(),
        }
    }

    /// What works and is probably not meant.
    pub(super) fn advice(&self) -> Vec<Remark> {
        let mut remarks: Vec<Remark> = self
            .collectors()
            .warnings()
            .into_iter()
            .map(|warning| Remark::on([argument_of(&warning, self)], warning))
            .collect();
        remarks.extend(self.without_effect());
        let contained = CONTAINER_MARKS.iter().any(|mark| Path::new(mark).exists());
        remarks.extend(self.own_root(contained));
        remarks
    }

    /// A warning when this runs in a container and looks at the container's own files.
    fn own_root(&self, contained: bool) -> Option<Remark> {
        (contained && self.rootfs_path == "/").then(|| {
            Remark::on(
                ["rootfs_path"],
                "outpost runs in a container and rootfs_path is \"/\", so file systems are the container's; mount \
                 the host's root (/:/host:ro,rslave) and set rootfs_path, procfs_path and sysfs_path",
            )
        })
    }

    /// Arguments that are accepted and change nothing yet.
    fn without_effect(&self) -> Vec<Remark> {
        let given = [
            (
                vec!["include_exporter_metrics"],
                self.include_exporter_metrics,
            ),
            (vec!["arp", "netlink"], self.arp.netlink),
            (vec!["netdev", "address_info"], self.netdev.address_info),
            (vec!["bcache"], differs(&self.bcache)),
            (vec!["ethtool"], differs(&self.ethtool)),
            (vec!["ipvs"], differs(&self.ipvs)),
            (vec!["ntp"], differs(&self.ntp)),
            (vec!["perf"], differs(&self.perf)),
            (vec!["runit"], differs(&self.runit)),
            (vec!["supervisord"], differs(&self.supervisord)),
            (vec!["systemd"], differs(&self.systemd)),
            (vec!["tapestats"], differs(&self.tapestats)),
        ];
        given
            .into_iter()
            .filter(|(_, given)| *given)
            .map(|(path, _)| {
                let message = format!("`{}` has no effect in this version", path.join("."));
                Remark::on(path, message)
            })
            .collect()
    }
}

/// Whether a block says anything but its defaults.
fn differs<T: Arguments>(block: &T) -> bool {
    block.encode() != defaults::<T>().encode()
}

/// Which of the three lists a warning is about.
fn argument_of(warning: &str, arguments: &UnixArguments) -> &'static str {
    let names = |list: &[String]| {
        list.iter()
            .any(|name| warning.contains(&format!("{name:?}")))
    };
    if names(&arguments.set_collectors) {
        "set_collectors"
    } else if names(&arguments.disable_collectors) {
        "disable_collectors"
    } else {
        "enable_collectors"
    }
}

fn one(block: &'static str, pattern: Pattern<'_>) -> Result<Option<regex::Regex>, Refusal> {
    both(block, pattern, ("", "")).map(|filter| filter.include)
}

/// A pair of which only one may be given.
fn either(
    block: &'static str,
    include: Pattern<'_>,
    exclude: Pattern<'_>,
) -> Result<Filter, Refusal> {
    if !include.1.is_empty() && !exclude.1.is_empty() {
        let message = format!("give either {} or {}, not both", include.0, exclude.0);
        return Err(Refusal::of([block, exclude.0], message));
    }
    both(block, include, exclude)
}

fn both(
    block: &'static str,
    include: Pattern<'_>,
    exclude: Pattern<'_>,
) -> Result<Filter, Refusal> {
    Filter::new(include, exclude).map_err(|error| match &error {
        UnixConfigError::Pattern { argument, .. } => {
            let said = Refusal::because(&error).to_string();
            Refusal::of([block, *argument], said)
        }
        UnixConfigError::IncludeAndExclude { .. } => Refusal::because(&error).within(block, 0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_defaults_are_the_exporters() {
        let ours = defaults::<UnixArguments>().config().unwrap();
        assert_eq!(format!("{ours:?}"), format!("{:?}", UnixConfig::default()));
    }

    #[test]
    fn a_container_that_looks_at_its_own_root_is_told() {
        let mut arguments: UnixArguments = defaults();
        assert!(arguments.own_root(false).is_none());
        assert!(arguments.own_root(true).is_some());
        arguments.rootfs_path = "/host".to_owned();
        assert!(arguments.own_root(true).is_none());
    }

    #[test]
    fn lists_and_blocks_without_effect_are_named_at_their_places() {
        let mut arguments: UnixArguments = defaults();
        arguments.enable_collectors = vec!["cpu".to_owned(), "meminfo".to_owned()];
        arguments.systemd.unit_include = "ssh.service".to_owned();
        let paths: Vec<_> = arguments
            .advice()
            .into_iter()
            .map(|remark| remark.path)
            .collect();
        assert!(paths.contains(&vec![("enable_collectors", 0)]), "{paths:?}");
        assert!(paths.contains(&vec![("systemd", 0)]), "{paths:?}");
    }

    #[test]
    fn a_pattern_that_cannot_be_compiled_is_refused_at_its_argument() {
        let mut arguments: UnixArguments = defaults();
        arguments.filesystem.mount_points_exclude = "(".to_owned();
        let refusal = arguments.config().unwrap_err();
        assert_eq!(
            refusal.0.path,
            [("filesystem", 0), ("mount_points_exclude", 0)]
        );
    }
}
