use super::*;

fn labels(pairs: &[(&str, &str)]) -> Labels {
    Labels::from_pairs(pairs.iter().copied())
}

#[test]
fn equal_label_sets_have_equal_ids_and_come_back_whole() {
    let mut tables = Tables::new(1);
    let none = Labels::default();
    let cases = [
        labels(&[
            ("__name__", "h_bucket"),
            ("le", "1.0"),
            ("A", "x"),
            ("job", "j"),
        ]),
        labels(&[
            ("__name__", "h_bucket"),
            ("le", "2.0"),
            ("A", "x"),
            ("job", "j"),
        ]),
        labels(&[("__name__", "s"), ("quantile", "0.5"), ("le", "3")]),
        labels(&[("job", "without a name")]),
        labels(&[]),
    ];
    let ids: Vec<_> = cases
        .iter()
        .map(|l| tables.resolve(l, &none, None).unwrap())
        .collect();
    for (labels, id) in cases.iter().zip(&ids) {
        assert_eq!(tables.resolve(labels, &none, None), Some(*id));
        assert_eq!(&tables.labels(*id), labels);
    }
    let first = tables.series(ids[0]).unwrap();
    let second = tables.series(ids[1]).unwrap();
    assert_eq!(
        first.set, second.set,
        "buckets of one histogram share a set"
    );
}

#[test]
fn external_labels_fill_what_is_absent_or_empty_and_never_win() {
    let mut tables = Tables::new(1);
    let external = labels(&[
        ("a", "ext"),
        ("b", "ext"),
        ("__name__", "ext"),
        ("z", "ext"),
    ]);
    let id = tables
        .resolve(
            &labels(&[("__name__", "m"), ("a", ""), ("b", "2")]),
            &external,
            None,
        )
        .unwrap();
    assert_eq!(
        tables.labels(id),
        labels(&[("__name__", "m"), ("a", "ext"), ("b", "2"), ("z", "ext")])
    );
}

#[test]
fn an_id_is_given_again_only_when_the_last_hold_and_the_last_pin_are_gone() {
    let mut tables = Tables::new(1);
    let none = Labels::default();
    let watcher = tables.watch();
    let old = labels(&[("__name__", "old"), ("unique", "value")]);
    let id = tables.resolve(&old, &none, None).unwrap();
    tables.pin(&[id]);
    tables.release(id);
    assert_eq!(tables.labels(id), old, "pinned");
    assert!(!tables.take_freed(watcher).contains(id));
    tables.unpin(&[id]);
    assert_eq!(tables.len(), 0);
    assert!(tables.take_freed(watcher).contains(id));
    let new = tables.resolve(&labels(&[("__name__", "new")]), &none, None);
    assert_eq!(new, Some(id), "the id is given again");
    assert_eq!(tables.labels(id), labels(&[("__name__", "new")]));
}

#[test]
fn nothing_is_left_when_all_series_are_gone() {
    let mut tables = Tables::new(1);
    let none = Labels::default();
    let mut ids = Vec::new();
    for i in 0..3000 {
        let series = labels(&[
            ("__name__", if i % 2 == 0 { "a" } else { "b" }),
            ("le", &(i % 70).to_string()),
            ("path", &(i / 70).to_string()),
        ]);
        ids.push(tables.resolve(&series, &none, None).unwrap());
    }
    assert_eq!(tables.len(), 3000);
    for id in ids {
        tables.release(id);
    }
    assert_eq!(tables.len(), 0);
    let pair = tables.intern_pair(b"x", b"y");
    assert!(pair < 3000, "pairs are recycled");
    let kept = tables.pairs.parts(pair);
    assert_eq!(kept, (&b"x"[..], &b"y"[..]));
}
