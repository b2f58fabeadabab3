//! unix: conversations over a socket of the file system.

use super::town::{Act, Town};
use super::{Case, compare};
use crate::site::Authority;

#[tokio::test]
async fn sockets_are_spoken_to_alike() {
    let mut town = Town::default();
    let dir = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let ca = authority.write(dir.path());
    let path = |name: &str| dir.path().join(name);
    let target = |name: &str| path(name).display().to_string();
    let tls = Act::Tls(authority.acceptor("sock.test", 2040));
    town.unix(&path("silent"), vec![Act::Hold]);
    town.unix(
        &path("polite"),
        vec![Act::Line, Act::send("PONG 7\n"), Act::Hold],
    );
    town.unix(
        &path("tls"),
        vec![tls, Act::Line, Act::send("PONG\n"), Act::Hold],
    );
    let ping = "query_response: [{send: PING}, {expect: 'PONG (.)', labels: [{name: number, value: '$1'}]}]";
    let quiet = "query_response: [{send: PING}, {expect: PONG}]";
    let trust = format!("tls_config: {{ca_file: '{ca}', server_name: sock.test}}");
    let cases = vec![
        Case::passes("a socket", "", target("silent")),
        Case::fails("no socket", "", target("none")),
        Case::fails("a directory", "", dir.path().display().to_string()),
        Case::passes("a conversation", ping, target("polite")),
        Case::fails("silence", quiet, target("silent")),
        Case::passes(
            "TLS",
            &format!("tls: true, {quiet}, {trust}"),
            target("tls"),
        ),
        Case::fails(
            "TLS with a stranger",
            "tls: true, tls_config: {server_name: sock.test}",
            target("tls"),
        ),
    ];
    compare("unix", cases).await;
}
