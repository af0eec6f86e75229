use super::{CliError, output};
use crate::config::{HubSettings, Settings};

/// Prints the settings in force as a file that could be used for `--config`, and how the hub is reached.
/// The token itself and the proxy's credentials are left out.
pub(super) fn run(settings: &Settings) -> Result<(), CliError> {
    let text = toml::to_string(settings)
        .map_err(|error| CliError::Content { name: "settings".into(), reason: error.to_string() })?;
    output::line(&format!("{text}\n{}", hub(&HubSettings::from_env())))
}

fn hub(hub: &HubSettings) -> String {
    let set = |value: bool| if value { "set" } else { "not set" };
    let lines = [
        "# The hub, from the variables of its own tools:".to_owned(),
        format!("# endpoint: {}", hub.endpoint),
        format!("# cache: {}", hub.cache_directory.display()),
        format!("# token: {}", set(hub.token.is_some())),
        format!("# proxy: {}", set(hub.proxy.is_some())),
        format!("# offline: {}", hub.offline),
    ];
    lines.join("\n")
}
