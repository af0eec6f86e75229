//! Listening: binds, reports the address, runs until told to stop.

use std::{
    io,
    net::{SocketAddr, ToSocketAddrs},
    time::Duration,
};

use actix_web::{HttpServer, dev::ServerHandle, rt::System, web::Data};

use super::{ApiState, app};
use crate::{access::Access, config::ServerSettings, jobs::Jobs, service::Service};

/// Why the service does not listen.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// `bind` is not an address that can be listened on.
    #[error("server.bind: {bind:?} is not an address and a port, such as 127.0.0.1:8080: {source}")]
    Address {
        /// As it was set.
        bind: String,
        /// Why not.
        source: io::Error,
    },
    /// Another program listens there.
    #[error("cannot listen on {bind}: another program uses this address; set server.bind to another")]
    InUse {
        /// As it was set.
        bind: String,
        /// As the system says it.
        source: io::Error,
    },
    /// Others can reach the address, and nothing says who may use the service.
    #[error(
        "{bind} can be reached from other machines, and there is no key: make one with `breve keys create NAME`, or set \
         access.open_to_network to serve everybody"
    )]
    Unprotected {
        /// As it was set.
        bind: String,
    },
    /// The system does not let it.
    #[error("cannot listen on {bind}: {source}")]
    Bind {
        /// As it was set.
        bind: String,
        /// As the system says it.
        source: io::Error,
    },
    /// The running service failed.
    #[error("the service stopped: {0}")]
    Run(#[source] io::Error),
}

/// A service that is bound to its address. Runs when [`Server::run`] is awaited.
pub struct Server {
    server: actix_web::dev::Server,
    addresses: Vec<SocketAddr>,
    service: Service,
    jobs: Jobs,
    drain_delay: Duration,
    grace: Duration,
}

impl Server {
    /// Binds the address. Must be called inside an actix runtime.
    ///
    /// # Errors
    /// [`ServeError`] when the address is wrong, taken, or open to others without anything that says so.
    pub fn bind(settings: &ServerSettings, state: ApiState) -> Result<Self, ServeError> {
        let resolved = permitted_addresses(&settings.bind, &state.access)?;
        let (service, jobs) = (state.service.clone(), state.jobs.clone());
        let state = Data::new(state);
        let server = HttpServer::new(move || app(state.clone()))
            .workers(settings.workers.max(1))
            .client_request_timeout(Duration::from_millis(settings.client_timeout_ms))
            .shutdown_timeout(settings.shutdown_timeout_s)
            .disable_signals()
            // A client that closed its side is gone: its work is dropped before it reaches a model.
            .h1_allow_half_closed(false);
        let server = server.bind(resolved.as_slice()).map_err(|source| refused(&settings.bind, source))?;
        let addresses = server.addrs();
        let (drain_delay, grace) =
            (Duration::from_secs(settings.drain_delay_s), Duration::from_secs(settings.shutdown_timeout_s));
        Ok(Self { server: server.run(), addresses, service, jobs, drain_delay, grace })
    }

    /// Where it listens, with the port that the system chose for port 0.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// For stopping it from elsewhere.
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Serves until a signal or its handle stops it; open requests get the configured time to finish. SIGTERM is heeded
    /// after the time that load balancers get to notice, SIGINT at once, and a second signal cuts open requests off.
    ///
    /// # Errors
    /// [`ServeError::Run`].
    pub async fn run(self) -> Result<(), ServeError> {
        for address in &self.addresses {
            tracing::info!("listening on http://{address}");
        }
        let stopping = Stopping { service: self.service, jobs: self.jobs.clone(), grace: self.grace };
        let signals = actix_web::rt::spawn(stopping.on_signals(self.server.handle(), self.drain_delay));
        let ended = self.server.await.map_err(ServeError::Run);
        signals.abort();
        // At once where a signal did it already.
        self.jobs.stop(self.grace).await;
        ended
    }
}

/// What is told to end.
struct Stopping {
    service: Service,
    jobs: Jobs,
    grace: Duration,
}

impl Stopping {
    async fn on_signals(self, server: ServerHandle, drain_delay: Duration) {
        let signal = stop_signal().await;
        self.service.drain();
        if signal == Stop::Terminate {
            tracing::info!("told to stop: not ready from now on, serving for another {} s", drain_delay.as_secs());
            tokio::select! {
                () = tokio::time::sleep(drain_delay) => {}
                _ = stop_signal() => {}
            }
        }
        tracing::info!("stopping: open requests are finished");
        tokio::select! {
            _ = futures_util::future::join(server.stop(true), self.jobs.stop(self.grace)) => {}
            _ = stop_signal() => server.stop(false).await,
        }
    }
}

/// How the service is told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// By a supervisor: SIGTERM.
    Terminate,
    /// By somebody at the keyboard: SIGINT.
    Interrupt,
}

async fn stop_signal() -> Stop {
    tokio::select! {
        () = terminated() => Stop::Terminate,
        _ = tokio::signal::ctrl_c() => Stop::Interrupt,
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signals) => drop(signals.recv().await),
        Err(error) => {
            tracing::warn!(%error, "SIGTERM cannot be listened to: it ends the service without a warning");
            std::future::pending().await
        }
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}

/// Whether only this machine can reach `bind`.
///
/// # Errors
/// [`ServeError::Address`].
pub fn is_private(bind: &str) -> Result<bool, ServeError> {
    addresses(bind).map(|resolved| are_private(&resolved))
}

/// The addresses of `bind`, if the service may listen on them: where others can reach it, there has to be a key, or a
/// setting that says that it is for everybody.
///
/// # Errors
/// [`ServeError::Address`], [`ServeError::Unprotected`].
pub fn permitted_addresses(bind: &str, access: &Access) -> Result<Vec<SocketAddr>, ServeError> {
    let resolved = addresses(bind)?;
    if are_private(&resolved) || access.has_keys() || access.is_open() {
        return Ok(resolved);
    }
    Err(ServeError::Unprotected { bind: bind.to_owned() })
}

fn are_private(addresses: &[SocketAddr]) -> bool {
    addresses.iter().all(|address| address.ip().is_loopback())
}

fn addresses(bind: &str) -> Result<Vec<SocketAddr>, ServeError> {
    let resolved = bind.to_socket_addrs().map_err(|source| ServeError::Address { bind: bind.to_owned(), source })?;
    Ok(resolved.collect())
}

fn refused(bind: &str, source: io::Error) -> ServeError {
    let bind = bind.to_owned();
    match source.kind() {
        io::ErrorKind::AddrInUse => ServeError::InUse { bind, source },
        _ => ServeError::Bind { bind, source },
    }
}

/// Listens and serves until a signal stops it. `started` is called with the addresses once they are bound.
///
/// # Errors
/// [`ServeError`].
pub fn run(settings: &ServerSettings, state: ApiState, started: impl FnOnce(&[SocketAddr])) -> Result<(), ServeError> {
    System::new().block_on(async {
        let server = Server::bind(settings, state)?;
        started(server.addresses());
        server.run().await
    })
}
