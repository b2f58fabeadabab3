use proptest::prelude::*;

use super::*;

fn value(expression: &str, json: &str) -> String {
    let data = Data::from(&serde_json::from_str(json).unwrap());
    let expression = Expression::new(expression).unwrap();
    match search(&expression, &data) {
        Ok(data) => data.to_json().unwrap().to_string(),
        Err(_) => "failed".to_owned(),
    }
}

#[test]
fn expressions_mean_what_the_specification_says() {
    let json = r#"{"a":{"b":[{"c":1},{"c":2},{"d":3}]},"n":[3,1,2],"s":"text","e":[]}"#;
    for (expression, expected) in [
        ("a.b[0].c", "1.0"),
        ("a.b[*].c", "[1.0,2.0]"),
        ("a.b[*].c | [0]", "1.0"),
        ("a.b[?c].c", "[1.0,2.0]"),
        ("a.b[?c > `1`] | [0].c", "2.0"),
        ("a.*[] | length(@)", "3.0"),
        ("sort(n)", "[1.0,2.0,3.0]"),
        ("n[::-1]", "[2.0,1.0,3.0]"),
        ("s[1:3]", "\"ex\""),
        ("{x: s, y: n[0]}", r#"{"x":"text","y":3.0}"#),
        ("n[0] + n[1] * n[2]", "5.0"),
        ("(n[0] + n[1]) * n[2]", "8.0"),
        ("e || s", "\"text\""),
        ("!e && s", "\"text\""),
        ("missing.x.y", "null"),
        ("map(&@ * `2`, n)", "[6.0,2.0,4.0]"),
        ("max_by(a.b[?c], &c).c", "2.0"),
        ("length(missing)", "failed"),
        ("$.s", "\"text\""),
        ("pad_left(s, `6`, '*')", "\"**text\""),
        ("'it\\'s'", "\"it's\""),
    ] {
        assert_eq!(value(expression, json), expected, "{expression}");
    }
}

#[test]
fn mistakes_are_found_when_compiling() {
    for expression in [
        "b[", "a.", "a b", "[0", "`x`", "\"x", "a[b]", "{a}", "foo(", "&", "1", "",
    ] {
        assert!(Expression::new(expression).is_err(), "{expression}");
    }
}

proptest! {
    #[test]
    fn no_expression_panics(text in "[a-c.*@&|!<>=+/%(){}:,`'\"0-9$ \\[\\]?-]{0,40}") {
        if let Ok(expression) = Expression::new(&text) {
            let data = Data::from(&serde_json::from_str(r#"{"a":[1,{"b":"c"}],"b":{"a":"x"},"c":"d"}"#).unwrap());
            let _ = search(&expression, &data).map(|data| data.to_json());
        }
    }
}
