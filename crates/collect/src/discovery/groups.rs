//! Target groups, `[{"targets": ["host:port"], "labels": {"name": "value"}}]`: what files and HTTP endpoints hold.

use std::collections::BTreeMap;

use outpost_model::LabelsBuilder;
use serde::Deserialize;
use serde_json::Value;

use super::Targets;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    #[serde(default)]
    targets: Option<Vec<String>>,
    #[serde(default)]
    labels: Option<BTreeMap<String, String>>,
}

/// The targets of `groups`, each with the label `origin` = `place` besides its own labels.
pub(super) fn targets(
    groups: Value,
    origin: &str,
    place: &str,
) -> Result<Targets, serde_json::Error> {
    let groups: Option<Vec<Option<Group>>> = serde_json::from_value(groups)?;
    let mut all = Targets::new();
    // An empty YAML file, or an empty item of a list, is nothing.
    for group in groups.into_iter().flatten().flatten() {
        let labels = group.labels.unwrap_or_default();
        for address in group.targets.unwrap_or_default() {
            let mut target = LabelsBuilder::default();
            for (name, value) in &labels {
                target.set(name.as_str(), value.as_str());
            }
            target
                .set("__address__", address.as_str())
                .set(origin, place);
            all.push(target.build());
        }
    }
    all.sort_unstable();
    Ok(all)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn groups_become_targets_with_their_labels() {
        let groups = json!([
            {"targets": ["b:1", "a:1"], "labels": {"env": "dev", "__address__": "never"}},
            {"labels": {"x": "y"}},
            null,
        ]);
        let found = targets(groups, "__meta_filepath", "/t.json").expect("groups");
        let shown: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                r#"{__address__="a:1", __meta_filepath="/t.json", env="dev"}"#,
                r#"{__address__="b:1", __meta_filepath="/t.json", env="dev"}"#,
            ]
        );
        assert_eq!(
            targets(Value::Null, "x", "y").expect("empty"),
            Targets::new()
        );
    }

    #[test]
    fn what_is_no_group_is_an_error() {
        for wrong in [
            json!({"targets": []}),
            json!([{"target": ["a:1"]}]),
            json!([{"targets": "a:1"}]),
            json!([{"targets": ["a:1"], "labels": {"x": 1}}]),
        ] {
            let text = wrong.to_string();
            targets(wrong, "x", "y").expect_err(&text);
        }
    }
}
