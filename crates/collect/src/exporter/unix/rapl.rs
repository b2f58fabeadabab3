//! `rapl`: energy that processors have used, from `/sys/class/powercap`. Since Linux 5.10 only root may read it.

use super::collector::{CollectError, Collector};
use super::host::{self, Host};
use crate::exporter::Page;

const MICROJOULE: f64 = 1e-6;

pub(super) struct Energy;

impl Collector for Energy {
    fn collect(&mut self, host: &Host, page: &mut Page) -> Result<(), CollectError> {
        let zones: Vec<_> = host
            .sys_dir("class/powercap")?
            .into_iter()
            .filter_map(|path| {
                let name = host::value(&path.join("name"))?;
                let energy = host::number(&path.join("energy_uj"))?;
                let (name, index) = split(&name);
                Some((name, index, path.to_string_lossy().into_owned(), energy))
            })
            .collect();
        if zones.is_empty() {
            return Err(CollectError::NoData);
        }
        let mut names: Vec<_> = zones.iter().map(|z| z.0.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let mut rows = page.counter(
                format!("node_rapl_{name}_joules_total"),
                "Energy that this part has used.",
            );
            for (_, index, path, energy) in zones.iter().filter(|z| z.0 == name) {
                rows.put(&[("index", index), ("path", path)], energy * MICROJOULE);
            }
        }
        Ok(())
    }
}

/// `package-0` is package number 0; what has no number is number 0. Names become metric names.
fn split(name: &str) -> (String, String) {
    let (name, index) = match name.rsplit_once('-') {
        Some((base, index)) if index.parse::<u32>().is_ok() => (base, index),
        _ => (name, "0"),
    };
    let clean = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    (name.chars().map(clean).collect(), index.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_at_the_end_of_a_name_are_indices() {
        let told = |name| split(name);
        assert_eq!(told("package-1"), ("package".to_owned(), "1".to_owned()));
        assert_eq!(told("core"), ("core".to_owned(), "0".to_owned()));
        assert_eq!(
            told("package-0-die-1"),
            ("package_0_die".to_owned(), "1".to_owned())
        );
    }
}
