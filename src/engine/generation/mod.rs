//! How a search for outputs goes.

use crate::domain::GenerationOptions;

/// What the search does for one source.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    pub(in crate::engine) options: GenerationOptions,
}
