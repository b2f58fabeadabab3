use proptest::prelude::*;

use super::*;

fn run(template: &str) -> Option<String> {
    let data = T::map([
        ("v".to_owned(), T::text("x")),
        ("l".to_owned(), T::List(vec![T::text("a"), T::text("b")])),
    ]);
    Template::new(template).unwrap().run(&data)
}

#[test]
fn a_template_that_would_run_for_ever_yields_nothing() {
    assert_eq!(
        run(r#"{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}"#),
        None
    );
    let wide = r"{{ range until 10000 }}{{ range until 10000 }}x{{ end }}{{ end }}";
    assert_eq!(run(wide), None);
    assert_eq!(run("{{ repeat 100000000 .v }}"), None);
}

#[test]
fn variables_are_seen_where_they_are_declared() {
    assert_eq!(
        run("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $y := 3 }}{{ $y }}{{ end }}{{ $x }}")
            .as_deref(),
        Some("32")
    );
    assert!(Template::new("{{ if true }}{{ $y := 3 }}{{ end }}{{ $y }}").is_err());
}

proptest! {
    #[test]
    fn no_template_panics_or_hangs(text in r#"(\{\{-? ?(if|with|range|end|else|define "a"|template "a" \.|\.v|\$x := \.l|\$x|len|index|printf "%5d"|"s"|1|eq|\||\(|\)| )* ?-?\}\}| |t){0,8}"#) {
        if let Ok(template) = Template::new(&text) {
            let _ = template.run(&T::map([("v".to_owned(), T::text("x"))]));
        }
    }
}
