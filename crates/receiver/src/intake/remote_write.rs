//! Remote write 1.0 and 2.0.

use std::sync::Arc;

use outpost_model::Labels;
use prost::Message;

use super::{IntakeError, Sample, Value, unsnap};
use crate::histogram::Histogram;
use crate::store::Store;
use crate::wire;

/// What a request brought, as 2.0's answers tell it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) samples: usize,
    pub(crate) histograms: usize,
    pub(crate) exemplars: usize,
}

/// One series of either message.
struct Series<'a> {
    labels: Labels,
    samples: &'a [wire::v1::Sample],
    histograms: &'a [wire::v1::Histogram],
}

/// A request of 1.0. All of it is taken, or nothing.
pub(crate) fn v1(body: &[u8], store: &mut Store<Sample>) -> Result<Written, IntakeError> {
    let request = wire::v1::WriteRequest::decode(&*unsnap(body)?).map_err(IntakeError::Protobuf)?;
    let mut all = Vec::with_capacity(request.timeseries.len());
    let mut written = Written::default();
    for series in &request.timeseries {
        let pairs = series
            .labels
            .iter()
            .map(|label| (label.name.as_str(), label.value.as_str()));
        written.exemplars += series.exemplars.len();
        all.push(Series {
            labels: labels(pairs)?,
            samples: &series.samples,
            histograms: &series.histograms,
        });
    }
    Ok(keep(all, written, store))
}

/// A request of 2.0.
pub(crate) fn v2(body: &[u8], store: &mut Store<Sample>) -> Result<Written, IntakeError> {
    let request = wire::v2::Request::decode(&*unsnap(body)?).map_err(IntakeError::Protobuf)?;
    let problem = |problem: &str| IntakeError::Series {
        problem: problem.to_owned(),
    };
    if request
        .symbols
        .first()
        .is_some_and(|first| !first.is_empty())
    {
        return Err(problem("the first symbol is not empty"));
    }
    let symbol = |at: u32| {
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        request.symbols.get(at).map(String::as_str)
    };
    let mut all = Vec::with_capacity(request.timeseries.len());
    let mut written = Written::default();
    for series in &request.timeseries {
        let mut pairs = Vec::with_capacity(series.labels_refs.len() / 2);
        for pair in series.labels_refs.chunks(2) {
            let [name, value] = pair else {
                return Err(problem("a label without a value"));
            };
            let both = symbol(*name).zip(symbol(*value));
            pairs.push(both.ok_or_else(|| problem("a label points beyond the symbols"))?);
        }
        written.exemplars += series.exemplars.len();
        all.push(Series {
            labels: labels(pairs)?,
            samples: &series.samples,
            histograms: &series.histograms,
        });
    }
    Ok(keep(all, written, store))
}

fn labels<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Labels, IntakeError> {
    let pairs: Vec<_> = pairs.into_iter().collect();
    let labels = Labels::from_pairs(pairs.iter().copied());
    let problem = if labels.len() < pairs.len() {
        "a label name stands twice"
    } else if labels.is_empty() {
        "it has no labels"
    } else if labels
        .iter()
        .any(|(name, value)| name.is_empty() || value.is_empty())
    {
        "a label name or value is empty"
    } else {
        return Ok(labels);
    };
    Err(IntakeError::Series {
        problem: format!("{problem}: {labels}"),
    })
}

fn keep(all: Vec<Series<'_>>, mut written: Written, store: &mut Store<Sample>) -> Written {
    for series in all {
        written.samples += series.samples.len();
        written.histograms += series.histograms.len();
        let floats = series.samples.iter().map(|sample| Sample {
            time: sample.timestamp,
            value: Value::Float(sample.value),
        });
        let histograms = series.histograms.iter().map(|histogram| Sample {
            time: histogram.timestamp,
            value: Value::Histogram(Arc::new(Histogram::from(histogram))),
        });
        store.insert(series.labels, floats.chain(histograms));
    }
    written
}
