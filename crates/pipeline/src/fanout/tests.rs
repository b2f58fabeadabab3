use std::collections::BTreeMap;

use outpost_model::LayoutId;

use super::*;
use crate::ReceiverHandle;

/// Keeps what it was given, by label set; drops label sets that hold `drop`.
#[derive(Default)]
struct Recorder {
    state: Mutex<Recorded>,
}

#[derive(Default)]
struct Recorded {
    generation: u64,
    ids: Vec<(String, i64)>,
    samples: Vec<(String, f64)>,
}

impl Recorder {
    fn state(&self) -> MutexGuard<'_, Recorded> {
        self.state.lock().unwrap()
    }

    fn samples(&self) -> Vec<(String, f64)> {
        self.state().samples.clone()
    }

    fn holds(&self) -> BTreeMap<String, i64> {
        self.state().ids.iter().cloned().collect()
    }

    fn bump(&self) {
        let mut state = self.state();
        state.generation += 1;
        state.ids.clear();
    }
}

impl MetricsReceiver for Recorder {
    fn generation(&self) -> Generation {
        Generation(self.state().generation)
    }

    fn resolve(&self, labels: &Labels, _: Option<&Arc<Metadata>>) -> Resolution {
        if labels.get("drop").is_some() {
            return Resolution::Dropped;
        }
        let mut state = self.state();
        let name = labels.to_string();
        let position = state.ids.iter().position(|(known, _)| *known == name);
        let position = position.unwrap_or_else(|| {
            state.ids.push((name, 0));
            state.ids.len() - 1
        });
        state.ids[position].1 += 1;
        Resolution::Series(SeriesId(u32::try_from(position).unwrap()))
    }

    fn release(&self, series: &[SeriesId]) {
        let mut state = self.state();
        for id in series {
            state.ids[id.0 as usize].1 -= 1;
        }
    }

    fn append(&self, batch: &Batch<'_>) -> Result<(), AppendError> {
        let mut state = self.state();
        if batch.generation.0 != state.generation {
            return Err(AppendError::Outdated);
        }
        for (id, value) in batch.series.iter().zip(batch.values) {
            let name = state.ids[id.0 as usize].0.clone();
            state.samples.push((name, *value));
        }
        Ok(())
    }
}

fn append(
    receiver: &dyn MetricsReceiver,
    generation: Generation,
    series: &[SeriesId],
    values: &[f64],
) -> Result<(), AppendError> {
    receiver.append(&Batch {
        generation,
        timestamp_ms: 1,
        layout: LayoutId(1),
        series,
        values,
        stale: &[],
        stamped: &[],
        histograms: &[],
        exemplars: &[],
        start_times: &[],
    })
}

fn id(receiver: &dyn MetricsReceiver, labels: &Labels) -> SeriesId {
    match receiver.resolve(labels, None) {
        Resolution::Series(id) => id,
        Resolution::Dropped => panic!("{labels} was dropped"),
    }
}

fn labels(name: &str) -> Labels {
    Labels::from_pairs([("__name__", name)])
}

#[test]
fn every_child_gets_its_share_in_its_own_ids() {
    let (first, second) = (Arc::new(Recorder::default()), Arc::new(Recorder::default()));
    // The first child already knows a series, so that its ids are others than the second's.
    first.resolve(&labels("before"), None);
    let fanout = Fanout::over(vec![first.clone(), second.clone()]);
    let series = [id(&*fanout, &labels("a")), id(&*fanout, &labels("b"))];
    append(&*fanout, fanout.generation(), &series, &[1.0, 2.0]).unwrap();
    let expected = [("a".to_owned(), 1.0), ("b".to_owned(), 2.0)];
    assert_eq!(first.samples(), expected);
    assert_eq!(second.samples(), expected);
}

#[test]
fn holds_are_given_back_to_every_child_and_ids_are_used_again() {
    let child = Arc::new(Recorder::default());
    let fanout = Fanout::over(vec![child.clone(), Arc::new(Recorder::default())]);
    let (one, again) = (id(&*fanout, &labels("a")), id(&*fanout, &labels("a")));
    assert_eq!(one, again);
    assert_eq!(child.holds()["a"], 2);
    fanout.release(&[one, again]);
    assert_eq!(child.holds()["a"], 0);
    assert_eq!(id(&*fanout, &labels("b")), one);
}

#[test]
fn a_child_that_starts_a_generation_voids_the_ids_of_the_fanout() {
    let (first, second) = (Arc::new(Recorder::default()), Arc::new(Recorder::default()));
    let fanout = Fanout::over(vec![first, second.clone()]);
    let generation = fanout.generation();
    let series = [id(&*fanout, &labels("a"))];
    second.bump();
    assert_eq!(
        append(&*fanout, generation, &series, &[1.0]),
        Err(AppendError::Outdated)
    );
    let series = [id(&*fanout, &labels("a"))];
    append(&*fanout, fanout.generation(), &series, &[1.0]).unwrap();
    assert_eq!(second.samples(), [("a".to_owned(), 1.0)]);
}

#[test]
fn the_children_that_stay_in_their_generation_get_their_holds_back() {
    let (first, second) = (Arc::new(Recorder::default()), Arc::new(Recorder::default()));
    let fanout = Fanout::over(vec![first.clone(), second.clone()]);
    id(&*fanout, &labels("a"));
    id(&*fanout, &labels("a"));
    second.bump();
    fanout.generation();
    assert_eq!(first.holds()["a"], 0);
    id(&*fanout, &labels("a"));
    drop(fanout);
    assert_eq!(first.holds()["a"], 0);
    assert_eq!(second.holds()["a"], 0);
}

#[test]
fn a_series_that_every_child_drops_is_dropped() {
    let fanout = Fanout::over(vec![
        Arc::new(Recorder::default()),
        Arc::new(Recorder::default()),
    ]);
    let dropped = Labels::from_pairs([("__name__", "a"), ("drop", "1")]);
    assert_eq!(fanout.resolve(&dropped, None), Resolution::Dropped);
}

#[test]
fn a_handle_voids_its_ids_when_what_is_behind_it_changes() {
    let handle = ReceiverHandle::new("prometheus.relabel.a.receiver");
    assert_eq!(handle.resolve(&labels("a"), None), Resolution::Dropped);
    let (first, second) = (Arc::new(Recorder::default()), Arc::new(Recorder::default()));
    handle.swap(first.clone());
    let generation = handle.generation();
    let series = [id(&*handle, &labels("a"))];
    append(&*handle, generation, &series, &[1.0]).unwrap();
    handle.swap(second.clone());
    assert_eq!(
        append(&*handle, generation, &series, &[2.0]),
        Err(AppendError::Outdated)
    );
    let series = [id(&*handle, &labels("a"))];
    append(&*handle, handle.generation(), &series, &[3.0]).unwrap();
    assert_eq!(first.samples(), [("a".to_owned(), 1.0)]);
    assert_eq!(second.samples(), [("a".to_owned(), 3.0)]);
    handle.close();
    assert!(append(&*handle, handle.generation(), &series, &[4.0]).is_err());
}
