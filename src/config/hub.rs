use std::{
    fmt,
    path::{Path, PathBuf},
};

/// How the model hub is reached, from the ecosystem's own variables.
#[derive(Clone)]
pub struct HubSettings {
    /// `HF_HUB_CACHE`, else `HF_HOME/hub`, else `$XDG_CACHE_HOME/huggingface/hub`, else `~/.cache/huggingface/hub`.
    /// Empty when there is no home directory either.
    pub cache_directory: PathBuf,
    /// `HF_ENDPOINT`, without a closing slash.
    pub endpoint: String,
    /// `HF_TOKEN`, else the contents of `HF_TOKEN_PATH` or `HF_HOME/token`. Never printed.
    pub token: Option<String>,
    /// `HF_HUB_OFFLINE` is set to anything but `0`, `false`, `no`, `off` or nothing: open no connection.
    pub offline: bool,
    /// `HTTPS_PROXY` or `HTTP_PROXY` by the endpoint's scheme, else `ALL_PROXY`. May hold a password: never printed.
    pub proxy: Option<String>,
    /// `NO_PROXY`, split at commas.
    pub no_proxy: Vec<String>,
}

const ENDPOINT: &str = "https://huggingface.co";

impl HubSettings {
    /// Reads the environment, and the token's file where no variable holds the token.
    pub fn from_env() -> Self {
        Self::from_lookup(&|name| std::env::var(name).ok(), etcetera::home_dir().ok().as_deref())
    }

    fn from_lookup(variable: &dyn Fn(&str) -> Option<String>, home: Option<&Path>) -> Self {
        let set = |name: &str| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let path = |name: &str| set(name).map(|value| expand(&value, home));
        let hub_home = path("HF_HOME")
            .or_else(|| path("XDG_CACHE_HOME").map(|cache| cache.join("huggingface")))
            .or_else(|| home.map(|home| home.join(".cache/huggingface")));
        let endpoint = set("HF_ENDPOINT").unwrap_or_else(|| ENDPOINT.to_owned()).trim_end_matches('/').to_owned();
        let token_path = path("HF_TOKEN_PATH").or_else(|| Some(hub_home.as_ref()?.join("token")));
        Self {
            cache_directory: path("HF_HUB_CACHE").or_else(|| Some(hub_home?.join("hub"))).unwrap_or_default(),
            token: set("HF_TOKEN").or_else(|| read_token(&token_path?)),
            offline: set("HF_HUB_OFFLINE").is_some_and(|value| is_on(&value)),
            proxy: proxy(&set, &endpoint),
            no_proxy: split(&either_case(&set, "NO_PROXY").unwrap_or_default()),
            endpoint,
        }
    }
}

/// A password may stand in the proxy's address, so only whether there is one is shown.
impl fmt::Debug for HubSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HubSettings")
            .field("cache_directory", &self.cache_directory)
            .field("endpoint", &self.endpoint)
            .field("token", &self.token.as_ref().map(|_| "(hidden)"))
            .field("offline", &self.offline)
            .field("proxy", &self.proxy.as_ref().map(|_| "(hidden)"))
            .field("no_proxy", &self.no_proxy)
            .finish()
    }
}

fn expand(path: &str, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

fn read_token(path: &Path) -> Option<String> {
    let token = std::fs::read_to_string(path).ok()?.trim().to_owned();
    (!token.is_empty()).then_some(token)
}

fn is_on(value: &str) -> bool {
    !matches!(value.to_ascii_lowercase().as_str(), "0" | "false" | "no" | "off")
}

fn either_case(set: &dyn Fn(&str) -> Option<String>, name: &str) -> Option<String> {
    set(&name.to_ascii_lowercase()).or_else(|| set(name))
}

fn proxy(set: &dyn Fn(&str) -> Option<String>, endpoint: &str) -> Option<String> {
    let by_scheme = if endpoint.starts_with("http://") { "HTTP_PROXY" } else { "HTTPS_PROXY" };
    either_case(set, by_scheme).or_else(|| either_case(set, "ALL_PROXY"))
}

fn split(list: &str) -> Vec<String> {
    list.split(',').map(str::trim).filter(|host| !host.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)]) -> HubSettings {
        let lookup = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        HubSettings::from_lookup(&lookup, Some(Path::new("/home/ana")))
    }

    #[test]
    fn the_cache_is_where_other_tools_look_for_it() {
        for (variables, expected) in [
            (vec![], "/home/ana/.cache/huggingface/hub"),
            (vec![("XDG_CACHE_HOME", "/x")], "/x/huggingface/hub"),
            (vec![("HF_HOME", "~/hf"), ("XDG_CACHE_HOME", "/x")], "/home/ana/hf/hub"),
            (vec![("HF_HUB_CACHE", "/cache"), ("HF_HOME", "/hf")], "/cache"),
            (vec![("HF_HUB_CACHE", " "), ("HF_HOME", "/hf")], "/hf/hub"),
        ] {
            assert_eq!(with(&variables).cache_directory, Path::new(expected), "{variables:?}");
        }
    }

    #[test]
    fn the_token_comes_from_the_variable_or_the_file_and_is_never_shown() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("token"), "hf_file\n").unwrap();
        let home = directory.path().to_str().unwrap();
        assert_eq!(with(&[("HF_HOME", home)]).token.as_deref(), Some("hf_file"));
        assert_eq!(with(&[("HF_TOKEN_PATH", &format!("{home}/token"))]).token.as_deref(), Some("hf_file"));
        let settings = with(&[("HF_HOME", home), ("HF_TOKEN", "hf_secret"), ("HTTPS_PROXY", "http://u:pass@p:1")]);
        assert_eq!(settings.token.as_deref(), Some("hf_secret"));
        let shown = format!("{settings:?}");
        assert!(!shown.contains("hf_secret") && !shown.contains("pass"), "{shown}");
    }

    #[test]
    fn offline_is_anything_but_an_off_word() {
        for (value, offline) in
            [("1", true), ("yes", true), ("TRUE", true), ("0", false), ("False", false), ("", false)]
        {
            assert_eq!(with(&[("HF_HUB_OFFLINE", value)]).offline, offline, "{value:?}");
        }
    }

    #[test]
    fn the_proxy_follows_the_endpoints_scheme_and_either_case_counts() {
        let all = [("HTTP_PROXY", "http://plain:1"), ("https_proxy", "http://tls:2"), ("ALL_PROXY", "http://all:3")];
        assert_eq!(with(&all).proxy.as_deref(), Some("http://tls:2"));
        let mut mirror = all.to_vec();
        mirror.push(("HF_ENDPOINT", "http://mirror/"));
        assert_eq!(with(&mirror).proxy.as_deref(), Some("http://plain:1"));
        assert_eq!(with(&mirror).endpoint, "http://mirror");
        assert_eq!(with(&all[2..]).proxy.as_deref(), Some("http://all:3"));
        assert_eq!(with(&[("no_proxy", "a.org, .b.org,,")]).no_proxy, ["a.org", ".b.org"]);
    }
}
