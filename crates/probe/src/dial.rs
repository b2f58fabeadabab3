//! From addresses to a TCP connection.

use std::net::{IpAddr, SocketAddr};

use tokio::net::{TcpSocket, TcpStream};

use crate::prober::Notes;
use crate::resolve::report_address;
use crate::{Failure, Reason};

/// A connection to the first address that takes one, which is reported.
pub(crate) async fn connect(
    addresses: &[SocketAddr],
    source: Option<IpAddr>,
    notes: &mut Notes,
) -> Result<TcpStream, Failure> {
    let (stream, address) = reach(addresses, source, notes).await?;
    report_address(address, notes);
    Ok(stream)
}

/// The same without a report, for a proxy: its address is not the target's.
pub(crate) async fn reach(
    addresses: &[SocketAddr],
    source: Option<IpAddr>,
    notes: &mut Notes,
) -> Result<(TcpStream, IpAddr), Failure> {
    let mut refused = Vec::new();
    for address in addresses {
        match open(*address, source).await {
            Ok(stream) => {
                notes.log.say(format!("connected to {address}"));
                return Ok((stream, address.ip()));
            }
            Err(error) => {
                notes
                    .log
                    .say(format!("cannot connect to {address}: {error}"));
                refused.push(format!("{address}: {error}"));
            }
        }
    }
    let refused = refused.join(", ");
    Err(Failure::new(
        Reason::Connect,
        format!("cannot connect to {refused}"),
    ))
}

async fn open(address: SocketAddr, source: Option<IpAddr>) -> std::io::Result<TcpStream> {
    let Some(source) = source else {
        return TcpStream::connect(address).await;
    };
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.bind(SocketAddr::new(source, 0))?;
    socket.connect(address).await
}
