use std::io::Write;
use std::sync::Mutex;

use super::*;

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What is logged under `settings` by `act`, without the timestamps.
fn logged(settings: &Arc<Settings>, act: impl FnOnce()) -> Vec<String> {
    let sink = Sink::default();
    let writer = sink.clone();
    let layer = layer::LineLayer::new(Arc::clone(settings), move || writer.clone());
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), act);
    let bytes = sink.0.lock().unwrap().clone();
    String::from_utf8(bytes)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_line_has_level_words_the_spans_fields_and_its_own() {
    let settings = Arc::new(Settings::new());
    let lines = logged(&settings, || {
        let span = tracing::info_span!("component", component_id = "prometheus.scrape.app");
        let _entered = span.enter();
        tracing::warn!(status = 503, url = "http://a/?b=c", "no \"answer\"\nyet");
    });
    let (time, rest) = lines[0].split_once(' ').unwrap();
    assert!(time.starts_with("ts=20"), "{time}");
    assert_eq!(
        rest,
        r#"level=warn msg="no \"answer\"\nyet" component_id=prometheus.scrape.app status=503 url="http://a/?b=c""#
    );
}

#[test]
fn a_json_line_is_json_and_keeps_numbers_as_numbers() {
    let settings = Arc::new(Settings::new());
    settings.set(LogLevel::Info, LogFormat::Json);
    let lines = logged(&settings, || tracing::info!(n = 3, f = f64::NAN, "a\"b"));
    let value: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!(value["msg"], "a\"b");
    assert_eq!(value["n"], 3);
    assert_eq!(value["f"], "NaN");
}

#[test]
fn lines_below_the_level_are_not_written_and_the_level_can_change() {
    let settings = Arc::new(Settings::new());
    let lines = logged(&settings, || {
        for round in 0..2 {
            tracing::info!(round, "seen once");
            settings.set(LogLevel::Error, LogFormat::Logfmt);
        }
    });
    assert_eq!(lines.len(), 1, "{lines:?}");
}

#[test]
fn an_open_tee_gets_a_copy() {
    let settings = Arc::new(Settings::new());
    settings.tee().set_open(true);
    let lines = logged(&settings, || tracing::error!("lost"));
    let copy = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(settings.tee().next());
    assert_eq!(copy.text, lines[0]);
}
