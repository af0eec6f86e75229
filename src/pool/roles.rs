//! What a request asks of a model's role.

use crate::engine::{
    ChunkPlan, EngineError, Generate, Role, SummarizeOutput, SummarizeRequest, TranslateOutput, TranslateRequest,
};

pub(super) fn summarize(
    role: &Role,
    request: &SummarizeRequest,
    model: &dyn Generate,
) -> Result<SummarizeOutput, EngineError> {
    match role {
        Role::Summarizer(summarizer) => summarizer.summarize(request, model),
        Role::Translator(_) => Err(EngineError::Failed("this model translates, it does not summarise".into())),
    }
}

pub(super) fn chunk_plan(role: &Role, request: &SummarizeRequest) -> Result<ChunkPlan, EngineError> {
    match role {
        Role::Summarizer(summarizer) => summarizer.plan(request),
        Role::Translator(_) => Err(EngineError::Failed("this model translates, it does not summarise".into())),
    }
}

pub(super) fn translate(
    role: &Role,
    request: &TranslateRequest,
    model: &dyn Generate,
) -> Result<TranslateOutput, EngineError> {
    match role {
        Role::Translator(translator) => translator.translate(request, model),
        Role::Summarizer(_) => Err(EngineError::Failed("this model summarises, it does not translate".into())),
    }
}
