/// What is wrong with something a caller sent, naming the field and, where there is one, the limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// The value cannot be used at all.
    #[error("{field}: {reason}")]
    Invalid {
        /// The field as the caller names it.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The value is larger than the limit.
    #[error("{field} has {actual} {unit}, the limit is {limit}")]
    TooLong {
        /// The field as the caller names it.
        field: String,
        /// What is counted: `characters`, `bytes`, `texts`.
        unit: &'static str,
        /// The largest count accepted.
        limit: usize,
        /// The count that was sent.
        actual: usize,
    },
}

impl InputError {
    /// A value that cannot be used.
    pub fn invalid(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), reason: reason.into() }
    }
}
