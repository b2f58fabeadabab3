//! Arguments: stated once, decoded with every objection at its place, and shown as the component API shows them.

use std::collections::BTreeMap;

use outpost_alloy_syntax::{
    Arguments as _, Block, Bytes, Constants, Diagnostics, Duration, Encoded, FieldSchema, Fields,
    Repeat, Secret, Source, Statement, arguments, check, choice, decode, parse,
};
use serde_json::{Value as Json, json};

arguments! {
    /// A sink for everything that a block can hold.
    #[derive(PartialEq)]
    pub struct Sink {
        /// Where to.
        attr url: String,
        /// How long.
        attr timeout: Duration = Duration::from_secs(30),
        /// How much.
        attr batch_size: Bytes = Bytes::mib(1) => Bytes::default(),
        /// Which.
        attr kind as "type": Option<String>,
        /// More.
        attr labels: BTreeMap<String, String> = BTreeMap::new(),
        /// Who.
        block basic_auth: Option<BasicAuth>,
        /// What to do.
        choice steps: Vec<Step>,
        /// How it is queued.
        block queue_config: Queue = Queue { capacity: 10 },
        /// Shared with others.
        flatten proxy: Proxy,
        /// Of several.
        block rule: Vec<Rule>,
    }
    refuse { sigv4: "requests are not signed for AWS", }
    check = Sink::check;
}

arguments! {
    /// A user.
    #[derive(PartialEq)]
    pub struct BasicAuth {
        /// The name.
        attr username: Option<String>,
        /// The password.
        attr password: Option<Secret>,
    }
}

arguments! {
    /// A queue.
    #[derive(PartialEq)]
    pub struct Queue {
        /// How many.
        attr capacity: u64 = 10,
    }
}

arguments! {
    /// Shared.
    #[derive(PartialEq)]
    pub struct Proxy {
        /// By which.
        attr proxy_url: Option<String>,
    }
}

arguments! {
    /// A rule.
    #[derive(PartialEq)]
    pub struct Rule {
        /// Its name.
        label name: String,
        /// What for.
        attr action: String,
    }
}

choice! {
    /// A step.
    #[derive(PartialEq)]
    pub enum Step {
        /// Drops.
        "stage.drop" => Drop(Drop),
        /// Nests.
        "stage.match" => Match(Box<Match>),
    }
}

arguments! {
    /// Drops.
    #[derive(PartialEq)]
    pub struct Drop {
        /// What.
        attr expression: String,
    }
}

arguments! {
    /// Nests.
    #[derive(PartialEq)]
    pub struct Match {
        /// Which.
        attr selector: String,
        /// Further.
        choice steps: Vec<Step>,
    }
}

impl Sink {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        if self.timeout.as_nanos() < 0 {
            fields.object("timeout", "a timeout cannot be negative");
        }
    }
}

fn with_block<T>(body: &str, then: impl FnOnce(&Block, &std::sync::Arc<Source>) -> T) -> T {
    let text = format!("sink \"s\" {{\n{body}\n}}\n");
    let source = Source::new("c.alloy", text).expect("a short text");
    let file = parse(&source).expect("valid");
    match file.body.statements.first() {
        Some(Statement::Block(block)) => then(block, &source),
        other => panic!("not a block: {other:?}"),
    }
}

fn decoded(body: &str) -> Result<Sink, Vec<String>> {
    with_block(body, |block, source| {
        decode::<Sink>(block, source, &Constants)
    })
    .map_err(|d| lines(&d))
}

fn checked(body: &str) -> Vec<String> {
    lines(&with_block(body, check::<Sink>))
}

/// `line:column: message (help)` of each.
fn lines(diagnostics: &Diagnostics) -> Vec<String> {
    diagnostics
        .iter()
        .map(|d| {
            let at = d.position().map_or("-".to_owned(), |at| at.to_string());
            let help = d
                .help
                .as_ref()
                .map_or(String::new(), |help| format!(" ({help})"));
            format!("{at}: {}{help}", d.message)
        })
        .collect()
}

#[test]
fn what_is_not_given_has_its_default() {
    let sink = decoded("url = \"u\"").expect("valid");
    assert_eq!(sink.timeout, Duration::from_secs(30));
    assert_eq!((sink.kind, sink.basic_auth), (None, None));
    assert_eq!(
        (
            sink.queue_config.capacity,
            sink.steps.len(),
            sink.rule.len()
        ),
        (10, 0, 0)
    );
}

#[test]
fn everything_given_arrives_in_its_type_and_order() {
    let sink = decoded(
        "url = \"u\"\ntimeout = \"1m\"\nbatch_size = \"2KiB\"\ntype = 5\nproxy_url = \"p\"\n\
         stage.drop { expression = \"a\" }\n\
         stage.match {\n selector = \"b\"\n stage.drop { expression = \"c\" }\n }\n\
         stage.drop { expression = \"d\" }\n\
         rule \"one\" { action = \"keep\" }\nqueue_config { capacity = 2 }",
    )
    .expect("valid");
    assert_eq!(sink.timeout.to_string(), "1m0s");
    assert_eq!(sink.batch_size.get(), 2048);
    assert_eq!(sink.kind.as_deref(), Some("5"));
    assert_eq!(sink.proxy.proxy_url.as_deref(), Some("p"));
    assert_eq!(
        (&*sink.rule[0].name, sink.queue_config.capacity),
        ("one", 2)
    );
    let drop = |expression: &str| {
        Step::Drop(Drop {
            expression: expression.into(),
        })
    };
    let nested = Step::Match(Box::new(Match {
        selector: "b".into(),
        steps: vec![drop("c")],
    }));
    assert_eq!(sink.steps, [drop("a"), nested, drop("d")]);
}

