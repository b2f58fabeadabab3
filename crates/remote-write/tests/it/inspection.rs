//! What `inspect` says of a log.

use outpost_remote_write::inspect;

use crate::receiver::{Answer, Receiver};
use crate::service::{Service, to};

const T: i64 = 1_700_000_000_000;

#[tokio::test]
async fn a_log_in_use_shows_its_segments_series_spans_and_cursors() {
    let directory = tempfile::tempdir().unwrap();
    let receiver = Receiver::start().await;
    receiver.answer(Answer::status(500));
    let service = Service::start(directory.path(), to(&receiver.url()));
    let target = service.target("m", 7);
    service.scrape(&target, T, 1.0);
    service.scrape(&target, T + 15_000, 2.0);
    let inspection = inspect(directory.path()).unwrap();
    let [segment] = &inspection.segments[..] else {
        panic!("{inspection:?}")
    };
    assert_eq!((segment.points.samples, segment.series), (14, 7));
    assert_eq!(segment.span_ms, Some((T, T + 15_000)));
    assert_eq!((segment.readable, segment.damaged_frames), (true, 0));
    let [(name, Some(place))] = &inspection.cursors[..] else {
        panic!("{inspection:?}")
    };
    assert_eq!((name, place.segment), (&receiver.url(), 1));
    service.stop().await;
}
