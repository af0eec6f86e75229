use std::{net::IpAddr, str::FromStr};

use ipnet::IpNet;

/// A range of addresses: `10.0.0.0/8`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network(IpNet);

impl Network {
    /// What counts as one client: an IPv4 address, or the /64 that one household of IPv6 has.
    pub fn of_client(address: IpAddr) -> Self {
        let length = if address.is_ipv4() { 32 } else { 64 };
        let net = IpNet::new(address, length).map_or_else(|_| address.into(), |net| net.trunc());
        Self(net)
    }

    /// Whether the address lies in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let one = || text.parse::<IpAddr>().map(IpNet::from);
        let net = text.parse::<IpNet>().or_else(|_| one());
        net.map(Self).map_err(|_| "is neither an address nor a range such as 10.0.0.0/8".to_owned())
    }
}
