use super::{CliError, app, engine::EngineArgs};
use crate::{config::Settings, http, service::Service};

/// `breve serve`.
#[derive(Debug, clap::Args)]
pub(super) struct ServeArgs {
    /// Address and port to listen on, such as 0.0.0.0:8080; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS")]
    pub(super) bind: Option<String>,
    #[command(flatten)]
    pub(super) engine: EngineArgs,
}

pub(super) fn run(settings: &Settings) -> Result<(), CliError> {
    let store = app::store(settings)?;
    // A model that is not there stops the start; one that cannot be read leaves the service not ready.
    for id in &settings.models.load_at_start {
        store.installed(id)?;
    }
    app::check_preferences(&store, &settings.models)?;
    let service = app::service(store, settings)?;
    let loading = load_at_start(service.clone());
    http::run(&settings.server, &settings.limits, service, |_| {
        tokio::spawn(loading);
    })?;
    Ok(())
}

async fn load_at_start(service: Service) {
    if let Err(error) = service.load_at_start().await {
        tracing::error!(%error, "a model that models.load_at_start names was not loaded; the service is not ready");
    }
}
