use std::path::PathBuf;

/// How the model hub is reached, from the ecosystem's own variables.
#[derive(Clone)]
pub struct HubSettings {
    /// `HF_HUB_CACHE`, else `HF_HOME/hub`, else `~/.cache/huggingface/hub`.
    pub cache_directory: PathBuf,
    /// `HF_ENDPOINT`, without a closing slash.
    pub endpoint: String,
    /// `HF_TOKEN`, else the contents of `HF_TOKEN_PATH` or `HF_HOME/token`. Never printed.
    pub token: Option<String>,
    /// `HF_HUB_OFFLINE` is set to anything but `0`, `false`, `no` or nothing: open no connection.
    pub offline: bool,
    /// `HTTPS_PROXY`, `HTTP_PROXY` or `ALL_PROXY`, and hosts in `NO_PROXY` that go without.
    pub proxy: Option<String>,
    /// `NO_PROXY`, split at commas.
    pub no_proxy: Vec<String>,
}
