use super::*;

fn labels() -> Labels {
    Labels::from_pairs([
        ("__name__", "up"),
        ("job", "node"),
        ("instance", "a:9100"),
        ("quote", "a\"b\n"),
    ])
}

#[test]
fn series_selectors_select() {
    for (query, wanted) in [
        ("up", true),
        (" up { } ", true),
        ("down", false),
        (r#"{__name__="up"}"#, true),
        (r#"{"up", job="node"}"#, true),
        (r#"up{job="node",}"#, true),
        (r#"up{job='node', instance=~"a.*"}"#, true),
        (r#"up{job=~"no"}"#, false),
        (r#"up{job!="node"}"#, false),
        (r#"up{missing=""}"#, true),
        (r#"up{missing!=""}"#, false),
        (r#"up{missing!~"x|y"}"#, true),
        (r#"up{quote="a\"b\n"}"#, true),
        ("up{quote=`a\"b\n`}", true),
        (r#"up{job="\x6eo\u0064\145"}"#, true),
    ] {
        let selector = SeriesSelector::parse(query).expect(query);
        assert_eq!(selector.matches(&labels()), wanted, "{query}");
        assert_eq!(selector.range_ms, None);
    }
    let range = SeriesSelector::parse("up{job=\"node\"}[1h30m]").expect("a range");
    assert_eq!(range.range_ms, Some(5_400_000));
    assert_eq!(
        SeriesSelector::parse("up[90]").expect("seconds").range_ms,
        Some(90_000)
    );
}

#[test]
fn more_than_a_selector_needs_a_real_server() {
    for query in [
        "rate(up[5m])",
        "up + 1",
        "up offset 5m",
        "up @ 5",
        "sum(up)",
        "1",
        "\"text\"",
        "up[5m:1m]",
        "up[x]",
        "-up",
        "",
    ] {
        let error = SeriesSelector::parse(query).expect_err(query).to_string();
        assert!(
            error.ends_with("needs a real Prometheus"),
            "{query}: {error}"
        );
    }
    for query in [
        r#"count_over_time({a="b"}[5m])"#,
        r#"{a="b"} | json"#,
        r#"{a="b"} |= "x" | logfmt"#,
        r#"{a="b"}[5m]"#,
        "up",
    ] {
        let error = LineSelector::parse(query).expect_err(query).to_string();
        assert!(error.ends_with("needs a real Loki"), "{query}: {error}");
    }
}

#[test]
fn selectors_of_everything_and_broken_ones_are_refused() {
    for query in ["{}", r#"{job=~".*"}"#, r#"{job=""}"#, r#"{job!="x"}"#] {
        assert_eq!(
            SeriesSelector::parse(query).expect_err(query),
            SelectorError::MatchesEverything,
            "{query}"
        );
    }
    for query in [
        r#"up{job="node"#,
        r#"up{job=~"("}"#,
        r#"up{job="\q"}"#,
        r#"up{job="\xff"}"#,
    ] {
        let error = SeriesSelector::parse(query).expect_err(query);
        assert!(
            matches!(error, SelectorError::Syntax { .. }),
            "{query}: {error}"
        );
    }
}

#[test]
fn line_filters_are_applied_in_turn() {
    let query = r#"{job="node"} |= "error" != "debug" |~ "code=5\\d\\d" !~ `ignored$`"#;
    let selector = LineSelector::parse(query).expect("a selector");
    assert!(selector.matches(&labels()));
    for (line, wanted) in [
        ("error code=503", true),
        ("warning code=503", false),
        ("error debug code=503", false),
        ("error code=404", false),
        ("error code=500 ignored", false),
        ("error code=500 ignored here", true),
    ] {
        assert_eq!(selector.passes(line), wanted, "{line}");
    }
}

#[test]
fn label_sets_of_pushes_are_read() {
    let set = label_set(r#"{app="web", env="d\"ev"}"#).expect("a set");
    assert_eq!(set, Labels::from_pairs([("app", "web"), ("env", "d\"ev")]));
    assert!(label_set("{}").expect("an empty set").is_empty());
    for bad in ["", "{a}", r#"{a!="b"}"#, r#"{a="b"} x"#, r#"{"a"="b"}"#] {
        label_set(bad).expect_err(bad);
    }
}

#[test]
fn no_query_makes_it_panic() {
    let pieces = [
        "{", "}", "\"", "\\", "a", "=", "~", "!", "|", "[", "]", "`", "é", ",", "5m", " ",
    ];
    let mut chance = 7_u64;
    for _ in 0..20_000 {
        let mut query = String::new();
        for _ in 0..12 {
            chance = chance
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            query.push_str(pieces[usize::try_from(chance >> 60).expect("small")]);
        }
        let _ = (
            SeriesSelector::parse(&query),
            LineSelector::parse(&query),
            label_set(&query),
        );
    }
}
