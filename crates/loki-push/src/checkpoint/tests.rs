use super::*;

fn position(offset: u64) -> Position {
    Position::File(FilePosition {
        path: "/var/log/a \"b\".log".to_owned(),
        inode: u64::MAX,
        offset,
        ..FilePosition::default()
    })
}

#[test]
fn positions_survive_a_reopen() {
    let directory = tempfile::tempdir().unwrap();
    let checkpoints = Checkpoints::open(directory.path()).unwrap();
    checkpoints.slot("c", "a").set(position(7));
    checkpoints.slot("c", "gone").set(position(8));
    checkpoints.slot("c", "gone").remove();
    checkpoints.save(false).unwrap();
    let again = Checkpoints::open(directory.path()).unwrap();
    assert_eq!(again.of_component("c"), [("a".to_owned(), position(7))]);
}

/// Every prefix of the file, and every file with one flipped byte.
#[test]
fn a_damaged_file_gives_the_previous_generation_and_never_a_wrong_position() {
    let directory = tempfile::tempdir().unwrap();
    let checkpoints = Checkpoints::open(directory.path()).unwrap();
    let slot = checkpoints.slot("c", "a");
    slot.set(position(1));
    checkpoints.save(true).unwrap();
    slot.set(position(2));
    checkpoints.save(false).unwrap();
    let path = directory.path().join(file::NAME);
    let good = std::fs::read(&path).unwrap();
    let cuts = (0..good.len()).map(|n| good[..n].to_vec());
    let flips = (0..good.len()).map(|n| {
        let mut bytes = good.clone();
        bytes[n] ^= 0x10;
        bytes
    });
    for bytes in cuts.chain(flips) {
        std::fs::write(&path, &bytes).unwrap();
        let again = Checkpoints::open(directory.path()).unwrap();
        assert_eq!(again.get("c", "a"), Some(position(1)), "{bytes:?}");
    }
    std::fs::write(directory.path().join("log-checkpoints.previous"), b"junk").unwrap();
    std::fs::write(&path, b"").unwrap();
    let again = Checkpoints::open(directory.path()).unwrap();
    assert_eq!(again.get("c", "a"), None, "both damaged: an empty start");
}

#[tokio::test(start_paused = true)]
async fn a_change_reaches_the_file_while_running_and_at_the_end() {
    let directory = tempfile::tempdir().unwrap();
    let checkpoints = Checkpoints::open(directory.path()).unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn({
        let checkpoints = checkpoints.clone();
        async move { checkpoints.run(async { drop(stopped.await) }).await }
    });
    checkpoints.slot("c", "a").set(position(1));
    while Checkpoints::open(directory.path()).unwrap().get("c", "a") != Some(position(1)) {
        tokio::time::sleep(SAVE_GAP).await;
    }
    checkpoints.slot("c", "a").set(position(2));
    stop.send(()).unwrap();
    running.await.unwrap();
    let again = Checkpoints::open(directory.path()).unwrap();
    assert_eq!(again.get("c", "a"), Some(position(2)));
    checkpoints.slot("c", "a").set(position(3));
    let again = Checkpoints::open(directory.path()).unwrap();
    assert_eq!(
        again.get("c", "a"),
        Some(position(3)),
        "a verdict after the end"
    );
}

#[test]
fn the_positions_of_alloy_and_promtail_are_read() {
    let text = concat!(
        "positions:\n",
        "  ? path: cursor-4f3c\n",
        "    labels: '{__a=\"it''s\", b=\"x: y\"}'\n",
        "  : \"1790000000\"\n",
        "  ? path: /var/log/a b.log\n",
        "    labels: '{}'\n",
        "  : \"12\"\n",
        "  /var/log/plain.log: \"99\"\n",
        "nonsense\n",
    );
    let entry = |path: &str, labels: &str, value: &str| AlloyPosition {
        path: path.to_owned(),
        labels: labels.to_owned(),
        value: value.to_owned(),
    };
    assert_eq!(
        read_alloy_positions(text),
        [
            entry("cursor-4f3c", "{__a=\"it's\", b=\"x: y\"}", "1790000000"),
            entry("/var/log/a b.log", "{}", "12"),
            entry("/var/log/plain.log", "", "99"),
        ]
    );
}

/// The source's own save and the loop's once wrote the same temporary file at once, and one of them failed.
#[test]
fn saves_from_several_threads_neither_fail_nor_overtake_each_other() {
    let directory = tempfile::tempdir().unwrap();
    let checkpoints = Checkpoints::open(directory.path()).unwrap();
    std::thread::scope(|threads| {
        for thread in 0..4_u64 {
            let checkpoints = checkpoints.clone();
            threads.spawn(move || {
                let slot = checkpoints.slot("c", &thread.to_string());
                for offset in 0..50 {
                    slot.set(position(offset));
                    checkpoints.save(offset % 2 == 0).unwrap();
                }
            });
        }
    });
    let again = Checkpoints::open(directory.path()).unwrap();
    for thread in 0..4 {
        assert_eq!(again.get("c", &thread.to_string()), Some(position(49)));
    }
}
