//! Listening: binds, reports the address, runs until told to stop.

use std::{
    io,
    net::{SocketAddr, ToSocketAddrs},
    time::Duration,
};

use actix_web::{HttpServer, dev::ServerHandle, rt::System, web::Data};

use super::{ApiState, app};
use crate::{
    config::{LimitSettings, ServerSettings},
    service::Service,
};

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
}

impl Server {
    /// Binds the address. Must be called inside an actix runtime.
    ///
    /// # Errors
    /// [`ServeError`] when the address is wrong or taken.
    pub fn bind(settings: &ServerSettings, limits: &LimitSettings, service: Service) -> Result<Self, ServeError> {
        let state = Data::new(ApiState { service, limits: limits.clone() });
        let server = HttpServer::new(move || app(state.clone()))
            .workers(settings.workers.max(1))
            .client_request_timeout(Duration::from_millis(settings.client_timeout_ms))
            .shutdown_timeout(settings.shutdown_timeout_s)
            // A client that closed its side is gone: its work is dropped before it reaches a model.
            .h1_allow_half_closed(false);
        let resolved = addresses(&settings.bind)?;
        let server = server.bind(resolved.as_slice()).map_err(|source| refused(&settings.bind, source))?;
        let addresses = server.addrs();
        Ok(Self { server: server.run(), addresses })
    }

    /// Where it listens, with the port that the system chose for port 0.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// For stopping it from elsewhere.
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Serves until a signal or its handle stops it; open requests get the configured time to finish.
    ///
    /// # Errors
    /// [`ServeError::Run`].
    pub async fn run(self) -> Result<(), ServeError> {
        for address in &self.addresses {
            tracing::info!("listening on http://{address}");
        }
        self.server.await.map_err(ServeError::Run)
    }
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
pub fn run(
    settings: &ServerSettings,
    limits: &LimitSettings,
    service: Service,
    started: impl FnOnce(&[SocketAddr]),
) -> Result<(), ServeError> {
    System::new().block_on(async {
        let server = Server::bind(settings, limits, service)?;
        started(server.addresses());
        server.run().await
    })
}
