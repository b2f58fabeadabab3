//! Runs the binary in a directory of its own.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// A directory in which the binary runs.
pub(crate) struct Place {
    directory: TempDir,
}

/// An agent that runs; dropping it kills it.
pub(crate) struct Running {
    child: Child,
    /// Where its HTTP server listens.
    pub(crate) http: String,
    log: Option<std::thread::JoinHandle<String>>,
}

// === impl Place ===

impl Place {
    pub(crate) fn new() -> Self {
        Self {
            directory: tempfile::tempdir().expect("a directory"),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).expect("a file is written");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).expect("a file is read")
    }

    /// Runs `outpost` to its end.
    pub(crate) fn outpost(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("outpost runs")
    }

    /// Runs `outpost` to its end, `input` on its standard input.
    pub(crate) fn outpost_reading(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("outpost starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(input.as_bytes()).expect("input is read");
        drop(stdin);
        child.wait_with_output().expect("outpost ends")
    }

    /// Starts `outpost run` on a free port and waits until it runs.
    pub(crate) fn run(&self, arguments: &[&str]) -> Running {
        let mut all = vec!["run", "--server.http.listen-addr=127.0.0.1:0"];
        all.extend(arguments);
        let mut child = self
            .command(&all)
            .stderr(Stdio::piped())
            .spawn()
            .expect("outpost starts");
        let mut log = BufReader::new(child.stderr.take().expect("a pipe"));
        let mut seen = String::new();
        let http = loop {
            let mut line = String::new();
            let read = log.read_line(&mut line).expect("a line");
            seen.push_str(&line);
            assert!(read > 0, "outpost ended: {seen}");
            if let Some((_, rest)) = line.split_once("msg=running ") {
                let http = rest.split("http=").nth(1).and_then(|r| r.split(' ').next());
                break http.expect("an address").to_owned();
            }
        };
        // Somebody must read what it says, or it would wait.
        let log = std::thread::spawn(move || {
            log.read_to_string(&mut seen).expect("the rest of the log");
            seen
        });
        Running {
            child,
            http,
            log: Some(log),
        }
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_outpost"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env_remove("OUTPOST_UNSET")
            .stdin(Stdio::null());
        command
    }
}

// === impl Running ===

impl Running {
    /// Asks its HTTP server: status and body.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.http).expect("it listens");
        let request = format!("GET {path} HTTP/1.1\r\nHost: outpost\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let status = answer.get(9..12).and_then(|code| code.parse().ok());
        let (_, body) = answer.split_once("\r\n\r\n").expect("a head");
        (status.expect("a status"), body.to_owned())
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([&format!("-{name}"), &self.child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(status.success());
    }

    /// Waits for its end: the exit code and all that it logged.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().expect("outpost ends");
        let log = self.log.take().expect("once").join().expect("a log");
        (status.code(), log)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended, as a rule.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
