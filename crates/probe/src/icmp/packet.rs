//! Echo requests and replies (RFC 792, RFC 4443 4).

/// An echo request.
#[derive(Debug)]
pub(super) struct Echo {
    pub(super) id: u16,
    pub(super) sequence: u16,
    pub(super) payload: Vec<u8>,
}

// === impl Echo ===

impl Echo {
    /// The packet. The checksum of IPv6 is the system's to fill in.
    pub(super) fn encode(&self, v6: bool) -> Vec<u8> {
        let mut packet = vec![if v6 { 128 } else { 8 }, 0, 0, 0];
        packet.extend(self.id.to_be_bytes());
        packet.extend(self.sequence.to_be_bytes());
        packet.extend(&self.payload);
        if !v6 {
            let sum = checksum(&packet).to_be_bytes();
            packet.splice(2..4, sum);
        }
        packet
    }

    /// Whether a packet is the reply. `any_id`: the system chose the identifier and delivers only our own.
    pub(super) fn is_answered_by(&self, packet: &[u8], v6: bool, any_id: bool) -> bool {
        let kind = if v6 { 129 } else { 0 };
        let Some((head, payload)) = packet.split_at_checked(8) else {
            return false;
        };
        let [found, code, _, _, id @ .., s1, s2] = head else {
            return false;
        };
        let same_id = any_id || id == self.id.to_be_bytes();
        (*found, *code) == (kind, 0)
            && same_id
            && [*s1, *s2] == self.sequence.to_be_bytes()
            && payload == self.payload
    }
}

/// The Internet checksum (RFC 1071).
fn checksum(bytes: &[u8]) -> u16 {
    let mut sum: u32 = bytes
        .chunks(2)
        .map(|pair| {
            let high = pair.first().copied().unwrap_or_default();
            let low = pair.get(1).copied().unwrap_or_default();
            u32::from(u16::from_be_bytes([high, low]))
        })
        .sum();
    while sum > 0xFFFF {
        sum = (sum & 0xFFFF) + (sum >> 16);
    }
    !u16::try_from(sum).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_told_from_other_packets() {
        let echo = Echo {
            id: 7,
            sequence: 9,
            payload: b"abc".to_vec(),
        };
        let request = echo.encode(false);
        assert_eq!(
            checksum(&request),
            0,
            "a packet with its checksum sums up to nothing"
        );
        assert!(
            !echo.is_answered_by(&request, false, false),
            "our own request is no reply"
        );
        let mut reply = request.clone();
        reply[0] = 0;
        assert!(echo.is_answered_by(&reply, false, false));
        reply[5] = 8;
        assert!(
            !echo.is_answered_by(&reply, false, false),
            "somebody else's"
        );
        assert!(echo.is_answered_by(&reply, false, true));
        for length in 0..reply.len() {
            assert!(!echo.is_answered_by(&reply[..length], false, true));
        }
    }
}
