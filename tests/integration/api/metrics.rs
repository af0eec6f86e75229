//! The service in figures.

use actix_web::test::TestRequest;
use serde_json::json;

use super::harness::Api;

/// The value of the line that begins with `name` and its labels.
fn value(text: &str, name: &str) -> Option<f64> {
    let rest = |line: &str| line.strip_prefix(name).and_then(|rest| rest.strip_prefix(' ')).map(str::to_owned);
    text.lines().find_map(rest).map(|rest| rest.parse().unwrap())
}

#[actix_web::test]
async fn what_was_served_is_counted() {
    let api = Api::new();
    let article = json!({"text": "The mayor spoke. Nobody left the room. Rain fell.", "source": "en", "sentences": 1});
    let summary = api.post("/v1/summarize", article).await;
    assert!(summary.header("server-timing").contains("translate;dur="), "{summary:?}");
    let translation = api.translate("One rabbit ran.").await;
    assert!(translation.header("server-timing").starts_with("queue;dur="), "{translation:?}");
    api.post("/v1/summarize", json!({"text": ""})).await.fails(400, "invalid_request");
    api.get("/v1/models/no-such-model").await.fails(404, "not_found");
    api.get("/no/such/path").await.fails(404, "not_found");
    let metrics = api.get("/metrics").await;
    assert_eq!(metrics.status, 200);
    assert!(metrics.header("content-type").starts_with("application/openmetrics-text"), "{metrics:?}");
    let text = &metrics.text;
    for (line, expected) in [
        (r#"breve_http_requests_total{method="POST",route="/v1/summarize",status="200"}"#, 1.0),
        (r#"breve_http_requests_total{method="POST",route="/v1/summarize",status="400"}"#, 1.0),
        (r#"breve_http_requests_total{method="GET",route="/v1/models/{id}",status="404"}"#, 1.0),
        (r#"breve_http_requests_total{method="GET",route="none",status="404"}"#, 1.0),
        (r#"breve_stage_seconds_count{stage="translate"}"#, 2.0),
        (r#"breve_cache_requests_total{result="bypass"}"#, 1.0),
        (r#"breve_model_requests{model="en-es-tiny"}"#, 0.0),
        (r#"breve_models{state="loaded"}"#, 2.0),
        (r#"breve_job_articles_total{result="done"}"#, 0.0),
        ("breve_job_articles_waiting", 0.0),
        ("breve_ready", 1.0),
        // This request itself.
        ("breve_http_requests_in_flight", 1.0),
    ] {
        assert_eq!(value(text, line), Some(expected), "{line} in\n{text}");
    }
    assert!(value(text, r#"breve_tokens_total{direction="output"}"#).is_some_and(|count| count > 0.0), "{text}");
    assert!(value(text, "breve_model_steps_total").is_some_and(|count| count > 0.0), "{text}");
    assert!(text.ends_with("# EOF\n"), "{text}");
}

#[actix_web::test]
async fn no_label_holds_what_a_client_sent() {
    let api = Api::new();
    let path = "/v1/models/secret-name-7";
    api.get(path).await.fails(404, "not_found");
    api.get("/secret/path/7?key=secret-key").await.fails(404, "not_found");
    let strange = TestRequest::with_uri("/v1/models").method("SECRET".parse().unwrap());
    api.call(strange).await;
    api.translate("Secret rabbits ran.").await.ok();
    let text = api.get("/metrics").await.text.to_lowercase();
    assert!(!text.contains("secret"), "{text}");
    assert!(text.contains(r#"method="other""#), "{text}");
}
