use serde::{Deserialize, Serialize};

/// The numbers that a model computes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// The fastest that this machine does well.
    #[default]
    Auto,
    /// 32-bit floats: the reference.
    F32,
    /// 16-bit floats with the range of 32-bit ones.
    Bf16,
    /// Weights and activations in 8-bit integers.
    Int8,
}

/// What runs a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Runtime {
    /// Our own where it covers the architecture.
    #[default]
    Auto,
    /// The reference: slower, and what our own is checked against.
    Reference,
}
