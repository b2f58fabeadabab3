//! From addresses to a TCP connection.

use std::net::{IpAddr, SocketAddr};

use tokio::net::{TcpSocket, TcpStream};

use crate::prober::Notes;
use crate::resolve::report_address;
use crate::{Failure, Reason};

/// A connection to the first address that takes one.
pub(crate) async fn connect(
    addresses: &[SocketAddr],
    source: Option<IpAddr>,
    notes: &mut Notes,
) -> Result<TcpStream, Failure> {
    let mut refused = Vec::new();
    for address in addresses {
        match open(*address, source).await {
            Ok(stream) => {
                report_address(address.ip(), notes);
                notes.log.say(format!("connected to {address}"));
                return Ok(stream);
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
