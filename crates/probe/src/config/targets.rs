//! What only lookout reads: `targets` and `remote_write`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::ConfigError;
use super::network::is_label_name;
use super::table::{Table, scalar};
use super::tls::secret;
use crate::{Module, Pattern, ScheduledTarget, WriteEndpoint};

/// How often, where a target does not say.
const INTERVAL: Duration = Duration::from_secs(30);
/// Nothing needs to be probed more often than this.
const SHORTEST: Duration = Duration::from_secs(1);
/// Labels that lookout sets itself.
const OWN: [&str; 4] = ["__name__", "instance", "module", "name"];

pub(super) fn targets(
    parent: &mut Table<'_>,
    modules: &BTreeMap<String, Module>,
) -> Result<Vec<ScheduledTarget>, ConfigError> {
    let mut targets = Vec::new();
    let mut names = BTreeSet::new();
    for (at, node) in parent.list("targets").iter().enumerate() {
        let mut table = Table::new(node, format!("targets[{at}]"))?;
        let target = table.string("target")?;
        if target.is_empty() {
            return Err(table.error("target is missing"));
        }
        let name = table.text("name")?.unwrap_or(&target).to_owned();
        if !names.insert(name.clone()) {
            return Err(table.error(&format!("the name {name:?} is given twice")));
        }
        let module_name = table.text("module")?.unwrap_or("http_2xx").to_owned();
        let Some(module) = modules.get(&module_name) else {
            let known = modules
                .keys()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(", ");
            return Err(table.error(&format!(
                "there is no module {module_name:?}; there are {known}"
            )));
        };
        let interval = table.duration("interval")?.unwrap_or(INTERVAL);
        if interval < SHORTEST {
            return Err(table.error(&format!("interval is shorter than {SHORTEST:?}")));
        }
        let mut labels = BTreeMap::new();
        if let Some(map) = table.table("labels")? {
            for entry in map.entries() {
                if !is_label_name(&entry.key) || OWN.contains(&entry.key.as_str()) {
                    let problem = format!("{}: this label cannot be set", map.path(&entry.key));
                    return Err(ConfigError::at(entry.line, problem));
                }
                let value = scalar(&entry.value, &map.path(&entry.key))?;
                labels.insert(entry.key.clone(), value.to_owned());
            }
        }
        let retries = table.number("retries")?.unwrap_or(0);
        let hostname = table.text("hostname")?.map(str::to_owned);
        table.finish()?;
        targets.push(ScheduledTarget {
            name,
            target,
            hostname,
            module_name,
            module: module.clone(),
            interval,
            labels,
            retries,
        });
    }
    Ok(targets)
}

pub(super) fn remote_write(parent: &mut Table<'_>) -> Result<Vec<WriteEndpoint>, ConfigError> {
    let mut endpoints = Vec::new();
    for (at, node) in parent.list("remote_write").iter().enumerate() {
        let mut table = Table::new(node, format!("remote_write[{at}]"))?;
        let url = table.string("url")?;
        if url.is_empty() {
            return Err(table.error("url is missing"));
        }
        if url.contains('@') {
            return Err(table.error("url holds a name or password; use basic_auth"));
        }
        let mut basic_auth = None;
        if let Some(mut basic) = table.table("basic_auth")? {
            let username = basic.string("username")?;
            let password = secret(&mut basic, "password", "password_file")?;
            basic.finish()?;
            basic_auth = password.map(|password| (username, password));
        }
        let bearer = secret(&mut table, "bearer_token", "bearer_token_file")?;
        table.finish()?;
        endpoints.push(WriteEndpoint {
            url,
            basic_auth,
            bearer,
        });
    }
    Ok(endpoints)
}

/// Expressions that a target must match as a whole: one that matched a part would let anything in.
pub(super) fn allow(parent: &mut Table<'_>) -> Result<Option<Vec<Pattern>>, ConfigError> {
    let line = match parent.get("allow") {
        None => return Ok(None),
        Some(node) => node.line,
    };
    let mut patterns = Vec::new();
    for pattern in parent.patterns("allow")? {
        let whole = Pattern::new(&format!("^(?:{})$", pattern.as_str()))
            .map_err(|error| ConfigError::at(line, format!("allow: {error}")))?;
        patterns.push(whole);
    }
    Ok(Some(patterns))
}
