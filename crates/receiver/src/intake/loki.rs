//! Loki's push, as protobuf and as JSON.

use outpost_model::Labels;
use prost::Message;
use serde::Deserialize;
use serde_json::Value;

use super::{IntakeError, Line, unsnap};
use crate::selector::label_set;
use crate::store::Store;
use crate::wire::loki::{Entry, PushRequest};

#[derive(Deserialize)]
struct JsonPush {
    streams: Vec<JsonStream>,
}

#[derive(Deserialize)]
struct JsonStream {
    stream: std::collections::BTreeMap<String, String>,
    values: Vec<Vec<Value>>,
}

/// A snappy block with a push request. All of it is taken, or nothing. Returns the number of lines.
pub(crate) fn protobuf(body: &[u8], store: &mut Store<Line>) -> Result<usize, IntakeError> {
    let request = PushRequest::decode(&*unsnap(body)?).map_err(IntakeError::Protobuf)?;
    let mut all = Vec::with_capacity(request.streams.len());
    for stream in request.streams {
        let labels = label_set(&stream.labels).map_err(|error| IntakeError::Series {
            problem: format!("{error}: {}", stream.labels),
        })?;
        let lines: Vec<Line> = stream.entries.into_iter().map(Line::from).collect();
        all.push((labels, lines));
    }
    Ok(keep(all, store))
}

/// `{"streams": [{"stream": {…}, "values": [["nanoseconds", "line", {metadata}]]}]}`.
pub(crate) fn json(body: &[u8], store: &mut Store<Line>) -> Result<usize, IntakeError> {
    let push: JsonPush = serde_json::from_slice(body).map_err(IntakeError::Json)?;
    let mut all = Vec::with_capacity(push.streams.len());
    for stream in push.streams {
        let labels = Labels::from_pairs(stream.stream);
        let lines = stream.values.iter().map(|value| line(value));
        let lines = lines.collect::<Option<Vec<Line>>>();
        let lines = lines.ok_or_else(|| IntakeError::Series {
            problem: format!("an entry is no [\"nanoseconds\", \"line\"]: {labels}"),
        })?;
        all.push((labels, lines));
    }
    Ok(keep(all, store))
}

fn line(value: &[Value]) -> Option<Line> {
    let (time, text, metadata) = match value {
        [time, text] => (time, text, None),
        [time, text, metadata] => (time, text, Some(metadata)),
        _ => return None,
    };
    let pairs = match metadata {
        None => Vec::new(),
        Some(metadata) => metadata
            .as_object()?
            .iter()
            .map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect::<Option<Vec<_>>>()?,
    };
    Some(Line {
        time: time.as_str()?.parse().ok()?,
        text: text.as_str()?.into(),
        metadata: pairs.into(),
    })
}

/// Streams without lines leave no trace.
fn keep(all: Vec<(Labels, Vec<Line>)>, store: &mut Store<Line>) -> usize {
    let mut count = 0;
    for (labels, lines) in all {
        count += lines.len();
        store.insert(labels, lines);
    }
    count
}

impl From<Entry> for Line {
    fn from(entry: Entry) -> Self {
        let time = entry.timestamp.unwrap_or_default();
        let metadata = entry.structured_metadata.into_iter();
        Self {
            time: time
                .seconds
                .saturating_mul(1_000_000_000)
                .saturating_add(time.nanos.into()),
            text: entry.line.into(),
            metadata: metadata.map(|pair| (pair.name, pair.value)).collect(),
        }
    }
}
