//! Snapshots of a registry become series that begin, go on and end.

use outpost_model::{Labels, stale_marker};
use outpost_remote_write::Pusher;

use crate::receiver::Receiver;
use crate::service::{Service, to};

const T: i64 = 1_700_000_000_000;

#[tokio::test]
async fn a_series_that_is_missing_from_a_snapshot_ends_with_a_stale_marker() {
    let directory = tempfile::tempdir().unwrap();
    let receiver = Receiver::start().await;
    let service = Service::start(directory.path(), to(&receiver.url()));
    let mut pusher = Pusher::new(service.handle.clone());
    let series = |name: &str| Labels::from_pairs([("__name__", name)]);
    pusher
        .push(
            T,
            [(series("a"), 1.0), (series("b"), 2.0), (series("a"), 9.0)],
        )
        .unwrap();
    pusher.push(T + 1, [(series("a"), 3.0)]).unwrap();
    receiver
        .until(|series| series.values().map(Vec::len).sum::<usize>() == 4)
        .await;
    let accepted = receiver.accepted();
    assert_eq!(
        accepted["__name__=a"],
        [(T, 1.0_f64.to_bits()), (T + 1, 3.0_f64.to_bits())]
    );
    assert_eq!(
        accepted["__name__=b"],
        [(T, 2.0_f64.to_bits()), (T + 1, stale_marker().to_bits())]
    );
    let handle = service.handle.clone();
    service.stop().await;
    assert_eq!(
        handle.status().series,
        1,
        "the series that ended is forgotten"
    );
}
