//! `POST /v1/models/{id}/pull`: progress as lines of JSON.

use std::convert::Infallible;

use actix_web::{
    HttpResponse, post,
    web::{Bytes, Data, Path, ReqData},
};
use futures_util::{Stream, stream};
use serde::Serialize;
use tokio::sync::mpsc::Receiver;
use utoipa::ToSchema;

use super::{
    ApiState,
    envelope::RequestId,
    error::{ApiError, ErrorBody, ErrorDetail},
    fields,
    gate::Manager,
    schemas,
};
use crate::service::{PullEvent, StoreError};

/// One line of a pull. The last is `done` or `error`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "event", rename_all = "lowercase")]
pub(super) enum PullLine {
    /// The commit is known, and what will be fetched.
    Resolved {
        revision: String,
        files: usize,
        total_bytes: u64,
        /// Bytes already on disk, from an earlier pull or another tool.
        present_bytes: u64,
    },
    /// Bytes arrived.
    Progress {
        file: String,
        /// Bytes of the whole model on disk.
        done_bytes: u64,
        total_bytes: u64,
    },
    /// A file is whole and its checksum is right.
    Verified { file: String, checksum: String },
    /// The model is installed.
    Done { revision: String },
    /// The pull failed; what was fetched stays for the next try.
    Error { error: ErrorDetail },
}

impl From<PullEvent> for PullLine {
    fn from(event: PullEvent) -> Self {
        match event {
            PullEvent::Resolved { revision, files, total_bytes, present_bytes } => {
                Self::Resolved { revision, files, total_bytes, present_bytes }
            }
            PullEvent::Progress { file, done_bytes, total_bytes } => Self::Progress { file, done_bytes, total_bytes },
            PullEvent::Verified { file, checksum } => Self::Verified { file, checksum },
            PullEvent::Done { revision } => Self::Done { revision },
        }
    }
}

impl PullLine {
    fn error(error: &ApiError, id: &RequestId) -> Self {
        let ErrorBody { error } = error.body(&id.0);
        Self::Error { error }
    }

    fn is_last(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::Error { .. })
    }

    fn bytes(&self) -> Bytes {
        let mut line = serde_json::to_vec(self).unwrap_or_default();
        line.push(b'\n');
        line.into()
    }
}

type Events = Receiver<Result<PullEvent, StoreError>>;

/// The lines up to the last; always ends with `done` or `error`.
fn lines(events: Events, id: RequestId) -> impl Stream<Item = Result<Bytes, Infallible>> {
    stream::unfold(Some((events, id)), |open| async move {
        let (mut events, id) = open?;
        let event = events.recv().await;
        let line = id.span().in_scope(|| match event {
            Some(Ok(event)) => event.into(),
            Some(Err(error)) => PullLine::error(&error.into(), &id),
            None => PullLine::error(&ApiError::internal(&"a pull ended without a result"), &id),
        });
        let rest = (!line.is_last()).then_some((events, id));
        Some((Ok(line.bytes()), rest))
    })
}

/// Fetch a model
///
/// Answers with one JSON object a line while the download goes on; the last line is `done` or `error`.
/// A second pull of the same model joins the first. When the client goes away, the download goes on.
#[utoipa::path(
    tag = "models",
    params(("id" = String, Path, description = "The model's name", example = "opus-mt-en-es")),
    responses(
        (status = 200, description = "Progress, one JSON object a line", body = PullLine,
         content_type = "application/x-ndjson",
         example = json!({"event": "progress", "file": "model.safetensors", "done_bytes": 1_048_576, "total_bytes": 312_000_000})),
        schemas::PullErrors,
    ),
)]
#[post("/v1/models/{id}/pull")]
pub(super) async fn pull(
    _: Manager,
    state: Data<ApiState>,
    request: ReqData<RequestId>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let events = state.service.pull_model(&fields::model_in_path(&id)?)?;
    let lines = lines(events, request.into_inner());
    Ok(HttpResponse::Ok().content_type("application/x-ndjson").streaming(lines))
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;

    use super::*;

    async fn stream_of(events: Vec<Result<PullEvent, StoreError>>) -> Vec<serde_json::Value> {
        let (send, receive) = tokio::sync::mpsc::channel(8);
        for event in events {
            send.send(event).await.unwrap();
        }
        drop(send);
        let lines = lines(receive, RequestId("r-1".to_owned()));
        lines.map(|line| serde_json::from_slice(&line.unwrap()).unwrap()).collect().await
    }

    #[actix_web::test]
    async fn ends_with_done() {
        let progress = PullEvent::Progress { file: "a".into(), done_bytes: 1, total_bytes: 2 };
        let lines = stream_of(vec![Ok(progress), Ok(PullEvent::Done { revision: "c0ffee".into() })]).await;
        assert_eq!(lines[0], serde_json::json!({"event": "progress", "file": "a", "done_bytes": 1, "total_bytes": 2}));
        assert_eq!(lines[1], serde_json::json!({"event": "done", "revision": "c0ffee"}));
    }

    #[actix_web::test]
    async fn ends_with_the_error_under_the_request_id() {
        let lines = stream_of(vec![Err(StoreError::Unknown("x".into()))]).await;
        assert_eq!((lines.len(), &lines[0]["event"]), (1, &"error".into()));
        assert_eq!(
            (&lines[0]["error"]["code"], &lines[0]["error"]["request_id"]),
            (&"not_found".into(), &"r-1".into())
        );
    }

    #[actix_web::test]
    async fn a_pull_that_breaks_off_is_an_error() {
        let lines = stream_of(Vec::new()).await;
        assert_eq!(lines[0]["error"]["code"], "internal");
    }
}
