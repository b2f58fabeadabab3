use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use rustix::fs::statfs;

use super::{Answer, Asker};

/// A gate that calls for paths named `hang…` wait at.
#[derive(Default)]
struct Gate {
    open: Mutex<bool>,
    changed: Condvar,
}

impl Gate {
    fn pass(&self) {
        let open = self.open.lock().unwrap();
        drop(self.changed.wait_while(open, |open| !*open).unwrap());
    }

    fn open(&self) {
        *self.open.lock().unwrap() = true;
        self.changed.notify_all();
    }
}

fn paths(names: &[&str]) -> Vec<PathBuf> {
    names.iter().map(PathBuf::from).collect()
}

fn told(answers: &[Answer]) -> Vec<&str> {
    answers
        .iter()
        .map(|a| a.as_ref().err().map_or("sizes", String::as_str))
        .collect()
}

#[test]
fn a_mount_that_hangs_costs_itself_alone_and_is_asked_again_when_its_thread_is_back() {
    let gate = Arc::new(Gate::default());
    let at = Arc::clone(&gate);
    let mut asker = Asker::calling(
        Duration::from_millis(50),
        Arc::new(move |path: &Path| {
            if path.starts_with("hang") {
                at.pass();
            }
            statfs("/").map_err(|e| e.to_string())
        }),
    );
    let mounts = paths(&["a", "hang", "b", "hang/2", "c"]);
    let expected = [
        "sizes",
        "mountpoint timeout",
        "sizes",
        "mountpoint timeout",
        "sizes",
    ];
    assert_eq!(told(&asker.ask(&mounts)), expected);
    assert_eq!(told(&asker.ask(&mounts)), expected);
    assert_eq!(
        asker.hanging.len(),
        2,
        "one thread for each mount that hangs"
    );

    gate.open();
    while !asker.hanging.is_empty() {
        asker.ask(&[]);
        std::thread::yield_now();
    }
    assert_eq!(told(&asker.ask(&mounts)), ["sizes"; 5]);
}

#[test]
fn a_mount_point_that_is_not_there_says_so() {
    let mut asker = Asker::new(Duration::from_secs(60));
    let answers = asker.ask(&paths(&["/no/such/mount", "/"]));
    assert_eq!(told(&answers), ["no such file or directory", "sizes"]);
}
