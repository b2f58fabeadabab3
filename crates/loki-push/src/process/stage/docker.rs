//! `stage.docker`: lines of Docker's json-file driver.

use serde_json::Value as Json;
use tokio::time::Instant;

use crate::Timestamp;
use crate::docker_time::parse_rfc3339;
use crate::process::chain::Stage;
use crate::process::item::Item;
use crate::process::stage::json::parse_json;
use crate::process::text::lossy;
use crate::process::value::Value;

/// Takes line, stream and time out of a JSON line; leaves any other line alone.
pub(super) struct Docker;

impl Stage for Docker {
    fn run(&mut self, items: &mut Vec<Item>, _now: Instant) {
        for item in items {
            unwrap(item);
        }
    }
}

fn unwrap(item: &mut Item) {
    let text = item.text();
    let Some(Json::Object(members)) = parse_json(&lossy(&text)) else {
        return;
    };
    let mut fields = [const { String::new() }; 3];
    for (name, value) in members {
        let place = match name.to_lowercase().as_str() {
            "log" => 0,
            "stream" => 1,
            "time" => 2,
            _ => continue,
        };
        let text = match value {
            Json::String(text) => text,
            Json::Null => continue,
            _ => return,
        };
        if let Some(field) = fields.get_mut(place) {
            *field = text;
        }
    }
    let [log, stream, time] = fields;
    if log.is_empty() {
        return;
    }
    item.extracted.set("output", Value::Text(log.clone()));
    item.extracted.set("stream", Value::Text(stream.clone()));
    item.extracted.set("timestamp", Value::Text(time.clone()));
    item.labels.set("stream", &stream);
    if let Some(nanos) = parse_rfc3339(time.replace(',', ".").as_bytes()) {
        item.timestamp = Timestamp::from_unix_nanos(nanos);
    }
    item.set_text(log);
}
