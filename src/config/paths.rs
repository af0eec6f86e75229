use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

/// Where Breve keeps its own records: `$XDG_DATA_HOME/breve`, else `~/.local/share/breve`. Empty when there is no
/// home directory; the store then asks for `models.data_directory`.
pub fn data_directory() -> PathBuf {
    etcetera::choose_base_strategy().map(|places| places.data_dir().join("breve")).unwrap_or_default()
}

/// Where the models that ship with Breve may lie: beside the program, in `share/breve` of its prefix, in the source tree
/// (from a release's program the one that it lies in).
pub fn builtin_candidates() -> Vec<PathBuf> {
    let program = std::env::current_exe().and_then(|path| path.canonicalize()).unwrap_or_default();
    let beside = program.parent().unwrap_or(Path::new(""));
    let mut candidates = Vec::new();
    if beside.is_absolute() {
        candidates.push(beside.join("models"));
        candidates.push(beside.join("../share/breve/models"));
    }
    candidates.push(beside.join(env!("BREVE_SOURCE_TREE")).join("models"));
    candidates
}
