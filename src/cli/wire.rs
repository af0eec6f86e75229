use serde_json::{Value, json};

use crate::{
    domain::{OffsetUnit, Summary},
    service::{Detection, ModelStatus, Translation},
};

pub(super) fn summary(_: &Summary, _: &str, _: OffsetUnit) -> Value {
    json!({})
}
pub(super) fn translation(_: &Translation) -> Value {
    json!({})
}
pub(super) fn detection(_: &Detection) -> Value {
    json!({})
}
pub(super) fn model(_: &ModelStatus) -> Value {
    json!({})
}
pub(super) fn models(_: &[ModelStatus]) -> Value {
    json!({})
}
