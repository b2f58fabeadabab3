//! The icmp prober: one echo, over an unprivileged socket where the system allows it, else over a raw one.

mod packet;
mod socket;

use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::Instant;

use crate::prober::Notes;
use crate::resolve::resolve;
use crate::{Failure, IcmpModule, Reason, Request};
use packet::Echo;
use socket::Socket;

/// What an echo carries where the module asks for no size.
const TEXT: &[u8] = b"lookout echo probe";

/// Sends an echo and waits for its reply.
pub(crate) async fn probe(
    module: &IcmpModule,
    request: &Request,
    notes: &mut Notes,
) -> Result<(), Failure> {
    let mut phases = [
        ("resolve", Duration::ZERO),
        ("setup", Duration::ZERO),
        ("rtt", Duration::ZERO),
    ];
    report(&phases, notes);
    let start = Instant::now();
    let addresses = resolve(&request.target, 0, module.family, notes).await?;
    set(&mut phases, "resolve", start.elapsed(), notes);
    let Some(address) = addresses.first().copied() else {
        return Err(Failure::new(Reason::Dns, "no address to ask"));
    };
    let start = Instant::now();
    let socket = Socket::open(module, address, notes)?;
    let payload = if module.payload_size == 0 {
        TEXT.to_vec()
    } else {
        vec![b'o'; module.payload_size]
    };
    let echo = Echo {
        id: fastrand::u16(..),
        sequence: fastrand::u16(..),
        payload,
    };
    set(&mut phases, "setup", start.elapsed(), notes);
    let start = Instant::now();
    let hops = exchange(&socket, &echo, address).await?;
    set(&mut phases, "rtt", start.elapsed(), notes);
    if let Some(hops) = hops {
        notes.report.set(
            "probe_icmp_reply_hop_limit",
            "Hops that the reply had left (TTL for IPv4).",
            f64::from(hops),
        );
    }
    Ok(())
}

async fn exchange(
    socket: &Socket,
    echo: &Echo,
    address: SocketAddr,
) -> Result<Option<u8>, Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(
            Reason::Connect,
            format!("no echo to {}: {error}", address.ip()),
        )
    };
    socket
        .send(&echo.encode(address.is_ipv6()), address)
        .await
        .map_err(failed)?;
    loop {
        let reply = socket.receive().await.map_err(failed)?;
        if reply.from == address.ip()
            && echo.is_answered_by(&reply.bytes, address.is_ipv6(), socket.owns_id())
        {
            return Ok(reply.hops);
        }
    }
}

type Times = [(&'static str, Duration); 3];

fn set(phases: &mut Times, name: &str, took: Duration, notes: &mut Notes) {
    for (phase, time) in phases.iter_mut() {
        if *phase == name {
            *time = took;
        }
    }
    report(phases, notes);
}

fn report(phases: &Times, notes: &mut Notes) {
    for (phase, took) in phases {
        notes.report.set_labelled(
            "probe_icmp_duration_seconds",
            "Time of each phase.",
            &[("phase", phase)],
            took.as_secs_f64(),
        );
    }
}
