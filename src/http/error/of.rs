//! What the errors of other modules are to a client.

use super::{ApiError, ErrorCode};
use crate::{
    access::Refusal,
    domain::InputError,
    service::{PoolError, ServiceError, StoreError},
};

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let message = refusal.to_string();
        match refusal {
            Refusal::NoKey | Refusal::WrongKey => Self::new(ErrorCode::Unauthorized, message),
            Refusal::Scope(_) => Self::new(ErrorCode::Forbidden, message),
            Refusal::Requests { limit, retry_after } | Refusal::Tokens { limit, retry_after } => {
                let mut error = Self::new(ErrorCode::RateLimited, message).retry_after(retry_after);
                error.limit = Some(u64::from(limit));
                error
            }
            Refusal::TooManyTokens { limit, actual } => {
                let mut error = Self::new(ErrorCode::InputTooLong, message).at("text");
                (error.limit, error.actual) = (Some(u64::from(limit)), Some(u64::from(actual)));
                error
            }
            // The message names a file of the server.
            Refusal::Keys(reason) => Self::internal(&reason),
        }
    }
}

impl From<InputError> for ApiError {
    fn from(error: InputError) -> Self {
        let message = error.to_string();
        match error {
            InputError::Invalid { field, .. } => Self::invalid(&field, message),
            InputError::TooLong { field, limit, actual, .. } => {
                Self::new(ErrorCode::InputTooLong, message).at(&field).beyond(limit, Some(actual))
            }
        }
    }
}

impl From<ServiceError> for ApiError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Input(error) => error.into(),
            ServiceError::Language { ref available, .. } => {
                Self::new(ErrorCode::UnsupportedLanguage, error.to_string()).offering(available)
            }
            ServiceError::Store(error) => error.into(),
            ServiceError::Pool(error) => error.into(),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        match error {
            StoreError::Unknown(_) | StoreError::NotInstalled(_) => Self::new(ErrorCode::NotFound, message).at("model"),
            StoreError::BuiltIn(_) | StoreError::Added(_) | StoreError::NameTaken(_) | StoreError::Busy(_) => {
                Self::new(ErrorCode::InvalidRequest, message).at("model")
            }
            StoreError::Offline(_)
            | StoreError::Unauthorized { .. }
            | StoreError::NotOnHub { .. }
            | StoreError::Checksum { .. }
            | StoreError::ShortFile { .. }
            | StoreError::Network { .. }
            | StoreError::Timeout { .. }
            | StoreError::HubFailed { .. }
            | StoreError::HubProtocol { .. }
            | StoreError::Interrupted(_) => Self::new(ErrorCode::DownloadFailed, message),
            StoreError::DiskFull { needed, free, .. } => {
                let message = format!("the disk is too full: {needed} bytes are needed, {free} are free");
                Self::new(ErrorCode::DownloadFailed, message)
            }
            // These name directories of the server: the log has them, the client does not.
            StoreError::BuiltInMissing { .. }
            | StoreError::BadDirectory { .. }
            | StoreError::Io { .. }
            | StoreError::BadFile { .. }
            | StoreError::Setting { .. } => Self::internal(&message),
        }
    }
}

impl From<PoolError> for ApiError {
    fn from(error: PoolError) -> Self {
        let message = error.to_string();
        match error {
            PoolError::Overloaded { retry_after, .. } => {
                Self::new(ErrorCode::Overloaded, message).retry_after(retry_after)
            }
            PoolError::Loading { retry_after, .. } => {
                Self::new(ErrorCode::ModelLoading, message).retry_after(retry_after)
            }
            PoolError::Timeout { .. } => Self::new(ErrorCode::Timeout, message),
            PoolError::TooLarge { .. } | PoolError::Load { .. } | PoolError::Engine { .. } => Self::internal(&message),
        }
    }
}
