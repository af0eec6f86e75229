//! `breve health`: whether the service on this machine is ready, for what supervises it.

use std::{
    io::{self, Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs},
    time::Duration,
};

use super::{CliError, output};
use crate::config::Settings;

/// Longest time for each of connecting, sending and receiving.
const PATIENCE: Duration = Duration::from_secs(2);
/// Bytes of an answer that are read.
const ANSWER_BYTES: u64 = 4096;

pub(super) fn run(settings: &Settings) -> Result<(), CliError> {
    let bind = &settings.server.bind;
    let answer = ask(bind).map_err(|source| CliError::Unreachable { bind: bind.clone(), source })?;
    let status = answer.lines().next().and_then(|line| line.split(' ').nth(1)).unwrap_or("no HTTP");
    if status == "200" { output::line("ready") } else { Err(CliError::NotReady(status.to_owned())) }
}

fn ask(bind: &str) -> io::Result<String> {
    let address = bind.to_socket_addrs()?.next().ok_or(io::ErrorKind::NotFound)?;
    let mut stream = TcpStream::connect_timeout(&reachable(address), PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /health/ready HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(ANSWER_BYTES).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Where a service that listens on all addresses is reached from this machine.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_on_all_addresses_is_asked_on_loopback() {
        for (bind, asked) in [
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("[::]:1", "[::1]:1"),
            ("127.0.0.2:8080", "127.0.0.2:8080"),
            ("192.0.2.7:1", "192.0.2.7:1"),
        ] {
            assert_eq!(reachable(bind.parse().unwrap()), asked.parse().unwrap(), "{bind}");
        }
    }
}
