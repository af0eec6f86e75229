//! Many articles at once: taken, done in their time, each failing alone.

use std::time::{Duration, Instant};

use actix_web::test::TestRequest;
use breve::{engine::fake::Step, http};
use serde_json::{Value, json};

use super::harness::{Answer, Api};

const ARTICLE: &str = "The mayor spoke to the press. Nobody left the room. Rain fell all night in the old town.";

fn working() -> Api {
    let api = Api::new();
    api.jobs.start(http::job_work(api.service.clone(), api.limits.clone(), api.metrics.clone()));
    api
}

fn article(id: u32) -> Value {
    json!({"id": id, "text": ARTICLE, "source": "en", "sentences": 1})
}

async fn submit_lines(api: &Api, lines: &str) -> Answer {
    let request = TestRequest::post().uri("/v1/jobs").insert_header(("content-type", "application/x-ndjson"));
    api.call(request.set_payload(lines.to_owned())).await
}

/// The job once it is done.
async fn done(api: &Api, taken: &Answer) -> Value {
    assert_eq!(taken.status, 202, "{}", taken.text);
    let path = taken.header("location").to_owned();
    let began = Instant::now();
    loop {
        let job = api.get(&path).await.ok();
        if job["state"] == "done" {
            return job;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{job}");
        actix_web::rt::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn results(api: &Api, job: &Value, query: &str) -> Vec<Value> {
    let answer = api.get(&format!("/v1/jobs/{}/results{query}", job["id"].as_str().unwrap())).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/x-ndjson"), "{}", answer.text);
    answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[actix_web::test]
async fn articles_are_summarised_in_their_order_and_a_bad_one_fails_alone() {
    let api = working();
    let bad = json!({"id": "bad", "text": ARTICLE, "lenght": "short"});
    let taken = api.post("/v1/jobs", json!({"articles": [article(1), bad, article(3)]})).await;
    let job = done(&api, &taken).await;
    assert_eq!(job["articles"], json!({"total": 3, "done": 2, "failed": 1, "cancelled": 0}));
    let lines = results(&api, &job, "").await;
    assert_eq!(lines.iter().map(|line| line["id"].clone()).collect::<Vec<_>>(), [json!(1), json!("bad"), json!(3)]);
    assert!(lines[0]["answer"]["summaries"]["es"].is_string() && lines[2]["error"].is_null(), "{lines:?}");
    assert_eq!(
        (&lines[1]["error"]["code"], &lines[1]["error"]["param"]),
        (&json!("invalid_request"), &json!("lenght"))
    );
    let page = results(&api, &job, "?from=1&limit=1").await;
    assert_eq!(page, [lines[1].clone()]);
}

#[actix_web::test]
async fn articles_may_come_one_a_line() {
    let api = working();
    let lines = format!("{}\n\nno json at all\n{}\n", article(1), article(2));
    let job = done(&api, &submit_lines(&api, &lines).await).await;
    assert_eq!((&job["articles"]["done"], &job["articles"]["failed"]), (&json!(2), &json!(1)));
}

#[actix_web::test]
async fn the_same_article_has_the_answer_of_the_single_route() {
    let api = working();
    let mut alone = article(1);
    alone.as_object_mut().unwrap().remove("id");
    let single = api.post("/v1/summarize", alone).await.ok();
    let job = done(&api, &api.post("/v1/jobs", json!({"articles": [article(1)]})).await).await;
    let answer = results(&api, &job, "").await[0]["answer"].clone();
    for field in ["summaries", "sentences", "receipt", "coverage", "models"] {
        assert_eq!(answer[field], single[field], "{field}");
    }
}

#[actix_web::test]
async fn a_failure_that_may_pass_is_tried_again() {
    let api = Api::new();
    api.translator_steps([Step::Fail("the disk is away".to_owned())]);
    api.jobs.start(http::job_work(api.service.clone(), api.limits.clone(), api.metrics.clone()));
    let job = done(&api, &api.post("/v1/jobs", json!({"articles": [article(1)]})).await).await;
    assert_eq!((&job["articles"]["done"], &job["articles"]["failed"]), (&json!(1), &json!(0)));
    let metrics = api.get("/metrics").await.text;
    for line in [
        r#"breve_job_articles_total{result="again"} 1"#,
        r#"breve_job_articles_total{result="done"} 1"#,
        "breve_job_articles_waiting 0",
        // What a job's articles cost is counted as that of requests is.
        r#"breve_cache_requests_total{result="bypass"} 1"#,
    ] {
        assert!(metrics.contains(line), "{line} in {metrics}");
    }
}

#[actix_web::test]
async fn a_job_can_be_given_up() {
    let api = Api::new();
    let taken = api.post("/v1/jobs", json!({"articles": [article(1), article(2)]})).await;
    let path = taken.header("location").to_owned();
    let job = api.call(TestRequest::delete().uri(&path)).await.ok();
    assert_eq!((&job["state"], &job["articles"]["cancelled"]), (&json!("cancelled"), &json!(2)));
    assert_eq!(api.get(&path).await.ok()["state"], "cancelled");
}

#[actix_web::test]
async fn mistakes_are_named() {
    let api = Api::new();
    let code = |answer: &Answer| (answer.status, answer.json()["error"]["param"].clone());
    let post = |body: Value| async { code(&api.post("/v1/jobs", body).await) };
    assert_eq!(post(json!({"articles": []})).await, (400, json!("articles")));
    assert_eq!(post(json!({"articles": vec![article(1); 21]})).await, (400, json!("articles")));
    assert_eq!(post(json!({"article": []})).await, (400, json!("article")));
    let webhook = json!({"articles": [article(1)], "webhook": "http://169.254.169.254/"});
    assert_eq!(post(webhook).await, (400, json!("webhook")));
    let lines = TestRequest::post().uri("/v1/jobs?webhook=http://169.254.169.254/");
    let lines = lines.insert_header(("content-type", "application/x-ndjson")).set_payload(article(1).to_string());
    assert_eq!(code(&api.call(lines).await), (400, json!("webhook")));
    for path in ["/v1/jobs/x", "/v1/jobs/5f0c8f7e-5d43-4f0e-9a53-2f6f1e3a0c11"] {
        assert_eq!(api.get(path).await.status, 404, "{path}");
        assert_eq!(api.get(&format!("{path}/results")).await.status, 404, "{path}");
        assert_eq!(api.call(TestRequest::delete().uri(path)).await.status, 404, "{path}");
    }
    let text = TestRequest::post().uri("/v1/jobs").insert_header(("content-type", "text/plain")).set_payload("x");
    assert_eq!(api.call(text).await.status, 415);
    let taken = api.post("/v1/jobs", json!({"articles": [article(1)]})).await;
    let path = taken.header("location").to_owned();
    assert_eq!(code(&api.get(&format!("{path}/results?limit=0")).await), (400, json!("limit")));
    assert_eq!(api.get(&format!("{path}/results?page=1")).await.status, 400);
}

#[actix_web::test]
async fn more_than_may_wait_is_refused_for_now() {
    let api = Api::new();
    let many = json!({"articles": vec![article(1); 20]});
    assert_eq!(api.post("/v1/jobs", many.clone()).await.status, 202);
    assert_eq!(api.post("/v1/jobs", many).await.status, 202);
    let refused = api.post("/v1/jobs", json!({"articles": [article(1)]})).await;
    assert_eq!((refused.status, &refused.json()["error"]["code"]), (503, &json!("overloaded")));
    assert_eq!(refused.header("retry-after"), "5");
}
