use super::{CliError, output};
use crate::config::{HubSettings, Settings};

/// Prints the settings in force as a file that could be used for `--config`, and how the hub is reached.
/// The token itself and the credentials of the database, the collector and the proxy are left out.
pub(super) fn run(settings: &Settings) -> Result<(), CliError> {
    let mut shown = settings.clone();
    for address in [&mut shown.jobs.database, &mut shown.log.otlp_endpoint] {
        *address = without_password(address);
    }
    let text = toml::to_string(&shown)
        .map_err(|error| CliError::Content { name: "settings".into(), reason: error.to_string() })?;
    output::line(&format!("{text}\n{}", hub(&HubSettings::from_env())))
}

/// An address may hold a name and a password before its host, and that of a database a password at its end.
fn without_password(address: &str) -> String {
    let address = match (address.split_once("://"), address.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        _ => address.to_owned(),
    };
    let Some((place, query)) = address.split_once('?') else { return address };
    let kept: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("password=")).collect();
    if kept.is_empty() { place.to_owned() } else { format!("{place}?{}", kept.join("&")) }
}

fn hub(hub: &HubSettings) -> String {
    let set = |value: bool| if value { "set" } else { "not set" };
    let lines = [
        "# The hub, from the variables of its own tools:".to_owned(),
        format!("# endpoint: {}", without_password(&hub.endpoint)),
        format!("# cache: {}", hub.cache_directory.display()),
        format!("# token: {}", set(hub.token.is_some())),
        format!("# proxy: {}", set(hub.proxy.is_some())),
        format!("# offline: {}", hub.offline),
    ];
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_printed() {
        assert_eq!(without_password("https://me:secret@hub.example/x"), "https://hub.example/x");
        assert_eq!(without_password("https://hub.example"), "https://hub.example");
        assert_eq!(without_password("postgres://me:sec@ret@db/jobs"), "postgres://db/jobs");
        assert_eq!(without_password("postgres://db/jobs?host=/run&password=x"), "postgres://db/jobs?host=/run");
        assert_eq!(without_password("postgres://db/jobs?password=x"), "postgres://db/jobs");
        assert_eq!(without_password("jobs.sqlite3"), "jobs.sqlite3");
    }
}
