//! The lines of `/proc/PID/mountinfo`.

/// A mounted file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mount {
    /// What is mounted.
    pub(super) device: String,
    /// Where.
    pub(super) point: String,
    /// The file system's type.
    pub(super) kind: String,
    /// The device number's halves.
    pub(super) major: String,
    /// The device number's halves.
    pub(super) minor: String,
    /// Whether the mount or the file system itself is read-only.
    pub(super) readonly: bool,
}

// === impl Mount ===

impl Mount {
    /// The same mount as the host calls it, where its own root is mounted at `root` here.
    pub(super) fn below(mut self, root: &str) -> Self {
        let root = root.trim_end_matches('/');
        if let Some(rest) = self.point.strip_prefix(root)
            && !root.is_empty()
            && (rest.is_empty() || rest.starts_with('/'))
        {
            self.point = if rest.is_empty() { "/" } else { rest }.to_owned();
        }
        self
    }
}

/// The mounts of a `mountinfo`, in its order. A line that is not as it should be is left out.
pub(super) fn read(text: &str) -> impl Iterator<Item = Mount> {
    text.lines().filter_map(|line| {
        // Optional fields stand between the options and a lone dash.
        let (left, right) = line.split_once(" - ")?;
        let mut left = left.split(' ').skip(2);
        let (major, minor) = left.next()?.split_once(':')?;
        let (point, options) = (left.nth(1)?, left.next()?);
        let mut right = right.split(' ');
        let (kind, device, super_options) = (right.next()?, right.next()?, right.next()?);
        let readonly = |options: &str| options.split(',').any(|option| option == "ro");
        Some(Mount {
            device: unescape(device),
            point: unescape(point),
            kind: kind.to_owned(),
            major: major.to_owned(),
            minor: minor.to_owned(),
            readonly: readonly(options) || readonly(super_options),
        })
    })
}

/// Blanks, tabs, line feeds, backslashes and hashes come as a backslash and three octal digits.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        out.push_str(plain);
        let digits = escaped.get(..3).and_then(|d| u8::from_str_radix(d, 8).ok());
        match digits {
            Some(code) if code.is_ascii() => {
                out.push(char::from(code));
                rest = escaped.get(3..).unwrap_or_default();
            }
            _ => {
                out.push('\\');
                rest = escaped;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(line: &str) -> Mount {
        read(line).next().unwrap()
    }

    #[test]
    fn optional_fields_and_escapes_are_read() {
        let mount = one(
            r"36 35 98:0 /mnt1 /mnt/메\040모\134x rw,noatime shared:1 master:2 - ext4 /dev/my\040disk ro,errors=continue",
        );
        assert_eq!(
            (mount.point.as_str(), mount.device.as_str()),
            (r"/mnt/메 모\x", "/dev/my disk")
        );
        assert_eq!((mount.major.as_str(), mount.minor.as_str()), ("98", "0"));
        assert!(mount.readonly);
        assert!(!one("1 0 8:1 / / rw,errors=remount-ro - ext4 /dev/sda1 rw").readonly);
    }

    #[test]
    fn a_mount_below_the_hosts_root_has_the_hosts_name() {
        let point = |point: &str, root: &str| {
            one(&format!("1 0 8:1 / {point} rw - ext4 d rw"))
                .below(root)
                .point
        };
        assert_eq!(point("/host/root", "/host/root"), "/");
        assert_eq!(point("/host/root/home", "/host/root/"), "/home");
        assert_eq!(point("/host/rooted", "/host/root"), "/host/rooted");
        assert_eq!(point("/home", "/"), "/home");
    }
}
