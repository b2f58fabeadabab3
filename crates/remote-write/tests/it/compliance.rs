//! The published suites for senders, case by case under their names there, against our recording receiver: 146 rows
//! for 2.0, and of the older suite for 1.0 those 9 of 19 that are about sending.
//!
//! A case fills the log as a producer does and looks at what arrives. Where a suite scrapes a page, the batch stands in
//! for it: what a scrape makes of a page is the scraper's to prove.
//!
//! Not here, for 2.0: `connection_refused`, `timeout` and `TestNetworkErrors` (`delivery` has an endpoint that is down),
//! `TestRobustnessUnderLoad` and `TestConcurrentRequests`, `TestRemoteWrite1Configuration` (the arguments' own),
//! `complete_metric_family`, `high_cardinality_labels` and `real_world_scenario` (pages of parts that are all here).
//! Not here, for 1.0, because the scraper decides them: `Histogram`, `Summary`, `InstanceLabel`, `RepeatedLabels`,
//! `EmptyLabels`, `NameLabel`, `HonorLabels`, `Staleness`, `Up`, `Invalid`.

mod behaviour;
mod labels;
mod play;
mod rich;
mod samples;
