use std::collections::{BTreeMap, BTreeSet};

use super::Known;
use crate::ComponentId;

fn ids() -> BTreeMap<String, ComponentId> {
    let id = ComponentId::new("prometheus.relabel", Some("common"));
    BTreeMap::from([(id.local().to_owned(), id)])
}

#[test]
fn what_stands_behind_the_longest_id_is_not_searched() {
    let refused = BTreeSet::new();
    let known = Known::new(ids(), &refused);
    let mut path = vec!["prometheus", "relabel", "common", "receiver"];
    path.resize(500_000, "b");
    assert_eq!(known.lengths(&path), 1..=3);
    let link = known.link(&path).expect("it begins with an id");
    assert_eq!(link.to.local(), "prometheus.relabel.common");
    assert_eq!(link.export.as_deref(), Some("receiver"));
}

#[test]
fn an_id_that_was_refused_counts_for_the_longest() {
    let refused = BTreeSet::from(["loki.source.docker.a".to_owned()]);
    let known = Known::new(ids(), &refused);
    assert!(known.refuses(&["loki", "source", "docker", "a", "x"]));
    assert!(!known.refuses(&["loki", "source", "docker", "b", "x"]));
}
