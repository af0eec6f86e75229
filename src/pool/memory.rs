use crate::{domain::Architecture, store::InstalledModel};

/// What a model takes in memory, before it is loaded: its float32 weights and room to work.
pub(super) fn estimated_bytes(model: &InstalledModel) -> u64 {
    const WORKING_BYTES: u64 = 64 << 20;
    match model.card.architecture {
        Architecture::Extractive => 0,
        // Kept as float16 on disk, used as float32.
        Architecture::MarianSsru => 2 * model.size_bytes + WORKING_BYTES,
        _ => model.size_bytes + model.size_bytes / 5 + WORKING_BYTES,
    }
}
