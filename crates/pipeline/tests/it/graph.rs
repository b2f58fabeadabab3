//! The running graph: changes, reloads, ends.

use std::time::Duration;

use outpost_pipeline::HealthState;

use crate::stage::Play;

const CHAIN: &str = r#"
test.source "a" { value = 1 }
test.sink "b" { of = [test.source.a.value] }
test.sink "c" { of = [test.source.a.value, test.sink.b.sum] }
test.sink "other" { of = [7] }
"#;

fn health(play: &Play, id: &str) -> (HealthState, String) {
    let health = play.agent.component(id).expect("a component").health;
    (health.state, health.message)
}

#[tokio::test]
async fn a_changed_export_reaches_everything_that_depends_on_it_once() {
    let mut play = Play::start(CHAIN);
    play.saw("test.source.a started", 1).await;
    play.ring("test.source.a");
    play.saw("test.sink.b took [2]", 1).await;
    play.saw("test.sink.c took [2, 2]", 1).await;
    play.settle().await;
    assert_eq!(
        play.events().iter().filter(|e| e.contains("took")).count(),
        2
    );
    play.stop().await;
}

#[tokio::test]
async fn a_reload_updates_what_changed_adds_what_is_new_and_stops_what_is_gone() {
    let mut play = Play::start(CHAIN);
    play.saw("test.sink.c started", 1).await;
    play.reload(
        r#"
        test.source "a" { value = 5 }
        test.sink "b" { of = [test.source.a.value] }
        test.sink "new" { of = [test.sink.b.sum] }
        test.sink "other" { of = [7] }
        "#,
    )
    .await
    .expect("a good configuration");
    play.saw("test.sink.new started", 1).await;
    let events = play.events();
    assert!(
        events.contains(&"test.source.a updated to 5".to_owned()),
        "{events:?}"
    );
    assert!(
        events.contains(&"test.sink.b took [5]".to_owned()),
        "{events:?}"
    );
    assert!(
        events.contains(&"test.sink.c stopped".to_owned()),
        "{events:?}"
    );
    assert!(
        !events.iter().any(|e| e.starts_with("test.sink.other took")),
        "{events:?}"
    );
    assert!(play.agent.component("test.sink.c").is_none());
    assert_eq!(
        play.agent
            .component("test.sink.new")
            .expect("it is there")
            .references_to,
        ["test.sink.b"]
    );
    play.stop().await;
}

#[tokio::test]
async fn a_refused_reload_touches_nothing() {
    let mut play = Play::start(CHAIN);
    play.saw("test.sink.other started", 1).await;
    let before = play.events();
    for (wrong, message) in [
        ("test.sink \"b\" {", "expected `}` to close the block"),
        (
            "test.sinkhole \"b\" { }",
            "unknown component `test.sinkhole`",
        ),
        ("test.source \"a\" { value = \"x\" }", "expected number"),
        (
            "test.source \"a\" { }\ntest.fails \"f\" { at = \"build\" }",
            "told to fail",
        ),
        (
            "test.sink \"b\" { of = [test.sink.b.sum] }",
            "refers to itself",
        ),
    ] {
        let refused = play.reload(wrong).await.expect_err(wrong).to_string();
        assert!(refused.contains(message), "{refused}");
    }
    play.settle().await;
    assert_eq!(play.events(), before);
    assert_eq!(play.agent.unhealthy(), [""; 0]);
    play.ring("test.source.a");
    play.saw("test.sink.b took [2]", 1).await;
    play.stop().await;
}

#[tokio::test]
async fn a_component_that_cannot_take_what_it_depends_on_keeps_what_it_has_and_says_why() {
    let mut play = Play::start(
        "test.source \"a\" { value = -3 }\ntest.sink \"b\" { of = [2, test.source.a.value] }\n",
    );
    play.saw("test.sink.b started", 1).await;
    play.ring("test.source.a");
    play.saw("test.sink.b took [2, -2]", 1).await;
    play.reload(
        "test.source \"a\" { value = -9 }\ntest.sink \"b\" { of = [2, test.source.a.value] }\n",
    )
    .await
    .expect("the rehearsal builds, it does not update");
    let (state, message) = health(&play, "test.sink.b");
    assert_eq!(state, HealthState::Unhealthy);
    assert!(message.ends_with("the sum -7 is negative"), "{message}");
    assert!(message.starts_with("config.alloy:2:17"), "{message}");
    assert_eq!(play.agent.unhealthy(), ["test.sink"]);
    play.reload(
        "test.source \"a\" { value = -2 }\ntest.sink \"b\" { of = [2, test.source.a.value] }\n",
    )
    .await
    .expect("a good configuration");
    assert_eq!(health(&play, "test.sink.b").0, HealthState::Healthy);
    play.stop().await;
}

#[tokio::test]
async fn a_component_that_ends_or_panics_has_exited_and_the_others_go_on() {
    let mut play = Play::start(
        "test.fails \"ends\" { at = \"run\" }\ntest.fails \"panics\" { at = \"panic\" }\ntest.sink \"b\" { }\n",
    );
    play.saw("test.sink.b started", 1).await;
    play.settle().await;
    assert_eq!(
        health(&play, "test.fails.ends"),
        (
            HealthState::Exited,
            "component ended: told to end".to_owned()
        )
    );
    assert_eq!(health(&play, "test.fails.panics").0, HealthState::Exited);
    assert_eq!(health(&play, "test.sink.b").0, HealthState::Healthy);
    assert_eq!(play.agent.unhealthy(), ["test.fails"]);
    play.stop().await;
}

#[tokio::test]
async fn what_depends_on_others_stops_before_them() {
    let mut play = Play::start(CHAIN);
    play.saw("test.sink.other started", 1).await;
    play.stop().await;
    let stops: Vec<String> = play
        .events()
        .into_iter()
        .filter(|event| event.ends_with("stopped") && !event.contains("other"))
        .collect();
    assert_eq!(
        stops,
        [
            "test.sink.c stopped",
            "test.sink.b stopped",
            "test.source.a stopped"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn one_grace_time_is_for_all_and_ends_what_does_not_stop() {
    let begin = tokio::time::Instant::now();
    let mut play = Play::with_grace(
        "test.fails \"a\" { at = \"stop\" }\ntest.fails \"b\" { at = \"stop\" }\n",
        Duration::from_secs(3),
    );
    play.settle().await;
    play.stop().await;
    assert!(
        begin.elapsed() < Duration::from_secs(4),
        "{:?}",
        begin.elapsed()
    );
}

#[tokio::test]
async fn a_component_that_cannot_open_after_a_reload_is_unhealthy_and_alone_in_that() {
    let mut play = Play::start("test.sink \"b\" { }\n");
    play.saw("test.sink.b started", 1).await;
    play.reload("test.sink \"b\" { }\ntest.fails \"f\" { at = \"open\" }\n")
        .await
        .expect("what cannot open builds well");
    assert_eq!(
        health(&play, "test.fails.f"),
        (HealthState::Unhealthy, "told not to open".to_owned())
    );
    assert_eq!(health(&play, "test.sink.b").0, HealthState::Healthy);
    play.stop().await;
}
