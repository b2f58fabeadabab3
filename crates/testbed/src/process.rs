//! A child process that ends with its owner, and waiting for a condition with an end.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::time::Duration;

/// How long [`wait_until`] waits before it gives up, so that a broken part ends a test and not a CI run.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running program. Dropping it kills it.
#[derive(Debug)]
pub struct Process {
    child: Child,
    log: PathBuf,
}

/// A TCP port of loopback that was free a moment ago, for programs that cannot be given port 0.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    listener
        .local_addr()
        .expect("a bound listener has an address")
        .port()
}

/// Asks `condition` every 20 ms until it gives something.
#[expect(
    clippy::disallowed_methods,
    reason = "waits for another process, whose clock no test can pause"
)]
pub fn wait_until<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let end = std::time::Instant::now() + PATIENCE;
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(
            std::time::Instant::now() < end,
            "waited {PATIENCE:?} for {what}"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

// === impl Process ===

impl Process {
    /// Starts `command` with its output going to `log`.
    pub fn start(command: &mut Command, log: impl Into<PathBuf>) -> Self {
        let log = log.into();
        let file = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .expect("a log file");
        let errors = file.try_clone().expect("a second handle of a file");
        let child = command
            .stdout(file)
            .stderr(errors)
            .spawn()
            .unwrap_or_else(|e| panic!("cannot start {}: {e}", name(command.get_program())));
        Self { child, log }
    }

    /// The process' number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What the process has printed.
    pub fn output(&self) -> String {
        let bytes = std::fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// SIGTERM, then waits for the end.
    pub fn terminate(mut self) -> ExitStatus {
        self.signal("TERM");
        self.wait()
    }

    /// Sends a signal by its short name (`TERM`, `INT`, `HUP`, `STOP`, `CONT`).
    pub fn signal(&self, signal: &str) {
        let status = Command::new("kill")
            .arg(format!("-{signal}"))
            .arg(self.id().to_string())
            .status();
        assert!(
            status.is_ok_and(|s| s.success()),
            "kill -{signal} {}",
            self.id()
        );
    }

    /// Waits for the process to end by itself.
    pub fn wait(&mut self) -> ExitStatus {
        wait_until("a process to end", || self.exited())
    }

    /// The exit status, once the process has ended.
    pub fn exited(&mut self) -> Option<ExitStatus> {
        self.child
            .try_wait()
            .unwrap_or_else(|e: io::Error| panic!("cannot wait for a child: {e}"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn name(program: &OsStr) -> String {
    Path::new(program).display().to_string()
}
