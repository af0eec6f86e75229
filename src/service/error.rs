use crate::{
    domain::{InputError, LanguagePair},
    pool::PoolError,
    store::StoreError,
};

/// Why a use case gave no answer. One exhaustive match in `http/` turns this into a status.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// Something the caller sent.
    #[error(transparent)]
    Input(#[from] InputError),
    /// No installed model does it.
    #[error("{missing}; {}", available_text(available))]
    Language {
        /// What is missing, for people.
        missing: String,
        /// The directions that can be translated.
        available: Vec<LanguagePair>,
    },
    /// The models on disk.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The models in memory.
    #[error(transparent)]
    Pool(#[from] PoolError),
}

/// Names the directions, but not the thousands that a model of a hundred languages has.
fn available_text(pairs: &[LanguagePair]) -> String {
    const NAMED: usize = 12;
    let named: Vec<String> = pairs.iter().take(NAMED).map(ToString::to_string).collect();
    match pairs.len() {
        0 => "no direction can be translated".to_owned(),
        count if count > NAMED => format!("available: {} and {} more", named.join(", "), count - NAMED),
        _ => format!("available: {}", named.join(", ")),
    }
}
