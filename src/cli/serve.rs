use super::{CliError, app};
use crate::config::Settings;

/// `breve serve`.
#[derive(Debug, clap::Args)]
pub(super) struct ServeArgs {
    /// Address and port to listen on, such as 0.0.0.0:8080; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS")]
    pub(super) bind: Option<String>,
}

pub(super) fn run(settings: &Settings) -> Result<(), CliError> {
    let _service = app::service(app::store(settings)?, settings)?;
    Ok(())
}
