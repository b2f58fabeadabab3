use std::time::Duration;

use super::{UnixConfig, UnixExporter};
use crate::exporter::SharedExporter;

#[tokio::test]
async fn on_an_unchanged_host_two_collections_share_a_layout_and_every_collector_is_told() {
    let exporter = SharedExporter::new(UnixExporter::new(&UnixConfig::default()));
    let mut layouts = Vec::new();
    for _ in 0..2 {
        let seen = exporter
            .scrape(Duration::from_secs(60), |page| {
                let success: Vec<_> = page
                    .families()
                    .filter(|f| f.name == "node_scrape_collector_success")
                    .flat_map(|f| f.rows())
                    .filter(|(series, _)| {
                        series.contains("\"cpu\"") || series.contains("\"filesystem\"")
                    })
                    .map(|(_, value)| value)
                    .collect();
                (page.layout(), success)
            })
            .await
            .unwrap();
        assert_eq!(seen.1, [1.0, 1.0]);
        layouts.push(seen.0);
    }
    assert_eq!(layouts[0], layouts[1]);
}
