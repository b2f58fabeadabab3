use std::sync::{Arc, mpsc};

use tokio::time::Instant;

use super::{Lanes, Named, State};
use crate::exporter::Page;
use crate::exporter::unix::UnixConfig;
use crate::exporter::unix::collector::{CollectError, Collector};
use crate::exporter::unix::host::Host;

/// Waits until the sender is gone.
struct Stuck(mpsc::Receiver<()>);

struct Quick;

impl Collector for Stuck {
    fn collect(&mut self, _: &Host, page: &mut Page) -> Result<(), CollectError> {
        let _ = self.0.recv();
        page.gauge("slow", "Slow.").set(1.0);
        Ok(())
    }
}

impl Collector for Quick {
    fn collect(&mut self, _: &Host, page: &mut Page) -> Result<(), CollectError> {
        page.gauge("quick", "Quick.").set(1.0);
        Ok(())
    }
}

/// One collection whose deadline passes when the lanes named `done` are back.
async fn collect(lanes: &mut Lanes, page: &mut Page, done: &[usize]) -> Vec<String> {
    page.open();
    lanes.start().await;
    for lane in done {
        while let State::Busy(handle) = &lanes.lanes[*lane].state
            && !handle.is_finished()
        {
            tokio::task::yield_now().await;
        }
    }
    let now = Instant::now();
    lanes.finish(page, now, now).await;
    page.close();
    page.families()
        .filter(|f| f.name != "node_scrape_collector_duration_seconds")
        .flat_map(|f| f.rows())
        .map(|(series, value)| format!("{series} {value}"))
        .collect()
}

#[tokio::test]
async fn a_source_that_hangs_costs_its_own_lane_until_it_answers() {
    let (go, gate) = mpsc::channel();
    let slow = vec![Named::new("slow", Box::new(Stuck(gate)))];
    let quick = vec![Named::new("quick", Box::new(Quick))];
    let host = Arc::new(Host::new(&UnixConfig::default()));
    let mut lanes = Lanes::new(vec![quick, slow], host);
    let mut page = Page::new();

    for _ in 0..2 {
        assert_eq!(
            collect(&mut lanes, &mut page, &[0]).await,
            [
                "quick 1",
                "node_scrape_collector_success{collector=\"quick\"} 1",
                "node_scrape_collector_success{collector=\"slow\"} 0",
            ]
        );
    }
    drop(go);
    assert_eq!(
        collect(&mut lanes, &mut page, &[0, 1]).await,
        [
            "quick 1",
            "slow 1",
            "node_scrape_collector_success{collector=\"quick\"} 1",
            "node_scrape_collector_success{collector=\"slow\"} 1",
        ]
    );
}