#[test]
fn unknown_names_are_objected_to_with_the_nearest_known_one() {
    assert_eq!(
        decoded("url = \"u\"\ntimout = \"1s\"\nbasicauth {\n}\nstage.dorp { }\nwhatever = 1")
            .unwrap_err(),
        [
            "3:1: unknown argument `timout` (did you mean `timeout`?)",
            "4:1: unknown block `basicauth` (did you mean `basic_auth`?)",
            "6:1: unknown block `stage.dorp` (did you mean `stage.drop`?)",
            "7:1: unknown argument `whatever`",
        ]
    );
}

#[test]
fn what_is_missing_or_given_twice_is_objected_to() {
    assert_eq!(
        decoded(
            "timeout = \"1s\"\ntimeout = \"2s\"\nqueue_config { }\nqueue_config { }\nstage.drop { }"
        )
        .unwrap_err(),
        [
            "1:1: the argument `url` is required and not given",
            "3:1: the argument `timeout` is given twice",
            "5:1: the block `queue_config` may be given only once",
            "6:1: the argument `expression` is required and not given",
        ]
    );
}

#[test]
fn a_block_in_place_of_an_argument_and_the_reverse_are_told_apart() {
    assert_eq!(
        decoded("url {\n}\nbasic_auth = {username = \"u\"}\nstage.drop \"x\" { expression = \"\" }\nrule { action = \"\" }")
            .unwrap_err(),
        [
            "2:1: `url` is an argument, not a block: write `url = …`",
            "4:1: `basic_auth` is a block, not an argument: write `basic_auth { … }`",
            "5:12: the block takes no label",
            "6:1: the block needs a label: a name in quotes after its own",
        ]
    );
}

#[test]
fn a_wrong_value_is_shown_at_its_innermost_written_part() {
    assert_eq!(
        decoded("url = [1]\ntimeout = \"1 s\"\nlabels = {a = \"b\",\n  c = [true]}\nqueue_config { capacity = \"x\" }")
            .unwrap_err(),
        [
            "2:7: expected string, found array",
            "3:11: \"1 s\" is not a duration such as \"15s\" or \"1h30m\" (units: h, m, s, ms, us, ns)",
            "5:7: expected string, found array",
            "6:27: expected number, found the text \"x\"",
        ]
    );
}

#[test]
fn refused_names_and_failed_checks_say_why() {
    assert_eq!(
        decoded("url = \"u\"\nsigv4 {\n}\ntimeout = \"-1s\"").unwrap_err(),
        [
            "3:1: `sigv4` is not supported: requests are not signed for AWS",
            "5:1: a timeout cannot be negative",
        ]
    );
}

#[test]
fn a_check_without_scope_leaves_references_alone_and_finds_the_rest() {
    assert_eq!(
        checked("url = local.file.x.content + 1\ntimeout = string.trim(1)"),
        [""; 0]
    );
    assert_eq!(
        checked("url = local.file.x.content\ntimeout = 1 + true\nbatchsize = 1"),
        [
            "3:15: `+` takes two numbers, two strings, or a string and a secret, found bool",
            "4:1: unknown argument `batchsize` (did you mean `batch_size`?)",
        ]
    );
}

#[test]
fn the_component_api_shows_what_differs_from_the_defaults_and_masks_secrets() {
    let sink = decoded(
        "url = \"u\"\ntimeout = \"30s\"\nlabels = {b = \"1\", a = 2}\n\
         basic_auth {\n password = \"p\"\n }\nqueue_config { }\nstage.drop { expression = \"x\" }\nrule \"one\" { action = \"keep\" }",
    )
    .expect("valid");
    let shown: Vec<Json> = sink.encode().iter().map(Encoded::to_json).collect();
    let attribute = |name: &str, kind: &str, value: Json| json!({"name": name, "type": "attr", "value": {"type": kind, "value": value}});
    assert_eq!(
        Json::from(shown),
        json!([
            attribute("url", "string", json!("u")),
            attribute("batch_size", "string", json!("1MiB")),
            attribute("labels", "object", json!([
                {"key": "a", "value": {"type": "string", "value": "2"}},
                {"key": "b", "value": {"type": "string", "value": "1"}},
            ])),
            {"name": "basic_auth", "type": "block",
                "body": [attribute("password", "capsule", json!("(secret)"))]},
            {"name": "stage.drop", "type": "block", "body": [attribute("expression", "string", json!("x"))]},
            {"name": "rule", "type": "block", "label": "one",
                "body": [attribute("action", "string", json!("keep"))]},
        ])
    );
}

#[test]
fn the_schema_documents_every_field() {
    let schema = Sink::schema();
    assert_eq!(
        schema.doc,
        [" A sink for everything that a block can hold."]
    );
    let attributes: Vec<_> = schema
        .fields
        .iter()
        .filter_map(|field| match field {
            FieldSchema::Attribute(a) => Some((a.name, a.takes, a.required, a.default)),
            _ => None,
        })
        .collect();
    assert_eq!(
        attributes,
        [
            ("url", "string", true, None),
            (
                "timeout",
                "duration",
                false,
                Some("Duration::from_secs(30)")
            ),
            ("batch_size", "size", false, Some("Bytes::mib(1)")),
            ("type", "string", false, None),
            ("labels", "map", false, Some("BTreeMap::new()")),
        ]
    );
    let blocks: Vec<_> = schema
        .fields
        .iter()
        .filter_map(|field| match field {
            FieldSchema::Block(b) => Some((b.name, b.repeat)),
            _ => None,
        })
        .collect();
    assert_eq!(
        blocks,
        [
            ("basic_auth", Repeat::Optional),
            ("queue_config", Repeat::Optional),
            ("rule", Repeat::Many),
        ]
    );
}
