//! The real binary: it listens on loopback, probes a real nginx, and ends cleanly.

use std::process::Command;

use outpost_testbed::{Nginx, Process, free_port, get, wait_until};

fn lookout(dir: &tempfile::TempDir, arguments: &[String]) -> Process {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lookout"));
    Process::start(command.args(arguments), dir.path().join("log"))
}

#[test]
fn a_real_nginx_is_probed_and_the_signal_ends_it_cleanly() {
    let Some(nginx) = Nginx::start() else { return };
    let dir = tempfile::tempdir().unwrap();
    let port = free_port();
    let process = lookout(&dir, &[format!("--web.listen-address=127.0.0.1:{port}")]);
    wait_until("lookout to listen", || get(port, "/-/healthy").ok());
    let (status, page) = get(
        port,
        &format!("/probe?module=http_2xx&target=127.0.0.1:{}", nginx.port()),
    )
    .unwrap();
    assert_eq!(status, 200);
    assert!(page.contains("\nprobe_success 1\n"), "{page}");
    assert!(
        page.contains("\nprobe_http_uncompressed_body_length 6\n"),
        "{page}"
    );
    assert_eq!(process.terminate().code(), Some(0));
}

#[test]
fn a_port_in_use_is_said_with_the_flag_that_changes_it() {
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = taken.local_addr().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let mut process = lookout(&dir, &[format!("--web.listen-address={address}")]);
    assert_eq!(process.wait().code(), Some(1));
    let said = process.output();
    assert!(
        said.contains(&address.to_string()) && said.contains("--web.listen-address"),
        "{said}"
    );
}
