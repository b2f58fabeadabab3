//! An ICMP socket and its options.

use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsRawFd as _;

use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, setsockopt, sockopt,
};
use socket2::{Domain, Protocol, Type};
use tokio::io::Interest;
use tokio::net::UdpSocket;

use crate::prober::Notes;
use crate::{Failure, IcmpModule, Reason};

/// The largest packet there is.
const MAX_PACKET: usize = 65_535;

/// An ICMP socket. The runtime's type for UDP watches it: it asks nothing of a socket but datagrams.
pub(super) struct Socket {
    inner: UdpSocket,
    raw: bool,
    v6: bool,
}

/// A packet that came, without the header of IPv4.
pub(super) struct Reply {
    pub(super) from: IpAddr,
    pub(super) bytes: Vec<u8>,
    pub(super) hops: Option<u8>,
}

// === impl Socket ===

impl Socket {
    pub(super) fn open(
        module: &IcmpModule,
        address: SocketAddr,
        notes: &mut Notes,
    ) -> Result<Self, Failure> {
        let (domain, protocol) = if address.is_ipv6() {
            (Domain::IPV6, Protocol::ICMPV6)
        } else {
            (Domain::IPV4, Protocol::ICMPV4)
        };
        let plain = socket2::Socket::new(domain, Type::DGRAM, Some(protocol));
        let (socket, raw) = match plain {
            Ok(socket) => (socket, false),
            Err(refused) => {
                notes.log.say(format!(
                    "no unprivileged socket ({refused}); trying a raw one"
                ));
                let raw = socket2::Socket::new(domain, Type::RAW, Some(protocol)).map_err(|error| {
                    let help = "allow the process' group in net.ipv4.ping_group_range or give it CAP_NET_RAW";
                    Failure::new(Reason::Config, format!("no ICMP socket: {error}; {help}"))
                })?;
                (raw, true)
            }
        };
        let v6 = address.is_ipv6();
        set_up(&socket, module, v6).map_err(|error| {
            Failure::new(
                Reason::Config,
                format!("cannot set the ICMP socket up: {error}"),
            )
        })?;
        let inner = UdpSocket::from_std(socket.into()).map_err(|error| {
            Failure::new(Reason::Config, format!("cannot watch the socket: {error}"))
        })?;
        notes.log.say(if raw {
            "using a raw socket"
        } else {
            "using an unprivileged socket"
        });
        Ok(Self { inner, raw, v6 })
    }

    /// Whether the system chooses the identifier of our echoes and delivers their replies alone.
    pub(super) fn owns_id(&self) -> bool {
        !self.raw
    }

    pub(super) async fn send(&self, packet: &[u8], address: SocketAddr) -> io::Result<()> {
        self.inner.send_to(packet, address).await.map(drop)
    }

    pub(super) async fn receive(&self) -> io::Result<Reply> {
        self.inner
            .async_io(Interest::READABLE, || self.read())
            .await
    }

    fn read(&self) -> io::Result<Reply> {
        let mut buffer = vec![0; MAX_PACKET];
        let mut control = nix::cmsg_space!(nix::libc::c_int);
        let mut slices = [IoSliceMut::new(&mut buffer)];
        let received = recvmsg::<SockaddrStorage>(
            self.inner.as_raw_fd(),
            &mut slices,
            Some(&mut control),
            MsgFlags::MSG_DONTWAIT,
        )?;
        let hops = received.cmsgs()?.find_map(|message| match message {
            ControlMessageOwned::Ipv4Ttl(hops) | ControlMessageOwned::Ipv6HopLimit(hops) => {
                u8::try_from(hops).ok()
            }
            _ => None,
        });
        let from = received.address.and_then(|address| {
            let four = address.as_sockaddr_in().map(|four| IpAddr::V4(four.ip()));
            four.or_else(|| address.as_sockaddr_in6().map(|six| IpAddr::V6(six.ip())))
        });
        let count = received.bytes;
        buffer.truncate(count);
        if self.raw && !self.v6 {
            // A raw socket of IPv4 delivers the header, whose length is in words of four bytes.
            let header = usize::from(buffer.first().copied().unwrap_or_default() & 0xF) * 4;
            buffer.drain(..header.min(count));
        }
        let from = from.ok_or_else(|| io::Error::other("a packet from nowhere"))?;
        Ok(Reply {
            from,
            bytes: buffer,
            hops,
        })
    }
}

fn set_up(socket: &socket2::Socket, module: &IcmpModule, v6: bool) -> io::Result<()> {
    socket.set_nonblocking(true)?;
    if let Some(source) = module.source {
        socket.bind(&SocketAddr::new(source, 0).into())?;
    }
    if v6 {
        setsockopt(socket, sockopt::Ipv6RecvHopLimit, &true)?;
        if module.ttl > 0 {
            socket.set_unicast_hops_v6(u32::from(module.ttl))?;
        }
        return Ok(());
    }
    setsockopt(socket, sockopt::Ipv4RecvTtl, &true)?;
    if module.ttl > 0 {
        socket.set_ttl_v4(u32::from(module.ttl))?;
    }
    if module.dont_fragment {
        let always = rustix::net::sockopt::Ipv4PathMtuDiscovery::DO;
        rustix::net::sockopt::set_ip_mtu_discover(socket, always)?;
    }
    Ok(())
}
