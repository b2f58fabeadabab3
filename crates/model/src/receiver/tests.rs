//! One promise: what is resolved is held once, appended under the right ids, and given back.

use std::collections::HashMap;
use std::sync::Mutex;

use super::*;
use crate::{LayoutId, RuleConfig, Rules, TargetNames};

/// A receiver that numbers series and counts their holds.
#[derive(Default)]
struct Book {
    inner: Mutex<Pages>,
}

#[derive(Default)]
struct Pages {
    generation: u64,
    ids: HashMap<String, u32>,
    holds: HashMap<u32, i64>,
    values: Vec<(String, f64)>,
}

impl Book {
    fn new_generation(&self) {
        let mut pages = self.inner.lock().unwrap();
        pages.generation += 1;
        pages.ids.clear();
        pages.holds.clear();
    }

    fn holds(&self) -> i64 {
        self.inner.lock().unwrap().holds.values().sum()
    }

    fn values(&self) -> Vec<(String, f64)> {
        std::mem::take(&mut self.inner.lock().unwrap().values)
    }
}

impl MetricsReceiver for Book {
    fn generation(&self) -> Generation {
        Generation(self.inner.lock().unwrap().generation)
    }

    fn resolve(&self, labels: &Labels, _: Option<&Arc<Metadata>>) -> Resolution {
        let mut pages = self.inner.lock().unwrap();
        let next = u32::try_from(pages.ids.len()).unwrap() * 7;
        let id = *pages.ids.entry(labels.to_string()).or_insert(next);
        *pages.holds.entry(id).or_default() += 1;
        Resolution::Series(SeriesId(id))
    }

    fn release(&self, generation: Generation, series: &[SeriesId]) {
        let mut pages = self.inner.lock().unwrap();
        if generation.0 == pages.generation {
            for id in series {
                *pages.holds.entry(id.0).or_default() -= 1;
            }
        }
    }

    fn append(&self, batch: &Batch<'_>) -> Result<(), AppendError> {
        let mut pages = self.inner.lock().unwrap();
        if batch.generation.0 != pages.generation {
            return Err(AppendError::Outdated);
        }
        let names: HashMap<u32, String> = pages
            .ids
            .iter()
            .map(|(name, id)| (*id, name.clone()))
            .collect();
        for (id, value) in batch.series.iter().zip(batch.values) {
            pages.values.push((names[&id.0].clone(), *value));
        }
        Ok(())
    }
}

fn series(name: &str) -> Labels {
    Labels::from_pairs([("__name__", name), ("code", "200")])
}

fn rules(edit: impl FnOnce(&mut RuleConfig)) -> Rules {
    let mut config = RuleConfig::default();
    edit(&mut config);
    Rules::compile([&config], TargetNames::Legacy).expect("is a rule")
}

fn drops(name: &'static str) -> Rules {
    rules(|rule| {
        rule.action = crate::Action::Drop;
        rule.source_labels = Some(vec!["__name__".to_owned()]);
        rule.regex = name.to_owned();
    })
}

fn id(resolution: Resolution) -> SeriesId {
    match resolution {
        Resolution::Series(id) => id,
        Resolution::Dropped => panic!("the series was dropped"),
    }
}

fn append(
    receiver: &dyn MetricsReceiver,
    generation: Generation,
    samples: &[(SeriesId, f64)],
) -> Result<(), AppendError> {
    let (series, values): (Vec<_>, Vec<_>) = samples.iter().copied().unzip();
    receiver.append(&Batch {
        generation,
        timestamp_ms: 1,
        layout: LayoutId::fresh(),
        series: &series,
        values: &values,
        stale: &[],
        stamped: &[],
        histograms: &[],
        exemplars: &[],
        start_times: &[],
    })
}

#[test]
fn relabelled_samples_arrive_under_the_new_labels_and_dropped_series_are_counted() {
    let book = Arc::new(Book::default());
    let zone = rules(|rule| {
        rule.target_label = "zone".to_owned();
        rule.replacement = "eu".to_owned();
    });
    let relabel = Relabel::new(drops("b"), Arc::new(Relabel::new(zone, book.clone())));
    let generation = relabel.generation();
    let a = id(relabel.resolve(&series("a"), None));
    assert_eq!(relabel.resolve(&series("b"), None), Resolution::Dropped);
    append(&relabel, generation, &[(a, 4.0)]).expect("is of this generation");
    assert_eq!(
        book.values(),
        [(r#"a{code="200", zone="eu"}"#.to_owned(), 4.0)]
    );
    let counts = RelabelCounts {
        resolved: 2,
        dropped: 1,
        appended: 1,
    };
    assert_eq!(relabel.counts(), counts);
}

#[test]
fn other_rules_void_the_ids_and_the_old_holds_can_still_be_given_back() {
    let book = Arc::new(Book::default());
    let relabel = Relabel::new(Rules::default(), book.clone());
    let old = relabel.generation();
    let a = id(relabel.resolve(&series("a"), None));
    relabel.set_rules(drops("a"));
    assert_eq!(
        append(&relabel, old, &[(a, 1.0)]),
        Err(AppendError::Outdated)
    );
    assert_ne!(relabel.generation(), old);
    assert_eq!(relabel.resolve(&series("a"), None), Resolution::Dropped);
    assert_eq!(book.holds(), 1);
    relabel.release(old, &[a]);
    assert_eq!(book.holds(), 0);
}

#[test]
fn fan_out_gives_each_receiver_what_it_did_not_drop() {
    let (all, some) = (Arc::new(Book::default()), Arc::new(Book::default()));
    let relabel = Arc::new(Relabel::new(drops("b"), some.clone()));
    let both = FanOut::over(vec![all.clone(), relabel]);
    let generation = both.generation();
    let (a, b) = (
        id(both.resolve(&series("a"), None)),
        id(both.resolve(&series("b"), None)),
    );
    append(&*both, generation, &[(a, 1.0), (b, 2.0)]).expect("is of this generation");
    let (a_text, b_text) = (series("a").to_string(), series("b").to_string());
    assert_eq!(all.values(), [(a_text.clone(), 1.0), (b_text, 2.0)]);
    assert_eq!(some.values(), [(a_text, 1.0)]);
    both.release(generation, &[a, b]);
    assert_eq!((all.holds(), some.holds()), (0, 0));
    let again = id(both.resolve(&series("c"), None));
    assert!([a, b].contains(&again), "a free row is used again");
    assert_eq!(id(both.resolve(&series("c"), None)), again);
    both.release(generation, &[again]);
    assert_eq!((all.holds(), some.holds()), (1, 1));
}

#[test]
fn a_new_generation_of_one_receiver_gives_the_holds_of_the_others_back() {
    let (one, two) = (Arc::new(Book::default()), Arc::new(Book::default()));
    let both = FanOut::over(vec![one.clone(), two.clone()]);
    let old = both.generation();
    let a = id(both.resolve(&series("a"), None));
    one.new_generation();
    assert_eq!(append(&*both, old, &[(a, 1.0)]), Err(AppendError::Outdated));
    assert_eq!((one.holds(), two.holds()), (0, 0));
    both.release(old, &[a]);
    let new = both.generation();
    let a = id(both.resolve(&series("a"), None));
    append(&*both, new, &[(a, 2.0)]).expect("is of the new generation");
    assert_eq!(two.values(), [(series("a").to_string(), 2.0)]);
    assert_eq!((one.holds(), two.holds()), (1, 1));
}
